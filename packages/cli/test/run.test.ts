import { describe, expect, it } from "vitest";
import { engineDouble, view } from "./engine-double.ts";
import { landfall, worldOf } from "./world-double.ts";

describe("arguments", () => {
  it.each([
    [["--prodd"], "--prod"],
    [["deploy", "--outptu-dir", "x"], "--output-dir"],
    [["env", "lss"], "ls"],
    [["logs", "--folow"], "--follow"],
    [["promote"], "missing required argument"],
    [["ls", "a", "b"], "too many arguments"],
  ])("%j are refused with status 2 and a hint", async (argv, hint) => {
    const { exit, out, err } = await landfall(worldOf(), ...argv);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toContain(hint);
  });

  it("ask for help or version with status 0, on stdout", async () => {
    expect(await landfall(worldOf(), "--version")).toEqual({ exit: 0, out: "0.1.0\n", err: "" });
    for (const argv of [["--help"], ["help"], ["deploy", "--help"], ["env", "set", "-h"]]) {
      const { exit, out, err } = await landfall(worldOf(), ...argv);
      expect({ exit, err }).toEqual({ exit: 0, err: "" });
      expect(out).toContain("Usage: landfall");
    }
  });

  it("list every command in the help, and hide what only the engine starts", async () => {
    const { out } = await landfall(worldOf(), "--help");
    const commands =
      "deploy plan detect env projects ls inspect status logs open why redeploy rollback promote cancel rm serve doctor";
    for (const command of commands.split(" ")) expect(out).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    expect(out).not.toMatch(/^ {2}(worker|edge)\b/m);
  });

  it("for every command may stand before or after it", async () => {
    for (const argv of [
      ["--json", "ls"],
      ["ls", "--json"],
    ]) {
      const { out } = await landfall(worldOf({ engine: engineDouble() }), ...argv);
      expect(JSON.parse(out)).toMatchObject([{ id: "dep_1" }]);
    }
  });

  it("may name the data directory and the folder to work in", async () => {
    const world = worldOf({ engine: engineDouble() });
    await landfall(world, "ls", "--home", "data", "--cwd", "sub");
    expect(world.opened[0]?.home).toBe("/nowhere/site/sub/data");
  });
});

function broken(error: unknown) {
  return engineDouble({
    deployments: () => {
      throw error;
    },
  });
}

describe("what goes wrong", () => {
  it("in us is told as such, with the place only under --debug", async () => {
    const short = await landfall(worldOf({ engine: broken(new Error("boom")) }), "ls");
    expect(short.exit).toBe(1);
    expect(short.err).toContain("Landfall itself failed: boom");
    expect(short.err).not.toContain("run.test.ts");
    const long = await landfall(worldOf({ engine: broken(new Error("boom")) }), "ls", "--debug");
    expect(long.err).toContain("run.test.ts");
  });

  it("is an object on stdout with --json", async () => {
    const { out } = await landfall(worldOf({ engine: broken(new Error("boom")) }), "ls", "--json");
    expect(JSON.parse(out)).toMatchObject({ error: { code: "INTERNAL" } });
  });

  it("in the settings is told before anything is opened", async () => {
    const world = worldOf({ engine: engineDouble(), env: { LANDFALL_PORT: "x", DEPLOYMENT_TIMEOUT_MS: "x" } });
    const { exit, err } = await landfall(world, "ls");
    expect(exit).toBe(2);
    expect(err).toContain("LANDFALL_PORT");
    expect(err).toContain("DEPLOYMENT_TIMEOUT_MS");
    expect(world.opened).toEqual([]);
  });

  it("closes the engine all the same", async () => {
    const engine = broken(new Error("boom"));
    await landfall(worldOf({ engine }), "ls");
    expect(engine.calls).toEqual(["closed"]);
  });
});

describe("removing a project", () => {
  const environments = [
    {
      name: "production",
      url: "http://site.localhost",
      liveDeployment: "dep_1",
      platform: "local",
      stoppedAt: null,
      lastDeployment: "dep_1",
      lastState: "success" as const,
    },
  ];
  const engineWith = (removed: unknown[]) =>
    engineDouble({
      projects: async () => [{ name: "site", createdAt: view.createdAt, platforms: [], last: null, environments }],
      remove: async (target) => void removed.push(target),
    });

  it("asks for its name on a terminal", async () => {
    const removed: unknown[] = [];
    const wrong = await landfall(
      worldOf({ engine: engineWith(removed), terminal: true, typed: ["sight"] }),
      "rm",
      "site",
    );
    expect(wrong.exit).toBe(1);
    expect(removed).toEqual([]);
    const right = await landfall(
      worldOf({ engine: engineWith(removed), terminal: true, typed: ["site"] }),
      "rm",
      "site",
    );
    expect(right.exit).toBe(0);
    expect(removed).toEqual([{ project: "site" }]);
  });

  it("without a terminal needs --yes", async () => {
    const removed: unknown[] = [];
    const refused = await landfall(worldOf({ engine: engineWith(removed) }), "rm", "site");
    expect(refused.exit).toBe(2);
    expect(refused.err).toContain("landfall rm site --yes");
    expect((await landfall(worldOf({ engine: engineWith(removed) }), "rm", "site", "--yes")).exit).toBe(0);
    expect(removed).toEqual([{ project: "site" }]);
  });

  it("that is not there names those that are", async () => {
    const { exit, err } = await landfall(worldOf({ engine: engineWith([]) }), "rm", "sit", "--yes");
    expect(exit).toBe(2);
    expect(err).toContain("Projects: site.");
  });
});

describe("going back", () => {
  it("takes a project, a deployment, or both", async () => {
    const asked: unknown[] = [];
    const engine = () =>
      engineDouble({
        rollback: async (target) => {
          asked.push(target);
          return view;
        },
      });
    const world = (): ReturnType<typeof worldOf> => worldOf({ engine: engine() });
    for (const argv of [[], ["shop"], ["dep_1"], ["site", "dep_1"]])
      expect((await landfall(world(), "rollback", ...argv)).exit).toBe(0);
    expect(asked).toEqual([
      { project: "site", environment: "production" },
      { project: "shop", environment: "production" },
      { project: "site", environment: "production", to: "dep_1" },
      { project: "site", environment: "production", to: "dep_1" },
    ]);
  });
});
