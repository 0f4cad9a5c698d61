import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Artifact, StaticRules } from "@landfall/engine/artifact";
import { describe, expect, it } from "vitest";
import { createSite, fallback, find, type Site, siteOf } from "../src/site.ts";

function site(paths: string[], rules: Partial<StaticRules> = {}): Site {
  const files = new Map(paths.map((path) => [path, { sha256: "0".repeat(64), sizeBytes: 1 }]));
  return createSite({ files, rules: { spaFallback: false, cleanUrls: true, ...rules }, releasedAt: 0 });
}

/** `a.html` for a file, `→ /a/` for a redirect, `-` for nothing. */
function leads(from: Site, path: string): string {
  const found = find(from, path);
  return found.kind === "file" ? found.entry.path : found.kind === "redirect" ? `→ ${found.path}` : "-";
}

/** Status and file of the fallback. */
function at(from: Site, path: string, wantsPage = true): unknown[] | undefined {
  const found = fallback(from, path, wantsPage);
  return found && [found.status, found.entry.path];
}

describe("site", () => {
  it.each<[string, Partial<StaticRules>, string]>([
    ["/", {}, "index.html"],
    ["/about", {}, "about.html"],
    ["/about", { cleanUrls: false }, "-"],
    ["/about.html", {}, "about.html"],
    ["/about/", {}, "→ /about"],
    ["/docs", {}, "→ /docs/"],
    ["/docs/", {}, "docs/index.html"],
    ["/docs", { trailingSlash: "never" }, "docs/index.html"],
    ["/docs/", { trailingSlash: "never" }, "→ /docs"],
    ["/about", { trailingSlash: "always" }, "→ /about/"],
    ["/about/", { trailingSlash: "always" }, "about.html"],
    ["/both", {}, "both.html"],
    ["/both/", {}, "both/index.html"],
    ["/app.js", { trailingSlash: "always" }, "app.js"],
    ["/nothing", {}, "-"],
    ["/nothing/", {}, "-"],
    ["//evil.example", {}, "-"],
    ["//evil.example/", {}, "-"],
    ["/../index.html", {}, "-"],
    ["/docs/../index.html", {}, "-"],
  ])("%s with %j leads to %s", (path, rules, expected) => {
    const files = ["index.html", "about.html", "docs/index.html", "both.html", "both/index.html", "app.js"];
    expect(leads(site(files, rules), path)).toBe(expected);
  });

  it("does not serve hidden files nor its own instructions", () => {
    const hidden = ["_headers", "_redirects", ".env", ".git/config", "a/.secret", "a/.b/c", ".well-known/.x"];
    const served = [".well-known/security.txt", "a/_headers", "_app/x.js"];
    expect([...site([...hidden, ...served]).entries.keys()].sort()).toEqual([...served].sort());
  });

  it("falls back to the application for pages, and to the nearest 404.html for the rest", () => {
    const app = site(["index.html", "404.html", "docs/404.html"], { spaFallback: true });
    const plain = site(["index.html", "404.html", "docs/404.html"]);
    expect(at(app, "/users/7")).toEqual([200, "index.html"]);
    expect(at(app, "/users/john.doe")).toEqual([200, "index.html"]);
    expect(at(app, "/missing.js")).toEqual([404, "404.html"]);
    expect(at(app, "/users/7", false)).toBeUndefined();
    expect(at(plain, "/users/7")).toEqual([404, "404.html"]);
    expect(at(plain, "/docs/a/b")).toEqual([404, "docs/404.html"]);
    expect(at(site(["index.html", "200.html"]), "/x")).toEqual([200, "200.html"]);
    expect(at(site(["index.html"]), "/x")).toBeUndefined();
  });

  it("is made from an artifact, with its rules and links", async () => {
    const dir = mkdtempSync(join(tmpdir(), "edge-site-"));
    try {
      const artifact: Artifact = { kind: "files", digest: "", sizeBytes: 0, files: [] };
      const add = (path: string, content: string, link?: string): void => {
        const sha256 = artifact.files.length.toString(16).padStart(64, "0");
        writeFileSync(join(dir, sha256), content);
        artifact.files.push({ path, mode: 0o644, sizeBytes: content.length, sha256, ...(link ? { link } : {}) });
      };
      add("index.html", "hello");
      add("docs/v2/a.html", "a");
      add("docs/latest", "v2", "v2");
      add("home.html", "index.html", "index.html");
      add("loop", "loop", "loop");
      add("_redirects", "/old /new\nbroken");
      add("_headers", "/*\n  X-A: 1");
      add("vercel.json", '{"redirects":[{"source":"/v","destination":"/w"}]}');
      const { site: made, warnings } = await siteOf(artifact, {
        blobPath: (sha256) => join(dir, sha256),
        releasedAt: 0,
      });
      expect(leads(made, "/home")).toBe("home.html");
      expect(made.entries.get("home.html")?.sha256).toBe(made.entries.get("index.html")?.sha256);
      expect(leads(made, "/docs/latest/a")).toBe("docs/latest/a.html");
      expect(made.entries.has("loop")).toBe(false);
      expect(made.redirects.map((rule) => rule.from.source)).toEqual(["/old", "/v"]);
      expect(made.headers.length).toBe(1);
      expect(warnings).toEqual([
        { file: "_redirects", line: 2, message: '"broken" does not start with a slash; the line is left out' },
      ]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
