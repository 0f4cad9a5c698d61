/** Functions of a Python file that read the variable whose name they are given: `def env(name): …`, and `env("KEY")`. */
import type { Sighting } from "../sighting.ts";

const head = /^([ \t]*)def\s+(\w+)\(\s*(?:(?:self|cls)\s*,\s*)?(\w+)\s*(?::[^,)=]+)?[,)][^\n]*\n/gm;
const readsByName = /\b(?:getenv\(\s*(?:key\s*=\s*)?|environ(?:\.get\(|\[)\s*)[a-z_]\w*\s*[,)\]]/;
/** So many characters of a function are looked at. */
const longest = 1500;

/** It asks whether there is anything, and what it does where there is nothing. */
const asksForNothing = /\bif\s+(?:not\b|\w+\s+is\s+None\b)[^\n]*:[^\n]*\n((?:[^\n]*\n){0,3})/;

/** What is handed to such a function by its name alone; `stops` matches what raises. */
export function readThroughOwn(path: string, code: string, stops: RegExp): Sighting[] {
  if (!readsByName.test(code)) return [];
  return [...code.matchAll(head)].flatMap(([whole, indent, name, parameter], at, all) => {
    const start = all[at]!.index + whole.length;
    const rest = code.slice(start, start + longest);
    const end = new RegExp(`^[ \\t]{0,${indent!.length}}\\S`, "m").exec(rest)?.index ?? rest.length;
    const body = rest.slice(0, end);
    const read = new RegExp(
      `(?:getenv\\(\\s*(?:key\\s*=\\s*)?|environ(\\[)?(?:\\.get\\()?\\s*)${parameter!}\\s*([,)\\]])`,
    );
    const [, index, behind] = read.exec(body) ?? [];
    if (behind === undefined) return [];
    const answer = asksForNothing.exec(body)?.[1];
    const isStopping = index !== undefined || (answer !== undefined && stops.test(answer));
    // With something of its own in its place it does without.
    if (!isStopping && (behind === "," || answer !== undefined)) return [];
    const calls = new RegExp(`\\b${name!}\\(\\s*(?:\\w+\\s*=\\s*)?["']([A-Z][A-Z0-9_]+)["']\\s*,?\\s*\\)`, "g");
    return [...code.matchAll(calls)].map(
      (call): Sighting => ({
        key: call[1]!,
        need: isStopping ? "checked" : "plain",
        when: "run",
        offset: call.index,
        path,
        ...(isStopping ? { isInsisted: true } : {}),
      }),
    );
  });
}
