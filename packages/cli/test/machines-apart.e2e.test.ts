/** Machines that share a database and a store of bytes, and nothing else: one serves what is deployed and works, one has the API. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { permissionsOf } from "@landfall/contract";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBucket, optionsOf } from "../../engine/test/snapshot/bucket.ts";
import { onPostgres } from "../../engine/test/store/databases.ts";
import { startPostgres } from "../../engine/test/store/postgres-server.ts";
import { echo, freePort, install, type Installed, type Outcome, outcomeOf, until } from "./installed.ts";

interface Service {
  project: string;
  service: string;
  state: string;
  restarts: number;
  url: string;
}

const secret = "not-for-anybody-to-read";
/** A program that prints what it must not, and ends when it is told to. */
const program = echo("hello", {
  "server.js": `import { createServer } from "node:http";
createServer((request, response) => {
  if (request.headers["user-agent"] !== "landfall-probe") console.log("asked for " + request.url + " with " + process.env.API_SECRET);
  if (request.url === "/end") process.exit(3);
  if (request.url === "/much") for (let n = 0; n < 10_000; n++) console.log("line " + n + " of very many");
  response.end("hello");
}).listen(process.env.PORT, "127.0.0.1");
`,
});

onPostgres("an API on another machine than the edge", () => {
  let ending: AsyncDisposableStack;
  let edge: Installed;
  let api: Installed;
  let database: Client;
  let serving: ChildProcess;
  let url: string;
  let key: string;

  async function gone(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  async function started(machine: Installed, ...args: string[]) {
    const child = machine.start("serve", "--json", ...args);
    ending.defer(() => gone(child));
    let out = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr!.resume();
    const line = await until("it serves", () => (out.includes("\n") ? out : null));
    return { child, said: JSON.parse(line) as { api: string; setupToken: string } };
  }

  async function ask<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** A person with a laptop, who knows the API alone. */
  const laptop = () => ({
    LANDFALL_HOME: join(api.home, "laptop"),
    LANDFALL_URL: url,
    LANDFALL_TOKEN: key,
    LANDFALL_DATABASE_URL: "",
    LANDFALL_STORE: "",
  });
  const far = (...args: string[]): Promise<Outcome> => api.runWith({ env: laptop() }, ...args);
  const whatRuns = () => ask<{ running: boolean; machine: string | null; services: Service[] }>("GET", "/running");
  const serveEdge = async () => void (serving = (await started(edge, "--roles", "worker,edge")).child);
  async function stopServing(): Promise<void> {
    expect(await edge.run("stop")).toMatchObject({ code: 0 });
    await gone(serving);
  }

  beforeAll(async () => {
    ending = new AsyncDisposableStack();
    const databaseUrl = await ending.use(await startPostgres()).url();
    database = new Client(databaseUrl);
    await database.connect();
    ending.defer(() => database.end());
    const bucket = await openBucket();
    ending.defer(() => bucket.close());
    const { url: store, accessKeyId, secretAccessKey } = optionsOf(bucket);
    const env = {
      LANDFALL_DATABASE_URL: databaseUrl,
      TOKEN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      LANDFALL_STORE: store,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    edge = ending.use(await install(env));
    api = ending.use(await install(env));
    await serveEdge();
    const { said } = await started(api, "--roles", "api", "--port", String(await freePort()));
    url = said.api;
    const person = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
    const post = (path: string, body: object, headers = {}) =>
      fetch(`${url}/api${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
    await post("/setup", { ...person, token: said.setupToken });
    const cookie = (await post("/auth/sign-in/email", person)).headers.getSetCookie()[0]!.split(";", 1)[0]!;
    const made = await post("/keys", { name: "test", scopes: [...permissionsOf.owner] }, { cookie, origin: url });
    key = ((await made.json()) as { key: string }).key;
    await ask("PUT", "/projects/echo/environments/production/variables", { values: { API_SECRET: secret } });
    const deployed = await far("deploy", api.project("echo", program), "--project", "echo");
    expect(deployed, deployed.stderr).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(() => ending.disposeAsync());

  it("knows what runs there, and where that is", async () => {
    const { machine, services } = await until("it is told", async () => {
      const now = await whatRuns();
      return now.services.length > 0 && now;
    });
    expect(machine).toBe(hostname());
    expect(services).toMatchObject([{ project: "echo", service: "echo", state: "running", restarts: 0 }]);
    // Also who has the database and no server.
    expect((await api.run("status")).stdout).toMatch(/Serving on port \d+ of .*\n\n.*\necho .* running/);
    expect(api.processes().filter(({ command }) => command.includes(" edge "))).toEqual([]);
  });

  it("stops it there, and starts it again", async () => {
    const stopped = await far("stop", "echo");
    expect(stopped, stopped.stderr).toMatchObject({ code: 0 });
    expect(await edge.get("echo.localhost")).toMatchObject({ status: 503 });
    expect(await whatRuns()).toMatchObject({ services: [{ project: "echo", state: "stopped" }] });
    const again = await far("start", "echo");
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(await edge.get("echo.localhost")).toMatchObject({ status: 200 });
  });

  it("hears that a program has ended and runs again", async () => {
    await edge.get("echo.localhost", "/end");
    const again = await until("it runs again", async () =>
      (await whatRuns()).services.find(({ state, restarts }) => state === "running" && restarts === 1),
    );
    expect(again.project).toBe("echo");
  });

  it("has what the program prints, without its secrets, as it comes", async () => {
    await edge.get("echo.localhost", "/before");
    const printed = await until("it is printed", async () => {
      const { stdout } = await far("logs", "echo");
      return stdout.includes("asked for /before") && stdout;
    });
    expect(printed).toContain("asked for /before with [secret API_SECRET]");
    expect((await far("logs", "echo", "--tail", "1")).stdout.trim().split("\n")).toHaveLength(1);

    await edge.get("echo.localhost", "/much");
    const much = (await far("logs", "echo", "--tail", "10000")).stdout.trim().split("\n");
    expect(much).toEqual(Array.from({ length: 10_000 }, (_, n) => `line ${n} of very many`));

    const following = api.startWith({ env: laptop() }, "logs", "echo", "--follow", "--tail", "0");
    const ended = outcomeOf(following);
    let seen = "";
    following.stdout!.on("data", (text: string) => (seen += text));
    for (let n = 1; n <= 3; n++)
      await until(`line ${n} comes`, async () => {
        await edge.get("echo.localhost", `/${n}`);
        return seen.includes(`asked for /${n} with [secret`);
      });
    following.kill("SIGINT");
    await ended;
    expect(seen).not.toContain(secret);
    expect(seen).not.toContain("of very many");
    const { rows } = await database.query<{ report: string }>("select report from edge");
    expect(rows).toHaveLength(1);
    expect(rows[0]!.report).not.toContain(secret);
    await until(
      "nothing of it stays",
      async () => (await database.query("select id from log_reading")).rows.length === 0,
    );
    expect((await database.query("select seq from log_piece")).rows).toEqual([]);
  });

  it("says when nobody is heard of who has the logs; those who follow are told", async () => {
    const following = api.startWith({ env: laptop() }, "logs", "echo", "--follow");
    const ended = outcomeOf(following);
    await until("it is followed", async () => (await database.query("select id from log_reading")).rows.length === 1);
    await stopServing();
    expect(await ended).toMatchObject({ code: 75, stderr: expect.stringContaining("not heard of any more") });
    expect(await whatRuns()).toEqual({ running: false, machine: null, services: [] });
    const logs = await far("logs", "echo");
    expect(logs).toMatchObject({ code: 75, stderr: expect.stringContaining("not heard of") });
    await serveEdge();
    await until("it is heard of again", async () => (await whatRuns()).services.length === 1);
  });

  it("takes down what is removed, and answers when it is gone", async () => {
    expect(await far("rm", "echo", "--yes")).toMatchObject({ code: 0 });
    expect((await whatRuns()).services).toEqual([]);
    expect(await edge.get("echo.localhost")).toMatchObject({ status: 404 });
    expect(edge.processes().filter(({ command }) => command.includes("server.js"))).toEqual([]);
    expect(api.processes().filter(({ command }) => command.includes(" edge "))).toEqual([]);
  });
});
