/** Accounts with the program as it is installed, against simulated vendors: what is secret is nowhere to be read. */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import {
  createSimulator,
  netlify,
  type NetlifyState,
  type Simulator,
  vercel,
  type VercelState,
} from "@landfall/simulators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installed, install, outcomeOf, until } from "./installed.ts";

const canary = `nfp_canary${randomBytes(12).toString("hex")}`;
const clientSecret = `secret-canary-${randomBytes(12).toString("hex")}`;

let program: Installed;
let vendors: { netlify: Simulator<NetlifyState>; vercel: Simulator<VercelState> };

beforeAll(async () => {
  vendors = {
    netlify: await createSimulator(
      netlify({
        tokens: { [canary]: { email: "ada@example.com", teams: ["acme"] } },
        clients: { registered: { secret: clientSecret } },
      }),
    ),
    vercel: await createSimulator(vercel()),
  };
  vendors.vercel.state.oauth.apps.set("registered", {
    secret: clientSecret,
    redirectUris: "loopback",
    scope: "account",
  });
  program = await install({
    LANDFALL_NETLIFY_API_URL: `${vendors.netlify.url}/api/v1`,
    LANDFALL_NETLIFY_SITES_URL: vendors.netlify.url.replace("127.0.0.1", "netlify.localhost"),
    LANDFALL_VERCEL_API_URL: vendors.vercel.url,
    LANDFALL_VERCEL_SITES_URL: vendors.vercel.url.replace("127.0.0.1", "vercel.localhost"),
    LANDFALL_NETLIFY_CLIENT_ID: "registered",
    LANDFALL_NETLIFY_CLIENT_SECRET: clientSecret,
    VERCEL_CLIENT_ID: "registered",
    VERCEL_CLIENT_SECRET: clientSecret,
  });
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  for (const vendor of Object.values(vendors)) await vendor.close();
});

/** Files of the data directory that hold one of the texts. */
function filesWith(...texts: string[]): string[] {
  return readdirSync(program.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => texts.some((text) => readFileSync(path).includes(text)));
}

const site = (): string => program.project("site", { "index.html": "<p>hello</p>" });
const deploy = (platform: string, ...more: string[]) =>
  program.json<{ status: string }>(
    "deploy",
    site(),
    "--platform",
    platform,
    "--prebuilt",
    "--project",
    "shop",
    "--prod",
    ...more,
  );

describe("a token", () => {
  it("is taken from stdin, deploys, and is in no file, output or argument list", async () => {
    const connected = await program.runWith({ input: `${canary}\n` }, "connect", "netlify", "--token-file", "-");
    expect(connected).toMatchObject({ code: 0, stderr: expect.stringContaining("Connected Netlify") });
    const deploying = program.start(
      "deploy",
      site(),
      "--platform",
      "netlify",
      "--prebuilt",
      "--project",
      "shop",
      "--prod",
    );
    const seen: string[] = [];
    const looking = setInterval(() => seen.push(...program.processes().map(({ command }) => command)), 20);
    const deployed = await outcomeOf(deploying);
    clearInterval(looking);
    expect(deployed).toMatchObject({ code: 0 });
    const said = [
      connected,
      deployed,
      await program.run("connections", "--json"),
      await program.run("whoami", "--json"),
    ];
    expect(JSON.stringify(said)).not.toContain(canary);
    expect(seen.join("\n")).not.toContain(canary);
    expect(filesWith(canary)).toEqual([]);
  });

  it("is named by nobody when it is refused", async () => {
    const other = canary.replace("canary", "refused");
    const { code, stdout, stderr } = await program.runWith(
      { input: other },
      "connect",
      "netlify",
      "--token-file",
      "-",
      "--debug",
      "--json",
    );
    expect({ code, answer: JSON.parse(stdout) as object }).toMatchObject({
      code: 4,
      answer: { error: { code: "AUTH_FAILED", next: expect.stringContaining("landfall connect netlify") } },
    });
    expect(stdout + stderr).not.toContain(other);
    expect(filesWith(other)).toEqual([]);
  });
});

describe("in the browser", () => {
  it("an account is connected by whoever opens the address, deploys, and is revoked when it is ended", async () => {
    const running = program.start("connect", "vercel", "--no-browser", "--name", "mine", "--json");
    let err = "";
    running.stderr!.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const ended = outcomeOf(running);
    const url = await until("the address", () => /http:\/\/\S+\/oauth\/authorize\?\S+/.exec(err)?.[0]);
    expect(
      program
        .processes()
        .map(({ command }) => command)
        .join(),
    ).not.toContain(clientSecret);
    const back = new URL(new URL(url).searchParams.get("redirect_uri")!);
    const lost = await new Promise<IncomingMessage>((resolve) => get({ port: back.port, path: "//" }, resolve));
    expect(lost.resume().statusCode, "an address that is none").toBe(404);
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("The account is connected.")]);
    const { code, stdout } = await ended;
    expect({ code, view: JSON.parse(stdout) as object }).toMatchObject({
      code: 0,
      view: { name: "mine", renews: true },
    });

    expect(await deploy("vercel")).toMatchObject({ code: 0 });
    const { state } = vendors.vercel;
    const secrets = [...state.tokens.keys(), ...state.oauth.refreshTokens.keys()].filter((one) => one.startsWith("vc"));
    expect(secrets).toHaveLength(2);
    expect(filesWith(clientSecret, ...secrets)).toEqual([]);
    expect(await program.json("disconnect", "mine")).toMatchObject({ code: 0, revoked: true });
    expect(secrets.some((one) => state.tokens.has(one) || state.oauth.refreshTokens.has(one))).toBe(false);
    expect(await deploy("vercel")).toMatchObject({ code: 4 });
  });

  it("a person who says no is told so", async () => {
    vendors.vercel.state.oauth.consent = "refused";
    const running = program.start("connect", "vercel", "--no-browser");
    let err = "";
    running.stderr!.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const ended = outcomeOf(running);
    const page = await fetch(await until("the address", () => /http:\/\/\S+\/oauth\/authorize\?\S+/.exec(err)?.[0]));
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining("Access was not allowed")]);
    expect(await ended).toMatchObject({ code: 4, stderr: expect.stringContaining("landfall connect vercel") });
  });
});

describe("the key", () => {
  it("is rotated while what is deployed goes on, and everything opens as before", async () => {
    const before = readFileSync(join(program.data, "key"), "utf8");
    const rotated = await program.json<{ resealed: number }>("rotate-key");
    expect(rotated).toMatchObject({ code: 0 });
    expect(rotated.resealed).toBeGreaterThan(0);
    expect(readFileSync(join(program.data, "key"), "utf8")).not.toBe(before);
    expect(await deploy("netlify", "--force")).toMatchObject({ code: 0 });
  });

  it("of the environment reaches the processes in the background, and no argument list", async () => {
    const key = randomBytes(32).toString("base64");
    await using keyed = await install({ TOKEN_ENCRYPTION_KEY: key });
    const server = keyed.project("echo", {
      "package.json": JSON.stringify({ name: "echo", type: "module", scripts: { start: "node server.js" } }),
      "server.js": `import { createServer } from "node:http";
createServer((_request, response) => response.end(JSON.stringify(process.env))).listen(process.env.PORT, "127.0.0.1");
`,
    });
    const deployed = await keyed.json<{ status: string }>("deploy", server, "-e", "GREETING=hello");
    expect(deployed).toMatchObject({ code: 0 });
    const { body } = await keyed.get("echo.localhost");
    expect(body).toContain('"GREETING":"hello"');
    // What is deployed gets its own variables and not our key.
    expect(body).not.toContain(key);
    expect(
      keyed
        .processes()
        .map(({ command }) => command)
        .join(),
    ).not.toContain(key);
    expect(readdirSync(keyed.data)).not.toContain("key");
    for (const bad of ["short", "not base64 ".repeat(4)]) {
      const refused = await keyed.runWith({ env: { TOKEN_ENCRYPTION_KEY: bad } }, "ls");
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("TOKEN_ENCRYPTION_KEY") });
      expect(refused.stderr).not.toContain(bad);
    }
  });
});
