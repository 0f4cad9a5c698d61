/** What belongs to an account of the simulated Netlify besides deployments: variables, domains, webhooks, access for programs. */
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deliverNetlifyHooks } from "../src/index.ts";
import { digestOf, netlifyClient, openNetlify, type OpenNetlify } from "./netlify-client.ts";

const start = Date.parse("2026-08-21T10:00:00Z");
let now: number;
let { simulator, client, close } = {} as OpenNetlify;
let site: string;

beforeEach(async () => {
  now = start;
  const clients = { app: { secret: "app-secret", redirectUris: ["http://127.0.0.1:1/callback"] } };
  const clock = { now: () => now, sleep: async () => {} };
  ({ simulator, client, close } = await openNetlify({ clients }, { clock }));
  site = (await client.createSite("acme")).id;
});
afterEach(() => close());

describe("variables", () => {
  const env = (rest = "") => `/accounts/simulated-team/env${rest}?site_id=${site}`;
  const create = (...variables: unknown[]) => client.call(`POST ${env()}`, { json: variables });

  it("are created, replaced, set for one context and deleted, of a site or of the team", async () => {
    const made = await create({ key: "NAME", values: [{ context: "all", value: "1" }] });
    expect([made.status, made.json[0].scopes]).toEqual([201, ["builds", "functions", "runtime", "post-processing"]]);
    const replaced = await client.call(`PUT ${env("/NAME")}`, {
      json: { key: "NAME", scopes: ["builds"], values: [{ context: "all", value: "2" }] },
    });
    expect(replaced.json).toMatchObject({ scopes: ["builds"], values: [{ value: "2" }] });
    const value = { context: "branch", context_parameter: "main", value: "3" };
    const set = await client.call(`PATCH ${env("/NAME")}`, { json: value });
    expect([set.status, set.json.values]).toEqual([
      201,
      [expect.objectContaining({ value: "2" }), expect.objectContaining(value)],
    ]);
    expect((await client.call(`DELETE ${env(`/NAME/value/${set.json.values[0].id}`)}`)).status).toBe(204);
    expect((await client.call(`GET ${env("/NAME")}`)).json.values).toMatchObject([value]);
    expect((await client.call("GET /accounts/simulated-team/env")).json).toEqual([]);
    expect((await client.call(`DELETE ${env("/NAME")}`)).status).toBe(204);
    expect((await client.call(`GET ${env()}`)).json).toEqual([]);
  });

  it("of a secret cannot be read again, but for local development", async () => {
    const made = await create({
      key: "TOKEN",
      is_secret: true,
      values: [
        { context: "production", value: "hush" },
        { context: "dev", value: "" },
      ],
    });
    expect(made.json[0].scopes).toEqual(["builds", "functions", "runtime"]);
    const read = (await client.call(`GET ${env()}`)).json[0];
    expect(read).toMatchObject({ is_secret: true, values: [{ context: "production", value: "" }, { context: "dev" }] });
    expect(simulator.state.variables.get(site)?.get("TOKEN")?.values[0]?.value).toBe("hush");
    // A replacement that does not say so does not make it readable.
    await client.call(`PUT ${env("/TOKEN")}`, { json: { values: [{ context: "production", value: "new" }] } });
    expect((await client.call(`GET ${env("/TOKEN")}`)).json).toMatchObject({
      is_secret: true,
      values: [{ value: "" }],
    });
  });

  it.each([
    [{ key: "A B", values: [] }, "key is invalid"],
    [{ key: "A", values: [{ context: "staging", value: "1" }] }, "context staging is unknown"],
    [{ key: "A", values: [{ context: "branch", value: "1" }] }, "context branch needs a context_parameter"],
    [{ key: "A", scopes: ["edge"], values: [] }, "scope edge is unknown"],
    [
      { key: "A", is_secret: true, values: [{ context: "all", value: "1" }] },
      "a secret cannot have a value in context all",
    ],
    [
      { key: "A", is_secret: true, scopes: ["post_processing"], values: [] },
      "a secret cannot be used in post-processing",
    ],
  ])("are refused whole when one is wrong: %j", async (variable, msg) => {
    const refused = await create({ key: "FINE", values: [] }, variable);
    expect([refused.status, refused.json]).toEqual([422, { code: 422, msg }]);
    expect((await client.call(`GET ${env()}`)).json).toEqual([]);
  });

  it("cannot be created twice, nor changed before they are there", async () => {
    await create({ key: "A", values: [] });
    expect((await create({ key: "A", values: [] })).status).toBe(409);
    expect((await client.call(`PATCH ${env("/B")}`, { json: { context: "all", value: "1" } })).status).toBe(404);
  });

  it("are given by context and scope", async () => {
    await create(
      { key: "ALL", scopes: ["builds"], values: [{ context: "all", value: "1" }] },
      { key: "PREVIEW", scopes: ["functions"], values: [{ context: "deploy-preview", value: "2" }] },
    );
    const keys = async (query: string) =>
      (await client.call(`GET ${env()}&${query}`)).json.map(({ key }: { key: string }) => key);
    expect(await keys("context_name=production")).toEqual(["ALL"]);
    expect(await keys("context_name[]=deploy-preview")).toEqual(["ALL", "PREVIEW"]);
    expect(await keys("scope=functions")).toEqual(["PREVIEW"]);
  });
});

describe("domains", () => {
  it("belong to one site, and get a certificate once DNS leads here", async () => {
    const set = (id: string, body: object) => client.call(`PATCH /sites/${id}`, { json: body });
    expect((await client.call(`POST /sites/${site}/ssl`)).json.message).toBe("No custom domain configured");
    const { json } = await set(site, { custom_domain: "www.example.com", domain_aliases: ["example.com"] });
    expect(json.ssl_url).toBe("https://www.example.com");
    const other = (await client.createSite("other")).id;
    const taken = await set(other, { custom_domain: "example.com" });
    expect([taken.status, taken.json]).toEqual([422, { errors: { custom_domain: ["must be unique"] } }]);

    const early = await client.call(`POST /sites/${site}/ssl`);
    expect([early.status, early.json.message]).toEqual([422, "bad dns for custom domain"]);
    expect((await client.call(`GET /sites/${site}/ssl`)).status).toBe(404);
    for (const domain of ["www.example.com", "example.com"]) simulator.state.pointed.add(domain);
    const asked = await client.call(`POST /sites/${site}/ssl`);
    expect([asked.status, asked.json.state, asked.json.domains]).toEqual([
      200,
      "provisioning",
      ["www.example.com", "example.com"],
    ]);
    expect((await client.call(`GET /sites/${site}/ssl`)).json.state).toBe("issued");
    expect((await client.call(`GET /sites/${site}`)).json.ssl).toBe(true);
    expect((await client.call(`POST /sites/${site}/ssl`)).status).toBe(422);

    await set(site, { custom_domain: null, domain_aliases: [] });
    expect((await set(other, { custom_domain: "example.com" })).status).toBe(200);
  });

  it("in a zone lead here by themselves; zones have name servers and records", async () => {
    const zone = await client.call("POST /dns_zones", {
      json: { account_slug: "simulated-team", name: "example.org" },
    });
    expect([zone.status, zone.json.dns_servers.length]).toEqual([201, 4]);
    await client.call(`PATCH /sites/${site}`, { json: { custom_domain: "www.example.org" } });
    expect((await client.call(`PUT /sites/${site}/dns`)).json).toMatchObject([{ name: "example.org", site_id: site }]);
    expect((await client.call(`POST /sites/${site}/ssl`)).status).toBe(200);
    const records = `/dns_zones/${zone.json.id}/dns_records`;
    const record = await client.call(`POST ${records}`, { json: { type: "TXT", hostname: "example.org", value: "x" } });
    expect([record.status, record.json.ttl]).toEqual([201, 3600]);
    expect((await client.call(`POST ${records}`, { json: { type: "TXT" } })).json.errors).toHaveProperty("hostname");
    expect((await client.call(`GET ${records}`)).json).toMatchObject([{ value: "x" }]);
    expect((await client.call(`DELETE ${records}/${record.json.id}`)).status).toBe(204);
    expect((await client.call(`DELETE /dns_zones/${zone.json.id}`)).status).toBe(204);
    expect((await client.call("GET /dns_zones?account_slug=simulated-team")).json).toEqual([]);
  });
});

describe("webhooks", () => {
  const hooks = () => `/hooks?site_id=${site}`;

  it("are kept, listed, changed and deleted", async () => {
    expect((await client.call("GET /hooks/types")).json[0].events).toContain("deploy_failed");
    const json = { type: "url", event: "deploy_created", data: { url: "http://127.0.0.1:1/" } };
    const made = await client.call(`POST ${hooks()}`, { json });
    expect([made.status, made.json.disabled]).toEqual([201, false]);
    await client.call(`PUT /hooks/${made.json.id}`, { json: { ...json, event: "deploy_failed" } });
    expect((await client.call(`GET ${hooks()}`)).json).toMatchObject([{ event: "deploy_failed" }]);
    expect((await client.call(`POST ${hooks()}`, { json: { ...json, event: "deploy_done" } })).status).toBe(422);
    expect((await client.call(`DELETE /hooks/${made.json.id}`)).status).toBe(204);
    expect((await client.call(`GET /hooks/${made.json.id}`)).status).toBe(404);
  });

  it("are delivered with the deployment, signed over its bytes", async () => {
    const received: { headers: Record<string, unknown>; body: string }[] = [];
    await using receiver = await listen((headers, body) => received.push({ headers, body }));
    const data = { url: receiver.url, signature_secret: "shared" };
    await client.call(`POST ${hooks()}`, { json: { type: "url", event: "deploy_created", data } });
    const { id } = await client.deploy(site, { files: {} });
    const told = await deliverNetlifyHooks(simulator.state, { event: "deploy_created", deployId: id });
    expect(told).toEqual([{ hook: expect.any(String), status: 200 }]);
    await deliverNetlifyHooks(simulator.state, { event: "deploy_failed", deployId: id });
    expect(received).toHaveLength(1);

    const { headers, body } = received[0]!;
    expect(JSON.parse(body)).toMatchObject({ id, state: "ready" });
    expect(headers["x-netlify-event"]).toBe("deploy_created");
    const [head, payload, signature] = String(headers["x-webhook-signature"]).split(".");
    expect(signature).toBe(createHmac("sha256", "shared").update(`${head}.${payload}`).digest("base64url"));
    const read = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? "", "base64url").toString());
    expect([read(head), read(payload)]).toEqual([
      { typ: "JWT", alg: "HS256" },
      { iss: "netlify", sha256: digestOf("sha256", body) },
    ]);
  });

  it("are off after failing again and again, until they are enabled", async () => {
    const made = await client.call(`POST ${hooks()}`, {
      json: { type: "url", event: "deploy_created", data: { url: "http://127.0.0.1:1/" } },
    });
    const { id } = await client.deploy(site, { files: {} });
    const deliver = () => deliverNetlifyHooks(simulator.state, { event: "deploy_created", deployId: id });
    for (let turn = 0; turn < 6; turn++) expect(await deliver()).toEqual([{ hook: made.json.id, status: null }]);
    expect(await deliver()).toEqual([]);
    expect((await client.call(`POST /hooks/${made.json.id}/enable`)).json.disabled).toBe(false);
    expect(await deliver()).toHaveLength(1);
  });
});

describe("access by an authorization code", () => {
  const callback = "http://127.0.0.1:1/callback";

  async function granted(query: Record<string, string> = {}) {
    const asked = { client_id: "app", response_type: "code", redirect_uri: callback, state: "s1", ...query };
    const answer = await fetch(`${simulator.url}/authorize?${new URLSearchParams(asked).toString()}`, {
      redirect: "manual",
    });
    return { status: answer.status, to: new URL(answer.headers.get("location") ?? "http://nowhere") };
  }
  async function exchange(code: string, fields: Record<string, string> = {}) {
    const form = {
      grant_type: "authorization_code",
      code,
      redirect_uri: callback,
      client_id: "app",
      client_secret: "app-secret",
    };
    const body = new URLSearchParams({ ...form, ...fields });
    const answer = await fetch(`${simulator.url}/oauth/token`, { method: "POST", body });
    return { status: answer.status, json: (await answer.json()) as Record<string, string> };
  }

  it("sends back with code and state, and gives a token for the code", async () => {
    const { status, to } = await granted();
    expect([status, to.origin + to.pathname, to.searchParams.get("state")]).toEqual([302, callback, "s1"]);
    const { json } = await exchange(to.searchParams.get("code")!);
    expect(json["token_type"]).toBe("Bearer");
    const user = await netlifyClient(simulator, json["access_token"]).call("GET /user");
    expect(user.json.email).toBe("simulated@example.com");
  });

  it("takes a code once, in its time, from the application it was for", async () => {
    const code = async () => (await granted()).to.searchParams.get("code")!;
    const used = await code();
    await exchange(used);
    expect(await exchange(used)).toMatchObject({ status: 400, json: { error: "invalid_grant" } });
    expect((await exchange(await code(), { redirect_uri: "http://127.0.0.1:1/other" })).json["error"]).toBe(
      "invalid_grant",
    );
    expect(await exchange(await code(), { client_secret: "guess" })).toMatchObject({
      status: 401,
      json: { error: "invalid_client" },
    });
    const old = await code();
    now += 600_000;
    expect((await exchange(old)).json["error"]).toBe("invalid_grant");
  });

  it("sends back with an error when the person refuses, and nowhere that is not registered", async () => {
    simulator.state.consent = "deny";
    expect((await granted()).to.search).toBe("?error=access_denied&state=s1");
    expect((await granted({ redirect_uri: "https://evil.example/" })).status).toBe(400);
    expect((await granted({ client_id: "nobody" })).status).toBe(400);
  });

  it("puts a token into the fragment when that is asked for", async () => {
    const fragment = new URLSearchParams((await granted({ response_type: "token" })).to.hash.slice(1));
    expect(fragment.get("state")).toBe("s1");
    expect((await netlifyClient(simulator, fragment.get("access_token")!).call("GET /user")).status).toBe(200);
  });
});

describe("access by a ticket", () => {
  const open = (id: string) => netlifyClient(simulator, "").call(`POST /oauth/tickets?client_id=${id}`);

  it("is given when the person has granted it, once", async () => {
    const { status, json: ticket } = await open("app");
    expect([status, ticket.authorized]).toEqual([201, false]);
    const at = `/oauth/tickets/${ticket.id}`;
    expect((await client.call(`POST ${at}/exchange`)).status).toBe(401);
    await fetch(`${simulator.url}/authorize?response_type=ticket&ticket=${ticket.id}`);
    expect((await client.call(`GET ${at}`)).json.authorized).toBe(true);
    const exchanged = await client.call(`POST ${at}/exchange`);
    expect([exchanged.status, exchanged.json.user_email]).toEqual([201, "simulated@example.com"]);
    expect((await netlifyClient(simulator, exchanged.json.access_token).call("GET /user")).status).toBe(200);
    expect((await client.call(`POST ${at}/exchange`)).status).toBe(404);
  });

  it("is for known applications, and stays closed when the person refuses", async () => {
    expect((await open("nobody")).json).toEqual({ code: 401, message: "OAuth application not found" });
    simulator.state.consent = "deny";
    const { json } = await open("app");
    await fetch(`${simulator.url}/authorize?response_type=ticket&ticket=${json.id}`);
    expect((await client.call(`GET /oauth/tickets/${json.id}`)).json.authorized).toBe(false);
  });
});

/** A server that takes webhooks. */
async function listen(take: (headers: Record<string, unknown>, body: string) => void) {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      take(request.headers, body);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
