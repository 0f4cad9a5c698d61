import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, deliverVercelWebhooks, vercel, type Simulator, type VercelState } from "../src/index.ts";
import { vercelClient } from "./vercel-client.ts";

interface Received {
  count: number;
  bodies: string[];
  signatures: string[];
}

let simulator: Simulator<VercelState>;
let receiver: Simulator<Received>;
let client: ReturnType<typeof vercelClient>;
beforeEach(async () => {
  simulator = await createSimulator(vercel());
  client = vercelClient(simulator);
  receiver = await createSimulator<Received>({
    name: "receiver",
    state: () => ({ count: 0, bodies: [], signatures: [] }),
    routes: {
      "POST /hook": (state, { body, headers }) => {
        state.bodies.push(body.toString());
        state.signatures.push(headers["x-vercel-signature"]!);
        return { status: 204 };
      },
    },
  });
});
afterEach(async () => {
  await simulator.close();
  await receiver.close();
});

const subscribe = async (events: string[], fields: object = {}) =>
  (await client.call("POST /v1/webhooks", { json: { url: `${receiver.url}/hook`, events, ...fields } })).json;

const received = () => receiver.state.bodies.map((body) => JSON.parse(body));

describe("webhooks", () => {
  it("are told what happened, signed with the secret they got", async () => {
    const { secret } = await subscribe(["deployment.created", "deployment.ready", "deployment.succeeded"]);
    const { id, url } = await client.deploy({ "index.html": "1" }, { meta: { ticket: "7" } });
    const sent = await deliverVercelWebhooks(simulator.state);
    expect(sent.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(received().map(({ type }) => type)).toEqual([
      "deployment.created",
      "deployment.ready",
      "deployment.succeeded",
    ]);
    expect(received()[0].payload).toMatchObject({
      deployment: { id, url, name: "acme", meta: { ticket: "7" } },
      target: "production",
      team: { id: "team_acme000000000000000000" },
    });
    const { bodies, signatures } = receiver.state;
    expect(signatures).toEqual(bodies.map((body) => createHmac("sha1", secret).update(body).digest("hex")));
    expect(new Set(received().map(({ id: each }) => each)).size).toBe(3);
  });

  it("tell of failure, cancellation and rollback", async () => {
    await subscribe(["deployment.error", "deployment.canceled", "deployment.rollback"]);
    const first = await client.deploy({ "index.html": "1" });
    await client.deploy({ "landfall-simulator-fail": "" });
    const { id } = await client.create({ "index.html": "1" });
    await client.call(`PATCH /v12/deployments/${id}/cancel`);
    await client.call(`POST /v1/projects/acme/rollback/${first.id}`);
    for (let look = 0; look < 2; look++) await client.call("GET /v9/projects/acme?rollbackInfo=true");
    await deliverVercelWebhooks(simulator.state);
    expect(received().map(({ type }) => type)).toEqual([
      "deployment.error",
      "deployment.canceled",
      "deployment.rollback",
    ]);
    expect(received()[2].payload.toDeploymentId).toBe(first.id);
  });

  it("hear of their projects alone", async () => {
    const { json: mine } = await client.call("POST /v11/projects", { json: { name: "mine" } });
    await subscribe(["deployment.created"], { projectIds: [mine.id] });
    await client.create({ "index.html": "1" }, { name: "other" });
    await client.create({ "index.html": "1" }, { name: "mine" });
    await deliverVercelWebhooks(simulator.state);
    expect(received().map(({ payload }) => payload.project.id)).toEqual([mine.id]);
  });

  it("may get a delivery twice, with the same id, and one that nobody took again", async () => {
    await subscribe(["deployment.created"]);
    await client.create({ "index.html": "1" });
    receiver.fail("reset", { once: true });
    const [lost] = await deliverVercelWebhooks(simulator.state);
    expect(lost!.status).toBe(0);
    simulator.state.outbox.push(lost!.delivery, lost!.delivery);
    await deliverVercelWebhooks(simulator.state);
    expect(received()).toHaveLength(2);
    expect(received()[0].id).toBe(received()[1].id);
    expect(simulator.state.outbox).toEqual([]);
  });

  it("are listed without their secret, and removed", async () => {
    const { id, secret } = await subscribe(["project.created"]);
    expect(secret).toMatch(/^\w{32}$/);
    const { json } = await client.call("GET /v1/webhooks");
    expect(json).toMatchObject([{ id, events: ["project.created"] }]);
    expect(JSON.stringify(json)).not.toContain(secret);
    expect((await client.call(`DELETE /v1/webhooks/${id}`)).status).toBe(204);
    expect((await client.call(`GET /v1/webhooks/${id}`)).status).toBe(404);
    await client.create({ "index.html": "1" });
    expect(await deliverVercelWebhooks(simulator.state)).toEqual([]);
  });

  it("are refused for events that do not exist", async () => {
    const json = { url: receiver.url, events: ["deployment.exploded"] };
    expect((await client.call("POST /v1/webhooks", { json })).status).toBe(400);
  });
});
