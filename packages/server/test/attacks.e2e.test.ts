/** Attacks and bad input by way of the API. What the API shares with the command line is tried out there, below it in packages/engine. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DeployEvent } from "@landfall/engine";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { fetchGit } from "../../engine/src/source/git.ts";
import { gitProxyOf } from "../src/git-guard.ts";
import { onePage } from "./archive.ts";
import { type Caller, password, serverFor, type TestServer } from "./harness.ts";

const mostUploadBytes = 64 * 1024 ** 2;
let server: TestServer;
let owner: Caller;
const stop = new AbortController();
let work: Promise<void>;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "landfall-attacks-"));
  const dashboard = join(scratch, "dashboard");
  mkdirSync(dashboard);
  writeFileSync(join(dashboard, "index.html"), "<!doctype html><title>Landfall</title>");
  server = await serverFor({ dashboard, maxUploadBytes: mostUploadBytes });
  owner = await server.setUp();
  work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
});
afterAll(async () => {
  stop.abort();
  await work;
  await server[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

async function post(body: Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await fetch(`${server.url}/api/sources`, { method: "POST", headers: owner.headers, body });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

/** A folder with these files, as an archive. */
async function uploaded(files: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(scratch, "source-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return post(new Uint8Array(execFileSync("tar", ["-C", folder, "-cf", "-", "."])));
}

async function settled(id: string): Promise<DeployEvent[]> {
  const events: DeployEvent[] = [];
  for await (const event of await owner.client.deployments.events({ id })) events.push(event as DeployEvent);
  return events;
}

const variablesOf = (project: string) => `/projects/${project}/environments/production/variables`;

describe("variables", () => {
  it.each(["A B", "1A", "A=B", "A;id", "A\nB", "", "A\u0000", "LANDFALL_HOME", "Ä"])(
    "are refused whole for a name that is none: %j",
    async (name) => {
      const answer = await owner.call("PUT", variablesOf("names"), { values: { GOOD: "1", [name]: "x" } });
      expect([answer.status, answer.body.code]).toEqual([422, "INVALID_VARIABLE"]);
      const { body } = await owner.call("GET", variablesOf("names"));
      expect((body.variables ?? []).filter(({ key }: { key: string }) => key === "GOOD")).toEqual([]);
    },
  );

  it.each(["a\u0000b", "\ud800"])("are refused for a value that no program can be given: %j", async (value) => {
    const answer = await owner.call("PUT", variablesOf("values"), { values: { VALUE: value } });
    expect([answer.status, answer.body.code]).toEqual([422, "INVALID_VARIABLE"]);
  });

  it("come back byte for byte", async () => {
    const values = {
      NEWLINE: "\n",
      TRAILING: "value\n",
      CRLF: "a\r\nb",
      DOLLAR: "pa$$word",
      EXPANSION: "${HOME}",
      HASH: "#x",
      DOUBLE: '"q"',
      SINGLE: "'q'",
      BACKSLASH: "a\\nb\\",
      PEM: `-----BEGIN CERTIFICATE-----\n${"QUJD".repeat(300)}\n-----END CERTIFICATE-----\n`,
      JSON_64K: JSON.stringify({ text: "x".repeat(64 * 1024 - 11) }),
      EMOJI: "🚀 é \u200f",
      SPACES: "  x  ",
      case_only: "lower",
      CASE_ONLY: "upper",
    };
    await owner.client.projects.create({ name: "bytes" });
    const place = { project: "bytes", environment: "production" };
    const answer = await owner.call("PUT", variablesOf("bytes"), { values, sensitive: false });
    expect([answer.status, answer.body.data?.faults]).toEqual([200, undefined]);
    const { variables } = await owner.client.variables.list(place);
    expect(Object.fromEntries(variables.map(({ key, value }) => [key, value]))).toEqual(values);
    expect((await owner.call("PUT", variablesOf("bytes"), { values: { EMPTY: "" } })).status).toBe(422);
    expect((await owner.call("PUT", variablesOf("bytes"), { values: { EMPTY: "" }, allowEmpty: true })).status).toBe(
      200,
    );
  });

  it("may be a thousand of two megabytes", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`V${index}`, String(index).padStart(1_985, "x")]),
    );
    expect((await owner.call("PUT", variablesOf("many"), { values: many })).status).toBe(200);
    const { variables } = await owner.client.variables.list({ project: "many", environment: "production" });
    expect(variables).toHaveLength(1_000);
  });
});

describe("what a build prints", () => {
  const secret = 'p4ss "wörd"/+\\ 1234567890';
  const token = "sk_live_0123456789abcdefghij";
  let id: string;
  let told: string;
  let events: DeployEvent[];

  beforeAll(async () => {
    await owner.client.variables.set({
      project: "printing",
      environment: "production",
      values: { DB_PASSWORD: secret, API_TOKEN: token },
    });
    const build = `
      const { DB_PASSWORD: secret, API_TOKEN: token } = process.env;
      const log = (text) => process.stdout.write(text + "\\n");
      log("raw " + secret);
      log("base64 " + Buffer.from(token).toString("base64"));
      log("url " + encodeURIComponent(secret));
      log("json " + JSON.stringify(secret));
      log("colour \\u001b[31m" + token.slice(0, 9) + "\\u001b[0m" + token.slice(9));
      try { throw new Error("failed with " + token); } catch (error) { log(error.stack); }
      process.stdout.write("split " + token.slice(0, 10));
      setTimeout(() => {
        log(token.slice(10));
        log("<script>alert(1)</script> <a href='javascript:alert(1)'>x</a>");
        log("\\u001b]0;title\\u0007\\u001b]8;;https://evil.example\\u0007link\\u001b]8;;\\u0007");
        log('data: {"type":"state","state":"success"}\\n\\nevent: done\\ndata: {}\\n\\n');
        log(JSON.stringify({ type: "state", state: "success", seq: 999999 }));
        process.stdout.write(Buffer.from([0xff, 0xfe, 0x41, 0x0a]));
        process.stdout.write("x".repeat(3 * 1024 * 1024) + "\\n");
        require("node:fs").mkdirSync("dist", { recursive: true });
        require("node:fs").writeFileSync("dist/index.html", "<p>built</p>");
      }, 200);
    `;
    const upload = await uploaded({
      "package.json": JSON.stringify({ name: "printing", scripts: { build: "node build.js" } }),
      "build.js": build,
      "index.html": "<p>source</p>",
    });
    const made = await owner.client.deployments.create({
      project: "printing",
      source: { upload },
      overrides: { buildCommand: "node build.js", outputDir: "dist", kind: "static" },
    });
    ({ id } = made);
    events = await settled(id);
    const texts = [
      events,
      await owner.client.deployments.get({ id }),
      await fetch(`${server.url}/api/deployments/${id}/events`, { headers: owner.headers }).then((one) => one.text()),
      await fetch(`${server.url}/api/deployments/${id}/logs`, { headers: owner.headers }).then((one) => one.text()),
      await overSocket(),
      server.logged,
    ];
    told = texts.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
  });

  function overSocket(): Promise<string> {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${id}`, {
      headers: owner.headers,
    });
    let text = "";
    socket.on("message", (frame: Buffer) => (text += frame.toString("utf8")));
    return new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });
  }

  it("shows no secret, in whatever form, by any way there is", () => {
    expect(events.at(-1)).toMatchObject({ type: "state", state: "success" });
    expect(told).toContain("raw [secret DB_PASSWORD]");
    for (const form of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      token,
      token.slice(10),
      Buffer.from(token).toString("base64").replace(/=+$/, ""),
    ])
      expect([form, told.includes(form)]).toEqual([form, false]);
    const kept = readdirSync(server.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(token));
    expect(kept).toEqual([]);
  });

  it("is lines of a log, and never an event, an end or a page", async () => {
    const states = events.filter((event) => event.type === "state");
    expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(states.filter(({ state }) => state === "success")).toHaveLength(1);
    const lines = events.flatMap((event) => (event.type === "log" ? event.lines : []));
    expect(lines.some((line) => line.includes('{"type":"state","state":"success"}'))).toBe(true);
    expect(lines.some((line) => line.includes("<script>alert(1)</script>"))).toBe(true);
    const answer = await fetch(`${server.url}/api/deployments/${id}/events`, {
      headers: { ...owner.headers, accept: "text/html" },
    });
    const text = await answer.text();
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    // One end, the stream's own.
    expect(text.match(/^event: done$/gm)).toHaveLength(1);
  });

  it("has no line without an end", () => {
    const lines = events.flatMap((event) => (event.type === "log" ? event.lines : []));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64 * 1024 + 200);
  });
});

/** The first line of the answer to one that is written as it is. */
async function answerTo(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes("\r\n")) break;
  }
  return text.split("\r\n", 1)[0]!;
}

describe("an address that is none", () => {
  it("opens no socket, and does the server no harm", async () => {
    const port = Number(new URL(server.url).port);
    const upgrade = "connection: upgrade\r\nupgrade: websocket\r\n";
    expect(await answerTo(port, `GET // HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\n`)).toBe("HTTP/1.1 404 Refused");
  });
});

describe("a credential", () => {
  it("that has ended opens nothing", async () => {
    const { id, key } = await owner.client.keys.create({ name: "ends", scopes: ["read:project"], expiresInDays: 1 });
    const rows = server.engine.database.db as unknown as Kysely<{ api_key: { id: string; expires_at: string } }>;
    await rows.updateTable("api_key").set({ expires_at: "2020-01-01T00:00:00.000Z" }).where("id", "=", id).execute();
    const caller = server.as({ authorization: `Bearer ${key}` });
    for (const path of ["/projects", "/me", "/audit/export?format=csv", "/sources"])
      expect([path, (await caller.call(path === "/sources" ? "POST" : "GET", path)).status]).toEqual([path, 401]);
  });

  it("in an address opens nothing: no log of a proxy may hold one", async () => {
    const { key } = await owner.client.keys.create({ name: "query", scopes: ["read:project", "read:deployment"] });
    for (const name of ["token", "access_token", "key", "apiKey", "authorization"])
      expect([name, (await server.anyone.call("GET", `/projects?${name}=${key}`)).status]).toEqual([name, 401]);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/x?token=${key}`);
    await expect(new Promise((_resolve, reject) => socket.once("error", reject))).rejects.toThrow("401");
    expect(server.logged.join("\n")).not.toContain(key);
  });

  it("to read does not write, by whatever a request calls itself", async () => {
    await owner.client.projects.create({ name: "keep" });
    const key = await server.key(owner, ["read:project"]);
    for (const header of ["x-http-method-override", "x-http-method", "x-method-override"])
      await key.call("GET", "/projects/keep", undefined, { [header]: "DELETE" });
    await key.call("POST", "/projects/keep?_method=DELETE", {});
    expect(
      (
        await fetch(`${server.url}/rpc/projects/remove?data=${encodeURIComponent('{"json":{"project":"keep"}}')}`, {
          headers: key.headers,
        })
      ).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await key.call("DELETE", "/projects/keep")).status).toBe(403);
    expect((await owner.client.projects.list()).projects.map(({ name }) => name)).toContain("keep");
  });
});

describe("something of another organisation", () => {
  it("is not reached through something of one's own", async () => {
    const { id: organization } = await owner.client.organizations.create({ name: "Mine" });
    const mine = server.as({ ...owner.headers, "landfall-organization": organization });
    const [theirs, own] = [await owner.client.sandboxes.create({}), await mine.client.sandboxes.create({})];
    const command = await owner.client.sandboxes.run({ id: theirs.id, argv: ["true"] }).catch(() => null);
    if (command)
      for (const [method, path] of [
        ["GET", `/sandboxes/${own.id}/commands/${command.id}`],
        ["POST", `/sandboxes/${own.id}/commands/${command.id}/cancel`],
      ] as const)
        expect([path, (await mine.call(method, path, method === "POST" ? {} : undefined)).status]).toEqual([path, 404]);
    const [hook, ours] = await Promise.all(
      [owner, mine].map((caller) => caller.client.webhooks.create({ platform: "vercel", name: "hook" })),
    );
    expect((await mine.call("POST", `/webhooks/${ours!.id}/deliveries/dlv_theirs/replay`)).status).toBe(404);
    expect((await mine.call("DELETE", `/webhooks/${hook!.id}`)).status).toBe(404);
    await Promise.all([
      owner.client.sandboxes.remove({ id: theirs.id }),
      mine.client.sandboxes.remove({ id: own.id }),
      owner.client.webhooks.remove({ id: hook!.id }),
    ]);
  });
});

describe("a person", () => {
  it("is told the same of an account that is not there as of a password that is wrong", async () => {
    const asked = async (email: string) => {
      const { status, body } = await server.anyone.call("POST", "/auth/sign-in/email", {
        email,
        password: `${password}!`,
      });
      return { status, body };
    };
    expect(await asked("nobody@example.com")).toEqual(await asked("owner@example.com"));
  });

  it("gives themselves nothing by further fields, nor by an invitation after they were removed", async () => {
    const email = "again@example.com";
    const first = await owner.client.invitations.create({ email, role: "viewer" });
    const raised = await server.anyone.call("POST", "/invitations/accept", {
      token: first.token,
      name: "Again",
      password,
      role: "owner",
    });
    expect(raised.status).toBe(400);
    await server.anyone.client.invitations.accept({ token: first.token, name: "Again", password });
    const person = await server.signIn(email);
    expect((await person.client.me()).organization!.role).toBe("viewer");
    const { members } = await owner.client.members.list();
    await owner.client.members.remove({ id: members.find((one) => one.email === email)!.id });
    expect((await person.call("GET", "/me")).status).toBe(401);
    const back = await server.signIn(email);
    expect((await back.call("POST", "/invitations/accept", { token: first.token })).status).toBe(404);
    expect((await back.call("GET", "/projects")).status).toBe(403);
  });
});

describe("another site", () => {
  it("reads no answer and is told no more by asking first", async () => {
    for (const path of [
      "/api/projects",
      "/api/me",
      "/api/audit/export?format=csv",
      "/rpc/projects/list",
      "/api/openapi.json",
    ]) {
      for (const method of ["GET", "OPTIONS"]) {
        const answer = await fetch(`${server.url}${path}`, {
          method,
          headers: {
            cookie: owner.headers["cookie"]!,
            origin: "https://evil.example",
            "access-control-request-method": "POST",
          },
        });
        await answer.arrayBuffer();
        const allowed = [...answer.headers.keys()].filter((name) => name.startsWith("access-control-"));
        expect([path, method, allowed]).toEqual([path, method, []]);
      }
    }
  });

  it("frames no page: nobody is led to click there", async () => {
    for (const path of ["/", "/new?source=https://github.com/evil/repo", "/connections", "/api/me"]) {
      const { headers } = await fetch(`${server.url}${path}`, { headers: { accept: "text/html" } });
      expect([path, headers.get("content-security-policy")]).toEqual([
        path,
        expect.stringContaining("frame-ancestors 'none'"),
      ]);
    }
  });
});

describe("text people write", () => {
  const hostile = [
    "<img src=x onerror=alert(1)>",
    "\u202egnp.exe",
    "=cmd|'/c calc'!A1",
    "a\u0000b",
    "\r\nSet-Cookie: x=1",
  ];

  it.each(hostile)("is no name of a project: %j", async (name) => {
    const { status } = await owner.call("POST", "/projects", { name });
    expect(status).toBe(400);
  });

  it.each(hostile)("is kept as text where any is allowed: %j", async (message) => {
    // One of its own for each: the same once more would be the deployment that is under way.
    const upload = await post(onePage(message));
    const answer = await owner.call("POST", "/deployments", {
      project: "texts",
      source: { upload },
      prebuilt: true,
      message,
    });
    if (answer.status !== 202) {
      expect([answer.status, answer.body.code]).toEqual([400, "INVALID_CONFIG"]);
      return;
    }
    expect(answer.body.message).toBe(message);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });
});

describe("git", () => {
  it.each([
    "https://127.1/x.git",
    "https://0x7f.1/x.git",
    "https://0/x.git",
    "https://[fd00::1]/x.git",
    "https://[::]/x.git",
    "https://[64:ff9b::a9fe:a9fe]/x.git",
    "https://169.254.169.254./x.git",
    "https://172.17.0.1/x.git",
    "https://127.0.0.1:5432/x.git",
    "gopher://example.com/x.git",
    "git://127.0.0.1/x.git",
    "/var/run/docker.sock",
    "https://example.com/x.git\nhttps://127.0.0.1/",
    "-oProxyCommand=id",
  ])("is not led to the server's own network: %j", async (git) => {
    for (const path of ["/detect", "/plan"]) {
      const { status, body } = await owner.call("POST", path, { project: "x", source: { git } });
      expect([path, status, body.code]).toEqual([path, 400, "INVALID_SOURCE"]);
    }
  });

  it("is not led there by a name with a dot behind it, whether that is known or not", async () => {
    const { status } = await owner.call("POST", "/detect", { source: { git: "https://localhost./x.git" } });
    expect([400, 502]).toContain(status);
  });

  /** What a proxy answers to CONNECT. */
  const asked = (proxy: string, to: string): Promise<string> =>
    answerTo(Number(new URL(proxy).port), `CONNECT ${to} HTTP/1.1\r\nhost: ${to}\r\n\r\n`);

  it("goes through a proxy that connects to no private address, by name, number or redirection", async () => {
    await using proxy = gitProxyOf();
    const url = await proxy.url();
    for (const to of [
      "127.0.0.1:22",
      "localhost:22",
      "[::1]:443",
      "[::ffff:127.0.0.1]:443",
      "169.254.169.254:80",
      "2852039166:80",
      "10.0.0.1:443",
      "[fd00::1]:443",
      "no-such-host.invalid:443",
      "127.0.0.1",
    ])
      expect([to, await asked(url, to)]).toEqual([to, "HTTP/1.1 502 Bad Gateway"]);
  });

  it("is asked for the address once: what a name means a moment later does not matter", async () => {
    const reached: string[] = [];
    const inside = createServer((request, response) => {
      reached.push(request.url!);
      response.end("inside");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => inside.once("listening", resolve));
    const answers = ["192.0.78.13", "127.0.0.1"];
    await using proxy = gitProxyOf(async () => [{ address: answers.shift() ?? "127.0.0.1" }]);
    const port = (inside.address() as AddressInfo).port;
    // It looked at the public one and goes nowhere else; that one does not answer in time, or refuses.
    void asked(await proxy.url(), `rebinding.example:${port}`).catch(() => "");
    expect(await asked(await proxy.url(), `rebinding.example:${port}`)).toBe("HTTP/1.1 502 Bad Gateway");
    expect(reached).toEqual([]);
    inside.close();
  });

  it("uses that proxy for all it fetches", async () => {
    const connects: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      connects.push(request.url!);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    proxy.listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.once("listening", resolve));
    const fetching = fetchGit({
      url: "https://repository.example/x.git",
      proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      environment: { NO_PROXY: "*", HTTPS_PROXY: "http://127.0.0.1:1" },
      scratch: mkdtempSync(join(scratch, "git-")),
      toolPath: (process.env["PATH"] ?? "").split(":"),
      limits: { files: 10, bytes: 1_000_000 },
      timeoutMs: 30_000,
    });
    await expect(fetching).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE" });
    expect(connects).toEqual(["repository.example:443"]);
    proxy.close();
  });
});

describe("at the same moment", () => {
  it("deployments, ways back and a removal of one project end in one state", async () => {
    const deploy = async (text: string) => {
      const upload = await post(onePage(text));
      return owner.call("POST", "/deployments", { project: "busy", source: { upload }, prebuilt: true });
    };
    const first = await deploy("first");
    await settled(first.body.id as string);
    const answers = await Promise.all([
      deploy("second"),
      deploy("third"),
      owner.call("POST", `/deployments/${first.body.id}/rollback`),
      owner.call("POST", `/deployments/${first.body.id}/redeploy`),
      owner.call("DELETE", `/deployments/${first.body.id}`),
      deploy("fourth"),
    ]);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const made = answers.filter(({ status }) => status === 202).map(({ body }) => body.id as string);
    // Of a project that was removed meanwhile there is nothing to follow.
    await Promise.all(made.map((id) => settled(id).catch(() => [])));
    const ends = await Promise.all(made.map(async (id) => (await owner.call("GET", `/deployments/${id}`)).body));
    for (const { state, code } of ends)
      expect(["success", "failed", "cancelled", undefined]).toContain(code === "NOT_FOUND" ? undefined : state);
    // Ways back to one release are as live as each other.
    const live = ends.filter((one) => one.live === true).map(({ releaseId }) => releaseId as string);
    expect(new Set(live).size).toBeLessThanOrEqual(1);
  });

  it("a flood of previews is worked off, and what is removed while it waits does not come back", async () => {
    const upload = await post(onePage("preview"));
    const names = Array.from({ length: 24 }, (_, index) => `pr-${index}`);
    const made = await Promise.all(
      names.map((environment) =>
        owner.call("POST", "/deployments", { project: "flood", environment, source: { upload }, prebuilt: true }),
      ),
    );
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([202]));
    // Closed in another order than they were opened, some of them while they wait.
    const removed = await Promise.all(
      names.toReversed().map((environment) => owner.call("DELETE", `/projects/flood/previews/${environment}`)),
    );
    expect(removed.filter(({ status }) => status >= 500)).toEqual([]);
    await Promise.all(made.map(({ body }) => settled(body.id as string).catch(() => [])));
    for (const environment of names) await owner.call("DELETE", `/projects/flood/previews/${environment}`);
    const { previews } = await owner.client.previews.list({ project: "flood" });
    expect(previews.filter(({ liveDeployment }) => liveDeployment !== null)).toEqual([]);
    expect((await server.engine.edge.status()).services.filter(({ project }) => project === "flood")).toEqual([]);
  });
});
