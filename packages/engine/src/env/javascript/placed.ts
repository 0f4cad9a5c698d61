/** Offsets among spans, and things by their offsets: asked for so often that each question must be short, however many there are. */
import type { Span } from "../code.ts";

/** All that lies inside of one of `spans`, their ends left out. */
export class Covered {
  readonly #merged: Span[] = [];

  constructor(spans: readonly Span[]) {
    for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
      const last = this.#merged.at(-1);
      if (last && start < last.end) last.end = Math.max(last.end, end);
      else this.#merged.push({ start, end });
    }
  }

  has(offset: number): boolean {
    const at = firstFrom(this.#merged.length, (index) => this.#merged[index]!.start >= offset) - 1;
    return at >= 0 && offset < this.#merged[at]!.end;
  }
}

/** Things that stand somewhere, in order. */
export class Placed<T extends { offset: number }> {
  readonly #sorted: readonly T[];

  constructor(all: readonly T[]) {
    this.#sorted = all.toSorted((a, b) => a.offset - b.offset);
  }

  /** What lies between the ends of `span`. */
  within({ start, end }: Span): T[] {
    const all = this.#sorted;
    const first = firstFrom(all.length, (index) => all[index]!.offset > start);
    let last = first;
    while (last < all.length && all[last]!.offset < end) last++;
    return all.slice(first, last);
  }

  /** The same, of each thing once: whoever asks first has it. */
  withinOnce(): (span: Span) => T[] {
    const all = this.#sorted;
    // From each index the next that nobody has, with a way that gets shorter the more often it is gone.
    const free = Int32Array.from({ length: all.length + 1 }, (_, index) => index);
    const freeFrom = (index: number): number => {
      let at = index;
      while (free[at] !== at) at = free[at] = free[free[at]!]!;
      return at;
    };
    return ({ start, end }) => {
      const taken: T[] = [];
      const first = firstFrom(all.length, (index) => all[index]!.offset > start);
      for (let at = freeFrom(first); at < all.length && all[at]!.offset < end; at = freeFrom(at)) {
        taken.push(all[at]!);
        free[at] = at + 1;
      }
      return taken;
    };
  }
}

/** The first index below `length` from which on `isBehind` holds, or `length`. */
export function firstFrom(length: number, isBehind: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBehind(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
