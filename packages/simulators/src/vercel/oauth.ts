/**
 * Both ways of Vercel to act for a user: "Sign in with Vercel" (OpenID Connect: PKCE, refresh tokens that rotate, device flow) and
 * the installation of an integration (a code for a token that lasts). Source: vercel.com/docs/sign-in-with-vercel, vercel.com/docs/integrations.
 */
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import { addToken } from "./account.ts";
import { notFound, type Endpoint } from "./call.ts";
import { type OAuthApp, type OAuthGrant, type OAuthState, unique, type VercelState } from "./state.ts";

/** An account in which one app and one integration exist. */
export function freshOAuth(): OAuthState {
  return {
    apps: new Map([["simulated-client", { secret: "simulated-secret", redirectUris: "loopback", scope: "account" }]]),
    integrations: new Map([["simulated", { clientId: "simulated-client", redirectUri: "http://127.0.0.1/callback" }]]),
    consent: "granted",
    codes: new Map(),
    refreshTokens: new Map(),
    devices: new Map(),
    installations: new Map(),
  };
}

const minute = 60_000;
const lifetimes = {
  code: 10 * minute,
  installationCode: 30 * minute,
  access: 60 * minute,
  refresh: 30 * 24 * 60 * minute,
};
const scopes = ["openid", "email", "profile", "offline_access"];
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/** Routes anyone may call: the steps that lead to a token. */
export const oauthRoutes: Record<string, Handler<VercelState>> = {
  "GET /.well-known/openid-configuration": ({ url }) => ({ json: discovery(url) }),
  "GET /.well-known/oauth-authorization-server": ({ url }) => ({ json: discovery(url) }),
  "GET /.well-known/jwks": () => {
    const jwk = createPublicKey(signingKey()).export({ format: "jwk" });
    return { json: { keys: [{ ...jwk, kid: "simulated", use: "sig", alg: "RS256" }] } };
  },

  "GET /oauth/authorize": (state, { query, now }) => {
    const { oauth } = state;
    const clientId = query.get("client_id") ?? "";
    const redirectUri = query.get("redirect_uri") ?? "";
    const app = oauth.apps.get(clientId);
    // Nobody is sent to an address that the app did not name.
    if (!app || !allows(app, redirectUri)) return page(400, "The app or its redirect address is not known.");
    const back = (answer: Record<string, string>) => redirect(redirectUri, { ...answer, state: query.get("state") });
    if (query.get("response_type") !== "code") return back({ error: "unsupported_response_type" });
    const challenge = query.get("code_challenge");
    if (!challenge || query.get("code_challenge_method") !== "S256")
      return back({ error: "invalid_request", error_description: "PKCE with S256 is required" });
    const scope = query.get("scope") ?? "openid";
    if (!scope.split(" ").every((each) => scopes.includes(each))) return back({ error: "invalid_scope" });
    if (oauth.consent === "refused") return back({ error: "access_denied" });
    const grant = { clientId, scope, nonce: query.get("nonce"), expiresAt: now + lifetimes.code };
    const code = unique(state, 32);
    oauth.codes.set(code, { ...grant, redirectUri, challenge, used: false });
    return back({ code });
  },

  "POST /login/oauth/token": (state, request) => {
    const form = formOf(request);
    if (!form) return oauthError("invalid_request", "The body is not application/x-www-form-urlencoded");
    const client = clientOf(state, request, form);
    if (!client) return invalidClient;
    const grant = grants[form.get("grant_type") ?? ""];
    return grant ? grant({ state, form, client, now: request.now }) : oauthError("unsupported_grant_type");
  },

  "POST /login/oauth/token/revoke": (state, request) => {
    const form = formOf(request);
    if (!form || !clientOf(state, request, form)) return invalidClient;
    const token = form.get("token") ?? "";
    state.tokens.delete(token);
    state.oauth.refreshTokens.delete(token);
    return { status: 200, json: {} };
  },

  "POST /login/oauth/token/introspect": (state, request) => {
    const form = formOf(request);
    if (!form || !clientOf(state, request, form)) return invalidClient;
    const token = state.tokens.get(form.get("token") ?? "");
    if (!token || (token.expiresAt !== null && token.expiresAt <= request.now)) return { json: { active: false } };
    const exp = token.expiresAt === null ? undefined : Math.floor(token.expiresAt / 1000);
    return { json: { active: true, sub: state.user.id, token_type: "bearer", exp } };
  },

  "POST /login/oauth/device-authorization": (state, request) => {
    const form = formOf(request);
    const client = form && clientOf(state, request, form);
    if (!client) return invalidClient;
    const code = unique(state, 40);
    const scope = form.get("scope") ?? "openid";
    const expiresAt = request.now + lifetimes.code;
    state.oauth.devices.set(code, { clientId: client.id, scope, nonce: null, expiresAt, polls: 0 });
    const userCode = unique(state, 8).toUpperCase();
    const address = `${state.url}/oauth/device`;
    return {
      json: {
        device_code: code,
        user_code: userCode,
        verification_uri: address,
        verification_uri_complete: `${address}?user_code=${userCode}`,
        expires_in: lifetimes.code / 1000,
        interval: 5,
      },
    };
  },

  "GET /integrations/:slug/new": (state, { query, param, now }) => {
    const { oauth } = state;
    const integration = oauth.integrations.get(param("slug"));
    if (!integration) return page(404, "There is no such integration.");
    // Who does not install it stays at Vercel: the integration hears nothing.
    if (oauth.consent === "refused") return redirect(`${state.url}/dashboard`, {});
    const { clientId, redirectUri } = integration;
    const configurationId = `icfg_${unique(state, 24)}`;
    const code = unique(state, 24);
    const grant = { clientId, scope: configurationId, nonce: null, expiresAt: now + lifetimes.installationCode };
    oauth.codes.set(code, { ...grant, redirectUri, challenge: null, used: false });
    oauth.installations.set(configurationId, { clientId });
    return redirect(redirectUri, {
      code,
      teamId: state.user.defaultTeamId,
      configurationId,
      next: `${state.url}/dashboard`,
      source: "external",
      state: query.get("state"),
    });
  },

  "POST /v2/oauth/access_token": (state, request) => {
    const form = formOf(request);
    if (!form) return oauthError("invalid_request", "The body is not application/x-www-form-urlencoded");
    const client = clientOf(state, request, form);
    if (!client) return invalidClient;
    const grant = redeem(state, { form, client, now: request.now });
    if (!grant || grant.challenge !== null) return oauthError("invalid_grant", "The code is not valid");
    const { user } = state;
    const accessToken = `vci_${unique(state, 56)}`;
    const scope = user.defaultTeamId === null ? client.app.scope : { team: user.defaultTeamId };
    const installationId = grant.scope;
    const token = { name: client.id, scope, createdAt: request.now, expiresAt: null, installationId };
    addToken(state, accessToken, token);
    return {
      json: {
        token_type: "Bearer",
        access_token: accessToken,
        installation_id: installationId,
        user_id: user.id,
        team_id: user.defaultTeamId,
      },
    };
  },
};

/** Routes for those who have a token already. */
export const oauthEndpoints: Record<string, Endpoint> = {
  "GET /login/oauth/userinfo": ({ state }) => ({ json: claims(state, scopes.join(" ")) }),

  "DELETE /v1/integrations/configuration/:id": ({ state, request }) => {
    const id = request.param("id");
    if (!state.oauth.installations.delete(id)) return notFound("Configuration");
    for (const [value, { installationId }] of state.tokens) if (installationId === id) state.tokens.delete(value);
    return { status: 204 };
  },
};

interface Client {
  id: string;
  app: OAuthApp;
}

interface TokenRequest {
  state: VercelState;
  form: URLSearchParams;
  client: Client;
  now: number;
}

const grants: Record<string, (request: TokenRequest) => Answer> = {
  authorization_code: (request) => {
    const { state, form, client, now } = request;
    const grant = redeem(state, { form, client, now });
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!grant || grant.challenge !== verifier) return oauthError("invalid_grant", "The code is not valid");
    return issue(request, grant);
  },

  refresh_token: (request) => {
    const { state, form, client, now } = request;
    const token = form.get("refresh_token") ?? "";
    const grant = state.oauth.refreshTokens.get(token);
    if (!grant || grant.clientId !== client.id || grant.expiresAt <= now)
      return oauthError("invalid_grant", "The refresh token is not valid");
    state.oauth.refreshTokens.delete(token);
    return issue(request, grant);
  },

  /** The user takes one poll to answer. */
  [deviceGrant]: (request) => {
    const { state, form, client, now } = request;
    const code = form.get("device_code") ?? "";
    const grant = state.oauth.devices.get(code);
    if (!grant || grant.clientId !== client.id) return oauthError("invalid_grant");
    if (grant.expiresAt <= now) return oauthError("expired_token");
    grant.polls += 1;
    if (grant.polls < 2) return oauthError("authorization_pending");
    state.oauth.devices.delete(code);
    return state.oauth.consent === "refused" ? oauthError("access_denied") : issue(request, grant);
  },
};

function issue({ state, client, now }: TokenRequest, { clientId, scope, nonce }: OAuthGrant): Answer {
  const accessToken = `vca_${unique(state, 56)}`;
  const expiresAt = now + lifetimes.access;
  addToken(state, accessToken, { name: clientId, scope: client.app.scope, createdAt: now, expiresAt });
  const wanted = scope.split(" ");
  const refreshToken = wanted.includes("offline_access") ? `vcr_${unique(state, 56)}` : undefined;
  if (refreshToken) {
    const until = now + lifetimes.refresh;
    state.oauth.refreshTokens.set(refreshToken, { clientId, scope, nonce: null, expiresAt: until });
  }
  const answer = {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: lifetimes.access / 1000,
    scope,
    refresh_token: refreshToken,
    id_token: wanted.includes("openid") ? idToken(state, { clientId, scope, nonce, now }) : undefined,
  };
  return { headers: { "cache-control": "no-store" }, json: answer };
}

/** The grant behind a code: once, in time, by the app and for the address it was made for. */
function redeem(state: VercelState, { form, client, now }: Omit<TokenRequest, "state">) {
  const grant = state.oauth.codes.get(form.get("code") ?? "");
  if (!grant || grant.used || grant.expiresAt <= now || grant.clientId !== client.id) return null;
  if (grant.redirectUri !== form.get("redirect_uri")) return null;
  grant.used = true;
  return grant;
}

function clientOf(state: VercelState, { headers }: SimulatedRequest, form: URLSearchParams): Client | null {
  const [, encoded] = /^Basic (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  const [basicId, basicSecret] = encoded
    ? Buffer.from(encoded, "base64").toString().split(":").map(decodeURIComponent)
    : [];
  const id = basicId ?? form.get("client_id") ?? "";
  const app = state.oauth.apps.get(id);
  return app && app.secret === (basicSecret ?? form.get("client_secret")) ? { id, app } : null;
}

function formOf({ headers, body }: SimulatedRequest): URLSearchParams | null {
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  return isForm ? new URLSearchParams(body.toString()) : null;
}

function allows({ redirectUris }: OAuthApp, address: string): boolean {
  if (redirectUris !== "loopback") return redirectUris.includes(address);
  return URL.canParse(address) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(address).hostname);
}

const oauthError = (error: string, error_description?: string): Answer => ({
  status: 400,
  json: { error, error_description },
});

const invalidClient: Answer = {
  status: 401,
  headers: { "www-authenticate": 'Basic realm="vercel"' },
  json: { error: "invalid_client", error_description: "The client is not known, or its secret is wrong" },
};

const page = (status: number, text: string): Answer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: `<!doctype html><title>Vercel</title><p>${text}</p>`,
});

function redirect(address: string, query: Record<string, string | null>): Answer {
  const location = new URL(address);
  for (const [name, value] of Object.entries(query)) if (value !== null) location.searchParams.set(name, value);
  return { status: 302, headers: { location: location.href }, body: "" };
}

function discovery(url: string) {
  return {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/login/oauth/token`,
    userinfo_endpoint: `${url}/login/oauth/userinfo`,
    revocation_endpoint: `${url}/login/oauth/token/revoke`,
    introspection_endpoint: `${url}/login/oauth/token/introspect`,
    device_authorization_endpoint: `${url}/login/oauth/device-authorization`,
    jwks_uri: `${url}/.well-known/jwks`,
    response_types_supported: ["code"],
    grant_types_supported: Object.keys(grants),
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
    id_token_signing_alg_values_supported: ["RS256"],
    subject_types_supported: ["public"],
    scopes_supported: scopes,
  };
}

function claims({ user }: VercelState, scope: string) {
  const wanted = scope.split(" ");
  const { id, email, name, username } = user;
  return {
    sub: id,
    ...(wanted.includes("email") ? { email, email_verified: true } : {}),
    ...(wanted.includes("profile") ? { name, preferred_username: username } : {}),
  };
}

let privateKey: KeyObject | null = null;

/** Made when the first identity is signed: it takes a while. */
function signingKey(): KeyObject {
  privateKey ??= generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  return privateKey;
}

function idToken(
  state: VercelState,
  { clientId, scope, nonce, now }: { clientId: string; scope: string; nonce: string | null; now: number },
): string {
  const iat = Math.floor(now / 1000);
  const about = { iss: state.url, aud: clientId, iat, exp: iat + 3600, ...(nonce === null ? {} : { nonce }) };
  const parts = [
    { alg: "RS256", typ: "JWT", kid: "simulated" },
    { ...claims(state, scope), ...about },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${sign("sha256", Buffer.from(text), signingKey()).toString("base64url")}`;
}
