import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const source = { "src/server.ts": `import express from "express";\nexpress().listen(process.env.PORT ?? 4000)` };

/** A server in TypeScript that only development starts, with this build and these fields. */
function built(build: string, fields: Record<string, unknown> = {}): Record<string, string> {
  const scripts = { dev: "tsx watch ./src/server.ts", build };
  return {
    "package.json": manifest({ scripts, dependencies: { express: "5" }, devDependencies: { tsx: "4" }, ...fields }),
    ...source,
  };
}

describe("what is started of a build when no script says it", () => {
  table({
    "the file the manifest names, whatever builds it": {
      files: built("pkgroll", { main: "dist/server.mjs" }),
      is: { kind: "server", startCommand: "node dist/server.mjs", port: 4000 },
    },
    "the file the container runs": {
      files: {
        ...built("tsdown"),
        Dockerfile: `FROM node:24\nWORKDIR /app\nCMD ["--enable-source-maps", "/app/build/server/server.cjs"]`,
      },
      is: { startCommand: "node build/server/server.cjs" },
    },
    "not the file as it is written, where the compiler puts it elsewhere": {
      files: {
        ...built("tsc", { main: "./src/server.js" }),
        "tsconfig.json": `{ "compilerOptions": { "outDir": "./dist" } }`,
      },
      is: { startCommand: "node dist/server.js" },
    },
    "the file as it is written, where the compiler puts it beside": {
      files: built("tsc", { main: "src/server.js" }),
      is: { startCommand: "node src/server.js" },
    },
    "the source itself, where the compiler only checks": {
      files: {
        ...built("tsc", { main: "src/server.js" }),
        "tsconfig.json": `{ "extends": "./config/base.json", "compilerOptions": { "outDir": "dist" } }`,
        "config/base.json": `{ "compilerOptions": { "noEmit": true } }`,
      },
      is: { startCommand: "npx tsx src/server.ts" },
    },
    "settings that only check are not those the build names": {
      files: {
        ...built("tsc -p tsconfig.build.json"),
        "tsconfig.json": `{ "compilerOptions": { "noEmit": true } }`,
      },
      is: { startCommand: "node dist/server.js" },
    },
    "a container that runs another program says nothing of it": {
      files: { ...built("tsc"), Dockerfile: `FROM node:24\nCMD ["node", "scripts/wait.js"]` },
      is: { startCommand: "node dist/server.js" },
    },
    "a bundler's own folder, not the compiler's": {
      files: {
        ...built("tsup src/server.ts --out-dir lib"),
        "tsconfig.json": `{ "compilerOptions": { "outDir": "build" } }`,
      },
      is: { startCommand: "node lib/server.js" },
    },
    "the file a bundler is told to write": {
      files: built("esbuild src/server.ts --bundle --platform=node --outfile=out/app.js"),
      is: { startCommand: "node out/app.js" },
    },
    "the container's file is that of a folder's index": {
      files: {
        "package.json": manifest({
          scripts: {
            dev: "node generate-texts.js && npm run build:prod -- --watch",
            "build:prod": "webpack --mode=production",
          },
          dependencies: { express: "5" },
          devDependencies: { webpack: "5", "webpack-dev-server": "5" },
        }),
        "generate-texts.js": "",
        "src/server/index.tsx": `import express from "express";\nexpress().listen(1234)`,
        Dockerfile: `FROM node:24\nCMD ["node", "dist/js/server.js"]`,
      },
      is: {
        kind: "server",
        framework: "express",
        buildCommand: "npm run build:prod",
        startCommand: "node dist/js/server.js",
        port: 1234,
      },
    },
    "pages that only have a build of their own are built before the server starts": {
      files: {
        "package.json": manifest({
          scripts: { start: "tsx backend/index.ts", "build:frontend": "vite build --config frontend/vite.config.ts" },
          dependencies: { express: "5", tsx: "4" },
          devDependencies: { vite: "7" },
        }),
        "backend/index.ts": `import express from "express";\nexpress().listen(settings.port || 5001)`,
      },
      is: { kind: "server", buildCommand: "npm run build:frontend", startCommand: "npm run start", port: 5001 },
    },
    "pages that are rendered by what the build makes for the server": {
      files: {
        "package.json": manifest({
          scripts: {
            build: "vite build && vite build --ssr src/server.tsx --outDir dist/server",
            start: "node scripts/start.js",
          },
          devDependencies: { vite: "7" },
        }),
        "index.html": "<p>",
        "scripts/start.js": `await import("../dist/server/index.js");`,
      },
      is: { kind: "server", buildCommand: "npm run build", startCommand: "npm run start" },
    },
    "a server of Bun with a type of its own": {
      files: {
        "package.json": manifest({ scripts: { start: "bun run dist/index.js", build: "bun scripts/build.ts" } }),
        "bun.lock": "",
        "src/index.ts": "await entry({ main: () => Bun.serve<Data>({ port: env.API_PORT }) });",
      },
      is: { kind: "server", runtime: "bun", startCommand: "bun run start" },
    },
    "what the container of a program for Bun runs of its build": {
      files: {
        "package.json": manifest({
          scripts: { dev: "bun run --watch src/index.tsx", build: "tsc" },
          dependencies: { elysia: "1" },
        }),
        "bun.lock": "{}",
        "src/index.tsx": `import { Elysia } from "elysia";\nnew Elysia().listen(process.env.PORT || 3100);`,
        Dockerfile: `FROM oven/bun\nENTRYPOINT [ "bun", "run", "dist/src/index.js" ]`,
      },
      is: { kind: "server", startCommand: "bun run dist/src/index.js", port: 3100 },
    },
    "what Bun makes one file of": {
      files: {
        "package.json": manifest({
          scripts: {
            dev: "bun run --watch src/index.ts",
            build: "bun build --target bun --compile --minify --outfile ./dist/server src/index.ts",
          },
          dependencies: { elysia: "1" },
        }),
        "bun.lock": "{}",
        "src/index.ts": `import { Elysia } from "elysia";\nnew Elysia().listen(3100);`,
      },
      is: { kind: "server", startCommand: "./dist/server" },
    },
    "what webpack packs for Node": {
      files: {
        "package.json": manifest({
          scripts: { build: "webpack --color", start: "yarn build --watch" },
          dependencies: { express: "5" },
          devDependencies: { webpack: "5" },
        }),
        "webpack.config.js": `const path = require("path");
          const pack = { output: { filename: "app.js", path: path.resolve(__dirname, "build") } };
          module.exports = { target: "node", entry: "./index.ts", output: pack.output };`,
        "index.ts": `import express from "express";\nexpress().listen(process.env.PORT || 4000);`,
      },
      is: { kind: "server", buildCommand: "yarn run build", startCommand: "node build/app.js", port: 4000 },
    },
    "what Babel compiles from a folder of any name": {
      files: {
        "package.json": manifest({
          scripts: {
            "build:server": "NODE_ENV=production babel src/scripts --out-dir server --extensions '.js'",
            build: "npm run build:server",
            start: "npm run build && node server/index.js",
          },
          dependencies: { express: "5" },
        }),
        "src/scripts/index.js": `import express from "express";\nexpress().listen(process.env.PORT || 4100);`,
      },
      is: { kind: "server", startCommand: "npm run start", port: 4100 },
    },
    "a program that is compiled where it is written, by the script for what is live": {
      files: {
        "package.json": manifest({
          scripts: {
            dev: "vite client",
            build: "vite build client",
            "serve-prod": "tsc --project server && vite build client && node ./server/dist/index.js production",
          },
          dependencies: { express: "5", "vite-express": "0.20" },
          devDependencies: { vite: "6" },
        }),
        "client/index.html": "<p>",
        "client/vite.config.ts": "export default {}",
        "server/src/index.ts": `import express from "express";\nimport ViteExpress from "vite-express";\nViteExpress.listen(express(), 3200);`,
      },
      is: { kind: "server", framework: "express", startCommand: "npm run serve-prod", port: 3200 },
    },
    "what is built for Workers, though its settings name what is not there yet": {
      files: {
        "package.json": manifest({
          scripts: { dev: "vite", build: "vite build && vite build --ssr && bash pack.sh", release: "wrangler deploy" },
          devDependencies: { vite: "6", wrangler: "4" },
        }),
        "wrangler.toml": `name = "x"\nmain = "./dist/cloudflare/index.js"\nassets = "./dist/cloudflare/bucket"\n[env.production]\n[[env.production.d1_databases]]\nbinding = "DB"\n`,
        "index.html": "<p>",
        "vite.config.ts": "export default {}",
      },
      is: { kind: "server", framework: "vite", startCommand: null, database: ["sqlite"] },
    },
    "the file that hands out the pages, where the start script is their builder's": {
      files: {
        "package.json": manifest({
          scripts: { start: "react-scripts start", build: "react-scripts build" },
          dependencies: { "react-scripts": "5", express: "4", mongoose: "8" },
        }),
        "public/index.html": "<p>",
        "server.js": `const express = require("express");\nconst app = express();\napp.use(express.static(path.join(__dirname, "build")));\napp.listen(process.env.PORT || 3001);`,
      },
      is: {
        kind: "server",
        framework: "express",
        buildCommand: "npm run build",
        startCommand: "node server.js",
        port: 3001,
      },
    },
    "a file that listens and knows nothing of the pages is for those who develop them": {
      files: {
        "package.json": manifest({
          scripts: { start: "react-scripts start", build: "react-scripts build" },
          dependencies: { "react-scripts": "5", express: "4" },
        }),
        "public/index.html": "<p>",
        "server.js": `require("express")().listen(3001);`,
      },
      is: { kind: "static", framework: "cra" },
    },
    "the folder the compiler is told of": {
      files: built("tsc --outDir build"),
      is: { startCommand: "node build/server.js" },
    },
  });
});

describe("programs a script starts one after another", () => {
  const files = {
    "src/commands.ts": `import { REST } from "discord.js";\nnew REST().put("commands");`,
    "src/index.ts": `import express from "express";\nexpress().listen(Number(process.env.PORT), "0.0.0.0");`,
    "sample.env": "PORT=9001\n",
  };
  const scripts = { build: "tsc", commands: "node dist/commands.js" };
  const dependencies = { "discord.js": "14", express: "5" };
  table({
    "the last is the one that stays": {
      files: {
        ...files,
        "package.json": manifest({
          scripts: { ...scripts, start: "npm run commands && node dist/index.js" },
          dependencies,
        }),
      },
      is: { kind: "server", startCommand: "npm run start", port: 9001 },
    },
    "side by side, the first is": {
      files: {
        ...files,
        "package.json": manifest({
          scripts: { ...scripts, start: 'concurrently "node dist/index.js" "npm run wait && npm run commands"' },
          dependencies,
        }),
      },
      is: { kind: "server", startCommand: "npm run start" },
    },
  });
});
