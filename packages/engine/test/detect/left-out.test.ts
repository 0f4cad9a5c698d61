/** What lies among the programs of a workspace and is none that is deployed. */
import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const server = { scripts: { start: "node index.js" }, dependencies: { express: "5" } };
const listening = `require("express")().listen(4000)`;
const pages = { scripts: { build: "vite build" }, devDependencies: { vite: "7" } };

/** A workspace of a server and pages, with these files among them. */
function among(files: Record<string, string>): Record<string, string> {
  return {
    "package.json": manifest({ workspaces: ["apps/*", "packages/*"] }),
    "apps/api/package.json": manifest({ name: "api", ...server }),
    "apps/api/index.js": listening,
    "apps/web/package.json": manifest({ name: "web", ...pages }),
    "apps/web/index.html": "<p>",
    ...files,
  };
}

const alone = { kind: "monorepo", services: ["apps/api", "apps/web"] };

describe("left out of a workspace", () => {
  table({
    "a folder of what is not used any more": {
      files: {
        "apps/api/package.json": manifest({ name: "api", ...server }),
        "apps/api/index.js": listening,
        "apps/web/package.json": manifest({ name: "web", ...pages }),
        "apps/web/index.html": "<p>",
        "unused/mail/package.json": manifest({ name: "mail", ...server }),
        "unused/mail/index.js": listening,
        "deprecated/chat/package.json": manifest({ name: "chat", ...server }),
        "deprecated/chat/index.js": listening,
      },
      is: alone,
    },
    "stories of components, whatever the folder is called besides": {
      files: among({
        "apps/storybook-react/package.json": manifest({
          scripts: { start: "start-storybook", build: "build-storybook" },
          devDependencies: { "@storybook/react": "6" },
        }),
        "apps/shop-storybook/package.json": manifest({
          scripts: { dev: "storybook dev", build: "storybook build" },
          devDependencies: { storybook: "9", "@storybook/react-vite": "9", vite: "7" },
        }),
      }),
      is: alone,
    },
    "a program for the desktop that takes Electron from the root": {
      files: among({
        "apps/electron/package.json": manifest({ main: "dist/main.js", scripts: { start: "node scripts/start.js" } }),
        "apps/electron/scripts/start.js": `require("node:child_process").spawn("electron", ["."]);`,
      }),
      is: alone,
    },
    "an app of Expo that is exported for phones alone": {
      files: among({
        "apps/phone/package.json": manifest({
          scripts: { build: "expo export --platform android --output-dir dist/android", start: "expo start" },
          dependencies: { expo: "54" },
        }),
      }),
      is: alone,
    },
    "pages that an app for phones is made of": {
      files: among({
        "apps/shop-mobile/package.json": manifest({ ...pages, dependencies: { "@capacitor/core": "7" } }),
        "apps/shop-mobile/index.html": "<p>",
      }),
      is: alone,
    },
    "a script that a browser's extension runs in the pages of others": {
      files: among({
        "apps/companion/package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { vite: "7", "vite-plugin-monkey": "5" },
        }),
        "apps/companion/vite.config.ts": "",
      }),
      is: alone,
    },
    "a server in another language that a library is tried against": {
      files: among({
        "packages/session/package.json": manifest({ name: "@acme/session", main: "index.ts" }),
        "packages/session/backend/go.mod": "module backend\ngo 1.25\n",
        "packages/session/backend/main.go": `package main\n\nfunc main() { http.ListenAndServe(":8090", nil) }\n`,
      }),
      is: alone,
    },
    "a root whose start script runs its members by a script of the shell": {
      files: among({
        "package.json": manifest({
          workspaces: ["apps/*"],
          scripts: { start: "./scripts/run.sh start", build: "./scripts/run.sh build" },
          dependencies: { typescript: "5" },
        }),
        "scripts/run.sh": "#!/bin/sh\nturbo run $1\n",
      }),
      is: { ...alone, startCommand: null },
    },
    "a root that starts the program of another language by its Makefile": {
      files: among({
        "package.json": manifest({
          workspaces: ["apps/*"],
          scripts: { "start:bot": "cd apps/bot && make start" },
        }),
        "apps/bot/Makefile": "start:\n\tgo run .\n",
      }),
      is: { ...alone, startCommand: null },
    },
    "a root whose Vite+ runs what its members build": {
      files: among({
        "package.json": manifest({
          workspaces: ["apps/*"],
          scripts: { dev: "vp run -r dev", build: "vp run -r build", lint: "vp lint" },
          devDependencies: { "vite-plus": "0.1" },
        }),
        "vite.config.ts": `import { defineConfig } from "vite-plus";\nexport default defineConfig({ lint: {} });`,
      }),
      is: { ...alone, framework: null },
    },
    "a manifest around them, copied from one of them": {
      files: {
        "package.json": manifest({
          scripts: { start: "node dist/index.js", build: "tsc" },
          dependencies: { express: "5" },
        }),
        "orders/package.json": manifest({ name: "orders", ...server }),
        "orders/index.js": listening,
        "user-service/package.json": manifest({ name: "user", ...server }),
        "user-service/index.js": listening,
        "api/package.json": manifest({ name: "api", ...server }),
        "api/index.js": listening,
      },
      is: { kind: "monorepo", services: ["api", "orders", "user-service"] },
    },
    "a word for the compiler in place of a module makes no library of one": {
      files: {
        "admin/package.json": JSON.stringify({
          ...server,
          name: "admin",
          module: "esnext",
          scripts: { start: "nodemon index.js" },
        }),
        "admin/index.js": listening,
        "site/package.json": manifest({ name: "site", ...server }),
        "site/index.js": listening,
      },
      is: { kind: "monorepo", services: ["admin", "site"] },
    },
    "pages whose build ends in a program for the desktop": {
      files: {
        "package.json": manifest({
          main: "dist/electron/main.js",
          scripts: { build: "npm-run-all -s pages:build pack", "pages:build": "vite build", pack: "electron-builder" },
          devDependencies: { electron: "30", vite: "7" },
        }),
        "index.html": "<p>",
      },
      is: { kind: "package", services: [] },
    },
    "a proxy in front of the programs of a compose file": {
      files: {
        "docker-compose.yml":
          "services:\n  api:\n    build: ./server\n  web:\n    build: ./client\n  nginx:\n    build: ./nginx-reverse-proxy\n    ports: ['80:80']\n",
        "nginx-reverse-proxy/Dockerfile": "FROM nginx:alpine\nCOPY default.conf /etc/nginx/conf.d/default.conf\n",
        "server/package.json": manifest({ name: "api", ...server }),
        "server/index.js": listening,
        "server/Dockerfile": "FROM node:24\nCMD node index.js\n",
        "client/package.json": manifest({ name: "web", ...pages }),
        "client/index.html": "<p>",
        "client/Dockerfile": "FROM nginx\n",
      },
      is: { kind: "compose", services: ["client", "server"] },
    },
  });
});
