/** Variables that manifests name: Prisma, compose, Dockerfile, Heroku's app.json, render.yaml, netlify.toml, vercel.json, Rails, Laravel. */
import { posix } from "node:path";
import type { Kind } from "../../detect/detection.ts";
import { databaseOfImage } from "../../detect/languages/docker.ts";
import { inside, isObject, type Json, type JsonObject, type Project } from "../../detect/reading.ts";
import { familiesOff, isExampleFile, isPlaceholder, readExample } from "./example.ts";
import { readLanguage } from "../languages/languages.ts";
import type { Manifest, See } from "./manifest.ts";
import { isNearby } from "../nearby.ts";
import { ofNode } from "./node-settings.ts";
import { maskHashComments, maskSlashComments } from "../mask.ts";
import type { Span } from "../code.ts";
import { isPublicValue } from "./value-files.ts";
import { settingsFiles } from "./settings-files.ts";
import type { Need, Sighting } from "../sighting.ts";
import { isStandIn } from "../values/stand-ins.ts";

/** Packages of Laravel that sign tokens with JWT_SECRET and refuse to without it. */
const tokenPackages = ["tymon/jwt-auth", "php-open-source-saver/jwt-auth"];

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;

const manifests: Manifest[] = [
  {
    name: /\.prisma$/,
    read(project, path, text, see) {
      const code = maskSlashComments(text);
      // Beside the schema that is used, another with a source of its own is an alternative to it.
      const main = path.replace(/[^/]+$/, "schema.prisma");
      if (
        path !== main &&
        /^[ \t]*datasource\b/m.test(code) &&
        /^[ \t]*datasource\b/m.test(project.tree.text(main) ?? "")
      )
        return;
      for (const match of code.matchAll(/\b(url|directUrl|shadowDatabaseUrl)\s*=\s*env\(\s*"([^"]+)"\s*\)/g)) {
        see(match[2]!, match[1] === "shadowDatabaseUrl" ? "declared" : "checked", { offset: match.index });
      }
    },
  },
  {
    name: /(?:^|\/)(?:docker-)?compose(?:\.prod(?:uction)?)?\.ya?ml$/,
    read(project, path, text, see, kind) {
      const code = maskHashComments(text);
      // Compose reads the file beside it by itself.
      const beside = kind === "compose" ? path.replace(/[^/]+$/, ".env") : "";
      const held = new Set(
        readExample(beside, beside === "" ? "" : (project.tree.text(beside) ?? "")).flatMap((entry) =>
          entry.isCommentedOut || entry.value === "" ? [] : [entry.key],
        ),
      );
      for (const key of kind === "compose" ? handedThrough(project.yaml(path)?.[0]) : [])
        see(key, held.has(key) ? "given" : "plain", { offset: text.indexOf(key) });
      for (const file of kind === "compose" ? filesHandedOver(project.yaml(path)?.[0]) : []) {
        const at = posix.join(posix.dirname(path), file);
        for (const { key, value, isCommentedOut } of readExample(at, project.tree.text(at) ?? ""))
          if (!isCommentedOut && value !== "")
            see(key, isStandIn(value) ? "checked" : "given", { offset: text.indexOf(file) });
      }
      const helpers = kind === "compose" ? [] : helpersOf(code);
      const given = new Set(kind === "compose" ? [] : [...code.matchAll(/\$\{(\w+):?-/g)].map(([, key]) => key));
      for (const match of code.matchAll(/(?<!\$)\$(?:\{([A-Za-z_]\w*)(:?[-?+][^}]*)?\}|([A-Za-z_]\w*))/g)) {
        const key = match[1] ?? match[3]!;
        const rest = match[2] ?? "";
        const need: Need = /^:?[-+]/.test(rest) ? "default" : /^:?\?/.test(rest) ? "checked" : "plain";
        const isOwnName = new RegExp(`(?<!\\w)${key}["']?\\s*[=:]\\s*["']?$`).test(code.slice(0, match.index));
        // The compose file itself does without it.
        if (kind !== "compose" && rest === ":-" && isOwnName) {
          see(key, "guarded", { offset: match.index });
          continue;
        }
        // Where compose is not how it is deployed, only what is handed through to the program under its own name counts.
        const isHandedOn = isOwnName && !helpers.some(({ start, end }) => match.index > start && match.index < end);
        see(
          key,
          held.has(key)
            ? "given"
            : kind === "compose"
              ? need
              : isHandedOn && need === "plain" && !given.has(key)
                ? "plain"
                : "tooling",
          {
            offset: match.index,
          },
        );
      }
    },
  },
  {
    name: /(?:^|\/)Dockerfile$/,
    read(_project, _path, text, see, kind) {
      const starts = kind === "container" ? text.match(/^[ \t]*(?:CMD|ENTRYPOINT)\b(?:\\\r?\n|.){0,2000}/gm) : null;
      const started = (starts ?? []).join("\n");
      for (const match of text.matchAll(/^[ \t]*ENV[ \t]+([A-Za-z_]\w*)[= ](\S*)/gm)) {
        const [, key, value] = match;
        const isEmpty = /^(?:""|'')?$/.test(value!);
        if (isEmpty && new RegExp(`\\$(?:${key!}\\b|\\{${key!}\\})`).test(started))
          see(key!, "checked", { offset: match.index });
        else if (value !== "" && !value!.startsWith("$") && !isPlaceholder(value!))
          see(key!, "default", { offset: match.index });
      }
    },
  },
  {
    name: /^app\.json$/,
    read(project, path, text, see) {
      const env = project.json(path)?.["env"];
      if (!isObject(env)) return;
      for (const [key, row] of Object.entries(env)) {
        if (!variable.test(key)) continue;
        if (!isObject(row)) continue;
        // Heroku makes or sets the value there; elsewhere that says nothing.
        if (row["value"] !== undefined || row["generator"] !== undefined) continue;
        see(key, row["required"] === false ? "declared" : "asserted", { offset: text.indexOf(`"${key}"`) });
      }
    },
  },
  {
    name: /^render\.ya?ml$/,
    read(project, path, text, see) {
      for (const row of rowsNamed(project.yaml(path) ?? [], "envVars")) {
        const key = row["key"];
        if (typeof key !== "string" || !variable.test(key)) continue;
        // `sync: false` asks the person for the value; others are given or made there, which says nothing of elsewhere.
        if (row["sync"] === false || row["fromDatabase"] !== undefined)
          see(key, "plain", { offset: text.indexOf(key) });
      }
    },
  },
  {
    name: /^netlify\.toml$/,
    read(project, path, text, see) {
      const document = project.toml(path);
      const template = document?.["template"];
      const asked = isObject(template) ? template["environment"] : undefined;
      for (const key of isObject(asked) ? Object.keys(asked) : [])
        see(key, "plain", { offset: text.indexOf(key), when: "build" });
      const build = document?.["build"];
      const given = isObject(build) ? build["environment"] : undefined;
      for (const key of isObject(given) ? Object.keys(given) : [])
        see(key, "default", { offset: text.indexOf(key), when: "build" });
    },
  },
  ...settingsFiles,
  {
    // Rails and others: Ruby inside YAML.
    name: /^config\/(?:database|cable|storage|mongoid|redis|secrets|sidekiq)\.yml$/,
    read(project, path, text, see) {
      const [own, ...takenOver] = productionSections(text, storageOf(project, path));
      // An address holds the password as well.
      const isAddressed = own !== undefined && /^ +url:\s*<%=/m.test(text.slice(own.start, own.end));
      for (const section of own === undefined ? [] : [own, ...takenOver])
        for (const { key, need, offset } of readLanguage(path, "rb", text.slice(section.start, section.end))) {
          // What it takes over it may replace: `password:` of the section itself holds.
          const field = /^( +\w+:)/.exec(lineAt(text, section.start + offset))?.[1];
          if (section !== own && field !== undefined && text.slice(own!.start, own!.end).includes(`\n${field}`))
            continue;
          if (isAddressed && field !== undefined && !/^ +url:/.test(field)) continue;
          const isNeeded = key === "SECRET_KEY_BASE" || (path.endsWith("database.yml") && /_UR[LI]$/.test(key));
          see(key, isNeeded && need === "plain" ? "checked" : need, { offset: section.start + offset });
        }
    },
  },
  {
    // Rocket does not start without the key of its private cookies, but while it is developed: https://api.rocket.rs/v0.5/rocket/config.
    name: /^Cargo\.toml$/,
    read(project, path, text, see) {
      const dependencies = project.toml(path)?.["dependencies"];
      if (isObject(dependencies) && Object.keys(dependencies).some((name) => /^rocket_(?:sync_)?db_pools$/.test(name)))
        readRocketDatabases(project, path, see);
      const rocket = isObject(dependencies) ? dependencies["rocket"] : undefined;
      const features = isObject(rocket) ? rocket["features"] : undefined;
      if (!Array.isArray(features) || !features.includes("secrets")) return;
      const settings = project.tree.text(path.replace(/Cargo\.toml$/, "Rocket.toml")) ?? "";
      if (!/^[ \t]*secret_key\s*=/m.test(settings))
        see("ROCKET_SECRET_KEY", "checked", { offset: text.indexOf("rocket") });
    },
  },
  {
    name: /^artisan$/,
    read(project, path, _text, see) {
      const required = project.json(path.replace(/artisan$/, "composer.json"))?.["require"];
      if (!isObject(required) || !("laravel/framework" in required || "laravel/lumen-framework" in required)) return;
      see("APP_KEY", "checked");
      if (tokenPackages.some((name) => name in required)) see("JWT_SECRET", "checked");
      readLaravelDatabase(project, path, see);
    },
  },
  {
    // Without encrypted credentials the secret comes from the environment, and without settings of its own the database,
    // https://guides.rubyonrails.org/configuring.html#configuring-a-database.
    name: /^config\/application\.rb$/,
    read(project, path, text, see) {
      const credentials = ["credentials.yml.enc", "credentials/production.yml.enc", "secrets.yml"];
      if (!/Rails::Application/.test(text)) return;
      const root = path.replace(/config\/application\.rb$/, "");
      const gems = project.tree.text(`${root}Gemfile`) ?? "";
      if (!project.tree.has(`${root}config/database.yml`) && /^gem ["'](?:pg|mysql2|trilogy)["']/m.test(gems))
        see("DATABASE_URL", "checked");
      if (credentials.some((name) => project.tree.has(path.replace(/application\.rb$/, name)))) return;
      const token = path.replace(/application\.rb$/, "initializers/secret_token.rb");
      if (/secret_key_base\s*=/.test(project.tree.text(token) ?? "")) return;
      see("SECRET_KEY_BASE", "checked", { offset: text.search(/Rails::Application/) });
    },
  },
  {
    name: /^config\/credentials(?:\/production)?\.yml\.enc$/,
    // Some commit the key beside what it opens.
    read: (project, path, _text, see) => {
      const key = path.replace(/credentials\.yml\.enc$/, "master.key").replace(/\.yml\.enc$/, ".key");
      if (project.tree.has(key)) return;
      // Who runs a copy of it cannot open what the authors encrypted, and is told to give the secret itself.
      const folder = path.replace(/\/?config\/credentials(?:\/production)?\.yml\.enc$/, "") || ".";
      const examples = project.tree.listing(folder).files.filter(isExampleFile);
      const isGiven = examples.some((name) => /^SECRET_KEY_BASE=/m.test(project.tree.text(inside(folder, name)) ?? ""));
      see(isGiven ? "SECRET_KEY_BASE" : "RAILS_MASTER_KEY", "checked");
    },
  },
  {
    // Symfony commits the values that hold everywhere; bundlers read the committed file for what they put into pages.
    name: /(?:^|\/)\.env(?:\.production)?$/,
    read(project, path, text, see) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const isSymfony = ["symfony.lock", "config/bundles.php"].some((name) => project.tree.has(`${folder}${name}`));
      const { files } = project.tree.listing(folder === "" ? "." : folder.slice(0, -1));
      if (!isSymfony && files.some(isExampleFile)) return;
      const entries = readExample(path, text);
      const isOff = familiesOff(entries);
      for (const { key, value, isCommentedOut } of entries) {
        // What everybody can read signs nothing, and a database beside its author is nobody else's.
        if (isSymfony && (key === "APP_SECRET" || (ofServer.test(value) && isNearby(key, value)))) continue;
        // An address that works beside the containers of the project holds some password.
        const isOpen = isPlaceholder(value) && !(isSymfony && /:\/\/(?!.*(?:change|your|example))/i.test(value));
        if (isCommentedOut || (!(isSymfony && isOff(key)) && (value === "" || isOpen))) continue;
        // Prisma reads the file beside its schema.
        if (isSymfony || /(?:^|\/)prisma\/\.env$/.test(path) || isPublicValue(key, value))
          see(key, "given", { offset: text.indexOf(key) });
      }
    },
  },
  ...ofNode,
  {
    name: /^index\.html$|^public\/index\.html$/,
    read(_project, _path, text, see) {
      for (const match of text.matchAll(/%((?:VITE|REACT_APP)_[A-Z0-9_]+)%/g))
        see(match[1]!, "plain", { offset: match.index, when: "build" });
    },
  },
];

/** The address of a database that runs by itself. */
const ofServer = /^(?:mysql|mariadb|postgres(?:ql)?|pgsql|pdo-\w+|mongodb|sqlsrv|mssql|oci8):\/\//;

/** Files of variables that the programs of a compose file are given. */
function filesHandedOver(document: Json | undefined): string[] {
  return programsOf(document).flatMap(({ env_file: named }) =>
    (Array.isArray(named) ? named : [named]).flatMap((one) => {
      const file = isObject(one) ? one["path"] : one;
      return typeof file === "string" && !file.includes("..") ? [file] : [];
    }),
  );
}

/** Variables named by the manifest at `path` (whose name below the service's directory is `name`), when it is one. */
export function readManifest(
  project: Project,
  { name, path, kind }: { name: string; path: string; kind: Kind },
): Sighting[] {
  const manifest = manifests.find((one) => one.name.test(name));
  if (!manifest) return [];
  const text = project.tree.text(path);
  if (text === null) return [];
  const sightings: Sighting[] = [];
  const see: See = (key, need, { offset = 0, when = "run", isBinding } = {}) => {
    sightings.push({ key, need, when, offset: Math.max(0, offset), path, ...(isBinding ? { isBinding } : {}) });
  };
  manifest.read(project, path, text, see, kind);
  return sightings;
}

export function isManifest(name: string): boolean {
  return manifests.some((one) => one.name.test(name));
}

/** Programs that others run beside theirs from a ready image. */
const helper =
  /(?:^|\/)(?:minio|mongo-express|mailhog|mailpit|localstack|jaeger|all-in-one|pgadmin4?|adminer|phpmyadmin|grafana|prometheus|keycloak|rabbitmq|traefik|redis-commander|livekit-server)(?=[:@]|$)/;

/** Where a compose file describes containers of databases and helpers: what those are given is theirs alone. */
function helpersOf(code: string): Span[] {
  const list = /^services:[ \t]*\n+([ \t]+)(?=\S)/m.exec(code);
  if (!list) return [];
  const heads = [...code.matchAll(new RegExp(`^${list[1]}[\\w"'.-]+:[ \\t]*$`, "gm"))].map(({ index }) => index);
  return heads.flatMap((start, at) => {
    const end = heads[at + 1] ?? code.length;
    const image = /^[ \t]+image:\s*["']?([^\s"']+)/m.exec(code.slice(start, end))?.[1];
    const isBeside = image !== undefined && (databaseOfImage(image) !== undefined || helper.test(image));
    return isBeside ? [{ start, end }] : [];
  });
}

/** Variables that containers are given as they are: `environment: [KEY]`. */
function handedThrough(document: Json | undefined): string[] {
  return programsOf(document).flatMap(({ environment }) => {
    if (Array.isArray(environment))
      return environment.filter((one): one is string => typeof one === "string" && variable.test(one));
    return Object.entries(isObject(environment) ? environment : {}).flatMap(([key, value]) =>
      value === null ? [key] : [],
    );
  });
}

function programsOf(document: Json | undefined): JsonObject[] {
  const services = isObject(document) ? document["services"] : undefined;
  return Object.values(isObject(services) ? services : {}).filter(isObject);
}

function rowsNamed(value: Json, name: string): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((item) => rowsNamed(item, name));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === name && Array.isArray(item) ? item.filter(isObject) : rowsNamed(item, name),
  );
}

/** Where a configuration of Rails speaks of production, or of `name`: its own section with those it takes over, or all of it without one. */
function productionSections(text: string, name = "production"): { start: number; end: number }[] {
  if (name === chosenOutside) return [];
  // Of several by that name the last one holds.
  const start = [...text.matchAll(new RegExp(`^${name}:`, "gm"))].at(-1)?.index ?? -1;
  if (start < 0) return [{ start: 0, end: text.length }];
  const next = text.slice(start + name.length).search(/^\w/m);
  const end = next < 0 ? text.length : start + name.length + next;
  const own = text.slice(start, end);
  return [
    { start, end },
    ...own.matchAll(/<<\s*:\s*\*(\w+)/g).flatMap((match) => {
      const at = text.search(new RegExp(`^\\w+:\\s*&${match[1]}\\b`, "m"));
      if (at < 0 || at >= start) return [];
      const body = text.indexOf("\n", at) + 1;
      return [{ start: at, end: body + text.slice(body).search(/^\w/m) }];
    }),
  ];
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, end < 0 ? text.length : end);
}

const chosenOutside = "(chosen)";

/** The service that files are kept with in production; of those in config/storage.yml the others are not used. */
function storageOf(project: Project, path: string): string | undefined {
  if (!path.endsWith("config/storage.yml")) return undefined;
  const settings = project.tree.text(path.replace(/storage\.yml$/, "environments/production.rb"));
  const service = /^[ \t]*config\.active_storage\.service\s*=\s*(:?\w+)/m.exec(settings ?? "")?.[1];
  // A variable chooses it: what one of them asks for is needed by whoever chooses that.
  return service === undefined || service.startsWith(":") ? service?.slice(1) : chosenOutside;
}

/**
 * Rocket connects to each database a type is named after, and finds it in its settings or in the environment:
 * https://api.rocket.rs/v0.5/rocket_db_pools.
 */
function readRocketDatabases({ tree }: Project, manifest: string, see: See): void {
  const root = manifest.replace(/\/?Cargo\.toml$/, "");
  const settings = tree.text(inside(root || ".", "Rocket.toml")) ?? "";
  const sources = tree
    .filesBelow(root || ".")
    .filter((path) => path.endsWith(".rs"))
    .map((path) => tree.text(path) ?? "");
  // The program may put them together itself.
  if (sources.some((text) => /["']databases\b/.test(text))) return;
  const named = sources.flatMap((text) =>
    [...text.matchAll(/#\[database\(\s*"(\w+)"\s*\)\]/g)].map(([, name]) => name!),
  );
  const isSet = (name: string): boolean =>
    new RegExp(`^[ \\t]*(?:\\[[\\w.]*databases\\.${name}\\]|${name}\\s*=\\s*\\{)`, "m").test(settings);
  if (named.some((name) => !isSet(name))) see("ROCKET_DATABASES", "checked");
}

/** Laravel's defaults for a database server (127.0.0.1, root, no password) hold on one's own machine alone. */
function readLaravelDatabase(project: Project, artisan: string, see: See): void {
  const example = artisan.replace(/artisan$/, ".env.example");
  const listed = readExample(example, project.tree.text(example) ?? "").filter((entry) => !entry.isCommentedOut);
  if (listed.some(({ key, value }) => key === "DB_CONNECTION" && value.startsWith("sqlite"))) return;
  for (const { key, isOptional } of listed)
    if (/^DB_(?:HOST|DATABASE|USERNAME|PASSWORD)$/.test(key) && !isOptional) see(key, "checked");
}
