/** The log as text to take away: what a terminal would show, one line after another. */
import { visibleText } from "./ansi.ts";
import type { LineIndex } from "./line-index.ts";
import type { LogStore } from "./log-store.ts";
import { type TurnOptions, takeTurns } from "./turns.ts";

/** Of the lines shown, or of those from one number to another; `from` and `to` are included. */
export async function textOf(
  log: LogStore,
  index: LineIndex,
  { from = 1, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number } = {},
  turns: TurnOptions = {},
): Promise<Blob> {
  const turn = takeTurns(turns);
  const parts: string[] = [];
  const { size } = index;
  for (let row = size === 0 || from === 1 ? 0 : index.rowOf(from); row < size; row += 1) {
    const line = index.lineAt(row);
    if (line > to) break;
    if (line >= from) parts.push(visibleText(log.part(line, 0, log.bytesOf(line))), "\n");
    if (turn.isOver()) await turn.next();
  }
  return new Blob(parts, { type: "text/plain" });
}
