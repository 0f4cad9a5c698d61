/** The server: one node:http server in front of the contract, Better Auth, uploads and sockets; everything put together, and ended again. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Kysely } from "kysely";
import { answering } from "./answering.ts";
import { isLoopback } from "@landfall/engine/special-address";
import { proxiesOf } from "./call.ts";
import { changesOf } from "./changes.ts";
import { doChores } from "./chores.ts";
import { openEventHub } from "./event-hub.ts";
import { gitProxyOf } from "./git-guard.ts";
import { openLimits } from "./limits.ts";
import { openLog } from "./log.ts";
import { openMail } from "./mail.ts";
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
  const { engine, host } = options;
  const log = openLog(options.log);
  const limits = await openLimits({
    database: engine.database,
    redisUrl: options.redisUrl,
    deploymentsPerHour: options.deploymentsPerHour ?? 10,
    writesPerMinute: options.writesPerMinute ?? 600,
    log,
  });
  const stopping = new AbortController();
  const http = createServer({ requestTimeout: requestMs });
  try {
    const port = await listen(http, options);
    const url = addressOf(host, port);
    const publicUrl = new URL(options.publicUrl ?? url).origin;
    const origins = originsOf({ publicUrl, host, port });
    // What listens on every address is reached by the machine's own.
    const ownUrl = addressOf({ "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host, port);
    const opening = openServices({ options, log, limits, publicUrl, ownUrl, stopping: stopping.signal }).then(
      (services) => ({
        services,
        sockets: socketsOf(services, origins),
        answer: answering(services, { origins, metrics: metricsOf({ streams: () => services.rights.count() }) }),
      }),
    );
    // Whoever asks before all is there is answered when it is; what fails below ends their connections.
    http.on("request", (request, response) => void opening.then(({ answer }) => answer(request, response), ignore));
    http.on("upgrade", (...upgrade) => void opening.then(({ sockets }) => sockets.upgrade(...upgrade), ignore));
    const { services, sockets } = await opening;
    const setupToken = await services.setup.token();
    const chores = doChores(services);
    return {
      url,
      setupToken,
      async [Symbol.asyncDispose]() {
        const idle = chores[Symbol.asyncDispose]();
        const closed = new Promise<void>((resolve) => http.close(() => resolve()));
        stopping.abort();
        http.closeIdleConnections();
        const cut = setTimeout(() => {
          sockets.end();
          http.closeAllConnections();
        }, drainMs);
        await closed;
        clearTimeout(cut);
        await idle;
        services.rights[Symbol.dispose]();
        await services.mail?.[Symbol.asyncDispose]();
        await services.gitProxy[Symbol.asyncDispose]();
        await limits[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    http.close();
    http.closeAllConnections();
    await limits[Symbol.asyncDispose]();
    throw error;
  }
}

const ignore = (): void => {};

function addressOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The port it listens on. */
async function listen(http: Server, { host, port }: ServerOptions): Promise<number> {
  http.listen(port, host);
  await once(http, "listening"); // Throws what is emitted as an error.
  return (http.address() as AddressInfo).port;
}

/** Everything a procedure may need. */
async function openServices({
  options,
  log,
  limits,
  publicUrl,
  ownUrl,
  stopping,
}: Pick<Services, "options" | "log" | "limits" | "publicUrl" | "ownUrl" | "stopping">): Promise<Services> {
  const { engine } = options;
  const { attempts } = limits;
  const db = engine.database.db as unknown as Kysely<PeopleSchema>;
  const mail = options.mail ? await openMail(options.mail, log) : null;
  const auth = await openAuth({ engine, publicUrl, github: options.github, attempts, mail, log });
  const principals = principalsOf({ db, auth, attempts });
  const members = membersOf({ db, auth });
  return {
    options,
    engine,
    db,
    publicUrl,
    ownUrl,
    log,
    attempts,
    limits,
    proxies: proxiesOf(options.trustedProxies ?? []),
    mail,
    auth,
    principals,
    rights: rightsOf(principals),
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
    stopping,
  };
}

/** What a browser may call itself when it comes from our own pages. */
function originsOf({ publicUrl, host, port }: { publicUrl: string; host: string; port: number }): Set<string> {
  const names = isLoopback(host) ? ["127.0.0.1", "localhost", "[::1]"] : [];
  return new Set([publicUrl, ...names.map((name) => `http://${name}:${port}`)]);
}
