/** PHP: Laravel, Symfony and other frameworks by composer's requirements, WordPress and Drupal by their files, plain pages. */
import { inside, type JsonObject, type Project, type Reader, type Reading } from "../reading.ts";
import { buildAssets } from "./assets.ts";
import { databaseNamed, databasesInAddresses, usesDrivers } from "./databases.ts";
import { objectAt, textOf } from "./documents.ts";
import { decide, draftOf, dropLocalDatabases, state, uses } from "./draft.ts";
import { firstOf, placeOf, search } from "./files.ts";
import { startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

interface PhpFramework {
  slug: string;
  packages: readonly string[];
  /** Directory the web server shows, when the framework fixes it. */
  root?: string;
  start?: string;
  /** The framework's own server, in projects that hold its script. */
  console?: { script: string; start: string };
  port?: number;
}

const artisan = "php artisan serve --host=0.0.0.0 --port=$PORT";

/** Order: what is made from another framework before that framework. */
const frameworks: readonly PhpFramework[] = [
  { slug: "statamic", packages: ["statamic/cms"], start: artisan, port: 8000 },
  { slug: "october", packages: ["october/rain", "october/system"], start: artisan, port: 8000 },
  { slug: "lumen", packages: ["laravel/lumen-framework"], root: "public", port: 8000 },
  { slug: "laravel", packages: ["laravel/framework"], start: artisan, port: 8000 },
  { slug: "symfony", packages: ["symfony/framework-bundle", "symfony/symfony"], root: "public", port: 8000 },
  {
    slug: "cakephp",
    packages: ["cakephp/cakephp"],
    root: "webroot",
    console: { script: "bin/cake", start: "bin/cake server -H 0.0.0.0 -p $PORT" },
    port: 8765,
  },
  {
    slug: "codeigniter",
    packages: ["codeigniter4/framework", "codeigniter/framework"],
    root: "public",
    console: { script: "spark", start: "php spark serve --host 0.0.0.0 --port $PORT" },
    port: 8080,
  },
  {
    slug: "yii",
    packages: ["yiisoft/yii2", "yiisoft/yii"],
    root: "web",
    console: { script: "yii", start: "php yii serve 0.0.0.0 --port=$PORT" },
    port: 8080,
  },
  { slug: "laminas", packages: ["laminas/laminas-mvc", "mezzio/mezzio"], root: "public", port: 8080 },
  {
    slug: "drupal",
    packages: ["drupal/core", "drupal/core-recommended", "drupal/recommended-project"],
    root: "web",
    port: 8080,
  },
  { slug: "bedrock", packages: ["roots/bedrock", "roots/wordpress"], root: "web", port: 8080 },
  { slug: "wordpress", packages: ["johnpbloch/wordpress"], port: 8080 },
  { slug: "magento", packages: ["magento/product-community-edition"], root: "pub", port: 8080 },
  { slug: "slim", packages: ["slim/slim"], root: "public", port: 8080 },
  { slug: "flight", packages: ["mikecao/flight", "flightphp/core"], port: 8000 },
  {
    slug: "hyperf",
    packages: ["hyperf/framework", "hyperf/http-server"],
    start: "php bin/hyperf.php start",
    port: 9501,
  },
  { slug: "silex", packages: ["silex/silex"], root: "web", port: 8080 },
  { slug: "phalcon", packages: ["ext-phalcon"], root: "public", port: 8000 },
];

/** A page is asked for something, or shows something, to a browser. */
const answers =
  /\bsession_start\(|\$_(?:POST|GET|REQUEST|SESSION)\b|<html\b|<form\b|\bheader\(\s*["'](?:Location|Content-Type)/i;

export const php: Reader = {
  id: "php",
  read(project, directory) {
    const { tree } = project;
    const names = tree.listing(directory).files;
    const manifestPath = inside(directory, "composer.json");
    const manifest = names.includes("composer.json") ? project.json(manifestPath) : null;
    const page = webRoots
      .map((root) => inside(root === "." ? directory : inside(directory, root), "index.php"))
      .find((path) => tree.has(path));
    const hasArtisan = names.includes("artisan");
    const wordpress = ["wp-config.php", "wp-config-sample.php", "wp-login.php"].find((name) => names.includes(name));
    const script = names.find((name) => name.endsWith(".php"));
    const at = manifest
      ? manifestPath
      : wordpress
        ? inside(directory, wordpress)
        : (page ?? (script === undefined ? undefined : inside(directory, script)));
    if (at === undefined) return null;

    const reading = draftOf("php", { at, rule: "php/manifest" });
    stateVersion(project, directory, reading, manifest);
    const text = tree.text(manifestPath) ?? "";
    const requires = new Map(
      Object.keys(objectAt(manifest, "require")).map((name) => [
        name.toLowerCase(),
        placeOf(manifestPath, text, `"${name}"`),
      ]),
    );
    if (manifest) {
      state(reading, "packageManager", "composer", { at, rule: "php/composer" });
      state(reading, "installCommand", "composer install --no-dev --optimize-autoloader", { at, rule: "php/composer" });
    }
    // Laravel brings Redis' client along; whether it is used, its settings say.
    const isLaravel = hasArtisan || requires.has("laravel/framework");
    const drivers = [...requires].filter(([name]) => !(isLaravel && /^(predis\/predis|ext-redis)$/.test(name)));
    usesDrivers(reading, "php", drivers);
    const row =
      frameworks.find((candidate) => candidate.packages.some((name) => requires.has(name))) ??
      (hasArtisan ? frameworks.find(({ slug }) => slug === "laravel") : undefined);
    const place: Place = { project, directory, reading };
    stateDatabases(place, row?.slug ?? (wordpress ? "wordpress" : undefined));
    dropLocalDatabases(reading);
    stateAssets(place, requires);

    const isLibrary =
      manifest !== null &&
      page === undefined &&
      !hasArtisan &&
      ([
        "library",
        "symfony-bundle",
        "composer-plugin",
        "drupal-module",
        "wordpress-plugin",
        "wordpress-theme",
        "phpcodesniffer-standard",
      ].includes(textOf(manifest["type"]) ?? "") ||
        (manifest["type"] === undefined && manifest["name"] !== undefined && manifest["autoload"] !== undefined));
    if (isLibrary) return decide(reading, "package", 0.85, { at, rule: "php/library" });
    if (row) return readFramework(place, { row, requires, page, hasArtisan, at });
    if (wordpress) {
      const proof = { at: inside(directory, wordpress), rule: "framework/wordpress" };
      state(reading, "framework", "wordpress", proof);
      return servePages(place, { root: ".", port: 8080, confidence: 0.95, proof });
    }
    if (page !== undefined) {
      const root = page.slice(directory === "." ? 0 : directory.length + 1).replace(/\/?index\.php$/, "") || ".";
      return servePages(place, {
        root,
        port: 8000,
        confidence: manifest ? 0.85 : 0.8,
        proof: { at: page, rule: "php/index" },
      });
    }
    if (manifest && (manifest["type"] === "project" || manifest["bin"] !== undefined)) {
      const process = startFromProcfile(project, directory, reading);
      return decide(
        reading,
        process === "web" ? "server" : manifest["bin"] === undefined ? "worker" : "package",
        process === null ? 0.5 : 0.85,
        { at, rule: "php/project" },
      );
    }
    if (manifest) return decide(reading, "package", 0.2, { at, rule: "php/manifest-without-entry" });
    const pages = names.filter((name) => name.endsWith(".php"));
    // Pages that are called one by one, without a first one among them.
    if (pages.length > 1 && pages.some((name) => answers.test(tree.text(inside(directory, name)) ?? "")))
      return servePages(place, { root: ".", port: 8000, confidence: 0.6, proof: { at, rule: "php/pages" } });
    const main = ["main.php", "app.php", "server.php", "bot.php", "home.php"].find((name) => names.includes(name));
    if (names.some((name) => /\.html?$/.test(name)) || main === undefined)
      return decide(reading, "worker", 0.15, { at, rule: "php/files" });
    state(reading, "startCommand", `php ${main}`, { at: inside(directory, main), rule: "php/program" });
    return decide(reading, "worker", 0.35, { at, rule: "php/program" });
  },
};

/** Directories a web server is pointed at, nearest first. */
const webRoots: readonly string[] = ["public", "web", "webroot", "www", "htdocs", "html", "public_html", ".", "src"];

interface Place {
  project: Project;
  directory: string;
  reading: Reading;
}

function readFramework(
  place: Place,
  {
    row,
    requires,
    page,
    hasArtisan,
    at,
  }: { row: PhpFramework; requires: Map<string, string>; page: string | undefined; hasArtisan: boolean; at: string },
): Reading {
  const { project, directory, reading } = place;
  const proof = {
    at:
      row.packages.map((name) => requires.get(name)).find((found) => found !== undefined) ??
      inside(directory, "artisan"),
    rule: `framework/${row.slug}`,
  };
  state(reading, "framework", row.slug, proof);
  if (requires.has("laravel/octane"))
    state(reading, "startCommand", "php artisan octane:start --host=0.0.0.0 --port=$PORT", {
      at: requires.get("laravel/octane")!,
      rule: "laravel/octane",
    });
  else if (row.start !== undefined) state(reading, "startCommand", row.start, { ...proof, confidence: 0.85 });
  else if (row.console && project.tree.has(inside(directory, row.console.script)))
    state(reading, "startCommand", row.console.start, { ...proof, confidence: 0.85 });
  else {
    const own =
      row.root !== undefined && project.tree.hasDirectory(inside(directory, row.root))
        ? row.root
        : page === undefined
          ? row.root
          : page.slice(directory === "." ? 0 : directory.length + 1).replace(/\/?index\.php$/, "");
    return servePages(place, { root: own || ".", port: row.port ?? 8000, confidence: 0.95, proof });
  }
  startFromPhpProcfile(place);
  state(reading, "port", row.port, { ...proof, confidence: 0.8 });
  return decide(reading, "server", hasArtisan || page !== undefined ? 0.96 : 0.7, {
    at,
    rule: `framework/${row.slug}`,
  });
}

function servePages(
  { project, directory, reading }: Place,
  {
    root,
    port,
    confidence,
    proof,
  }: { root: string; port: number; confidence: number; proof: { at: string; rule: string } },
): Reading {
  state(reading, "startCommand", root === "." ? "php -S 0.0.0.0:$PORT" : `php -S 0.0.0.0:$PORT -t ${root}`, {
    ...proof,
    confidence: 0.8,
  });
  startFromPhpProcfile({ project, directory, reading });
  state(reading, "port", port, { ...proof, confidence: 0.7 });
  return decide(reading, "server", confidence, proof);
}

/** Heroku's launchers of Apache and nginx come with its buildpack and are nowhere else: the start stays ours, for the folder they show. */
function startFromPhpProcfile({ project, directory, reading }: Place): void {
  const before = reading.startCommand;
  startFromProcfile(project, directory, reading);
  const written = reading.startCommand ?? "";
  if (before === undefined || !/heroku-php-|vendor\/bin\/heroku/.test(written)) return;
  const shown = /heroku-php-\w+(?:\s+-\S+\s+\S+)*\s+([\w./-]+?)\/?\s*$/.exec(written)?.[1];
  const start = shown === undefined || !before.startsWith("php -S") ? before : `php -S 0.0.0.0:$PORT -t ${shown}`;
  state(reading, "startCommand", start, { at: inside(directory, "Procfile"), rule: "php/heroku-launcher" });
}

function stateVersion(project: Project, directory: string, reading: Reading, manifest: JsonObject | null): void {
  if (versionFromFiles(project, directory, reading, { own: [".php-version"], tools: ["php"] })) return;
  const at = inside(directory, "composer.json");
  const platform = objectAt(manifest, "config", "platform")["php"];
  const required = objectAt(manifest, "require")["php"];
  const version = typeof required === "string" ? required : platform;
  if (typeof version === "string") state(reading, "runtimeVersion", version, { at, rule: "php/composer" });
}

function stateDatabases({ project, directory, reading }: Place, slug: string | undefined): void {
  const { tree } = project;
  if (slug === "wordpress" || slug === "bedrock")
    return uses(reading, "mysql", { at: inside(directory, "."), rule: "wordpress/mysql" });
  const environments = [".env.example", ".env.dist", ".env", ".env.production"]
    .map((name) => inside(directory, name))
    .filter((path) => tree.has(path));
  for (const at of environments) {
    const text = (tree.text(at) ?? "").replace(/^[ \t]*#.*$/gm, "");
    const connection = /^[ \t]*(?:DB_CONNECTION|DB_DRIVER|database\.default\.DBDriver)\s*=\s*["']?([\w]+)/m.exec(
      text,
    )?.[1];
    const named = connection === undefined ? undefined : databaseNamed(connection);
    if (named) uses(reading, named, { at: placeOf(at, tree.text(at) ?? "", connection!), rule: "php/db-connection" });
    for (const database of databasesInAddresses(text))
      uses(reading, database, { at, rule: "php/address", confidence: 0.8 });
    if (/^[ \t]*(?:CACHE_(?:STORE|DRIVER)|QUEUE_CONNECTION|SESSION_DRIVER)\s*=\s*["']?redis/m.test(text))
      uses(reading, "redis", { at, rule: "laravel/redis" });
    if (reading.database.length > 0) break;
  }
  if (slug === "laravel" || slug === "lumen") {
    const at =
      firstOf(tree, directory, ["config/database.php", "app/Config/database.php"]) ?? inside(directory, "config");
    const text = tree.text(at) ?? "";
    const fallback = /['"]default['"]\s*=>\s*(?:env\(\s*['"]\w+['"]\s*,\s*)?['"](\w+)['"]/.exec(text)?.[1];
    const named =
      fallback === undefined || reading.database.some((name) => name !== "redis") ? undefined : databaseNamed(fallback);
    if (named)
      uses(reading, named, {
        at: placeOf(at, text, "'default'"),
        rule: "laravel/default-connection",
        confidence: 0.75,
      });
    return;
  }
  if (reading.database.some((name) => name !== "redis")) return;
  if (slug === "symfony") stateDoctrine({ project, directory, reading }, environments);
  if (reading.database.some((name) => name !== "redis")) return;
  const sources = search(tree, directory, { depth: 2, limit: 40, matches: (name) => name.endsWith(".php") });
  for (const at of sources) {
    const text = (tree.text(at) ?? "").replace(/^[ \t]*(\/\/|#|\*|\/\*).*$/gm, "");
    const driver =
      /["']dsn["']\s*=>\s*["'](mysql|pgsql|sqlite|sqlsrv|mongodb)/i.exec(text)?.[1] ??
      /["']DB_DRIVER["']\s*(?:\)\s*)?(?:,|\?:)\s*["'](\w+)["']/.exec(text)?.[1] ??
      /["']DBDriver["']\s*=>\s*["'](\w+)/.exec(text)?.[1] ??
      /["']driver["']\s*=>\s*\\?(?:[\w\\]*\\)?(Mysql|Postgres|Sqlite|Sqlserver)::class/.exec(text)?.[1] ??
      /["'](mysql|pgsql|sqlsrv):(?:host|unix_socket|dbname|server)\s*=/i.exec(text)?.[1] ??
      /new\s+\\?PDO\(\s*["'](mysql|pgsql|sqlite|sqlsrv)/.exec(text)?.[1] ??
      (/\bnew\s+\\?SQLite3\(/.test(text) ? "sqlite" : undefined) ??
      /\b(mysqli?|pg)_connect\(|\bnew\s+\\?(mysqli)\(/
        .exec(text)
        ?.slice(1)
        .find((name) => name !== undefined);
    const named = driver === undefined ? undefined : databaseNamed(driver);
    if (named)
      return uses(reading, named, {
        at: placeOf(at, tree.text(at) ?? "", driver!),
        rule: "php/connect",
        confidence: 0.8,
      });
  }
}

/** Doctrine's driver, or the one address that is commented out where the value is left for who deploys. */
function stateDoctrine({ project, directory, reading }: Place, environments: readonly string[]): void {
  for (const name of ["doctrine.yaml", "doctrine.yml", "doctrine.php"]) {
    const at = inside(directory, `config/packages/${name}`);
    const text = project.tree.text(at) ?? "";
    const driver = /\bdriver["']?\s*(?::|=>)\s*["']?(?:pdo_)?(\w+)/.exec(text.replace(/^[ \t]*#.*$/gm, ""))?.[1];
    const named = driver === undefined ? undefined : databaseNamed(driver);
    if (named) return uses(reading, named, { at, rule: "doctrine/driver", confidence: 0.8 });
  }
  for (const at of environments) {
    const lines = (project.tree.text(at) ?? "").match(/^[ \t]*#\s*DATABASE_URL=.*$/gm) ?? [];
    const [named, ...others] = new Set(lines.flatMap(databasesInAddresses));
    if (named !== undefined && others.length === 0)
      return uses(reading, named, { at, rule: "php/address", confidence: 0.6 });
  }
  // Migrations are written in the language of one database.
  for (const at of search(project.tree, inside(directory, "migrations"), {
    depth: 1,
    limit: 3,
    matches: isMigration,
  })) {
    const named = dialects.find(([words]) => words.test(project.tree.text(at) ?? ""))?.[1];
    if (named !== undefined) return uses(reading, named, { at, rule: "doctrine/migration", confidence: 0.7 });
  }
}

const isMigration = (name: string): boolean => /^Version\d+\.php$/.test(name);
const dialects: readonly [RegExp, string][] = [
  [/\bENGINE = InnoDB\b|\bAUTO_INCREMENT\b/, "mysql"],
  [/\bWITHOUT TIME ZONE\b|\bSERIAL\b|\bCREATE SEQUENCE\b|\bGENERATED BY DEFAULT AS IDENTITY\b/, "postgres"],
  [/\bPRIMARY KEY AUTOINCREMENT\b/, "sqlite"],
];

/** Pages and styles of a PHP program, by Symfony's asset mapper or by their own package.json. */
function stateAssets({ project, directory, reading }: Place, requires: ReadonlyMap<string, string>): void {
  const { tree } = project;
  const at = inside(directory, "importmap.php");
  const isMapped =
    tree.has(at) || (requires.has("symfony/asset-mapper") && tree.hasDirectory(inside(directory, "assets")));
  if (isMapped && tree.has(inside(directory, "bin/console")))
    state(reading, "buildCommand", "php bin/console asset-map:compile", {
      at: requires.get("symfony/asset-mapper") ?? at,
      rule: "symfony/asset-mapper",
      confidence: 0.75,
    });
  buildAssets(project, directory, reading, "php/assets");
}
