import { describe, expect, it } from "vitest";
import { createLogStore, type LogStore } from "../../src/log/log-store.ts";
import { createLogSearch, type LogSearch } from "../../src/log/search.ts";
import { logEvent } from "./feed.ts";

function storeOf(lines: string[]): LogStore {
  const store = createLogStore({ frame: (told) => setTimeout(told, 0) });
  store.append(logEvent(lines));
  return store;
}

/** Lines found, once all were looked at. */
async function settled(search: LogSearch): Promise<number[]> {
  while (search.isBusy)
    await new Promise<void>((resolve) => {
      const leave = search.subscribe(() => {
        leave();
        resolve();
      });
    });
  return Array.from({ length: search.matches.length }, (_, index) => search.matches.at(index));
}

async function found(lines: string[], query: string): Promise<number[]> {
  using search = createLogSearch(storeOf(lines));
  search.look(query, () => true);
  return await settled(search);
}

describe("search", () => {
  it("finds lines in any case, each once", async () => {
    expect(await found(["An error", "fine", "ERROR error", "terror"], "error")).toEqual([1, 3, 4]);
  });

  it("finds nothing over the end of a line", async () => {
    expect(await found(["foo", "bar", "oobar", "xoob"], "oob")).toEqual([3, 4]);
    expect(await found(["aab", "ab"], "ba")).toEqual([]);
  });

  it("sees what a person sees", async () => {
    expect(await found(["er\u001b[31mror", "\u001b[31m", "x"], "error")).toEqual([1]);
    expect(await found(["\u001b[31m31m"], "[31")).toEqual([]);
    for (const colour of ["\u001b[38:2::255:0:0m", "\u009b31m", "\u001b[1?2m", "\u001b[1m\u001b[0;31m", "\u001b[K"])
      expect(await found([`er${colour}ror`, "x", "error"], "rr"), colour).toEqual([1, 3]);
    expect(await found(["error 10%\rdone", "x"], "error")).toEqual([]);
    expect(await found(["no \u001b[", "31merror", "\u001b[31mred\u001b[0m"], "31m")).toEqual([2]);
  });

  it("finds text far inside a line of 10 MB, and over the ends of what is read at once", async () => {
    const long = "x".repeat(5_000_000);
    expect(await found(["a", `${long}needle${long}`, "needle"], "needle")).toEqual([2, 3]);
    for (const at of [65_530, 65_533, 65_536, 131_070])
      expect(await found([`${"x".repeat(at)}ñeedle${"y".repeat(100_000)}`], "Ñeedle")).toEqual([1]);
  });

  it("leaves out lines that are not shown", async () => {
    using search = createLogSearch(storeOf(["a", "a", "a"]));
    search.look("a", (line) => line !== 2);
    expect(await settled(search)).toEqual([1, 3]);
  });

  it("goes on with lines that come, and begins anew for another query", async () => {
    const store = storeOf(["one", "two"]);
    using search = createLogSearch(store);
    search.look("o", () => true);
    expect(await settled(search)).toEqual([1, 2]);
    store.append(logEvent(["three", "four"]));
    await expect.poll(() => search.matches.length).toBe(3);
    search.look("three", () => true);
    expect(await settled(search)).toEqual([3]);
    search.look("", () => true);
    expect(search.matches.length).toBe(0);
  });

  it("agrees with a search of each line by itself", async () => {
    let seed = 11;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (seed >> 8) % below;
    };
    const parts = ["a", "B", "ab", "é", "👍", "\u001b[1m", " ", "ba"];
    for (let round = 0; round < 30; round += 1) {
      const plain = round % 2 === 0;
      const lines = Array.from({ length: 400 }, () =>
        Array.from({ length: next(8) }, () => parts[next(parts.length)]!)
          .filter((part) => !plain || !part.startsWith("\u001b"))
          .join(""),
      );
      const query = ["ab", "bab", "é👍", "a b"][round % 4]!;
      const expected = lines.flatMap((line, index) =>
        line.replaceAll("\u001b[1m", "").toLowerCase().includes(query) ? [index + 1] : [],
      );
      expect(await found(lines, query)).toEqual(expected);
    }
  });

  it("finds the last of 200,000 lines, and no turn is long", async () => {
    const store = storeOf([]);
    for (let count = 0; count < 2_000; count += 1)
      store.append(
        logEvent(
          Array.from({ length: 100 }, (_, line) =>
            count === 1_999 && line === 99
              ? "the needle"
              : `\u001b[2m${count}\u001b[0m compiled module ${line} of many in 12 ms`,
          ),
        ),
      );
    const turns: number[] = [];
    let began = performance.now();
    using search = createLogSearch(store, {
      async pause() {
        turns.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 0));
        began = performance.now();
      },
    });
    search.look("needle", () => true);
    expect(await settled(search)).toEqual([200_000]);
    // 8 ms, and the piece that was begun; the machine may be busy.
    expect(turns.toSorted((a, b) => a - b)[Math.floor(turns.length / 2)] ?? 0).toBeLessThan(16);
  });
});
