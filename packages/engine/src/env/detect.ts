/** The variables a service reads, from its code, schemas, examples, manifests and libraries. */
import type { EnvVariable, ServiceFacts } from "../detect/detection.ts";
import { inside, type Project } from "../detect/reading.ts";
import { settleDotnetSettings } from "./dotnet.ts";
import { type ExampleEntry, familiesOff, isExampleFile, isSpecialFile, readExample } from "./example.ts";
import { isManifest, readManifest } from "./manifests.ts";
import type { OwnReader } from "./own-readers.ts";
import { isProvided } from "./provided.ts";
import { settleGuardedSettings, settleIdlePrograms } from "./python.ts";
import { type Readme, readReadme } from "./readme.ts";
import { dependencyVersions, mostCharacters, type Scope, scopeOf } from "./scope.ts";
import { importedIn, importerOf, readSdks, rowsFor } from "./sdk-reading.ts";
import type { Sighting } from "./sighting.ts";
import { sourceAt } from "./source.ts";
import { modelKey, signIn, weigh } from "./weigh.ts";

/** Entries of examples that are not commented out; no application needs so many to start. */
const fewestInCatalogue = 60;

/**
 * Variables of the service in `directory` (relative to the project's root, `.` for it), sorted by key; `required` ones are those a
 * deployment must set. Also looks into the workspace packages the service depends on. `foundIn` is relative to the project's root.
 */
export function detectVariables(project: Project, directory: string, facts: Omit<ServiceFacts, "env">): EnvVariable[] {
  const scope = scopeOf(project, directory);
  const dependencies = dependenciesOf(project, directory);
  const sightings = sightingsIn(project, scope, { dependencies, facts });
  const readmes = readmesOf(project, directory);
  const listings = withFamiliesOff(examplesFor(project, directory, scope));
  const examples = listings.length > 0 ? listings : readmes.flatMap(({ entries }) => entries);
  const inExample = new Set(examples.map(({ key }) => key));
  settleReports(sightings);
  settleChoices(sightings, examples);
  settleOwnNames(sightings, inExample);
  settleParts(sightings, inExample);
  const read = new Set(sightings.filter((one) => !one.alternatives).map(({ key }) => key));
  const byKey = new Map<string, { sightings: Sighting[]; examples: ExampleEntry[] }>();
  const entry = (key: string) => {
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
  const lines = new LineNumbers(project);
  const wanted = [...byKey.values()].filter(({ sightings: all }) =>
    all.some(({ need }) => need === "plain" || need === "asserted" || need === "checked"),
  );
  const listed = wanted.filter(({ examples: all }) => all.length > 0).length;
  const around = {
    hasSchema: new Set(sightings.flatMap(({ key, inSchema }) => (inSchema && !isProvided(key) ? [key] : []))).size >= 3,
    isExampleComplete: listed >= 5 && listed >= wanted.length * 0.6,
    isExampleTelling: listings.length > 0 && (inExample.size >= 3 || listed >= 2),
    framework: facts.framework,
    // The example at the root of a repository is for all its services; that one of them reads nothing says nothing of it.
    isCodeSilent:
      sightings.every(({ need }) => need === "given" || need === "tooling") &&
      (directory === "." || listings.some(({ path }) => path.startsWith(`${directory}/`))),
    hasServer: facts.database.some((name) => name !== "sqlite"),
    dependencies,
    // A package with an example of its variables is run by somebody.
    isLibrary: facts.kind === "package" && listings.length === 0,
    isStatic: facts.kind === "static",
    verdicts: new Map(readmes.toReversed().flatMap(({ verdicts }) => [...verdicts])),
    read: new Set([...byKey].flatMap(([key, { sightings: all }]) => (all.length > 0 ? [key] : []))),
    readAlone: new Set(
      sightings.flatMap(({ key, need, elseReads, alternativeOf }) =>
        (need === "plain" || need === "asserted" || need === "checked") && !elseReads && !alternativeOf ? [key] : [],
      ),
    ),
    // Nest makes every part of it when it starts, whichever is used.
    isCrowded: wanted.length > 25 && facts.framework !== "nestjs" && !sightings.some(({ inSchema }) => inSchema),
    isExampleBrief: listings.length > 0 && listings.length <= 4,
    // One name in several examples is one variable.
    isCatalogue:
      new Set(listings.flatMap(({ key, isCommentedOut }) => (isCommentedOut ? [] : [key]))).size >= fewestInCatalogue,
    providers: providersOf(byKey.keys()),
    models: {
      count: [...byKey.keys()].filter((key) => modelKey.test(key)).length,
      first: firstModel(examples),
    },
    inExample,
    placeOf: ({ path, offset }: Sighting) => `${path}:${lines.at(path, offset)}`,
  };
  const found = [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, seen]) => weigh({ key, ...seen }, around) ?? []);
  return withoutSparedVendors(found, byKey, inExample.size > 0);
}

/** The vendor of models an example asks for first; where it calls that one optional, none is needed. */
function firstModel(examples: readonly ExampleEntry[]): string {
  const listed = examples.find(({ key, isCommentedOut }) => modelKey.test(key) && !isCommentedOut);
  return listed === undefined ? "OPENAI_API_KEY" : listed.isOptional ? "" : listed.key;
}

/** What has a value of its own never gets onto a list of what is missing. */
function settleReports(sightings: Sighting[]): void {
  if (!sightings.some(({ isReported }) => isReported)) return;
  const given = new Set(sightings.flatMap(({ key, need }) => (need === "default" ? [key] : [])));
  for (const sighting of sightings) if (sighting.isReported && given.has(sighting.key)) sighting.need = "default";
}

const switchedOn = /^(?:true|1|yes|on|enabled)$/i;

/** What code reads from a schema's result is the variable the schema filled it from. */
function settleOwnNames(sightings: Sighting[], inExample: ReadonlySet<string>): void {
  const names = new Map(sightings.flatMap(({ key, knownAs }) => (knownAs === undefined ? [] : [[knownAs, key]])));
  for (const sighting of names.size > 0 ? sightings : []) {
    const full = inExample.has(sighting.key) ? undefined : names.get(sighting.key);
    if (full !== undefined) sighting.key = full;
  }
}

const interchangeable =
  /(?:^|\/)(?:plugins?|providers?|integrations?|connectors?|adapters?)\/(?:.*\/)?[^/]+\.(?!(?:[cm]?[jt]sx?|vue|svelte)$)\w+$/;

/** What one of many parts asks for, and the example leaves out, is needed by whoever uses that part. */
function settleParts(sightings: Sighting[], inExample: ReadonlySet<string>): void {
  for (const sighting of inExample.size > 0 ? sightings : [])
    if (
      /^(?:checked|asserted|plain)$/.test(sighting.need) &&
      !sighting.inSchema &&
      !inExample.has(sighting.key) &&
      interchangeable.test(sighting.path)
    )
      sighting.need = "guarded";
}

/** `SAML_ENABLED=false`: what else begins with SAML_ can be left out. */
function withFamiliesOff(entries: ExampleEntry[]): ExampleEntry[] {
  const isOff = familiesOff(entries);
  return entries.map((entry) => (isOff(entry.key) ? { ...entry, isOptional: true } : entry));
}

/** What is read for a choice the example does not make is not needed; a switch it says nothing of is off. */
function settleChoices(sightings: Sighting[], examples: readonly ExampleEntry[]): void {
  for (const sighting of sightings) {
    if (!sighting.onlyFor || !/^(?:checked|asserted|plain|quieted)$/.test(sighting.need)) continue;
    const { key, value, isValue, isOneOfSeveral } = sighting.onlyFor;
    const told = examples.find((one) => one.key === key && !one.isCommentedOut)?.value ?? "";
    if (told === "" && isOneOfSeveral) sighting.need = "guarded";
    if (told === "" && !switchedOn.test(value)) continue;
    if ((told === value) !== isValue) sighting.need = "tooling";
  }
}

/** Where the key of a vendor is asked for before it is used and the example does not tell of it, the vendor can be done without. */
function withoutSparedVendors(
  found: EnvVariable[],
  seen: ReadonlyMap<string, { sightings: Sighting[]; examples: ExampleEntry[] }>,
  hasExample: boolean,
): EnvVariable[] {
  const isUntold = (key: string): boolean =>
    seen.get(key)!.examples.length === 0 && !seen.get(key)!.sightings.some(({ inSchema }) => inSchema);
  const spared = new Set(
    found.flatMap(({ key, required }) =>
      !required &&
      isUntold(key) &&
      seen.get(key)!.sightings.some(({ need, asksFeature }) => asksFeature || (need === "guarded" && hasExample))
        ? (vendorKey.exec(key)?.[1] ?? [])
        : [],
    ),
  );
  return found.map((variable) =>
    spared.has(variable.key.split("_", 1)[0]!) && isUntold(variable.key) ? { ...variable, required: false } : variable,
  );
}

/** The key to a vendor's service; its first group is the vendor. */
const vendorKey =
  /^(?!APP_|API_|AUTH_|NEXTAUTH_|JWT_|SESSION_|DB_|DATABASE_|SECRET_|COOKIE_|ADMIN_)([A-Z0-9]+)_(?:\w+_)?(?:SECRET|KEY|TOKEN)$/;

function sightingsIn(
  project: Project,
  scope: Scope,
  { dependencies, facts }: { dependencies: ReadonlyMap<string, string>; facts: Omit<ServiceFacts, "env"> },
): Sighting[] {
  const rows = rowsFor(dependencies);
  const importer = importerOf(rows);
  const sightings: Sighting[] = [];
  const python = new Map<string, string>();
  const readers = new Map<string, OwnReader>();
  let left = mostCharacters;
  for (const file of scope.files) {
    if (left <= 0) break;
    const source = sourceAt(project, file);
    if (source === null) continue;
    left -= source.text.length;
    // Copies: how much a service needs what is read depends on the service.
    const found = source.reads.map((sighting) => ({ ...sighting }));
    if (importer && source.isScript) {
      const names = importedIn(source.text, importer);
      if (names.size > 0) found.push(...readSdks(rows, { ...source, code: source.code() }, names));
    }
    if (file.extension === "py") python.set(file.path, source.text);
    if (file.isTooling) for (const sighting of found) sighting.need = "tooling";
    for (const reader of source.readers)
      if (reader.demands !== "never" || reader.replaces) readers.set(reader.name, reader);
    sightings.push(...found);
  }
  for (const sighting of sightings) {
    const reader = sighting.callee === undefined ? undefined : readers.get(sighting.callee);
    if (!reader) continue;
    if (reader.replaces && sighting.need === "plain") sighting.need = "default";
    // `read("KEY", true)` claims, as `read("KEY")!` does, and the function acts on it.
    if (reader.demands === "never" || sighting.need !== (reader.demands === "told" ? "asserted" : "plain")) continue;
    sighting.need = "checked";
    sighting.inSchema = true;
  }
  settleGuardedSettings(sightings, python);
  if (facts.runtime === "python" && facts.startCommand !== undefined)
    settleIdlePrograms(sightings, python, [facts.startCommand, facts.buildCommand ?? "", ...starting(project, scope)]);
  if (facts.runtime === "dotnet") settleDotnetSettings(project, scope, sightings);
  for (const file of [...scope.others, ...scope.files]) {
    if (isManifest(file.name) && !besideTheService.test(file.name))
      sightings.push(...readManifest(project, { name: file.name, path: file.path, kind: facts.kind }));
  }
  return sightings;
}

/** Texts that may start programs: containers, processes, scripts of the shell. */
function starting(project: Project, { others }: Scope): string[] {
  return others
    .filter(({ name }) =>
      /(?:^|\/)(?:Procfile|[\w.-]*Dockerfile[\w.-]*|(?:docker-)?compose[\w.-]*\.ya?ml|[\w.-]+\.(?:sh|service|conf))$/.test(
        name,
      ),
    )
    .map(({ path }) => project.tree.text(path) ?? "");
}

function dependenciesOf(project: Project, directory: string): Map<string, string> {
  const halves = directory === "." ? ["client", "server", "frontend", "backend", "web", "api", "app"] : [];
  return new Map(
    [directory, ...halves].flatMap((at) => dependencyVersions(project.json(inside(at, "package.json")))).toReversed(),
  );
}

/** Folders whose examples are of something else: a manual's, a test's. */
const besideTheService = /(?:^|\/)(?:docs?|examples?|samples?|demos?|playgrounds?|tests?|e2e|fixtures?)\//;

/** Entries of examples in the service, its packages and, for what is read in it, at the root of the repository. */
function examplesFor(project: Project, directory: string, scope: Scope): ExampleEntry[] {
  const paths = scope.others
    .filter(({ name }) => isExampleFile(name.slice(name.lastIndexOf("/") + 1)) && !besideTheService.test(name))
    .map(({ path }) => path);
  if (directory !== ".") {
    for (const name of project.tree.listing(".").files) if (isExampleFile(name)) paths.push(name);
  }
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
  const read = (path: string): ExampleEntry[] => readExample(path, project.tree.text(path) ?? "");
  const plain = paths.filter((path) => !isSpecialFile(path)).flatMap(read);
  const special = paths.filter(isSpecialFile).flatMap((path) => {
    const beside = new Set(plain.filter((entry) => folderOf(entry.path) === folderOf(path)).map(({ key }) => key));
    const entries = read(path);
    // One that names none of the plain one's variables is the other half of the list.
    return entries.some(({ key }) => beside.has(key)) ? [] : entries;
  });
  return [...plain, ...special];
}

/** The README of the service, and that of the repository. */
function readmesOf(project: Project, directory: string): Readme[] {
  return [...new Set([directory, "."])].flatMap((at) => {
    const path = ["README.md", "readme.md", "Readme.md"]
      .map((one) => inside(at, one))
      .find((one) => project.tree.has(one));
    const text = path === undefined ? null : project.tree.text(path);
    return path === undefined || text === null ? [] : [readReadme(path, text)];
  });
}

/** How many providers of sign-in have a pair of variables: of several, one is enough. */
function providersOf(keys: Iterable<string>): number {
  const all = [...keys].flatMap((key) => signIn.exec(key)?.[1] ?? []);
  return new Set(all).size;
}

/** Line of an offset, counting each file's lines once and only when asked. */
class LineNumbers {
  readonly #project: Project;
  readonly #starts = new Map<string, number[]>();

  constructor(project: Project) {
    this.#project = project;
  }

  at(path: string, offset: number): number {
    let starts = this.#starts.get(path);
    if (!starts) {
      starts = [0];
      const text = this.#project.tree.text(path) ?? "";
      for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
      this.#starts.set(path, starts);
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}
