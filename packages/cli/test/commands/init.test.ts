import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { landfall, worldOf } from "../world-double.ts";

describe("init", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "Tea Shop-"));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const run = (...args: string[]) => landfall(worldOf({ cwd }), "init", ...args);
  const written = (): unknown => JSON.parse(readFileSync(join(cwd, "landfall.json"), "utf8"));

  it("writes the name alone, since the rest is detected each time, and overwrites nothing", async () => {
    expect(await run()).toMatchObject({ exit: 0, out: "" });
    expect(written()).toEqual({ name: expect.stringMatching(/^tea-shop-[a-z0-9-]+$/) as string });
    writeFileSync(join(cwd, "landfall.json"), "{}");
    const again = await run();
    expect(again).toMatchObject({ exit: 2, out: "" });
    expect(again.err).toContain("--force");
    expect(written()).toEqual({});
    expect(await run("--force")).toMatchObject({ exit: 0 });
    expect(written()).toHaveProperty("name");
  });

  it.each<[string, string, object]>([
    [
      "fly.toml",
      'app = "Tea"\n[processes]\napp = "node server.js"\n[http_service]\ninternal_port = 3000\n[[http_service.checks]]\npath = "/up"\n',
      { name: "tea", startCommand: "node server.js", port: 3000, healthPath: "/up" },
    ],
    [
      "vercel.json",
      '{"name":"tea","installCommand":"npm ci","buildCommand":"npm run make","outputDirectory":"./out/","framework":null}',
      { name: "tea", installCommand: "npm ci", buildCommand: "npm run make", outputDir: "out" },
    ],
    [
      "netlify.toml",
      '[build]\ncommand = "npm run make"\npublish = "public"\n',
      { buildCommand: "npm run make", outputDir: "public" },
    ],
    [
      "render.yaml",
      "services:\n  - type: web\n    name: tea\n    buildCommand: npm ci\n    startCommand: node .\n    healthCheckPath: /up\n",
      { name: "tea", buildCommand: "npm ci", startCommand: "node .", healthPath: "/up" },
    ],
    [
      "railway.json",
      '{"build":{"buildCommand":"npm run make"},"deploy":{"startCommand":"node .","healthcheckPath":"/up"}}',
      { buildCommand: "npm run make", startCommand: "node .", healthPath: "/up" },
    ],
    [
      "Procfile",
      "web: node server.js --port $PORT\nworker: node jobs.js\n",
      { startCommand: "node server.js --port $PORT" },
    ],
    [
      "compose.yaml",
      "name: Tea\nservices:\n  web:\n    build: .\n    command: ['node', 'server.js', '--say', 'good day']\n    ports: ['127.0.0.1:8080:3000/tcp']\n" +
        "  api:\n    build: { context: ./api }\n    command: node api.js\n    expose: [4000]\n  db:\n    image: postgres:17\n",
      {
        name: "tea",
        startCommand: "node server.js --say 'good day'",
        port: 3000,
        services: { api: { startCommand: "node api.js", port: 4000 } },
      },
    ],
    [
      "docker-compose.yml",
      "services:\n  web:\n    build: .\n    ports: [{ target: 5000, published: 80 }]\n",
      { port: 5000 },
    ],
    ["app.json", '{"name":"Tea Shop","stack":"heroku-24"}', { name: "tea-shop" }],
  ])("takes over what %s says", async (file, text, config) => {
    writeFileSync(join(cwd, file), text);
    expect(await run("--from", file)).toMatchObject({ exit: 0 });
    expect(written()).toEqual({ name: expect.stringMatching(/./) as string, ...config });
  });

  it.each<[string, string | null, RegExp]>([
    ["fly.toml", "app = [", /fly\.toml cannot be understood/],
    ["fly.toml", "[http_service]\ninternal_port = 99999\n", /port/],
    ["railway.json", '{"deploy":{"healthcheckPath":"//evil"}}', /healthPath/],
    ["netlify.toml", null, /cannot be read/],
    ["Dockerfile", "FROM x", /no file of a platform/],
  ])("refuses a %s it cannot use, and writes nothing", async (file, text, reason) => {
    if (text !== null) writeFileSync(join(cwd, file), text);
    const { exit, out, err } = await run("--from", file);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toMatch(reason);
    expect(existsSync(join(cwd, "landfall.json"))).toBe(false);
  });
});
