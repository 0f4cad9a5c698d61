import { describe, expect, it } from "vitest";
import { matcher } from "../../src/detect/workspaces.ts";
import { detected, manifest, service, table } from "./expect.ts";

const next = manifest({
  name: "web",
  scripts: { build: "next build", start: "next start" },
  dependencies: { next: "15", "@acme/db": "workspace:*" },
});
const api = {
  "package.json": manifest({ name: "api", scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
  "index.js": `require("express")().listen(4000)`,
};
const database = manifest({
  name: "@acme/db",
  main: "index.ts",
  dependencies: { "@prisma/client": "6" },
  devDependencies: { prisma: "6" },
});
const schema = `datasource db { \n provider = "postgresql"\n }`;

it("gives no database to who calls the program that uses it, through a client that shares its types", () => {
  const detection = detected({
    "package.json": manifest({ workspaces: ["apps/*", "packages/*"] }),
    "apps/api/package.json": manifest({
      name: "@acme/api",
      scripts: { start: "node index.js" },
      dependencies: { express: "5", "@acme/db": "*" },
    }),
    "apps/api/index.js": `require("express")().listen(4000)`,
    "apps/web/package.json": manifest({
      name: "@acme/web",
      scripts: { build: "next build", start: "next start" },
      dependencies: { next: "16", "@acme/client": "*" },
    }),
    "packages/client/package.json": manifest({
      name: "@acme/client",
      dependencies: { "@acme/api": "*", "@acme/db": "*" },
    }),
    "packages/db/package.json": manifest({ name: "@acme/db", dependencies: { pg: "8" } }),
  });
  expect(service(detection, "apps/api").database).toEqual(["postgres"]);
  expect(service(detection, "apps/web").database).toEqual([]);
});

it("gives no database to who takes the types of the program that uses it", () => {
  const detection = detected({
    "package.json": manifest({}),
    "pnpm-workspace.yaml": "packages:\n  - apps/*\n",
    "apps/api/package.json": manifest({
      name: "@acme/api",
      scripts: { start: "node index.js" },
      dependencies: { express: "4", pg: "8" },
    }),
    "apps/api/index.js": api["index.js"],
    "apps/web/package.json": manifest({
      name: "web",
      scripts: { build: "next build", start: "next start" },
      dependencies: { next: "15", "@acme/api": "workspace:*" },
    }),
  });
  expect(service(detection, "apps/web").database).toEqual([]);
  expect(service(detection, "apps/api").database).toEqual(["postgres"]);
});

describe("a workspace of nothing but an application that shows its packages", () => {
  it("has that application as its service", () => {
    const found = detected({
      "package.json": manifest({ workspaces: ["apps/*", "packages/*"] }),
      "apps/demo/package.json": manifest({
        scripts: { dev: "vite", build: "vite build" },
        devDependencies: { vite: "6" },
      }),
      "apps/demo/index.html": "<html></html>",
      "packages/common/package.json": manifest({ name: "common", main: "src/index.ts" }),
    });
    expect(found.services.map(({ path }) => path)).toEqual(["apps/demo"]);
  });
});

describe("workspaces", () => {
  table({
    "a program of another language at the root is one of the services": {
      files: {
        "package.json": manifest({ devDependencies: { prettier: "3" } }),
        "pnpm-workspace.yaml": "packages:\n  - web\n",
        "web/package.json": manifest({ name: "web", scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "web/index.html": "<p>",
        "Cargo.toml": `[package]\nname = "shop"\n[dependencies]\naxum = "0.8"\ntokio-postgres = "0.7"\n`,
        "src/main.rs": `fn main() { axum::serve(listener, app); }`,
      },
      is: { kind: "monorepo", database: ["postgres"], services: [".", "web"] },
    },
    "a server that exports its types for the pages that call it, which have no database of their own": {
      files: {
        "package.json": manifest({ workspaces: ["packages/*", "apps/*"] }),
        "bun.lock": "",
        "packages/api/package.json": manifest({
          name: "@acme/api",
          private: undefined,
          exports: { ".": "./src/index.ts" },
          scripts: { dev: "bun run --watch src/index.ts" },
          dependencies: { elysia: "1" },
        }),
        "packages/api/src/index.ts": `import { Elysia } from "elysia";\nexport const app = new Elysia().listen(3000);`,
        "packages/web/package.json": manifest({
          name: "web",
          scripts: { build: "env-cmd ./local.env react-scripts build" },
          dependencies: { "react-scripts": "5", "@acme/api": "workspace:*" },
        }),
      },
      is: { kind: "monorepo", services: ["packages/api", "packages/web"] },
    },
    "programs of another language in a package whose manifest only names the commands to run them": {
      files: {
        "package.json": manifest({ workspaces: ["packages/*"] }),
        "packages/web/package.json": next,
        "packages/jobs/package.json": manifest({ name: "jobs", scripts: { dev: "nodemon --exec go run api/*.go" } }),
        "packages/jobs/go.mod": "module jobs\ngo 1.25\n",
        "packages/jobs/api/main.go": `package main\n\nfunc main() { http.ListenAndServe(":8090", nil) }\n`,
        "packages/jobs/worker/main.go": `package main\n\nfunc main() { worker.New(client, "jobs").Run() }\n`,
      },
      is: { kind: "monorepo", services: ["packages/jobs/api", "packages/jobs/worker", "packages/web"] },
    },
    "a page kept beside a workspace whose build builds its members": {
      files: {
        "package.json": manifest({ scripts: { build: "pnpm run -r build" } }),
        "pnpm-workspace.yaml": "packages:\n  - apps/*\n",
        "public/index.html": "<p>",
        "apps/api/package.json": api["package.json"],
        "apps/api/index.js": api["index.js"],
        "apps/web/package.json": next,
      },
      is: { kind: "monorepo", outputDir: null, services: ["apps/api", "apps/web"] },
    },
    "projects that older workspaces of Nx describe in one file": {
      files: {
        "package.json": manifest({
          dependencies: { "@nestjs/core": "8", react: "17" },
          devDependencies: { "@nrwl/workspace": "12" },
        }),
        "nx.json": "{}",
        "workspace.json": JSON.stringify({
          projects: {
            api: {
              root: "apps/api",
              projectType: "application",
              architect: { build: { builder: "@nrwl/node:build" } },
            },
            ui: { root: "libs/ui", projectType: "library", architect: {} },
            web: {
              root: "apps/web",
              projectType: "application",
              architect: { build: { builder: "@nrwl/web:build", options: { outputPath: "dist/apps/web" } } },
            },
          },
        }),
        "apps/api/src/main.ts": `import { NestFactory } from "@nestjs/core"; app.listen(3333);`,
        "apps/web/src/main.tsx": "",
        "apps/web/src/index.html": "<p>",
        "libs/ui/src/index.ts": "",
      },
      is: { kind: "monorepo", services: ["apps/api", "apps/web"] },
    },
    "packages among the assets of a web framework are its pages": {
      files: {
        "package.json": manifest({ workspaces: ["resources/assets/v1"] }),
        "resources/assets/v1/package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { vite: "6" },
        }),
        "resources/assets/v1/index.html": "<div></div>",
        "composer.json": JSON.stringify({ require: { "laravel/framework": "^12" } }),
        artisan: "",
        "public/index.php": "<?php",
      },
      is: { kind: "server", framework: "laravel" },
    },
    "services are the programs, not the libraries, tests and examples": {
      files: {
        "package.json": manifest({ workspaces: ["apps/*", "packages/*", "examples/*"] }),
        "apps/web/package.json": next,
        "apps/api/package.json": api["package.json"],
        "apps/api/index.js": api["index.js"],
        "apps/web-e2e/package.json": manifest({ name: "e2e", scripts: { start: "node x.js" } }),
        "packages/ui/package.json": manifest({
          name: "ui",
          main: "index.ts",
          devDependencies: { vite: "6" },
          scripts: { build: "vite build" },
        }),
        "packages/db/package.json": database,
        "examples/demo/package.json": next,
      },
      is: { kind: "monorepo", services: ["apps/api", "apps/web"] },
    },
    "a layer of Nuxt is a part of what extends it": {
      files: {
        "package.json": manifest({ workspaces: ["apps/*"] }),
        ...Object.fromEntries(
          ["base", "site", "shop"].map((name) => [
            `apps/${name}/package.json`,
            manifest({ name, scripts: { build: "nuxt build" }, dependencies: { nuxt: "4" } }),
          ]),
        ),
        "apps/base/nuxt.config.ts": "export default defineNuxtConfig({})",
        "apps/site/nuxt.config.ts": `export default defineNuxtConfig({ extends: "../base" })`,
        "apps/shop/nuxt.config.ts": `export default defineNuxtConfig({ extends: ["docus", "../base"] })`,
      },
      is: { kind: "monorepo", services: ["apps/shop", "apps/site"] },
    },
    "pnpm's patterns, with what they take out": {
      files: {
        "package.json": manifest({}),
        "pnpm-workspace.yaml": `packages:\n  - "apps/**"\n  - "!apps/old"`,
        "pnpm-lock.yaml": "",
        "apps/web/package.json": next,
        "apps/old/package.json": next,
      },
      is: { kind: "monorepo", packageManager: "pnpm", services: ["apps/web"] },
    },
    "applications beside the members that are installed by themselves": {
      files: {
        "package.json": manifest({
          workspaces: ["apps/main", "packages/*"],
          scripts: { start: "cd apps/main && npm run start" },
        }),
        "package-lock.json": "",
        "apps/main/package.json": next,
        "apps/tenant/package.json": next,
        "apps/tenant/yarn.lock": "",
        "apps/notes/package.json": next,
      },
      is: { kind: "monorepo", startCommand: "npm run start", services: ["apps/main", "apps/tenant"] },
    },
    "programs of another language beside a manifest of tools": {
      files: {
        "package.json": manifest({ devDependencies: { "@playwright/test": "1" } }),
        "shop.sln": "",
        "src/Web/Web.csproj": `<Project Sdk="Microsoft.NET.Sdk.Web"></Project>`,
        "src/Api/Api.csproj": `<Project Sdk="Microsoft.NET.Sdk.Web"></Project>`,
        "tests/Api.Tests/Api.Tests.csproj": `<Project Sdk="MSTest.Sdk"><ItemGroup><ProjectReference Include="..\\..\\src\\Api\\Api.csproj" /></ItemGroup></Project>`,
      },
      is: { kind: "monorepo", runtime: "dotnet", services: ["src/Api", "src/Web"] },
    },
    "a program of Nx whose connection is opened in a file of its own": {
      files: {
        "package.json": manifest({ dependencies: { "discord.js": "14", next: "15" }, devDependencies: { nx: "21" } }),
        "nx.json": "{}",
        "apps/bot/project.json": `{ "projectType": "application", "targets": { "build": { "executor": "@nx/esbuild:esbuild", "options": { "outputPath": "dist/bot", "main": "apps/bot/src/main.ts" } } } }`,
        "apps/bot/src/main.ts": `import { Client } from "discord.js";\nimport { start } from "./app";\nstart();`,
        "apps/bot/src/app/index.ts": "export const start = () => client.login(process.env.BOT_TOKEN);",
        "apps/page/project.json": `{ "projectType": "application", "targets": { "build": { "executor": "@nx/next:build" } } }`,
        "apps/page/next.config.js": "module.exports = {}",
      },
      is: { kind: "monorepo", services: ["apps/bot", "apps/page"] },
    },
    "a program of another language keeps its facts at the root of a workspace of pages": {
      files: {
        "package.json": manifest({ workspaces: ["pages/*"] }),
        "Cargo.toml": `[package]\nname = "shop"\n[dependencies]\naxum = "0.8"`,
        "src/main.rs": "async fn main() { axum::serve(listener, app).await }",
        "pages/web/package.json": next,
      },
      is: { kind: "monorepo", runtime: "rust", framework: "axum", services: [".", "pages/web"] },
    },
    "a workspace file in a single application does not make it a monorepo": {
      files: { "package.json": next, "pnpm-workspace.yaml": "onlyBuiltDependencies:\n  - sharp\n" },
      is: { kind: "server", framework: "next", services: ["."] },
    },
    "an application with libraries of its own is one application": {
      files: {
        "package.json": manifest({
          workspaces: ["packages/*"],
          scripts: { build: "vite build" },
          devDependencies: { vite: "6" },
        }),
        "index.html": "",
        "packages/core/package.json": manifest({ name: "core", main: "index.js" }),
      },
      is: { kind: "static", framework: "vite", services: ["."] },
    },
    "client and server without a workspace": {
      files: {
        "client/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "client/index.html": "",
        "server/package.json": api["package.json"],
        "server/index.js": api["index.js"],
        "package.json": manifest({
          scripts: { dev: 'concurrently "npm:client" "npm:server"' },
          devDependencies: { concurrently: "9" },
        }),
      },
      is: { kind: "monorepo", services: ["client", "server"] },
    },
    "a client that the server's own build builds is part of the server": {
      files: {
        ...api,
        "package.json": manifest({
          scripts: { start: "node index.js", "heroku-postbuild": "cd client && npm install && npm run build" },
          dependencies: { express: "4" },
        }),
        "client/package.json": manifest({
          scripts: { build: "react-scripts build" },
          dependencies: { "react-scripts": "5" },
        }),
      },
      is: { kind: "server", framework: "express", services: ["."] },
    },
    "a Python service beside pages": {
      files: {
        "frontend/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "frontend/index.html": "",
        "backend/requirements.txt": "fastapi\nuvicorn\n",
        "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      },
      is: { kind: "monorepo", services: ["backend", "frontend"] },
    },
    "Nx projects without a manifest": {
      files: {
        "package.json": manifest({ dependencies: { next: "15", express: "4" }, devDependencies: { nx: "20" } }),
        "nx.json": "{}",
        "apps/shop/project.json": JSON.stringify({
          name: "shop",
          projectType: "application",
          targets: { build: { executor: "@nx/next:build", options: { outputPath: "dist/apps/shop" } } },
        }),
        "apps/shop/next.config.js": "module.exports = {}",
        "libs/ui/project.json": JSON.stringify({ name: "ui", projectType: "library" }),
      },
      is: { kind: "monorepo", services: ["apps/shop"] },
    },
  });

  it("a program uses the databases of the packages it depends on, and says on which", () => {
    const detection = detected({
      "package.json": manifest({ workspaces: ["apps/*", "packages/*"] }),
      "apps/web/package.json": next,
      "packages/db/package.json": database,
      "packages/db/prisma/schema.prisma": schema,
    });
    expect(service(detection, "apps/web")).toMatchObject({
      database: ["postgres"],
      dependsOn: ["packages/db"],
      framework: "next",
    });
    expect(detection.database).toEqual(["postgres"]);
  });

  it("a program uses the database of a driver that a package imports and leaves to who depends on it", () => {
    const detection = detected({
      "package.json": manifest({ workspaces: ["apps/*", "packages/*"] }),
      "apps/api/package.json": manifest({
        name: "api",
        scripts: { start: "node index.js" },
        dependencies: { express: "4", "@acme/shared": "workspace:*" },
      }),
      "apps/api/index.js": api["index.js"],
      "packages/shared/package.json": manifest({
        name: "@acme/shared",
        main: "src/index.ts",
        peerDependencies: { mongoose: "9", ioredis: "5" },
      }),
      "packages/shared/src/index.ts": `import { Schema } from "mongoose";`,
    });
    expect(service(detection, "apps/api").database).toEqual(["mongodb"]);
  });

  it("members are installed by the root's package manager", () => {
    const detection = detected({
      "package.json": manifest({ workspaces: ["apps/*"], packageManager: "yarn@4.1.0" }),
      "yarn.lock": "__metadata:",
      "apps/web/package.json": next,
    });
    expect(service(detection, "apps/web")).toMatchObject({
      packageManager: "yarn",
      installCommand: "yarn install --immutable",
      buildCommand: "yarn run build",
    });
  });

  it("patterns match as the package managers read them", () => {
    const is = matcher(["packages/*", "apps/**", "{tools,lib-*}/x", "!apps/legacy/**"]);
    expect(["packages/a", "packages/a/b", "apps/a/b", "tools/x", "lib-1/x", "apps/legacy/c"].map(is)).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("folders and containers", () => {
  table({
    "programs of a compose file bring their databases": {
      files: {
        "docker-compose.yml": "services:\n  front:\n    build: ./web\n  api:\n    build: ./server\n",
        "web/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "web/index.html": "<p>",
        "web/Dockerfile": "FROM node:24",
        "server/package.json": manifest({
          scripts: { start: "node index.js" },
          dependencies: { express: "4", mongoose: "8" },
        }),
        "server/index.js": `require("express")().listen(5000)`,
        "server/Dockerfile": "FROM node:24",
      },
      is: { kind: "compose", database: ["mongodb"], services: ["server", "web"] },
    },
    "a root that only drives a folder's program is not the program": {
      files: {
        "package.json": manifest({ scripts: { start: "node server/index.js" } }),
        "server/package.json": api["package.json"],
        "server/index.js": api["index.js"],
        "client/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "client/index.html": "",
      },
      is: { kind: "monorepo", services: ["client", "server"] },
    },
    "a Dockerfile beside a framework does not make it a container": {
      files: { "package.json": next, Dockerfile: "FROM node:22\nEXPOSE 8080\nCMD node x.js" },
      is: { kind: "server", framework: "next", port: 3000 },
    },
    "a compose file that only brings a database is not what the project is": {
      files: { ...api, "compose.yaml": "services:\n  db:\n    image: postgres:17\n" },
      is: { kind: "server", framework: "express", database: ["postgres"] },
    },
    "a package with its manual in a folder is a package": {
      files: {
        "package.json": manifest({ private: false, exports: "./index.js" }),
        "index.js": "",
        "docs/package.json": manifest({
          scripts: { build: "docusaurus build" },
          dependencies: { "@docusaurus/core": "3" },
        }),
        "examples/web/package.json": next,
      },
      is: { kind: "package", services: [] },
    },
    "a configuration left behind by another bundler is passed over": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build" },
          dependencies: { "react-scripts": "5" },
          devDependencies: { vite: "6" },
        }),
        "craco.config.js": "module.exports = {}",
        "vite.config.js": "export default { build: { outDir: './build' } }",
        "index.html": "",
      },
      is: { framework: "vite", outputDir: "build" },
    },
  });
});

it("starts what Nx builds, with the databases of the root", () => {
  const program = service(
    detected({
      "package.json": manifest({
        dependencies: { "@nestjs/core": "10", "@prisma/client": "5", pg: "8" },
        devDependencies: { nx: "19" },
      }),
      "nx.json": "{}",
      "apps/api/project.json": JSON.stringify({
        name: "api",
        projectType: "application",
        targets: {
          build: {
            executor: "@nx/webpack:webpack",
            options: { outputPath: "dist/apps/api", main: "apps/api/src/main.ts" },
          },
        },
      }),
      "apps/api/src/main.ts": `import { NestFactory } from "@nestjs/core"; app.listen(3333);`,
    }),
    "apps/api",
  );
  expect(program).toMatchObject({
    startCommand: "node ../../dist/apps/api/main.js",
    database: ["postgres"],
    port: 3333,
  });
});

it("pages of Angular lie below the folder that Nx is told", () => {
  const found = detected({
    "package.json": manifest({ dependencies: { "@angular/core": "20" }, devDependencies: { nx: "21" } }),
    "nx.json": "{}",
    "apps/shop/project.json": JSON.stringify({
      name: "shop",
      projectType: "application",
      targets: {
        build: {
          executor: "@angular/build:application",
          options: { outputPath: "dist/apps/shop", browser: "apps/shop/src/main.ts" },
        },
      },
    }),
    "apps/shop/src/main.ts": `import { bootstrapApplication } from "@angular/platform-browser";`,
  });
  expect(service(found, "apps/shop")).toMatchObject({
    framework: "angular",
    outputDir: "../../dist/apps/shop/browser",
  });
});

it("a function at the root that hands requests to a program of the workspace is none of its own", () => {
  const found = detected({
    "package.json": manifest({ scripts: { build: "pnpm run -r build" } }),
    "pnpm-workspace.yaml": "packages:\n  - apps/*\n",
    "api/index.ts": `import { app } from "../apps/api/src/app.js";\nexport default async function handler(request, response) { app.server.emit("request", request, response); }`,
    "apps/api/package.json": manifest({ scripts: { start: "node dist/server.js" }, dependencies: { fastify: "5" } }),
    "apps/api/src/server.ts": `import fastify from "fastify";\nfastify().listen({ port: 3000 });`,
    "apps/web/package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "7" } }),
    "apps/web/index.html": "<div id=app>",
  });
  expect(found.services.map(({ path }) => path)).toEqual(["apps/api", "apps/web"]);
});

it("a theme of Gatsby in the workspace of a site is no site", () => {
  const found = detected({
    "package.json": manifest({
      workspaces: ["themes/*"],
      scripts: { build: "gatsby build" },
      dependencies: { gatsby: "4", "gatsby-theme-own": "*" },
    }),
    "gatsby-config.js": "module.exports = { plugins: ['gatsby-theme-own'] };",
    "src/pages/index.js": "export default () => null;",
    "themes/own/package.json": JSON.stringify({
      name: "gatsby-theme-own",
      main: "index.js",
      devDependencies: { gatsby: "4" },
    }),
    "themes/own/gatsby-config.js": "module.exports = {};",
    "themes/own/src/pages/a.js": "export default () => null;",
  });
  expect(found).toMatchObject({ kind: "static", framework: "gatsby", outputDir: "public" });
  expect(found.services.map(({ path }) => path).filter((path) => path !== ".")).toEqual([]);
});

it("functions that the root of a workspace gives to a platform are what it is", () => {
  const found = detected({
    "package.json": manifest({
      workspaces: ["src/*"],
      scripts: { build: "sls package" },
      devDependencies: { serverless: "3" },
    }),
    "serverless.yml":
      "service: bot\nfunctions:\n  reply:\n    handler: src/reply/index.default\n    events:\n      - http: POST /\n",
    "src/reply/package.json": manifest({ dependencies: { grammy: "1" } }),
    "src/reply/index.ts": "export default async () => ({ statusCode: 200 });",
  });
  expect(found).toMatchObject({ kind: "server", buildCommand: "npm run build" });
});
