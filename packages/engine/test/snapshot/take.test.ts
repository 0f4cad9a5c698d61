import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { DeployError } from "../../src/error.ts";
import { type Blobs, openBlobs } from "../../src/snapshot/blobs.ts";
import { type DigestCache, openDigestCache } from "../../src/snapshot/cache.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { type SnapshotOptions, takeSnapshot } from "../../src/snapshot/take.ts";

let directory: string;
let root: string;
let blobs: Blobs;
let cache: DigestCache;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-snapshot-"));
  root = join(directory, "project");
  mkdirSync(root);
  blobs = openBlobs(join(directory, "blobs"));
  cache = openDigestCache(join(directory, "digests"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

const take = (options: Partial<SnapshotOptions> = {}): Promise<Snapshot> =>
  takeSnapshot(root, { blobs, cache, ...options });
const paths = (snapshot: Snapshot): string[] => snapshot.files.map(({ path }) => path);
const content = (snapshot: Snapshot, path: string): string =>
  readFileSync(blobs.path(snapshot.files.find((file) => file.path === path)!.sha256), "utf8");

async function refusal(options: Partial<SnapshotOptions> = {}): Promise<DeployError> {
  const error: unknown = await take(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeployError)) throw new Error(`expected a DeployError, got ${String(error)}`);
  return error;
}

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index % 40}/f${index}.html`, `<p>${index}</p>`]));

describe("a snapshot", { timeout: 60_000 }, () => {
  it("has every file with its size, its executable bit and its content, sorted bytewise", async () => {
    write({
      "b.txt": "b",
      "a/z": "z",
      "a.txt": "a",
      run: "#!/bin/sh",
      empty: "",
      "\uffee": "high",
      "🚀": "astral",
      ümlaut: "u",
    });
    chmodSync(join(root, "run"), 0o4711);
    chmodSync(join(root, "a.txt"), 0o666);
    const snapshot = await take();
    expect(snapshot.files.map(({ path, mode, sizeBytes }) => [path, mode, sizeBytes])).toEqual([
      ["a.txt", 0o644, 1],
      ["a/z", 0o644, 1],
      ["b.txt", 0o644, 1],
      ["empty", 0o644, 0],
      ["run", 0o755, 9],
      ["ümlaut", 0o644, 1],
      ["\uffee", 0o644, 4],
      ["🚀", 0o644, 6],
    ]);
    for (const [path, text] of [
      ["a/z", "z"],
      ["🚀", "astral"],
      ["empty", ""],
    ])
      expect(content(snapshot, path!)).toBe(text);
    expect(snapshot).toMatchObject({ sizeBytes: 23, excluded: [], filesRead: 8 });
  });

  it("has the same digest for the same tree elsewhere, and another for any difference", async () => {
    write({ a: "1", "d/b": "2" });
    symlinkSync("a", join(root, "l"));
    const { digest } = await take();
    const change = async (make: () => void, undo: () => void): Promise<void> => {
      make();
      expect((await take()).digest).not.toBe(digest);
      undo();
      expect((await take()).digest).toBe(digest);
    };
    await change(
      () => write({ a: "3" }),
      () => write({ a: "1" }),
    );
    await change(
      () => chmodSync(join(root, "a"), 0o755),
      () => chmodSync(join(root, "a"), 0o644),
    );
    await change(
      () => renameSync(join(root, "a"), join(root, "c")),
      () => renameSync(join(root, "c"), join(root, "a")),
    );
    await change(
      () => write({ e: "" }),
      () => rmSync(join(root, "e")),
    );
    const relink = (target: string): void => {
      rmSync(join(root, "l"));
      symlinkSync(target, join(root, "l"));
    };
    await change(
      () => relink("d/b"),
      () => relink("a"),
    );
    renameSync(root, join(directory, "elsewhere"));
    expect((await takeSnapshot(join(directory, "elsewhere"), { blobs })).digest).toBe(digest);
  });

  it("comes back byte for byte, modes and links included", async () => {
    write({ "bin/run": "#!/bin/sh", "a/b/c": "deep", z: Buffer.from([0, 255, 10, 13]) });
    chmodSync(join(root, "bin/run"), 0o755);
    symlinkSync("../a/b", join(root, "bin/link"));
    const snapshot = await take();
    for (const link of ["copy", "reflink", "hardlink"] as const) {
      await blobs.materialise(snapshot.files, join(directory, link), { link });
      expect((await takeSnapshot(join(directory, link), { blobs })).digest).toBe(snapshot.digest);
      expect(lstatSync(join(directory, link, "bin/link")).isSymbolicLink()).toBe(true);
    }
  });

  it("may be of a part only", async () => {
    write({
      "apps/web/a": "1",
      "apps/api/b": "2",
      "package.json": "{}",
      ".gitignore": "*.log\n",
      "apps/web/x.log": "",
      "apps/api/y.log": "",
    });
    const snapshot = await take({ subset: ["apps/web", "package.json"] });
    expect(paths(snapshot)).toEqual(["apps/web/a", "package.json"]);
    expect(snapshot.excluded.map(({ path }) => path)).toEqual(["apps/web/x.log"]);
    expect(paths(await take({ subset: ["./apps/api/"] }))).toEqual(["apps/api/b"]);
    expect((await take()).filesRead).toBe(1);
  });

  it("of nothing is refused", async () => {
    expect(await refusal()).toMatchObject({ code: "INVALID_SOURCE", text: { what: "The folder is empty." } });
    write({ ".gitignore": "*\n", a: "1" });
    const error = await refusal();
    expect(error.text.faults).toContainEqual({ path: "a", message: "ignored: .gitignore:1" });
    await expect(takeSnapshot(join(root, "a"), { blobs })).rejects.toMatchObject({ code: "INVALID_SOURCE" });
    await expect(takeSnapshot(join(root, "nowhere"), { blobs })).rejects.toMatchObject({ code: "INVALID_SOURCE" });
  });

  it("of too many files is refused", async () => {
    write({ a: "", b: "", c: "" });
    expect((await refusal({ mostFiles: 2 })).text.what).toContain("more than 2 files");
  });

  it("stops when cancelled", async () => {
    write({ a: "1" });
    expect((await refusal({ signal: AbortSignal.abort() })).code).toBe("CANCELLED");
    write(many(500));
    const controller = new AbortController();
    const promise = refusal({ signal: controller.signal });
    setImmediate(() => controller.abort());
    expect((await promise).code).toBe("CANCELLED");
  });
});

describe("what is not read again", { timeout: 60_000 }, () => {
  it("a tree of 2,000 files: all, none, and one when one changed", async () => {
    write(many(2_000));
    const first = await take();
    expect(first.filesRead).toBe(2_000);
    const second = await take();
    expect(second).toMatchObject({ digest: first.digest, filesRead: 0 });
    write({ "d7/f7.html": "<p>8</p>" });
    const third = await take();
    expect(third.filesRead).toBe(1);
    expect(third.digest).not.toBe(first.digest);
    expect((await take()).filesRead).toBe(0);
  });

  it("is read again after a change that keeps size and time", async () => {
    write({ a: "one" });
    const time = statSync(join(root, "a")).mtime;
    await take();
    write({ a: "two" });
    utimesSync(join(root, "a"), time, time);
    const snapshot = await take();
    expect(content(snapshot, "a")).toBe("two");
  });

  it("is read again after a change in the same tick of the clock", async () => {
    for (let round = 0; round < 20; round++) {
      write({ a: `${round}-1` });
      await take();
      write({ a: `${round}-2` });
      expect(content(await take(), "a")).toBe(`${round}-2`);
    }
  });

  it("is read again when another file took its place", async () => {
    write({ a: "one", b: "two" });
    const { atime, mtime } = statSync(join(root, "a"));
    utimesSync(join(root, "b"), atime, mtime);
    await take();
    renameSync(join(root, "b"), join(root, "a"));
    expect(content(await take(), "a")).toBe("two");
  });

  it("is not remembered of files whose time lies in the future", async () => {
    write({ a: "one" });
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(join(root, "a"), future, future);
    expect((await take()).filesRead).toBe(1);
    expect((await take()).filesRead).toBe(1);
  });

  it("is read again when the clock was set back in between", async () => {
    write({ a: "one" });
    await take();
    const back = { ...systemClock, now: () => Date.now() - 3_600_000 };
    expect((await take({ clock: back })).filesRead).toBe(0);
    write({ a: "two" });
    expect(content(await take({ clock: back }), "a")).toBe("two");
  });

  it("is read again when its blob is gone or was cut short", async () => {
    write({ a: "one", b: "two" });
    const { files } = await take();
    rmSync(blobs.path(files[0]!.sha256));
    const other = blobs.path(files[1]!.sha256);
    rmSync(other);
    writeFileSync(other, "t");
    expect((await take()).filesRead).toBe(2);
    expect(readFileSync(other, "utf8")).toBe("two");
  });

  it("survives a damaged, a foreign and an unwritable cache", async () => {
    write({ a: "one" });
    await take();
    const [name] = readdirSync(join(directory, "digests"));
    const path = join(directory, "digests", name!);
    const good = readFileSync(path, "utf8");
    for (const bad of [
      "",
      "garbage",
      good.slice(0, -5),
      good.replace("digests 2", "digests 1"),
      good.replace('"a"', '"b"'),
    ]) {
      writeFileSync(path, bad);
      expect((await take()).filesRead).toBe(1);
    }
    expect((await take()).filesRead).toBe(0);
    writeFileSync(join(directory, "file"), "");
    const broken = openDigestCache(join(directory, "file"));
    expect((await take({ cache: broken })).filesRead).toBe(1);
  });

  it("holds for two at once, and forgets files and folders that are gone", async () => {
    write(many(300));
    const [one, two] = await Promise.all([take(), take({ cache: openDigestCache(join(directory, "digests")) })]);
    expect(one.digest).toBe(two.digest);
    expect((await take()).filesRead).toBe(0);
    rmSync(join(root, "d1"), { recursive: true });
    await take();
    const path = join(directory, "digests", readdirSync(join(directory, "digests"))[0]!);
    expect(readFileSync(path, "utf8")).not.toContain("d1/");
    cache.prune(60_000);
    expect(readdirSync(join(directory, "digests"))).toHaveLength(1);
    utimesSync(path, new Date(0), new Date(0));
    cache.prune(60_000);
    expect(readdirSync(join(directory, "digests"))).toHaveLength(0);
  });
});

describe("what is hostile or odd", { timeout: 60_000 }, () => {
  it("links that leave, lead nowhere, or to what is left out are reported, and never followed", async () => {
    writeFileSync(join(directory, "outside"), "secret");
    write({ a: "1", "d/e/f": "2", ".env": "SECRET=1", "node_modules/x/index.js": "" });
    const links: Record<string, string> = {
      "absolute-inside": join(root, "a"),
      "absolute-outside": "/etc/passwd",
      "back-in": "../project/a",
      circle: "circle",
      dangling: "nowhere",
      folder: "d/e",
      good: "d/../a",
      outside: "../outside",
      "d/root": "..",
      "through/l2": "../d/root/..",
      "to-env": ".env",
      "to-modules": "node_modules/x",
    };
    mkdirSync(join(root, "through"));
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
    const snapshot = await take();
    expect(snapshot.files.filter(({ link }) => link !== undefined).map(({ path, link }) => [path, link])).toEqual([
      ["d/root", ".."],
      ["folder", "d/e"],
      ["good", "d/../a"],
    ]);
    expect(snapshot.excluded.map(({ path, reason }) => [path, reason])).toEqual([
      [".env", "secret"],
      ["absolute-inside", "link-leaves"],
      ["absolute-outside", "link-leaves"],
      ["back-in", "link-leaves"],
      ["circle", "link-dangling"],
      ["dangling", "link-dangling"],
      ["node_modules/", "dependencies"],
      ["outside", "link-leaves"],
      ["through/l2", "link-leaves"],
      ["to-env", "link-dangling"],
      ["to-modules", "link-dangling"],
    ]);
  });

  it("sockets and pipes are reported, and never waited for", async () => {
    write({ a: "1" });
    const server = createServer().listen(join(root, "socket"));
    await once(server, "listening");
    expect(spawnSync("mkfifo", [join(root, "pipe")]).status).toBe(0);
    const snapshot = await take();
    expect(snapshot.excluded).toEqual([
      { path: "pipe", reason: "special", detail: "a pipe" },
      { path: "socket", reason: "special", detail: "a socket" },
    ]);
    server.close();
    await once(server, "close");
  });

  it("files that cannot be read are all named at once, unless they are ignored", () => {
    write({ ok: "1", closed: "2", "dir/in": "3", "also-closed": "4", "ignored.log": "5", ".gitignore": "*.log\n" });
    for (const path of ["closed", "also-closed", "ignored.log"]) chmodSync(join(root, path), 0);
    chmodSync(join(root, "dir"), 0);
    // The superuser reads everything, so somebody else takes this snapshot.
    const somebody = 65_534;
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      chmodSync(directory, 0o777);
      for (const path of [root, join(directory, "blobs"), join(directory, "blobs/incoming")])
        chownSync(path, somebody, somebody);
    }
    const script = `
      const { takeSnapshot } = await import(process.argv[1] + "/take.ts");
      const { openBlobs } = await import(process.argv[1] + "/blobs.ts");
      // After the modules are read: where this project lies, somebody else may not look.
      if (process.argv[4]) process.setegid(Number(process.argv[4])), process.seteuid(Number(process.argv[4]));
      const blobs = openBlobs(process.argv[3]);
      console.log(JSON.stringify(await takeSnapshot(process.argv[2], { blobs }).catch((error) => error.report())));`;
    const source = fileURLToPath(new URL("../../src/snapshot", import.meta.url));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", script, source, root, join(directory, "blobs"), isRoot ? String(somebody) : ""],
      { encoding: "utf8", cwd: "/" },
    );
    chmodSync(join(root, "dir"), 0o755);
    expect(stderr.replaceAll(/.*Warning.*\n?/g, "")).toBe("");
    const report = JSON.parse(stdout) as { code: string; faults: { path: string; message: string }[] };
    expect(report.code).toBe("INVALID_SOURCE");
    expect(report.faults.map(({ path }) => path).sort()).toEqual(["also-closed", "closed", "dir"]);
    expect(report.faults[0]!.message).toBe("may not be read by this user");
  });

  it("a file that goes on growing is refused; one that changed once is read again", async () => {
    write({ "app.log": "x", quiet: "1" });
    let writes = 0;
    const growing: Blobs = {
      ...blobs,
      putSync(bytes, sha256) {
        if (bytes.length > 1 || writes > 0) appendFileSync(join(root, "app.log"), "x");
        writes++;
        return blobs.putSync(bytes, sha256);
      },
    };
    write({ "app.log": "xx" });
    const error = await refusal({ blobs: growing, subset: ["app.log"] });
    expect(error.text.faults).toEqual([{ path: "app.log", message: "goes on changing while it is read" }]);
    let isFirst = true;
    const changing: Blobs = {
      ...blobs,
      putSync(bytes, sha256) {
        if (isFirst) writeFileSync(join(root, "quiet"), "22");
        isFirst = false;
        return blobs.putSync(bytes, sha256);
      },
    };
    const snapshot = await take({ blobs: changing, subset: ["quiet"] });
    expect(content(snapshot, "quiet")).toBe("22");
  });

  it("a large file that grows is refused as well, and is not followed", async () => {
    const size = 600_000;
    write({ big: Buffer.alloc(size, 1) });
    let seen = 0;
    const growing: Blobs = {
      ...blobs,
      async put(chunks, options) {
        const watched = async function* (): AsyncGenerator<Uint8Array> {
          for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
            seen += chunk.length;
            appendFileSync(join(root, "big"), Buffer.alloc(2_000_000, 2));
            yield chunk;
          }
        };
        return blobs.put(watched(), options);
      },
    };
    expect((await refusal({ blobs: growing })).text.faults).toEqual([
      { path: "big", message: "goes on changing while it is read" },
    ]);
    expect(seen).toBeLessThan(20_000_000);
  });

  it("a folder that becomes a link after it was listed leads nowhere else", async () => {
    write({ "d/passwd": "harmless", a: "1" });
    mkdirSync(join(directory, "elsewhere"));
    writeFileSync(join(directory, "elsewhere/passwd"), "secrets!");
    let swapped = false;
    const swapping: Blobs = {
      ...blobs,
      putSync(bytes, sha256) {
        expect(Buffer.from(bytes).toString()).not.toBe("secrets!");
        if (!swapped) {
          swapped = true;
          renameSync(join(root, "d"), join(directory, "moved"));
          symlinkSync("../elsewhere", join(root, "d"));
        }
        return blobs.putSync(bytes, sha256);
      },
    };
    const error = await refusal({ blobs: swapping });
    expect(error.text.faults).toEqual([{ path: "d/passwd", message: "goes on changing while it is read" }]);
    expect(swapped).toBe(true);
  });

  it("a file that becomes a link, a pipe, or goes away after it was listed", async () => {
    for (const [become, message] of [
      [(path: string) => symlinkSync("/etc/passwd", path), /changing|ELOOP/],
      [(path: string) => spawnSync("mkfifo", [path]), /changing/],
      [() => undefined, null],
    ] as const) {
      write({ a: "1", b: "2" });
      let done = false;
      const swapping: Blobs = {
        ...blobs,
        putSync(bytes, sha256) {
          if (!done) {
            done = true;
            const other = join(root, Buffer.from(bytes).toString() === "1" ? "b" : "a");
            rmSync(other);
            become(other);
          }
          return blobs.putSync(bytes, sha256);
        },
      };
      if (message) expect((await refusal({ blobs: swapping })).text.faults![0]!.message).toMatch(message);
      else expect((await take({ blobs: swapping })).files).toHaveLength(1);
      rmSync(root, { recursive: true });
      mkdirSync(root);
      cache = openDigestCache(join(directory, `digests-${String(message)}`.replaceAll(/\W/g, "")));
    }
  });

  it("a name that is not UTF-8 is named, not dropped", async () => {
    write({ a: "1" });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x62, 0xff])]), "x");
    expect((await refusal()).text.faults).toEqual([{ path: "b\uFFFD", message: "its name is not UTF-8" }]);
  });

  it("a path deeper than the system takes in one go is refused, not dropped", async () => {
    write({ a: "1" });
    const name = "d".repeat(200);
    const made = spawnSync("sh", [
      "-c",
      `cd "$1" && i=0; while [ $i -lt 30 ]; do mkdir ${name} && cd -P ${name} || exit 1; i=$((i+1)); done`,
      "sh",
      root,
    ]);
    expect(made.status).toBe(0);
    expect((await refusal()).text.faults![0]!.message).toBe("its path is too long");
    expect(spawnSync("rm", ["-rf", join(root, name)]).status).toBe(0);
  });
});
