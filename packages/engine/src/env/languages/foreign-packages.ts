/** What lies in the folders of a program in another language: its pages are built with it, other packages of JavaScript and scripts of Python are not its own. */
import { objectAt } from "../../detect/languages/documents.ts";
import { inside, type Project } from "../../detect/reading.ts";
import type { Sighting } from "../sighting.ts";

const script = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/;

/** Takes back what `sightings` say of packages below `directory` that build nothing: functions of other platforms, tools. */
export function settleForeignPackages(project: Project, directory: string, sightings: Sighting[]): void {
  if (!sightings.some(({ path }) => script.test(path))) return;
  const foreign = project.tree
    .directoriesWith("package.json")
    .filter((one) => (directory === "." || one.startsWith(`${directory}/`)) && !buildsPages(project, one));
  for (const sighting of foreign.length > 0 ? sightings : [])
    if (script.test(sighting.path) && foreign.some((one) => sighting.path.startsWith(`${one}/`)))
      sighting.need = "tooling";
}

/** Takes back what `sightings` say of scripts of Python beside a program in another language: they put it online, or fill its database. */
export function settleForeignScripts(runtime: string, sightings: readonly Sighting[]): void {
  if (runtime === "python") return;
  for (const sighting of sightings) if (sighting.path.endsWith(".py")) sighting.need = "tooling";
}

/** What answers requests itself is another program. */
const servers = /^(?:express|fastify|koa|hono|@nestjs\/core|@hapi\/hapi)$/;

function buildsPages(project: Project, directory: string): boolean {
  const manifest = project.json(inside(directory, "package.json"));
  if (Object.keys(objectAt(manifest, "dependencies")).some((name) => servers.test(name))) return false;
  return Object.keys(objectAt(manifest, "scripts")).some((name) => /^(?:build|dev|prod|production|watch)\b/.test(name));
}
