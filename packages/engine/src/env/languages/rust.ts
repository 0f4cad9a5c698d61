/** What programs of Rust declare of their variables: arguments of clap, structures that are filled from the environment, functions that insist. */
import { readLayered } from "./rust-config.ts";
import type { Sighting } from "../sighting.ts";

export function readRust(path: string, code: string): Sighting[] {
  return [...readClap(path, code), ...readFilled(path, code), ...readLayered(path, code), ...readInsisting(path, code)];
}

/** Structures filled by `envy::from_env()` or `envy::prefixed("APP_")`: a field without a default or Option has to be there. */
function readFilled(path: string, code: string): Sighting[] {
  const filled = /\benvy::(?:from_env|prefixed\(\s*"(\w*)"\s*\))/.exec(code);
  const derived = /#\[derive\([^\]]*\bEnvconfig\b/.test(code);
  if (!filled && !derived) return [];
  const sightings: Sighting[] = [];
  for (const match of code.matchAll(/((?:#\[[^\n]{0,400}\n\s*){0,12})(?:pub\s+)?struct\s+\w+\s*\{([^}]*)\}/g)) {
    const [whole, attributes, body] = match;
    if (!/\b(?:Deserialize|Envconfig)\b/.test(attributes!)) continue;
    const isDerived = /\bEnvconfig\b/.test(attributes!);
    if (!isDerived && !filled) continue;
    const start = match.index + whole.length - body!.length - 1;
    for (const field of body!.matchAll(
      /((?:#\[[^\n]{0,400}\n\s*){0,12})(?:pub(?:\([^)]*\))?\s+)?([a-z_][a-z0-9_]*)\s*:\s*([\w:]+)/g,
    )) {
      const [, options, name, type] = field;
      const named = /\b(?:from|rename)\s*=\s*"(\w+)"/.exec(options!)?.[1];
      if (isDerived && named === undefined) continue;
      const isGiven = /\bdefault\b/.test(options!) || /^(?:std::option::)?Option$/.test(type!);
      sightings.push({
        key: isDerived ? named! : `${filled?.[1] ?? ""}${(named ?? name!).toUpperCase()}`,
        need: isGiven ? "declared" : "checked",
        when: "run",
        offset: start + field.index,
        path,
        inSchema: true,
      });
    }
  }
  return sightings;
}

/** A function, macro or closure of the file that is given a name: its own, and the parameter's. */
const takesName =
  /\blet\s+(?:mut\s+)?(\w+)\s*=\s*\|\s*(\w+)\s*:[^|{]{0,200}\|[^{;]{0,60}\{|\bfn\s+(\w+)\s*(?:<[^<>()]*>)?\(\s*(\w+)\s*:[^{]{0,200}\{|\bmacro_rules!\s*(\w+)\s*\{\s*\(\s*(\$\w+)\s*:\s*\w+\s*\)\s*=>\s*[{(]/g;
const insists =
  /panic!|process::exit|\.expect\(|\.unwrap\(\)|\.(?:with_)?context\(|\bbail!|\b\w*(?:missing|errors|problems)\w*\.push\(/;
/** Of the environment as a whole, kept under a name. */
const readsWhole = /\blet\s+(?:mut\s+)?(\w+)\s*(?::[^=;]{0,80})?=\s*(?:std::)?env::vars\(\)/;

/** Calls of the file's own functions that end the program for what is missing, `env_get("KEY")`, or hand it on to one that does. */
function readInsisting(path: string, code: string): Sighting[] {
  const names = new Set<string>();
  const whole = readsWhole.exec(code)?.[1];
  const reads = new RegExp(`env::var(?:_os)?\\(${whole === undefined ? "" : `|\\b${whole}\\.get\\(`}`);
  for (const match of code.matchAll(takesName)) {
    const [head, closure, handed, own, given, macro, named] = match;
    const after = code.slice(match.index + head.length, match.index + head.length + 500);
    const end = closure === undefined ? after.search(/\n\}/) : after.search(/\n\s*\};/);
    const body = after.slice(0, Math.max(end, 0) || after.length);
    const isReplacing = /\.unwrap_or(?!_else\(\s*\|\w*\|\s*(?:\{\s*)?panic!)/.test(body);
    const isInsisting = reads.test(body) && insists.test(body) && !isReplacing;
    if (!isInsisting && ![...names].some((name) => body.includes(`${name}(`))) continue;
    const parameter = (handed ?? given ?? named!).replace("$", "\\$");
    if (new RegExp(`\\(\\s*&?${parameter}\\s*[,)]`).test(body)) names.add(closure ?? own ?? macro!);
  }
  if (names.size === 0) return [];
  const calls = new RegExp(
    `\\b(?:${[...names].join("|")})!?(?:::<\\w+>)?\\(\\s*"([A-Z][A-Z0-9_]+)"\\s*(?:,\\s*(?:&mut\\s+\\w+\\s*)?)?\\)`,
    "g",
  );
  return [...code.matchAll(calls)].map((match) => ({
    key: match[1]!,
    need: "checked",
    when: "run",
    offset: match.index,
    path,
    isInsisted: true,
  }));
}

/** Arguments of clap that may come from the environment: `#[clap(long, env)] database_url: String`. */
function readClap(path: string, code: string): Sighting[] {
  if (!code.includes("env") || !/#\[(?:clap|arg|structopt)\(/.test(code)) return [];
  const sightings: Sighting[] = [];
  for (const match of code.matchAll(
    /#\[(?:clap|arg|structopt)\(([^\]]*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?([a-z_][a-z0-9_]*)\s*:\s*([\w:<>]+)/g,
  )) {
    const [, options, field, type] = match;
    const named = /\benv\b\s*(?:=\s*(?:"([^"]+)"|(?:\w+::)*([A-Z][A-Z0-9_]+)))?/.exec(options!);
    if (!named) continue;
    const isGiven = /default_value|default_values/.test(options!) || /^(?:Option|bool|Vec)\b/.test(type!);
    sightings.push({
      key: named[1] ?? named[2] ?? field!.toUpperCase(),
      need: isGiven ? "declared" : "checked",
      when: "run",
      offset: match.index,
      path,
      inSchema: true,
    });
  }
  return sightings;
}

/** Constants that hold a text, by name; the first by a name is meant. */
export function constantsIn(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [, name, value] of text.matchAll(
    /\b(?:const|static)\s+([A-Z][A-Z0-9_]*)\s*:[^=]{1,100}=\s*"([A-Za-z_]\w*)"/g,
  ))
    if (!values.has(name!)) values.set(name!, value!);
  return values;
}

/** Names of variables that constants of other files hold, `env::var(names::PORT)` and `const PORT: &str = "APP_PORT"`. `texts` are the Rust files. */
export function settleConstants(sightings: Sighting[], texts: ReadonlyMap<string, string>): void {
  const values = new Map([...texts.values()].flatMap((text) => [...constantsIn(text)]));
  const quoted = new Map<string, ReadonlySet<string>>();
  for (const sighting of values.size > 0 ? sightings : []) {
    const text = texts.get(sighting.path);
    const value = values.get(sighting.key);
    if (text === undefined || value === undefined) continue;
    const texted = quoted.get(sighting.path) ?? new Set([...text.matchAll(/"(?=(\w+)")/g)].map(([, one]) => one!));
    quoted.set(sighting.path, texted);
    if (texted.has(sighting.key)) continue;
    // A field may have the same name; it is the constant that stands behind a path or an argument.
    const behind = text.slice(sighting.offset, sighting.offset + 200);
    if (new RegExp(`[(=&:]\\s*${sighting.key}\\b`).test(behind)) sighting.key = value;
  }
}
