/** What a Maven or Gradle build says of itself. Both are scanned, not run: their languages are larger than what is read here. */
import { inside, isObject, type Project } from "../reading.ts";
import { textOf, textsOf } from "./documents.ts";
import { firstOf, placeOf } from "./files.ts";

export interface Build {
  tool: "maven" | "gradle";
  /** The build file. */
  at: string;
  /** Artifact ids (Maven) or artifact names (Gradle) to places; those for tests only are left out. */
  dependencies: Map<string, string>;
  plugins: Set<string>;
  version?: string;
  packaging?: "jar" | "war" | "pom";
  /** Modules relative to the build's directory. */
  modules: string[];
  command: string;
  /** The jar `command` makes. */
  jar: string;
  /** Start script of an installed distribution, when `command` makes one. */
  distribution?: string;
  /** The build says that it makes a program. */
  isProgram: boolean;
}

// Maven

/** The project's pom.xml, or null. A property is filled where this file or its parent's gives it. */
export function mavenBuild(project: Project, directory: string): Build | null {
  const at = inside(directory, "pom.xml");
  const text = project.tree.text(at);
  if (text === null) return null;
  const xml = text.replace(/<!--[\s\S]*?-->/g, "");
  const parentXml = parentOf(project, directory, xml);
  const properties = { ...propertiesOf(parentXml), ...propertiesOf(xml) };
  const head = xml.replace(
    /<(parent|dependencies|dependencyManagement|build|profiles|properties|modules|reporting|distributionManagement|licenses|developers|scm|repositories|pluginRepositories)>[\s\S]*?<\/\1>/g,
    "",
  );
  const parent = /<parent>([\s\S]*?)<\/parent>/.exec(xml)?.[1] ?? "";
  const fill = (value: string | undefined) =>
    value?.replace(/\$\{([\w.-]+)\}/g, (whole, key: string) =>
      key === "project.version"
        ? (element(head, "version") ?? element(parent, "version") ?? whole)
        : key === "project.artifactId"
          ? (element(head, "artifactId") ?? whole)
          : (properties[key] ?? whole),
    );

  const artifact = fill(element(head, "artifactId")) ?? "app";
  const version = fill(element(head, "version") ?? element(parent, "version")) ?? "1.0-SNAPSHOT";
  const packaging = element(head, "packaging");
  const managed = xml.replace(/<dependencyManagement>[\s\S]*?<\/dependencyManagement>/g, "");
  const dependencies = new Map<string, string>();
  for (const [, body] of managed.matchAll(/<dependency>([\s\S]*?)<\/dependency>/g)) {
    const id = element(body!, "artifactId");
    if (id !== undefined && element(body!, "scope") !== "test")
      dependencies.set(id, placeOf(at, text, `<artifactId>${id}<`));
  }
  const plugins = new Set(
    [...managed.matchAll(/<plugin>([\s\S]*?)<\/plugin>/g)].map(
      ([, body]) =>
        element(body!.replace(/<(dependencies|executions|configuration)>[\s\S]*?<\/\1>/g, ""), "artifactId") ?? "",
    ),
  );
  if (/spring-boot-starter-parent/.test(parent)) plugins.add("org.springframework.boot");
  const java = fill(
    properties["java.version"] ??
      properties["maven.compiler.release"] ??
      properties["maven.compiler.source"] ??
      properties["maven.compiler.target"] ??
      properties["jdk.version"] ??
      compilerVersion(managed),
  );
  const modules = [
    ...(/<modules>([\s\S]*?)<\/modules>/.exec(xml)?.[1] ?? "").matchAll(/<module>\s*(.*?)\s*<\/module>/g),
  ].map(([, name]) => name!.replace(/^\.\//, ""));
  const finalName = fill(
    element(
      /<build>([\s\S]*)<\/build>/.exec(managed)?.[1]?.replace(/<plugins>[\s\S]*<\/plugins>/, "") ?? "",
      "finalName",
    ),
  );
  const suffix =
    plugins.has("maven-assembly-plugin") &&
    /jar-with-dependencies/.test(managed) &&
    !/<appendAssemblyId>\s*false/.test(managed)
      ? "-jar-with-dependencies"
      : "";
  const extension = packaging === "war" ? "war" : "jar";
  const above =
    directory === "." ? undefined : directory.includes("/") ? directory.slice(0, directory.lastIndexOf("/")) : ".";
  const folder = directory.slice(directory.lastIndexOf("/") + 1);
  const isModule =
    above !== undefined &&
    new RegExp(`<module>\\s*(\\./)?${folder.replace(/[^\w-]/g, ".")}\\s*</module>`).test(
      project.tree.text(inside(above, "pom.xml")) ?? "",
    );
  const wrapper = firstOf(project.tree, isModule ? above : directory, ["mvnw"]) !== undefined;
  // A module needs what its parent builds beside it.
  const maven = `${wrapper ? (isModule ? "../mvnw" : "./mvnw") : "mvn"}${isModule ? ` -f .. -pl ${folder} -am` : ""}`;
  return {
    tool: "maven",
    at,
    dependencies,
    plugins,
    ...(java === undefined || java.includes("${") ? {} : { version: java }),
    packaging: packaging === "war" || packaging === "pom" ? packaging : "jar",
    modules,
    command: `${maven} clean package -DskipTests`,
    jar: `target/${finalName ?? `${artifact}-${version}`}${suffix}.${extension}`,
    isProgram:
      plugins.has("spring-boot-maven-plugin") ||
      plugins.has("quarkus-maven-plugin") ||
      /<mainClass>|<Main-Class>/.test(managed),
  };
}

function parentOf(project: Project, directory: string, xml: string): string {
  if (directory === "." || !/<parent>/.test(xml)) return "";
  const folder = directory.includes("/") ? directory.slice(0, directory.lastIndexOf("/")) : ".";
  return (project.tree.text(inside(folder, "pom.xml")) ?? "").replace(/<!--[\s\S]*?-->/g, "");
}

function propertiesOf(xml: string): Record<string, string> {
  const body = /<properties>([\s\S]*?)<\/properties>/.exec(xml)?.[1] ?? "";
  return Object.fromEntries(
    [...body.matchAll(/<([\w.-]+)>\s*([^<]*?)\s*<\/\1>/g)].map(([, key, value]) => [key!, value!]),
  );
}

function compilerVersion(xml: string): string | undefined {
  const plugin = [...xml.matchAll(/<plugin>([\s\S]*?)<\/plugin>/g)].find(
    ([, body]) => element(body!, "artifactId") === "maven-compiler-plugin",
  )?.[1];
  return plugin === undefined ? undefined : (element(plugin, "release") ?? element(plugin, "source"));
}

/** Text of the first element of that name. */
export function element(xml: string, name: string): string | undefined {
  return new RegExp(
    `<${name.replaceAll(".", "\\.")}(?:\\s[^>]*)?>\\s*([^<]*?)\\s*</${name.replaceAll(".", "\\.")}>`,
  ).exec(xml)?.[1];
}

// Gradle

/** The project's build.gradle or build.gradle.kts, or null. Aliases of a version catalog are followed. */
export function gradleBuild(project: Project, directory: string): Build | null {
  const { tree } = project;
  const at = firstOf(tree, directory, ["build.gradle", "build.gradle.kts"]);
  const settingsAt = firstOf(tree, directory, ["settings.gradle", "settings.gradle.kts"]);
  if (at === undefined && settingsAt === undefined) return null;
  const text = bare(at === undefined ? "" : (tree.text(at) ?? ""));
  const settings = bare(settingsAt === undefined ? "" : (tree.text(settingsAt) ?? ""));
  const place = at ?? settingsAt!;
  const rootDirectory = settingsAt === undefined ? gradleRoot(project, directory) : directory;
  const catalog = catalogOf(project, rootDirectory);

  const plugins = new Set<string>();
  // What is put aside for the modules, `apply false`, is none of this one's.
  for (const [, id] of text.matchAll(
    /\b(?:id|apply plugin:|apply\s*\(\s*plugin\s*=|alias)\s*(?:\(\s*)?["']([\w.-]+)["'](?![^\n]*\bapply[ (]+false\b)/g,
  ))
    plugins.add(id!);
  for (const [, id] of text.matchAll(/^[ \t]*`?(application|java|java-library|war)`?\s*$/gm)) plugins.add(id!);
  for (const [, alias] of text.matchAll(/alias\s*(?:\(\s*)?libs\.plugins\.([\w.]+)/g)) {
    const id = catalog.plugins.get(key(alias!));
    if (id !== undefined) plugins.add(id);
  }
  if (/\bktorLibs\.plugins\.ktor\b/.test(text)) plugins.add("io.ktor.plugin");
  for (const [, name] of text.matchAll(/classpath\s*(?:\(\s*)?["'][\w.-]+:([\w.-]+):/g)) plugins.add(name!);
  if (/kotlin\s*\(\s*["']jvm["']\s*\)/.test(text)) plugins.add("org.jetbrains.kotlin.jvm");

  const dependencies = new Map<string, string>();
  const original = at === undefined ? "" : (tree.text(at) ?? "");
  for (const line of text.split("\n")) {
    if (/^\s*(test|androidTest|jmh|integrationTest)\w*[\s(]/.test(line)) continue;
    for (const [, name] of line.matchAll(/["'][\w.-]+:([\w.-]+)(?::[^"']*)?["']/g))
      dependencies.set(name!, placeOf(place, original, name!));
    // Group and name as texts of their own: `implementation("org.http4k", "http4k-core", version)`.
    for (const [, name] of line.matchAll(/\w\(\s*["'][\w.-]+["']\s*,\s*["']([\w.-]+)["']/g))
      dependencies.set(name!, placeOf(place, original, name!));
    for (const [, name] of line.matchAll(/\bname\s*[:=]\s*["']([\w.-]+)["']/g))
      dependencies.set(name!, placeOf(place, original, name!));
    for (const [, alias] of line.matchAll(/\blibs\.(?!plugins|versions|bundles)([\w.]+)/g)) {
      for (const name of catalog.libraries.get(key(alias!)) ?? [])
        dependencies.set(name, placeOf(place, original, `libs.${alias}`));
    }
    // The catalog Ktor publishes: `ktorLibs.server.contentNegotiation` is ktor-server-content-negotiation.
    for (const [, alias] of line.matchAll(/\bktorLibs\.(?!plugins)([\w.]+)/g))
      dependencies.set(
        `ktor-${alias!
          .replaceAll(/([a-z])([A-Z])/g, "$1-$2")
          .replaceAll(".", "-")
          .toLowerCase()}`,
        placeOf(place, original, `ktorLibs.${alias}`),
      );
    // And the one Micronaut publishes: `mn.mysql.connector.java` is mysql-connector-java.
    for (const [, alias] of line.matchAll(/\bmn\.(?!plugins)([a-z][\w.]+)/g))
      dependencies.set(alias!.replaceAll(".", "-"), placeOf(place, original, `mn.${alias}`));
    for (const [, alias] of line.matchAll(/\blibs\.bundles\.([\w.]+)/g)) {
      for (const name of catalog.bundles.get(key(alias!)) ?? [])
        dependencies.set(name, placeOf(place, original, `libs.bundles.${alias}`));
    }
  }

  const rootText =
    rootDirectory === directory
      ? ""
      : bare(tree.text(firstOf(tree, rootDirectory, ["build.gradle", "build.gradle.kts"]) ?? "") ?? "");
  const version = javaVersionOf(text) ?? javaVersionOf(rootText);
  const modules = [
    ...settings.matchAll(/["']:?([\w:./-]+)["']/g),
    // `project(":server").projectDir = file("$rootDir/server-app")`: a folder of another name.
    ...settings.matchAll(/\bprojectDir\s*=\s*(?:file|File)\(\s*(?:\w+\s*,\s*)?["']\$\{?rootDir\}?\/([\w./-]+)["']/g),
  ]
    .map(([, name]) => name!.replaceAll(":", "/"))
    .filter(
      (name) =>
        tree.has(inside(directory, `${name}/build.gradle`)) || tree.has(inside(directory, `${name}/build.gradle.kts`)),
    );
  const folder = directory === "." ? undefined : directory.slice(directory.lastIndexOf("/") + 1);
  const named = /rootProject\.name\s*=\s*["']([^"']+)["']/.exec(settings)?.[1] ?? folder ?? "app";
  // A module has the version its root gives to all.
  const shared = /\b(?:allprojects|subprojects)\s*\{[\s\S]*/.exec(rootText)?.[0] ?? "";
  const isUnversioned = /archiveVersion\s*(?:=|\.set\()\s*(?:""|'')/.test(text);
  const ownVersion = isUnversioned
    ? undefined
    : (/^[ \t]*version\s*(?:=\s*)?["']([^"']+)["']/m.exec(text)?.[1] ??
      /^version\s*=\s*(\S+)/m.exec(tree.text(inside(directory, "gradle.properties")) ?? "")?.[1] ??
      /^[ \t]*version\s*(?:=\s*)?["']([^"']+)["']/m.exec(shared)?.[1] ??
      (rootText === ""
        ? undefined
        : /^version\s*=\s*(\S+)/m.exec(tree.text(inside(rootDirectory, "gradle.properties")) ?? "")?.[1]));
  const base =
    /(?:archivesBaseName|archivesName|baseName|archiveBaseName)\s*(?:=|\.set\()\s*["']([^"']+)["']/.exec(text)?.[1] ??
    named;
  const whole = /(?:archiveFileName|archiveName)\s*(?:=|\.set\()\s*["']([^"']+\.jar)["']/
    .exec(text)?.[1]
    ?.replace(/\$\{?(?:project\.name|rootProject\.name|archiveBaseName(?:\.get\(\))?|baseName|name)\b\}?/g, base)
    .replace(/\$\{?(?:project\.|rootProject\.|archive)?[vV]ersion(?:\.get\(\))?\b\}?/g, ownVersion ?? "unspecified");
  const isShadow =
    plugins.has("com.github.johnrengelman.shadow") ||
    plugins.has("com.gradleup.shadow") ||
    plugins.has("io.ktor.plugin");
  const isBoot = plugins.has("org.springframework.boot") || plugins.has("spring-boot-gradle-plugin");
  const isApplication = plugins.has("application") || /\bmainClass(?:Name)?\b/.test(text);
  const up =
    rootDirectory === directory
      ? "./"
      : "../".repeat(directory.split("/").length - (rootDirectory === "." ? 0 : rootDirectory.split("/").length));
  const gradle = firstOf(tree, rootDirectory, ["gradlew"]) === undefined ? "gradle" : `${up}gradlew`;
  const suffix = `${ownVersion === undefined ? "" : `-${ownVersion}`}${isShadow && !isBoot ? "-all" : ""}`;
  return {
    tool: "gradle",
    at: place,
    dependencies,
    plugins,
    ...(version === undefined ? {} : { version }),
    packaging: plugins.has("war") ? "war" : "jar",
    modules: [...new Set(modules)],
    command: plugins.has("io.ktor.plugin") ? `${gradle} buildFatJar` : `${gradle} clean build -x test`,
    jar: `build/libs/${(whole?.includes("$") ? undefined : whole) ?? `${base}${suffix}.jar`}`,
    // `build` leaves a distribution as an archive; a jar that holds everything needs no installation.
    ...(isApplication && !isBoot && !isShadow
      ? { distribution: `./build/install/${named}/bin/${named}`, command: `${gradle} installDist -x test` }
      : {}),
    isProgram:
      isBoot ||
      isApplication ||
      plugins.has("io.quarkus") ||
      plugins.has("io.micronaut.application") ||
      plugins.has("io.ktor.plugin"),
  };
}

/** Nearest directory above that holds the settings of the build. */
function gradleRoot(project: Project, directory: string): string {
  for (let at = directory; at !== "."; at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : ".") {
    if (firstOf(project.tree, at, ["settings.gradle", "settings.gradle.kts"])) return at;
  }
  return ".";
}

/** Without comments; a `//` inside a string belongs to an address and is no comment. */
function bare(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[\s;{}()])\/\/.*$/gm, "$1");
}

function javaVersionOf(text: string): string | undefined {
  return (
    /JavaLanguageVersion\.of\(\s*["']?(\d+)/.exec(text)?.[1] ??
    /jvmToolchain\(\s*(\d+)/.exec(text)?.[1] ??
    /(?:sourceCompatibility|targetCompatibility|jvmTarget)\s*(?:=|\.set\()?\s*["']?(?:JavaVersion\.VERSION_)?["']?(\d+(?:[._]\d+)?)/
      .exec(text)?.[1]
      ?.replace("_", ".") ??
    /JvmTarget\.JVM_(\d+)/.exec(text)?.[1]
  );
}

interface Catalog {
  libraries: Map<string, string[]>;
  bundles: Map<string, string[]>;
  plugins: Map<string, string>;
}

/** Gradle writes an alias with dots where the catalog has dashes or underscores. */
const key = (alias: string): string => alias.replaceAll("_", "-").replaceAll(".", "-");

/** gradle/libs.versions.toml: alias (with dashes) to artifact names. */
function catalogOf(project: Project, directory: string): Catalog {
  const catalog: Catalog = { libraries: new Map(), bundles: new Map(), plugins: new Map() };
  if (!project.tree.listing(inside(directory, "gradle")).files.includes("libs.versions.toml")) return catalog;
  const document = project.toml(inside(directory, "gradle/libs.versions.toml"));
  for (const [alias, value] of Object.entries(isObject(document?.["libraries"]) ? document["libraries"] : {})) {
    const module = isObject(value)
      ? typeof value["module"] === "string"
        ? value["module"]
        : `${textOf(value["group"]) ?? ""}:${textOf(value["name"]) ?? ""}`
      : (textOf(value) ?? "");
    catalog.libraries.set(key(alias), [module.split(":")[1] ?? module]);
  }
  for (const [alias, value] of Object.entries(isObject(document?.["bundles"]) ? document["bundles"] : {})) {
    if (Array.isArray(value))
      catalog.bundles.set(
        key(alias),
        textsOf(value).flatMap((name) => catalog.libraries.get(key(name)) ?? []),
      );
  }
  for (const [alias, value] of Object.entries(isObject(document?.["plugins"]) ? document["plugins"] : {})) {
    const id = isObject(value) ? value["id"] : textOf(value)?.split(":")[0];
    if (typeof id === "string") catalog.plugins.set(key(alias), id);
  }
  return catalog;
}
