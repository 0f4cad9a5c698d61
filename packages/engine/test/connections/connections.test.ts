import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeployError } from "../../src/index.ts";
import { openPlace, type Place, redirectUri } from "./place.ts";
import { databases } from "../store/databases.ts";

describe.each(databases)("connections on $kind", ({ use }) => {
  const fresh = use();
  let place: Place;
  beforeEach(async () => {
    place = await openPlace(await fresh());
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const minute = 60_000;
  const hour = 60 * minute;

  /** What was thrown, as it is stored and sent. */
  async function refused(work: Promise<unknown>): Promise<{ code: string; text: string }> {
    const error: unknown = await work.then(
      () => new Error("it was not refused"),
      (reason: unknown) => reason,
    );
    if (!(error instanceof DeployError)) throw error;
    return { code: error.code, text: JSON.stringify(error.report()) };
  }

  describe("a token", () => {
    it("is kept once the platform has said whose it is", async () => {
      const { engine, vendors } = place;
      const connected = await engine.connections.connect({ platform: "vercel", token: "  simulated-token\n" });
      expect(connected).toMatchObject({ platform: "vercel", name: "ada", method: "token", fault: null, renews: false });
      expect(connected.account).toMatchObject({ id: vendors.vercel.state.user.id, name: "Ada" });
      expect(await engine.connections.list()).toEqual([connected]);
      expect(place.filesWith("simulated-token")).toEqual([]);
    });

    it("that the platform refuses, and what is no token, is not kept", async () => {
      const { connections } = place.engine;
      const canary = "canary-5c1f0a77b3";
      const refusal = await refused(connections.connect({ platform: "netlify", token: canary }));
      expect(refusal).toMatchObject({ code: "AUTH_FAILED", text: expect.stringContaining("landfall connect netlify") });
      for (const token of ["", "two\nlines of it", "snowman ☃"])
        expect(await refused(connections.connect({ platform: "netlify", token }))).toMatchObject({
          code: "INVALID_CONFIG",
        });
      expect(await connections.list()).toEqual([]);
      expect(refusal.text).not.toContain(canary);
      expect(place.filesWith(canary)).toEqual([]);
    });

    it("that a platform sends back in its error does not get further", async () => {
      const canary = "canary-77aa0c1e55";
      place.vendors.netlify.fail("status", { status: 422, json: { code: 422, message: `no user for ${canary}` } });
      const refusal = await refused(place.engine.connections.connect({ platform: "netlify", token: canary }));
      expect(refusal.text).toContain("[secret credential]");
      expect(refusal.text).not.toContain(canary);
    });

    it("tells what it may not do, and when it ends", async () => {
      const { engine, vendors } = place;
      const ends = Date.now() + 40 * hour;
      vendors.cloudflare.state.tokens.set("read-only-token", {
        permissions: ["pages:read", "account:read"],
        expiresAt: ends,
      });
      const { account, expiresAt } = await engine.connections.connect({
        platform: "cloudflare-pages",
        token: "read-only-token",
        name: "ci",
      });
      expect(account?.name).toBe("Simulated");
      expect(Math.abs(Date.parse(expiresAt!) - ends)).toBeLessThan(2_000);
      vendors.cloudflare.state.tokens.set("useless-token", { permissions: ["account:read"] });
      const useless = await engine.connections.connect({ platform: "cloudflare-pages", token: "useless-token" });
      expect(useless.account?.missingScopes).toEqual(["Account: Cloudflare Pages: Edit"]);
      const findings = await engine.doctor();
      expect(findings.find(({ id }) => id === "connection-cloudflare-pages")).toMatchObject({
        state: "warning",
        what: expect.stringContaining("Cloudflare Pages: Edit"),
      });
    });

    it("replaces an earlier one of the same account, and never one of another", async () => {
      const { connections } = place.engine;
      const { state } = place.vendors.netlify;
      state.tokens.set("grace-token", { id: "grace", email: "grace@example.com", teams: ["simulated-team"] });
      state.tokens.set("second-token", state.tokens.get("simulated-token")!);
      const first = await connections.connect({ platform: "netlify", token: "simulated-token" });
      const again = await connections.connect({ platform: "netlify", token: "second-token" });
      expect(again).toMatchObject({ id: first.id, name: first.name });
      expect(
        await refused(connections.connect({ platform: "netlify", token: "grace-token", name: first.name })),
      ).toMatchObject({ code: "CONFLICT" });
      await connections.connect({ platform: "netlify", token: "grace-token", name: "grace" });
      expect((await connections.list()).map(({ name }) => name)).toEqual(["grace", first.name].toSorted());
      expect(await refused(connections.check({ platform: "netlify" }))).toMatchObject({ code: "CONFLICT" });
      expect(await connections.check({ platform: "netlify", connection: "grace" })).toMatchObject({ name: "grace" });
    });

    it("of the environment is listed before those that are kept, and is the one that is used", async () => {
      await place.engine.connections.connect({ platform: "netlify", token: "simulated-token" });
      const { connections } = await place.open({
        environment: { ...place.environment, NETLIFY_AUTH_TOKEN: "simulated-token" },
      });
      expect(await connections.list()).toMatchObject([
        { id: null, name: "NETLIFY_AUTH_TOKEN", method: "environment", account: null },
        { method: "token" },
      ]);
      expect(await connections.check({ platform: "netlify" })).toMatchObject({
        method: "environment",
        account: { name: "simulated" },
        fault: null,
      });
    });
  });

  describe("in the browser", () => {
    it.each(["vercel", "netlify", "cloudflare-pages"])("an account of %s is connected", async (platform) => {
      const connected = await place.connect(platform, "mine");
      expect(connected).toMatchObject({ platform, name: "mine", method: "oauth2", fault: null });
      expect(connected.renews).toBe(platform !== "netlify");
      expect(await place.engine.connections.check({ platform, force: true })).toMatchObject({ fault: null });
    });

    it("needs Landfall to be registered, and says which variables say so", async () => {
      const { connections } = await place.open({ environment: {} });
      for (const [platform, names] of [
        ["vercel", "VERCEL_CLIENT_ID"],
        ["netlify", "LANDFALL_NETLIFY_CLIENT_ID and LANDFALL_NETLIFY_CLIENT_SECRET"],
      ] as const) {
        const refusal = await refused(connections.authorize({ platform, redirectUri }));
        expect(refusal).toMatchObject({ code: "INVALID_CONFIG", text: expect.stringContaining(names) });
      }
      expect(await refused(connections.authorize({ platform: "local", redirectUri }))).toMatchObject({
        code: "INVALID_CONFIG",
      });
    });

    it("sends a challenge where the platform has PKCE, and keeps neither verifier nor state readable", async () => {
      const { connections } = place.engine;
      const asked = await connections.authorize({ platform: "vercel", redirectUri });
      const query = new URL(asked.url).searchParams;
      expect(asked.url).toMatch(new RegExp(`^${place.vendors.vercel.url}/oauth/authorize\\?`));
      expect(query.get("code_challenge_method")).toBe("S256");
      expect(query.get("state")).toBe(asked.state);
      expect(place.filesWith(asked.state)).toEqual([]);
      const plain = await connections.authorize({ platform: "netlify", redirectUri });
      expect(new URL(plain.url).searchParams.has("code_challenge")).toBe(false);
    });

    it("goes to the vendor's own address when the API is named and not moved", async () => {
      const named = {
        NETLIFY_API_URL: "https://api.netlify.com/api/v1",
        LANDFALL_NETLIFY_CLIENT_ID: "id",
        LANDFALL_NETLIFY_CLIENT_SECRET: "secret",
      };
      const { connections } = await place.open({ environment: named });
      const { url } = await connections.authorize({ platform: "netlify", redirectUri });
      expect(url).toMatch(/^https:\/\/app\.netlify\.com\/authorize\?/);
    });

    it("takes no answer without its state, with a made-up one, with another platform's, or twice", async () => {
      const { connections } = place.engine;
      const { url } = await connections.authorize({ platform: "vercel", redirectUri });
      const query = await place.allow(url);
      const code = query.get("code")!;
      const answer = (platform: string, fields: Record<string, string>) =>
        refused(connections.callback({ platform, query: new URLSearchParams(fields) }));
      const state = query.get("state")!;
      for (const refusal of [
        await answer("vercel", { code }),
        await answer("vercel", { code, state: "made-up" }),
        await answer("netlify", { code, state }),
      ])
        expect(refusal).toMatchObject({
          code: "AUTH_FAILED",
          text: expect.stringContaining("belongs to no connection"),
        });
      // None of these has used up the real one.
      await connections.callback({ platform: "vercel", query });
      expect(await answer("vercel", { code, state })).toMatchObject({ code: "AUTH_FAILED" });
      expect(await connections.list()).toHaveLength(1);
    });

    it("takes no code that was used in another connection, nor one of another issuer", async () => {
      const { connections } = place.engine;
      const first = await place.allow((await connections.authorize({ platform: "vercel", redirectUri })).url);
      await connections.callback({ platform: "vercel", query: new URLSearchParams(first) });
      for (const change of [{ code: first.get("code")! }, { iss: "https://evil.example" }]) {
        const query = await place.allow((await connections.authorize({ platform: "vercel", redirectUri })).url);
        for (const [name, value] of Object.entries(change)) query.set(name, value);
        const refusal = await refused(connections.callback({ platform: "vercel", query }));
        expect(refusal.code).toBe("AUTH_FAILED");
        expect(refusal.text).not.toContain(query.get("code"));
      }
    });

    it("says that consent was refused", async () => {
      const { vendors } = place;
      vendors.vercel.state.oauth.consent = "refused";
      vendors.netlify.state.consent = "deny";
      vendors.cloudflare.state.oauth.refuse = "access_denied";
      for (const platform of ["vercel", "netlify", "cloudflare-pages"])
        expect(await refused(place.connect(platform))).toMatchObject({
          code: "AUTH_FAILED",
          text: expect.stringContaining("Access was not allowed"),
        });
    });

    it("takes neither an answer that comes too late nor a code that has ended", async () => {
      const { connections } = place.engine;
      const { url } = await connections.authorize({ platform: "netlify", redirectUri });
      const late = await place.allow(url);
      place.pass(11 * minute);
      expect(await refused(connections.callback({ platform: "netlify", query: late }))).toMatchObject({
        code: "AUTH_FAILED",
        text: expect.stringContaining("came too late"),
      });
      const { url: second } = await connections.authorize({ platform: "cloudflare-pages", redirectUri });
      const ended = await place.allow(second);
      place.pass(2 * minute);
      expect(await refused(connections.callback({ platform: "cloudflare-pages", query: ended }))).toMatchObject({
        code: "AUTH_FAILED",
        text: expect.stringContaining("does not take this grant any more"),
      });
    });

    it("says that the client is not the one that is registered", async () => {
      const { connections } = await place.open({
        environment: { ...place.environment, VERCEL_CLIENT_SECRET: "wrong-secret-of-the-client" },
      });
      const query = await place.allow((await connections.authorize({ platform: "vercel", redirectUri })).url);
      const refusal = await refused(connections.callback({ platform: "vercel", query }));
      expect(refusal).toMatchObject({ code: "AUTH_FAILED", text: expect.stringContaining("VERCEL_CLIENT_SECRET") });
      expect(refusal.text).not.toContain("wrong-secret-of-the-client");
    });

    it("ends the access again when the account cannot be read", async () => {
      const { vercel } = place.vendors;
      vercel.fail("status", { status: 500, match: { path: "/v2/user" } });
      expect(await refused(place.connect("vercel"))).toMatchObject({ code: "PLATFORM_UNAVAILABLE" });
      expect(vercel.state.oauth.refreshTokens.size).toBe(0);
      expect([...vercel.state.tokens.keys()]).toEqual(["simulated-token"]);
    });
  });

  describe("a ticket", () => {
    it("is granted in the browser, and good for one account", async () => {
      const { connections } = place.engine;
      expect(connections.ways({ platform: "netlify" })).toEqual(["token", "ticket", "oauth2"]);
      const asked = await connections.ticket({ platform: "netlify", name: "mine" });
      expect(await connections.granted({ platform: "netlify", state: asked.state })).toBe(null);
      expect(place.filesWith(asked.state)).toEqual([]);
      await fetch(asked.url);
      expect(await connections.granted({ platform: "netlify", state: asked.state })).toMatchObject({
        name: "mine",
        method: "oauth2",
        account: { name: "simulated" },
      });
      expect(await connections.check({ platform: "netlify", force: true })).toMatchObject({ fault: null });
      expect(await refused(connections.granted({ platform: "netlify", state: asked.state }))).toMatchObject({
        code: "AUTH_FAILED",
      });
    });

    it("that nobody asked for here, or that is granted too late, is not taken", async () => {
      const { connections } = place.engine;
      const { state, url } = await connections.ticket({ platform: "netlify" });
      expect(await refused(connections.granted({ platform: "netlify", state: "made-up" }))).toMatchObject({
        code: "AUTH_FAILED",
      });
      place.pass(11 * minute);
      await fetch(url);
      expect(await refused(connections.granted({ platform: "netlify", state }))).toMatchObject({ code: "AUTH_FAILED" });
      expect(await connections.list()).toEqual([]);
    });

    it("is not offered where Landfall is not registered, or the platform has none", async () => {
      const { connections } = await place.open({ environment: {} });
      expect(connections.ways({ platform: "netlify" })).toEqual(["token"]);
      for (const platform of ["netlify", "vercel"])
        expect(await refused(connections.ticket({ platform }))).toMatchObject({ code: "INVALID_CONFIG" });
    });
  });

  describe("the state of an account", () => {
    const asked = (): number => place.vendors.netlify.requests({ path: "/api/v1/user" }).length;

    it("is asked for at most every five minutes, by all processes together, unless forced", async () => {
      const other = await place.open();
      await place.engine.connections.connect({ platform: "netlify", token: "simulated-token" });
      const before = asked();
      for (const { connections } of [place.engine, other]) await connections.check({ platform: "netlify" });
      expect(asked() - before).toBe(0);
      place.pass(6 * minute);
      for (const { connections } of [place.engine, other]) await connections.check({ platform: "netlify" });
      expect(asked() - before).toBe(1);
      await other.connections.check({ platform: "netlify", force: true });
      expect(asked() - before).toBe(2);
    });

    it("is a fault when the token was revoked, known to the doctor, and none when it works again", async () => {
      const { engine, vendors } = place;
      await engine.connections.connect({ platform: "netlify", token: "simulated-token" });
      const person = vendors.netlify.state.tokens.get("simulated-token")!;
      vendors.netlify.state.tokens.delete("simulated-token");
      const bad = await engine.connections.check({ platform: "netlify", force: true });
      expect(bad.fault).toMatch(/refused the token on \d{4}-/);
      expect((await engine.doctor()).find(({ id }) => id === "connection-netlify")).toMatchObject({
        state: "error",
        next: "Connect it again: landfall connect netlify",
      });
      vendors.netlify.state.tokens.set("simulated-token", person);
      expect(await engine.connections.check({ platform: "netlify", force: true })).toMatchObject({ fault: null });
    });

    it("stays as it was while the platform does not answer", async () => {
      const { engine, vendors } = place;
      const { checkedAt } = await engine.connections.connect({ platform: "netlify", token: "simulated-token" });
      vendors.netlify.fail("status", { status: 500, match: { path: "/api/v1/user" } });
      expect(await refused(engine.connections.check({ platform: "netlify", force: true }))).toMatchObject({
        code: "PLATFORM_UNAVAILABLE",
      });
      expect(await engine.connections.list()).toMatchObject([{ fault: null, checkedAt }]);
    });
  });
});
