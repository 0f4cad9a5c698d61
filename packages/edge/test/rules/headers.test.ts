import { describe, expect, it } from "vitest";
import { parseHeaders } from "../../src/rules/headers.ts";

describe("_headers", () => {
  it("reads paths and their headers", () => {
    const { rules, warnings } = parseHeaders(
      [
        "# all",
        "/*",
        "  X-Frame-Options: DENY",
        "  Link: </a.css>",
        "  Link: </b.css>",
        "",
        "/assets/*",
        "\tCache-Control: max-age=1",
      ].join("\r\n"),
    );
    expect(warnings).toEqual([]);
    expect(rules.map(({ pattern, headers }) => [pattern.source, headers])).toEqual([
      [
        "/*",
        [
          ["X-Frame-Options", "DENY"],
          ["Link", "</a.css>, </b.css>"],
        ],
      ],
      ["/assets/*", [["Cache-Control", "max-age=1"]]],
    ]);
  });

  it("matches the end of a name", () => {
    const [rule] = parseHeaders("/*.js\n  X-A: 1").rules;
    expect(rule!.pattern.regexp.test("/deep/app.js")).toBe(true);
    expect(rule!.pattern.regexp.test("/app.jsx")).toBe(false);
  });

  it("leaves out, with the line, what cannot or must not be sent", () => {
    const text = [
      "  X-Early: 1",
      "/*",
      "  Content-Length: 3",
      "  Transfer-Encoding: chunked",
      "  Set-Cookie: a=1",
      "  Bad Name: 1",
      "  X-Bell: a\u0007b",
      "  nothing",
      "  X-Good: 1",
      "https://x.example/*",
      "  X-Other: 1",
    ].join("\n");
    const { rules, warnings } = parseHeaders(text);
    expect(rules.map(({ headers }) => headers)).toEqual([[["X-Good", "1"]]]);
    expect(warnings.map(({ line, message }) => `${line} ${message.replace("; the line is left out", "")}`)).toEqual([
      "1 there is no path above it",
      "3 Content-Length is set by the server",
      "4 Transfer-Encoding is set by the server",
      "5 Set-Cookie is set by the server",
      '6 "Bad Name" is no header name',
      "7 the value of X-Bell has characters a header cannot have",
      "8 it is neither a path nor a header",
      "10 rules for another host name are not supported",
    ]);
  });
});
