/** The journal: what was asked of a simulator, without credentials; what tests ask whether something was sent twice. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FaultKind } from "./fault.ts";

export interface JournalEntry {
  /** 1 for the first request since the start or the last reset. */
  number: number;
  method: string;
  /** Without the query. */
  path: string;
  /** The query as it was sent, values of credentials redacted. */
  query: string;
  headers: Record<string, string>;
  body: { sizeBytes: number; sha256: string };
  /** Key of the row that answered, null when none did. */
  route: string | null;
  /** The vendor's work was done: its handler ran, whatever the client then was told. */
  worked: boolean;
  /** What was sent; null when the connection ended before, or is still open. */
  status: number | null;
  fault: FaultKind | null;
  /** Milliseconds since the epoch, by the simulator's clock. */
  startedAt: number;
  endedAt: number | null;
}

const credentialNames = /auth|token|cookie|secret|password|api[-_]?key|signature|^code$/i;

/** Headers as one text each, credentials replaced. `Bearer` and the like stay: a missing scheme is a usual mistake. */
export function redactedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const redacted: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(", ") : (value ?? "");
    redacted[name] = credentialNames.test(name) ? text.replace(/^(\w+ )?.*$/s, "$1[redacted]") : text;
  }
  return redacted;
}

/** A query with the values of credentials replaced. */
export function redactedQuery(query: URLSearchParams): string {
  return [...query]
    .map(
      ([name, value]) =>
        `${encodeURIComponent(name)}=${credentialNames.test(name) ? "[redacted]" : encodeURIComponent(value)}`,
    )
    .join("&");
}

export function digestOf(body: Uint8Array): JournalEntry["body"] {
  return { sizeBytes: body.byteLength, sha256: createHash("sha256").update(body).digest("hex") };
}

/**
 * Requests with the same method, path, query and body whose work was done more than once, reads apart: what "nothing is sent twice" forbids.
 * A try again after a refusal is not among them.
 */
export function repeatedWork(entries: readonly JournalEntry[]): JournalEntry[][] {
  const done = entries.filter((entry) => entry.worked && !["GET", "HEAD", "OPTIONS"].includes(entry.method));
  const groups = Map.groupBy(done, ({ method, path, query, body }) => `${method} ${path}?${query} ${body.sha256}`);
  return [...groups.values()].filter((group) => group.length > 1);
}
