import type { DeployEvent, DeployEventBody } from "@landfall/engine";
import { once } from "node:events";
import { request } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { onePage } from "./archive.ts";
import { happens as happensTo } from "./happens.ts";
import { type Caller, type Client, serverFor, type TestServer } from "./harness.ts";

type Told = Awaited<ReturnType<Client["live"]>> extends AsyncIterable<infer One> ? One : never;

let server: TestServer;
let owner: Caller;
let upload: string;

beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  upload = await uploadBy(owner);
});
afterAll(() => server[Symbol.asyncDispose]());

async function uploadBy(caller: Caller): Promise<string> {
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: caller.headers,
    body: onePage("x"),
  });
  return ((await response.json()) as { id: string }).id;
}

/** Accepted, and worked on by nobody: what happens to it these tests make happen. */
async function waiting(caller: Caller, project: string, source = upload): Promise<string> {
  const { id } = await caller.client.deployments.create({ project, source: { upload: source }, prebuilt: true });
  return id;
}

const happens = (id: string, ...bodies: DeployEventBody[]): Promise<void> => happensTo(server.engine, id, ...bodies);

function lines(count: number, from = 1): DeployEventBody[] {
  return Array.from({ length: count }, (_, index) => ({
    type: "log",
    step: "build",
    stream: "stdout",
    firstLine: from + index,
    lines: [`line ${from + index}`],
  }));
}

/** What a stream tells, read as fast as it comes, until it is cut. */
async function listen(caller: Caller, follow: { id: string; from?: number }[] = []) {
  const cut = new AbortController();
  const told: Told[] = [];
  const stream = await caller.client.live({ follow }, { signal: cut.signal });
  const ended = (async () => {
    for await (const one of stream) told.push(one);
  })();
  ended.catch(() => {});
  await vi.waitFor(() => expect(told.some(({ type }) => type === "beat")).toBe(true));
  return {
    told,
    ended,
    cut: () => cut.abort(),
    eventsOf: (id: string): DeployEvent[] =>
      told.filter((one): one is Told & DeployEvent => "seq" in one && one.deploymentId === id),
    changesOf: (project: string) =>
      told.flatMap((one) => (one.type === "change" && one.project === project ? [one] : [])),
  };
}

const numbers = (events: DeployEvent[]): number[] => events.map(({ seq }) => seq);
const upTo = (last: number, from = 1): number[] => Array.from({ length: last - from + 1 }, (_, index) => from + index);

it("joins the events of two deployments and the changes of all into one stream", async () => {
  const [first, second] = [await waiting(owner, "one"), await waiting(owner, "two")];
  const stream = await listen(owner, [{ id: first }, { id: second, from: 3 }]);
  await happens(first, ...lines(3));
  await happens(second, ...lines(3));
  const third = await waiting(owner, "three");
  await vi.waitFor(() => {
    expect(numbers(stream.eventsOf(first))).toEqual(upTo(4));
    expect(numbers(stream.eventsOf(second))).toEqual([3, 4]);
    expect(stream.changesOf("three")).toEqual([
      {
        type: "change",
        deploymentId: third,
        project: "three",
        environment: "production",
        state: "pending",
        live: false,
      },
    ]);
  });
  await owner.client.deployments.cancel({ id: first });
  await vi.waitFor(() => {
    expect(stream.told).toContainEqual({ type: "ended", deploymentId: first });
    expect(stream.changesOf("one").at(-1)).toMatchObject({ deploymentId: first, state: "cancelled" });
  });
  expect(numbers(stream.eventsOf(first))).toEqual(upTo(5));
  stream.cut();
});

it("is cut and goes on from where it was, without a gap and nothing twice", async () => {
  const ids = [await waiting(owner, "cut-one"), await waiting(owner, "cut-two")];
  let written = 0;
  const writing = (async () => {
    for (; written < 300; written += 10) {
      for (const id of ids) await happens(id, ...lines(10, written + 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const id of ids) await owner.client.deployments.cancel({ id });
  })();
  const seen = new Map(ids.map((id) => [id, [] as number[]]));
  let cuts = 0;
  const isWhole = (): boolean => ids.every((id) => seen.get(id)!.length === 302);
  for (; !isWhole() && cuts < 100; cuts++) {
    const follow = ids.map((id) => ({ id, from: (seen.get(id)!.at(-1) ?? 0) + 1 }));
    const stream = await listen(owner, follow);
    await new Promise((resolve) => setTimeout(resolve, 20 + ((cuts * 37) % 90)));
    stream.cut();
    await stream.ended.catch(() => {});
    for (const id of ids) seen.get(id)!.push(...numbers(stream.eventsOf(id)));
  }
  await writing;
  for (const id of ids) expect(seen.get(id)).toEqual(upTo(302));
  expect(cuts).toBeGreaterThan(2);
});

it("tells a change by somebody else within a second, and nothing of another organisation", async () => {
  const stranger = await server.member(owner, "owner");
  const { id: elsewhere } = await stranger.client.organizations.create({ name: "elsewhere" });
  const there = server.as({ ...stranger.headers, "landfall-organization": elsewhere });
  const developer = await server.member(owner, "developer");
  const [here, other] = [await listen(owner), await listen(there)];
  const id = await waiting(developer, "by-another");
  const began = performance.now();
  await vi.waitFor(() => expect(here.changesOf("by-another")).toHaveLength(1), { interval: 10, timeout: 3_000 });
  expect(performance.now() - began).toBeLessThan(1_000);
  await waiting(there, "strange", await uploadBy(there));
  await vi.waitFor(() => expect(other.changesOf("strange")).toHaveLength(1));
  expect(here.changesOf("strange")).toEqual([]);
  expect(other.changesOf("by-another")).toEqual([]);
  await expect(there.client.live({ follow: [{ id }] })).rejects.toMatchObject({ code: "NOT_FOUND" });
  here.cut();
  other.cut();
});

it("ends with the right that opened it", async () => {
  const { key, id } = await owner.client.keys.create({ name: "live", scopes: ["read:deployment"] });
  const stream = await listen(server.as({ authorization: `Bearer ${key}` }));
  await owner.client.keys.remove({ id });
  await expect(stream.ended).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  expect((await server.anyone.call("GET", "/live")).status).toBe(401);
  const other = await server.key(owner, ["read:project"]);
  expect((await other.call("GET", "/live")).status).toBe(403);
});

it("keeps little for a reader that does not read, and has all of it when it does", async () => {
  const id = await waiting(owner, "slow");
  const { headers } = owner;
  const asked = request(`${server.url}/api/live?follow[0][id]=${id}`, { headers, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [NodeJS.ReadableStream & { socket: { pause(): void } }];
  response.pause();
  const before = await memory();
  const wide = "x".repeat(100_000);
  for (let count = 0; count < 300; count++)
    await happens(id, { type: "log", step: "build", stream: "stdout", firstLine: count + 1, lines: [wide] });
  // 30 MB are written; a reader that was buffered for would hold them.
  expect((await memory()) - before).toBeLessThan(15e6);
  const seqs: number[] = [];
  let text = "";
  await happens(id, { type: "state", state: "cancelled" });
  for await (const chunk of response) {
    text += String(chunk);
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      const one = data === undefined ? null : (JSON.parse(data) as Told);
      if (one && "seq" in one) seqs.push(one.seq);
    }
    if (seqs.length === 302) break;
  }
  expect(seqs).toEqual(upTo(302));
  asked.destroy();
});

/** What this process holds. */
async function memory(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect(); // What the first one has let go.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
