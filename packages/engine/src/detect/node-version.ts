/** Which Node.js a project needs: what it says, else what its packages were built for. */
import { state } from "./languages/draft.ts";
import { versionFromFiles } from "./languages/versions.ts";
import { lineOf, majorOf, type Manifest, uses } from "./manifest.ts";
import { isObject, type Project, type Reading } from "./reading.ts";

/**
 * Packages of C++ that are there for these versions of Node.js and no later one: elsewhere they would be compiled, and do not compile.
 * `until`: the first major version of the package that a later Node.js will do for.
 * Sources: the tables of supported versions in the READMEs of node-sass and fibers; the files of the releases of grpc; read 2026-12-01.
 */
const compiled: { package: string; until?: number; node: string }[] = [
  { package: "node-sass", until: 6, node: "14" },
  { package: "node-sass", until: 8, node: "16" },
  { package: "node-sass", until: 9, node: "18" },
  { package: "node-sass", node: "20" },
  { package: "fibers", node: "14" },
  { package: "grpc", node: "14" },
];

/** `parents`: the manifest of the service, and those of the directories above it. */
export function stateVersion(project: Project, parents: readonly Manifest[], reading: Reading): void {
  const { directory } = parents[0]!;
  if (versionFromFiles(project, directory, reading, { own: [".nvmrc", ".node-version"], tools: ["nodejs", "node"] }))
    return;
  for (const manifest of parents) {
    for (const key of ["volta", "engines"]) {
      const table = manifest.json[key];
      const version = isObject(table ?? null) ? (table as Record<string, unknown>)["node"] : undefined;
      if (typeof version !== "string" || version === "") continue;
      const at = lineOf(project, manifest, key);
      return state(reading, "runtimeVersion", version, { at, rule: `version/${key}`, confidence: 0.9 });
    }
  }
  for (const manifest of parents) {
    const row = compiled.find(
      ({ package: name, until }) =>
        uses(manifest, name) && (until === undefined || (majorOf(manifest, name) ?? until) < until),
    );
    if (row === undefined) continue;
    const at = lineOf(project, manifest, row.package);
    return state(reading, "runtimeVersion", row.node, { at, rule: `version/${row.package}`, confidence: 0.6 });
  }
}
