/** Hostile names, sources, values and programs through the command line: a clear error, nothing changed, nothing left. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type TarPart, tarOf } from "../../engine/test/source/tar-of.ts";
import { type ZipPart, zipOf } from "../../engine/test/source/zip-of.ts";
import { echo, install, type Installed, until } from "./installed.ts";

/** What an attack that works would leave. */
const canary = join(tmpdir(), `pwn-${crypto.randomUUID().slice(0, 8)}`);
const touch = `touch ${canary}`;

interface Result {
  id: string | null;
  status: string;
  url: string | null;
  error?: { code: string; what: string; next?: string };
}

let landfall: Installed;
let page: string;
beforeAll(async () => {
  landfall = await install();
  page = landfall.project("page", { "index.html": "<h1>page</h1>" });
  expect(await landfall.json("deploy", page)).toMatchObject({ code: 0 });
});
afterAll(() => landfall[Symbol.asyncDispose]());

afterEach(async () => {
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("pwn-") && canary.includes(name))).toEqual([]);
  expect(await landfall.get("page.localhost")).toEqual({ status: 200, body: "<h1>page</h1>" });
});

/** What a refused call must leave as it was: the rows of the store, and the places where sources are unpacked and programs run. */
function state(): unknown {
  const db = new DatabaseSync(join(landfall.data, "landfall.db"), { readOnly: true });
  try {
    const rows = ["select id, state from deployment", "select name from project", "select key from variable"].map(
      (query) => db.prepare(query).all(),
    );
    const folders = readdirSync(landfall.data, { recursive: true, encoding: "utf8" }).filter((path) =>
      /^(?:scratch|builds|releases)\//.test(path),
    );
    return { rows, folders, home: readdirSync(landfall.home).toSorted() };
  } finally {
    db.close();
  }
}

/** The call ends with status 2, says a code, what and what to do, and has changed nothing. */
async function expectRefused(args: string[], codes: string[], input = ""): Promise<void> {
  const before = state();
  const { code, stdout, stderr } = await landfall.runWith({ input }, "--json", ...args);
  const report = stdout === "" ? null : (JSON.parse(stdout) as Result);
  expect({ args, code, stdout, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/\S/) as string });
  expect(codes).toContain(report?.error?.code);
  expect(report!.error!.what).toMatch(/\S/);
  expect(report!.error!.next).toMatch(/\S/);
  expect(stderr).not.toMatch(/\n {4}at /); // No stack.
  expect(state()).toEqual(before);
}

describe("names", () => {
  const hostile: [string, string][] = [
    ["a semicolon", `a;${touch}`],
    ["back-ticks", `\`${touch}\``],
    ["a substitution", `$(${touch})`],
    ["a line break", `a\n${touch}`],
    ["a pipe", `a|${touch}`],
    ["and", `a&&${touch}`],
    ["a way up", "../../x"],
    ["a host with a command", "a.com;id"],
    ["a directive", "a.com\nroot * /"],
    ["a wild card", "*.com"],
    ["an address", "127.0.0.1"],
    ["an address of the other kind", "[::1]"],
    ["a trailing dot", "page."],
    ["a homograph", "раgе"],
    ["254 characters", "a".repeat(254)],
    ["nothing", ""],
    ["template marks", "{{ env.HOME }}"],
  ];

  it.each(hostile)("of a project with %s", async (_, name) => {
    await expectRefused(["deploy", page, `--project=${name}`], ["INVALID_CONFIG"]);
    await expectRefused(["env", "set", "A=b", `--project=${name}`], ["INVALID_CONFIG"]);
    await expectRefused(["rm", "--yes", "--", name], ["NOT_FOUND", "INVALID_CONFIG"]);
  });

  it.each(hostile)("of an environment with %s", async (_, name) => {
    await expectRefused(["deploy", page, `--preview=${name}`], ["INVALID_CONFIG"]);
    await expectRefused(["env", "set", "A=b", "-p", "page", `--environment=${name}`], ["INVALID_CONFIG"]);
  });

  it("that come with the source are made fit, and never run", async () => {
    const folder = landfall.project("hostile-name", {
      "package.json": JSON.stringify({ name: `$(${touch})` }),
      "index.html": "<h1>harmless</h1>",
    });
    const result = await landfall.json<Result & { project: string }>("deploy", folder);
    expect(result).toMatchObject({ code: 0, project: expect.stringMatching(/^[a-z0-9-]+$/) as string });
    landfall.project("hostile-config", {
      "landfall.json": JSON.stringify({ name: `$(${touch})` }),
      "index.html": "",
    });
    await expectRefused(["deploy", join(landfall.home, "hostile-config")], ["INVALID_CONFIG"]);
  });
});

describe("sources", () => {
  it.each([
    ["--upload-pack", `--upload-pack=${touch}`],
    ["-o", `-oProxyCommand=${touch}`],
    ["a way up", "refs/heads/../../x"],
    ["a line break", `main\n${touch}`],
  ])("a ref with %s", async (_, ref) => {
    await expectRefused(["deploy", "http://127.0.0.1:1/x.git", `--ref=${ref}`], ["INVALID_SOURCE"]);
  });

  it.each([
    ["ext", `ext::sh -c ${touch}`],
    ["file", "file:///etc"],
    ["an option for a host", `ssh://-oProxyCommand=${touch.replaceAll(" ", "%20")}/x`],
    ["git without encryption", "git://127.0.0.1/x.git"],
    ["a line break", `https://127.0.0.1/x\n--upload-pack=${touch}`],
  ])("an address of %s", async (_, address) => {
    await expectRefused(["deploy", address], ["INVALID_SOURCE"]);
  });

  it("a password in an address is shown nowhere", async () => {
    const result = await landfall.run("deploy", "https://me:pass-word-4711@127.0.0.1:1/x.git", "--json");
    expect(result.code).toBe(75);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: "SOURCE_UNAVAILABLE" } });
    expect(result.stdout + result.stderr).not.toContain("pass-word-4711");
    expect(filesWith(landfall.data, "pass-word-4711")).toEqual([]);
  });

  it("a way back that is none: an option, another project's deployment, a beginning of many", async () => {
    const other = await landfall.json<Result>("deploy", landfall.project("other", { "index.html": "other" }));
    await expectRefused(["rollback", "page", `HEAD --output=${canary}`], ["NOT_FOUND", "INVALID_CONFIG"]);
    await expectRefused(["rollback", "page", other.id!], ["NOT_FOUND", "CONFLICT"]);
    await expectRefused(["rollback", "page", "dep_"], ["NOT_FOUND", "CONFLICT", "INVALID_CONFIG"]);
  });

  it.each([
    ["a command", `/ && ${touch}`],
    ["a line break", `/\n${touch}`],
    ["an address of its own", "http://169.254.169.254/"],
    ["another host", "//evil"],
    ["another host, the other way round", "/\\evil"],
    ["ten thousand characters", `/${"x".repeat(10_000)}`],
  ])("a health path with %s", async (_, healthPath) => {
    const folder = join(landfall.home, "health");
    landfall.project("health", { ...echo("never"), "landfall.json": JSON.stringify({ healthPath }) });
    await expectRefused(["deploy", folder], ["INVALID_CONFIG"]);
  });

  it.each([
    ["Procfile", { Procfile: `web: node server.js; ${touch}\n` }],
    ["landfall.json", { "landfall.json": JSON.stringify({ startCommand: `node server.js $(${touch})` }) }],
    ["railway.json", { "railway.json": JSON.stringify({ deploy: { startCommand: `node server.js | ${touch}` } }) }],
  ])("a command for a shell in %s is started by none", async (name, more) => {
    const folder = landfall.project(`shell-${name.toLowerCase().replace(".", "-")}`, {
      ...echo("harmless"),
      ...(more as Record<string, string>),
    });
    const result = await landfall.json<Result>("deploy", folder);
    // Refused, or understood as something that needs no shell; the canary is looked for after each.
    if (result.status !== "success") expect(result.error?.next).toMatch(/\S/);
  });
});

describe("archives", () => {
  const hello: TarPart = { name: "index.html", content: "<h1>hello</h1>" };
  const tars: [string, TarPart[]][] = [
    ["a way up", [hello, { name: "../../../../../../../../..".concat(canary), content: "x" }]],
    ["an absolute path", [hello, { name: canary, content: "x" }]],
    ["back-slashes", [hello, { name: "..\\..\\x", content: "x" }]],
    ["a drive", [hello, { name: "C:\\x", content: "x" }]],
    [
      "a path of 5,000 characters",
      [hello, { name: "x", pax: { path: `${"d".repeat(200)}/`.repeat(25) }, content: "x" }],
    ],
    ["10,000 levels", [hello, { name: "x", pax: { path: "d/".repeat(10_000) + "x" }, content: "x" }]],
    [
      "a link out and a file through it",
      [
        { name: "out", type: "2", target: tmpdir() },
        { name: `out/${canary.split("/").at(-1)}`, content: "x" },
      ],
    ],
    ["a hard link out", [hello, { name: "shadow", type: "1", target: "/etc/passwd" }]],
    ["a device", [hello, { name: "zero", type: "3" }]],
    ["a pipe", [hello, { name: "pipe", type: "6" }]],
    ["names that differ in case only", [hello, { name: "INDEX.html", content: "x" }]],
    ["a damaged header", [hello, { name: "b", damage: true }]],
  ];
  const zips: [string, ZipPart[]][] = [
    ["a way up", [{ name: `../../../../../../..${canary}`, content: "x" }]],
    ["a name with NUL", [{ name: "a\0b", content: "x" }]],
    ["a link out", [{ name: "out", content: "/etc", mode: 0o120777 }]],
    ["a bomb", [{ name: "zero.html", content: Buffer.alloc(300 * 1024 * 1024) }]],
    [
      "a size that is not true",
      [{ name: "index.html", content: "hello hello", central: { size: 3 }, local: { size: 3 } }],
    ],
    [
      "entries that share bytes",
      [
        { name: "a", content: "x" },
        { name: "b", content: "x", central: { at: 0 } },
      ],
    ],
    ["encryption", [{ name: "index.html", content: "x", flags: 0x801 }]],
  ];
  const archives = (): string => {
    mkdirSync(join(landfall.home, "archives"), { recursive: true });
    return join(landfall.home, "archives");
  };

  it.each(tars)("tar with %s", async (_, parts) => {
    const path = join(archives(), "hostile.tar.gz");
    writeFileSync(path, gzipSync(tarOf(parts)));
    await expectRefused(["deploy", path], ["UNSAFE_ARCHIVE", "INVALID_SOURCE"]);
  });

  it.each(zips)("zip with %s", async (_, parts) => {
    const path = join(archives(), "hostile.zip");
    writeFileSync(path, zipOf(parts));
    await expectRefused(["deploy", path], ["UNSAFE_ARCHIVE", "INVALID_SOURCE"]);
  });

  it("cut off, or none at all", async () => {
    const path = join(archives(), "cut.tar.gz");
    const whole = gzipSync(tarOf([hello]));
    for (const content of [whole.subarray(0, whole.length - 12), Buffer.from("no archive"), Buffer.alloc(0)]) {
      writeFileSync(path, content);
      await expectRefused(["deploy", path], ["UNSAFE_ARCHIVE", "INVALID_SOURCE"]);
    }
  });
});

describe("folders", () => {
  it("with secrets in them: the secrets stay behind, are named, and are in no file of ours", async () => {
    const folder = landfall.project("leaky", {
      "index.html": "<h1>leaky</h1>",
      ".env": "STRIPE_SECRET_KEY=sk_live_neverinthestore",
      ".npmrc": "//registry.npmjs.org/:_authToken=npm_neverinthestore",
      id_rsa: "-----BEGIN OPENSSH PRIVATE KEY-----\nneverinthestore\n-----END OPENSSH PRIVATE KEY-----\n",
    });
    const { code, stderr } = await landfall.run("deploy", folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Left out .*\.env/);
    for (const path of [".env", ".npmrc", "id_rsa"]) {
      expect((await landfall.get("leaky.localhost", `/${path}`)).status).toBe(404);
    }
    expect(filesWith(landfall.data, "neverinthestore")).toEqual([]);
  });

  it("with a repository that wants to run something: nothing of it is run or served", async () => {
    const folder = landfall.project("repository", { "index.html": "<h1>repository</h1>" });
    execFileSync("git", ["init", "--quiet", folder], { env: { PATH: landfall.env["PATH"]!, HOME: landfall.home } });
    const script = join(landfall.home, "run-me.sh");
    writeFileSync(script, `#!/bin/sh\n${touch}\n`, { mode: 0o755 });
    writeFileSync(
      join(folder, ".git/config"),
      `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${landfall.home}\n[filter "lfs"]\n\tsmudge = ${script}\n\tclean = ${script}\n`,
    );
    writeFileSync(join(folder, ".gitattributes"), "* filter=lfs\n");
    writeFileSync(join(folder, ".gitmodules"), `[submodule "x"]\n\tpath = ../x\n\turl = -u${script}\n`);
    expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
    expect((await landfall.get("repository.localhost", "/.git/config")).status).toBe(404);
  });

  it("with a link that leads out, one that leads nowhere, and a socket", async () => {
    const folder = landfall.project("links", { "index.html": "<h1>links</h1>" });
    symlinkSync("/etc/passwd", join(folder, "passwd.html"));
    symlinkSync("nowhere", join(folder, "gone.html"));
    const server = createServer().listen(join(folder, "socket"));
    try {
      expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
    } finally {
      server.close();
    }
    for (const path of ["/passwd.html", "/passwd", "/gone.html", "/socket"])
      expect((await landfall.get("links.localhost", path)).status).toBe(404);
  });
});

describe("variables", () => {
  it.each([
    ["white space", "A B=c"],
    ["a digit first", "1A=c"],
    ["no name", "=c"],
    ["a name of ours", "LANDFALL_HOME=/"],
    ["no value", "EMPTY="],
  ])("with %s are refused whole", async (_, word) => {
    await expectRefused(["env", "set", "GOOD=1", word, "-p", "page"], ["INVALID_VARIABLE"]);
    if (word !== "EMPTY=") await expectRefused(["deploy", page, "-e", "GOOD=1", "-e", word], ["INVALID_VARIABLE"]);
  });

  it("with bytes no program can be given are refused", async () => {
    await expectRefused(["env", "set", "TEXT", "-p", "page"], ["INVALID_VARIABLE"], "a\0b");
    const before = state();
    const { code } = await landfall.runWith(
      { input: Buffer.from([0x61, 0xff, 0x62]) },
      "env",
      "set",
      "TEXT",
      "-p",
      "page",
    );
    expect(code).toBe(2);
    expect(state()).toEqual(before);
  });

  it("that steer other programs reach the project's own and none of ours", async () => {
    const loaded = join(landfall.home, "loaded");
    // Where it may not write, in the build, it does not matter.
    const evil = `try { require("node:fs").appendFileSync(${JSON.stringify(loaded)}, process.argv.join(" ") + "\\n"); } catch {}`;
    const folder = landfall.project("steered", echo("steered", { "evil.cjs": evil }));
    const steering = {
      NODE_OPTIONS: "--require ./evil.cjs",
      BASH_ENV: "./evil.cjs",
      GIT_SSH_COMMAND: touch,
      LD_PRELOAD: "/nowhere/x.so",
      DOCKER_HOST: "tcp://127.0.0.1:1",
    };
    const flags = Object.entries(steering).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    const result = await landfall.json<Result>("deploy", folder, ...flags);
    expect(result).toMatchObject({ code: 0, status: "success" });
    const got = JSON.parse((await landfall.get("steered.localhost", "/env")).body) as Record<string, string>;
    expect(got).toMatchObject(steering);
    const programs = readFileSync(loaded, "utf8");
    expect(programs).toContain("server.js");
    expect(programs).not.toContain("landfall.js");
  });

  it("a thousand with 2 MB reach the program, one more is refused", async () => {
    const many = (amount: number): string =>
      Array.from({ length: amount }, (_, index) => `V${index}=${String(index).padStart(1985, "x")}`).join("\n");
    const file = join(landfall.home, "many.env");
    const folder = landfall.project("many", echo("many"));
    writeFileSync(file, many(1001));
    await expectRefused(["deploy", folder, "--env-file", file], ["INVALID_VARIABLE"]);
    writeFileSync(file, many(1000));
    expect(await landfall.json("deploy", folder, "--env-file", file)).toMatchObject({ code: 0, status: "success" });
    const got = JSON.parse((await landfall.get("many.localhost", "/env")).body) as Record<string, string>;
    expect(Object.keys(got).filter((key) => /^V\d+$/.test(key))).toHaveLength(1000);
    expect(got["V999"]).toBe("999".padStart(1985, "x"));
    expect((await landfall.run("rm", "many", "--yes")).code).toBe(0);
  });

  it("a secret is in no event, no log that is shown, no argument list and no file of ours", async () => {
    const secret = `s3cr3t-${crypto.randomUUID()}`;
    // Read by nothing that detection knows, so the build gets it as well as the program.
    const read = 'process["e" + "nv"].BUILD_PASS';
    const files = echo("secret", { "build.js": `console.log("building with " + ${read});` });
    files["server.js"] += `console.log("running with " + ${read});\n`;
    const folder = landfall.project("secret", files);
    const result = await landfall.runWith(
      { env: { BUILD_PASS: secret } },
      "deploy",
      folder,
      "--env=BUILD_PASS",
      "--build-command=node build.js",
      "--json",
      "--verbose",
    );
    expect(result.code).toBe(0);
    const { id } = JSON.parse(result.stdout) as { id: string };
    expect(JSON.parse((await landfall.get("secret.localhost", "/env")).body)).toMatchObject({ BUILD_PASS: secret });
    const shown = await Promise.all(
      [
        ["inspect", id, "--json"],
        ["logs", id],
        ["logs", "secret"],
        ["why", id],
        ["env", "ls", "-p", "secret"],
      ].map((args) => landfall.run(...args)),
    );
    expect(shown[1]!.stdout).toContain("building with [secret BUILD_PASS]");
    expect(shown[2]!.stdout).toContain("running with [secret BUILD_PASS]");
    for (const { stdout, stderr } of [result, ...shown]) expect(stdout + stderr).not.toContain(secret);
    expect(landfall.processes().filter(({ command }) => command.includes(secret))).toEqual([]);
    // The program itself has it; the edge and whatever else is ours does not.
    const holders = landfall.processes().filter(({ environment }) => environment.includes(secret));
    expect(holders.filter(({ command }) => !command.includes("server.js"))).toEqual([]);
    // What the program printed it wrote itself, into a file only this user can read; it is hidden where it is shown.
    expect(filesWith(landfall.data, secret).filter((path) => !path.startsWith("logs/run/"))).toEqual([]);
  });
});

describe("programs that", () => {
  const server = (body: string): Record<string, string> => ({
    ...echo(""),
    "server.js": body,
    "landfall.json": '{"kind":"server"}',
  });

  it("do not get healthy end in an error that says why, and the release before goes on", async () => {
    const bad: [string, string, string, string | RegExp][] = [
      ["dies", 'console.error("no kettle"); process.exit(3);', "START_FAILED", /3/],
      ["never", "setInterval(() => {}, 1000);", "UNHEALTHY", /no port/],
      [
        "elsewhere",
        'import { createServer } from "node:http"; createServer().listen(0, "127.0.0.1");',
        "UNHEALTHY",
        /PORT/,
      ],
      [
        "answers500",
        'import { createServer } from "node:http"; createServer((q, a) => { a.statusCode = 500; a.end(); }).listen(process.env.PORT, "127.0.0.1");',
        "UNHEALTHY",
        /500/,
      ],
    ];
    await Promise.all(
      bad.map(async ([name, body, code, reason]) => {
        const folder = landfall.project(name, echo("before"));
        expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
        landfall.project(name, server(body));
        const result = await landfall.json<Result>("deploy", folder);
        expect({ name, ...result }).toMatchObject({ code: 1, status: "failed", error: { code } });
        expect(result.error!.what).toMatch(reason);
        expect(result.error!.next).toMatch(/\S/);
        expect((await landfall.get(`${name}.localhost`)).body).toBe("before");
        const { services } = await landfall.json<{ services: { project: string }[] }>("status");
        expect(services.filter((one) => one.project === name)).toHaveLength(1);
      }),
    );
    // Of each the release of before, and nothing of the one that failed.
    await until("the end of the others", () => {
      const running = landfall.processes().filter(({ environment }) => environment.includes("LANDFALL_INSTANCE="));
      const names = bad.map(([name]) => name);
      return names.every(
        (name) =>
          running.filter(({ environment }) => environment.includes(`/${name}`) || environment.includes(`.${name}`))
            .length <= 1,
      );
    });
  });

  it("ignore SIGTERM are ended all the same", async () => {
    const deaf = (text: string): Record<string, string> =>
      server(`import { createServer } from "node:http";
process.on("SIGTERM", () => {});
createServer((request, response) => response.end(${JSON.stringify(text)})).listen(process.env.PORT, "127.0.0.1");
`);
    const folder = landfall.project("deaf", deaf("first"));
    const first = await landfall.json<{ releaseId: string } & Result>("deploy", folder);
    expect(first.code).toBe(0);
    const { releaseId } = await landfall.json<{ releaseId: string }>("inspect", first.id!);
    const running = (): boolean =>
      landfall.processes().some(({ environment }) => environment.includes(`LANDFALL_RELEASE=${releaseId}`));
    expect(running()).toBe(true);
    landfall.project("deaf", deaf("second"));
    expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
    expect((await landfall.get("deaf.localhost")).body).toBe("second");
    await until("the end of the first", () => !running());
  });

  it("are deployed, rolled back and removed all at once end in one state", async () => {
    const folder = landfall.project("storm", { "index.html": "<h1>0</h1>" });
    for (const text of ["1", "2"]) {
      writeFileSync(join(folder, "index.html"), text);
      expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
    }
    writeFileSync(join(folder, "index.html"), "3");
    const ended = await Promise.all([
      landfall.run("deploy", folder, "--json"),
      landfall.run("rollback", "storm", "--json"),
      landfall.run("env", "set", "A=b", "-p", "storm", "--json"),
      landfall.run("rm", "storm", "--yes", "--json"),
    ]);
    for (const { stderr } of ended) expect(stderr).not.toContain("INTERNAL");
    const { services } = await landfall.json<{ services: { project: string }[] }>("status");
    const served = await landfall.get("storm.localhost");
    const live = services.filter((one) => one.project === "storm");
    expect(live.length).toBeLessThanOrEqual(1);
    expect(served.status).toBe(live.length === 1 ? 200 : 404);
  });
});

/** Files below `directory` with these bytes in them. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => {
    const full = join(directory, path);
    return existsSync(full) && statSync(full).isFile() && readFileSync(full).includes(text);
  });
}
