import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

const express = `const express = require("express");\nconst app = express();\n`;

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
  });
});
