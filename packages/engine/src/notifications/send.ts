/** One try to tell one place, by its kind. */
import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { NotificationBody } from "./ends.ts";
import { type Outcome, post } from "./post.ts";
import type { NotificationKind, SendLetter } from "./place.ts";
import { discordText, letterOf, slackText } from "./words.ts";

export interface Sending {
  /** Null where there is no mail server. */
  mail: SendLetter | null;
  allowPrivate: boolean;
  clock: Clock;
}

/** A message, and the opened place it goes to. */
export interface Message {
  id: string;
  kind: NotificationKind;
  address: string;
  /** Of a webhook. */
  secret: string | null;
  /** JSON of a NotificationBody. */
  body: string;
}

/** Never rejects but with the signal's reason. */
export async function send(
  { mail, allowPrivate, clock }: Sending,
  message: Message,
  signal: AbortSignal,
): Promise<Outcome> {
  const { id, kind, address, secret, body } = message;
  const told = JSON.parse(body) as NotificationBody;
  const posted = (text: string, headers: Record<string, string> = {}): Promise<Outcome> =>
    post({ url: new URL(address), headers, body: text, allowPrivate, signal });
  switch (kind) {
    case "webhook":
      return posted(body, signedHeaders({ id, secret: secret!, body, seconds: Math.floor(clock.now() / 1_000) }));
    case "slack":
      return posted(JSON.stringify({ text: slackText(told), unfurl_links: false }));
    case "discord":
      // Nobody is called by what a commit or a person's name says.
      return posted(JSON.stringify({ content: discordText(told), allowed_mentions: { parse: [] } }));
    case "email":
      if (mail === null) return { ok: false, status: null, isFinal: false, words: "This server sends no mail." };
      return { ...(await unlessAborted(mail(letterOf(told, { id, to: address })), signal)), status: null };
    default:
      return kind satisfies never;
  }
}

/** A letter on its way is not called back, only not waited for. Rejects with the signal's reason. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: ended.signal }),
  );
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
  }
}

const secretPrefix = "whsec_";

export function newSigningSecret(): string {
  return secretPrefix + randomBytes(32).toString("base64");
}

/** Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, read 2026-11. */
function signedHeaders({ id, secret, body, seconds }: { id: string; secret: string; body: string; seconds: number }) {
  const key = Buffer.from(secret.slice(secretPrefix.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}
