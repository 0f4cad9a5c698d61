/** A server in this process on a data directory and a free port of its own, and people who use it. */
import type { contract, Permission, Role } from "@landfall/contract";
import { type Engine, type EngineOptions, openEngine } from "@landfall/engine";
import { type ServerOptions, startServer } from "@landfall/server";
import { letterSender } from "@landfall/server/mail";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export type Client = ContractRouterClient<typeof contract>;
export const password = "correct horse battery";

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  body: any;
}

export interface Caller {
  headers: Record<string, string>;
  /** REST: method, path below /api, body as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  client: Client;
}

export interface TestServer extends AsyncDisposable {
  url: string;
  home: string;
  engine: Engine;
  setupToken: string;
  logged: string[];
  /** Nobody. */
  anyone: Caller;
  as(headers: Record<string, string>): Caller;
  /** Use the setup token: the owner of the first organisation, by cookie. */
  setUp(): Promise<Caller>;
  signIn(email: string, secret?: string): Promise<Caller>;
  /** A member of the first organisation, signed in. */
  member(owner: Caller, role: Role): Promise<Caller & { email: string }>;
  key(owner: Caller, scopes: Permission[]): Promise<Caller>;
  /** End in order, and begin again at the same address over the same engine. */
  restart(): Promise<void>;
}

const selfCommand = [process.execPath, join(import.meta.dirname, "../../cli/bin/landfall.js")];

/** `environment` is what the engine reads, such as the addresses of simulated platforms; `settings` of it are such as a database in place of the data directory's own. */
export async function serverFor(
  more: Partial<ServerOptions> = {},
  environment: Record<string, string> = {},
  settings: Partial<EngineOptions> = {},
): Promise<TestServer> {
  const home = mkdtempSync(join(tmpdir(), "landfall-server-"));
  const engineOf = (directory: string): Promise<Engine> =>
    openEngine({
      home: directory,
      edgeCommand: [...selfCommand, "edge", "--home", directory],
      workerCommand: [...selfCommand, "worker", "--until-idle", "--home", directory],
      toolPath: (process.env["PATH"] ?? "").split(delimiter),
      environment,
      ...(more.mail ? { mail: letterSender(more.mail) } : {}),
      ...settings,
    });
  const engine = await engineOf(home);
  const logged: string[] = [];
  const options: ServerOptions = {
    engine,
    host: "127.0.0.1",
    port: 0,
    version: "0.0.0-test",
    deploymentsPerHour: 1_000,
    writesPerMinute: 100_000,
    log: (line) => logged.push(line),
    ...more,
  };
  let server = await startServer(options);
  const { url } = server;

  function as(headers: Record<string, string>): Caller {
    const link = new RPCLink({ url: `${url}/rpc`, headers });
    return {
      headers,
      client: createORPCClient<Client>(link),
      async call(method, path, body, extra = {}) {
        const response = await fetch(`${url}/api${path}`, {
          method,
          headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }), ...extra },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        return { status: response.status, headers: response.headers, body: parsed(text) };
      },
    };
  }
  const anyone = as({});
  let people = 0;

  async function signIn(email: string, secret = password): Promise<Caller> {
    const { status, headers, body } = await anyone.call("POST", "/auth/sign-in/email", { email, password: secret });
    if (status !== 200) throw new Error(`sign-in answered ${status}: ${JSON.stringify(body)}`);
    const cookie = headers
      .getSetCookie()
      .map((one) => one.split(";", 1)[0])
      .join("; ");
    return as({ cookie, origin: url });
  }

  return {
    url,
    home,
    engine,
    setupToken: server.setupToken!,
    logged,
    anyone,
    as,
    signIn,
    async setUp() {
      const email = "owner@example.com";
      const { status, body } = await anyone.call("POST", "/setup", {
        token: server.setupToken,
        name: "Owner",
        email,
        password,
      });
      if (status !== 201) throw new Error(`setup answered ${status}: ${JSON.stringify(body)}`);
      return signIn(email);
    },
    async member(owner, role) {
      people += 1;
      const email = `${role}-${people}@example.com`;
      const { token } = await owner.client.invitations.create({ email, role });
      await anyone.client.invitations.accept({ token, name: role, password });
      return { ...(await signIn(email)), email };
    },
    async key(owner, scopes) {
      const { key } = await owner.client.keys.create({ name: "test", scopes });
      return as({ authorization: `Bearer ${key}` });
    },
    async restart() {
      await server[Symbol.asyncDispose]();
      server = await startServer({ ...options, port: Number(new URL(url).port) });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await engine.edge.stop();
      await engine[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
