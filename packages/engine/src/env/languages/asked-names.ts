/** A name that holds what was read, and what the lines behind do where it is missing. For languages other than JavaScript. */
import type { Language } from "./language-table.ts";
import type { Need } from "../sighting.ts";

export function stopsSoon(language: Language, code: string, end: number): boolean {
  return language.stops.test(blockBehind(language, code, end, 240));
}

/** What follows a condition: in Python all that is indented deeper than its line. */
function blockBehind({ extensions }: Language, code: string, end: number, most: number): string {
  const rest = code.slice(end, end + most);
  if (extensions.includes("py")) {
    const line = code.lastIndexOf("\n", end - 1) + 1;
    const indent = /^[ \t]*/.exec(code.slice(line, end))![0].length;
    const after = new RegExp(`\\n[ \\t]{0,${indent}}(?=[^\\s)\\]}])`).exec(rest);
    return after ? rest.slice(0, after.index) : rest;
  }
  return rest;
}

/** `name = getenv("X")` and what is then done with the name on the following lines. */
export function needOfName(language: Language, code: string, before: string, end: number): Need | null {
  const assigned =
    /(?:^|[\s(,])(?:let\s+|var\s+|val\s+|const\s+|\$|@|self\.|final\s+\w+\s+|\w+\s+)?([A-Za-z_][\w.]*)\s*(?::\s*[\w[\]. |]+)?(?::=|=)\s*(?:\w+\()?$/.exec(
      before,
    );
  if (!assigned) return null;
  const name = assigned[1]!.replaceAll(".", "\\.");
  const rest = code.slice(end, end + 500);
  if (isConstant.test(name) && isRefusedLater(language, code.slice(end, end + 3000), name)) return "checked";
  // Elixir: `cond do key && other -> …`.
  if (new RegExp(`^[ \\t]*${name}\\s*&&`, "m").test(rest)) return "guarded";
  // Go: what cannot be read as a number is replaced.
  const parsed = new RegExp(`strconv\\.\\w+\\(${name}\\b[^\\n]*\\n\\s*if err != nil \\{([^}]*)`).exec(rest);
  if (parsed && !language.stops.test(parsed[1]!) && !/\breturn\b/.test(parsed[1]!)) return "default";
  const asked = new RegExp(
    `\\b(?:if|elif|elsif|unless)\\b(?=([^\\n{:]{0,300}))[^\\n{:]{0,300}?[^\\w.](?:self\\.)?${name}\\b`,
    "g",
  );
  for (const match of rest.matchAll(asked)) {
    const answer = asks(match[0].startsWith("unless") ? `not ${match[1]!}` : match[1]!, name);
    if (answer === null) continue;
    if (answer === "present") return "guarded";
    const after = blockBehind(language, rest, match.index + match[0].length, 200);
    // With braces the block ends where they do.
    const brace = language.comments === "slash" && /^[^\n]*\{/.test(after) ? after.indexOf("}") : -1;
    const block = brace < 0 ? after : after.slice(0, brace);
    const replaced = new RegExp(`(?:^|[\\s$@{])${name}\\s*=(?!=)`).exec(block);
    const stop = language.stops.exec(block);
    if (replaced && (!stop || replaced.index < stop.index)) return "default";
    return stop ? "checked" : "guarded";
  }
  return null;
}

const isConstant = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Constants are read at the head of a file, and those without which nothing works refused behind the last of them. */
function isRefusedLater({ extensions, stops }: Language, rest: string, name: string): boolean {
  if (!extensions.includes("py")) return false;
  const block = new RegExp(`^if not ${name}:[ \\t]*\\n((?:[ \\t]+[^\\n]*\\n|\\s*\\n){1,3})`, "m").exec(rest)?.[1];
  return block !== undefined && stops.test(block);
}

const isEmptyValue = /==\s*(?:""|''|nil|null|None|0)|is\s+(?:None|null)|\.isEmpty|[iI]sBlank|\.nil\?|\.empty\?/;
const asksEmptiness = /^(?:len|empty|is_null|[sS]tring\.IsNullOr\w+)\(/;

/** Whether a condition asks if the name is there or if it is missing; null when it is about something else. */
function asks(condition: string, name: string): "present" | "absent" | null {
  const own = new RegExp(`^[$@]?(?:self\\.)?${name}\\b`);
  const all = /^\s*(?:\(\s*)?(?:not\s+|!\s*)(?:all\(|\()/.test(condition);
  const joined = /\band\b|&&/.test(condition);
  for (const [at, part] of condition.split(/\bor\b|\band\b|\|\||&&|,/).entries()) {
    const bare = part.trim().replace(/^(?:\(+\s*|\[|all\()+/, "");
    const isDenied = /^(?:not\b|!)/.test(bare);
    const inner = bare.replace(/^(?:not\b|!)\s*/, "").replace(/^(?:\(|all\(|\[)+/, "");
    const isEmptiness = asksEmptiness.test(inner);
    if (!own.test(inner.replace(asksEmptiness, ""))) continue;
    // `if url and url.startswith("postgres://")` only writes it otherwise.
    if (at === 0 && !isDenied && new RegExp(`\\band\\s+${name}\\.startswith\\(`).test(condition)) return null;
    const isMissing =
      all || (isEmptiness ? inner.startsWith("len(") || !isDenied : isDenied || isEmptyValue.test(inner));
    // `if started and not key`: of that alone nothing follows.
    if (at > 0 && joined && isMissing && !all) return null;
    if (isMissing) return "absent";
    return at === 0 || isThere.test(inner) ? "present" : null;
  }
  return null;
}

/** The name alone, or compared with nothing. */
const isThere = /^[$@]?[\w.]+\s*\)*\s*(?:else\b.*)?$|!=\s*(?:""|''|nil|null|None)|is\s+not\s+None/;
