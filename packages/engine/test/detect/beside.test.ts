import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const vite = manifest({ scripts: { build: "vite build" }, dependencies: { vite: "7", react: "19" } });
const page = { "web/package.json": vite, "web/index.html": "<p>", "web/src/main.tsx": "" };
const desktop = { main: "main.js", scripts: { start: "electron ." }, devDependencies: { electron: "38" } };

const module = (name: string): Record<string, string> => ({
  [`${name}/pom.xml`]: `<project><artifactId>${name}</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>`,
  [`${name}/src/main/java/A.java`]:
    "class A { public static void main(String[] a) { SpringApplication.run(A.class, a); } }",
});

describe("what lies beside", () => {
  table({
    "a program for the desktop does not hide the pages beside it": {
      files: { "package.json": manifest(desktop), "main.js": 'require("electron")', ...page },
      is: { kind: "static", framework: "vite", outputDir: "web/dist" },
    },
    "pages a program for the desktop is built with are a part of it": {
      files: {
        "package.json": manifest({
          ...desktop,
          scripts: { start: "electron .", build: "cd web && npm run build && cd .. && electron-builder" },
        }),
        "main.js": 'require("electron")',
        ...page,
      },
      is: { kind: "package", services: [] },
    },
    "pages that the root only installs are built by somebody else": {
      files: {
        "package.json": manifest({
          scripts: { start: "node server.js", build: "npm install && cd web && npm install && cd .." },
          dependencies: { express: "5" },
        }),
        "server.js": `require("express")().listen(5001);`,
        ...page,
      },
      is: { kind: "monorepo", services: [".", "web"] },
    },
    "what has settings of its own for the edge is put there by itself": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, dependencies: { vite: "7", react: "19" } }),
        "index.html": "<p>",
        "src/main.tsx": "",
        "workers/mail/package.json": manifest({ name: "mail" }),
        "workers/mail/wrangler.toml": `name = "mail"\nmain = "src/index.ts"\n`,
        "workers/mail/src/index.ts": `export default { async fetch() { return new Response("sent"); } };`,
        "workers/shared/package.json": manifest({ name: "shared", main: "index.js" }),
        "workers/shared/index.js": "exports.name = 1;",
      },
      is: { kind: "monorepo", services: [".", "workers/mail"] },
    },
    "a module of Java called config hands out configuration": {
      files: {
        "pom.xml":
          "<project><packaging>pom</packaging><modules><module>config</module><module>shop</module></modules></project>",
        ...module("config"),
        ...module("shop"),
      },
      is: { kind: "monorepo", services: ["config", "shop"] },
    },
    "pages with a container of their own beside a program of Go are a service": {
      files: {
        "go.mod": "module x\n\nrequire github.com/gin-gonic/gin v1.0.0\n",
        "main.go":
          'package main\nimport (\n\t"github.com/gin-gonic/gin"\n)\n// Answers the web pages.\nfunc main() { gin.Default().Run(":8080") }\n',
        ...page,
        "web/Dockerfile": "FROM nginx\nCOPY dist /usr/share/nginx/html\n",
      },
      is: { kind: "monorepo", services: [".", "web"] },
    },
    "pages with a container of their own elsewhere beside a program of .NET are a service": {
      files: {
        "Shop.sln": "",
        "shop-api/Shop.Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        "shop-web/package.json": JSON.stringify({ scripts: { build: "vite build" }, devDependencies: { vite: "7" } }),
        "shop-web/index.html": "<html></html>",
        "docker/web/Dockerfile":
          "FROM node:24-alpine AS build\nCOPY shop-web .\nRUN npm run build\nFROM nginx:stable\nCOPY --from=build dist /usr/share/nginx/html\n",
      },
      is: { kind: "monorepo", services: [".", "shop-web"] },
    },
    "the database of a compose file above the one program is that program's": {
      files: {
        "compose.yaml": "services:\n  web:\n    build: app\n  db:\n    image: mcr.microsoft.com/azure-sql-edge:1.0.4\n",
        "app/App.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        "app/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:8.0\n",
      },
      is: { kind: "server", database: ["mssql"], services: ["app"] },
    },
    "folders that are installed with the same manager have it in common": {
      files: {
        ...page,
        "web/pnpm-lock.yaml": "lockfileVersion: 9",
        "api/package.json": manifest({ scripts: { start: "node a.js" }, dependencies: { express: "5" } }),
        "api/pnpm-lock.yaml": "lockfileVersion: 9",
        "api/a.js": 'require("express")().listen(4000)',
      },
      is: { kind: "monorepo", packageManager: "pnpm", services: ["api", "web"] },
    },
    "a manual beside a server is no service": {
      files: {
        "package.json": manifest({
          scripts: { start: "node server.js", build: "tsc", "docs:build": "npm --prefix docs-site run build" },
          dependencies: { express: "5" },
        }),
        "server.js": 'require("express")().listen(3000)',
        "docs-site/package.json": manifest({
          scripts: { build: "vitepress build" },
          devDependencies: { vitepress: "1" },
        }),
      },
      is: { kind: "server", services: ["."] },
    },
    "what is put online by wrangler is no library, whatever else it brings": {
      files: {
        "package.json": manifest({
          private: undefined,
          bin: "bin/create.js",
          scripts: { dev: "wrangler dev dist/index.mjs", build: "node build.js", deploy: "wrangler publish" },
          dependencies: { hono: "4" },
        }),
        "src/index.ts": 'import { Hono } from "hono";\nexport default new Hono();',
      },
      is: { kind: "server", framework: "hono", port: 8787 },
    },
    "the settings say the port, by whatever name they are taken": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "5" } }),
        "index.js":
          'const config = require("./config");\nconst cfg = config;\nrequire("express")().listen(cfg.server.port);',
        "config/index.js": "module.exports = { db: { port: 5432 }, server: { host: 'a', port: 4300 } };",
      },
      is: { port: 4300 },
    },
    "a server of Rust with its worker is no single program, and what moves its tables is none": {
      files: {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/server/Cargo.toml": '[package]\nname = "server"\n[dependencies]\naxum = "0.8"\n',
        "crates/server/src/main.rs": "fn main() { let l = TcpListener::bind(a); axum::serve(l, app) }",
        "crates/worker/Cargo.toml":
          '[package]\nname = "worker"\ndescription = "w"\nlicense.workspace = true\n[dependencies]\ntokio = "1"\n',
        "crates/worker/src/main.rs": "fn main() {}",
        "crates/migration/Cargo.toml": '[package]\nname = "migration"\n[dependencies]\ntokio = "1"\n',
        "crates/migration/src/main.rs": "fn main() {}",
      },
      is: { kind: "monorepo", services: ["crates/server", "crates/worker"] },
    },
    "a program of Python that imports the folder it lies in is run as a module": {
      files: {
        "requirements.txt": "python-telegram-bot\n",
        "src/main.py": 'from src.bot import run\nif __name__ == "__main__":\n    run()\n',
        "src/bot.py": "def run(): pass\n",
      },
      is: { kind: "worker", startCommand: "python -m src.main" },
    },
    "a bot that answers that it is alive is a worker": {
      files: {
        "requirements.txt": "aiogram\naiohttp\n",
        "bot.py":
          'from aiogram import Bot\nfrom aiohttp import web\nasync def main():\n    runner = web.AppRunner(web.Application())\n    await web.TCPSite(runner, "0.0.0.0", 8080).start()\nif __name__ == "__main__":\n    main()\n',
      },
      is: { kind: "worker", startCommand: "python bot.py", port: null },
    },
    "a bot that is called over HTTP is a server": {
      files: {
        "requirements.txt": "aiogram\naiohttp\n",
        "bot.py":
          'from aiogram.webhook.aiohttp_server import SimpleRequestHandler\nfrom aiohttp import web\nif __name__ == "__main__":\n    app = web.Application()\n    web.run_app(app, port=8081)\n',
      },
      is: { kind: "server", port: 8081 },
    },
    "a bot that asks for what is new unless it has an address of its own is a worker": {
      files: {
        "requirements.txt": "aiogram\naiohttp\n",
        "main.py":
          'from aiogram import Bot\nfrom aiohttp import web\nasync def main():\n    if ADDRESS:\n        await bot.set_webhook(ADDRESS)\n        web.run_app(web.Application(), port=8080)\n    else:\n        await dispatcher.start_polling(bot)\nif __name__ == "__main__":\n    asyncio.run(main())\n',
      },
      is: { kind: "worker", port: null },
    },
    "a bot runs as its container says, whatever else it could be run as": {
      files: {
        "requirements.txt": "python-telegram-bot\nfastapi\n",
        Dockerfile: 'FROM python:3.12\nCMD ["python", "-m", "bot"]\n',
        "bot/__main__.py": "from bot import start\nstart.main()\n",
        "bot/start.py": "def main():\n    application.run_polling()\n",
        "bot/hooks.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      },
      is: { kind: "worker", framework: null, port: null },
    },
    "a program above its package finds its requirements there": {
      files: {
        "main.py":
          'import uvicorn\nfrom app.api import app\nif __name__ == "__main__":\n    uvicorn.run(app, port=8100)\n',
        "app/requirements.txt": "fastapi\nuvicorn\n",
        "app/api.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      },
      is: { framework: "fastapi", packageManager: "pip", installCommand: "pip install -r app/requirements.txt" },
    },
    "a container built from the whole tree does not hide the program it is of": {
      files: {
        "docker-compose.yml":
          "services:\n  api:\n    build:\n      context: .\n      dockerfile: src/Api/Dockerfile\n  db:\n    image: postgres\n",
        "src/App.sln": "",
        "src/Api/Dockerfile": "FROM x\n",
        "src/Api/Api.csproj":
          '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "src/Api/Program.cs": "var app = WebApplication.Create(args); app.Run();",
      },
      is: { kind: "server", runtime: "dotnet" },
    },
    "a module of Gradle has the version of its root": {
      files: {
        "settings.gradle": "rootProject.name = 'shop'\ninclude 'api'\n",
        "build.gradle": "allprojects {\n  version = '1.4.0'\n}\n",
        "api/build.gradle":
          "plugins { id 'org.springframework.boot' version '3' }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web:3' }\n",
        "api/src/main/java/A.java": "public static void main(String[] a) { SpringApplication.run(A.class, a); }",
      },
      is: { startCommand: "java -Dserver.port=$PORT -jar api/build/libs/api-1.4.0.jar" },
    },
    "a bot that starts pages of its own is the program": {
      files: {
        "main.py": 'import discord\nfrom bot import Bot\nif __name__ == "__main__":\n    Bot().run("x")\n',
        "bot.py": "from discord.ext import commands\ndef start():\n    from dashboard.main import serve\n    serve()\n",
        "dashboard/main.py": "from fastapi import FastAPI\ndef create_app(bot):\n    app = FastAPI()\n    return app\n",
        "mkdocs.yml": "site_name: Bot\n",
        "requirements.txt": "discord.py\nfastapi\nuvicorn\n",
      },
      is: { kind: "worker", startCommand: "python main.py" },
    },
    "a module named setup.py is no package of its own": {
      files: {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi", "uvicorn"]\n',
        "src/shop/main/__init__.py": "",
        "src/shop/main/setup.py": "def setup_logging(): ...\n",
        "src/shop/main/run.py":
          "from fastapi import FastAPI\ndef make_app(\n    a: int = 1,\n) -> FastAPI:\n    return FastAPI()\n",
      },
      is: { kind: "server", framework: "fastapi", port: 8000 },
    },
    "programs of Nest that take jobs and answer nobody": {
      files: {
        "package.json": manifest({ workspaces: ["apps/*"], dependencies: { "@nestjs/core": "11" } }),
        "nx.json": "{}",
        "apps/api/package.json": manifest({ name: "api" }),
        "apps/api/src/main.ts":
          'import { NestFactory } from "@nestjs/core";\n(await NestFactory.create(M)).listen(3000);',
        "apps/api/project.json": '{"name":"api","projectType":"application"}',
        "apps/jobs/package.json": manifest({ name: "jobs" }),
        "apps/jobs/src/main.ts":
          'import { NestFactory } from "@nestjs/core";\nawait NestFactory.createApplicationContext(M);',
        "apps/jobs/project.json": '{"name":"jobs","projectType":"application"}',
      },
      is: { kind: "monorepo", services: ["apps/api", "apps/jobs"] },
    },
    "what fills or copies a database is no service": {
      files: {
        "api/Dockerfile": "FROM node:24\nEXPOSE 3000\nCMD node a.js\n",
        "replica/Dockerfile": "FROM mongo:7\nCMD /setup.sh\n",
        "src/Api/Api.csproj":
          '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "src/Api/Program.cs": "var app = WebApplication.Create(args); app.Run();",
        "src/Migrator.Sql/Migrator.Sql.csproj":
          '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "src/Migrator.Sql/Program.cs": "static void Main() {}",
      },
      is: { kind: "monorepo", services: ["api", "src/Api"] },
    },
    "an application of Python that has two names": {
      files: {
        "requirements.txt": "flask\ngunicorn\n",
        "application.py": "from app import create_app\napp = application = create_app()\n",
        "app/__init__.py": "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
      },
      is: { framework: "flask", startCommand: "gunicorn application:app --bind 0.0.0.0:$PORT" },
    },
    "an umbrella whose applications have their dependencies from one place": {
      files: {
        "mix.exs": 'defmodule All.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
        "config/runtime.exs": "import Config\nconfig :shop, ShopWeb.Endpoint,\n  http: [port: 6009]\n",
        "apps/shop/mix.exs": "defmodule Shop.MixProject do\n  defp deps, do: Shared.deps()\nend\n",
        "apps/shop/lib/shop/repo.ex":
          "defmodule Shop.Repo do\n  use Ecto.Repo, otp_app: :shop, adapter: Ecto.Adapters.Postgres\nend\n",
      },
      is: { kind: "server", framework: "phoenix", database: ["postgres"] },
    },
    "pages beside a project of .NET, under one solution": {
      files: {
        "Shop.sln": 'Project("{A}") = "Api", "api/Api.csproj", "{B}"\n',
        "api/Api.csproj":
          '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "api/Program.cs": "var app = WebApplication.Create(args); app.Run();",
        "frontend/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "frontend/index.html": "<p>",
      },
      is: { kind: "monorepo", services: [".", "frontend"] },
    },
    "pages that the build of Java takes in": {
      files: {
        "pom.xml":
          "<project><artifactId>a</artifactId><dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies><build><plugins><plugin><artifactId>frontend-maven-plugin</artifactId><configuration><workingDirectory>frontend</workingDirectory></configuration></plugin></plugins></build></project>",
        "src/main/java/App.java": "class App { public static void main(String[] a) { SpringApplication.run(); } }",
        "frontend/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "frontend/index.html": "<p>",
      },
      is: { kind: "server", framework: "spring-boot" },
    },
    "a program of Elixir whose root lints pages kept in folders": {
      files: {
        "mix.exs": 'defmodule Shop.MixProject do\n  defp deps, do: [{:phoenix, "~> 1.7"}]\nend\n',
        "config/runtime.exs": 'import Config\nport = own_env("PORT", :integer) || 6010\n',
        "lib/shop/endpoint.ex": "defmodule Shop.Endpoint do\n  use Phoenix.Endpoint, otp_app: :shop\nend\n",
        "package.json": manifest({ devDependencies: { eslint: "9" } }),
        "site/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "site/index.html": "<p>",
        "widget/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "widget/index.html": "<p>",
      },
      is: { framework: "phoenix", runtime: "elixir", port: 6010 },
    },
    "the database Node brings along": {
      files: {
        "package.json": manifest({ scripts: { start: "node a.js" }, dependencies: { express: "5" } }),
        "a.js": 'require("express")().listen(3000)',
        "src/database.js": "const { DatabaseSync } = require('node:sqlite');",
      },
      is: { kind: "server", database: ["sqlite"] },
    },
  });
});
