import { expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

/** Projects that offer a choice (of a database, a server, a port), and what holds when nobody makes it. */
const projects: [name: string, files: Record<string, string>, expected: object][] = [
  [
    "Python: drivers of extras, where the settings name a file",
    {
      "pyproject.toml":
        '[project]\nname = "x"\ndependencies = ["flask"]\n[project.optional-dependencies]\ndatabase = ["psycopg2-binary", "pymysql"]\n',
      "web/app.py": 'from flask import Flask\napp = Flask(__name__)\nDATABASE = "sqlite:////tmp/x.db"\n',
    },
    { database: ["sqlite"] },
  ],
  [
    "Python: drivers of extras, where nothing else names a database",
    {
      "pyproject.toml":
        '[project]\nname = "x"\ndependencies = ["flask"]\n[project.optional-dependencies]\ndatabase = ["psycopg2-binary"]\n',
      "web/app.py": "from flask import Flask\napp = Flask(__name__)\n",
    },
    { database: ["postgres"] },
  ],
  [
    "Python: the server that only the container installs",
    {
      "requirements.txt": "flask\n",
      "app.py": "from flask import Flask\napp = Flask(__name__)\n",
      Dockerfile: "FROM python:3\nRUN pip install \\\n    gunicorn\n",
    },
    { startCommand: "gunicorn app:app --bind 0.0.0.0:$PORT" },
  ],
  [
    "Django: engines another value of a variable asks for, without their drivers",
    {
      "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n',
      "requirements.txt": "django\n",
      "site/settings.py":
        'DATABASES = {"default": {"ENGINE": "site.own_sqlite_backend"}}\nif os.getenv("DB", "sqlite") == "mysql":\n    DATABASES["default"] = {\n        "ENGINE": "django.db.backends.mysql",\n    }\nelif os.getenv("DB", "sqlite") == "postgres":\n    DATABASES["default"] = {"ENGINE": "django.db.backends.postgresql"}\n',
    },
    { database: ["sqlite"] },
  ],
  [
    "Django: the same by way of a name, and drivers of a group nobody installs",
    {
      "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n',
      "pyproject.toml":
        '[project]\nname = "x"\ndependencies = ["django", "uwsgi"]\n[dependency-groups]\npostgres = ["psycopg"]\n',
      "uwsgi.ini": "",
      "site/settings.py":
        'DB_ENGINE = os.getenv("DB_ENGINE", "sqlite")\nif DB_ENGINE == "postgres":\n    main = {\n        "ENGINE": "django.db.backends.postgresql",\n    }\nelse:\n    main = {"ENGINE": "django.db.backends.sqlite3"}\n',
    },
    { database: ["sqlite"], startCommand: "uwsgi --http 0.0.0.0:$PORT --ini uwsgi.ini" },
  ],
  [
    "Go: the file a flag falls back on",
    {
      "go.mod": "module x\n\nrequire (\n\tmodernc.org/sqlite v1.0.0\n\tgithub.com/lib/pq v1.0.0\n)\n",
      "main.go":
        'package main\ntype options struct {\n\tDB string `long:"db" default:"x.db"`\n}\nfunc main() { http.ListenAndServe(address(), nil) }\n',
    },
    { database: ["sqlite", "postgres"] },
  ],
  [
    "Go: the port of a structure of defaults",
    {
      "go.mod": "module x\n\nrequire github.com/gin-gonic/gin v1.0.0\n",
      "main.go":
        'package main\nimport (\n\t"github.com/gin-gonic/gin"\n)\nvar defaults = Config{\n\tPort: 80,\n}\nfunc main() { start(gin.New(), defaults) }\n',
    },
    { port: 80 },
  ],
  [
    "Go: a bot that answers over HTTP how it is",
    {
      "go.mod": "module x\n\nrequire github.com/own/telegram-bot-api/v5 v5.0.0\n",
      "main.go":
        'package main\nimport (\n\t"github.com/own/telegram-bot-api/v5"\n)\nfunc main() { go http.ListenAndServe(":8080", nil); poll() }\n',
    },
    { kind: "worker" },
  ],
  [
    "Java: a bot with a small server in it",
    {
      "build.gradle":
        "plugins { id 'application' }\ndependencies {\n  implementation('net.dv8tion:JDA:5.0.0')\n  implementation 'org.eclipse.jetty:jetty-server:11.0.12'\n}\n",
      "src/main/java/Bot.java": "class Bot { public static void main(String[] a) {} }",
    },
    { kind: "worker" },
  ],
  [
    "Go: no port of its profiler",
    {
      "go.mod": "module x\n",
      "main.go": 'package main\nfunc main() {\n\tgo http.ListenAndServe("127.0.0.1:6060", nil)\n\tserve(config())\n}\n',
      "config.default.yml": "server:\n  port: 3000\n",
    },
    { port: 3000 },
  ],
  [
    "Rust: every database of a set of features, and the default of a builder",
    {
      "Cargo.toml":
        '[package]\nname = "x"\n[dependencies]\nactix-web = "4"\nsea-orm = { version = "1", features = ["sqlx-all"] }\n',
      "src/main.rs":
        'struct Config {\n    #[builder(default = "6360")]\n    pub port: u16,\n    #[builder(default = "17170")]\n    pub http_port: u16,\n}\nfn main() { HttpServer::new(app); }\n',
    },
    { port: 17170, database: ["postgres", "mysql", "sqlite"] },
  ],
  [
    "Rust: the database of Prisma's client, by its features",
    {
      "Cargo.toml":
        '[package]\nname = "x"\n[dependencies]\nprisma-client-rust = { git = "https://example.com/x", features = ["sqlite"] }\n',
      "src/main.rs": "fn main() {}\n",
    },
    { database: ["sqlite"] },
  ],
  [
    "PHP: the driver that holds without a variable",
    {
      "composer.json": '{ "require": { "php": "8" } }',
      "index.php": "<?php require 'config.php';\n",
      "config.php": "<?php defined('DB_DRIVER') or define('DB_DRIVER', getenv('DB_DRIVER') ?: 'sqlite');\n",
    },
    { database: ["sqlite"] },
  ],
  [
    "Ruby: Sinatra by a script of the Procfile's, beside a rack file",
    { Gemfile: "gem 'sinatra'\ngem 'puma'\n", "config.ru": "run Web", Procfile: "web: script/web\n" },
    { framework: "sinatra", port: 9292 },
  ],
  [
    "Antora: pages of a playbook",
    { "antora-playbook.yml": "site:\n  title: x\noutput:\n  dir: ./public\n" },
    { framework: "antora", kind: "static", outputDir: "public" },
  ],
  [
    "Python: the port of the settings, and optional packages of Poetry",
    {
      "pyproject.toml":
        '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = "*"\npsycopg2-binary = { version = "*", optional = true }\n',
      "x/app.py":
        "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\ndef main():\n    uvicorn.run('x.app:app', port=settings.API_PORT)\n",
      "x/core/settings/settings.py":
        'class AppSettings(BaseSettings):\n    API_PORT: int = 9000\n    DB: str = "sqlite:///x.db"\n',
    },
    { port: 9000, database: ["sqlite"] },
  ],
  [
    "Go: no port of what proves a domain",
    {
      "go.mod": "module x\n",
      "main.go":
        'package main\nvar defaults = Config{\n\tPort: 8080,\n}\nfunc main() {\n\tgo http.ListenAndServe(":80", m.HTTPHandler(nil))\n\thttp.ListenAndServe(address(), nil)\n}\n',
    },
    { port: 8080 },
  ],
  [
    "Rust: the port of a default's function",
    {
      "Cargo.toml": '[package]\nname = "x"\n[dependencies]\naxum = "0.8"\n',
      "src/main.rs":
        'fn default_port() -> u16 {\n    5000\n}\nfn main() { axum::serve(listener, app); }\nconst SAMPLE: &str = "\nport: 3100\n";\n',
    },
    { port: 5000 },
  ],
  [
    "Ruby: gems of a group of the application's own",
    {
      Gemfile: "gem 'thor'\ngroup :app do\n  gem 'sinatra'\nend\ngroup :test do\n  gem 'roda'\nend\n",
      "config.ru": "run App",
    },
    { framework: "sinatra" },
  ],
  [
    "Hugo: the package manager of its tools",
    {
      "hugo.yaml": "baseURL: /\n",
      "package.json": '{ "devDependencies": { "postcss": "8" } }',
      "package-lock.json": "{}",
    },
    { framework: "hugo", packageManager: "npm" },
  ],
  [
    "Go: the file a setting falls back on, beside a server's driver",
    {
      "go.mod": "module x\n\nrequire (\n\tgithub.com/a/gorm-sqlite v1.0.0\n\tgorm.io/driver/postgres v1.0.0\n)\n",
      "main.go":
        'package main\nfunc main() {\n\tviper.SetDefault("USE_DB", "sqlite")\n\thttp.ListenAndServe(":8080", nil)\n}\n',
    },
    { database: ["sqlite", "postgres"] },
  ],
  [
    "Go: the port of a structure whose names have a prefix",
    {
      "go.mod": "module x\n",
      "main.go":
        'package main\ntype env struct {\n\tdb string `env:"X_DB_PORT" envDefault:"7000"`\n\tport string `env:"X_LISTEN_PORT" envDefault:"8085"`\n}\nfunc main() { http.ListenAndServe(address(), nil) }\n',
    },
    { port: 8085 },
  ],
  [
    ".NET: the port of the container beside the solution",
    {
      "X.sln": "",
      "src/Api/Api.csproj":
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>',
      Dockerfile: "FROM mcr.microsoft.com/dotnet/aspnet:8.0\n",
    },
    { port: 8080 },
  ],
];

it.each(projects)("%s", (_, files, expected) => {
  expect(readingOf(files)).toMatchObject(expected);
});
