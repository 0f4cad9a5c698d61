/** Everything in a service that names one of its variables: its code, what its libraries read, and manifests. */
import type { ServiceFacts } from "../detect/detection.ts";
import { inside, type Project } from "../detect/reading.ts";
import { settleBesidePages } from "./generators.ts";
import { settleCaseFiles } from "./javascript/case-files.ts";
import { withConstants } from "./languages/constants.ts";
import { settleGoFields, settleIdleGo } from "./languages/go-programs.ts";
import { readThroughOwnFunctions } from "./languages/own-functions.ts";
import { readJvmAddresses, readJvmDatasource, readJvmPlaceholders, readJvmSettings } from "./languages/jvm-settings.ts";
import { settleForeignPackages, settleForeignScripts } from "./languages/foreign-packages.ts";
import { addDenoObjects } from "./languages/deno.ts";
import { settleDotnetSettings } from "./languages/dotnet.ts";
import { readDotnetOptions } from "./languages/dotnet-options.ts";
import { settleLaravelServices } from "./languages/laravel.ts";
import { HandedSettings } from "./javascript/handed-settings.ts";
import { readHanded } from "./javascript/javascript.ts";
import { settleIdleCrates } from "./languages/libraries.ts";
import { isManifest, readManifest } from "./told/manifests.ts";
import type { OwnReader } from "./javascript/own-readers.ts";
import { settleGuardedSettings, settleIdlePrograms, settleRefusedSettings } from "./languages/python.ts";
import { mostCharacters, type Scope } from "./scope.ts";
import { importedIn, importerOf, readSdks, rowsFor } from "./javascript/sdk-reading.ts";
import type { Sighting } from "./sighting.ts";
import { type Source, sourceAt } from "./source.ts";
import { settleUnusedSchemas } from "./javascript/unused-schemas.ts";
import { dropBindings, settleWorkerTypes } from "./javascript/worker-types.ts";
import { settleConstants } from "./languages/rust.ts";
import { readOmegaConf } from "./languages/omegaconf.ts";
import { readLayeredFiles } from "./languages/rust-config.ts";
import { besideTheService } from "./told/told.ts";
import { readViperElsewhere, settleViperFiles } from "./languages/viper.ts";

const ofOtherLanguages = /^(?:python|go|rust|ruby|php|java|dotnet|elixir)$/;

export function sightingsIn(
  project: Project,
  scope: Scope,
  { dependencies, facts }: { dependencies: ReadonlyMap<string, string>; facts: Omit<ServiceFacts, "env"> },
): Sighting[] {
  const rows = rowsFor(dependencies);
  const importer = importerOf(rows);
  let sightings: Sighting[] = [];
  const python = new Map<string, string>();
  const rust = new Map<string, string>();
  const go = new Map<string, string>();
  const jvm = new Map<string, string>();
  const dotnet = new Map<string, string>();
  const php = new Map<string, string>();
  const others = new Map<string, string>();
  const scripts: Source[] = [];
  const tools: Source[] = [];
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
    if (file.extension === "rs") rust.set(file.path, source.text);
    if (file.extension === "go") go.set(file.path, source.text);
    if (file.extension === "cs" && !file.isTooling) dotnet.set(file.path, source.text);
    if (file.extension === "php" && !file.isTooling) php.set(file.path, source.text);
    if (/^(?:java|kt)$/.test(file.extension) && !file.isTooling) jvm.set(file.path, source.text);
    if (/^(?:java|kt|cs|php|rb|exs?|py|go)$/.test(file.extension) && !file.isTooling)
      others.set(file.path, source.text);
    if (file.isTooling) for (const sighting of found) sighting.need = "tooling";
    if (file.isTooling && source.isScript) tools.push(source);
    else if (source.isScript) scripts.push(source);
    for (const reader of source.readers)
      if (reader.demands !== "never" || reader.replaces) readers.set(reader.name, reader);
    sightings.push(...found);
  }
  sightings.push(...readThroughOwnFunctions(others));
  sightings = withConstants(sightings, [...python.values(), ...go.values()]);
  for (const sighting of sightings) {
    const reader = sighting.callee === undefined ? undefined : readers.get(sighting.callee);
    if (!reader) continue;
    if (reader.replaces && sighting.need === "plain") sighting.need = "default";
    // `read("KEY", true)` claims, as `read("KEY")!` does, and the function acts on it.
    if (reader.demands === "never" || sighting.need !== (reader.demands === "told" ? "asserted" : "plain")) continue;
    sighting.need = "checked";
    sighting.inSchema = true;
  }
  const handed = new HandedSettings(scripts.flatMap(({ settings }) => settings));
  for (const script of scripts)
    if (handed.mayUse(script.text)) sightings.push(...readHanded({ ...script, code: script.code() }, handed));
  if (facts.runtime === "deno") addDenoObjects(scripts, sightings);
  settleCaseFiles(scripts, sightings);
  settleWorkerTypes(project, scope.roots, sightings);
  dropBindings(project, scope.roots, { runtime: facts.runtime, dependencies }, sightings);
  // Where not everything was read, nothing is known of what was not.
  if (!scope.isPartial && left > 0) settleUnusedSchemas([...scripts, ...tools], manifestsOf(project, scope), sightings);
  settleBesidePages(facts.framework, sightings);
  if (ofOtherLanguages.test(facts.runtime)) {
    settleForeignPackages(project, scope.roots[0]!, sightings);
    settleForeignScripts(facts.runtime, sightings);
  }
  settleGuardedSettings(sightings, python);
  settleRefusedSettings(sightings, python);
  settleConstants(sightings, rust);
  sightings.push(...readLayeredFiles(project, scope, rust));
  if (facts.framework === "laravel") settleLaravelServices(sightings, php);
  if (facts.runtime === "rust") settleIdleCrates(project, sightings, facts.buildCommand);
  if (facts.runtime === "go") {
    settleViperFiles(project, scope, { sightings, texts: go });
    sightings.push(...readViperElsewhere(go));
    if (facts.buildCommand !== undefined)
      settleIdleGo(sightings, go, [facts.buildCommand, facts.startCommand ?? "", ...starting(project, scope)]);
    if (!scope.isPartial && left > 0) settleGoFields(sightings, go);
  }
  if (facts.runtime === "java")
    sightings.push(
      ...readJvmSettings(project, scope, jvm),
      ...readJvmAddresses(project, scope),
      ...readJvmPlaceholders(project, scope),
      ...(facts.framework === "spring-boot" ? readJvmDatasource(project, scope, jvm) : []),
    );
  if (facts.runtime === "python") sightings.push(...readOmegaConf(project, scope));
  if (facts.runtime === "python" && facts.startCommand !== undefined)
    settleIdlePrograms(sightings, python, [facts.startCommand, facts.buildCommand ?? "", ...starting(project, scope)]);
  if (facts.runtime === "dotnet") {
    sightings.push(...readDotnetOptions(dotnet));
    settleDotnetSettings(project, scope, { sightings, texts: scope.isPartial || left <= 0 ? null : dotnet });
  }
  for (const file of [...scope.others, ...scope.files]) {
    if (isManifest(file.name) && !besideTheService.test(file.name))
      sightings.push(...readManifest(project, { name: file.name, path: file.path, kind: facts.kind }));
  }
  return sightings;
}

/** The manifests of the service and of the packages it depends on, as texts. */
function manifestsOf(project: Project, { roots }: Scope): string[] {
  return roots.map((root) => project.tree.text(inside(root, "package.json")) ?? "");
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
