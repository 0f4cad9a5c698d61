/**
 * Deliveries of hosted platforms: POST /api/webhooks/<platform>/<receiver>, by nobody who is signed in. The signature opens it, over the bytes
 * as they came. Stored before the answer; the platform is asked afterwards.
 */
import type { IncomingMessage } from "node:http";
import { bodyOf } from "./body.ts";
import type { Call } from "./call.ts";
import { unauthorized } from "./errors.ts";
import type { Services } from "./services.ts";

/** Platforms send a few kilobytes. */
const mostBytes = 1024 ** 2;
const address = /^\/api\/webhooks\/([a-z][a-z0-9-]{0,40})\/(whk_[0-9a-f]{48})$/;

/** Platform and receiver of a delivery's address; null for any other. */
export function receiverIn(request: IncomingMessage): { platform: string; receiver: string } | null {
  if (request.method !== "POST") return null;
  const [, platform, receiver] = address.exec((request.url ?? "").split("?", 1)[0]!) ?? [];
  return platform === undefined || receiver === undefined ? null : { platform, receiver };
}

/** Take one in and say whether it was new. Throws NOT_FOUND, UNAUTHORIZED, TOO_LARGE, INVALID_CONFIG, RATE_LIMIT_EXCEEDED (many that were not signed). */
export async function takeDelivery(
  { engine, attempts, log }: Services,
  call: Call,
  to: { platform: string; receiver: string },
): Promise<{ received: true; known: boolean }> {
  call.route = `webhooks.take.${to.platform}`;
  const body = await bodyOf(call.request, { mostBytes, what: "A delivery" });
  const taken = await engine.webhooks.take({ ...to, headers: plain(call.request), body });
  if (taken.state === "unsigned") {
    await attempts.wrong("webhook", call.address);
    throw unauthorized("This delivery is not signed with the secret of this webhook.");
  }
  if (taken.state === "known") return { received: true, known: true };
  // After the answer. What fails here is tried again by whoever tends to what was left.
  call.response?.once("close", () => {
    taken
      .see()
      .catch((error: unknown) => log.warn({ request: call.id, err: error }, "A delivery could not be seen to"));
  });
  return { received: true, known: false };
}

function plain({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
