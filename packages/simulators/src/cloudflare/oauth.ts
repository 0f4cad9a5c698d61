/**
 * OAuth for applications of third parties: authorization code, PKCE for public clients, refresh with rotation.
 * Endpoints as developers.cloudflare.com/fundamentals/oauth/integrate-with-cloudflare lists them below dash.cloudflare.com. Lifetimes, prefixes of
 * tokens and the texts of errors are assumed, as is that refreshing needs the scope `offline_access` and rotates.
 */
import { createHash } from "node:crypto";
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import { accountOf, bearerOf } from "./account.ts";
import { objectOf, ok, refuse, type Routes } from "./envelope.ts";
import { freshId, freshUuid, type CloudflareState, type Grant, type OAuthClient } from "./state.ts";

const codeMs = 60_000;
const accessTokenS = 3600;

const refused = (status: number, error: string, description: string): Answer => ({
  status,
  headers: { "cache-control": "no-store" },
  json: { error, error_description: description },
});

function backTo(uri: string, parameters: Record<string, string | null>): Answer {
  const address = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) if (value !== null) address.searchParams.set(name, value);
  return { status: 302, headers: { location: address.href } };
}

/** The page where a person would agree: it redirects at once. What cannot be trusted is not redirected to. */
function authorize(state: CloudflareState, { query, now }: SimulatedRequest): Answer {
  const client = state.oauth.clients.get(query.get("client_id") ?? "");
  const uri = query.get("redirect_uri") ?? "";
  if (!client) return refused(400, "invalid_client", "The OAuth 2.0 client does not exist.");
  if (!client.redirect_uris.includes(uri))
    return refused(400, "invalid_request", "The redirect_uri does not match a registered one.");
  const refusal = (error: string) => backTo(uri, { error, state: query.get("state") });
  const challenge = query.get("code_challenge");
  if (query.get("response_type") !== "code") return refusal("unsupported_response_type");
  if (challenge === null ? client.client_secret === null : query.get("code_challenge_method") !== "S256")
    return refusal("invalid_request");
  const scope = query.get("scope") ?? "";
  if (scope.split(" ").some((each) => each !== "" && !client.scopes.includes(each))) return refusal("invalid_scope");
  if (state.oauth.refuse !== null) return refusal(state.oauth.refuse);
  const code = `cfoac_${freshId(state)}`;
  state.oauth.codes.set(code, {
    client: client.client_id,
    scope,
    redirectUri: uri,
    challenge,
    expiresAt: now + codeMs,
  });
  return backTo(uri, { code, scope, state: query.get("state") });
}

/** The client that sends a request, if it proves to be it, by header or in the form. */
function clientOf(state: CloudflareState, request: SimulatedRequest, form: URLSearchParams): OAuthClient | null {
  const [, basic] = /^basic (.+)$/i.exec(request.headers["authorization"] ?? "") ?? [];
  const [id, secret] =
    basic === undefined
      ? [form.get("client_id") ?? "", form.get("client_secret")]
      : Buffer.from(basic, "base64").toString("utf8").split(":").map(decodeURIComponent);
  const client = state.oauth.clients.get(id ?? "");
  if (!client) return null;
  return client.client_secret === null || client.client_secret === secret ? client : null;
}

/** A proven client with the form it sent. */
interface Claim {
  client: OAuthClient;
  form: URLSearchParams;
  now: number;
}

const challengeOf = (verifier: string) => createHash("sha256").update(verifier).digest("base64url");

/** The grant behind a code, which is used up by asking. */
function redeemed(state: CloudflareState, { client, form, now }: Claim): Grant | null {
  const code = form.get("code") ?? "";
  const grant = state.oauth.codes.get(code);
  state.oauth.codes.delete(code);
  if (grant?.client !== client.client_id || grant.expiresAt <= now) return null;
  if (grant.redirectUri !== form.get("redirect_uri")) return null;
  if (grant.challenge !== null && grant.challenge !== challengeOf(form.get("code_verifier") ?? "")) return null;
  return { client: grant.client, scope: grant.scope };
}

/** The grant behind a refresh token, which is used up: the answer carries the next. */
function rotated(state: CloudflareState, { client, form }: Claim): Grant | null {
  const token = form.get("refresh_token") ?? "";
  const grant = state.oauth.refreshTokens.get(token);
  if (grant?.client !== client.client_id) return null;
  state.oauth.refreshTokens.delete(token);
  return grant;
}

function issue(state: CloudflareState, { client, now }: Claim, grant: Grant): Answer {
  const access = `cfoat_${freshId(state)}`;
  state.tokens.set(access, { kind: "oauth", expiresAt: now + accessTokenS * 1000 });
  const answer = { access_token: access, token_type: "bearer", expires_in: accessTokenS, scope: grant.scope };
  const renewable = client.grant_types.includes("refresh_token") && grant.scope.split(" ").includes("offline_access");
  if (!renewable) return { headers: { "cache-control": "no-store" }, json: answer };
  const refresh = `cfort_${freshId(state)}`;
  state.oauth.refreshTokens.set(refresh, grant);
  return { headers: { "cache-control": "no-store" }, json: { ...answer, refresh_token: refresh } };
}

function exchange(state: CloudflareState, request: SimulatedRequest): Answer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const client = clientOf(state, request, form);
  if (!client) return refused(401, "invalid_client", "Client authentication failed.");
  const type = form.get("grant_type") ?? "";
  if (!client.grant_types.includes(type))
    return refused(400, "unsupported_grant_type", "The grant type is not one of the client's.");
  const claim = { client, form, now: request.now };
  const grant = type === "refresh_token" ? rotated(state, claim) : redeemed(state, claim);
  return grant
    ? issue(state, claim, grant)
    : refused(400, "invalid_grant", "The grant is invalid, expired, used or somebody else's.");
}

function revoke(state: CloudflareState, request: SimulatedRequest): Answer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  if (!clientOf(state, request, form)) return refused(401, "invalid_client", "Client authentication failed.");
  state.tokens.delete(form.get("token") ?? "");
  state.oauth.refreshTokens.delete(form.get("token") ?? "");
  return { status: 200, body: "" };
}

/** Rows outside the API, at the address of the dashboard. */
export const dashboardRoutes: Record<string, Handler<CloudflareState>> = {
  "GET /oauth2/auth": authorize,
  "POST /oauth2/token": exchange,
  "POST /oauth2/revoke": revoke,
  "GET /oauth2/userinfo": (state, request) => {
    const known = state.tokens.get(bearerOf(request) ?? "");
    return known?.kind === "oauth" && (known.expiresAt ?? 0) > request.now
      ? { json: { sub: "c0ffeec0ffeec0ffeec0ffeec0ffee00" } }
      : refused(401, "request_unauthorized", "The request could not be authorized.");
  },
  "GET /.well-known/openid-configuration": ({ url }) => ({
    json: {
      issuer: url,
      authorization_endpoint: `${url}/oauth2/auth`,
      token_endpoint: `${url}/oauth2/token`,
      revocation_endpoint: `${url}/oauth2/revoke`,
      userinfo_endpoint: `${url}/oauth2/userinfo`,
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
    },
  }),
};

const clientView = (client: OAuthClient) => ({
  ...client,
  // Left out of what is sent.
  client_secret: undefined,
  account: undefined,
  visibility: "private",
});

function registered(state: CloudflareState, request: SimulatedRequest): OAuthClient {
  const client = state.oauth.clients.get(request.param("client"));
  if (client?.account === accountOf(state, request).id) return client;
  throw refuse(404, 7003, "There is no such OAuth client on your account.");
}

const lists = ["grant_types", "redirect_uris", "response_types", "scopes"] as const;

export const oauthRoutes: Routes = {
  "POST /accounts/:account/oauth_clients": (state, request) => {
    const body = objectOf(request) as Partial<OAuthClient> & { response_types?: string[] };
    const method = body.token_endpoint_auth_method;
    if (!body.client_name || !method || lists.some((name) => !Array.isArray(body[name])))
      throw refuse(400, 10026, "An OAuth client needs a name, an authentication method and its lists.");
    const client: OAuthClient = {
      client_id: freshUuid(state),
      client_secret: method === "none" ? null : `cfocs_${freshId(state)}`,
      client_name: body.client_name,
      account: accountOf(state, request).id,
      grant_types: body.grant_types!,
      redirect_uris: body.redirect_uris!,
      scopes: body.scopes!,
      token_endpoint_auth_method: method,
    };
    state.oauth.clients.set(client.client_id, client);
    return ok({ ...clientView(client), client_secret: client.client_secret ?? undefined }, { status: 201 });
  },
  "GET /accounts/:account/oauth_clients": (state, request) => {
    const { id } = accountOf(state, request);
    return ok([...state.oauth.clients.values()].filter(({ account }) => account === id).map(clientView));
  },
  "GET /accounts/:account/oauth_clients/:client": (state, request) => ok(clientView(registered(state, request))),
  "DELETE /accounts/:account/oauth_clients/:client": (state, request) => {
    const { client_id: id } = registered(state, request);
    state.oauth.clients.delete(id);
    return ok({ id });
  },
};
