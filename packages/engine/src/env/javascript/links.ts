/** What was read of several variables, linked: one in place of another, one for a value of another. */
import type { Span } from "../code.ts";
import type { Use } from "./need.ts";
import type { Sighting } from "../sighting.ts";

/** One place a script reads a variable at, before it is put beside the others. */
export interface Found {
  key: string;
  use: Use;
  when: "build" | "run";
  offset: number;
  callee?: string;
  /** Of these and the key one is enough. */
  alternatives?: string[];
  /** Of the name the value was given there. */
  of?: Use;
}

export function isWithin(spans: readonly Span[], offset: number): boolean {
  return spans.some(({ start, end }) => offset > start && offset < end);
}

/** A condition on these says where the program runs, not that a feature is switched off. */
export function isAboutPlatform(key: string): boolean {
  return /^(?:NODE_ENV|CI|VERCEL.*|NETLIFY|RENDER|RAILWAY.*|NEXT_RUNTIME|DEV|PROD|MODE|SSR|APP_ENV|ENVIRONMENT|NEXT_PHASE|DENO_DEPLOYMENT_ID|.*_ENV)$/.test(
    key,
  );
}

/** What is read where another variable has, or has not, a certain value; of blocks in blocks the inner one holds. */
export function linkChoices(found: Found[], sightings: Sighting[]): void {
  for (const { key, use } of found) {
    if (!use.choice || isAboutPlatform(key)) continue;
    const { value, chosen, others } = use.choice;
    for (const sighting of sightings) {
      if (chosen && isWithin([chosen], sighting.offset)) sighting.onlyFor = { key, values: [value], isValue: true };
      else if (others && isWithin([others], sighting.offset))
        sighting.onlyFor = { key, values: [value], isValue: false };
    }
  }
}

/** `A || B`: B is tried when A is missing, so that neither is needed when the other is there. */
export function linkAlternatives(found: Found[], sightings: Sighting[]): void {
  // From behind: what ends `A || B || "c"` holds for all of it.
  for (const { key, use } of found.toReversed()) {
    if (use.alternativeAt === undefined) continue;
    const other = sightings.find(({ offset }) => Math.abs(offset - use.alternativeAt!) < 3);
    const own = sightings.find((sighting) => sighting.key === key && sighting.need === "plain");
    if (!other || !own || other.key === key) continue;
    own.elseReads = other.key;
    const offsets = new Set(found.flatMap((one) => (one.of === use ? [one.offset] : [])));
    for (const later of sightings) if (later.key === key && offsets.has(later.offset)) later.elseReads = other.key;
    if (other.need === "default" || other.need === "guarded") own.need = other.need;
    else other.alternativeOf = key;
  }
}
