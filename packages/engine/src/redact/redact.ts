/**
 * Redaction: the one place where secrets are taken out of text, on the only way to storage and network.
 *
 * Text is read without white space, line breaks, control characters and colour codes, and so are the secrets; then all their forms
 * (redact/forms.ts) are looked for in one pass. What is found is replaced by `[secret NAME]`, together with the line breaks inside it:
 * neither length nor shape is told. Of a long secret in base64 or hex the beginning is looked for, and hidden with what follows it.
 *
 * Not covered, because no filter can: a program that changes the value (reversed, encrypted, base64 twice).
 */
import { automatonFor, type Automaton } from "./automaton.ts";
import { formsOf, isEncoded } from "./forms.ts";

export interface Redactor {
  /** From now on these are taken out too, also of streams that are open: a credential was renewed. What is known already is passed over. */
  add(secrets: { name: string; value: string }[]): void;
  /** A whole text without secrets: an error, a note, JSON (which stays valid JSON when a secret is within a string). */
  text(input: string): string;
  /** A stream of lines, one for each process and stream. */
  lines(): LineRedactor;
}

export interface LineRedactor {
  /**
   * Takes a line without its end; returns the lines that are safe to show by now, without secrets. A line whose end may be the
   * beginning of a secret that goes on in the next is held until that is decided.
   */
  push(line: string): string[];
  /** What is held, for a stream that has paused; nothing while a secret seems to be on its way, spread over lines. */
  idle(): string[];
  /** What is held, at the end. Lines may be pushed afterwards; the rest of a secret begun before is still recognised. */
  flush(): string[];
}

/**
 * Knows each value raw, in base64 (any alignment, either alphabet), URL-encoded, JSON-escaped once and twice, in hex, quoted for shells,
 * split over lines, with colour codes inside; and on their own the long lines of a value with several, the password of a URL, the keys
 * in a JSON document. Values shorter than six characters, numbers below eight digits and everyday words are not hidden.
 * Of two secrets one of which begins the other, the longer is found; of two equal ones, the first is named.
 */
export function createRedactor(secrets: { name: string; value: string }[]): Redactor {
  const known = new Set(secrets.map(({ value }) => value));
  // One pass for what was known at the beginning, and one more for each addition: those are few.
  const passes = [passFor(secrets)];
  return {
    add(more) {
      const added = more.filter(({ value }) => !known.has(value));
      for (const { value } of added) known.add(value);
      if (added.length > 0) passes.push(passFor(added));
    },
    text: (input) => passes.reduce((text, pass) => pass.text(text), input),
    lines() {
      const readers: LineRedactor[] = [];
      /** What comes out of one pass goes into the next. */
      const through = (lines: string[], end?: "idle" | "flush"): string[] => {
        for (const pass of passes.slice(readers.length)) readers.push(pass.lines());
        return readers.reduce((safe, reader) => {
          const out = safe.flatMap((line) => reader.push(line));
          return end === undefined ? out : [...out, ...reader[end]()];
        }, lines);
      };
      return { push: (line) => through([line]), idle: () => through([], "idle"), flush: () => through([], "flush") };
    },
  };
}

function passFor(secrets: { name: string; value: string }[]): Pick<Redactor, "text" | "lines"> {
  const known = new Map<string, Hidden>();
  for (const { name, value } of secrets) {
    const mark = `[secret ${name}]`;
    const asItIs = lettersOf(value.trim());
    for (const { text, rest } of formsOf(value)) {
      const letters = lettersOf(text);
      const length = rest > 0 ? letters.length : beginning(letters, asItIs);
      const tail = letters.slice(length);
      const first = letters.slice(0, length);
      const one = known.get(first) ?? { length, rest: 0, tails: [], mark };
      one.rest = Math.max(one.rest, rest);
      if (tail !== "") one.tails.push(tail);
      known.set(first, one);
    }
  }
  const hidden = [...known.values()];
  const automaton = automatonFor([...known.keys()]);
  return {
    text(input) {
      const stream = streamOf(automaton, hidden);
      return stream.feed(input) + stream.rest();
    },
    lines() {
      const stream = streamOf(automaton, hidden);
      let unfinished = "";
      const cut = (safe: string): string[] => {
        const lines = (unfinished + safe).split("\n");
        unfinished = lines.pop()!;
        return lines;
      };
      const flush = (): string[] => cut(stream.rest());
      return {
        push: (line) => cut(stream.feed(`${line}\n`)),
        idle: () => (stream.isCrossingLines() ? [] : flush()),
        flush,
      };
    },
  };
}

/** So many letters of a spelling are looked for behind the place where it stops being the value itself. */
const tellingLetters = 96;

/**
 * Letters of a spelling that are enough to tell it by; what follows is compared one by one. A long value in all its spellings would
 * otherwise be twenty times as much to look for.
 */
function beginning(spelling: string, value: string): number {
  if (spelling === value) return spelling.length;
  let same = 0;
  while (same < spelling.length && spelling.charCodeAt(same) === value.charCodeAt(same)) same++;
  return Math.min(spelling.length, same + tellingLetters);
}

/** What takes the place of a string that is found. */
interface Hidden {
  /** Letters of the string. */
  length: number;
  /** Letters behind it that belong to the secret too, when it is printed whole, and of which only the alphabet is known. */
  rest: number;
  /** What may follow it. */
  tails: string[];
  mark: string;
}

interface Match {
  /** Letters since the beginning of what is held. */
  start: number;
  end: number;
  mark: string;
}

/** The pass over one text, which may come in pieces. */
function streamOf({ step, depth, found }: Automaton, hidden: readonly Hidden[]) {
  const reader: Reader = { sequence: 0 };
  let state = 0;
  let held = "";
  /** Where in `held` each of its letters stands. */
  let positions = new Uint32Array(256);
  let letters = 0;
  let matches: Match[] = [];
  /** The secret found last, while letters of it may still come: how many have come, and what may. */
  let followed = { mark: "", letters: 0, rest: 0, tails: [] as string[] };
  const isFollowing = (): boolean => followed.rest > 0 || followed.tails.length > 0;
  let lineLetters = 0;
  let lastLineLetters = 0;

  function record(secret: Hidden, end: number): void {
    // What came before was given out already (flush); only the rest can still be hidden.
    let start = Math.max(0, end - secret.length);
    const around = isFollowing() ? matches.at(-1) : undefined;
    if (around !== undefined && around.start <= start) return;
    followed = { mark: secret.mark, letters: 0, rest: secret.rest, tails: secret.tails };
    while (matches.length > 0 && matches.at(-1)!.start >= start) matches.pop();
    const last = matches.at(-1);
    if (last !== undefined && last.end > start) start = last.end;
    matches.push({ start, end, mark: secret.mark });
  }

  /** The last letter, whether it belongs to what was found before it. */
  function follow(code: number): void {
    const at = followed.letters++;
    const fits = followed.tails.filter((tail) => tail.charCodeAt(at) === code);
    const isNext = fits.length > 0 || (followed.rest > at && isEncoded(code));
    followed.tails = fits.filter((tail) => tail.length > at + 1);
    if (!isNext || followed.rest === at + 1) followed.rest = 0;
    if (!isNext) return;
    const last = matches.at(-1);
    if (last?.end === letters - 1) last.end = letters;
    else matches.push({ start: letters - 1, end: letters, mark: followed.mark });
  }

  /** Give out all but the last `keep` letters. */
  function release(keep: number): string {
    let letter = letters - keep;
    let position = keep === 0 ? held.length : positions[letter]!;
    let text = "";
    let from = 0;
    let used = 0;
    for (const match of matches) {
      if (match.start >= letter) break;
      used++;
      text += held.slice(from, positions[match.start]) + match.mark;
      from = positions[match.end - 1]! + 1;
      letter = Math.max(letter, match.end);
      position = Math.max(position, from);
    }
    text += held.slice(from, position);
    held = held.slice(position);
    positions.copyWithin(0, letter, letters);
    letters -= letter;
    for (let i = 0; i < letters; i++) positions[i]! -= position;
    matches = matches.slice(used).map(({ start, end, mark }) => ({ start: start - letter, end: end - letter, mark }));
    return text;
  }

  return {
    /** Takes a piece of text, returns what is safe by now. */
    feed(input: string): string {
      const before = held.length;
      held += input;
      if (letters + input.length > positions.length) {
        const larger = new Uint32Array(2 * (letters + input.length));
        larger.set(positions.subarray(0, letters));
        positions = larger;
      }
      for (let i = 0; i < input.length; i++) {
        const code = input.charCodeAt(i);
        if (!isLetter(reader, code)) {
          if (code === newline && lineLetters > 0) {
            lastLineLetters = lineLetters;
            lineLetters = 0;
          }
          continue;
        }
        lineLetters++;
        positions[letters++] = before + i;
        state = step(state, code);
        if (isFollowing()) follow(code);
        if (found[state] !== 0) record(hidden[found[state]! - 1]!, letters);
      }
      const begun = isFollowing() ? letters - (matches.at(-1)?.start ?? letters) : 0;
      return release(Math.min(Math.max(depth[state]!, begun), letters));
    },
    rest: () => release(0),
    /** A secret fills the last line, or its beginning does, and came from the line before it. */
    isCrossingLines: () => isFollowing() || depth[state]! > lastLineLetters,
  };
}

const newline = 10;
const escape = 27;

/** Where the reader stands: units of a colour code so far, 0 outside of one. */
interface Reader {
  sequence: number;
}

/** Whether a UTF-16 unit is text, and not something put between: control character, colour code, white space. */
function isLetter(reader: Reader, code: number): boolean {
  if (reader.sequence > 0) {
    reader.sequence++;
    if (reader.sequence === 2) {
      if (code === 0x5b) return false; // [
      reader.sequence = 0;
      // A title or a link (OSC): its text may itself be a secret, so only its first mark is passed over.
      if (code === 0x5d) return false;
    } else if (code >= 0x20 && code <= 0x3f && reader.sequence < 64) {
      return false;
    } else {
      reader.sequence = 0;
      if (code >= 0x40 && code <= 0x7e) return false;
    }
  }
  if (code === escape) reader.sequence = 1;
  return code > 0x20 && (code < 0x7f || code > 0xa0);
}

/** A form of a secret as the stream sees it. */
function lettersOf(form: string): string {
  const reader: Reader = { sequence: 0 };
  let letters = "";
  for (let i = 0; i < form.length; i++) if (isLetter(reader, form.charCodeAt(i))) letters += form[i]!;
  return letters;
}
