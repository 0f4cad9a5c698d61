/** A build as its readers are asked about it, and what they answer. */
import { placed } from "./config.ts";
import type { Framework } from "./frameworks.ts";
import type { Manifest } from "./manifest.ts";
import type { Project } from "./reading.ts";
import type { Invocation } from "./scripts.ts";

/** What a build leaves. */
export interface Built {
  kind: "static" | "server";
  /** Relative to the service's directory. */
  output?: string | undefined;
  /** How its server is started, when the framework's row does not say it right. */
  start?: string | undefined;
  /** The framework makes no server that Node could start (an adapter for another platform). */
  noStart?: boolean;
  /** That adapter, or the preset of Nitro, where there is one. */
  adapter?: string | undefined;
  /** Its server is written for Bun, whatever the script that starts it says. */
  isForBun?: boolean;
  port?: number;
  /** The builder must be run with this for that output, whatever the build script says. */
  verb?: string;
  at: string;
  rule: string;
  confidence: number;
  /** A library build (`build.lib`): nothing is served. */
  isLibrary?: boolean;
}

/** A build and the project it is of. */
export interface Building {
  project: Project;
  manifest: Manifest;
  framework: Framework;
  /** What the build script runs in the end. */
  builds: readonly Invocation[];
}

/** A path without `./`, ends and what programs put before it; as it is when that cannot be told. */
export function clean(path: string): string {
  return placed(path, ".") ?? path;
}

/** The directory given after the verb, as in `vite build client`. */
export function operandOf(run: Invocation): string | undefined {
  return operandAfter(run, "build", "docs:build");
}

/** The first operand after one of `verbs`. */
export function operandAfter({ words }: Invocation, ...verbs: string[]): string | undefined {
  const verb = words.findIndex((word, at) => at > 0 && verbs.includes(word));
  const operand = verb < 0 ? undefined : words[verb + 1];
  return operand === undefined || operand.startsWith("-") ? undefined : operand;
}
