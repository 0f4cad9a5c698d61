import { describe, expect, it } from "vitest";
import { type Exit, exitInWords, portWasTaken } from "../src/diagnosis.ts";

describe("diagnosis", () => {
  const exit: Exit = {
    code: 0,
    signal: null,
    unseen: false,
    memoryWasShort: false,
    leftProcesses: false,
    lastLines: [],
  };

  it.each<[Partial<Exit>, string]>([
    [{ code: 1 }, "exited with status 1"],
    [{ code: null, signal: "SIGSEGV" }, "was ended by SIGSEGV"],
    [{ code: null, signal: "SIGKILL" }, "was killed (SIGKILL) by somebody else"],
    [
      { code: null, signal: "SIGKILL", memoryWasShort: true },
      "was killed by the kernel: the machine ran out of memory",
    ],
    [{ code: 137, memoryWasShort: true }, "was killed by the kernel: the machine ran out of memory"],
    [
      {
        code: null,
        signal: "SIGABRT",
        lastLines: ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
      },
      "ran out of memory: the JavaScript heap was full",
    ],
    [
      { code: null, signal: "SIGKILL", overLimit: { limitBytes: 64 * 1024 * 1024, heldBytes: 70 * 1024 * 1024 } },
      "ended because it held 70 MB of memory and may have 64 MB",
    ],
    [{ leftProcesses: true }, "ended and left processes in the background; a server must stay in the foreground"],
    [{ code: null, unseen: true }, "ended while the edge was away"],
  ])("%j: %s", (how, words) => {
    expect(exitInWords({ ...exit, ...how })).toBe(words);
  });

  it("knows a taken port by what programs print", () => {
    expect(portWasTaken(["Error: listen EADDRINUSE: address already in use :::3000"])).toBe(true);
    expect(portWasTaken(["OSError: [Errno 98] Address already in use"])).toBe(true);
    expect(portWasTaken(["Port 5173 is already in use"])).toBe(true);
    expect(portWasTaken(["listening on port 3000"])).toBe(false);
  });
});
