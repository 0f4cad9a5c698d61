/** A place whose platform is Netlify. */
import { createHash } from "node:crypto";
import {
  createSimulator,
  type Definition,
  netlify,
  type NetlifyOptions,
  type NetlifyState,
} from "@landfall/simulators";
import { expect } from "vitest";
import type { Clock } from "../../../src/clock.ts";
import { netlify as platform } from "../../../src/platforms/netlify.ts";
import { type HostedPlace, openHostedPlace } from "../hosted-place.ts";

export interface Place extends HostedPlace<NetlifyState> {
  text(url: string, path?: string): Promise<string>;
  /** Methods and paths that were asked of the API, ids as `:id`. */
  asked(): string[];
}

export interface PlaceOptions extends NetlifyOptions {
  environment?: Record<string, string>;
  clock?: Clock;
  /** Another Netlify than the simulated one: what facts leave open. */
  change?(vendor: Definition<NetlifyState>): Definition<NetlifyState>;
}

/** What is longer is not slept: the clock is set on. */
const longestSleepMs = 20;

/** The system's clock, on which long waits are over at once, for all who wait. */
export function hastyClock(): Clock & { waits: number[] } {
  let aheadMs = 0;
  const waits: number[] = [];
  const now = () => Date.now() + aheadMs;
  return {
    waits,
    now,
    async sleep(ms, signal) {
      const until = now() + ms;
      if (ms > longestSleepMs) waits.push(ms);
      await new Promise((resolve) => setTimeout(resolve, Math.min(ms, longestSleepMs)));
      aheadMs = Math.max(aheadMs, until - Date.now());
      signal?.throwIfAborted();
    },
  };
}

export async function openPlace({
  environment = {},
  clock,
  change = (vendor) => vendor,
  ...options
}: PlaceOptions = {}): Promise<Place> {
  const simulator = await createSimulator(change(netlify(options)), clock ? { clock } : {});
  const place = await openHostedPlace({
    platform,
    simulator,
    apiPath: "/api/v1",
    token: "NETLIFY_AUTH_TOKEN",
    project: "demo",
    environment,
    ...(clock ? { clock } : {}),
  });
  return {
    ...place,
    text: async (url, path) => (await place.visit(url, path)).body,
    asked: () =>
      simulator.journal
        .filter(({ path }) => path.startsWith("/api/v1/"))
        .map(
          ({ method, path }) =>
            `${method} ${path.slice(7).replace(/[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, ":id")}`,
        ),
  };
}

/** Nothing differs from the vendor's schema, and nothing was done twice. */
export function expectClean({ simulator }: Place): void {
  expect(simulator.violations).toEqual([]);
  expect(simulator.repeated()).toEqual([]);
}

export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
