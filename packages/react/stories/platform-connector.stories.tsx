import { ORPCError } from "@orpc/client";
import type { ReactNode } from "react";
import {
  type Connection,
  type ConnectorState,
  type LandfallClient,
  LandfallProvider,
  type Platform,
  PlatformConnector,
  type PlatformConnectorProps,
  useConnector,
} from "../src/index.ts";

export const title = "PlatformConnector";

const day = 86_400_000;
/** Moments are counted from now, so that what expires soon does so whenever it is looked at. */
const at = (ms: number): string => new Date(Date.now() + ms).toISOString();

const netlify: Platform = {
  id: "netlify",
  name: "Netlify",
  runs: ["static"],
  accepts: ["files", "prebuilt"],
  connect: ["oauth2", "token"],
  operations: ["rollback", "logs"],
  hosted: true,
  token: { env: ["NETLIFY_AUTH_TOKEN"], help: "https://app.netlify.com/user/applications" },
};
const tokenOnly: Platform = { ...netlify, connect: ["token"] };
const cloudflare: Platform = {
  ...netlify,
  id: "cloudflare-pages",
  name: "Cloudflare Pages",
  connect: ["token"],
  token: { env: ["CLOUDFLARE_API_TOKEN"], help: "https://dash.cloudflare.com/profile/api-tokens" },
};
const local: Platform = {
  ...netlify,
  id: "local",
  name: "This machine",
  connect: [],
  hosted: false,
  token: null,
};

const connection = (more: Partial<Connection> = {}): Connection => ({
  id: "con_1",
  platform: "netlify",
  name: "box-office",
  method: "oauth2",
  account: { id: "u1", name: "Box Office", teams: [{ id: "t1", name: "Stage" }] },
  renews: true,
  expiresAt: null,
  fault: null,
  checkedAt: at(-4 * 60_000),
  createdAt: "2026-03-02T10:00:00.000Z",
  ...more,
});

function shown(state: ConnectorState, more: Partial<PlatformConnectorProps> = {}): () => ReactNode {
  return () => (
    <PlatformConnector
      platform={netlify}
      state={state}
      onAuthorize={() => undefined}
      onCancel={() => undefined}
      onToken={() => undefined}
      onCheck={() => undefined}
      onDisconnect={() => undefined}
      {...more}
    />
  );
}

/** A server with no account, on which a token that begins with "good" and a person who allows access are taken. */
function server(): LandfallClient {
  let connections: Connection[] = [];
  let looks = 0;
  const refused = { code: "AUTH_FAILED", what: "Netlify refused the access token.", next: "Create another one." };
  const fake = {
    connections: {
      list: async () => {
        looks += 1;
        if (looks === 4 && connections.length === 0) connections = [connection()];
        return { connections };
      },
      authorize: async () => ({ url: "about:blank#netlify", expiresAt: at(600_000) }),
      connect: async ({ token }: { token: string }) => {
        if (!token.startsWith("good")) throw new ORPCError("AUTH_FAILED", { data: refused });
        connections = [connection({ method: "token" })];
        return connections[0];
      },
      status: async () => connections[0],
      disconnect: async () => {
        const [gone] = connections;
        connections = [];
        looks = 10;
        return { connection: gone, revoked: true };
      },
    },
    live: async () =>
      (async function* () {
        await new Promise(() => undefined);
        yield { type: "beat" };
      })(),
  };
  return fake as unknown as LandfallClient;
}

function Driven() {
  return <PlatformConnector {...useConnector(netlify)} />;
}
const driven = server();

export const stories: Record<string, () => ReactNode> = {
  "not connected": shown({ kind: "not-connected" }),
  "not connected, token only": () => (
    <PlatformConnector platform={tokenOnly} state={{ kind: "not-connected" }} onToken={() => undefined} />
  ),
  "waiting for browser": shown({ kind: "waiting-for-browser", url: "https://app.netlify.com/authorize?state=x" }),
  checking: shown({ kind: "checking" }),
  connected: shown({ kind: "connected", connection: connection() }, { usedBy: ["shop", "tickets"] }),
  "lacks a scope": shown(
    {
      kind: "connected",
      connection: connection({
        platform: "cloudflare-pages",
        method: "token",
        renews: false,
        account: { id: "a1", name: "Box Office", missingScopes: ["Account · Cloudflare Pages · Edit"] },
      }),
    },
    { platform: cloudflare },
  ),
  "expires soon": shown({
    kind: "connected",
    connection: connection({ method: "token", renews: false, expiresAt: at(3 * day) }),
  }),
  refused: shown(
    {
      kind: "refused",
      error: {
        code: "AUTH_FAILED",
        what: "Netlify refused the access token.",
        where: "netlify: GET /user answered 401",
        next: "Create a token at https://app.netlify.com/user/applications, then connect again.",
      },
    },
    { platform: tokenOnly },
  ),
  "refused, was connected": shown({
    kind: "refused",
    error: { code: "AUTH_FAILED", what: "The account has ended the access.", next: "Give it a new credential." },
    connection: connection({ fault: "The account has ended the access." }),
  }),
  "platform unreachable": shown({
    kind: "unreachable",
    error: {
      code: "PLATFORM_UNAVAILABLE",
      what: "Netlify did not answer.",
      where: "netlify: GET /user, 503 three times",
      next: "Try again in a few minutes; nothing was changed.",
    },
    connection: connection({ checkedAt: at(-2 * day) }),
  }),
  "no account needed": shown({ kind: "not-connected" }, { platform: local }),
  "driven by a server": () => (
    <LandfallProvider client={driven}>
      <Driven />
    </LandfallProvider>
  ),
};
