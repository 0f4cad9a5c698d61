/** Whose something is: a library for others to import, a file of another folder's project. */
import { stringAt } from "./config.ts";
import { type Manifest, manifestOf } from "./manifest.ts";
import { upwards } from "./package-manager.ts";
import type { Project } from "./reading.ts";

/** A source, as `bun init` writes it, or a word meant for the compiler's settings (`esnext`). */
const isNoModule = /^(?:\.\/)?(?:[\w-]+\/)*[\w-]+\.[mc]?tsx?$|^\w+$/;

/** Published for others to import: it says what it exports, and nothing marks it private. */
export function looksLikeLibrary({ json, scripts }: Manifest): boolean {
  if (json["private"] === true || /^(?:\.\/)?(?:gulp|grunt)file\./i.test(stringAt(json, "main") ?? "")) return false;
  // A program with a command of its own (`bin`) is still run as one when it has a start script.
  const keys = [
    "exports",
    ...(isNoModule.test(stringAt(json, "module") ?? "") ? [] : ["module"]),
    "types",
    "typings",
    "publishConfig",
    "files",
    "browser",
    "unpkg",
  ];
  const says = [...keys, ...("start" in scripts ? [] : ["bin"])].some((key) => json[key] !== undefined);
  return says || "prepublishOnly" in scripts || ("semantic-release" in scripts && !("start" in scripts));
}

/** A manifest around the folders of several programs, copied from one of them: nothing it could build or start lies beside it. */
export function isOnlyAround({ tree }: Project, { directory }: Manifest): boolean {
  const { files } = tree.listing(directory);
  return (
    directory === "." &&
    tree.directoriesWith("package.json").length > 2 &&
    !files.some((name) => /^tsconfig.*\.json$|\.[mc]?[jt]sx?$/.test(name)) &&
    ["src", "source", "server", "app", "api", "backend", "lib", "bin", "dist"].every(
      (folder) => !tree.hasDirectory(folder) || tree.has(`${folder}/package.json`),
    )
  );
}

/** What lies in a folder with a manifest of its own is that folder's. */
export function isElsewhere(project: Project, manifest: Manifest, at: string): boolean {
  return upwards(at.slice(0, Math.max(0, at.lastIndexOf("/"))) || ".").some(
    (directory) =>
      directory !== manifest.directory &&
      (manifest.directory === "." || directory.startsWith(`${manifest.directory}/`)) &&
      directory !== "." &&
      (project.tree.has(`${directory}/project.json`) ||
        (project.tree.has(`${directory}/package.json`) &&
          Object.keys(manifestOf(project, directory)?.dependencies ?? {}).length > 0)),
  );
}
