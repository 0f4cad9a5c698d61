/** The reader of the languages in small-languages.ts. */
import { inside, type Project, type Reader } from "../reading.ts";
import { databaseNamed } from "./databases.ts";
import { decide, draftOf, state, uses } from "./draft.ts";
import { firstOf, placeOf, search } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { type SmallLanguage, smallLanguages } from "./small-languages.ts";
import { versionFromFiles } from "./versions.ts";

/** Drivers whose name does not say the database. */
const drivers: readonly (readonly [RegExp, string])[] = [
  [/jedis|lettuce|carmine|radish/, "redis"],
  [/monger/, "mongo"],
  [/pog|gleam_pgo|^pg:$/, "postgres"],
  [/sqlight/, "sqlite"],
];

export const otherLanguages: Reader[] = smallLanguages.map((row) => ({
  id: row.packageManager === undefined ? row.id : `${row.id}-${row.packageManager}`,
  read(project, directory) {
    const { files } = project.tree.listing(directory);
    const manifest = row.manifests
      .map((name) =>
        name.startsWith("*")
          ? files.find((file) => file.endsWith(name.slice(1)))
          : files.includes(name)
            ? name
            : undefined,
      )
      .find((name) => name !== undefined);
    if (manifest === undefined) return null;
    const at = inside(directory, manifest);
    const raw = project.tree.text(at) ?? "";
    const text = row.id === "scala" ? raw + (project.tree.text(inside(directory, "project/plugins.sbt")) ?? "") : raw;
    const isFlutter = row.id === "dart" && /^[ \t]+flutter:/m.test(text);
    const reading = draftOf(row.id, { at, rule: `${row.id}/manifest` });
    const proof = { at, rule: `${row.id}/manifest`, confidence: 0.8 };
    state(reading, "packageManager", row.packageManager, proof);
    stateVersion(project, directory, { reading, row });
    if (isFlutter) {
      state(reading, "framework", "flutter", proof);
      if (!project.tree.hasDirectory(inside(directory, "web"))) return decide(reading, "package", 0.6, proof);
      state(reading, "buildCommand", "flutter build web --release", proof);
      state(reading, "outputDir", "build/web", proof);
      return decide(reading, "static", 0.85, proof);
    }
    const name =
      row.names.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined) ??
      nameFromSources(project, directory, row);
    const sources = sourcesOf(project, directory, row);
    const framework = row.frameworks.find((candidate) => candidate.in.test(text));
    const filled = (command: string | undefined) =>
      name === undefined && command?.includes("{name}")
        ? undefined
        : fill(project, directory, command, { name: name ?? "app", text });
    state(reading, "installCommand", row.install, proof);
    state(reading, "buildCommand", filled(framework?.build ?? row.build), proof);
    state(reading, "startCommand", filled(framework?.start ?? row.start), proof);
    for (const [word] of row.drivers === undefined ? [] : text.matchAll(row.drivers)) {
      const driver = drivers.reduce((said, [own, meant]) => said.replace(own, meant), word.trim());
      const database = databaseNamed(driver);
      if (database) uses(reading, database, { at: placeOf(at, raw, word.trim()), rule: `driver/${word.trim()}` });
    }
    const process = startFromProcfile(project, directory, reading);
    const isLibrary = row.builds !== undefined && !row.builds.test(text) && process === null;
    if (isLibrary) return decide(reading, "package", 0.7, proof);
    const listener = row.listens && sources.find((source) => row.listens!.test(source.text));
    const isProgram = row.program === undefined || sources.some((source) => row.program!.test(source.text));
    if (process !== "worker" && (framework !== undefined || listener !== undefined || process === "web")) {
      if (framework)
        state(reading, "framework", framework.slug, {
          at: placeOf(at, raw, framework.in),
          rule: `framework/${framework.slug}`,
        });
      statePort(project, directory, reading, {
        sources,
        patterns: row.port ?? [],
        fallback: {
          port: framework?.port ?? 8080,
          rule: framework ? `framework/${framework.slug}` : `${row.id}/convention`,
          at,
        },
      });
      return decide(reading, "server", 0.88, proof);
    }
    return decide(
      reading,
      isProgram || process === "worker" ? "worker" : "package",
      row.id === "cpp" ? 0.5 : 0.65,
      proof,
    );
  },
}));

function fill(
  project: Project,
  directory: string,
  command: string | undefined,
  { name, text }: { name: string; text: string },
): string | undefined {
  if (command === undefined) return undefined;
  const jar = /:uberjar-name\s+"([^"]+)"/.exec(text)?.[1];
  const version = /\(defproject\s+\S+\s+"([^"]+)"/.exec(text)?.[1] ?? "0.1.0";
  const main = firstOf(project.tree, directory, ["bin/server.dart", "bin/main.dart", `bin/${name}.dart`]);
  return command
    .replaceAll("{uberjar}", jar === undefined ? `target/${name}-${version}-standalone.jar` : `target/${jar}`)
    .replaceAll("{name}", name.replace(/\s+/g, "-"))
    .replace(
      "bin/server.dart -o",
      `${main?.slice(directory === "." ? 0 : directory.length + 1) ?? "bin/server.dart"} -o`,
    );
}

function stateVersion(
  project: Project,
  directory: string,
  { reading, row }: { reading: ReturnType<typeof draftOf>; row: SmallLanguage },
): void {
  if (!row.version || versionFromFiles(project, directory, reading, row.version)) return;
  const { pattern, file } = row.version;
  if (!pattern || file === undefined) return;
  const at = inside(directory, file);
  state(reading, "runtimeVersion", pattern.exec(project.tree.text(at) ?? "")?.[1]?.trim(), {
    at,
    rule: `${row.id}/version`,
  });
}

/** Haskell's package.yaml names its executables; sbt calls a project without a name after its folder. */
function nameFromSources(project: Project, directory: string, row: SmallLanguage): string | undefined {
  if (row.id !== "haskell") return undefined;
  const text = project.tree.text(inside(directory, "package.yaml")) ?? "";
  const cabal = project.tree.listing(directory).files.find((name) => name.endsWith(".cabal"));
  return (
    /^executables:\s*\n\s+([\w-]+):/m.exec(text)?.[1] ??
    (cabal === undefined
      ? undefined
      : /^executable\s+([\w-]+)/m.exec(project.tree.text(inside(directory, cabal)) ?? "")?.[1])
  );
}

function sourcesOf(project: Project, directory: string, row: SmallLanguage): Source[] {
  return search(project.tree, directory, {
    depth: 7,
    limit: 60,
    matches: (name) => row.sources.test(name),
    // Dart's programs lie in bin/, Scala's in packages named as they please.
    everywhere: true,
  })
    .filter((at) => !/(^|\/)(tests?|spec|deps|build|target|node_modules|\.\w+)\//.test(at))
    .flatMap((at) => {
      const text = project.tree.text(at);
      return text === null ? [] : [{ at, text }];
    });
}
