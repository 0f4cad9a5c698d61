/** What a Rust package depends on, by way of its workspace and of crates beside it, and the databases that means. */
import { posix } from "node:path";
import { inside, isObject, type JsonObject, type Project, type Reading } from "../reading.ts";
import { databasesInAddresses, usesDrivers } from "./databases.ts";
import { objectAt, textOf, textsOf } from "./documents.ts";
import { dropLocalDatabases, uses } from "./draft.ts";
import { placeOf } from "./files.ts";

/** Where a package lies and is built from. */
export interface Place {
  directory: string;
  /** Directory of the workspace. */
  root: string;
  manifest: JsonObject;
  at: string;
  /** Directory the commands are run in. */
  from: string;
}

/** Dependencies by crate name, with the features they are asked for; `workspace = true` is followed. */
export function dependenciesOf(project: Project, { root, directory, manifest }: Place): Map<string, string[]> {
  const shared = objectAt(
    root === directory ? manifest : project.toml(inside(root, "Cargo.toml")),
    "workspace",
    "dependencies",
  );
  const found = new Map<string, string[]>();
  const tables = [
    objectAt(manifest, "dependencies"),
    ...Object.values(objectAt(manifest, "target")).map((target) => objectAt(target, "dependencies")),
  ];
  for (const table of tables) {
    for (const [key, value] of Object.entries(table)) {
      const workspace = isObject(value) && value["workspace"] === true ? shared[key] : undefined;
      const crate =
        [value, workspace]
          .map((entry) => (isObject(entry) ? entry["package"] : undefined))
          .find((name) => typeof name === "string") ?? key;
      const features = [value, workspace].flatMap((entry) => (isObject(entry) ? textsOf(entry["features"]) : []));
      found.set(crate, [...(found.get(crate) ?? []), ...features]);
    }
  }
  return found;
}

/** The dependencies and, in turn, those of the crates that lie in the same tree: a server's database is often spoken to by one of them. */
export function withLocalCrates(project: Project, place: Place, own: Map<string, string[]>): Map<string, string[]> {
  const all = new Map(own);
  const queue = localCrates(project, place);
  const seen = new Set(queue);
  for (const directory of queue) {
    const manifest = project.toml(inside(directory, "Cargo.toml"));
    if (!manifest || seen.size > 60) continue;
    const inner = { ...place, directory, manifest };
    for (const [crate, features] of dependenciesOf(project, inner))
      all.set(crate, [...(all.get(crate) ?? []), ...features]);
    for (const next of localCrates(project, inner)) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return all;
}

/** Directories of the dependencies given by path, their own or the workspace's. */
export function localCrates(project: Project, { root, directory, manifest }: Place): string[] {
  const workspace = root === directory ? manifest : project.toml(inside(root, "Cargo.toml"));
  const shared = objectAt(workspace, "workspace", "dependencies");
  return Object.entries(objectAt(manifest, "dependencies")).flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const isShared = value["workspace"] === true;
    const entry = isShared ? shared[name] : value;
    const path = isObject(entry) ? textOf(entry["path"]) : undefined;
    if (path === undefined) return [];
    const crate = posix.normalize(inside(isShared ? root : directory, path)).replace(/\/$/, "");
    return project.tree.has(inside(crate, "Cargo.toml")) ? [crate] : [];
  });
}

/** Crates that speak to several databases and say which by their features. */
const databaseFeatures: Record<string, readonly [RegExp, string][]> = Object.fromEntries(
  [
    "sqlx",
    "diesel",
    "diesel-async",
    "sea-orm",
    "rocket_sync_db_pools",
    "rocket_db_pools",
    "sea-query-binder",
    "r2d2-diesel",
    "deadpool-diesel",
    "rbatis",
    "toasty",
    "prisma-client-rust",
    "actix-session",
    "actix-extras",
  ].map((crate) => [
    crate,
    [
      [/postgres|sqlx-all/, "postgres"],
      [/mysql|sqlx-all/, "mysql"],
      [/sqlite|sqlx-all/, "sqlite"],
      [/mssql/, "mssql"],
      [/mongodb/, "mongodb"],
      [/redis/, "redis"],
    ] as const,
  ]),
);

/** Name the databases of the drivers, of the features that choose one, and of addresses in the example of the settings. */
export function stateDatabases(
  project: Project,
  {
    place,
    reading,
    dependencies,
    text,
  }: { place: Place; reading: Reading; dependencies: Map<string, string[]>; text: string },
): void {
  const { at, directory, manifest } = place;
  usesDrivers(
    reading,
    "rust",
    [...dependencies.keys()].map((name) => [name, placeOf(at, text, name)]),
  );
  // Cargo's own features may hand a choice on: sqlite = ["diesel/sqlite"].
  const handed = Object.values(objectAt(manifest, "features")).flatMap(textsOf);
  for (const [crate, rows] of Object.entries(databaseFeatures)) {
    const features = dependencies.get(crate);
    if (!features) continue;
    const asked = [...features, ...handed.filter((feature) => feature.startsWith(`${crate}/`))].join(" ");
    for (const [pattern, database] of rows)
      if (pattern.test(asked)) uses(reading, database, { at: placeOf(at, text, crate), rule: `driver/${crate}` });
  }
  for (const name of [".env.example", ".env.sample", ".env", ".env.template"]) {
    const path = inside(directory, name);
    for (const database of databasesInAddresses(project.tree.text(path) ?? ""))
      uses(reading, database, { at: path, rule: "rust/address", confidence: 0.7 });
  }
  dropLocalDatabases(reading);
}
