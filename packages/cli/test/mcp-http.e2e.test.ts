/** What a coding assistant elsewhere gets from a server, through a client of the protocol, with the rights of its key. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { permissionsOf, type Role } from "@landfall/contract";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHost, gitHost } from "../../engine/test/source/git-host.ts";
import { type Assistant, assistantOf } from "./assistant.ts";
import { freePort, install, type Installed, until } from "./installed.ts";

const owner = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
/** Both ways clients speak: with each request for itself, and with a handshake before. */
const protocols: [string, ClientOptions][] = [
  ["2026-07-28", { versionNegotiation: { mode: { pin: "2026-07-28" } } }],
  ["2025-11-25", {}],
];

let machine: Installed;
let serving: ChildProcess;
let url: string;
let git: GitHost;
const keys: Partial<Record<Role, string>> = {};

async function post<T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

beforeAll(async () => {
  machine = await install();
  git = await gitHost();
  serving = machine.startWith(
    { env: { MAX_DEPLOYMENTS_PER_HOUR: "1000" } },
    "serve",
    "--port",
    String(await freePort()),
    "--allow-private-sources",
    "--json",
  );
  let out = "";
  serving.stdout!.setEncoding("utf8").on("data", (text: string) => (out += text));
  serving.stderr!.resume();
  const line = await until("the server starts", () => (out.includes("\n") ? out : null));
  const { api, setupToken } = JSON.parse(line) as { api: string; setupToken: string };
  url = api;
  await post("/api/setup", { ...owner, token: setupToken });
  const { token } = await post<{ token: string }>("/api/auth/sign-in/email", owner);
  for (const role of ["owner", "developer", "viewer"] as const) {
    const scopes = [...permissionsOf[role]];
    const made = await post<{ key: string }>("/api/keys", { name: role, scopes }, { authorization: `Bearer ${token}` });
    keys[role] = made.key;
  }
}, 60_000);
afterAll(async () => {
  serving.kill("SIGTERM");
  if (serving.exitCode === null) await once(serving, "exit");
  await git[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
});

async function assistant(role: Role, options: ClientOptions = {}): Promise<Assistant> {
  const client = new Client({ name: "test", version: "1.0.0" }, options);
  const headers = { authorization: `Bearer ${keys[role]}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }));
  return assistantOf(client);
}

describe.each(protocols)("an assistant that speaks %s", (version, options) => {
  it("deploys, looks, sets variables and rolls back, production after a yes", { timeout: 120_000 }, async () => {
    const project = `site-${version}`;
    git.repository(`${project}.git`, { "index.html": "<h1>first</h1>" });
    const source = `${git.url}/${project}.git`;
    await using ada = await assistant("owner", options);
    const { tools } = await ada.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["detect", "plan", "deploy", "logs", "rollback"]),
    );

    expect((await ada.call("detect", { source })).answer).toMatchObject({ kind: "static" });
    expect((await ada.call("plan", { source, project })).answer).toMatchObject({ problems: [], platform: "local" });
    const first = await ada.agreed("deploy", { source, project });
    expect(first).toMatchObject({ isError: false, answer: { status: "success", project } });
    expect(first.progress.join("\n")).toContain("is accepted");
    expect(await machine.get(`${project}.localhost`)).toMatchObject({ status: 200, body: "<h1>first</h1>" });

    await ada.agreed("variables_set", { project, values: { API_TOKEN: "hunter2-never-told" } });
    const listed = await ada.call("variables_list", { project });
    expect(JSON.stringify(listed.answer)).toContain("API_TOKEN");
    expect(JSON.stringify(listed.answer)).not.toContain("hunter2");

    const preview = await ada.call("deploy", { source, project, environment: "next" });
    expect(preview.answer).toMatchObject({ status: "success", environment: "next" });
    expect((await ada.call("logs", { of: "build", id: first.answer.id })).answer).toMatchObject({ status: "success" });
    expect((await ada.agreed("promote", { id: preview.answer.id })).answer).toMatchObject({ status: "success" });
    expect((await ada.agreed("rollback", { project, to: first.answer.id })).answer).toMatchObject({
      status: "success",
    });
    expect((await ada.agreed("stop", { project })).answer).toMatchObject({ project, name: "production" });
    expect(await machine.get(`${project}.localhost`)).toMatchObject({ status: 503 });
    expect((await ada.agreed("start", { project })).answer).toMatchObject({ project, stoppedAt: null });
    expect(await machine.get(`${project}.localhost`)).toMatchObject({ status: 200, body: "<h1>first</h1>" });
    expect((await ada.call("status")).answer).toMatchObject({ here: { running: true } });
  });

  it("may do what its key may, and its yes is nobody else's", { timeout: 60_000 }, async () => {
    const project = `other-${version}`;
    git.repository(`${project}.git`, { "index.html": "<h1>other</h1>" });
    const input = { source: `${git.url}/${project}.git`, project };
    await using ada = await assistant("owner", options);
    await using dee = await assistant("developer", options);
    await using vic = await assistant("viewer", options);
    expect((await vic.call("status")).isError).toBe(false);
    const { answer } = await ada.call("deploy", input);
    const { confirmation } = answer;
    expect((await dee.call("deploy", { ...input, confirmation })).answer.status).toBe("confirmation_required");
    const refused = await vic.call("deploy", { ...input, confirmation });
    expect(refused).toMatchObject({ isError: true, answer: { error: { code: "INSUFFICIENT_PERMISSIONS" } } });
    const preview = await vic.call("deploy", { ...input, environment: "next" });
    expect(preview).toMatchObject({ isError: true, answer: { error: { code: "INSUFFICIENT_PERMISSIONS" } } });
    expect((await ada.call("deployments", { project })).answer.error).toMatchObject({ code: "NOT_FOUND" });
  });

  it("names no folder, and always the project", { timeout: 60_000 }, async () => {
    await using ada = await assistant("owner", options);
    expect(ada.client.getInstructions()).toContain("no root folder");
    for (const source of ["/etc", ".", "file:///etc"])
      expect((await ada.call("detect", { source })).answer.error).toMatchObject({ code: "INVALID_SOURCE" });
    expect((await ada.call("variables_list")).answer.error).toMatchObject({ code: "INVALID_CONFIG" });
  });
});

it("answers nobody without a key, nor a browser of another site, nor a body without end", async () => {
  const ask = (headers: Record<string, string>, body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}') =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      body,
    });
  const authorization = `Bearer ${keys.owner}`;
  const unknown = await ask({});
  expect([unknown.status, unknown.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect((await ask({ authorization: "Bearer lf_wrong" })).status).toBe(401);
  expect((await ask({ authorization, origin: "https://evil.example" })).status).toBe(403);
  for (let time = 0; time < 10; time++) expect((await ask({ authorization }, " ".repeat(5_000_000))).status).toBe(413);
  const pieces = new Blob([" ".repeat(5_000_000)]).stream();
  const withoutLength = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: pieces,
    duplex: "half",
  });
  expect(withoutLength.status).toBe(413);
  expect((await fetch(`${url}/mcp`, { method: "PUT", headers: { authorization } })).status).toBe(404);
  expect((await fetch(`${url}/mcp`, { headers: { authorization } })).status).toBe(405);
  const known = await ask({ authorization });
  expect([known.status, known.headers.get("www-authenticate")]).toEqual([200, null]);
});
