/** Fields of Go that are filled from the environment, and without which the program then refuses to start: `if c.Secret == "" { return err }`. */
import { aboutPlatform } from "./asked-blocks.ts";
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
  const { asked, chosen } = refusedFields(sightings.length > 0 ? code : "", stops);
  for (const sighting of asked.size + chosen.size === 0 ? [] : sightings) {
    if (!/^(?:plain|guarded|default)$/.test(sighting.need)) continue;
    const line = code.lastIndexOf("\n", sighting.offset) + 1;
    const [field, sign] = assignedField(code.slice(line, sighting.offset));
    const places = field === undefined ? undefined : asked.get(field);
    if (places === undefined) {
      if (field !== undefined && sign !== ":=" && chosen.has(field) && sighting.need === "plain")
        sighting.need = "guarded";
      continue;
    }
    // A variable of a function is not the one another function asks for by the same name.
    const end = sign === ":=" ? endOfFunction(code, sighting.offset) : Infinity;
    if (sign === ":=" && !places.some((at) => at > sighting.offset && at < end)) continue;
    if (!withoutValue.test(code.slice(sighting.offset, sighting.offset + 200))) continue;
    sighting.need = "checked";
    sighting.isInsisted = true;
  }
}

/** What the line up to a read fills, and the sign between them; nothing where it fills nothing. */
export function assignedField(line: string): [name?: string, sign?: string] {
  const [, name, sign] = assigned.exec(line) ?? [];
  return name === undefined ? [] : [name, sign!];
}

function endOfFunction(code: string, from: number): number {
  const end = code.indexOf("\n}", from);
  return end < 0 ? code.length : end;
}

/**
 * Names a condition asks for before the program refuses to start, with the places of those conditions; `chosen` are those it asks for only
 * in a branch, `if c.Mode == "vault" { if c.Addr == "" { return err } }`.
 */
export function refusedFields(code: string, stops: RegExp): { asked: Map<string, number[]>; chosen: Set<string> } {
  const asked = new Map<string, number[]>();
  const chosen = new Set<string>();
  if (!/==\s*(?:""|0)/.test(code)) return { asked, chosen };
  for (const match of code.matchAll(condition)) {
    // One of several is asked for by itself; what has to come together is not.
    const names = match[1]!.split("||").map((part) => isEmpty.exec(part.trim())?.[1]);
    if (names.some((name) => name === undefined)) continue;
    const open = match.index + match[0].length - 1;
    const block = code.slice(open, closing(code, open));
    if (!stops.test(block) && !collects.test(block)) continue;
    const isChosen = isInBranch(code, match.index);
    for (const name of names) {
      if (isChosen) chosen.add(name!);
      else asked.set(name!, [...(asked.get(name!) ?? []), match.index]);
    }
  }
  return { asked, chosen };
}

/** The line that holds the one at `at`, by its indentation, begins a branch of some value: a mode, a vendor, a feature that is on. */
function isInBranch(code: string, at: number): boolean {
  const start = code.lastIndexOf("\n", at) + 1;
  const indent = /^[ \t]*/.exec(code.slice(start))![0].length;
  if (indent < 2) return false;
  const above = code.slice(Math.max(0, start - 3000), start);
  const holder = [...above.matchAll(new RegExp(`^[ \\t]{${indent - 1}}(?=\\S)[^\\n]*$`, "gm"))].at(-1)?.[0] ?? "";
  return branch.test(holder) && !aboutPlatform.test(holder);
}

/** `if c.Mode == "vault" {`, `case "s3":`, `if c.Paid {`. */
const branch =
  /^\s*(?:(?:\}\s*else\s+)?if\s+(?:[\w.()]+\s*==\s*"[^"]+"|(?:\w+\.)+\w+)(?:\s*&&[^{]*)?\s*\{|case\s+"[^"]+"[^:]*:)\s*$/;
