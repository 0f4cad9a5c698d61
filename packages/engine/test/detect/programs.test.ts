import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

const express = `const express = require("express");\nconst app = express();\n`;

const client = {
  "client/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "5" } }),
  "client/index.html": "<p>",
};

const rust = {
  "Cargo.toml": `[package]\nname = "chat"\n[dependencies]\naxum = "0.7"\ntokio = "1"`,
  "src/main.rs": `async fn main() { axum::serve(listener, Router::new()).await }`,
};

/** A server at the root, with these scripts, and pages in a folder. */
function serverAndClient(scripts: Record<string, string>): Record<string, string> {
  return {
    "package.json": manifest({ scripts, dependencies: { express: "4" } }),
    "src/server.ts": `import express from "express";\nexpress().listen(3000)`,
    ...client,
  };
}

describe("what starts, and what it is", () => {
  table({
    "a server of the project's own that hands requests to Nuxt is what is started": {
      files: {
        "package.json": manifest({
          scripts: { dev: "nodemon ./server/server.js", build: "nuxt build" },
          dependencies: { nuxt: "1", express: "4" },
        }),
        "nuxt.config.js": "module.exports = {}",
        "server/server.js": `${express}const { Nuxt } = require("nuxt");\napp.use(new Nuxt({}).render);\napp.listen(process.env.PORT || 3300)`,
      },
      is: { kind: "server", framework: "nuxt", startCommand: "node server/server.js", port: 3300 },
    },
    "a server beside Nuxt that does not know it is not": {
      files: {
        "package.json": manifest({
          scripts: { dev: "nuxt", mock: "node mock.js", build: "nuxt build" },
          dependencies: { nuxt: "3", express: "4" },
        }),
        "nuxt.config.ts": "export default {}",
        "server.js": `${express}app.listen(4000)`,
      },
      is: { framework: "nuxt", startCommand: "node .output/server/index.mjs", port: 3000 },
    },
    "a framework that leaves the server to the project is started by the script that previews it": {
      files: {
        "package.json": manifest({
          scripts: { build: "vike build", preview: "cross-env NODE_ENV=production tsx ./server.ts" },
          dependencies: { vike: "1" },
        }),
        "vite.config.ts": `import vike from "vike/plugin"; export default { plugins: [vike()] }`,
      },
      is: { kind: "server", framework: "vike", startCommand: "npm run preview" },
    },
    "a preview of Vite's own starts nothing": {
      files: {
        "package.json": manifest({
          scripts: { build: "vike build", preview: "vike preview" },
          dependencies: { vike: "1" },
        }),
      },
      is: { kind: "server", framework: "vike", startCommand: null },
    },
    "a worker that shares its types with a server": {
      files: {
        "package.json": manifest({
          scripts: { dev: "bun run --watch src/index.ts", worker: "bun run src/worker.ts" },
          dependencies: { elysia: "1" },
        }),
        "bun.lock": "",
        "src/index.ts": `import { Elysia } from "elysia";\nnew Elysia().listen(3000)`,
        "src/worker.ts": `import { job } from "./model";\nfor (;;) await next(job)`,
        "src/model.ts": `import { t } from "elysia";\nexport const job = t.Object({})`,
      },
      is: { kind: "worker", startCommand: "bun run worker", port: null },
    },
    "what create-fastify-app starts is a server": {
      files: {
        "package.json": manifest({
          main: "server.js",
          scripts: { start: "fastify-app run", dev: "fastify-app run -w" },
          dependencies: { fastify: "2" },
        }),
        "src/index.js": "module.exports = async function (fastify) {}",
        Dockerfile: "FROM node\nEXPOSE 3000\n",
      },
      is: { kind: "server", framework: "fastify", startCommand: "npm run start", port: 3000 },
    },
    "an extension of a browser is installed, not deployed": {
      files: {
        "package.json": manifest({ scripts: { build: "webpack" }, devDependencies: { webpack: "5" } }),
        "webpack.config.js": `module.exports = { output: { path: __dirname + "/dist" } }`,
        "public/manifest.json": `{ "manifest_version": 3, "name": "scroll" }`,
        "public/popup.html": "<p>",
        "index.html": "<p>",
      },
      is: { kind: "package", framework: null, services: [] },
    },
    "the manifest of a web application makes no extension of it": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "5" } }),
        "index.html": "<p>",
        "public/manifest.json": `{ "name": "notes", "display": "standalone" }`,
      },
      is: { kind: "static", framework: "vite" },
    },
  });
});

it("answers through what it imports from the packages of the manifest above it", () => {
  const found = detected({
    "package.json": JSON.stringify({ dependencies: { express: "5", pg: "8" } }),
    "server/package.json": manifest({ scripts: { start: "node server.js" } }),
    "server/server.js": `import express from "express";\nimport pg from "pg";\nexpress().listen(5000)`,
    "client/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "5" } }),
    "client/index.html": "<p>",
  });
  expect(service(found, "server")).toMatchObject({ framework: "express", database: ["postgres"], port: 5000 });
});

describe("where it lies and what it is made of", () => {
  table({
    "applications of a workspace of Nx that the Angular CLI describes, and nothing at its root": {
      files: {
        "package.json": manifest({
          scripts: { start: "ng serve", build: "ng build" },
          dependencies: { "@angular/core": "12" },
          devDependencies: { "@angular/cli": "12" },
        }),
        "nx.json": "{}",
        "angular.json": JSON.stringify({
          defaultProject: "shop",
          projects: {
            shop: {
              projectType: "application",
              root: "apps/shop",
              architect: {
                build: {
                  builder: "@angular-devkit/build-angular:browser",
                  options: { outputPath: "dist/apps/shop" },
                },
              },
            },
          },
        }),
        "apps/shop/src/main.ts": `import { NgModule } from "@angular/core";`,
      },
      is: { kind: "monorepo", services: ["apps/shop"] },
    },
    "an output folder that Eleventy's configuration is assigned": {
      files: {
        "package.json": manifest({ scripts: { build: "eleventy" }, dependencies: { "@11ty/eleventy": "2" } }),
        ".eleventy.js": `module.exports = function (config) {\n  config.dir = { input: "src", output: "site" };\n  return config;\n}`,
      },
      is: { kind: "static", outputDir: "site" },
    },
    "the static adaptor of the first Qwik": {
      files: {
        "package.json": manifest({
          scripts: { build: "qwik build", "build.server": "vite build -c adaptors/static/vite.config.ts" },
          devDependencies: { "@builder.io/qwik-city": "0.0.124" },
        }),
        "adaptors/static/vite.config.ts": "export default {}",
      },
      is: { kind: "static", framework: "qwik", outputDir: "dist", startCommand: null },
    },
    "Qwik's server of its own, under whatever name": {
      files: {
        "package.json": manifest({
          scripts: { build: "qwik build", start: "vite --open --mode ssr", deploy: "node server/entry.express" },
          devDependencies: { "@builder.io/qwik-city": "0.0.124" },
        }),
        "adaptors/express/vite.config.ts": "export default {};",
        "src/entry.express.tsx": `express().listen(process.env.PORT ?? 3000);`,
      },
      is: { kind: "server", framework: "qwik", startCommand: "npm run deploy", port: 3000 },
    },
    "static pages of Nuxt 2, which its build leaves nothing of": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build", start: "nuxt start", generate: "nuxt generate" },
          dependencies: { nuxt: "^2.15" },
        }),
        "nuxt.config.js": `export default { target: "static" }`,
      },
      is: { kind: "static", buildCommand: "npm run generate", outputDir: "dist" },
    },
    "a program that its watcher is told of last": {
      files: {
        "package.json": manifest({
          scripts: {
            build: 'babel src --extensions ".js,.ts" --out-dir dist',
            start:
              "ts-node-dev -r tsconfig-paths/register --inspect --ignore-watch node_modules --respawn src/infra/web.ts",
          },
          dependencies: { express: "4" },
        }),
        "tsconfig.json": `{ "compilerOptions": { "outDir": "./dist" } }`,
        "src/infra/web.ts": `import { app } from "./app";\napp.listen(process.env.PORT || 3333)`,
        "src/infra/app.ts": `import express from "express";\nexport const app = express();`,
        Dockerfile: `FROM node\nCMD ["npm", "run", "dev"]\n`,
      },
      is: { kind: "server", framework: "express", startCommand: "node dist/infra/web.js", port: 3333 },
    },
    "what its build puts together, under a script of whatever name": {
      files: {
        "package.json": manifest({
          scripts: {
            build: "tsc",
            start: "ts-node src/server.ts",
            "debug:built": "node --inspect dist/server.js",
            live: "node dist/server.js",
          },
          dependencies: { express: "4" },
          devDependencies: { "ts-node": "10", typescript: "5" },
        }),
        "tsconfig.json": `{ "compilerOptions": { "outDir": "dist", "rootDir": "src" } }`,
        "src/server.ts": `import express from "express";\nexpress().listen(process.env.PORT || 4100);`,
      },
      is: { kind: "server", startCommand: "npm run live", port: 4100 },
    },
    "what was compiled once and committed says less than its source": {
      files: {
        "package.json": manifest({
          scripts: { build: "tsc", start: "node dist/index.js" },
          dependencies: { express: "4" },
        }),
        "dist/index.js": `"use strict";`,
        "src/index.ts": `import express from "express";\nexpress().listen(process.env.PORT || 3001)`,
      },
      is: { kind: "server", startCommand: "npm run start", port: 3001 },
    },
    "a worker of an edge platform without a framework": {
      files: {
        "package.json": manifest({
          scripts: { start: "wrangler dev src/index.ts --local", deploy: "wrangler publish src/index.ts" },
          dependencies: { "itty-router": "4" },
        }),
        "wrangler.toml": `name = "games"\nmain = "src/index.ts"\n`,
        "src/index.ts": `import handle from "./handle";\nexport default handle;`,
        "src/handle.ts": "export default { fetch: () => new Response() };",
      },
      is: { kind: "server" },
    },
    "a worker of an edge platform as the first Wrangler had it": {
      files: {
        "package.json": manifest({
          scripts: { publish: "wrangler publish" },
          devDependencies: { "@cloudflare/wrangler": "1" },
        }),
        "wrangler.toml": `name = "games"\ntype = "javascript"\n`,
        "index.js": `addEventListener("fetch", (event) => event.respondWith(new Response()));`,
      },
      is: { kind: "server" },
    },
    "Adonis as it was before its fifth version": {
      files: {
        "package.json": manifest({
          scripts: { dev: "adonis serve --dev" },
          dependencies: { "@adonisjs/framework": "5", "@adonisjs/ignitor": "2" },
        }),
        "server.js": `new Ignitor(require("@adonisjs/fold")).appRoot(__dirname).fireHttpServer().catch(console.error)`,
      },
      is: { kind: "server", framework: "adonis", buildCommand: null, startCommand: "node server.js", port: 3333 },
    },
    "of two configurations of Next the one it reads": {
      files: {
        "package.json": manifest({ scripts: { build: "next build" }, dependencies: { next: "15" } }),
        "next.config.js": `module.exports = { output: "export", distDir: "out" }`,
        "next.config.ts": "export default {}",
      },
      is: { kind: "static", framework: "next", outputDir: "out" },
    },
    "a platform's command that cleans before it builds says no more than the script": {
      files: {
        "package.json": manifest({
          scripts: { build: "nest build", "start:prod": "node dist/main" },
          dependencies: { "@nestjs/core": "11" },
        }),
        "render.yaml":
          "services:\n  - type: web\n    runtime: node\n    buildCommand: npm ci && rm -rf dist && npm run build\n    startCommand: npm run start:prod\n",
      },
      is: { framework: "nestjs", buildCommand: "npm run build", startCommand: "npm run start:prod" },
    },
    "a client that the root builds with a script of its own, by hand": {
      files: {
        ...serverAndClient({
          build: "tsc",
          start: "node dist/server.js",
          "client:build": "cd client && npm run build",
        }),
      },
      is: { kind: "monorepo", services: [".", "client"] },
    },
    "a client that the root's build builds": {
      files: {
        ...serverAndClient({
          build: "tsc && npm run client:build",
          start: "node dist/server.js",
          "client:build": "cd client && npm run build",
        }),
      },
      is: { kind: "server", services: ["."] },
    },
    "pages beside a program in Rust": {
      files: { ...rust, ...client },
      is: { kind: "monorepo", services: [".", "client"] },
    },
    "pages that a program in Rust serves itself": {
      files: { ...rust, ...client, "src/pages.rs": `let pages = ServeDir::new("client/build");` },
      is: { kind: "server", services: ["."] },
    },
    "the file that loads the one that listens": {
      files: {
        "package.json": manifest({ scripts: { test: "mocha" }, dependencies: { express: "4" } }),
        "server.js": `require("./src/index.js");`,
        "src/index.js": `const start = require("./app");
start();`,
        "src/app.js": `${express}module.exports = () => app.listen(8000);`,
      },
      is: { kind: "server", framework: "express", startCommand: "node server.js", port: 8000 },
    },
    "a watcher that runs the tests starts no program": {
      files: {
        "package.json": manifest({
          scripts: { watch: "nodemon --watch . --exec 'mocha --opts test/mocha.opts'" },
          dependencies: { express: "4" },
        }),
        "test/mocha.opts": "--recursive",
        "server.js": `${express}app.listen(8000)`,
      },
      is: { kind: "server", startCommand: "node server.js", port: 8000 },
    },
    "a driver listed with the tools of development that the program imports": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { "@sveltejs/kit": "2", vite: "5", "better-sqlite3": "9", pg: "8" },
        }),
        "svelte.config.js": "export default {}",
        "src/lib/db.ts": `import Database from "better-sqlite3";
export const db = new Database("a.db");`,
        "src/lib/db.test.ts": `import pg from "pg";`,
      },
      is: { framework: "sveltekit", database: ["sqlite"] },
    },
    "of several drivers the one whose dialect Knex is told of": {
      files: {
        "package.json": manifest({
          scripts: { start: "node server" },
          dependencies: { express: "4", knex: "2", mysql2: "3", pg: "8", sqlite3: "5", ioredis: "5" },
        }),
        "knexfile.js": `module.exports = { development: { client: "sqlite3" }, production: { client: "mysql2" } }`,
        "server.js": `${express}app.listen(5001)`,
      },
      is: { kind: "server", database: ["mysql", "redis"] },
    },
    "of several drivers the one whose dialect TypeORM is told of": {
      files: {
        "package.json": manifest({
          scripts: { start: "node server" },
          dependencies: { express: "4", typeorm: "0.3", mysql2: "3", pg: "8" },
        }),
        "src/data-source.ts": `export default new DataSource({ type: "postgres" })`,
        "server.js": `${express}app.listen(5001)`,
      },
      is: { kind: "server", database: ["postgres"] },
    },
    "at the port its call falls back to, whatever the variable is called": {
      files: {
        "package.json": manifest({ scripts: { start: "node server" }, dependencies: { express: "4" } }),
        "server.js": `${express}app.listen(process.env.PORT_NO || 5000)`,
      },
      is: { kind: "server", port: 5000 },
    },
    "at the port of the settings in code that the package config reads": {
      files: {
        "package.json": manifest({ scripts: { start: "node server" }, dependencies: { express: "4", config: "3" } }),
        "config/default.js": `module.exports = { db: { port: 5432 }, port: process.env.PORT || 8080 }`,
        "server.js": `const config = require("config");${express}app.listen(config.port, config.host)`,
      },
      is: { kind: "server", port: 8080 },
    },
  });
});

describe("what belongs to the programs below the root", () => {
  const api = {
    "api/package.json": manifest({
      scripts: { start: "node index.js" },
      dependencies: { express: "4", pg: "8" },
    }),
    "api/index.js": `${express}app.listen(4000)`,
  };
  table({
    "neither the main file nor a start script of the root that runs theirs makes a program of it": {
      files: {
        "package.json": manifest({ workspaces: ["api", "client"], scripts: { start: "node api/dist/main" } }),
        ...api,
        ...client,
      },
      is: { kind: "monorepo", services: ["api", "client"] },
    },
    "a main file named in the root's manifest is theirs too": {
      files: {
        "package.json": manifest({ main: "api/index.js", scripts: { dev: "concurrently 'cd api' 'cd client'" } }),
        ...api,
        ...client,
      },
      is: { kind: "monorepo", startCommand: null, services: ["api", "client"] },
    },
    "a platform that only goes into their folder and installs builds nothing": {
      files: {
        "package.json": manifest({}),
        "render.yaml": "services:\n  - type: web\n    runtime: node\n    buildCommand: cd api && npm install\n",
        ...api,
        ...client,
      },
      is: { kind: "monorepo", buildCommand: null },
    },
  });
});

describe("frameworks that are started by a command of their own", () => {
  table({
    "Strapi, behind a script of the project: that script, and the port of its settings": {
      files: {
        "package.json": manifest({
          scripts: { build: "strapi build", start: "node scripts/run.mjs start" },
          dependencies: { "@strapi/strapi": "5" },
        }),
        "config/server.ts": `export default ({ env }) => ({ port: env.int("PORT", 1400) })`,
        "src/index.ts": `import type { Core } from "@strapi/strapi";\nexport default { register() {} }`,
        "scripts/run.mjs": `import { spawn } from "node:child_process"; spawn("strapi", process.argv.slice(2))`,
      },
      is: { kind: "server", framework: "strapi", startCommand: "npm run start", port: 1400 },
    },
  });
});

it("takes the database of the compose file where only a cache is known", () => {
  const detection = detected({
    "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4", ioredis: "5" } }),
    "index.js": `${express}app.listen(3000)`,
    "docker-compose.yml": "services:\n  db:\n    image: mongo:7\n  cache:\n    image: redis:7\n",
  });
  expect(detection.database).toEqual(["redis", "mongodb"]);
});

it("names no reading beside a likely one that hardly is", () => {
  const { candidates } = detected({
    "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
    "index.js": `${express}app.listen(3000)`,
    "index.html": "<p>",
  });
  expect(candidates.every(({ confidence }) => confidence >= 0.3)).toBe(true);
});

describe("ports that are kept elsewhere", () => {
  const koa = { scripts: { start: "node app.js" }, dependencies: { koa: "2" } };
  table({
    "in settings, under a name in capitals": {
      files: {
        "package.json": manifest(koa),
        "app.js": `const config = require("./config");\nnew (require("koa"))().listen(config.HTTP_PORT)`,
        "config/index.js": "exports.HTTP_PORT = 3400;\nexports.DATABASE = { port: 27017 };",
      },
      is: { framework: "koa", port: 3400 },
    },
    "in settings that are committed, under Node's name": {
      files: {
        "package.json": manifest(koa),
        "app.js": `new (require("koa"))().listen(process.env.NODE_PORT)`,
        ".env.production": "NODE_PORT = 5200\n",
      },
      is: { framework: "koa", port: 5200 },
    },
  });
});

it("builds pages where a function of the settings says", () => {
  const { outputDir } = detected({
    "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
    "vite.config.ts": `import path from "path";
      const at = (...parts) => path.resolve(__dirname, ...parts);
      export default { root: at("src"), build: { outDir: at("site") } };`,
    "src/index.html": "<p>",
  });
  expect(outputDir).toBe("site");
});

it("counts pages that are served as a program, whatever wraps them for people's machines", () => {
  const { services } = detected({
    "package.json": manifest({ workspaces: ["packages/*"] }),
    "packages/client/package.json": manifest({
      name: "client",
      main: ".electron/index.js",
      scripts: { build: "next build", start: "next start" },
      dependencies: { next: "14" },
      devDependencies: { electron: "30" },
    }),
    "packages/server/package.json": manifest({
      name: "server",
      scripts: { start: "node index.js" },
      dependencies: { express: "4" },
    }),
    "packages/server/index.js": `${express}app.listen(4000)`,
  });
  expect(services.map(({ path }) => path)).toEqual(["packages/client", "packages/server"]);
});

it("takes a module of Nuxt for a package", () => {
  const { kind } = detected({
    "package.json": manifest({
      name: "nuxt-thing",
      exports: { ".": "./dist/module.mjs" },
      files: ["dist"],
      scripts: { build: "nuxt-module-build build", dev: "nuxi dev playground" },
      devDependencies: { "@nuxt/module-builder": "1", nuxt: "4" },
    }),
    "src/module.ts": "export default defineNuxtModule({})",
  });
  expect(kind).toBe("package");
});

it("finds Bun's own client of Redis in a member of a workspace", () => {
  const { services } = detected({
    "bun.lock": "{}",
    "package.json": manifest({ workspaces: ["apps/*"] }),
    "apps/api/package.json": manifest({
      name: "api",
      scripts: { start: "bun src/index.ts" },
      dependencies: { hono: "4" },
    }),
    "apps/api/src/index.ts": `import { Hono } from "hono"; import { RedisClient } from "bun"; export default new Hono();`,
    "apps/web/package.json": manifest({
      name: "web",
      scripts: { build: "vite build" },
      devDependencies: { vite: "6" },
    }),
    "apps/web/index.html": "<p>",
  });
  expect(services.map(({ path, database }) => [path, database])).toEqual([
    ["apps/api", ["redis"]],
    ["apps/web", []],
  ]);
});

it("starts what was built of one of several programs that have no other script", () => {
  expect(
    detected({
      "package.json": manifest({
        exports: { ".": "./dist/index.js" },
        scripts: { build: "tsc", "start:mails": "node dist/mails.js", "dev:mails": "tsx src/mails.ts" },
        dependencies: { bullmq: "5" },
      }),
      "src/mails.ts": `import { Worker } from "bullmq";\nnew Worker("mails", send);`,
    }),
  ).toMatchObject({ kind: "worker", startCommand: "npm run start:mails" });
});

it("a program that binds a port for gRPC is a server", () => {
  expect(
    detected({
      "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { "@grpc/grpc-js": "1" } }),
      "index.js": `const server = new Server();\nserver.bindAsync("0.0.0.0:4001", credentials, () => {});`,
    }).kind,
  ).toBe("server");
});

it("starts what was built of one of several programs of Nest", () => {
  const { startCommand } = detected({
    "package.json": manifest({
      scripts: {
        build: "nest build api",
        "start:api": "nest start api",
        "start:worker": "nest start worker",
        "start:prod:api": "node dist/apps/api/main.js",
      },
      dependencies: { "@nestjs/core": "11", "@nestjs/platform-express": "11" },
    }),
    "apps/api/src/main.ts": "const app = await NestFactory.create(AppModule); await app.listen(3000);",
  });
  expect(startCommand).toBe("npm run start:prod:api");
});
