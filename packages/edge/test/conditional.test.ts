import { describe, expect, it } from "vitest";
import { isNotModified, rangeOf } from "../src/conditional.ts";

const etag = '"abc"';
const lastModified = "Fri, 02 Jan 2026 00:00:00 GMT";

describe("conditional requests", () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ "if-none-match": '"abc"' }, true],
    [{ "if-none-match": 'W/"abc"' }, true],
    [{ "if-none-match": '"x", "abc"' }, true],
    [{ "if-none-match": "*" }, true],
    [{ "if-none-match": '"x"' }, false],
    [{ "if-none-match": '"x"', "if-modified-since": lastModified }, false],
    [{ "if-modified-since": lastModified }, true],
    // After a rollback a client may hold a newer release: its bytes are not these.
    [{ "if-modified-since": "Sat, 03 Jan 2026 00:00:00 GMT" }, false],
  ])("%j is current: %s", (headers, expected) => {
    expect(isNotModified(headers, etag, lastModified)).toBe(expected);
  });

  it.each<[Record<string, string>, ReturnType<typeof rangeOf>]>([
    [{}, "whole"],
    [{ range: "bytes=0-99" }, { start: 0, end: 99 }],
    [{ range: "bytes=900-" }, { start: 900, end: 999 }],
    [{ range: "bytes=900-5000" }, { start: 900, end: 999 }],
    [{ range: "bytes=-100" }, { start: 900, end: 999 }],
    [{ range: "bytes=-5000" }, { start: 0, end: 999 }],
    [{ range: "bytes=1000-" }, "unsatisfiable"],
    [{ range: "bytes=-0" }, "unsatisfiable"],
    [{ range: "bytes=5-2" }, "whole"],
    [{ range: "bytes=-" }, "whole"],
    [{ range: "bytes=0-1,5-6" }, "whole"],
    [{ range: "lines=0-1" }, "whole"],
    [
      { range: "bytes=0-9", "if-range": etag },
      { start: 0, end: 9 },
    ],
    [
      { range: "bytes=0-9", "if-range": lastModified },
      { start: 0, end: 9 },
    ],
    [{ range: "bytes=0-9", "if-range": '"old"' }, "whole"],
    [{ range: "bytes=99999999999999999999-" }, "unsatisfiable"],
  ])("%j asks for %j", (headers, expected) => {
    expect(rangeOf(headers, { sizeBytes: 1000, etag, lastModified })).toEqual(expected);
  });
});
