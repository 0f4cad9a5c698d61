/**
 * JavaScript with everything that is not code blanked out, at the same offsets: comments, the insides of strings, templates and regular
 * expressions become spaces. What is left can be searched with regular expressions without meeting a commented-out or quoted name.
 *
 * A full parse is exact and costs ten times as much; the search for variables reads every source of a project, and needs only to know
 * what is code. Works on TypeScript, JSX, and on Vue, Svelte and Astro files, whose markup it takes for code: a lone apostrophe in text
 * can hide the rest of its line, never more.
 */

const slash = 47;
const backslash = 92;
const newline = 10;
const onlyMarks = /["'`/]/g;
const bracesAndMarks = /["'`/{}]/g;

/** `text` with the same length and line breaks; `quotes` stay where they were, so that an empty string is still seen as one. */
export function maskJavaScript(text: string): string {
  const out: string[] = [];
  let copied = 0;
  /** For each open `${`, how many `{` are open inside it. */
  const templates: number[] = [];
  let at = 0;

  function blank(from: number, to: number): void {
    if (to <= from) return;
    out.push(text.slice(copied, from), blankOf(text, from, to));
    copied = to;
  }

  function template(from: number): number {
    let end = from;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === backslash) end++;
      else if (code === 96) break;
      else if (code === 36 && text.charCodeAt(end + 1) === 123) {
        blank(from, end);
        templates.push(0);
        return end + 2;
      }
    }
    blank(from, Math.min(end, text.length));
    return end + 1;
  }

  while (at < text.length) {
    // Between marks there is nothing to do; inside a template's expression braces count too.
    const marks = templates.length > 0 ? bracesAndMarks : onlyMarks;
    marks.lastIndex = at;
    if (!marks.test(text)) break;
    at = marks.lastIndex - 1;
    const code = text.charCodeAt(at);
    if (code === 34 || code === 39) {
      const end = endOfString(text, at + 1, code);
      blank(at + 1, end);
      at = end + 1;
    } else if (code === 96) {
      at = template(at + 1);
    } else if (code === slash) {
      const next = text.charCodeAt(at + 1);
      if (next === slash) {
        const end = endOfLine(text, at);
        blank(at, end);
        at = end;
      } else if (next === 42) {
        const found = text.indexOf("*/", at + 2);
        const end = found < 0 ? text.length : found + 2;
        blank(at, end);
        at = end;
      } else {
        const end = startsRegExp(text, at) ? endOfRegExp(text, at + 1) : -1;
        if (end > 0) blank(at + 1, end);
        at = end > 0 ? end + 1 : at + 1;
      }
    } else if (templates.length > 0 && code === 123) {
      templates[templates.length - 1]! += 1;
      at++;
    } else if (templates.length > 0 && code === 125) {
      at++;
      if (templates[templates.length - 1]! > 0) templates[templates.length - 1]! -= 1;
      else {
        templates.pop();
        at = template(at);
      }
    } else at++;
  }
  out.push(text.slice(copied));
  return out.join("");
}

/** `text` of a language with `#` comments (Python, Ruby, YAML), comments blanked at the same offsets; strings stay. */
export function maskHashComments(text: string): string {
  if (!text.includes("#")) return text;
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|#[^\n]*/g, (all, quoted: string | undefined) =>
    quoted === undefined ? " ".repeat(all.length) : all,
  );
}

/** `text` of a language with `//` and block comments (Go, Rust, Java, C#, PHP), comments blanked at the same offsets; strings stay. */
export function maskSlashComments(text: string): string {
  if (!text.includes("//") && !text.includes("/*")) return text;
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (all, quoted: string | undefined) => (quoted === undefined ? blankOf(all, 0, all.length) : all),
  );
}

const blanks = " ".repeat(256);

function blankOf(text: string, from: number, to: number): string {
  const part = text.slice(from, to);
  if (!part.includes("\n")) return part.length <= 256 ? blanks.slice(0, part.length) : " ".repeat(part.length);
  return part.replace(/[^\n]/g, " ");
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

const endsOfDouble = /["\n\\]/g;
const endsOfSingle = /['\n\\]/g;

function endOfString(text: string, from: number, quote: number): number {
  const ends = quote === 34 ? endsOfDouble : endsOfSingle;
  ends.lastIndex = from;
  while (ends.test(text)) {
    const end = ends.lastIndex - 1;
    if (text.charCodeAt(end) !== backslash) return end;
    ends.lastIndex = end + 2;
  }
  return text.length;
}

// `<`, `}` and `)` are left out on purpose: `</div>`, `{...props} />` and `(a) / b` are far more frequent than a regular expression there.
const beforeRegExp = /[(,=:[!&|?{;+\-*%~^>\n]$/;
const wordBeforeRegExp = /\b(?:return|typeof|case|in|of|throw|await|yield)$/;

function startsRegExp(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && (text.charCodeAt(before) === 32 || text.charCodeAt(before) === 9)) before--;
  if (before < 0) return true;
  if (text.charCodeAt(at + 1) === 62) return false; // `/>` closes an element.
  if (beforeRegExp.test(text[before]!)) return true;
  return wordBeforeRegExp.test(text.slice(Math.max(0, before - 9), before + 1));
}

/** Offset of the closing slash, or -1 when the line ends first and it was a division after all. */
function endOfRegExp(text: string, from: number): number {
  let inClass = false;
  for (let end = from; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === newline) return -1;
    if (code === backslash) end++;
    else if (code === 91) inClass = true;
    else if (code === 93) inClass = false;
    else if (code === slash && !inClass) return end;
  }
  return -1;
}
