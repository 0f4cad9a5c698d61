/** A line cut into the pieces a row is made of: by colour, links, what is searched for, and characters that would hide what is written. */
import { type Style, styledText } from "./ansi.ts";

export interface Segment {
  text: string;
  style: Style;
  /** An http or https address. */
  href: string | null;
  /** Part of what is searched for. */
  isMatch: boolean;
  /** In place of a character that cannot be seen but changes how the rest is read. */
  isMark: boolean;
}

/** Marks, embeddings, overrides and isolates of the bidirectional algorithm, and the two separators that break a line. */
const unseen = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const url = /\bhttps?:\/\/[^\s<>"'`\\^{}|\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]{1,2000}/gi;
const afterUrl = /[.,;:!?'"*_~]+$/;

function nameOf(character: string): string {
  return `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** The same text with each unseen character as its name. */
export function withNames(text: string): string {
  return text.replace(unseen, nameOf);
}

/** What finds `query` in a line: any case, no special characters. Null for nothing to find. */
export function matcherOf(query: string): RegExp | null {
  return query === "" ? null : new RegExp(query.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), "giu");
}

interface Span {
  from: number;
  to: number;
}

/** A closing bracket belongs to the sentence around an address, unless the address opened one. */
function addressIn(text: string): string {
  let address = text.replace(afterUrl, "");
  for (const [open, close] of [
    ["(", ")"],
    ["[", "]"],
  ] as const) {
    while (address.endsWith(close) && address.split(open).length < address.split(close).length)
      address = address.slice(0, -1).replace(afterUrl, "");
  }
  return address;
}

function linksOf(text: string, most: number): (Span & { href: string })[] {
  const links: (Span & { href: string })[] = [];
  if (!text.includes("://")) return links;
  for (const { index, 0: found } of text.matchAll(url)) {
    const address = addressIn(found);
    const href = URL.canParse(address) ? new URL(address) : null;
    if (href?.protocol === "http:" || href?.protocol === "https:")
      links.push({ from: index, to: index + address.length, href: href.href });
    if (links.length === most) break;
  }
  return links;
}

function spansOf(text: string, pattern: RegExp | null, most: number): Span[] {
  const spans: Span[] = [];
  if (pattern === null) return spans;
  for (const { index, 0: found } of text.matchAll(pattern)) {
    spans.push({ from: index, to: index + found.length });
    if (spans.length === most) break;
  }
  return spans;
}

/**
 * The pieces of a line of raw text, in order; `style` is what it begins with. At most `most`: the last of so many holds the rest, plain,
 * with names for what cannot be seen, so that no line makes more than a few elements.
 */
export function segmentsOf(
  raw: string,
  { style = 0, matcher = null, most = 40 }: { style?: Style; matcher?: RegExp | null; most?: number } = {},
): Segment[] {
  const styled = styledText(raw, style);
  const text = styled.map((piece) => piece.text).join("");
  const links = linksOf(text, most);
  const matches = spansOf(text, matcher, most);
  const marks = spansOf(text, unseen, most);
  const segments: Segment[] = [];
  let [link, match, mark, at] = [0, 0, 0, 0];
  for (const piece of styled) {
    const end = at + piece.text.length;
    while (at < end) {
      if (segments.length === most - 1) {
        segments.push({ text: withNames(text.slice(at)), style: 0, href: null, isMatch: false, isMark: false });
        return segments;
      }
      while (links[link] && links[link]!.to <= at) link += 1;
      while (matches[match] && matches[match]!.to <= at) match += 1;
      while (marks[mark] && marks[mark]!.to <= at) mark += 1;
      const isMark = isAt(marks[mark], at);
      const next = isMark
        ? marks[mark]!.to
        : Math.min(end, edge(links[link], at), edge(matches[match], at), edge(marks[mark], at));
      const piecesText = text.slice(at, next);
      segments.push({
        text: isMark ? nameOf(piecesText) : piecesText,
        style: piece.style,
        href: isAt(links[link], at) ? links[link]!.href : null,
        isMatch: isAt(matches[match], at),
        isMark,
      });
      at = next;
    }
  }
  return segments;
}

function isAt(span: Span | undefined, at: number): boolean {
  return span !== undefined && span.from <= at && at < span.to;
}

/** Where the next piece has to begin because of this span. */
function edge(span: Span | undefined, at: number): number {
  if (span === undefined) return Number.POSITIVE_INFINITY;
  return span.from > at ? span.from : span.to;
}
