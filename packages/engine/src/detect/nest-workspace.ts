/** Monorepos of Nest: applications that nest-cli.json names, which share the manifest at the root. */
import { stringAt } from "./config.ts";
import { type Manifest, manifestOf } from "./manifest.ts";
import { isObject, type Project } from "./reading.ts";

export interface NestApplication {
  path: string;
  name: string;
  /** Where its program is when it is built, seen from the root. */
  built: string;
}

/** The applications of the monorepo at the root; none where it holds a single one. */
export function nestApplications(project: Project): NestApplication[] {
  const at = ["nest-cli.json", ".nestcli.json"].find((path) => project.tree.has(path));
  const settings = at === undefined ? null : project.json(at);
  const listed = settings?.["projects"];
  if (settings?.["monorepo"] !== true || !isObject(listed ?? null)) return [];
  const found = Object.entries(listed as Record<string, unknown>).flatMap(([name, one]): NestApplication[] => {
    const path = isObject(one) ? stringAt(one, "root") : undefined;
    if (!isObject(one) || path === undefined || path === "" || stringAt(one, "type") === "library") return [];
    // Left in the list when its folder went.
    if (!project.tree.hasDirectory(path)) return [];
    return [{ path, name, built: `dist/${path}/${stringAt(one, "entryFile") ?? "main"}` }];
  });
  return found.length > 1 ? found : [];
}

/** The manifest an application would have: what the root depends on, and its own commands; null where one has commands itself. */
export function manifestOfNest(project: Project, { path, name, built }: NestApplication): Manifest | null {
  const root = manifestOf(project, ".");
  const own = manifestOf(project, path);
  if (!root || (own && ("build" in own.scripts || "start" in own.scripts))) return null;
  const scripts = { build: `nest build ${name}`, start: `node ${upTo(path)}${built}` };
  const dependencies = { ...root.dependencies, ...own?.dependencies };
  return { ...root, directory: path, name, json: { private: true, name }, scripts, dependencies };
}

/** From a folder back to the root. */
export function upTo(path: string): string {
  return "../".repeat(path.split("/").length);
}
