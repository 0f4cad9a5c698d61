/** Places whose engine deploys to simulated platforms, each platform with its vendor and what counts there. */
import { randomBytes } from "node:crypto";
import type { EngineOptions } from "@landfall/engine";
import {
  cloudflare,
  type CloudflareState,
  createSimulator,
  type Definition,
  netlify,
  type NetlifyState,
  type Simulator,
  vercel,
  type VercelState,
} from "@landfall/simulators";
import type { Place } from "../../engine/test/conforming-place.ts";
import { openPlace } from "./place.ts";

interface Hosted<State> {
  /** The vendor, opened by this token alone. */
  vendor(token: string): Definition<State>;
  tokenName: string;
  apiPath: string;
  /** Domain in which its sites are asked. */
  sites: string;
  deployments(state: State): number;
  /** Row of the simulator that takes files. */
  uploadRoute: RegExp;
}

const accountsOf = ({ accounts }: CloudflareState) => [...accounts.values()];

const onVercel: Hosted<VercelState> = {
  vendor: (token) => vercel({ tokens: { [token]: {} } }),
  tokenName: "VERCEL_TOKEN",
  apiPath: "",
  sites: "vercel.localhost",
  deployments: ({ deployments }) => deployments.size,
  uploadRoute: /POST \/v2\/files/,
};
const onNetlify: Hosted<NetlifyState> = {
  vendor: (token) => netlify({ tokens: { [token]: { email: "ada@example.com", teams: ["acme"] } } }),
  tokenName: "NETLIFY_AUTH_TOKEN",
  apiPath: "/api/v1",
  sites: "netlify.localhost",
  deployments: ({ deploys }) => deploys.size,
  uploadRoute: /PUT .*\/files\//,
};
const onPages: Hosted<CloudflareState> = {
  vendor: (token) => cloudflare({ tokens: { [token]: {} } }),
  tokenName: "CLOUDFLARE_API_TOKEN",
  apiPath: "/client/v4",
  sites: "pages.localhost",
  deployments: (state) =>
    accountsOf(state)
      .flatMap(({ projects }) => [...projects.values()])
      .reduce((sum, project) => sum + project.deployments.length, 0),
  uploadRoute: /assets\/upload$/,
};
const onWorkers: Hosted<CloudflareState> = {
  ...onPages,
  sites: "workers.localhost",
  deployments: (state) =>
    accountsOf(state)
      .flatMap(({ scripts }) => [...scripts.values()])
      .reduce((sum, script) => sum + script.versions.length, 0),
};

const hosted = { vercel: onVercel, netlify: onNetlify, "cloudflare-pages": onPages, "cloudflare-workers": onWorkers };

export type HostedId = keyof typeof hosted;
export const hostedIds = Object.keys(hosted) as HostedId[];

/** `database` as for the engine. */
export function openHostedPlace(id: HostedId, database: Pick<EngineOptions, "databaseUrl"> = {}): Promise<Place> {
  // The union of the four: each state goes with the functions of its own row.
  return open(id, hosted[id] as Hosted<unknown>, database);
}

async function open<State>(
  id: HostedId,
  { vendor, tokenName, apiPath, sites, ...row }: Hosted<State>,
  database: Pick<EngineOptions, "databaseUrl">,
): Promise<Place> {
  const token = `canary${randomBytes(20).toString("hex")}`;
  const simulator: Simulator<State> = await createSimulator(vendor(token));
  const { port } = new URL(simulator.url);
  const prefix = `LANDFALL_${id.toUpperCase().replaceAll("-", "_")}`;
  const place = await openPlace(
    {
      [tokenName]: token,
      [`${prefix}_API_URL`]: `${simulator.url}${apiPath}`,
      [`${prefix}_SITES_URL`]: `http://${sites}:${port}`,
    },
    database,
  );
  return {
    ...place,
    remote: {
      simulator,
      token,
      deployments: () => row.deployments(simulator.state),
      uploads: () =>
        simulator.journal.filter(({ worked, route }) => worked && row.uploadRoute.test(route ?? "")).length,
    },
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}
