/** .NET: project files by their SDK, the program of a solution, Blazor in the browser. */
import { posix } from "node:path";
import { inside, type Project, type Reader, type Reading } from "../reading.ts";
import { usesDrivers } from "./databases.ts";
import { dockerfileOf } from "./docker.ts";
import { objectAt } from "./documents.ts";
import { decide, draftOf, dropLocalDatabases, state } from "./draft.ts";
import { placeOf, relativeTo, search } from "./files.ts";
import { element } from "./java-build.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";

export interface DotnetProject {
  at: string;
  /** Directory of the project file. */
  directory: string;
  /** Name of the assembly. */
  name: string;
  kind: "server" | "static" | "worker" | "program" | "package" | "test";
  framework?: string;
  /** `8.0` of `net8.0`. */
  version?: string;
  /** Package names in lower case to places. */
  packages: Map<string, string>;
  /** Paths of the project files it refers to. */
  refers: string[];
}

export const dotnet: Reader = {
  id: "dotnet",
  read(project, directory) {
    const projects = dotnetProjects(project, directory);
    const main = projects[0];
    if (!main) return null;
    const { at } = main;
    const reading = draftOf("dotnet", { at, rule: "dotnet/project" });
    for (const [index, one] of [...projects, ...referredBy(project, main)].entries())
      if (index === 0 || one.kind === "package") usesDrivers(reading, "dotnet", one.packages);
    keepUsedDatabase(reading, codeOf(project, main));
    dropLocalDatabases(reading, codeOf(project, main));
    if (main.directory !== directory && programsOf(directory, projects).length > 1) {
      state(reading, "packageManager", "nuget", { at, rule: "dotnet/project" });
      stateVersion(project, directory, reading, main);
      return decide(reading, "monorepo", 0.9, { at, rule: "dotnet/programs" });
    }
    state(reading, "packageManager", "nuget", { at, rule: "dotnet/project" });
    const target = targetOf(project, directory, main);
    state(reading, "installCommand", `dotnet restore${target}`, { at, rule: "dotnet/project" });
    stateVersion(project, directory, reading, main);
    const library = shownBySamples(directory, projects);
    if (library) return decide(reading, "package", 0.8, { at: library.at, rule: "dotnet/library-with-samples" });
    if (main.kind === "test" || main.kind === "package")
      return decide(reading, "package", 0.8, { at, rule: "dotnet/library" });

    state(reading, "buildCommand", `dotnet publish${target} -c Release -o out`, {
      at,
      rule: "dotnet/publish",
    });
    state(reading, "framework", main.framework, { at, rule: `framework/${main.framework}` });
    if (main.kind === "static") {
      state(reading, "outputDir", "out/wwwroot", { at, rule: "framework/blazor" });
      return decide(reading, "static", 0.95, { at, rule: "framework/blazor" });
    }
    const sources = codeOf(project, main);
    const takesPort = sources.some(({ text }) => /["']PORT["']/.test(text));
    const urls = main.kind === "server" && !takesPort ? " --urls http://0.0.0.0:$PORT" : "";
    const start = `dotnet ${word(`out/${main.name}.dll`)}${urls}`;
    state(reading, "startCommand", start, { at, rule: "dotnet/publish" });
    const process = startFromProcfile(project, directory, reading);
    // A Procfile speaks of the directory its own platform publishes to.
    if (process !== null && /bin\/(publish|Release)|\.dll\b/.test(reading.startCommand ?? ""))
      state(reading, "startCommand", start, { at, rule: "dotnet/publish" });
    if (main.kind !== "server")
      return decide(reading, "worker", main.kind === "worker" ? 0.93 : 0.7, { at, rule: `dotnet/${main.kind}` });
    statePort(project, main.directory, reading, {
      sources: [...sources, ...containerOf(project, main.directory, directory)],
      patterns: portPatterns,
      fallback: {
        port:
          main.version !== undefined &&
          Number.parseFloat(main.version) >= 8 &&
          (dockerfileOf(project, main.directory) ?? dockerfileOf(project, directory))
            ? 8080
            : 5000,
        rule: "framework/aspnet",
        at,
      },
    });
    return decide(reading, "server", 0.95, { at, rule: `framework/${main.framework}` });
  },
};

/** Projects of a solution that are each deployed: those another one refers to are part of it. */
function programsOf(directory: string, projects: DotnetProject[]): DotnetProject[] {
  const used = new Set(
    projects.filter(({ kind }) => kind !== "test" && kind !== "package").flatMap(({ refers }) => refers),
  );
  const all = projects.filter(({ kind, at }) => ["server", "static", "worker"].includes(kind) && !used.has(at));
  const own = all.filter(({ at }) => !besideTheProgram.test(at));
  // Of a repository that calls itself samples, they are what there is.
  return own.length > 0 || shownBySamples(directory, projects) ? own : all;
}

const besideTheProgram = /(^|[/.])(tests?|samples?|examples?|benchmarks?|playground|tools?|templates?|build)([/.]|$)/i;

/** The library whose samples are all that runs. */
function shownBySamples(directory: string, projects: DotnetProject[]): DotnetProject | undefined {
  const isSample = ({ at }: DotnetProject) => /(^|\/)(samples?|examples?|demos?)\//i.test(relativeTo(directory, at));
  const programs = projects.filter(({ kind }) => kind !== "test" && kind !== "package");
  if (programs.length === 0 || !programs.every(isSample)) return undefined;
  return projects.find(
    (one) => one.kind === "package" && !isSample(one) && programs.some(({ refers }) => refers.includes(one.at)),
  );
}

/** The libraries a program is made of, directly and by way of others. */
function referredBy(project: Project, main: DotnetProject): DotnetProject[] {
  const found = new Map<string, DotnetProject>();
  const queue = [...main.refers];
  for (const at of queue) {
    const text = found.has(at) ? null : project.tree.text(at);
    if (text === null) continue;
    const one = projectOf(project, at, text);
    found.set(at, one);
    queue.push(...one.refers);
  }
  return [...found.values()];
}

/** Directories of projects below `directory` that are deployed by themselves, or null where there is no more than one. */
export function dotnetPrograms(project: Project, directory: string): Set<string> | null {
  const projects = dotnetProjects(project, directory);
  const programs = projects[0]?.directory === directory ? [] : programsOf(directory, projects);
  return programs.length > 1 ? new Set(programs.map((one) => one.directory)) : null;
}

/** Names of projects may hold spaces. */
const word = (text: string): string => (/\s/.test(text) ? `"${text}"` : text);

/** ` src/Web/Web.csproj` where the command must name the project: .NET takes none of several by itself, and of a solution it publishes all. */
function targetOf({ tree }: Project, directory: string, main: DotnetProject): string {
  const path = relativeTo(directory, main.at);
  const isAlone = tree.listing(directory).files.filter((name) => isProject(name) || isSolution(name)).length < 2;
  return !path.includes("/") && isAlone ? "" : ` ${word(path)}`;
}

const isProject = (name: string): boolean => /\.(cs|fs|vb)proj$/.test(name);
const isSolution = (name: string): boolean => /\.slnx?$/.test(name);

const mostProjects = 60;

/** Project files of the directory, or, beside a solution or a src folder, of those below; the program to run first. */
export function dotnetProjects(project: Project, directory: string): DotnetProject[] {
  const { tree } = project;
  const here = tree.listing(directory).files;
  const own = here.filter(isProject).map((name) => inside(directory, name));
  const hasSolution = here.some(isSolution) || here.includes("global.json") || here.includes("Directory.Build.props");
  const paths =
    own.length > 0 && !hasSolution
      ? own
      : hasSolution || own.length > 0
        ? search(tree, directory, {
            depth: 4,
            limit: mostProjects,
            matches: isProject,
            everywhere: true,
            stopAt: (names) => names.some(isSolution),
          })
        : [];
  const named = hasSolution ? namedBySolutions(project, directory) : [];
  const order = { server: 0, static: 2, worker: 1, program: 3, package: 4, test: 5 } as const;
  const likely = (one: DotnetProject) =>
    (/(web|api|server|host|app|site|mvc|gateway)$/i.test(one.name) ? 0 : 1) +
    (/(test|sample|example|benchmark|apphost|client|admin)/i.test(one.at) ? 2 : 0) +
    (own.includes(one.at) ? -4 : 0);
  return [...new Set([...paths, ...named])]
    .flatMap((path) => {
      const text = tree.text(path);
      return text === null ? [] : [projectOf(project, path, text)];
    })
    .sort((a, b) => order[a.kind] - order[b.kind] || likely(a) - likely(b) || a.at.length - b.at.length);
}

/** Some projects have a solution of their own beside them, and are a part of the one above all the same. */
function namedBySolutions({ tree }: Project, directory: string): string[] {
  return tree
    .listing(directory)
    .files.filter(isSolution)
    .flatMap((name) => [...(tree.text(inside(directory, name)) ?? "").matchAll(/"([^"\n]{1,300}\.(?:cs|fs|vb)proj)"/g)])
    .slice(0, mostProjects)
    .map(([, path]) => posix.normalize(inside(directory, path!.replaceAll("\\", "/"))))
    .filter((path) => !path.startsWith("..") && tree.has(path));
}

function projectOf(project: Project, at: string, text: string): DotnetProject {
  const xml = text.replace(/<!--[\s\S]*?-->/g, "");
  const directory = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : ".";
  const file = at.slice(at.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  const sdk =
    /<Project[^>]*\bSdk\s*=\s*["']([^"'/]+)/.exec(xml)?.[1] ?? /<Sdk\s+Name\s*=\s*["']([^"'/]+)/.exec(xml)?.[1] ?? "";
  const packages = new Map<string, string>();
  for (const [, name] of xml.matchAll(/<PackageReference\s[^>]*?(?:Include|Update)\s*=\s*["']([^"']+)["']/g))
    packages.set(name!.toLowerCase(), placeOf(at, text, name!));
  const isExe = /^(win)?exe$/i.test(element(xml, "OutputType") ?? "");
  const framework =
    element(xml, "TargetFramework") ?? element(xml, "TargetFrameworks")?.split(";")[0] ?? inherited(project, directory);
  const version = /^net(?:coreapp)?(\d+\.\d+)/.exec(framework ?? "")?.[1];
  const isTest =
    sdk === "MSTest.Sdk" ||
    /<IsTestProject>\s*true/i.test(xml) ||
    (packages.has("microsoft.net.test.sdk") && !servesItself(project, directory));
  const isWeb =
    sdk === "Microsoft.NET.Sdk.Web" ||
    packages.has("microsoft.aspnetcore.app") ||
    packages.has("microsoft.aspnetcore.all");
  const found: Pick<DotnetProject, "kind" | "framework"> = isTest
    ? { kind: "test" }
    : sdk === "Microsoft.NET.Sdk.BlazorWebAssembly"
      ? { kind: "static", framework: "blazor" }
      : /Aspire\.AppHost/.test(xml)
        ? { kind: "package" }
        : /<UseMaui>\s*true/i.test(xml)
          ? { kind: "package" }
          : isWeb && !/^library$/i.test(element(xml, "OutputType") ?? "")
            ? { kind: "server", framework: "aspnet" }
            : sdk === "Microsoft.NET.Sdk.Worker"
              ? { kind: "worker", framework: "worker-service" }
              : isExe && packages.has("microsoft.extensions.hosting")
                ? { kind: "worker" }
                : isExe && /<PackAsTool>\s*true/i.test(xml)
                  ? { kind: "package" }
                  : { kind: isExe ? "program" : "package" };
  return {
    at,
    directory,
    refers: [...xml.matchAll(/<ProjectReference\s[^>]*Include\s*=\s*["']([^"']+)["']/g)].map(([, path]) =>
      posix.normalize(`${directory}/${path!.replaceAll("\\", "/")}`),
    ),
    name: element(xml, "AssemblyName")?.replace("$(MSBuildProjectName)", file) ?? file,
    packages,
    ...found,
    ...(version === undefined ? {} : { version }),
  };
}

/** Some keep the tests in the project of the program they test. */
function servesItself(project: Project, directory: string): boolean {
  return /\bWebApplication\.Create|\bUseStartup</.test(project.tree.text(inside(directory, "Program.cs")) ?? "");
}

/** TargetFramework of the nearest Directory.Build.props above. */
function inherited(project: Project, directory: string): string | undefined {
  for (let at = directory; ; at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : ".") {
    const text =
      project.tree.text(inside(at, "Directory.Build.props")) ??
      project.tree.text(inside(at, "Directory.Packages.props"));
    const found = text === null ? undefined : element(text, "TargetFramework");
    if (found !== undefined) return found;
    if (at === ".") return undefined;
  }
}

function stateVersion(project: Project, directory: string, reading: Reading, main: DotnetProject): void {
  if (main.version !== undefined)
    return state(reading, "runtimeVersion", main.version, { at: main.at, rule: "dotnet/target-framework" });
  const at = inside(directory, "global.json");
  const version = project.tree.has(at) ? objectAt(project.json(at), "sdk")["version"] : undefined;
  if (typeof version === "string") state(reading, "runtimeVersion", version, { at, rule: "dotnet/global-json" });
}

const providers: Readonly<Record<string, string>> = {
  Sqlite: "sqlite",
  Npgsql: "postgres",
  SqlServer: "mssql",
  MySql: "mysql",
  MySQL: "mysql",
  Oracle: "oracle",
};

/** Tools that make pages bring providers along; of several, what the program is set up with is the one. */
function keepUsedDatabase(reading: Reading, sources: readonly Source[]): void {
  const used = new Set(
    sources.flatMap(({ text }) =>
      [...text.replace(/^[ \t]*\/\/.*$/gm, "").matchAll(/\.Use(Sqlite|Npgsql|SqlServer|MySql|MySQL|Oracle)\(/g)].map(
        ([, name]) => providers[name!]!,
      ),
    ),
  );
  const relational = new Set(Object.values(providers));
  if ([...used].some((name) => reading.database.includes(name)))
    reading.database = reading.database.filter((name) => !relational.has(name) || used.has(name));
}

function codeOf(project: Project, main: DotnetProject): Source[] {
  return search(project.tree, main.directory, {
    depth: 1,
    limit: 16,
    matches: (name) => /^(Program|Startup)\.(cs|fs|vb)$|^appsettings(\.Production)?\.json$|^hosting\.json$/.test(name),
  }).flatMap((path) => {
    const text = project.tree.text(path);
    return text === null ? [] : [{ at: path, text }];
  });
}

/** The container it is run in, which may say where it listens. */
function containerOf(project: Project, ...directories: string[]): Source[] {
  const file = directories.map((directory) => dockerfileOf(project, directory)).find((found) => found !== null);
  return file ? [{ at: file.at, text: project.tree.text(file.at) ?? "" }] : [];
}

const portPatterns: readonly RegExp[] = [
  /["']PORT["']\s*\)\s*\?\?\s*["']?(\d{2,5})/,
  // Directly, or in place of a variable: `UseUrls(GetEnvironmentVariable("URL") ?? "http://0.0.0.0:7000")`.
  /(?:UseUrls|\bRun|Urls\.Add)\((?:[^()"';]|\([^()]{0,80}\)){0,120}["']https?:\/\/[^"':]+:(\d{2,5})/,
  /ListenAnyIP\(\s*(\d{2,5})|ListenLocalhost\(\s*(\d{2,5})/,
  /^[ \t]*ENV\s+(?:ASPNETCORE|DOTNET)_(?:URLS[= ]"?https?:\/\/[^"':\s]+:|HTTP_PORTS[= ]"?)(\d{2,5})/m,
  /["']Urls?["']\s*:\s*["']http:\/\/[^"':]+:(\d{2,5})/i,
];
