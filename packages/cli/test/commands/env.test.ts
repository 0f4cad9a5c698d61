import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@landfall/engine";
import { afterAll, describe, expect, it } from "vitest";
import { engineDouble, preparedOf, service } from "../engine-double.ts";
import { landfall, worldOf } from "../world-double.ts";

const cwd = mkdtempSync(join(tmpdir(), "landfall-env-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const production = { project: "shop", environment: "production" };

/** An engine that keeps what is set, and a list of the calls. */
function keeping(stored: Record<string, string> = {}): { engine: Engine; sets: unknown[][] } {
  const sets: unknown[][] = [];
  const engine = engineDouble({
    variables: {
      ...engineDouble().variables,
      list: async ({ reveal = false }) =>
        Object.entries(stored).map(([key, value]) => {
          const sensitive = key.endsWith("KEY");
          return {
            key,
            environment: "production",
            sensitive,
            value: sensitive && !reveal ? null : value,
            updatedAt: "2026-01-01T00:00:00.000Z",
            updatedBy: null,
          };
        }),
      set: async (...call) => void sets.push(call),
      remove: async (...call) => void sets.push(call),
    },
  });
  return { engine, sets };
}

describe("env set", () => {
  it("sets NAME=value byte for byte", async () => {
    const { engine, sets } = keeping();
    const { exit, out, err } = await landfall(
      worldOf({ engine, cwd }),
      "env",
      "set",
      "-p",
      "shop",
      "A=1=2",
      "B= $x '\n",
      "E=",
      "--allow-empty",
    );
    expect({ exit, out }).toEqual({ exit: 0, out: "" });
    expect(err).toContain("Set A, B, E of shop · production");
    expect(sets).toEqual([[production, { A: "1=2", B: " $x '\n", E: "" }, { allowEmpty: true }]]);
  });

  it("takes a value from a pipe as it is, and says when it ends with a line break", async () => {
    const { engine, sets } = keeping();
    const { err } = await landfall(
      worldOf({ engine, cwd, piped: "two\r\nlines\n" }),
      "env",
      "set",
      "-p",
      "shop",
      "PEM",
      "--sensitive",
    );
    expect(sets).toEqual([[production, { PEM: "two\r\nlines\n" }, { sensitive: true }]]);
    expect(err).toContain("ends with a line break, which is kept");
  });

  it("refuses bytes that are no text", async () => {
    const { engine, sets } = keeping();
    const { exit, err } = await landfall(
      worldOf({ engine, cwd, piped: Buffer.from([0xff, 0xfe, 0x80]) }),
      "env",
      "set",
      "A",
    );
    expect(exit).toBe(2);
    expect(err).toContain("not UTF-8");
    expect(sets).toEqual([]);
  });

  it("asks on a terminal without showing what is typed", async () => {
    const { engine, sets } = keeping();
    const world = worldOf({ engine, cwd, terminal: true, typed: ["s3cret value "] });
    const { err } = await landfall(world, "env", "set", "-p", "shop", "API_KEY");
    expect(sets).toEqual([[production, { API_KEY: "s3cret value " }, {}]]);
    expect(err).not.toContain("s3cret");
  });
});

describe("env ls", () => {
  it("shows no secret unless told to", async () => {
    const stored = { API_KEY: "s3cret", PORT: "80" };
    const { out } = await landfall(worldOf({ engine: keeping(stored).engine, cwd }), "env", "ls");
    expect(out).toContain("API_KEY  secret");
    expect(out).not.toContain("s3cret");
    expect((await landfall(worldOf({ engine: keeping(stored).engine, cwd }), "env", "ls", "--reveal")).out).toContain(
      "s3cret",
    );
  });
});

describe("env rm", () => {
  it("refuses names that are not set", async () => {
    const { engine, sets } = keeping({ A: "1" });
    const { exit, err } = await landfall(worldOf({ engine, cwd }), "env", "rm", "A", "B");
    expect(exit).toBe(2);
    expect(err).toContain("has no B");
    expect(sets).toEqual([]);
  });
});

describe("env push and pull", () => {
  it("bring a file there and back", async () => {
    const value = "line one\nline \"two\" $HOME #x 'y' \\n";
    const pulled = await landfall(
      worldOf({ engine: keeping({ A_KEY: value, B: "" }).engine, cwd }),
      "env",
      "pull",
      "pulled.env",
    );
    expect(pulled.exit).toBe(0);
    expect(statSync(join(cwd, "pulled.env")).mode & 0o777).toBe(0o600);
    const { engine, sets } = keeping();
    await landfall(worldOf({ engine, cwd }), "env", "push", "pulled.env", "-p", "shop");
    expect(sets).toEqual([[production, { A_KEY: value, B: "" }, {}]]);
  });

  it("overwrite nothing without --yes", async () => {
    writeFileSync(join(cwd, "mine.env"), "MINE=1\n");
    const refused = await landfall(worldOf({ engine: keeping({ A: "1" }).engine, cwd }), "env", "pull", "mine.env");
    expect(refused.exit).toBe(2);
    expect(readFileSync(join(cwd, "mine.env"), "utf8")).toBe("MINE=1\n");
    await landfall(worldOf({ engine: keeping({ A: "1" }).engine, cwd }), "env", "pull", "mine.env", "--yes");
    expect(readFileSync(join(cwd, "mine.env"), "utf8")).not.toContain("MINE");
  });

  it("say what is wrong with the file", async () => {
    const { exit, err } = await landfall(worldOf({ engine: keeping().engine, cwd }), "env", "push", "none.env");
    expect(exit).toBe(2);
    expect(err).toContain("none.env");
  });
});

describe("env check", () => {
  const variable = { sensitive: false, public: false, class: "run" as const, foundIn: ["src/a.ts:1"] };
  const engine = () =>
    engineDouble({
      prepare: (request) =>
        preparedOf(
          request,
          {
            problems: [
              { code: "INVALID_VARIABLE", what: "bad", faults: [{ path: "URL", message: "is no URL" }] },
              { code: "MISSING_VARIABLE", what: "missing", faults: [{ path: "KEY", message: "read at src/a.ts:1" }] },
            ],
          },
          [
            {
              ...service,
              variables: [
                { key: "KEY", required: true, from: "missing", ...variable },
                { key: "NICE", required: false, from: "missing", ...variable },
                { key: "OK", required: true, from: "project", ...variable },
                { key: "URL", required: true, from: "project", ...variable },
              ],
            },
          ],
        ),
    });

  it("lists what is missing and what is wrong, with status 2", async () => {
    const { exit, out } = await landfall(worldOf({ engine: engine(), cwd }), "env", "check");
    expect(exit).toBe(2);
    expect(out).toMatchInlineSnapshot(`
      "NAME  STATE      FROM     WHERE
      KEY   ✗ missing           src/a.ts:1
      NICE  - not set           src/a.ts:1
      OK    ✓          project  src/a.ts:1
      URL   ✗ invalid  project  is no URL
      "
    `);
  });

  it("as JSON for programs", async () => {
    const { out } = await landfall(worldOf({ engine: engine(), cwd }), "env", "check", "--json");
    const { ok, variables } = JSON.parse(out) as {
      ok: boolean;
      variables: { key: string; state: string; fault?: string }[];
    };
    expect(ok).toBe(false);
    expect(Object.fromEntries(variables.map(({ key, state }) => [key, state]))).toEqual({
      KEY: "missing",
      NICE: "optional",
      OK: "ok",
      URL: "invalid",
    });
    expect(variables.find(({ key }) => key === "URL")?.fault).toBe("is no URL");
  });
});
