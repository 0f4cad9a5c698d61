/** The command line against a server: both are the built program, each on a data directory of its own. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { extractArchive } from "@landfall/engine/source/archive";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { permissionsOf, type Role } from "@landfall/contract";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { echo, freePort, install, type Installed, type Outcome, outcomeOf, until } from "./installed.ts";

const password = "correct horse battery";
const owner = { name: "Ada", email: "ada@example.com", password };

interface Deployed {
  id: string;
  status: string;
  url: string | null;
  environment: string;
  error?: { code: string; what: string; where?: string; next?: string };
}

let machine: Installed;
let serving: { process: ChildProcess; url: string; setupToken: string | null };
let apiPort: number;
/** A key that may do what its owner may. */
let key: string;

/** The server's process, on its port of before. */
async function serve(): Promise<typeof serving> {
  const process = machine.startWith(
    { env: { MAX_DEPLOYMENTS_PER_HOUR: "1000" } },
    "serve",
    "--port",
    String(apiPort),
    "--json",
  );
  let out = "";
  process.stdout!.setEncoding("utf8").on("data", (text: string) => (out += text));
  process.stderr!.resume();
  const line = await until("the server starts", () => (out.includes("\n") ? out : null));
  const { api, setupToken } = JSON.parse(line) as { api: string; setupToken: string | null };
  return { process, url: api, setupToken };
}

async function post<T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${serving.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Signed in as in a browser. */
async function cookieOf(person: { email: string; password: string }): Promise<Record<string, string>> {
  const response = await fetch(`${serving.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(person),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  return { cookie, origin: serving.url };
}

async function keyOf(person: { email: string; password: string }, role: Role): Promise<string> {
  const scopes = [...permissionsOf[role]];
  return (await post<{ key: string }>("/api/keys", { name: "test", scopes }, await cookieOf(person))).key;
}

/** A command of somebody who works on the server from a machine of their own. */
function far(...args: string[]): Promise<Outcome> {
  return machine.runWith({ env: farEnv() }, ...args);
}
function farEnv(more: Record<string, string> = {}): Record<string, string> {
  return { LANDFALL_HOME: join(machine.home, "laptop"), LANDFALL_URL: serving.url, LANDFALL_TOKEN: key, ...more };
}
async function farJson<T>(...args: string[]): Promise<T & { code: number }> {
  const { code, stdout, stderr } = await far(...args, "--json");
  if (!/^[[{]/.test(stdout)) throw new Error(`landfall ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
  return Object.assign(JSON.parse(stdout) as T & object, { code });
}

/** Without how long ago things were, which changes between two looks. */
function timeless({ code, stdout, stderr }: Outcome): Outcome {
  return { code, stdout: stdout.replaceAll(/ +\d+ \w+ ago */g, " ago "), stderr };
}

beforeAll(async () => {
  machine = await install();
  apiPort = await freePort();
  serving = await serve();
  await post("/api/setup", { ...owner, token: serving.setupToken });
  key = await keyOf(owner, "owner");
});
afterAll(async () => {
  serving.process.kill("SIGTERM");
  if (serving.process.exitCode === null) await once(serving.process, "exit");
  await machine[Symbol.asyncDispose]();
});

describe("a project on a server", () => {
  it("is announced and planned as on a machine's own store", async () => {
    const folder = machine.project("same", { ...echo("x"), "index.js": "process.env.NEEDED_URL.trim()" });
    const here = await machine.run("deploy", folder, "--dry-run", "--home", join(machine.home, "own"));
    const there = await far("deploy", folder, "--dry-run");
    expect(there).toEqual(here);
    const planned = await farJson<{ source: { kind: string; snapshot: string } }>("plan", folder);
    const own = await machine.json<typeof planned>("plan", folder, "--home", join(machine.home, "own"));
    expect(planned.source).toEqual(own.source);
    await machine.run("stop", "--home", join(machine.home, "own"));
  });

  it("goes live, gets a preview, is changed and rolled back, and says all about itself", async () => {
    const folder = machine.project("site", {
      "index.html": "<title>t</title>one",
      ".env": "PRIVATE=hunter2-never-sent",
    });
    const first = await farJson<Deployed>("deploy", folder);
    expect(first).toMatchObject({ code: 0, status: "success", environment: "production" });
    expect(await machine.get("site.localhost")).toMatchObject({ status: 200, body: "<title>t</title>one" });

    writeFileSync(join(folder, "index.html"), "<title>t</title>two");
    const preview = await farJson<Deployed>("deploy", folder, "--preview", "next");
    expect(await machine.get("next-site.localhost")).toMatchObject({ body: "<title>t</title>two" });
    expect(await machine.get("site.localhost")).toMatchObject({ body: "<title>t</title>one" });
    expect(await farJson("promote", preview.id)).toMatchObject({ code: 0, status: "success" });
    expect(await machine.get("site.localhost")).toMatchObject({ body: "<title>t</title>two" });
    expect(await farJson("rollback", "site")).toMatchObject({ code: 0, status: "success" });
    expect(await machine.get("site.localhost")).toMatchObject({ body: "<title>t</title>one" });
    expect(await farJson("rollback", first.id)).toMatchObject({ code: 2, error: { code: "CONFLICT" } });

    // What the server shows on its own machine is what it shows from afar.
    for (const args of [
      ["ls", "site"],
      ["inspect", first.id],
      ["why", first.id],
      ["projects"],
      ["env", "ls", "-p", "site"],
    ])
      expect([args, timeless(await far(...args))]).toEqual([args, timeless(await machine.run(...args))]);
    const listed = await farJson<{ id: string; live: boolean }[]>("ls", "site", "-n", "2");
    expect(listed).toHaveLength(2);
    const newest = await machine.runWith({ env: farEnv(), cwd: folder }, "inspect");
    expect(newest.stdout).toContain(listed[0]!.id);
    expect(newest.stdout).toContain("service");
    expect(await farJson("status")).toMatchObject({
      running: true,
      services: [{ project: "site" }, { project: "site" }],
    });
  });

  it("is told of which commit a folder is", async () => {
    const folder = machine.project("committed", {
      "index.html": "one",
      ".gitignore": "made/\n",
      "made/page.html": "made",
    });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
    git("init", "-q", "-b", "main");
    git("add", ".");
    git("add", "--force", "made");
    git("commit", "-q", "-m", "The first page\n\nand more of it");
    const { id } = await farJson<Deployed>("deploy", folder);
    expect(await farJson("inspect", id)).toMatchObject({
      commit: {
        message: "The first page",
        branch: "main",
        author: "Ada",
        sha: expect.stringMatching(/^[\da-f]{40}$/) as string,
      },
      commits: null,
    });
    // It is part of the commit, though .gitignore names it.
    expect(await machine.get("committed.localhost", "/made/page.html")).toMatchObject({ body: "made" });
    writeFileSync(join(folder, "index.html"), "two");
    git("commit", "-q", "-a", "-m", "The second page");
    const second = await farJson<Deployed>("deploy", folder);
    expect(await farJson("inspect", second.id)).toMatchObject({
      commits: { total: 1, reason: null, commits: [{ message: "The second page", author: "Ada" }] },
    });
  });

  it("never gets a secret of the folder, and forgets nothing of the rest", async () => {
    const uploads = join(machine.data, "scratch", "uploads");
    let names: string[] = [];
    for (const [index, name] of readdirSync(uploads).entries()) {
      const into = join(machine.home, "arrived", String(index));
      mkdirSync(join(machine.home, "arrived"), { recursive: true });
      await extractArchive(join(uploads, name), into);
      names = [...names, ...readdirSync(into)];
    }
    expect(names).toContain("index.html");
    expect(names).not.toContain(".env");
    const said = await machine.runWith({ env: farEnv() }, "plan", join(machine.home, "site"));
    expect(said.stdout).toContain(".env (secrets stay here)");
  });

  it("asks by itself for no project that came from elsewhere", async () => {
    const other = machine.project("elsewhere/site", { "index.html": "other" });
    const refused = await farJson<Deployed>("deploy", other);
    expect(refused).toMatchObject({ code: 2, error: { code: "PROJECT_NAME_TAKEN" } });
    expect(await farJson("deploy", other, "--project", "site")).toMatchObject({ code: 0 });
    // Said once, it is known.
    writeFileSync(join(other, "index.html"), "other again");
    expect(await farJson("deploy", other)).toMatchObject({ code: 0 });
    expect(await machine.get("site.localhost")).toMatchObject({ body: "other again" });
  });

  it("keeps its secrets to itself, and gives back the rest byte for byte", async () => {
    expect((await far("env", "set", "PLAIN=a b\nc", "API_TOKEN=s3cr3t-value", "-p", "vars")).code).toBe(0);
    const listed = await far("env", "ls", "-p", "vars", "--reveal");
    expect(listed.stdout).toMatch(/API_TOKEN\s+secret/);
    expect(listed.stderr).toContain("API_TOKEN");
    const pulled = await far("env", "pull", "-", "-p", "vars");
    expect(pulled.stdout).toContain("PLAIN=");
    expect(pulled.stdout).not.toContain("API_TOKEN");
    expect(pulled.stderr).toContain("The server keeps API_TOKEN to itself");
    expect(JSON.stringify([listed, pulled])).not.toContain("s3cr3t-value");
    expect(await farJson("env", "rm", "PLAIN", "-p", "vars")).toMatchObject({ code: 0, removed: ["PLAIN"] });
    expect((await far("rm", "vars", "--yes")).code).toBe(0);
  });

  it("shows what its program prints, as it comes", async () => {
    const folder = machine.project("echo", echo("hello", { "build.js": `console.log("built here")` }));
    const deployed = await farJson<Deployed>("deploy", folder, "--build-command", "node build.js");
    expect(deployed).toMatchObject({ code: 0, status: "success" });
    expect((await far("logs", deployed.id)).stdout).toContain("built here");
    await machine.get("echo.localhost", "/before");
    const tail = spawnFar("logs", "echo", "--follow");
    await until("the first line", () => tail.out().includes("asked for /before"));
    await machine.get("echo.localhost", "/after");
    await until("the next line", () => tail.out().includes("asked for /after"));
    tail.process.kill("SIGINT");
    expect((await tail.outcome).code).toBe(0);
    expect((await far("rm", "echo", "--yes")).code).toBe(0);
  });

  it("is protected by a password from afar, and its machine is drained and taken back", async () => {
    const folder = machine.project("guarded", { "index.html": "<title>t</title>inside" });
    await farJson<Deployed>("deploy", folder);
    const asked = ["protection", "set", "all", "--project", "guarded", "--password-file", "-"];
    const set = await machine.runWith({ env: farEnv(), input: "the tide comes in\n" }, ...asked);
    expect([set.code, set.stdout]).toEqual([0, "guarded asks for a password everywhere.\n"]);
    expect((await machine.get("guarded.localhost")).status).toBe(401);
    expect(await farJson("protection", "off", "--project", "guarded")).toMatchObject({ code: 0, scope: "off" });
    expect(await machine.get("guarded.localhost")).toMatchObject({ status: 200, body: "<title>t</title>inside" });

    expect((await far("servers")).stdout).toMatch(new RegExp(`\n${hostname()} +reachable`));
    expect(await farJson("servers", "drain", hostname())).toMatchObject({ code: 0, name: hostname() });
    expect((await far("servers")).stdout).toMatch(new RegExp(`\n${hostname()} +drained`));
    expect((await far("servers", "resume", hostname())).code).toBe(0);
    const refused = await far("servers", "rm", hostname());
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("It was heard of in the last minute.")]);
  });

  it("is refused with all that is wrong, by the server's codes", async () => {
    const folder = machine.project("needy", {
      ...echo("x"),
      ".env.example": "STRIPE_SECRET_KEY=\n",
      "server.js": `const key = process.env.STRIPE_SECRET_KEY; if (!key) throw new Error("STRIPE_SECRET_KEY is required");`,
    });
    const missing = await farJson<Deployed>("deploy", folder);
    const own = await machine.json<Deployed>("deploy", folder, "--home", join(machine.home, "own"));
    expect([missing.code, missing.error]).toEqual([own.code, own.error]);
    await machine.run("stop", "--home", join(machine.home, "own"));
    expect(await farJson("inspect", "dep_nothing")).toMatchObject({ code: 2, error: { code: "NOT_FOUND" } });
    for (const args of [["stop"], ["rotate-key"]])
      expect(await farJson(...args)).toMatchObject({
        code: 2,
        error: { code: "INVALID_CONFIG", next: expect.stringContaining("--server local") },
      });
  });
});

interface Started {
  process: ChildProcess;
  out(): string;
  err(): string;
  outcome: Promise<Outcome>;
}

function spawnFar(...args: string[]): Started {
  return spawnWith(farEnv(), ...args);
}
function spawnWith(env: Record<string, string>, ...args: string[]): Started {
  const process = machine.startWith({ env }, ...args);
  let out = "";
  let err = "";
  process.stdout!.on("data", (text: Buffer) => (out += text.toString()));
  process.stderr!.on("data", (text: Buffer) => (err += text.toString()));
  return { process, out: () => out, err: () => err, outcome: outcomeOf(process) };
}

describe("a connection that breaks", () => {
  let line: Line;
  afterEach(() => line.close());

  /** Prints so many lines, some of them after a while. */
  const slowly = (lines: number): string => `
let line = 0;
const timer = setInterval(() => {
  console.log("line " + ++line + ".");
  if (line === ${lines}) clearInterval(timer);
}, 40);`;
  const builds = ["--build-command", "node build.js", "--output-dir", "."];
  const linesIn = (text: string): string[] => text.match(/line \d+\./g) ?? [];

  it("loses nothing of a deployment and shows nothing twice", async () => {
    line = await openLine(apiPort);
    const folder = machine.project("cut", { "index.html": "cut", "build.js": slowly(60) });
    const deploying = spawnWith(farEnv({ LANDFALL_URL: line.url }), "deploy", folder, "-v", ...builds);
    for (const at of [5, 20, 40]) {
      await until(`line ${at}`, () => deploying.err().includes(`line ${at}.`));
      expect(line.cut()).toBeGreaterThan(0);
    }
    const { code, stderr } = await deploying.outcome;
    expect(linesIn(stderr)).toEqual(Array.from({ length: 60 }, (_, index) => `line ${index + 1}.`));
    expect([code, stderr.match(/✓ verify/g)]).toEqual([0, ["✓ verify"]]);
  });

  it("is taken up again when the server was killed and started anew", async () => {
    line = await openLine(apiPort);
    const folder = machine.project("killed", { "index.html": "killed", "build.js": slowly(60) });
    const deploying = spawnWith(farEnv({ LANDFALL_URL: line.url }), "deploy", folder, "-v", ...builds);
    await until("the build", () => deploying.err().includes("line 10."));
    serving.process.kill("SIGKILL");
    await once(serving.process, "exit");
    serving = await serve();
    const { code, stdout, stderr } = await deploying.outcome;
    expect([code, stdout.trim()]).toEqual([0, expect.stringMatching(/^http/)]);
    const id = /dep_\w+/.exec(stderr)![0];
    // The build may have been begun again by whoever took over: shown is what is kept, each line once.
    expect(linesIn(stderr)).toEqual(linesIn((await far("logs", id)).stdout));
  });

  it("does not make an upload begin again, nor a deployment happen twice", async () => {
    line = await openLine(apiPort);
    const folder = machine.project("big", { "index.html": "big", "noise.bin": noise(20 * 1024 ** 2) });
    line.cutAfter(10 * 1024 ** 2);
    const outcome = await machine.runWith({ env: farEnv({ LANDFALL_URL: line.url }) }, "deploy", folder, "--json");
    expect(outcome.code).toBe(0);
    expect(line.wasCut()).toBe(true);
    // Twice the archive would have passed if it had begun again.
    expect(line.sentBytes()).toBeLessThan(32 * 1024 ** 2);
    expect(await farJson<unknown[]>("ls", "big")).toHaveLength(1);
  });
});

describe("who asks", () => {
  it("gets status 4 for a wrong token, for none, and where the role does not allow it", async () => {
    const wrong = await machine.runWith({ env: farEnv({ LANDFALL_TOKEN: "lf_wrong" }) }, "ls", "--json");
    expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([4, { error: { code: "AUTH_FAILED" } }]);
    const none = await machine.runWith({ env: farEnv({ LANDFALL_TOKEN: "" }) }, "ls", "--json");
    expect([none.code, JSON.parse(none.stdout)]).toMatchObject([
      4,
      { error: { code: "AUTH_FAILED", where: serving.url, next: expect.stringContaining("landfall login") } },
    ]);

    const viewer = { email: "vera@example.com", password };
    const invitation = await post<{ token: string }>(
      "/api/invitations",
      { email: viewer.email, role: "viewer" },
      await cookieOf(owner),
    );
    await post("/api/invitations/accept", { token: invitation.token, name: "Vera", password });
    const env = farEnv({ LANDFALL_TOKEN: await keyOf(viewer, "viewer") });
    const folder = machine.project("forbidden", { "index.html": "x" });
    const refused = await machine.runWith({ env }, "deploy", folder, "--json");
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      4,
      { status: "failed", error: { code: "INSUFFICIENT_PERMISSIONS" } },
    ]);
    expect((await machine.runWith({ env }, "ls", "--all")).code).toBe(0);
    expect((await machine.runWith({ env }, "doctor")).stdout).toContain("You may look there, and not deploy.");
  });

  it("is told what is wrong with an address that is none of a server's", async () => {
    const closed = await freePort();
    const nobody = await machine.runWith(
      { env: farEnv({ LANDFALL_URL: `http://127.0.0.1:${closed}` }) },
      "ls",
      "--json",
    );
    expect([nobody.code, JSON.parse(nobody.stdout)]).toMatchObject([75, { error: { code: "STORE_UNAVAILABLE" } }]);
    const unsafe = await machine.runWith({ env: farEnv({ LANDFALL_URL: "http://landfall.example.com" }) }, "ls");
    expect(unsafe).toMatchObject({ code: 2, stderr: expect.stringContaining("--insecure") });
  });

  it("logs in with a browser on whatever device, works there, and logs out", async () => {
    const env = { LANDFALL_HOME: join(machine.home, "laptop") };
    const logging = spawnWith(env, "login", serving.url, "--no-browser");
    const code = await until("the code", () => /Code: (\S+)/.exec(logging.err())?.[1]);
    expect(logging.err()).toContain(`${serving.url}/device`);
    const browser = await cookieOf(owner);
    await fetch(`${serving.url}/api/auth/device?user_code=${code}`, { headers: browser });
    await post("/api/auth/device/approve", { userCode: code }, browser);
    expect((await logging.outcome).code).toBe(0);

    const file = join(machine.home, ".config", "landfall", "servers.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { token } = (JSON.parse(readFileSync(file, "utf8")) as { logins: Record<string, { token: string }> }).logins[
      serving.url
    ]!;
    const who = await machine.runWith({ env }, "whoami");
    expect(who.stdout).toContain(serving.url);
    expect(who.stdout).toContain("Ada <ada@example.com>, owner of My organisation");
    expect((await machine.runWith({ env }, "ls", "site")).stdout).toContain("dep_");
    expect((await machine.runWith({ env }, "ls", "--server", "local")).stderr).toContain("No deployments yet");

    expect((await machine.runWith({ env }, "logout")).code).toBe(0);
    expect(readFileSync(file, "utf8")).not.toContain(token);
    // The session is over, not only forgotten here.
    expect((await fetch(`${serving.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await machine.runWith({ env }, "ls")).stderr).toContain("No deployments yet");
  });

  it("gives a key through a pipe, and no wrong one is kept", async () => {
    const env = { LANDFALL_HOME: join(machine.home, "laptop") };
    const wrong = await machine.runWith({ env, input: "lf_wrong\n" }, "login", serving.url, "--token-file", "-");
    expect(wrong.code).toBe(4);
    expect(existsSync(join(machine.home, ".config/landfall/servers.json"))).toBe(true);
    expect((await machine.runWith({ env }, "logout")).code).toBe(2);
    const right = await machine.runWith({ env, input: `${key}\n` }, "login", serving.url, "--token-file", "-");
    expect(right).toMatchObject({ code: 0, stderr: expect.stringContaining("by API key") });
    expect((await machine.runWith({ env }, "logout")).stderr).toContain("still good there");
  });
});

/** Bytes nothing makes smaller. */
function noise(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = 42;
  for (let at = 0; at + 4 <= sizeBytes; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE((state ^ (state >>> 13)) >>> 0, at);
  }
  return bytes;
}

/** A line to the server that can be cut. */
interface Line {
  url: string;
  /** Break what is open; answers how many connections that were. */
  cut(): number;
  /** Break the connection that has brought so many bytes in all, once. */
  cutAfter(bytes: number): void;
  wasCut(): boolean;
  sentBytes(): number;
  close(): Promise<void>;
}

async function openLine(to: number): Promise<Line> {
  const open = new Set<Socket>();
  let sent = 0;
  let limit = Number.POSITIVE_INFINITY;
  let cuts = 0;
  const server: Server = createServer((near) => {
    const farther = connect(to, "127.0.0.1");
    for (const [one, other] of [
      [near, farther],
      [farther, near],
    ] as const) {
      open.add(one);
      one.on("error", () => {}); // It was cut.
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    near.on("data", (chunk) => {
      sent += chunk.length;
      if (sent < limit) return;
      limit = Number.POSITIVE_INFINITY;
      cuts += 1;
      near.resetAndDestroy();
      farther.destroy();
    });
    near.pipe(farther);
    farther.pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const cut = (): number => {
    const amount = open.size;
    for (const one of open) one.resetAndDestroy();
    return amount;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    cutAfter: (bytes) => (limit = sent + bytes),
    wasCut: () => cuts > 0,
    sentBytes: () => sent,
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
