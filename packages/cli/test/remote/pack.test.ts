import { extractArchive } from "@landfall/engine/source/archive";
import { openBlobs } from "@landfall/engine/snapshot/blobs";
import { folderBytes } from "@landfall/engine/snapshot/bytes";
import { takeSnapshot } from "@landfall/engine/snapshot/take";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pack } from "../../src/remote/pack.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "landfall-pack-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const long = `${"folder-with-a-long-name/".repeat(6)}${"ä".repeat(60)}.txt`;

function folder(name: string, files: Record<string, string | Buffer>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, name, path)), { recursive: true });
    writeFileSync(join(scratch, name, path), content);
  }
  return join(scratch, name);
}

async function packed(root: string) {
  const blobs = openBlobs(join(scratch, "blobs"));
  const snapshot = await takeSnapshot(root, { blobs, keep: "reference" });
  const file = `${root}.archive`;
  return { snapshot, file, ...(await pack(snapshot, folderBytes(root, blobs), { file })) };
}

/** What is there once it was extracted, by its digest. */
async function digestOf(file: string): Promise<string> {
  const directory = `${file}.extracted`;
  await extractArchive(file, directory);
  return (await takeSnapshot(directory, { blobs: openBlobs(join(scratch, "others")) })).digest;
}

it("comes out as it went in: modes, links, long names, and a folder that is alone", async () => {
  const root = folder("site", {
    "only/index.html": "<h1>hello</h1>",
    "only/empty": "",
    [`only/${long}`]: "long",
    "only/large.bin": Buffer.alloc(700_001, 7),
    "only/run.sh": "#!/bin/sh\n",
  });
  chmodSync(join(root, "only/run.sh"), 0o755);
  symlinkSync("only/index.html", join(root, "link.html"));
  symlinkSync(long, join(root, "only/far"));
  const { snapshot, file } = await packed(root);
  expect(await digestOf(file)).toBe(snapshot.digest);

  rmSync(join(root, "link.html"));
  rmSync(`${file}.extracted`, { recursive: true });
  const alone = await packed(root);
  expect(await digestOf(alone.file)).toBe(alone.snapshot.digest);
});

it("is the same for equal trees, whenever and wherever they were written", async () => {
  const files = { "a.txt": "a", "b/c.txt": "c" };
  const one = folder("one", files);
  const two = folder("two", files);
  utimesSync(join(two, "a.txt"), 1, 1);
  chmodSync(join(two, "a.txt"), 0o600);
  const [first, second] = [await packed(one), await packed(two)];
  expect(second.sha256).toBe(first.sha256);
  expect(readFileSync(second.file).equals(readFileSync(first.file))).toBe(true);
});

it("holds no secret: not as a file, not as a line", async () => {
  const root = folder("secrets", {
    "index.html": "page",
    ".env": "TOKEN=hunter2",
    "deploy.pem": `-----BEGIN PRIVATE KEY-----\n${"QUJD".repeat(20)}\n-----END PRIVATE KEY-----\n`,
    ".npmrc": "registry=https://r.example\n//r.example/:_authToken=hunter2\n",
  });
  const { file } = await packed(root);
  await extractArchive(file, join(scratch, "out"));
  expect(readFileSync(join(scratch, "out/.npmrc"), "utf8")).toBe("registry=https://r.example\n");
  for (const name of [".env", "deploy.pem"]) expect(existsSync(join(scratch, "out", name))).toBe(false);
});

it("is not made so small that it looks like an attack", async () => {
  const root = folder("zeros", { "zeros.bin": Buffer.alloc(70 * 1024 ** 2), "index.html": "page" });
  const { snapshot, file, sizeBytes } = await packed(root);
  expect(sizeBytes).toBeGreaterThan(70 * 1024 ** 2);
  expect(await digestOf(file)).toBe(snapshot.digest);
});
