import { describe, expect, it } from "vitest";
import { pattern, router } from "../src/route.ts";

describe("a path pattern", () => {
  it.each([
    ["/sites/:site", "/sites/acme", { site: "acme" }],
    ["/sites/:site", "/sites/acme/deploys", null],
    ["/sites/:site", "/sites/", null],
    ["/v2/*name/blobs/uploads/:id", "/v2/acme/web/blobs/uploads/7f", { name: "acme/web", id: "7f" }],
    ["/files/*path", "/files/a%20b/c.txt", { path: "a b/c.txt" }],
    ["/compare/:base...:head", "/compare/main...feature", { base: "main", head: "feature" }],
    ["/a.b", "/aXb", null],
    ["/percent/:text", "/percent/100%", { text: "100%" }],
  ])("%s on %s", (text, path, expected) => {
    expect(pattern(text)(path)).toEqual(expected);
  });
});

describe("a table of routes", () => {
  const find = router({ "GET /a/latest": 1, "GET /a/:id": 2, "DELETE /a/:id": 3 });

  it("answers with the first row that matches, by method", () => {
    expect(find("GET", "/a/latest")).toEqual({ key: "GET /a/latest", target: 1, params: {} });
    expect(find("GET", "/a/7")?.target).toBe(2);
    expect(find("DELETE", "/a/7")?.target).toBe(3);
    expect(find("POST", "/a/7")).toBeNull();
  });
});
