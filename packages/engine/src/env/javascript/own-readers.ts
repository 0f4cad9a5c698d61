/** Functions of a project that take the name of a variable and answer its value: `getOsEnv("HOST")`, `this.getString("DB_HOST")`. */
import { closing } from "../code.ts";
import { stops } from "./need.ts";

export interface OwnReader {
  name: string;
  /** It throws or ends the program when the variable is missing: always, unless given something in its place, or when told to. */
  demands: "never" | "always" | "told";
  /** It has a value of its own for what is missing, such as an empty list. */
  replaces?: true;
}

const looksUp =
  /env(?:\[|\.get\()\s*([A-Za-z_$][\w$]*)\s*[\])]|[cC]onfig\w*\s*\.\s*get\w*\s*(?:<[^<>()]*>)?\(\s*([A-Za-z_$][\w$]*)\s*[,)]/g;
const noNames = new Set([
  "if",
  "for",
  "while",
  "switch",
  "catch",
  "return",
  "function",
  "constructor",
  "await",
  "typeof",
]);

/** The ones defined in `code`, which is masked; one that hands its argument to another of them is one as well. */
export function ownReadersIn(code: string): OwnReader[] {
  const found = new Map<string, OwnReader>();
  let lookups = [...code.matchAll(looksUp)].map((match) => ({ at: match.index, argument: match[1] ?? match[2]! }));
  for (let round = 0; round < 2 && lookups.length > 0; round++) {
    const fresh: string[] = [];
    for (const { at, argument } of lookups) {
      const reader = definitionAround(code, at, argument);
      if (!reader || found.has(reader.name)) continue;
      const isHandedOn = round > 0 && [...found.values()].some(({ demands }) => demands === "always");
      found.set(reader.name, isHandedOn ? { ...reader, demands: "always" } : reader);
      fresh.push(reader.name);
    }
    if (fresh.length === 0) break;
    const calls = new RegExp(
      `(?<![\\w$])(?:this\\.)?(?:${fresh.join("|").replaceAll("$", "\\$")})\\s*(?:<[^<>()]*>)?\\(\\s*([A-Za-z_$][\\w$]*)\\s*[,)]`,
      "g",
    );
    lookups = [...code.matchAll(calls)].map((match) => ({ at: match.index, argument: match[1]! }));
  }
  return [...found.values()];
}

/** `?? []`, `(… ?? "").split(`, `if (!value) return [];`: nothing that is given by whoever calls. */
const replaces =
  /(?:\?\?|\|\|)\s*(?:\[|\d|true\b|false\b|(?:""|'')\s*\)\s*\.\s*split\b)|\bif\s*\([^()]*\)\s*(?:\{\s*)?return\s*(?:\[|\d|true\b|false\b|null\b|undefined\b)/;

/** The function around `at` whose first parameter is `argument`. */
function definitionAround(code: string, at: number, argument: string): OwnReader | null {
  const from = Math.max(0, at - 600);
  const heads = new RegExp(
    `([A-Za-z_$][\\w$]*)\\s*(?:=\\s*(?:async\\s*)?)?(?:<[^()]{0,60}>)?\\(\\s*${argument.replaceAll("$", "\\$")}\\s*\\??\\s*[:,)=]`,
    "g",
  );
  const head = [...code.slice(from, at).matchAll(heads)].findLast((match) => !noNames.has(match[1]!));
  if (!head) return null;
  const open = from + head.index + head[0].indexOf("(");
  const close = closing(code, open);
  const brace = code.indexOf("{", close);
  if (close > at || brace < 0) return null;
  const end = brace < at ? closing(code, brace) : at + 200;
  if (end < at) return null;
  const body = code.slice(close, end);
  if (!stops.test(body))
    return { name: head[1]!, demands: "never", ...(replaces.test(body) ? { replaces: true } : {}) };
  const isTold = /\b(?:is)?(?:[rR]equired|[mM]andatory|[oO]ptional)\b/.test(code.slice(open, close));
  return { name: head[1]!, demands: isTold ? "told" : "always" };
}
