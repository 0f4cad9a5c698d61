/** The directories below the root that are deployed on their own: members of a workspace, projects of Nx, folders with a program. */
import { configOf, placed } from "./config.ts";
import type { Kind } from "./detection.ts";
import { readManifest } from "./javascript.ts";
import { dockerfileOf } from "./languages/docker.ts";
import { languageServices } from "./languages/readers.ts";
import { type Manifest, manifestOf } from "./manifest.ts";
import { lockfiles, upwards } from "./package-manager.ts";
import { manifestOfNest, nestApplications, upTo } from "./nest-workspace.ts";
import type { Project, Reading } from "./reading.ts";
import { readingsOf } from "./readings.ts";
import { manifestOfNx, type Workspace } from "./workspaces.ts";

/** A directory that is deployed on its own, and the reading that says so. */
export interface Below {
  path: string;
  name: string;
  reading: Reading;
  manifest: Manifest | null;
}

/** Kinds that are deployed. */
export const deployed: readonly Kind[] = ["static", "server", "worker", "container"];

/** Directories that hold no deployed program of the project itself. */
const besideTheProject =
  /(^|\/)(examples?|templates?|starters?|fixtures?|__fixtures__|__tests__|__mocks__|tests?|testing|e2e|[\w-]*-e2e[\w-]*|e2e-[\w-]*|tests?-[\w-]*|[\w-]+-templates?|repros?|experiments?|cypress|playwright|mocks?|mock-(?:api|server)|playgrounds?|demos?|samples?|sandbox(es)?|cli|xtask|bench(marks?)?|benchmarks?|scripts?|tools?|tooling|config|configs|(?:[\w-]+-)?storybook(?:-[\w-]+)?|\.storybook|stories|vendor|third[-_]party|boilerplates?[\w-]*|generators?|plugins?|src-tauri|integrations?|extensions?|internal|infra(structure)?|cdk|terraform|\.[^/]+|node_modules|legacy|archived?|deprecated|obsolete|unused|skeletons?|recipes|tutorials?|workshops?|snippets|emails?|email-templates|release|packaging|linux|mac(os)?|osx|windows|win-[\w-]+|win32|ios|android|electron)(\/|$)/i;

/** Folders a repository without a workspace keeps its programs in. */
export const programFolders =
  /^((apps|packages|services|projects|src|code|source)\/)?[\w.-]*(client|frontend|front-end|front|web|webapp|ui|dashboard|admin|server|backend|back-end|back|api|worker|bot|app|site|website|gateway|proxy|service|socket|mobile|cms|studio|functions|storefront|landing)[\w.-]*$/i;

const documentFrameworks = new Set(["docusaurus", "vitepress", "vuepress", "rspress", "storybook", "slidev"]);

/** The directories below the root that are deployed on their own, by path. */
export function servicesBelow(project: Project, workspace: Workspace | null, root: Reading | undefined): Below[] {
  const found = below(project, workspace, root, (path) => besideTheProject.test(path));
  // A workspace that starts with nothing but an application to show it.
  return found.length > 0 || workspace === null
    ? found
    : below(project, workspace, root, (path) => !/^apps\/[^/]+$/.test(path) && besideTheProject.test(path));
}

function below(
  project: Project,
  workspace: Workspace | null,
  root: Reading | undefined,
  isBeside: (path: string) => boolean,
): Below[] {
  const found: Below[] = [];
  const members = new Set(workspace?.members);
  const add = (path: string, reading: Reading | undefined, manifest: Manifest | null): void => {
    // A file that nothing starts is a service only where it is all there is.
    if (reading?.kind === "worker" && reading.confidence <= 0.5) return;
    if (
      !reading ||
      !deployed.includes(reading.kind) ||
      reading.confidence < 0.5 ||
      found.some((other) => other.path === path)
    )
      return;
    found.push({ path, name: nameOf(manifest) || path.slice(path.lastIndexOf("/") + 1), reading, manifest });
  };
  const ofNest = nestApplications(project).flatMap((application) => {
    const manifest = manifestOfNest(project, application);
    return manifest ? [{ path: application.path, manifest }] : [];
  });
  for (const path of project.tree.directoriesWith("package.json")) {
    if (isBeside(path) || ofNest.some((application) => application.path === path)) continue;
    // Nx knows more of it than its manifest says.
    if (workspace?.projects.has(path)) continue;
    const depth = path.split("/").length;
    if (
      members.size > 0
        ? !members.has(path) && !(depth <= 2 && (programFolders.test(path) || isInstalledAlone(project, path)))
        : depth > 3
    )
      continue;
    // A manifest inside a member (a fixture, a template) is no member itself.
    if (!members.has(path) && upwards(path).some((above) => members.has(above))) continue;
    const manifest = manifestOf(project, path);
    const readings = manifest ? readingsOf(project, path) : [];
    // A Dockerfile beside a manifest is one more way to run the same program.
    const reading =
      readings[0]?.kind === "container"
        ? readings.find(({ packageManager }) => packageManager !== undefined)
        : readings[0];
    // A member that only has a development server is a library with a page to try it on.
    const isTried =
      workspace &&
      reading?.kind === "static" &&
      reading.framework !== "astro" &&
      !Object.keys(manifest?.scripts ?? {}).some((name) => /build|generate|export/.test(name));
    if (
      manifest &&
      !isTried &&
      !(workspace && reading && (isImported(path, reading) || isOfOthers(project, workspace, manifest, reading)))
    )
      add(path, reading, manifest);
  }
  for (const [path, json] of workspace?.projects ?? []) {
    if (isBeside(path)) continue;
    const manifest = manifestOfNx(project, path, json);
    if (!manifest) continue;
    const reading = readManifest(project, manifest);
    // Angular's builders put what browsers load in a folder below.
    const isOfAngular = reading.evidence.some(({ rule }) => rule.startsWith("angular/"));
    const built = (isOfAngular ? reading.outputDir : undefined) ?? stringOption(json, "outputPath") ?? outputOf(json);
    if (built !== undefined) reading.outputDir = `${upTo(path)}${built.replace(/^\.\//, "")}`;
    reading.buildCommand = `npx nx build ${manifest.name}`;
    // What is built is started, not the source it is built from.
    const main = stringOption(json, "main");
    if (/\bsrc\/[\w.-]+\.ts$/.test(reading.startCommand ?? "")) {
      const file =
        built !== undefined && main !== undefined
          ? `${reading.outputDir}/${main.slice(main.lastIndexOf("/") + 1).replace(/ts$/, "js")}`
          : programOfNx(project, path);
      if (file !== undefined) reading.startCommand = `node ${file}`;
    }
    add(path, reading, manifest);
  }
  for (const { path, manifest } of ofNest) {
    const reading = readManifest(project, manifest);
    reading.buildCommand = `npx ${manifest.scripts["build"]}`;
    reading.startCommand = manifest.scripts["start"]!;
    add(path, reading, manifest);
  }
  if (
    root === undefined ||
    !deployed.includes(root.kind) ||
    root.confidence < 0.6 ||
    root.kind === "container" ||
    root.runtime === "node" ||
    root.runtime === "bun"
  )
    for (const hint of languageServices(project))
      if (
        (!besideTheProject.test(hint.path) || isConfigServer(hint) || isMailer(project, hint)) &&
        !(workspace && hint.reading.kind === "container" && !/^(apps|services)\//.test(hint.path)) &&
        !upwards(hint.path).some((above) => above !== hint.path && members.has(above) && isLibrary(project, above))
      )
        add(hint.path, hint.reading, null);
  return sifted(project, found, workspace);
}

/** In Java a module of that name is a program that hands out configuration. */
function isConfigServer({ path, reading: { runtime, kind } }: { path: string; reading: Reading }): boolean {
  return runtime === "java" && kind === "server" && /^[\w-]*config$/.test(path);
}

/** A program of its own that sends mail, and no templates for it: it is run in a container of its own. */
function isMailer({ tree }: Project, { path, reading: { kind } }: { path: string; reading: Reading }): boolean {
  return /^(?:[\w-]+\/)?emails?$/.test(path) && tree.has(`${path}/Dockerfile`) && kind !== "static";
}

/** An application beside a workspace's members, which has packages of its own. */
function isInstalledAlone({ tree }: Project, path: string): boolean {
  return path.startsWith("apps/") && lockfiles.some(([, name]) => tree.has(`${path}/${name}`));
}

/** Where a workspace keeps what its programs share, and sometimes programs. */
const ofLibraries = /^(packages|libs|modules)\//;

/** Others of the workspace import it: what another language runs inside it is there to try it against. */
function isLibrary(project: Project, path: string): boolean {
  const json = manifestOf(project, path)?.json;
  return ofLibraries.test(path) && ["exports", "main", "module"].some((key) => json?.[key] !== undefined);
}

/** A server nothing starts, among a workspace's libraries: others import its routes. */
function isImported(path: string, { kind, evidence }: Reading): boolean {
  return (
    ofLibraries.test(path) &&
    (kind === "server" || kind === "worker") &&
    !evidence.some(
      ({ field, rule, at }) =>
        (field === "startCommand" && (kind === "server" || rule !== "script/without-watcher")) ||
        (rule === "port/wrangler" && !/\.[cm]?[jt]sx?$/.test(at)),
    )
  );
}

/** A file that ends by itself, in a package that others of the workspace import: the script to start it is left of a template. */
function isOfOthers(project: Project, { members }: Workspace, own: Manifest, { kind, framework }: Reading): boolean {
  if (kind !== "worker" || framework !== undefined || own.name === "" || !ofLibraries.test(own.directory)) return false;
  return members.some((member) => own.name in (manifestOf(project, member)?.dependencies ?? {}));
}

/** Where the program of a project of Nx is when its own webpack has put it together, or where its container finds it; seen from its folder. */
function programOfNx(project: Project, path: string): string | undefined {
  const settings = project.tree.text(`${path}/webpack.config.js`) ?? "";
  const folder = /\bpath:\s*(?:path\.)?(?:join|resolve)\(\s*__dirname,\s*["']([^"']+)["']/.exec(settings)?.[1];
  if (settings.includes("NxAppWebpackPlugin") && folder !== undefined) return `${folder}/main.js`;
  const shipped = dockerfileOf(project, path)?.command?.match(/\bdist\/[\w./-]+\.[cm]?js\b/)?.[0];
  return shipped === undefined ? undefined : `${upTo(path)}${shipped}`;
}

/** `{workspaceRoot}/dist/apps/web` among the outputs of the build target. */
function outputOf(json: Record<string, unknown>): string | undefined {
  const { outputs } = (json["targets"] as { build?: { outputs?: unknown } } | undefined)?.build ?? {};
  const first: unknown = Array.isArray(outputs) ? outputs[0] : undefined;
  return typeof first === "string" ? /^\{workspaceRoot\}\/([^{}*]+)$/.exec(first)?.[1] : undefined;
}

function stringOption(json: Record<string, unknown>, key: string): string | undefined {
  const targets = json["targets"] as { build?: { options?: Record<string, unknown> } } | undefined;
  const value = targets?.build?.options?.[key];
  return typeof value === "string" ? value : undefined;
}

/** Expo writes pages for the web, and not what a phone alone takes in. */
const exportsPages = /expo export(?![^&|;]*\s(?:-p|--platform)[ =](?:android|ios)\b)|export:web|build:web/;

/** Leave out what is inside another service, manuals of libraries, and programs for devices. */
function sifted(project: Project, found: Below[], workspace: Workspace | null): Below[] {
  const publishes =
    workspace !== null &&
    workspace.members.some((member) => {
      const manifest = manifestOf(project, member);
      return (
        manifest !== null &&
        manifest.json["private"] !== true &&
        manifest.json["exports"] !== undefined &&
        !besideTheProject.test(member)
      );
    });
  const isManual = ({ path, reading }: Below): boolean =>
    // Pages in a folder so named, beside programs.
    (workspace === null && /^(?:docs?|documentation)$/.test(path)) ||
    (documentFrameworks.has(reading.framework ?? "") && !path.startsWith("apps/")) ||
    (publishes && /(^|\/)(docs?|documentation|website|www|site)$/i.test(path) && !path.startsWith("apps/"));
  const isDevice = ({ path, reading, manifest }: Below): boolean =>
    (reading.framework === "expo" && !Object.values(manifest?.scripts ?? {}).some((text) => exportsPages.test(text))) ||
    // What is started as a server is on the web as well, whatever wraps it for people's machines.
    (reading.kind !== "server" &&
      (manifest?.devDependencies["electron"] ?? manifest?.dependencies["electron"]) !== undefined) ||
    // The same pages put into an app for phones, by those who keep them there.
    (/(?:^|[/-])mobile$|(?:^|\/)mobile\//.test(path) && manifest?.dependencies["@capacitor/core"] !== undefined) ||
    [
      "@tauri-apps/cli",
      "@capacitor/android",
      "plasmo",
      "wxt",
      "@types/vscode",
      "@crxjs/vite-plugin",
      "@types/chrome",
      "vite-plugin-monkey",
    ].some((name) => (manifest?.devDependencies[name] ?? manifest?.dependencies[name]) !== undefined);
  const layers = layersAmong(project, found);
  const programs = found.filter((one) => !isDevice(one) && !layers.has(one.path));
  const own = programs.filter((one) => !isManual(one));
  // A library's workspace deploys nothing but its manual.
  const kept = own.length > 0 ? own : programs;
  return kept
    .filter(({ path }) => !kept.some((other) => other.path !== path && path.startsWith(`${other.path}/`)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Layers of Nuxt: what others extend is built as a part of them. An application that one alone of several extends is still one. */
function layersAmong(project: Project, found: readonly Below[]): Set<string> {
  const applications = found.filter(({ reading }) => reading.framework === "nuxt");
  const extended = applications.flatMap(({ path }) => {
    const value = configOf(project, path, ["nuxt.config"])?.value["extends"];
    const names = Array.isArray(value) ? value : [value];
    return names.flatMap((one) => (typeof one === "string" && one.startsWith(".") ? (placed(one, path) ?? []) : []));
  });
  const isLayer = (path: string): boolean =>
    !path.startsWith("apps/") || applications.length < 3 || extended.filter((one) => one === path).length > 1;
  return new Set(extended.filter(isLayer));
}

/** A package's name without its scope. */
export function nameOf(manifest: Manifest | null): string {
  return manifest?.name.replace(/^@[^/]+\//, "") ?? "";
}
