/** Finds text in every line that was received, a few milliseconds at a time, and goes on with the lines that come. */
import { colour, visibleText } from "./ansi.ts";
import type { LogStore } from "./log-store.ts";
import { createNumberList, type NumberList } from "./number-list.ts";
import { matcherOf } from "./row-text.ts";
import { type Turn, type TurnOptions, takeTurns } from "./turns.ts";

export interface LogSearch extends Disposable {
  /** Begins anew; an empty query ends it. Lines that are not shown are not found. */
  look(query: string, accepts: (line: number) => boolean): void;
  /** Numbers of lines that hold it, ascending. */
  readonly matches: NumberList;
  /** Number of the first line that was not looked at. */
  readonly reached: number;
  /** Lines are left to look at. */
  readonly isBusy: boolean;
  version(): number;
  subscribe(changed: () => void): () => void;
}

const pieceBytes = 64 * 1024;

export function createLogSearch(log: LogStore, turns: TurnOptions = {}): LogSearch {
  const subscribers = new Set<() => void>();
  let matches = createNumberList();
  let pattern: RegExp | null = null;
  let coloured: RegExp | null = null;
  let longest = 0;
  let accepts: (line: number) => boolean = () => true;
  let reached = log.first;
  let isBusy = false;
  let version = 0;
  /** Of the search that is on; one that finds another here ends. */
  let current = 0;

  function tell(): void {
    version += 1;
    for (const changed of subscribers) changed();
  }

  async function run(): Promise<void> {
    const mine = current;
    const turn = takeTurns(turns);
    let told = -1;
    isBusy = true;
    while (pattern !== null && coloured !== null && reached < log.first + log.size) {
      if (turn.isOver()) {
        // That it is busy, once, and then what it finds.
        if (told !== matches.length) tell();
        told = matches.length;
        await turn.next();
        if (mine !== current) return;
      }
      if (log.bytesOf(reached) <= pieceBytes)
        reached += lookAtPiece(log, reached, { pattern, coloured, accepts, matches });
      else {
        const line = reached;
        const found = accepts(line) && (await isInLongLine(log, line, { pattern, longest, turn }));
        if (mine !== current) return;
        if (found) matches.push(line);
        reached += 1;
      }
    }
    isBusy = false;
    tell();
  }

  const unsubscribe = log.subscribe(() => {
    if (pattern !== null && !isBusy) void run();
  });

  return {
    look(query, accepted) {
      current += 1;
      pattern = matcherOf(query);
      coloured = colouredMatcherOf(query);
      // Other cases of a character may be longer in UTF-8.
      longest = query.length * 4;
      accepts = accepted;
      matches = createNumberList();
      reached = log.first;
      isBusy = false;
      if (pattern === null) tell();
      else void run();
    },
    get matches() {
      return matches;
    },
    get reached() {
      return reached;
    },
    get isBusy() {
      return isBusy;
    },
    version: () => version,
    subscribe(changed) {
      subscribers.add(changed);
      return () => subscribers.delete(changed);
    },
    [Symbol.dispose]() {
      current += 1;
      pattern = null;
      unsubscribe();
    },
  };
}

/** Finds `query` with colours between its characters, too: one look at many lines, many times as fast as taking them out of each. */
function colouredMatcherOf(query: string): RegExp | null {
  const characters = Array.from(query, (character) => matcherOf(character)!.source);
  return query === "" ? null : new RegExp(characters.join(`(?:${colour.source})*`), "iu");
}

interface Looking {
  pattern: RegExp;
  /** What the pattern finds once colours are gone, this finds with them. */
  coloured: RegExp;
  accepts(line: number): boolean;
  matches: NumberList;
}

/** How many lines were looked at. Plain text is gone through in one go, over the ends of its lines. */
function lookAtPiece(log: LogStore, from: number, { pattern, coloured, accepts, matches }: Looking): number {
  const { text, count, controls } = log.piece(from, pieceBytes);
  let start = 0;
  if (controls !== "none") {
    if (controls === "colours" && !coloured.test(text)) return count;
    for (let line = from; line < from + count; line += 1) {
      const end = start + log.charsOf(line);
      pattern.lastIndex = 0;
      if (pattern.test(visibleText(text.slice(start, end))) && accepts(line)) matches.push(line);
      start = end;
    }
    return count;
  }
  let line = from;
  let end = log.charsOf(line);
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    while (found.index >= end) {
      line += 1;
      end += log.charsOf(line);
    }
    if (found.index + found[0].length > end) {
      // Begins in one line and ends in another: it is in neither.
      pattern.lastIndex = found.index + 1;
      continue;
    }
    if (accepts(line)) matches.push(line);
    pattern.lastIndex = end;
  }
  return count;
}

interface LookingInLine {
  pattern: RegExp;
  longest: number;
  turn: Turn;
}

/** A line too long for one turn is read in overlapping parts. */
async function isInLongLine(log: LogStore, line: number, { pattern, longest, turn }: LookingInLine): Promise<boolean> {
  const bytes = log.bytesOf(line);
  for (let from = 0; from < bytes; from += pieceBytes) {
    pattern.lastIndex = 0;
    if (pattern.test(visibleText(log.part(line, from, from + pieceBytes + longest)))) return true;
    if (turn.isOver()) await turn.next();
  }
  return false;
}
