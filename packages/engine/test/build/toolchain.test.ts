import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isInstall } from "../../src/build/dependencies.ts";
import { chooseNode, type NodeRuntime } from "../../src/build/node.ts";
import { choosePackageManager } from "../../src/build/package-manager.ts";
import { toolDirectories } from "../../src/build/programs.ts";
import { nodeFor } from "../../src/build/runtime.ts";
import { openToolbox } from "../../src/build/tools.ts";
import { parseCommand } from "../../src/process/command.ts";

describe("chooseNode", () => {
  const runtimes: [NodeRuntime, ...NodeRuntime[]] = [
    { execPath: "/a", version: "24.21.0" },
    { execPath: "/b", version: "20.20.2" },
    { execPath: "/c", version: "22.13.0" },
  ];
  it.each([
    [undefined, "/a"],
    [">=18", "/a"],
    ["22", "/c"],
    ["v20", "/b"],
    ["20.x || 22.x", "/c"],
    ["^20.0.0", "/b"],
    ["lts/*", "/a"],
  ])("takes for %j the newest that fits", (wanted, execPath) => {
    expect(chooseNode(runtimes, wanted)).toEqual({ node: runtimes.find((one) => one.execPath === execPath) });
  });

  it("takes the first and says so when none fits", () => {
    const { node, warning } = chooseNode(runtimes, "16.x");
    expect(node.execPath).toBe("/a");
    expect(warning).toBe(
      "The project asks for Node.js 16.x; this machine has 24.21.0, 20.20.2, 22.13.0. It is built and run with 24.21.0.",
    );
  });
});

describe("a Node.js that is not here", () => {
  it("is done without, and said, where the registry cannot be reached", async () => {
    const home = mkdtempSync(join(tmpdir(), "landfall-tools-"));
    const nobody = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };
    const toolbox = await openToolbox(home, {
      path: toolDirectories(process.env["PATH"]!.split(":")),
      network: nobody,
    });
    const { node, warning } = await nodeFor({ runtime: "node", runtimeVersion: "18.17.x" }, toolbox);
    expect(node.version).toBe(process.versions.node);
    expect(warning).toContain("could not be fetched: The npm registry could not be asked.");
    expect(readdirSync(join(home, "tools"))).toEqual([]);
    rmSync(home, { recursive: true });
  });
});

describe("choosePackageManager", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "landfall-manager-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const cases: [files: Record<string, string>, slug: string | undefined, name: string, version: string | undefined][] =
    [
      [{ "package.json": "{}" }, undefined, "npm", undefined],
      [{ "package.json": "{}" }, "npm", "npm", undefined],
      [{ "package.json": `{"packageManager":"pnpm@9.1.0"}` }, "pnpm", "pnpm", "9.1.0"],
      [{ "package.json": `{"packageManager":"pnpm@9.1.0+sha512.ab12"}` }, undefined, "pnpm", "9.1.0"],
      [
        { "package.json": `{"packageManager":"pnpm@latest"}`, "pnpm-lock.yaml": "lockfileVersion: '6.0'\n" },
        "pnpm",
        "pnpm",
        "8.15.9",
      ],
      [{ "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" }, "pnpm", "pnpm", "10.34.9"],
      [
        { "package.json": `{"packageManager":"pnpm@8.14.0+sha1.ab"}`, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" },
        "pnpm",
        "pnpm",
        "10.34.9",
      ],
      [
        { "package.json": `{"packageManager":"pnpm@9.15.0"}`, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" },
        "pnpm",
        "pnpm",
        "9.15.0",
      ],
      [{ "pnpm-lock.yaml": "lockfileVersion: 5.4\n" }, "pnpm", "pnpm", "7.33.7"],
      [{ "pnpm-lock.yaml": "lockfileVersion: 5.3\n" }, "pnpm", "pnpm", "6.35.1"],
      [{ "yarn.lock": "# yarn lockfile v1\n" }, "yarn", "yarn", "1.22.22"],
      [{ "yarn.lock": "__metadata:\n  version: 6\n" }, "yarn", "yarn", "3.8.7"],
      [{ "yarn.lock": "__metadata:\n  version: 8\n" }, "yarn", "yarn", "4.18.1"],
      [{ "bun.lock": "{}" }, "bun", "bun", "1.4.5"],
      [{ "package.json": "{ broken" }, "npm", "npm", undefined],
    ];
  it.each(cases)("reads %j for %s", async (files, slug, name, version) => {
    for (const file of ["package.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"])
      rmSync(join(directory, file), { force: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
    const manager = await choosePackageManager(directory, slug);
    expect([manager.name, manager.version]).toEqual([name, version]);
  });
});

describe("isInstall", () => {
  it.each([
    "npm ci",
    "npm install --no-audit",
    "pnpm install --frozen-lockfile",
    "yarn",
    "yarn --immutable",
    "bun install",
  ])("is %j", (text) => {
    expect(parseCommand(text).map(isInstall)).toEqual([true]);
  });
  it.each([
    "npm install express",
    "npm run build",
    "npm ci --prefix web",
    "A=1 npm ci",
    "pnpm -r build",
    "pip install -r requirements.txt",
    "yarn build",
  ])("is not %j", (text) => {
    expect(parseCommand(text).map(isInstall)).toEqual([false]);
  });
});
