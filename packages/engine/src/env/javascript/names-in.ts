/** Where names stand in masked code. */
import { endOfScope } from "../code.ts";
import { firstFrom } from "./placed.ts";

/** So many questions are answered one by one; for more the code is gone through once. */
const few = 20;

export class NamesIn {
  readonly #code: string;
  readonly #blocks: Blocks;
  #asked = 0;
  #places: Map<string, number[]> | undefined;

  constructor(script: { code: string }) {
    this.#code = script.code;
    this.#blocks = blocksOf(script);
  }

  /** Offsets of `name`, which is no member's, from `from` to the end of the block that is in: the first of them, at most `most`. */
  uses(name: string, from: number, most: number): number[] {
    const code = this.#code;
    const end = this.#blocks.endAt(from);
    if (++this.#asked > few) {
      const all = (this.#places ??= placesIn(code)).get(name) ?? [];
      const first = firstFrom(all.length, (index) => all[index]! >= from);
      let last = first;
      while (last < all.length && all[last]! < end && last - first < most) last++;
      return all.slice(first, last);
    }
    const word = new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g");
    word.lastIndex = from;
    const found: number[] = [];
    for (let match = word.exec(code); match && match.index < end && found.length < most; match = word.exec(code))
      found.push(match.index);
    return found;
  }
}

function placesIn(code: string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const { 0: name, index } of code.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)) {
    const known = places.get(name);
    if (known) known.push(index);
    else places.set(name, [index]);
  }
  return places;
}

/** What `endOfScope` answers, for who may ask it of many places. */
export class Blocks {
  readonly #code: string;
  #asked = 0;
  #index: { braces: number[]; ends: number[] } | undefined;

  constructor(code: string) {
    this.#code = code;
  }

  endAt(offset: number): number {
    if (++this.#asked <= few) return endOfScope(this.#code, offset);
    const { braces, ends } = (this.#index ??= bracesIn(this.#code));
    return ends[firstFrom(braces.length, (index) => braces[index]! >= offset)]!;
  }
}

/** All braces, and where the block ends that lies before each of them, and behind the last. */
function bracesIn(code: string): { braces: number[]; ends: number[] } {
  const braces = [...code.matchAll(/[{}]/g)].map(({ index }) => index);
  const ends = Array.from<number>({ length: braces.length + 1 });
  const around: number[] = [];
  ends[braces.length] = code.length;
  // From behind: before a brace that closes, its block ends there; before one that opens, where the block around it does.
  for (let at = braces.length - 1; at >= 0; at--) {
    if (code[braces[at]!] === "}") {
      around.push(ends[at + 1]!);
      ends[at] = braces[at]!;
    } else ends[at] = around.pop() ?? code.length;
  }
  return { braces, ends };
}

/** The blocks of a script, the same for all who ask of it. */
export function blocksOf(script: { code: string }): Blocks {
  let known = blocks.get(script);
  if (!known) blocks.set(script, (known = new Blocks(script.code)));
  return known;
}

const blocks = new WeakMap<object, Blocks>();
