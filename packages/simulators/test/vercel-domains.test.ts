import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, vercel, type Simulator, type VercelState } from "../src/index.ts";
import { vercelClient } from "./vercel-client.ts";

let simulator: Simulator<VercelState>;
let client: ReturnType<typeof vercelClient>;
beforeEach(async () => {
  simulator = await createSimulator(vercel());
  client = vercelClient(simulator);
  await client.deploy({ "index.html": "shop" });
});
afterEach(() => simulator.close());

const add = (name: string, fields: object = {}) =>
  client.call("POST /v10/projects/acme/domains", { json: { name, ...fields } });
const domain = (name: string) => `/v9/projects/acme/domains/${name}`;

describe("a domain", () => {
  it("is added, shows what is in production, and is removed", async () => {
    const { json } = await add("shop.example.com");
    expect(json).toMatchObject({ name: "shop.example.com", apexName: "example.com", verified: true });
    expect(await client.bodyAt("https://shop.example.com/")).toBe("shop");
    await client.deploy({ "index.html": "new" }, { target: "production" });
    expect(await client.bodyAt("https://shop.example.com/")).toBe("new");
    expect((await client.call(`DELETE ${domain("shop.example.com")}`)).status).toBe(200);
    expect((await client.visit("https://shop.example.com/")).status).toBe(404);
    expect((await client.call(`GET ${domain("shop.example.com")}`)).status).toBe(404);
  });

  it("of somebody else is proven by a TXT record first", async () => {
    simulator.state.foreignDomains.add("example.co.uk");
    const { json } = await add("www.example.co.uk");
    const [record] = json.verification;
    expect([json.verified, record.type, record.domain]).toEqual([false, "TXT", "_vercel.example.co.uk"]);
    const { json: wanted } = await client.call("GET /v9/domains/www.example.co.uk/verification");
    expect(wanted).toEqual({ txtRecord: record.value, verificationDomain: record.domain });
    const verify = () => client.call(`POST ${domain("www.example.co.uk")}/verify`);
    expect((await verify()).json.error.code).toBe("missing_txt_record");
    simulator.state.dns.set(record.domain, { TXT: ["something else"] });
    expect((await verify()).status).toBe(400);
    expect((await client.visit("https://www.example.co.uk/")).status).toBe(404);
    simulator.state.dns.set(record.domain, { TXT: [record.value] });
    const proven = await verify();
    expect([proven.json.verified, proven.json.verification]).toEqual([true, undefined]);
    expect(await client.bodyAt("https://www.example.co.uk/")).toBe("shop");
  });

  it("says which records it needs, and has a certificate once they are there", async () => {
    await add("shop.example.com");
    const config = async () => (await client.call("GET /v6/domains/shop.example.com/config")).json;
    const certificates = async () => (await client.call("GET /v8/certs")).json.certs;
    const before = await config();
    expect(before).toMatchObject({ misconfigured: true, configuredBy: null });
    expect(await certificates()).toEqual([]);
    const early = await client.call("POST /v8/certs", { json: { cns: ["shop.example.com"] } });
    expect([early.status, early.json.error.code]).toEqual([449, "challenge_still_pending"]);

    simulator.state.dns.set("shop.example.com", { A: ["192.0.2.1"] });
    expect((await config()).conflicts).toEqual([{ name: "shop.example.com", type: "A", value: "192.0.2.1" }]);
    simulator.state.dns.set("shop.example.com", { CNAME: [before.recommendedCNAME[0].value] });
    expect(await config()).toMatchObject({ misconfigured: false, configuredBy: "CNAME" });
    simulator.state.dns.set("shop.example.com", { A: before.recommendedIPv4[0].value });
    expect(await config()).toMatchObject({ misconfigured: false, configuredBy: "A" });
    const [certificate] = await certificates();
    expect(certificate).toMatchObject({ cns: ["shop.example.com"], autoRenew: true });
    expect((await client.call(`GET /v8/certs/${certificate.id}`)).json).toEqual(certificate);
  });

  it("may send visitors on to another", async () => {
    await add("example.com", { redirect: "www.example.com", redirectStatusCode: 301 });
    const { status, headers } = await client.visit("https://example.com/a?b=1");
    expect([status, headers["location"]]).toEqual([301, "https://www.example.com/a?b=1"]);
  });

  it("may show a branch", async () => {
    await add("main.example.com", { gitBranch: "main" });
    await client.call("PATCH /v9/projects/acme", { json: { ssoProtection: null } });
    expect((await client.visit("https://main.example.com/")).status).toBe(404);
    await client.deploy({ "index.html": "branch" }, { gitMetadata: { commitRef: "main" } });
    expect(await client.bodyAt("https://main.example.com/")).toBe("branch");
    expect(await client.bodyAt("https://acme-git-main-acme.vercel.app/")).toBe("branch");
  });

  it("belongs to one project", async () => {
    await add("shop.example.com");
    const again = await add("shop.example.com");
    expect([again.status, again.json.error.code]).toEqual([409, "existing_project_domain"]);
    await client.call("POST /v11/projects", { json: { name: "other" } });
    const elsewhere = await client.call("POST /v10/projects/other/domains", { json: { name: "shop.example.com" } });
    expect([elsewhere.status, elsewhere.json.error.code]).toEqual([409, "domain_already_in_use"]);
    expect((await add("not a domain")).json.error.code).toBe("invalid_domain");
    expect((await add("a.example.com", { gitBranch: "main", redirect: "b.example.com" })).status).toBe(400);
  });
});

describe("an alias", () => {
  it("is given to a deployment that is ready, moved, and taken away", async () => {
    const preview = await client.deploy({ "index.html": "preview" });
    const path = `/v2/deployments/${preview.id}/aliases`;
    const assign = (alias: string) => client.call(`POST ${path}`, { json: { alias } });
    const { json } = await assign("beta.vercel.app");
    expect(json).toMatchObject({ alias: "beta.vercel.app" });
    expect((await assign("beta.vercel.app")).status).toBe(409);
    expect((await client.call(`GET ${path}`)).json.aliases).toMatchObject([{}, { alias: "beta.vercel.app" }]);
    expect((await client.call("GET /v4/aliases/beta.vercel.app")).json.deploymentId).toBe(preview.id);
    expect((await client.call(`DELETE /v2/aliases/${json.uid}`)).json).toEqual({ status: "SUCCESS" });
    expect((await client.call("GET /v4/aliases/beta.vercel.app")).status).toBe(404);
    simulator.state.takenHosts.add("google.vercel.app");
    expect((await assign("google.vercel.app")).json.error.code).toBe("alias_in_use");
    const waiting = await client.create({ "index.html": "waiting" });
    const early = await client.call(`POST /v2/deployments/${waiting.id}/aliases`, { json: { alias: "x.vercel.app" } });
    expect(early.json.error.code).toBe("deployment_not_ready");
  });
});
