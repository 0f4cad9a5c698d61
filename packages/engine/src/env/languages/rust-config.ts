/**
 * Structures of Rust that the crate `config` fills from the environment:
 * `Environment::with_prefix("APP").separator("__")` gives `database.url` from `APP__DATABASE__URL`.
 * Source: https://docs.rs/config, "Environment".
 */
import { objectAt } from "../../detect/languages/documents.ts";
import { isObject, type Json, type Project } from "../../detect/reading.ts";
import { maskSlashComments } from "../mask.ts";
import { isNearby } from "../nearby.ts";
import type { Scope } from "../scope.ts";
import type { Sighting } from "../sighting.ts";

interface Field {
  path: string[];
  isGiven: boolean;
  offset: number;
}

interface Struct {
  fields: { name: string; type: string; isGiven: boolean; offset: number }[];
}

const source = /\bEnvironment::(?:with_prefix\(\s*"(\w+)"\s*\)|default\(\))/g;
const attributes = "((?:#\\[[^\\n]{0,400}\\n\\s*){0,12})";
const structs = new RegExp(`${attributes}(?:pub(?:\\([^)]*\\))?\\s+)?struct\\s+(\\w+)\\s*\\{([^}]*)\\}`, "g");
const members = new RegExp(`${attributes}(?:pub(?:\\([^)]*\\))?\\s+)?([a-z_][a-z0-9_]*)\\s*:\\s*([\\w:]+)`, "g");
/** A file that has to be there holds the values. */
const needsFile =
  /\bFile::(?:with_name|from\w*)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?![^;]{0,80}\.required\(\s*false)/;

/** Files that hold the values everywhere, and in production. */
const settings =
  /^(?:(?:config(?:uration)?|settings|conf)\/)?(?:base|default|config(?:uration)?|settings|app(?:lication)?|prod(?:uction)?)\.(?:ya?ml|toml|json)$/i;
/** What a program keeps its data in, or passes it on with. */
export const ofStore: RegExp =
  /database|(?:^|[._])db(?:[._]|$)|postgres|mysql|redis|mongo|kafka|rabbit|amqp|nats|queue/i;

export function readLayered(path: string, code: string): Sighting[] {
  if (!isLayered(code) || needsFile.test(code)) return [];
  // A default for `database.url` gives the structure `database` is.
  const defaults = new Set(
    [...code.matchAll(/\bset_default\(\s*"([\w.]+)"/g)].flatMap(([, name]) => [name!, name!.replace(/\.\w+$/, "")]),
  );
  return fieldsIn(code).map(({ key, field }) => ({
    key,
    need: field.isGiven || defaults.has(field.path.join(".")) ? "declared" : "checked",
    when: "run",
    offset: field.offset,
    path,
    inSchema: true,
  }));
}

/** The same where files of the project hold the values: what none of them has, or has an address of its author's machine for. */
export function readLayeredFiles(project: Project, scope: Scope, texts: ReadonlyMap<string, string>): Sighting[] {
  const layered = [...texts].filter(([, text]) => isLayered(text));
  if (layered.length === 0) return [];
  const files = scope.others.filter(({ name }) => settings.test(name)).map(({ path }) => path);
  const documents = files.flatMap((path) => documentsOf(project, path));
  return layered.flatMap(([path, text]) => {
    const code = maskSlashComments(text);
    if (documents.length === 0 || !needsFile.test(code)) return [];
    return fieldsIn(code).flatMap(({ key, field }): Sighting[] => {
      const values = documents.map((document) => valueAt(document, field.path)).filter((one) => one !== undefined);
      const name = field.path.join(".");
      const isAway =
        ofStore.test(name) &&
        values.length > 0 &&
        values.every((value) => typeof value === "string" && isNearby(name, value));
      if (field.isGiven || (values.length > 0 && !isAway)) return [];
      const { offset } = field;
      return [{ key, need: "checked", when: "run", offset, path, ...(isAway ? { isNearby: true } : {}) }];
    });
  });
}

function isLayered(code: string): boolean {
  return code.includes("Environment::") && code.includes("try_deserialize");
}

export function documentsOf(project: Project, path: string): Json[] {
  if (/\.ya?ml$/i.test(path)) return project.yaml(path) ?? [];
  const document = path.endsWith(".toml") ? project.toml(path) : project.json(path);
  return document === null ? [] : [document];
}

export function valueAt(document: Json, path: readonly string[]): Json | undefined {
  const holder = path.length > 1 ? objectAt(document, ...path.slice(0, -1)) : document;
  return isObject(holder) ? holder[path.at(-1)!] : undefined;
}

/** The fields that are filled, by the names of their variables. */
function fieldsIn(code: string): { key: string; field: Field }[] {
  const known = structsIn(code);
  return [...code.matchAll(source)].flatMap((match) => {
    const chain = code.slice(match.index, match.index + 400);
    const separator = /\.separator\(\s*"([^"]*)"/.exec(chain)?.[1];
    const before = /\.prefix_separator\(\s*"([^"]*)"/.exec(chain)?.[1] ?? separator ?? "_";
    const prefix = match[1] === undefined ? "" : match[1] + before;
    return fieldsOf(known, filledAt(code, match.index, chain), separator !== undefined).map((field) => ({
      key: (prefix + field.path.join(separator ?? "_")).toUpperCase(),
      field,
    }));
  });
}

function structsIn(code: string): Map<string, Struct> {
  const found = new Map<string, Struct>();
  for (const match of code.matchAll(structs)) {
    const [whole, above, name, body] = match;
    if (!/\bDeserialize\b/.test(above!)) continue;
    const start = match.index + whole.length - body!.length - 1;
    const isFilled = /\bserde\([^)\n]*\bdefault\b/.test(above!);
    found.set(name!, {
      fields: [...body!.matchAll(members)].map((field) => ({
        name: field[2]!,
        type: field[3]!,
        isGiven: isFilled || /\b(?:default|skip)\b/.test(field[1]!) || /^(?:std::option::)?Option$/.test(field[3]!),
        offset: start + field.index,
      })),
    });
  }
  return found;
}

/** The structure the configuration built at `at` ends in. */
function filledAt(code: string, at: number, chain: string): string | undefined {
  const named =
    /try_deserialize::<(\w+)>/.exec(chain)?.[1] ??
    /\blet\s+\w+\s*:\s*(\w+)\s*=\s*[^;]*try_deserialize/.exec(chain)?.[1];
  if (named !== undefined && named !== "Self") return named;
  const above = code.slice(0, at);
  const answered = [...above.matchAll(/->\s*(?:\w+::)*Result<(?:Arc<|Box<)?(\w+)/g)].at(-1)?.[1];
  if (answered !== undefined && answered !== "Self") return answered;
  return [...above.matchAll(/^impl\s+(\w+)\s*\{/gm)].at(-1)?.[1];
}

function fieldsOf(
  known: ReadonlyMap<string, Struct>,
  name: string | undefined,
  isNested: boolean,
  above: string[] = [],
): Field[] {
  const own = name === undefined || above.length > 4 ? undefined : known.get(name);
  return (own?.fields ?? []).flatMap(({ name: field, type, isGiven, offset }) => {
    const path = [...above, field];
    if (!known.has(type)) return [{ path, isGiven, offset }];
    return isNested && !isGiven ? fieldsOf(known, type, isNested, path) : [];
  });
}
