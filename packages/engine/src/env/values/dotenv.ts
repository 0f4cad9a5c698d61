/**
 * Files of variables (`.env`), read and written.
 *
 * The dialect. A line is `KEY=value`, `export KEY=value`, empty, or a comment that begins with `#`. A value is
 * - bare: up to the end of the line or a `#` after white space; white space at both ends falls away; nothing is replaced;
 * - in single quotes or back-ticks: everything up to the next such quote, line breaks included, unchanged;
 * - in double quotes: as above, but `\n`, `\r`, `\t`, `\"`, `\\` and `\$` stand for a line feed, carriage return, tab, quote, back-slash
 *   and dollar; any other back-slash stands for itself.
 * `$NAME` and `${NAME}` are never replaced: a value is what is written. Line breaks inside quotes read as a line feed however the file
 * ends its lines. A byte order mark at the start is passed over. When a name stands twice both entries are returned; the later one holds.
 *
 * This is what dotenv for Node reads, with two differences, both so that nothing is lost without a word: `#` begins a comment only after
 * white space (`pa#ss` is a whole password), and a line that is none of the above is an error instead of being skipped.
 *
 * What `formatDotenv` writes reads back exactly, for every text without NUL. Where it can it writes what other tools read the same way:
 * bare for plain words, single quotes otherwise, and double quotes only for values with a single quote or a carriage return in them.
 */
import { DeployError } from "../../error.ts";
import { checkName, checkValue } from "./names.ts";

export interface DotenvEntry {
  key: string;
  value: string;
  /** Line of the key, from 1. */
  line: number;
}

/** The entries of a file, in order. Throws INVALID_VARIABLE with every line that is broken; no value is in the message. */
export function parseDotenv(text: string): DotenvEntry[] {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const entries: DotenvEntry[] = [];
  const faults: { path: string; message: string }[] = [];
  let at = 0;
  let line = 1;
  while (at < source.length) {
    const end = endOfLine(source, at);
    const head = /^[^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)[^\S\r\n]*(?:=|:[^\S\r\n])[^\S\r\n]*/.exec(
      source.slice(at, end),
    );
    if (!head) {
      const rest = source.slice(at, end).trim();
      if (rest !== "" && !rest.startsWith("#")) faults.push({ path: `line ${line}`, message: faultOfLine(rest) });
      at = end + 1;
      line++;
      continue;
    }
    const start = at + head[0].length;
    const quote = source[start];
    if (start < end && (quote === '"' || quote === "'" || quote === "`")) {
      const close = closingQuote(source, start, quote);
      if (close < 0) {
        faults.push({ path: `line ${line}`, message: `the quote that begins the value of ${head[1]} is never closed` });
        break;
      }
      const stop = endOfLine(source, close);
      const behind = source.slice(close + 1, stop).trim();
      if (behind !== "" && !behind.startsWith("#")) {
        faults.push({ path: `line ${line}`, message: `something stands behind the closing quote of ${head[1]}` });
      } else {
        const inner = source.slice(start + 1, close).replaceAll("\r\n", "\n");
        entries.push({ key: head[1]!, value: quote === '"' ? unescape(inner) : inner, line });
      }
      line += countLines(source, at, stop) + 1;
      at = stop + 1;
      continue;
    }
    const raw = source.slice(start, end);
    const comment = /(?:^|\s)#/.exec(raw);
    entries.push({ key: head[1]!, value: (comment ? raw.slice(0, comment.index) : raw).trim(), line });
    at = end + 1;
    line++;
  }
  for (const entry of entries) {
    if (entry.value.includes("\0"))
      faults.push({ path: `line ${entry.line}`, message: `the value of ${entry.key} has a NUL character in it` });
  }
  if (faults.length > 0) {
    throw new DeployError("INVALID_VARIABLE", {
      what:
        faults.length === 1
          ? `Line ${faults[0]!.path.slice(5)} is not a variable.`
          : `${faults.length} lines are not variables.`,
      next: "Write each as KEY=value; put a value with spaces, quotes or line breaks in quotes.",
      faults,
    });
  }
  return entries;
}

/** The entries as a file that `parseDotenv` reads back exactly. Throws INVALID_VARIABLE for a name or value that cannot be one. */
export function formatDotenv(entries: Iterable<{ key: string; value: string }>): string {
  let text = "";
  for (const { key, value } of entries) {
    checkName(key);
    checkValue(value);
    text += `${key}=${quoted(value)}\n`;
  }
  return text;
}

/** Entries as an object; of two with one name the later holds. */
export function variablesOf(entries: Iterable<{ key: string; value: string }>): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { key, value } of entries) values[key] = value;
  return { ...values };
}

function quoted(value: string): string {
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(value)) return value;
  if (!value.includes("'") && !value.includes("\r")) return `'${value}'`;
  return `"${value.replace(/[\\"$\n\r]/g, (char) => (char === "\n" ? "\\n" : char === "\r" ? "\\r" : `\\${char}`))}"`;
}

function unescape(inner: string): string {
  return inner.replace(/\\([nrt"\\$])/g, (_all, char: string) =>
    char === "n" ? "\n" : char === "r" ? "\r" : char === "t" ? "\t" : char,
  );
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

function countLines(source: string, from: number, to: number): number {
  let count = 0;
  for (let at = source.indexOf("\n", from); at >= 0 && at < to; at = source.indexOf("\n", at + 1)) count++;
  return count;
}

function faultOfLine(rest: string): string {
  const equals = rest.indexOf("=");
  if (equals < 0) return "there is no = in it";
  if (equals === 0) return "there is no name before the =";
  return "the name before the = has characters in it that a name cannot have";
}
