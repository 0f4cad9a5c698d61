/** Access that ends, is refused, is taken away: on its own, by several processes at once, and in the middle of a deployment. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { definePlatform, type DeploymentView, type Engine, type Platform } from "../../src/index.ts";
import { vercel } from "../../src/platforms/vercel/vercel.ts";
import { openPlace, type Place } from "./place.ts";
import { databases } from "../store/databases.ts";

describe.each(databases)("connections on $kind", ({ use }) => {
  const fresh = use();
  let place: Place;
  beforeEach(async () => {
    place = await openPlace(await fresh());
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const minute = 60_000;
  const tokenPath = "/login/oauth/token";

  const check = () => place.engine.connections.check({ platform: "vercel", force: true });
  const renewals = (): number => place.vendors.vercel.requests({ path: tokenPath }).length - 1;
  /** Tokens of Vercel that open something now. */
  const tokens = (): string[] =>
    [...place.vendors.vercel.state.tokens.keys()].filter((token) => token.startsWith("vca_"));

  /** A process of its own that checks the account of Vercel, so much later. */
  function checker(laterMs: number): { child: ChildProcess; ended: Promise<number | NodeJS.Signals | null> } {
    const child = spawn(process.execPath, [join(import.meta.dirname, "checker.ts")], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const { home, database, environment } = place;
    child.stdin.end(JSON.stringify({ home, database, environment, laterMs }));
    return { child, ended: new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code))) };
  }

  describe("access that ends", () => {
    it("is renewed some minutes before, once, and what it was renewed with is replaced", async () => {
      await place.connect("vercel");
      const [refreshToken] = place.vendors.vercel.state.oauth.refreshTokens.keys();
      place.pass(40 * minute);
      await check();
      expect(renewals()).toBe(0);
      place.pass(16 * minute);
      const { expiresAt } = await check();
      await check();
      expect(renewals()).toBe(1);
      expect(Date.parse(expiresAt!) - Date.now()).toBeGreaterThan(100 * minute);
      // The next renewal uses the new one: the old one is used up.
      expect(place.vendors.vercel.state.oauth.refreshTokens.has(refreshToken!)).toBe(false);
      place.pass(2 * 60 * minute);
      expect(await check()).toMatchObject({ fault: null });
      expect(renewals()).toBe(2);
    });

    it("is renewed by one request when two processes find it ended at once", async () => {
      await place.connect("vercel");
      place.pass(2 * 60 * minute);
      // Long enough for both to be there.
      place.vendors.vercel.fail("slow", { latencyMs: 1_500, match: { path: tokenPath } });
      const checkers = [checker(2 * 60 * minute), checker(2 * 60 * minute)];
      expect(await Promise.all(checkers.map(({ ended }) => ended))).toEqual([0, 0]);
      expect(renewals()).toBe(1);
      expect(await place.engine.connections.list()).toMatchObject([{ fault: null, renews: true }]);
    });

    it("goes on to its end when it cannot be renewed, and the connection says so", async () => {
      await place.connect("vercel");
      place.vendors.vercel.state.oauth.refreshTokens.clear();
      place.pass(56 * minute);
      const [before] = await place.engine.connections.list();
      await place.engine.connections.check({ platform: "vercel" });
      const [after] = await place.engine.connections.list();
      expect([before?.fault, after?.fault]).toEqual([
        null,
        expect.stringContaining("does not renew the access any more"),
      ]);
      expect(renewals()).toBe(1);
      place.pass(5 * minute);
      expect((await check()).fault).toContain("does not renew");
      expect(renewals()).toBe(1);
      const refused = await place.engine.prepare({
        source: { kind: "folder", path: place.site() },
        platform: "vercel",
        prebuilt: true,
      });
      expect(refused.problems).toMatchObject([
        { code: "AUTH_FAILED", next: expect.stringContaining("landfall connect vercel") },
      ]);
      // Connected again, in the same place.
      const again = await place.connect("vercel");
      expect(again).toMatchObject({ id: after!.id, fault: null });
    });

    it("stays when the platform does not answer, and is renewed later", async () => {
      await place.connect("vercel");
      place.pass(56 * minute);
      const fault = place.vendors.vercel.fail("server-error", { status: 503, match: { path: tokenPath } });
      expect(await check()).toMatchObject({ fault: null });
      expect(fault.hits).toBe(3);
      fault.lift();
      place.pass(minute);
      await check();
      expect(renewals()).toBe(4);
    });
  });

  describe("a process killed while it renews", () => {
    async function killedWhen(isTime: () => boolean): Promise<void> {
      const { child, ended } = checker(2 * 60 * minute);
      const looking = setInterval(() => {
        if (isTime()) child.kill("SIGKILL");
      }, 5);
      expect(await ended).toBe("SIGKILL");
      clearInterval(looking);
    }

    it("before the platform has answered leaves its turn to the next, who renews", async () => {
      await place.connect("vercel");
      place.pass(2 * 60 * minute);
      const slow = place.vendors.vercel.fail("slow", { latencyMs: 5_000, match: { path: tokenPath } });
      await killedWhen(() => slow.hits > 0);
      slow.lift();
      expect(await check()).toMatchObject({ fault: null });
    });

    it("after the platform has answered, before it was kept: one says so clearly, and can connect again", async () => {
      await place.connect("vercel");
      place.pass(2 * 60 * minute);
      // The vendor rotates, and the answer never arrives.
      const lost = place.vendors.vercel.fail("timeout", { match: { path: tokenPath }, afterWork: true });
      await killedWhen(() => lost.hits > 0 && place.vendors.vercel.requests({ path: tokenPath }).at(-1)!.worked);
      lost.lift();
      expect((await check()).fault).toContain("does not renew the access any more");
      expect(await place.connect("vercel")).toMatchObject({ fault: null });
    });
  });

  describe("in a deployment", () => {
    async function deploy(engine: Engine): Promise<DeploymentView> {
      const source = { kind: "folder" as const, path: place.site() };
      const prepared = await engine.prepare({ source, platform: "vercel", project: "shop", prebuilt: true });
      const { id } = await engine.accept(prepared);
      await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle", only: id });
      return engine.deployment(id);
    }

    /** Vercel, with something done at the beginning of each deployment. */
    const vercelThat = (first: (context: Parameters<Platform["deploy"]>[0]) => Promise<void>): Platform =>
      definePlatform({
        ...vercel,
        deploy: async (context) => {
          await context.step("first", () => first(context));
          return vercel.deploy(context);
        },
      });

    it("access that is refused is renewed, and neither the old nor the new token is told", async () => {
      await place.connect("vercel");
      const before = tokens();
      const engine = await place.open({
        platforms: [
          vercelThat(async ({ api, log, signal }) => {
            place.vendors.vercel.state.tokens.delete(before[0]!);
            await api.call({ method: "GET", path: "/v2/user", signal });
            for (const token of [...before, ...tokens()]) log(`the token is ${token}`);
          }),
        ],
      });
      const done = await deploy(engine);
      expect(done).toMatchObject({ state: "success", error: null });
      expect(renewals()).toBe(1);
      const events = JSON.stringify(await Array.fromAsync(engine.follow(done.id)));
      expect(events.split("the token is [secret credential]")).toHaveLength(3);
      for (const token of [...before, ...tokens()]) {
        expect(events).not.toContain(token);
        expect(place.filesWith(token)).toEqual([]);
      }
    });

    it.each(["revoked at the platform", "disconnected here"])("an account that is %s ends it clearly", async (how) => {
      await place.connect("vercel");
      const engine = await place.open({
        platforms: [
          vercelThat(async () => {
            if (how === "disconnected here") await place.engine.connections.disconnect("vercel");
            for (const token of tokens()) place.vendors.vercel.state.tokens.delete(token);
            place.vendors.vercel.state.oauth.refreshTokens.clear();
          }),
        ],
      });
      expect(await deploy(engine)).toMatchObject({
        state: "failed",
        error: { code: "AUTH_FAILED", next: expect.stringContaining("landfall connect vercel") },
      });
    });

    it("that waits when its account is disconnected fails as it begins", async () => {
      const { engine } = place;
      await place.connect("vercel");
      const source = { kind: "folder" as const, path: place.site() };
      const { id } = await engine.accept(await engine.prepare({ source, platform: "vercel", prebuilt: true }));
      await engine.connections.disconnect("vercel");
      await engine.work({ signal: AbortSignal.timeout(30_000), until: "idle", only: id });
      expect(await engine.deployment(id)).toMatchObject({ state: "failed", error: { code: "AUTH_FAILED" } });
    });
  });

  describe("a connection that is ended", () => {
    it("is ended at the platform where it can be, and forgotten", async () => {
      const { engine, vendors } = place;
      await place.connect("vercel");
      await place.connect("netlify");
      const [token] = tokens();
      expect(await engine.connections.disconnect("vercel")).toMatchObject({
        revoked: true,
        connection: { platform: "vercel" },
      });
      expect(vendors.vercel.state.tokens.has(token!)).toBe(false);
      expect(vendors.vercel.state.oauth.refreshTokens.size).toBe(0);
      expect(await engine.connections.disconnect("netlify")).toMatchObject({ revoked: false });
      expect(await engine.connections.list()).toEqual([]);
      await expect(check()).rejects.toMatchObject({ code: "AUTH_FAILED" });
      await expect(engine.connections.disconnect("vercel")).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it("is forgotten when the platform does not answer, and a token a person made is left alone there", async () => {
      const { engine, vendors } = place;
      await place.connect("vercel", "browser");
      vendors.vercel.fail("server-error", { status: 503, match: { path: `${tokenPath}/revoke` } });
      expect(await engine.connections.disconnect("browser")).toMatchObject({ revoked: false });
      await engine.connections.connect({ platform: "vercel", token: "simulated-token" });
      expect(await engine.connections.disconnect("ada")).toMatchObject({ revoked: false });
      expect(vendors.vercel.state.tokens.has("simulated-token")).toBe(true);
      expect(await engine.connections.list()).toEqual([]);
    });

    it("is named without doubt", async () => {
      const { connections } = place.engine;
      const { state } = place.vendors.netlify;
      state.tokens.set("grace-token", { id: "grace", email: "grace@example.com", teams: ["simulated-team"] });
      for (const token of ["simulated-token", "grace-token"]) await connections.connect({ platform: "netlify", token });
      await expect(connections.disconnect("netlify")).rejects.toMatchObject({ code: "CONFLICT" });
      const [first] = await connections.list();
      await connections.disconnect(first!.id!);
      expect(await connections.list()).toHaveLength(1);
    });
  });
});
