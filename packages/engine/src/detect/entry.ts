/** The program of a server without a framework of its own: which file it starts in, and whether it listens. */
import { inside, type Project } from "./reading.ts";
import type { Manifest } from "./manifest.ts";
import { valueAt } from "./config.ts";
import { commandsOf, optionOf } from "./scripts.ts";

export interface Source {
  /** Path in the tree. */
  at: string;
  text: string;
}

const names = ["server", "index", "app", "main", "bot", "start", "worker", "www", "api"];
const folders = [
  "",
  "src",
  "server",
  "bin",
  "api",
  "backend",
  "app",
  "src/server",
  "server/src",
  "source",
  "lib",
  "src/bin",
];
/** Endings of sources, those written by hand first. */
export const endings: readonly string[] = ["ts", "js", "mjs", "cjs", "mts", "tsx", "jsx", "cts"];
const listens =
  /\.listen\s*\(|\bBun\.serve\s*(?:<[^<>()]*>)?\(|\bDeno\.serve\s*\(|\bserve\s*\(\s*(\{|app\b|[a-z]\w*\s*[,)])|\bcreateServer\s*\(|startStandaloneServer\s*\(|\bsails\.lift\s*\(|\.startAndListen|new\s+[hH]api\.Server|new\s+Server\s*\(\s*\{\s*port\b|\b[hH]api\.server\s*\(|\.start\s*\(\s*(\{\s*port\b|Number\(|process\.env\.PORT)|export\s+default\s+\{[^}]*\bfetch\b|uWS\.App|\.fireHttpServer\s*\(|\.bindAsync\s*\(|new\s+WebSocketServer\s*\(|new\s+(WebSocket|ws)\.Server\s*\(/;

/** Text without comments, lines kept. Quotes are respected as far as `//` in addresses needs it. */
export function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|[\s;{}(),])\/\/[^\n]*/g, "$1");
}

/** A source file as detection reads it, or null. */
export function sourceAt(project: Project, at: string): Source | null {
  if (!project.tree.has(at)) return null;
  let known = readSources.get(project);
  if (!known) readSources.set(project, (known = new Map()));
  const cached = known.get(at);
  if (cached !== undefined) return cached;
  const text = project.tree.text(at);
  const source = text === null || text.length > 400_000 ? null : { at, text: withoutComments(text) };
  known.set(at, source);
  return source;
}

const readSources = new WeakMap<Project, Map<string, Source | null>>();

/** The source file a path in a script means: itself, with an ending, its index, or the TypeScript file it is compiled from. */
export function sourceOf(project: Project, manifest: Manifest, path: string): Source | null {
  const plain = path.replace(/^\.\//, "").replace(/\/$/, "");
  const stem = plain.replace(/\.(m|c)?[jt]sx?$/, "");
  const stems = [stem];
  const compiled = /^(?:\.?[\w-]+\/)+?/.exec(stem);
  if (
    /^\.?(dist|build|out|lib|output|compiled|bin|\.build|prod|release|js|tsc-out|public)(\/|$)/.test(stem) &&
    compiled
  ) {
    const rest = stem.slice(stem.indexOf("/") + 1);
    const outDir = valueAt(project.json(inside(manifest.directory, "tsconfig.json")), "compilerOptions", "rootDir");
    if (typeof outDir === "string")
      stems.push(`${outDir.replace(/^\.\//, "").replace(/\/$/, "")}/${rest}`.replace(/^\.\//, ""));
    stems.push(
      `src/${rest}`,
      rest,
      rest.replace(/[^/]+$/, "src/$&"),
      rest.replace(/^src\//, ""),
      `server/${rest}`,
      `source/${rest}`,
      `app/${rest}`,
      `src/server/${rest}`,
      rest.replace(/\.cjs$|\.mjs$/, ""),
    );
  }
  // `server/dist/index.js`: compiled where it is written.
  const within = /^((?:[\w-]+\/)+?)(?:dist|build|out|lib)\/(.+)$/.exec(stem);
  if (within) stems.push(`${within[1]}src/${within[2]}`, `${within[1]}${within[2]}`);
  // What was compiled once and committed says less than what it is compiled from.
  for (const candidate of stems.filter((one) => one !== stem && /^(?:src|source)\//.test(one)))
    for (const ending of ["ts", "tsx", "mts", "cts"]) {
      const found = sourceAt(project, inside(manifest.directory, `${candidate}.${ending}`));
      if (found) return found;
    }
  for (const candidate of stems) {
    for (const ending of stem === candidate && plain !== stem ? [plain.slice(stem.length + 1), ...endings] : endings) {
      const found = sourceAt(project, inside(manifest.directory, `${candidate}.${ending}`));
      if (found) return found;
    }
    const exact = sourceAt(project, inside(manifest.directory, candidate));
    if (exact) return exact;
    for (const ending of endings) {
      const found = sourceAt(project, inside(manifest.directory, `${candidate}/index.${ending}`));
      if (found) return found;
    }
  }
  return null;
}

/** The source of a file that a script compiles or bundles: `babel src/scripts --out-dir server`, `esbuild server/index.ts --outdir=dist`. */
export function compiledFrom(project: Project, manifest: Manifest, path: string): Source | null {
  const file = path.replace(/^\.\//, "");
  for (const text of Object.values(manifest.scripts))
    for (const words of commandsOf(text)) {
      const at = words.findIndex((word) => /(?:^|\/)(?:babel|swc|esbuild|tsup|ncc)$/.test(word));
      if (at < 0) continue;
      const run = { words: words.slice(at), program: words[at]!, variables: {} };
      const folder = optionOf(run, "--out-dir", "--outdir", "-d")?.replace(/^\.\/|\/$/g, "");
      const entry = run.words.slice(1).find((word) => /^[\w./-]+\.[cm]?[jt]sx?$/.test(word));
      const stem = (one: string): string => one.replace(/\.\w+$/, "").replace(/^.*\//, "");
      if (entry !== undefined) {
        const whole = optionOf(run, "--outfile", "-o")?.replace(/^\.\//, "");
        if (
          whole === file ||
          (`${folder ?? "dist"}/${stem(entry)}` === file.replace(/\.\w+$/, "") && whole === undefined)
        )
          return sourceOf(project, manifest, entry);
        continue;
      }
      const from = run.words[1]?.replace(/^\.\/|\/$/g, "");
      if (folder !== undefined && from !== undefined && file.startsWith(`${folder}/`))
        return sourceOf(project, manifest, `${from}${file.slice(folder.length)}`);
    }
  return null;
}

/** Named as the main file, and nothing that Node runs: pages, settings of a tool, another language. */
export const isNoProgram: RegExp = /\.(?:html|css|json|py|rb|go|php|sh)$|(?:^|\/)\.\w/;

/** Files that could be the program, best first: `main`, then the usual names in the usual folders. */
export function likelyEntries(project: Project, manifest: Manifest): Source[] {
  const found: Source[] = [];
  const seen = new Set<string>();
  const add = (source: Source | null): void => {
    if (source && !seen.has(source.at)) {
      seen.add(source.at);
      found.push(source);
    }
  };
  const main = manifest.json["main"];
  if (typeof main === "string" && !isNoProgram.test(main)) add(sourceOf(project, manifest, main));
  for (const folder of folders) {
    const place = folder === "" ? manifest.directory : inside(manifest.directory, folder);
    // A folder with a manifest of its own is another program.
    if (place !== manifest.directory && project.tree.has(inside(place, "package.json"))) continue;
    const files = new Set(project.tree.listing(place).files);
    for (const name of names) {
      if (folder === "bin" && name === "www" && files.has("www")) add(sourceAt(project, inside(place, "www")));
      for (const ending of endings)
        if (files.has(`${name}.${ending}`)) add(sourceAt(project, inside(place, `${name}.${ending}`)));
    }
  }
  return found;
}

/** It opens a port itself. */
export function isListening(source: Source): boolean {
  return listens.test(source.text);
}
