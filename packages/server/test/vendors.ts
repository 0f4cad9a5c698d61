/** The three vendors simulated, with Landfall registered at each, and the way of a person through a browser. */
import {
  cloudflare,
  type CloudflareState,
  createSimulator,
  netlify,
  type NetlifyState,
  type Simulator,
  vercel,
  type VercelState,
} from "@landfall/simulators";
import type { Caller, TestServer } from "./harness.ts";

export interface Vendors extends AsyncDisposable {
  vercel: Simulator<VercelState>;
  netlify: Simulator<NetlifyState>;
  cloudflare: Simulator<CloudflareState>;
  /** What the engine reads. */
  environment: Record<string, string>;
  /** Cloudflare sends people to registered addresses only. */
  register(serverUrl: string): void;
}

export async function openVendors(): Promise<Vendors> {
  const simulated = {
    vercel: await createSimulator(vercel()),
    netlify: await createSimulator(netlify()),
    cloudflare: await createSimulator(cloudflare()),
  };
  const environment: Record<string, string> = {
    LANDFALL_VERCEL_API_URL: simulated.vercel.url,
    LANDFALL_VERCEL_SITES_URL: simulated.vercel.url.replace("127.0.0.1", "vercel.localhost"),
    LANDFALL_NETLIFY_API_URL: `${simulated.netlify.url}/api/v1`,
    LANDFALL_CLOUDFLARE_PAGES_API_URL: `${simulated.cloudflare.url}/client/v4`,
    LANDFALL_CLOUDFLARE_WORKERS_API_URL: `${simulated.cloudflare.url}/client/v4`,
  };
  for (const prefix of ["VERCEL", "LANDFALL_NETLIFY", "CLOUDFLARE"]) {
    environment[`${prefix}_CLIENT_ID`] = "simulated-client";
    environment[`${prefix}_CLIENT_SECRET`] = "simulated-secret";
  }
  return {
    ...simulated,
    environment,
    register(serverUrl) {
      simulated.cloudflare.state.oauth.clients.set("simulated-client", {
        client_id: "simulated-client",
        client_secret: "simulated-secret",
        client_name: "Landfall",
        account: "0123456789abcdef0123456789abcdef",
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: ["cloudflare-pages", "cloudflare-workers"].map(
          (id) => `${serverUrl}/api/connections/${id}/callback`,
        ),
        scopes: ["page.write", "account-settings.read", "user-details.read", "offline_access"],
        token_endpoint_auth_method: "client_secret_post",
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(simulated).map((one) => one.close()));
    },
  };
}

/** Sent to the platform, where the person says what the vendor was told to answer: the address of ours they are sent back to. */
export async function wayBack(person: Caller, platform: string, more: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await person.call("POST", `/connections/${platform}/authorize`, more);
  if (status !== 200) throw new Error(`authorize answered ${status}: ${JSON.stringify(body)}`);
  const answer = await fetch(body.url as string, { redirect: "manual" });
  const to = answer.headers.get("location");
  if (to === null) throw new Error(`${platform} sends nobody back: ${answer.status} ${await answer.text()}`);
  return to;
}

/** A browser at an address: where it is sent on to. */
export async function browse(
  server: TestServer,
  person: Caller,
  address: string,
): Promise<{ status: number; to: string }> {
  const { cookie = "" } = person.headers;
  const response = await fetch(address, {
    redirect: "manual",
    headers: { accept: "text/html,application/xhtml+xml", ...(cookie === "" ? {} : { cookie }) },
  });
  await response.arrayBuffer();
  return { status: response.status, to: (response.headers.get("location") ?? "").replace(server.url, "") };
}
