/** Which package manager installs a directory, and how. The nearest directory upwards that says anything decides. */
import type { Manifest } from "./manifest.ts";
import { inside, type Project } from "./reading.ts";

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

export interface ManagerFound {
  id: PackageManager;
  /** Where it is said. */
  at: string;
  rule: string;
  confidence: number;
  installCommand: string;
}

export const lockfiles: readonly [PackageManager, string][] = [
  ["pnpm", "pnpm-lock.yaml"],
  ["yarn", "yarn.lock"],
  ["npm", "package-lock.json"],
  ["npm", "npm-shrinkwrap.json"],
  ["bun", "bun.lock"],
  ["bun", "bun.lockb"],
];

/** Directories from `directory` up to the root of the tree. */
export function upwards(directory: string): string[] {
  const result = [directory];
  for (let current = directory; current !== "."; ) {
    const slash = current.lastIndexOf("/");
    current = slash < 0 ? "." : current.slice(0, slash);
    result.push(current);
  }
  return result;
}

/** The package manager of a manifest. `parents`: manifests from the nearest upwards, its own first. */
export function packageManagerOf(project: Project, parents: readonly Manifest[]): ManagerFound {
  const manifest = parents[0]!;
  for (const directory of upwards(manifest.directory)) {
    const own = parents.find((parent) => parent.directory === directory);
    const field = own?.json["packageManager"];
    const named = typeof field === "string" ? /^(npm|pnpm|yarn|bun)\b(?:@(\d+))?/.exec(field) : null;
    const locks = lockfiles.filter(([, name]) => project.tree.has(inside(directory, name)));
    if (named && own) {
      const id = named[1] as PackageManager;
      return answer(
        project,
        directory,
        id,
        { at: own.at, rule: "package-manager/field", confidence: 0.98 },
        Number(named[2] ?? "0"),
      );
    }
    if (locks.length === 0) {
      const above = upwards(directory).slice(1);
      if (above.some((place) => lockfiles.some(([, name]) => project.tree.has(inside(place, name))))) continue;
      if (project.tree.has(inside(directory, "pnpm-workspace.yaml")))
        return answer(project, directory, "pnpm", {
          at: inside(directory, "pnpm-workspace.yaml"),
          rule: "package-manager/workspace",
          confidence: 0.85,
        });
      if (project.tree.has(inside(directory, ".yarnrc.yml")))
        return answer(
          project,
          directory,
          "yarn",
          { at: inside(directory, ".yarnrc.yml"), rule: "package-manager/settings", confidence: 0.8 },
          4,
        );
      continue;
    }
    const ids = [...new Set(locks.map(([id]) => id))];
    const chosen = ids.length === 1 ? ids[0]! : tieBreak(project, own ?? manifest, directory, ids);
    const lock = locks.find(([id]) => id === chosen)!;
    return answer(project, directory, chosen, {
      at: inside(directory, lock[1]),
      rule: "package-manager/lockfile",
      confidence: ids.length === 1 ? 0.97 : 0.7,
    });
  }
  const spoken = spokenIn(Object.values(manifest.scripts).join("\n"), ["bun", "pnpm", "yarn"]);
  const engines = manifest.json["engines"];
  const wanted =
    typeof engines === "object" && engines !== null
      ? (["pnpm", "yarn", "bun"] as const).find((id) => id in engines && !("npm" in engines))
      : undefined;
  const id = spoken ?? wanted ?? (project.tree.has(inside(manifest.directory, "bunfig.toml")) ? "bun" : "npm");
  return answer(project, manifest.directory, id, {
    at: manifest.at,
    rule: id === "npm" ? "package-manager/default" : "package-manager/scripts",
    confidence: 0.6,
  });
}

/** Several lockfiles: what the scripts and the manual use, else the one that is committed on purpose (not npm's, which appears by itself). */
function tieBreak(
  project: Project,
  manifest: Manifest,
  directory: string,
  ids: readonly PackageManager[],
): PackageManager {
  const scripts = spokenIn(Object.values(manifest.scripts).join("\n"), ids);
  if (scripts) return scripts;
  for (const name of ["Dockerfile", "vercel.json", "netlify.toml", "README.md", "readme.md", "README.MD"]) {
    const text = project.tree.text(inside(directory, name));
    const spoken = text === null ? undefined : spokenIn(text, ids);
    if (spoken) return spoken;
  }
  return (["pnpm", "yarn", "npm", "bun"] as const).find((id) => ids.includes(id))!;
}

const usages: Record<PackageManager, RegExp> = {
  npm: /\bnpm (i\b|ci\b|install\b(?! -g| --global)|run\b|start\b)/,
  pnpm: /\bpnpm (i\b|install\b|run\b|dev\b|build\b|start\b|-r\b|--filter|-F\b)/,
  yarn: /\byarn( install| run| dev| build| start| workspace)?\b/,
  bun: /\bbun (i\b|install\b|run\b|dev\b|--cwd|--filter)/,
};

/** The one manager a text uses, when it uses one alone. */
function spokenIn(text: string, ids: readonly PackageManager[]): PackageManager | undefined {
  const spoken = ids.filter((id) => usages[id].test(text));
  return spoken.length === 1 ? spoken[0] : undefined;
}

function answer(
  project: Project,
  directory: string,
  id: PackageManager,
  why: { at: string; rule: string; confidence: number },
  major = 0,
): ManagerFound {
  return { id, ...why, installCommand: installCommand(project, directory, id, major) };
}

function installCommand(project: Project, directory: string, id: PackageManager, major: number): string {
  // The lockfile may lie at the root of the workspace.
  const places = upwards(directory);
  const lock = places.flatMap((place) =>
    lockfiles.flatMap(([manager, name]) => {
      const path = inside(place, name);
      return manager === id && project.tree.has(path) ? [{ place, path }] : [];
    }),
  )[0];
  const locked = lock !== undefined;
  switch (id) {
    case "npm":
      return locked ? "npm ci" : "npm install";
    case "pnpm":
      return locked ? "pnpm install --frozen-lockfile" : "pnpm install";
    case "yarn": {
      if (!lock) return "yarn install";
      const berry =
        major >= 2 ||
        (major === 0 &&
          (project.tree.has(inside(lock.place, ".yarnrc.yml")) ||
            /^__metadata:/m.test(project.tree.text(lock.path)?.slice(0, 2000) ?? "")));
      return berry ? "yarn install --immutable" : "yarn install --frozen-lockfile";
    }
    case "bun":
      return locked ? "bun install --frozen-lockfile" : "bun install";
    default:
      return id satisfies never;
  }
}
