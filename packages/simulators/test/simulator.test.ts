import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";
import { shelf, type Shelf } from "./shelf.ts";

let simulator: Simulator<Shelf>;
beforeEach(async () => {
  simulator = await createSimulator(shelf);
});
afterEach(() => simulator.close());

function call(
  path: string,
  {
    method = "GET",
    json,
    body,
    token = "shelf-token-0042",
  }: {
    method?: string;
    json?: unknown;
    body?: string;
    token?: string;
  } = {},
): Promise<Response> {
  return fetch(simulator.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined && body === undefined ? {} : { body: body ?? JSON.stringify(json) }),
  });
}

const createSite = (name: string) => call("/v1/sites", { method: "POST", json: { name } });

describe("a simulated vendor", () => {
  it("takes a site from nothing to live, with the bytes it was given", async () => {
    const page = "<h1>Hello from the shelf</h1>";
    const digest = createHash("sha256").update(page).digest("hex");
    expect((await createSite("acme")).status).toBe(201);
    expect((await call(`/v1/blobs/${digest}`, { method: "PUT", body: page })).status).toBe(204);
    const deploy = await call("/v1/sites/acme/deploys", { method: "POST", json: { files: { "index.html": digest } } });
    const { id } = (await deploy.json()) as { id: string };
    expect(await (await call(`/v1/deploys/${id}`)).json()).toEqual({ id, state: "building" });
    expect((await call("/~acme/")).status).toBe(404);
    expect(await (await call(`/v1/deploys/${id}`)).json()).toEqual({ id, state: "ready" });
    expect(await (await call("/~acme/")).text()).toBe(page);
    expect(simulator.violations).toEqual([]);
  });

  it("refuses a wrong credential, a taken name and a wrong digest as the vendor would", async () => {
    expect((await call("/v1/sites", { token: "stolen" })).status).toBe(401);
    await createSite("acme");
    const taken = await createSite("acme");
    expect([taken.status, await taken.json()]).toEqual([409, { code: 409, message: "That name is taken." }]);
    expect((await call(`/v1/blobs/${"0".repeat(64)}`, { method: "PUT", body: "x" })).status).toBe(422);
  });

  it("streams", async () => {
    expect(await (await call("/v1/deploys/d1/log")).text()).toBe('{"line":1}\n{"line":2}\n{"line":3}\n');
  });

  it("lets a test look at its state and change it", async () => {
    simulator.state.sites.set("seeded", { name: "seeded", live: null });
    expect(await (await call("/v1/sites")).json()).toEqual([{ name: "seeded", live: null }]);
  });

  it("is as new after reset", async () => {
    await createSite("acme");
    simulator.fail("server-error");
    simulator.reset();
    expect(simulator.journal).toEqual([]);
    expect(await (await call("/v1/sites")).json()).toEqual([]);
  });

  it("keeps two simulators apart", async () => {
    await using other = await createSimulator(shelf);
    await createSite("acme");
    expect(other.state.sites.size).toBe(0);
    expect(other.url).not.toBe(simulator.url);
  });

  it("ends every connection on close, also one nobody answers, and closes twice", async () => {
    simulator.fail("timeout");
    const waiting = call("/v1/sites").then(
      () => "answered",
      () => "ended",
    );
    await arrived(1);
    await simulator.close();
    expect(await waiting).toBe("ended");
    await simulator.close();
    await expect(fetch(simulator.url)).rejects.toThrow("fetch failed");
  });

  it("takes a path for a path, whatever it begins with", async () => {
    expect((await call("//evil.example/v1/sites")).status).toBe(404);
    expect(simulator.journal[0]!.path).toBe("//evil.example/v1/sites");
  });

  it("refuses a table with a row that is no route", async () => {
    await expect(createSimulator({ ...shelf, routes: { "/v1/sites": () => ({}) } })).rejects.toThrow(
      'a route is "METHOD /path", not "/v1/sites"',
    );
  });
});

describe("the journal", () => {
  it("holds method, path, body digest and times, and no credential", async () => {
    await call("/v1/sites?api_key=sk-live-123&page=2", { method: "POST", json: { name: "acme" } });
    const [entry] = simulator.journal;
    expect(entry).toMatchObject({
      number: 1,
      method: "POST",
      path: "/v1/sites",
      query: "api_key=[redacted]&page=2",
      route: "POST /v1/sites",
      worked: true,
      fault: null,
      body: { sizeBytes: 15, sha256: createHash("sha256").update('{"name":"acme"}').digest("hex") },
    });
    expect(entry!.headers["authorization"]).toBe("Bearer [redacted]");
    expect(JSON.stringify(simulator.journal)).not.toMatch(/shelf-token-0042|sk-live-123/);
    expect(entry!.startedAt).toBeGreaterThan(0);
  });

  it("finds requests by method and path pattern", async () => {
    await createSite("acme");
    await call("/v1/deploys/d1");
    await call("/v1/deploys/d2");
    expect(simulator.requests({ path: "/v1/deploys/:id" })).toHaveLength(2);
    expect(simulator.requests({ method: "POST" })).toHaveLength(1);
    expect(simulator.requests({ path: /d2$/ })).toHaveLength(1);
  });

  it("tells work that was done twice from a second try after a refusal", async () => {
    simulator.fail("server-error", { once: true });
    await createSite("acme");
    await createSite("acme");
    expect(simulator.repeated()).toEqual([]);

    const digest = createHash("sha256").update("x").digest("hex");
    simulator.fail("reset", { once: true, afterWork: true });
    await expect(call(`/v1/blobs/${digest}`, { method: "PUT", body: "x" })).rejects.toThrow();
    await call(`/v1/blobs/${digest}`, { method: "PUT", body: "x" });
    expect(simulator.repeated().map((group) => group.map(({ fault }) => fault))).toEqual([["reset", null]]);
    expect(simulator.repeated({ method: "POST" })).toEqual([]);
  });
});

describe("violations", () => {
  it("collect what the schema check finds in requests and answers", async () => {
    await call("/v1/sites", { method: "POST", body: '{"name":"acme"}' });
    expect(simulator.violations).toEqual([
      { request: { number: 1, method: "POST", path: "/v1/sites" }, message: "a site is sent as JSON" },
    ]);
  });

  it("do not blame the vendor's schema for an answer a fault made", async () => {
    simulator.fail("html-with-200");
    await call("/v1/sites");
    expect(simulator.violations).toEqual([]);
  });

  it("do not count a client that goes in the middle of its upload", async () => {
    const parts = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode("half")),
    });
    const leaving = new AbortController();
    const upload = fetch(`${simulator.url}/v1/sites`, {
      method: "POST",
      body: parts,
      duplex: "half",
      signal: leaving.signal,
    });
    await arrived(1);
    leaving.abort();
    await expect(upload).rejects.toMatchObject({ name: "AbortError" });
    while (simulator.journal[0]!.endedAt === null) await new Promise((resolve) => setImmediate(resolve));
    expect(simulator.violations).toEqual([]);
    expect(simulator.journal[0]).toMatchObject({ worked: false, status: null });
  });

  it("name a request no route takes, and a handler that fails", async () => {
    await using broken = await createSimulator({
      name: "broken",
      state: () => ({}),
      routes: {
        "GET /": () => {
          throw new Error("no shelf left");
        },
      },
    });
    expect((await fetch(`${broken.url}/elsewhere`)).status).toBe(404);
    expect((await fetch(broken.url)).status).toBe(500);
    expect(broken.violations.map(({ message }) => message)).toEqual([
      "no route takes GET /elsewhere",
      "the simulator failed: no shelf left",
    ]);
  });
});

/** Resolves when the simulator has seen so many requests. */
async function arrived(count: number): Promise<void> {
  while (simulator.journal.length < count) await new Promise((resolve) => setImmediate(resolve));
}
