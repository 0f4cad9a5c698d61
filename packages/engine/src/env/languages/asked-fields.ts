/** Fields of Go that are filled from the environment, and without which the program then refuses to start: `if c.Secret == "" { return err }`. */
import { closing } from "../code.ts";
import type { Sighting } from "../sighting.ts";

const condition = /\bif\s+([^{}\n]{1,300}?)\s*\{/g;
const isEmpty = /^(?:len\()?(?:\w+\.)*(\w+)\)?\s*==\s*(?:""|0)$/;
/** Collecting errors is a way to refuse as well. */
const collects = /\bappend\(\s*\w*(?:[mM]issing|[eE]rr|[pP]roblem)/;
const assigned = /(?:^|[\s{,(])(?:\w+\.)*(\w+)\s*(:=|:|=)\s*(?:[\w.]+\()*$/;
/** Nothing in its place, or a value as empty as none. */
const withoutValue = /^[^()"]*(?:\([^()"]*)?\(\s*"\w+"\s*(?:,\s*(?:""|0)\s*)?\)/;

/** Raises what `sightings`, of one file, say of such variables; `stops` matches what ends the program or answers an error. */
export function settleAskedFields(code: string, sightings: Sighting[], stops: RegExp): void {
  const asked = sightings.length > 0 ? refusedFields(code, stops) : null;
  for (const sighting of asked === null || asked.size === 0 ? [] : sightings) {
    if (!/^(?:plain|guarded|default)$/.test(sighting.need)) continue;
    const line = code.lastIndexOf("\n", sighting.offset) + 1;
    const [, field, sign] = assigned.exec(code.slice(line, sighting.offset)) ?? [];
    const places = field === undefined ? undefined : asked!.get(field);
    if (places === undefined) continue;
    // A variable of a function is not the one another function asks for by the same name.
    const end = sign === ":=" ? endOfFunction(code, sighting.offset) : Infinity;
    if (sign === ":=" && !places.some((at) => at > sighting.offset && at < end)) continue;
    if (!withoutValue.test(code.slice(sighting.offset, sighting.offset + 200))) continue;
    sighting.need = "checked";
    sighting.isInsisted = true;
  }
}

function endOfFunction(code: string, from: number): number {
  const end = code.indexOf("\n}", from);
  return end < 0 ? code.length : end;
}

/** Names a condition asks for before the program refuses to start, with the places of those conditions. */
function refusedFields(code: string, stops: RegExp): Map<string, number[]> {
  const fields = new Map<string, number[]>();
  if (!/==\s*(?:""|0)/.test(code)) return fields;
  for (const match of code.matchAll(condition)) {
    // One of several is asked for by itself; what has to come together is not.
    const names = match[1]!.split("||").map((part) => isEmpty.exec(part.trim())?.[1]);
    if (names.some((name) => name === undefined)) continue;
    const open = match.index + match[0].length - 1;
    const block = code.slice(open, closing(code, open));
    if (stops.test(block) || collects.test(block))
      for (const name of names) fields.set(name!, [...(fields.get(name!) ?? []), match.index]);
  }
  return fields;
}
