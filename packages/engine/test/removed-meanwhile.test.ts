/** A project that is removed while something is done to it: either that was first, or it says so; nothing of it is left, and nothing has failed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as tick } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine, reportOf } from "../src/index.ts";
import { databases } from "./store/databases.ts";

/** So many moments of a removal, one after the other, at which something is done to the project. */
const moments = 40;

describe.each(databases)("a project removed meanwhile on $kind", ({ use }) => {
  const fresh = use();
  const home = mkdtempSync(join(tmpdir(), "landfall-removed-"));
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({ home, edgeCommand: [], workerCommand: [], toolPath: [], ...(await fresh()) });
    mkdirSync(join(home, "shop"));
    writeFileSync(join(home, "shop/index.html"), "<h1>shop</h1>");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  it("has what was done to it, or it is said that it was removed", async () => {
    const codes = new Set<string>();
    const told = (error: unknown): void => void codes.add(reportOf(error).code);
    const acts = [
      async (project: string) => {
        const prepared = await engine.prepare({ source: { kind: "folder", path: join(home, "shop") }, project });
        return () => engine.accept(prepared);
      },
      async (project: string) => () => engine.variables.set({ project }, { GREETING: "hello" }),
    ];
    // A removal begins, and what is done begins at a later moment of it each time.
    for (let moment = 0; moment < moments; moment++)
      for (const [index, ready] of acts.entries()) {
        const project = `shop-${moment}-${index}`;
        await engine.variables.set({ project }, { GREETING: "before" });
        const act = await ready(project);
        const removed = engine.remove({ project }).catch(told);
        for (let ticks = 0; ticks < moment; ticks++) await tick();
        await act().catch(told);
        await removed;
      }
    // A project with an open deployment is not removed, which is a conflict too.
    expect([...codes]).toEqual(["CONFLICT"]);
  });
});
