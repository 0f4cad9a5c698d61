import { describe, expect, it } from "vitest";
import { cacheControl, contentType, immutable, isAssetPath, isCompressible } from "../src/media.ts";

describe("media", () => {
  it.each([
    ["index.html", "text/html; charset=utf-8"],
    ["a/app.js", "text/javascript; charset=utf-8"],
    ["data.json", "application/json; charset=utf-8"],
    ["logo.svg", "image/svg+xml; charset=utf-8"],
    ["site.webmanifest", "application/manifest+json; charset=utf-8"],
    ["a.wasm", "application/wasm"],
    ["photo.JPG", "image/jpeg"],
    ["LICENSE", "application/octet-stream"],
    [".well-known/apple-app-site-association", "application/json; charset=utf-8"],
  ])("%s is %s", (path, type) => {
    expect(contentType(path)).toBe(type);
  });

  it("compresses text, not pictures", () => {
    const paths = ["a.js", "a.wasm", "a.ttf", "a.png", "a.woff2", "a.zip"];
    expect(paths.map((path) => isCompressible(contentType(path)))).toEqual([true, true, true, false, false, false]);
  });

  it.each([
    "assets/index-DiwrgTda.js",
    "assets/index-D-wrgT_a.css",
    "assets/logo-B3xk9Qz1.svg",
    "main.5d41402abc4b2a76.js",
    "static/js/main.8f3a21bc.chunk.js",
    "chunk-5XJ2ABCD.js",
    "assets/index-DiwrgTda.js.map",
    "_next/static/chunks/main-app.js",
    "_astro/page.css",
    "_app/immutable/entry/start.js",
    "_nuxt/entry.js",
  ])("keeps %s for ever", (path) => {
    expect(cacheControl(path, contentType(path))).toBe(immutable);
  });

  it.each([
    "index.html",
    "app.js",
    "assets/photo-Mountain.jpg",
    "assets/photo-BlueMoon.jpg",
    "jquery-3.7.1.min.js",
    "report-20240101.pdf",
    "service-worker.js",
    "bootstrap.bundle.js",
    "_next/static/my-build/_buildManifest.js",
    "some-component.js",
    "favicon.ico",
    "deadbeef.html",
  ])("asks again for %s", (path) => {
    expect(cacheControl(path, contentType(path))).toBe("no-cache");
  });

  it("knows addresses of pages from addresses of files", () => {
    expect(["/a", "/user/john.doe", "/page.html"].map(isAssetPath)).toEqual([false, false, false]);
    expect(["/a.js", "/img/x.png", "/robots.txt"].map(isAssetPath)).toEqual([true, true, true]);
  });
});
