/**
 * Organisations do not reach each other. Made over the engine's surface: each of its functions is asked, in the view of one organisation, for
 * everything another one has, by every name and id. A new function fails the first test until it is told here how to ask it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeploymentView, definePlatform, DeployError, type Engine, openEngine, reportOf } from "../src/index.ts";
import { secret } from "../src/secret.ts";
import { databases } from "./store/databases.ts";

const canary = "canary-2f9d";
/** Who the platform says a token is of. */
let account = { id: "account-of-acme", name: "Ada" };

/** A platform far away that takes everything at once. */
const remote = definePlatform({
  id: "remote",
  name: "Remote",
  accepts: ["files"],
  runs: ["static"],
  limits: {},
  projectName: { pattern: /./, maxLength: 58 },
  baseUrl: "http://remote.invalid/api",
  siteDomain: "remote.invalid",
  connect: [
    { kind: "token", env: ["REMOTE_TOKEN"], help: "http://remote.invalid" },
    {
      kind: "oauth2",
      authorizeUrl: "http://remote.invalid/authorize",
      tokenUrl: "http://remote.invalid/token",
      scopes: [],
      pkce: true,
      client: { id: "REMOTE_CLIENT_ID" },
    },
  ],
  account: async () => account,
  deploy: async ({ pin, project }) => {
    await pin({ account: account.id, projectId: `remote-${project}` });
    return [{ name: "web", url: `http://${canary}.remote.invalid`, remoteId: "remote-1" }];
  },
  rollback: async () => [{ name: "web", url: `http://${canary}.remote.invalid`, remoteId: "remote-1" }],
  remove: async () => {},
  // oxlint-disable-next-line require-yield -- it has printed nothing
  logs: async function* () {},
  domains: { add: unused, list: async () => [], check: unused, remove: unused },
  webhooks: { verify: unused, read: unused },
});

function unused(): never {
  throw new Error("this platform is not asked in these tests");
}

/** What an organisation has that another one might ask for. */
interface Things {
  deployments: DeploymentView[];
  connectionId: string;
  webhookId: string;
  placeId: string;
  targetId: string;
  sandboxId: string;
  state: string;
}

/** What a function is asked, given what the other organisation has. None: it concerns the machine, or nothing that was made. */
type Probe = (view: Engine, other: Things) => [string, () => unknown][];

const project = "shop";
const ids = ({ deployments }: Things): string[] => deployments.flatMap(({ id }) => [id, id.slice(0, -2)]);
const byId =
  (ask: (view: Engine, id: string) => unknown): Probe =>
  (view, other) =>
    ids(other).map((id) => [id, () => ask(view, id)]);
const byWebhook =
  (ask: (view: Engine, id: string) => unknown): Probe =>
  (view, { webhookId }) => [[webhookId, () => ask(view, webhookId)]];
const byTarget =
  (ask: (view: Engine, id: string) => unknown): Probe =>
  (view, { targetId }) => [[targetId, () => ask(view, targetId)]];
const byPlace =
  (ask: (view: Engine, of: { project: string; id: string }) => unknown): Probe =>
  (view, { placeId: id }) =>
    [project, "own"].map((name) => [id, () => ask(view, { project: name, id })]);
const bySandbox =
  (ask: (view: Engine, id: string) => unknown): Probe =>
  (view, { sandboxId }) => [[sandboxId, () => ask(view, sandboxId)]];
const byProject =
  (ask: (view: Engine, name: string) => unknown): Probe =>
  (view) => [[project, () => ask(view, project)]];
const machine: Probe = () => [];

const probes: Record<string, Probe> = {
  of: machine,
  restore: machine,
  work: machine,
  workInBackground: machine,
  rotateKey: machine,
  collect: machine,
  backup: machine,
  verifyBackup: machine,
  "connections.tend": machine,
  "servers.attend": machine,
  "servers.isGone": machine,
  "servers.list": machine,
  "servers.drain": machine, // Only of the organisation that the process was opened for; tested through the API.
  "servers.resume": machine,
  "servers.remove": machine,
  "edge.ensure": machine,
  "edge.status": machine,
  "edge.stop": machine,
  "connections.ways": machine,
  doctor: (view) => [["", () => view.doctor()]],
  prepare: (view, { deployments, connectionId }) => [
    [project, () => view.prepare({ source: folder, project, platform: "remote", prebuilt: true })],
    ["its name", () => view.prepare({ source: folder, platform: "remote", prebuilt: true })],
    ...[connectionId, "ada-of-acme"].map((connection): [string, () => unknown] => [
      connection,
      () => view.prepare({ source: folder, project, platform: "remote", prebuilt: true, connection }),
    ]),
    ["prepared for others", async () => view.accept(await acme.prepare(deploymentOf(deployments[0]!)))],
  ],
  accept: machine, // With prepare.
  follow: byId((view, id) => Array.fromAsync(view.follow(id))),
  deployment: byId((view, id) => view.deployment(id)),
  deployments: (view, other) => [
    ["", () => view.deployments({ limit: 1_000 })],
    [project, () => view.deployments({ project })],
    ...ids(other).map((before): [string, () => unknown] => [before, () => view.deployments({ before })]),
  ],
  cancel: byId((view, id) => view.cancel(id)),
  redeploy: byId((view, id) => view.redeploy(id)),
  rollback: (view, other) => [
    [project, () => view.rollback({ project })],
    ...ids(other).flatMap((to): [string, () => unknown][] => [
      [to, () => view.rollback({ project, to })],
      [to, () => view.rollback({ project: "own", to })],
    ]),
  ],
  promote: byId((view, id) => view.promote(id, "elsewhere")),
  eventPage: byId((view, id) => view.eventPage(id)),
  sights: (view) => [["", () => view.sights({ limit: 1_000 })]],
  compare: byId((view, id) => view.compare({ from: id, to: id })),
  effect: byId((view, id) => view.effect(id, "redeploy")),
  "shares.create": byId((view, id) => view.shares.create(id)),
  "shares.remove": byId((view, id) => view.shares.remove(id)),
  "shares.open": machine, // By a token that opens it to anyone.
  "screenshots.obstacle": machine,
  "screenshots.takeNext": machine,
  "screenshots.read": byId((view, id) => view.screenshots.read(id)),
  projects: (view) => [["", () => view.projects()]],
  remove: (view) => [
    [project, () => view.remove({ project })],
    [project, () => view.remove({ project, environment: "production" })],
  ],
  "variables.list": byProject((view, name) => view.variables.list({ project: name, reveal: true })),
  "variables.set": machine, // Makes a project of its own; below.
  "variables.remove": byProject((view, name) => view.variables.remove({ project: name }, ["CANARY"])),
  "variables.history": byProject((view, name) => view.variables.history({ project: name })),
  "variables.revert": byProject((view, name) => view.variables.revert({ project: name }, "vch_1")),
  "variables.compare": byProject((view, name) =>
    view.variables.compare({ project: name, environment: "production", with: "elsewhere" }),
  ),
  "shared.list": (view) => [["", () => view.shared.list()]],
  "shared.set": machine, // Sets one of its own.
  "shared.remove": (view) => [["SHARED_CANARY", () => view.shared.remove("SHARED_CANARY")]],
  "shared.mappings": byProject((view, name) => view.shared.mappings({ project: name, environment: "production" })),
  "shared.map": (view) =>
    [project, "own"].map((name) => [
      name,
      () => view.shared.map({ project: name, environment: "production", key: "THEIRS", sharedKey: "SHARED_CANARY" }),
    ]),
  "shared.unmap": byProject((view, name) =>
    view.shared.unmap({ project: name, environment: "production", key: "MAPPED" }),
  ),
  "settings.get": byProject((view, name) => view.settings.get({ project: name })),
  "settings.set": byProject((view, name) =>
    view.settings.set({ project: name, settings: { outputDir: "theirs" }, expect: 0 }),
  ),
  stop: byProject((view, name) => view.stop({ project: name, environment: "preview" })),
  start: byProject((view, name) => view.start({ project: name, environment: "preview" })),
  beside: byProject((view, name) => view.beside({ project: name, environment: "preview" })),
  "protection.get": byProject((view, name) => view.protection.get({ project: name })),
  "protection.set": byProject((view, name) =>
    view.protection.set({ project: name, scope: "all", password: "of somebody else", expect: 0 }),
  ),
  "connections.list": (view) => [["", () => view.connections.list()]],
  "connections.connect": machine, // Makes one of its own; below.
  "connections.authorize": machine,
  "connections.ticket": machine,
  "connections.callback": (view, { state }) => [
    [
      "state",
      () => view.connections.callback({ platform: "remote", query: new URLSearchParams({ state, code: "x" }) }),
    ],
  ],
  "connections.granted": (view, { state }) => [
    ["state", () => view.connections.granted({ platform: "remote", state })],
  ],
  "connections.disconnect": (view, { connectionId }) =>
    [connectionId, "ada-of-acme", "remote"].map((which) => [which, () => view.connections.disconnect(which)]),
  "connections.check": (view, { connectionId }) => [
    ["", () => view.connections.check({ platform: "remote" })],
    ...[connectionId, "ada-of-acme"].map((connection): [string, () => unknown] => [
      connection,
      () => view.connections.check({ platform: "remote", connection }),
    ]),
  ],
  runtimeLogs: (view, { deployments }) =>
    [undefined, ...deployments.flatMap(({ id, releaseId }) => [id, releaseId!])].flatMap(
      (release): [string, () => unknown][] =>
        [project, "own"].map((name) => [
          release ?? name,
          () => Array.fromAsync(view.runtimeLogs({ project: name, ...(release === undefined ? {} : { release }) })),
        ]),
    ),
  "domains.add": byProject((view, name) => view.domains.add({ project: name }, "example.com")),
  "domains.check": byProject((view, name) => view.domains.check({ project: name }, "example.com")),
  "domains.list": byProject((view, name) => view.domains.list({ project: name })),
  "domains.remove": byProject((view, name) => view.domains.remove({ project: name }, "example.com")),
  "sandboxes.create": machine, // Makes one of its own.
  "sandboxes.list": (view) => [["", () => view.sandboxes.list()]],
  "sandboxes.get": bySandbox((view, id) => view.sandboxes.get(id)),
  "sandboxes.remove": bySandbox((view, id) => view.sandboxes.remove(id)),
  "sandboxes.files": bySandbox((view, id) => view.sandboxes.files(id)),
  "sandboxes.read": bySandbox((view, id) => view.sandboxes.read(id, "canary.txt")),
  "sandboxes.write": bySandbox((view, id) => view.sandboxes.write(id, "canary.txt", { body: Readable.from([]) })),
  "sandboxes.unlink": bySandbox((view, id) => view.sandboxes.unlink(id, "canary.txt")),
  "sandboxes.run": bySandbox((view, id) => view.sandboxes.run(id, { argv: ["cat", "canary.txt"] })),
  "sandboxes.commands": bySandbox((view, id) => view.sandboxes.commands(id)),
  "sandboxes.command": bySandbox((view, id) => view.sandboxes.command(id, "cmd_1")),
  "sandboxes.cancel": bySandbox((view, id) => view.sandboxes.cancel(id, "cmd_1")),
  "sandboxes.output": bySandbox((view, id) => Array.fromAsync(view.sandboxes.output(id, "cmd_1"))),
  "sandboxes.pack": bySandbox((view, id) => view.sandboxes.pack(id, "tar")),
  "sandboxes.push": bySandbox((view, id) => view.sandboxes.push(id, { url: "https://127.0.0.1/none.git" })),
  "sandboxes.export": bySandbox((view, id) =>
    view.sandboxes.export(id, { host: "github", name: "none", token: secret("ghp_none") }),
  ),
  "sandboxes.source": bySandbox((view, id) => view.sandboxes.source(id)),
  "sandboxes.deployed": bySandbox((view, id) => view.sandboxes.deployed(id, "dep_1")),
  "sandboxes.deployments": bySandbox((view, id) => view.sandboxes.deployments(id)),
  "sandboxes.tend": machine,
  "targets.list": (view) => [["", () => view.targets.list()]],
  "targets.save": machine, // Makes one of its own.
  "targets.update": byTarget((view, id) => view.targets.update(id, { name: "theirs" })),
  "targets.remove": byTarget((view, id) => view.targets.remove(id)),
  "targets.test": byTarget((view, id) => view.targets.test(id)),
  "notifications.list": byProject((view, name) => view.notifications.list({ project: name })),
  "notifications.save": byProject((view, name) =>
    view.notifications.save({ project: name, kind: "webhook", address: "https://theirs.invalid/" }),
  ),
  "notifications.remove": byPlace((view, of) => view.notifications.remove(of)),
  "notifications.test": byPlace((view, of) => view.notifications.test(of)),
  "notifications.deliveries": byPlace((view, of) => view.notifications.deliveries(of)),
  "notifications.update": byPlace((view, of) => view.notifications.update({ ...of, name: "theirs" })),
  "notifications.resend": byPlace((view, of) => view.notifications.resend({ ...of, delivery: "msg_1" })),
  "notifications.own.get": (view) => [["ada", () => view.notifications.own.get("ada")]],
  "notifications.own.save": (view) => [
    ["ada", () => view.notifications.own.save("ada", { address: "theirs@example.com", events: ["failed"] })],
  ],
  "notifications.deliver": machine,
  "notifications.tend": machine,
  "notifications.pagesAre": machine,
  "webhooks.list": (view) => [["", () => view.webhooks.list()]],
  "webhooks.create": machine, // Makes one of its own; below.
  "webhooks.setSecret": byWebhook((view, id) => view.webhooks.setSecret(id, "another secret of theirs")),
  "webhooks.deliveries": byWebhook((view, id) => view.webhooks.deliveries(id)),
  "webhooks.replay": byWebhook(async (view, id) => view.webhooks.replay(id, "dlv_1")),
  "webhooks.remove": byWebhook((view, id) => view.webhooks.remove(id)),
  "webhooks.take": machine, // Nobody's view: the signature opens it.
  "webhooks.tend": machine,
  checklist: byId((view, id) => view.checklist(id)),
};

/** Functions of the engine, such as `variables.set`. */
function functionsOf(value: object, prefix = ""): string[] {
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) => {
    if (typeof one === "function") return [prefix + name];
    const isGroup = typeof one === "object" && one !== null && !["platforms", "database"].includes(name);
    return isGroup ? functionsOf(one, `${prefix}${name}.`) : [];
  });
}

let folder: { kind: "folder"; path: string };
let acme: Engine;
const deploymentOf = ({ environment }: Pick<DeploymentView, "environment">) => ({
  source: folder,
  project,
  environment,
  platform: "remote",
  prebuilt: true,
  force: true,
});

describe.each(databases)("organisations on $kind", ({ use }) => {
  const fresh = use();
  let root: string;
  let engine: Engine;
  let globex: Engine;
  let things: Things;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "landfall-organizations-"));
    folder = { kind: "folder", path: root };
    writeFileSync(join(root, "index.html"), "<p>hello</p>");
    engine = await openEngine({
      ...(await fresh()),
      home: join(mkdtempSync(join(tmpdir(), "landfall-organizations-home-")), "data"),
      edgeCommand: [],
      workerCommand: [process.execPath, "--eval", ""],
      toolPath: [],
      platforms: [remote],
      environment: { REMOTE_CLIENT_ID: "client", REMOTE_TOKEN: "token-of-local" },
      mail: async () => ({ ok: true, isFinal: false, words: "The mail server took it." }),
    });
    acme = engine.of("acme");
    globex = engine.of("globex");
    const { id } = await acme.connections.connect({
      platform: "remote",
      token: `${canary}-token`,
      name: "ada-of-acme",
    });
    account = { id: "account-of-others", name: "Bob" };
    await acme.variables.set({ project }, { CANARY: `${canary}-value` });
    await acme.shared.set({ SHARED_CANARY: `${canary}-shared` }, { sensitive: false });
    await acme.shared.map({ project, environment: "production", key: "MAPPED", sharedKey: "SHARED_CANARY" });
    const deployments: DeploymentView[] = [];
    for (const environment of ["production", "production", "preview-1"]) {
      const accepted = await acme.accept(await acme.prepare(deploymentOf({ environment })));
      // One worker, for whomever.
      await engine.work({ signal: new AbortController().signal, until: "idle" });
      deployments.push(await acme.deployment(accepted.id));
    }
    const open = await acme.accept(await acme.prepare(deploymentOf({ environment: "open" })));
    const { state } = await acme.connections.authorize({ platform: "remote", redirectUri: "http://127.0.0.1/back" });
    const { id: webhookId } = await acme.webhooks.create({ platform: "remote", name: canary });
    const { id: placeId } = await acme.notifications.save({
      project,
      kind: "webhook",
      address: `https://${canary}.invalid/`,
    });
    await acme.notifications.own.save("ada", { address: `${canary}@example.com`, events: ["failed"] });
    const { id: targetId } = await acme.targets.save({ name: `target-${canary}`, platform: "remote", connection: id });
    const { id: sandboxId } = await acme.sandboxes.create({ name: canary });
    await acme.sandboxes.write(sandboxId, "canary.txt", { body: Readable.from([Buffer.from(canary)]) });
    things = { deployments: [...deployments, open], connectionId: id!, webhookId, placeId, targetId, sandboxId, state };
    await globex.variables.set({ project: "own" }, { OWN: "1" });
  }, 120_000);
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
    rmSync(join(engine.home, ".."), { recursive: true });
  });

  /** Every row that is acme's. */
  async function rows(): Promise<unknown> {
    const { db } = engine.database;
    const found: Record<string, unknown> = {};
    for (const table of [
      "project",
      "deployment",
      "connection",
      "authorization",
      "webhook",
      "sandbox",
      "saved_target",
      "shared_value",
      "own_notification",
    ])
      found[table] = (
        await sql`select * from ${sql.table(table)} where organization_id = 'acme' order by 1`.execute(db)
      ).rows;
    for (const table of ["variable", "release", "live", "target", "owned_variable", "shared_mapping"])
      found[table] = (
        await sql`select * from ${sql.table(table)} where project_id in
          (select id from project where organization_id = 'acme') order by 1, 2, 3`.execute(db)
      ).rows;
    return found;
  }

  it("have succeeded with what is asked for below, so that there is something to find", async () => {
    expect(things.deployments.map(({ state }) => state)).toEqual(["success", "success", "success", "pending"]);
    expect(await acme.deployments({ project })).toHaveLength(4);
    expect(await acme.variables.list({ project, reveal: true })).toMatchObject([{ value: `${canary}-value` }]);
    expect(await acme.domains.list({ project })).toEqual([]);
    expect(await Array.fromAsync(acme.runtimeLogs({ project }))).toEqual([]);
    expect((await acme.connections.list()).map(({ name }) => name)).toEqual(["ada-of-acme"]);
  });

  it("are asked by every function there is", () => {
    expect(functionsOf(engine).sort()).toEqual(Object.keys(probes).sort());
  });

  it.each(Object.keys(probes).filter((name) => probes[name] !== machine))(
    "are not reached by another one through %s",
    async (name) => {
      const before = await rows();
      const secrets = [
        canary,
        "account-of-acme",
        things.connectionId,
        things.webhookId,
        things.targetId,
        things.sandboxId,
        "ada-of-acme",
        things.state,
        ...things.deployments.flatMap(({ id, releaseId }) => [id, releaseId ?? canary]),
      ];
      for (const view of [globex, engine]) {
        for (const [asked, ask] of probes[name]!(view, things)) {
          const answer: unknown = await Promise.resolve()
            .then(ask)
            .catch((error: unknown) => {
              if (error instanceof DeployError) expect(error.code).toMatch(/NOT_FOUND|AUTH_FAILED|INVALID_CONFIG/);
              return reportOf(error);
            });
          const text = JSON.stringify(answer) ?? "";
          // What was asked for may be said again; what begins with it may not.
          const told = secrets.filter((one) => text.replaceAll(`"${asked}\\"`, "").includes(one) && one !== asked);
          expect([asked, told]).toEqual([asked, []]);
        }
      }
      expect(await rows()).toEqual(before);
    },
  );

  it("have names and connections of their own, though they are the same", async () => {
    await globex.variables.set({ project }, { CANARY: "of globex" });
    await globex.connections.connect({ platform: "remote", token: "token-of-globex", name: "ada-of-acme" });
    const accepted = await globex.accept(await globex.prepare(deploymentOf({ environment: "production" })));
    await engine.work({ signal: new AbortController().signal, until: "idle" });
    expect(await globex.deployment(accepted.id)).toMatchObject({ state: "success", project, live: true });
    expect(await globex.deployments()).toHaveLength(1);
    expect((await globex.projects()).map(({ name }) => name)).toEqual(["own", project]);
    expect(await acme.variables.list({ project, reveal: true })).toMatchObject([{ value: `${canary}-value` }]);
    expect(await acme.deployment(things.deployments[1]!.id)).toMatchObject({ live: true });
    await globex.remove({ project });
    await globex.connections.disconnect("ada-of-acme");
    expect(await acme.deployments({ project })).toHaveLength(4);
    expect(await acme.connections.list()).toHaveLength(1);
  });

  it("do not use the token of whoever started the process, who does", async () => {
    expect(await engine.connections.list()).toMatchObject([{ name: "REMOTE_TOKEN", method: "environment" }]);
    const { problems } = await globex.prepare(deploymentOf({ environment: "production" }));
    expect(problems).toMatchObject([{ code: "AUTH_FAILED" }]);
  });
});
