import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

describe("what is started, and what it is", () => {
  table({
    "a server that has Nuxt answer, though its pages are drawn in the browser": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build", start: "NODE_ENV=production node server/index.js" },
          dependencies: { nuxt: "^2.0.0", express: "4" },
        }),
        "nuxt.config.js": `module.exports = { mode: "spa" };`,
        "server/index.js": `const { Nuxt } = require("nuxt");
const app = require("express")();
const nuxt = new Nuxt(require("../nuxt.config.js"));
app.use(nuxt.render);
app.listen(nuxt.options.server.port);`,
      },
      is: { kind: "server", framework: "nuxt", startCommand: "npm run start", port: 3000 },
    },
    "a shop that its builder puts a server together for, which its own file cannot start": {
      files: {
        "package.json": manifest({
          scripts: { build: "shopify hydrogen build", dev: "shopify hydrogen dev" },
          dependencies: { "@shopify/hydrogen": "2026.4.2", "react-router": "7" },
        }),
        "server.ts": `import * as serverBuild from "virtual:react-router/server-build";
import { createRequestHandler } from "@shopify/hydrogen";
export default { async fetch(request) { return createRequestHandler({ build: serverBuild })(request); } };`,
      },
      is: { kind: "server", framework: "hydrogen", startCommand: null },
    },
    "a server whose pages are made against an imitation of it": {
      files: {
        "package.json": manifest({
          scripts: { build: "tsc", start: "node dist/main.js", mocks: "json-server mocks/data.json --port 5051" },
          dependencies: { express: "4" },
          devDependencies: { "json-server": "0.17", typescript: "5" },
        }),
        "tsconfig.json": JSON.stringify({ compilerOptions: { outDir: "dist", rootDir: "src" } }),
        "src/main.ts": `import { App } from "./app/app.js";\nnew App().init();`,
        "src/app/app.ts": `import express from "express";\nexport class App { init() { express().listen(5050); } }`,
      },
      is: { kind: "server", framework: "express", startCommand: "npm run start", port: 5050 },
    },
    "a server that settings of another framework were left beside": {
      files: {
        "package.json": manifest({
          scripts: { start: "ts-node src/index.ts" },
          dependencies: { koa: "2", "ts-node": "10" },
          devDependencies: { "@nestjs/core": "6", "@nestjs/cli": "6" },
        }),
        "nest-cli.json": JSON.stringify({ sourceRoot: "src" }),
        "src/main.ts": `import { NestFactory } from "@nestjs/core";\nawait (await NestFactory.create(App)).listen(3000);`,
        "src/index.ts": `import Koa from "koa";\nnew Koa().listen(4000);`,
      },
      is: { kind: "server", framework: "koa", buildCommand: null, startCommand: "npm run start", port: 4000 },
    },
    "a program for people's own machines, made by Quasar": {
      files: {
        "package.json": manifest({
          scripts: { build: "quasar build -m electron" },
          dependencies: { quasar: "2" },
          devDependencies: { "@quasar/app-vite": "1", electron: "30" },
        }),
        "quasar.config.js": "module.exports = () => ({});",
      },
      is: { kind: "package", outputDir: null },
    },
    "a program, though an extension for browsers lies beside it": {
      files: {
        "package.json": manifest({ main: "index.js", scripts: { start: "node index.js" }, dependencies: { ws: "8" } }),
        "index.js": `require("./server").listen(process.env.PORT || 3000);`,
        "extension/manifest.json": `{ "manifest_version": 3, "name": "cookies" }`,
      },
      is: { kind: "server", startCommand: "npm run start", port: 3000 },
    },
    "a server of Nest whose members sign in and put work on a queue is no bot": {
      files: {
        "package.json": manifest({
          scripts: { build: "nest build", "start:prod": "node dist/main" },
          dependencies: { "@nestjs/core": "11", "@nestjs/platform-fastify": "11", fastify: "5", bullmq: "5" },
        }),
        "src/main.ts": `import { NestFactory } from "@nestjs/core";\nimport { AppModule } from "./app.module";\nasync function start() { const app = await NestFactory.create(AppModule); await app.listen(4000); }\nstart();`,
        "src/app.module.ts": `import { AuthController } from "./auth.controller";\nimport { Mails } from "./mails";\nexport class AppModule {}`,
        "src/auth.controller.ts": `export class AuthController { @Post("login") login() { return this.auth.login(); } }`,
        "src/mails.ts": `import { Queue } from "bullmq";\nexport class Mails {}`,
      },
      is: { kind: "server", framework: "nestjs", startCommand: "npm run start:prod", port: 4000 },
    },
    "pages that are developed beside the server that hands them out": {
      files: {
        "package.json": manifest({
          scripts: {
            dev: 'concurrently "vite --host" "bun run --watch server/index.ts"',
            build: "vite build",
            preview: "NODE_ENV=production bun run server/index.ts",
          },
          dependencies: { elysia: "1", "@elysiajs/static": "1", preact: "10" },
          devDependencies: { vite: "7", concurrently: "9" },
        }),
        "bun.lock": "{}",
        "index.html": "<div id=app>",
        "server/index.ts": `import { Elysia } from "elysia";\nimport { staticPlugin } from "@elysiajs/static";\nconst app = new Elysia();\napp.use(await staticPlugin({ prefix: "/", assets: "dist" }));\napp.listen(3000);`,
      },
      is: { kind: "server", framework: "elysia", runtime: "bun", startCommand: "bun run server/index.ts", port: 3000 },
    },
    "a server that draws what is bundled for it": {
      files: {
        "package.json": manifest({
          scripts: { build: "vue-cli-service build", "build:ssr": "BUILD_TARGET=node vue-cli-service build" },
          dependencies: { koa: "2", vue: "2", "vue-server-renderer": "2" },
          devDependencies: { "@vue/cli-service": "3" },
        }),
        "vue.config.js": "module.exports = {};",
        "server/index.js": `const Koa = require("koa");\nconst { createBundleRenderer } = require("vue-server-renderer");\nnew Koa().listen(8080);`,
      },
      is: { kind: "server", framework: "koa", buildCommand: "npm run build", startCommand: "node server/index.js" },
    },
    "what is bundled for production under no other name": {
      files: {
        "package.json": manifest({
          scripts: { "bundle:prod": "webpack --config server.js", start: "node dist/server.js" },
          dependencies: { restify: "7" },
          devDependencies: { webpack: "4" },
        }),
      },
      is: { kind: "server", framework: "restify", buildCommand: "npm run bundle:prod", startCommand: "npm run start" },
    },
    "an early Feathers, with its port in its settings": {
      files: {
        "package.json": manifest({
          scripts: { start: "node index.js" },
          dependencies: { feathers: "2", "feathers-configuration": "0.4" },
        }),
        "index.js": `const app = require("feathers")();\napp.listen(app.get("port"));`,
        "config/default.js": "module.exports = { port: process.env.PORT || 3456 };",
      },
      is: { kind: "server", framework: "feathers", port: 3456 },
    },
    "scripts that one command starts side by side by the front of their names": {
      files: {
        "package.json": manifest({
          scripts: {
            build: "babel src -d build",
            start: "npm run build && npm run services",
            services: "concurrently -k npm:service:*",
            "service:data": "node build/data.js",
            "service:gateway": "node build/gateway.js",
          },
          dependencies: { express: "4" },
          devDependencies: { concurrently: "8" },
        }),
        "src/data.js": `require("express")().listen(4001);`,
        "src/gateway.js": `require("express")().listen(4000);`,
      },
      is: { kind: "server", framework: "express", startCommand: "npm run start" },
    },
    "a shell script of the project's own, which prepares and then starts": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build", start: "sh ./scripts/start.sh", "start-server": "node ./build/index.js" },
          devDependencies: { "@sveltejs/kit": "2", "@sveltejs/adapter-node": "5", vite: "7" },
        }),
        "svelte.config.js": `import adapter from "@sveltejs/adapter-node";\nexport default { kit: { adapter: adapter() } };`,
        "src/routes/+page.svelte": "<p>",
        "scripts/start.sh":
          "#!/bin/sh\nnpx prisma migrate deploy\nif [ $? -eq 1 ]; then\n  exit 1\nfi\nnpm run start-server\n",
      },
      is: { kind: "server", framework: "sveltekit", startCommand: "npm run start" },
    },
    "a server of the project's own that hands requests to what the framework builds": {
      files: {
        "package.json": manifest({
          scripts: { dev: "vite dev", build: "vite build" },
          dependencies: { ws: "8" },
          devDependencies: { "@sveltejs/kit": "2", "@sveltejs/adapter-node": "5", vite: "7" },
        }),
        "svelte.config.js": `import adapter from "@sveltejs/adapter-node";\nexport default { kit: { adapter: adapter() } };`,
        "src/routes/+page.svelte": "<p>",
        "server.js": `import { createServer } from "http";\nimport { handler } from "./build/handler.js";\nconst PORT = parseInt(process.env.PORT || "3005", 10);\ncreateServer(handler).listen(PORT);`,
      },
      is: { kind: "server", framework: "sveltekit", startCommand: "node server.js", port: 3005 },
    },
    "what only checks types builds nothing, whatever else it checks": {
      files: {
        "package.json": manifest({
          workspaces: ["apps/*"],
          scripts: { tsc: "tsgo --noEmit && npm --workspace web run typecheck" },
        }),
        "apps/web/package.json": manifest({
          name: "web",
          scripts: { build: "vite build" },
          devDependencies: { vite: "7" },
        }),
        "apps/web/index.html": "<p>",
      },
      is: { kind: "monorepo", buildCommand: null, services: ["apps/web"] },
    },
    "a server that hands out the pages and the manual the build makes": {
      files: {
        "package.json": manifest({
          scripts: { start: "node desk", build: "vite build client && vitepress build docs" },
          dependencies: { express: "4", mongoose: "6" },
          devDependencies: { vite: "4", vitepress: "1" },
        }),
        "desk.js": `if (process.platform === "win32") prepare();\nrequire("./server/index.js");`,
        "server/index.js": `const express = require("express");\nexpress().listen(3000);`,
        "docs/index.md": "# Manual",
        "client/index.html": "<p>",
      },
      is: { kind: "server", framework: "express", startCommand: "npm run start", port: 3000 },
    },
    "an app of Shopify is no Hydrogen, and its server is Express by another package": {
      files: {
        "package.json": manifest({ scripts: { build: "shopify app build" }, dependencies: { "@shopify/cli": "3" } }),
        "web/package.json": manifest({
          name: "web",
          scripts: { serve: "NODE_ENV=production node index.js" },
          dependencies: { "@shopify/shopify-app-express": "5" },
        }),
        "web/index.js": `import express from "express";\nexpress().listen(parseInt(process.env.PORT || "3000", 10));`,
      },
      is: { kind: "server", framework: "express", startCommand: "npm run serve", services: ["web"] },
    },
    "the file nodemon is told of in its settings": {
      files: {
        "package.json": manifest({
          scripts: { dev: "nodemon" },
          dependencies: { express: "4" },
          devDependencies: { nodemon: "3", "ts-node": "10" },
        }),
        "nodemon.json": `{ "watch": ["src"], "exec": "ts-node --files ./src/boot/run.ts" }`,
        "src/boot/run.ts": `import { app } from "../make.ts";\napp.listen(4100);`,
        "src/make.ts": `import express from "express";\nexport const app = express();`,
      },
      is: { kind: "server", framework: "express", startCommand: "npx ts-node src/boot/run.ts", port: 4100 },
    },
    "what a workspace starts its members with for who works on them is no service": {
      files: {
        "package.json": manifest({
          workspaces: ["apps/*"],
          scripts: { start: "node tools/scripts/start.js", dev: "concurrently npm:dev:api" },
        }),
        "tools/scripts/start.js": `import { spawn } from "child_process";\nspawn("npm", ["run", "dev"]);`,
        "apps/api/package.json": manifest({
          name: "api",
          scripts: { start: "node index.js" },
          dependencies: { express: "4" },
        }),
        "apps/api/index.js": `require("express")().listen(3000);`,
      },
      is: { kind: "monorepo", services: ["apps/api"] },
    },
    "a package others of the workspace import is none that runs, though it has a script to start it": {
      files: {
        "package.json": manifest({ workspaces: ["packages/*", "apps/*"] }),
        "apps/jobs/package.json": manifest({ name: "jobs", scripts: { start: "node index.js" } }),
        "apps/jobs/index.js": `export const names = ["a"];\nrun();`,
        "packages/common/package.json": manifest({
          name: "@acme/common",
          main: "dist/index.js",
          scripts: { build: "tsc", start: "node dist/index.js" },
        }),
        "packages/common/src/index.ts": `console.log("here");\nexport const word = "hello";`,
        "packages/server/package.json": manifest({
          name: "server",
          scripts: { start: "node index.js" },
          dependencies: { express: "4", "@acme/common": "1.0.0", jobs: "1.0.0" },
        }),
        "packages/server/index.js": `require("express")().listen(3000);`,
      },
      is: { kind: "monorepo", services: ["apps/jobs", "packages/server"] },
    },
  });

  it("what Nx has webpack build is started from where webpack puts it, what it compiles from where its container finds it", () => {
    const found = detected({
      "package.json": manifest({ dependencies: { "@nestjs/core": "11" }, devDependencies: { nx: "21", webpack: "5" } }),
      "nx.json": "{}",
      "apps/api/project.json": JSON.stringify({
        name: "api",
        projectType: "application",
        targets: { build: { executor: "nx:run-commands", options: { command: "webpack-cli build", cwd: "apps/api" } } },
      }),
      "apps/api/webpack.config.js": `const { NxAppWebpackPlugin } = require("@nx/webpack/app-plugin");\nmodule.exports = { output: { path: join(__dirname, "../../dist/apps/api") }, plugins: [new NxAppWebpackPlugin({ target: "node", main: "./src/main.ts" })] };`,
      "apps/api/src/main.ts": `import { NestFactory } from "@nestjs/core";\nconst app = await NestFactory.create(Api);\nawait app.listen(4000);`,
      "apps/auth/project.json": JSON.stringify({
        name: "auth",
        projectType: "application",
        targets: { build: { executor: "nx:run-commands", options: { command: "swc src -d ../../dist/apps/auth" } } },
      }),
      "apps/auth/Dockerfile": `FROM node:24\nCMD ["node", "dist/apps/auth/main.js"]`,
      "apps/auth/src/main.ts": `import { NestFactory } from "@nestjs/core";\nconst app = await NestFactory.create(Auth);\nawait app.listen(4001);`,
    });
    expect(service(found, "apps/api").startCommand).toBe("node ../../dist/apps/api/main.js");
    expect(service(found, "apps/auth").startCommand).toBe("node ../../dist/apps/auth/main.js");
  });

  it("applications of Nest keep a manifest of their own, and are built at the root all the same", () => {
    const found = detected({
      "package.json": manifest({
        workspaces: ["apps/*"],
        scripts: { build: "nest build" },
        dependencies: { "@nestjs/core": "11" },
        devDependencies: { "@nestjs/cli": "11" },
      }),
      "nest-cli.json": JSON.stringify({
        monorepo: true,
        projects: {
          "@app/auth": { type: "application", root: "apps/auth" },
          "@app/cats": { type: "application", root: "apps/cats" },
        },
      }),
      "apps/auth/package.json": manifest({ name: "@app/auth", scripts: { test: "jest" }, dependencies: { pg: "8" } }),
      "apps/auth/src/main.ts": `const app = await NestFactory.create(Auth);\nawait app.listen(4000);`,
      "apps/cats/package.json": manifest({ name: "@app/cats", scripts: { test: "jest" } }),
      "apps/cats/src/main.ts": `const app = await NestFactory.create(Cats);\nawait app.listen(4001);`,
    });
    expect(found.services.map(({ path }) => path)).toEqual(["apps/auth", "apps/cats"]);
    expect(service(found, "apps/auth")).toMatchObject({
      framework: "nestjs",
      buildCommand: "npx nest build @app/auth",
      startCommand: "node ../../dist/apps/auth/main",
      port: 4000,
      database: ["postgres"],
    });
  });
});
