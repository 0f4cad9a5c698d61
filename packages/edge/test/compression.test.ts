import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acceptedEncodings, compressed } from "../src/compression.ts";

describe("compression", () => {
  it.each<[string | undefined, string[]]>([
    [undefined, []],
    ["", []],
    ["gzip, deflate, br, zstd", ["br", "zstd", "gzip"]],
    ["gzip;q=1.0, br;q=0.5", ["gzip", "br"]],
    ["br;q=0, gzip", ["gzip"]],
    ["*", ["br", "zstd", "gzip"]],
    ["*;q=0.1, gzip", ["gzip", "br", "zstd"]],
    ["*, br;q=0", ["zstd", "gzip"]],
    ["GZIP ; q=0.8", ["gzip"]],
    ["gzip;q=nonsense", []],
    ["identity", []],
  ])("reads Accept-Encoding %j as %j", (header, expected) => {
    expect(acceptedEncodings(header)).toEqual(expected);
  });

  describe("of a blob", () => {
    let dir: string;
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), "edge-compression-"));
    });
    afterEach(() => rmSync(dir, { recursive: true }));
    const sha256 = "ab".repeat(32);

    it("gives back the same bytes in each encoding, made once", async () => {
      const text = Buffer.from("the same words again and again ".repeat(200));
      let reads = 0;
      const read = async (): Promise<Buffer> => {
        reads += 1;
        return text;
      };
      const unpack = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync };
      for (const encoding of ["br", "gzip", "zstd"] as const) {
        const first = await compressed({ sha256, read }, encoding, dir);
        const second = await compressed({ sha256, read }, encoding, dir);
        expect(unpack[encoding](first).equals(text)).toBe(true);
        expect(second.equals(first)).toBe(true);
      }
      expect(reads).toBe(3);
      expect(readdirSync(join(dir, "ab")).sort()).toEqual([`${sha256}.br`, `${sha256}.gzip`, `${sha256}.zstd`]);
    });

    it("gives nothing back when it does not pay", async () => {
      expect((await compressed({ sha256, read: async () => randomBytes(4096) }, "gzip", undefined)).length).toBe(0);
    });

    it("does without a place to keep things", async () => {
      writeFileSync(join(dir, "file"), "");
      const bytes = await compressed(
        { sha256, read: async () => Buffer.alloc(4096, "a") },
        "gzip",
        join(dir, "file", "cache"),
      );
      expect(gunzipSync(bytes).length).toBe(4096);
    });
  });
});
