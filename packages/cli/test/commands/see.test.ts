import type { DeploymentView, RuntimeLogLine } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { describe, expect, it } from "vitest";
import { engineDouble, eventsOf, view } from "../engine-double.ts";
import { landfall, worldOf } from "../world-double.ts";

const failed: DeploymentView = {
  ...view,
  state: "failed",
  live: false,
  url: null,
  services: [],
  error: { code: "BUILD_FAILED", what: "The build stopped.", next: "Mend it." },
  steps: [
    { name: "build", status: "failed", attempt: 1, startedAt: view.createdAt, finishedAt: "2026-01-01T00:00:02.000Z" },
  ],
};
const failedEvents = eventsOf([
  { type: "step", step: "build", status: "started", attempt: 1 },
  { type: "log", step: "build", stream: "stderr", firstLine: 1, lines: ["one", "\u001b[31mtwo\u001b[0m", "three"] },
  { type: "step", step: "build", status: "failed", attempt: 1 },
  { type: "error", error: failed.error! },
  { type: "state", state: "failed" },
]);

describe("why", () => {
  it("tells the cause, the step, its last output and what to do", async () => {
    const { exit, out } = await landfall(
      worldOf({ engine: engineDouble({ end: failed, events: failedEvents }) }),
      "why",
    );
    expect(exit).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "dep_1 · site · production · failed after 4.2 s
        in step build

      ✗ The build stopped.

        Do this
        Mend it.

        BUILD_FAILED

        Last output
        │ one
        │ two
        │ three
      "
    `);
  });

  it("says so when there is nothing to explain", async () => {
    expect((await landfall(worldOf({ engine: engineDouble() }), "why", "dep_1")).out).toContain("It succeeded");
    const { exit, err } = await landfall(worldOf({ engine: engineDouble() }), "why");
    expect(exit).toBe(2);
    expect(err).toContain("The project site has no such deployment.");
  });

  it("is an object with --json", async () => {
    const { out } = await landfall(
      worldOf({ engine: engineDouble({ end: failed, events: failedEvents }) }),
      "why",
      "dep_1",
      "--json",
    );
    expect(JSON.parse(out)).toMatchObject({ id: "dep_1", step: "build", error: { code: "BUILD_FAILED" } });
  });
});

describe("logs", () => {
  const lines: RuntimeLogLine[] = ["a", "b"].map((line) => ({
    service: "web",
    release: "rel_1",
    at: null,
    stream: "stdout",
    line: `${line}\u001b[2J`,
  }));

  it("are those of the running program, safe to print", async () => {
    const asked: unknown[] = [];
    const engine = engineDouble({
      runtimeLogs: async function* ({ signal: _signal, ...target }) {
        asked.push(target);
        yield* lines;
      },
    });
    const { exit, out } = await landfall(worldOf({ engine }), "logs", "shop", "-n", "5", "--service", "web");
    expect({ exit, out }).toEqual({ exit: 0, out: "a\nb\n" });
    expect(asked).toEqual([{ project: "shop", environment: "production", follow: false, tail: 5, service: "web" }]);
  });

  it("end with status 0 when following is stopped", async () => {
    const engine = engineDouble({
      runtimeLogs: async function* ({ signal }) {
        yield lines[0]!;
        await new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason as Error)));
      },
    });
    const world = worldOf({ engine });
    const ended = landfall(world, "logs", "-f");
    while (world.out() === "") await new Promise((resolve) => setImmediate(resolve));
    world.signal("SIGINT");
    expect(await ended).toEqual({ exit: 0, out: "a\n", err: "" });
  });

  it("are those of a build with its id, or with --build", async () => {
    const byId = worldOf({ engine: engineDouble({ end: failed, events: failedEvents }) });
    expect((await landfall(byId, "logs", "dep_1")).out).toBe("one\ntwo\nthree\n");
    const newest = worldOf({ engine: engineDouble({ end: failed, events: failedEvents }) });
    expect((await landfall(newest, "logs", "--build", "--tail", "1")).out).toBe("three\n");
  });

  it("refuse a tail that is no number", async () => {
    expect((await landfall(worldOf({ engine: engineDouble() }), "logs", "-n", "many")).exit).toBe(2);
  });
});

describe("inspect", () => {
  it("shows facts, steps and the error", async () => {
    const { out } = await landfall(worldOf({ engine: engineDouble({ end: failed }) }), "inspect");
    expect(out).toMatchInlineSnapshot(`
      "dep_1

        project    site · production · local
        state      failed
        operation  deploy
        created    2026-01-01T00:00:00.000Z
        took       4.2 s
        release    rel_1

        ✗ build       2.0 s

      ✗ The build stopped.

        Do this
        Mend it.

        BUILD_FAILED
      "
    `);
  });
});

describe("ls", () => {
  it("is a table, newest first as the engine gives it", async () => {
    const end = { ...view, message: "first\u001b[31m one" };
    expect((await landfall(worldOf({ engine: engineDouble({ end }) }), "ls")).out).toMatchInlineSnapshot(`
      "ID     PROJECT  ENVIRONMENT  PLATFORM  OPERATION  STATE         TIME   CREATED   MESSAGE
      dep_1  site     production   local     deploy     success live  4.2 s  10 s ago  first one
      "
    `);
  });

  it("of a project that is not there is refused", async () => {
    expect((await landfall(worldOf({ engine: engineDouble() }), "ls", "nope")).exit).toBe(2);
  });
});

describe("status", () => {
  it("says what runs", async () => {
    const services = [
      {
        project: "site",
        environment: "production",
        service: "web",
        release: "rel_1",
        kind: "server",
        url: "http://site.localhost:8080",
        state: "ready",
        restarts: 2,
        port: 40_001,
      },
    ];
    const edge = { running: true, machine: "alpha", pid: 7, port: 8080, services };
    const engine = engineDouble({ edge: { ensure: async () => edge, status: async () => edge, stop: async () => {} } });
    expect((await landfall(worldOf({ engine }), "status")).out).toMatchInlineSnapshot(`
      "Serving on port 8080 of alpha (process 7).

      PROJECT  ENVIRONMENT  SERVICE  KIND    STATE  RESTARTS  URL
      site     production   web      server  ready  2         http://site.localhost:8080
      "
    `);
  });
});

describe("doctor", () => {
  it("ends with status 1 when something is wrong", async () => {
    const findings = [
      { id: "node", state: "ok" as const, what: "Node 24." },
      { id: "git", state: "error" as const, what: "git is not there.", next: "Install it: apt install git" },
    ];
    const { exit, out } = await landfall(worldOf({ engine: engineDouble({ doctor: async () => findings }) }), "doctor");
    expect(exit).toBe(1);
    expect(out).toBe("✓ node  Node 24.\n✗ git  git is not there.\n    Install it: apt install git\n");
  });
});

describe("cancel", () => {
  it("takes the deployment that runs", async () => {
    const engine = engineDouble({ hangs: true });
    const { err } = await landfall(worldOf({ engine }), "cancel");
    expect(err).toContain("Cancelled dep_1.");
    expect(engine.calls).toEqual(["cancel dep_1", "closed"]);
  });
});

describe("open", () => {
  it("prints the URL of a project, and of one without says so", async () => {
    const environments = [
      {
        name: "production",
        url: view.url,
        liveDeployment: "dep_1",
        platform: "local",
        stoppedAt: null,
        lastDeployment: "dep_1",
        lastState: "success" as const,
      },
    ];
    const edge = { running: true, machine: "alpha", pid: 7, port: 8080, services: [] };
    const engine = () =>
      engineDouble({
        projects: async () => [{ name: "site", createdAt: view.createdAt, platforms: [], last: null, environments }],
        edge: { ensure: async () => edge, status: async () => edge, stop: async () => {} },
      });
    expect((await landfall(worldOf({ engine: engine() }), "open")).out).toBe(`${view.url}\n`);
    expect((await landfall(worldOf({ engine: engine() }), "open", "other")).exit).toBe(2);
  });
});

describe("what should run", () => {
  const status = { running: true, machine: "alpha", pid: 7, port: 8080, services: [] };

  it("is brought back by a command, which goes on when that fails", async () => {
    let restored = 0;
    const engine = engineDouble({ restore: async () => void restored++ });
    expect(await landfall(worldOf({ engine }), "ls", "--all")).toMatchObject({ exit: 0 });
    expect(restored).toBe(1);
    const broken = engineDouble({
      restore: async () => {
        throw new DeployError("PLATFORM_UNAVAILABLE", { what: "The edge did not start.", next: "Read edge.log." });
      },
    });
    const { exit, out, err } = await landfall(worldOf({ engine: broken }), "ls", "--all");
    expect({ exit, err }).toEqual({ exit: 0, err: "! The edge did not start. Read edge.log.\n" });
    expect(out).toContain("dep_1");
  });

  it("is stopped, and not brought back to be stopped", async () => {
    let stopped = 0;
    const edge = { ensure: async () => status, status: async () => status, stop: async () => void stopped++ };
    const restore = async (): Promise<void> => {
      throw new Error("not wanted");
    };
    const { exit, out } = await landfall(worldOf({ engine: engineDouble({ edge, restore }) }), "stop", "--json");
    expect({ exit, stopped }).toEqual({ exit: 0, stopped: 1 });
    expect(JSON.parse(out)).toEqual({ stopped: true, port: 8080, services: [], underWay: [] });
    const idle = { ...edge, status: async () => ({ ...status, running: false }) };
    const again = await landfall(worldOf({ engine: engineDouble({ edge: idle, restore }) }), "down");
    expect({ exit: again.exit, stopped }).toEqual({ exit: 0, stopped: 1 });
    expect(again.err).toContain("nothing to stop");
    const one: unknown[] = [];
    const stop = async (of: object): Promise<void> => void one.push(of);
    const args = ["stop", "shop", "--environment", "next"];
    const { err } = await landfall(worldOf({ engine: engineDouble({ edge, restore, stop }) }), ...args);
    expect({ one, stopped }).toEqual({ one: [{ project: "shop", environment: "next" }], stopped: 1 });
    expect(err).toContain("landfall start shop --environment next");
  });
});

describe("inspect", () => {
  it("has the events with --json", async () => {
    const { out } = await landfall(
      worldOf({ engine: engineDouble({ end: failed, events: failedEvents }) }),
      "inspect",
      "dep_1",
      "--json",
    );
    expect(JSON.parse(out)).toEqual({ ...failed, commits: null, events: failedEvents });
  });
});
