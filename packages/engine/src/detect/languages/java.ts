/** Java and Kotlin: Spring Boot, Quarkus, Micronaut, Ktor and plain programs, built by Maven or Gradle, with or without their wrapper. */
import { inside, type Project, type Reader, type Reading } from "../reading.ts";
import { databasesInAddresses, usesDrivers } from "./databases.ts";
import { decide, draftOf, dropLocalDatabases, state, uses } from "./draft.ts";
import { search } from "./files.ts";
import { type Build, gradleBuild, mavenBuild } from "./java-build.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

interface JavaFramework {
  slug: string;
  /** Artifact, plugin or group ids of which one must be there; a pattern is matched against the whole id. */
  ids: RegExp;
  port: number;
  /** Java property the port is set by. */
  property?: string;
  /** Program file relative to the build's output directory, when it is not the jar. */
  jar?: { maven: string; gradle: string };
}

/** The order is the order of trust. */
const frameworks: readonly JavaFramework[] = [
  {
    slug: "quarkus",
    ids: /^(io\.quarkus|quarkus-.+)$/,
    port: 8080,
    property: "quarkus.http.port",
    jar: { maven: "target/quarkus-app/quarkus-run.jar", gradle: "build/quarkus-app/quarkus-run.jar" },
  },
  {
    slug: "micronaut",
    ids: /^(io\.micronaut.*|micronaut-http-server.*|micronaut-runtime)$/,
    port: 8080,
    property: "micronaut.server.port",
  },
  {
    slug: "spring-boot",
    ids: /^(org\.springframework\.boot|spring-boot-starter.*|spring-boot-maven-plugin|spring-boot-gradle-plugin)$/,
    port: 8080,
    property: "server.port",
  },
  { slug: "ktor", ids: /^(io\.ktor\.plugin|ktor-server-.+)$/, port: 8080 },
  { slug: "helidon", ids: /^(helidon-.+|io\.helidon.*)$/, port: 8080, property: "server.port" },
  { slug: "dropwizard", ids: /^dropwizard-core$/, port: 8080 },
  { slug: "javalin", ids: /^javalin(-bundle)?$/, port: 7000 },
  { slug: "spark", ids: /^(spark-core|spark-kotlin)$/, port: 4567 },
  { slug: "vertx", ids: /^(vertx-(core|web)|io\.vertx.*)$/, port: 8888 },
  { slug: "http4k", ids: /^http4k-(core|server-.+)$/, port: 8000 },
  { slug: "play", ids: /^(play-java|com\.typesafe\.play|org\.playframework\.play)$/, port: 9000 },
  { slug: "jooby", ids: /^jooby(-.+)?$/, port: 8080 },
  { slug: "open-liberty", ids: /^liberty-maven-plugin$/, port: 9080 },
  { slug: "jetty", ids: /^(jetty-server|jetty-maven-plugin)$/, port: 8080 },
];

/** Libraries of bots. */
const bots = /^(?:JDA|javacord(?:-.+)?|discord4j-core|kord-core(?:-.+)?|telegrambots(?:-.+)?|java-telegram-bot-api)$/;

export const java: Reader = {
  id: "java",
  read(project, directory) {
    const build = mavenBuild(project, directory) ?? gradleBuild(project, directory);
    if (!build) return singleFile(project, directory);
    const { at } = build;
    const reading = draftOf("java", { at, rule: `java/${build.tool}` });
    state(reading, "packageManager", build.tool, { at, rule: `java/${build.tool}` });
    stateVersion(project, directory, reading, build);

    const ids = new Set([...build.dependencies.keys(), ...build.plugins]);
    const isBot = ids.values().some((id) => bots.test(id));
    // What a bot answers by a small server inside it is no reason to call it one.
    const row = frameworks.find(
      (candidate) =>
        ids.values().some((id) => candidate.ids.test(id)) &&
        !(isBot && /^(?:jetty|javalin|spark)$/.test(candidate.slug)),
    );
    const program =
      build.modules.length > 0 && (build.packaging === "pom" || !build.isProgram)
        ? moduleWithProgram(project, directory, build)
        : null;
    if (program) return program;
    usesDrivers(reading, "java", build.dependencies);
    const config = settings(project, directory);
    for (const { at: path, text } of config)
      for (const name of databasesInAddresses(text))
        uses(reading, name, { at: path, rule: "java/jdbc-address", confidence: 0.8 });
    dropLocalDatabases(reading);

    const isAndroid = build.plugins.has("com.android.application") || build.plugins.has("com.android.library");
    const sources = javaSources(project, directory);
    const main = sources.find(({ text }) =>
      /\bstatic\s+void\s+main\s*\(|^fun\s+main\s*\(|^suspend fun main|void main\s*\(/m.test(text),
    );
    state(reading, "buildCommand", build.command, { at, rule: `java/${build.tool}`, confidence: 0.85 });
    if (isAndroid) return decide(reading, "package", 0.5, { at, rule: "java/android" });
    if (build.plugins.has("java-platform")) return decide(reading, "package", 0.9, { at, rule: "java/platform" });
    // A library among modules may be given the plugin of all, and no settings.
    const isShared =
      row?.slug === "quarkus"
        ? directory !== "." && !config.some(saysSomething) && isIdle(sources)
        : row?.slug === "spring-boot" && isSeen(sources);
    if (
      row &&
      (main !== undefined ||
        build.packaging === "war" ||
        row.slug === "play" ||
        (!isShared && (build.isProgram || row.slug === "quarkus")))
    ) {
      state(reading, "framework", row.slug, { at, rule: `framework/${row.slug}` });
      return readServer({ project, directory, reading, build, row, config, sources, main });
    }
    return readPlain({ project, directory, reading, build, sources, main });
  },
};

/** A program in one file, which Java starts as it is. Source: https://openjdk.org/jeps/330 */
function singleFile(project: Project, directory: string): Reading | null {
  const files = project.tree.listing(directory).files.filter((name) => name.endsWith(".java"));
  const name = files.includes("Main.java") ? "Main.java" : files.length === 1 ? files[0] : undefined;
  if (name === undefined) return null;
  const at = inside(directory, name);
  const text = project.tree.text(at) ?? "";
  if (!/\bvoid\s+main\s*\(/.test(text)) return null;
  const reading = draftOf("java", { at, rule: "java/file" });
  state(reading, "startCommand", `java ${name}`, { at, rule: "java/file" });
  if (!/\b(?:HttpServer\.create|new ServerSocket|ServerSocketChannel\.open)\(/.test(text))
    return decide(reading, "worker", 0.5, { at, rule: "java/file" });
  statePort(project, directory, reading, {
    sources: [{ at, text }],
    patterns: [
      /"PORT"[^;]{0,80}?"?(\d{2,5})/,
      /InetSocketAddress\((?:[^(),]+,\s*)?(\d{2,5})\)/,
      /ServerSocket\((\d{2,5})/,
    ],
    fallback: { port: 8080, rule: "java/file", at },
  });
  return decide(reading, "server", 0.75, { at, rule: "java/listens" });
}

/** All of its sources were looked at. */
function isSeen(sources: readonly Source[]): boolean {
  return sources.length > 0 && sources.length < mostSources;
}

/** Nothing of it answers, listens or runs by the clock: what other modules share. */
function isIdle(sources: readonly Source[]): boolean {
  return isSeen(sources) && !sources.some(({ text }) => runsByItself.test(text));
}

/** More than a comment. */
const saysSomething = ({ text }: Source): boolean => /^[^#\n]*[^\s#]/m.test(text);

const runsByItself = /@(?:Path|Route|Incoming|GrpcService|GraphQLApi|Scheduled|QuarkusMain|WebServlet)\b/;

interface Case {
  project: Project;
  directory: string;
  reading: Reading;
  build: Build;
  sources: Source[];
  main: Source | undefined;
}

function readServer({
  project,
  directory,
  reading,
  build,
  row,
  config,
  sources,
  main,
}: Case & { row: JavaFramework; config: Source[] }): Reading {
  const jar = row.jar?.[build.tool] ?? build.jar;
  const takesPort = [...config, ...sources].some(({ text }) =>
    /\$\{(?:SERVER_)?PORT\b|["']PORT["']|\$\{\?PORT\}/.test(text),
  );
  const property = row.property === undefined || takesPort ? "" : ` -D${row.property}=$PORT`;
  const start =
    build.distribution !== undefined && row.slug !== "spring-boot" && row.slug !== "quarkus"
      ? build.distribution
      : `java${property} -jar ${jar}`;
  state(reading, "startCommand", start, { at: build.at, rule: `framework/${row.slug}`, confidence: 0.85 });
  const process = startFromProcfile(project, directory, reading);
  keepOwnJar(reading, process === null ? undefined : start);
  if (process === "worker") return decide(reading, "worker", 0.85, { at: build.at, rule: "java/procfile" });
  // What a sibling project depends on is not seen here; settings of a server are.
  const isWebless =
    row.slug === "spring-boot" &&
    !config.some(({ text }) => /^server:|^server\.port/m.test(text)) &&
    ![...build.dependencies.keys()].some((id) =>
      /web|webflux|jersey|jetty|undertow|tomcat|rest|graphql|actuator|cloud-gateway|eureka|config-server|zuul|vaadin|hateoas|thymeleaf/.test(
        id,
      ),
    );
  if (isWebless) return decide(reading, "worker", 0.75, { at: build.at, rule: "spring-boot/no-web-starter" });
  statePort(project, directory, reading, {
    sources: [...config, ...sources],
    patterns: portPatterns,
    fallback: { port: row.port, rule: `framework/${row.slug}`, at: build.at },
    containerLast: true,
  });
  return decide(reading, "server", 0.95, { at: main?.at ?? build.at, rule: `framework/${row.slug}` });
}

/** A Procfile may name the jar by a pattern, which needs a shell; then our own line, which names it, is the better one. */
function keepOwnJar(reading: Reading, own: string | undefined): void {
  const written = reading.startCommand;
  if (own === undefined || written === undefined || !/\*/.test(written)) return;
  const jar = /-jar\s+(\S+)/.exec(own)?.[1];
  if (jar !== undefined)
    state(reading, "startCommand", written.replace(/\S*\*\S*\.jar/, jar), { at: "Procfile", rule: "java/named-jar" });
}

function readPlain({ project, directory, reading, build, sources, main }: Case): Reading {
  const listener = sources.find(({ text }) =>
    /\b(HttpServer\.create|new ServerSocket|embeddedServer|SpringApplication\.run)\b/.test(text),
  );
  const { at } = build;
  if (main !== undefined && (build.isProgram || build.distribution !== undefined || listener !== undefined))
    state(reading, "startCommand", build.distribution ?? `java -jar ${build.jar}`, {
      at,
      rule: "java/program",
      confidence: 0.75,
    });
  const process = startFromProcfile(project, directory, reading);
  keepOwnJar(reading, process === null ? undefined : `java -jar ${build.jar}`);
  if (process === "web" || listener) {
    statePort(project, directory, reading, {
      sources,
      patterns: portPatterns,
      fallback: { port: 8080, rule: "java/convention", at },
    });
    return decide(reading, "server", 0.8, { at: listener?.at ?? at, rule: "java/listens" });
  }
  if (build.packaging === "war") {
    state(reading, "port", 8080, { at, rule: "java/war" });
    return decide(reading, "server", 0.7, { at, rule: "java/war" });
  }
  if (process === "worker") return decide(reading, "worker", 0.85, { at, rule: "java/procfile" });
  if (main === undefined) return decide(reading, "package", 0.7, { at, rule: "java/no-main" });
  if (reading.startCommand === undefined)
    state(reading, "startCommand", build.distribution ?? `java -jar ${build.jar}`, {
      at,
      rule: "java/program",
      confidence: 0.5,
    });
  return decide(reading, "worker", 0.65, { at: main.at, rule: "java/program" });
}

/** How much a module's name sounds like the program people come for, rather than one that serves the others. */
function likelihood(module: string): number {
  return (
    Number(/app|server|web|api|main|boot|gateway/.test(module)) -
    2 * Number(/admin|config|discovery|eureka|registry|monitor/.test(module))
  );
}

/** The module of a build of several that is a program: a server before anything else. Its commands are given from the root. */
function moduleWithProgram(project: Project, directory: string, build: Build): Reading | null {
  const readings = build.modules.flatMap((module) => {
    const place = inside(directory, module);
    const own = java.read(project, place);
    return own && own.kind !== "package" ? [{ module, reading: own }] : [];
  });
  readings.sort(
    (a, b) =>
      Number(b.reading.kind === "server") - Number(a.reading.kind === "server") ||
      likelihood(b.module) - likelihood(a.module),
  );
  const [best] = readings;
  if (!best) return null;
  if (readings.filter(({ reading: { kind, framework } }) => kind === "server" && framework !== undefined).length > 1) {
    const whole = draftOf("java", { at: build.at, rule: `java/${build.tool}` });
    state(whole, "packageManager", build.tool, { at: build.at, rule: `java/${build.tool}` });
    state(whole, "buildCommand", build.command, { at: build.at, rule: `java/${build.tool}`, confidence: 0.85 });
    return decide(whole, "monorepo", 0.9, { at: build.at, rule: "java/servers" });
  }
  const { module, reading } = best;
  // Gradle finds the module's task from the root; Maven builds every module, in order.
  const command =
    build.tool === "gradle" ? (reading.buildCommand ?? build.command).replace(/^(\.\.\/)+/, "./") : build.command;
  state(reading, "buildCommand", command, { at: build.at, rule: `java/${build.tool}` });
  if (reading.startCommand !== undefined) {
    const start = reading.startCommand.replace(/(?<=\s|^)(?:\.\/)?((?:target|build)\/\S+)/, `${module}/$1`);
    state(reading, "startCommand", start, { at: inside(directory, module), rule: "java/module" });
  }
  if (reading.runtimeVersion === undefined)
    state(reading, "runtimeVersion", build.version, { at: build.at, rule: `java/${build.tool}` });
  return reading;
}

function stateVersion(project: Project, directory: string, reading: Reading, build: Build): void {
  const system = inside(directory, "system.properties");
  const written = /^java\.runtime\.version\s*=\s*(\S+)/m.exec(project.tree.text(system) ?? "")?.[1];
  if (written !== undefined)
    return state(reading, "runtimeVersion", written, { at: system, rule: "java/system-properties" });
  if (versionFromFiles(project, directory, reading, { own: [".java-version"], tools: ["java"] })) return;
  const sdkman = inside(directory, ".sdkmanrc");
  const pinned = /^java\s*=\s*(\d+)/m.exec(project.tree.text(sdkman) ?? "")?.[1];
  state(reading, "runtimeVersion", build.version ?? pinned, {
    at: build.version === undefined ? sdkman : build.at,
    rule: `java/${build.tool}`,
  });
}

/** Spring's, Quarkus', Micronaut's and Ktor's settings; those of tests are left out. */
function settings(project: Project, directory: string): Source[] {
  return search(project.tree, inside(directory, "src/main/resources"), {
    depth: 1,
    limit: 12,
    matches: (name) =>
      /^(application|bootstrap|microprofile-config|reference)([.-][\w-]+)?\.(properties|ya?ml|conf|toml)$/.test(name) &&
      !/test/.test(name),
  })
    .sort((a, b) => a.length - b.length)
    .flatMap((path) => textOf(project, path));
}

const isSource = (name: string): boolean =>
  /\.(java|kt|kts|scala|groovy)$/.test(name) && !/Test|Spec|gradle/.test(name);

const first = (path: string): number => (/(Application|App|Main|Server)\.(java|kt)$/.test(path) ? 0 : 1);

/** At most so many sources are looked at. */
const mostSources = 80;

function javaSources(project: Project, directory: string): Source[] {
  // Below src/main every directory is a package's name, "example" and "test" too.
  const inMain = search(project.tree, inside(directory, "src/main"), {
    depth: 12,
    limit: mostSources,
    matches: isSource,
    everywhere: true,
  });
  const paths =
    inMain.length > 0 ? inMain : search(project.tree, directory, { depth: 8, limit: 40, matches: isSource });
  return paths.sort((a, b) => first(a) - first(b)).flatMap((path) => textOf(project, path));
}

function textOf(project: Project, at: string): Source[] {
  const text = project.tree.text(at);
  return text === null ? [] : [{ at, text }];
}

const portPatterns: readonly RegExp[] = [
  /^[ \t]*(?:server\.port|quarkus\.http\.port|micronaut\.server\.port|http\.port)\s*[:=]\s*["']?(?:\$\{[\w.]+:)?(\d{2,5})/m,
  /^quarkus:[ \t]*\r?\n(?:[ \t#].*\r?\n|\r?\n)*?([ \t]+)http:[ \t]*\r?\n(?:\1[ \t]+.*\r?\n|\r?\n)*?\1[ \t]+port:\s*["']?(?:\$\{?[\w.]+:)?(?<port>\d{2,5})/m,
  /^(?:server|micronaut|ktor):[ \t]*\r?\n(?:[ \t#].*\r?\n|\r?\n)*?[ \t]+port:\s*["']?(?:\$\{?[\w.]+:)?(\d{2,5})/m,
  /\bport\s*=\s*(\d{2,5})\b/,
  /^[ \t]*deployment\s*\{[^}]*?\bport\s*:\s*(\d{2,5})\b/m,
  /["']PORT["']\s*\)?[^;\n]{0,60}?(?:\?:|\?\?|orElse\(|,)\s*["']?(\d{2,5})/,
  /\b(?:port|listen|start|setPort|withPort)\(\s*(\d{2,5})\s*[,)]/,
  /\b(?:Netty|Jetty|Undertow|SunHttp|CIO)\s*[,(]\s*(?:port\s*=\s*)?(\d{2,5})/,
  /InetSocketAddress\(\s*(?:"[^"]*"\s*,\s*)?(\d{2,5})/,
  /new\s+ServerSocket\(\s*(\d{2,5})/,
  /["']PORT["'][\s\S]{0,200}?return\s+(\d{4,5})/,
];
