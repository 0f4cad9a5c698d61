import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeployError } from "../../src/error.ts";
import { extractArchive } from "../../src/source/archive.ts";
import type { ArchiveLimits } from "../../src/source/archive-limits.ts";
import { openSource } from "../../src/source/open.ts";
import { type TarPart, paxOf, tarOf } from "./tar-of.ts";
import { type ZipPart, zipOf } from "./zip-of.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-archive-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Options = { limits?: Partial<ArchiveLimits>; signal?: AbortSignal };

async function extract(bytes: Buffer, options: Options = {}): Promise<{ files: number; bytes: number }> {
  writeFileSync(join(directory, "archive"), bytes);
  return extractArchive(join(directory, "archive"), join(directory, "out"), options);
}

/** The refusal, after making sure that nothing was left, here or around. */
async function refused(bytes: Buffer, options: Options = {}): Promise<DeployError> {
  const error: unknown = await extract(bytes, options).then(
    (result) => new Error(`it was extracted: ${JSON.stringify(result)} ${tree("out").join(" ")}`),
    (reason: unknown) => reason,
  );
  expect(readdirSync(directory)).toEqual(["archive"]);
  expect(existsSync(join(directory, "../evil"))).toBe(false);
  if (!(error instanceof DeployError)) throw error;
  expect(error.text.next).toBeTruthy();
  return error;
}

async function unsafe(bytes: Buffer, options: Options = {}): Promise<DeployError> {
  const error = await refused(bytes, options);
  expect(error.code).toBe("UNSAFE_ARCHIVE");
  return error;
}

/** Every entry below, as `path`, `path*` for an executable, `path -> target`, `path/` for an empty folder. */
function tree(name: string): string[] {
  const root = join(directory, name);
  const all: string[] = [];
  const walk = (path: string): void => {
    const entries = readdirSync(join(root, path));
    if (entries.length === 0 && path !== "") all.push(`${path}/`);
    for (const entry of entries) {
      const own = path === "" ? entry : `${path}/${entry}`;
      const stats = lstatSync(join(root, own));
      if (stats.isDirectory()) walk(own);
      else if (stats.isSymbolicLink()) all.push(`${own} -> ${readlinkSync(join(root, own))}`);
      else all.push(stats.mode & 0o100 ? `${own}*` : own);
    }
  };
  walk("");
  return all.sort();
}

const zip = (...parts: ZipPart[]) => zipOf(parts);
const tar = (...parts: TarPart[]) => tarOf(parts);
const linkMode = 0o120777;

describe("archives other programs made", () => {
  const long = "long".repeat(30);
  const name = "ümlaut-🚀.txt";
  const common = ["README.md", "bin/run*", "src/large.txt"];
  const rest = ["src/nothing", `src/${name}`, `${long}/${long}/file`];
  const link = "src/link -> ../README.md";
  it.each<[string, string[]]>([
    ["info-zip.zip", [...common, ...rest, link, "empty/"]],
    ["info-zip-stream.zip", common],
    ["python.zip", [...common, ...rest]],
    ["python-zip64-stream.zip", ["README.md", "src/large.txt"]],
    ["gnu.tar.gz", [...common, ...rest, link, "empty/", "src/hard"]],
    ["pax.tar.gz", [...common, ...rest, link, "empty/", "src/hard"]],
    ["gnu.tar.zst", [...common, ...rest, link, "empty/", "src/hard"]],
    ["dot.tar.gz", [...common, ...rest, link, "empty/", "src/hard"]],
    ["ustar.tar.gz", [...common, "src/nothing", `src/${name}`, link, "empty/", "src/hard"]],
    ["v7.tar.gz", [...common, "src/nothing", link, "empty/", "src/hard"]],
    ["git-archive.zip", [...common, ...rest, link]],
    ["git-archive.tar.gz", [...common, ...rest, link]],
  ])("%s", async (file, expected) => {
    const path = fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url));
    const { files, bytes } = await extractArchive(path, join(directory, "out"));
    expect(tree("out")).toEqual([...expected].sort());
    expect(files).toBe(expected.filter((entry) => !entry.endsWith("/")).length);
    expect(bytes).toBeGreaterThan(300_000);
    expect(readFileSync(join(directory, "out/src/large.txt"), "utf8")).toBe(
      "abcdefgh\n".repeat(40_000).slice(0, 300_000),
    );
    for (const text of ["README.md", "src/hard"].filter((one) => expected.includes(one)))
      expect(readFileSync(join(directory, "out", text), "utf8")).toBe("# read me\n");
    expect(readdirSync(directory)).toEqual(["out"]);
  });

  it("encrypted.zip is refused", async () => {
    const path = fileURLToPath(new URL("./fixtures/encrypted.zip", import.meta.url));
    expect((await unsafe(readFileSync(path))).text.what).toContain("encrypted");
  });
});

describe("what comes out", () => {
  it("is told by content, not by name", async () => {
    await extract(gzipSync(tar({ name: "a", content: "1" }, { name: "b", content: "2" })));
    expect(tree("out")).toEqual(["a", "b"]);
  });

  it("is unwrapped when there is a single folder at the top, and only then", async () => {
    await extract(zip({ name: "project/a", content: "1" }, { name: "__MACOSX/project/._a", content: "fork" }));
    expect(tree("out")).toEqual(["a"]);
    rmSync(join(directory, "out"), { recursive: true });
    await extract(zip({ name: "one", content: "1" }));
    expect(tree("out")).toEqual(["one"]);
    rmSync(join(directory, "out"), { recursive: true });
    await extract(zip({ name: "a/x", content: "1" }, { name: "b/x", content: "2" }));
    expect(tree("out")).toEqual(["a/x", "b/x"]);
  });

  it("keeps the executable bit and drops set-user-id, set-group-id, sticky and world-writable bits", async () => {
    await extract(tar({ name: "suid", mode: 0o6777, content: "1" }, { name: "plain", mode: 0o1666, content: "2" }));
    expect(lstatSync(join(directory, "out/suid")).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(directory, "out/plain")).mode & 0o7777).toBe(0o644);
    rmSync(join(directory, "out"), { recursive: true });
    await extract(zip({ name: "suid", mode: 0o106755, content: "1" }, { name: "d", mode: 0o100644, content: "2" }));
    expect(lstatSync(join(directory, "out/suid")).mode & 0o7777).toBe(0o755);
  });

  it("replaces an empty directory and nothing else", async () => {
    mkdirSync(join(directory, "out"));
    await extract(zip({ name: "a", content: "1" }));
    expect(tree("out")).toEqual(["a"]);
    await expect(extract(zip({ name: "b", content: "1" }))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(tree("out")).toEqual(["a"]);
    expect(readdirSync(directory).sort()).toEqual(["archive", "out"]);
  });

  it("is the source that openSource opens, and goes with it", async () => {
    writeFileSync(join(directory, "site.zip"), zip({ name: "web/apps/a/index.html", content: "1" }));
    {
      const source = { kind: "archive" as const, path: join(directory, "site.zip"), subdirectory: "apps/a" };
      await using opened = await openSource(source, { scratch: join(directory, "scratch"), toolPath: [] });
      expect(readdirSync(opened.root)).toEqual(["index.html"]);
    }
    expect(readdirSync(directory)).toEqual(["site.zip"]);
    writeFileSync(join(directory, "bad.zip"), zip({ name: "../a", content: "1" }));
    const bad = openSource(
      { kind: "archive", path: join(directory, "bad.zip") },
      { scratch: join(directory, "scratch"), toolPath: [] },
    );
    await expect(bad).rejects.toMatchObject({ code: "UNSAFE_ARCHIVE" });
    expect(readdirSync(directory).sort()).toEqual(["bad.zip", "site.zip"]);
  });

  it("takes names in code page 437 from old zips, and Info-ZIP's own in UTF-8", async () => {
    const raw = Buffer.from([0x81, 0x62, 0x65, 0x72]);
    const unicode = Buffer.from("日本");
    const extra = Buffer.alloc(9 + unicode.length);
    extra.writeUInt16LE(0x7075, 0);
    extra.writeUInt16LE(5 + unicode.length, 2);
    extra[4] = 1;
    extra.writeUInt32LE(crc32(Buffer.from("old")), 5);
    unicode.copy(extra, 9);
    await extract(zip({ name: raw, flags: 0, content: "1" }, { name: "old", flags: 0, extra, content: "2" }));
    expect(tree("out")).toEqual(["über", "日本"]);
  });

  it("reads concatenated gzip members and zstd frames as one", async () => {
    const whole = tar({ name: "a", content: "x".repeat(5_000) }, { name: "b", content: "2" });
    const halves = [whole.subarray(0, 3_000), whole.subarray(3_000)];
    await extract(Buffer.concat(halves.map((half) => gzipSync(half))));
    expect(tree("out")).toEqual(["a", "b"]);
    rmSync(join(directory, "out"), { recursive: true });
    // A frame to be skipped, as pzstd writes it, stands in front.
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    await extract(Buffer.concat([skipped, ...halves.map((half) => zstdCompressSync(half))]));
    expect(tree("out")).toEqual(["a", "b"]);
    rmSync(join(directory, "out"), { recursive: true });
    await unsafe(Buffer.concat([zstdCompressSync(whole), Buffer.from("something else")]));
  });

  it("keeps links that stay inside, also those that lead nowhere yet or through each other", async () => {
    await extract(
      tar(
        { name: "top/a/file", content: "1" },
        { name: "top/up", type: "2", target: "a/../a/./file" },
        { name: "top/a/back", type: "2", target: "../later" },
        { name: "top/later", type: "2", target: "nowhere" },
      ),
    );
    expect(tree("out")).toEqual(["a/back -> ../later", "a/file", "later -> nowhere", "up -> a/../a/./file"]);
  });

  it("reads an empty archive as one without files", async () => {
    expect(await extract(zipOf([]))).toEqual({ files: 0, bytes: 0 });
  });
});

describe("names that are refused", () => {
  const names: [string, string | Buffer][] = [
    ["traversal", "../evil"],
    ["traversal in the middle", "a/../../evil"],
    ["traversal that comes back", "a/../b"],
    ["an absolute path", "/etc/evil"],
    ["a backslash", "..\\..\\evil"],
    ["a backslash alone", "a\\b"],
    ["a drive", "C:/evil"],
    ["a drive without slash", "c:evil"],
    ["a control character", "a\nb"],
    ["an escape sequence", "a\u001b[31mb"],
    ["5,000 characters", "x/".repeat(2_500)],
    ["a name of 256 bytes", "x".repeat(256)],
    ["101 levels", `${"a/".repeat(100)}b`],
    ["no name", "./"],
  ];
  it.each(names)("zip: %s", async (_, name) => {
    const error = await unsafe(zip({ name: "fine", content: "1" }, { name, content: "2" }));
    if (!["5,000 characters", "no name"].includes(_)) expect(error.text.where).toContain("entry 2");
  });
  it.each(names)("tar: %s", async (_, name) => {
    await unsafe(tar({ name: "fine", content: "1" }, { name: "x", pax: { path: String(name) }, content: "2" }));
    if (Buffer.byteLength(name) <= 100) await unsafe(tar({ name: "fine", content: "1" }, { name, content: "2" }));
  });

  it("10,000 levels", async () => {
    const name = `${"a/".repeat(10_000)}b`;
    await unsafe(zip({ name, content: "" }));
    await unsafe(tar({ name: "x", pax: { path: name }, content: "" }));
    await unsafe(tar({ name: "././@LongLink", type: "L", content: `${name}\0` }, { name: "x", content: "" }));
  });

  it("a NUL byte", async () => {
    await unsafe(zip({ name: "a\0b", content: "1" }));
    await unsafe(tar({ name: "x", pax: { path: "a\0b" }, content: "1" }));
  });

  it("bytes that are not UTF-8, where they should be", async () => {
    await unsafe(zip({ name: Buffer.from([0x61, 0xff]), content: "1" }));
    await unsafe(tar({ name: Buffer.from([0x61, 0xff]), content: "1" }));
  });

  it.each([
    ["twice the same", "a", "a"],
    ["twice the same, written differently", "d/a", "./d//a"],
    ["case", "Read.me", "read.ME"],
    ["case of a folder", "Dir/a", "dir/b"],
    ["composed and decomposed letters", "\u00e9", "e\u0301"],
    ["sharp s", "stra\u00dfe", "STRASSE"],
    ["the Kelvin sign", "\u212a", "k"],
    ["final sigma", "\u03c2", "\u03a3"],
    ["file and folder", "a", "a/b"],
    ["folder and file", "a/b", "a"],
  ])("collision: %s", async (_, one, other) => {
    await unsafe(zip({ name: one, content: "1" }, { name: other, content: "2" }));
    await unsafe(tar({ name: one, content: "1" }, { name: other, content: "2" }));
  });

  it("does not take a repeated folder for a collision", async () => {
    await extract(
      tar(
        { name: "d/", type: "5" },
        { name: "d/a", content: "1" },
        { name: "./d", type: "5" },
        { name: "b", content: "" },
      ),
    );
    expect(tree("out")).toEqual(["b", "d/a"]);
  });
});

describe("links and devices that are refused", () => {
  const links: [string, TarPart[]][] = [
    ["to an absolute path", [{ name: "l", type: "2", target: "/etc" }]],
    ["out of the archive", [{ name: "l", type: "2", target: "../x" }]],
    ["out and in again", [{ name: "l", type: "2", target: "../out/a" }]],
    [
      "out of a folder that is unwrapped",
      [
        { name: "top/a", content: "1" },
        { name: "top/l", type: "2", target: "../top/a" },
      ],
    ],
    [
      "out by way of another link",
      [
        { name: "d/l1", type: "2", target: ".." },
        { name: "l2", type: "2", target: "d/l1/.." },
        { name: "a", content: "1" },
      ],
    ],
    [
      "to themselves",
      [
        { name: "l", type: "2", target: "l" },
        { name: "a", content: "1" },
      ],
    ],
    [
      "in a circle",
      [
        { name: "l", type: "2", target: "m" },
        { name: "m", type: "2", target: "l" },
      ],
    ],
    ["to nothing", [{ name: "l", type: "2", target: "" }]],
    ["with a backslash", [{ name: "l", type: "2", target: "..\\x" }]],
    [
      "with a file written through",
      [
        { name: "l", type: "2", target: "d" },
        { name: "l/evil", content: "1" },
      ],
    ],
    [
      "with a file in their place",
      [
        { name: "l", type: "2", target: "a" },
        { name: "l", content: "1" },
      ],
    ],
    [
      "with a folder in their place",
      [
        { name: "l", type: "2", target: "d" },
        { name: "l", type: "5" },
        { name: "l/evil", content: "1" },
      ],
    ],
    ["hard, to an absolute path", [{ name: "h", type: "1", target: "/etc/passwd" }]],
    ["hard, out of the archive", [{ name: "h", type: "1", target: "../../etc/passwd" }]],
    ["hard, to what is not there", [{ name: "h", type: "1", target: "nowhere" }]],
    [
      "hard, to a link",
      [
        { name: "l", type: "2", target: "a" },
        { name: "h", type: "1", target: "l" },
      ],
    ],
    [
      "hard, to a folder",
      [
        { name: "d", type: "5" },
        { name: "h", type: "1", target: "d" },
      ],
    ],
    [
      "hard, with content",
      [
        { name: "a", content: "1" },
        { name: "h", type: "1", target: "a", content: "2" },
      ],
    ],
  ];
  it.each(links)("tar: %s", async (_, parts) => {
    await unsafe(tarOf(parts));
  });
  it.each(links.filter(([, parts]) => parts.every(({ type }) => type === undefined || type === "2")))(
    "zip: %s",
    async (_, parts) => {
      await unsafe(
        zipOf(
          parts.map(({ name, type, target, content }) =>
            type === "2" ? { name, content: target!, mode: linkMode } : { name, content: content! },
          ),
        ),
      );
    },
  );

  it.each([
    ["character device", "3"],
    ["block device", "4"],
    ["pipe", "6"],
    ["sparse file", "S"],
    ["something unknown", "Z"],
  ])("tar: %s", async (_, type) => {
    await unsafe(tar({ name: "fine", content: "1" }, { name: "x", type }));
  });
  it.each([
    ["character device", 0o020666],
    ["block device", 0o060666],
    ["pipe", 0o010644],
    ["socket", 0o140755],
  ])("zip: %s", async (_, mode) => {
    await unsafe(zip({ name: "fine", content: "1" }, { name: "x", mode }));
  });

  it("writes through no link that was put beside it: the directory it works in is new", async () => {
    mkdirSync(join(directory, "victim"));
    symlinkSync("victim", join(directory, "out"));
    await expect(extract(zip({ name: "a", content: "1" }))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(readdirSync(join(directory, "victim"))).toEqual([]);
    expect(readdirSync(directory).sort()).toEqual(["archive", "out", "victim"]);
  });
});

describe("bombs", () => {
  const limits = { ratioFromBytes: 100_000 };

  it("by ratio, in every format, without writing them out", async () => {
    const zeros = Buffer.alloc(10_000_000);
    expect((await unsafe(zip({ name: "a", content: zeros }), { limits })).text.what).toContain("200 times");
    await unsafe(gzipSync(tar({ name: "a", content: zeros })), { limits });
    await unsafe(zstdCompressSync(tar({ name: "a", content: zeros })), { limits });
    await unsafe(gzipSync(tarOf([{ name: "a", content: "1" }], { end: Buffer.alloc(10_000_000) })), { limits });
  });

  it("a ratio of 1 to a million is refused with the limits as they are", async () => {
    const lump = zstdCompressSync(Buffer.alloc(100_000_000));
    const head = zstdCompressSync(tar({ name: "a", size: 1_000_000_000 }).subarray(0, 512));
    expect((await unsafe(Buffer.concat([head, ...Array.from({ length: 10 }, () => lump)]))).text.what).toContain(
      "200 times",
    );
  });

  it("by total size, declared or real", async () => {
    await unsafe(zip({ name: "a", content: "x".repeat(600) }, { name: "b", content: "y".repeat(600) }), {
      limits: { bytes: 1_000 },
    });
    await unsafe(tar({ name: "a", content: "x".repeat(600) }, { name: "b", content: "y".repeat(600) }), {
      limits: { bytes: 1_000 },
    });
    await unsafe(tar({ name: "a", size: 8 ** 11 - 1 }));
    await unsafe(tar({ name: "a", content: "x".repeat(600) }, { name: "b", type: "1", target: "a" }), {
      limits: { bytes: 1_000 },
    });
  });

  it("by number of entries, folders on the way included", async () => {
    const parts = Array.from({ length: 101 }, (_, index) => ({ name: `f${index}` }));
    await unsafe(zipOf(parts), { limits: { entries: 100 } });
    await unsafe(tarOf(parts), { limits: { entries: 100 } });
    await unsafe(zip({ name: `${"a/".repeat(60)}b` }, { name: `${"b/".repeat(60)}b` }), { limits: { entries: 100 } });
    const headers = Array.from({ length: 500 }, () => ({ name: "x", type: "x", content: paxOf({ comment: "x" }) }));
    await unsafe(tarOf(headers), { limits: { entries: 100 } });
  });

  it("a million empty files are refused before one is made", async () => {
    expect(
      (await unsafe(zipOf([{ name: "a" }], { count: 0xfffe }), { limits: { entries: 60_000 } })).text.what,
    ).toContain("60,000 entries");
  });

  it("entries that share bytes, as the densest bombs do", async () => {
    const one = zip({ name: "a", content: "x".repeat(1_000) });
    expect(one.length).toBeGreaterThan(0);
    await unsafe(
      zip(
        { name: "a", content: "x".repeat(100), method: 0 },
        { name: "a", content: "x".repeat(100), method: 0, central: { at: 0 } },
      ),
    );
    // A kernel of data that two headers claim: the first entry's data is the second entry whole.
    const inner = zip({ name: "b", content: "inner", method: 0 });
    const local = inner.subarray(0, 30 + 1 + 5);
    const outer = zip(
      { name: "a", content: local, method: 0 },
      { name: "b", content: "inner", method: 0, central: { at: 31 } },
    );
    expect((await unsafe(outer)).text.what).toContain("shares bytes");
  });

  it("archives in archives stay closed", async () => {
    const inner = zip({ name: "deep", content: Buffer.alloc(1_000_000) });
    expect(await extract(zip({ name: "a.zip", content: inner }, { name: "b.zip", content: inner }))).toMatchObject({
      files: 2,
    });
    expect(tree("out")).toEqual(["a.zip", "b.zip"]);
  });

  it("an extended header of more than a megabyte", async () => {
    await unsafe(
      tar({ name: "x", type: "x", content: paxOf({ comment: "x".repeat(1_100_000) }) }, { name: "a", content: "1" }),
    );
    await unsafe(tar({ name: "x", type: "L", content: "x".repeat(1_100_000) }, { name: "a", content: "1" }));
  });
});

describe("what disagrees with itself", { timeout: 60_000 }, () => {
  const content = "some content, long enough to be worth it ".repeat(5);
  const large = Buffer.from("0123456789abcdef".repeat(40_000));
  const wrong: [string, Partial<ZipPart>][] = [
    ["checksum", { central: { crc: 1 }, local: { crc: 1 } }],
    ["checksum in the directory alone", { central: { crc: 1 } }],
    ["smaller size than declared", { central: { size: 1_000_000 }, local: { size: 1_000_000 } }],
    ["larger size than declared", { central: { size: 3 }, local: { size: 3 } }],
    ["size in the local header", { local: { size: 3 } }],
    ["packed size", { central: { packed: 3 }, local: { packed: 3 } }],
    ["method", { local: { method: 0 } }],
    ["flags", { local: { flags: 0x808 } }],
    ["name", { local: { name: "../../evil" } }],
    ["name, hidden in the local header", { central: { name: "good.txt" }, local: { name: "evil.txt" } }],
    ["data behind the data", { packed: Buffer.concat([deflateRawSync(content), Buffer.from("more")]) }],
    ["unknown method", { method: 14, central: { method: 14 } }],
    ["encryption", { flags: 0x801 }],
    ["strong encryption", { flags: 0x841 }],
    ["record behind the data", { descriptor: true, behind: { size: 3 } }],
    ["checksum behind the data", { descriptor: true, behind: { crc: 3 } }],
  ];
  it.each(wrong)("zip: %s", async (_, lie) => {
    await unsafe(zip({ name: "fine", content: "1" }, { name: "x.txt", content, ...lie }));
  });
  it.each(wrong.slice(0, 6))("zip, a large entry: %s", async (_, lie) => {
    await unsafe(zip({ name: "fine", content: "1" }, { name: "x.txt", content: large, ...lie }));
    if (!lie.central?.packed) await unsafe(zip({ name: "x.txt", content: large, method: 0, ...lie }));
  });
  it("zip: a large entry of which one bit is wrong", async () => {
    const bytes = zip({ name: "x", content: large, method: 0 });
    bytes[300_000] = bytes[300_000]! ^ 1;
    expect((await unsafe(bytes)).text.what).toContain("checksum");
  });

  it("zip: a folder with content, a link too long", async () => {
    await unsafe(zip({ name: "d/", content: "x" }));
    await unsafe(zip({ name: "d", mode: 0o040755, content: "x" }));
    await unsafe(zip({ name: "l", mode: linkMode, content: "x".repeat(5_000) }));
  });

  it("zip: two directories, another number of entries, a directory elsewhere", async () => {
    const inner = zipOf([{ name: "other", content: "1" }]);
    await unsafe(zipOf([{ name: "a", content: "1" }], { comment: inner.subarray(-22) }));
    await unsafe(zipOf([{ name: "a", content: "1" }], { count: 2 }));
    const bytes = zipOf([{ name: "a", content: "1" }]);
    bytes.writeUInt32LE(5, bytes.length - 6);
    await unsafe(bytes);
    await unsafe(Buffer.concat([bytes.subarray(0, 40), bytes]));
  });

  it("zip: what lies between the entries and the directory is nobody's", async () => {
    await extract(zipOf([{ name: "a", content: "1" }], { gap: Buffer.from("hidden") }));
    expect(tree("out")).toEqual(["a"]);
  });

  it("zip: cut anywhere", async () => {
    const whole = zip({ name: "a", content }, { name: "b", content: large, descriptor: true });
    for (let length = 5; length < whole.length; length += Math.ceil(whole.length / 60))
      await unsafe(whole.subarray(0, length));
    await unsafe(whole.subarray(0, -1));
  });

  it("tar: cut anywhere, also at the border of an entry", async () => {
    const whole = tar({ name: "a", content }, { name: "b", content: large.subarray(0, 5_000) });
    for (let length = 512; length < whole.length; length += 128) await unsafe(whole.subarray(0, length));
  });

  it.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ])("tar in %s: cut anywhere, and damaged", async (_, compress) => {
    const whole = compress(tar({ name: "a", content: large.toString("base64") }));
    for (let length = 30; length < whole.length; length += Math.ceil(whole.length / 20))
      await unsafe(whole.subarray(0, length));
    await unsafe(whole.subarray(0, -1));
    const damaged = Buffer.from(whole);
    damaged[whole.length >> 1] = damaged[whole.length >> 1]! ^ 0x55;
    await refused(damaged);
  });

  it("gzip: a wrong checksum at the very end", async () => {
    const bytes = gzipSync(tar({ name: "a", content }));
    bytes.writeUInt32LE(1, bytes.length - 8);
    await unsafe(bytes);
  });

  it("tar: a damaged header, something behind the end, no end", async () => {
    await unsafe(tar({ name: "a", content }, { name: "b", content, damage: true }));
    await unsafe(
      tarOf([{ name: "a", content }], { end: Buffer.concat([Buffer.alloc(1024), tar({ name: "b", content })]) }),
    );
    await unsafe(tarOf([{ name: "a", content }], { end: Buffer.alloc(0) }));
    await unsafe(tarOf([{ name: "a", content }], { end: Buffer.alloc(512) }));
  });

  it("tar: sizes and records that cannot be", async () => {
    const binary = Buffer.alloc(12, 0xff);
    await unsafe(tar({ name: "a", size: binary, content }));
    await unsafe(tar({ name: "a", size: Buffer.from("-0000000001\0"), content }));
    await unsafe(tar({ name: "a", pax: { size: "-1" }, content }));
    await unsafe(tar({ name: "a", pax: { size: "99999999999999999999" }, content }));
    await unsafe(tar({ name: "x", type: "x", content: "999 path=a\n" }, { name: "a", content }));
    await unsafe(tar({ name: "x", type: "x", content: "0 path=a\n" }, { name: "a", content }));
    await unsafe(tar({ name: "x", type: "x", content: paxOf({ "GNU.sparse.major": "1" }) }, { name: "a", content }));
  });

  it("is INVALID_SOURCE when it is no archive at all", async () => {
    for (const bytes of ["", "plain text", "x".repeat(1_000), "BZh9", "Rar!\x1a\x07"])
      expect((await refused(Buffer.from(bytes))).code).toBe("INVALID_SOURCE");
    expect((await refused(gzipSync("x".repeat(1_000)))).code).toBe("INVALID_SOURCE");
  });
});

describe("cancelling", { timeout: 60_000 }, () => {
  it("leaves nothing", async () => {
    const parts = Array.from({ length: 1_000 }, (_, index) => ({ name: `d${index % 50}/f${index}`, content: "x" }));
    for (const bytes of [zipOf(parts), tarOf(parts)]) {
      const controller = new AbortController();
      writeFileSync(join(directory, "archive"), bytes);
      const promise = extractArchive(join(directory, "archive"), join(directory, "out"), { signal: controller.signal });
      setImmediate(() => controller.abort());
      await expect(promise).rejects.toMatchObject({ code: "CANCELLED" });
      expect(readdirSync(directory)).toEqual(["archive"]);
    }
  });
});
