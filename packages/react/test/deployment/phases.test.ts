import { describe, expect, it } from "vitest";
import { bytesInWords, phasesOf } from "../../src/deployment/phases.ts";
import { stepsOf, withEvent } from "../../src/deployment/steps.ts";
import type { Deployment } from "../../src/types.ts";
import { recorded } from "./recorded.ts";

const names = (deployment: Deployment): string[] =>
  phasesOf(deployment, stepsOf(deployment)).rows.map(({ name }) => name);

describe("phases", () => {
  it("are told before the first step has begun", () => {
    const { deployment } = recorded("server");
    const waiting: Deployment = { ...deployment, state: "pending", steps: [] };
    expect(phasesOf(waiting, [])).toMatchObject({
      at: 0,
      rows: [
        { name: "detect", state: "finished", detail: "python server" },
        { name: "plan", state: "finished", detail: "7 files, 1 service" },
        { name: "build", state: "waiting" },
        { name: "seal", state: "waiting" },
        { name: "platform", title: "Release on local", state: "waiting" },
        { name: "verify", state: "waiting" },
      ],
    });
  });

  it("stay the same in number while the steps of the platform turn up", () => {
    const { deployment, events } = recorded("server");
    let steps = stepsOf({ ...deployment, steps: [], state: "pending" });
    const counts: [number, number][] = [];
    for (const event of events) {
      steps = withEvent(steps, event);
      const state = event.type === "state" ? event.state : "deploying";
      const { rows, at } = phasesOf({ ...deployment, state }, steps);
      if (counts.at(-1)?.[0] !== at) counts.push([at, rows.length]);
    }
    expect(counts).toEqual([
      [0, 6],
      [3, 6],
      [4, 6],
      [5, 6],
      [6, 6],
    ]);
    const { rows } = phasesOf(deployment, steps);
    expect(rows[4]?.inside?.map(({ name }) => name)).toEqual(["stage", "start", "probe", "switch"]);
    expect(rows[4]).toMatchObject({ state: "finished", hasLog: false, durationMs: 395 });
  });

  it("stop where it failed", () => {
    const { deployment } = recorded("broken");
    const { rows, at } = phasesOf(deployment, stepsOf(deployment));
    expect(rows[at - 1]).toMatchObject({ name: "build", state: "failed" });
    expect(rows.slice(at).every(({ state }) => state === "waiting")).toBe(true);
  });

  it("say when the platform had nothing to do", () => {
    const { deployment } = recorded("unchanged");
    expect(phasesOf(deployment, stepsOf(deployment)).rows[4]).toMatchObject({ name: "platform", state: "reused" });
  });

  it("are those of the operation", () => {
    const { deployment } = recorded("server");
    const waiting: Deployment = { ...deployment, state: "pending", steps: [] };
    expect(names({ ...waiting, operation: "redeploy" })).toEqual(["build", "seal", "platform", "verify"]);
    expect(names({ ...waiting, operation: "promote" })).toEqual(["seal", "platform", "verify"]);
    expect(names({ ...waiting, operation: "rollback" })).toEqual(["platform", "verify"]);
    const [service] = deployment.plan!.services;
    const services = [service!, { ...service!, name: "api" }];
    expect(names({ ...waiting, plan: { ...deployment.plan!, services } })).toContain("build api");
  });

  it("say sizes as people do", () => {
    expect([512, 4_100, 4_120_000, 2e9].map(bytesInWords)).toEqual(["512 B", "4.1 kB", "4.1 MB", "2 GB"]);
  });
});
