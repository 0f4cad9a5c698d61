import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evictTrees } from "../../src/build/trees.ts";
import { openWorkspace } from "../../src/build/workspace.ts";
import { groupAlive, groupOf } from "../../src/process/group.ts";
import { thisOwner } from "../../src/deployment/owner.ts";
import { running } from "./processes.ts";
import { type Bench, openBench } from "./project.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench[Symbol.dispose]());

const dead = `${thisOwner().split(" ")[0]} 1 not-this-birth`;

describe("openWorkspace", () => {
  it("gives the same place again, and another one while it is taken", async () => {
    const first = await openWorkspace(bench.home);
    const second = await openWorkspace(bench.home);
    expect([first.directory, second.directory]).toEqual([join(bench.home, "builds/0"), join(bench.home, "builds/1")]);
    await first[Symbol.asyncDispose]();
    const third = await openWorkspace(bench.home);
    expect(third.directory).toBe(first.directory);
    await third[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    expect(readdirSync(join(bench.home, "builds"))).toEqual([]);
  });

  it("takes over the place of a dead owner and ends what still runs there", async () => {
    const left = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    await once(left, "spawn");
    const group = groupOf(left.pid ?? 0);
    mkdirSync(join(bench.home, "builds/0/app"), { recursive: true });
    writeFileSync(join(bench.home, "builds/0/app/half"), "");
    writeFileSync(join(bench.home, "builds/0.json"), JSON.stringify({ owner: dead, groups: [group] }));
    const workspace = await openWorkspace(bench.home);
    expect(workspace.directory).toBe(join(bench.home, "builds/0"));
    expect(existsSync(join(workspace.files, "half"))).toBe(false);
    expect(groupAlive(group)).toBe(false);
    await workspace[Symbol.asyncDispose]();
  });

  it("takes over a place from before the machine was started anew, when it is a day old", async () => {
    mkdirSync(join(bench.home, "builds"), { recursive: true });
    const path = join(bench.home, "builds/0.json");
    const taken = async (): Promise<string> => {
      await using workspace = await openWorkspace(bench.home);
      return workspace.directory;
    };
    writeFileSync(path, JSON.stringify({ owner: "another-boot 1 birth", groups: [] }));
    expect(await taken()).toBe(join(bench.home, "builds/1"));
    const before = Date.now() / 1000 - 90_000;
    utimesSync(path, before, before);
    expect(await taken()).toBe(join(bench.home, "builds/0"));
    expect(readdirSync(join(bench.home, "builds"))).toEqual([]);
  });

  it("is won by one of many that take over at once", async () => {
    mkdirSync(join(bench.home, "builds"), { recursive: true });
    for (let round = 0; round < 50; round++) {
      writeFileSync(join(bench.home, "builds/0.json"), JSON.stringify({ owner: dead, groups: [] }));
      const all = await Promise.all(Array.from({ length: 8 }, () => openWorkspace(bench.home)));
      expect(new Set(all.map((one) => one.directory)).size).toBe(8);
      for (const one of all) await one[Symbol.asyncDispose]();
    }
    expect(readdirSync(join(bench.home, "builds"))).toEqual([]);
  });
});

describe("a build whose engine is killed", () => {
  it("leaves no process, and the next build takes its place", async () => {
    const canary = `canary-${crypto.randomUUID()}`;
    const engine = spawn(process.execPath, [join(import.meta.dirname, "doomed.ts"), bench.home, canary], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(engine.stdout, "data");
    expect(running(canary), "the test looks at the right processes").toBeGreaterThan(0);
    engine.kill("SIGKILL");
    await once(engine, "exit");
    const built = await bench.build({
      files: {
        "a.mjs": `import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync("dist"); writeFileSync("dist/index.html", "<!doctype html><title>after</title>")`,
      },
      build: "node a.mjs",
    });
    expect(built.artifact.files).toHaveLength(1);
    expect(running(canary)).toBe(0);
    expect(readdirSync(join(bench.home, "builds"))).toEqual([]);
  });
});

describe("evictTrees", () => {
  it("removes the least recently used until the rest fits", async () => {
    const cache = join(bench.home, "trees");
    for (const [number, name] of ["old", "middle", "new"].entries()) {
      mkdirSync(join(cache, name), { recursive: true });
      writeFileSync(
        join(cache, name, "tree.json"),
        JSON.stringify({ how: "lent", directories: [], sizeBytes: 100, marks: {} }),
      );
      utimesSync(join(cache, name, "tree.json"), 1_000 + number, 1_000 + number);
    }
    await evictTrees(cache, 200);
    expect(readdirSync(cache).sort()).toEqual(["middle", "new"]);
  });
});

describe("a Python service", () => {
  it("is built in an environment that runs wherever it is put", async () => {
    const built = await bench.build({
      files: { "main.py": "print('hello')", "requirements.txt": "" },
      install: "pip install -r requirements.txt",
      start: "python main.py",
      service: { runtime: "python" },
    });
    const elsewhere = join(bench.home, "elsewhere");
    await bench.blobs.materialise(built.artifact.files, elsewhere, { link: "copy" });
    const { stdout } = await promisify(execFile)(join(elsewhere, ".venv/bin/pip"), ["--version"]);
    expect(stdout).toContain(`from ${elsewhere}/.venv/lib/`);
    expect(built.warnings).toEqual([]);
  });
});
