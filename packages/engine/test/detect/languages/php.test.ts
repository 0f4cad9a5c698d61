import { describe, expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

const composer = (require: Record<string, string>, more: Record<string, unknown> = {}) =>
  JSON.stringify({ require, ...more });

describe("Laravel", () => {
  const files = {
    "composer.json": composer({ php: "^8.2", "laravel/framework": "^11.0" }),
    artisan: "#!/usr/bin/env php\n",
    "public/index.php": "<?php\n",
    ".env.example": "APP_KEY=\n# DB_CONNECTION=sqlite\nDB_CONNECTION=mysql\n",
    "package.json":
      '{"scripts":{"dev":"vite","build":"vite build"},"devDependencies":{"vite":"5","laravel-vite-plugin":"1"}}',
    "package-lock.json": "{}",
    "vite.config.js": "",
  };

  it("connects to what its settings fall back on, whichever variable they ask first", () => {
    const named = {
      ...files,
      ".env.example": "APP_KEY=\n",
      "config/database.php": "<?php return ['default' => env('DB_CONNECTION_MAIN', 'pgsql')];\n",
    };
    expect(readingOf(named).database).toEqual(["postgres"]);
  });

  it("keeps its data in a file of SQLite that it opens itself", () => {
    const plain = {
      "index.php": "<?php require 'Store.php';",
      "Store.php": "<?php $db = new SQLite3(__DIR__ . '/a.db');",
    };
    expect(readingOf(plain).database).toEqual(["sqlite"]);
  });

  it("is Laravel though Vite builds its assets", () => {
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      framework: "laravel",
      runtime: "php",
      runtimeVersion: "^8.2",
      packageManager: "composer",
      buildCommand: "npm run build",
      startCommand: "php artisan serve --host=0.0.0.0 --port=$PORT",
      port: 8000,
      database: ["mysql"],
      confidence: 0.96,
    });
  });

  it("falls back to the connection its configuration names", () => {
    const reading = readingOf({
      ...files,
      ".env.example": "",
      "config/database.php": "'default' => env('DB_CONNECTION', 'pgsql'),",
    });
    expect(reading.database).toEqual(["postgres"]);
    expect(
      readingOf({ ...files, ".env.example": "", "config/database.php": "'default' => 'mysql'," }).database,
    ).toEqual(["mysql"]);
  });

  it("uses Redis only where a driver says so", () => {
    expect(
      readingOf({ ...files, ".env.example": "DB_CONNECTION=mysql\nREDIS_HOST=127.0.0.1\nCACHE_STORE=database\n" })
        .database,
    ).toEqual(["mysql"]);
    expect(readingOf({ ...files, ".env.example": "DB_CONNECTION=mysql\nQUEUE_CONNECTION=redis\n" }).database).toEqual([
      "mysql",
      "redis",
    ]);
  });

  it("has Redis' client without using it", () => {
    const predis = { ...files, "composer.json": composer({ "laravel/framework": "^11", "predis/predis": "^2" }) };
    expect(readingOf(predis).database).toEqual(["mysql"]);
  });

  it("is served by Octane where it is required", () => {
    const octane = { ...files, "composer.json": composer({ "laravel/framework": "^11", "laravel/octane": "^2" }) };
    expect(readingOf(octane).startCommand).toBe("php artisan octane:start --host=0.0.0.0 --port=$PORT");
  });
});

it("serves Symfony's public directory, with the database of its .env", () => {
  const reading = readingOf({
    "composer.json": composer({ "symfony/framework-bundle": "7.*" }),
    "public/index.php": "<?php\n",
    ".env": '# DATABASE_URL="mysql://a"\nDATABASE_URL="postgresql://app@127.0.0.1/app"\n',
  });
  expect(reading).toMatchObject({
    framework: "symfony",
    startCommand: "php -S 0.0.0.0:$PORT -t public",
    database: ["postgres"],
  });
});

it("knows Symfony's database by its migrations, which are written in the language of one database", () => {
  const files = {
    "composer.json": composer({ "symfony/framework-bundle": "7.*", "doctrine/orm": "3.*" }),
    "config/bundles.php": "<?php",
    "public/index.php": "<?php",
    "migrations/Version1.php":
      "<?php $this->addSql('CREATE TABLE a (id INT AUTO_INCREMENT NOT NULL) ENGINE = InnoDB');",
  };
  expect(readingOf(files).database).toEqual(["mysql"]);
});

it("serves Slim", () => {
  expect(readingOf({ "composer.json": composer({ "slim/slim": "4" }), "public/index.php": "<?php\n" })).toMatchObject({
    framework: "slim",
    kind: "server",
    port: 8080,
  });
});

it("knows WordPress by its files", () => {
  expect(
    readingOf({ "index.php": "<?php\n", "wp-config-sample.php": "<?php\n", "wp-login.php": "<?php\n" }),
  ).toMatchObject({ framework: "wordpress", database: ["mysql"], startCommand: "php -S 0.0.0.0:$PORT" });
});

it("finds the database of a program that caches in Redis", () => {
  const reading = readingOf({
    "composer.json": composer({ "slim/slim": "^4", "ext-redis": "*" }),
    "public/index.php": "<?php\n",
    "app/Database.php": '<?php $dsn = sprintf("mysql:host=%s;dbname=%s", $host, $name);\n',
  });
  expect(reading.database.toSorted()).toEqual(["mysql", "redis"]);
});

it("serves plain pages from their directory, with the database they connect to", () => {
  const reading = readingOf({ "public/index.php": "<?php new PDO('mysql:host=x');\n" });
  expect(reading).toMatchObject({
    kind: "server",
    startCommand: "php -S 0.0.0.0:$PORT -t public",
    database: ["mysql"],
  });
});

it("turns Heroku's launcher into one that is at hand", () => {
  const reading = readingOf({
    "composer.json": composer({}),
    "web/index.php": "<?php\n",
    Procfile: "web: heroku-php-apache2 web/\n",
  });
  expect(reading.startCommand).toBe("php -S 0.0.0.0:$PORT -t web");
});

it("takes a library for a package", () => {
  expect(
    readingOf({
      "composer.json": composer({ php: ">=8" }, { name: "a/b", type: "library", autoload: {} }),
      "src/A.php": "<?php\n",
    }).kind,
  ).toBe("package");
});

describe("Symfony's assets", () => {
  const symfony = {
    "composer.json": composer({ "symfony/framework-bundle": "^7", "symfony/asset-mapper": "^7" }),
    "public/index.php": "<?php\n",
    "bin/console": "#!/usr/bin/env php\n",
    "assets/app.js": "",
  };

  it("are mapped, though nothing from elsewhere is imported", () => {
    expect(readingOf(symfony).buildCommand).toBe("php bin/console asset-map:compile");
  });

  it("are built before they are mapped", () => {
    const built = { ...symfony, "package.json": '{"scripts":{"build":"encore production"}}', "yarn.lock": "" };
    expect(readingOf(built)).toMatchObject({
      installCommand: "composer install --no-dev --optimize-autoloader && yarn install",
      buildCommand: "yarn run build && php bin/console asset-map:compile",
    });
  });
});

describe("frameworks with a server of their own", () => {
  it.each([
    ["cakephp/cakephp", "bin/cake", "bin/cake server -H 0.0.0.0 -p $PORT", 8765],
    ["codeigniter4/framework", "spark", "php spark serve --host 0.0.0.0 --port $PORT", 8080],
    ["yiisoft/yii2", "yii", "php yii serve 0.0.0.0 --port=$PORT", 8080],
  ])("%s starts it", (name, script, startCommand, port) => {
    const files = {
      "composer.json": JSON.stringify({ type: "project", require: { [name]: "*" } }),
      [script]: "<?php\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", startCommand, port });
  });

  it("keeps it where a Procfile names a launcher that only Heroku has", () => {
    const files = {
      "composer.json": '{ "require": { "laravel/framework": "^11" } }',
      artisan: "<?php\n",
      Procfile: "web: vendor/bin/heroku-php-apache2 public/\n",
    };
    expect(readingOf(files).startCommand).toBe("php artisan serve --host=0.0.0.0 --port=$PORT");
  });

  it.each([
    ["config/db.php", "return ['dsn' => 'mysql:host=localhost;dbname=x'];", "mysql"],
    ["app/Config/Database.php", "$x = ['DBDriver' => 'Postgre',\n // 'DBDriver' => 'SQLite3',\n];", "postgres"],
    ["config/app.php", "return ['driver' => Mysql::class];", "mysql"],
  ])("finds the database in %s", (path, text, database) => {
    const files = {
      "composer.json": '{ "type": "project", "require": { "yiisoft/yii2": "*" } }',
      [path]: `<?php\n${text}\n`,
    };
    expect(readingOf(files).database).toEqual([database]);
  });
});

describe("pages without a first one", () => {
  it("are served", () => {
    const files = { "login.php": "<?php session_start();\n", "db.php": "<?php mysqli_connect('localhost');\n" };
    expect(readingOf(files)).toMatchObject({ kind: "server", port: 8000, database: ["mysql"] });
  });

  it("are none in a program", () => {
    expect(readingOf({ "bot.php": "<?php run();\n", "db.php": "<?php connect();\n" }).kind).toBe("worker");
  });
});
