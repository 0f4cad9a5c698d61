import { gzipSync } from "node:zlib";
import type { DeployEvent } from "@landfall/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
const stop = new AbortController();
let work: Promise<void>;

beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
});
afterAll(async () => {
  stop.abort();
  await work;
  await server[Symbol.asyncDispose]();
});

async function uploaded(text: string): Promise<string> {
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: { ...owner.headers, "content-type": "application/gzip" },
    body: gzipSync(onePage(`<!doctype html><title>site</title><p>${text}</p>`)),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function deployed(text: string): Promise<{ id: string; url: string }> {
  const { body, status } = await owner.call("POST", "/deployments", {
    project: "site",
    source: { upload: await uploaded(text) },
  });
  expect(status).toBe(202);
  await settled(body.id);
  const after = await owner.client.deployments.get({ id: body.id });
  expect(after).toMatchObject({ state: "success", error: null });
  return { id: after.id, url: addressOf(after.services) };
}

/** By port, for resolvers that do not know *.localhost. */
function addressOf([service]: { url: string; alsoAt?: string[] | undefined }[]): string {
  return [service!.url, ...(service!.alsoAt ?? [])].find((url) => url.includes("//localhost:"))!;
}

async function settled(id: string): Promise<DeployEvent[]> {
  const events: DeployEvent[] = [];
  for await (const event of await owner.client.deployments.events({ id })) events.push(event as DeployEvent);
  return events;
}

/** Events of the REST stream, cut after `most`. */
async function sse(id: string, { after, most = Infinity }: { after?: number; most?: number }): Promise<DeployEvent[]> {
  const cut = new AbortController();
  const response = await fetch(`${server.url}/api/deployments/${id}/events`, {
    headers: { ...owner.headers, ...(after === undefined ? {} : { "last-event-id": String(after) }) },
    signal: cut.signal,
  });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const events: DeployEvent[] = [];
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
      );
      text = text.slice(end + 2);
      if (fields["event"] === "done") return events;
      if (fields["event"] !== "message") continue;
      const event = JSON.parse(fields["data"]!) as DeployEvent;
      expect(fields["id"]).toBe(String(event.seq));
      events.push(event);
      if (events.length === most) {
        cut.abort();
        return events;
      }
    }
  }
  throw new Error(`the stream broke after ${JSON.stringify(text)}`);
}

function overSocket(id: string, from: number): Promise<{ events: DeployEvent[]; code: number }> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${id}?from=${from}`, {
    headers: owner.headers,
  });
  const events: DeployEvent[] = [];
  socket.on("message", (frame: Buffer) => events.push(JSON.parse(frame.toString("utf8")) as DeployEvent));
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => resolve({ events, code }));
  });
}

describe("from the setup token to a rollback", () => {
  it("deploys an uploaded folder to this machine and serves its bytes", async () => {
    expect((await owner.call("POST", "/projects", { name: "site" })).status).toBe(201);
    await owner.client.variables.set({
      project: "site",
      environment: "production",
      values: { GREETING: "hi", API_TOKEN: "s3cr3t-value-1" },
    });
    const { variables } = await owner.client.variables.list({ project: "site", environment: "production" });
    expect(variables.map(({ key, value }) => [key, value])).toEqual([
      ["API_TOKEN", null],
      ["GREETING", "hi"],
    ]);
    const { id, url } = await deployed("first");
    expect(await (await fetch(url)).text()).toContain("<p>first</p>");

    const all = await settled(id);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    expect(all.at(-1)).toMatchObject({ type: "state", state: "success" });
  });

  it("gives the stream again from where it was cut: by SSE, by WebSocket, through the typed client", async () => {
    const { deployments } = await owner.client.deployments.list({ project: "site" });
    const { id } = deployments[0]!;
    const all = await settled(id);
    const first = await sse(id, { most: 2 });
    const rest = await sse(id, { after: first.at(-1)!.seq });
    expect([...first, ...rest]).toEqual(all);
    const { events, code } = await overSocket(id, 3);
    expect(events).toEqual(all.slice(2));
    expect(code).toBe(1000);
    const resumed: unknown[] = [];
    for await (const event of await owner.client.deployments.events({ id }, { lastEventId: "2" })) resumed.push(event);
    expect(resumed).toEqual(all.slice(2));
  });

  it("follows a deployment while it happens, with many readers and no gap", async () => {
    const { body } = await owner.call("POST", "/deployments", {
      project: "site",
      source: { upload: await uploaded("second") },
    });
    const streams = await Promise.all([
      ...Array.from({ length: 5 }, () => sse(body.id, {})),
      ...Array.from({ length: 5 }, async () => (await overSocket(body.id, 1)).events),
      settled(body.id),
    ]);
    for (const stream of streams) expect(stream).toEqual(streams[0]);
    expect(streams[0].at(-1)).toMatchObject({ type: "state", state: "success" });
  });

  it("gives the traffic back, once for the same Idempotency-Key", async () => {
    const { deployments } = await owner.client.deployments.list({ project: "site", limit: 1 });
    const { deployments: earlier, nextCursor } = await owner.client.deployments.list({
      project: "site",
      cursor: deployments[0]!.id,
    });
    expect(earlier).toHaveLength(1);
    expect(nextCursor).toBeNull();
    const key = { "idempotency-key": "back-1" };
    const back = await owner.call("POST", `/deployments/${earlier[0]!.id}/rollback`, {}, key);
    expect([back.status, back.body.operation]).toEqual([202, "rollback"]);
    const again = await owner.call("POST", `/deployments/${earlier[0]!.id}/rollback`, {}, key);
    expect(again.body.id).toBe(back.body.id);
    const other = await owner.call("POST", `/deployments/${deployments[0]!.id}/rollback`, {}, key);
    expect([other.status, other.body.code]).toEqual([409, "CONFLICT"]);
    await settled(back.body.id);
    const { services } = await owner.client.deployments.get({ id: back.body.id });
    expect(await (await fetch(addressOf(services))).text()).toContain("<p>first</p>");
  });

  it("keeps a record of every change, without a value", async () => {
    const { entries } = await owner.client.audit.list({ limit: 100 });
    const actions = entries.map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining([
        "setup",
        "projects.create",
        "variables.set",
        "uploads.create",
        "deployments.create",
        "deployments.rollback",
      ]),
    );
    expect(entries.find(({ action }) => action === "variables.set")).toMatchObject({
      actor: "owner@example.com",
      via: "session",
      target: "project=site environment=production variables=GREETING,API_TOKEN",
    });
    const kept = JSON.stringify(entries) + server.logged.join("\n");
    expect(kept).not.toContain("s3cr3t-value-1");
    expect(kept).not.toContain(owner.headers["cookie"]);
  });

  it("says what a source is and what would be done, and names no path of the server", async () => {
    const source = { upload: await uploaded("third") };
    const detection = await owner.client.detect({ source });
    expect(detection).toMatchObject({ kind: "static" });
    const { plan, problems } = await owner.client.plan({ source, project: "other" });
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ project: "other", platform: "local", services: [{ kind: "static" }] });
    expect(JSON.stringify([plan, detection])).not.toContain(server.home);
  });
});
