import { describe, expect, it } from "vitest";
import { findRedirect, parseRedirects } from "../../src/rules/redirects.ts";

/** Status and address the rules give for a path, `exists` saying whether a file is there. */
function go(text: string, address: string, exists = false): [number, string] | null {
  const { rules, warnings } = parseRedirects(text);
  expect(warnings).toEqual([]);
  const [path = "", query = ""] = address.split("?");
  const answer = findRedirect(rules, { path, query, exists: () => exists });
  return answer && [answer.rule.status, answer.to];
}

describe("_redirects", () => {
  it.each<[string, string, [number, string] | null]>([
    ["/old /new", "/old", [301, "/new"]],
    ["/old /new 302 # moved for now", "/old", [302, "/new"]],
    ["# only a comment\n\n/old /new 308", "/old", [308, "/new"]],
    ["/old /new", "/older", null],
    ["/blog/* /posts/:splat", "/blog/2024/one", [301, "/posts/2024/one"]],
    ["/blog/* /posts/:splat", "/blog", [301, "/posts/"]],
    ["/blog/* /posts/:splat", "/blogger", null],
    ["/* /index.html 200", "/any/where", [200, "/index.html"]],
    ["/news/:year/:slug /:slug-:year", "/news/2024/hello", [301, "/hello-2024"]],
    ["/news/:year /n/:year", "/news/2024/more", null],
    ["/a /b\n/a /c", "/a", [301, "/b"]],
    ["/store id=:id /blog/:id 301", "/store?id=my post", [301, "/blog/my%20post"]],
    ["/store id=:id /blog/:id 301", "/store", null],
    ["/store id=1 /one\n/store id=2 /two", "/store?id=2", [301, "/two"]],
    ["/old https://other.example/new 301", "/old", [301, "https://other.example/new"]],
    ["/old https://other.example/new#part 301", "/old?q=1", [301, "https://other.example/new?q=1#part"]],
    ["/old /new?fixed=1", "/old?q=1", [301, "/new?fixed=1"]],
    ["/old /new", "/old?q=1&r=2", [301, "/new?q=1&r=2"]],
    ["/gone /gone.html 410", "/gone", [410, "/gone.html"]],
    ["/* /404.html 404", "/x", [404, "/404.html"]],
  ])("%j sends %s to %j", (text, path, expected) => {
    expect(go(text, path)).toEqual(expected);
  });

  it("gives way to a file, unless it is forced", () => {
    expect(go("/a /b", "/a", true)).toBeNull();
    expect(go("/a /b 301!", "/a", true)).toEqual([301, "/b"]);
    expect(go("/* /index.html 200", "/app.js", true)).toBeNull();
  });

  it("never lets a visitor choose the host", () => {
    expect(go("/go/* /:splat 301", "/go//evil.example/")).toEqual([301, "/evil.example/"]);
    expect(go("/go/* /:splat 301", "/go/\\evil.example")).toEqual([301, "/%5Cevil.example"]);
    expect(go("/go/* https://a.example/:splat 301", "/go/@evil.example")).toEqual([
      301,
      "https://a.example/%40evil.example",
    ]);
    expect(go("/go/:x /to/:x 302", "/go/a\r\nSet-Cookie: x")).toEqual([302, "/to/a%0D%0ASet-Cookie%3A%20x"]);
  });

  it.each([
    [
      "/a https://internal.example/x 200",
      "answering with the content of another server is not supported; the line is left out",
    ],
    [
      "/a //internal.example/x 200",
      "answering with the content of another server is not supported; the line is left out",
    ],
    ["/:x https://:x/ 301", "a placeholder in the host name is not supported; the line is left out"],
    ["/* https://a.example:splat 301", "a placeholder in the host name is not supported; the line is left out"],
    ["/a /b 299", '"299" is no status a rule can have; the line is left out'],
    ["/a", "there is no address to go to; the line is left out"],
    ["/a Country=de /b", null],
    ["/a /b 302 Country=de", 'the condition "Country=de" is not supported; the line is left out'],
    ["a /b", '"a" does not start with a slash; the line is left out'],
    ["/a*b* /c", '"/a*b*" has more than one *; the line is left out'],
    ["https://x.example/a /b", "rules for another host name are not supported; the line is left out"],
    ["/a /a 301", "it leads to itself; the line is left out"],
    ["/a b /c", '"b" is neither a query parameter nor an address; the line is left out'],
  ])("%j: %s", (line, message) => {
    const { rules, warnings } = parseRedirects(`# first\n${line}\n/fine /there`);
    expect(warnings).toEqual(message === null ? [] : [{ file: "_redirects", line: 2, message }]);
    expect(rules.map((rule) => rule.from.source)).toContain("/fine");
    expect(rules.length).toBe(message === null ? 2 : 1);
  });

  it("reads lines with Windows ends, and no more than ten thousand", () => {
    expect(parseRedirects("/a /b\r\n/c /d\r\n").rules.length).toBe(2);
    const many = parseRedirects("/a /b\n".repeat(10_003));
    expect(many.rules.length).toBe(10_000);
    expect(many.warnings.map(({ line }) => line)).toEqual([10_001, 10_002, 10_003]);
  });

  it("answers at once for a path made to be slow", () => {
    const { rules } = parseRedirects("/a*b /x\n/:a/:b/:c/* /y");
    const start = performance.now();
    for (const path of [`/${"a".repeat(30_000)}`, `/${"a/".repeat(15_000)}`]) {
      findRedirect(rules, { path, query: "", exists: () => false });
    }
    expect(performance.now() - start).toBeLessThan(200);
  });
});
