/**
 * A yes before production changes. A client that can put a question to its person does; any other gets a token with the answer, to be sent
 * back with the same arguments. Either way the yes is signed, ends by itself, and is for exactly what was shown: a token is no good for
 * other arguments, nor when what would be done has become something else, as it does when it was done.
 */
import { createHash } from "node:crypto";
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { DeployError } from "@landfall/engine/error";
import { z } from "zod";
import type { Intent } from "./tool.ts";

/** How long a yes may take. */
const lifeSeconds = 600;

export interface Question {
  tool: string;
  /** The arguments of the call, without the token. */
  input: object;
  intent: Intent;
  /** The token that was sent back. */
  token: string | undefined;
  ctx: ServerContext;
}

/** The answer to a call whose change was not made, because nobody has said yes. */
export interface Unconfirmed {
  status: "confirmation_required";
  does: string;
  shows: object;
  /** To be sent back as `confirmation`. */
  confirmation: string;
  expiresAt: string;
  next: string;
}

export type Verdict = "yes" | Unconfirmed | InputRequiredResult;

/** What asks. `key` signs, at least 32 bytes; whoever answers the second call must have the same. Throws CANCELLED when the person says no. */
export function asker({ key, server }: { key: Uint8Array; server: McpServer }): (of: Question) => Promise<Verdict> {
  const seal = createRequestStateCodec<string>({ key, ttlSeconds: lifeSeconds });

  async function isFor(token: string | undefined, about: string, ctx: ServerContext): Promise<boolean> {
    if (token === undefined) return false;
    try {
      return (await seal.verify(token, ctx)) === about;
    } catch {
      return false; // Not ours, or too old: it is asked again.
    }
  }

  return async ({ tool, input, intent, token, ctx }) => {
    const about = createHash("sha256")
      .update(JSON.stringify([tool, input, intent.about]))
      .digest("base64url");
    if (canAsk(server, ctx)) {
      const answer = inputResponse(ctx.mcpReq.inputResponses, "confirm");
      if (answer.kind === "elicit") {
        if (answer.action !== "accept" || answer.content?.["yes"] !== true)
          throw new DeployError("CANCELLED", { what: "The person said no; nothing was changed.", where: intent.does });
        if (await isFor(ctx.mcpReq.requestState<string>(), about, ctx)) return "yes";
      }
      return inputRequired({
        inputRequests: { confirm: inputRequired.elicit({ message: messageOf(intent), requestedSchema: yes }) },
        requestState: await seal.mint(about),
      });
    }
    if (await isFor(token, about, ctx)) return "yes";
    return {
      status: "confirmation_required",
      does: intent.does,
      shows: intent.shows ?? {},
      confirmation: await seal.mint(about),
      expiresAt: new Date(Date.now() + lifeSeconds * 1000).toISOString(),
      next:
        token === undefined
          ? "Nothing was changed: this is about production. Ask the person; when they say yes, call again with the same arguments and this confirmation."
          : "Nothing was changed: the confirmation is too old, or is for something else than what would be done now. Ask the person again.",
    };
  };
}

const yes = z.object({ yes: z.boolean().describe("do it") });

function messageOf({ does, shows }: Intent): string {
  return shows === undefined ? does : `${does}\n${JSON.stringify(shows, null, 2).slice(0, 2000)}`;
}

/** Whether the client can show its person a form. */
function canAsk(server: McpServer, ctx: ServerContext): boolean {
  // Since 2026-07-28 each request says what the client can do; before, the beginning of the connection did.
  const envelope: { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined = ctx.mcpReq.envelope;
  const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities();
  const elicitation = declared?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
