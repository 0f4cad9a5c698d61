import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json as jsonOf } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { deliverCloudflareAlerts } from "../src/index.ts";
import { accountId, site, useCloudflare } from "./cloudflare-client.ts";

const other = "fedcba9876543210fedcba9876543210";

const cloud = useCloudflare({
  accounts: { [accountId]: "Acme", [other]: "Other" },
  tokens: {
    "simulated-token": {},
    "account-token": { kind: "account", accounts: [accountId] },
    "pages-token": { permissions: ["pages:write"] },
    "reading-token": { permissions: ["pages:read", "workers:read"] },
    "old-token": { expiresAt: Date.parse("2026-08-01T00:00:00Z") },
    "off-token": { status: "disabled" },
  },
  oauthClients: [
    {
      client_id: "app",
      client_secret: "sh/h",
      client_name: "App",
      account: accountId,
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: ["http://localhost:1/callback"],
      scopes: ["pages.write", "offline_access"],
      token_endpoint_auth_method: "client_secret_basic",
    },
    {
      client_id: "public",
      client_secret: null,
      client_name: "Public",
      account: accountId,
      grant_types: ["authorization_code"],
      redirect_uris: ["http://localhost:1/callback"],
      scopes: ["pages.write"],
      token_endpoint_auth_method: "none",
    },
  ],
  requestsPerWindow: 40,
});
const { api, clock } = cloud;

describe("a token", () => {
  it("tells what it is, each kind at its own address", async () => {
    const verify = (address: string, token: string) => api.call(`GET ${address}/tokens/verify`, { token });
    expect((await verify("//user", "simulated-token")).result.status).toBe("active");
    expect((await verify("", "account-token")).result.status).toBe("active");
    expect(await verify("//user", "account-token")).toMatchObject({ status: 401, codes: [1000] });
    expect(await verify("", "simulated-token")).toMatchObject({ status: 401, codes: [1000] });
    expect(await verify("//user", "nonsense")).toMatchObject({ status: 401, codes: [1000] });
    expect((await verify("//user", "old-token")).result).toMatchObject({
      status: "expired",
      expires_on: "2026-08-01T00:00:00.000Z",
    });
    expect((await verify("//user", "off-token")).result.status).toBe("disabled");
  });

  it("opens its accounts", async () => {
    const names = async (token: string) =>
      (await api.call("GET //accounts?page=1", { token })).result.map(({ name }: { name: string }) => name);
    expect(await names("simulated-token")).toEqual(["Acme", "Other"]);
    expect(await names("account-token")).toEqual(["Acme"]);
    expect((await api.call("GET //memberships")).result[0].account).toMatchObject({ id: accountId });
    expect(await api.call("GET //memberships", { token: "account-token" })).toMatchObject({
      status: 403,
      codes: [9109],
    });
    const elsewhere = await api.call(`GET //accounts/${other}/pages/projects`, { token: "account-token" });
    expect(elsewhere).toMatchObject({ status: 403, codes: [10000] });
    expect(await api.call("GET //accounts/nobody/pages/projects")).toMatchObject({ status: 404, codes: [7003] });
  });

  it.each([
    ["pages-token", "GET /pages/projects", 200],
    ["pages-token", "POST /pages/projects", 400],
    ["pages-token", "GET /workers/scripts", 403],
    ["reading-token", "GET /pages/projects", 200],
    ["reading-token", "POST /pages/projects", 403],
    ["reading-token", "GET //zones", 403],
    ["old-token", "GET /pages/projects", 403],
    ["off-token", "GET /pages/projects", 403],
  ])("%s, %s: %i", async (token, line, status) => {
    const json = line.startsWith("POST") ? { json: {} } : {};
    expect((await api.call(line, { token, ...json })).status).toBe(status);
  });

  it("is missed, and told from one that has a wrong form and one that is unknown", async () => {
    const ask = async (headers: Record<string, string>) => {
      const answer = await fetch(`${cloud.simulator.url}/client/v4/user`, { headers });
      return [answer.status, ((await answer.json()) as { errors: { code: number }[] }).errors[0]!.code];
    };
    expect(await ask({})).toEqual([400, 9106]);
    expect(await ask({ authorization: "Token x" })).toEqual([400, 6003]);
    expect(await ask({ authorization: "Bearer x" })).toEqual([403, 9109]);
  });
});

describe("the rate limit", () => {
  it("is told with every answer, and refuses until its five minutes are over", async () => {
    const first = await api.call("GET //user");
    expect(Object.fromEntries([...first.headers].filter(([name]) => name.startsWith("x-ratelimit")))).toEqual({
      "x-ratelimit-limit": "40",
      "x-ratelimit-remaining": "39",
      "x-ratelimit-reset": "Sat, 22 Aug 2026 10:05:00 GMT",
    });
    for (let turn = 1; turn < 40; turn++) await api.call("GET //user");
    clock.at += 100_000;
    const refused = await api.call("GET /pages/projects");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "200"]);
    expect((await api.call("GET //user", { token: "account-token" })).status).toBe(200);
    clock.at += 200_000;
    expect((await api.call("GET //user")).status).toBe(200);
  });
});

describe("errors", () => {
  it("have the envelope, and from 502 on the page of the edge", async () => {
    cloud.simulator.fail("unauthorized", { once: true });
    expect(await api.call("GET //user")).toMatchObject({ status: 401, codes: [10000], result: null });
    cloud.simulator.fail("server-error", { once: true });
    expect(await api.call("GET //user")).toMatchObject({ status: 500, codes: [8000000] });
    cloud.simulator.fail("rate-limit", { once: true, retryAfterS: 3 });
    const limited = await api.call("GET //user");
    expect([limited.status, limited.headers.get("retry-after"), limited.codes]).toEqual([429, "3", [971]]);
    cloud.simulator.fail("server-error", { once: true, status: 503 });
    const page = await fetch(`${cloud.simulator.url}/client/v4/user`);
    expect([page.status, page.headers.get("content-type")]).toEqual([503, "text/html; charset=UTF-8"]);
  });

  it("name an address the API does not have, which is a violation", async () => {
    expect(await api.call("GET /pages/nothing")).toMatchObject({ status: 404, codes: [7003] });
    expect(cloud.simulator.violations.map(({ message }) => message)).toEqual([
      `no route takes GET /client/v4/accounts/${accountId}/pages/nothing`,
    ]);
    await api.visit("nobody.pages.dev", "/");
    expect(cloud.simulator.violations).toHaveLength(1);
  });

  it("refuse a body that is no JSON object", async () => {
    expect(await api.call("POST /pages/projects", { body: "[1" })).toMatchObject({ status: 400, codes: [10026] });
  });
});

describe("zones", () => {
  it("keep records, and refuse what excludes each other", async () => {
    const [zone] = (await api.call("GET //zones?name=example.com")).result;
    expect((await api.call(`GET //zones/${zone.id}`)).result.account.id).toBe(accountId);
    const base = `//zones/${zone.id}/dns_records`;
    const add = (json: object) => api.call(`POST ${base}`, { json: { ttl: 1, ...json } });
    const cname = await add({ type: "CNAME", name: "www", content: "acme.pages.dev" });
    expect(cname.result.name).toBe("www.example.com");
    expect((await add({ type: "A", name: "www.example.com", content: "192.0.2.1" })).codes).toEqual([81053]);
    await add({ type: "TXT", name: "example.com", content: "x" });
    expect((await add({ type: "TXT", name: "example.com", content: "x" })).codes).toEqual([81058]);
    expect((await api.call(`GET ${base}?type=TXT`)).result).toHaveLength(1);
    expect((await api.call(`DELETE ${base}/${cname.result.id}`)).result).toEqual({ id: cname.result.id });
    expect((await api.call(`DELETE ${base}/${cname.result.id}`)).codes).toEqual([81044]);
    expect((await api.call("GET //zones?name=elsewhere.org")).result).toEqual([]);
  });
});

describe("OAuth", () => {
  const uri = "http://localhost:1/callback";
  const verifier = "a-verifier-of-enough-characters-to-be-one-00";
  const challenge = createHash("sha256").update(verifier).digest("base64url");

  /** Where the authorize page sends the visitor. */
  async function authorize(parameters: Record<string, string>): Promise<URL | { status: number }> {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: "app",
      redirect_uri: uri,
      state: "s1",
      ...parameters,
    });
    const { status, headers } = await fetch(`${cloud.simulator.url}/oauth2/auth?${query.toString()}`, {
      redirect: "manual",
    });
    const location = headers.get("location");
    return location === null ? { status } : new URL(location);
  }
  const codeFor = async (parameters: Record<string, string> = {}) => {
    const address = await authorize({ scope: "pages.write offline_access", ...parameters });
    return address instanceof URL ? (address.searchParams.get("code") ?? "") : "";
  };
  async function post(path: string, fields: Record<string, string>, client: string | null = "app:sh%2Fh") {
    const answer = await fetch(`${cloud.simulator.url}/oauth2/${path}`, {
      method: "POST",
      headers: client === null ? {} : { authorization: `Basic ${Buffer.from(client).toString("base64")}` },
      body: new URLSearchParams(fields),
    });
    const text = await answer.text();
    return { status: answer.status, json: (text === "" ? {} : JSON.parse(text)) as Record<string, string> };
  }
  const exchange = (code: string, more: Record<string, string> = {}) =>
    post("token", { grant_type: "authorization_code", code, redirect_uri: uri, ...more });
  const refresh = (token: string) => post("token", { grant_type: "refresh_token", refresh_token: token });

  it("leads from consent to a token that opens the API, is renewed and revoked", async () => {
    const address = await authorize({ scope: "pages.write offline_access" });
    expect(address).toMatchObject({ origin: "http://localhost:1", pathname: "/callback" });
    expect((address as URL).searchParams.get("state")).toBe("s1");
    const { json } = await exchange((address as URL).searchParams.get("code")!);
    expect(json).toMatchObject({ token_type: "bearer", expires_in: 3600, scope: "pages.write offline_access" });
    const projects = () => api.call("GET /pages/projects", { token: json["access_token"]! });
    expect((await projects()).status).toBe(200);
    const renewed = await refresh(json["refresh_token"]!);
    expect(renewed.json["refresh_token"]).not.toBe(json["refresh_token"]);
    expect(await refresh(json["refresh_token"]!)).toMatchObject({ status: 400, json: { error: "invalid_grant" } });
    const subject = await fetch(`${cloud.simulator.url}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${renewed.json["access_token"]}` },
    });
    expect(await subject.json()).toEqual({ sub: expect.stringMatching(/^[0-9a-f]{32}$/) });
    clock.at += 3_600_000;
    expect(await projects()).toMatchObject({ status: 403, codes: [9109] });
    expect((await post("revoke", { token: renewed.json["refresh_token"]! })).status).toBe(200);
    expect((await refresh(renewed.json["refresh_token"]!)).status).toBe(400);
  });

  it("takes a code once, for its client, soon, with its address", async () => {
    const code = await codeFor();
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).json["error"]).toBe("invalid_grant");
    expect((await exchange(await codeFor(), { redirect_uri: "http://localhost:2/" })).json["error"]).toBe(
      "invalid_grant",
    );
    const late = await codeFor();
    clock.at += 60_000;
    expect((await exchange(late)).json["error"]).toBe("invalid_grant");
    const wrong = await post(
      "token",
      { grant_type: "authorization_code", code: await codeFor(), redirect_uri: uri },
      "app:no",
    );
    expect(wrong).toMatchObject({ status: 401, json: { error: "invalid_client" } });
  });

  it("asks a public client for PKCE, and verifies it", async () => {
    const ask = { client_id: "public", scope: "pages.write" };
    const bare = (await authorize(ask)) as URL;
    expect(bare.searchParams.get("error")).toBe("invalid_request");
    const plain = (await authorize({ ...ask, code_challenge: challenge, code_challenge_method: "plain" })) as URL;
    expect(plain.searchParams.get("error")).toBe("invalid_request");
    const proven = { ...ask, code_challenge: challenge, code_challenge_method: "S256" };
    const token = async (code_verifier: string) =>
      post(
        "token",
        {
          grant_type: "authorization_code",
          code: await codeFor(proven),
          redirect_uri: uri,
          client_id: "public",
          code_verifier,
        },
        null,
      );
    expect((await token("something-else")).json["error"]).toBe("invalid_grant");
    const granted = await token(verifier);
    expect(granted.status).toBe(200);
    // Neither its grant types nor its scope have refreshing.
    expect(granted.json["refresh_token"]).toBeUndefined();
  });

  it("tells the application when the visitor refuses, and nobody when the application cannot be trusted", async () => {
    cloud.simulator.state.oauth.refuse = "access_denied";
    const refused = (await authorize({})) as URL;
    expect([refused.searchParams.get("error"), refused.searchParams.get("state")]).toEqual(["access_denied", "s1"]);
    expect(await authorize({ redirect_uri: "https://evil.example/" })).toEqual({ status: 400 });
    expect(await authorize({ client_id: "nobody" })).toEqual({ status: 400 });
    const greedy = (await authorize({ scope: "everything" })) as URL;
    expect(greedy.searchParams.get("error")).toBe("invalid_scope");
  });

  it("has clients that are registered by the API", async () => {
    const json = {
      client_name: "Mine",
      grant_types: ["authorization_code"],
      redirect_uris: [uri],
      response_types: ["code"],
      scopes: ["pages.write"],
      token_endpoint_auth_method: "client_secret_post",
    };
    const { status, result } = await api.call("POST /oauth_clients", { json });
    expect([status, result.visibility]).toEqual([201, "private"]);
    const shown = await api.call(`GET /oauth_clients/${result.client_id}`);
    expect(JSON.stringify(shown.json)).not.toContain(result.client_secret);
    const code = await codeFor({ client_id: result.client_id, scope: "pages.write" });
    const fields = { grant_type: "authorization_code", code, redirect_uri: uri };
    const credentials = { client_id: result.client_id, client_secret: result.client_secret };
    expect((await post("token", { ...fields, ...credentials }, null)).status).toBe(200);
    expect((await api.call(`DELETE /oauth_clients/${result.client_id}`)).status).toBe(200);
    expect(await authorize({ client_id: result.client_id })).toEqual({ status: 400 });
  });

  it("is described where clients look for it", async () => {
    const found = await fetch(`${cloud.simulator.url}/.well-known/openid-configuration`);
    expect(await found.json()).toMatchObject({ token_endpoint: `${cloud.simulator.url}/oauth2/token` });
  });
});

describe("notifications", () => {
  const destinations = "/alerting/v3/destinations/webhooks";

  /** A receiver that keeps what it got. */
  async function receiver(status = 200) {
    const got: { secret: string | undefined; body: Record<string, unknown> }[] = [];
    const server = createServer((request, response) => {
      void jsonOf(request).then((body) => {
        const secret = request.headers["cf-webhook-auth"]?.toString();
        got.push({ secret, body: body as Record<string, unknown> });
        return response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      got,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  it("are tested when they are set up, and carry the secret with what is asked for", async () => {
    await using target = await receiver();
    const { result } = await api.call(`POST ${destinations}`, {
      json: { name: "hook", url: target.url, secret: "whsec-1" },
    });
    expect(target.got).toMatchObject([{ secret: "whsec-1" }]);
    const listed = await api.call(`GET ${destinations}`);
    expect(listed.result).toMatchObject([{ id: result.id, url: target.url }]);
    expect(JSON.stringify(listed.json)).not.toContain("whsec-1");
    const policy = {
      name: "Pages",
      alert_type: "pages_event_alert",
      enabled: true,
      mechanisms: { webhooks: [{ id: result.id }] },
      filters: { environment: ["ENVIRONMENT_PRODUCTION"], event: ["EVENT_DEPLOYMENT_SUCCESS"], project_id: [] },
    };
    const made = await api.call("POST /alerting/v3/policies", { json: policy });
    expect((await api.call("GET /alerting/v3/policies")).result).toMatchObject([{ id: made.result.id }]);
    await api.createProject("acme");
    const { id } = await api.deploy("acme", site);
    const tell = (event: "EVENT_DEPLOYMENT_SUCCESS" | "EVENT_DEPLOYMENT_FAILED") =>
      deliverCloudflareAlerts(cloud.simulator.state, { deployment: id, event, now: clock.at });
    expect(await tell("EVENT_DEPLOYMENT_SUCCESS")).toEqual([{ url: target.url, status: 200 }]);
    expect(await tell("EVENT_DEPLOYMENT_FAILED")).toEqual([]);
    expect(target.got[1]).toMatchObject({
      secret: "whsec-1",
      body: {
        alert_type: "pages_event_alert",
        account_id: accountId,
        policy_id: made.result.id,
        ts: clock.at / 1000,
        data: { deployment_id: id, project_name: "acme", environment: "ENVIRONMENT_PRODUCTION" },
      },
    });
    expect((await api.call(`DELETE ${destinations}/${result.id}`)).codes).toEqual([17106]);
    await api.call(`DELETE /alerting/v3/policies/${made.result.id}`);
    expect((await api.call(`DELETE ${destinations}/${result.id}`)).status).toBe(200);
    expect((await api.call(`GET ${destinations}/${result.id}`)).codes).toEqual([17102]);
  });

  it("are not set up to where nobody takes them", async () => {
    await using target = await receiver(500);
    expect((await api.call(`POST ${destinations}`, { json: { name: "hook", url: target.url } })).codes).toEqual([
      17104,
    ]);
    expect((await api.call(`POST ${destinations}`, { json: { name: "hook", url: "ftp://x" } })).codes).toEqual([17103]);
    const nowhere = {
      name: "p",
      alert_type: "pages_event_alert",
      enabled: true,
      mechanisms: { webhooks: [{ id: "x" }] },
    };
    expect((await api.call("POST /alerting/v3/policies", { json: nowhere })).codes).toEqual([17007]);
  });
});
