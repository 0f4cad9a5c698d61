/** A place whose platform is one of Cloudflare's. */
import { cloudflare, type CloudflareOptions, type CloudflareState, createSimulator } from "@landfall/simulators";
import { expect } from "vitest";
import type { Platform } from "../../../src/platform.ts";
import { type HostedPlace, openHostedPlace } from "../hosted-place.ts";

export type { Files } from "../hosted-place.ts";

export const accountId = "0123456789abcdef0123456789abcdef";

export interface Place extends HostedPlace<CloudflareState> {
  /** `METHOD /path?query` of what was asked of the API since the last call, without the account, ids as `:id`. */
  calls(): string[];
}

export async function openPlace(
  platform: Platform,
  { environment = {}, ...options }: CloudflareOptions & { environment?: Record<string, string> } = {},
): Promise<Place> {
  const simulator = await createSimulator(cloudflare(options));
  const setup = {
    platform,
    simulator,
    apiPath: "/client/v4",
    token: "CLOUDFLARE_API_TOKEN",
    project: "demo",
    environment,
  };
  let told = 0;
  return {
    ...(await openHostedPlace(setup)),
    calls() {
      const since = simulator.journal.slice(told);
      told = simulator.journal.length;
      return since.flatMap(({ method, path, query }) =>
        path.startsWith("/client/v4/")
          ? [
              `${method} ${path.slice(10)}${query && `?${query}`}`
                .replace(`/accounts/${accountId}`, "")
                .replace(ids, ":id"),
            ]
          : [],
      );
    },
  };
}

const ids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Nothing differs from the vendor's schema, and nothing was made or sent twice. Questions that are asked by POST may be. */
export function expectClean({ simulator }: Place): void {
  expect(simulator.violations).toEqual([]);
  const twice = simulator.repeated().filter(([one]) => !/check-missing|upsert-hashes|upload-session/.test(one!.path));
  expect(twice).toEqual([]);
}

/** An answer of Cloudflare's as a fault gives it. */
export function envelope(result: unknown, ...errors: { code: number; message: string }[]): object {
  return { success: errors.length === 0, errors, messages: [], result };
}
