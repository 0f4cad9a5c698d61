/** What the whole of a program in Go says of the variables it reads: which of its programs runs, and what becomes of the fields that hold them. */
import { posix } from "node:path";
import { literally } from "../../detect/literally.ts";
import { assignedField, refusedFields } from "./asked-fields.ts";
import { braceAround } from "../code.ts";
import { languages } from "./language-table.ts";
import type { Sighting } from "../sighting.ts";

const { stops } = languages.find(({ extensions }) => extensions.includes("go"))!;
/** The folder of a file is a program when both are in it. */
const isProgram = (text: string): boolean => /^package main\b/m.test(text) && /^func main\(/m.test(text);

/** Programs beside the one that `starts`, texts that build or start programs, tell of: what fills a database, what makes the first user. */
export function settleIdleGo(
  sightings: readonly Sighting[],
  texts: ReadonlyMap<string, string>,
  starts: readonly string[],
): void {
  const folders = new Set([...texts].flatMap(([path, text]) => (isProgram(text) ? [posix.dirname(path)] : [])));
  const isNamed = (folder: string): boolean => {
    const name = new RegExp(`(?<![\\w-])${literally(posix.basename(folder))}(?![\\w-])`);
    return starts.some((text) => name.test(text));
  };
  const idle = new Set([...folders].filter((folder) => folder !== "." && !isNamed(folder)));
  if (idle.size === 0 || idle.size === folders.size) return;
  for (const sighting of sightings) if (idle.has(posix.dirname(sighting.path))) sighting.need = "tooling";
}

/** A field and what the files of the program do with it. */
interface Uses {
  words: number;
  /** As a part of something, `config.Token`. */
  selections: number;
  /** Asked for before it is used, or compared with what chooses between ways. */
  isAsked: boolean;
}

const selected = /\.([A-Za-z]\w*)\b(?!\s*=[^=])/g;
const askedFor =
  /\b(?:if|&&|\|\|)\s*(?:!\s*)?(?:\w+\.)+(\w+)\s*(?:!=\s*""|==\s*"[^"]+")|\bswitch\s+(?:\w+\.)+(\w+)\s*\{/g;

/** Takes back, or raises, what is said of variables that fields of the program's own hold, by what other files do with the fields. */
export function settleGoFields(sightings: readonly Sighting[], texts: ReadonlyMap<string, string>): void {
  const held = sightings.flatMap((sighting) => {
    const text = sighting.need === "plain" ? texts.get(sighting.path) : undefined;
    const own = text === undefined ? undefined : ownField(text, sighting.offset);
    return own === undefined ? [] : [{ sighting, ...own }];
  });
  if (held.length === 0) return;
  const uses = usesOf(texts.values(), new Set(held.map(({ field }) => field)));
  const refused = new Set([...texts.values()].flatMap((text) => [...refusedFields(text, stops).asked.keys()]));
  for (const { sighting, field, isVariable } of held) {
    const { words, selections, isAsked } = uses.get(field)!;
    const isItsOwn = sighting.key.replaceAll("_", "").toLowerCase().endsWith(field.replaceAll("_", "").toLowerCase());
    // The place that fills a variable names it as well.
    if (isVariable ? words < 2 : selections === 0) sighting.need = "guarded";
    else if (isItsOwn && field.length > 5 && refused.has(field)) {
      sighting.need = "checked";
      sighting.isInsisted = true;
    } else if (isItsOwn && field.length > 5 && isAsked) sighting.need = "guarded";
  }
}

function usesOf(texts: Iterable<string>, fields: ReadonlySet<string>): Map<string, Uses> {
  const uses = new Map([...fields].map((field) => [field, { words: 0, selections: 0, isAsked: false }]));
  const named = new RegExp(`(?<![\\w"'])(?:${[...fields].join("|")})\\b`, "g");
  for (const text of texts) {
    for (const [name] of text.matchAll(named)) uses.get(name)!.words++;
    for (const [, name] of text.matchAll(selected)) {
      const known = uses.get(name!);
      if (known) known.selections++;
    }
    for (const [, one, other] of text.matchAll(askedFor)) {
      const known = uses.get(one ?? other!);
      if (known) known.isAsked = true;
    }
  }
  return uses;
}

/**
 * The exported field or variable of the program's own that what is read at the offset fills; those of others' structures are read by
 * others.
 */
function ownField(text: string, offset: number): { field: string; isVariable: boolean } | undefined {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  // A tag stands behind its field.
  const [name, sign] = text[offset] === "`" ? [/^\s*([A-Z]\w*)\s/.exec(line)?.[1], "`"] : assignedField(line);
  if (name === undefined || !/^[A-Z]/.test(name)) return undefined;
  if (sign === "`") return { field: name, isVariable: false };
  if (sign === "=")
    return /^\s*(?:var\s+)?[A-Z]\w*\s*(?:string\s*)?=/.test(line) ? { field: name, isVariable: true } : undefined;
  const brace = sign === ":" ? braceAround(text, offset, 4000) : -1;
  const isOwn = brace > 0 && /(?<![\w.])[A-Za-z]\w*\s*$/.test(text.slice(Math.max(0, brace - 60), brace));
  return isOwn ? { field: name, isVariable: false } : undefined;
}
