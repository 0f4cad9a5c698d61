/** What a plan asks of package.json and of lockfiles beside what detection has said. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseJson } from "jsonc-parser";
import { decodeText } from "../detect/tree.ts";

/** Names of the packages a package.json asks for. */
export function dependenciesOf(directory: string): Set<string> {
  const asked = { ...textsOf(directory, "dependencies"), ...textsOf(directory, "devDependencies") };
  return new Set(Object.keys(asked));
}

/** Texts of one field of a package.json by name; none when there is none to read, which detection has said already. */
export function textsOf(
  directory: string,
  field: "scripts" | "dependencies" | "devDependencies",
): Record<string, string> {
  try {
    const manifest = parsed(decodeText(readFileSync(join(directory, "package.json"))));
    return Object.fromEntries(
      Object.entries(manifest[field] ?? {}).flatMap(([name, text]: [string, unknown]) =>
        typeof text === "string" ? [[name, text]] : [],
      ),
    );
  } catch {
    return {};
  }
}

/** Nearly every manifest is JSON as it should be, which is read at once; what reads the others takes a while to get going. */
function parsed(text: string): Record<string, object> {
  try {
    return JSON.parse(text) as Record<string, object>;
  } catch {
    return parseJson(text) as Record<string, object>;
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
