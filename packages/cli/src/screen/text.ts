/** Text from others made fit for a terminal, and measures made fit for a person. Pure. */
import { stripVTControlCharacters } from "node:util";

/**
 * One line of text from a program, safe to print: no escape sequence, no control or direction character; of a line that was drawn
 * over (carriage return) what stood at the end; tabs as two spaces.
 */
export function safeLine(line: string): string {
  const drawn = line.replace(/\r+$/, "");
  return (
    stripVTControlCharacters(drawn.slice(drawn.lastIndexOf("\r") + 1))
      .replaceAll("\t", "  ")
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g, "")
  );
}

/** The lines of a text, each safe. */
export function safeLines(text: string): string[] {
  return text.replace(/\n$/, "").split("\n").map(safeLine);
}

/** Wide in a terminal: CJK, Hangul, full-width forms, emoji. Blocks of Unicode 16, East Asian Width W and F. */
const wide =
  /[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u2614\u2615\u26a1\u26d4\u2705\u274c\u2728\u2753-\u2755\u2795-\u2797\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f7e0}-\u{1f7eb}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zeroWidth = /\p{Mn}|\p{Me}|[\u200b-\u200d]|\ufeff/u;

/** Columns a text takes; escape sequences take none. */
export function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  // Most text is ASCII, and most of it is drawn ten times a second.
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) width += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** `text` (without escape sequences) cut to so many columns, with an ellipsis when something is lost. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const character of text) {
    const next = widthOf(character);
    if (width + next > columns - 1) break;
    width += next;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** `text` broken at spaces into lines of at most so many columns; a longer word stays whole, so that it can be copied. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `40 ms`, `2.4 s`, `48 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`, then the date. `at` is ISO 8601. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return at.slice(0, 10);
}

/** `512 B`, `3.4 kB`, `12 MB`; decimal units. */
export function bytes(amount: number): string {
  let value = amount;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 999.5 || unit === "GB")
      return `${unit === "B" || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${unit}`;
    value /= 1000;
  }
  return "";
}

/** `1 file`, `3 files`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** Milliseconds of `90s`, `5m`, `1h`, `250ms`, or a number of seconds; null when it is none. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) return null;
  const factor = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }[unit ?? "s"]!;
  return Math.round(Number(amount) * factor);
}

/** Rows under headings, in columns as wide as they need; the last is not padded. Cells may hold colours. */
export function table(headings: string[], rows: string[][]): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[column] ?? ""))),
  );
  return [headings, ...rows].map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell + " ".repeat(widths[column]! - widthOf(cell))))
      .join("  ")
      .trimEnd(),
  );
}

/** The same, without empty columns, and without those of `spare`, the first one first, until it is no wider than `columns`. */
export function fittingTable(
  headings: string[],
  rows: string[][],
  { columns, spare }: { columns: number; spare: string[] },
): string[] {
  let kept = [...headings.keys()].filter((column) => rows.some((row) => row[column] !== ""));
  const made = (): string[] =>
    table(
      kept.map((column) => headings[column]!),
      rows.map((row) => kept.map((column) => row[column]!)),
    );
  for (const heading of spare) {
    if (made().every((line) => widthOf(line) <= columns)) break;
    kept = kept.filter((column) => headings[column] !== heading);
  }
  return made();
}
