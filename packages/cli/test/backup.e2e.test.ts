/** Backup and restore through the command line: another machine, as far as a data directory can tell, serves the same bytes. */
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { echo, install, type Installed, outcomeOf, until } from "./installed.ts";

interface Finding {
  id: string;
  state: string;
  what: string;
}

let old: Installed;
beforeAll(async () => {
  old = await install();
  await old.json(
    "deploy",
    old.project("site", { "index.html": "<h1>kept</h1>", "large.txt": randomBytes(300_000).toString("hex") }),
  );
  await old.json("deploy", old.project("echo", echo("hello")), "--env", "GREETING=hidden away");
}, 120_000);
afterAll(() => old[Symbol.asyncDispose]());

const backupFinding = async (): Promise<Finding | undefined> =>
  (JSON.parse((await old.run("doctor", "--json")).stdout) as Finding[]).find(({ id }) => id === "backup");

it("is missed by doctor until one was restored for a test", { timeout: 60_000 }, async () => {
  expect(await backupFinding()).toMatchObject({ state: "warning", what: /no backup/ });
  const untested = join(old.home, "untested.tar.zst");
  const made = await old.run("backup", untested, "--no-verify");
  expect(made).toMatchObject({ code: 0 });
  expect(made.stdout).toContain("does not count");
  expect(await backupFinding()).toMatchObject({ state: "warning" });
  const verified = await old.run("backup", "--verify", untested);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.stdout).toMatch(/Restored for a test:\n {2}✓ Each of its \d+ parts/);
  expect(await backupFinding()).toMatchObject({ state: "ok" });
});

it("made while a deployment runs, and restored elsewhere, serves the same bytes", { timeout: 120_000 }, async () => {
  await using fresh = await install();
  const slow = old.project("slow", {
    "build.js": "setInterval(() => {}, 1000);",
    "index.html": "never",
  });
  const running = outcomeOf(old.start("deploy", slow, "--build-command", "node build.js", "--output-dir", "."));
  const isBuilding = async (): Promise<boolean> => (await old.run("ls", "slow", "--json")).stdout.includes("building");
  await until("the build", isBuilding);
  const file = join(fresh.home, "backup.tar.zst");
  writeFileSync(join(fresh.home, "pass"), "a long enough passphrase\n");
  const made = await old.run("backup", file, "--with-key", "--passphrase-file", join(fresh.home, "pass"));
  expect(made).toMatchObject({ code: 0, stderr: "" });
  // It went on meanwhile.
  expect(await isBuilding()).toBe(true);
  await old.run("cancel", (JSON.parse((await old.run("ls", "slow", "--json")).stdout) as { id: string }[])[0]!.id);
  await running;

  const restored = await fresh.run("restore", file, "--passphrase-file", join(fresh.home, "pass"));
  expect(restored).toMatchObject({ code: 0, stderr: "" });
  expect(restored.stdout).toContain("1 deployment that ran then ended");
  expect(await fresh.run("ls")).toMatchObject({ code: 0 });
  const ask = async (host: string, path?: string): Promise<string> =>
    until(host, async () => {
      const { status, body } = await fresh.get(host, path);
      return status === 200 && body;
    });
  for (const path of ["/", "/large.txt"])
    expect(await ask("site.localhost", path)).toBe((await old.get("site.localhost", path)).body);
  expect(await ask("echo.localhost")).toBe("hello");
  expect(JSON.parse(await ask("echo.localhost", "/env"))).toMatchObject({ GREETING: "hidden away" });
  const [cancelled] = JSON.parse((await fresh.run("ls", "slow", "--json")).stdout) as { state: string }[];
  expect(cancelled!.state).toBe("cancelled");
});

it("refuses a home that is in use, a missing key and a file cut short, and changes nothing", {
  timeout: 60_000,
}, async () => {
  await using fresh = await install();
  const file = join(fresh.home, "backup.tar.zst");
  expect(await old.run("backup", file)).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const inUse = await old.run("restore", file);
  expect(inUse.code).toBe(2);
  expect(inUse.stderr).toContain("not empty");
  const keyless = await fresh.run("restore", file);
  expect(keyless.code).toBe(2);
  expect(keyless.stderr).toMatch(/needs the key [0-9a-f]{8}/);
  const short = join(fresh.home, "short.tar.zst");
  copyFileSync(file, short);
  truncateSync(short, statSync(file).size - 1);
  const cut = await fresh.run("restore", short, "--key", join(old.data, "key"));
  expect(cut.code).toBe(2);
  expect(cut.stderr).toContain("cut short");
  expect(existsSync(fresh.data)).toBe(false);
  expect(readdirSync(fresh.home).filter((name) => name.includes("restoring"))).toEqual([]);
  expect(await fresh.run("restore", file, "--key", join(old.data, "key"))).toMatchObject({ code: 0 });
  expect(readFileSync(join(fresh.data, "key"), "utf8")).toBe(readFileSync(join(old.data, "key"), "utf8"));
});
