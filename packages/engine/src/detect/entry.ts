/** The program of a server without a framework of its own: which file it starts in, whether it listens, and on which port. */
import { inside, type Project } from "./reading.ts";
import { placeOf } from "./languages/files.ts";
import type { Manifest } from "./manifest.ts";
import { valueAt } from "./config.ts";

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
const endings = ["ts", "js", "mjs", "cjs", "mts", "tsx", "jsx", "cts"];
const listens =
  /\.listen\s*\(|\bBun\.serve\s*(?:<[^<>()]*>)?\(|\bDeno\.serve\s*\(|\bserve\s*\(\s*(\{|app\b|[a-z]\w*\s*[,)])|\bcreateServer\s*\(|startStandaloneServer\s*\(|\.startAndListen|new\s+[hH]api\.Server|new\s+Server\s*\(\s*\{\s*port\b|\b[hH]api\.server\s*\(|\.start\s*\(\s*(\{\s*port\b|Number\(|process\.env\.PORT)|export\s+default\s+\{[^}]*\bfetch\b|uWS\.App|\.fireHttpServer\s*\(|new\s+WebSocketServer\s*\(|new\s+(WebSocket|ws)\.Server\s*\(/;

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

/** Named as the main file, and nothing that runs: pages, settings of a tool. */
export const isNoProgram: RegExp = /\.(html|css|json)$|(?:^|\/)\.\w/;

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

/** The file and the project's own files it imports, to `depth`. */
export function withImports(project: Project, source: Source, depth: number, limit = 40): Source[] {
  const found = [source];
  const seen = new Set([source.at]);
  let level = [source];
  for (let at = 0; at < depth; at++) {
    const next: Source[] = [];
    for (const { at: from, text } of level) {
      for (const match of text.matchAll(
        /(?:from\s*|require\s*\(\s*|import\s*\(?\s*)["']((?:\.{1,2}|[@~#]|#\w+)\/[^"'\n]*|\.{1,2}|src\/[^"'\n]+)["']/g,
      )) {
        if (found.length >= limit) return found;
        const target = imported(project, from, match[1]!);
        if (!target || seen.has(target.at)) continue;
        seen.add(target.at);
        found.push(target);
        next.push(target);
      }
    }
    level = next;
  }
  return found;
}

function imported(project: Project, from: string, specifier: string): Source | null {
  // `#lib/a.ts`, of the manifest's own map, most often means src/lib/a.ts.
  const alias = /^([@~#]|src|#\w+)\//.test(specifier);
  const parts = alias ? [] : from.split("/").slice(0, -1);
  if (alias) {
    const before = from.split("/").slice(0, -1);
    const src = before.lastIndexOf("src");
    parts.push(...(src >= 0 ? before.slice(0, src + 1) : []));
  }
  for (const part of (alias ? specifier.replace(/^(?:#(?=\w)|[^/]+\/)/, "") : specifier).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  const path = parts.join("/");
  const stem = path.replace(/\.(m|c)?jsx?$/, "");
  for (const candidate of [
    path,
    ...endings.map((ending) => `${stem}.${ending}`),
    ...endings.map((ending) => `${path === "" ? "" : `${path}/`}index.${ending}`),
    `${path}.json`,
  ]) {
    if (project.tree.has(candidate) && /\.(m|c)?[jt]sx?$|\.json$/.test(candidate)) return sourceAt(project, candidate);
  }
  return null;
}

const number = "[\"'`]?(\\d{2,5})[\"'`]?\\b(?!\\s*[*.\\d])";
/** Ways code names the port it takes when the environment names none, strongest first. */
const portRules: readonly { id: string; pattern: RegExp; confidence: number }[] = [
  {
    id: "port/fallback",
    pattern: new RegExp(
      `(?<![A-Z_])(?:(?:APP|SERVER|HTTP|API|NODE|BACKEND|WEB|EXPRESS)_)?PORT\\b(?:[^\\n;{}]{0,50}?(?:\\|\\||\\?\\?|,\\s*|\\?[^:\\n]{1,60}:)|\\)?\\s*(?:\\?\\?|\\|\\||\\?(?![?.])[^:;{}]{1,80}:))\\s*(?:Number\\(|parseInt\\(|String\\(|\\+)?\\s*${number}`,
      "g",
    ),
    confidence: 0.9,
  },
  {
    id: "port/schema",
    pattern: new RegExp(
      `(?<![A-Z_a-z])(?:(?:APP|SERVER|HTTP|API)_)?(?:PORT|port)["']?\\s*[:,][^;{}]{0,120}?(?:\\.default|\\.prefault|withDefault|optional|withDefaultValue)\\(\\s*${number}`,
      "g",
    ),
    confidence: 0.88,
  },
  {
    id: "port/schema",
    pattern: new RegExp(
      `(?<![A-Z_a-z])PORT["']?\\s*:\\s*\\w+(?:\\.\\w+)*\\(?\\s*\\{[^}]{0,120}?default["']?\\s*:\\s*${number}`,
      "g",
    ),
    confidence: 0.88,
  },
  {
    id: "port/schema",
    pattern: new RegExp(`default["']?\\s*:\\s*${number}[^}]{0,80}env["']?\\s*:\\s*["']PORT`, "g"),
    confidence: 0.85,
  },
  {
    id: "port/destructured",
    pattern: new RegExp(
      `\\{[^}]*\\bPORT\\s*(?::\\s*\\w+\\s*)?=\\s*${number}[^}]*\\}\\s*=\\s*(?:process|Bun|import\\.meta)`,
      "g",
    ),
    confidence: 0.9,
  },
  { id: "port/destructured", pattern: new RegExp(`\\bport\\s*=\\s*${number}\\s*[,}]`, "g"), confidence: 0.6 },
  {
    id: "port/listen",
    pattern: new RegExp(
      `\\.listen\\s*\\(\\s*(?:\\{[^}]{0,200}?port\\s*:\\s*)?(?:(?:Number|parseInt)\\s*\\(\\s*)?(?:[\\w$.]+\\)?\\s*(?:\\|\\||\\?\\?)\\s*)?${number}`,
      "g",
    ),
    confidence: 0.88,
  },
  {
    id: "port/fallback",
    pattern: new RegExp(
      `\\bport["']?\\s*[:=][^\\n;{}]{0,80}?(?:\\|\\||\\?\\?)\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
      "gi",
    ),
    confidence: 0.8,
  },
  {
    id: "port/constant",
    pattern: new RegExp(
      `\\b(?:const|let|var)\\s+(?:\\w*_)?port\\s*(?::\\s*\\w+\\s*)?=\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
      "gi",
    ),
    confidence: 0.8,
  },
  {
    id: "port/option",
    pattern: new RegExp(
      `\\b(?:port["']?\\s*:|(?:(?:APP|SERVER|API|HTTP|NODE|BACKEND|WEB)_)?PORT["']?\\s*[:=])\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
      "g",
    ),
    confidence: 0.65,
  },
];
const notWebPorts = new Set([
  5432, 3306, 27017, 6379, 1433, 25, 465, 587, 2525, 11211, 9200, 5672, 1521, 22, 53, 10, 16, 36, 9229, 2375, 1025,
  6380, 9092,
]);

/** `app.listen(settings.server.port)`: the number is where the settings are. */
const listensByName =
  /\.listen\s*\(\s*(?:\{[^}]{0,100}?port\s*:\s*)?(?:Number\s*\(|parseInt\s*\()?\s*(?:process\.env\.\w+\s*(?:\|\||\?\?)\s*PORT|[\w$]+(?:\.[\w$]+)*\.(?:\w*_)?(?:port|PORT))\b/;
const settingsFile = /(?:^|[/.-])(?:config|configuration|settings|constants|env|environment|default)(?:[/.-]|$)/i;

/** `NODE_ENV === "development" ? 3002 : 80`, `isProd ? 80 : 3002`: one port for those who develop, another for what is deployed. */
const portByMode =
  /((?:\|\||\?\?)\s*\(\s*)?(?:process\.env[.[]["']?|(?<![\w.])env\.)?(?:NODE_ENV["'\]]*\s*([!=])==?\s*["'](prod|dev|test)\w*["']|\bis(Prod|Dev)\w*)\s*\?\s*["']?(\d{2,5})["']?\s*:\s*["']?(\d{2,5})["']?(?!\w)(\s*\))?/g;

/** The text with the port of what is deployed in place of such a choice. */
function deployedPorts(text: string): string {
  if (!text.includes("?") || !/NODE_ENV|\bis(?:Prod|Dev)/.test(text)) return text;
  return text.replace(portByMode, (...groups: (string | undefined)[]) => {
    const [, before, operator, mode, flag, first, second, after] = groups;
    const isForProduction = ((mode ?? flag)!.toLowerCase() === "prod") === (operator !== "!");
    const port = isForProduction ? first! : second!;
    return before === undefined ? `${port}${after ?? ""}` : `|| ${port}`;
  });
}

/** The port `sources` listen on without PORT; the first file and the strongest rule win. */
export function portIn(
  project: Project,
  sources: readonly Source[],
): { port: number; at: string; rule: string; confidence: number } | null {
  const isByName = sources.some(({ text }) => listensByName.test(text));
  const deployed = sources.map(({ at, text }) => ({ at, text: deployedPorts(text) }));
  for (const { id, pattern, confidence } of portRules) {
    for (const { at, text } of deployed) {
      if (id === "port/option" && !isListening({ at, text }) && !(isByName && settingsFile.test(at))) continue;
      if (!/port|listen/i.test(text)) continue;
      for (const match of text.matchAll(pattern)) {
        const port = Number(match[1]);
        if (port < 80 || port > 65_535 || notWebPorts.has(port)) continue;
        return { port, at: placeOf(at, project.tree.text(at) ?? text, match[0].split("\n")[0]!), rule: id, confidence };
      }
    }
  }
  return null;
}
