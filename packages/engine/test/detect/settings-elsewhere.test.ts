import { describe, expect, it } from "vitest";
import { detected, manifest, service, table } from "./expect.ts";

const server = `import express from "express";\nimport { settings } from "@settings/app";\nexpress().listen(settings.port);`;
const started = manifest({ scripts: { start: "node src/server.js" }, dependencies: { express: "5" } });

describe("ports that are settled in another file", () => {
  table({
    "behind an alias of the compiler's settings": {
      files: {
        "package.json": started,
        "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@settings/*": ["./src/settings/*"] } } }`,
        "src/server.js": server,
        "src/settings/app.js": `export const settings = { port: process.env.PORT || 8123 };`,
        ".env.example": "SECRET=\n",
      },
      is: { kind: "server", port: 8123 },
    },
    "behind an alias without a star": {
      files: {
        "package.json": started,
        "tsconfig.json": `{ "compilerOptions": { "paths": { "@settings/app": ["./lib/all.js"] } } }`,
        "src/server.js": server,
        "lib/all.js": `export const settings = { port: process.env.PORT || 8124 };`,
      },
      is: { port: 8124 },
    },
    "under a name of the program's own": {
      files: {
        "package.json": started,
        "src/server.js": `const GATEWAY_PORT = Number(process.env.GATEWAY_PORT) || 3006;\nrequire("express")().listen({ port: GATEWAY_PORT });`,
      },
      is: { port: 3006 },
    },
    "in a schema of convict, whichever of its fields comes first": {
      files: {
        "package.json": manifest({ scripts: { start: "node main.js" }, dependencies: { convict: "6", express: "4" } }),
        "main.js": `const config = require("./config");\nrequire("express")().listen(config.get("PORT"));`,
        "config.js": `module.exports = convict({ PORT: { doc: "Port", format: "port", env: "PORT", default: 5050 } });`,
        ".env.example": "PORT=3000\n",
      },
      is: { port: 5050 },
    },
    "in such a schema, under another name than its variable's": {
      files: {
        "package.json": manifest({ scripts: { start: "node main.js" }, dependencies: { convict: "6", express: "4" } }),
        "main.js": `const config = require("./config");\nrequire("express")().listen(config.get("listenOn"));`,
        "config.js": `module.exports = convict({ listenOn: { env: "PORT", format: "port", default: 5051 } });`,
      },
      is: { port: 5051 },
    },
    "in a program of the package config": {
      files: {
        "package.json": manifest({ scripts: { start: "ts-node index.ts" }, dependencies: { config: "3", koa: "2" } }),
        "index.ts": `import { get } from "config";\nnew Koa().listen(get("PORT"));`,
        "config/default.ts": `export default { PORT: 4000, postgres: { port: 5433 } };`,
      },
      is: { port: 4000 },
    },
    "in settings of the package config, by the name the program asks for, not where it is encrypted": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { config: "3", express: "4" } }),
        "index.js": `const config = require("config");
const API_PORT = config.get("gateway.port");
if (config.get("https.enable")) https.createServer(options, app).listen(7443);
else http.createServer(app).listen(API_PORT);`,
        "config/default.yml": "metrics:\n  port: 9100\ngateway:\n  port: 7203\nport: 1\n",
      },
      is: { port: 7203 },
    },
    "beside another for what is encrypted": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "index.js": `const httpPort = 1080;
const httpServer = http.createServer(app);
httpServer.listen(httpPort);
if (process.env.NODE_ENV === "production") {
  const httpsServer = https.createServer(credentials, app);
  httpsServer.listen(1443);
}`,
      },
      is: { port: 1080 },
    },
    "for what is encrypted alone": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { express: "4" } }),
        "index.js": `https.createServer(credentials, require("express")()).listen(1443);`,
      },
      is: { port: 1443 },
    },
    "in settings of the package config, in capitals": {
      files: {
        "package.json": manifest({ scripts: { start: "node index.js" }, dependencies: { config: "3", koa: "2" } }),
        "index.js": `new Koa().listen(require("config").get("app.PORT"));`,
        "config/default.json": `{ "app": { "PORT": 4001 } }`,
      },
      is: { port: 4001 },
    },
    "in the settings of a process manager": {
      files: {
        "package.json": manifest({
          scripts: { start: "pm2-runtime start ecosystem.config.js" },
          dependencies: { express: "4", pm2: "5" },
        }),
        "ecosystem.config.js": `module.exports = { apps: [{ script: "./app.js", env: { PORT: 3000 }, env_production: { PORT: 8088 } }] };`,
        "app.js": `require("express")().listen(process.env.PORT || 4000);`,
      },
      is: { kind: "server", port: 8088 },
    },
    "in what the entry is bundled from, though a bundle was committed once": {
      files: {
        "package.json": manifest({
          scripts: { build: "esbuild server/index.ts --bundle --outdir=dist", start: "node dist/index.js" },
          dependencies: { express: "4" },
        }),
        "server/index.ts": `import express from "express";\nexpress().listen(process.env.PORT || 4100);`,
        "dist/index.js": `import express from "express";\nexpress().listen(process.env.PORT || 3003);`,
      },
      is: { kind: "server", port: 4100 },
    },
    "nowhere, since Sails has its own, whatever it renders its pages with": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build", start: "node app.js" },
          dependencies: { nuxt: "^2.0.0", sails: "1" },
        }),
        "nuxt.config.js": "module.exports = {};",
        "app.js": `require("sails").lift();\nconst sails = require("sails");\nsails.lift(require("rc")("sails"));`,
      },
      is: { kind: "server", port: 1337 },
    },
    "in the settings of Sails for production": {
      files: {
        "package.json": manifest({
          scripts: { start: "NODE_ENV=production node app.js" },
          dependencies: { sails: "1" },
        }),
        "app.js": `require("sails").lift();`,
        "config/env/production.js": "module.exports = {\n  // port: 443,\n  port: 80,\n};",
      },
      is: { framework: "sails", port: 80 },
    },
    "in those of Keystone": {
      files: {
        "package.json": manifest({
          scripts: { build: "keystone build", start: "keystone start" },
          dependencies: { "@keystone-6/core": "6" },
        }),
        "keystone.ts": `export default config({ server: { port: 4400 }, db: { provider: "sqlite" } });`,
      },
      is: { framework: "keystone", port: 4400 },
    },
    "in those of Redwood": {
      files: {
        "package.json": manifest({
          scripts: { build: "rw build" },
          workspaces: { packages: ["api", "web"] },
          devDependencies: { "@redwoodjs/core": "8" },
        }),
        "redwood.toml": "[web]\n  port = 8920\n[api]\n  port = 8911\n",
        "api/package.json": manifest({ name: "api", dependencies: { "@redwoodjs/api": "8" } }),
        "web/package.json": manifest({ name: "web", dependencies: { "@redwoodjs/web": "8" } }),
      },
      is: { framework: "redwood", port: 8920 },
    },
    "in those of Astro for its server": {
      files: {
        "package.json": manifest({
          scripts: { build: "astro build" },
          dependencies: { astro: "5", "@astrojs/node": "9" },
        }),
        "astro.config.mjs": `import node from "@astrojs/node";
          export default { output: "server", server: { port: 8200 }, adapter: node({ mode: "standalone" }) };`,
      },
      is: { kind: "server", port: 8200 },
    },
    "nowhere, since Bolt has its own": {
      files: {
        "package.json": manifest({ dependencies: { "@slack/bolt": "4" } }),
        "app.js": `const { App } = require("@slack/bolt");\nconst app = new App({ token: process.env.TOKEN });\napp.start(process.env.PORT);`,
      },
      is: { kind: "server", framework: "bolt", port: 3000 },
    },
    "in the program that a start script has another start": {
      files: {
        "package.json": manifest({
          scripts: { start: "node run.js start" },
          dependencies: { express: "5" },
        }),
        "run.js": `require("child_process").spawn("node ./build/server.js");`,
        "server.js": `require("express")().listen(process.env.PORT || "9000");`,
      },
      is: { kind: "server", port: 9000 },
    },
  });
  it("under the name of one of several programs, in a package of the workspace", () => {
    const detection = detected({
      "package.json": `{"private":true,"workspaces":["*/*"]}`,
      "apps/api/package.json": manifest({
        scripts: { start: "node dist/index.js" },
        dependencies: { "@hono/node-server": "1", "@acme/utils": "workspace:*" },
      }),
      "apps/api/src/index.ts": `import { serve } from "@hono/node-server";\nimport { getEnv } from "@acme/utils";\nconst env = getEnv();\nserve({ fetch, port: Number(env.API_PORT) });`,
      "packages/utils/package.json": `{"name":"@acme/utils","main":"./dist/index.js"}`,
      "packages/utils/src/index.ts": `export * from "./env";`,
      "packages/utils/src/env.ts": `export const schema = z.object({ API_PORT: z.coerce.number().default(3801), WEB_PORT: z.coerce.number().default(5173) });`,
    });
    expect(service(detection, "apps/api").port).toBe(3801);
  });
  it("in a package of the workspace that is only needed to build", () => {
    const detection = detected({
      "package.json": `{"private":true,"workspaces":["*/*"]}`,
      "apps/api/package.json": manifest({
        scripts: { build: "tsup", start: "node dist/server.js" },
        dependencies: { fastify: "5" },
        devDependencies: { "@acme/env": "workspace:*", tsup: "8" },
      }),
      "apps/api/src/server.ts": `import { env } from "@acme/env";\nimport fastify from "fastify";\nfastify().listen({ port: env.PORT });`,
      "packages/env/package.json": `{"name":"@acme/env","main":"index.ts"}`,
      "packages/env/index.ts": `export const env = createEnv({ server: { PORT: z.coerce.number().default(3333) } });`,
    });
    expect(service(detection, "apps/api").port).toBe(3333);
  });
  it("as a default with a name, in a package of the workspace", () => {
    const detection = detected({
      "package.json": `{"private":true,"workspaces":["packages/*"]}`,
      "packages/api/package.json": manifest({
        scripts: { start: "bun src/index.ts" },
        dependencies: { hono: "4", "@acme/shared": "workspace:*" },
      }),
      "packages/api/src/index.ts": `import { Hono } from "hono";\nimport { env } from "./env";\nexport default { port: env.SERVER_PORT, fetch: new Hono().fetch };`,
      "packages/api/src/env.ts": `import { CLIENT, SERVER } from "@acme/shared/config/app";\nexport const env = z.object({ SERVER_PORT: z.coerce.number().default(SERVER.DEFAULT_PORT) }).parse(process.env);`,
      "packages/shared/package.json": `{"name":"@acme/shared"}`,
      "packages/shared/src/config/app.ts": `export const CLIENT = { DEFAULT_PORT: 3000 };\nexport const SERVER = { HOST: "::", DEFAULT_PORT: 3080 };`,
    });
    expect(service(detection, "packages/api").port).toBe(3080);
  });
});
