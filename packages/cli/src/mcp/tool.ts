/** What a tool for a coding assistant is. Who calls it, and over what, is not said here. */
import type { Engine } from "@landfall/engine";
import { z } from "zod";
import type { Place } from "../project.ts";

/** Where tools work. */
export interface Workplace {
  engine: Engine;
  /** Its directory is absolute, without symbolic links; what a call names is read below it only. Without one, only git addresses are. */
  place: Place;
  /** Sees to it that somebody works off what was accepted. */
  startWork(): void;
}

/** One call of a tool. */
export interface Call extends Workplace {
  /** Aborted when the caller does not want the answer any more. */
  signal: AbortSignal;
  /** Tells the caller how far it is. */
  progress(text: string): void;
  /** Tells the caller something beside the answer, also when nobody waits for the answer. */
  remark(text: string): void;
}

/** A change that is known in full and has not been made. */
export interface Intent {
  /** What it does, in a sentence for the person who says yes. */
  does: string;
  /** It changes what people see or what production is made of, so it needs a yes. */
  isProduction: boolean;
  /** All the yes is for: when any of it is different by then, the question is put again. */
  about: unknown;
  /** Shown to who is asked. */
  shows?: object;
  /** Makes the change. An answer with an `error` has failed. */
  carryOut(): Promise<object>;
}

interface Described {
  name: string;
  title: string;
  /** For the assistant: what it is for, and what to know before calling it. */
  description: string;
  input: z.ZodObject;
}

/** A tool that changes nothing has an `answer`; one that changes something says first what it intends. */
export type Tool = Described &
  ({ answer(call: Call, input: never): Promise<object> } | { intend(call: Call, input: never): Promise<Intent> });

/** A tool that only looks. */
export function reading<Input extends z.ZodObject>(
  tool: Described & { input: Input; answer(call: Call, input: z.output<Input>): Promise<object> },
): Tool {
  return tool;
}

/** A tool that changes something. */
export function changing<Input extends z.ZodObject>(
  tool: Described & { input: Input; intend(call: Call, input: z.output<Input>): Promise<Intent> },
): Tool {
  return tool;
}

/** Inputs that several tools take. */
export const given = {
  project: z.string().optional().describe("name of the project; default: the one of the root folder"),
  environment: z.string().default("production").describe("`production`, or the name of a preview"),
  platform: z.string().optional().describe("id of a platform, as the tool platforms lists them"),
  id: z.string().regex(/^dep_/).describe("id of a deployment, or its unambiguous beginning"),
};

/** Whether a change there needs a yes. */
export function isProduction(environment: string): boolean {
  return environment === "production";
}
