/** landfall.json: what is refused, that all of it is said at once, and that the schema in docs/ is the one that reads it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { landfallSchema } from "../../../../docs/generate.ts";
import { readConfig } from "../../src/plan/config.ts";
import { DeployError, type ErrorReport } from "../../src/error.ts";
import { openEngine } from "../../src/open.ts";

let root: string;
let project: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "landfall-config-"));
  project = join(root, "site");
  mkdirSync(project);
  writeFileSync(join(project, "index.html"), "<!doctype html><title>Site</title>");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(config: unknown): void {
  writeFileSync(join(project, "landfall.json"), typeof config === "string" ? config : JSON.stringify(config));
}

/** The error of reading what was written. */
function refusal(config: unknown): DeployError {
  write(config);
  try {
    readConfig(project);
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(config)}`);
}

function pathsOf(error: DeployError): string[] {
  return (error.text.faults ?? []).map(({ path }) => path).sort();
}

/** What planning the project says against it; nothing is deployed. */
async function problems(): Promise<ErrorReport[]> {
  await using engine = await openEngine({ home: join(root, "data"), edgeCommand: [], workerCommand: [], toolPath: [] });
  return (await engine.prepare({ source: { kind: "folder", path: project } })).problems;
}

describe("the schema in docs/", () => {
  it("is what the generator writes", () => {
    const text = readFileSync(join(import.meta.dirname, "../../../../docs/landfall.schema.json"), "utf8");
    expect(JSON.parse(text)).toEqual(landfallSchema());
  });
});

describe("reading landfall.json", () => {
  it("answers null without one", () => {
    expect(readConfig(project)).toBeNull();
  });

  it("takes comments, a comma too many and every field", () => {
    write(`{
      // Read by editors.
      "$schema": "./docs/landfall.schema.json",
      "name": "site", "platform": "local", "framework": "astro", "installCommand": "npm ci", "buildCommand": "",
      "startCommand": "node server.js", "outputDir": "dist", "port": 3000, "kind": "static", "spaFallback": true,
      "healthPath": "/health?deep=1", "services": { "apps/web": { "outputDir": "build" } },
    }`);
    expect(readConfig(project)).toMatchObject({
      port: 3000,
      healthPath: "/health?deep=1",
      services: { "apps/web": { outputDir: "build" } },
    });
  });

  it("names every unknown key and every wrong value at once, with their paths", () => {
    const error = refusal({
      outputdir: "dist",
      port: 70_000,
      kind: "container",
      spaFallback: "yes",
      name: 7,
      services: { api: { port: "3000", helthPath: "/" }, web: "static" },
    });
    expect(error.code).toBe("INVALID_CONFIG");
    expect(pathsOf(error)).toEqual([
      "(top)",
      "kind",
      "name",
      "port",
      "services.api",
      "services.api.port",
      "services.web",
      "spaFallback",
    ]);
    const messages = (error.text.faults ?? []).map(({ message }) => message).join("\n");
    expect(messages).toContain('"outputdir"');
    expect(messages).toContain('"helthPath"');
    expect(error.text.next).toContain("docs/landfall.schema.json");
  });

  it.each([
    ["a list", []],
    ["text", "just text"],
    ["null", null],
    ["an empty file", ""],
  ])("refuses %s", (_name, config) => {
    expect(refusal(config).code).toBe("INVALID_CONFIG");
  });

  it("names the line of a fault of syntax", () => {
    expect(pathsOf(refusal('{\n  "name": "site",\n  "port": 80 80\n}'))).toContain("line 3");
  });

  it.each([
    ["without a leading slash", "health"],
    ["another host's address", "http://169.254.169.254/latest/meta-data"],
    ["two slashes, which name another host", "//169.254.169.254/latest"],
    ["a line break, which would begin a header of its own", "/health\r\nHost: other"],
    ["a space, which would end the request line early", "/ HTTP/1.1"],
    ["a NUL byte", "/\0"],
    ["nothing", ""],
    ["more than 501 characters", `/${"a".repeat(501)}`],
  ])("refuses a healthPath %s", (_name, healthPath) => {
    expect(pathsOf(refusal({ healthPath, services: { api: { healthPath } } }))).toEqual([
      "healthPath",
      "services.api.healthPath",
    ]);
  });
});

describe("an output directory", () => {
  it.each(["..", "../other", "dist/../../other", "./..", "/etc", "//etc", "dist\\..\\..", "..\\other", "dist\0", "/"])(
    "%j is refused before anything has changed",
    async (outputDir) => {
      write({ outputDir });
      expect(await problems()).toMatchObject([{ code: "INVALID_CONFIG", where: "outputDir" }]);
    },
  );

  it.each(["dist", "./dist/", "dist/..hidden", "."])("%j is inside", async (outputDir) => {
    write({ outputDir });
    expect(await problems()).toEqual([]);
  });
});
