/** What a Python project's manifests say: dependencies, package manager, version of the language, whether it is published. */
import { inside, isObject, type Json, type JsonObject, type Project, type Reading } from "../reading.ts";
import { literally } from "../literally.ts";
import { objectAt, textOf, textsOf } from "./documents.ts";
import { state } from "./draft.ts";
import { placeOf, search } from "./files.ts";
import { versionFromFiles } from "./versions.ts";

export interface PythonProject {
  /** Normalised name to the place that names it; extras stand as `name[extra]` beside it. */
  dependencies: Map<string, string>;
  /** Those of them that only extras ask for, which whoever installs it may leave out. */
  optional: Set<string>;
  packageManager?: { name: string; at: string };
  installCommand?: string;
  /** The manifest to point at. */
  manifest?: string;
  /** Metadata of a package others install: a name and a build backend, or a setup script. */
  published?: string;
  /** Name of the package, normalised. */
  name?: string;
  /** The package says what it is to the index: its maturity, its audience. */
  classified: boolean;
  /** Commands the package installs, such as `mytool`. */
  scripts: string[];
}

/** Read every manifest of the directory; null when there is none and no Python file either. */
export function pythonProjectOf(project: Project, directory: string): PythonProject | null {
  const { tree } = project;
  const names = new Set(tree.listing(directory).files);
  const found: PythonProject = { dependencies: new Map(), optional: new Set(), scripts: [], classified: false };
  const add = (requirement: string, at: string) => addRequirement(found.dependencies, requirement, at);

  const requirements = [...names].filter(
    (name) => /^requirements?([-_.].*)?\.(txt|in)$/i.test(name) && !/dev|test|doc|lint/i.test(name),
  );
  for (const name of tree.listing(inside(directory, "requirements")).files) {
    if (/\.(txt|in)$/.test(name) && !/dev|test|doc|local|lint/i.test(name)) requirements.push(`requirements/${name}`);
  }
  if (requirements.length === 0 && !["pyproject.toml", "Pipfile", "setup.py"].some((name) => names.has(name)))
    requirements.push(...requirementsBelow(project, directory, names));
  for (const name of requirements) readRequirements(project, inside(directory, name), add);

  const pyprojectPath = inside(directory, "pyproject.toml");
  const pyproject = names.has("pyproject.toml") ? project.toml(pyprojectPath) : null;
  if (pyproject) readPyproject(pyproject, pyprojectPath, found, add);

  const pipfilePath = inside(directory, "Pipfile");
  const pipfile = names.has("Pipfile") ? project.toml(pipfilePath) : null;
  for (const name of Object.keys(objectAt(pipfile, "packages")))
    add(name, placeOf(pipfilePath, tree.text(pipfilePath) ?? "", name));

  for (const name of ["setup.py", "setup.cfg"]) {
    const at = inside(directory, name);
    const text = names.has(name) ? tree.text(at) : null;
    if (text === null) continue;
    readSetup(text, at, add);
    if (/\bsetup\s*\(|^\[metadata\]/m.test(text)) found.published ??= at;
    if (/^[ \t]*["']?(classifiers\s*=|[A-Z][\w ]+ :: )/m.test(text)) found.classified = true;
    if (/console_scripts/.test(text)) found.scripts.push("console_scripts");
  }
  for (const name of ["environment.yml", "environment.yaml"]) {
    // Beside requirements, which are what is installed, it lists what a machine of its author holds.
    if (!names.has(name) || requirements.length > 0) continue;
    const [document] = project.yaml(inside(directory, name)) ?? [];
    const list = isObject(document) && Array.isArray(document["dependencies"]) ? document["dependencies"] : [];
    for (const entry of list) {
      for (const requirement of isObject(entry) && Array.isArray(entry["pip"]) ? entry["pip"] : [entry]) {
        if (typeof requirement === "string") add(requirement.replace(/^[\w-]+::/, ""), inside(directory, name));
      }
    }
  }

  const manifest =
    [
      "pyproject.toml",
      "requirements.txt",
      "Pipfile",
      "setup.py",
      "setup.cfg",
      "environment.yml",
      "environment.yaml",
    ].find((name) => names.has(name)) ?? requirements[0];
  if (manifest !== undefined) found.manifest = inside(directory, manifest);
  const manager = managerOf({ project, directory, names, requirements, pyproject });
  if (manager) {
    found.packageManager = manager;
    found.installCommand = installCommandOf(manager.name, names, requirements);
  }
  return found;
}

/** `app/requirements.txt`, where a program above imports from `app`. */
function requirementsBelow({ tree }: Project, directory: string, names: ReadonlySet<string>): string[] {
  const text = ["main.py", "app.py", "bot.py", "run.py", "server.py"]
    .filter((name) => names.has(name))
    .map((name) => tree.text(inside(directory, name)) ?? "")
    .join("\n");
  if (text === "") return [];
  return tree
    .listing(directory)
    .directories.filter((name) => tree.has(inside(directory, `${name}/requirements.txt`)))
    .filter((name) => new RegExp(`^(?:from|import) ${literally(name)}\\b`, "m").test(text))
    .map((name) => `${name}/requirements.txt`);
}

/** PEP 503 normalisation. */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function addRequirement(dependencies: Map<string, string>, requirement: string, at: string): void {
  const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?/.exec(requirement);
  if (!match) return;
  const name = normalised(match[1]!);
  if (!dependencies.has(name)) dependencies.set(name, at);
  for (const extra of match[2]?.split(",") ?? []) {
    const key = extra.trim().toLowerCase();
    if (key !== "") dependencies.set(`${name}[${key}]`, at);
  }
}

function readRequirements(
  project: Project,
  path: string,
  add: (requirement: string, at: string) => void,
  seen = new Set<string>(),
): void {
  if (seen.has(path) || seen.size > 10) return;
  seen.add(path);
  const text = project.tree.text(path);
  if (text === null) return;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const bare = line.replace(/(^|\s)#.*$/, "").trim();
    const included = /^(?:-r|--requirement)[\s=]+(\S+)/.exec(bare);
    if (included) {
      const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
      readRequirements(project, inside(folder, included[1]!.replace(/^\.\//, "")), add, seen);
    } else if (bare !== "" && !bare.startsWith("-")) {
      const egg = /#egg=([\w.-]+)/.exec(line)?.[1];
      add(egg ?? bare, `${path}:${index + 1}`);
    }
  }
}

function readPyproject(
  document: JsonObject,
  path: string,
  found: PythonProject,
  add: (requirement: string, at: string) => void,
): void {
  const metadata = objectAt(document, "project");
  const poetry = objectAt(document, "tool", "poetry");
  const lists = [metadata["dependencies"]];
  for (const list of lists) {
    for (const requirement of Array.isArray(list) ? list : [])
      if (typeof requirement === "string") add(requirement, path);
  }
  for (const [name, value] of Object.entries(objectAt(poetry, "dependencies"))) {
    if (name === "python") continue;
    add(name, path);
    if (isObject(value) && value["optional"] === true) found.optional.add(normalised(name));
    const extras = isObject(value) ? textsOf(value["extras"]) : [];
    for (const extra of extras) add(`${name}[${extra}]`, path);
  }
  const required = new Set(found.dependencies.keys());
  const groups = [metadata["optional-dependencies"], document["dependency-groups"]].filter(isObject);
  for (const [group, list] of groups.flatMap((one) => Object.entries(one))) {
    if (/dev|test|doc|lint/.test(group)) continue;
    for (const requirement of textsOf(list)) add(requirement, path);
  }
  for (const one of found.dependencies.keys()) if (!required.has(one)) found.optional.add(one);
  const name = textOf(metadata["name"]) ?? textOf(poetry["name"]);
  if (name !== undefined) found.name = normalised(name);
  found.classified ||= metadata["classifiers"] !== undefined || poetry["classifiers"] !== undefined;
  const named = metadata["name"] !== undefined || poetry["name"] !== undefined;
  const built = document["build-system"] !== undefined;
  const isPackage = objectAt(document, "tool", "uv")["package"] !== false && poetry["package-mode"] !== false;
  if (named && built && isPackage) found.published = path;
  found.scripts.push(...Object.keys(objectAt(metadata, "scripts")), ...Object.keys(objectAt(poetry, "scripts")));
}

/** Requirements of a setup script: the quoted words of `install_requires=[…]`, or the indented lines of setup.cfg's. */
function readSetup(text: string, path: string, add: (requirement: string, at: string) => void): void {
  const list = /install_requires\s*=\s*\[([^\]]*)\]/.exec(text)?.[1];
  for (const [, requirement] of list?.matchAll(/["']([^"']+)["']/g) ?? []) add(requirement!, path);
  const lines = /^install_requires\s*=\s*\n((?:[ \t]+.*\n?)*)/m.exec(text)?.[1];
  for (const line of lines?.split("\n") ?? []) if (line.trim() !== "") add(line, path);
}

interface Manifests {
  project: Project;
  directory: string;
  names: Set<string>;
  requirements: string[];
  pyproject: JsonObject | null;
}

function managerOf({
  project,
  directory,
  names,
  requirements,
  pyproject,
}: Manifests): { name: string; at: string } | undefined {
  const tool = objectAt(pyproject, "tool");
  const backend = textOf(objectAt(pyproject, "build-system")["build-backend"]) ?? "";
  const rows: readonly [boolean, string, string][] = [
    [names.has("uv.lock"), "uv", "uv.lock"],
    [names.has("poetry.lock"), "poetry", "poetry.lock"],
    [names.has("pdm.lock"), "pdm", "pdm.lock"],
    [names.has("Pipfile.lock"), "pipenv", "Pipfile.lock"],
    [tool["poetry"] !== undefined, "poetry", "pyproject.toml"],
    [tool["pdm"] !== undefined || backend.startsWith("pdm"), "pdm", "pyproject.toml"],
    [names.has("Pipfile"), "pipenv", "Pipfile"],
    [tool["uv"] !== undefined || backend.startsWith("uv_build"), "uv", "pyproject.toml"],
    [requirements.length > 0, "pip", requirements[0] ?? ""],
    [names.has("environment.yml"), "conda", "environment.yml"],
    [names.has("environment.yaml"), "conda", "environment.yaml"],
    [pyproject !== null, "pip", "pyproject.toml"],
    [names.has("setup.py"), "pip", "setup.py"],
    [names.has("setup.cfg"), "pip", "setup.cfg"],
  ];
  const workspaceLock = pyproject && requirements.length === 0 ? lockAbove(project, directory) : undefined;
  const row = rows.find(([applies]) => applies);
  if (workspaceLock !== undefined && (row === undefined || row[2] === "pyproject.toml") && tool["poetry"] === undefined)
    return { name: "uv", at: workspaceLock };
  return row && { name: row[1], at: inside(directory, row[2]) };
}

/** The lockfile of the uv workspace this directory is a member of. */
function lockAbove(project: Project, directory: string): string | undefined {
  for (let at = directory; at !== "."; ) {
    at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : ".";
    if (project.tree.has(inside(at, "uv.lock"))) return inside(at, "uv.lock");
  }
  return undefined;
}

function installCommandOf(manager: string, names: Set<string>, requirements: string[]): string {
  switch (manager) {
    case "uv":
      return names.has("uv.lock") ? "uv sync --locked --no-dev" : "uv sync --no-dev";
    case "poetry":
      return "poetry install --only main --no-interaction";
    case "pdm":
      return names.has("pdm.lock") ? "pdm install --prod --frozen-lockfile" : "pdm install --prod";
    case "pipenv":
      return names.has("Pipfile.lock") ? "pipenv install --deploy" : "pipenv install";
    case "conda":
      return "conda env update --file environment.yml";
    default:
      return requirements.length > 0
        ? `pip install -r ${names.has("requirements.txt") ? "requirements.txt" : requirements[0]}`
        : "pip install .";
  }
}

/** State the version of Python: its own files, then the ranges of manifests as they are written. */
export function statePythonVersion(project: Project, directory: string, reading: Reading): void {
  if (versionFromFiles(project, directory, reading, { own: ["runtime.txt", ".python-version"], tools: ["python"] }))
    return;
  const pyprojectPath = inside(directory, "pyproject.toml");
  const pipfilePath = inside(directory, "Pipfile");
  const pyproject = project.tree.has(pyprojectPath) ? project.toml(pyprojectPath) : null;
  const requires = objectAt(project.tree.has(pipfilePath) ? project.toml(pipfilePath) : null, "requires");
  const poetryPython = objectAt(pyproject, "tool", "poetry", "dependencies")["python"];
  const rows: readonly [Json | undefined, string][] = [
    [requires["python_full_version"] ?? requires["python_version"], pipfilePath],
    [objectAt(pyproject, "project")["requires-python"], pyprojectPath],
    [isObject(poetryPython) ? poetryPython["version"] : poetryPython, pyprojectPath],
  ];
  for (const [value, at] of rows) {
    if (typeof value !== "string" || value === "*") continue;
    state(reading, "runtimeVersion", value, { at, rule: "version/manifest", confidence: 0.85 });
    return;
  }
  for (const name of ["setup.py", "setup.cfg", "environment.yml", "environment.yaml"]) {
    const at = inside(directory, name);
    const text = project.tree.text(at);
    const match =
      text === null ? null : /python_requires\s*=\s*["']?([^"'\n]+)|^[ \t]*-\s*python\s*=+\s*([\d.]+)/m.exec(text);
    const version = match?.[1]?.trim() ?? match?.[2];
    if (version === undefined) continue;
    state(reading, "runtimeVersion", version, { at, rule: "version/manifest", confidence: 0.8 });
    return;
  }
}

/** Python files that may hold the program's entry, best name and nearest first. */
export function pythonFiles(project: Project, directory: string, limit: number): string[] {
  return search(project.tree, directory, {
    depth: 4,
    limit,
    // A module of a package may be called setup.py.
    stopAt: (names) =>
      names.includes("pyproject.toml") || (names.includes("setup.py") && !names.includes("__init__.py")),
    matches: (name) =>
      name.endsWith(".py") && !/^(test_.*|.*_test|conftest|setup|conf|noxfile|tasks_test)\.py$/.test(name),
  });
}
