/** Which files of a project are read for the variables of one service. */
import { isObject, inside, type Project } from "../detect/reading.ts";
import { librariesOf } from "./languages/libraries.ts";

export interface ScopeFile {
  path: string;
  /** Relative to the package the file is of. */
  name: string;
  extension: string;
  /** Tests, scripts and configuration of tools: what they read is not needed by what is deployed. */
  isTooling: boolean;
}

const sourceExtensions = new Set([
  ..."js jsx ts tsx mjs cjs mts cts vue svelte astro mdx".split(" "),
  ..."py rb ru erb go rs java kt kts scala groovy clj cs fs ex exs php swift prisma".split(" "),
]);

const skippedFolders =
  /(?:^|\/)(?:tests?|(?:unit|integration|api|ui|browser|load)[-_]tests?|__tests__|__mocks__|__fixtures__|spec|specs|e2e|cypress|playwright|fixtures?|mocks?|stories|storybook|\.storybook|examples?|samples?|demos?|playgrounds?|docs?|vendor|third[_-]party|dist|build|out|target|coverage|tmp|templates|cassettes|testdata|bench(?:marks?)?|remix\.init|\.github|\.husky|\.vscode|\.devcontainer|public|static|assets|locales|i18n|migrations)\//;
const skippedNames =
  /(?:\.|_|-)(?:test|tests|spec|stories|story|cy|e2e|bench|min|bundle|d)\.[cm]?[jt]sx?$|^(?:test_.*|tests)\.py$|_test\.(?:py|go|rb|exs)$|_mock\.go$|_spec\.rb$|Tests?\.(?:java|kt|cs|php|scala)$|^conftest\.py$/;
const toolingNames =
  /^(?:playwright|vitest|jest|cypress|karma|codegen|graphql|commitlint|eslint|prettier|tailwind|postcss|stylelint|release|renovate|lint-staged|wdio|crowdin|next-sitemap|drizzle|sentry(?:\.\w+)?|tsup|checkly|mikro-orm|orval|openapi-ts|kysely|trigger|lighthouserc)[.-](?:config|setup|codegen)(?:\.[\w-]+)*\.(?:[cm]?[jt]sx?|json|py)$|^(?:\.eslintrc|\.graphqlrc|setupTests|plopfile|gulpfile|Gruntfile|dangerfile|codegen|config-overrides|setupProxy|jest\.setup|webdriver|next-sitemap)[\w-]*\.[cm]?[jt]s$/;
const toolingFolders =
  /(?:^|\/)(?:scripts?|tools?|tooling|\.scripts|bin|_?dev(?:eloper|elopment)?|devtools?|seeds?|seeders|prisma\/seed|ops|terraform|cdk|deploy|ci|\.ci|hack|management\/commands|cli|extra|rel|electron|\.(?!server|client|vitepress)[\w-]+)\//;
/** Below src/main every folder of the JVM is a part of a package's name: `com/example/demo`. */
const packageOfJvm = /(?<=^|\/)src\/(?:main|[a-z]+Main)\/(?:java|kotlin|scala|groovy)\/.*$/;
/** Functions that run at Convex or Supabase, which keep their variables themselves. */
const functionsElsewhere = /^(?:convex|supabase\/functions)\//;
/** Programs that set up servers. In other languages, and deeper, a layer of the application is called so; in Python it may be either. */
const serverPrograms = /^(infra|infrastructure)\/.*\.(?:[cm]?[jt]s|(py))$/;
const setsUpServers = ["Pulumi.yaml", "cdk.json"];
const developmentFiles =
  /(?:^|[/.-])(?:seed|seeds|seeder|populate|mock|mock-server|dev-server|development|test|local|(?:run-?)?migrat(?:e|ions?))\.[cm]?[jt]s$|config\/(?:environments\/)?(?:dev|development|test|local)\.(?:exs|rb|py|[cm]?[jt]s)$|settings\/(?:dev|development|test|testing|local)\.py$|(?:^|\/)(?:export|generate|gen|dump|emit|write|print)-(?:openapi|swagger|schema|spec|docs|types|client|sdk)[\w-]*\.[cm]?[jt]s$/;

/** At most this many sources are read for one service: those that promise most, then those nearest to its root. */
const mostFiles = 900;
const fewestFiles = 150;
/** Past so many they are read in that order, so that a limit on bytes cuts the least promising. */
const mostFilesInOrder = 300;
/** At most this much source text is read for one service, in characters. */
export const mostCharacters = 4_000_000;
const promising = /env|config|auth|db\b|database|server|api|client|secret|stripe|mail|redis|prisma|constants|settings/i;

export interface Scope {
  /** Folders of the service and of the workspace packages it depends on. */
  roots: string[];
  files: ScopeFile[];
  /** Files that may be manifests or examples, of any extension. */
  others: ScopeFile[];
  /** There are more files than are read. */
  isPartial: boolean;
}

/** Sources and manifests of the service in `directory` and of the workspace packages it depends on, without what lies `apart`. */
export function scopeOf(project: Project, directory: string, apart: readonly string[]): Scope {
  const packages = packagesOf(project);
  const own = [
    directory,
    ...dependenciesOf(project, directory, packages),
    ...sharedLibraries(project, directory),
    ...librariesOf(project, directory),
  ];
  const nested = packages.directories.filter((one) => one !== directory && isBelow(one, directory));
  const files: ScopeFile[] = [];
  const others: ScopeFile[] = [];
  for (const root of own) {
    const start = root === "." ? 0 : root.length + 1;
    const scripts = deployScripts(project.json(inside(root, "package.json")));
    const foreign = root === directory ? [...apart, ...nested.filter((one) => isForeign(project, one, directory))] : [];
    for (const path of project.tree.filesBelow(root)) {
      if (foreign.some((one) => path.startsWith(`${one}/`))) continue;
      const name = path.slice(start);
      const base = name.slice(name.lastIndexOf("/") + 1);
      const dot = base.lastIndexOf(".");
      const extension = dot < 0 ? "" : base.slice(dot + 1);
      if (!sourceExtensions.has(extension)) {
        others.push({ path, name, extension, isTooling: false });
        continue;
      }
      const folder = name.slice(0, name.length - base.length).replace(packageOfJvm, "");
      if (skippedNames.test(base) || (folder !== "" && skippedFolders.test(folder))) continue;
      const isTooling =
        !isRunByScripts(scripts, name) &&
        (toolingNames.test(base) ||
          developmentFiles.test(name) ||
          isServerProgram(project, root, name) ||
          functionsElsewhere.test(name) ||
          (folder !== "" && toolingFolders.test(folder)));
      files.push({ path, name, extension, isTooling });
    }
  }
  // In a repository of many packages each may take its share.
  const most = Math.max(
    fewestFiles,
    Math.min(mostFiles, Math.floor((2 * mostFiles) / (packages.directories.length + 1))),
  );
  const isPartial = files.length > most;
  if (files.length > Math.min(most, mostFilesInOrder)) {
    const order = new Map(files.map((file) => [file, rankOf(file)]));
    files.sort((a, b) => order.get(a)! - order.get(b)!);
    if (files.length > most) files.length = most;
  }
  return { roots: own, files, others, isPartial };
}

/** Lower is read earlier. Components of a page seldom read variables. */
function rankOf({ name, extension }: ScopeFile): number {
  const isComponent = /^(?:tsx|jsx|vue|svelte|astro|mdx)$/.test(extension);
  return name.split("/").length - (promising.test(name) ? 4 : 0) + (isComponent ? 2 : 0);
}

/** The scripts that run when the package is built or started, with those they call by name, as one text. */
function deployScripts(manifest: ReturnType<Project["json"]>): string {
  const scripts = manifest?.["scripts"];
  if (!isObject(scripts)) return "";
  const taken = new Set<string>();
  const queue = ["prebuild", "build", "postbuild", "prestart", "start", "postinstall"];
  let all = "";
  for (let at = 0; at < queue.length; at++) {
    const text = scripts[queue[at]!];
    if (typeof text !== "string" || taken.has(queue[at]!)) continue;
    taken.add(queue[at]!);
    all += `${text}\n`;
    if (/\b(?:npm|yarn|pnpm|bun|run-s|run-p|npm-run-all|turbo)\b/.test(text)) queue.push(...text.split(/[\s"'&|;]+/));
  }
  return all;
}

function isRunByScripts(scripts: string, name: string): boolean {
  return scripts !== "" && scripts.includes(name.replace(/\.[cm]?[jt]sx?$/, ""));
}

/**
 * In a workspace of Nx or Nest whose applications have no package.json, any of them may import what is in `libs`: those libraries that it
 * does import, and theirs, where the compiler's settings give them names.
 */
function sharedLibraries(project: Project, directory: string): string[] {
  if (directory === "." || project.tree.has(inside(directory, "package.json"))) return [];
  const isOfNx = project.tree.has("nx.json") && project.tree.has(inside(directory, "project.json"));
  if (!isOfNx && !project.tree.has("nest-cli.json")) return [];
  const left = namedLibraries(project);
  const found = [directory];
  for (let at = 0; at < found.length && left.size > 0; at++)
    for (const path of project.tree
      .filesBelow(found[at]!)
      .filter((one) => /\.[cm]?[jt]sx?$/.test(one))
      .slice(0, mostFiles)) {
      const text = project.tree.text(path) ?? "";
      for (const [name, library] of left)
        if (text.includes(`"${name}`) || text.includes(`'${name}`)) {
          left.delete(name);
          if (!found.some((one) => library === one || library.startsWith(`${one}/`))) found.push(library);
        }
    }
  return found.length > 1 ? found.slice(1) : ["libs"];
}

/** Folders of libraries by the names they are imported by: `"@acme/mail": ["libs/mail/src/index.ts"]`. */
function namedLibraries(project: Project): Map<string, string> {
  const settings = project.json("tsconfig.base.json") ?? project.json("tsconfig.json");
  const options = settings?.["compilerOptions"];
  const paths = isObject(options) ? options["paths"] : undefined;
  const named = new Map<string, string>();
  for (const [name, targets] of isObject(paths) ? Object.entries(paths) : []) {
    const target: unknown = Array.isArray(targets) ? targets[0] : undefined;
    const folder =
      typeof target === "string"
        ? /^(?:\.\/)?(libs\/.+?)(?:\/src\b.*|\/[\w-]+\.[jt]s|\/\*)?$/.exec(target)?.[1]
        : undefined;
    if (folder !== undefined) named.set(name.replace(/\/?\*$/, ""), folder);
  }
  return named;
}

function isServerProgram({ tree }: Project, root: string, name: string): boolean {
  const [whole, folder, python] = serverPrograms.exec(name) ?? [];
  if (whole === undefined) return false;
  return python === undefined || setsUpServers.some((file) => tree.has(inside(root, `${folder}/${file}`)));
}

function isBelow(path: string, directory: string): boolean {
  return directory === "." || path.startsWith(`${directory}/`);
}

interface Packages {
  directories: string[];
  byName: Map<string, string>;
}

const knownPackages = new WeakMap<Project, Packages>();

/** Every package.json below the root, by folder and by name. */
function packagesOf(project: Project): Packages {
  const known = knownPackages.get(project);
  if (known) return known;
  const directories = project.tree.directoriesWith("package.json").filter((one) => !skippedFolders.test(`${one}/`));
  const byName = new Map<string, string>();
  if (directories.length < 400) {
    for (const directory of directories) {
      const name = project.json(inside(directory, "package.json"))?.["name"];
      if (typeof name === "string") byName.set(name, directory);
    }
  }
  const packages = { directories, byName };
  knownPackages.set(project, packages);
  return packages;
}

/** Workspace packages the package depends on, and theirs. */
function dependenciesOf(project: Project, directory: string, packages: Packages): string[] {
  if (packages.byName.size === 0 || directory === ".") return [];
  const found = new Set<string>();
  const queue = [directory];
  for (let at = 0; at < queue.length; at++) {
    const manifest = project.json(inside(queue[at]!, "package.json"));
    for (const [name] of dependencyVersions(manifest)) {
      const target = packages.byName.get(name);
      // An application among the dependencies gives its types, not its environment.
      if (
        target === undefined ||
        isStarted(project.json(inside(target, "package.json")), target) ||
        target === directory ||
        found.has(target)
      )
        continue;
      found.add(target);
      queue.push(target);
    }
  }
  return [...found];
}

/** Its start script runs it; what only watches its sources is a library's. Among programs, what nothing builds is none. */
function isStarted(manifest: ReturnType<Project["json"]>, directory: string): boolean {
  const scripts = manifest?.["scripts"];
  const named = isObject(scripts) ? scripts : {};
  if (/^(?:apps|services|examples)\//.test(directory))
    return manifest?.["main"] === undefined || ["build", "start"].some((name) => name in named);
  const start = named["start"];
  return typeof start === "string" && !/\b(?:watch|tsc|tsup|rollup|unbuild|tsdown)\b|\s-w\b/.test(start);
}

/** Dependencies of a package.json, with the version each is asked for in. */
export function dependencyVersions(manifest: ReturnType<Project["json"]>): [name: string, version: string][] {
  return ["dependencies", "devDependencies", "peerDependencies"].flatMap((field) => {
    const value = manifest?.[field];
    return isObject(value)
      ? Object.entries(value).map(([name, version]): [string, string] => [
          name,
          typeof version === "string" ? version : "",
        ])
      : [];
  });
}

/**
 * Whether a package below a service is none of the service's business: a deployable of its own that is not one of the folders in which
 * one application keeps its halves.
 */
function isForeign(project: Project, directory: string, parent: string): boolean {
  if (parent === ".") return false;
  // Functions that are put online together with the pages above them may each have a manifest: netlify/functions/mail.
  if (/(?:^|\/)functions\/[^/]+$/.test(directory.slice(parent.length + 1))) return false;
  return project.tree.has(inside(directory, "package.json"));
}
