/** The signed tokens of an upload: readable by the client, which looks into `exp` and the limits. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { isObject } from "./envelope.ts";

/** What a token says. `exp` is in seconds since the epoch and may have a fraction. */
export interface Claims {
  kind: "pages-upload" | "workers-upload" | "workers-complete";
  account: string;
  /** Name of the Pages project or the Worker. */
  name: string;
  /** The upload session of a Worker; empty for Pages. */
  session: string;
  exp: number;
  [more: string]: unknown;
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signature = (text: string, key: string) => createHmac("sha256", key).update(text).digest();

export function sign(claims: Claims, key: string): string {
  const text = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
  return `${text}.${signature(text, key).toString("base64url")}`;
}

/** The claims of a token of this kind; null when it is another's, of another kind or out of date. */
export function verified(
  token: string,
  { key, kind, now }: { key: string; kind: Claims["kind"]; now: number },
): Claims | null {
  const [, text, payload, mark] = /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(token) ?? [];
  if (text === undefined || payload === undefined || mark === undefined) return null;
  const given = Buffer.from(mark, "base64url");
  const due = signature(text, key);
  if (given.length !== due.length || !timingSafeEqual(given, due)) return null;
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  return isObject(claims) && claims["kind"] === kind && Number(claims["exp"]) * 1000 > now ? (claims as Claims) : null;
}
