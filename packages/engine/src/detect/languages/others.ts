/** Languages with one build tool and few frameworks: a row each. Read by manifest, with less depth than those that have their own file. */
import { inside, type Project, type Reader } from "../reading.ts";
import { databaseNamed } from "./databases.ts";
import { decide, draftOf, state, uses } from "./draft.ts";
import { firstOf, placeOf, search } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

interface Language {
  id: string;
  packageManager?: string;
  /** Names of the manifest, or how it ends (`*.cabal`). */
  manifests: readonly string[];
  /** Where the program's name stands in the manifest, best first. */
  names: readonly RegExp[];
  install?: string;
  /** `{name}` is the project's name. */
  build?: string;
  start?: string;
  version?: { own: readonly string[]; tools: readonly string[]; pattern?: RegExp; file?: string };
  frameworks: readonly { in: RegExp; slug: string; port: number; start?: string; build?: string }[];
  /** Endings of its sources. */
  sources: RegExp;
  /** Text of a source that is a program. */
  program?: RegExp;
  listens?: RegExp;
  /** Text without which the manifest is a library's. */
  builds?: RegExp;
  port?: readonly RegExp[];
  /** Drivers in the manifest: pattern to the database. */
  drivers?: RegExp;
}

const languages: readonly Language[] = [
  {
    id: "scala",
    packageManager: "sbt",
    manifests: ["build.sbt", "build.sc"],
    names: [/executableScriptName\s*:=\s*"([^"]+)"/, /(?:^|[\s(,])name\s*:=\s*"{1,3}([^"]+)"/],
    build: "sbt stage",
    start: "./target/universal/stage/bin/{name}",
    version: {
      own: [".java-version"],
      tools: ["java"],
      pattern: /^java\.runtime\.version\s*=\s*(\S+)/m,
      file: "system.properties",
    },
    frameworks: [
      {
        in: /PlayScala|PlayJava|PlayService|"play"|sbt-plugin/,
        slug: "play",
        port: 9000,
        start: "./target/universal/stage/bin/{name} -Dhttp.port=$PORT",
      },
      { in: /http4s/, slug: "http4s", port: 8080 },
      { in: /(akka|pekko)-http/, slug: "akka-http", port: 8080 },
      { in: /zio-http/, slug: "zio-http", port: 8080 },
      { in: /scalatra/, slug: "scalatra", port: 8080 },
      { in: /finatra|finch/, slug: "finatra", port: 8888 },
      { in: /cask/, slug: "cask", port: 8080 },
    ],
    sources: /\.scala$/,
    program: /extends\s+App\b|def\s+main\s*\(|@main\b|IOApp|ZIOAppDefault/,
    port: [/"PORT"[^\n]{0,60}?(\d{4,5})/, /\bport\s*=\s*(\d{4,5})/, /port"(\d{4,5})"/, /"[\w.]+",\s*(\d{4,5})\)/],
    drivers: /postgresql|mysql-connector-j|mysql-connector-java|h2|sqlite-jdbc|mongo|redis|jedis|lettuce/g,
  },
  {
    id: "clojure",
    packageManager: "leiningen",
    manifests: ["project.clj"],
    names: [/\(defproject\s+(?:[\w.-]+\/)?([\w.-]+)/],
    install: "lein deps",
    build: "lein uberjar",
    start: "java -jar {uberjar}",
    version: {
      own: [".java-version"],
      tools: ["java"],
      pattern: /^java\.runtime\.version\s*=\s*(\S+)/m,
      file: "system.properties",
    },
    frameworks: [
      { in: /luminus/, slug: "luminus", port: 3000 },
      { in: /io\.pedestal/, slug: "pedestal", port: 8080 },
      { in: /compojure/, slug: "compojure", port: 3000 },
      { in: /metosin\/reitit/, slug: "reitit", port: 3000 },
      { in: /\bring\/ring|http-kit/, slug: "ring", port: 3000 },
    ],
    sources: /\.cljc?$/,
    program: /\(defn\s+-main/,
    port: [/:port\s+(\d{4,5})/, /:port\)?\s+(?:"?)(\d{4,5})/, /"PORT"\)?\s+"?(\d{4,5})/, /\(env :port\)\s+"?(\d{4,5})/],
    drivers: /postgresql|mysql-connector-j|mysql-connector-java|h2|sqlite-jdbc|monger|mongo|carmine|redis/g,
  },
  {
    id: "clojure",
    packageManager: "clojure",
    manifests: ["deps.edn"],
    names: [],
    build: "clojure -T:build uber",
    start: "clojure -M -m main",
    frameworks: [
      { in: /io\.pedestal/, slug: "pedestal", port: 8080 },
      { in: /compojure/, slug: "compojure", port: 3000 },
      { in: /metosin\/reitit/, slug: "reitit", port: 3000 },
      { in: /\bring\/ring|http-kit/, slug: "ring", port: 3000 },
    ],
    sources: /\.cljc?$/,
    program: /\(defn\s+-main/,
    port: [/:port\s+(\d{4,5})/],
    drivers: /postgresql|mysql-connector-j|h2|sqlite-jdbc|mongo|carmine|redis/g,
  },
  {
    id: "swift",
    packageManager: "swift",
    manifests: ["Package.swift"],
    names: [/\.executable(?:Target)?\(\s*name:\s*"([^"]+)"/, /\bname:\s*"([^"]+)"/],
    install: "swift package resolve",
    build: "swift build -c release",
    start: "./.build/release/{name}",
    version: {
      own: [".swift-version"],
      tools: ["swift"],
      pattern: /swift-tools-version\s*:\s*([\d.]+)/,
      file: "Package.swift",
    },
    frameworks: [
      {
        in: /vapor\/vapor/,
        slug: "vapor",
        port: 8080,
        start: "./.build/release/{name} serve --env production --hostname 0.0.0.0 --port $PORT",
      },
      { in: /hummingbird/, slug: "hummingbird", port: 8080 },
      { in: /Kitura/, slug: "kitura", port: 8080 },
    ],
    sources: /\.swift$/,
    program: /@main\b|^import\b/m,
    port: [/port:\s*(\d{4,5})/],
    drivers: /postgres|mysql|sqlite|mongo|redis/g,
  },
  {
    id: "crystal",
    packageManager: "shards",
    manifests: ["shard.yml"],
    names: [/^name:\s*["']?([\w-]+)/m],
    install: "shards install --production",
    build: "shards build --release",
    start: "./bin/{name}",
    version: {
      own: [".crystal-version"],
      tools: ["crystal"],
      pattern: /^crystal:\s*["']?([^"'\n]+)/m,
      file: "shard.yml",
    },
    frameworks: [
      { in: /^\s+kemal:/m, slug: "kemal", port: 3000, start: "./bin/{name} --port $PORT" },
      { in: /^\s+lucky:/m, slug: "lucky", port: 3000 },
      { in: /^\s+amber:/m, slug: "amber", port: 3000 },
      { in: /^\s+athena:|^\s+athena-framework/m, slug: "athena", port: 3000 },
      { in: /^\s+marten:/m, slug: "marten", port: 8000 },
    ],
    sources: /\.cr$/,
    listens: /HTTP::Server/,
    builds: /^targets:|^\s+(kemal|lucky|amber|athena|marten):/m,
    port: [
      /bind_tcp\([^)]*?(\d{4,5})/,
      /"PORT"[^\n]{0,30}?(\d{4,5})/,
      /Kemal\.run\(?\s*(\d{4,5})/,
      /\bport\s*=\s*(\d{4,5})/,
    ],
    drivers: /^\s+(pg|mysql|sqlite3|redis|mongo)\w*:/gm,
  },
  {
    id: "dart",
    packageManager: "pub",
    manifests: ["pubspec.yaml"],
    names: [/^name:\s*["']?([\w-]+)/m],
    install: "dart pub get",
    build: "dart compile exe bin/server.dart -o bin/server",
    start: "./bin/server",
    version: { own: [], tools: ["dart"], pattern: /^\s+sdk:\s*["']?([^"'\n]+)/m, file: "pubspec.yaml" },
    frameworks: [
      {
        in: /^\s+dart_frog:/m,
        slug: "dart_frog",
        port: 8080,
        build: "dart_frog build",
        start: "dart build/bin/server.dart",
      },
      { in: /^\s+serverpod:/m, slug: "serverpod", port: 8080 },
      { in: /^\s+shelf:/m, slug: "shelf", port: 8080 },
    ],
    sources: /\.dart$/,
    program: /\bmain\s*\(/,
    listens: /HttpServer\.bind/,
    port: [/'PORT'\][^\n]{0,20}?['"](\d{4,5})/, /bind\([^,]+,\s*(\d{4,5})/],
    drivers: /^\s+(postgres|mysql|mysql1|sqlite3|mongo_dart|redis)\w*:/gm,
  },
  {
    id: "haskell",
    packageManager: "stack",
    manifests: ["stack.yaml"],
    names: [],
    build: "stack build --copy-bins --local-bin-path bin",
    start: "./bin/{name}",
    frameworks: [],
    sources: /\.(hs|cabal)$|^package\.yaml$/,
    program: /^main\s*::/m,
    listens: /\b(scotty|Network\.Wai|Yesod|Servant|Spock)\b/,
    port: [/\b(?:scotty|run|runSpock)\s+(\d{4,5})/],
  },
  {
    id: "haskell",
    packageManager: "cabal",
    manifests: ["*.cabal", "cabal.project"],
    names: [/^executable\s+([\w-]+)/m],
    install: "cabal build --only-dependencies",
    build: "cabal install --installdir=bin --install-method=copy",
    start: "./bin/{name}",
    frameworks: [
      { in: /\bscotty\b/, slug: "scotty", port: 3000 },
      { in: /\byesod\b/, slug: "yesod", port: 3000 },
      { in: /\bservant-server\b/, slug: "servant", port: 8080 },
      { in: /\bihp\b/, slug: "ihp", port: 8000 },
    ],
    sources: /\.hs$/,
    program: /^main\s*::/m,
    port: [/\b(?:scotty|run)\s+(\d{4,5})/],
  },
  {
    id: "gleam",
    packageManager: "gleam",
    manifests: ["gleam.toml"],
    names: [/^name\s*=\s*"([^"]+)"/m],
    install: "gleam deps download",
    build: "gleam export erlang-shipment",
    start: "./build/erlang-shipment/entrypoint.sh run",
    version: { own: [], tools: ["gleam"], pattern: /^gleam\s*=\s*"([^"]+)"/m, file: "gleam.toml" },
    frameworks: [
      { in: /^wisp\s*=/m, slug: "wisp", port: 8000 },
      { in: /^mist\s*=/m, slug: "mist", port: 8000 },
    ],
    sources: /\.gleam$/,
    program: /pub fn main\b/,
    listens: /mist\.|elli\./,
    port: [/mist\.port\((\d{4,5})/, /port:\s*(\d{4,5})/],
    drivers: /^(pog|gleam_pgo|sqlight|radish)\s*=/gm,
  },
  {
    id: "zig",
    packageManager: "zig",
    manifests: ["build.zig"],
    names: [/\.name\s*=\s*"([^"]+)"/],
    build: "zig build -Doptimize=ReleaseSafe",
    start: "./zig-out/bin/{name}",
    version: { own: [".zigversion", ".zig-version"], tools: ["zig"] },
    frameworks: [{ in: /\b(zap|httpz|jetzig)\b/, slug: "zap", port: 3000 }],
    sources: /\.zig$/,
    program: /pub fn main\b/,
    listens: /std\.http\.Server|std\.net\.\w+\.listen/,
    port: [/port\s*[:=]\s*(\d{4,5})/],
  },
  {
    id: "nim",
    packageManager: "nimble",
    manifests: ["*.nimble"],
    names: [/^bin\s*=\s*@\["([^"]+)"/m],
    install: "nimble install --depsOnly -y",
    build: "nimble build -d:release -y",
    start: "./{name}",
    frameworks: [
      { in: /\bjester\b/, slug: "jester", port: 5000 },
      { in: /\bprologue\b/, slug: "prologue", port: 8080 },
    ],
    sources: /\.nim$/,
    listens: /asynchttpserver/,
    port: [/Port\((\d{4,5})/, /port\s*=\s*(\d{4,5})/],
  },
  {
    id: "cpp",
    packageManager: "cmake",
    manifests: ["CMakeLists.txt"],
    names: [/add_executable\s*\(\s*([\w.-]+)/i],
    build: "cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build",
    start: "./build/{name}",
    frameworks: [
      { in: /drogon/i, slug: "drogon", port: 8080 },
      { in: /\bcrow\b/i, slug: "crow", port: 18_080 },
    ],
    sources: /\.(cpp|cc|cxx|c)$/,
    program: /\bint\s+main\s*\(/,
    listens: /httplib::Server|\bbind\s*\(|\blisten\s*\(/,
    port: [/\.port\((\d{4,5})/, /listen\([^)]*?(\d{4,5})/, /addListener\([^)]*?(\d{4,5})/, /\bport\s*=\s*(\d{4,5})/i],
  },
  {
    id: "cpp",
    packageManager: "meson",
    manifests: ["meson.build"],
    names: [/executable\s*\(\s*'([\w.-]+)'/],
    build: "meson setup build --buildtype=release && meson compile -C build",
    start: "./build/{name}",
    frameworks: [],
    sources: /\.(cpp|cc|cxx|c)$/,
    program: /\bint\s+main\s*\(/,
    listens: /httplib::Server|\blisten\s*\(/,
  },
];

export const otherLanguages: Reader[] = languages.map((row) => ({
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
    const isFlutter = row.id === "dart" && /^\s+flutter:/m.test(text);
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
      const driver = word
        .trim()
        .replace("jedis", "redis")
        .replace("lettuce", "redis")
        .replace("carmine", "redis")
        .replace("radish", "redis")
        .replace("monger", "mongo")
        .replace("pog", "postgres")
        .replace("gleam_pgo", "postgres")
        .replace("sqlight", "sqlite")
        .replace(/^pg:$/, "postgres");
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
  { reading, row }: { reading: ReturnType<typeof draftOf>; row: Language },
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
function nameFromSources(project: Project, directory: string, row: Language): string | undefined {
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

function sourcesOf(project: Project, directory: string, row: Language): Source[] {
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
