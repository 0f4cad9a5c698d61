import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningEdge, runningEdge, say } from "./running-edge.ts";

const script = "console.log('the same again');\n".repeat(200);

describe("static sites", () => {
  let web: RunningEdge;
  const faults: string[] = [];
  beforeAll(async () => {
    web = await runningEdge({ memoryBytes: 1024 * 1024, onFault: ({ path }) => faults.push(path) });
  });
  afterAll(() => web.end());
  afterEach(() => {
    faults.length = 0;
  });

  it("serves the bytes it was given with type, length, digest and how long to keep them", async () => {
    web.serve(
      web.site({ "index.html": "<h1>hi</h1>", "assets/app-DiwrgTda.js": "1", "a.png": Buffer.from([0, 255, 1]) }),
    );
    const page = await web.get("/");
    expect([page.status, page.text]).toEqual([200, "<h1>hi</h1>"]);
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": "11",
      "cache-control": "no-cache",
      "last-modified": "Fri, 02 Jan 2026 00:00:00 GMT",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      vary: "Accept-Encoding",
    });
    expect(page.headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(page.headers.server).toBeUndefined();
    expect(page.headers["x-powered-by"]).toBeUndefined();
    expect((await web.get("/assets/app-DiwrgTda.js")).headers["cache-control"]).toContain("immutable");
    expect((await web.get("/a.png")).body.equals(Buffer.from([0, 255, 1]))).toBe(true);
  });

  it("answers 304 to who has the bytes, and sends them to who has others", async () => {
    web.serve(web.site({ "index.html": "one" }));
    const { etag = "", "last-modified": modified = "" } = (await web.get("/")).headers;
    const same = await web.get("/", { "if-none-match": `"x", ${etag}` });
    expect([same.status, same.text, same.headers.etag]).toEqual([304, "", etag]);
    expect(same.headers["content-length"]).toBeUndefined();
    expect((await web.get("/", { "if-modified-since": modified })).status).toBe(304);
    web.serve(web.site({ "index.html": "two" }, { releasedAt: Date.UTC(2026, 0, 1) }));
    expect((await web.get("/", { "if-none-match": etag })).text).toBe("two");
    expect((await web.get("/", { "if-modified-since": modified })).text).toBe("two");
  });

  it("answers HEAD as GET without the bytes, and refuses to be written to", async () => {
    web.serve(web.site({ "index.html": "hello" }));
    const head = await web.get("/", {}, "HEAD");
    expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "5", ""]);
    const post = await web.get("/", {}, "POST");
    expect([post.status, post.headers.allow]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect((await web.get("/", {}, "OPTIONS")).status).toBe(204);
  });

  it("sends parts, from memory and from the disk", async () => {
    const big = Buffer.alloc(3 * 1024 * 1024, "0123456789");
    web.serve(web.site({ "small.txt": "0123456789", "big.bin": big }));
    await web.get("/small.txt");
    for (const path of ["/small.txt", "/big.bin"]) {
      const part = await web.get(path, { range: "bytes=2-4", "accept-encoding": "gzip" });
      expect([part.status, part.text, part.headers["content-length"]]).toEqual([206, "234", "3"]);
      expect(part.headers["content-encoding"]).toBeUndefined();
    }
    expect((await web.get("/small.txt", { range: "bytes=-3" })).headers["content-range"]).toBe("bytes 7-9/10");
    const outside = await web.get("/small.txt", { range: "bytes=10-" });
    expect([outside.status, outside.headers["content-range"]]).toEqual([416, "bytes */10"]);
    expect((await web.get("/small.txt", { range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
    const whole = await web.get("/big.bin");
    expect(whole.body.equals(big)).toBe(true);
    expect(await web.router.drained("rel_site", { timeoutMs: 2_000 })).toBe(true);
  });

  it("compresses what shrinks, for those who take it, each form with its own digest", async () => {
    web.serve(web.site({ "app.js": script, "tiny.js": "1", "a.png": Buffer.alloc(5000) }));
    const br = await web.get("/app.js", { "accept-encoding": "gzip, deflate, br" });
    const gz = await web.get("/app.js", { "accept-encoding": "gzip" });
    const plain = await web.get("/app.js");
    expect([br.headers["content-encoding"], gz.headers["content-encoding"]]).toEqual(["br", "gzip"]);
    expect(brotliDecompressSync(br.body).toString()).toBe(script);
    expect(gunzipSync(gz.body).toString()).toBe(script);
    expect(plain.text).toBe(script);
    expect(new Set([br, gz, plain].map(({ headers }) => headers.etag)).size).toBe(3);
    expect(new Set([br, gz, plain].map(({ headers }) => headers.vary))).toEqual(new Set(["Accept-Encoding"]));
    const again = await web.get("/app.js", { "accept-encoding": "br", "if-none-match": br.headers.etag ?? "" });
    expect(again.status).toBe(304);
    expect((await web.get("/app.js", { "accept-encoding": "br" }, "HEAD")).headers["content-length"]).toBe(
      String(br.body.length),
    );
    for (const path of ["/tiny.js", "/a.png"]) {
      expect((await web.get(path, { "accept-encoding": "br" })).headers["content-encoding"]).toBeUndefined();
    }
  });

  it("prefers what the build has compressed", async () => {
    web.serve(web.site({ "app.js": script, "app.js.br": "BR", "app.js.gz": "GZ" }));
    expect((await web.get("/app.js", { "accept-encoding": "gzip, br" })).text).toBe("BR");
    expect((await web.get("/app.js", { "accept-encoding": "gzip" })).text).toBe("GZ");
    expect((await web.get("/app.js", { "accept-encoding": "zstd" })).headers["content-encoding"]).toBe("zstd");
    expect((await web.get("/app.js")).text).toBe(script);
  });

  it("answers pages of an application with its shell, but neither its data nor its files", async () => {
    web.serve(web.site({ "index.html": "shell", "app.js": "1" }, { rules: { spaFallback: true } }));
    expect((await web.get("/users/7", { accept: "text/html" })).text).toBe("shell");
    expect((await web.get("/users/7")).status).toBe(200);
    expect((await web.get("/old.js", { accept: "*/*" })).status).toBe(404);
    expect((await web.get("/api/me", { accept: "application/json" })).status).toBe(404);
    expect((await web.get("/api/me", { accept: "*/*", "sec-fetch-dest": "empty" })).status).toBe(404);
    expect((await web.get("/users/7", {}, "HEAD")).status).toBe(200);
  });

  it("sends the site's own 404 page with 404, or a short one, as page or as data", async () => {
    web.serve(web.site({ "index.html": "x", "404.html": "not here" }));
    const own = await web.get("/nothing", { accept: "text/html" });
    expect([own.status, own.text, own.headers["cache-control"]]).toEqual([404, "not here", "no-cache"]);
    web.serve(web.site({ "index.html": "x" }));
    const html = await web.get("/nothing", { accept: "text/html" });
    expect([html.status, html.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
    const data = await web.get("/nothing", { accept: "application/json" });
    expect(JSON.parse(data.text)).toEqual({
      error: { status: 404, code: "not_found", message: "There is nothing at this address." },
    });
  });

  it.each([
    ["/%", 400],
    ["/%zz", 400],
    ["/%c0%ae%c0%ae/x", 400],
    ["/a%00.html", 400],
    ["/..%5c..%5cetc/passwd", 400],
    ["/../../etc/passwd", 404],
    ["/..%2f..%2fetc%2fpasswd", 404],
    ["/.env", 404],
    ["/%2eenv", 404],
    ["/.git/config", 404],
    ["/_headers", 404],
    ["/_redirects", 404],
    ["/%5fredirects", 404],
    ["//etc/passwd", 404],
    ["/a%20b.txt", 200],
    ["/%61%20b.txt?x=%", 200],
    ["/%C3%BC.txt", 200],
    ["/.well-known/security.txt", 200],
  ])("GET %s answers %i", async (path, status) => {
    const files = {
      "a b.txt": "1",
      "ü.txt": "2",
      ".env": "SECRET",
      ".git/config": "s",
      ".well-known/security.txt": "c",
    };
    web.serve(web.site({ ...files, _headers: "", _redirects: "" }));
    const answer = await web.get(path);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain("SECRET");
  });

  it("sends visitors to the address with the right slash, query kept", async () => {
    web.serve(web.site({ "docs/index.html": "d", "ü/index.html": "u" }));
    const answer = await web.get("/docs?a=1&b=%20");
    expect([answer.status, answer.headers.location]).toEqual([301, "/docs/?a=1&b=%20"]);
    expect((await web.get("/%C3%BC")).headers.location).toBe("/%C3%BC/");
  });

  it("follows _redirects and _headers of the site", async () => {
    const rules = [
      "/old /new?x=1 301",
      "/rewritten /target 200",
      "/app.js /other 302",
      "/forced.html /new 302!",
      "/closed /x 410",
      "/brew /teapot.html 404",
      "/q v=1 /one 302",
      "/ü /straße 301",
      "/* /index.html 200",
    ].join("\n");
    const site = web.site({
      "index.html": "shell",
      "app.js": "code",
      "forced.html": "never",
      "target.html": "target",
      "teapot.html": "teapot",
      q: "file",
      _redirects: rules,
      _headers: "/*\n  X-All: 1\n  Cache-Control: max-age=5\n/target\n  X-All: 2",
    });
    web.serve(site);
    const at = async (path: string): Promise<unknown[]> => {
      const { status, headers, text } = await web.get(path);
      return [status, headers.location ?? text];
    };
    expect(await at("/old?y=2")).toEqual([301, "/new?x=1"]);
    expect(await at("/rewritten")).toEqual([200, "target"]);
    expect(await at("/app.js")).toEqual([200, "code"]);
    expect(await at("/forced.html")).toEqual([302, "/new"]);
    expect((await at("/closed"))[0]).toBe(410);
    expect(await at("/brew")).toEqual([404, "teapot"]);
    expect(await at("/q")).toEqual([200, "file"]);
    expect(await at("/q?v=1")).toEqual([200, "file"]);
    expect(await at("/%C3%BC")).toEqual([301, "/stra%C3%9Fe"]);
    expect(await at("/anything")).toEqual([200, "shell"]);
    const headers = (await web.get("/app.js")).headers;
    expect([headers["x-all"], headers["cache-control"]]).toEqual(["1", "max-age=5"]);
    expect((await web.get("/target")).headers["x-all"]).toBe("2");
    expect((await web.get("/rewritten")).headers["x-all"]).toBe("1");
  });

  it("says so when a file of the release is gone from the store, and serves the rest", async () => {
    const site = web.site({ "small.txt": "gone", "big.bin": Buffer.alloc(2 * 1024 * 1024, 7), "a.txt": "here" });
    web.serve(site);
    for (const path of ["small.txt", "big.bin"]) rmSync(join(web.dir, site.entries.get(path)!.sha256));
    for (const path of ["/small.txt", "/big.bin"]) {
      const answer = await web.get(path, { accept: "application/json" });
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain(web.dir);
    }
    expect(faults).toEqual(["small.txt", "big.bin"]);
    expect((await web.get("/a.txt")).text).toBe("here");
    writeFileSync(join(web.dir, site.entries.get("small.txt")!.sha256), "gone");
    expect((await web.get("/small.txt")).text).toBe("gone");
  });

  it("keeps small files in memory within its budget", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f${index}.bin`, Buffer.alloc(100_000, index)]),
    );
    web.serve(web.site(files));
    for (const path of Object.keys(files)) expect((await web.get(`/${path}`)).body.length).toBe(100_000);
    expect(web.edge.memoryBytes()).toBeLessThanOrEqual(1024 * 1024);
    expect(web.edge.memoryBytes()).toBeGreaterThan(500_000);
  });

  it("adds the route's headers to every answer", async () => {
    const target = { kind: "static", site: web.site({ "index.html": "x" }) } as const;
    web.router.apply([
      { hosts: ["web.localhost"], release: "rel_1", headers: [["x-landfall-release", "rel_1"]], target },
    ]);
    for (const path of ["/", "/nothing"]) expect((await web.get(path)).headers["x-landfall-release"]).toBe("rel_1");
  });

  it("answers several requests sent at once on one connection, in order", async () => {
    web.serve(web.site({ "a.txt": "first", "b.txt": "second" }));
    const host = "HTTP/1.1\r\nHost: web.localhost\r\n";
    const answer = await say(web.port, `GET /a.txt ${host}\r\nGET /b.txt ${host}Connection: close\r\n\r\n`);
    expect(answer.indexOf("first")).toBeGreaterThan(0);
    expect(answer.indexOf("second")).toBeGreaterThan(answer.indexOf("first"));
  });
});
