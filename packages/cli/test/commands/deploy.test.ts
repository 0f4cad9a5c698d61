import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChecklistItem, DeployRequest, Engine, Prepared } from "@landfall/engine";
import { afterAll, describe, expect, it } from "vitest";
import { engineDouble, eventsOf, preparedOf, service, view } from "../engine-double.ts";
import { landfall, worldOf } from "../world-double.ts";

const folder = mkdtempSync(join(tmpdir(), "landfall-deploy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function here(engine: Engine, rest: Omit<Parameters<typeof worldOf>[0], "engine"> = {}) {
  return worldOf({ engine, cwd: folder, ...rest });
}

const needsDatabase = {
  ...service,
  variables: [
    {
      key: "DATABASE_URL",
      required: true,
      sensitive: true,
      public: false,
      class: "run" as const,
      from: "missing" as const,
      foundIn: ["src/db.ts:3"],
    },
  ],
};

/** Prepares with a problem until DATABASE_URL is given. */
function withoutDatabase(request: DeployRequest): Prepared {
  if (request.variables?.DATABASE_URL !== undefined) return preparedOf(request);
  const problem = {
    code: "MISSING_VARIABLE" as const,
    what: "A variable that the application needs is not set.",
    next: "Set it with -e NAME=value.",
    faults: [{ path: "DATABASE_URL", message: "read at src/db.ts:3" }],
  };
  return preparedOf(request, { problems: [problem] }, [needsDatabase]);
}

const checklist: ChecklistItem[] = [
  {
    id: "robots" as const,
    title: "robots.txt",
    state: "todo" as const,
    detail: "There is none.",
    command: "landfall open",
  },
  {
    id: "secrets" as const,
    title: "No secret in the page",
    state: "warning" as const,
    detail: "API_KEY is in it.",
  },
  { id: "live", title: "The live URL answers", state: "done" as const, detail: "200." },
];

async function tooSlow(): Promise<never> {
  throw new Error("too slow");
}

describe("deploy that succeeds", () => {
  it("prints the URL alone on stdout, everything else on stderr", async () => {
    const engine = engineDouble();
    const { exit, out, err } = await landfall(here(engine));
    expect(exit).toBe(0);
    expect(out).toBe("http://site.localhost:8080\n");
    expect(err).toMatchInlineSnapshot(`
      "  Project   site · production · local
        Source    /nowhere/site · 3 files, 2.0 kB
        Detected  astro, static · npm run build → dist
      … build
      ✓ build 3.1 s
      ✓ upload reused

      ✓ site is live in 4.2 s · production · local

        URL         http://site.localhost:8080
        also at     http://127.0.0.1:40001
        deployment  dep_1
        reused      upload

      "
    `);
    expect(engine.calls).toEqual(["accept", "closed"]);
  });

  it("prints one JSON object with --json", async () => {
    const { out } = await landfall(here(engineDouble()), "deploy", "--json");
    expect(JSON.parse(out)).toEqual({
      id: "dep_1",
      status: "success",
      platform: "local",
      project: "site",
      environment: "production",
      url: "http://site.localhost:8080",
      services: view.services,
      durationMs: 4200,
      bytesSent: 0,
      filesSent: 0,
    });
  });

  it("names a preview's URL as such", async () => {
    const end = { ...view, environment: "pr-7" };
    const engine = engineDouble({ end });
    const { out } = await landfall(here(engine), "--preview", "pr-7", "--json");
    expect(engine.requests[0]?.environment).toBe("pr-7");
    expect(JSON.parse(out)).toMatchObject({ environment: "pr-7", previewUrl: view.url });
  });

  it("says nothing with --quiet but the URL, and with --verbose every line of the build, made safe", async () => {
    const quiet = await landfall(here(engineDouble()), "-q");
    expect(quiet).toEqual({ exit: 0, out: "http://site.localhost:8080\n", err: "" });
    const world = here(engineDouble());
    await landfall(world, "-v");
    expect(world.raw()).toContain("  build │ building\n  build │ done\n");
    expect(world.raw()).not.toContain("\u001b");
  });

  it("ends with what is left to do, whatever becomes of the checklist", async () => {
    const { out, err } = await landfall(here(engineDouble({ checklist: async () => checklist })));
    expect(out).toBe("http://site.localhost:8080\n");
    expect(err.slice(err.indexOf("  Checklist"))).toMatchInlineSnapshot(`
      "  Checklist
        ! No secret in the page
          API_KEY is in it.
        ○ robots.txt
          There is none.
          landfall open
        In order: 1 more point.

      "
    `);
    expect(await landfall(here(engineDouble({ checklist: tooSlow })), "-q")).toMatchObject({ exit: 0, err: "" });
    expect((await landfall(here(engineDouble({ checklist: tooSlow })))).exit).toBe(0);
  });

  it("draws on a terminal, and leaves the steps there", async () => {
    const world = here(engineDouble(), { terminal: true });
    const { err } = await landfall(world);
    expect(world.raw()).toContain("\u001b[?25l");
    expect(world.raw().lastIndexOf("\u001b[?25h")).toBeGreaterThan(world.raw().lastIndexOf("\u001b[?25l"));
    expect(err).toContain(" ✓ build       3.1 s");
    expect(err).toContain("✓ site is live");
  });

  it("is without colour on a terminal with NO_COLOR and with --no-color", async () => {
    for (const [env, argv] of [
      [{ NO_COLOR: "1" }, []],
      [{}, ["--no-color"]],
      [{ TERM: "dumb" }, []],
    ] as const) {
      const world = here(engineDouble(), { terminal: true, env });
      await landfall(world, ...argv);
      for (const sequence of world.raw().split("\u001b[").slice(1)) expect(sequence).not.toMatch(/^\d+m/);
    }
  });

  it("says what was left out and what is not set", async () => {
    const engine = engineDouble({
      prepare: (request) =>
        preparedOf(request, {
          excluded: [{ path: ".env.local", reason: "secret", detail: ".env.local holds secrets" }],
        }),
    });
    const { err } = await landfall(here(engine));
    expect(err).toContain("Left out  .env.local (secrets stay here)");
  });
});

describe("deploy that fails", () => {
  const failed = {
    ...view,
    state: "failed" as const,
    live: false,
    url: null,
    services: [],
    error: {
      code: "BUILD_FAILED" as const,
      what: "The build stopped: a module is missing.",
      where: "web, npm run build",
      next: "Install it: npm install left-pad",
      evidence: ["src/a.ts:1", "\u001b[31mCannot find module 'left-pad'\u001b[0m"],
    },
  };

  it("ends with what happened, why, what to do, and status 1", async () => {
    const { exit, out, err } = await landfall(here(engineDouble({ end: failed, events: [] })));
    expect({ exit, out }).toEqual({ exit: 1, out: "" });
    expect(err.slice(err.indexOf("✗"))).toMatchInlineSnapshot(`
      "✗ The build stopped: a module is missing.
        at web, npm run build

        Why
        │ src/a.ts:1
        │ Cannot find module 'left-pad'

        Do this
        Install it: npm install left-pad

        BUILD_FAILED
        More: landfall why dep_1
      "
    `);
  });

  it("prints JSON too, with the error", async () => {
    const { exit, out } = await landfall(here(engineDouble({ end: failed, events: [] })), "--json");
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      id: "dep_1",
      status: "failed",
      url: null,
      error: { code: "BUILD_FAILED" },
    });
  });

  it("ends with the status of the error's code", async () => {
    const error = { code: "PLATFORM_UNAVAILABLE" as const, what: "It does not answer." };
    expect((await landfall(here(engineDouble({ end: { ...failed, error } })))).exit).toBe(75);
  });

  it("prints the JSON object also when nothing was accepted", async () => {
    const engine = engineDouble({ prepare: withoutDatabase });
    const { exit, out } = await landfall(here(engine), "--json", "-p", "shop");
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      id: null,
      status: "failed",
      project: "shop",
      error: { code: "MISSING_VARIABLE" },
    });
    expect(engine.calls).toEqual(["closed"]);
  });

  it("shows every problem at once", async () => {
    const problems = [
      { code: "INVALID_VARIABLE" as const, what: "PORT is no number.", faults: [{ path: "PORT", message: "is abc" }] },
      { code: "NO_ROUTE" as const, what: "No containers here." },
    ];
    const { exit, err } = await landfall(
      here(engineDouble({ prepare: (request) => preparedOf(request, { problems }) })),
    );
    expect(exit).toBe(2);
    expect(err).toContain("PORT is no number.");
    expect(err).toContain("No containers here.");
  });
});

describe("missing variables", () => {
  it("are never asked for without a terminal, with --yes, with --json or under CI", async () => {
    for (const [rest, argv] of [
      [{ piped: "postgres://\n" }, []],
      [{ terminal: true }, ["--yes"]],
      [{ terminal: true }, ["--json"]],
      [{ terminal: true, env: { CI: "true" } }, []],
    ] as const) {
      const engine = engineDouble({ prepare: withoutDatabase });
      const { exit, err } = await landfall(here(engine, rest), ...argv);
      expect(exit).toBe(2);
      expect(err).toContain("DATABASE_URL  read at src/db.ts:3");
      expect(engine.requests).toHaveLength(1);
    }
  });

  it("are asked for on a terminal, hidden when secret, and kept when the person says so", async () => {
    const kept: unknown[] = [];
    const engine = engineDouble({
      prepare: withoutDatabase,
      variables: {
        ...engineDouble().variables,
        list: async () => [],
        set: async (...call) => void kept.push(call),
        remove: async () => {},
      },
    });
    const world = here(engine, { terminal: true, typed: ["postgres://u:p@h/db", "y"] });
    const { exit, err } = await landfall(world);
    expect(exit).toBe(0);
    expect(err).toContain("DATABASE_URL  read at src/db.ts:3\n  Value (not shown while you type): ");
    expect(err).not.toContain("postgres://");
    expect(engine.requests[1]?.variables).toEqual({ DATABASE_URL: "postgres://u:p@h/db" });
    expect(kept).toEqual([
      [{ project: "site", environment: "production" }, { DATABASE_URL: "postgres://u:p@h/db" }, { sensitive: true }],
    ]);
  });

  it("left empty, refuse the deployment", async () => {
    const engine = engineDouble({ prepare: withoutDatabase });
    const { exit } = await landfall(here(engine, { terminal: true, typed: [""] }));
    expect(exit).toBe(2);
    expect(engine.calls).toEqual(["closed"]);
  });
});

describe("leaving", () => {
  it("with --detach hands over to the background and prints the id", async () => {
    for (const flag of ["--detach", "-d", "--no-wait"]) {
      const engine = engineDouble({ hangs: true });
      const { exit, out } = await landfall(here(engine), flag);
      expect({ exit, out }).toEqual({ exit: 0, out: "dep_1\n" });
      expect(engine.calls).toEqual(["accept", "background", "closed"]);
    }
  });

  it("at the end of --wait-timeout ends with status 3, and the deployment goes on", async () => {
    const engine = engineDouble({ hangs: true });
    const { exit, out, err } = await landfall(here(engine), "--wait-timeout", "20ms", "--json");
    expect(exit).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ id: "dep_1", status: "building" });
    expect(err).toContain("Still running after 20 ms");
    expect(engine.calls).toEqual(["accept", "work stopped", "background", "closed"]);
  });

  it("refuses a wait that is no time", async () => {
    const { exit, err } = await landfall(here(engineDouble()), "--wait-timeout", "soon");
    expect(exit).toBe(2);
    expect(err).toContain('"soon" is no length of time');
  });

  it("with one Ctrl-C leaves it running, says how to cancel, and ends with status 3", async () => {
    const engine = engineDouble({ hangs: true });
    const world = here(engine);
    const ended = landfall(world);
    await until(() => engine.calls.includes("accept"));
    world.signal("SIGINT");
    const { exit, err } = await ended;
    expect(exit).toBe(3);
    expect(err).toContain(
      "goes on in the background. Press Ctrl-C again to cancel it, or later: landfall cancel dep_1",
    );
    expect(engine.calls).toEqual(["accept", "work stopped", "background", "closed"]);
  });

  it("with two cancels it", async () => {
    const engine = engineDouble({ hangs: true });
    const world = here(engine);
    const ended = landfall(world);
    await until(() => engine.calls.includes("accept"));
    world.signal("SIGINT");
    world.signal("SIGINT");
    const { exit, err } = await ended;
    expect(exit).toBe(1);
    expect(err).toContain("The deployment was cancelled.");
    expect(engine.calls).toEqual(["accept", "work stopped", "background", "cancel dep_1", "closed"]);
  });

  it("told to end, hands over at once", async () => {
    const engine = engineDouble({ hangs: true });
    const world = here(engine);
    const ended = landfall(world);
    await until(() => engine.calls.includes("accept"));
    world.signal("SIGTERM");
    expect((await ended).exit).toBe(3);
    expect(engine.calls).toContain("background");
  });
});

describe("the plan", () => {
  it("is printed by plan and by --dry-run, and nothing is accepted", async () => {
    for (const argv of [["plan"], ["--dry-run"]]) {
      const engine = engineDouble();
      const { exit, out } = await landfall(here(engine), ...argv);
      expect(exit).toBe(0);
      expect(out).toContain("route    source → files (build)");
      expect(engine.calls).toEqual(["closed"]);
    }
  });

  it("is one JSON object with --json, its problems in it", async () => {
    const { exit, out } = await landfall(here(engineDouble({ prepare: withoutDatabase })), "plan", "--json");
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ version: 1, project: "site", problems: [{ code: "MISSING_VARIABLE" }] });
  });
});

describe("an unsure detection", () => {
  const candidates = [
    { framework: "astro", runtime: "node", kind: "static" as const, confidence: 0.4 },
    { framework: "vite", runtime: "node", kind: "static" as const, confidence: 0.3 },
  ];
  const unsure = (request: DeployRequest): Prepared =>
    preparedOf(request, {
      detection: {
        dir: ".",
        kind: "static",
        runtime: "node",
        database: [],
        env: [],
        services: [],
        evidence: [],
        candidates,
        warnings: [],
      },
    });

  it("is put to the person, who may say no", async () => {
    const engine = engineDouble({ prepare: unsure });
    const { exit, err } = await landfall(here(engine, { terminal: true, typed: ["n"] }));
    expect(exit).toBe(1);
    expect(err).toContain("It could also be vite (static).");
    expect(engine.calls).toEqual(["closed"]);
  });

  it("without a person is a warning", async () => {
    const { exit, err } = await landfall(here(engineDouble({ prepare: unsure })));
    expect(exit).toBe(0);
    expect(err).toContain("Not sure about this.");
  });
});

it("asked to explain an event stream that was taken over, says so", async () => {
  const events = eventsOf([
    { type: "takeover", from: "a", to: "b" },
    { type: "note", level: "warning", message: "tried again" },
    { type: "state", state: "success" },
  ]);
  const { err } = await landfall(here(engineDouble({ events })));
  expect(err).toContain("! Another process took this deployment up");
  expect(err).toContain("! tried again");
});

/** Resolves when `holds` does, looked at between turns of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
