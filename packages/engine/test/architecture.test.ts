/** The invariants of absence of ARCHITECTURE.md, and the engine's public surface. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import * as engine from "../src/index.ts";

const packages = join(import.meta.dirname, "../..");

function sources(name: string): { path: string; text: string }[] {
  const root = join(packages, name, "src");
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) return [];
    const path = join(entry.parentPath, entry.name);
    return [{ path: relative(packages, path), text: readFileSync(path, "utf8") }];
  });
}

/** Files of a package whose text, comments and texts apart, matches. */
function offenders(name: string, pattern: RegExp, except: string[] = []): string[] {
  return sources(name)
    .filter(({ path, text }) => !except.includes(path) && pattern.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")))
    .map(({ path }) => path);
}

describe("the engine", () => {
  it("imports neither edge nor cli nor simulators", () => {
    expect(
      offenders("engine", /from "(@landfall\/(edge|simulators)|landfall)|from "\.\.\/\.\.\/\.\.\/(edge|cli)/),
    ).toEqual([]);
  });

  it("does not print, read the environment or exit", () => {
    expect(offenders("engine", /\bconsole\.\w+\(|\bprocess\.(env(?!\.PORT\))|exit|stdout|stderr|argv)\b/)).toEqual([]);
  });

  it("loads no HTTP client before somebody is asked: each takes a command 40 ms of its start", () => {
    expect(offenders("engine", /^import (?!type )[^;]*from "(node:https?|undici)"/m)).toEqual([]);
  });

  it("loads PostgreSQL's client only where it is used: a command on a database of its own starts without", () => {
    expect(offenders("engine", /^import (?!type )[^;]*from "pg"/m)).toEqual([]);
    expect(offenders("engine", /^import (?!type )[^;]*from "[^"]*\/postgres\.ts"/m)).toEqual([]);
  });

  it("exports what is listed here and nothing else", () => {
    expect(Object.keys(engine).sort()).toMatchInlineSnapshot(`
      [
        "DeployError",
        "definePlatform",
        "errorCodes",
        "isSettled",
        "openEngine",
        "reportOf",
        "restoreBackup",
      ]
    `);
  });
});

it("no package gives a command to a shell", () => {
  for (const name of ["engine", "edge", "cli", "simulators"]) {
    expect(offenders(name, /shell: true|\bexecSync\(|(?<!\.)\bexec\(["'`]/)).toEqual([]);
  }
});

it("the command line reads the environment in one place", () => {
  expect(offenders("cli", /\bprocess\.env\b/, ["cli/src/main.ts"])).toEqual([]);
});

it("edge does not import the command line", () => {
  expect(offenders("edge", /from "landfall"|\/cli\//)).toEqual([]);
});
