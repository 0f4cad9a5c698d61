/** What viper, the library of Go, takes from the environment and from files of settings. */
import type { Project } from "../../detect/reading.ts";
import { holdsNothing } from "./go.ts";
import { maskSlashComments } from "../mask.ts";
import { isNearby } from "../nearby.ts";
import { documentsOf, ofStore, valueAt } from "./rust-config.ts";
import type { Scope } from "../scope.ts";
import type { Sighting } from "../sighting.ts";

const viperGets =
  /\bviper\.(?:Get(\w*)|SetDefault)\(\s*"([A-Za-z][\w.-]*)"|`[^`\n]*\bmapstructure\s*:\s*"([A-Z][A-Z0-9_]+)"/g;
const viperBinds = /\b(?:viper|vi?p?|vpr)\.(?:Must)?BindEnv\(\s*"([\w.-]+)"((?:\s*,\s*"\w+")*)\s*(?:,\s*)?\)/g;
/** A structure filled from a file of variables, whose names viper compares without their case. */
const viperFields = /^[ \t]*\w+\s+(\S+)\s+`[^`\n]*\bmapstructure\s*:\s*"([a-z]\w*_\w+)"/gm;
const readsEnvFile = /\bviper\.(?:SetConfigType\(\s*"env"|SetConfigFile\(\s*"[^"]*\.env")/;

const replacing = /\bviper\.SetEnvKeyReplacer\(\s*strings\.NewReplacer\([^)]*"\."\s*,\s*"_"/;

/** Where it finds the file, and what the file is called. */
const viperName = /\.SetConfigName\(\s*"([\w.-]+)"/;

/**
 * What viper looks up in the environment by itself: `viper.SetEnvPrefix("app")` goes before every name, and a replacer makes
 * `APP_DB_DSN` of "db.dsn". A file of settings may hold the values too; of what it may hold nothing is known.
 * Source: https://github.com/spf13/viper, "Working with Environment Variables".
 */
export function settleViper(path: string, code: string, sightings: Sighting[]): Sighting[] {
  if (!/\b(?:AutomaticEnv|BindEnv)\(/.test(code)) return [];
  const prefix = /\bviper\.SetEnvPrefix\(\s*"(\w+)"/.exec(code)?.[1]?.toUpperCase();
  const replacesDots = replacing.test(code);
  const hasFile = /\bviper\.(?:ReadInConfig|MergeInConfig)\(/.test(code);
  const whole = (name: string): string => (prefix === undefined ? name : `${prefix}_${name}`);
  if (prefix !== undefined)
    for (const sighting of sightings)
      if (/^(?:viper\.|`)/.test(code.slice(sighting.offset, sighting.offset + 6))) sighting.key = whole(sighting.key);
  const defaults = new Set(defaultsIn(code));
  const isFilled = /\.Unmarshal\w*\(/.test(code);
  const bound = [...code.matchAll(viperBinds)].flatMap((match): Sighting[] => {
    const [, name, rest] = match;
    if (!isFilled && !new RegExp(`\\.Get\\w*\\(\\s*"${name!.replaceAll(".", "\\.")}"`).test(code)) return [];
    const [own, ...alternatives] = [...rest!.matchAll(/"(\w+)"/g)].map(([, one]) => one!);
    const need = defaults.has(name) ? "default" : hasFile && !readsEnvFile.test(code) ? "guarded" : "plain";
    const key = own ?? whole(name!.replaceAll(/[.-]/g, "_").toUpperCase());
    return [
      { key, need, when: "run", offset: match.index, path, ...(alternatives.length > 0 ? { alternatives } : {}) },
    ];
  });
  if (!/\bviper\.AutomaticEnv\(/.test(code)) return bound;
  if (readsEnvFile.test(code))
    for (const match of code.matchAll(viperFields)) {
      const need = defaults.has(match[2]) || holdsNothing.test(match[1]!) ? "default" : "plain";
      bound.push({ key: whole(match[2]!.toUpperCase()), need, when: "run", offset: match.index, path });
    }
  if (!hasFile) bound.push(...asked(path, code, { whole, defaults, replacesDots }));
  return bound;
}

/** Names in lower case that are asked for: the table reads those in capitals. */
function asked(
  path: string,
  code: string,
  {
    whole,
    defaults,
    replacesDots,
  }: { whole: (name: string) => string; defaults: ReadonlySet<string | undefined>; replacesDots: boolean },
): Sighting[] {
  return [...code.matchAll(viperGets)].flatMap(({ index, 1: type, 2: name }): Sighting[] => {
    if (name === undefined || !/[a-z]/.test(name) || (name.includes(".") && !replacesDots)) return [];
    const isText = type === "" || type === "String";
    const isAsked = /\bif\s+\w+\s*:?=\s*(?:strings\.TrimSpace\()?$/.test(code.slice(Math.max(0, index - 60), index));
    // `if url := viper.GetString("url"); url != "" { config.URL = url }` leaves what the setting had.
    const isSetBefore = isAsked && /^[^\n]*!=\s*""\s*\{\s*[\w.]+\s*=[^=]/.test(code.slice(index, index + 300));
    const need = defaults.has(name) || isSetBefore ? "default" : isText && !isAsked ? "plain" : "guarded";
    return [{ key: whole(name.replaceAll(".", "_").toUpperCase()), need, when: "run", offset: index, path }];
  });
}

/** What is asked for in other files than the one that has viper look everything up. */
export function readViperElsewhere(texts: ReadonlyMap<string, string>): Sighting[] {
  const settings = [...texts.values()].find((text) => /\bviper\.AutomaticEnv\(/.test(text));
  if (settings === undefined || /SetEnvPrefix\(/.test(settings)) return [];
  if (/\bviper\.(?:ReadInConfig|MergeInConfig)\(/.test(settings) && !readsEnvFile.test(settings)) return [];
  const replacesDots = replacing.test(settings);
  return [...texts].flatMap(([path, text]) => {
    if (text === settings || !text.includes("viper.Get")) return [];
    const defaults = new Set([settings, text].flatMap(defaultsIn));
    return asked(path, maskSlashComments(text), { whole: (name) => name, defaults, replacesDots });
  });
}

function defaultsIn(code: string): (string | undefined)[] {
  return [...code.matchAll(/\.SetDefault\(\s*"([\w.-]+)"/g)].map(([, name]) => name);
}

/** What a name is bound to is asked for when the file of settings leaves it empty, or knows an address of its author's machine. */
export function settleViperFiles(
  project: Project,
  scope: Scope,
  { sightings, texts }: { sightings: Sighting[]; texts: ReadonlyMap<string, string> },
): void {
  for (const [path, text] of texts) {
    const guarded = sightings.filter((one) => one.path === path && one.need === "guarded");
    if (guarded.length === 0 || !text.includes("BindEnv(")) continue;
    const code = maskSlashComments(text);
    const called = viperName.exec(code)?.[1] ?? "config";
    const isFile = new RegExp(`^(?:\\w+/)?${called.replaceAll(".", "\\.")}\\.(?:ya?ml|json|toml)$`);
    const documents = scope.others
      .filter(({ name }) => isFile.test(name))
      .flatMap((file) => documentsOf(project, file.path));
    for (const match of documents.length > 0 ? code.matchAll(viperBinds) : []) {
      const sighting = guarded.find(({ offset }) => offset === match.index);
      const name = match[1]!;
      const values = documents.map((document) => valueAt(document, name.split("."))).filter((one) => one !== undefined);
      const isEmpty = values.length > 0 && values.every((value) => value === "" || value === null);
      const isAway = ofStore.test(name) && values.some((value) => typeof value === "string" && isNearby(name, value));
      if (!sighting || (!isEmpty && !isAway)) continue;
      sighting.need = "plain";
      if (isAway) sighting.isNearby = true;
    }
  }
}
