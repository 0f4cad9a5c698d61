import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const fastapi = {
  "requirements.txt": "fastapi\nuvicorn\n",
  "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
};
const inside = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

describe("what lies around programs of other languages than JavaScript", () => {
  table({
    "the one program a compose file runs says what the whole is written in": {
      files: {
        "compose.yaml":
          "services:\n  web:\n    build:\n      context: .\n      dockerfile: docker/web/Dockerfile\n    ports: ['8008:8000']\n  tasks:\n    build:\n      context: .\n      dockerfile: docker/web/Dockerfile\n  db:\n    image: postgres:17\n",
        "docker/web/Dockerfile": "FROM python:3.13\n",
        ...inside("web", fastapi),
      },
      is: {
        kind: "compose",
        runtime: "python",
        framework: "fastapi",
        packageManager: "pip",
        port: 8000,
        services: ["web"],
      },
    },
    "compose files in folders, and nothing else": {
      files: {
        "README.md": "# Home",
        "services/notes/docker-compose.yml": "services:\n  notes:\n    image: notes:1\n  db:\n    image: postgres:17\n",
        "services/files/docker-compose.yml": "services:\n  files:\n    image: files:1\n  cache:\n    image: redis:7\n",
      },
      is: { kind: "compose", database: ["redis", "postgres"], services: [] },
    },
    "a program that sends mail, beside others": {
      files: {
        ...inside("orders", { ...fastapi, Dockerfile: "FROM python:3.13\n" }),
        ...inside("email", {
          "requirements.txt": "kafka-python\n",
          "consumer.py": "if __name__ == '__main__':\n    run()\n",
          Dockerfile: 'FROM python:3.13\nCMD ["python", "consumer.py"]\n',
        }),
      },
      is: { kind: "monorepo", services: ["email", "orders"] },
    },
    "pages with a framework of their own beside Rails": {
      files: {
        Gemfile: "gem 'rails'\n",
        "config/application.rb": "class App < Rails::Application\nend\n",
        "config.ru": "run Rails.application\n",
        "frontend/package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "15", react: "19" },
        }),
        "frontend/src/app/page.tsx": "export default () => <p />;",
      },
      is: { kind: "monorepo", framework: "rails", services: [".", "frontend"] },
    },
    "Deno beside the packages of its tools": {
      files: {
        "package.json": manifest({ scripts: { migrate: "knex migrate:latest" }, devDependencies: { knex: "3" } }),
        Procfile: "web: deno run --allow-net --allow-env src/mod.ts\n",
        "deps.ts": 'export { Application } from "https://deno.land/x/oak@v12.0.0/mod.ts";',
        "src/mod.ts":
          'import { Application } from "../deps.ts";\nconst port = Deno.env.get("PORT") || "8000";\nnew Application().listen({ port: Number(port) });',
      },
      is: { kind: "server", runtime: "deno", framework: "oak", port: 8000 },
    },
    "what Deno imports by names that another file holds": {
      files: {
        "import_map.json": '{ "imports": { "mongo": "https://deno.land/x/mongo@v0.31.0/mod.ts" } }',
        "db.ts": 'import { MongoClient } from "mongo";\nexport const db = new MongoClient();',
        "server.ts":
          'import { serve } from "https://deno.land/std@0.200.0/http/server.ts";\nserve(() => new Response());',
      },
      is: { kind: "server", runtime: "deno", database: ["mongodb"] },
    },
    "Python: a bot that is run as a package inside another": {
      files: {
        "pyproject.toml": '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\naiogram = "^3"\n',
        "poetry.lock": "",
        "src/settings.py": "TOKEN = 'a'\n",
        "src/bot/__init__.py": "",
        "src/bot/__main__.py": "from src.settings import TOKEN\nfrom aiogram import Bot\nBot(TOKEN)\n",
      },
      is: { kind: "worker", packageManager: "poetry", startCommand: "python -m src.bot.__main__" },
    },
    "Go: the port of an address among its flags": {
      files: {
        "go.mod": "module x\n\nrequire github.com/go-chi/chi/v5 v5.0.0\n",
        "main.go":
          'package main\nimport "github.com/go-chi/chi/v5"\nfunc main() {\n\tflag.StringVar(&address, "a", "localhost:8090", "where to listen")\n\thttp.ListenAndServe(address, chi.NewRouter())\n}\n',
      },
      is: { framework: "chi", port: 8090 },
    },
    "Go: the port of pages, not that of calls between programs": {
      files: {
        "go.mod": "module x\n",
        "main.go": 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(address, nil) }\n',
        "config/grpc.go":
          'package config\nfunc a() { port, ok := os.LookupEnv("GRPC_PORT"); if !ok { port = "50051" } }\n',
        "config/http.go":
          'package config\nfunc b() { port, ok := os.LookupEnv("HTTP_PORT"); if !ok { port = "3000" } }\n',
      },
      is: { kind: "server", port: 3000 },
    },
    ".NET: where its container tells it to listen": {
      files: {
        "Shop.csproj":
          '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        Dockerfile:
          'FROM mcr.microsoft.com/dotnet/aspnet:9.0 AS base\nENV ASPNETCORE_URLS=http://+:5050\nFROM base\nENTRYPOINT ["dotnet", "Shop.dll"]\n',
      },
      is: { framework: "aspnet", port: 5050 },
    },
    "a framework only Deno imports, beside the containers of its database": {
      files: {
        "app.ts":
          'import { Application } from "https://deno.land/x/oak@v5.0.0/mod.ts";\nconst port = 8000;\nawait new Application().listen({ port });',
        Dockerfile: 'FROM denoland/deno:1.0.0\nEXPOSE 8000\nCOPY . .\nCMD ["run", "--allow-net", "app.ts"]\n',
        "docker-compose.yml":
          'services:\n  api:\n    build: .\n    ports: ["8000:8000"]\n  db:\n    image: mysql\n  adminer:\n    image: adminer\n',
      },
      is: { kind: "server", runtime: "deno", framework: "oak", port: 8000, database: ["mysql"] },
    },
    "what only Deno could run beside a package.json that starts nothing": {
      files: {
        "package.json": manifest({
          scripts: { test: "playwright test" },
          devDependencies: { "@playwright/test": "1" },
        }),
        "deps.ts": 'export { Hono } from "https://deno.land/x/hono@v3.0.0/mod.ts";',
        "index.ts": 'import { Hono } from "./deps.ts";\nDeno.serve(new Hono().fetch);',
      },
      is: { kind: "server", runtime: "deno", framework: "hono", port: 8000 },
    },
    "Rails with settings for several databases uses that of its driver": {
      files: {
        Gemfile: "gem 'rails'\ngem 'mysql2'\n",
        "config/application.rb": "class App < Rails::Application\nend\n",
        "config.ru": "run Rails.application\n",
        "config/database.yml":
          "local: &local\n  adapter: sqlite3\ndefault: &default\n  adapter: mysql2\npg: &pg\n  adapter: postgresql\nproduction:\n  <<: *default\n",
      },
      is: { framework: "rails", database: ["mysql"] },
    },
  });
});
