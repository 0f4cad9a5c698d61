/** Who may, in which account, under which names, and what Cloudflare tells of its own accord. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CloudflareOptions, deliverCloudflareAlerts } from "@landfall/simulators";
import { afterEach, describe, expect, it } from "vitest";
import { cloudflarePages } from "../../../src/platforms/cloudflare/pages.ts";
import { cloudflareWorkers } from "../../../src/platforms/cloudflare/workers.ts";
import { accountId, expectClean, openPlace, type Place } from "./place.ts";

let place: Place;

afterEach(async () => {
  expectClean(place);
  await place[Symbol.asyncDispose]();
});

const page = { "index.html": "<h1>here</h1>" };
const other = "fedcba9876543210fedcba9876543210";
const accounts = { [accountId]: "Acme", [other]: "Other" };

const onPages = async (options: CloudflareOptions & { environment?: Record<string, string> } = {}) => {
  place = await openPlace(cloudflarePages, options);
};

describe("the account", () => {
  it("is the only one, or the one that is named; of several none is guessed", async () => {
    await onPages({ accounts });
    const done = await place.deploy(page);
    expect(done.error).toMatchObject({ code: "INVALID_CONFIG", where: "CLOUDFLARE_ACCOUNT_ID", step: "create" });
    for (const [id, name] of Object.entries(accounts)) expect(done.error?.next).toContain(`${id} (${name})`);
    const named = await place.deploy(page, { target: { account: other } });
    expect(named.state).toBe("success");
    expect(place.simulator.state.accounts.get(other)!.projects.size).toBe(1);
  });

  it("named by the environment is not asked for, and stays that of the project", async () => {
    await onPages({ accounts, environment: { CLOUDFLARE_ACCOUNT_ID: other } });
    expect(await place.deploy(page)).toMatchObject({ state: "success" });
    expect(place.calls()[0]).toBe(`POST /accounts/${other}/pages/projects`);
  });

  it("is told with its name and the end of the credential", async () => {
    await onPages({ accounts, tokens: { "simulated-token": { expiresAt: Date.parse("2999-01-01T00:00:00Z") } } });
    expect(await cloudflarePages.account(place.context())).toEqual({
      id: accountId,
      name: "Acme",
      teams: [
        { id: accountId, name: "Acme" },
        { id: other, name: "Other" },
      ],
      expiresAt: "2999-01-01T00:00:00.000Z",
    });
  });

  it.each(["account", "oauth"] as const)(
    "is told of a credential of the kind %s, which has no end to tell",
    async (kind) => {
      await onPages({ tokens: { "simulated-token": { kind } } });
      expect(await cloudflarePages.account(place.context())).toEqual({ id: accountId, name: "Simulated" });
    },
  );

  it("is told with the right that is missing, for each product its own", async () => {
    await onPages({ tokens: { "simulated-token": { permissions: ["workers:write"] } } });
    expect(await cloudflarePages.account(place.context())).toMatchObject({
      missingScopes: ["Account: Cloudflare Pages: Edit"],
    });
    expect((await cloudflareWorkers.account(place.context())).missingScopes).toBeUndefined();
  });
});

describe("a credential", () => {
  it("without the right is told which one to add", async () => {
    await onPages({ tokens: { "simulated-token": { permissions: ["pages:read"] } } });
    const done = await place.deploy(page);
    expect(done.error).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
    expect(done.error?.next).toContain("Cloudflare Pages: Edit");
  });

  it.each([
    ["nobody knows", {}],
    ["has ended", { "simulated-token": { expiresAt: 1 } }],
  ])("that %s is refused as such, whatever status Cloudflare gives it", async (_, tokens) => {
    await onPages({ tokens });
    const done = await place.deploy(page);
    expect(done.error).toMatchObject({ code: "AUTH_FAILED" });
    expect(done.error?.next).toContain("CLOUDFLARE_API_TOKEN");
  });
});

describe("a domain", () => {
  it("of a Pages project is added with the record its owner sets, and is live when that is there", async () => {
    await onPages();
    await place.deploy(page);
    const { domains } = cloudflarePages;
    const added = await domains.add(place.context(), "www.acme.test");
    expect(added).toMatchObject({
      name: "www.acme.test",
      records: [{ type: "CNAME", name: "www.acme.test", value: "demo.pages.dev" }],
      certificate: "pending",
      live: false,
    });
    expect(await domains.add(place.context(), "www.acme.test")).toMatchObject({ live: false });
    place.simulator.state.externalDns.set("www.acme.test", "demo.pages.dev");
    expect(await domains.check(place.context(), "www.acme.test")).toMatchObject({
      verified: true,
      certificate: "issued",
      live: true,
    });
    expect(await domains.list(place.context())).toHaveLength(1);
    await domains.remove(place.context(), "www.acme.test");
    await domains.remove(place.context(), "www.acme.test");
    expect(await domains.list(place.context())).toEqual([]);
  });

  it("of a Worker is set by Cloudflare itself, in a zone of the account", async () => {
    place = await openPlace(cloudflareWorkers);
    await place.deploy(page);
    const { domains } = cloudflareWorkers;
    expect(await domains.add(place.context(), "shop.example.com")).toEqual({
      name: "shop.example.com",
      verified: true,
      records: [],
      certificate: "issued",
      live: true,
    });
    expect(await domains.check(place.context(), "shop.example.com")).toMatchObject({ live: true });
    expect(await domains.list(place.context())).toHaveLength(1);
    await domains.remove(place.context(), "shop.example.com");
    await domains.remove(place.context(), "shop.example.com");
    await expect(domains.check(place.context(), "shop.example.com")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(domains.add(place.context(), "www.elsewhere.test")).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  });
});

describe("a notification", () => {
  it("is believed with the secret alone, and says what happened to which deployment", async () => {
    await onPages();
    await place.deploy(page);
    const received: { headers: Record<string, string>; body: Buffer }[] = [];
    const server = createServer((request, response) => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        received.push({ headers, body: Buffer.concat(chunks) });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { api } = place.context();
    const alerting = `/accounts/${accountId}/alerting/v3`;
    const destination = await api.call<{ result: { id: string } }>({
      method: "POST",
      path: `${alerting}/destinations/webhooks`,
      json: { name: "landfall", url, secret: "sh4red" },
    });
    await api.call({
      method: "POST",
      path: `${alerting}/policies`,
      json: {
        name: "landfall",
        alert_type: "pages_event_alert",
        enabled: true,
        mechanisms: { webhooks: [{ id: destination.result.id }] },
        filters: {},
      },
    });
    const [deployment] = place.simulator.state.accounts.get(accountId)!.projects.get("demo")!.deployments;
    received.length = 0;
    await deliverCloudflareAlerts(place.simulator.state, {
      deployment: deployment!.id,
      event: "EVENT_DEPLOYMENT_FAILED",
    });
    await new Promise((resolve) => server.close(resolve));

    const { webhooks } = cloudflarePages;
    const [delivery] = received;
    expect(webhooks.verify({ ...delivery!, secret: "sh4red" })).toBe(true);
    expect(webhooks.verify({ ...delivery!, secret: "other" })).toBe(false);
    expect(webhooks.verify({ headers: {}, body: delivery!.body, secret: "sh4red" })).toBe(false);
    const { id, ...said } = webhooks.read(delivery!);
    expect(said).toEqual({ remoteId: deployment!.id, state: "error" });
    expect(webhooks.read(delivery!).id).toBe(id);
    expect(webhooks.read({ headers: {}, body: Buffer.from('{"text":"Hello World!"}') })).toMatchObject({
      remoteId: null,
      state: null,
    });
  });
});
