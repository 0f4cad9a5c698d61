import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { liveOn } from "../../src/screen/live.ts";
import type { Output } from "../../src/world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A terminal small enough to hold in the head: what escape sequences of ours do to its rows. */
function terminal(columns: number): Output & { rows(): string[]; resize(columns: number): void; hidden: boolean } {
  let width = columns;
  let rows: string[] = [""];
  let row = 0;
  let listener: (() => void) | undefined;
  const screen = {
    hidden: false,
    isTerminal: true,
    size: () => ({ columns: width, rows: 24 }),
    onResize(next: () => void) {
      listener = next;
      return () => {
        listener = undefined;
      };
    },
    resize(next: number) {
      width = next;
      const before = rows.slice(0, row).flatMap((line) => line.match(new RegExp(`.{1,${next}}`, "g")) ?? [""]);
      rows = [...before, ...rows.slice(row)];
      row = before.length;
      listener?.();
    },
    rows: () => rows.slice(0, row),
    write(text: string) {
      // oxlint-disable-next-line no-control-regex -- escape sequences are what is read here
      for (const [token] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g)) {
        if (token === "\n") {
          row++;
          rows[row] ??= "";
        } else if (token === "\u001b[J") rows = rows.slice(0, row);
        else if (token === "\u001b[K") rows[row] = rows[row]!.slice(0);
        else if (token.endsWith("A") && token.startsWith("\u001b")) row -= Number(token.slice(2, -1));
        else if (token === "\u001b[?25l") screen.hidden = true;
        else if (token === "\u001b[?25h") screen.hidden = false;
        else if (!token.startsWith("\u001b") && token !== "\r") rows[row] = token;
      }
    },
  };
  return screen;
}

describe("the live region", () => {
  it("draws over itself, keeps printed lines above, and gives the cursor back", () => {
    const screen = terminal(40);
    let frame = ["one", "two"];
    const live = liveOn(screen, () => frame);
    expect(screen.rows()).toEqual(["one", "two"]);
    expect(screen.hidden).toBe(true);
    frame = ["three"];
    vi.advanceTimersByTime(80);
    expect(screen.rows()).toEqual(["three"]);
    live.print(["log"]);
    expect(screen.rows()).toEqual(["log", "three"]);
    frame = ["done"];
    live.end({ keep: true });
    expect(screen.rows()).toEqual(["log", "done"]);
    expect(screen.hidden).toBe(false);
    live.end({ keep: true });
    live.print(["after"]);
    expect(screen.rows()).toEqual(["log", "done", "after"]);
  });

  it("removes itself when not kept", () => {
    const screen = terminal(40);
    const live = liveOn(screen, () => ["frame"]);
    live.print(["log"]);
    live.end({ keep: false });
    expect(screen.rows()).toEqual(["log"]);
  });

  it("leaves nothing behind when the terminal becomes narrower", () => {
    const screen = terminal(40);
    const live = liveOn(screen, ({ columns }) => ["x".repeat(30).slice(0, columns), "end"]);
    live.print(["log"]);
    screen.resize(10);
    expect(screen.rows()).toEqual(["log", "xxxxxxxxxx", "end"]);
    live.end({ keep: true });
  });

  it("stops its timer", () => {
    const live = liveOn(terminal(40), () => ["x"]);
    live.end({ keep: true });
    expect(vi.getTimerCount()).toBe(0);
  });
});
