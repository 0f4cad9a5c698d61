import { describe, expect, it } from "vitest";
import { findRedirect } from "../../src/rules/redirects.ts";
import { readVercelRules } from "../../src/rules/vercel.ts";

describe("vercel.json", () => {
  it("follows redirects, rewrites and headers with plain paths", () => {
    const rules = readVercelRules(
      JSON.stringify({
        redirects: [
          { source: "/blog/:path*", destination: "/posts/:path*" },
          { source: "/u/:id", destination: "/users/:id", permanent: false },
          { source: "/r", destination: "https://a.example/", statusCode: 301 },
        ],
        rewrites: [{ source: "/(.*)", destination: "/index.html" }],
        headers: [
          {
            source: "/(.*)",
            headers: [
              { key: "X-A", value: "1" },
              { key: "Connection", value: "close" },
            ],
          },
        ],
      }),
    );
    const go = (path: string, exists = false): unknown[] => {
      const answer = findRedirect(rules.redirects, { path, query: "", exists: () => exists });
      return [answer?.rule.status, answer?.to];
    };
    expect(go("/blog/a/b", true)).toEqual([308, "/posts/a/b"]);
    expect(go("/u/7")).toEqual([307, "/users/7"]);
    expect(go("/r")).toEqual([301, "https://a.example/"]);
    expect(go("/any")).toEqual([200, "/index.html"]);
    expect(go("/app.js", true)).toEqual([undefined, undefined]);
    expect(rules.headers.map(({ headers }) => headers)).toEqual([[["X-A", "1"]]]);
    expect(rules.warnings).toEqual([
      { file: "vercel.json", message: "headers[0]: Connection is set by the server; it is left out" },
    ]);
  });

  it("names what it cannot follow", () => {
    const { redirects, warnings } = readVercelRules(
      JSON.stringify({
        redirects: [
          { source: "/a/(\\d+)", destination: "/b" },
          { source: "/c", destination: "/d", has: [{ type: "cookie", key: "x" }] },
        ],
        rewrites: [{ source: "/api/:path*", destination: "https://internal.example/:path*" }],
      }),
    );
    expect(redirects).toEqual([]);
    expect(warnings.map(({ message }) => message)).toEqual([
      'redirects[0]: the expression "/a/(\\\\d+)" is not supported; it is left out',
      "redirects[1]: conditions (has, missing) are not supported; it is left out",
      "rewrites[0]: answering with the content of another server is not supported; it is left out",
    ]);
    expect(readVercelRules("").warnings).toEqual([]);
    expect(readVercelRules("{").warnings.length).toBe(1);
  });
});
