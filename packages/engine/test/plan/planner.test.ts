import { describe, expect, it } from "vitest";
import type { Detection, EnvVariable, ServiceFacts } from "../../src/detect/detection.ts";
import { checkedName, slug, suggestNames } from "../../src/name.ts";
import { inEnvironment } from "../../src/plan/hosts.ts";
import type { PlanInput } from "../../src/plan/plan-input.ts";
import { planFor } from "../../src/plan/planner.ts";
import { definePlatform } from "../../src/platform.ts";

const machine = definePlatform({
  id: "machine",
  name: "A machine",
  accepts: ["files", "prebuilt"],
  runs: ["static", "server", "worker"],
  limits: {},
  projectName: { pattern: /./, maxLength: 58 },
  deploy: () => Promise.reject(new Error("a plan runs nothing")),
});

const page: ServiceFacts = {
  kind: "static",
  runtime: "node",
  framework: "vite",
  packageManager: "npm",
  installCommand: "npm ci",
  buildCommand: "npm run build",
  outputDir: "dist",
  database: [],
  env: [],
};
const api: ServiceFacts = {
  kind: "server",
  runtime: "node",
  framework: "express",
  packageManager: "npm",
  installCommand: "npm ci",
  startCommand: "npm start",
  port: 3000,
  database: [],
  env: [],
};

function detection(
  facts: ServiceFacts,
  services: Detection["services"] = [{ ...facts, path: ".", name: "app" }],
): Detection {
  return { ...facts, dir: "/project", services, evidence: [], candidates: [], warnings: [] };
}

function input(detected: Detection | null, more: Partial<PlanInput> = {}): PlanInput {
  return {
    project: "shop",
    environment: "production",
    platform: machine,
    source: { kind: "folder", description: "/project", snapshot: "0".repeat(64), files: 1, sizeBytes: 1 },
    detection: detected,
    config: null,
    overrides: {},
    values: new Map(),
    allowMissing: false,
    baseDomain: "localhost",
    hasFile: () => false,
    hasDirectory: () => false,
    dependenciesOf: () => new Set(),
    scriptsOf: () => ({}),
    packagesToBuild: () => [],
    fileGiving: () => undefined,
    lockfileOf: () => "package-lock.json",
    ...more,
  };
}

const needed: EnvVariable = {
  key: "DATABASE_URL",
  required: true,
  because: "the program stops without it",
  sensitive: true,
  public: false,
  class: "run",
  foundIn: ["src/db.ts:3"],
};

describe("a plan", () => {
  it("builds a page into files and serves it as a single-page application", () => {
    const { plan, problems } = planFor(input(detection(page)));
    expect(problems).toEqual([]);
    expect(plan.services).toMatchObject([
      {
        kind: "static",
        route: [{ from: "source", to: "files", by: "build" }],
        build: {
          install: [{ argv: ["npm", "ci"] }],
          build: [{ argv: ["npm", "run", "build"] }],
          outputDir: "dist",
          lockfile: "package-lock.json",
        },
        static: { spaFallback: true },
        hosts: ["shop.localhost"],
      },
    ]);
  });

  it("does not ask for a lockfile that is left out", () => {
    const installs = ["npm ci", "pnpm install --frozen-lockfile", "yarn install --immutable"].map((installCommand) => {
      const { plan } = planFor(input(detection({ ...page, installCommand }), { lockfileOf: () => undefined }));
      return plan.services.flatMap(({ build }) => build?.install?.map(({ argv }) => argv))[0];
    });
    expect(installs).toEqual([
      ["npm", "install"],
      ["pnpm", "install"],
      ["yarn", "install"],
    ]);
  });

  it("starts the program of a start script itself, and what comes before it first", () => {
    const scripts = {
      start: "npm run serve",
      serve: "prisma migrate deploy && NODE_ENV=production node server.js --port $PORT",
    };
    const [service] = planFor(input(detection(api), { scriptsOf: () => scripts })).plan.services;
    expect(service).toMatchObject({
      start: { argv: ["node", "server.js", "--port", "$PORT"], env: { NODE_ENV: "production" } },
      before: [{ argv: ["prisma", "migrate", "deploy"] }],
    });
  });

  it("leaves a start script that needs a shell or has hooks to the package manager", () => {
    for (const scripts of [
      { start: "node server.js | tee log" },
      { start: "node server.js", prestart: "node check.js" },
    ]) {
      expect(planFor(input(detection(api), { scriptsOf: () => scripts })).plan.services[0]?.start?.argv).toEqual([
        "npm",
        "start",
      ]);
    }
  });

  it("runs the processes beside a program from its files, and a release's command before it", () => {
    const processes = [
      { name: "worker", startCommand: "npm run work" },
      { name: "again", startCommand: "node server.js" },
    ];
    const scripts = { start: "node server.js", work: "node worker.js" };
    const detected = detection({ ...api, releaseCommand: "npm run migrate", processes });
    const { plan, problems } = planFor(input(detected, { scriptsOf: () => scripts }));
    expect(problems).toEqual([]);
    expect(plan.services).toMatchObject([
      {
        name: "app",
        before: [{ argv: ["npm", "run", "migrate"] }],
        start: { argv: ["node", "server.js"] },
        alsoStarts: [{ argv: ["node", "worker.js"] }],
        hosts: ["shop.localhost"],
      },
      {
        name: "worker",
        kind: "worker",
        filesOf: "app",
        build: { install: [], build: [] },
        before: [],
        start: { argv: ["node", "worker.js"] },
        hosts: [],
      },
    ]);
  });

  it("takes what is said of the one program there is for it, and not for its processes", () => {
    const detected = detection({ ...api, processes: [{ name: "worker", startCommand: "node worker.js" }] });
    const { plan } = planFor(
      input(detected, {
        config: { releaseCommand: "node migrate.js", services: { worker: { startCommand: "node other.js" } } },
        overrides: { startCommand: "node main.js" },
      }),
    );
    expect(plan.services).toMatchObject([
      { before: [{ argv: ["node", "migrate.js"] }], start: { argv: ["node", "main.js"] } },
      { before: [], start: { argv: ["node", "other.js"] } },
    ]);
  });

  it("builds a process that is deployed alone", () => {
    const detected = detection({ ...api, processes: [{ name: "worker", startCommand: "node worker.js" }] });
    const { plan } = planFor(input(detected, { only: ["worker"] }));
    expect(plan.services).toMatchObject([
      { name: "worker", kind: "worker", build: { install: [{ argv: ["npm", "ci"] }] } },
    ]);
    expect(plan.services[0]?.filesOf).toBeUndefined();
  });

  it("says which of them a platform does not run", () => {
    const detected = detection({ ...api, processes: [{ name: "worker", startCommand: "node worker.js" }] });
    const { plan } = planFor(input(detected, { platform: { ...machine, runs: ["static", "server"] } }));
    expect(plan.services.map(({ name }) => name)).toEqual(["app"]);
    expect(plan.notes).toEqual([
      { level: "warning", message: "A machine runs no workers, so worker of the Procfile stays out." },
    ]);
  });

  it("lists every missing variable with the places that read it, and lets them pass when told to", () => {
    const detected = detection({ ...api, env: [needed, { ...needed, key: "API_KEY" }] });
    const { problems } = planFor(input(detected));
    expect(problems).toMatchObject([
      {
        code: "MISSING_VARIABLE",
        faults: [{ path: "API_KEY" }, { path: "DATABASE_URL", message: "the program stops without it (src/db.ts:3)" }],
      },
    ]);
    expect(
      planFor(
        input(detected, {
          values: new Map([
            ["API_KEY", "project"],
            ["DATABASE_URL", "command-line"],
          ]),
        }),
      ).problems,
    ).toEqual([]);
    const allowed = planFor(input(detected, { allowMissing: true }));
    expect(allowed.problems).toEqual([]);
    expect(allowed.plan.notes[0]?.message).toContain("DATABASE_URL");
  });

  it("puts what a service needs before it, and gives the page the project's own host name", () => {
    const services = [
      { ...page, path: "apps/web", name: "web", dependsOn: ["apps/api"] },
      { ...api, path: "apps/api", name: "api" },
    ];
    const { plan } = planFor(input(detection({ ...page, kind: "monorepo" }, services)));
    expect(plan.services.map((service) => [service.name, service.hosts])).toEqual([
      ["api", ["api-shop.localhost"]],
      ["web", ["shop.localhost"]],
    ]);
    expect(inEnvironment(plan, "pr-7", "localhost").services.map((service) => service.hosts[0])).toEqual([
      "api-pr-7-shop.localhost",
      "pr-7-shop.localhost",
    ]);
    expect(inEnvironment(inEnvironment(plan, "pr-7", "localhost"), "production", "localhost")).toEqual(plan);
  });

  it("lets flags win over landfall.json, and landfall.json over detection", () => {
    const config = { outputDir: "public", buildCommand: "make site" };
    const [service] = planFor(input(detection(page), { config, overrides: { outputDir: "out" } })).plan.services;
    expect(service?.build).toMatchObject({ outputDir: "out", build: [{ argv: ["make", "site"] }] });
  });

  it.each([
    ["an output directory outside", { outputDir: "../.." }, "INVALID_CONFIG"],
    ["an absolute one", { outputDir: "/etc" }, "INVALID_CONFIG"],
    ["a command that needs a shell", { buildCommand: "npm run build; id > /tmp/pwn" }, "INVALID_CONFIG"],
    ["a command in a command", { buildCommand: "echo $(id)" }, "INVALID_CONFIG"],
  ])("refuses %s", (_name, overrides, code) => {
    expect(planFor(input(detection(page), { overrides })).problems).toMatchObject([{ code }]);
  });

  it.each(["package", "container", "compose"] as const)("takes a %s for what it is said to be", (kind) => {
    const { framework: _framework, outputDir: _outputDir, ...bare } = page;
    const found = detection({ ...bare, kind });
    expect(planFor(input(found)).problems).toMatchObject([{ code: "NO_ROUTE" }]);
    const started = planFor(input(found, { overrides: { startCommand: "node server.js" } }));
    expect(started).toMatchObject({
      problems: [],
      plan: { services: [{ kind: "server", start: { argv: ["node", "server.js"] } }] },
    });
    const shown = planFor(input(found, { overrides: { outputDir: "public" } }));
    expect(shown).toMatchObject({
      problems: [],
      plan: { services: [{ kind: "static", build: { outputDir: "public" } }] },
    });
    const worker = planFor(input(found, { overrides: { kind: "worker", startCommand: "node mail.js" } }));
    expect(worker).toMatchObject({ problems: [], plan: { services: [{ kind: "worker" }] } });
  });

  it("asks which one is meant where there are several programs, and takes it for what it is said to be", () => {
    const programs = detection(
      { kind: "monorepo", runtime: "go", buildCommand: "go build ./...", database: [], env: [] },
      [],
    );
    expect(planFor(input(programs)).problems).toMatchObject([
      { code: "NOT_DETECTED", what: expect.stringContaining("several programs") },
    ]);
    const overrides = { buildCommand: "go build -o api ./cmd/api", startCommand: "./api" };
    expect(planFor(input(programs, { overrides }))).toMatchObject({
      problems: [],
      plan: { services: [{ kind: "server", start: { argv: ["./api"] } }] },
    });
  });

  it("plans every service of a folder that has several", () => {
    const services = [
      { ...api, path: ".", name: "web" },
      { ...api, kind: "worker" as const, path: ".", name: "mail" },
    ];
    expect(planFor(input(detection(api, services))).plan.services.map(({ name }) => name)).toEqual(["web", "mail"]);
  });

  it("plans the adapter for Node in place of one whose server Node does not start", () => {
    const { startCommand: _start, ...rest } = api;
    const kit = { ...rest, framework: "sveltekit", outputDir: ".svelte-kit", adapter: "@sveltejs/adapter-auto" };
    expect(planFor(input(detection(kit)))).toMatchObject({
      problems: [],
      plan: {
        services: [
          {
            start: { argv: ["node", "build"] },
            build: {
              outputDir: "build",
              adapter: { name: "@sveltejs/adapter-node", instead: "@sveltejs/adapter-auto" },
            },
          },
        ],
      },
    });
    const astro = { ...rest, framework: "astro", outputDir: "out", adapter: "@astrojs/vercel/serverless" };
    expect(planFor(input(detection(astro))).plan.services[0]).toMatchObject({
      start: { argv: ["node", "./out/server/entry.mjs"] },
      build: { outputDir: "out", adapter: { name: "@astrojs/node", instead: "@astrojs/vercel/serverless" } },
    });
    const start = {
      ...api,
      framework: "tanstack-start",
      startCommand: "node dist/server/server.js",
      outputDir: "dist",
    };
    expect(planFor(input(detection(start))).plan.services[0]).toMatchObject({
      start: { argv: ["srvx", "--prod", "--static", "../client", "dist/server/server.js"] },
      build: { adapter: { name: "srvx", instead: "node dist/server/server.js" } },
    });
    const { startCommand: _, ...unstarted } = api;
    const nuxt = { ...unstarted, framework: "nuxt", buildCommand: "nuxt build", adapter: "cloudflare_module" };
    expect(planFor(input(detection(nuxt))).plan.services[0]).toMatchObject({
      start: { argv: ["node", ".output/server/index.mjs"] },
      build: { build: [{ argv: ["nuxt", "build"], env: { NITRO_PRESET: "node-server" } }] },
    });
    const said = { overrides: { startCommand: "node own.js" } };
    expect(planFor(input(detection(kit), said)).plan.services[0]?.build?.adapter).toBeUndefined();
  });

  it("says what is missing when nothing says how it is started", () => {
    const { startCommand: _start, ...silent } = api;
    expect(planFor(input(detection(silent))).problems).toMatchObject([
      { code: "NOT_DETECTED", what: "This project does not say how it is started." },
    ]);
    const worker = { dependenciesOf: () => new Set(["hono", "wrangler"]) };
    expect(planFor(input(detection(silent), worker)).problems).toMatchObject([
      { code: "NOT_DETECTED", next: expect.stringContaining("--platform cloudflare") },
    ]);
  });

  it("says what else could be done when the platform cannot run it", () => {
    const container: ServiceFacts = { kind: "container", runtime: "docker", database: [], env: [] };
    expect(planFor(input(detection(container))).problems).toMatchObject([
      { code: "NO_ROUTE", next: expect.stringContaining("--start-command") },
    ]);
    expect(planFor(input(detection({ ...container, kind: "package", runtime: "node" }))).problems).toMatchObject([
      { code: "NO_ROUTE" },
    ]);
    expect(planFor(input(detection({ ...container, kind: "package", runtime: "unknown" }))).problems).toMatchObject([
      { code: "NOT_DETECTED", next: expect.stringContaining("--start-command") },
    ]);
    expect(planFor(input(detection(page), { only: ["nothing"] })).problems).toMatchObject([
      { code: "INVALID_CONFIG", next: expect.stringContaining("app (.)") },
    ]);
  });
});

describe("names", () => {
  it.each([
    "a;id>/tmp/pwn",
    "`id`",
    "$(id)",
    "a\nid",
    "a|id",
    "a&&id",
    "A",
    "-a",
    "a-",
    "",
    "a".repeat(59),
    "../x",
    "ü",
  ])("refuses %j", (name) => {
    expect(() => checkedName("project", name)).toThrow(/cannot be the name/);
  });

  it("suggests what would do", () => {
    expect(slug("My Café – Shop!")).toBe("my-cafe-shop");
    expect(slug("---")).toBe("");
    expect(checkedName("project", "my-cafe-2")).toBe("my-cafe-2");
    expect(suggestNames("site", (name) => name === "site-app")).toEqual(["site-web", "my-site", "site-2"]);
  });
});
