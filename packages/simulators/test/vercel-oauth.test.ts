import { createHash, createPublicKey, verify, type JsonWebKey } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, vercel, type Simulator, type VercelState } from "../src/index.ts";
import { vercelClient, type Called } from "./vercel-client.ts";

let now: number;
let simulator: Simulator<VercelState>;
let client: ReturnType<typeof vercelClient>;
beforeEach(async () => {
  now = Date.parse("2026-08-21T10:00:00Z");
  simulator = await createSimulator(vercel(), { clock: { now: () => now, sleep: async () => {} } });
  client = vercelClient(simulator);
});
afterEach(() => simulator.close());

const redirectUri = "http://127.0.0.1:5000/callback";
const verifier = "a-verifier-that-is-long-enough-to-be-one-43chars";
const credentials = { client_id: "simulated-client", client_secret: "simulated-secret" };
const asked = {
  client_id: "simulated-client",
  redirect_uri: redirectUri,
  response_type: "code",
  scope: "openid email profile offline_access",
  state: "s1",
  nonce: "n1",
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

/** Where an address sends the user, by the parts of its query. */
async function sentTo(path: string, query: Record<string, string>): Promise<Record<string, string>> {
  const { status, headers } = await client.call(`GET ${path}?${new URLSearchParams(query).toString()}`);
  expect(status).toBe(302);
  const address = new URL(headers.get("location")!);
  return { to: address.origin + address.pathname, ...Object.fromEntries(address.searchParams) };
}

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Called> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return client.call(`POST ${path}`, {
    body: new URLSearchParams(form).toString(),
    headers: { authorization: "", ...type, ...headers },
  });
}

const token = (form: Record<string, string>) => post("/login/oauth/token", { ...credentials, ...form });
const exchange = (code: string, fields: Record<string, string> = {}) =>
  token({ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier, ...fields });
const codeFrom = async (fields: Record<string, string> = {}) =>
  (await sentTo("/oauth/authorize", { ...asked, ...fields }))["code"]!;
const opens = async (value: string) => (await vercelClient(simulator, value).call("GET /v2/teams")).status === 200;

describe("Sign in with Vercel", () => {
  it("leads over a code to a token that opens the API for an hour", async () => {
    const back = await sentTo("/oauth/authorize", asked);
    expect(back).toMatchObject({ to: redirectUri, state: "s1" });
    const { status, json } = await exchange(back["code"]!);
    expect([status, json.token_type, json.expires_in]).toEqual([200, "Bearer", 3600]);
    expect(await opens(json.access_token)).toBe(true);
    const who = await vercelClient(simulator, json.access_token).call("GET /login/oauth/userinfo");
    expect(who.json).toMatchObject({ email: "ada@example.com", preferred_username: "ada" });
    now += 3600_000;
    expect(await opens(json.access_token)).toBe(false);
  });

  it("signs who the user is", async () => {
    const { json } = await exchange(await codeFrom());
    const [head, claims, signature] = json.id_token.split(".");
    const discovered = (await client.call("GET /.well-known/openid-configuration")).json;
    const [key] = (await client.call(`GET ${new URL(discovered.jwks_uri).pathname}`)).json.keys as JsonWebKey[];
    const signed = Buffer.from(`${head}.${claims}`);
    const publicKey = createPublicKey({ key: key!, format: "jwk" });
    expect(verify("sha256", signed, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
      iss: discovered.issuer,
      aud: "simulated-client",
      nonce: "n1",
      email: "ada@example.com",
    });
  });

  it("takes a code once, in time, with its verifier, from its app and for its address", async () => {
    const refused = { status: 400, json: { error: "invalid_grant" } };
    const code = await codeFrom();
    await exchange(code);
    expect(await exchange(code)).toMatchObject(refused);
    expect(await exchange(await codeFrom(), { code_verifier: "another" })).toMatchObject(refused);
    expect(await exchange(await codeFrom(), { redirect_uri: "http://127.0.0.1/other" })).toMatchObject(refused);
    simulator.state.oauth.apps.set("other", { secret: null, redirectUris: "loopback", scope: "account" });
    const other = await codeFrom({ client_id: "other" });
    expect(await exchange(other)).toMatchObject(refused);
    const late = await codeFrom();
    now += 10 * 60_000;
    expect(await exchange(late)).toMatchObject(refused);
  });

  it("rotates refresh tokens, and refuses one that was used, revoked or is old", async () => {
    const refresh = async (value: string) => token({ grant_type: "refresh_token", refresh_token: value });
    const { json: first } = await exchange(await codeFrom());
    const { json: second } = await refresh(first.refresh_token);
    expect(await opens(second.access_token)).toBe(true);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(first.refresh_token)).json.error).toBe("invalid_grant");
    const { json: third } = await refresh(second.refresh_token);
    await post("/login/oauth/token/revoke", { ...credentials, token: third.refresh_token });
    expect((await refresh(third.refresh_token)).json.error).toBe("invalid_grant");
    const { json: old } = await exchange(await codeFrom());
    now += 30 * 24 * 3600_000;
    expect((await refresh(old.refresh_token)).json.error).toBe("invalid_grant");
  });

  it("gives no refresh token without offline_access", async () => {
    const { json } = await exchange(await codeFrom({ scope: "openid" }));
    expect(json.refresh_token).toBeUndefined();
  });

  it("ends a token that is revoked", async () => {
    const { json } = await exchange(await codeFrom());
    const introspect = async () =>
      (await post("/login/oauth/token/introspect", { ...credentials, token: json.access_token })).json.active;
    expect(await introspect()).toBe(true);
    expect((await post("/login/oauth/token/revoke", { ...credentials, token: json.access_token })).status).toBe(200);
    expect([await introspect(), await opens(json.access_token)]).toEqual([false, false]);
  });

  it("sends back why it refuses", async () => {
    const errorOf = async (fields: Record<string, string>) =>
      (await sentTo("/oauth/authorize", { ...asked, ...fields }))["error"];
    expect(await errorOf({ code_challenge: "" })).toBe("invalid_request");
    expect(await errorOf({ code_challenge_method: "plain" })).toBe("invalid_request");
    expect(await errorOf({ response_type: "token" })).toBe("unsupported_response_type");
    expect(await errorOf({ scope: "everything" })).toBe("invalid_scope");
    simulator.state.oauth.consent = "refused";
    expect(await sentTo("/oauth/authorize", asked)).toEqual({ to: redirectUri, error: "access_denied", state: "s1" });
  });

  it("sends nobody to an address the app did not name", async () => {
    for (const wrong of [{ redirect_uri: "https://evil.example/" }, { client_id: "nobody" }]) {
      const query = new URLSearchParams({ ...asked, ...wrong }).toString();
      const answer = await client.call(`GET /oauth/authorize?${query}`);
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    }
  });

  it("knows its clients by header or body, and public ones by nothing", async () => {
    const form = { grant_type: "refresh_token", refresh_token: "none" };
    const basic = `Basic ${Buffer.from("simulated-client:simulated-secret").toString("base64")}`;
    expect((await post("/login/oauth/token", form, { authorization: basic })).json.error).toBe("invalid_grant");
    const wrong = await token({ ...form, client_secret: "wrong" });
    expect([wrong.status, wrong.json.error]).toEqual([401, "invalid_client"]);
    simulator.state.oauth.apps.set("public", { secret: null, redirectUris: [redirectUri], scope: "identity" });
    const code = await codeFrom({ client_id: "public" });
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier };
    const { json } = await post("/login/oauth/token", { client_id: "public", ...grant });
    expect(await opens(json.access_token)).toBe(false);
  });

  it("takes forms alone, and the grants it has", async () => {
    const json = { ...credentials, grant_type: "authorization_code" };
    expect((await client.call("POST /login/oauth/token", { json })).json.error).toBe("invalid_request");
    expect((await token({ grant_type: "password" })).json.error).toBe("unsupported_grant_type");
  });

  it("lets a device wait for the user", async () => {
    const start = async () =>
      (await post("/login/oauth/device-authorization", { ...credentials, scope: "openid offline_access" })).json;
    const poll = (code: string) =>
      token({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: code });
    const device = await start();
    expect((await poll(device.device_code)).json.error).toBe("authorization_pending");
    expect(await opens((await poll(device.device_code)).json.access_token)).toBe(true);
    expect((await poll(device.device_code)).json.error).toBe("invalid_grant");
    const slow = await start();
    now += 600_000;
    expect((await poll(slow.device_code)).json.error).toBe("expired_token");
  });
});

describe("an integration", () => {
  const install = () => sentTo("/integrations/simulated/new", { state: "s1" });
  const redeem = (code: string, fields: Record<string, string> = {}) =>
    post("/v2/oauth/access_token", { ...credentials, code, redirect_uri: "http://127.0.0.1/callback", ...fields });

  it("gets a token of the team it was installed in, until it is removed", async () => {
    const back = await install();
    expect(back).toMatchObject({ to: "http://127.0.0.1/callback", state: "s1", source: "external" });
    const { json } = await redeem(back["code"]!);
    expect(json).toMatchObject({
      token_type: "Bearer",
      installation_id: back["configurationId"],
      team_id: back["teamId"],
    });
    now += 365 * 24 * 3600_000;
    expect(await opens(json.access_token)).toBe(true);
    const removal = `DELETE /v1/integrations/configuration/${json.installation_id}`;
    expect((await vercelClient(simulator, json.access_token).call(removal)).status).toBe(204);
    expect(await opens(json.access_token)).toBe(false);
  });

  it("gets nothing for a code that was used, is late, or was made for an app", async () => {
    const { code = "" } = await install();
    await redeem(code);
    expect((await redeem(code)).json.error).toBe("invalid_grant");
    const { code: late = "" } = await install();
    now += 30 * 60_000;
    expect((await redeem(late)).json.error).toBe("invalid_grant");
    expect((await redeem(await codeFrom(), { redirect_uri: redirectUri })).json.error).toBe("invalid_grant");
    expect((await redeem("none", { client_secret: "wrong" })).status).toBe(401);
  });

  it("hears nothing of a user who does not install it", async () => {
    simulator.state.oauth.consent = "refused";
    expect(await install()).toEqual({ to: `${simulator.url}/dashboard` });
    expect((await client.call("GET /integrations/unknown/new")).status).toBe(404);
  });
});

it("keeps codes, secrets and tokens out of the journal", async () => {
  const code = await codeFrom();
  const { json } = await exchange(code);
  await opens(json.access_token);
  const journal = JSON.stringify(simulator.journal);
  for (const secret of [code, "simulated-secret", json.access_token, json.refresh_token])
    expect(journal).not.toContain(secret);
});
