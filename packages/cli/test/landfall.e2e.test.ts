import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const cli = join(import.meta.dirname, "..");
const bin = join(cli, "bin", "landfall.js");
const folder = mkdtempSync(join(tmpdir(), "landfall-cli-"));

beforeAll(() => {
  mkdirSync(join(folder, "site"));
  writeFileSync(join(folder, "site", "index.html"), "<h1>hello</h1>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The real program as a child process, without a terminal; its data directory does not exist before. */
function landfall(args: string[], { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LANDFALL_HOME: join(folder, "home"), ...env },
    stdio: "pipe",
  });
  child.stdin.on("error", () => {}); // It may end before it has read anything.
  child.stdin.end(input);
  const written = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (written.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (written.err += chunk.toString()));
  return new Promise<{ exit: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (exit) => resolve({ exit, ...written })),
  );
}

describe("the program", () => {
  it("says its version and its help on stdout, with status 0", async () => {
    expect(await landfall(["--version"])).toEqual({ exit: 0, out: "0.1.0\n", err: "" });
    const help = await landfall(["--help"]);
    expect(help).toMatchObject({ exit: 0, err: "" });
    expect(help.out).toContain("Usage: landfall");
  });

  it("refuses what it does not know with status 2 and nothing on stdout", async () => {
    for (const args of [["--prodd"], ["depoly"], ["deploy", "--nope"], ["env", "nope"], ["deploy", "gone/folder"]]) {
      const { exit, out, err } = await landfall(args);
      expect({ args, exit, out }).toEqual({ args, exit: 2, out: "" });
      expect(err).not.toBe("");
    }
  });

  it("refuses settings that cannot be used with status 2", async () => {
    const { exit, err } = await landfall(["ls"], { env: { LANDFALL_PORT: "http" } });
    expect(exit).toBe(2);
    expect(err).toContain("LANDFALL_PORT");
  });

  it("says its version without Node, and takes the Node that lies beside the link it was started by", () => {
    const links = join(folder, "node_modules", ".bin");
    mkdirSync(links, { recursive: true });
    const link = join(links, "landfall");
    symlinkSync(bin, link);
    const run = (...args: string[]) => {
      const { stdout, stderr } = spawnSync(link, args, {
        env: { PATH: "/usr/bin:/bin", HOME: folder },
        encoding: "utf8",
      });
      return stdout + stderr;
    };
    writeFileSync(join(links, "node"), '#!/bin/sh\necho "this node, $3"\n', { mode: 0o755 });
    expect(run("--version")).toBe("0.1.0\n");
    expect(run("ls")).toBe("this node, ls\n");
  });

  it("says so where the directory one is in was removed, and does nothing", () => {
    const gone = mkdtempSync(join(folder, "gone-"));
    const { status, stdout, stderr } = spawnSync(
      "sh",
      ["-c", 'rmdir "$0" && exec "$@"', gone, process.execPath, bin, "deploy"],
      { cwd: gone, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder } },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(
      "The directory you are in is not there any more. Go to one that is, such as `cd ~`, and run the command again.\n",
    );
  });

  it("ends quietly when its reader goes away", async () => {
    const child = spawn(process.execPath, [bin, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const exit = await new Promise((resolve) => child.on("close", resolve));
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
  });
});

describe("detect", () => {
  it("prints one object for each directory", async () => {
    const { exit, out } = await landfall(["detect", "site", "site", "--json"]);
    expect(exit).toBe(0);
    const found = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { dir: string; kind: string });
    expect(found).toMatchObject([
      { dir: "site", kind: "static" },
      { dir: "site", kind: "static" },
    ]);
  });

  it("names a directory that is not there, and goes on with the others", async () => {
    const { exit, out, err } = await landfall(["detect", "gone", "site", "--json"]);
    expect(exit).toBe(2);
    expect(err).toContain("There is no such directory.");
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { dir: "gone", error: { code: "INVALID_SOURCE" } },
      { dir: "site", kind: "static" },
    ]);
  });

  it("answers a batch in order, a bad line with an error, and opens no database", async () => {
    const lines = [
      '{"id":1,"dir":"site"}',
      "nonsense",
      '{"id":"two"}',
      "",
      '{"id":3,"dir":"gone"}',
      `{"id":4,"dir":${JSON.stringify(join(folder, "site"))}}`,
    ];
    const { exit, out, err } = await landfall(["detect", "--batch"], { input: lines.join("\n") });
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { id: 1, dir: "site", kind: "static" },
      { id: null, error: { code: "INVALID_SOURCE" } },
      { id: "two", error: { code: "INVALID_SOURCE" } },
      { id: 3, error: { code: "INVALID_SOURCE" } },
      { id: 4, kind: "static" },
    ]);
  });

  it("answers a line of a batch before the next is asked", async () => {
    const child = spawn(process.execPath, [bin, "detect", "--batch"], {
      cwd: folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const id of [1, 2]) {
      child.stdin.write(`{"id":${id},"dir":"site"}\n`);
      expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ id, kind: "static" });
    }
    child.stdin.end();
    expect(await once(child, "close")).toEqual([0, null]);
  });
});

describe("plan", () => {
  it("sees a changed folder as it is, whatever was found there before and whatever its times say", async () => {
    const app = join(folder, "changing");
    const program = join(app, "server.js");
    mkdirSync(app);
    writeFileSync(join(app, "package.json"), '{"scripts":{"start":"node server.js"}}');
    writeFileSync(program, 'require("http").createServer().listen(3000)');
    const planned = async () => {
      const { out } = await landfall(["plan", "changing", "--json"]);
      return (JSON.parse(out) as { services: { kind: string; port?: number }[] }).services;
    };
    const first = await planned();
    expect(first).toMatchObject([{ kind: "server", port: 3000 }]);
    expect(await planned()).toEqual(first);
    const { atime, mtime } = statSync(program);
    writeFileSync(program, 'require("http").createServer().listen(4000)');
    utimesSync(program, atime, mtime);
    expect(await planned()).toMatchObject([{ kind: "server", port: 4000 }]);
    for (const name of readdirSync(join(folder, "home", "digests")))
      writeFileSync(join(folder, "home", "digests", name), "{");
    expect(await planned()).toMatchObject([{ kind: "server", port: 4000 }]);
  });
});

describe("variables", () => {
  it("set, listed, pulled and pushed are the same bytes", async () => {
    const value = "line one\nline \"two\" $HOME #x 'y' \\n é";
    expect(await landfall(["env", "set", "-p", "shop", "TEXT", "--plain"], { input: value })).toMatchObject({
      exit: 0,
      out: "",
    });
    const { out } = await landfall(["env", "ls", "-p", "shop", "--json"]);
    expect(JSON.parse(out)).toMatchObject([{ key: "TEXT", value, sensitive: false }]);
    const pulled = await landfall(["env", "pull", "-", "-p", "shop"]);
    writeFileSync(join(folder, "pulled.env"), pulled.out);
    expect((await landfall(["env", "push", "pulled.env", "-p", "shop", "--environment", "copy", "--plain"])).exit).toBe(
      0,
    );
    const copied = await landfall(["env", "ls", "-p", "shop", "--environment", "copy", "--json"]);
    expect(JSON.parse(copied.out)).toMatchObject([{ key: "TEXT", value }]);
  });

  it("that are missing refuse a deployment, and nobody is asked without a terminal", async () => {
    mkdirSync(join(folder, "api"));
    writeFileSync(
      join(folder, "api", "package.json"),
      '{"name":"api","type":"module","scripts":{"start":"node server.js"}}',
    );
    writeFileSync(
      join(folder, "api", "server.js"),
      'import { createServer } from "node:http";\nif (!process.env.STRIPE_SECRET_KEY) throw new Error("STRIPE_SECRET_KEY is required");\ncreateServer().listen(process.env.PORT);\n',
    );
    const checked = await landfall(["env", "check", "api", "--json"]);
    expect(checked.exit).toBe(2);
    expect(JSON.parse(checked.out)).toMatchObject({ ok: false });
    const deployed = await landfall(["deploy", "api", "--json"], { input: "sk_test_1234\n" });
    expect(deployed.exit).toBe(2);
    expect(JSON.parse(deployed.out)).toMatchObject({ id: null, status: "failed", error: { code: "MISSING_VARIABLE" } });

    writeFileSync(join(folder, "api", ".env"), `STRIPE_SECRET_KEY=sk_test_${"1234".repeat(8)}\n`);
    const refused = await landfall(["plan", "api"]);
    expect(refused.exit).toBe(2);
    expect(refused.out + refused.err).toContain("What .env has: --env-file .env.");
    expect(refused.out + refused.err).not.toContain("sk_test_1234");
    expect((await landfall(["plan", "api", "--env-file", "api/.env"])).exit).toBe(0);
  });
});
