/**
 * Files of variables (`.env`) as the engine reads and writes them, for texts that never leave the browser: packages/engine/src/env/values/dotenv.ts
 * says what the dialect is, and a test reads the same texts with both.
 */

export interface DotenvEntry {
  key: string;
  value: string;
  /** Line of the key, from 1. */
  line: number;
}

export interface DotenvFault {
  /** From 1. */
  line: number;
  /** Names no value. */
  message: string;
}

/** Entries in order and every broken line. What has faults is not to be taken in part. */
export function parseDotenv(text: string): { entries: DotenvEntry[]; faults: DotenvFault[] } {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const entries: DotenvEntry[] = [];
  const faults: DotenvFault[] = [];
  for (let at = 0, line = 1; at < source.length; ) {
    const read = readLine(source, at, line);
    if ("entry" in read) entries.push(read.entry);
    if ("fault" in read) faults.push({ line, message: read.fault });
    line += source.slice(at, read.end).split("\n").length;
    at = read.end + 1;
  }
  for (const { key, value, line } of entries)
    if (value.includes("\0")) faults.push({ line, message: `the value of ${key} has a NUL character in it` });
  return { entries, faults };
}

/** What begins at `at`, and where its last line ends. */
type Read = { end: number } | { end: number; entry: DotenvEntry } | { end: number; fault: string };

const head = /^[^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)[^\S\r\n]*(?:=|:[^\S\r\n])[^\S\r\n]*/;

function readLine(source: string, at: number, line: number): Read {
  const end = endOfLine(source, at);
  const text = source.slice(at, end);
  const found = head.exec(text);
  const key = found?.[1];
  if (!found || key === undefined) {
    const rest = text.trim();
    return rest === "" || rest.startsWith("#") ? { end } : { end, fault: faultOfLine(rest) };
  }
  const start = at + found[0].length;
  const quote = source[start];
  if (start >= end || (quote !== '"' && quote !== "'" && quote !== "`")) {
    const raw = source.slice(start, end);
    const comment = /(?:^|\s)#/.exec(raw);
    return { end, entry: { key, value: (comment ? raw.slice(0, comment.index) : raw).trim(), line } };
  }
  const close = closingQuote(source, start, quote);
  // Where it would end cannot be known, so nothing behind it is read.
  if (close < 0) return { end: source.length, fault: `the quote that begins the value of ${key} is never closed` };
  const stop = endOfLine(source, close);
  const behind = source.slice(close + 1, stop).trim();
  if (behind !== "" && !behind.startsWith("#"))
    return { end: stop, fault: `something stands behind the closing quote of ${key}` };
  const inner = source.slice(start + 1, close).replaceAll("\r\n", "\n");
  return { end: stop, entry: { key, value: quote === '"' ? unescape(inner) : inner, line } };
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unescape(inner: string): string {
  return inner.replace(/\\([nrt"\\$])/g, (_all, char: string) => escapes[char] ?? char);
}

function closingQuote(source: string, open: number, quote: string): number {
  for (let at = open + 1; at < source.length; at++) {
    if (source[at] === quote) return at;
    if (quote === '"' && source[at] === "\\") at++;
  }
  return -1;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

function faultOfLine(rest: string): string {
  const equals = rest.indexOf("=");
  if (equals < 0) return "there is no = in it";
  if (equals === 0) return "there is no name before the =";
  return "the name before the = has characters in it that a name cannot have";
}

/** One variable as a line, or several where the value has line breaks, that reads back exactly. */
export function formatEntry(key: string, value: string): string {
  return `${key}=${quoted(value)}`;
}

function quoted(value: string): string {
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(value)) return value;
  if (!value.includes("'") && !value.includes("\r")) return `'${value}'`;
  return `"${value.replace(/[\\"$\n\r]/g, (char) => (char === "\n" ? "\\n" : char === "\r" ? "\\r" : `\\${char}`))}"`;
}

/**
 * Whether a pasted text is a file of variables rather than one value that happens to look like it. In the field of a name one line is
 * enough; in that of a value it takes two, all of them with `=`: `a=b` alone is a value, and so are YAML and JSON.
 */
export function isDotenv(text: string, field: "name" | "value"): boolean {
  const { entries, faults } = parseDotenv(text);
  const named = entries.filter(({ key }) => /^[A-Za-z_]\w*$/.test(key));
  if (field === "name") return named.length > 0 && (faults.length === 0 || entries.length > 1);
  const written = text.match(/^[^\S\r\n]*(?:export[^\S\r\n]+)?[A-Za-z_]\w*[^\S\r\n]*=/gm) ?? [];
  return faults.length === 0 && entries.length > 1 && named.length === entries.length && written.length >= named.length;
}
