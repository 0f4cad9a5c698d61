import type { Kysely } from "kysely";
import { beforeAll, afterAll, beforeEach, describe, expect, it } from "vitest";
import { type Caller, serverFor, type TestServer } from "./harness.ts";
import { browse, openVendors, type Vendors, wayBack } from "./vendors.ts";

let vendors: Vendors;
let server: TestServer;
let owner: Caller;

beforeAll(async () => {
  vendors = await openVendors();
  server = await serverFor({}, vendors.environment);
  vendors.register(server.url);
  owner = await server.setUp();
}, 60_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await vendors[Symbol.asyncDispose]();
});

beforeEach(async () => {
  for (const { id } of (await owner.client.connections.list()).connections)
    await owner.client.connections.disconnect({ connection: id! });
});

/** Rows of the database as they are. */
async function age(table: "authorization" | "setting"): Promise<void> {
  const { db } = server.engine.database;
  const rows = db as unknown as Kysely<{
    authorization: { expires_at: number };
    setting: { key: string; value: string };
  }>;
  if (table === "authorization") await rows.updateTable("authorization").set({ expires_at: 1 }).execute();
  else {
    for (const { key, value } of await rows
      .selectFrom("setting")
      .selectAll()
      .where("key", "like", "server/state/%")
      .execute())
      await rows
        .updateTable("setting")
        .set({ value: value.replace(/^\S+/, "2020-01-01T00:00:00.000Z") })
        .where("key", "=", key)
        .execute();
  }
}

describe("connecting an account in the browser", () => {
  it.each(["vercel", "netlify", "cloudflare-pages"])("of %s ends on the page of connections", async (platform) => {
    expect(await browse(server, owner, await wayBack(owner, platform, { name: "work" }))).toEqual({
      status: 303,
      to: `/connections?connected=${platform}`,
    });
    const { connections } = await owner.client.connections.list();
    expect(connections).toMatchObject([{ platform, name: "work", method: "oauth2", fault: null }]);
    expect(connections[0]!.account!.name).not.toBe("");
    const { entries } = await owner.client.audit.list({ action: "connections.callback" });
    expect(entries[0]).toMatchObject({ target: `platform=${platform}` });
  });

  it("answers a program in JSON", async () => {
    const address = await wayBack(owner, "vercel");
    const answer = await fetch(address, { headers: owner.headers });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ platform: "vercel", method: "oauth2" });
  });

  it("sends PKCE and a state, and no secret", async () => {
    const { body } = await owner.call("POST", "/connections/vercel/authorize", {});
    const query = new URL(body.url as string).searchParams;
    expect(query.get("code_challenge_method")).toBe("S256");
    expect(query.get("state")!.length).toBeGreaterThanOrEqual(32);
    expect(query.get("redirect_uri")).toBe(`${server.url}/api/connections/vercel/callback`);
    expect(body.url).not.toContain("simulated-secret");
  });

  it("says on the page that consent was refused", async () => {
    vendors.vercel.state.oauth.consent = "refused";
    try {
      const { to } = await browse(server, owner, await wayBack(owner, "vercel"));
      expect(to).toBe("/connections?failed=vercel&code=AUTH_FAILED");
    } finally {
      vendors.vercel.state.oauth.consent = "granted";
    }
    expect((await owner.client.connections.list()).connections).toEqual([]);
  });

  it("says on the page that nobody is signed in, and that a developer may not", async () => {
    const address = await wayBack(owner, "vercel");
    expect(await browse(server, server.anyone, address)).toEqual({
      status: 303,
      to: "/connections?failed=vercel&code=UNAUTHORIZED",
    });
    const developer = await server.member(owner, "developer");
    expect((await browse(server, developer, address)).to).toBe(
      "/connections?failed=vercel&code=INSUFFICIENT_PERMISSIONS",
    );
    expect((await developer.call("POST", "/connections/vercel/authorize", {})).status).toBe(403);
  });

  it("takes no answer of another session, no forged state, and none twice", async () => {
    const refused = "/connections?failed=vercel&code=INSUFFICIENT_PERMISSIONS";
    const address = await wayBack(owner, "vercel");
    const admin = await server.member(owner, "admin");
    expect((await browse(server, admin, address)).to).toBe(refused);
    // The same person, in another browser.
    const elsewhere = await server.signIn("owner@example.com");
    expect((await browse(server, elsewhere, address)).to).toBe(refused);
    const forged = new URL(address);
    forged.searchParams.set("state", "A".repeat(43));
    expect((await browse(server, owner, forged.href)).to).toBe(refused);
    forged.searchParams.delete("state");
    expect((await browse(server, owner, forged.href)).to).toBe(refused);
    expect((await owner.client.connections.list()).connections).toEqual([]);
    // None of these has used it up.
    expect((await browse(server, owner, address)).to).toBe("/connections?connected=vercel");
    expect((await browse(server, owner, address)).to).toBe(refused);
    expect((await owner.client.connections.list()).connections).toHaveLength(1);
  });

  it("takes no answer for another platform, and no code of another connection", async () => {
    const address = new URL(await wayBack(owner, "vercel"));
    address.pathname = "/api/connections/netlify/callback";
    expect((await browse(server, owner, address.href)).to).toBe("/connections?failed=netlify&code=AUTH_FAILED");
    const [one, other] = [new URL(await wayBack(owner, "vercel")), new URL(await wayBack(owner, "vercel"))];
    one.searchParams.set("code", other.searchParams.get("code")!);
    // Its challenge is that of the other one's verifier.
    expect((await browse(server, owner, one.href)).to).toBe("/connections?failed=vercel&code=AUTH_FAILED");
    expect((await owner.client.connections.list()).connections).toEqual([]);
  });

  it.each(["authorization", "setting"] as const)("takes no answer that comes too late (%s)", async (table) => {
    const address = await wayBack(owner, "vercel");
    await age(table);
    expect((await browse(server, owner, address)).to).toMatch(/^\/connections\?failed=vercel&code=/);
    expect((await owner.client.connections.list()).connections).toEqual([]);
  });

  it("connects it to the organisation it was asked for, whichever is the browser's first", async () => {
    const { id } = await owner.client.organizations.create({ name: "Second" });
    const there = server.as({ ...owner.headers, "landfall-organization": id });
    const address = await wayBack(there, "vercel");
    expect((await browse(server, owner, address)).to).toBe("/connections?connected=vercel");
    expect((await owner.client.connections.list()).connections).toEqual([]);
    const { connections } = await there.client.connections.list();
    expect(connections).toHaveLength(1);
    await there.client.connections.disconnect({ connection: connections[0]!.id! });
  });

  it("sends nobody to another site, whatever the address says", async () => {
    const to = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${server.url}${path}`, {
        redirect: "manual",
        headers: { accept: "text/html", cookie: owner.headers["cookie"]!, ...headers },
      });
      await answer.arrayBuffer();
      return answer.headers.get("location");
    };
    const own = `${server.url}/connections?failed=vercel&code=INSUFFICIENT_PERMISSIONS`;
    expect(await to("/api/connections/vercel/callback?state=x&next=https://evil.example")).toBe(own);
    expect(await to("/api/connections/vercel/callback?state=x", { "x-forwarded-host": "evil.example" })).toBe(own);
    expect(await to("/api/connections/%2f%2fevil.example/callback?state=x")).toBeNull();
  });
});

describe("an account that is connected", () => {
  async function connected(platform = "vercel"): Promise<string> {
    await browse(server, owner, await wayBack(owner, platform));
    return (await owner.client.connections.list()).connections[0]!.id!;
  }

  it("is asked for its state at most every five minutes, unless forced", async () => {
    await connected();
    const asked = () => vendors.vercel.requests({ path: "/v2/user" }).length;
    const before = asked();
    await owner.client.connections.status({ platform: "vercel" });
    await owner.client.connections.status({ platform: "vercel" });
    expect(asked()).toBe(before);
    await owner.client.connections.status({ platform: "vercel", force: true });
    expect(asked()).toBe(before + 1);
  });

  it("says what it may not do", async () => {
    vendors.cloudflare.state.tokens.set("limited-token", { permissions: ["account-settings:read"] });
    const answer = await owner.call("POST", "/connections/cloudflare-pages", { token: "limited-token" });
    expect(answer.status).toBe(201);
    expect(answer.body.account.missingScopes).not.toEqual([]);
  });

  it("is renewed before its end by one request, however many look after it", async () => {
    const id = await connected();
    const { db } = server.engine.database;
    const rows = db as unknown as Kysely<{ connection: { id: string; expires_at: number } }>;
    const refreshes = () =>
      vendors.vercel.requests({ path: "/login/oauth/token" }).filter((one) => one.status === 200).length;
    const before = refreshes();
    await server.engine.connections.tend();
    expect(refreshes()).toBe(before);
    const { expires_at: ends } = await rows
      .selectFrom("connection")
      .select("expires_at")
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    const real = Date.now;
    // Four minutes before its end.
    Date.now = () => real() + (ends - real() - 4 * 60_000);
    try {
      await Promise.all([server.engine.connections.tend(), server.engine.connections.tend()]);
      expect(refreshes()).toBe(before + 1);
      const [connection] = (await owner.client.connections.list()).connections;
      expect(Date.parse(connection!.expiresAt!)).toBeGreaterThan(ends);
      expect(connection).toMatchObject({ renews: true, fault: null });
    } finally {
      Date.now = real;
    }
  });

  it("is ended at the platform when it is disconnected", async () => {
    const id = await connected();
    const before = vendors.vercel.state.tokens.size;
    expect((await owner.client.connections.disconnect({ connection: id })).revoked).toBe(true);
    expect(vendors.vercel.state.tokens.size).toBe(before - 1);
    expect((await owner.client.connections.list()).connections).toEqual([]);
  });

  it("never shows its credential", async () => {
    await connected();
    const answers = JSON.stringify([
      await owner.client.connections.list(),
      await owner.client.connections.status({ platform: "vercel", force: true }),
      await owner.client.targets.list(),
    ]);
    const shown = [...vendors.vercel.state.tokens.keys(), "simulated-secret"].filter((one) => answers.includes(one));
    expect(shown).toEqual([]);
    expect(server.logged.join("\n")).not.toContain("simulated-secret");
  });
});
