/**
 * Settings that classes of Quarkus and Spring ask for by name, `@ConfigProperty(name = "github.token")`, `@Value("${jwt.secret}")`: what
 * no file of the project defines comes from the environment, `GITHUB_TOKEN`.
 * Source: https://smallrye.io/smallrye-config, "Environment variables"; Spring's SystemEnvironmentPropertySource.
 */
import type { Project } from "../../detect/reading.ts";
import { maskHashComments } from "../mask.ts";
import { isNearby } from "../nearby.ts";
import type { Scope, ScopeFile } from "../scope.ts";
import type { Sighting } from "../sighting.ts";
import { withoutDevelopment } from "../told/settings-files.ts";

const injected =
  /@ConfigProperty\(\s*name\s*=\s*(?:"([a-z][\w-]*(?:\.[\w-]+)+)"|(?:\w+\.)*([A-Z][A-Z0-9_]+))\s*\)(?!\s*(?:\w+\s+){0,4}Optional)|@Value\(\s*"\\?\$\{([a-z][\w-]*(?:\.[\w-]+)+)\}"\s*\)/g;
const constant =
  /\bString\s+([A-Z][A-Z0-9_]+)\s*=\s*"([a-z][\w-]*(?:\.[\w-]+)+)"|\bconst\s+val\s+([A-Z][A-Z0-9_]+)\s*=\s*"([a-z][\w-]*(?:\.[\w-]+)+)"/g;
/** Of the frameworks themselves, which have a value for each. */
const ofFramework = /^(?:spring|server|management|quarkus|mp|logging|java|user|os)\./;
/** Where the frameworks are told where data is kept or passed on. */
const ofStore =
  /^(?:spring\.(?:datasource\.(?:hikari\.)?(?:jdbc-?)?url|r2dbc\.url|(?:data\.)?mongodb\.(?:uri|host)|(?:data\.)?redis\.(?:url|host)|rabbitmq\.(?:host|addresses)|kafka\.bootstrap-?servers|neo4j\.uri|activemq\.broker-?url)|quarkus\.(?:datasource\.(?:jdbc\.|reactive\.)?url|mongodb\.(?:connection-?string|hosts)|redis\.hosts)|kafka\.bootstrap\.servers|mp\.messaging\.connector\.[\w-]+\.bootstrap\.servers)$/;
const settings =
  /(?:^|\/)(?:(?:application|bootstrap)(?!-(?:dev|local|test)\b)[\w-]*\.(?:properties|ya?ml)|microprofile-config\.properties)$/;
/** Those of other profiles too. */
const anySettings =
  /(?:^|\/)(?:(?:application|bootstrap)[\w-]*\.(?:properties|ya?ml)|microprofile-config\.properties)$/;

/** `texts` are the classes of the program. */
export function readJvmSettings(project: Project, scope: Scope, texts: ReadonlyMap<string, string>): Sighting[] {
  if (![...texts.values()].some((text) => text.search(injected) >= 0)) return [];
  const files = filesOf(scope);
  const defined = new Set(files.flatMap(({ path }) => entriesIn(project, path).map(({ name }) => plain(name))));
  const constants = new Map(
    [...texts.values()].flatMap((text) =>
      [...text.matchAll(constant)].map(([, one, first, other, second]) => [one ?? other!, first ?? second!] as const),
    ),
  );
  return [...texts].flatMap(([path, text]) =>
    [...text.matchAll(injected)].flatMap((match): Sighting[] => {
      const name = match[1] ?? match[3] ?? constants.get(match[2]!);
      if (name === undefined || defined.has(plain(name)) || ofFramework.test(name)) return [];
      // Where the file of settings is not committed, it may define anything.
      if (match[3] !== undefined && files.length === 0) return [];
      const key = name.replaceAll(/[^a-z0-9]/gi, "_").toUpperCase();
      return [{ key, need: "checked", when: "run", offset: match.index, path }];
    }),
  );
}

const placeholder = /(?<![\\$])\$\{([a-z][\w-]*(?:\.[\w-]+)+)\}/g;
/** Filled in by what builds the program, or by the frameworks. */
const ofBuild = /^(?:project|pom|maven|gradle|build|git|random|micronaut|vcap|local|env|sys|os|jdk|basedir|info)\./;
/** What else may define a setting: another file, a server of settings. */
const definesMore = /spring\.config\.import|\bimport:\s*\S|config-?client|spring-?cloud-?config|cloud:\s+config:/;

/** `${rdb.host}` in a file of settings: what none of them defines, `RDB_HOST` does. */
export function readJvmPlaceholders(project: Project, scope: Scope): Sighting[] {
  const all = scope.others.filter(({ name }) => anySettings.test(name));
  const texts = new Map(all.map(({ path }) => [path, withoutDevelopment(project.tree.text(path) ?? "")]));
  if (![...texts.values()].some((text) => text.search(placeholder) >= 0)) return [];
  if ([...texts.values()].some((text) => definesMore.test(text))) return [];
  const manifest = scope.others.find(({ name }) => name === "pom.xml");
  const built = manifest === undefined ? "" : (project.tree.text(manifest.path) ?? "");
  const defined = new Set(all.flatMap(({ path }) => entriesIn(project, path).map(({ name }) => plain(name))));
  return filesOf(scope).flatMap(({ path }) =>
    [...maskHashComments(texts.get(path) ?? "").matchAll(placeholder)].flatMap((match): Sighting[] => {
      const name = match[1]!;
      if (defined.has(plain(name)) || ofFramework.test(name) || ofBuild.test(name)) return [];
      if (built.includes(`<${name}>`)) return [];
      const key = name.replaceAll(/[^a-z0-9]/gi, "_").toUpperCase();
      return [{ key, need: "checked", when: "run", offset: match.index, path }];
    }),
  );
}

/** Addresses of this machine that the settings of production have for what the program keeps its data in. */
export function readJvmAddresses(project: Project, scope: Scope): Sighting[] {
  const files = filesOf(scope);
  const found = new Map<string, Sighting | null>();
  // The profile of production takes the place of what holds for all.
  for (const { path, name: file } of files.toSorted((a, b) => rankOf(a) - rankOf(b)))
    for (const { name, value, offset } of entriesIn(project, path)) {
      if (!ofStore.test(name)) continue;
      const isAway = /[?&$]\{/.test(value) ? false : isNearby(name, value);
      if (!isAway && !/prod/.test(file) && found.has(plain(name)) && found.get(plain(name))?.path !== path) continue;
      const key = name.replaceAll(/[^a-z0-9]/gi, "_").toUpperCase();
      found.set(plain(name), isAway ? { key, need: "checked", when: "run", offset, path, isNearby: true } : null);
    }
  return [...found.values()].filter((one) => one !== null);
}

const usesDatasource = /spring-boot-starter-(?:data-jpa|jdbc|data-jdbc)\b/;
const address = /^spring\.(?:datasource|shardingsphere)\.(?:[\w-]+\.)*(?:jdbc-?)?url$/i;
/** A program that opens its database itself, or runs one of its own. */
const opensItself =
  /\bDataSourceBuilder\b|\bHikari(?:Config|DataSource)\b|\bsetJdbcUrl\(|\bDriverManagerDataSource\b|\bEmbeddedDatabaseBuilder\b/;
const ownDatabase =
  /com\.h2database|hsqldb|org\.apache\.derby|sqlite-jdbc|spring-boot-docker-compose|embedded-postgres|spring-cloud-starter-config/;

/** Spring Boot with a database on another machine, and nowhere its address: it does not start without `SPRING_DATASOURCE_URL`. */
export function readJvmDatasource(project: Project, scope: Scope, texts: ReadonlyMap<string, string>): Sighting[] {
  const files = filesOf(scope);
  const manifest = scope.others.find(({ name }) => /^(?:pom\.xml|build\.gradle(?:\.kts)?)$/.test(name));
  const built = manifest === undefined ? "" : (project.tree.text(manifest.path) ?? "");
  const [first] = files;
  if (first === undefined || !usesDatasource.test(built) || ownDatabase.test(built)) return [];
  if (!/postgresql|mysql|mariadb|mssql|ojdbc|oracle/.test(built)) return [];
  const written = files.map(({ path }) => withoutDevelopment(project.tree.text(path) ?? "")).join("\n");
  // A profile that is chosen has settings of its own.
  if (definesMore.test(written) || /profiles\.active\s*=|profiles:\s+active:/.test(written)) return [];
  if (files.some(({ path }) => entriesIn(project, path).some(({ name }) => address.test(name)))) return [];
  if ([...texts.values()].some((text) => opensItself.test(text))) return [];
  return [{ key: "SPRING_DATASOURCE_URL", need: "checked", when: "run", offset: 0, path: first.path }];
}

function filesOf(scope: Scope): ScopeFile[] {
  return scope.others.filter(({ name }) => settings.test(name) && !name.includes("src/test/"));
}

function rankOf({ name }: ScopeFile): number {
  return /-prod/.test(name) ? 1 : 0;
}

/** Names are compared as Spring does: without hyphens, in lower case. */
function plain(name: string): string {
  return name.replaceAll("-", "").toLowerCase();
}

interface Entry {
  name: string;
  value: string;
  offset: number;
}

/** Names with a value. YAML is read by its indentation: Maven's `@project.version@` makes it none that a parser takes. */
function entriesIn(project: Project, path: string): Entry[] {
  const isYaml = !path.endsWith(".properties");
  const open: { name: string; indent: number }[] = [];
  let end = 0;
  return withoutDevelopment(project.tree.text(path) ?? "")
    .split("\n")
    .flatMap((line) => {
      const offset = end;
      end += line.length + 1;
      const [, before, quoted, bare, after] =
        /^(\s*)(?:["']([^"']+)["']|([A-Za-z%][\w.[\]-]*))\s*[=:](.*)/.exec(line) ?? [];
      const name = (quoted ?? bare)?.replace(/^%prod\./, "");
      if (name === undefined || before === undefined) return [];
      while (open.length > 0 && open.at(-1)!.indent >= before.length) open.pop();
      if (isYaml) open.push({ name, indent: before.length });
      const value = after!.trim().replace(/^["']|["']$/g, "");
      return [{ name: isYaml ? open.map((one) => one.name).join(".") : name, value, offset }];
    });
}
