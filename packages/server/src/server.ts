/** The server: one node:http server in front of the contract, Better Auth, uploads and sockets; everything put together, and ended again. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Kysely } from "kysely";
import { answering } from "./answering.ts";
import { isLoopback, proxiesOf } from "./call.ts";
import { changesOf } from "./changes.ts";
import { doChores } from "./chores.ts";
import { openEventHub } from "./event-hub.ts";
import { gitProxyOf } from "./git-guard.ts";
import { openLimits } from "./limits.ts";
import { openLog } from "./log.ts";
import { metricsOf } from "./metrics.ts";
import type { ServerOptions } from "./options.ts";
import { auditOf } from "./people/audit.ts";
import { openAuth } from "./people/auth.ts";
import { collaboratorsOf } from "./people/collaborators.ts";
import { keysOf } from "./people/keys.ts";
import { invitationsOf, membersOf } from "./people/members.ts";
import { principalsOf } from "./people/principal.ts";
import { setupOf } from "./people/setup.ts";
import type { PeopleSchema } from "./people/tables.ts";
import { rightsOf } from "./rights.ts";
import type { Services } from "./services.ts";
import { socketsOf } from "./socket.ts";
import { uploadsOf } from "./uploads.ts";

/** A large archive over a slow line takes its time. */
const requestMs = 3_600_000;
/** What is being answered when the server stops has so long. */
const drainMs = 10_000;

export interface RunningServer extends AsyncDisposable {
  /** Where it listens. */
  url: string;
  /** The token that opens the first account; null when there is somebody already. */
  setupToken: string | null;
}

/** Start serving; disposing ends it, letting what is under way finish. Throws what listening throws (EADDRINUSE). */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { engine } = options;
  const log = openLog(options.log);
  const proxies = proxiesOf(options.trustedProxies ?? []);
  const limits = await openLimits({
    database: engine.database,
    redisUrl: options.redisUrl,
    deploymentsPerHour: options.deploymentsPerHour ?? 10,
    writesPerMinute: options.writesPerMinute ?? 600,
    log,
  });
  const http = createServer({ requestTimeout: requestMs });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port, options.host, resolve);
  }).catch(async (error: unknown) => {
    await limits[Symbol.asyncDispose]();
    throw error;
  });
  const { port } = http.address() as AddressInfo;
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`;
  const publicUrl = new URL(options.publicUrl ?? url).origin;
  const stopping = new AbortController();

  const db = engine.database.db as unknown as Kysely<PeopleSchema>;
  const { attempts } = limits;
  const auth = await openAuth({ engine, publicUrl, github: options.github, attempts, log });
  const principals = principalsOf({ db, auth, attempts });
  const rights = rightsOf(principals);
  const members = membersOf({ db, auth });
  const services: Services = {
    options,
    engine,
    db,
    publicUrl,
    log,
    attempts,
    limits,
    proxies,
    auth,
    principals,
    rights,
    setup: setupOf({ db, auth, attempts, members }),
    members,
    invitations: invitationsOf({ db, auth, attempts, publicUrl }),
    collaborators: collaboratorsOf(db),
    keys: keysOf(db),
    audit: auditOf(db),
    uploads: uploadsOf({ db, home: engine.home, mostBytes: options.maxUploadBytes ?? 1024 ** 3 }),
    gitProxy: gitProxyOf(),
    hub: openEventHub(),
    changes: changesOf((error) => log.warn({ err: error }, "The newest deployments could not be read")),
    stopping: stopping.signal,
  };
  const origins = originsOf({ publicUrl, host: options.host, port });
  const sockets = socketsOf(services, origins);
  const metrics = metricsOf({ streams: () => rights.count() });
  const answer = answering(services, { origins, metrics });

  http.on("request", (request, response) => void answer(request, response));
  http.on("upgrade", (request, socket, head) => void sockets.upgrade(request, socket, head));
  const chores = doChores(services);

  return {
    url,
    setupToken: await services.setup.token(),
    async [Symbol.asyncDispose]() {
      chores[Symbol.dispose]();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      stopping.abort();
      http.closeIdleConnections();
      const cut = setTimeout(() => {
        sockets.end();
        http.closeAllConnections();
      }, drainMs);
      await closed;
      clearTimeout(cut);
      rights[Symbol.dispose]();
      await services.gitProxy[Symbol.asyncDispose]();
      await limits[Symbol.asyncDispose]();
    },
  };
}

/** What a browser may call itself when it comes from our own pages. */
function originsOf({ publicUrl, host, port }: { publicUrl: string; host: string; port: number }): Set<string> {
  const names = isLoopback(host) ? ["127.0.0.1", "localhost", "[::1]"] : [];
  return new Set([publicUrl, ...names.map((name) => `http://${name}:${port}`)]);
}
