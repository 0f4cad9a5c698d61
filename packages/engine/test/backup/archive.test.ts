import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readArchive, wholeContent, writeArchive } from "../../src/backup/archive.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "landfall-archive-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("may be left at any part: nothing of it goes on", { timeout: 60_000 }, async () => {
  const file = join(root, "backup");
  const parts = Array.from({ length: 20 }, (_, index) => wholeContent(`part-${index}`, randomBytes(300_000)));
  await writeArchive(
    createWriteStream(file),
    (async function* () {
      yield* parts;
    })(),
  );
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  process.on("uncaughtException", note);
  try {
    for (let round = 0; round < 200; round++) {
      let left = round % 5;
      for await (const part of readArchive(file)) {
        if (round % 3 > 0) await part.text();
        if (left === 0) await delay(round % 4); // What is read ahead arrives meanwhile.
        if (left-- === 0) break;
      }
    }
    await delay(50);
  } finally {
    process.off("uncaughtException", note);
  }
  expect(failures).toEqual([]);
});
