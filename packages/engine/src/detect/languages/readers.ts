/**
 * Every reader that is not JavaScript's, and the programs of a tree that holds several.
 * For detect.ts: `languageReaders` answer for any directory; `languageServices` finds the directories worth asking about;
 * `composeServices` (docker.ts) and `parseProcfile` (procfile.ts) say what runs beside them.
 */
import { upwards } from "../package-manager.ts";
import type { Project, Reader, Reading } from "../reading.ts";
import { addExampleDatabases } from "./databases.ts";
import { addComposeDatabases, databaseOfImage, dockerfileOf, dockerReaders, languageManifests } from "./docker.ts";
import { deno } from "./deno.ts";
import { dotnet, dotnetPrograms } from "./dotnet.ts";
import { elixir } from "./elixir.ts";
import { go, goPrograms } from "./go.ts";
import { java } from "./java.ts";
import { otherLanguages } from "./others.ts";
import { php } from "./php.ts";
import { procfileAlone } from "./procfile.ts";
import { python } from "./python.ts";
import { ruby } from "./ruby.ts";
import { rust } from "./rust.ts";
import { generatedSites, plainSites } from "./static.ts";
import { preferWrittenStart } from "./written.ts";

const languages: Reader[] = [python, go, rust, ruby, php, java, dotnet, elixir, deno, ...otherLanguages];

/** Readers of languages other than JavaScript, then static sites and containers. Order does not matter: each answers with its own confidence. */
export const languageReaders: Reader[] = [
  ...languages.map(
    (reader): Reader => ({
      id: reader.id,
      read(project, directory) {
        const reading = reader.read(project, directory);
        if (reading?.kind === "package") {
          // What others install is started by nobody.
          delete reading.startCommand;
          delete reading.port;
        }
        if (reading) addExampleDatabases(project, directory, reading);
        if (reading) addComposeDatabases(project, directory, reading);
        if (reading) preferWrittenStart(project, directory, reading);
        return reading;
      },
    }),
  ),
  generatedSites,
  plainSites,
  procfileAlone,
  ...dockerReaders,
];

/** A directory below the root that is run or built on its own. */
export interface ServiceHint {
  /** Relative to the tree. */
  path: string;
  name: string;
  reading: Reading;
}

/** Directories whose programs are no part of what is deployed. */
const notDeployed =
  /(^|\/)([\w-]*tests?|spec|docs?|documentation|examples?|samples?|demos?|fixtures|bench(marks?)?|e2e|vendor|third_party|scripts?|tools?|hack|k8s|infra|deploy(ment)?|\.[^/]+)(\/|$)/i;

/** Programs lie at most so many directories below the root. */
const deepest = 4;

/** What changes a database to a new form, once. */
const changesDatabase = /(?:^|[/.-])(?:db)?(?:migrator|migrations?|seeder)(?:\.[\w.-]+)?$/i;

function isDatabase(project: Project, directory: string): boolean {
  const base = dockerfileOf(project, directory)?.base;
  return base !== undefined && databaseOfImage(base) !== undefined;
}

/** Directories that hold how containers are built, not what runs in one; and what fills a database once. */
const besideThePrograms =
  /(^|\/)(\.?docker(files?)?|containers?|ci|packaging)(\/|$)|(^|\/)((?:nginx|caddy|traefik|haproxy|envoy)(?:-[\w-]+)?|build|grafana|prometheus|monitoring|seed([-_]?data)?|migrations?|db|database|postgres|mysql|redis)$/i;

/**
 * Programs in the directories below the root, of any language but JavaScript, for a tree that holds several: members of Cargo, Go, Gradle,
 * Maven, uv and .NET workspaces, and plain folders (`backend/`, `worker/`) with a manifest or a Dockerfile of their own.
 * Nothing inside a service is another one. Libraries and tests are left out; the root itself is never among them.
 */
export function languageServices(project: Project): ServiceHint[] {
  const found: ServiceHint[] = [];
  const seen: string[] = [];
  const solutionOf = solutionsOf(project);
  for (const directory of project.tree.directories()) {
    const manifest = manifestOf(project, directory);
    if (manifest === undefined || directory === "." || directory.split("/").length > deepest) continue;
    if (notDeployed.test(directory) || changesDatabase.test(directory)) continue;
    seen.push(directory);
    // What another program of the solution refers to is a part of that one.
    if (/(proj|\.slnx?)$/.test(manifest) && solutionOf(directory)?.has(directory) === false) continue;
    const best = languageReaders
      .map((reader) => reader.read(project, directory))
      .filter((reading) => reading !== null)
      .sort((a, b) => b.confidence - a.confidence)[0];
    if (best?.kind === "container" && (besideThePrograms.test(directory) || isDatabase(project, directory))) continue;
    if (best && best.confidence >= 0.6 && ["server", "worker", "static", "container"].includes(best.kind))
      found.push({ path: directory, name: directory.slice(directory.lastIndexOf("/") + 1), reading: best });
  }
  for (const directory of [".", ...seen])
    for (const { path, reading } of goPrograms(project, directory)) {
      // Its folder was found by the Dockerfile in it, too.
      const known = found.findIndex((one) => one.path === path);
      found.splice(known < 0 ? found.length : known, 1, { path, name: path.slice(path.lastIndexOf("/") + 1), reading });
    }
  found.sort((a, b) => a.path.split("/").length - b.path.split("/").length || (a.path < b.path ? -1 : 1));
  return found.filter(({ path }) => !found.some((other) => other.path !== path && path.startsWith(`${other.path}/`)));
}

/** The programs of the nearest solution of .NET around a directory that has several. */
function solutionsOf(project: Project): (directory: string) => Set<string> | null {
  const known = new Map<string, Set<string> | null>();
  return (directory) => {
    for (const above of upwards(directory)) {
      if (above === directory) continue;
      let programs = known.get(above);
      if (programs === undefined) known.set(above, (programs = dotnetPrograms(project, above)));
      if (programs) return programs;
    }
    return null;
  };
}

/** Folders of servers and bots, and the files by which they are known where what they import is installed by hand. */
const plainFolders = /^(?:[\w-]+\/)?[\w-]*(?:backend|back-end|server|api|bot)$/i;
const plainPrograms = /^(?:main|app|server|bot|wsgi|asgi)\.py$|^index\.php$/;

/** The file that says that a directory holds a program of its own. */
function manifestOf({ tree }: Project, directory: string): string | undefined {
  const { files } = tree.listing(directory);
  const manifest = files.find(isManifest);
  if (manifest !== undefined || !plainFolders.test(directory) || files.includes("package.json")) return manifest;
  const above = directory.includes("/") ? [".", directory.slice(0, directory.indexOf("/"))] : ["."];
  if (above.some((folder) => tree.listing(folder).files.some(isManifest))) return undefined;
  return files.find((name) => plainPrograms.test(name));
}

function isManifest(name: string): boolean {
  return name !== "package.json" && (languageManifests.test(name) || name === "Dockerfile" || name === "Procfile");
}
