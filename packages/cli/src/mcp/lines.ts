/** A window on many lines, of a size that can be read. */
import { safeLine } from "../screen/text.ts";

/** Characters of all lines together. */
const mostCharacters = 24_000;
/** Characters of one line. */
const longestLine = 2000;

export interface LineWindow {
  lines: string[];
  /** Number of the first line here, from 1. */
  first: number;
  /** How many lines there are. */
  total: number;
  /** How to get what is not here. */
  more?: string;
}

/** The last `tail` lines; with `from`, up to `tail` lines from that number on. What is too much is left out at the far end. */
export async function windowOf(
  source: AsyncIterable<string>,
  { tail, from }: { tail: number; from: number | undefined },
): Promise<LineWindow> {
  let lines: string[] = [];
  let total = 0;
  let characters = 0;
  let isFull = false;
  for await (const text of source) {
    total++;
    if (from !== undefined && (total < from || isFull || lines.length >= tail)) continue;
    const line = text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text;
    if (from !== undefined && characters + line.length > mostCharacters && lines.length > 0) {
      isFull = true;
      continue;
    }
    lines.push(safeLine(line));
    characters += line.length;
    // Old lines go in one move now and then: moving all for each new one would take the square of the time.
    if (from === undefined && lines.length >= 2 * tail) lines = lines.slice(-tail);
  }
  if (from === undefined) lines = endOf(lines.slice(-tail));
  const first = from ?? total - lines.length + 1;
  const last = first + lines.length - 1;
  const hints = [
    ...(from === undefined && first > 1 ? [`Lines 1 to ${first - 1} are not shown; they begin with from: 1.`] : []),
    ...(last < total ? [`Go on with from: ${last + 1}.`] : []),
  ];
  return { lines, first, total, ...(hints.length > 0 ? { more: hints.join(" ") } : {}) };
}

function endOf(lines: string[]): string[] {
  let characters = 0;
  let at = lines.length;
  while (at > 0 && characters + lines[at - 1]!.length <= mostCharacters) characters += lines[--at]!.length;
  return lines.slice(at);
}
