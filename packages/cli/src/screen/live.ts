/** Draws a frame at the bottom of a terminal, over and over, without flicker, and lines above it that stay. */
import type { Output } from "../world.ts";
import { widthOf } from "./text.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
// Terminals that know it draw what is between as one; others ignore it.
const beginUpdate = "\u001b[?2026h";
const endUpdate = "\u001b[?2026l";
const redrawMs = 80;

export interface Live {
  /** Lines that stay, above the frame. */
  print(lines: string[]): void;
  /** Draws the frame a last time, or removes it, and gives the terminal back. May be called again. */
  end(options: { keep: boolean }): void;
}

/** Starts to draw what `frame` answers for the size of the terminal at the time. */
export function liveOn(output: Output, frame: (size: { columns: number; rows: number }) => string[]): Live {
  let drawn: string[] = [];
  let drawnColumns = output.size().columns;

  /** Escape sequence to the beginning of what is drawn; a terminal made narrower since has broken its lines. */
  function toTop(): string {
    const { columns } = output.size();
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return rows === 0 ? "\r" : `\r\u001b[${rows}A`;
  }

  let ended = false;

  function draw(above: string[]): void {
    const size = output.size();
    const lines = frame(size);
    const body = [...above, ...lines].map((line) => `${line}\u001b[K\n`).join("");
    // Lines broken by another width are joined again by some terminals when it comes back, unless they were wiped out whole.
    const wipe = size.columns === drawnColumns ? "" : "\u001b[J";
    output.write(`${beginUpdate}${toTop()}${wipe}${body}\u001b[J${endUpdate}`);
    drawn = lines;
    drawnColumns = size.columns;
  }

  output.write(hideCursor);
  draw([]);
  const timer = setInterval(() => draw([]), redrawMs);
  const stopResize = output.onResize(() => draw([]));
  return {
    print(lines) {
      if (ended) output.write(lines.map((line) => `${line}\n`).join(""));
      else draw(lines);
    },
    end({ keep }) {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      stopResize();
      if (keep) draw([]);
      else output.write(`${toTop()}\u001b[J`);
      output.write(showCursor);
      drawn = [];
    },
  };
}
