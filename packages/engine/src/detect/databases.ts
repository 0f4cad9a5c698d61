/** Databases a JavaScript project uses: drivers it depends on, the schema's provider, the dialect in configuration, driver names in code. */
import { configOf, stringAt, valueAt } from "./config.ts";
import { databaseOfWord, drivers } from "./drivers.ts";
import { withoutComments } from "./entry.ts";
import { dropLocalDatabases, uses } from "./languages/draft.ts";
import { placeOf, search } from "./languages/files.ts";
import { type Manifest, uses as dependsOn, lineOf } from "./manifest.ts";
import { inside, isObject, type Project, type Reading } from "./reading.ts";

/** Tools of a schema: their configuration says which database, and it counts though they are used while developing only. */
const schemaTools = [
  "prisma",
  "@prisma/client",
  "drizzle-orm",
  "drizzle-kit",
  "typeorm",
  "@nestjs/typeorm",
  "sequelize",
  "sequelize-typescript",
  "knex",
  "kysely",
  "@mikro-orm/core",
  "objection",
  "@keystone-6/core",
  "@keystone-next/keystone",
  "@strapi/strapi",
  "@adonisjs/lucid",
  "bookshelf",
  "sails",
];

export function addDatabases(project: Project, manifest: Manifest, reading: Reading): void {
  for (const name of Object.keys(manifest.dependencies)) {
    const database = drivers[name] ?? (name.startsWith("@strapi/provider-upload") ? undefined : undefined);
    if (database)
      uses(reading, database, { at: lineOf(project, manifest, name), rule: `database/${name}`, confidence: 0.85 });
  }
  fromDevelopment(project, manifest, reading);
  const stated = fromSchemas(project, manifest, reading);
  dropIdleDrivers(project, manifest, reading, stated);
  if (!stated && schemaTools.some((tool) => dependsOn(manifest, tool))) fromCode(project, manifest, reading);
  fromRuntime(project, manifest, reading);
  fromBindings(project, manifest, reading);
  fromStorage(project, manifest, reading);
  // An embedded database beside a server's is for tests or a first start, unless the schema itself names it.
  if (!stated || !reading.database.includes("sqlite") || stated !== "sqlite") dropLocalDatabases(reading);
}

/** Drivers listed with the tools of development (bundled, or a slip), or left to who depends on a package, count where it imports them. */
function fromDevelopment(project: Project, manifest: Manifest, reading: Reading): void {
  const peers = manifest.json["peerDependencies"] ?? null;
  const doubtful = Object.keys({ ...manifest.devDependencies, ...(isObject(peers) ? peers : {}) }).filter(
    (name) => drivers[name] !== undefined,
  );
  if (doubtful.length === 0) return;
  const sources = search(project.tree, manifest.directory, {
    depth: 4,
    limit: 80,
    matches: (name) => /\.(?:[cm]?[jt]s|svelte|vue|astro)$/.test(name) && !/test|spec|seed|config|\.d\./i.test(name),
  }).filter((at) => !besideTheProgram.test(at));
  // What Nuxt is told to load nobody imports.
  const settings = ["ts", "js", "mjs"].map((ending) => inside(manifest.directory, `nuxt.config.${ending}`));
  sources.push(...settings.filter((at) => project.tree.has(at)));
  for (const name of doubtful) {
    const imports = new RegExp(
      `(?:from\\s*|require\\(\\s*|import\\(?\\s*)["']${name}["'/]${name.startsWith("@nuxtjs/") ? `|["']${name}["']` : ""}`,
    );
    const at = sources.find((path) => imports.test(project.tree.text(path) ?? ""));
    if (at !== undefined)
      uses(reading, drivers[name]!, {
        at: placeOf(at, project.tree.text(at)!, name),
        rule: `database/${name}`,
        confidence: 0.8,
      });
  }
}

const besideTheProgram = /(?:^|\/)(?:scripts?|tests?|__tests__|e2e|tools?|migrations?|seeds?|examples?)\//;

const relational = new Set(["postgres", "mysql", "sqlite", "mssql", "oracle"]);

/**
 * Beside the database its schema is written for, the driver of another one counts where the program names it. That of MongoDB, which
 * nothing loads by itself, counts beside any other only then.
 */
function dropIdleDrivers(project: Project, manifest: Manifest, reading: Reading, stated: string | undefined): void {
  const first = stated ?? reading.database.find((name) => relational.has(name));
  if (first === undefined) return;
  const others = reading.database.filter(
    (name) => name !== first && (name === "mongodb" || (stated !== undefined && relational.has(name))),
  );
  if (others.length === 0) return;
  const sources = search(project.tree, manifest.directory, {
    depth: 6,
    limit: 400,
    matches: (name) => /\.(?:[cm]?[jt]sx?|svelte|vue|astro)$/.test(name),
  });
  for (const database of others) {
    const names = Object.keys(manifest.dependencies).filter((name) => drivers[name] === database);
    if (names.length === 0) continue;
    const named = names.map((name) => name.replaceAll(/[.-]/g, "\\$&")).join("|");
    const imports = new RegExp(`["'\`](?:[^"'\`\\n]*[^"'\`\\n\\w])?(?:${named})(?:\\W[^"'\`\\n]*)?["'\`]`);
    if (!sources.some((at) => imports.test(project.tree.text(at) ?? "")))
      reading.database = reading.database.filter((name) => name !== database);
  }
}

/** Knex, TypeORM and Sequelize load the driver of the one dialect they are told of; others are left over. */
function keepOnly(reading: Reading, database: string): void {
  if (relational.has(database))
    reading.database = reading.database.filter((name) => name === database || !relational.has(name));
}

/** The one database whose columns a schema of Drizzle is made of (`drizzle-orm/pg-core`), where no settings name it. */
function columnsOf(project: Project, manifest: Manifest): { at: string; named: string } | undefined {
  const found = new Map<string, string>();
  for (const at of search(project.tree, manifest.directory, {
    depth: 5,
    limit: 60,
    matches: (name) => /\.[cm]?[jt]s$/.test(name) && !/test|spec|\.d\./i.test(name),
  })) {
    const named = /["']drizzle-orm\/((?:pg|mysql|sqlite)-core)["']/.exec(project.tree.text(at) ?? "")?.[1];
    if (named !== undefined && !found.has(named)) found.set(named, at);
  }
  const [first] = found;
  return found.size === 1 ? { named: first![0], at: first![1] } : undefined;
}

/** Prisma's provider, Drizzle's dialect, Knex's client. The database named, if one is. */
function fromSchemas(project: Project, manifest: Manifest, reading: Reading): string | undefined {
  let stated: string | undefined;
  const prisma = schemasOf(project, manifest);
  for (const at of prisma) {
    const text = project.tree.text(at) ?? "";
    const block = /datasource\s+\w+\s*\{([\s\S]*?)\}/.exec(withoutComments(text))?.[1];
    const provider = block && /provider\s*=\s*(?:\[\s*)?"([^"]+)"/.exec(block)?.[1];
    const database = provider ? databaseOfWord(provider) : undefined;
    if (!database) continue;
    uses(reading, database, { at: placeOf(at, text, provider!), rule: "database/prisma", confidence: 0.97 });
    stated ??= database;
    break;
  }
  const drizzle = configOf(project, manifest.directory, [
    "drizzle.config",
    "src/drizzle.config",
    "drizzle/drizzle.config",
  ]);
  const dialect = drizzle && (stringAt(drizzle.value, "dialect") ?? stringAt(drizzle.value, "driver"));
  const byDialect = dialect ? databaseOfWord(dialect) : undefined;
  if (byDialect) {
    uses(reading, byDialect, {
      at: placeOf(drizzle!.at, drizzle!.text, dialect!),
      rule: "database/drizzle",
      confidence: 0.97,
    });
    stated ??= byDialect;
  }
  const listed = reading.database.filter((name) => relational.has(name));
  const columns =
    byDialect === undefined && listed.length !== 1 && dependsOn(manifest, "drizzle-orm")
      ? columnsOf(project, manifest)
      : undefined;
  if (columns) {
    const database = databaseOfWord(columns.named)!;
    uses(reading, database, { at: columns.at, rule: "database/drizzle", confidence: 0.9 });
    stated ??= database;
  }
  const knex = configOf(project, manifest.directory, ["knexfile", "src/knexfile", "db/knexfile"]);
  const client =
    knex &&
    (stringAt(knex.value, "production", "client") ??
      stringAt(knex.value, "client") ??
      stringAt(knex.value, "development", "client"));
  const byClient = client ? databaseOfWord(client) : undefined;
  if (byClient) {
    uses(reading, byClient, { at: placeOf(knex!.at, knex!.text, client!), rule: "database/knex", confidence: 0.95 });
    if (client === stringAt(knex!.value, "production", "client")) keepOnly(reading, byClient);
    stated ??= byClient;
  }
  return stated;
}

function schemasOf(project: Project, manifest: Manifest): string[] {
  if (
    !dependsOn(manifest, "prisma") &&
    !dependsOn(manifest, "@prisma/client") &&
    !project.tree.hasDirectory(inside(manifest.directory, "prisma")) &&
    !project.tree.has(inside(manifest.directory, "api/db/schema.prisma"))
  )
    return [];
  const stated = isObject(manifest.json["prisma"] ?? null) ? stringAt(manifest.json, "prisma", "schema") : undefined;
  const usual = [
    stated?.replace(/^\.\//, ""),
    "prisma/schema.prisma",
    "schema.prisma",
    "prisma/schema/schema.prisma",
    "src/prisma/schema.prisma",
    "db/schema.prisma",
    "api/db/schema.prisma",
    "server/prisma/schema.prisma",
  ]
    .filter((path) => path !== undefined)
    .map((path) => inside(manifest.directory, path));
  const found = usual.filter((path) => project.tree.has(path));
  return found.length > 0
    ? found
    : search(project.tree, manifest.directory, { depth: 6, limit: 3, matches: (name) => name.endsWith(".prisma") });
}

const dialects =
  /\b(?:type|dialect|client|provider|adapter|DB_CONNECTION|DATABASE_CLIENT)["'`]?\s*[:=]\s*["'`](?:prisma_)?(postgres(?:ql)?|pg|mysql2?|mariadb|sqlite3?|better-sqlite3?|mongodb|mongoose|mssql|cockroachdb)["'`]/;

/** TypeORM, Sequelize and the like name their dialect in code. */
function fromCode(project: Project, manifest: Manifest, reading: Reading): void {
  const several = reading.database.filter((name) => relational.has(name)).length > 1;
  if (!several && reading.database.some((name) => name !== "redis")) return;
  const files = search(project.tree, manifest.directory, {
    depth: 4,
    limit: 40,
    matches: (name) =>
      /(data-?source|database|orm-?config|typeorm|sequelize|\bdb\b|models?\/index|config|keystone|app\.module|storage|schema)[\w.-]*\.(m|c)?[jt]s(on)?$/i.test(
        name,
      ) && !/test|spec/.test(name),
  });
  for (const at of files) {
    const text = project.tree.text(at) ?? "";
    const match = dialects.exec(text);
    const database = match ? databaseOfWord(match[1]!) : undefined;
    if (!database) continue;
    uses(reading, database, { at: placeOf(at, text, match![0]), rule: "database/dialect", confidence: 0.8 });
    if (database !== "sqlite") keepOnly(reading, database);
    return;
  }
}

/** The database Node and Bun bring along, in the file that is named for it, and the client of Redis that is Bun's own. */
function fromRuntime({ tree }: Project, { directory }: Manifest, reading: Reading): void {
  if (["bun.lock", "bun.lockb"].some((name) => tree.has(inside(directory, name)) || tree.has(name))) {
    const client = search(tree, directory, {
      depth: 5,
      limit: 40,
      matches: (name) =>
        /^(?:redis|cache|client|index|session|store|kv)[\w.-]*\.ts$/.test(name) && !/test|spec/.test(name),
    }).find((path) => !besideTheProgram.test(path) && ownRedis.test(tree.text(path) ?? ""));
    if (client !== undefined) uses(reading, "redis", { at: client, rule: "database/runtime", confidence: 0.85 });
  }
  if (reading.database.length > 0) return;
  const at = search(tree, directory, {
    depth: 3,
    limit: 6,
    matches: (name) => /^(?:db|database|sqlite|storage|store)[\w-]*\.[cm]?[jt]s$/.test(name),
  }).find((path) => ownDatabase.test(tree.text(path) ?? ""));
  if (at !== undefined) uses(reading, "sqlite", { at, rule: "database/runtime", confidence: 0.8 });
}

const ownDatabase = /\b(?:from|require\(|import\()\s*["'](?:node|bun):sqlite["']/;

const ownRedis = /\bimport\s*\{[^}]*\b(?:RedisClient|redis)\b[^}]*\}\s*from\s*["']bun["']/;

/** Databases a platform brings with it. */
function fromBindings(project: Project, manifest: Manifest, reading: Reading): void {
  for (const name of ["wrangler.toml", "wrangler.jsonc", "wrangler.json"]) {
    const at = inside(manifest.directory, name);
    if (!project.tree.has(at)) continue;
    const settings = name.endsWith("toml") ? project.toml(at) : project.json(at);
    const environments = isObject(settings?.["env"] ?? null) ? Object.values(settings!["env"] as object) : [];
    if ([settings, ...environments].some((one) => isObject(one ?? null) && "d1_databases" in (one as object)))
      uses(reading, "sqlite", { at, rule: "database/d1", confidence: 0.8 });
  }
}

/** Stores that Nitro is told to mount, in its settings (`storage: { cache: { driver: "redis" } }`) or by a plugin of the server. */
function fromStorage(project: Project, manifest: Manifest, reading: Reading): void {
  for (const [name, ...path] of [
    ["nuxt.config", "nitro", "storage"],
    ["nitro.config", "storage"],
  ] as const) {
    const config = configOf(project, manifest.directory, [name]);
    const mounts = config && valueAt(config.value, ...path);
    for (const mount of isObject(mounts ?? null) ? Object.values(mounts as object) : []) {
      const driver = stringAt(mount, "driver") ?? "";
      const database = driver === "upstash" || driver === "vercelKV" ? "redis" : databaseOfWord(driver);
      if (database) uses(reading, database, { at: config!.at, rule: "database/nitro-storage", confidence: 0.85 });
    }
  }
  if (!dependsOn(manifest, "nuxt") && !dependsOn(manifest, "nitropack")) return;
  for (const at of search(project.tree, inside(manifest.directory, "server/plugins"), {
    depth: 0,
    limit: 8,
    matches: (name) => /\.[jt]s$/.test(name),
  })) {
    const driver = /["']unstorage\/drivers\/([\w-]+)["']/.exec(project.tree.text(at) ?? "")?.[1] ?? "";
    const database = driver === "upstash" ? "redis" : databaseOfWord(driver);
    if (database) uses(reading, database, { at, rule: "database/nitro-storage", confidence: 0.85 });
  }
}
