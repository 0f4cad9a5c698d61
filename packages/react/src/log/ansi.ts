/**
 * What a terminal would show of a line: text with its colours, and nothing else of what control sequences can do.
 * Source: ECMA-48, 5th edition, 5.4 (control sequences), 8.3.117 (SGR); xterm's ctlseqs for 256 and direct colours, read 2026-08-21.
 */

/** Colour and weight of a piece of text, in 15 bits: see `styleParts`. 0 is plain. */
export type Style = number;

export interface StyledText {
  text: string;
  style: Style;
}

export interface StyleParts {
  /** 0 to 15 of the palette, null for the text's own. */
  foreground: number | null;
  /** 0 to 7, null for none. */
  background: number | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  inverse: boolean;
}

const bold = 1 << 9;
const dim = 1 << 10;
const italic = 1 << 11;
const underline = 1 << 12;
const strike = 1 << 13;
const inverse = 1 << 14;
const foregroundMask = 0b1_1111;
const backgroundShift = 5;
const backgroundMask = 0b1111 << backgroundShift;

export function styleParts(style: Style): StyleParts {
  const foreground = style & foregroundMask;
  const background = (style & backgroundMask) >> backgroundShift;
  return {
    foreground: foreground === 0 ? null : foreground - 1,
    background: background === 0 ? null : background - 1,
    bold: (style & bold) !== 0,
    dim: (style & dim) !== 0,
    italic: (style & italic) !== 0,
    underline: (style & underline) !== 0,
    strike: (style & strike) !== 0,
    inverse: (style & inverse) !== 0,
  };
}

function withForeground(style: Style, colour: number | null): Style {
  return (style & ~foregroundMask) | (colour === null ? 0 : colour + 1);
}

/** Backgrounds are tints, and bright ones the same: text has to be readable on each. */
function withBackground(style: Style, colour: number | null): Style {
  return (style & ~backgroundMask) | (colour === null ? 0 : ((colour & 7) + 1) << backgroundShift);
}

/** xterm's first sixteen, to which others are the nearest. */
const palette = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
] as const;

/** Of the sixteen, the one that looks most like it. Parts from 0 to 255. */
export function nearestColour(red: number, green: number, blue: number): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, colour] of palette.entries()) {
    const r = (colour >> 16) - red;
    const g = ((colour >> 8) & 255) - green;
    const b = (colour & 255) - blue;
    // The eye sees green best and blue least.
    const distance = 3 * r * r + 4 * g * g + 2 * b * b;
    if (distance < least) [nearest, least] = [index, distance];
  }
  return nearest;
}

const cubeLevels = [0, 95, 135, 175, 215, 255] as const;

/** Of the 256: sixteen, a cube of six levels, a ramp of greys. Null for what is outside. */
function indexedColour(index: number): number | null {
  if (!(index >= 0 && index <= 255)) return null;
  if (index < 16) return index;
  if (index > 231) {
    const grey = 8 + (index - 232) * 10;
    return nearestColour(grey, grey, grey);
  }
  const cube = index - 16;
  return nearestColour(
    cubeLevels[Math.floor(cube / 36)]!,
    cubeLevels[Math.floor(cube / 6) % 6]!,
    cubeLevels[cube % 6]!,
  );
}

const noColour = Symbol("no colour");

/** A colour after 38, 48 or 58 (one that is not among the 256 is the text's own), and how many parameters it took. They are `5;n` and `2;r;g;b`. */
function extendedColour(parameters: string[], at: number): { colour: number | null | typeof noColour; took: number } {
  const part = (index: number): number => Number(parameters[at + index] || "0");
  if (parameters[at] === "5") return { colour: indexedColour(part(1)), took: 2 };
  if (parameters[at] === "2") return { colour: nearestColour(part(1), part(2), part(3)), took: 4 };
  return { colour: noColour, took: 0 };
}

/** The same with colons: `38:5:n`, `38:2:r:g:b`, and `38:2::r:g:b` with a colour space between. */
function colonColour(parts: string[]): number | null | typeof noColour {
  if (parts[1] === "2" && parts.length > 5) parts.splice(2, 1);
  return extendedColour(parts, 1).colour;
}

/** What a code turns on, and what it turns off. */
const sets: Record<number, Style> = { 1: bold, 2: dim, 3: italic, 4: underline, 7: inverse, 9: strike, 21: underline };
const clears: Record<number, Style> = {
  0: ~0,
  22: bold | dim,
  23: italic,
  24: underline,
  27: inverse,
  29: strike,
  39: foregroundMask,
  49: backgroundMask,
};

function withColour(style: Style, code: number, colour: number | null | typeof noColour): Style {
  if (colour === noColour) return style;
  if (code === 38) return withForeground(style, colour);
  return code === 48 ? withBackground(style, colour) : style;
}

/** A style after `ESC [ parameters m`. Blinking and concealed text stay as they are: nothing flashes, nothing is hidden. */
export function withSgr(before: Style, parameters: string): Style {
  if (!/[;:]/.test(parameters)) return withCode(before, Number(parameters));
  const list = parameters.split(";");
  let style = before;
  for (let index = 0; index < list.length; index += 1) {
    const parameter = list[index]!;
    const parts = parameter.split(":");
    const code = Number(parts[0] || "0");
    if (code === 38 || code === 48 || code === 58) {
      if (parts.length > 1) {
        style = withColour(style, code, colonColour(parts));
        continue;
      }
      const { colour, took } = extendedColour(list, index + 1);
      style = withColour(style, code, colour);
      index += took;
    } else if (code === 4 && parts[1] === "0") style &= ~underline;
    else style = withCode(style, code);
  }
  return style;
}

/** After one code that needs no other. */
function withCode(style: Style, code: number): Style {
  if (code >= 30 && code <= 37) return withForeground(style, code - 30);
  if (code >= 40 && code <= 47) return withBackground(style, code - 40);
  if (code >= 90 && code <= 97) return withForeground(style, code - 90 + 8);
  if (code >= 100 && code <= 107) return withBackground(style, code - 100);
  return (style | (sets[code] ?? 0)) & ~(clears[code] ?? 0);
}

/** Control sequences of a text: `colours` when each is one, and whole. */
export type Controls = "none" | "colours" | "any";

/** Characters that are not text: C0 but the tab, DEL, C1. Escape and its C1 forms begin a sequence. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;
// oxlint-disable-next-line no-control-regex -- an escape sequence of two or more characters, such as a character set
const escapeRest = /[ -/]*[0-~]?/y;
/** What ends a string: BEL, ESC \, ST. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const stringEnd = /\u0007|\u001b\\|\u009c/g;

/** Whether there is anything in it but text. */
export function hasControls(text: string): boolean {
  control.lastIndex = 0;
  return control.test(text);
}

/** Where characters of a range end, at most `most` of them. */
function endOf(text: string, from: number, low: number, high: number, most = text.length): number {
  const last = Math.min(text.length, from + most);
  let at = from;
  while (at < last && text.charCodeAt(at) >= low && text.charCodeAt(at) <= high) at += 1;
  return at;
}

/** Goes through a line once: pieces of text, and the parameters of each SGR. Answers whether nothing but colours was between them. */
function walk(text: string, found: { text(from: number, to: number): void; sgr(parameters: string): void }): boolean {
  let from = 0;
  let areColours = true;
  // A string that nothing ends is looked for once: a line of many beginnings stays linear.
  let strings = true;
  control.lastIndex = 0;
  for (let match = control.exec(text); match !== null; match = control.exec(text)) {
    const at = match.index;
    if (at > from) found.text(from, at);
    let next = at + 1;
    let kind = match[0];
    let isColour = false;
    if (kind === "\u001b") {
      kind = text[next] ?? "";
      next += 1;
    } else if (kind === "\u009b") kind = "[";
    else if (kind === "\u009d") kind = "]";
    else if (/[\u0090\u0098\u009e\u009f]/.test(kind)) kind = "P";
    else kind = "";
    if (kind === "[") {
      const parameters = endOf(text, next, 0x30, 0x3f);
      const intermediates = endOf(text, parameters, 0x20, 0x2f);
      const isPrivate = text.charCodeAt(next) >= 0x3c && parameters > next;
      const isSgr = text[intermediates] === "m" && intermediates === parameters && !isPrivate;
      if (isSgr) found.sgr(text.slice(next, parameters));
      isColour = isSgr && match[0] === "\u001b" && endOf(text, next, 0x30, 0x3b) === parameters;
      next = endOf(text, intermediates, 0x40, 0x7e, 1);
    } else if (/^[\]PX^_]$/.test(kind)) {
      // An operating system command, a title, a device control string: dropped to its end; one without an end loses its beginning alone.
      stringEnd.lastIndex = next;
      if (strings && stringEnd.exec(text) !== null) next = stringEnd.lastIndex;
      else strings = false;
    } else if (match[0] === "\u001b" && kind !== "") {
      escapeRest.lastIndex = next - 1;
      escapeRest.exec(text);
      // Not part of a sequence: whatever follows the escape is text, or another one.
      next = Math.max(next - 1, escapeRest.lastIndex);
    }
    areColours &&= isColour;
    from = next;
    control.lastIndex = next;
  }
  if (from < text.length) found.text(from, text.length);
  return areColours;
}

// oxlint-disable-next-line no-control-regex -- a colour, which is all that most lines hold
export const colour = /\u001b\[[\d:;]*m/g;

/** The text alone. */
export function visibleText(text: string): string {
  if (!hasControls(text)) return text;
  const plain = text.replace(colour, "");
  return hasControls(plain) ? readLine(text, 0).visible : plain;
}

/** The text with its styles; neighbours differ. `style` is what the line begins with. */
export function styledText(text: string, style: Style = 0): StyledText[] {
  const pieces: StyledText[] = [];
  let current = style;
  walk(text, {
    text(from, to) {
      const last = pieces.at(-1);
      if (last?.style === current) last.text += text.slice(from, to);
      else pieces.push({ text: text.slice(from, to), style: current });
    },
    sgr(parameters) {
      current = withSgr(current, parameters);
    },
  });
  return pieces;
}

/** The text alone, the style that the next line begins with, and what of control sequences was in it. */
export function readLine(text: string, style: Style): { visible: string; after: Style; controls: Controls } {
  if (!hasControls(text)) return { visible: text, after: style, controls: "none" };
  let visible = "";
  let after = style;
  const areColours = walk(text, {
    text: (from, to) => (visible += text.slice(from, to)),
    sgr: (parameters) => (after = withSgr(after, parameters)),
  });
  return { visible, after, controls: areColours ? "colours" : "any" };
}

/** A redraw of nothing but spaces is not what a person wants to have read; so many are passed over. */
const emptyRedraws = 100;

/** Where the last redraw of a line begins: after the last carriage return that text follows. 0 when there is none. */
export function redrawStart(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\r" || text[end - 1] === " ")) end -= 1;
  for (let tries = 0; tries < emptyRedraws && end > 0; tries += 1) {
    const at = text.lastIndexOf("\r", end - 1);
    if (at === -1) return 0;
    if (visibleText(text.slice(at, Math.min(end, at + 1_000))).trim() !== "") return at + 1;
    end = at;
  }
  return 0;
}
