/** What DeploymentConfigForm asks, where each value comes from, what is wrong with it. Pure. */
import type { Detection, Evidence } from "../types.ts";

/** What a person may say in place of what was detected. Absent fields are as detected. */
export interface ServiceOverrides {
  framework?: string;
  installCommand?: string;
  buildCommand?: string;
  startCommand?: string;
  releaseCommand?: string;
  outputDir?: string;
  port?: number;
  kind?: "static" | "server" | "worker";
  spaFallback?: boolean;
  healthPath?: string;
}

export type FieldName = keyof ServiceOverrides;
export type DetectedService = Detection["services"][number];

export interface TextField {
  name: Exclude<FieldName, "spaFallback" | "kind">;
  label: string;
  help?: string;
  /** Empty is an answer ("run nothing"), not a wish to have what was detected. */
  mayBeEmpty?: true;
  isCode?: true;
  /** Asked only of services of these kinds. */
  kinds?: readonly string[];
}

export const textFields: readonly TextField[] = [
  { name: "framework", label: "Framework" },
  { name: "installCommand", label: "Install command", mayBeEmpty: true, isCode: true },
  { name: "buildCommand", label: "Build command", mayBeEmpty: true, isCode: true },
  {
    name: "outputDir",
    label: "Output folder",
    help: "Where the build puts the pages, from the service’s own folder.",
    isCode: true,
  },
  { name: "startCommand", label: "Start command", isCode: true, kinds: ["server", "worker"] },
  {
    name: "releaseCommand",
    label: "Release command",
    help: "Run once per release before it starts, such as a migration.",
    mayBeEmpty: true,
    isCode: true,
    kinds: ["server", "worker"],
  },
  {
    name: "port",
    label: "Port",
    help: "What the program listens on when PORT is not set.",
    isCode: true,
    kinds: ["server"],
  },
  {
    name: "healthPath",
    label: "Health check path",
    help: "Asked after each deployment; it must answer 200.",
    isCode: true,
    kinds: ["static", "server"],
  },
];

/** What each kind is called. */
export const kindWords: Record<string, string> = {
  static: "Static pages",
  server: "Server",
  worker: "Worker",
  container: "Container",
  compose: "Compose file",
  package: "Library",
  monorepo: "Workspace",
};

/** As it stands inside a sentence. */
export const kindWord = (kind: string): string => (kindWords[kind] ?? kind).toLowerCase();

/** The services a form is about: those there are, or the whole as one. */
export function servicesOf(detection: Detection): DetectedService[] {
  return detection.services.length > 0 ? detection.services : [{ ...detection, path: ".", name: "web" }];
}

/** The value of a field as it was detected, as text; null when it was not. */
export function detectedText(service: DetectedService, name: FieldName): string | null {
  if (name === "spaFallback" || name === "healthPath") return null;
  const value = service[name];
  return value === undefined ? null : String(value);
}

/**
 * Why a value is believed, the strongest first. For one of several services only what its own files say counts: the same command in the
 * workspace's manifest is another one. What installs it is the workspace's.
 */
export function evidenceFor(detection: Detection, service: DetectedService, name: FieldName): Evidence[] {
  const isOfIt = ({ at }: Evidence): boolean =>
    !hasSeveral(detection) || name === "installCommand" || at.startsWith(`${service.path}/`);
  const value = detectedText(service, name);
  return detection.evidence
    .filter((one) => one.field === name && one.value === value && isOfIt(one))
    .toSorted((a, b) => b.confidence - a.confidence);
}

export function hasSeveral(detection: Detection): boolean {
  return detection.services.length > 1;
}

/** `package.json` of `package.json:12`. */
export function fileOf({ at }: Evidence): string {
  return at.replace(/:\d+$/, "");
}

/** Overrides after one field was written; null: as detected. */
export function withField(value: ServiceOverrides, name: FieldName, text: string | null): ServiceOverrides {
  const { [name]: _before, ...rest } = value;
  if (text === null) return rest;
  if (name === "port") return { ...rest, port: /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN };
  if (name === "spaFallback") return { ...rest, spaFallback: text === "true" };
  return { ...rest, [name]: text };
}

/** What was typed, as an override: what equals the detected value is none, and neither is nothing, where that is no answer. */
export function withTyped(
  value: ServiceOverrides,
  { name, mayBeEmpty }: Pick<TextField, "name" | "mayBeEmpty">,
  { text, detected }: { text: string; detected: string | null },
): ServiceOverrides {
  const isNone = text === (detected ?? "") || (text === "" && mayBeEmpty !== true);
  return withField(value, name, isNone ? null : text);
}

export interface Fault {
  path: string;
  message: string;
}

/** Every fault of what was typed, before a server is asked. */
export function overrideFaults(value: ServiceOverrides): Fault[] {
  const { port, healthPath, outputDir } = value;
  const faults: Fault[] = [];
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    faults.push({ path: "overrides.port", message: "Use a whole number from 1 to 65535." });
  if (healthPath !== undefined && !/^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(healthPath))
    faults.push({ path: "overrides.healthPath", message: "Begin it with one /, and leave out spaces." });
  if (outputDir !== undefined && (/^(?:[/\\]|[A-Za-z]:)/.test(outputDir) || outputDir.split(/[/\\]/).includes("..")))
    faults.push({ path: "overrides.outputDir", message: "Name a folder inside the service’s own." });
  return faults;
}

/** The field a fault is about; null when it is about none of them. */
export function fieldOf(path: string): FieldName | "services" | null {
  const name = /^(?:(?:overrides|services\.[^.]+)\.)?(\w+)/.exec(path)?.[1];
  if (name === "services") return "services";
  const all: readonly string[] = [...textFields.map((field) => field.name), "kind", "spaFallback"];
  return all.includes(name ?? "") ? (name as FieldName) : null;
}

/** The same fault is told once, whoever found it first. */
export function allFaults(own: readonly Fault[], given: readonly Fault[]): Fault[] {
  const fields = new Set(own.map(({ path }) => fieldOf(path)));
  return [...own, ...given.filter(({ path }) => !fields.has(fieldOf(path)) || fieldOf(path) === null)];
}

/** What detection looks for, for a person whose project has none of it. */
export const lookedFor: readonly { what: string; files: string }[] = [
  { what: "JavaScript and TypeScript", files: "package.json, deno.json" },
  { what: "Python", files: "requirements.txt, pyproject.toml, Pipfile, manage.py" },
  { what: "Go, Rust", files: "go.mod, Cargo.toml" },
  { what: "Ruby, PHP, Elixir", files: "Gemfile, composer.json, mix.exs" },
  { what: "Java, .NET", files: "pom.xml, build.gradle, *.csproj" },
  { what: "Containers", files: "Dockerfile, compose.yaml" },
  { what: "Pages", files: "index.html, hugo.toml, mkdocs.yml, _config.yml" },
];

/** What a field is called. */
export function labelOf(name: FieldName | "services"): string {
  if (name === "kind") return "Runs as";
  if (name === "spaFallback") return "Unknown paths get the first page";
  if (name === "services") return "Services";
  return textFields.find((field) => field.name === name)?.label ?? name;
}

/** Id of a field in a form, for labels and for links to it. */
export function fieldId(form: string, name: FieldName | "services"): string {
  return `${form}-${name}`;
}
