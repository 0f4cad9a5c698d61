/**
 * The lines of a log as they arrive: kept outside React, told at most once per frame. Text is UTF-8 in pages and everything else is in
 * typed blocks, so a log of any length copies nothing when it grows and gives the collector little to look at.
 */
import type { LogEvent } from "../types.ts";
import { type Controls, readLine, redrawStart, type Style } from "./ansi.ts";
import { type Level, levelChars, levelOf } from "./level.ts";

export interface LogLine {
  /** 1, 2, 3 … over all steps, in the order of arrival: `#L120`. */
  number: number;
  at: string;
  step: string;
  stream: "stdout" | "stderr";
  /** Raw, with its control sequences, from its last redraw on. */
  text: string;
}

export interface LogStore {
  /** Lines of one event; those of an event that came before are left out. */
  append(event: LogEvent): void;
  /** How many lines it holds. */
  readonly size: number;
  /** Number of the first line it holds: more than 1 when those before are no longer kept. */
  readonly first: number;
  /** Errors and warnings so far. */
  readonly errors: number;
  readonly warnings: number;
  /** Names of the steps that printed something, in the order they began to. */
  readonly steps: readonly string[];
  line(number: number): LogLine | undefined;
  /** What is needed to choose a line, without reading its text. */
  levelOf(number: number): Level;
  stepOf(number: number): string;
  /** When it was written, in milliseconds since 1970. */
  atOf(number: number): number;
  /** The first `chars` characters of a line's raw text, how many there are, and the style it begins with. */
  head(number: number, chars: number): { text: string; chars: number; style: Style };
  /** Text of whole lines from `number` on, about `bytes` of it and at least one line, and what of control sequences is in it. */
  piece(number: number, bytes: number): { text: string; count: number; controls: Controls };
  /** Where in the text of a piece the line after `number` begins, counted from where `number` does. */
  charsOf(number: number): number;
  bytesOf(number: number): number;
  /** Raw text of some bytes of one line. */
  part(number: number, fromByte: number, toByte: number): string;
  /** Changes with every append that was told. */
  version(): number;
  subscribe(changed: () => void): () => void;
}

export interface LogStoreOptions {
  /** When the next change is told. Default: with the next frame. */
  frame?(told: () => void): void;
}

const blockBits = 10;
const blockLines = 1 << blockBits;
const pageBytes = 256 * 1024;
/** A longer line is not gone through to its end: the next begins plain, and it is taken to hold control sequences. */
const styledChars = 64 * 1024;

const levels: readonly Level[] = [null, "warning", "error"];
const levelMask = 0b11;
const isStderr = 0b100;
const controlFlags: Record<Controls, number> = { none: 0, colours: 0b1000, any: 0b10000 };

interface Block {
  page: Uint32Array;
  start: Uint32Array;
  bytes: Uint32Array;
  chars: Uint32Array;
  step: Uint16Array;
  style: Uint16Array;
  flags: Uint8Array;
  at: Float64Array;
}

function createBlock(): Block {
  return {
    page: new Uint32Array(blockLines),
    start: new Uint32Array(blockLines),
    bytes: new Uint32Array(blockLines),
    chars: new Uint32Array(blockLines),
    step: new Uint16Array(blockLines),
    style: new Uint16Array(blockLines),
    flags: new Uint8Array(blockLines),
    at: new Float64Array(blockLines),
  };
}

/** How many it takes in UTF-8, each half of a character being one of a pair; NaN when it ends in a first half. */
function bytesIn(text: string): number {
  let bytes = text.length;
  let unit = 0;
  for (let at = 0; at < text.length; at += 1) {
    unit = text.charCodeAt(at);
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return unit >= 0xd800 && unit < 0xdc00 ? Number.NaN : bytes;
}

type Placed = (page: number, start: number, bytes: number) => void;

/** Text one after another in pages; a long one gets a page of its own. */
function createPages() {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pages: Uint8Array[] = [];
  /** Index of the page that is being filled; longer texts may have got pages after it. */
  let open = -1;
  let used = 0;
  /** Writes one at the end of what is there, which `used` does not count yet; answers how many bytes it takes. */
  function write(text: string): number {
    // No character takes more than three bytes per unit of UTF-16; half of a pair becomes a replacement character.
    if (open === -1 || text.length * 3 > pageBytes - used) {
      open = pages.push(new Uint8Array(pageBytes)) - 1;
      used = 0;
    }
    return encoder.encodeInto(text, pages[open]!.subarray(used)).written;
  }
  function putOne(text: string, placed: Placed): void {
    if (text.length * 3 > pageBytes) {
      const bytes = encoder.encode(text);
      placed(pages.push(bytes) - 1, 0, bytes.length);
      return;
    }
    const bytes = write(text);
    placed(open, used, bytes);
    used += bytes;
  }
  /** Tells of each in turn where it is. They are written all at once: a call for each takes a browser longer than all else. */
  function put(texts: readonly string[], placed: Placed): void {
    const all = texts.join("");
    if (all.length * 3 > pageBytes && texts.length > 1) {
      const half = texts.length >> 1;
      put(texts.slice(0, half), placed);
      put(texts.slice(half), placed);
      return;
    }
    const written = texts.length === 1 ? null : write(all);
    const bytes = written === all.length ? texts.map(({ length }) => length) : texts.map(bytesIn);
    // A half of a character alone is replaced, and takes more; with one at the end of a text, the next may have made a whole one.
    if (written !== bytes.reduce((sum, one) => sum + one, 0)) {
      for (const text of texts) putOne(text, placed);
      return;
    }
    for (const one of bytes) {
      placed(open, used, one);
      used += one;
    }
  }
  return {
    put,
    get(page: number, from: number, to: number): string {
      return decoder.decode(pages[page]!.subarray(from, to));
    },
  };
}

function nextFrame(told: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(told);
  else setTimeout(told, 16);
}

export function createLogStore({ frame = nextFrame }: LogStoreOptions = {}): LogStore {
  const pages = createPages();
  const blocks: Block[] = [];
  const steps: string[] = [];
  /** Per step and stream: what the next of its lines begins with. */
  const styles = new Map<string, Style>();
  const subscribers = new Set<() => void>();
  let size = 0;
  let first = 1;
  let errors = 0;
  let warnings = 0;
  let lastSeq = 0;
  let version = 0;
  let isDue = false;

  function tell(): void {
    if (isDue) return;
    isDue = true;
    frame(() => {
      isDue = false;
      version += 1;
      for (const changed of subscribers) changed();
    });
  }

  function stepIndex(step: string): number {
    const known = steps.lastIndexOf(step);
    return known === -1 ? steps.push(step) - 1 : known;
  }

  /** All of a line but where its text is, which it answers. */
  function add(raw: string, about: { step: number; flags: number; at: number; writer: string }): string {
    const redraw = raw.includes("\r") ? redrawStart(raw) : 0;
    const text = redraw === 0 ? raw : raw.slice(redraw);
    const before = styles.get(about.writer) ?? 0;
    const style = redraw === 0 ? before : readLine(raw.slice(0, Math.min(redraw, styledChars)), before).after;
    const isLong = text.length > styledChars;
    const { visible, after, controls } = readLine(isLong ? text.slice(0, levelChars * 2) : text, style);
    styles.set(about.writer, isLong ? 0 : after);
    const level = levelOf(visible);
    if (level === "error") errors += 1;
    else if (level === "warning") warnings += 1;

    const row = size & (blockLines - 1);
    if (row === 0) blocks.push(createBlock());
    const block = blocks[size >> blockBits]!;
    block.chars[row] = text.length;
    block.step[row] = about.step;
    block.style[row] = style;
    block.flags[row] = about.flags | levels.indexOf(level) | controlFlags[isLong ? "any" : controls];
    block.at[row] = about.at;
    size += 1;
    return text;
  }

  function place(number: number): { block: Block; row: number } {
    const index = number - first;
    if (!(index >= 0 && index < size)) throw new RangeError(`No line ${number}.`);
    return { block: blocks[index >> blockBits]!, row: index & (blockLines - 1) };
  }

  function part(number: number, fromByte: number, toByte: number): string {
    const { block, row } = place(number);
    const start = block.start[row]!;
    return pages.get(block.page[row]!, start + fromByte, start + Math.min(toByte, block.bytes[row]!));
  }

  return {
    get size() {
      return size;
    },
    get first() {
      return first;
    },
    get errors() {
      return errors;
    },
    get warnings() {
      return warnings;
    },
    steps,
    append({ seq, at, step, stream, firstLine, lines }) {
      if (seq <= lastSeq) return;
      lastSeq = seq;
      if (size === 0) first = Math.max(1, firstLine);
      const about = {
        step: stepIndex(step),
        flags: stream === "stderr" ? isStderr : 0,
        at: Date.parse(at),
        writer: `${stream} ${step}`,
      };
      let next = size;
      const texts = lines.map((line) => add(line, about));
      pages.put(texts, (page, start, bytes) => {
        const block = blocks[next >> blockBits]!;
        const row = next & (blockLines - 1);
        block.page[row] = page;
        block.start[row] = start;
        block.bytes[row] = bytes;
        next += 1;
      });
      tell();
    },
    line(number) {
      if (!(number >= first && number < first + size)) return undefined;
      const { block, row } = place(number);
      return {
        number,
        at: new Date(block.at[row]!).toISOString(),
        step: steps[block.step[row]!]!,
        stream: (block.flags[row]! & isStderr) === 0 ? "stdout" : "stderr",
        text: part(number, 0, block.bytes[row]!),
      };
    },
    levelOf(number) {
      const { block, row } = place(number);
      return levels[block.flags[row]! & levelMask]!;
    },
    stepOf(number) {
      const { block, row } = place(number);
      return steps[block.step[row]!]!;
    },
    atOf(number) {
      const { block, row } = place(number);
      return block.at[row]!;
    },
    head(number, wanted) {
      const { block, row } = place(number);
      const chars = block.chars[row]!;
      const style = block.style[row]!;
      if (chars <= wanted) return { text: part(number, 0, block.bytes[row]!), chars, style };
      const text = part(number, 0, wanted * 3).slice(0, wanted);
      // Half of a pair would be shown as a replacement character.
      return { text: /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text, chars, style };
    },
    piece(number, bytes) {
      const { block, row } = place(number);
      const page = block.page[row]!;
      const start = block.start[row]!;
      let end = start + block.bytes[row]!;
      let flags = block.flags[row]!;
      let count = 1;
      // Lines of a block that follow each other in a page are one text.
      while (row + count < blockLines && number + count < first + size) {
        const next = row + count;
        if (block.page[next] !== page || block.start[next] !== end || end + block.bytes[next]! - start > bytes) break;
        end += block.bytes[next]!;
        flags |= block.flags[next]!;
        count += 1;
      }
      const controls = flags & controlFlags.any ? "any" : flags & controlFlags.colours ? "colours" : "none";
      return { text: pages.get(page, start, end), count, controls };
    },
    charsOf(number) {
      const { block, row } = place(number);
      return block.chars[row]!;
    },
    bytesOf(number) {
      const { block, row } = place(number);
      return block.bytes[row]!;
    },
    part,
    version: () => version,
    subscribe(changed) {
      subscribers.add(changed);
      return () => subscribers.delete(changed);
    },
  };
}
