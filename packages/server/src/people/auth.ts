/** Better Auth on the engine's database: passwords, sessions, devices. Organisations, keys and rights are ours (members.ts, keys.ts, principal.ts). */
import { keptSecret } from "../kept-secret.ts";
import { newSecret } from "../token.ts";
import type { Attempts } from "../limits.ts";
import { missing } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Mail } from "../mail.ts";
import { githubOptions, type GithubClient, githubRoutes } from "./github.ts";
import {
  passwordResetOf,
  resetIdentifier,
  resetLink,
  resetLinkSeconds,
  resetRoutes,
  verificationOptions,
} from "./password-reset.ts";
import { type PeopleSchema, tables } from "./tables.ts";
import type { Engine } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { bearer, deviceAuthorization } from "better-auth/plugins";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Kysely } from "kysely";
import { addressHeader } from "./address-header.ts";

/** What of Better Auth is reachable; everything else of it is not there. */
const routes = [
  "POST /sign-in/email",
  "POST /sign-out",
  "GET /get-session",
  "POST /change-password",
  "GET /list-sessions",
  "POST /revoke-session",
  "POST /revoke-other-sessions",
  "POST /device/code",
  "POST /device/token",
  "GET /device",
  "POST /device/approve",
  "POST /device/deny",
];

const migrationAttempts = 20;
/** Whoever asks for a new password is answered after so long, whatever there was to do: how long it took would say whether there is an account. */
const resetAnswerMs = 300;

const deviceClient = "landfall-cli";

export interface Auth {
  /** Whether Better Auth answers this path below /api/auth. */
  serves(method: string, path: string): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whose session these headers carry, by cookie or bearer token. */
  session(headers: Headers): Promise<{ sessionId: string; userId: string; name: string; email: string } | null>;
  /** A new person with a password; the address must not be taken. */
  createPerson(person: { name: string; email: string; password: string }): Promise<string>;
  endSessionsOf(userId: string): Promise<void>;
  /** A link to choose a new password with. Throws NOT_FOUND. */
  makeResetLink(email: string): Promise<{ link: string; expiresAt: string }>;
  /** How people sign in here: `password`, and `github` where that is set up. */
  signInWith: string[];
}

/** Bring the tables up to date and open it. */
export async function openAuth({
  engine,
  publicUrl,
  github,
  attempts,
  mail,
  log,
}: {
  engine: Engine;
  publicUrl: string;
  /** Absent: people sign in with a password. */
  github?: GithubClient | undefined;
  attempts: Attempts;
  /** Null: nobody can have a link for a new password sent. */
  mail: Mail | null;
  log: Logger;
}): Promise<Auth> {
  const db = engine.database.db as unknown as Kysely<PeopleSchema>;
  const byGithub: Partial<ReturnType<typeof githubOptions>> = github ? githubOptions(db, github, publicUrl) : {};
  const served = new Set([...routes, ...resetRoutes({ mail }), ...(github ? githubRoutes : [])]);
  const reset = passwordResetOf({ db, mail, publicUrl, log });
  const options = {
    appName: "Landfall",
    baseURL: publicUrl,
    basePath: "/api/auth",
    secret: await keptSecret(db, "cookie"),
    database: { db: engine.database.db, type: engine.database.kind },
    ...byGithub,
    user: { modelName: "person" },
    account: { modelName: "login", ...byGithub.account },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 128,
      resetPasswordTokenExpiresIn: resetLinkSeconds,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async (asked) => reset.send(asked),
      async onPasswordReset({ user }, request) {
        const address = request?.headers.get(addressHeader) ?? "";
        await reset.endOtherWaysIn(user.id);
        await attempts.passwordReset(user.email, address);
        await reset.record({ user, address });
        reset.tell(user);
      },
    },
    verification: verificationOptions,
    session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    plugins: [
      bearer(),
      deviceAuthorization({
        expiresIn: "15m",
        interval: "5s",
        verificationUri: `${publicUrl}/device`,
        validateClient: (client) => client === deviceClient,
      }),
      tables,
    ],
    advanced: {
      // Every request has passed ours before (call.ts), which knows more origins and also guards the rest of the API.
      disableCSRFCheck: true,
      // Said, since Better Auth does not look in tests otherwise: where a person is sent afterwards is an address of ours.
      disableOriginCheck: false,
      useSecureCookies: publicUrl.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    // Ours counts by account too (limits.ts).
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { log: (level, message) => log[level]({ part: "auth" }, message) },
    hooks: hooksOf({ attempts, reset }),
  } satisfies BetterAuthOptions;

  await migrate(options);
  const auth = betterAuth(options);
  const context = await auth.$context;
  const answer = toNodeHandler(auth);

  return {
    serves: (method, path) => served.has(`${method} ${path}`),
    handle: (request, response) => answer(request, response),
    async session(headers) {
      const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
      if (!found) return null;
      const { id: userId, name, email } = found.user;
      return { sessionId: found.session.id, userId, name, email };
    },
    async createPerson({ name, email, password }) {
      if (await context.internalAdapter.findUserByEmail(email))
        throw new DeployError("CONFLICT", {
          what: "There is an account with this address already.",
          next: "Sign in with it.",
        });
      const hash = await context.password.hash(password);
      const user = await context.internalAdapter.createUser(
        { name, email, emailVerified: true },
        { method: "email-password" },
      );
      await context.internalAdapter.linkAccount({
        userId: user.id,
        providerId: "credential",
        accountId: user.id,
        password: hash,
      });
      return user.id;
    },
    signInWith: github ? ["password", "github"] : ["password"],
    async makeResetLink(email) {
      const found = await context.internalAdapter.findUserByEmail(email);
      if (!found) throw missing("person");
      const token = newSecret();
      const expiresAt = new Date(Date.now() + resetLinkSeconds * 1000);
      const identifier = resetIdentifier(token);
      await context.internalAdapter.createVerificationValue({ value: found.user.id, identifier, expiresAt });
      return { link: resetLink({ publicUrl, token, email: found.user.email }), expiresAt: expiresAt.toISOString() };
    },
    endSessionsOf: (userId) => context.internalAdapter.deleteUserSessions(userId),
  };
}

/** What stands around Better Auth's own: how often one may, and what else a new password is the end of. */
function hooksOf({ attempts, reset }: { attempts: Attempts; reset: ReturnType<typeof passwordResetOf> }) {
  const answerAt = new WeakMap<Request, Promise<void>>();
  return {
    before: createAuthMiddleware(async (call) => {
      const address = call.headers?.get(addressHeader) ?? "";
      if (call.path === "/sign-in/email") await limited(() => attempts.signIn(emailIn(call.body), address));
      if (call.path === "/request-password-reset") {
        if (call.request) answerAt.set(call.request, delay(resetAnswerMs));
        await limited(() => attempts.askReset(emailIn(call.body), address));
      }
      if (call.path === "/device" || call.path === "/device/approve")
        await limited(() => attempts.wrong("device", address));
      if (call.path === "/reset-password") await limited(() => attempts.wrong("reset", address));
      // Who changes a password wants everybody else out.
      if (call.path === "/change-password")
        return { context: { body: { ...(call.body as object), revokeOtherSessions: true } } };
      return undefined;
    }),
    after: createAuthMiddleware(async (call) => {
      const address = call.headers?.get(addressHeader) ?? "";
      const hasFailed = call.context.returned instanceof Error;
      if (call.path === "/sign-in/email" && call.context.newSession)
        await attempts.signedIn(emailIn(call.body), address);
      if (call.path === "/request-password-reset" && call.request) await answerAt.get(call.request);
      if (call.path === "/change-password" && !hasFailed && call.context.session) {
        const { user } = call.context.session;
        await reset.endOtherWaysIn(user.id);
        reset.tell(user);
      }
    }),
  };
}

/** Two servers that begin together on an empty database get in each other's way; then one looks again at what the other has made. */
async function migrate(options: BetterAuthOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { toBeCreated, toBeAdded, runMigrations } = await getMigrations(options);
    if (toBeCreated.length === 0 && toBeAdded.length === 0) return;
    try {
      await runMigrations();
    } catch (error) {
      if (attempt === migrationAttempts) throw error;
      await delay(50 * attempt);
    }
  }
}

function emailIn(body: unknown): string {
  const email = (body as { email?: unknown } | undefined)?.email;
  return typeof email === "string" ? email.toLowerCase().slice(0, 200) : "";
}

async function limited(count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    const seconds = Math.ceil((error.text.retryAfterMs ?? 1000) / 1000);
    throw new APIError("TOO_MANY_REQUESTS", { ...error.report() }, { "retry-after": String(seconds) });
  }
}
