import { describe, expect, it } from "vitest";
import { engineOptionsFrom, homeFrom } from "../src/settings.ts";

const base = { userHome: "/home/u", cwd: "/work", self: ["node", "landfall.js"] };

describe("the data directory", () => {
  it.each([
    ["--home before all", { home: "here", env: { LANDFALL_HOME: "/a" } }, "/work/here"],
    ["LANDFALL_HOME", { env: { LANDFALL_HOME: "/a", DEPLOYER_STORAGE_PATH: "/b" } }, "/a"],
    ["DEPLOYER_STORAGE_PATH", { env: { DEPLOYER_STORAGE_PATH: "/b", XDG_DATA_HOME: "/c" } }, "/b"],
    ["XDG_DATA_HOME", { env: { XDG_DATA_HOME: "/c" } }, "/c/landfall"],
    ["not a relative XDG_DATA_HOME", { env: { XDG_DATA_HOME: "c" } }, "/home/u/.local/share/landfall"],
    ["not an empty LANDFALL_HOME", { env: { LANDFALL_HOME: "" } }, "/home/u/.local/share/landfall"],
  ])("is %s", (_, given, expected) => {
    expect(homeFrom({ ...base, ...given })).toBe(expected);
  });
});

describe("the engine's options", () => {
  it("take an application's DATABASE_URL for a server's own, and for no other command", () => {
    const env = { DATABASE_URL: "postgres://app@db/shop" };
    expect(engineOptionsFrom({ ...base, env }).databaseUrl).toBeUndefined();
    expect(engineOptionsFrom({ ...base, env, isServer: true }).databaseUrl).toBe("postgres://app@db/shop");
    const named = { ...env, LANDFALL_DATABASE_URL: "postgres://landfall@db/landfall" };
    expect(engineOptionsFrom({ ...base, env: named }).databaseUrl).toBe("postgres://landfall@db/landfall");
  });

  it("come from the environment, and reach the background processes as arguments", () => {
    const env = {
      PATH: "/usr/bin:relative::/bin",
      LANDFALL_PORT: "9000",
      DEPLOYMENT_TIMEOUT_MS: "60000",
      DEPLOYER_MAX_CONCURRENT_DEPLOYMENTS: "3",
      DEPLOYER_BASE_DOMAIN: "Apps.example.com",
      LANDFALL_PRIVATE_NOTIFICATIONS: "1",
      LANDFALL_VERCEL_API_URL: "http://127.0.0.1:9101",
      VERCEL_TOKEN: "never-an-argument",
      TOKEN_ENCRYPTION_KEY: "never-an-argument-either",
    };
    const options = engineOptionsFrom({ ...base, home: "/h", env });
    const told = [
      "LANDFALL_PORT=9000",
      "DEPLOYMENT_TIMEOUT_MS=60000",
      "DEPLOYER_MAX_CONCURRENT_DEPLOYMENTS=3",
      "DEPLOYER_BASE_DOMAIN=Apps.example.com",
      "LANDFALL_PRIVATE_NOTIFICATIONS=1",
      "LANDFALL_VERCEL_API_URL=http://127.0.0.1:9101",
    ];
    const carried = ["--home", "/h", ...told.flatMap((setting) => ["--setting", setting])];
    expect(options).toEqual({
      home: "/h",
      detectAside: false,
      environment: env,
      edgeCommand: ["node", "landfall.js", "edge", ...carried],
      workerCommand: ["node", "landfall.js", "worker", "--until-idle", ...carried],
      toolPath: ["/usr/bin", "/bin"],
      privateNotifications: true,
      edgePort: 9000,
      deploymentTimeoutMs: 60_000,
      maxConcurrent: 3,
      encryptionKey: "never-an-argument-either",
      baseDomain: "apps.example.com",
    });
  });

  it("are refused with every fault at once", () => {
    const env = {
      LANDFALL_PORT: "70000",
      DEPLOYMENT_TIMEOUT_MS: "5m",
      DEPLOYER_MAX_CONCURRENT_DEPLOYMENTS: "-1",
      DEPLOYER_BASE_DOMAIN: "https://example.com",
      LANDFALL_PRIVATE_NOTIFICATIONS: "yes",
    };
    expect(() => engineOptionsFrom({ ...base, env })).toThrow(
      expect.objectContaining({
        code: "INVALID_CONFIG",
        text: expect.objectContaining({
          faults: Object.keys(env).map((path) => expect.objectContaining({ path })) as unknown,
        }) as unknown,
      }),
    );
  });
});
