/** Hostile paths of backups, addresses of stores and of databases: a clear error or exactly what was asked for, nothing changed, no secret shown. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { S3State, Simulator } from "@landfall/simulators";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBucket, optionsOf } from "../../engine/test/snapshot/bucket.ts";
import { onPostgres } from "../../engine/test/store/databases.ts";
import { type PostgresServer, startPostgres } from "../../engine/test/store/postgres-server.ts";
import { install, type Installed, type Outcome } from "./installed.ts";

interface Report {
  error?: { code: string; what: string; where?: string; next?: string; faults?: { path: string; message: string }[] };
}

let landfall: Installed;
beforeAll(async () => {
  landfall = await install();
  expect(await landfall.json("env", "set", "A=b", "-p", "kept")).toMatchObject({ code: 0 });
});
afterAll(() => landfall[Symbol.asyncDispose]());

/** Refused with one of these codes, in words; answers the report. */
function expectRefusal({ code, stdout, stderr }: Outcome, codes: string[]): NonNullable<Report["error"]> {
  const { error } = stdout === "" ? ({} as Report) : (JSON.parse(stdout) as Report);
  expect({ code, error, stderr }).toMatchObject({
    code: 2,
    error: { what: expect.stringMatching(/\S/) as string, next: expect.stringMatching(/\S/) as string },
  });
  expect(codes).toContain(error!.code);
  expect(stderr).not.toMatch(/\n {4}at /); // No stack.
  return error!;
}

describe("a backup written to", () => {
  const keys = "ssh-ed25519 AAAA ada\n";
  /** A directory as of somebody else, and one to be in, three levels below. */
  function places(name: string): { there: string; cwd: string } {
    const there = join(landfall.home, name);
    const cwd = join(there, "a/b/c");
    mkdirSync(cwd, { recursive: true });
    mkdirSync(join(there, "ssh"));
    writeFileSync(join(there, "ssh/authorized_keys"), keys);
    symlinkSync(join(there, "ssh/authorized_keys"), join(there, "link"));
    symlinkSync(join(there, "ssh/not-there"), join(there, "dangling"));
    symlinkSync(join(there, "round"), join(there, "round"));
    return { there, cwd };
  }

  it.each([
    ["a file that is there", "../../../ssh/authorized_keys", "CONFLICT"],
    ["a link to one", "../../../link", "CONFLICT"],
    ["a link that leads nowhere", "../../../dangling", "CONFLICT"],
    ["a link that leads to itself", "../../../round", "CONFLICT"],
    ["a directory", "../../../ssh", "CONFLICT"],
    ["no name", "", "CONFLICT"],
    ["a directory that is not there", "../../../../no/such/directory/x", "INVALID_CONFIG"],
    ["a file as if it were a directory", "../../../ssh/authorized_keys/x", "INVALID_CONFIG"],
    ["a name that is too long", "x".repeat(300), "INVALID_CONFIG"],
    ["a device", "/dev/null", "CONFLICT"],
  ])("%s is refused", async (name, to, code) => {
    const { there, cwd } = places(name.replaceAll(" ", "-"));
    const before = readdirSync(there, { recursive: true, encoding: "utf8" }).toSorted();
    expectRefusal(await landfall.runWith({ cwd }, "backup", "--json", "--", to), [code]);
    expect(readdirSync(there, { recursive: true, encoding: "utf8" }).toSorted()).toEqual(before);
    expect(readFileSync(join(there, "ssh/authorized_keys"), "utf8")).toBe(keys);
    expect(lstatSync(join(there, "dangling")).isSymbolicLink()).toBe(true);
  });

  it.each([
    ["an option's name", "--verify"],
    ["another's", "-o ProxyCommand=id"],
    ["two lines", "a\nb.tar.zst"],
    ["quotes, a substitution and a semicolon", `it's "$(id)"; rm -rf x`],
  ])("a file with %s is written under exactly that name, and comes back from there", async (name, to) => {
    const cwd = join(landfall.home, `named ${name}`);
    mkdirSync(cwd);
    const written = await landfall.runWith({ cwd }, "backup", "--json", "--no-verify", "--", to);
    expect(written).toMatchObject({ code: 0 });
    expect(readdirSync(cwd)).toEqual([to]);
    const env = { LANDFALL_HOME: join(cwd, "restored") };
    const restored = await landfall.runWith({ cwd, env }, "restore", "--key", join(landfall.data, "key"), "--", to);
    expect(restored).toMatchObject({ code: 0 });
    expect((await landfall.runWith({ env }, "env", "ls", "-p", "kept")).stdout).toContain("A");
  });

  it("one name by two at once is one backup, and the other is told", async () => {
    const to = join(landfall.home, "twice.tar.zst");
    const both = await Promise.all([1, 2].map(() => landfall.run("backup", to, "--json")));
    expect(both.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 2]);
    expectRefusal(both.find(({ code }) => code === 2)!, ["CONFLICT"]);
    expect(await landfall.run("backup", "--verify", to)).toMatchObject({ code: 0 });
    expect(readdirSync(landfall.home).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("a restore", () => {
  it.each([
    ["a directory", "."],
    ["a device", "/dev/zero"],
    ["a file of another kind", "/etc/passwd"],
    ["nothing", "not-there"],
    ["an option", "--key"],
  ])("of %s is refused, and makes nothing", async (name, from) => {
    const cwd = join(landfall.home, `restore ${name}`);
    mkdirSync(cwd);
    const env = { LANDFALL_HOME: join(cwd, "new") };
    expectRefusal(await landfall.runWith({ cwd, env }, "restore", "--json", "--", from), [
      "INVALID_SOURCE",
      "NOT_FOUND",
    ]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("goes over nothing that is there, whatever way leads to it", async () => {
    const file = join(landfall.home, "again.tar.zst");
    expect(await landfall.run("backup", file, "--no-verify")).toMatchObject({ code: 0 });
    const there = join(landfall.home, "ssh-of-somebody");
    mkdirSync(there);
    writeFileSync(join(there, "authorized_keys"), "kept");
    symlinkSync(there, join(landfall.home, "to-somebody"));
    for (const home of [
      "../ssh-of-somebody",
      join(landfall.home, "to-somebody"),
      join(landfall.home, "ssh-of-somebody/."),
    ])
      expectRefusal(
        await landfall.runWith({ cwd: landfall.data, env: { LANDFALL_HOME: home } }, "restore", file, "--json"),
        ["CONFLICT"],
      );
    expect(readdirSync(there)).toEqual(["authorized_keys"]);
  });
});

describe("a store for bytes", () => {
  const secret = "wJalrXUtnFEMI-of-the-store";
  let bucket: Simulator<S3State>;
  beforeAll(async () => {
    bucket = await openBucket();
  });
  afterAll(() => bucket.close());

  /** With nothing made where the data directory would be. */
  async function refused(more: Record<string, string>): Promise<string> {
    const home = join(landfall.home, `store-${crypto.randomUUID()}`);
    const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: secret, LANDFALL_HOME: home, ...more };
    const outcome = await landfall.runWith({ env }, "ls", "--json");
    expectRefusal(outcome, ["INVALID_CONFIG"]);
    expect(existsSync(home)).toBe(false);
    const shown = outcome.stdout + outcome.stderr;
    expect(shown).not.toContain(secret);
    return shown;
  }

  it.each([
    ["a blank in the bucket", "s3://buc ket/x"],
    ["a line break in the bucket", "s3://buc\nket/x"],
    ["an option as bucket", "s3://--endpoint-url/x"],
    ["a substitution as bucket", "s3://$(id)/x"],
    ["a port", "s3://bucket:99/x"],
    ["quotes in the prefix", `s3://bucket/a'b"c`],
    ["a blank in the prefix", "s3://bucket/a b"],
    ["a semicolon in the prefix", "s3://bucket/a;id"],
    ["a prefix that leads up", "s3://bucket/a/../../b"],
    ["one that leads up in disguise", "s3://bucket/a/..%2f..%2fb"],
    ["a percent that is none", "s3://bucket/%ZZ"],
    ["what browsers keep to themselves", "s3://bucket/x#y"],
    ["an option as endpoint", "s3://bucket/x?endpoint=--endpoint-url"],
    ["a line break in the endpoint", "s3://bucket/x?endpoint=http://127.0.0.1:1%0A/"],
    ["a blank in the endpoint", "s3://bucket/x?endpoint=http://127.0.0.1:1/a%20b"],
    ["a file as endpoint", "s3://bucket/x?endpoint=file:///etc"],
    ["an unknown setting", "s3://bucket/x?endpoint-url=http://127.0.0.1:1"],
    ["a region of another line", "s3://bucket/x?region=eu%0Ax-amz-acl:public-read"],
    ["no end to its cache", "s3://bucket/x?cacheGb=Infinity"],
    ["another scheme", "http://bucket/x"],
    ["a password in its endpoint", `s3://bucket/x?endpoint=http://:${secret}@127.0.0.1:1`],
    ["a credential", `s3://AKIDEXAMPLE:${secret}@bucket/x`],
    ["a credential in its place", secret],
  ])("with %s is refused", async (_, address) => {
    expect(await refused({ LANDFALL_STORE: address })).toContain("LANDFALL_STORE");
  });

  it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])(
    "with a line break in %s is refused, and what was given is not repeated",
    async (name) => {
      const shown = await refused({ LANDFALL_STORE: "s3://bucket/x", [name]: `${secret}\nx-amz-acl: public-read` });
      expect(shown).toContain(name);
    },
  );

  it("is used under exactly the prefix that was given", async () => {
    const { url, accessKeyId, secretAccessKey } = optionsOf(bucket);
    const address = url.replace("/of/landfall", "/of/a..b/-o/--endpoint-url/x.y_z");
    await using other = await install({
      LANDFALL_STORE: address,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    expect(await other.json("deploy", other.project("page", { "index.html": "bytes" }))).toMatchObject({ code: 0 });
    const keys = [...bucket.state.objects.keys()];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key).toMatch(/^of\/a\.\.b\/-o\/--endpoint-url\/x\.y_z\//);
    expect(bucket.violations).toEqual([]);
  });
});

describe("an address of a database", () => {
  const password = "geheim-4711";
  it.each([
    ["of another kind", `mysql://u:${password}@127.0.0.1:1/db`],
    ["without a scheme", `u:${password}@127.0.0.1:1/db`],
    ["in words", `host=127.0.0.1 password=${password}`],
    ["that is a password alone", password],
    ["with a line break", `postgres://u:${password}@127.0.0.1:1/d\nb`],
    ["with an end of the password in it", `postgres://u:${password}#x@127.0.0.1:1/db`],
    ["with a port that is none", `postgres://u:${password}@127.0.0.1:99999/db`],
  ])("%s is refused, and not repeated", async (_, address) => {
    const home = join(landfall.home, `database-${crypto.randomUUID()}`);
    const env = { LANDFALL_DATABASE_URL: address, LANDFALL_HOME: home };
    for (const args of [["ls"], ["restore", join(landfall.data, "landfall.db")]]) {
      const { code, stdout, stderr } = await landfall.runWith({ env }, ...args, "--json", "--debug");
      expect({ args, code: code === 2 || code === 75 }).toEqual({ args, code: true });
      expect((JSON.parse(stdout) as Report).error!.next).toMatch(/\S/);
      expect(stdout + stderr).not.toContain(password);
      expect(existsSync(join(home, "landfall.db"))).toBe(false);
    }
  });

  onPostgres("names and passwords with signs", () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    }, 60_000);
    afterAll(() => server[Symbol.asyncDispose](), 60_000);

    it.each([
      ["quotes", `it's "quoted"`],
      ["a dollar and a substitution", "$(id) $HOME"],
      ["a semicolon", "x; drop table setting; --"],
      ["a line break", "two\nlines"],
      ["what addresses are made of", "a/b?c#d@e:f%41&g=h"],
      ["letters of elsewhere", "ümlaut-🚀"],
    ])("%s are taken exactly", async (_, text) => {
      const address = new URL((await server.url()).replace("@/", "@x/"));
      const host = address.searchParams.get("host")!;
      const admin = new Client({ host, user: "landfall", database: "postgres" });
      await admin.connect();
      await admin.query(`create role ${escapeIdentifier(text)} login password ${escapeLiteral(text)}`);
      await admin.query(`create database ${escapeIdentifier(text)} owner ${escapeIdentifier(text)}`);
      await admin.end();
      const part = encodeURIComponent(text);
      const url = `postgres://${part}:${part}@/${part}?host=${encodeURIComponent(host)}`;
      const home = join(landfall.home, `named-${crypto.randomUUID()}`);
      const env = { LANDFALL_DATABASE_URL: url, LANDFALL_HOME: home };
      expect(await landfall.runWith({ env }, "env", "set", "A=b", "-p", "kept")).toMatchObject({ code: 0 });
      const file = join(home, "backup.tar.zst");
      expect(await landfall.runWith({ env }, "backup", file)).toMatchObject({ code: 0 });
      const client = new Client({ host, user: text, database: text });
      await client.connect();
      const { rows } = await client.query("select name, current_user as who from project");
      await client.end();
      expect(rows).toEqual([{ name: "kept", who: text }]);
    });
  });
});
