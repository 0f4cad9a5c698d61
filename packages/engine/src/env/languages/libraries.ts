/** Folders of the project's own libraries that a program in another language than JavaScript is built with: what they read, it reads. */
import { posix } from "node:path";
import { objectAt } from "../../detect/languages/documents.ts";
import { localCrates } from "../../detect/languages/rust-crates.ts";
import { upwards } from "../../detect/package-manager.ts";
import { inside, type Project } from "../../detect/reading.ts";
import type { Sighting } from "../sighting.ts";

/** No program has more of them. */
const mostLibraries = 60;

const finders: readonly ((project: Project, directory: string) => string[])[] = [cratesOf, goPackagesOf, modulesOf];

/** Folders of the libraries of the program in `directory`, and of theirs. */
export function librariesOf(project: Project, directory: string): string[] {
  if (directory === ".") return [];
  const found = new Set([directory]);
  for (const one of found) {
    if (found.size > mostLibraries) break;
    for (const find of finders) for (const library of find(project, one)) found.add(library);
  }
  found.delete(directory);
  return [...found];
}

/** Takes back what crates of the workspace read that the one which is built, `--package shop`, does not use. */
export function settleIdleCrates(project: Project, sightings: Sighting[], buildCommand: string | undefined): void {
  const name = /(?:--package|-p)[= ](\S+)/.exec(buildCommand ?? "")?.[1];
  const crates = name === undefined ? [] : project.tree.directoriesWith("Cargo.toml");
  const own = crates.find(
    (at) => objectAt(project.toml(inside(at, "Cargo.toml")), "package")["name"] === name && name !== undefined,
  );
  if (own === undefined) return;
  const used = new Set([own, ...librariesOf(project, own)]);
  const idle = crates.filter((at) => at !== "." && !used.has(at) && !own.startsWith(`${at}/`));
  for (const sighting of sightings)
    if (sighting.path.endsWith(".rs") && idle.some((at) => sighting.path.startsWith(`${at}/`)))
      sighting.need = "tooling";
}

/** Crates given by path, in the manifest or in the workspace's. */
function cratesOf(project: Project, directory: string): string[] {
  const at = inside(directory, "Cargo.toml");
  const manifest = project.tree.has(at) ? project.toml(at) : null;
  if (!manifest) return [];
  const root =
    upwards(directory).find(
      (above) =>
        project.tree.has(inside(above, "Cargo.toml")) &&
        Object.keys(objectAt(project.toml(inside(above, "Cargo.toml")), "workspace")).length > 0,
    ) ?? directory;
  return localCrates(project, { directory, root, manifest, at, from: root });
}

/** What lies in the module beside its programs: `internal`, `pkg` and the like. */
function goPackagesOf({ tree }: Project, directory: string): string[] {
  if (!/(?:^|\/)cmd\/[^/]+$/.test(directory) || !tree.listing(directory).files.some((name) => name.endsWith(".go")))
    return [];
  const root = upwards(directory).find((above) => tree.has(inside(above, "go.mod")));
  if (root === undefined) return [];
  return tree
    .listing(root)
    .directories.filter((name) => !["cmd", "web", "ui", "frontend", "docs", "test", "tests"].includes(name))
    .map((name) => inside(root, name))
    .filter((path) => !tree.has(inside(path, "go.mod")) && !tree.has(inside(path, "package.json")));
}

/** Modules of Maven and Gradle beside it that its build names, and projects of .NET it refers to. */
function modulesOf({ tree }: Project, directory: string): string[] {
  const found: string[] = [];
  for (const name of tree.listing(directory).files) {
    const isBuild = name === "pom.xml" || /^build\.gradle(?:\.kts)?$/.test(name);
    if (!isBuild && !name.endsWith("proj")) continue;
    const text = tree.text(inside(directory, name)) ?? "";
    if (isBuild) {
      const above = posix.dirname(directory);
      const named = new Set(
        [
          ...text.matchAll(
            /<artifactId>\s*([\w.-]+)\s*<\/artifactId>|project\s*\(\s*(?:path\s*[:=]\s*)?["']:?(?:[\w.-]+:)*([\w.-]+)["']/g,
          ),
        ].map(([, artifact, module]) => artifact ?? module!),
      );
      for (const folder of tree.listing(above).directories)
        if (named.has(folder) && inside(above, folder) !== directory && tree.has(inside(inside(above, folder), name)))
          found.push(inside(above, folder));
    } else
      for (const [, path] of text.matchAll(/<ProjectReference\s+Include\s*=\s*"([^"]+)"/g)) {
        const place = posix.join(directory, posix.dirname(path!.replaceAll("\\", "/")));
        if (!place.startsWith("..") && tree.hasDirectory(place)) found.push(place);
      }
  }
  return found;
}
