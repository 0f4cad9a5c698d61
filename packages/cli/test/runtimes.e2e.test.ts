/** Projects for runtimes this machine does not have: they come from the npm registry, and build and program have the same one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, type Installed } from "./installed.ts";

let landfall: Installed;
beforeAll(async () => {
  landfall = await install();
});
afterAll(() => landfall[Symbol.asyncDispose]());

const answered = async (name: string): Promise<string> => (await landfall.get(`${name}.localhost`)).body;

const asks = (node: string | undefined): string =>
  JSON.stringify({
    name: "versions",
    ...(node === undefined ? {} : { engines: { node } }),
    scripts: {
      build: `node -e "require('fs').writeFileSync('built.txt', process.version)"`,
      start: "node server.js",
    },
  });

it("Node.js is the version the project asks for, when it is built and when it runs, and again after a rollback", async () => {
  const folder = landfall.project("versions", {
    "package.json": asks("18.x"),
    "server.js": `const { createServer } = require("node:http"), built = require("node:fs").readFileSync("built.txt", "utf8");
createServer((request, response) => response.end(built + " " + process.version)).listen(process.env.PORT || 3000);`,
  });
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  const asked = await answered("versions");
  expect(asked).toMatch(/^(v18\.\d+\.\d+) \1$/);

  writeFileSync(join(folder, "package.json"), asks(undefined));
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect(await answered("versions")).toBe(`${process.version} ${process.version}`);
  expect(await landfall.json("rollback", "versions")).toMatchObject({ code: 0, status: "success" });
  expect(await answered("versions")).toBe(asked);
});

it("an old Node.js has the npm of its time, which reads the lockfile of that time", async () => {
  const lock = (lockfileVersion: number): string =>
    JSON.stringify({ name: "old", version: "1.0.0", lockfileVersion, requires: true, packages: {}, dependencies: {} });
  const scripts = { build: "npm --version > npm.txt", start: "npm run serve", serve: "node server.js" };
  const folder = landfall.project("old", {
    "package.json": JSON.stringify({ name: "old", version: "1.0.0", engines: { node: "14.x" }, scripts }),
    "package-lock.json": lock(1),
    "server.js": `const built = require("fs").readFileSync("npm.txt", "utf8");
require("http").createServer((request, response) => response.end(process.version + " " + built)).listen(process.env.PORT || 3000);`,
  });
  const { code, stderr } = await landfall.run("deploy", folder);
  expect(code, stderr).toBe(0);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain("Node.js 14.21.3 gets no more security fixes");
  expect(await answered("old")).toBe("v14.21.3 6.14.18\n");

  writeFileSync(join(folder, "package-lock.json"), lock(3));
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect(await answered("old")).toBe("v14.21.3 8.19.4\n");
});

it("a version there is not is said, and another taken", async () => {
  const folder = landfall.project("never", {
    "package.json": JSON.stringify({
      name: "never",
      engines: { node: "19.99.x" },
      scripts: { build: "node --version", start: "node server.js" },
    }),
    "server.js": `require("node:http").createServer((request, response) => response.end("up")).listen(process.env.PORT || 3000);`,
  });
  const { code, stderr } = await landfall.run("deploy", folder);
  expect(code).toBe(0);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain("The project asks for Node.js 19.99.x; this machine has");
});

it("programs for Bun and Deno run", async () => {
  const bun = landfall.project("bun-server", {
    "package.json": JSON.stringify({
      name: "bun-server",
      scripts: { start: "bun server.ts" },
      dependencies: { ms: "2.1.3" },
    }),
    "bun.lock": `{ "lockfileVersion": 1, "workspaces": { "": { "name": "bun-server", "dependencies": { "ms": "2.1.3" } } },
      "packages": { "ms": ["ms@2.1.3", "", {}, "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="] } }`,
    "server.ts": `import ms from "ms";
Bun.serve({ port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1", fetch: () => new Response("bun " + ms("1h")) });`,
  });
  expect(await landfall.json("deploy", bun)).toMatchObject({ code: 0, status: "success" });
  expect(await answered("bun-server")).toBe("bun 3600000");

  const deno = landfall.project("deno-server", {
    "deno.json": `{ "tasks": { "start": "deno run --allow-net --allow-env main.ts" } }`,
    "main.ts": `Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000) }, () => new Response("deno " + typeof Deno.version.deno));`,
  });
  expect(await landfall.json("deploy", deno)).toMatchObject({ code: 0, status: "success" });
  expect(await answered("deno-server")).toBe("deno string");
});

it("packages that Yarn would not put into node_modules are found by the running program", async () => {
  const folder = landfall.project("plugged", {
    "package.json": JSON.stringify({
      name: "plugged",
      packageManager: "yarn@4.18.1",
      scripts: { start: "node server.js" },
      dependencies: { ms: "2.1.3" },
    }),
    "yarn.lock": `# This file is generated by running "yarn install" inside your project.
# Manual changes might be lost - proceed with caution!

__metadata:
  version: 10
  cacheKey: 10c0

"ms@npm:2.1.3":
  version: 2.1.3
  resolution: "ms@npm:2.1.3"
  checksum: 10c0/d924b57e7312b3b63ad21fc5b3dc0af5e78d61a1fc7cfb5457edaf26326bf62be5307cc87ffb6862ef1c2b33b0233cdb5d4f01c4c958cc0d660948b65a287a48
  languageName: node
  linkType: hard

"plugged@workspace:.":
  version: 0.0.0-use.local
  resolution: "plugged@workspace:."
  dependencies:
    ms: "npm:2.1.3"
  languageName: unknown
  linkType: soft
`,
    "server.js": `const ms = require("ms");
require("node:http").createServer((request, response) => response.end("yarn " + ms("1h"))).listen(process.env.PORT);`,
  });
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect(await answered("plugged")).toBe("yarn 3600000");
});
