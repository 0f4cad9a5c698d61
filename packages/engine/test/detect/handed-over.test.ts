import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

const express = `const express = require("express");\nconst serverless = require("serverless-http");\nconst app = express();\nmodule.exports.handler = serverless(app);`;
const worker = `export default { async fetch() { return new Response("hi"); } };`;

describe("programs that are handed to a platform", () => {
  table({
    "a server that functions are made of is still one, and of its framework": {
      files: {
        "package.json": manifest({ dependencies: { express: "4", "serverless-http": "3" } }),
        "index.js": express,
        "serverless.yml":
          "provider:\n  name: aws\nfunctions:\n  api:\n    handler: index.handler\n    events:\n      - httpApi: '*'\n",
      },
      is: { kind: "server", framework: "express", startCommand: null },
    },
    "functions that answer requests are a server beside the pages that call them": {
      files: {
        "backend/package.json": manifest({ dependencies: { "js-yaml": "4" } }),
        "backend/index.js": "module.exports.submit = async () => ({ statusCode: 200 });",
        "backend/serverless.yml":
          "functions:\n  form:\n    handler: index.submit\n    events:\n      - http:\n          path: submit\n          method: post\n",
        "frontend/package.json": manifest({
          scripts: { build: "react-scripts build" },
          dependencies: { react: "16", "react-scripts": "3" },
        }),
        "frontend/public/index.html": "<p>",
      },
      is: { kind: "monorepo", services: ["backend", "frontend"] },
    },
    "functions that a clock calls answer nobody": {
      files: {
        "package.json": manifest({}),
        "handler.js": "module.exports.run = async () => {};",
        "serverless.yml":
          "functions:\n  cron:\n    handler: handler.run\n    events:\n      - schedule: rate(1 minute)\n",
      },
      is: { kind: "worker", startCommand: null },
    },
    "functions of another language are none of the tools that put them online": {
      files: {
        "package.json": manifest({ devDependencies: { "serverless-python-requirements": "6" } }),
        "handler.py": "def hello(event, context):\n  return {}\n",
        "serverless.yml":
          "provider:\n  name: aws\n  runtime: python3.12\nfunctions:\n  hello:\n    handler: handler.hello\n    events:\n      - httpApi: '*'\n",
      },
      is: { runtime: "python" },
    },
    "what is written in another language is not run by Node, whatever names it": {
      files: {
        "package.json": manifest({ main: "handler.sh" }),
        "handler.sh": "echo",
      },
      is: { kind: "package", startCommand: null },
    },
    "an address in the settings of functions is no request": {
      files: {
        "package.json": manifest({}),
        "handler.js": "module.exports.run = async () => {};",
        "serverless.yml":
          "custom:\n  endpoint: http://localhost:8000\nfunctions:\n  cron:\n    handler: handler.run\n    events:\n      - schedule: rate(1 minute)\n",
      },
      is: { kind: "worker" },
    },
    "pages keep their name, whatever hands them out": {
      files: {
        "package.json": manifest({
          scripts: { start: "ng serve", build: "ng build", serve: "node server.js" },
          dependencies: { "@angular/core": "20", express: "5" },
          devDependencies: { "@angular/cli": "20" },
        }),
        "angular.json": `{ "projects": { "app": { "projectType": "application", "architect": { "build": { "builder": "@angular/build:application", "options": { "outputPath": "dist/app" } } } } } }`,
        "server.js": `const express = require("express");\nconst app = express();\napp.use(express.static("dist/app/browser"));\napp.get("/", (request, response) => response.sendFile("index.html"));\napp.listen(4000);`,
      },
      is: { kind: "server", framework: "angular", startCommand: "npm run serve", port: 4000 },
    },
    "a server that answers more than pages is named for what it is": {
      files: {
        "package.json": manifest({
          scripts: { build: "react-scripts build", start: "node server.js" },
          dependencies: { react: "18", "react-scripts": "5", express: "5" },
        }),
        "public/index.html": "<p>",
        "server.js": `import express from "express";\nconst app = express();\napp.use(express.static("build"));\napp.get("/api/cats", (request, response) => response.json([]));\napp.listen(8080);`,
      },
      is: { kind: "server", framework: "express" },
    },
    "files in a folder that a platform makes functions of": {
      files: {
        "package.json": manifest({ dependencies: { "@slack/web-api": "7", openai: "4" } }),
        "api/events.ts": "export async function POST(request: Request) { return new Response(); }",
        "api/_chat.ts": "export const chat = 1;",
      },
      is: { kind: "server", startCommand: null, services: ["."] },
    },
    "files of that name that export nothing a platform calls are none": {
      files: {
        "package.json": manifest({}),
        "api/client.ts": "export const client = fetch;",
      },
      is: { kind: "package", services: [] },
    },
    "a worker is started by the script that starts its platform's own server": {
      files: {
        "package.json": manifest({
          scripts: { dev: "wrangler dev", start: "wrangler dev --port 8900", deploy: "wrangler deploy" },
          devDependencies: { wrangler: "4" },
        }),
        "wrangler.jsonc": `{ "name": "chat", "main": "src/index.ts" }`,
        "src/index.ts": worker,
      },
      is: { kind: "server", startCommand: "npm run start", port: 8900 },
    },
    "a worker that Vite builds together with its pages answers, whatever it is made of": {
      files: {
        "package.json": manifest({
          scripts: { dev: "vite", build: "tsc -b && vite build", deploy: "wrangler deploy" },
          dependencies: { react: "19" },
          devDependencies: { vite: "7", "@cloudflare/vite-plugin": "1", wrangler: "4" },
        }),
        "wrangler.jsonc": `{ "name": "flows", "main": "worker/index.ts", "assets": { "directory": "./dist" } }`,
        "vite.config.ts": `import { cloudflare } from "@cloudflare/vite-plugin";\nexport default { plugins: [cloudflare()] };`,
        "index.html": "<p>",
        "worker/index.ts": worker,
      },
      is: { kind: "server", framework: "vite", buildCommand: "npm run build" },
    },
    "a server beside an app for phones": {
      files: {
        "package.json": manifest({ dependencies: { expo: "54", "react-native": "0.81", "react-native-web": "0.21" } }),
        "App.js": "export default () => null;",
        "backend/package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "backend/index.js": `require("express")().listen(3000);`,
      },
      is: { kind: "server", framework: "express", services: ["backend"] },
    },
    "an application of Nuxt that another extends is built by itself all the same": {
      files: {
        "package.json": manifest({}),
        "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - layers/*\n",
        "apps/site/package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "4" } }),
        "apps/site/nuxt.config.ts": "export default defineNuxtConfig({});",
        "apps/shop/package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "4" } }),
        "apps/shop/nuxt.config.ts": `export default defineNuxtConfig({ extends: ["../site", "../../layers/base"] });`,
        "apps/desk/package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "4" } }),
        "apps/desk/nuxt.config.ts": "export default defineNuxtConfig({});",
        "layers/base/package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "4" } }),
        "layers/base/nuxt.config.ts": "export default defineNuxtConfig({});",
      },
      is: { kind: "monorepo", services: ["apps/desk", "apps/shop", "apps/site"] },
    },
    "what Vite builds of Hono for Node is started": {
      files: {
        "package.json": manifest({
          type: "module",
          scripts: { dev: "vite", build: "vite build --mode client && vite build" },
          dependencies: { hono: "4", "@hono/node-server": "1" },
          devDependencies: { vite: "7", "@hono/vite-build": "1", "@hono/vite-dev-server": "0.25" },
        }),
        "vite.config.ts": `import build from "@hono/vite-build/node";\nexport default { plugins: [build({ entry: "src/index.tsx" })] };`,
        "src/index.tsx": `import { Hono } from "hono";\nconst app = new Hono();\nexport default app;`,
      },
      is: { kind: "server", framework: "hono", startCommand: "node dist/index.js", outputDir: "dist" },
    },
    "only Bun listens for what a program exports with a port": {
      files: {
        "package.json": manifest({ dependencies: { hono: "4" } }),
        "hello.ts": `import { Hono } from "hono";\nconst app = new Hono();\nconst port = parseInt(process.env.PORT!) || 3000;\nexport default { port, fetch: app.fetch };`,
      },
      is: { kind: "server", runtime: "bun", startCommand: "bun run hello.ts", port: 3000 },
    },
    "pages are not named by what only imitates a server": {
      files: {
        "package.json": manifest({
          scripts: { build: "ng build", start: "NODE_ENV=production node ./mock/server.js" },
          dependencies: { "@angular/core": "20" },
          devDependencies: { "@angular/cli": "20", "json-server": "0.17" },
        }),
        "angular.json": `{ "projects": { "app": { "projectType": "application", "architect": { "build": { "builder": "@angular/build:application", "options": { "outputPath": "dist/app" } } } } } }`,
        "mock/server.js": `const server = require("json-server").create();\nserver.listen(process.env.PORT || 3000);`,
      },
      is: { framework: "angular", buildCommand: "npm run build" },
    },
  });

  it("takes a schema's provider, not one that is commented out", () => {
    const { database } = detected({
      "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { "@prisma/client": "6" } }),
      "index.js": `require("http").createServer().listen(3000);`,
      "prisma/schema.prisma": `datasource db {\n  //provider = "sqlite"\n  // url = "file:./dev.db"\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n`,
    });
    expect(database).toEqual(["postgres"]);
  });

  it("finds what plugins of Nx build of members that have no scripts", () => {
    const found = detected({
      "package.json": manifest({
        workspaces: ["packages/*", "apps/*"],
        dependencies: { "@nestjs/core": "11", react: "19" },
        devDependencies: { nx: "21", vite: "7", "@nx/vite": "21", "webpack-cli": "5" },
      }),
      "nx.json": "{}",
      "apps/api/package.json": JSON.stringify({
        name: "@acme/api",
        private: true,
        nx: { targets: { build: { executor: "nx:run-commands", options: { command: "webpack-cli build" } } } },
      }),
      "apps/api/webpack.config.js": `const { NxAppWebpackPlugin } = require("@nx/webpack/app-plugin");\nmodule.exports = { output: { path: join(__dirname, "dist") }, plugins: [new NxAppWebpackPlugin({ target: "node" })] };`,
      "apps/api/src/main.ts": `import { NestFactory } from "@nestjs/core";\nconst app = await NestFactory.create(Api);\nawait app.listen(3000);`,
      "apps/client/package.json": JSON.stringify({ name: "@acme/client", private: true, dependencies: { zod: "4" } }),
      "apps/client/vite.config.ts": `export default { build: { outDir: "./dist" } };`,
      "apps/client/index.html": "<p>",
      "packages/types/package.json": JSON.stringify({ name: "@acme/types", private: true, main: "./src/index.ts" }),
      "packages/types/vite.config.ts": `export default {};`,
    });
    expect(found.services.map(({ path }) => path)).toEqual(["apps/api", "apps/client"]);
    expect(service(found, "apps/api")).toMatchObject({
      framework: "nestjs",
      buildCommand: "npx nx build @acme/api",
      startCommand: "node dist/main.js",
      port: 3000,
    });
    expect(service(found, "apps/client")).toMatchObject({
      kind: "static",
      framework: "vite",
      buildCommand: "npx nx build @acme/client",
      outputDir: "dist",
    });
  });
});
