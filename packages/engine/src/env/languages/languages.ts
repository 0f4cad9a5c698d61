/**
 * Variables read by languages other than JavaScript: one way to look at the line around what the table of languages finds.
 */
import {
  quietAskedBlocks,
  quietBracedBlocks,
  quietChosenBlocks,
  quietSwitchedBlocks,
  settleAskedInStatement,
  settleDevelopment,
  settleDevelopmentOfDotnet,
} from "./asked-blocks.ts";
import { settleAskedFields } from "./asked-fields.ts";
import { needOfName, stopsSoon } from "./asked-names.ts";
import { readGoPrefixed, readGoTags } from "./go.ts";
import { settleLaravelConfig } from "./laravel.ts";
import { type Language, languages, partOfDatabase, type Read, signsInBot } from "./language-table.ts";
import { maskHashComments, maskSlashComments } from "../mask.ts";
import { readCloudinary, readPythonSettings, settleDeclaredDefaults, settleDjangoSecret } from "./python.ts";
import { readComplaints, readRequiredLists } from "./required-lists.ts";
import { constantsIn, readRust } from "./rust.ts";
import type { Need, Sighting } from "../sighting.ts";
import { isStandIn } from "../values/stand-ins.ts";
import { settleViper } from "./viper.ts";

/** So many characters behind a list of what is missing the program stops because of it. */
const untilItStops = 1500;

const byExtension = new Map(
  languages.flatMap((language) => language.extensions.map((one) => [one, language] as const)),
);

/** `use std::env::var;`, `use dotenvy::{var, Error};`. */
const takesIn = /\buse\s+(?:std::env|dotenvy|dotenv)::(?:var\s*;|\{[^{};]*\bvar\b[^{};]*\}|\*)/;

/** Variables that a source in `extension` reads; nothing for languages the table does not know. */
export function readLanguage(path: string, extension: string, text: string): Sighting[] {
  const language = byExtension.get(extension);
  if (!language || !language.words.test(text)) return [];
  const code = language.comments === "hash" ? maskHashComments(text) : maskSlashComments(text);
  const sightings: Sighting[] = [];
  const constants = extension === "rs" ? constantsIn(code) : new Map<string, string>();
  for (const read of language.reads) {
    if (read.isTakenIn && !takesIn.test(code)) continue;
    for (const match of code.matchAll(read.pattern)) {
      const key = keyOf(read, match, constants);
      const end = match.index + match[0].length;
      const need = needOf(language, { read, key, code, start: match.index, end, inside: match[2] });
      if (extension === "py" && match[2] !== undefined) sightings.push(...readInside(language, path, match, key));
      if (!need) continue;
      const when = read.when ?? "run";
      const { setting, isInsisted, isReported, isConstant, isFilled } = read;
      sightings.push({
        key,
        need,
        when,
        offset: match.index,
        path,
        ...(setting === undefined ? {} : { isSetting: true }),
        ...(isInsisted ? { isInsisted } : {}),
        ...(isReported ? { isReported } : {}),
        ...(isConstant ? { isConstant } : {}),
        ...(isFilled ? { isFilled } : {}),
      });
    }
  }
  joinAlternatives(code, sightings);
  for (const listed of readRequiredLists(code, language.stops))
    sightings.push({ ...listed, need: "checked", when: "run", path, isInsisted: true });
  for (const { key, offset } of readComplaints(code, language.stops))
    sightings.push({ key, need: "checked", when: "run", offset, path, isReported: true });
  if (extension === "exs") settleInsisting(code, sightings);
  // What a release of Elixir is asked to do by hand, such as changing its database.
  if (/(?:^|\/)release\.ex$/.test(path)) for (const sighting of sightings) sighting.need = "tooling";
  if (language.comments === "slash") quietBracedBlocks(code, sightings);
  if (extension === "rs") sightings.push(...readRust(path, code));
  // What builds or publishes the program asks for it on the machine of its authors.
  if (/(?:^|\/)(?:(?:build|settings)\.gradle\.kts$|buildSrc\/)/.test(path))
    for (const sighting of sightings) sighting.need = "tooling";
  // What Entity Framework's tools make a database's schema with.
  if (extension === "cs" && /\bIDesignTimeDbContextFactory</.test(code))
    for (const sighting of sightings) sighting.need = "tooling";
  if (extension === "cs") {
    settleAskedInStatement(code, sightings);
    settleDevelopmentOfDotnet(code, sightings);
  }
  if (extension === "java") settleUnusedConstants(code, sightings);
  if (extension === "php") settleLaravelConfig(path, code, sightings);
  if (extension === "go") {
    settleAskedFields(code, sightings, language.stops);
    quietChosenBlocks("go", code, sightings);
    sightings.push(...readGoTags(path, code), ...readGoPrefixed(path, code), ...settleViper(path, code, sightings));
  }
  if (extension === "rb") {
    quietAskedBlocks("rb", code, sightings);
    settleDevelopment("rb", code, sightings);
  }
  if (extension === "exs") {
    quietAskedBlocks("ex", code, sightings);
    quietChosenBlocks("ex", code, sightings);
    settleDevelopment("ex", code, sightings);
    // Neither what describes the project nor what fills a database is what serves.
    if (/(?:^|\/)(?:mix|seeds)\.exs$/.test(path)) for (const sighting of sightings) sighting.need = "tooling";
  }
  if (extension === "py") {
    quietAskedBlocks("py", code, sightings);
    quietSwitchedBlocks(code, sightings);
    quietChosenBlocks("py", code, sightings);
    // `env.db()` of django-environ reads the one address every host gives.
    for (const match of code.matchAll(/(?<![\w.])env\.db(?:_url)?\(\s*(?:(default)\s*=|(?!["']|default\b))/g))
      sightings.push({
        key: "DATABASE_URL",
        need: match[1] === undefined ? "checked" : "default",
        when: "run",
        offset: match.index,
        path,
      });
    for (const match of code.matchAll(
      /\bdj_database_url\.config\((?:[^()"']|["'](?!DATABASE)[^"'\n]*["']){0,20}?\bdefault\s*=\s*f?["']/g,
    ))
      sightings.push({ key: "DATABASE_URL", need: "default", when: "run", offset: match.index, path });
    settleDeclaredDefaults(code, sightings);
    settleDjangoSecret(code, sightings);
    // Django's manage.py is not what serves.
    if (/(?:^|\/)manage\.py$/.test(path) && code.includes("django"))
      for (const sighting of sightings) if (sighting.need !== "default") sighting.need = "tooling";
    // django-environ puts it before every name it is asked for.
    const prefix = /^[ \t]*env\.prefix\s*=\s*["'](\w+)["']/m.exec(code)?.[1];
    for (const sighting of prefix === undefined ? [] : sightings)
      if (/^env[.(]/.test(code.slice(sighting.offset, sighting.offset + 4))) sighting.key = prefix + sighting.key;
    sightings.push(...readPythonSettings(path, code), ...readCloudinary(path, code));
  }
  return sightings;
}

/** `private static final String OLD = System.getenv("OLD");`, and nothing more of it. */
function settleUnusedConstants(code: string, sightings: Sighting[]): void {
  for (const sighting of sightings) {
    const before = code.slice(Math.max(0, sighting.offset - 120), sighting.offset);
    const name = /\bprivate\s+static\s+final\s+String\s+(\w+)\s*=\s*(?:System\.)?$/.exec(before)?.[1];
    if (name !== undefined && code.match(new RegExp(`\\b${name}\\b`, "g"))?.length === 1) sighting.need = "guarded";
  }
}

/** What stands between two reads of which the second is for where the first finds nothing. */
const orElse = /^[^;{}\n]*[)\]]\s*(?:\bor|\|\||\?:|\?\?|\.or_else\(\s*\|\w*\|)\s*\(?(?:std::)?$/;

/** `getenv("A") or getenv("B")`: the same under two names, as needed as the last of them. */
function joinAlternatives(code: string, sightings: Sighting[]): void {
  const sorted = sightings.filter(({ offset }) => offset >= 0).toSorted((a, b) => b.offset - a.offset);
  for (const [at, last] of sorted.entries()) {
    const first = sorted[at + 1];
    if (first === undefined || first.key === last.key || last.offset - first.offset > 200) continue;
    if (!/^(?:default|quieted)$/.test(first.need) || !/^(?:plain|quieted|checked|asserted)$/.test(last.need)) continue;
    if (!orElse.test(code.slice(first.offset, last.offset))) continue;
    first.need = last.need;
    if (last.isInsisted) first.isInsisted = true;
    first.alternatives = [last.key, ...(last.alternatives ?? [])];
    sightings.splice(sightings.indexOf(last), 1);
  }
}

/** What Phoenix itself has a program insist on. */
const ofPhoenix = /^(?:DATABASE_URL|SECRET_KEY_BASE|PHX_HOST)$/;

/** Elixir: `id || raise` behind `id = System.get_env("ID") || …`. A program that insists on what it needs does without the rest. */
function settleInsisting(code: string, sightings: Sighting[]): void {
  const raising = new Set([...code.matchAll(/^[ \t]*(\w+)\s*\|\|\s*raise\b/gm)].map(([, name]) => name));
  for (const sighting of raising.size > 0 ? sightings : []) {
    const name = /(?:^|\n)\s*(\w+)\s*=\s*$/.exec(code.slice(Math.max(0, sighting.offset - 80), sighting.offset))?.[1];
    if (name === undefined || !raising.has(name)) continue;
    sighting.need = "checked";
    sighting.isInsisted = true;
  }
  const insisted = new Set(
    sightings.flatMap(({ key, need }) => (need === "checked" && !ofPhoenix.test(key) ? [key] : [])),
  );
  for (const sighting of insisted.size >= 2 ? sightings : []) if (sighting.need === "plain") sighting.need = "guarded";
}

/** `getenv("A", getenv("B"))`: B is read when A is missing. */
function readInside(language: Language, path: string, match: RegExpExecArray, key: string): Sighting[] {
  const inside = match[2]!;
  if (!/getenv|environ/.test(inside)) return [];
  const start = match.index + match[0].indexOf(inside, match[0].indexOf(key));
  return language.reads.flatMap((read) =>
    [...inside.matchAll(read.pattern)].flatMap((one) => {
      const end = one.index + one[0].length;
      const need = needOf(language, { read, key: one[1]!, code: inside, start: one.index, end, inside: one[2] });
      return need === null
        ? []
        : [{ key: one[1]!, need, when: "run" as const, offset: start + one.index, path, alternativeOf: key }];
    }),
  );
}

function keyOf({ setting }: Read, match: RegExpExecArray, constants: ReadonlyMap<string, string>): string {
  if (setting !== undefined) return setting + match[1]!.replaceAll(":", "__");
  return match[0].includes(`"`) ? match[1]! : (constants.get(match[1]!) ?? match[1]!);
}

interface Place {
  read: Read;
  key: string;
  code: string;
  start: number;
  end: number;
  inside: string | undefined;
}

function needOf(language: Language, { read, key, code, start, end, inside }: Place): Need | null {
  if (read.need === "given") return "given";
  if (read.isReported) return language.stops.test(code.slice(end, end + untilItStops)) ? "checked" : null;
  if (read.need === "default" && isStoodIn(inside ?? "")) return "plain";
  // What is empty when it is missing has no value of its own.
  if (read.need === "default" && /^,\s*""\s*$/.test(inside ?? ""))
    return partOfDatabase.test(key) ? "plain" : "guarded";
  if (read.need === "default" || read.need === "guarded") {
    // `if "X" not in os.environ:`, and then it fails.
    if (/\bnot\s+in\b/.test(code.slice(start, end)) && stopsSoon(language, code, end)) return "checked";
    return read.need === "guarded" && stopsWhenMissing(language, code, end) ? "checked" : read.need;
  }
  if (inside !== undefined && inside.trim() !== "" && inside.trim() !== ",") {
    const need = needOfOptions(read, key, inside);
    if (need === "guarded" && isRefused(language, code, start, end)) return "checked";
    if (need === "guarded" && isAbsent.test(code.slice(end, end + 40)) && stopsSoon(language, code, end))
      return "checked";
    if (need === "guarded" && needOfName(language, code, lineBefore(code, start), end) === "checked") return "checked";
    // An empty default replaces nothing: what is done with the value says more.
    if (need !== "plain") return need;
    if (language.isEmptyMeant) return "guarded";
  }
  const after = code.slice(end, end + 120);
  // An assignment to the environment: a text is given to whoever reads it later.
  if (/^\s*=(?![=~>])/.test(after) && !/^\s*=>/.test(after))
    return /^[ \t]*=\s*["'][^"'\n]+["']\s*$/m.test(after) && !isNothingWithout.test(key) ? "given" : null;
  // What Python's readers of settings raise is raised before anything can take its place.
  if (read.need === "checked")
    return language.replaced.test(after) && !language.extensions.includes("py") ? "default" : "checked";
  if (language.extensions.includes("py") && read.need === "plain") {
    if (/^\)?\s*or\s+(?:""|'')/.test(after)) return "quieted";
    if (inside !== undefined && after.startsWith(".split(")) return "guarded";
    // None has no such method, and is added to nothing.
    if (
      inside === undefined &&
      /^(?:\.(?:lower|upper|strip|split|replace|startswith|endswith|encode)\(|\s*\+\s*f?["'])/.test(after)
    )
      return "asserted";
    // None is no number and no document: it raises where it is read.
    if (
      inside === undefined &&
      !language.replaced.test(after) &&
      /\b(?:int|float|json\.loads)\(\s*$/.test(lineBefore(code, start))
    )
      return "asserted";
    // Without it nothing is signed.
    if (/^\)?\s*or\s+None\b/.test(after) && !/SECRET_KEY["']/.test(code.slice(start, end))) return "guarded";
  }
  if (language.extensions.includes("rb") && /^\.(?:blank|nil|empty)\?[ \t]*\n\s*(?:raise|fail|abort)\b/.test(after))
    return "checked";
  if (language.demanded?.test(after)) return "checked";
  if (panics.test(code.slice(end, end + 400))) return "checked";
  if (language.quieted?.test(after))
    return /^\s*(?:\)\s*)?(?:\?:|\?\?)\s*null\b/.test(after) && !isNothingWithout.test(key) ? "guarded" : "quieted";
  const before = lineBefore(code, start);
  if (/^\s*if\b/.test(before) && isAbsent.test(after) && stopsSoon(language, code, end)) return "checked";
  if (language.replaced.test(after)) return isStoodIn(after) ? "plain" : "default";
  if (language.extensions.includes("rs") && matched.test(code.slice(Math.max(0, start - 200), start))) return "guarded";
  if (language.comments === "slash" && fillsGap(code, start - before.length, before)) return "guarded";
  if (language.lenient?.test(before) || (language.extensions.includes("go") && isOnlyUsedParsed(before, after)))
    return "guarded";
  // .NET asks whether there is anything in it.
  if (/\bIsNullOr(?:Empty|WhiteSpace)\(\s*(?:\w+\.)*$/.test(before))
    return /^\s*if\s*\(\s*(?:\w+\.)?IsNullOr/.test(before) && stopsSoon(language, code, end) ? "checked" : "guarded";
  if (/^\s*assert\s+$/.test(before)) return "checked";
  // Go: `if x, err = sign(os.Getenv("KEY")); err != nil` asks about something else.
  const isInitialised = /^\s*(?:\}?\s*else\s+)?if\s+[\w.,\s]+:?=[^=;]*\([^;]*$/.test(before) && /^[^\n]*;/.test(after);
  if (!isInitialised && /^\s*(?:else\s*)?(?:if|elif|elsif|unless|while|guard|match|switch|case)\b/.test(before)) {
    // Python's index raises wherever it stands, unless the name was asked for first.
    if (language.comments === "hash" && read.need === "asserted" && !/\bin\b/.test(before)) return "asserted";
    // `if ":" not in X`: whether it has what it needs to have.
    if (/\bnot\s+in\s+$/.test(before)) return read.need;
    // `if started and not X`: only what has started asks.
    if (/\band\s+not\s+$/.test(before)) return "guarded";
    if (/\bnot\b|unless|!\s*$|\bguard\b/.test(before) || isAbsent.test(after))
      return stopsSoon(language, code, end) ? "checked" : "guarded";
    return "guarded";
  }
  // Ruby and Python put the condition behind: `gem "x" if ENV["Y"]`.
  if (/\b(?:if|unless)\s+$/.test(before) || /\b(?:bool|is_nil)\(\s*$|\bnot\s+$|(?:==|!=)\s*$/.test(before))
    return "guarded";
  if (/^\s*(?:in\s|==|!=|is\s)/.test(after) && read.need === "plain") return "guarded";
  // `URL = getenv("A") or getenv("B")`: the name holds what both give. `var key = builder.Configuration["Key"]` begins before the read.
  const assigned = before
    .replace(/^(\s*[$@]?[A-Za-z_][\w.]*\s*(?::[^=]+)?=\s*)\S.*(?:\bor|\|\||\?:|\?\?)\s*$/, "$1")
    .replace(/(=\s*)(?:\w+\.)+$/, "$1");
  return needOfName(language, code, assigned, end) ?? read.need;
}

/** So much of a line says what is done with what is read on it. */
const mostOfLine = 1000;

function lineBefore(code: string, start: number): string {
  const near = code.slice(Math.max(0, start - mostOfLine), start);
  return near.slice(near.lastIndexOf("\n") + 1);
}

/** `if c.Key == "" { c.Key = os.Getenv("KEY") }`: a file or an argument may have given it already. */
function fillsGap(code: string, lineStart: number, before: string): boolean {
  const name = /^\s*([\w.]+)\s*=\s*$/.exec(before)?.[1];
  if (name === undefined) return false;
  const above = code.slice(Math.max(0, lineStart - 120), lineStart);
  const own = name.replaceAll(".", "\\.");
  return new RegExp(`\\bif\\s*\\(?\\s*(?:!\\s*)?${own}\\s*(?:==\\s*(?:""|nil|null)\\s*)?\\)?\\s*\\{\\s*$`).test(above);
}

/** `KEY = env("KEY", None)`, and then `if not debug and KEY in [None, "…"]:` before it fails. */
function isRefused(language: Language, code: string, start: number, end: number): boolean {
  const name = /^\s*([A-Za-z_]\w*)\s*=\s*$/.exec(code.slice(code.lastIndexOf("\n", start) + 1, start))?.[1];
  const rest = code.slice(end, end + 400);
  const asked =
    name === undefined ? null : new RegExp(`^[ \\t]*if\\b[^\\n]*\\b${name} in [[(]\\s*None\\b`, "m").exec(rest);
  return asked !== null && language.stops.test(rest.slice(asked.index));
}

/** Go: `n, err := strconv.Atoi(os.Getenv("N"))`, and then `if err == nil {`. */
function isOnlyUsedParsed(before: string, after: string): boolean {
  const error = /,\s*(\w+)\s*:?=\s*strconv\.\w+\(\s*$/.exec(before)?.[1];
  if (error === undefined || error === "_") return false;
  return new RegExp(`\\b${error}\\s*([=!])=\\s*nil\\b`).exec(after)?.[1] === "=";
}

/** `match (env::var("A"), env::var("B")) {` of Rust: its arms say what to do without. */
const matched = /\bmatch\s*\((?:[^;{}()]|\([^()]*\))*$/;

/** `.unwrap_or_else(|err| { …panic!` of Rust, at once or behind what tells an empty value from a true one. */
const panics =
  /^(?:\s*\.\s*(?:ok\(\)|(?:filter|map)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)))*\s*\.\s*unwrap_or_else\(\s*\|\w*\|\s*\{(?:(?!\n {0,12}\}\))[^])*?(?:\bpanic!|process::exit)/;

/** `… is None`, behind a read. */
const isAbsent = /^\)?\s*(?:==|===|is)\s*(?:""|''|None|nil|null)/;

/** What a program does its work with: where it is empty when it is missing, that only lets the file be loaded. */
const isNothingWithout =
  /(?:SECRET|TOKEN|KEY)$|^(?:DB|DATABASE|PG|POSTGRES(?:QL)?|MYSQL|MONGO(?:DB)?)_?(?:UR[IL]|HOST|NAME|USER|USERNAME|DATABASE)$/i;

/** What only its vendor hands out: a default that stands for it is none. */
const givenByOthers = /(?:API_?KEY|(?:AUTH|ACCESS|BOT)_TOKEN|CLIENT_(?:ID|SECRET))$/;
const standsForValue = /^(?:default\s*=\s*)?["'](?:<[^<>"']*>|your[-_ ][\w -]*|[\w-]*[-_]here)["']$/i;

const onlyText =
  /^\)?\s*(?:,|\|\||\?\?|\?:|or\b|\.\s*(?:unwrap_or(?:_else)?|orElse(?:Get)?)\()\s*(?:default\s*=\s*|\|\w*\|\s*)?["']([^"'\n]*)["']/;

/** What follows a read, or its name, is a text in its place that is no value. */
function isStoodIn(behind: string): boolean {
  const text = onlyText.exec(behind.trimStart())?.[1];
  return text !== undefined && isStandIn(text);
}

/** `get("X", default)`: a default, unless it is none. */
function needOfOptions(read: Read, key: string, inside: string): Need {
  const rest = inside.replace(/^,\s*/, "").trim();
  if (/^(?:None|nil|null)$/.test(rest)) return signsInBot.test(key) ? "plain" : "guarded";
  // Programs of .NET give an empty text for each of many keys.
  if (/^(?:""|'')$/.test(rest) && read.setting !== undefined) return signsInBot.test(key) ? "plain" : "guarded";
  if (/^(?:""|'')$/.test(rest)) return isNothingWithout.test(key) ? "plain" : "guarded";
  if ((givenByOthers.test(key) && standsForValue.test(rest)) || isStoodIn(inside)) return "plain";
  // `cast=` and the like say nothing of a default, nor does a type; another name is one.
  const isNamed = /^(?!(?:bool|int|str|float|list|tuple|dict|bytes|json|Csv|Path)\b|\w+\s*=(?!=))[A-Za-z_]/.test(rest);
  if (read.need === "checked" && !isNamed && !/default\s*=|^["'\d[({:]|^(?:False|True|None)|^\{|^do\b/.test(rest))
    return "checked";
  return "default";
}

function stopsWhenMissing(language: Language, code: string, end: number): boolean {
  const block = code.slice(end, end + 200);
  return /^\s*(?:\n\s*)?;?\s*(?:if\s+)?!\s*\w+/.test(block) && language.stops.test(block);
}
