/** Logging in to a server from a terminal: the person says yes in a browser, on whatever device. Source: RFC 8628. */
import { DeployError } from "@landfall/engine/error";
import { notOurs, unavailable, unreachable } from "./failure.ts";

const client = "landfall-cli";
const grantType = "urn:ietf:params:oauth:grant-type:device_code";
/** RFC 8628, section 3.5. */
const slowDownMs = 5_000;

export interface DeviceCode {
  /** What the person types or compares. */
  userCode: string;
  /** The page where they do; with the code in it. */
  address: string;
  deviceCode: string;
  intervalMs: number;
  expiresInMs: number;
}

/** Begin: a code for the person, and how often to ask. Throws STORE_UNAVAILABLE, INVALID_CONFIG (no Landfall server). */
export async function askForCode(url: string): Promise<DeviceCode> {
  const { status, body } = await post(url, "/api/auth/device/code", { client_id: client });
  const { device_code, user_code, verification_uri, verification_uri_complete, interval, expires_in } = body;
  if (typeof device_code !== "string" || typeof user_code !== "string")
    throw notOurs(url, `answered ${status} to a login`);
  return {
    userCode: user_code,
    address: [verification_uri_complete, verification_uri].find((one) => typeof one === "string") ?? url,
    deviceCode: device_code,
    intervalMs: Number(interval ?? 5) * 1000,
    expiresInMs: Number(expires_in ?? 900) * 1000,
  };
}

/** Ask, as often as the server wants to be asked, until the person has decided; answers the token. Throws AUTH_FAILED (refused), TIMEOUT. */
export async function untilApproved(
  url: string,
  { deviceCode, expiresInMs, ...code }: DeviceCode,
  { sleep, now }: { sleep(ms: number): Promise<void>; now(): number },
): Promise<string> {
  const endsAt = now() + expiresInMs;
  for (let intervalMs = code.intervalMs; now() < endsAt; ) {
    await sleep(intervalMs);
    const asked = { grant_type: grantType, device_code: deviceCode, client_id: client };
    const { status, body } = await post(url, "/api/auth/device/token", asked).catch((error: unknown): Answer => {
      // Away for a moment; the person has not decided less for that.
      if (error instanceof DeployError && error.code === "STORE_UNAVAILABLE")
        return { status: 503, body: { error: "authorization_pending" } };
      throw error;
    });
    if (typeof body["access_token"] === "string") return body["access_token"];
    switch (body["error"]) {
      case "authorization_pending":
        break;
      case "slow_down":
        intervalMs += slowDownMs;
        break;
      case "access_denied":
        throw new DeployError("AUTH_FAILED", { what: "The login was refused in the browser.", where: url });
      case "expired_token":
        throw expired(url);
      default:
        throw notOurs(url, `answered ${status} to a login`);
    }
  }
  throw expired(url);
}

/** End the session of this token at the server. A key is not ended by this; false says that nothing was. */
export async function endSession(url: string, token: string): Promise<boolean> {
  if (token.startsWith("lf_")) return false;
  const { status } = await post(url, "/api/auth/sign-out", {}, { authorization: `Bearer ${token}` });
  return status === 200;
}

function expired(url: string): DeployError {
  return new DeployError("TIMEOUT", {
    what: "Nobody has allowed the login in time.",
    where: url,
    next: `Begin again: landfall login ${url}`,
  });
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function post(url: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw unreachable(error, url);
  }
  const { status } = response;
  const kind = response.headers.get("content-type") ?? "";
  if (kind.startsWith("application/json"))
    return { status, body: ((await response.json()) ?? {}) as Record<string, unknown> };
  await response.body?.cancel();
  throw status >= 500 ? unavailable(status, url) : notOurs(url, `answered ${status} ${kind}`);
}
