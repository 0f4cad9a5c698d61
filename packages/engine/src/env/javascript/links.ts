/** What was read of several variables, linked: one in place of another, one for a value of another. */
import type { Use } from "./need.ts";
import type { Placed } from "./placed.ts";
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

/** A condition on these says where the program runs, not that a feature is switched off. */
export function isAboutPlatform(key: string): boolean {
  return /^(?:NODE_ENV|CI|VERCEL.*|NETLIFY|RENDER|RAILWAY.*|NEXT_RUNTIME|DEV|PROD|MODE|SSR|APP_ENV|ENVIRONMENT|NEXT_PHASE|DENO_DEPLOYMENT_ID|.*_ENV)$/.test(
    key,
  );
}

/** What is read where another variable has, or has not, a certain value; of blocks in blocks the inner one holds. */
export function linkChoices(found: Found[], placed: Placed<Sighting>): void {
  const choices = found.filter(({ key, use }) => use.choice && !isAboutPlatform(key));
  if (choices.length === 0) return;
  const within = placed.withinOnce();
  for (const { key, use } of choices.toReversed()) {
    const { value, chosen, others } = use.choice!;
    for (const [span, isValue] of [[chosen, true] as const, [others, false] as const])
      for (const sighting of span === null ? [] : within(span)) sighting.onlyFor = { key, values: [value], isValue };
  }
}

/** `A || B`: B is tried when A is missing, so that neither is needed when the other is there. */
export function linkAlternatives(found: Found[], sightings: readonly Sighting[], placed: Placed<Sighting>): void {
  if (found.every(({ use }) => use.alternativeAt === undefined)) return;
  const byKey = Map.groupBy(sightings, ({ key }) => key);
  const byUse = Map.groupBy(found, ({ of }) => of);
  // From behind: what ends `A || B || "c"` holds for all of it.
  for (const { key, use } of found.toReversed()) {
    if (use.alternativeAt === undefined) continue;
    const [other] = placed.within({ start: use.alternativeAt - 3, end: use.alternativeAt + 3 });
    const ofKey = byKey.get(key) ?? [];
    const own = ofKey.find(({ need }) => need === "plain");
    if (!other || !own || other.key === key) continue;
    own.elseReads = other.key;
    const offsets = new Set(byUse.get(use)?.map(({ offset }) => offset));
    for (const later of ofKey) if (offsets.has(later.offset)) later.elseReads = other.key;
    if (other.need === "default" || other.need === "guarded") own.need = other.need;
    else other.alternativeOf = key;
  }
}
