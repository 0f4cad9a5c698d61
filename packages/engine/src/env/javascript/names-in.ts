/** Where names stand in masked code. */
import { endOfScope } from "../code.ts";
import { firstFrom } from "./placed.ts";

/** So many names are searched for one by one; for more the code is gone through once. */
const fewNames = 20;

export class NamesIn {
  readonly #code: string;
  #asked = 0;
  #index: { places: Map<string, number[]>; blocks: Blocks } | undefined;

  constructor(code: string) {
    this.#code = code;
  }

  /** Offsets of `name`, which is no member's, from `from` to the end of the block that is in: the first of them, at most `most`. */
  uses(name: string, from: number, most: number): number[] {
    if (++this.#asked > fewNames) return this.#lookedUp(name, from, most);
    const code = this.#code;
    const end = endOfScope(code, from);
    const word = new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g");
    word.lastIndex = from;
    const found: number[] = [];
    for (let match = word.exec(code); match && match.index < end && found.length < most; match = word.exec(code))
      found.push(match.index);
    return found;
  }

  #lookedUp(name: string, from: number, most: number): number[] {
    const { places, blocks } = (this.#index ??= { places: placesIn(this.#code), blocks: new Blocks(this.#code) });
    const all = places.get(name) ?? [];
    const first = firstFrom(all.length, (index) => all[index]! >= from);
    const end = blocks.endAt(from);
    let last = first;
    while (last < all.length && all[last]! < end && last - first < most) last++;
    return all.slice(first, last);
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

/** What `endOfScope` answers, for who asks it of many places. */
export class Blocks {
  readonly #braces: number[];
  /** Where the block ends that lies before each brace, and behind the last. */
  readonly #ends: number[];

  constructor(code: string) {
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
    this.#braces = braces;
    this.#ends = ends;
  }

  endAt(offset: number): number {
    return this.#ends[firstFrom(this.#braces.length, (index) => this.#braces[index]! >= offset)]!;
  }
}
