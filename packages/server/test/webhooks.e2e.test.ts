/** What platforms tell, over HTTP: from a simulated vendor's own deliveries to what a stranger might send. */
import { createHmac, hash, randomBytes } from "node:crypto";
import { createSimulator, deliverVercelWebhooks, type Simulator, vercel, type VercelState } from "@landfall/simulators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Answer, type Caller, serverFor, type TestServer } from "./harness.ts";

const token = `canary${randomBytes(20).toString("hex")}`;
let simulator: Simulator<VercelState>;
let server: TestServer;
let owner: Caller;
const stop = new AbortController();
let work: Promise<void>;

beforeAll(async () => {
  simulator = await createSimulator(vercel({ tokens: { [token]: {} } }));
  const { port } = new URL(simulator.url);
  server = await serverFor(
    {},
    { LANDFALL_VERCEL_API_URL: simulator.url, LANDFALL_VERCEL_SITES_URL: `http://vercel.localhost:${port}` },
  );
  owner = await server.setUp();
  work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
});
afterAll(async () => {
  stop.abort();
  await work;
  await server[Symbol.asyncDispose]();
  await simulator.close();
});

const secret = "signing secret of one webhook";
const news = (id: string, more = {}): string =>
  JSON.stringify({ id, type: "deployment.succeeded", payload: { deployment: { id: "dpl_nobodys" } }, ...more });
const signed = (body: string, by = secret): Record<string, string> => ({
  "x-vercel-signature": createHmac("sha1", by).update(body).digest("hex"),
});

async function deliver(url: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function receiver(platform = "vercel"): Promise<{ id: string; url: string }> {
  const made = await owner.client.webhooks.create({ platform, secret });
  expect(made.secret).toBeNull();
  return made;
}

const deliveriesOf = async (id: string) => (await owner.client.webhooks.deliveries({ id })).deliveries;

describe("a delivery of the platform", () => {
  it("leads to the deployment it is about and to what the platform says of it, and again when a person replays it", async () => {
    await owner.client.connections.connect({ platform: "vercel", token });
    const made = await owner.client.webhooks.create({ platform: "vercel" });
    expect(made.secret).toMatch(/^[0-9a-f]{64}$/);
    // The platform shows its secret once it knows the address.
    const hook = await fetch(`${simulator.url}/v1/webhooks`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ url: made.url, events: ["deployment.succeeded"] }),
    });
    await owner.client.webhooks.setSecret({
      id: made.id,
      secret: ((await hook.json()) as { secret: string }).secret,
    });
    const posted = await fetch(`${server.url}/api/sources`, {
      method: "POST",
      headers: owner.headers,
      body: onePage("<p>hello</p>"),
    });
    const { id: upload } = (await posted.json()) as { id: string };
    const { id } = await owner.client.deployments.create({
      project: "site",
      platform: "vercel",
      prebuilt: true,
      source: { upload },
    });
    for await (const _event of await owner.client.deployments.events({ id }));
    expect(await owner.client.deployments.get({ id })).toMatchObject({ state: "success", error: null });

    const waiting = simulator.state.outbox.map((one) => ({ ...one }));
    const sent = await deliverVercelWebhooks(simulator.state);
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 200));
    expect(sent.length).toBeGreaterThan(0);
    await expect
      .poll(() => deliveriesOf(made.id))
      .toMatchObject([{ state: "ready", deployment: id, outcome: expect.stringMatching(/^Running now: .+ ready\.$/) }]);

    // The answer was lost: the platform sends it once more.
    simulator.state.outbox.push(...waiting);
    expect((await deliverVercelWebhooks(simulator.state)).every(({ status }) => status === 200)).toBe(true);
    const [delivery, ...others] = await deliveriesOf(made.id);
    expect(others).toEqual([]);

    const replayed = await owner.client.webhooks.replay({ id: made.id, delivery: delivery!.id });
    expect(replayed).toMatchObject({ id: delivery!.id, deployment: id });
    expect(replayed.seenAt! > delivery!.seenAt!).toBe(true);
    const { entries } = await owner.client.audit.list({});
    expect(entries[0]).toMatchObject({
      action: "webhooks.replay",
      target: `id=${made.id} delivery=${delivery!.id}`,
    });
    expect(JSON.stringify(await owner.client.webhooks.list())).not.toContain("secret");
  });
});

describe("what is not the platform's", () => {
  it("is refused: unsigned, another secret, an empty one, another body, another platform's form", async () => {
    const { id, url } = await receiver();
    const body = news("evt_1");
    const tries: [string, Record<string, string>][] = [
      [body, {}],
      [body, { "x-vercel-signature": "" }],
      [body, signed(body, "signing secret of another one")],
      [body, signed(body, "")],
      [`${body} `, signed(body)],
      [body, { "x-webhook-signature": signed(body)["x-vercel-signature"]! }],
    ];
    for (const [text, headers] of tries) {
      const { status, body: told } = await deliver(url, text, headers);
      expect([status, told.code]).toEqual([401, "UNAUTHORIZED"]);
    }
    expect(await deliveriesOf(id)).toEqual([]);
    expect((await deliver(url, body, signed(body))).body).toEqual({ received: true, known: false });
  });

  it("is refused by a weaker algorithm", async () => {
    const { id, url } = await receiver("netlify");
    const body = JSON.stringify({ id: "dep", state: "ready", updated_at: "2026-09-01" });
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = part({ iss: "netlify", sha256: hash("sha256", body) });
    const jwt = (alg: string, digest: string): string => {
      const signing = `${part({ alg, typ: "JWT" })}.${claims}`;
      return `${signing}.${digest === "" ? "" : createHmac(digest, secret).update(signing).digest("base64url")}`;
    };
    for (const [alg, digest] of [
      ["none", ""],
      ["HS1", "sha1"],
      ["HS256", "sha1"],
    ] as const)
      expect((await deliver(url, body, { "x-webhook-signature": jwt(alg, digest) })).status).toBe(401);
    expect(await deliveriesOf(id)).toEqual([]);
    expect((await deliver(url, body, { "x-webhook-signature": jwt("HS256", "sha256") })).status).toBe(200);
  });

  it("is refused at addresses that are none, with words that say nothing of whose they are", async () => {
    const { id, url } = await receiver();
    const body = news("evt_1");
    const guessed = url.replace(/[0-9a-f]{8}$/, "00000000");
    for (const one of [guessed, url.replace("/vercel/", "/netlify/"), url.replace("/vercel/", "/local/")])
      expect((await deliver(one, body, signed(body))).status).toBe(404);
    expect(url).not.toContain("local");
    expect(await deliveriesOf(id)).toEqual([]);
  });

  it("is refused when it is large, also when it does not say so", async () => {
    const { url } = await receiver();
    const body = news("evt_1", { padding: "x".repeat(2 * 1024 ** 2) });
    expect((await deliver(url, body, signed(body))).status).toBe(413);
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(256 * 1024));
      },
    });
    // Cut off, with the answer or before it could be read.
    const status = await fetch(url, { method: "POST", body: stream, duplex: "half" }).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
  });

  it("is refused when it is signed and cannot be read", async () => {
    const { url } = await receiver();
    for (const body of ["", "{", "null", "[]", '{"id":7}', "id=1&type=x"]) {
      const { status, body: told } = await deliver(url, body, signed(body));
      expect([body, status, told.code]).toEqual([body, 400, "INVALID_CONFIG"]);
    }
  });
});

describe("the same delivery", () => {
  it("counts once, a hundred times at once and again later; what a sender calls it does not matter", async () => {
    const { id, url } = await receiver();
    const body = news("evt_same");
    const answers = await Promise.all(Array.from({ length: 100 }, () => deliver(url, body, signed(body))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.filter(({ body: told }) => told.known === false)).toHaveLength(1);
    const later = news("evt_same", { type: "deployment.error" });
    expect((await deliver(url, later, { ...signed(later), "content-type": "text/plain" })).body.known).toBe(true);
    await expect
      .poll(() => deliveriesOf(id))
      .toMatchObject([{ state: "ready", deployment: null, outcome: "No deployment of ours is meant." }]);
    // To another receiver it is another one.
    const other = await receiver();
    expect((await deliver(other.url, body, signed(body))).body.known).toBe(false);
  });

  it("is gone with its receiver", async () => {
    const { id, url } = await receiver();
    const body = news("evt_1");
    await owner.client.webhooks.remove({ id });
    expect((await deliver(url, body, signed(body))).status).toBe(404);
    expect((await owner.call("GET", `/webhooks/${id}/deliveries`)).status).toBe(404);
  });
});

it("takes no weak secret, and none from who may not", async () => {
  for (const weak of ["", "short"])
    expect((await owner.call("POST", "/webhooks", { platform: "vercel", secret: weak })).status).toBe(400);
  expect((await owner.call("POST", "/webhooks", { platform: "local" })).status).toBe(400);
  const developer = await server.member(owner, "developer");
  expect((await developer.call("POST", "/webhooks", { platform: "vercel" })).status).toBe(403);
  expect((await developer.call("GET", "/webhooks")).status).toBe(403);
});
