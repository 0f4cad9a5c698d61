/** What a request already has, and which part of a file it wants. RFC 9110, sections 13 and 14. */
import type { IncomingHttpHeaders } from "node:http";

/** Whether the client's copy is current: then the answer is 304. If-None-Match decides when it is there. */
export function isNotModified(headers: IncomingHttpHeaders, etag: string, lastModified: string): boolean {
  const noneMatch = headers["if-none-match"];
  if (noneMatch !== undefined) {
    return (
      noneMatch === etag ||
      noneMatch.trim() === "*" ||
      noneMatch.split(",").some((one) => one.trim().replace(/^W\//, "") === etag)
    );
  }
  // Equal, not later: a rollback brings an older release back, and a client with the newer one has the wrong bytes.
  return headers["if-modified-since"] === lastModified;
}

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The part asked for: "whole" when none is, or when the question is one we may answer with everything (several parts, another
 * unit, a copy of another version); "unsatisfiable" when it lies outside.
 */
export function rangeOf(
  headers: IncomingHttpHeaders,
  file: { sizeBytes: number; etag: string; lastModified: string },
): ByteRange | "whole" | "unsatisfiable" {
  const header = headers.range;
  if (header === undefined) return "whole";
  const condition = headers["if-range"];
  if (condition !== undefined && condition !== file.etag && condition !== file.lastModified) return "whole";
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return "whole";
  const { sizeBytes } = file;
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? "unsatisfiable" : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== "" && Number(last) < start) return "whole";
  return start >= sizeBytes ? "unsatisfiable" : { start, end };
}
