/** Bytes in an S3-compatible store, through the command line: the data directory is a cache, and machines share what one has put. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { databases } from "../../engine/test/store/databases.ts";
import { stores } from "../../engine/test/snapshot/stores.ts";
import type { BlobStoreOptions } from "../../engine/src/snapshot/s3.ts";
import { echo, install, type Installed, until } from "./installed.ts";

const told = ({ url, accessKeyId, secretAccessKey }: BlobStoreOptions): Record<string, string> => ({
  LANDFALL_STORE: url,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
});
const site = { "index.html": "<h1>kept elsewhere</h1>", "large.bin": randomBytes(2_000_000) };

function emptyCache({ data }: Installed): void {
  for (const shard of readdirSync(join(data, "blobs")))
    if (/^[0-9a-f]{2}$/.test(shard)) rmSync(join(data, "blobs", shard), { recursive: true });
}

const served = (landfall: Installed, host: string, path: string): Promise<string> =>
  until(host + path, async () => {
    const { status, body } = await landfall.get(host, path);
    return status === 200 && body;
  });

describe.each(stores)("$name", ({ use }) => {
  const bucket = use();
  let env: Record<string, string>;
  beforeEach(async () => {
    env = told(await bucket());
  });

  it("serves, builds again and rolls back with nothing left of the cache", { timeout: 120_000 }, async () => {
    await using landfall = await install(env);
    const folder = landfall.project("site", site);
    expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
    expect(await landfall.json("deploy", landfall.project("echo", echo("hello")))).toMatchObject({ code: 0 });
    const large = await served(landfall, "site.localhost", "/large.bin");
    landfall.project("site", { "index.html": "<h1>second</h1>" });
    expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
    expect(landfall.processes().some(({ command }) => command.includes(env["AWS_SECRET_ACCESS_KEY"]!))).toBe(false);

    await landfall.run("stop");
    emptyCache(landfall);
    rmSync(join(landfall.data, "releases"), { recursive: true });
    expect(await landfall.run("status")).toMatchObject({ code: 0 });
    expect(await served(landfall, "site.localhost", "/large.bin")).toBe(large);
    expect(await served(landfall, "echo.localhost", "/")).toBe("hello");
    expect(await landfall.run("rollback", "site")).toMatchObject({ code: 0 });
    expect(await served(landfall, "site.localhost", "/")).toBe(site["index.html"]);
  });

  it("says whether the store answers, and what is missing to use it", { timeout: 60_000 }, async () => {
    await using landfall = await install(env);
    const found = async (more: Record<string, string>): Promise<string> =>
      (await landfall.runWith({ env: more }, "doctor")).stdout;
    expect(await found({})).toMatch(/store {2}Bytes are in s3:\/\/\w+\/of\/landfall\//);
    const refused = await found({ AWS_SECRET_ACCESS_KEY: "not-the-secret" });
    expect(refused).toMatch(/✗ store[^✓]*refused the credential/);
    expect(refused).not.toContain("not-the-secret");
    const unset = await landfall.runWith({ env: { AWS_SECRET_ACCESS_KEY: "" } }, "ls");
    expect(unset).toMatchObject({ code: 2 });
    expect(unset.stderr).toContain("AWS_SECRET_ACCESS_KEY");
    expect(existsSync(join(landfall.data, "landfall.db"))).toBe(true);
  });

  it("comes back from a backup, bytes and all, into a store that is empty", { timeout: 120_000 }, async () => {
    await using old = await install(env);
    await old.json("deploy", old.project("site", site));
    emptyCache(old);
    const file = join(old.home, "backup.tar.zst");
    expect(await old.run("backup", file)).toMatchObject({ code: 0 });
    await using fresh = await install(told(await bucket()));
    expect(await fresh.run("restore", file, "--key", join(old.data, "key"))).toMatchObject({ code: 0 });
    emptyCache(fresh);
    expect(await fresh.run("ls")).toMatchObject({ code: 0 });
    expect(await served(fresh, "site.localhost", "/")).toBe(site["index.html"]);
  });

  describe.each(databases.filter(({ kind }) => kind === "postgres"))(
    "two machines on $kind",
    ({ use: useDatabase }) => {
      const database = useDatabase();
      it("serve what either has deployed", { timeout: 120_000 }, async () => {
        const { databaseUrl = "" } = await database();
        const shared = {
          ...env,
          LANDFALL_DATABASE_URL: databaseUrl,
          TOKEN_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
        };
        await using a = await install(shared);
        await using b = await install(shared);
        expect(await a.json("deploy", a.project("site", site))).toMatchObject({ code: 0 });
        // A command starts no second edge beside the one that is heard of; a server does.
        const serving = b.start("serve", "--roles", "edge");
        try {
          expect(await served(b, "site.localhost", "/")).toBe(site["index.html"]);
          expect(await served(b, "site.localhost", "/large.bin")).toBe(
            (await a.get("site.localhost", "/large.bin")).body,
          );
        } finally {
          serving.kill("SIGTERM");
        }
      });
    },
  );
});
