/** What must hold for the examples themselves, whatever is deployed of them. */
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { differences, linkedFiles, loadCases, type Case } from "../../../examples/cases.ts";
import { errorCodes } from "../src/error.ts";

const cases = await loadCases();

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

function manifests(example: Case): Manifest[] {
  return [".", ...(example.detect.services ?? []).map((service) => service.path)]
    .map((path) => join(example.dir, path, "package.json"))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, "utf8")) as Manifest);
}

describe("examples", () => {
  it("are at least fourteen", () => {
    expect(cases.length).toBeGreaterThanOrEqual(14);
  });

  it.each(cases)("$name pins every dependency and commits its lockfile", (example) => {
    const pinned = manifests(example).flatMap((each) =>
      Object.entries({ ...each.dependencies, ...each.devDependencies }),
    );
    const loose = pinned.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
    expect(existsSync(join(example.dir, "package-lock.json"))).toBe(pinned.length > 0);
  });

  it.each(cases)("$name names scripts that exist", (example) => {
    const parts = [{ ...example.detect, path: "." }, ...(example.detect.services ?? [])];
    for (const part of parts) {
      for (const command of [part.buildCommand, part.startCommand]) {
        const script = /^npm run (\S+)$/.exec(command ?? "")?.[1];
        if (script === undefined) continue;
        const manifest = JSON.parse(readFileSync(join(example.dir, part.path, "package.json"), "utf8")) as Manifest;
        expect(Object.keys(manifest.scripts ?? {})).toContain(script);
      }
    }
  });

  it("that fail name a code of the table", () => {
    const failing = cases.flatMap((example) => example.fails ?? []);
    expect(failing.length).toBeGreaterThan(0);
    for (const { code } of failing) expect(Object.keys(errorCodes)).toContain(code);
  });
});

describe("differences", () => {
  const page =
    '<link rel="stylesheet" href="/site.css"><link rel="canonical" href="/x"><script src="/app.js"></script>';
  const answers: Record<string, [number, Record<string, string>, string]> = {
    "/": [200, { "content-type": "text/html; charset=utf-8" }, page],
    "/site.css": [200, { "content-type": "text/css" }, "body {}"],
    "/old": [301, { location: "/new" }, ""],
  };
  const server = createServer((request, response) => {
    const [status, headers, body] = answers[request.url ?? ""] ?? [404, {}, "gone"];
    response.writeHead(status, headers).end(body);
  });
  const listening = new Promise<string>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
    });
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const plain = { method: "GET", status: 200, headers: {}, linked: false };

  it("finds none when everything is as expected", async () => {
    const serves = [
      { ...plain, path: "/", contains: "app.js", headers: { "content-type": "text/html" } },
      { ...plain, path: "/old", status: 301, headers: { location: "/new" } },
      { ...plain, path: "/nothing", status: 404, contains: "gone" },
    ];
    expect(await differences({ serves }, { "": await listening })).toEqual([]);
  });

  it("says which status, text, header, linked file and service are not as expected", async () => {
    const serves = [
      {
        ...plain,
        path: "/",
        contains: "welcome",
        headers: { "cache-control": "no-store" },
        linked: true,
        linkedContains: "v2",
      },
      { ...plain, path: "/old" },
      { ...plain, path: "/", service: "api" },
    ];
    expect(await differences({ serves }, { "": await listening })).toEqual([
      `GET /: the answer does not contain "welcome": ${page}`,
      "GET /: cache-control is absent, not no-store",
      "GET /app.js, linked from /: status 404 instead of 200",
      'no file linked from / contains "v2"',
      "GET /old: status 301 instead of 200",
      "GET api/: the service has no URL",
    ]);
  });

  it("takes only what the page asks its own host for", () => {
    expect(linkedFiles(`${page}<script src="https://cdn.example/x.js"></script><script>1</script>`)).toEqual([
      "/site.css",
      "/app.js",
    ]);
  });
});
