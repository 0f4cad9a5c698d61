/** The short form of bench/crash-many.ts. */
import { expect, it } from "vitest";
import { onPostgres } from "../../../engine/test/store/databases.ts";
import { crashMany } from "./matrix.ts";

onPostgres("many deployments", () => {
  it("a hundred succeed, each once, whatever is killed", async () => {
    const { faults, kills, restarts } = await crashMany({ count: 100, random: Math.random });
    expect(faults).toEqual([]);
    expect(restarts).toBe(2);
    expect(kills).toBeGreaterThan(2);
  }, 600_000);
});
