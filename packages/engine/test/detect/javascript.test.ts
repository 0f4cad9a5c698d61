import { describe, expect, it } from "vitest";
import { detected, manifest, table } from "./expect.ts";

const express = `const express = require("express");\nconst app = express();\n`;

describe("servers, workers and packages", () => {
  table({
    "a server without scripts is found by content": {
      files: {
        "package.json": manifest({ dependencies: { express: "4" } }),
        "src/server.js": `${express}app.listen(8081)`,
      },
      is: { kind: "server", framework: "express", startCommand: "node src/server.js", port: 8081 },
    },
    "a start script that is a watcher is started without it": {
      files: {
        "package.json": manifest({ scripts: { start: "nodemon app.js" }, dependencies: { express: "4" } }),
        "app.js": `${express}const port = process.env.PORT || 5050;\napp.listen(port)`,
      },
      is: { kind: "server", startCommand: "node app.js", port: 5050 },
    },
    "TypeScript started only for development is started compiled": {
      files: {
        "package.json": manifest({
          scripts: { dev: "tsx watch src/index.ts", build: "tsc" },
          dependencies: { fastify: "5" },
        }),
        "tsconfig.json": `{ "compilerOptions": { "outDir": "out", "rootDir": "src" } }`,
        "src/index.ts": `import Fastify from "fastify";\nFastify().listen({ port: 4400 })`,
      },
      is: { startCommand: "node out/index.js", port: 4400, framework: "fastify", buildCommand: "npm run build" },
    },
    "the port is found one import away": {
      files: {
        "package.json": manifest({ scripts: { start: "node dist/index.js" }, dependencies: { express: "4" } }),
        "src/index.ts": `import express from "express";\nimport { config } from "./config.js";\nexpress().listen(config.port)`,
        "src/config.ts": `export const config = { port: Number(process.env.PORT) || 7070 }`,
      },
      is: { port: 7070 },
    },
    "a default with a name of its own is in a module that is all settings": {
      files: {
        "package.json": manifest({ scripts: { start: "node server.js" }, dependencies: { express: "4" } }),
        "server.js": `${express}const settings = require("./config/settings");\napp.listen(process.env.PORT || settings.webPort)`,
        "config/settings.js": `const settings = {};\nsettings.databasePort = 27017;\nsettings.webPort = 3006;\nmodule.exports = settings;`,
      },
      is: { port: 3006 },
    },
    "the port of a schema's default counts": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "index.js": `import "./env.js"; import express from "express"; express().listen(env.PORT)`,
        "env.js": `z.object({ DB_PORT: z.coerce.number().default(5432), PORT: z.coerce.number().default(6060) })`,
      },
      is: { port: 6060 },
    },
    "a database's port is not the server's": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "index.js": `${express}const db = { port: 5432 };\nconst PORT = process.env.PORT || 3456;\napp.listen(PORT)`,
      },
      is: { port: 3456 },
    },
    "Hono on Bun is run by Bun": {
      files: {
        "package.json": manifest({ scripts: { start: "bun run src/index.ts" }, dependencies: { hono: "4" } }),
        "src/index.ts": `import { Hono } from "hono";\nexport default { port: 3999, fetch: new Hono().fetch }`,
        "bun.lock": "{}",
      },
      is: {
        runtime: "bun",
        packageManager: "bun",
        kind: "server",
        framework: "hono",
        port: 3999,
        startCommand: "bun run start",
      },
    },
    "a bot is a worker": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { "discord.js": "14" } }),
        "index.js": `const { Client } = require("discord.js");\nnew Client({}).login(process.env.TOKEN)`,
      },
      is: { kind: "worker", framework: "discord.js", startCommand: "npm run start", port: null },
    },
    "a library is a package": {
      files: {
        "package.json": manifest({
          private: false,
          exports: "./dist/index.js",
          files: ["dist"],
          scripts: { build: "tsup" },
          devDependencies: { vite: "6", express: "4", next: "15" },
        }),
        "src/index.ts": "export {}",
        "vite.config.ts": `export default { build: { lib: { entry: "src/index.ts" } } }`,
      },
      is: { kind: "package", framework: null, services: [] },
    },
    "a Vite library build is a package": {
      files: {
        "package.json": manifest({
          private: false,
          exports: "./dist/index.js",
          scripts: { build: "vite build" },
          devDependencies: { vite: "6" },
        }),
        "index.html": "",
        "vite.config.ts": `export default defineConfig({ build: { lib: { entry: "src/index.ts" } } })`,
      },
      is: { kind: "package" },
    },
    "an own server that serves built pages is a server": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build", start: "node server.js" },
          dependencies: { express: "4" },
          devDependencies: { vite: "6" },
        }),
        "index.html": "",
        "server.js": `${express}app.use(express.static("dist"));\napp.listen(8000)`,
      },
      is: { kind: "server", framework: "express", buildCommand: "npm run build", port: 8000 },
    },
    "serving what was built by a file server stays files": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build", start: "serve -s dist" },
          dependencies: { serve: "14" },
          devDependencies: { vite: "6" },
        }),
        "index.html": "",
      },
      is: { kind: "static", startCommand: null, outputDir: "dist" },
    },
    "Heroku's app.json is not Expo's": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "app.json": `{ "name": "x", "env": { "A": { "required": true } } }`,
        "index.js": `${express}app.listen(3000)`,
      },
      is: { kind: "server", framework: "express" },
    },
    "a Procfile says how it starts": {
      files: {
        "package.json": manifest({ scripts: { start: "node dev.js" }, dependencies: { express: "4" } }),
        Procfile: "web: node prod.js --cluster",
        "prod.js": `${express}app.listen(3000)`,
        "dev.js": "",
      },
      is: { startCommand: "node prod.js --cluster" },
    },
    "a Procfile that says the same as the script keeps the script": {
      files: {
        "package.json": manifest({ scripts: { start: "node prod.js" }, dependencies: { express: "4" } }),
        Procfile: "web: node prod.js",
        "prod.js": `${express}app.listen(3000)`,
      },
      is: { startCommand: "npm run start" },
    },
    "scripts are followed through others": {
      files: {
        "package.json": manifest({
          scripts: {
            build: "npm run build:site",
            "build:site": "dotenv -e .env -- vite build --outDir=site",
            start: "npm run serve",
            serve: "vite preview",
          },
          devDependencies: { vite: "6" },
        }),
        "index.html": "",
      },
      is: { kind: "static", outputDir: "site", startCommand: null },
    },
    "a Cloudflare Worker has no start command": {
      files: {
        "package.json": manifest({
          scripts: { dev: "wrangler dev", deploy: "wrangler deploy" },
          dependencies: { hono: "4" },
          devDependencies: { wrangler: "4" },
        }),
        "wrangler.toml": `main = "src/index.ts"`,
        "src/index.ts": `import { Hono } from "hono";\nexport default new Hono();`,
      },
      is: { kind: "server", framework: "hono", startCommand: null },
    },
  });
});

describe("package managers", () => {
  const scripts = { build: "vite build" };
  const app = (fields: Record<string, unknown> = {}): string =>
    manifest({ scripts, devDependencies: { vite: "6" }, ...fields });
  const page = { "index.html": "" };
  table({
    "package-lock.json: npm ci": {
      files: { ...page, "package.json": app(), "package-lock.json": "{}" },
      is: { packageManager: "npm", installCommand: "npm ci" },
    },
    "nothing: npm install": {
      files: { ...page, "package.json": app() },
      is: { packageManager: "npm", installCommand: "npm install" },
    },
    "pnpm-lock.yaml": {
      files: { ...page, "package.json": app(), "pnpm-lock.yaml": "" },
      is: { packageManager: "pnpm", installCommand: "pnpm install --frozen-lockfile", buildCommand: "pnpm run build" },
    },
    "yarn 1": {
      files: { ...page, "package.json": app(), "yarn.lock": "# yarn lockfile v1" },
      is: { installCommand: "yarn install --frozen-lockfile" },
    },
    "yarn 2 and later, by its lockfile": {
      files: { ...page, "package.json": app(), "yarn.lock": "__metadata:\n  version: 8" },
      is: { installCommand: "yarn install --immutable" },
    },
    "bun.lockb": {
      files: { ...page, "package.json": app(), "bun.lockb": Buffer.from([0, 1]) },
      is: { packageManager: "bun", installCommand: "bun install --frozen-lockfile" },
    },
    "the packageManager field wins over a lockfile": {
      files: { ...page, "package.json": app({ packageManager: "pnpm@9.1.0" }), "package-lock.json": "{}" },
      is: { packageManager: "pnpm", installCommand: "pnpm install" },
    },
    "of two lockfiles, the one the scripts speak of": {
      files: {
        ...page,
        "package.json": app({ scripts: { build: "vite build", check: "bun run build" } }),
        "package-lock.json": "{}",
        "bun.lockb": "",
      },
      is: { packageManager: "bun" },
    },
    "the version of .nvmrc comes before engines": {
      files: { ...page, "package.json": app({ engines: { node: ">=18" } }), ".nvmrc": "v22.3.0\n" },
      is: { runtimeVersion: "22.3.0" },
    },
    engines: { files: { ...page, "package.json": app({ engines: { node: ">=18" } }) }, is: { runtimeVersion: ">=18" } },
    "a package that was compiled": {
      files: { ...page, "package.json": app({ devDependencies: { vite: "^2.0.0", "node-sass": "^4.14.1" } }) },
      is: { runtimeVersion: "14" },
    },
    "a package that was compiled, and what the project says": {
      files: {
        ...page,
        "package.json": app({ devDependencies: { vite: "^2.0.0", "node-sass": "^7.0.1" }, engines: { node: "16.20" } }),
      },
      is: { runtimeVersion: "16.20" },
    },
  });
});

const programWith = (dependencies: Record<string, string>, devDependencies: Record<string, string> = {}): string =>
  manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4", ...dependencies }, devDependencies });

describe("databases", () => {
  const index = { "index.js": `${express}app.listen(3000)` };
  table({
    "not of a driver of MongoDB that nothing names, beside another": {
      files: {
        "package.json": manifest({
          scripts: { start: "node app.js" },
          dependencies: { express: "4", pg: "8", mongoose: "6" },
        }),
        "app.js": `const { Pool } = require("pg");\nrequire("express")().listen(3000);`,
      },
      is: { database: ["postgres"] },
    },
    "a driver": {
      files: { ...index, "package.json": programWith({ pg: "8", ioredis: "5" }) },
      is: { database: ["postgres", "redis"] },
    },
    "Prisma's provider": {
      files: {
        ...index,
        "package.json": programWith({ "@prisma/client": "6" }, { prisma: "6" }),
        "prisma/schema.prisma": `generator client { provider = "prisma-client-js" }\ndatasource db {\n  provider = "mysql"\n  url = env("DATABASE_URL")\n}`,
      },
      is: { database: ["mysql"] },
    },
    "Drizzle's dialect": {
      files: {
        ...index,
        "package.json": programWith({ "drizzle-orm": "1" }),
        "drizzle.config.ts": `export default defineConfig({ dialect: "turso" })`,
      },
      is: { database: ["sqlite"] },
    },
    "what the columns of Drizzle's schema are, where no settings name a dialect": {
      files: {
        ...index,
        "package.json": programWith({ "drizzle-orm": "0.29", "@libsql/client": "0.4", mysql2: "3" }),
        "src/schema.ts": `import { sqliteTable, text } from "drizzle-orm/sqlite-core";`,
        "src/db.ts": `import { createClient } from "@libsql/client";`,
      },
      is: { database: ["sqlite"] },
    },
    "a driver nobody names beside another dialect is left over": {
      files: {
        ...index,
        "package.json": programWith({ "drizzle-orm": "1", postgres: "3", "better-sqlite3": "12" }),
        "drizzle.config.ts": `export default defineConfig({ dialect: "sqlite" })`,
        "src/db.ts": `import { drizzle } from "drizzle-orm/better-sqlite3";`,
      },
      is: { database: ["sqlite"] },
    },
    "a driver of documents nobody names beside a relational schema is left over as well": {
      files: {
        ...index,
        "package.json": programWith({ "@prisma/client": "6", mongoose: "8" }),
        "backend/prisma/schema.prisma": `datasource db {\n  provider = "mysql"\n}`,
      },
      is: { database: ["mysql"] },
    },
    "a driver the program names beside another dialect counts": {
      files: {
        ...index,
        "package.json": programWith({ "drizzle-orm": "1", mysql2: "3", pg: "8" }),
        "drizzle.config.ts": `export default defineConfig({ dialect: "postgresql" })`,
        "src/old.ts": `import { createPool } from "mysql2/promise";`,
      },
      is: { database: ["mysql", "postgres"] },
    },
    "the client of Valkey": {
      files: { ...index, "package.json": programWith({ "@valkey/valkey-glide": "2" }) },
      is: { database: ["redis"] },
    },
    "TypeORM's type in code": {
      files: {
        ...index,
        "package.json": programWith({ typeorm: "0.3" }),
        "src/data-source.ts": `export default new DataSource({ type: "postgres" })`,
      },
      is: { database: ["postgres"] },
    },
    "what Nuxt is told to load, which nobody imports": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build" },
          devDependencies: { nuxt: "3", "@nuxtjs/supabase": "1" },
        }),
        "nuxt.config.ts": `export default defineNuxtConfig({ modules: ["@nuxtjs/supabase"] });`,
      },
      is: { framework: "nuxt", database: ["postgres"] },
    },
    "SQLite for development beside a server's database does not count": {
      files: { ...index, "package.json": programWith({ pg: "8", sqlite3: "5" }) },
      is: { database: ["postgres"] },
    },
    "a driver of the tests alone does not count": {
      files: { ...index, "package.json": programWith({}, { mongodb: "6" }) },
      is: { database: [] },
    },
  });
});

describe("broken and odd files", () => {
  table({
    "package.json in UTF-16": {
      files: {
        "package.json": Buffer.from(
          `\ufeff${manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } })}`,
          "utf16le",
        ),
        "index.html": "",
      },
      is: { framework: "vite", kind: "static" },
    },
    "package.json with a byte order mark": {
      files: {
        "package.json": `\ufeff${manifest({ dependencies: { next: "15" }, scripts: { build: "next build" } })}`,
      },
      is: { framework: "next" },
    },
    "Supabase functions are not Deno": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "index.html": "",
        "supabase/functions/hello/index.ts": "Deno.serve(() => new Response())",
        "supabase/config.toml": "",
      },
      is: { framework: "vite", runtime: "node", kind: "static" },
    },
    "Laravel built with Vite is Laravel": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { vite: "6", "laravel-vite-plugin": "1" },
        }),
        "vite.config.js": `export default {}`,
        "composer.json": `{ "require": { "laravel/framework": "^11" } }`,
        artisan: "#!/usr/bin/env php",
        "public/index.php": "<?php",
      },
      is: { framework: "laravel", runtime: "php" },
    },
    "Rails built with Vite is Rails": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "index.html": "",
        Gemfile: `source "https://rubygems.org"\ngem "rails", "~> 8"`,
        "config/application.rb": "class Application < Rails::Application; end",
        "config.ru": "run Rails.application",
      },
      is: { framework: "rails" },
    },
    "a Go server with tools in package.json is Go": {
      files: {
        "package.json": manifest({ scripts: { build: "tailwindcss -o x.css" }, devDependencies: { tailwindcss: "4" } }),
        "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
        "main.go": `package main\nimport "github.com/gin-gonic/gin"\nfunc main() { gin.Default().Run(":8080") }`,
      },
      is: { runtime: "go", framework: "gin" },
    },
    "ASP.NET with its client in a folder is ASP.NET": {
      files: {
        "Web.csproj": `<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>`,
        "Program.cs": "var app = WebApplication.CreateBuilder(args).Build(); app.Run();",
        "ClientApp/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "ClientApp/index.html": "",
      },
      is: { runtime: "dotnet", kind: "server" },
    },
  });

  it("a broken package.json still gives what else is known, and a warning", () => {
    const { framework, warnings } = detected({
      "package.json": `{ "scripts": { "build": "astro build" }, "dependencies": { "astro": "5" },, }`,
      "astro.config.mjs": "export default {}",
    });
    expect(framework).toBe("astro");
    expect(warnings.map(({ at }) => at)).toEqual(["package.json"]);
  });

  it("a configuration that cannot be parsed does not spoil the rest", () => {
    const { framework, outputDir } = detected({
      "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
      "index.html": "",
      "vite.config.ts": "export default {{{",
    });
    expect([framework, outputDir]).toEqual(["vite", "dist"]);
  });

  it("every fact comes with the line it was read from", () => {
    const { evidence } = detected({
      "package.json": manifest({ scripts: { build: "next build" }, dependencies: { next: "15" } }),
      "next.config.js": `module.exports = {\n  output: "export",\n}`,
    });
    expect(evidence.find(({ field }) => field === "kind")).toMatchObject({ value: "static", at: "next.config.js:2" });
    expect(evidence.find(({ field }) => field === "framework")).toMatchObject({
      value: "next",
      rule: "framework/next",
    });
  });
});
