/** What a plan asks of package.json and of lockfiles beside what detection has said. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseJson } from "jsonc-parser";
import { decodeText } from "../detect/tree.ts";

/** A package.json: nothing in it is sure to be what it should. */
export interface Manifest {
  name?: unknown;
  scripts?: Record<string, unknown>;
  dependencies?: Record<string, unknown>;
  devDependencies?: Record<string, unknown>;
  optionalDependencies?: Record<string, unknown>;
  [field: string]: unknown;
}

/** The package.json of a directory; empty when there is none to read, which detection has said already. */
export function manifestOf(directory: string): Manifest {
  try {
    return parsed(decodeText(readFileSync(join(directory, "package.json")))) ?? {};
  } catch {
    return {};
  }
}

/** Names of the packages a package.json asks for. */
export function dependenciesOf(directory: string): Set<string> {
  const asked = { ...textsOf(directory, "dependencies"), ...textsOf(directory, "devDependencies") };
  return new Set(Object.keys(asked));
}

/** Texts of one field of a package.json by name. */
export function textsOf(
  directory: string,
  field: "scripts" | "dependencies" | "devDependencies",
): Record<string, string> {
  const entries = Object.entries(manifestOf(directory)[field] ?? {});
  return Object.fromEntries(entries.flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])));
}

/** Nearly every manifest is JSON as it should be, which is read at once; what reads the others takes a while to get going. */
function parsed(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest | null;
  } catch {
    return parseJson(text) as Manifest | null;
  }
}

const lockfiles: Record<string, string[]> = {
  npm: ["package-lock.json", "npm-shrinkwrap.json"],
  pnpm: ["pnpm-lock.yaml"],
  yarn: ["yarn.lock"],
  bun: ["bun.lock", "bun.lockb"],
  uv: ["uv.lock"],
  poetry: ["poetry.lock"],
  pdm: ["pdm.lock"],
  pipenv: ["Pipfile.lock"],
  pip: ["requirements.txt"],
  bundler: ["Gemfile.lock"],
  composer: ["composer.lock"],
  cargo: ["Cargo.lock"],
  go: ["go.sum"],
  mix: ["mix.lock"],
};

/** The nearest lockfile at or above the service's directory. */
export function lockfileOf(paths: ReadonlySet<string>, manager: string | undefined, path: string): string | undefined {
  const parts = path === "." ? [] : path.split("/");
  for (let depth = parts.length; depth >= 0; depth--) {
    const directory = parts.slice(0, depth).join("/");
    for (const name of lockfiles[manager ?? ""] ?? []) {
      const candidate = directory === "" ? name : `${directory}/${name}`;
      if (paths.has(candidate)) return candidate;
    }
  }
  return undefined;
}
