/** Which rows of the table in sdk.ts hold for a file. */
import { maskHashComments } from "../mask.ts";
import { closing } from "../code.ts";
import type { Script } from "./need.ts";
import { authProviders, sdks, type SdkRow } from "./sdk.ts";
import type { Sighting } from "../sighting.ts";

/** Rows whose package is among `dependencies`, a map of name to the version asked for. */
export function rowsFor(dependencies: ReadonlyMap<string, string>): SdkRow[] {
  return sdks.filter(({ packages, from = 0, below = Number.POSITIVE_INFINITY }) =>
    packages.some((name) => {
      const version = dependencies.get(name);
      if (version === undefined) return false;
      // Without a number (`latest`, `workspace:*`) the newest is meant.
      const major = Number(/\d+/.exec(version)?.[0] ?? 999);
      return major >= from && major < below;
    }),
  );
}

/** A pattern for the name of a package of `rows`, or a path in it, in quotes; its first group is the package. */
export function importerOf(rows: readonly SdkRow[]): RegExp | null {
  const names = new Set(rows.flatMap(({ packages }) => packages));
  return names.size === 0 ? null : new RegExp(`["'](${[...names].join("|")})(?=(?:/[^"'\\n]*)?["'])`, "g");
}

/** Names of packages that `text` seems to import, of those `importer` knows. */
export function importedIn(text: string, importer: RegExp): Set<string> {
  return new Set(text.matchAll(importer).map((match) => match[1]!));
}

/** Variables the libraries of `rows` read because of what `script`, which seems to import `names`, does. `needs` may name several, separated by `|`. */
export function readSdks(rows: SdkRow[], script: Script, names: ReadonlySet<string>): Sighting[] {
  const sightings: Sighting[] = [];
  for (const row of rows) {
    const name = row.packages.find((one) => names.has(one));
    if (name === undefined) continue;
    const imported = importOf(script, name);
    if (imported < 0 || row.unlessAnywhere?.test(script.code)) continue;
    const offset = row.uses ? firstUse(row, script) : imported;
    if (offset < 0) continue;
    for (const needs of row.needs) {
      const [key, ...alternatives] = needs.split("|");
      sightings.push({
        key: key!,
        need: "asserted",
        when: row.when ?? "run",
        offset,
        path: script.path,
        isOfLibrary: true,
        ...(alternatives.length > 0 ? { alternatives } : {}),
      });
    }
  }
  sightings.push(...readAuthProviders(script));
  return sightings;
}

function importOf({ path, text, code }: Script, name: string): number {
  const pattern = /\.config\.[cm]?[jt]s$/.test(path)
    ? // A module of Nuxt or an integration of Astro is named in a list.
      new RegExp(`["']${name.replaceAll("/", "\\/")}(?:/[^"']*)?["']`, "g")
    : new RegExp(`(?:from|import\\s*\\(?|require\\()\\s*["']${name.replaceAll("/", "\\/")}(?:/[^"']*)?["']`, "g");
  for (const match of text.matchAll(pattern)) {
    // In a comment nothing of the statement is left; a type alone does nothing when the program runs.
    if (code.slice(match.index, match.index + match[0].length).trim() === "") continue;
    const statement = text.slice(Math.max(0, text.lastIndexOf("import", match.index), match.index - 400), match.index);
    if (/^import\s+type\b/.test(statement)) continue;
    return match.index;
  }
  return -1;
}

function firstUse(row: SdkRow, { code }: Script): number {
  const uses = new RegExp(row.uses!.source, "g");
  for (const match of code.matchAll(uses)) {
    if (!row.unless) return match.index;
    const open = code.indexOf("(", match.index);
    const args = open < 0 ? "" : code.slice(open + 1, closing(code, open));
    // Who hands the key over once does not leave it to the library elsewhere in the file.
    if (row.unless.test(args)) return -1;
    // A single name as argument may hold the key; only an object or nothing is certain.
    if (!/^\s*[\w.]+\s*$/.test(args)) return match.index;
  }
  return -1;
}

/** Auth.js v5: `providers: [GitHub, Google()]` reads `AUTH_GITHUB_ID` and the like. */
function readAuthProviders(script: Script): Sighting[] {
  const { text, code, path } = script;
  if (!/\bproviders\s*:/.test(code) || !/(?:next-auth|@auth\/\w+)\/providers\//.test(text)) return [];
  const sightings: Sighting[] = [];
  for (const match of text.matchAll(
    /import\s+(\w+)\s+from\s+["'](?:next-auth|@auth\/[\w-]+)\/providers\/([\w-]+)["']/g,
  )) {
    const provider = authProviders.find(({ module }) => module === match[2]);
    if (!provider) continue;
    const from = match.index + match[0].length;
    const use = new RegExp(`(?<![\\w.])${match[1]}(?![\\w])\\s*(\\(\\s*\\)|[,\\]])`).exec(code.slice(from));
    if (!use) continue;
    for (const suffix of ["ID", "SECRET"]) {
      sightings.push({
        key: `AUTH_${provider.prefix}_${suffix}`,
        need: "asserted",
        when: "run",
        offset: from + use.index,
        path,
      });
    }
  }
  return sightings;
}

const pythonLibraries = /openai|anthropic|groq|together|dj_database_url|pinecone|replicate/;

/** Libraries of Python that read a variable when they are given no key. An import says enough; Python has no manifest to rely on. */
export function readPythonSdks(path: string, text: string): Sighting[] {
  if (!pythonLibraries.test(text)) return [];
  const code = maskHashComments(text);
  const sightings: Sighting[] = [];
  for (const match of code.matchAll(
    /^[ \t]*(?:from|import)\s+(openai|anthropic|groq|together|langchain_openai|langchain_anthropic|dj_database_url|pinecone|replicate)\b/gm,
  )) {
    for (const row of sdks.filter(
      ({ packages }) => packages.includes(match[1]!.replaceAll("_", "-")) || packages.includes(match[1]!),
    )) {
      const offset = row.uses ? firstUse(row, { path, text, code }) : match.index;
      if (offset < 0) continue;
      for (const key of row.needs)
        sightings.push({ key: key.split("|")[0]!, need: "asserted", when: "run", offset, path });
    }
  }
  return sightings;
}
