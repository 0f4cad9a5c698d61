/**
 * What Netlify tells about deployments: the body is the deployment, the signature a JWT (HS256) that holds the body's SHA-256.
 * Source: https://docs.netlify.com/deploy/deploy-notifications/#payload-signature, read 2026-08.
 */
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Platform } from "../../platform.ts";
import { type Deploy, stateOf } from "./api.ts";

export const webhooks: NonNullable<Platform["webhooks"]> = {
  verify({ headers, body, secret }) {
    const [head = "", payload = "", signature = ""] = (headers["x-webhook-signature"] ?? "").split(".");
    const algorithm = field(head, "alg");
    const signed = createHmac("sha256", secret).update(`${head}.${payload}`).digest();
    const given = Buffer.from(signature, "base64url");
    if (algorithm !== "HS256" || given.length !== signed.length || !timingSafeEqual(given, signed)) return false;
    return field(payload, "iss") === "netlify" && field(payload, "sha256") === hash("sha256", body);
  },
  read({ body }) {
    const deploy = JSON.parse(body.toString("utf8")) as Partial<Deploy> & { updated_at?: string };
    const { id, state, error_message = null, updated_at = "" } = deploy;
    return {
      // A delivery has no id of its own: of one deployment the same state at the same time is the same news.
      id: [id, state, updated_at].join(" "),
      remoteId: id ?? null,
      state: state === undefined ? null : stateOf({ state, error_message }),
    };
  },
};

/** A field of a part of a JWT; undefined when the part is none. */
function field(part: string, name: string): unknown {
  try {
    return (JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>)[name];
  } catch {
    return undefined; // Whatever else it is, it is not signed by Netlify.
  }
}
