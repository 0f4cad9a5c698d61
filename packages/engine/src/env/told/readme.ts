/**
 * What a README says of variables: those it calls required or optional, in headings, lists and tables, and those a code block sets.
 * Weaker than code and than a schema: it settles what these leave open.
 */
import { type ExampleEntry, readExample } from "./example.ts";

export type Verdict = "required" | "optional";

export interface Readme {
  verdicts: Map<string, Verdict>;
  /** Lines `KEY=value` of its code blocks. */
  entries: ExampleEntry[];
}

const name = /(?<![\w$./-])[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+(?![\w/-])/g;
const saysOptional =
  /\boptional(?:ly)?\b|\bnot required\b|\brecommended to (?:set|add|use|provide)\b|\brequired only for\b|\bonly (?:required|needed) for\b|\bdefaults? to\b|\bdefault:/i;
const saysRequired = /\brequired\b(?! (?:only )?(?:if|when|for)\b)|\bmandatory\b/i;
const aboutVariables = /\benv\b|environment|variable|config|setting|secret|credential/i;
const yes = /^\W*(?:yes|true|required|mandatory|x|y)\W*$|✅|✔|✓|☑/i;
const no = /^\W*(?:no|false|optional|n|-*)\W*$|❌|✗|✘/i;

/** `text` is Markdown; `path` is kept in the entries. */
export function readReadme(path: string, text: string): Readme {
  const verdicts = new Map<string, Verdict>();
  const blocks: string[] = [];
  let section: Verdict | undefined;
  /** Column of the table at hand whose head asks whether a variable is required. */
  let column = -1;
  let isCode = false;
  /** The sentence right before a block of code says that what it sets is required. */
  let isBlockRequired = false;
  /** The variable a heading is about: a table of its properties may follow. */
  let subject: string | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    const set = isCode ? /^\s*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\s*=/.exec(line)?.[1] : undefined;
    blocks.push(set === undefined ? "" : line);
    if (set !== undefined && isBlockRequired && !verdicts.has(set)) verdicts.set(set, "required");
    if (isCode) continue;
    if (line.trim() !== "" && !/^\s*(?:```|~~~)/.test(line))
      isBlockRequired = /:\s*$/.test(line) && verdictOf(line) === "required";
    const isHeading = /^\s*#{1,6}\s|^\s*\*\*[^*]+\*\*:?\s*$/.test(line);
    const cells = /^\s*\|/.test(line)
      ? line
          .trim()
          .replace(/^\||\|$/g, "")
          .split("|")
      : [];
    if (cells.length === 0) column = -1;
    const names = line.match(name) ?? [];
    if (isHeading) subject = names.length === 1 ? names[0] : undefined;
    if (subject !== undefined && /^\W*required\W*$/i.test(cells[0] ?? "") && !verdicts.has(subject))
      verdicts.set(subject, yes.test(cells[1] ?? "") ? "required" : "optional");
    if (names.length === 0) {
      if (isHeading) section = aboutVariables.test(line) ? verdictOf(line) : undefined;
      else if (column < 0 && cells.length > 1)
        column = cells.findIndex((cell) => /^\W*(?:required|mandatory)\W*$/i.test(cell));
      continue;
    }
    const cell = cells[column];
    const verdict =
      cell === undefined
        ? (verdictOf(line) ?? section)
        : yes.test(cell)
          ? "required"
          : no.test(cell)
            ? "optional"
            : verdictOf(cell);
    // A sentence that names several speaks of how they belong together.
    const told = names.length === 1 || cells.length > 0 ? names.slice(0, 1) : [];
    for (const key of told) if (verdict && !verdicts.has(key)) verdicts.set(key, verdict);
  }
  return { verdicts, entries: readExample(path, blocks.join("\n")) };
}

/** "Set `API_KEY` and optional overrides": said of what follows. */
const ofOthers = /(?:\band|\bplus|\bwith|,)\s+(?:an?\s+|some\s+)?optional\s+(?=[\w`])/i;

function verdictOf(text: string): Verdict | undefined {
  if (saysOptional.test(text.replace(ofOthers, ""))) return "optional";
  return saysRequired.test(text) ? "required" : undefined;
}
