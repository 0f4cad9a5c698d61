/** package.json as detection reads it, whatever is wrong with it. */
import { inside, isObject, type JsonObject, type Project } from "./reading.ts";
import { placeOf } from "./languages/files.ts";

export interface Manifest {
  /** Path of package.json. */
  at: string;
  directory: string;
  name: string;
  json: JsonObject;
  scripts: Record<string, string>;
  /** What runs in production. */
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const manifests = new WeakMap<Project, Map<string, Manifest | null>>();

/** The manifest of `directory`, or null. */
export function manifestOf(project: Project, directory: string): Manifest | null {
  let known = manifests.get(project);
  if (!known) manifests.set(project, (known = new Map()));
  const cached = known.get(directory);
  if (cached !== undefined) return cached;
  const at = inside(directory, "package.json");
  const json = project.tree.has(at) ? project.json(at) : null;
  const manifest = json && {
    at,
    directory,
    name: typeof json["name"] === "string" ? json["name"] : "",
    json,
    scripts: strings(json["scripts"]),
    dependencies: { ...strings(json["optionalDependencies"]), ...strings(json["dependencies"]) },
    devDependencies: strings(json["devDependencies"]),
  };
  known.set(directory, manifest);
  return manifest;
}

/** Depends on it, in production or while developing. */
export function uses(manifest: Manifest, name: string): boolean {
  return Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.devDependencies, name);
}

/** The first of `names` that is depended on. */
export function usedOf(manifest: Manifest, names: readonly string[]): string | undefined {
  return names.find((name) => uses(manifest, name));
}

/** Major version the manifest asks for, or undefined when it does not say (`latest`, `workspace:*`). */
export function majorOf(manifest: Manifest, name: string): number | undefined {
  const range = manifest.dependencies[name] ?? manifest.devDependencies[name];
  const match = /(\d+)(?:\.|$|-)/.exec(range ?? "");
  return match && !/^(file|link|git|http|workspace)/.test(range ?? "") ? Number(match[1]) : undefined;
}

/** `package.json:line` of a key. */
export function lineOf(project: Project, manifest: Manifest, key: string): string {
  return placeOf(manifest.at, project.tree.text(manifest.at) ?? "", `${JSON.stringify(key)}:`);
}

function strings(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
