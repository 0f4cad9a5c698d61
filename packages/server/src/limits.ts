/**
 * How often one may: try what can be guessed, change things, deploy. Counted where all processes see it: in the store's database, or in Redis
 * where one is named.
 */
import type { Engine } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { sql } from "kysely";
import type { ServerResponse } from "node:http";
import { isIPv6 } from "node:net";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";
import { tooMany } from "./errors.ts";
import type { Logger } from "./log.ts";

const quarterHour = 15 * 60;
const hour = 3_600;
/** Behind one address may be a whole company. */
const peoplePerAddress = 5;
const redisConnectMs = 5_000;

export interface Attempts {
  /** Count a try to sign in. Throws RATE_LIMIT_EXCEEDED. */
  signIn(email: string, address: string): Promise<void>;
  /** It was the right password. */
  signedIn(email: string, address: string): Promise<void>;
  /** Count a wish for a new password, whether or not there is such an account. Throws RATE_LIMIT_EXCEEDED. */
  askReset(email: string, address: string): Promise<void>;
  /** They have a new password: wrong ones of before do not keep them out. */
  passwordReset(email: string, address: string): Promise<void>;
  /** Count a code, a token or a key that was wrong; the right one is never kept out. Throws RATE_LIMIT_EXCEEDED. */
  wrong(
    kind: "key" | "session" | "setup" | "invitation" | "device" | "webhook" | "share" | "reset",
    address: string,
  ): Promise<void>;
}

/** Who is counted, and where the answer says what is left. */
export interface Counted {
  userId: string | null;
  address: string;
  response: ServerResponse | null;
}

export interface Limits extends AsyncDisposable {
  attempts: Attempts;
  /** Count something that changes anything. Throws RATE_LIMIT_EXCEEDED. */
  write(by: Counted): Promise<void>;
  /** Count a deployment that is asked for; `giveBack` when none came of it. Throws RATE_LIMIT_EXCEEDED. */
  deployment(by: Counted & { userId: string }): Promise<{ giveBack(): Promise<void> }>;
  /** Forget what counts no more. */
  tidy(): Promise<void>;
}

export interface LimitOptions {
  database: Engine["database"];
  /** `redis://…` in place of the database. */
  redisUrl: string | undefined;
  deploymentsPerHour: number;
  writesPerMinute: number;
  log: Logger;
}

type Limiter = Pick<RateLimiterAbstract, "points" | "consume" | "delete" | "reward">;
interface Limit {
  name: string;
  points: number;
  /** Seconds. */
  duration: number;
}

/** Throws INVALID_CONFIG when the Redis that is named does not answer. */
export async function openLimits(options: LimitOptions): Promise<Limits> {
  const { database, redisUrl, deploymentsPerHour, writesPerMinute } = options;
  const { limiter, close } = redisUrl === undefined ? await inDatabase(database) : await inRedis(redisUrl, options.log);
  // The pair is tight; the account alone is wide, so that nobody can lock another out from one address.
  const pair = limiter({ name: "sign-in", points: 10, duration: quarterHour });
  const account = limiter({ name: "sign-in-account", points: 50, duration: quarterHour });
  const address = limiter({ name: "sign-in-address", points: 100, duration: quarterHour });
  // Each is a letter in somebody's box. As above, nobody uses up another's from one address.
  const resetPair = limiter({ name: "reset", points: 5, duration: hour });
  const resetAccount = limiter({ name: "reset-account", points: 20, duration: hour });
  const resetAddress = limiter({ name: "reset-address", points: 50, duration: hour });
  const wrong = limiter({ name: "wrong", points: 200, duration: quarterHour });
  const writes = limiter({ name: "write", points: writesPerMinute, duration: 60 });
  const writesFrom = limiter({ name: "write-address", points: writesPerMinute * peoplePerAddress, duration: 60 });
  const deployments = limiter({ name: "deployment", points: deploymentsPerHour, duration: hour });
  return {
    attempts: {
      async signIn(email, from) {
        const network = networkOf(from);
        await count(address, network);
        await count(account, email);
        await count(pair, `${email} ${network}`);
      },
      async signedIn(email, from) {
        const network = networkOf(from);
        await Promise.all([pair.delete(`${email} ${network}`), account.reward(email), address.reward(network)]);
      },
      async askReset(email, from) {
        const network = networkOf(from);
        await count(resetAddress, network);
        await count(resetAccount, email);
        await count(resetPair, `${email} ${network}`);
      },
      async passwordReset(email, from) {
        await pair.delete(`${email} ${networkOf(from)}`);
      },
      wrong: (kind, from) => count(wrong, `${kind} ${networkOf(from)}`),
    },
    async write({ userId, address: from, response }) {
      const ofAddress = await take(writesFrom, networkOf(from));
      const ofUser = userId === null ? null : await take(writes, userId);
      const least = ofUser ?? ofAddress;
      tell(response, ofUser ? writes : writesFrom, least);
      const refused = [ofAddress, ofUser].find((one) => one?.isOver);
      if (refused) throw tooMany(refused.msBeforeNext, "That is more than one may change in a minute.");
    },
    async deployment({ userId, response }) {
      const taken = await take(deployments, userId);
      tell(response, deployments, taken);
      if (taken.isOver)
        throw tooMany(
          taken.msBeforeNext,
          `${deploymentsPerHour} deployments an hour are allowed to each person, and these were.`,
        );
      return { giveBack: async () => void (await deployments.reward(userId)) };
    },
    async tidy() {
      if (redisUrl === undefined) await sql`delete from rate_limit where expire < ${Date.now()}`.execute(database.db);
    },
    [Symbol.asyncDispose]: close,
  };
}

interface Taken {
  isOver: boolean;
  remaining: number;
  msBeforeNext: number;
}

async function take(limiter: Limiter, key: string): Promise<Taken> {
  try {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key);
    return { isOver: false, remaining: remainingPoints, msBeforeNext };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { isOver: true, remaining: 0, msBeforeNext: error.msBeforeNext };
    throw error;
  }
}

async function count(limiter: Limiter, key: string): Promise<void> {
  const { isOver, msBeforeNext } = await take(limiter, key);
  if (isOver) throw tooMany(msBeforeNext);
}

/** Both spellings: the draft's, with seconds from now, and the older one, with the instant in Unix seconds. Source: draft-ietf-httpapi-ratelimit-headers-03. */
function tell(response: ServerResponse | null, { points }: Limiter, { remaining, msBeforeNext }: Taken): void {
  if (!response || response.headersSent) return;
  const seconds = Math.ceil(msBeforeNext / 1000);
  for (const [name, value] of [
    ["Limit", points],
    ["Remaining", remaining],
  ] as const) {
    response.setHeader(`RateLimit-${name}`, String(value));
    response.setHeader(`X-RateLimit-${name}`, String(value));
  }
  response.setHeader("RateLimit-Reset", String(seconds));
  response.setHeader("X-RateLimit-Reset", String(Math.ceil(Date.now() / 1000) + seconds));
}

/** Of IPv6 the network of one subscriber, who has all addresses of it. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head, tail] = address.split("::", 2) as [string, string?];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...(tail === undefined ? [] : zeros), ...right]
    .slice(0, 4)
    .map((part) => parseInt(part, 16))
    .join(":");
}

interface Counting {
  limiter(limit: Limit): Limiter;
  close(): Promise<void>;
}

/** What the library asks of PostgreSQL is understood by SQLite too; Kysely writes the parameters as each takes them. */
async function inDatabase({ kind, db }: Engine["database"]): Promise<Counting> {
  await db.transaction().execute(async (tx) => {
    // Servers that start together would otherwise meet while they make it.
    if (kind === "postgres") await sql`select pg_advisory_xact_lock(hashtext('landfall rate_limit'))`.execute(tx);
    await sql`create table if not exists rate_limit
      (key varchar(255) primary key, points integer not null default 0, expire bigint)`.execute(tx);
  });
  const storeClient = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const parts = text.split(/\$(\d+)/);
      const { rows, numAffectedRows } = await sql
        .join(
          parts.map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1]}`)),
          sql``,
        )
        .execute(db);
      return { rows, rowCount: Number(numAffectedRows ?? rows.length) };
    },
  };
  return {
    limiter: ({ name, ...limit }) =>
      new RateLimiterPostgres({
        ...limit,
        keyPrefix: name,
        storeClient,
        storeType: "client",
        tableName: "rate_limit",
        tableCreated: true,
        clearExpiredByTimeout: false,
      }),
    close: async () => {},
  };
}

/** While Redis is away each process counts by itself. */
async function inRedis(url: string, log: Logger): Promise<Counting> {
  const { createClient } = await import("@redis/client");
  let isAway = false;
  try {
    const client = createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: redisConnectMs } });
    client.on("error", (error: unknown) => {
      if (!isAway) log.warn({ err: error }, "Redis is away: limits are counted by each process until it is back");
      isAway = true;
    });
    client.on("ready", () => (isAway = false));
    await Promise.race([client.connect(), late()]).catch((error: unknown) => {
      client.destroy();
      throw error;
    });
    return {
      limiter: ({ name, ...limit }) =>
        new RateLimiterRedis({
          ...limit,
          keyPrefix: `landfall:${name}`,
          storeClient: client,
          useRedisPackage: true,
          insuranceLimiter: new RateLimiterMemory({ ...limit, keyPrefix: name }),
        }),
      close: async () => client.destroy(),
    };
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      { what: "The Redis that is named does not answer.", where: "REDIS_URL", next: "Start it, or name none." },
      { cause },
    );
  }
}

async function late(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  setTimeout(() => reject(new Error("no answer in time")), redisConnectMs).unref();
  return promise;
}
