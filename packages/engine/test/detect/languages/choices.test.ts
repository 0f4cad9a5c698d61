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
