import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { domainsOf, type Domains } from "../../src/domains/domains.ts";
import { openStore, type Store } from "../../src/store/store.ts";

describe("domains of a project that is only on this machine", () => {
  let home: string;
  let store: Store;
  let domains: Domains;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "landfall-domains-"));
    store = await openStore(home, systemClock);
    const platforms: never[] = [];
    const dns = {} as Parameters<typeof domainsOf>[0]["dns"];
    domains = domainsOf({ store, platforms, access: {}, dns, projectRow: (name) => store.ensureProject(name) });
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  it("are none, and not a fault", async () => {
    expect(await domains.list({ project: "shop" })).toEqual([]);
  });

  it("are refused where a platform is named, or one is to be added", async () => {
    const refused = { code: "NOT_FOUND", message: expect.stringContaining("was not deployed to") as string };
    await expect(domains.list({ project: "shop", platform: "vercel" })).rejects.toMatchObject(refused);
    await expect(domains.add({ project: "shop" }, "example.com")).rejects.toMatchObject(refused);
  });
});
