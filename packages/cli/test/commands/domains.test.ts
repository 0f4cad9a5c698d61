import type { DomainView } from "@landfall/engine";
import { describe, expect, it } from "vitest";
import { engineDouble } from "../engine-double.ts";
import { landfall, worldOf } from "../world-double.ts";

const waiting: DomainView = {
  name: "example.com",
  project: "shop",
  platform: "vercel",
  verified: true,
  live: false,
  records: [
    {
      record: { type: "A", name: "example.com", value: "76.76.21.21", purpose: "leads visitors to Vercel" },
      found: ["192.0.2.1"],
      state: "wrong",
    },
    {
      record: { type: "TXT", name: "_vercel.example.com", value: "vc-domain-verify=1", purpose: "proves ownership" },
      found: [],
      state: "missing",
    },
  ],
  certificate: { platform: "pending", shown: { state: "none", fault: "the name leads nowhere yet" } },
  obstacles: ["example.com has an AAAA record (2001:db8::1) that leads elsewhere."],
  ready: false,
  counterpart: "www.example.com",
};
const serving: DomainView = {
  ...waiting,
  live: true,
  ready: true,
  obstacles: [],
  records: waiting.records.map((one) => ({ ...one, found: [one.record.value], state: "right" })),
  certificate: {
    platform: "issued",
    shown: { state: "valid", issuer: "Let's Encrypt", expiresAt: "2026-12-01T00:00:00.000Z" },
  },
};

const domains = (answer: DomainView) => {
  const calls: unknown[] = [];
  const asked = async (...call: unknown[]): Promise<DomainView> => {
    calls.push(call);
    return answer;
  };
  const engine = engineDouble({
    domains: { add: asked, check: asked, list: async () => [answer], remove: async (...call) => void calls.push(call) },
  });
  return { calls, world: () => worldOf({ engine }) };
};

const unasked = (): Promise<never> => Promise.reject(new Error("It was not to be asked."));

describe("domains", () => {
  it("shows which records to set, what is there now, and what stands in the way", async () => {
    const { world, calls } = domains(waiting);
    const { exit, out } = await landfall(world(), "domains", "add", "example.com", "-p", "shop");
    expect([exit, calls]).toEqual([0, [[{ project: "shop" }, "example.com"]]]);
    expect(out).toMatchInlineSnapshot(`
      "example.com  … not there yet  shop · vercel

        TYPE  NAME                 VALUE               NOW
        A     example.com          76.76.21.21         wrong: 192.0.2.1
        TXT   _vercel.example.com  vc-domain-verify=1  missing

        certificate  none yet (the name leads nowhere yet); the platform says: pending
        ! example.com has an AAAA record (2001:db8::1) that leads elsewhere.

        Set these records where example.com is registered; it may take an hour until
        everybody sees them. Then:
        landfall domains check example.com --project shop
      "
    `);
  });

  it("says that it serves, and how people who type the other name arrive", async () => {
    const { world } = domains(serving);
    const { exit, out } = await landfall(world(), "domains", "check", "example.com", "-p", "shop");
    expect(exit).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "example.com  ✓ serves  shop · vercel

        TYPE  NAME                 VALUE               NOW
        A     example.com          76.76.21.21         right
        TXT   _vercel.example.com  vc-domain-verify=1  right

        certificate  valid of Let's Encrypt, until 2026-12-01

        Visitors who type www.example.com arrive as well after:
        landfall domains add www.example.com --project shop
      "
    `);
  });

  it("ends with status 3 while records are not right, for scripts that wait", async () => {
    expect((await landfall(domains(waiting).world(), "domains", "check", "example.com", "-p", "shop")).exit).toBe(3);
  });

  it("says where no domain can be, and where there is none yet", async () => {
    const engine = engineDouble({
      domains: { add: unasked, check: unasked, remove: unasked, list: async () => [] },
      deployments: async () => [],
    });
    const { exit, err } = await landfall(worldOf({ engine }), "domains", "ls", "-p", "shop");
    expect([exit, err]).toEqual([
      0,
      "shop was not deployed to a platform where it could have a domain. Deploy it first: landfall deploy --project shop --platform <platform>\n",
    ]);
  });

  it("lists, removes, and answers in JSON", async () => {
    const { world, calls } = domains(serving);
    expect((await landfall(world(), "domains", "ls", "-p", "shop")).out).toContain("example.com  vercel");
    expect(JSON.parse((await landfall(world(), "domains", "check", "example.com", "--json")).out)).toEqual(serving);
    await landfall(world(), "domains", "rm", "example.com", "-p", "shop", "-t", "vercel");
    expect(calls.at(-1)).toEqual([{ project: "shop", platform: "vercel" }, "example.com"]);
  });
});
