/** The variables a service reads, from its code, schemas, examples, manifests and libraries. */
import type { EnvVariable, ServiceFacts } from "../detect/detection.ts";
import { inside, type Project } from "../detect/reading.ts";
import { LineNumbers } from "./line-numbers.ts";
import { dependencyVersions, scopeOf } from "./scope.ts";
import { settle, withoutSparedVendors } from "./settling.ts";
import type { Sighting } from "./sighting.ts";
import { sightingsIn } from "./sightings.ts";
import { type Gathered, surroundingsOf } from "./surroundings.ts";
import { toldOf } from "./told/told.ts";
import { weigh } from "./weigh.ts";

/**
 * Variables of the service in `directory` (relative to the project's root, `.` for it), sorted by key; `required` ones are those a
 * deployment must set. Also looks into the workspace packages the service depends on, and not into the folders of other services, `apart`.
 * `foundIn` is relative to the project's root.
 */
export function detectVariables(
  project: Project,
  directory: string,
  facts: Omit<ServiceFacts, "env">,
  apart: readonly string[] = [],
): EnvVariable[] {
  const scope = scopeOf(project, directory, apart);
  const dependencies = dependenciesOf(project, directory, scope.roots);
  const sightings = sightingsIn(project, scope, { dependencies, facts });
  const told = toldOf(project, directory, scope);
  settle(sightings, told.examples);
  const byKey = gather(sightings, told.examples);
  const around = surroundingsOf(byKey, { directory, facts, dependencies, sightings, told });
  const lines = new LineNumbers(project);
  const placeOf = ({ path, offset }: Sighting): string => `${path}:${lines.at(path, offset)}`;
  const found = [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, seen]) => weigh({ key, ...seen }, around, placeOf) ?? []);
  return withoutSparedVendors(found, byKey, told.examples.length > 0);
}

/** By key; what may be given under several names is gathered under the one the project tells of. */
function gather(sightings: Sighting[], examples: Gathered["examples"]): Map<string, Gathered> {
  const inExample = new Set(examples.map(({ key }) => key));
  const read = new Set(sightings.filter((one) => !one.alternatives).map(({ key }) => key));
  const byKey = new Map<string, Gathered>();
  const entry = (key: string): Gathered => {
    let known = byKey.get(key);
    if (!known) byKey.set(key, (known = { sightings: [], examples: [] }));
    return known;
  };
  for (const sighting of sightings) {
    const names = [sighting.key, ...(sighting.alternatives ?? [])];
    const key = names.find((name) => inExample.has(name)) ?? names.find((name) => read.has(name)) ?? sighting.key;
    if (sighting.isConvention && inExample.size > 0 && !inExample.has(key)) sighting.need = "declared";
    entry(key).sightings.push(sighting);
  }
  for (const example of examples) entry(example.key).examples.push(example);
  return byKey;
}

/** What the service depends on, itself or through packages of the workspace. */
function dependenciesOf(project: Project, directory: string, roots: readonly string[]): Map<string, string> {
  // An application without a manifest of its own depends on what the root does.
  const shared = project.tree.has(inside(directory, "package.json")) ? [] : ["."];
  const halves = directory === "." ? ["client", "server", "frontend", "backend", "web", "api", "app"] : [];
  return new Map(
    [directory, ...shared, ...halves, ...roots]
      .flatMap((at) => dependencyVersions(project.json(inside(at, "package.json"))))
      .toReversed(),
  );
}
