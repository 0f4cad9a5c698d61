import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lastLines, type LogLine, readLines, trimLog } from "@landfall/engine/platforms/local/program-log";

async function all(lines: AsyncIterable<LogLine>): Promise<string[]> {
  const result: string[] = [];
  for await (const one of lines) result.push(one.line);
  return result;
}

/** Eleven characters and an end. */
function line(index: number): string {
  return `line ${String(index).padStart(6, "0")}`;
}

describe("program log", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "edge-log-"));
    path = join(dir, "web.log");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("gives lines, with Windows ends and without a last end", async () => {
    writeFileSync(path, "one\ntwo\r\n\nthree");
    expect(await all(readLines(path, {}))).toEqual(["one", "two", "", "three"]);
    expect(lastLines(path, { count: 2 })).toEqual(["", "three"]);
    expect(await all(readLines(join(dir, "none"), {}))).toEqual([]);
    expect(lastLines(join(dir, "none"), { count: 2 })).toEqual([]);
  });

  it("goes on where a reader left off, without gap or repetition", async () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `line ${index} é${"x".repeat(index % 50)}`);
    writeFileSync(path, `${texts.join("\n")}\n`);
    const seen: string[] = [];
    let fromByte = 0;
    while (seen.length < texts.length) {
      for await (const { line: text, nextByte } of readLines(path, { fromByte })) {
        seen.push(text);
        fromByte = nextByte;
        if (seen.length % 777 === 0) break;
      }
    }
    expect(seen).toEqual(texts);
    expect(fromByte).toBe(statSync(path).size);
  });

  it("follows what is printed, whole lines only, until told to stop", async () => {
    writeFileSync(path, "first\nsec");
    const stop = new AbortController();
    const lines: string[] = [];
    for await (const { line: text } of readLines(path, { follow: true, signal: stop.signal })) {
      lines.push(text);
      if (lines.length === 1) appendFileSync(path, "ond\nthi");
      if (lines.length === 2) stop.abort();
    }
    expect(lines).toEqual(["first", "second"]);
  });

  it("cuts a line without end, and makes text of anything", async () => {
    writeFileSync(path, Buffer.concat([Buffer.alloc(10 * 1024 * 1024, "a"), Buffer.from([10, 0xff, 0x1b, 10])]));
    const lines = await all(readLines(path, {}));
    expect(Math.max(...lines.map(({ length }) => length))).toBe(64 * 1024);
    expect(lines.join("").length).toBe(10 * 1024 * 1024 + 2);
    expect(lines.at(-1)).toBe("\ufffd\u001b");
    expect(Math.max(...lastLines(path, { count: 9 }).map(({ length }) => length))).toBeLessThanOrEqual(2_000);
  });

  for (const [name, punch] of [
    ["by making a hole", undefined],
    ["where holes cannot be made", async () => false],
  ] as const) {
    it(`gives old text back to the disk and keeps offsets, ${name}`, async () => {
      for (let index = 0; index < 100_000; index += 1_000) {
        appendFileSync(path, `${Array.from({ length: 1_000 }, (_, step) => line(index + step)).join("\n")}\n`);
      }
      const { size } = statSync(path);
      let floor = 0;
      const trim = (): Promise<number | null> =>
        trimLog(path, { keepBytes: 200_000, floor, setFloor: (value) => (floor = value), ...(punch ? { punch } : {}) });
      expect(await trim()).toBe(Math.floor((size - 200_000) / 4096) * 4096);
      expect(await trim()).toBeNull();
      expect(statSync(path).size).toBe(size);
      expect(statSync(path).blocks * 512).toBeLessThan(300_000);
      appendFileSync(path, "after\n");
      const lines = await all(readLines(path, { floor: () => floor }));
      expect(lines.at(-1)).toBe("after");
      expect(lines.at(-2)).toBe(line(99_999));
      expect(lines.slice(0, -1)).toEqual(
        Array.from({ length: lines.length - 1 }, (_, index) => line(100_001 - lines.length + index)),
      );
      expect(lines.length).toBeGreaterThan(15_000);
      const [next] = await all(readLines(path, { fromByte: 12 * 99_000, floor: () => floor }));
      expect(next).toBe(line(99_000));
      expect(
        readFileSync(path)
          .subarray(0, floor)
          .every((byte) => byte === 0),
      ).toBe(true);
    });
  }

  it("leaves a log alone that is not much longer than what is kept", async () => {
    writeFileSync(path, "x".repeat(150));
    expect(await trimLog(path, { keepBytes: 100, floor: 0, setFloor: () => expect.unreachable() })).toBeNull();
    expect(await trimLog(join(dir, "none"), { keepBytes: 100, floor: 0, setFloor: () => undefined })).toBeNull();
  });
});
