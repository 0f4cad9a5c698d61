import { describe, expect, it } from "vitest";
import { deploymentName, matches, pairOf, rolledBack, toggled } from "../../src/deployment/history.ts";
import type { Deployment } from "../../src/types.ts";
import { recorded } from "./recorded.ts";

const { deployment: sample } = recorded("server");
const one = (id: string, rest: Partial<Deployment> = {}): Deployment => ({
  ...sample,
  id,
  releaseId: `rel of ${id}`,
  ...rest,
});

describe("a list of deployments", () => {
  it("marks what a rollback took the traffic from", () => {
    const list = [
      one("e", { operation: "rollback", releaseId: "rel of b" }),
      one("d"),
      one("failed", { state: "failed" }),
      one("c", { environment: "preview" }),
      one("b"),
      one("a"),
    ];
    // Only d had the traffic when it went back to b; a had lost it before.
    expect([...rolledBack(list)]).toEqual(["d"]);
  });

  it("knows nothing of a rollback that has not succeeded", () => {
    expect([
      ...rolledBack([one("b", { operation: "rollback", state: "failed", releaseId: "rel of a" }), one("a")]),
    ]).toEqual([]);
  });

  it("calls each by its message, its commit, or where its files came from", () => {
    const commit = { sha: "a1b2c3d4e5", message: "Correct the tide table\n\nIt was late.", branch: null, author: null };
    expect(deploymentName(one("a", { commit, message: "Before the weekend" }))).toBe("Before the weekend");
    expect(deploymentName(one("a", { commit, message: null }))).toBe("Correct the tide table");
    const bare = { commit: null, message: null };
    expect(deploymentName(one("a", { ...bare, source: "folder tides" }))).toBe("Folder tides");
    expect(deploymentName(one("a", { ...bare, source: "https://example.com/tides.git" }))).toBe(
      "https://example.com/tides.git",
    );
    expect(deploymentName(one("dep_01kav3xq2m", { ...bare, source: null }))).toBe("dep_01kav3xq2m");
  });

  it("is searched in id, message, commit and branch", () => {
    const commit = { sha: "a1b2c3d4e5", message: "Correct the tide table", branch: "feature/tides", author: "Ana" };
    const deployment = one("dep_01kav3xq2m", { commit, message: "Before the weekend" });
    for (const text of ["01KAV3", "weekend", "a1b2", "tide table", "feature/", " "])
      expect(matches(deployment, { text })).toBe(true);
    expect(matches(deployment, { text: "Ana" })).toBe(false);
    expect(matches(deployment, { environment: "preview" })).toBe(false);
    expect(matches(deployment, { state: "success", platform: "local", environment: "production" })).toBe(true);
  });

  it("is looked through by person and by day, the first and the last included", () => {
    const noon = new Date(2026, 8, 14, 12).toISOString();
    const deployment = one("dep_01kav3xq2m", { startedBy: "Ana Ruiz", createdAt: noon });
    expect(matches(deployment, { person: "Ana Ruiz", from: "2026-09-14", until: "2026-09-14" })).toBe(true);
    expect(matches(deployment, { person: "Kofi Mensah" })).toBe(false);
    expect(matches(deployment, { from: "2026-09-15" })).toBe(false);
    expect(matches(deployment, { until: "2026-09-13" })).toBe(false);
  });

  it("lets two be chosen, and compares from the earlier to the later", () => {
    expect(toggled([], "a")).toEqual(["a"]);
    expect(toggled(["a", "b"], "c")).toEqual(["b", "c"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
    const list = [one("c"), one("b"), one("a")];
    expect(pairOf(["c", "a"], list)).toEqual(["a", "c"]);
    expect(pairOf(["c"], list)).toBeNull();
  });
});
