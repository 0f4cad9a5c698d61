import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkCertificate } from "../../src/domains/certificate.ts";
import { checkRecords, type Dns, obstacles, systemDns } from "../../src/domains/dns.ts";
import type { DnsRecord } from "../../src/platform.ts";
import { nameServer, type Zone } from "./name-server.ts";

let server: Awaited<ReturnType<typeof nameServer>>;
let dns: Dns;
const zone: Zone = {
  "A right.example.org": ["76.76.21.21"],
  "A wrong.example.org": ["192.0.2.1"],
  "CNAME www.example.org": ["Cname.Vercel-DNS.com"],
  "CNAME old.example.org": ["somewhere-else.example.net"],
  "A flat.example.org": ["203.0.113.7"],
  "A target.example.net": ["203.0.113.7", "203.0.113.8"],
  "TXT _vercel.example.org": ["another=1", "vc-domain-verify=1"],
  "AAAA wrong.example.org": ["2001:db8::1"],
  "CAA example.org": ["pki.goog", "sectigo.com"],
  "CAA allowed.example.org": ["letsencrypt.org"],
};

beforeEach(async () => {
  server = await nameServer(zone);
  dns = systemDns([server.address]);
});
afterEach(() => server[Symbol.asyncDispose]());

const record = (type: DnsRecord["type"], name: string, value: string): DnsRecord => ({
  type,
  name,
  value,
  purpose: "",
});
const stateOf = async (one: DnsRecord) => (await checkRecords(dns, [one]))[0];

describe("records", () => {
  const cases: [name: string, record: DnsRecord, state: string, found: string[]][] = [
    ["an address that is there", record("A", "right.example.org", "76.76.21.21"), "right", ["76.76.21.21"]],
    ["another address", record("A", "wrong.example.org", "76.76.21.21"), "wrong", ["192.0.2.1"]],
    ["no address", record("A", "none.example.org", "76.76.21.21"), "missing", []],
    [
      "a CNAME, whatever its case and final dot",
      record("CNAME", "www.example.org", "cname.vercel-dns.com."),
      "right",
      ["cname.vercel-dns.com"],
    ],
    [
      "another CNAME",
      record("CNAME", "old.example.org", "cname.vercel-dns.com"),
      "wrong",
      ["somewhere-else.example.net"],
    ],
    [
      "a name flattened to the target's addresses",
      record("ALIAS", "flat.example.org", "target.example.net"),
      "right",
      ["203.0.113.7"],
    ],
    [
      "an address in the place of a CNAME",
      record("CNAME", "wrong.example.org", "target.example.net"),
      "wrong",
      ["192.0.2.1"],
    ],
    [
      "a text among others",
      record("TXT", "_vercel.example.org", "vc-domain-verify=1"),
      "right",
      ["another=1", "vc-domain-verify=1"],
    ],
    [
      "a text that is not there yet",
      record("TXT", "_vercel.example.org", "vc-domain-verify=2"),
      "missing",
      ["another=1", "vc-domain-verify=1"],
    ],
  ];
  for (const [name, one, state, found] of cases) {
    it(`${state}: ${name}`, async () => {
      expect(await stateOf(one)).toEqual({ record: one, state, found });
    });
  }

  it("unknown: a name server that does not answer", async () => {
    expect(await stateOf(record("A", "example.silent", "76.76.21.21"))).toMatchObject({ state: "unknown" });
  }, 20_000);
});

describe("what stands in the way", () => {
  const authorities = ["letsencrypt.org"];

  it("is an AAAA record beside the A record, and CAA records of a parent that allow others only", async () => {
    const records = [record("A", "wrong.example.org", "76.76.21.21")];
    const [address, issuer, ...more] = await obstacles(dns, { name: "wrong.example.org", records, authorities });
    expect(address).toContain("2001:db8::1");
    expect(issuer).toContain(
      'CAA records of example.org allow certificates of pki.goog, sectigo.com only. Add one: 0 issue "letsencrypt.org".',
    );
    expect(more).toEqual([]);
  });

  it("is nothing when the closest CAA records allow it", async () => {
    expect(await obstacles(dns, { name: "allowed.example.org", records: [], authorities })).toEqual([]);
  });
});

describe("the certificate", () => {
  const pem = (name: string): Buffer => readFileSync(join(import.meta.dirname, name));

  it("is shown with issuer, end, and why a browser refuses it", async () => {
    const site = createServer({ key: pem("self-signed.key.pem"), cert: pem("self-signed.pem") });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const local: Dns = { resolve: async () => ["127.0.0.1"] };
    const { port } = site.address() as AddressInfo;
    expect(await checkCertificate(local, "self-signed.example.org", { port })).toEqual({
      state: "invalid",
      issuer: "Landfall tests",
      expiresAt: expect.stringMatching(/^21\d\d-/),
      fault: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    await new Promise((resolve) => site.close(resolve));
    expect(await checkCertificate(local, "self-signed.example.org", { port })).toMatchObject({ state: "none" });
  });

  it("is not there while the name leads nowhere", async () => {
    const check = await checkCertificate(dns, "none.example.org");
    expect(check).toEqual({ state: "none", fault: "the name leads nowhere yet" });
  });
});
