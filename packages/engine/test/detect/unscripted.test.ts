import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

const fastify = `import Fastify from "fastify";\nconst app = Fastify();\napp.listen({ port: Number(process.env.PORT), host: "0.0.0.0" });`;
const bot = `import { Client } from "discord.js";\nimport express from "express";\nexpress().listen(3000);\nnew Client({}).login(process.env.TOKEN);`;

describe("ports that the code leaves to the environment", () => {
  const scripts = { start: "node dist/main.js", build: "tsc" };
  table({
    "a server that listens by itself has no default of its framework's: the container says": {
      files: {
        "package.json": manifest({ scripts, dependencies: { fastify: "5" } }),
        "src/main.ts": fastify,
        dockerfile: "FROM node\nEXPOSE 5000\nCMD node dist/main.js",
      },
      is: { framework: "fastify", port: 5000 },
    },
    "examples also lie in a folder of settings": {
      files: {
        "package.json": manifest({ scripts, dependencies: { fastify: "5" } }),
        "src/main.ts": fastify.replace("Number(process.env.PORT)", "env.HTTP_PORT"),
        "configs/.env.example": "HTTP_PORT=8000\n",
      },
      is: { framework: "fastify", port: 8000 },
    },
    "settings that are committed are used as they are": {
      files: {
        "package.json": manifest({ scripts, dependencies: { fastify: "5" } }),
        "src/main.ts": fastify,
        ".env": "PORT=4100\n",
      },
      is: { port: 4100 },
    },
  });
});

describe("ports that depend on where the program runs", () => {
  const withPort = (port: string) => ({
    "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
    "index.js": `const express = require("express");\nconst port = process.env.PORT || ${port};\nexpress().listen(port);`,
  });
  table({
    "what is not developed with": {
      files: withPort(`(process.env.NODE_ENV !== "development" ? 80 : 3002)`),
      is: { port: 80 },
    },
    "what production has": {
      files: withPort(`(process.env.NODE_ENV === "production" ? 8080 : 3002)`),
      is: { port: 8080 },
    },
    "what a flag says": { files: withPort("(isDev ? 3002 : 8081)"), is: { port: 8081 } },
  });
});

describe("servers of the project's own", () => {
  table({
    "that hand requests to a framework are told their port by the settings": {
      files: {
        "package.json": manifest({
          scripts: { build: "remix build", start: "node server/index.mjs" },
          dependencies: { "@remix-run/node": "2", "@remix-run/react": "2", koa: "2" },
          devDependencies: { "@remix-run/dev": "2" },
        }),
        "remix.config.js": "module.exports = {}",
        "server/index.mjs": `import Koa from "koa";\nconst { PORT } = process.env;\nnew Koa().listen(PORT);`,
        ".env": "PORT=8080\n",
      },
      is: { kind: "server", framework: "remix", port: 8080 },
    },
    "that Vite builds are started from where it puts them; a mock is none of them": {
      files: {
        "package.json": manifest({ scripts: { build: "pnpm -C app build" } }),
        "pnpm-workspace.yaml": "packages:\n  - app\n  - mock\n",
        "app/package.json": manifest({
          scripts: { dev: "vite-node -w src/main.ts", build: "vite build" },
          dependencies: { fastify: "5", "@adonisjs/redis": "9" },
          devDependencies: { vite: "7", "vite-plugin-fastify": "1", "vite-node": "5" },
        }),
        "app/vite.config.ts": "export default {}",
        "app/src/main.ts": `import fastify from "fastify";\nfastify().listen({ port: 3000 });`,
        "mock/package.json": manifest({ scripts: { mock: "vite" }, dependencies: { fastify: "5" } }),
        "mock/src/server.ts": `import fastify from "fastify";\nfastify().listen({ port: 3001 });`,
      },
      is: { kind: "monorepo", database: ["redis"], services: ["app"] },
    },
  });
});

describe("settings in a package of the workspace", () => {
  it("name the port of the program that imports them", () => {
    const files = {
      "package.json": manifest({ scripts: { build: "turbo build" } }),
      "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - packages/*\n",
      "packages/env/package.json": manifest({ name: "@acme/env", main: "index.ts", dependencies: { zod: "3" } }),
      "packages/env/index.ts": `export const env = createEnv({ server: { PORT: z.coerce.number().default(3333) } });`,
      "apps/api/package.json": manifest({
        name: "@acme/api",
        scripts: { build: "tsup", start: "node dist/server.js" },
        dependencies: { fastify: "5", "@acme/env": "workspace:*" },
      }),
      "apps/api/src/server.ts": `import { env } from "@acme/env";\nimport fastify from "fastify";\nfastify().listen({ port: env.PORT });`,
    };
    expect(service(detected(files), "apps/api").port).toBe(3333);
  });
});

describe("what builds nothing", () => {
  table({
    "a script that one platform has to itself": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", "build:vercel": "prisma migrate deploy && next build", start: "next start" },
          dependencies: { next: "15" },
        }),
        "vercel.json": '{ "buildCommand": "npm run build:vercel" }',
        "next.config.js": "module.exports = {}",
      },
      is: { kind: "server", buildCommand: "npm run build" },
    },
    "a script that only checks types": {
      files: {
        "package.json": manifest({
          scripts: { tsc: "tsc --noEmit", deploy: "wrangler deploy" },
          devDependencies: { wrangler: "4" },
        }),
        "wrangler.jsonc": '{ "name": "proxy", "main": "src/index.ts" }',
        "src/index.ts": "export default { fetch: () => new Response() };",
      },
      is: { kind: "server", buildCommand: null, port: 8787 },
    },
  });
});

describe("a server Vite builds", () => {
  it("is started from where Vite puts it", () => {
    const files = {
      "package.json": manifest({
        scripts: { dev: "vite-node -w src/main.ts", build: "vite build" },
        dependencies: { fastify: "5" },
        devDependencies: { vite: "7", "vite-plugin-fastify": "1", "vite-node": "5" },
      }),
      "vite.config.ts": "export default {}",
      "src/main.ts": `import fastify from "fastify";\nfastify().listen({ port: 3000 });`,
    };
    expect(detected(files).startCommand).toBe("node dist/main.js");
  });
});

describe("what is no program", () => {
  table({
    "settings named as the main file of a workspace": {
      files: {
        "package.json": manifest({
          main: ".eslintrc.js",

          scripts: { build: "turbo run build" },
        }),
        ".eslintrc.js": "module.exports = {}",
        "pnpm-workspace.yaml": "packages:\n  - apps/*\n",
        "apps/web/package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "14" },
        }),
        "apps/web/next.config.js": "module.exports = {}",
        "apps/api/package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "apps/api/index.js": `require("express")().listen(3000)`,
      },
      is: { kind: "monorepo", startCommand: null },
    },
    "a source named as what bundlers take is no library's": {
      files: {
        "package.json": JSON.stringify({
          name: "bot",
          module: "src/index.ts",
          scripts: { start: "bun run ./dist/src/index.js", build: "bun tsc --build ./" },
          dependencies: { "discord.js": "14" },
        }),
        "bun.lock": "",
        "src/index.ts": `import { ShardingManager } from "discord.js";\nnew ShardingManager("bot.ts").spawn();`,
      },
      is: { kind: "worker", framework: "discord.js", startCommand: "bun run start" },
    },
    "a bot whose platform runs a worker is one, whatever pages it has": {
      files: {
        "package.json": manifest({
          scripts: { start: "node index" },
          dependencies: { "discord.js": "14", express: "4" },
        }),
        Procfile: "worker: npm start\n",
        "index.js": `const { Client } = require("discord.js");\nrequire("express")().listen(4200);\nnew Client({}).login("x");`,
      },
      is: { kind: "worker", framework: "discord.js", startCommand: "npm run start" },
    },
  });
});

describe("programs whose scripts do not say how they are started", () => {
  table({
    "the file whose imports listen is the program": {
      files: {
        "package.json": manifest({ main: "src/app.ts", dependencies: { express: "4" } }),
        "src/app.ts": `import { load } from "./loaders/express";\nload();`,
        "src/loaders/express.ts": `import express from "express";\nexport const load = () => express().listen(env.port);`,
        "src/env.ts": "",
      },
      is: { kind: "server", framework: "express", startCommand: "npx tsx src/app.ts" },
    },
    "a start script that runs something unknown is still the start script": {
      files: {
        "package.json": manifest({ scripts: { start: "nps" }, dependencies: { express: "4" } }),
        "src/app.ts": `import express from "express";\nexpress().listen(3000);`,
      },
      is: { kind: "server", framework: "express", startCommand: "npm run start", port: 3000 },
    },
    "containers are none of it": {
      files: {
        "package.json": manifest({ scripts: { start: "docker compose up" }, dependencies: { express: "4" } }),
        "server.js": `const express = require("express");\nexpress().listen(3000);`,
      },
      is: { kind: "server", startCommand: "node server.js" },
    },
    "the container's commands name the script that builds and the file that is built": {
      files: {
        "package.json": manifest({
          scripts: {
            "build:typescript": "tsc",
            "run:node": "node build/index.js",
            dev: "nodemon --exec ts-node src/index.ts",
          },
          dependencies: { "discord.js": "14", express: "4" },
          devDependencies: { "ts-node": "10" },
        }),
        "src/index.ts": bot,
        Dockerfile:
          'FROM node AS builder\nRUN npm ci\nRUN npm run build:typescript\nFROM node\nCMD ["node", "build/index.js"]\n',
      },
      is: { buildCommand: "npm run build:typescript", startCommand: "node build/index.js", port: 3000 },
    },
    "a process manager in the script that deploys starts the program": {
      files: {
        "package.json": manifest({
          scripts: { dev: "nodemon", deploy: "tsc && pm2 start dist/src/app.js" },
          dependencies: { express: "4" },
        }),
        "src/app.ts": `import express from "express";\nexpress().listen(4000);`,
      },
      is: { kind: "server", startCommand: "npm run deploy", port: 4000 },
    },
    "an edge worker whose settings are a template is none of Node's": {
      files: {
        "package.json": manifest({
          scripts: { start: "wrangler dev", deploy: "wrangler deploy --minify" },
          dependencies: { hono: "4" },
          devDependencies: { wrangler: "4", "@types/node": "25" },
        }),
        "wrangler.toml.template": 'main = "src/worker.ts"',
        "src/worker.ts": `import { Hono } from "hono";\nconst app = new Hono();\nexport default { fetch: app.fetch };`,
      },
      is: { kind: "server", framework: "hono", startCommand: "npm run start", port: 8787 },
    },
  });
});

describe("what a folder with others in it is", () => {
  table({
    "a manual at the root of a workspace is not what its build builds": {
      files: {
        "package.json": manifest({
          scripts: { build: "pnpm --stream -r run build", "docs:build": "vitepress build docs" },
          devDependencies: { vitepress: "1" },
        }),
        "pnpm-workspace.yaml": "packages:\n  - app/*\n",
        "docs/index.md": "# Manual",
        "app/ui/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "5" } }),
        "app/ui/index.html": "<p>",
        "server/package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "server/index.js": `require("express")().listen(3000)`,
      },
      is: { kind: "monorepo", framework: null, services: ["app/ui", "server"] },
    },
    "a proxy beside a worker is a program": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "14" },
        }),
        "next.config.js": "module.exports = {}",
        "proxy/package.json": manifest({ main: "api/index.js", dependencies: { express: "4" } }),
        "proxy/api/index.js": `const app = require("express")();\napp.listen(3000);\nmodule.exports = app;`,
      },
      is: { kind: "monorepo", services: [".", "proxy"] },
    },
    "Next's pages, built by Vite's port of it": {
      files: {
        "package.json": manifest({
          scripts: { dev: "vinext dev", build: "vinext build", start: "vinext start" },
          dependencies: { next: "16", hono: "4" },
          devDependencies: { vinext: "1", vite: "8" },
        }),
        "next.config.ts": "export default {}",
        "vite.config.ts": "export default {}",
        "src/app/page.tsx": "export default () => null",
        "src/server.ts": `import { Hono } from "hono";\nexport const app = new Hono();`,
      },
      is: { kind: "server", framework: "next", startCommand: "npm run start", port: 3000 },
    },
  });
});

describe("what Bun brings, and what a container only checks", () => {
  table({
    "Redis through Bun's own client": {
      files: {
        "package.json": manifest({ dependencies: { elysia: "1", pg: "8" } }),
        "bun.lock": "{}",
        "src/index.ts": `import { Elysia } from "elysia";\nnew Elysia().listen(3333);`,
        "src/infra/redis/client.ts": `import { RedisClient } from "bun";\nexport const redis = new RedisClient();`,
      },
      is: { framework: "elysia", port: 3333, database: ["postgres", "redis"] },
    },
    "checking types in a container is no build": {
      files: {
        "package.json": manifest({
          scripts: { "type:check": "tsc --project tsconfig.json", start: "tsx src/index.ts" },
          dependencies: { express: "5", tsx: "4" },
        }),
        "src/index.ts": `import express from "express";\nexpress().listen(3000);`,
        Dockerfile: "FROM node\nRUN npm run type:check\nCMD npm start",
      },
      is: { buildCommand: null, startCommand: "npm run start" },
    },
  });
});

describe("scripts under names of their own", () => {
  const scripts = {
    "check:build": "npm run next:build && node check.js",
    "next:build": "next build",
    "next:start": "next start",
  };
  table({
    "a server that is compiled": {
      files: {
        "package.json": manifest({
          scripts: { compile: "shx rm -rf lib/ && tsc", start: "node lib/", "compile:watch": "tsc -w" },
          dependencies: { "@feathersjs/feathers": "5", "@feathersjs/koa": "5" },
          devDependencies: { typescript: "5" },
        }),
        "src/index.ts": `import { app } from "./app";\napp.listen(3030);`,
      },
      is: { kind: "server", buildCommand: "npm run compile", startCommand: "npm run start" },
    },
    "one of several programs of the same files, with a dash": {
      files: {
        "package.json": manifest({
          scripts: { build: "tsc", "start-jobs": "node dist/jobs.js", "dev-jobs": "nodemon src/jobs.ts" },
          dependencies: { telegraf: "4" },
        }),
        "src/jobs.ts": `import { Telegraf } from "telegraf";\nnew Telegraf(process.env.TOKEN!).launch();`,
      },
      is: { kind: "worker", startCommand: "npm run start-jobs" },
    },
    "Keystone under its name of between": {
      files: {
        "package.json": manifest({
          scripts: { dev: "keystone-next" },
          dependencies: { "@keystone-next/keystone": "14" },
        }),
        "keystone.ts": `export default config({ db: { adapter: "mongoose", url: process.env.DATABASE_URL } });`,
      },
      is: {
        framework: "keystone",
        buildCommand: "npx keystone-next build",
        startCommand: "npx keystone-next start",
        database: ["mongodb"],
      },
    },
    "the one that builds and nothing else, the one that serves": {
      files: {
        "package.json": manifest({ scripts, dependencies: { next: "16" } }),
        "next.config.js": "module.exports = {}",
      },
      is: { buildCommand: "npm run next:build", startCommand: "npm run next:start" },
    },
  });
});

describe("bots that answer a few requests besides", () => {
  const dependencies = { grammy: "1", express: "5" };
  const program = `import { Bot } from "grammy";\nimport { app } from "./http";\nconst bot = new Bot(token);\nawait bot.start();\napp.listen(3000);`;
  const files = (http: string) => ({
    "package.json": manifest({ scripts: { start: "node index.js" }, dependencies }),
    "index.js": program,
    "http.js": `import express from "express";\nexport const app = express();\n${http}`,
  });
  table({
    "with a sign of life": {
      files: files(`app.get("/health", ok);\napp.post("/webhook", hook);`),
      is: { kind: "worker", framework: "grammy", port: 3000 },
    },
    "with pages of their own they are servers": {
      files: files(`app.use("/admin", admin);\napp.get("/health", ok);`),
      is: { kind: "server", framework: "express" },
    },
  });
});
