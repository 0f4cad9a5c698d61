import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

const express = `const express = require("express");\nconst app = express();\n`;

describe("frameworks told by what runs the build", () => {
  table({
    "Rollup pages of Svelte are a site": {
      files: {
        "package.json": manifest({
          scripts: { build: "rollup -c", start: "sirv public" },
          devDependencies: { svelte: "4", rollup: "3" },
        }),
        "rollup.config.js": "export default {}",
        "public/index.html": "<p>",
      },
      is: {
        kind: "static",
        framework: "svelte",
        buildCommand: "npm run build",
        outputDir: "public",
        startCommand: null,
      },
    },
    "Rollup pages of another library are not Svelte": {
      files: {
        "package.json": manifest({
          scripts: { build: "rollup -c" },
          dependencies: { "solid-js": "1" },
          devDependencies: { rollup: "2" },
        }),
        "rollup.config.js": `export default { output: { dir: "public" } }`,
        "public/index.html": "<p>",
      },
      is: { kind: "static", framework: "rollup", buildCommand: "npm run build", outputDir: "public" },
    },
    "the package config says the port": {
      files: {
        "package.json": manifest({ scripts: { start: "node server" }, dependencies: { koa: "2", config: "3" } }),
        "server.js": `const Koa = require("koa");\nnew Koa().listen(require("config").get("server.port"));`,
        "config/default.yml": "server:\n  host: 0.0.0.0\n  port: 4100\n",
      },
      is: { kind: "server", framework: "koa", port: 4100 },
    },
    "Vinxi builds what depends on SolidStart": {
      files: {
        "package.json": manifest({
          scripts: { build: "vinxi build", start: "vinxi start" },
          dependencies: { "@solidjs/start": "1", vinxi: "0.5" },
        }),
        "app.config.ts": `import { defineConfig } from "@solidjs/start/config"; export default defineConfig({})`,
      },
      is: { kind: "server", framework: "solid-start", outputDir: ".output", startCommand: "npm run start", port: 3000 },
    },
    "the product comes before the verb of Shopify's command": {
      files: {
        "package.json": manifest({
          scripts: { build: "shopify hydrogen build" },
          dependencies: { "@shopify/hydrogen": "1" },
          devDependencies: { vite: "3" },
        }),
        "index.html": "<p>",
        "vite.config.js": "export default {}",
      },
      is: { kind: "server", framework: "hydrogen", buildCommand: "npm run build" },
    },
    "Docusaurus 1 is built by a command of its own name": {
      files: {
        "package.json": manifest({
          scripts: { build: "docusaurus-build", start: "docusaurus-start" },
          devDependencies: { docusaurus: "1" },
        }),
      },
      is: { kind: "static", framework: "docusaurus", startCommand: null },
    },
    "Sapper exports a site": {
      files: {
        "package.json": manifest({
          scripts: { build: "sapper export", start: "sapper dev" },
          dependencies: { polka: "1" },
          devDependencies: { sapper: "0.29" },
        }),
        "src/server.js": `import polka from "polka"; polka().listen(process.env.PORT)`,
      },
      is: { kind: "static", framework: "sapper", outputDir: "__sapper__/export", port: null },
    },
    "a build tool that another package brings names the framework": {
      files: {
        "package.json": manifest({
          scripts: { start: "react-scripts start", build: "react-scripts build" },
          devDependencies: { "custom-react-scripts": "0.2" },
        }),
        "public/index.html": "<p>",
      },
      is: { kind: "static", framework: "cra", outputDir: "build" },
    },
    "Meteor is built into a bundle and needs MongoDB": {
      files: { "package.json": manifest({ scripts: { start: "meteor run" } }), ".meteor/release": "METEOR@3.0" },
      is: {
        kind: "server",
        framework: "meteor",
        outputDir: ".build/bundle",
        startCommand: "node .build/bundle/main.js",
        database: ["mongodb"],
      },
    },
    "a wrapper that starts a content server starts what follows": {
      files: {
        "package.json": manifest({
          scripts: { build: `tinacms server:start -c "next build"`, start: `tinacms server:start -c "next start"` },
          dependencies: { next: "12" },
        }),
      },
      is: { framework: "next", startCommand: "npm run start" },
    },
  });
});

describe("what is deployed of a project with several parts", () => {
  table({
    "pages win over a server that only imitates the real one": {
      files: {
        "package.json": manifest({
          scripts: { start: `concurrently "vite" "ts-node mock/app.ts"`, build: "vite build" },
          dependencies: { express: "4", react: "18" },
          devDependencies: { vite: "5" },
        }),
        "vite.config.ts": `export default { build: { outDir: "build" } }`,
        "index.html": "<p>",
        "mock/app.ts": `import express from "express"; express().listen(3001)`,
        "src/server.ts": `import express from "express"; express().listen(3001)`,
      },
      is: { kind: "static", framework: "vite", outputDir: "build", startCommand: null, port: null },
    },
    "plain pages beside a manifest are installed by its manager": {
      files: { "package.json": manifest({}), "package-lock.json": "{}", "index.html": "<p>", "index.js": "alert(1)" },
      is: { kind: "static", packageManager: "npm", outputDir: ".", startCommand: null },
    },
    "pages that the project's own scripts build are a site": {
      files: {
        "package.json": manifest({
          scripts: { build: "node scripts/build-pug.js", start: "npm run build && node scripts/start.js" },
          devDependencies: { pug: "3" },
        }),
        "scripts/start.js": `require("concurrently")(["browser-sync"])`,
        "src/index.pug": "p",
        "dist/index.html": "<p>",
      },
      is: { kind: "static", buildCommand: "npm run build", outputDir: "dist", startCommand: null },
    },
    "what exports is a package though nothing publishes it": {
      files: { "package.json": manifest({ exports: { ".": "./index.ts" } }), "index.ts": "export const a = 1" },
      is: { kind: "package", startCommand: null },
    },
    "a desktop program is nothing a server could run": {
      files: {
        "package.json": manifest({
          main: "main.js",
          scripts: { start: "electron ." },
          devDependencies: { electron: "30" },
        }),
        "main.js": `require("electron").app.whenReady()`,
        "index.html": "<p>",
      },
      is: { kind: "package" },
    },
    "a program without a manifest says itself what it is made of": {
      files: { "app.js": `const Koa = require("koa");\nnew Koa().listen(3000);` },
      is: { kind: "server", framework: "koa", startCommand: "node app.js", port: 3000 },
    },
    "a file of any name that listens is the program": {
      files: {
        "package.json": manifest({ dependencies: { hono: "4" } }),
        "bun.lock": "{}",
        "hello.ts": `import { Hono } from "hono";\nconst port = parseInt(process.env.PORT!) || 3100;\nexport default { port, fetch: new Hono().fetch }`,
      },
      is: { kind: "server", framework: "hono", startCommand: "bun run hello.ts", port: 3100 },
    },
    "a chat program that answers over HTTP is a server": {
      files: {
        "package.json": manifest({ scripts: { start: "node app.js" }, dependencies: { "@slack/bolt": "4" } }),
        "app.js": `const { App } = require("@slack/bolt");\nconst app = new App({});\napp.start(process.env.PORT || 3200);`,
      },
      is: { kind: "server", framework: "bolt", port: 3200 },
    },
    "the same over a connection of its own is a worker": {
      files: {
        "package.json": manifest({ scripts: { start: "node app.js" }, dependencies: { "@slack/bolt": "4" } }),
        "app.js": `const { App } = require("@slack/bolt");\nconst app = new App({ socketMode: true });\napp.start(process.env.PORT || 3200);`,
      },
      is: { kind: "worker", framework: "bolt" },
    },
    "oclif's start is a command of the sources": {
      files: {
        "package.json": manifest({
          scripts: { start: "run-script-os", "start:default": "cd bin && ./run start", build: "tsc" },
          bin: { tool: "./bin/run" },
          dependencies: { "@oclif/core": "1", express: "4" },
        }),
        "bin/run": `require("@oclif/core").run()`,
        "src/commands/start.ts": `import { serve } from "../serve"; export default class { run() { serve() } }`,
        "src/serve.ts": `import express from "express"; export const serve = () => express().listen(process.env.PORT || 3300)`,
      },
      is: { kind: "server", framework: "express", startCommand: "npm run start", port: 3300 },
    },
    "an Nx project that stands alone is started from where it is built": {
      files: {
        "package.json": manifest({ scripts: { start: "nx serve", build: "nx build" }, dependencies: { express: "4" } }),
        "nx.json": "{}",
        "project.json": `{ "name": "api", "targets": { "build": { "executor": "@nx/esbuild:esbuild", "options": { "outputPath": "dist/api" } } } }`,
        "src/main.ts": `import express from "express"; express().listen(process.env.PORT || 3000)`,
      },
      is: {
        kind: "server",
        outputDir: "dist/api",
        startCommand: "node dist/api/main.js",
        buildCommand: "npm run build",
      },
    },
    "the address in the example names a database no driver names": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "14" },
        }),
        ".env.example": "MONGODB_URI=mongodb://localhost/app",
      },
      is: { database: ["mongodb"] },
    },
  });
});

describe("services of a workspace", () => {
  const next = manifest({ scripts: { build: "next build", start: "next start" }, dependencies: { next: "15" } });

  table({
    "routes that others import are no service": {
      files: {
        "package.json": manifest({ workspaces: ["apps/*", "packages/*"] }),
        "apps/web/package.json": next,
        "apps/api/package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "apps/api/index.js": `${express}app.listen(4000)`,
        "packages/routes/package.json": manifest({ dependencies: { hono: "4" } }),
        "packages/routes/index.ts": `import { Hono } from "hono"; const app = new Hono(); export default app;`,
      },
      is: { kind: "monorepo", services: ["apps/api", "apps/web"] },
    },
    "among the apps, what only has a development script is a service": {
      files: {
        "package.json": manifest({ workspaces: ["apps/*"] }),
        "apps/web/package.json": next,
        "apps/api/package.json": JSON.stringify({
          name: "api",
          exports: "./src/index.ts",
          scripts: { dev: "bun run --hot src/index.ts" },
          dependencies: { hono: "4" },
        }),
        "apps/api/src/index.ts": `import { Hono } from "hono"; export default { port: 3003, fetch: new Hono().fetch }`,
        "apps/tasks/package.json": manifest({ exports: "./src/main.ts", scripts: { dev: "tsx ./src/main.ts" } }),
        "apps/tasks/src/main.ts": `import { start } from "jobs"; start()`,
      },
      is: { kind: "monorepo", services: ["apps/api", "apps/tasks", "apps/web"] },
    },
    "templates, repros and wrappers for desktops are no services": {
      files: {
        "package.json": manifest({ workspaces: ["*"] }),
        "web/package.json": next,
        "api/package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "api/index.js": `${express}app.listen(4000)`,
        "registry-template/package.json": next,
        "repro/package.json": next,
        "experiments/package.json": next,
        "cli/package.json": manifest({ scripts: { start: "node index.js" } }),
      },
      is: { kind: "monorepo", services: ["api", "web"] },
    },
    "a library's workspace deploys its manual": {
      files: {
        "package.json": manifest({ workspaces: ["packages/*", "docs"] }),
        "docs/package.json": next,
        "packages/core/package.json": JSON.stringify({ name: "core", exports: "./index.js", types: "./index.d.ts" }),
      },
      is: { kind: "monorepo", services: ["docs"] },
    },
    "targets that Nx infers from settings are built": {
      files: {
        "package.json": manifest({ workspaces: ["apps/*"], devDependencies: { "@rsbuild/core": "1", nx: "20" } }),
        "nx.json": "{}",
        "apps/cart/package.json": manifest({ name: "cart" }),
        "apps/cart/project.json": `{ "name": "cart", "projectType": "application", "targets": { "build": { "outputs": ["{workspaceRoot}/dist/apps/cart"] } } }`,
        "apps/cart/rsbuild.config.ts": "export default {}",
      },
      is: { kind: "monorepo", services: ["apps/cart"] },
    },
    "a root that is a program keeps its own facts": {
      files: {
        "package.json": manifest({ scripts: { build: "nuxt build" }, devDependencies: { nuxt: "3" } }),
        "pnpm-workspace.yaml": "packages: [proxy]",
        "nuxt.config.ts": "export default defineNuxtConfig({})",
        "proxy/package.json": manifest({ scripts: { build: "nitro build" }, devDependencies: { nitropack: "2" } }),
        "proxy/nitro.config.ts": "export default {}",
      },
      is: { framework: "nuxt", outputDir: ".output", port: 3000, services: [".", "proxy"] },
    },
  });

  it("names services without their scope", () => {
    const detection = detected({
      "package.json": manifest({ workspaces: ["apps/*"] }),
      "apps/web/package.json": manifest({
        name: "@acme/web",
        scripts: { build: "next build" },
        dependencies: { next: "15" },
      }),
    });
    expect(service(detection, "apps/web").name).toBe("web");
  });
});

describe("commands that stand in for others", () => {
  table({
    "what is built for Cloudflare's pages is started by their stand-in": {
      files: {
        "package.json": manifest({
          scripts: { build: "remix vite:build", start: "wrangler pages dev ./build/client" },
          dependencies: { "@remix-run/cloudflare": "2", "@remix-run/react": "2" },
          devDependencies: { "@remix-run/dev": "2", vite: "5", wrangler: "3" },
        }),
        "vite.config.ts": `import { vitePlugin as remix } from "@remix-run/dev"; export default { plugins: [remix()] }`,
      },
      is: { kind: "server", framework: "remix", startCommand: "npm run start", port: 8788 },
    },
    "a program of the project's own that sets up the one behind it": {
      files: {
        "package.json": manifest({
          scripts: {
            with: "tsx src/scripts/with-address.ts",
            start: "npm run with -- tsx src/scripts/migrate-and-start.ts",
          },
          dependencies: { "discord.js": "14", tsx: "4" },
        }),
        "src/scripts/migrate-and-start.ts": `import "../bot.ts";`,
        "src/bot.ts": `import { Client } from "discord.js"; new Client({}).login(token)`,
      },
      is: { kind: "worker", framework: "discord.js", startCommand: "npm run start" },
    },
    "Nuxt in a folder given to its build": {
      files: {
        "package.json": manifest({ scripts: { build: "nuxt build ./site" }, dependencies: { nuxt: "3" } }),
        "nuxt.config.ts": "export default defineNuxtConfig({})",
        "site/nuxt.config.ts": `export default defineNuxtConfig({ extends: "../" })`,
      },
      is: { outputDir: "site/.output", startCommand: "node site/.output/server/index.mjs" },
    },
    "Astro before 3 listens on 3000": {
      files: {
        "package.json": manifest({
          scripts: { build: "astro build" },
          dependencies: { astro: "^2.10.0", "@astrojs/node": "5" },
        }),
        "astro.config.mjs": `import node from "@astrojs/node"; export default { output: "server", adapter: node({ mode: "standalone" }) }`,
      },
      is: { kind: "server", port: 3000 },
    },
  });
});

describe("what lies deeper than the manifest says", () => {
  table({
    "a server that is released by semantic-release is no library": {
      files: {
        "package.json": JSON.stringify({
          name: "shop",
          main: "./src/index.ts",
          scripts: { start: "node src/index.ts", "semantic-release": "semantic-release" },
          imports: { "#http/*": "./src/http/*" },
          dependencies: { fastify: "5" },
        }),
        "src/index.ts": `import { start } from "#http/server.ts"; start();`,
        "src/http/server.ts": `import fastify from "fastify"; export const start = () => fastify().listen({ port: 4100 });`,
      },
      is: { kind: "server", framework: "fastify", startCommand: "npm run start", port: 4100 },
    },
    "Nest's port is in its namespace, not in what else names one": {
      files: {
        "package.json": manifest({
          scripts: { build: "nest build", start: "node dist/main" },
          dependencies: { "@nestjs/core": "11" },
        }),
        "src/main.ts": `import { AppModule } from "./app.module"; app.listen(config.getOrThrow("app.http.port"));`,
        "src/app.module.ts": `import { Notes } from "./notes"; export class AppModule {}`,
        "src/notes.ts": `export const text = process.env.PORT || 4000;`,
        "src/common/config/app.config.ts": `export default registerAs("app", () => ({ http: { port: process.env.HTTP_PORT\n  ? Number.parseInt(process.env.HTTP_PORT)\n  : 4100 } }));`,
      },
      is: { framework: "nestjs", port: 4100 },
    },
    "a store that Nitro mounts is a database": {
      files: {
        "package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "3" } }),
        "nuxt.config.ts": `export default defineNuxtConfig({ nitro: { storage: { cache: { driver: "redis" }, files: { driver: "fs" } } } })`,
      },
      is: { framework: "nuxt", database: ["redis"] },
    },
    "a plugin of the server mounts one as well": {
      files: {
        "package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "3" } }),
        "nuxt.config.ts": "export default defineNuxtConfig({})",
        "server/plugins/storage.ts": `import driver from "unstorage/drivers/redis";`,
      },
      is: { framework: "nuxt", database: ["redis"] },
    },
  });
});
