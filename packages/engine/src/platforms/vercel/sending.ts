/**
 * What is sent for an artifact: the list of files, and the settings that go with it.
 *
 * A folder that is deployed as it is goes as plain files, as the official command line sends them, as long as there is nothing in it that
 * Vercel would take for a source (`api/`, `public/`, a package.json …). Everything else that is built already goes as Build Output
 * (`.vercel/output`), which is served to the letter, with the site's own rules about addresses and no guesses.
 * Source: vercel.com/docs/build-output-api/v3; requests of vercel@60.1.3. Read 2026-08.
 */
import { posix } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parse as parseJson, type ParseError } from "jsonc-parser";
import type { StaticRules } from "../../artifact.ts";
import { DeployError } from "../../error.ts";
import type { ReleaseService } from "../../platform.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import { fileDigester } from "../../snapshot/file-digest.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";

export interface Sending {
  /** Fields of the request that creates the deployment. */
  body: { files: object[]; projectSettings: object; [field: string]: unknown };
  /** It is Build Output. */
  prebuilt: boolean;
  /** Vercel has something to build, and a log of it to tell. */
  isBuiltThere: boolean;
  /** The files by the digest Vercel asks for. */
  byDigest: Map<string, SnapshotFile>;
}

/** A file in the place where it is sent to. */
interface Placed {
  path: string;
  file: SnapshotFile;
}

/** Files up to this size are read at once. */
export const wholeBytes = 4 * 1024 * 1024;

/** Longest time the event loop is kept, in milliseconds. */
const turnMs = 10;

const output = ".vercel/output/";

/** Paths by which Vercel finds something to build or to run. */
const takenForSource =
  /^(?:api\/|public\/|\.vercel\/|(?:vercel|now|package|composer|deno)\.jsonc?$|vercel\.ts$|(?:middleware|proxy|instrumentation)\.[cm]?[jt]s$|(?:index|main|app|server)\.(?:[cm]?ts|py|rb|go|php)$|requirements\.txt$|pyproject\.toml$|Pipfile$|Gemfile$|go\.mod$|Cargo\.toml$)/;

/** A project may have a root directory of its own; what is built already lies at the root. */
const atRoot = { rootDirectory: null };

/** Throws INVALID_CONFIG for a vercel.json that cannot be read, OUTPUT_MISSING for a server without Vercel's output. */
export async function sendingOf({ plan, artifact }: ReleaseService, bytes: Bytes): Promise<Sending> {
  const files = new Map(artifact.files.map((file) => [file.path, file]));
  if (artifact.kind === "source") return sourceOf(plan, { files, bytes });
  const root = outputRoot(files, bytes);
  if (root !== null) return prebuiltOf(root, { files, bytes });
  if (plan.kind !== "static")
    throw new DeployError("OUTPUT_MISSING", {
      what: `${plan.name} was built, and there is no .vercel/output, which is what Vercel runs.`,
      where: `${plan.path}/.vercel/output/config.json`,
      next: "Run: vercel build, and deploy the folder with --prebuilt.",
      step: "build",
    });
  const config = files.get("vercel.json");
  if (config) return plainFilesOf(readConfig(config, bytes), { files, bytes });
  const rules = artifact.static ?? { spaFallback: false, cleanUrls: true };
  const isAsItIs = plan.build === undefined && !rules.spaFallback && rules.trailingSlash === undefined;
  if (isAsItIs && ![...files.keys()].some((path) => takenForSource.test(path)))
    return { ...(await plainFilesOf({ settings: {}, fields: {} }, { files, bytes })), isBuiltThere: false };
  return pagesOf(rules, { files, bytes });
}

interface Found {
  files: Map<string, SnapshotFile>;
  bytes: Bytes;
}

/** A built site, served as it is. Hidden files stay here: they are a tool's own, and no page needs them. */
async function pagesOf(rules: StaticRules, { files, bytes }: Found): Promise<Sending> {
  const placed = [...files.values()]
    .filter(({ path }) => !/(?:^|\/)\.(?!well-known\/)/.test(path))
    .map((file) => ({ path: `${output}static/${file.path}`, file }));
  const config = JSON.stringify({ version: 3, routes: routesFor(rules, (path) => files.has(path)) });
  const sending = await listed(placed, bytes, { projectSettings: atRoot });
  sending.body.files.push({ file: `${output}config.json`, data: config, encoding: "utf-8", mode: 0o100644 });
  return { ...sending, prebuilt: true, isBuiltThere: false };
}

/** The site's rules about addresses as Vercel's routes. */
function routesFor({ spaFallback, cleanUrls, trailingSlash }: StaticRules, has: (path: string) => boolean): object[] {
  const routes: object[] = [];
  if (trailingSlash === "always")
    routes.push({ src: "^/((?:[^/]+/)*[^/.]+)$", headers: { Location: "/$1/" }, status: 308 });
  if (trailingSlash === "never") routes.push({ src: "^/(.+)/$", headers: { Location: "/$1" }, status: 308 });
  routes.push({ handle: "filesystem" });
  if (cleanUrls) routes.push({ src: "^/(.+?)/?$", dest: "/$1.html", check: true });
  const app = has("200.html") ? "/200.html" : spaFallback ? "/index.html" : null;
  // What has an extension is a file that is missing, not a page of the application.
  if (app !== null) routes.push({ src: "^/(?:[^/]*/)*[^/.]*(?:\\.html)?$", dest: app });
  if (has("404.html")) routes.push({ handle: "error" }, { src: "^/.*$", dest: "/404.html", status: 404 });
  return routes;
}

/** A folder with a vercel.json of its own: the files as they are, because only Vercel applies that file. Nothing is built. */
function plainFilesOf(config: Config, { files, bytes }: Found): Promise<Sending> {
  const placed = [...files.values()].map((file) => ({ path: file.path, file }));
  const { outputDirectory = null } = config.settings;
  // An empty command is none; null would have Vercel look for one.
  const settings = { framework: null, installCommand: "", buildCommand: "", outputDirectory };
  return listed(placed, bytes, { ...config.fields, projectSettings: settings });
}

/** Vercel's own output, as `vercel build` and adapters leave it, and what its functions name outside of it. */
async function prebuiltOf(root: string, { files, bytes }: Found): Promise<Sending> {
  const placed: Placed[] = [];
  const named = new Set<string>();
  for (const file of files.values()) {
    if (!file.path.startsWith(root)) continue;
    const path = output + file.path.slice(root.length);
    placed.push({ path, file });
    if (path.endsWith(".func/.vc-config.json") && file.link === undefined)
      for (const target of referredBy(file, bytes)) named.add(target);
  }
  const missing = [...named].filter((path) => !files.has(path));
  if (missing.length > 0)
    throw new DeployError("OUTPUT_MISSING", {
      what: `The functions of this build need ${missing.length === 1 ? "a file that is" : `${missing.length} files that are`} not in the folder.`,
      where: missing.slice(0, 5).join(", "),
      next: "Deploy the project's folder, in which .vercel/output lies, with --prebuilt.",
      step: "build",
    });
  for (const path of named) if (!path.startsWith(root)) placed.push({ path, file: files.get(path)! });
  return { ...(await listed(placed, bytes, { projectSettings: atRoot })), prebuilt: true, isBuiltThere: false };
}

/** Where Vercel's output lies in the artifact: in its usual place, or all of it is one. Null when there is none. */
function outputRoot(files: Map<string, SnapshotFile>, bytes: Bytes): string | null {
  if (files.has(`${output}config.json`)) return output;
  const config = files.get("config.json");
  const isOne = [...files.keys()].some((path) => /^(?:static|functions)\//.test(path));
  return config && isOne && (jsonOf(config, bytes) as { version?: unknown } | null)?.version === 3 ? "" : null;
}

function referredBy(file: SnapshotFile, bytes: Bytes): string[] {
  const { filePathMap } = (jsonOf(file, bytes) ?? {}) as { filePathMap?: Record<string, string> };
  return Object.values(filePathMap ?? {}).map((path) => posix.normalize(path));
}

/** The project itself: Vercel builds it. */
async function sourceOf(plan: ReleaseService["plan"], { files, bytes }: Found): Promise<Sending> {
  const placed = [...files.values()].map((file) => ({ path: file.path, file }));
  const config = files.get(posix.join(plan.path, "vercel.json"));
  const { settings, fields } = config ? readConfig(config, bytes) : { settings: {}, fields: {} };
  const { framework = null, installCommand, buildCommand, outputDir } = plan.remoteBuild ?? {};
  // Without a framework Vercel would serve the source itself.
  const { outputDir: found = "." } = plan.build ?? {};
  const projectSettings = {
    framework,
    ...(framework === null && found !== "." ? { outputDirectory: found } : {}),
    ...(plan.path === "." ? {} : { rootDirectory: plan.path }),
    ...settings,
    ...(installCommand === undefined ? {} : { installCommand }),
    ...(buildCommand === undefined ? {} : { buildCommand }),
    ...(outputDir === undefined ? {} : { outputDirectory: outputDir }),
    sourceFilesOutsideRootDirectory: true,
  };
  return listed(placed, bytes, { ...fields, projectSettings });
}

async function listed(
  placed: Placed[],
  bytes: Bytes,
  fields: { projectSettings: object; [field: string]: unknown },
): Promise<Sending> {
  const byDigest = new Map<string, SnapshotFile>();
  const files: object[] = [];
  let turn = performance.now();
  for (const { path, file } of placed) {
    if (performance.now() - turn > turnMs) {
      await nextTurn();
      turn = performance.now();
    }
    const sha = file.digests?.sha1 ?? (await digestOf(file, bytes));
    byDigest.set(sha, file);
    // As in st_mode, which is what Vercel reads it as.
    const mode = file.link === undefined ? 0o100000 | file.mode : 0o120777;
    files.push({ file: path, sha, size: file.sizeBytes, mode });
  }
  return { body: { ...fields, files }, prebuilt: false, isBuiltThere: true, byDigest };
}

async function digestOf(file: SnapshotFile, bytes: Bytes): Promise<string> {
  const digester = await fileDigester("sha1");
  if (file.sizeBytes <= wholeBytes) return digester.of(bytes.whole(file), file.path);
  const digest = await digester.begin(file.path);
  for await (const part of bytes.read(file)) digest.update(part);
  return digest.finish();
}

interface Config {
  /** What the build is to do. */
  settings: { outputDirectory?: string; [name: string]: unknown };
  /** What belongs to the deployment itself. */
  fields: Record<string, unknown>;
}

/** What of a vercel.json its official command line puts into the request, which is where Vercel reads it. */
const configFields = [
  "builds",
  "cleanUrls",
  "crons",
  "functions",
  "headers",
  "images",
  "redirects",
  "regions",
  "rewrites",
  "routes",
  "trailingSlash",
];
const configSettings: Record<string, string> = {
  framework: "framework",
  installCommand: "installCommand",
  buildCommand: "buildCommand",
  devCommand: "devCommand",
  outputDirectory: "outputDirectory",
  ignoreCommand: "commandForIgnoringBuildStep",
};

function readConfig(file: SnapshotFile, bytes: Bytes): Config {
  const config = jsonOf(file, bytes);
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw new DeployError("INVALID_CONFIG", {
      what: "vercel.json cannot be read: it is not a JSON object.",
      where: file.path,
      next: "Mend it, or remove it.",
      step: "configure",
    });
  const given = Object.entries(config);
  return {
    fields: Object.fromEntries(given.filter(([name]) => configFields.includes(name))),
    settings: Object.fromEntries(
      given.flatMap(([name, value]) => (configSettings[name] ? [[configSettings[name], value]] : [])),
    ),
  };
}

/** Null when it is none; with comments, as Vercel allows them. */
function jsonOf(file: SnapshotFile, bytes: Bytes): unknown {
  if (file.sizeBytes > wholeBytes) return null;
  const faults: ParseError[] = [];
  const value: unknown = parseJson(bytes.whole(file).toString("utf8"), faults, { allowTrailingComma: true });
  return faults.length > 0 ? null : value;
}
