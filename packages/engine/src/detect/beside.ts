/** Which programs lie beside the one at the root of a project, as services of their own, and which are a part of it. */
import { frameworks } from "./frameworks.ts";
import { search } from "./languages/files.ts";
import type { Manifest } from "./manifest.ts";
import type { Project, Reading } from "./reading.ts";
import { commandsOf } from "./scripts.ts";
import { type Below, programFolders } from "./services.ts";
import type { Workspace } from "./workspaces.ts";

export function isScript({ runtime }: Reading): boolean {
  return runtime === "node" || runtime === "bun" || runtime === "deno";
}

/** Services beside a root that is an application itself. */
export function besideRoot(
  project: Project,
  root: Reading,
  below: readonly Below[],
  manifest: Manifest | null,
  workspace: Workspace | null,
): Below[] {
  const isOfScripts = isScript(root);
  if (workspace)
    return isOfScripts
      ? below.filter(
          ({ path, reading, manifest: own }) =>
            !/^(docs?|website|documentation|www|site)$/i.test(path) &&
            !(
              reading.framework !== undefined &&
              reading.framework === root.framework &&
              Object.keys(own?.scripts ?? {}).length === 0
            ),
        )
      : [];
  if (!isOfScripts && !["python", "go", "rust", "dotnet", "java", "ruby", "php", "elixir"].includes(root.runtime))
    return [];
  // What lies inside the project of .NET that serves is its client; beside it, under one solution, it is a program.
  if (root.runtime === "dotnet" && root.installCommand?.includes("/") !== true) return [];
  const isManual = ({ reading }: Below): boolean =>
    frameworks.some(({ id, role }) => id === reading.framework && role === "documents");
  const driven = manifest ? drivenFolders(manifest) : new Set<string>();
  return below.filter(
    (one) =>
      (programFolders.test(one.path) || isOfEdge(one.reading)) &&
      !/(?:^|\/)ClientApp$/i.test(one.path) &&
      !isManual(one) &&
      !driven.has(one.path) &&
      !(one.path.split("/").length > 2) &&
      (isOfScripts
        ? one.reading.kind !== "worker"
        : isOfPages(one.reading) && !one.reading.outputDir?.startsWith("..") && !takesIn(project, root, one.path)),
  );
}

/** What lies beside a program for the desktop or for phones, and is no part of it. */
export function besideDevice(manifest: Manifest, below: readonly Below[]): Below[] {
  const driven = drivenFolders(manifest);
  return below.filter(
    ({ path }) => programFolders.test(path) && !driven.has(path) && !/electron|desktop|renderer/.test(path),
  );
}

/** The settings of an edge platform in its folder name its program: it is put there by itself. */
function isOfEdge({ evidence }: Reading): boolean {
  return evidence.some(({ rule, at }) => rule === "port/wrangler" && /wrangler\.\w+$/.test(at));
}

function isOfPages({ kind, framework }: Reading): boolean {
  return kind === "static" || frameworks.some(({ id, role }) => id === framework && role === "app");
}

/** A compiled program is built with the pages in it, serves them from their folder, or is shipped in one container with them. */
function takesIn(project: Project, { runtime }: Reading, folder: string): boolean {
  if (runtime === "python") return false;
  const written = folder.replaceAll(".", "\\.");
  const isNamed = new RegExp(
    `["'\\x60/:>\\\\]${written}(?:[/\\\\<]|["'\\x60\\s])|^(?://go:embed|COPY|ADD|RUN|WORKDIR)\\b.* ${written}(?:/|\\s|$)`,
    "m",
  );
  return search(project.tree, ".", {
    depth: 3,
    limit: 60,
    matches: (name) => /\.(?:go|rs|csproj)$|^(?:Dockerfile|pom\.xml|build\.gradle(?:\.kts)?)$/.test(name),
  }).some((at) =>
    // Pages with a container of their own are shipped in that one.
    at.startsWith(`${folder}/`)
      ? !at.endsWith("Dockerfile")
      : isNamed.test(project.tree.text(at) ?? "") && !(at.endsWith("Dockerfile") && isOfPagesAlone(project, at)),
  );
}

/** A container in which nothing but pages is built and served. */
function isOfPagesAlone(project: Project, at: string): boolean {
  const text = project.tree.text(at) ?? "";
  const stages = new Set(
    [...text.matchAll(/^FROM[ \t].*[ \t]AS[ \t]+(\S+)/gim)].map(([, name]) => name!.toLowerCase()),
  );
  const images = [...text.matchAll(/^FROM[ \t]+(?:--\S+[ \t]+)?(\S+)/gim)].map(([, image]) => image!.toLowerCase());
  return (
    images.length > 0 &&
    images.every((image) => stages.has(image) || /^(?:\S+\/)?(?:node|bun|nginx[\w-]*|caddy|httpd)(?::|@|$)/.test(image))
  );
}

/** Folders that the root's own build or installation builds (`cd client && npm run build`): they are part of the root. */
function drivenFolders(manifest: Manifest): Set<string> {
  const result = new Set<string>();
  for (const [name, text] of Object.entries(manifest.scripts)) {
    if (!/build|postinstall|deploy|render|vercel/.test(name) || isAside(name, manifest)) continue;
    let entered: string | undefined;
    for (const words of commandsOf(text)) {
      if (words[0] === "cd") entered = words[1];
      // `"build": "cd client && npm install"` leaves the building to somebody else.
      else if (name === "build" && isInstallation(words)) continue;
      else if (entered !== undefined) result.add(plain(entered));
      for (const [at, word] of words.entries()) {
        if (["--prefix", "--cwd", "-C", "--dir"].includes(words[at - 1] ?? "")) result.add(plain(word));
        const option = /^--(?:prefix|cwd|dir)=(.+)$/.exec(word);
        if (option) result.add(plain(option[1]!));
      }
    }
  }
  return result;
}

function isInstallation([program = "", ...words]: readonly string[]): boolean {
  return (
    /^(?:npm|pnpm|yarn|bun)$/.test(program) &&
    (words.length === 0 || words.some((word) => /^(?:i|ci|install)$/.test(word)))
  );
}

function plain(folder: string): string {
  return folder.replace(/^\.\//, "").replace(/\/$/, "");
}

/** `client:build` beside a `build` that leaves it out is run by hand, for what is deployed on its own. */
function isAside(name: string, { scripts }: Manifest): boolean {
  const family = `${name.slice(0, name.indexOf(":") + 1)}*`;
  return (
    name.includes(":") &&
    "build" in scripts &&
    !Object.values(scripts).some((text) => text.includes(name) || text.includes(family))
  );
}
