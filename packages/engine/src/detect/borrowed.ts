/** What a program imports from the packages of a manifest above its own: Node looks for them upwards, listed or not. */
import { drivers } from "./drivers.ts";
import { isListening, likelyEntries } from "./entry.ts";
import { withImports } from "./imports.ts";
import { frameworks } from "./frameworks.ts";
import { type Manifest, manifestOf, uses } from "./manifest.ts";
import type { Project } from "./reading.ts";

const told = [
  ...frameworks.filter(({ role }) => role === "server").flatMap(({ packages }) => packages),
  ...Object.keys(drivers),
];

/** The manifest with the servers and drivers of the root's that its program imports without listing them. */
export function withBorrowed(project: Project, manifest: Manifest): Manifest {
  const above = manifest.directory === "." ? null : manifestOf(project, ".");
  const lent = above ? told.filter((name) => name in above.dependencies && !uses(manifest, name)) : [];
  if (lent.length === 0) return manifest;
  const sources = likelyEntries(project, manifest)
    .filter(isListening)
    .slice(0, 1)
    .flatMap((source) => withImports(project, source, 2, 15));
  const borrowed = lent.filter((name) =>
    sources.some(({ text }) => text.includes(`"${name}"`) || text.includes(`'${name}'`)),
  );
  if (borrowed.length === 0) return manifest;
  const dependencies = Object.fromEntries(borrowed.map((name) => [name, above!.dependencies[name]!]));
  return { ...manifest, dependencies: { ...dependencies, ...manifest.dependencies } };
}
