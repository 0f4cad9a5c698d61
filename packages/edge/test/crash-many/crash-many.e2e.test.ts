/** The short form of bench/crash-many.ts. */
import { describe, expect, it } from "vitest";
import { databases } from "../../../engine/test/store/databases.ts";
import { crashMany } from "./matrix.ts";

describe.each(databases.filter(({ kind }) => kind === "postgres"))("on $kind", () => {
  it("twenty deployments succeed, each once, whatever is killed", async () => {
    const { faults, kills, restarts } = await crashMany({ count: 20, random: Math.random });
    expect(faults).toEqual([]);
    expect(restarts).toBe(2);
    expect(kills).toBeGreaterThan(2);
  });
});
