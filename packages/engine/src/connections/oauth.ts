/**
 * OAuth 2 with a platform: the address a person is sent to, and what is exchanged behind their back. The protocol is oauth4webapi's, which is
 * loaded with the first use; here is what a platform declares, where its addresses are moved to, and what a refusal means to a person.
 */
import type * as OAuth from "oauth4webapi";
import { systemClock, type Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import type { Connect, Platform } from "../platform.ts";
import { createRedactor } from "../redact/redact.ts";
import { authFailed, moved, type PlatformAccess } from "./access.ts";
import type { KeptCredential, OAuthClient } from "./credential.ts";

type Way = Extract<Connect, { kind: "oauth2" }>;

/** Access as it was given: what to keep, and when it ends (milliseconds since the epoch; null: it does not). */
export interface Grant {
  kept: KeptCredential;
  expiresAt: number | null;
}

/** What must be known again when the person comes back. */
export interface Departure {
  redirectUri: string;
  client: OAuthClient;
  verifier?: string;
  nonce?: string;
}

export interface PlatformOAuth {
  /** Where to send a person; `state` comes back with them. */
  depart(redirectUri: string): Promise<{ url: string; state: string; departure: Departure }>;
  /** What the person came back with, exchanged for access. Throws AUTH_FAILED, PLATFORM_UNAVAILABLE. */
  redeem(departure: Departure, answer: { query: URLSearchParams; state: string }): Promise<Grant>;
  /** The next access token. Throws AUTH_FAILED when the platform refuses for good, PLATFORM_UNAVAILABLE after three tries. */
  refresh(kept: KeptCredential): Promise<Grant>;
  /** End the access at the platform; false when it has no such address. Throws as the others do. */
  revoke(kept: KeptCredential): Promise<boolean>;
}

const requestMs = 10_000;
const refreshTries = 3;
/** So long before its end a token is renewed, or after three quarters of its life when that is later. */
export const renewBeforeMs = 5 * 60_000;

/** Whether Landfall is registered at the platform, as far as the environment says. */
export function canAuthorize(platform: Platform, access: PlatformAccess | undefined): boolean {
  const way = wayOf(platform);
  return way !== undefined && access?.client !== undefined && (way.pkce || access.client.secret !== undefined);
}

/** Throws INVALID_CONFIG when the platform has no OAuth 2. */
export function oauthOf({
  platform,
  access,
  clock = systemClock,
}: {
  platform: Platform;
  access: PlatformAccess | undefined;
  clock?: Clock;
}): PlatformOAuth {
  const way = wayOf(platform);
  if (!way)
    throw new DeployError("INVALID_CONFIG", {
      what: `${platform.name} is connected with a token, not in the browser.`,
      where: platform.id,
      next: `Run: landfall connect ${platform.id}`,
    });
  const authorizeUrl = moved(way.authorizeUrl, platform, access);

  /** The server as the library wants it. What calls itself the issuer is taken by its origin: vendors differ in the slash at the end. */
  function serverOf(issuer: string | null): OAuth.AuthorizationServer {
    const { origin } = new URL(authorizeUrl);
    const isOurs = issuer !== null && URL.canParse(issuer) && new URL(issuer).origin === origin;
    return {
      issuer: isOurs ? issuer : origin,
      authorization_endpoint: authorizeUrl,
      token_endpoint: moved(way!.tokenUrl, platform, access),
      ...(way!.revokeUrl === undefined ? {} : { revocation_endpoint: moved(way!.revokeUrl, platform, access) }),
    };
  }

  /** One exchange with the platform; `secrets` stay out of what goes wrong. */
  async function exchange<T>(
    issuer: string | null,
    client: OAuthClient,
    secrets: (string | undefined)[],
    work: (with_: Exchange) => Promise<T>,
  ): Promise<T> {
    const oauth = await import("oauth4webapi");
    try {
      return await work({
        oauth,
        server: serverOf(issuer),
        client: { client_id: client.id, [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1_000) },
        proof: client.secret === undefined ? oauth.None() : oauth.ClientSecretPost(client.secret),
        options: {
          signal: AbortSignal.timeout(requestMs),
          // Only what was moved to such an address on purpose.
          [oauth.allowInsecureRequests]: new URL(moved(way!.tokenUrl, platform, access)).protocol === "http:",
        },
      });
    } catch (error) {
      throw failure({ oauth, platform, way: way!, error, secrets: [...secrets, client.secret] });
    }
  }

  function grantOf(answer: OAuth.TokenEndpointResponse, client: OAuthClient, earlier?: KeptCredential): Grant {
    const now = clock.now();
    const lifeMs = answer.expires_in === undefined ? null : answer.expires_in * 1_000;
    // A server that does not rotate sends no new one: the old one stays.
    const refreshToken = answer.refresh_token ?? earlier?.refreshToken;
    return {
      kept: {
        accessToken: answer.access_token,
        client,
        ...(refreshToken === undefined ? {} : { refreshToken }),
        ...(lifeMs === null ? {} : { renewAt: now + Math.max(lifeMs - renewBeforeMs, lifeMs * 0.75) }),
      },
      expiresAt: lifeMs === null ? null : now + lifeMs,
    };
  }

  return {
    async depart(redirectUri) {
      const client = clientOf({ platform, way, access });
      const oauth = await import("oauth4webapi");
      const state = oauth.generateRandomState();
      const verifier = way.pkce ? oauth.generateRandomCodeVerifier() : undefined;
      const nonce = way.scopes.includes("openid") ? oauth.generateRandomNonce() : undefined;
      const url = new URL(authorizeUrl);
      const query = {
        client_id: client.id,
        redirect_uri: redirectUri,
        response_type: "code",
        state,
        ...(way.scopes.length > 0 ? { scope: way.scopes.join(" ") } : {}),
        ...(nonce === undefined ? {} : { nonce }),
        ...(verifier === undefined
          ? {}
          : { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" }),
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const kept = { ...(verifier === undefined ? {} : { verifier }), ...(nonce === undefined ? {} : { nonce }) };
      return { url: url.href, state, departure: { redirectUri, client, ...kept } };
    },

    async redeem({ redirectUri, client, verifier, nonce }, { query, state }) {
      const [issuer, code] = [query.get("iss"), query.get("code")];
      // Whoever names itself must be the one the person was sent to: an answer of another server is not exchanged here.
      if (issuer !== null && serverOf(issuer).issuer !== issuer)
        throw authFailed(platform, `The answer is not from ${platform.name}.`);
      if (code === null && query.get("error") === null)
        throw authFailed(platform, `The answer of ${platform.name} brings no code.`);
      return exchange(issuer, client, [code ?? undefined, verifier], async (use) => {
        const { oauth, server } = use;
        const answer = oauth.validateAuthResponse(server, use.client, query, state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          use.client,
          use.proof,
          answer,
          redirectUri,
          verifier ?? oauth.nopkce,
          use.options,
        );
        const tokens = await oauth.processAuthorizationCodeResponse(
          server,
          use.client,
          response,
          nonce === undefined ? {} : { expectedNonce: nonce },
        );
        return grantOf(tokens, client);
      });
    },

    async refresh(kept) {
      const client = currentClient(kept, access);
      for (let tried = 1; ; tried++) {
        try {
          return await exchange(null, client, [kept.accessToken, kept.refreshToken], async (use) => {
            const { oauth, server } = use;
            const response = await oauth.refreshTokenGrantRequest(
              server,
              use.client,
              use.proof,
              kept.refreshToken!,
              use.options,
            );
            return grantOf(await oauth.processRefreshTokenResponse(server, use.client, response), client, kept);
          });
        } catch (error) {
          // Also when the request may have arrived: if the token was used up by it, it is lost either way.
          const isPassing = error instanceof DeployError && error.code === "PLATFORM_UNAVAILABLE";
          if (!isPassing || tried === refreshTries) throw error;
          await clock.sleep(250 * 2 ** tried);
        }
      }
    },

    async revoke(kept) {
      if (way.revokeUrl === undefined) return false;
      // The refresh token first: it would make new access tokens.
      for (const token of [kept.refreshToken, kept.accessToken]) {
        if (token === undefined) continue;
        await exchange(null, currentClient(kept, access), [token], async ({ oauth, server, client, proof, options }) =>
          oauth.processRevocationResponse(await oauth.revocationRequest(server, client, proof, token, options)),
        );
      }
      return true;
    },
  };
}

interface Exchange {
  oauth: typeof OAuth;
  server: OAuth.AuthorizationServer;
  client: OAuth.Client;
  proof: OAuth.ClientAuth;
  options: { signal: AbortSignal; [OAuth.allowInsecureRequests]: boolean };
}

function wayOf({ connect }: Platform): Way | undefined {
  return connect?.find((way) => way.kind === "oauth2");
}

/** The client a credential belongs to, with its secret of today when the environment has it. */
function currentClient({ client }: KeptCredential, access: PlatformAccess | undefined): OAuthClient {
  if (access?.client !== undefined && (client === undefined || client.id === access.client.id)) return access.client;
  if (client) return client;
  throw new DeployError("INTERNAL", { what: "A connection in the browser was kept without its client." });
}

function clientOf({
  platform,
  way,
  access,
}: {
  platform: Platform;
  way: Way;
  access: PlatformAccess | undefined;
}): OAuthClient {
  if (access?.client && canAuthorize(platform, access)) return access.client;
  const names = [way.client.id, ...(way.client.secret && !way.pkce ? [way.client.secret] : [])];
  throw new DeployError("INVALID_CONFIG", {
    what: `Landfall is not registered at ${platform.name}, so an account cannot be connected in the browser.`,
    where: platform.id,
    next: `Register an application there and set ${names.join(" and ")}, or connect with a token: landfall connect ${platform.id}`,
    step: "auth",
  });
}

/** What went wrong, in our words and without secrets. */
function failure({
  oauth,
  platform,
  way,
  error,
  secrets,
}: {
  oauth: typeof OAuth;
  platform: Platform;
  way: Way;
  error: unknown;
  secrets: (string | undefined)[];
}): DeployError {
  if (error instanceof DeployError) return error;
  const { name } = platform;
  const hide = createRedactor(secrets.flatMap((value) => (value ? [{ name: "credential", value }] : [])));
  const said = (text: string | undefined): string => (text ? ` It says: ${hide.text(text.slice(0, 300))}` : "");
  if (error instanceof oauth.AuthorizationResponseError) {
    const what =
      error.error === "access_denied"
        ? `Access was not allowed at ${name}.`
        : `${name} did not grant access: ${hide.text(error.error.slice(0, 80))}.`;
    return authFailed(platform, what + said(error.error_description));
  }
  const status = error instanceof oauth.WWWAuthenticateChallengeError ? error.status : undefined;
  if (error instanceof oauth.ResponseBodyError || status === 401) {
    const code = error instanceof oauth.ResponseBodyError ? error.error : "invalid_client";
    const text = said(error instanceof oauth.ResponseBodyError ? error.error_description : undefined);
    if (error instanceof oauth.ResponseBodyError && (error.status === 429 || error.status >= 500))
      return unavailable(platform, `${name} does not work at the moment.${text}`);
    if (code === "invalid_client" || code === "unauthorized_client") {
      const names = [way.client.id, way.client.secret].filter((one) => one !== undefined).join(" and ");
      return authFailed(platform, `${name} does not know this client: ${names} are not as they are registered.${text}`);
    }
    if (code === "invalid_grant")
      return authFailed(
        platform,
        `${name} does not take this grant any more: it was used, has ended or was revoked.${text}`,
      );
    return authFailed(platform, `${name} refused: ${hide.text(code.slice(0, 80))}.${text}`);
  }
  if (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_CLAIM_COMPARISON)
    return authFailed(platform, `The identity ${name} answered with is not for this connection.`);
  const why = error instanceof Error ? hide.text(error.message) : "no answer";
  return unavailable(platform, `${name} gave no answer that can be used: ${why}.`);
}

function unavailable({ id }: Platform, what: string): DeployError {
  return new DeployError("PLATFORM_UNAVAILABLE", { what, where: id, next: "Try again in some minutes.", step: "auth" });
}
