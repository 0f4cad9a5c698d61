import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { detectHere, detectingAside } from "../../src/detect/aside.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-aside-"));
  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({ name: "shop", scripts: { start: "node server.js" }, dependencies: { express: "5.0.0" } }),
  );
  writeFileSync(join(directory, "server.js"), 'require("express")().listen(process.env.PORT ?? 4000);\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("detection aside", () => {
  it("finds what detection here finds, also for several who ask at the same time", async () => {
    const detect = detectingAside();
    const expected = await detectHere(directory);
    expect(expected).toMatchObject({ framework: "express", port: 4_000 });
    expect(await Promise.all([detect(directory), detect(directory), detect(directory)])).toEqual([
      expected,
      expected,
      expected,
    ]);
  });

  it("says so of a directory that is not there, and goes on", async () => {
    const detect = detectingAside({ threads: 1 });
    await expect(detect(join(directory, "nowhere"))).rejects.toThrow();
    expect(await detect(directory)).toMatchObject({ framework: "express" });
  });

  it("ends a thread that takes too long, or is not waited for any more, and goes on with another", async () => {
    const hasty = detectingAside({ limitMs: 1, threads: 1 });
    const late = { code: "INVALID_SOURCE", message: expect.stringContaining("0.001 seconds") };
    await expect(Promise.all([hasty(directory), hasty(directory)])).rejects.toMatchObject(late);
    const detect = detectingAside({ threads: 1 });
    const gone = new AbortController();
    const first = detect(directory, gone.signal);
    gone.abort(new Error("not wanted any more"));
    await expect(first).rejects.toThrow("not wanted any more");
    expect(await detect(directory)).toMatchObject({ framework: "express" });
  });
});
