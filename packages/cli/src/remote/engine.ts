/** The engine's interface over a server: every command works as it does on its own store, and the work is done there. */
import type {
  ChecklistItem,
  ConnectionView,
  DeployEvent,
  DeploymentView,
  DomainView,
  Engine,
  Prepared,
  RuntimeLogLine,
} from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { randomUUID } from "node:crypto";
import { connect, type Connection } from "./client.ts";
import { doctorOf } from "./doctor.ts";
import { failureOf, unreachable } from "./failure.ts";
import { followed } from "./follow.ts";
import { type PreparedThere, prepareThere } from "./prepare.ts";
import { closed, refuse, refusing } from "./refuse.ts";
import { sent } from "./sent.ts";
import { personOf, platformOf, viewOf } from "./views.ts";

export interface RemoteOptions {
  /** Scheme, host and port. */
  url: string;
  token: string;
  /** Of the person's organisations; absent, the first. */
  organization?: string;
  /** Data directory of this machine, for what is known of files and for archives on their way. */
  home: string;
  /** Where git is looked for. */
  toolPath: string[];
  /** Of this program. */
  version: string;
}

export interface RemoteEngine extends Engine {
  /** Whose credential opens the server, as one more account. */
  readonly person: ConnectionView;
  /** Those the person is in; of a key the one it is for. */
  organizations(): Promise<{ id: string; name: string }[]>;
}

/** Rows of a page of the server's lists, at most. */
const pageSize = 100;

/** Asks who we are there and what the server has. Throws AUTH_FAILED, STORE_UNAVAILABLE (nobody answers), INVALID_CONFIG (no Landfall server). */
export async function openRemote(options: RemoteOptions): Promise<RemoteEngine> {
  const { url, home, version } = options;
  const connection = connect(options);
  const { client } = connection;
  const [me, there] = await Promise.all([client.me(), client.platforms.list()]);
  const platforms = sent(there).platforms.map((one) => platformOf(one, url));

  const engine: RemoteEngine = {
    home,
    organization: me.organization?.id ?? "",
    person: personOf(me, url),
    organizations: async () => (await client.organizations.list()).organizations,
    platforms,
    ...deploymentsOf(connection, options),

    // The server works by itself, and sees to what runs there.
    async restore() {},
    async work() {},
    workInBackground() {},

    projects: async () => sent(await client.projects.list()).projects,
    async remove({ project, environment }) {
      if (environment === undefined) await client.projects.remove({ project });
      else await client.environments.remove({ project, environment });
    },

    stop: async ({ project, environment = "production" }) =>
      void (await client.environments.stop({ project, environment })),
    start: async ({ project, environment = "production" }) =>
      void (await client.environments.start({ project, environment })),

    beside: refuse({
      what: "A program beside a server's own is run on that server.",
      where: url,
      next: "There: landfall exec <program>. Beside what runs on this machine: --server local",
    }),

    variables: {
      // Secrets never come back from a server, whoever asks.
      list: async ({ project, environment = "production" }) =>
        sent(await client.variables.list({ project, environment })).variables,
      async set({ project, environment = "production" }, values, more = {}) {
        await client.variables.set({ project, environment, values, ...more });
      },
      async remove({ project, environment = "production" }, keys) {
        for (const key of keys) await client.variables.remove({ project, environment, key });
      },
      history: async ({ environment = "production", limit: _limit, ...more }) =>
        sent(await client.variables.history({ environment, ...more })).changes,
      revert: ({ project, environment = "production" }, id) => client.variables.revert({ project, environment, id }),
      compare: async (of) => sent(await client.variables.compare(of)).differences,
    },
    shared: {
      list: async () => sent(await client.shared.list()).values,
      set: async (values, more) => void (await client.shared.set({ values, ...more })),
      remove: async (key) => void (await client.shared.remove({ key })),
      mappings: async (of) => sent(await client.shared.mappings(of)).mappings,
      map: async (asked) => void (await client.shared.map(asked)),
      unmap: async (asked) => void (await client.shared.unmap(asked)),
    },
    settings: {
      get: async (of) => sent(await client.projects.settings.get(of)),
      set: async (of) => sent(await client.projects.settings.set(of)),
    },

    protection: {
      get: async (of) => sent(await client.projects.protection.get(of)),
      set: async (of) => sent(await client.projects.protection.set(of)),
    },

    notifications: {
      own: refusing(["get", "save"], { what: "What you are told is chosen on the server's own pages.", where: url }),
      list: async (of) => sent(await client.notifications.list(of)).places,
      save: async (asked) => sent(await client.notifications.save(asked)),
      update: async (of) => sent(await client.notifications.update(of)),
      remove: async (of) => void (await client.notifications.remove(of)),
      test: async (of) => sent(await client.notifications.test(of)),
      deliveries: async ({ before, ...of }) =>
        sent(await client.notifications.deliveries({ ...of, ...(before === undefined ? {} : { cursor: before }) }))
          .deliveries,
      resend: async (of) => sent(await client.notifications.resend(of)),
      ...refusing(["deliver", "tend", "pagesAre"], { what: "A server tells places by itself.", where: url }),
    },

    connections: {
      list: async () => sent(await client.connections.list()).connections,
      connect: async (given) => sent(await client.connections.connect(given)),
      ways: ({ platform }) => (platforms.find(({ id }) => id === platform)?.connect ?? []).map(({ kind }) => kind),
      ...refusing(["authorize", "callback", "ticket", "granted", "tend"], {
        what: "In a browser, accounts are connected on the server's own pages.",
        where: url,
        next: "Connect with a token: landfall connect <platform> --token-file FILE (- for stdin)",
      }),
      disconnect: async (which) => sent(await client.connections.disconnect({ connection: which })),
      check: async (which) => sent(await client.connections.status(which)),
    },

    runtimeLogs: (target) => runtimeLogs(connection, target),

    edge: {
      ensure: () => engine.edge.status(),
      async status() {
        const { running, machine, services } = await client.projects.running();
        return { running, machine, pid: null, port: null, services: services.map((one) => ({ ...one, port: null })) };
      },
      stop: refuse({
        what: "A server is not stopped from elsewhere.",
        where: url,
        next: "To stop what runs on this machine: landfall stop --server local. To stop one project there: landfall stop <project>",
      }),
    },

    domains: {
      add: async ({ signal, ...at }, name) =>
        sent(await client.domains.add({ ...at, name }, during(signal))) as DomainView,
      check: async ({ signal, ...at }, name) =>
        sent(await client.domains.check({ ...at, name }, during(signal))) as DomainView,
      list: async ({ signal, ...at }) => sent(await client.domains.list(at, during(signal))).domains as DomainView[],
      async remove({ signal, ...at }, name) {
        await client.domains.remove({ ...at, name }, during(signal));
      },
    },

    ...refusing(["eventPage", "sights"], {
      what: "A server's deployments are followed there.",
      where: url,
      next: "Ask for its list, or follow one.",
    }),
    ...closed("screenshots", {
      what: "Pictures of deployments on a server are shown on the server's own pages.",
      where: url,
    }),
    ...closed("shares", {
      what: "A deployment on a server is shared on the server's own pages.",
      where: url,
    }),

    doctor: () => doctorOf(client, { me, url, version }),
    ...refusing(["rotateKey", "collect", "backup", "verifyBackup"], {
      what: "This concerns the server's own disk.",
      where: url,
      next: "Run it on the server; or for this machine's own store, with --server local.",
    }),
    ...closed("webhooks", {
      what: "What platforms tell a server is its own business.",
      where: url,
      next: `Its API has it: ${url}/api/openapi.json`,
    }),
    targets: {
      list: async () => sent(await client.targets.saved()).targets,
      save: async (asked) => sent(await client.targets.save(asked)),
      update: async (id, change) => sent(await client.targets.update({ id, ...change })),
      remove: async (id) => void (await client.targets.remove({ id })),
      test: async (id) => sent(await client.targets.test({ id })) as Awaited<ReturnType<Engine["targets"]["test"]>>,
    },
    servers: {
      list: async () => sent(await client.servers.list()).servers,
      drain: async (name) => sent(await client.servers.drain({ name })),
      resume: async (name) => sent(await client.servers.resume({ name })),
      remove: async (name) => void (await client.servers.remove({ name })),
      ...refusing(["attend", "isGone"], { what: "A server knows its machines by itself.", where: url }),
    },
    ...closed("sandboxes", {
      what: "Sandboxes of a server are used over its API.",
      where: url,
      next: `It is described at ${url}/api/openapi.json`,
    }),
    of() {
      throw new Error("a login sees one organisation");
    },
    get database(): never {
      throw new Error("a server's database is its own");
    },
    async [Symbol.asyncDispose]() {}, // Nothing is held open.
  };
  return engine;
}

type EventStream = AsyncIterator<DeployEvent, object | undefined, undefined>;

type Deployments = Pick<
  Engine,
  | "prepare"
  | "accept"
  | "follow"
  | "deployment"
  | "deployments"
  | "cancel"
  | "redeploy"
  | "rollback"
  | "promote"
  | "compare"
  | "effect"
  | "checklist"
>;

function deploymentsOf(connection: Connection, { home, toolPath }: RemoteOptions): Deployments {
  const { client, url } = connection;
  /** One key for one wish, however often it is sent. */
  const once = () => ({ context: { key: randomUUID() } });

  return {
    prepare: (request, { signal } = {}) => prepareThere({ connection, home, toolPath }, request, signal),

    async accept(prepared: Prepared) {
      const [problem] = prepared.problems;
      if (problem) {
        const { code, ...text } = problem;
        throw new DeployError(code, text);
      }
      return viewOf(await client.deployments.create((prepared as PreparedThere).asked, once()));
    },

    follow: (id, { from = 1, signal } = {}) =>
      followed({
        from,
        url,
        signal,
        open: async ({ lastEventId, ...at }) =>
          client.deployments.events(
            { id, ...at },
            { ...during(signal), ...(lastEventId === undefined ? {} : { lastEventId }) },
          ) as Promise<EventStream>,
      }),

    deployment: async (id) => viewOf(await client.deployments.get({ id })),
    async deployments({ before, limit = 20, ...filter } = {}) {
      const found: DeploymentView[] = [];
      for (let cursor = before; found.length < limit; ) {
        const page = await client.deployments.list({
          ...filter,
          limit: Math.min(limit - found.length, pageSize),
          ...(cursor === undefined ? {} : { cursor }),
        });
        found.push(...page.deployments.map(viewOf));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      return found;
    },
    async cancel(id) {
      await client.deployments.cancel({ id });
    },
    redeploy: async (id, seen = {}) => viewOf(await client.deployments.redeploy({ id, ...seen }, once())),
    rollback: async ({ to, environment = "production", expectLive, ...at }) =>
      viewOf(
        to === undefined
          ? await client.environments.rollback({ ...at, environment }, once())
          : await client.deployments.rollback({ id: to, expectLive }, once()),
      ),
    promote: async (id, environment = "production", seen = {}) =>
      viewOf(await client.deployments.promote({ id, environment, ...seen }, once())),
    compare: async ({ from, to }) => sent(await client.deployments.compare({ id: to, with: from })),
    effect: async (id, action, environment) => sent(await client.deployments.effect({ id, action, environment })),
    checklist: async (id, { signal } = {}) =>
      sent(await client.deployments.checklist({ id }, during(signal))) as ChecklistItem[],
  };
}

/** These lines have no numbers by which one could go on: a connection that breaks is told. */
async function* runtimeLogs(
  { client, url }: Connection,
  { signal, environment = "production", ...target }: Parameters<Engine["runtimeLogs"]>[0],
): AsyncGenerator<RuntimeLogLine> {
  try {
    const lines = await client.environments.logs({ ...target, environment }, during(signal));
    for (;;) {
      const { done, value } = await lines.next();
      if (done && value !== undefined) return;
      if (done) throw unreachable(undefined, url);
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOf(error, url);
  }
}

function during(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
