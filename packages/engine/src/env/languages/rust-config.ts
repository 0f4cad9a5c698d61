/**
 * Structures of Rust that the crate `config` fills from the environment:
 * `Environment::with_prefix("APP").separator("__")` gives `database.url` from `APP__DATABASE__URL`.
 * Source: https://docs.rs/config, "Environment".
 */
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

export function readLayered(path: string, code: string): Sighting[] {
  if (!code.includes("Environment::") || !code.includes("try_deserialize") || needsFile.test(code)) return [];
  const known = structsIn(code);
  // A default for `database.url` gives the structure `database` is.
  const defaults = new Set(
    [...code.matchAll(/\bset_default\(\s*"([\w.]+)"/g)].flatMap(([, name]) => [name!, name!.replace(/\.\w+$/, "")]),
  );
  return [...code.matchAll(source)].flatMap((match) => {
    const chain = code.slice(match.index, match.index + 400);
    const separator = /\.separator\(\s*"([^"]*)"/.exec(chain)?.[1];
    const before = /\.prefix_separator\(\s*"([^"]*)"/.exec(chain)?.[1] ?? separator ?? "_";
    const prefix = match[1] === undefined ? "" : match[1] + before;
    return fieldsOf(known, filledAt(code, match.index, chain), separator !== undefined).map(
      (field): Sighting => ({
        key: (prefix + field.path.join(separator ?? "_")).toUpperCase(),
        need: field.isGiven || defaults.has(field.path.join(".")) ? "declared" : "checked",
        when: "run",
        offset: field.offset,
        path,
        inSchema: true,
      }),
    );
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
