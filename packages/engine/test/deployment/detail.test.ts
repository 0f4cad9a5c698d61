import { describe, expect, it } from "vitest";
import { builtDetail, sealedDetail, sentDetail } from "../../src/deployment/detail.ts";

describe("what a step did, in one line", () => {
  it("says of an upload what was sent and what was there", () => {
    const lines = [
      sentDetail({ files: 24, sizeBytes: 4_100_000, of: 312 }),
      sentDetail({ files: 3, sizeBytes: 999, of: 3 }),
      sentDetail({ files: 0, sizeBytes: 0, of: 1 }),
    ];
    expect(lines).toEqual([
      "312 files, 4.1 MB sent, 288 already there",
      "3 files, 999 B sent",
      "1 file, all already there",
    ]);
  });

  it("says of a build what it made, and that it was not needed", () => {
    expect(builtDetail({ files: 1, sizeBytes: 12_000, reused: false })).toBe("1 file, 12 kB");
    expect(builtDetail({ files: 2, sizeBytes: 3_456, reused: true })).toBe("nothing has changed: 2 files, 3.5 kB");
  });

  it("counts a variable of several services once", () => {
    expect(sealedDetail({ web: { A: "1", B: "2" }, api: { A: "1" } }, 2)).toBe("2 services, 2 variables");
    expect(sealedDetail({ web: {} }, 1)).toBe("1 service, no variables");
  });
});
