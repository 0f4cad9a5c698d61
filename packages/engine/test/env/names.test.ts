import { describe, expect, it } from "vitest";
import {
  checkEnvironment,
  checkName,
  checkValue,
  namesThatDifferInCase,
  reachesProgramOnly,
  withoutProgramOnly,
} from "../../src/env/values/names.ts";
import { DeployError } from "../../src/error.ts";

describe("checkName", () => {
  for (const name of ["A", "_A", "DATABASE_URL", "a1_b", "LD_PRELOAD", "PATH", "NODE_OPTIONS"]) {
    it(`takes ${name}`, () => {
      expect(() => checkName(name)).not.toThrow();
    });
  }
  for (const name of [
    "",
    "A B",
    "1A",
    "A=B",
    "A\0",
    "A-B",
    "A.B",
    "ÄB",
    "A\n",
    "$(id)",
    "a;id",
    "LANDFALL_TOKEN",
    "A".repeat(256),
  ]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(() => checkName(name)).toThrow(expect.objectContaining({ code: "INVALID_VARIABLE" }));
    });
  }
  it("prints a name with control characters harmlessly", () => {
    try {
      checkName("A\u001b]0;title\u0007");
      expect.unreachable();
    } catch (error) {
      expect((error as DeployError).text.what).not.toContain("\u001b");
    }
  });
});

describe("checkValue", () => {
  for (const value of ["", "\n", "pa$$word", "🚀", "x".repeat(64 * 1024)]) {
    it(`takes ${JSON.stringify(value.slice(0, 12))}`, () => {
      expect(() => checkValue(value)).not.toThrow();
    });
  }
  for (const [name, value] of [
    ["NUL", "secret\0"],
    ["half a surrogate pair", "secret\ud83d"],
    ["more than 64 kB", `secret${"x".repeat(64 * 1024)}`],
    ["more than 64 kB in bytes", "secret日".repeat(9_000)],
  ] as const) {
    it(`refuses ${name} and does not repeat the value`, () => {
      try {
        checkValue(value);
        expect.unreachable();
      } catch (error) {
        expect((error as DeployError).code).toBe("INVALID_VARIABLE");
        expect(JSON.stringify((error as DeployError).report())).not.toMatch(/secret/);
      }
    });
  }
});

const many = (count: number, size: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`KEY_${index}`, "x".repeat(size)]));

describe("checkEnvironment", () => {
  it("takes 1,000 variables of 2 MB in all", () => {
    expect(() => checkEnvironment(many(1_000, 2_000))).not.toThrow();
  });
  it("refuses one more variable", () => {
    expect(() => checkEnvironment(many(1_001, 1))).toThrow(DeployError);
  });
  it("refuses more than 2 MB", () => {
    expect(() => checkEnvironment(many(1_000, 2_200))).toThrow(DeployError);
  });
  it("names all faults at once", () => {
    try {
      checkEnvironment({ "A B": "x", C: "\0", D: "fine" });
      expect.unreachable();
    } catch (error) {
      expect((error as DeployError).text.faults?.map(({ path }) => path)).toEqual(['"A B"', '"C"']);
    }
  });
});

describe("variables that change how processes behave", () => {
  for (const name of [
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "NODE_OPTIONS",
    "BASH_ENV",
    "ENV",
    "GIT_SSH_COMMAND",
    "GIT_CONFIG_COUNT",
    "PATH",
    "HOME",
    "DOCKER_HOST",
    "PYTHONPATH",
    "npm_config_registry",
    "https_proxy",
    "TAR_OPTIONS",
    "SSL_CERT_FILE",
  ]) {
    it(`keeps ${name} from the engine's own processes`, () => {
      expect(reachesProgramOnly(name)).toBe(true);
    });
  }
  it("lets the others through", () => {
    expect(withoutProgramOnly({ DATABASE_URL: "x", PATH: "/tmp", GIT_DIR: "/tmp", API_KEY: "y" })).toEqual({
      DATABASE_URL: "x",
      API_KEY: "y",
    });
  });
});

it("groups names that differ only in case", () => {
  expect(namesThatDifferInCase(["Path", "PATH", "A", "path", "B"])).toEqual([["Path", "PATH", "path"]]);
});
