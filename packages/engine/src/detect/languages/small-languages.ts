/** Languages with one build tool and few frameworks: a row each. Read by manifest, with less depth than those that have their own file. */

export interface SmallLanguage {
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

export const smallLanguages: readonly SmallLanguage[] = [
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
      { in: /^[ \t]+kemal:/m, slug: "kemal", port: 3000, start: "./bin/{name} --port $PORT" },
      { in: /^[ \t]+lucky:/m, slug: "lucky", port: 3000 },
      { in: /^[ \t]+amber:/m, slug: "amber", port: 3000 },
      { in: /^[ \t]+athena:|^[ \t]+athena-framework/m, slug: "athena", port: 3000 },
      { in: /^[ \t]+marten:/m, slug: "marten", port: 8000 },
    ],
    sources: /\.cr$/,
    listens: /HTTP::Server/,
    builds: /^targets:|^[ \t]+(kemal|lucky|amber|athena|marten):/m,
    port: [
      /bind_tcp\([^)]*?(\d{4,5})/,
      /"PORT"[^\n]{0,30}?(\d{4,5})/,
      /Kemal\.run\(?\s*(\d{4,5})/,
      /\bport\s*=\s*(\d{4,5})/,
    ],
    drivers: /^[ \t]+(pg|mysql|sqlite3|redis|mongo)\w*:/gm,
  },
  {
    id: "dart",
    packageManager: "pub",
    manifests: ["pubspec.yaml"],
    names: [/^name:\s*["']?([\w-]+)/m],
    install: "dart pub get",
    build: "dart compile exe bin/server.dart -o bin/server",
    start: "./bin/server",
    version: { own: [], tools: ["dart"], pattern: /^[ \t]+sdk:\s*["']?([^"'\n]+)/m, file: "pubspec.yaml" },
    frameworks: [
      {
        in: /^[ \t]+dart_frog:/m,
        slug: "dart_frog",
        port: 8080,
        build: "dart_frog build",
        start: "dart build/bin/server.dart",
      },
      { in: /^[ \t]+serverpod:/m, slug: "serverpod", port: 8080 },
      { in: /^[ \t]+shelf:/m, slug: "shelf", port: 8080 },
    ],
    sources: /\.dart$/,
    program: /\bmain\s*\(/,
    listens: /HttpServer\.bind/,
    port: [/'PORT'\][^\n]{0,20}?['"](\d{4,5})/, /bind\([^,]+,\s*(\d{4,5})/],
    drivers: /^[ \t]+(postgres|mysql|mysql1|sqlite3|mongo_dart|redis)\w*:/gm,
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
