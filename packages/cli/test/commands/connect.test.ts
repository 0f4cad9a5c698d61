import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionView, definePlatform, DeployError, type Engine, type Platform } from "@landfall/engine";
import { afterAll, describe, expect, it } from "vitest";
import { engineDouble } from "../engine-double.ts";
import { landfall, type Terminal, worldOf } from "../world-double.ts";

const cwd = mkdtempSync(join(tmpdir(), "landfall-connect-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const acme: Platform = definePlatform({
  id: "acme",
  name: "Acme",
  accepts: ["files"],
  runs: ["static"],
  limits: {},
  projectName: { pattern: /./, maxLength: 58 },
  connect: [{ kind: "token", env: ["ACME_TOKEN"], help: "https://acme.example/tokens" }],
  deploy: async () => [],
});

const ada: ConnectionView = {
  id: "con_1",
  platform: "acme",
  name: "ada",
  method: "token",
  account: { id: "1", name: "Ada" },
  renews: false,
  expiresAt: null,
  fault: null,
  checkedAt: "2026-01-01T00:00:00.000Z",
  createdAt: "2026-01-01T00:00:00.000Z",
};
const ofShell: ConnectionView = { ...ada, id: null, name: "ACME_TOKEN", method: "environment", account: null };

type Connections = Engine["connections"];

/** An engine with Acme, which takes every token, and the tokens it was given. */
function acmeEngine(change: Partial<Connections> = {}): { engine: Engine; tokens: string[]; asked: unknown[] } {
  const tokens: string[] = [];
  const asked: unknown[] = [];
  const { connections } = engineDouble();
  const engine = engineDouble({
    platforms: [acme],
    connections: {
      ...connections,
      connect: async ({ token, ...rest }) => {
        tokens.push(token);
        asked.push(rest);
        return ada;
      },
      ...change,
    },
  });
  return { engine, tokens, asked };
}

describe("connect with a token", () => {
  it("takes it from a file, or from stdin", async () => {
    writeFileSync(join(cwd, "token.txt"), "of-a-file\n");
    const { engine, tokens, asked } = acmeEngine();
    const fromFile = await landfall(worldOf({ engine, cwd }), "connect", "acme", "--token-file", "token.txt");
    expect(fromFile).toMatchObject({ exit: 0, out: "", err: expect.stringContaining("Connected Acme: Ada (ada).") });
    const world = worldOf({ engine, cwd, piped: "of-stdin\n" });
    const json = await landfall(world, "connect", "acme", "--token-file", "-", "--name", "ci", "--json");
    expect(JSON.parse(json.out)).toEqual(ada);
    expect(tokens).toEqual(["of-a-file\n", "of-stdin\n"]);
    expect(asked).toEqual([{ platform: "acme" }, { platform: "acme", name: "ci" }]);
  });

  it("asks a person, and shows nothing of what they type", async () => {
    const { engine, tokens } = acmeEngine();
    const world = worldOf({ engine, cwd, terminal: true, typed: ["acme", "typed-canary"] });
    const { exit, out, err } = await landfall(world, "connect");
    expect({ exit, tokens }).toEqual({ exit: 0, tokens: ["typed-canary"] });
    expect(err).toContain("https://acme.example/tokens");
    expect(out + world.raw()).not.toContain("typed-canary");
  });

  it("takes it from the variable of the shell, also when nobody can be asked", async () => {
    const { engine, tokens } = acmeEngine({ list: async () => [ofShell] });
    const { exit, err } = await landfall(
      worldOf({ engine, cwd, env: { ACME_TOKEN: "of-the-shell" } }),
      "connect",
      "acme",
    );
    expect({ exit, tokens }).toEqual({ exit: 0, tokens: ["of-the-shell"] });
    expect(err).toContain("The token is taken from ACME_TOKEN.");
  });

  it("asks nothing without a terminal, and says what to do instead", async () => {
    const { engine, tokens } = acmeEngine();
    for (const [argv, says] of [
      [["connect", "acme"], "--token-file FILE (- for stdin)"],
      [["connect"], "Name one of: acme."],
      [["connect", "acne"], "Platforms with accounts: acme."],
      [["connect", "acme", "--token-file", "gone.txt"], "cannot be read"],
    ] as const) {
      const { exit, out, err } = await landfall(worldOf({ engine, cwd }), ...argv);
      expect({ argv, exit, out }).toEqual({ argv, exit: 2, out: "" });
      expect(err.replace(/\s+/g, " ")).toContain(says);
    }
    expect(tokens).toEqual([]);
  });

  it("has no way to take it as an argument", async () => {
    const { engine, tokens } = acmeEngine();
    for (const argv of [
      ["connect", "acme", "--token", "typed"],
      ["connect", "acme", "typed"],
    ])
      expect(await landfall(worldOf({ engine, cwd }), ...argv)).toMatchObject({ exit: 2 });
    expect(tokens).toEqual([]);
  });

  it("says what the account may not do, and when it ends", async () => {
    const account = { id: "1", name: "Ada", missingScopes: ["deployments: write"] };
    const { engine } = acmeEngine({
      connect: async () => ({ ...ada, account, expiresAt: "2026-02-03T00:00:00.000Z" }),
    });
    const world = worldOf({ engine, cwd, piped: "token" });
    const { err } = await landfall(world, "connect", "acme", "--token-file", "-");
    expect(err).toContain("lacks deployments: write");
    expect(err).toContain("ends on 2026-02-03");
  });
});

describe("connect in the browser", () => {
  /** A platform that sends whoever opens its page back at once, as `visit` does. */
  function allowing(visit: (back: URL) => Promise<void>, change: Partial<Connections> = {}) {
    const visits: Promise<void>[] = [];
    const queries: string[] = [];
    const made = acmeEngine({
      ways: () => ["oauth2", "token"],
      authorize: async ({ redirectUri }) => {
        const back = new URL(redirectUri);
        back.searchParams.set("state", "the-state");
        back.searchParams.set("code", "the-code");
        return { url: back.href, state: "the-state", expiresAt: "2026-01-01T00:10:10.000Z" };
      },
      callback: async ({ query }) => {
        queries.push(query.get("code")!);
        return ada;
      },
      ...change,
    });
    const world: Terminal = {
      ...worldOf({ engine: made.engine, cwd, terminal: true }),
      openBrowser: async (url) => {
        visits.push(visit(new URL(url)));
        return true;
      },
    };
    return { world, queries, visits };
  }

  it("opens the page, waits for the visitor with the state, and tells them how it went", async () => {
    const pages: [number, string][] = [];
    const get = async (url: URL): Promise<void> => {
      const answer = await fetch(url);
      pages.push([answer.status, await answer.text()]);
    };
    const { world, queries, visits } = allowing(async (back) => {
      await get(new URL("/", back));
      await get(new URL(`${back.pathname}?code=evil&state=evil`, back));
      await get(new URL(`${back.pathname}?code=evil`, back));
      await get(back);
    });
    const { exit, err } = await landfall(world, "connect", "acme");
    await Promise.all(visits);
    expect({ exit, queries }).toEqual({ exit: 0, queries: ["the-code"] });
    expect(pages.map(([status]) => status)).toEqual([404, 400, 400, 200]);
    expect(pages.at(-1)![1]).toContain("The account is connected. You may close this window.");
    expect(err).toContain("Connected Acme: Ada (ada).");
  });

  it("answers nobody who comes by another name than the address", async () => {
    const statuses: number[] = [];
    const { world, visits } = allowing(async (back) => {
      const { request } = await import("node:http");
      for (const host of ["evil.example", back.host])
        await new Promise<void>((resolve) =>
          request(back, { headers: { host } }, (answer) => {
            statuses.push(answer.statusCode!);
            answer.resume().on("end", () => resolve());
          }).end(),
        );
    });
    expect(await landfall(world, "connect", "acme")).toMatchObject({ exit: 0 });
    await Promise.all(visits);
    expect(statuses).toEqual([404, 200]);
  });

  it("tells the visitor and the terminal what went wrong, as text", async () => {
    let page = "";
    const { world, visits } = allowing(async (back) => void (page = await (await fetch(back)).text()), {
      callback: async () => {
        throw new DeployError("AUTH_FAILED", { what: "Access was <b>not</b> allowed.", next: "Run it again." });
      },
    });
    const { exit, err } = await landfall(world, "connect", "acme");
    await Promise.all(visits);
    expect(exit).toBe(4);
    expect(err).toContain("Access was <b>not</b> allowed.");
    expect(page).toContain("Access was &#60;b&#62;not&#60;/b&#62; allowed.");
  });

  it("with --no-browser prints the address, which is all that is needed", async () => {
    const { world } = allowing(async () => {});
    const running = landfall(
      { ...world, openBrowser: () => Promise.reject(new Error("opened")) },
      "connect",
      "acme",
      "--no-browser",
      "--quiet",
    );
    const printed = await new Promise<string>((resolve) => {
      const looking = setInterval(() => {
        const [url] = /http:\/\/127\.0\.0\.1:\d+\/callback\S+/.exec(world.err()) ?? [];
        if (url === undefined) return;
        clearInterval(looking);
        resolve(url);
      }, 5);
    });
    await fetch(printed);
    expect(await running).toMatchObject({ exit: 0 });
  });

  it("asks until a ticket is granted, where the platform has those", async () => {
    let looks = 0;
    const { world } = allowing(async () => {}, {
      ways: () => ["token", "ticket", "oauth2"],
      ticket: async () => ({ url: "https://acme.example/grant", state: "t1", expiresAt: "2026-01-01T00:10:10.000Z" }),
      granted: async () => (++looks < 3 ? null : ada),
    });
    expect(await landfall(world, "connect", "acme")).toMatchObject({
      exit: 0,
      err: expect.stringContaining("https://acme.example/grant"),
    });
    expect(looks).toBe(3);
  });
});

describe("what is connected", () => {
  const grace: ConnectionView = {
    ...ada,
    id: "con_2",
    name: "grace",
    account: { id: "2", name: "Grace" },
    fault: "It was revoked.",
  };

  it("is listed with account, method and fault", async () => {
    const { engine } = acmeEngine({
      list: async () => [ofShell, ada, { ...grace, expiresAt: "2026-03-01T00:00:00Z" }],
    });
    const { exit, out } = await landfall(worldOf({ engine, cwd }), "connections");
    expect(exit).toBe(0);
    expect(out).toMatch(/acme +ACME_TOKEN +not asked +environment/);
    expect(out).toMatch(/acme +ada +Ada +token +ok/);
    expect(out).toMatch(/acme +grace +Grace +token +2026-03-01 +It was revoked\./);
    const json = await landfall(worldOf({ engine, cwd }), "connections", "--json");
    expect(JSON.parse(json.out)).toHaveLength(3);
    expect(await landfall(worldOf({ engine: acmeEngine().engine, cwd }), "connections")).toMatchObject({
      exit: 0,
      out: "",
      err: expect.stringContaining("landfall connect"),
    });
  });

  it("is asked by whoami: the shell's token before connections, status 4 for one that does not work", async () => {
    const checked: unknown[] = [];
    const check: Connections["check"] = async (which) => {
      checked.push(which);
      return which.connection === "con_2" ? grace : ada;
    };
    const stored = acmeEngine({ list: async () => [ada, grace], check });
    expect(await landfall(worldOf({ engine: stored.engine, cwd }), "whoami")).toMatchObject({ exit: 4 });
    const shell = acmeEngine({ list: async () => [ofShell, ada, grace], check });
    expect(await landfall(worldOf({ engine: shell.engine, cwd }), "whoami", "acme", "--force")).toMatchObject({
      exit: 0,
    });
    expect(checked).toEqual([
      { platform: "acme", force: false, connection: "con_1" },
      { platform: "acme", force: false, connection: "con_2" },
      { platform: "acme", force: true },
    ]);
  });

  it("is ended by disconnect, which says whether it is still good at the platform", async () => {
    const ended: string[] = [];
    let revoked = true;
    const { engine } = acmeEngine({
      list: async () => [ofShell],
      disconnect: async (which) => {
        ended.push(which);
        return { connection: ada, revoked };
      },
    });
    const world = (): Terminal => worldOf({ engine, cwd });
    expect((await landfall(world(), "disconnect", "acme")).err).toContain("revoked there too");
    revoked = false;
    expect((await landfall(world(), "disconnect", "ada")).err).toContain("delete it at https://acme.example/tokens");
    expect(await landfall(world(), "disconnect", "ACME_TOKEN")).toMatchObject({
      exit: 2,
      err: expect.stringContaining("unset ACME_TOKEN"),
    });
    expect(ended).toEqual(["acme", "ada"]);
  });
});

it("rotate-key says how many values there were", async () => {
  const engine = engineDouble({ rotateKey: async () => 12 });
  expect((await landfall(worldOf({ engine, cwd }), "rotate-key")).err).toContain("12 values encrypted");
  expect((await landfall(worldOf({ engine, cwd }), "rotate-key", "--json")).out).toBe('{"resealed":12}\n');
});
