/** The tools as a server of the Model Context Protocol, for any transport. */
import {
  type CallToolResult,
  type InputRequiredResult,
  McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { type ErrorReport, reportOf } from "@landfall/engine/error";
import { z } from "zod";
import { bounded } from "./bounded.ts";
import { asker } from "./confirm.ts";
import type { Call, Intent, Workplace } from "./tool.ts";
import { tools } from "./tools.ts";

export interface McpServerOptions {
  workplace: Workplace;
  /** Of Landfall. */
  version: string;
  /** Offer only what changes nothing. */
  readOnly: boolean;
  /** Change production without asking. */
  allowProduction: boolean;
  /** Signs confirmations, at least 32 bytes. */
  key: Uint8Array;
}

const instructions = `Landfall brings projects live. Call plan before deploy. A change to production answers first with what it would do and a confirmation; show that to the person, and call again with the confirmation only when they agree. A deployment goes on when its call ends early: look at it with inspect.`;

const withoutFolder = ` There is no root folder here: always name the project, and give sources as git addresses.`;

const confirmation = z
  .string()
  .optional()
  .describe("the confirmation an earlier call with the same arguments answered with, once the person has agreed");

/** A server for one connection. */
export function mcpServer({ workplace, version, readOnly, allowProduction, key }: McpServerOptions): McpServer {
  const told = workplace.place.cwd === null ? instructions + withoutFolder : instructions;
  const server = new McpServer({ name: "landfall", version }, { instructions: told, capabilities: { logging: {} } });
  const ask = asker({ key, server });
  for (const tool of tools) {
    const { name, title, description, input } = tool;
    if ("answer" in tool) {
      const config = { title, description, inputSchema: input, annotations: { readOnlyHint: true } };
      server.registerTool(name, config, (given, ctx) =>
        answered(async () => ({ answer: await tool.answer(callOf(workplace, ctx), given as never) })),
      );
    } else if (!readOnly) {
      const inputSchema: z.ZodObject<{ confirmation: typeof confirmation }> = input.extend({ confirmation });
      const config = { title, description, inputSchema, annotations: { readOnlyHint: false, destructiveHint: true } };
      server.registerTool(name, config, ({ confirmation: token, ...given }, ctx) =>
        answered(async () => {
          const intent: Intent = await tool.intend(callOf(workplace, ctx), given as never);
          if (intent.isProduction && !allowProduction) {
            const verdict = await ask({ tool: name, input: given, intent, token, ctx });
            if (verdict !== "yes") return "resultType" in verdict ? { question: verdict } : { answer: verdict };
          }
          const answer = await intent.carryOut();
          return { answer, failed: "error" in answer };
        }),
      );
    }
  }
  return server;
}

function callOf(workplace: Workplace, { mcpReq }: ServerContext): Call {
  const progressToken = mcpReq._meta?.progressToken;
  let progress = 0;
  return {
    ...workplace,
    signal: mcpReq.signal,
    progress(message) {
      if (progressToken === undefined || mcpReq.signal.aborted) return;
      const params = { progressToken, progress: ++progress, message };
      // A caller that is gone needs no progress; the answer has the same fate, and says so.
      mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
    },
    remark(text) {
      // As above: there may be nobody to tell.
      mcpReq.log("info", text, "landfall").catch(() => {});
    },
  };
}

/** What came of it as the protocol has it: an object, and the same as text for clients that read only that. */
async function answered(
  work: () => Promise<{ answer: object; failed?: boolean } | { question: InputRequiredResult }>,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const outcome = await work();
    return "question" in outcome ? outcome.question : resultOf(outcome.answer, outcome.failed ?? false);
  } catch (error) {
    const report: ErrorReport = reportOf(error);
    return resultOf({ error: report }, true);
  }
}

function resultOf(answer: object, isError: boolean): CallToolResult {
  const structuredContent = bounded(answer);
  return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent, isError };
}
