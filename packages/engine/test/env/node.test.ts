import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const json = (fields: object): string => JSON.stringify(fields);

describe("settings of platforms and frameworks of Node", () => {
  requiredTable({
    "names that wrangler binds to stores and programs are no variables": {
      files: {
        "wrangler.json": json({
          d1_databases: [{ binding: "DB", database_id: "1" }],
          durable_objects: { bindings: [{ name: "LIMITER", class_name: "Limiter" }] },
        }),
        "src/db.ts": `import { env } from "cloudflare:workers";
          if (!env.DB || !env.LIMITER) throw new Error("not bound");
          if (!env.API_TOKEN) throw new Error("no token");`,
      },
      required: ["API_TOKEN"],
    },
    "of what serverless.yml hands to functions, what it takes from whoever deploys": {
      files: {
        "serverless.yml":
          "provider:\n  profile: ${env:AWS_USER}\n  environment:\n    TABLE_NAME: ${self:service}-table\n    BOT_TOKEN: ${env:BOT_TOKEN}\n    MODE_NAME: ${env:MODE_NAME, 'fast'}\n",
        "src/handler.js": "use(process.env.TABLE_NAME, process.env.BOT_TOKEN, process.env.MODE_NAME);",
      },
      required: ["BOT_TOKEN"],
    },
    "an empty setting of Nuxt that the example asks for, public or not": {
      facts: { framework: "nuxt" },
      files: {
        "nuxt.config.ts": `export default defineNuxtConfig({ runtimeConfig: { ...shared, public: { siteToken: "" } } })`,
        ".env.example": "NUXT_PUBLIC_SITE_TOKEN=\n",
      },
      required: ["NUXT_PUBLIC_SITE_TOKEN"],
    },
    "not what playgrounds read, or folders of tools, whose names begin with a dot": {
      files: {
        ".artillery/load.js": "use(process.env.LOAD_TARGET);",
        "playground/a.js": "use(process.env.PLAY_KEY);",
        "playground/.env.example": "PLAY_KEY=\n",
        "src/a.js": "use(process.env.API_URL);",
      },
      required: ["API_URL"],
    },
    "nor what a schema gives a value, though the example leaves it empty": {
      files: {
        "src/env.ts": `import { z } from "zod"; z.object({ API_BASE: z.string().default(""), API_NAME: z.string().optional() }).parse(process.env);`,
        ".env.example": "API_BASE=\nAPI_NAME=\n",
      },
      required: ["API_NAME"],
    },
    "not what compose hands to a helper of a ready image": {
      files: {
        "compose.yaml":
          "services:\n  store:\n    image: minio/minio:latest\n    environment:\n      STORE_KEY: ${STORE_KEY}\n  app:\n    build: .\n    environment:\n      APP_URL: ${APP_URL}\n",
      },
      required: ["APP_URL"],
    },
    "nothing of other programs for pages that are only built": {
      facts: { framework: "vite", kind: "static" },
      files: {
        "src/a.ts": "use(import.meta.env.VITE_API_URL);",
        ".env.example": "# required\nOAUTH_CLIENT_ID=\n# required\nVITE_API_URL=\n",
      },
      required: ["VITE_API_URL"],
    },
    "credentials some write in lower case, and no other names": {
      files: { "src/a.js": "use(process.env.cloud_name, process.env.api_secret, process.env.editor);" },
      required: ["api_secret", "cloud_name"],
    },
    "not what a program of the workspace reads whose types it takes": {
      directory: "web",
      files: {
        "package.json": json({ workspaces: ["*"] }),
        "web/package.json": json({ name: "web", dependencies: { api: "workspace:*", shared: "workspace:*" } }),
        "web/src/a.ts": "use(import.meta.env.VITE_URL);",
        "api/package.json": json({ name: "api", scripts: { start: "bun src/index.ts" } }),
        "api/src/index.ts": "use(process.env.DATABASE_URL);",
        "shared/package.json": json({ name: "shared", scripts: { start: "tsc --watch" } }),
        "shared/src/index.ts": "use(process.env.SHARED_URL);",
      },
      required: ["SHARED_URL", "VITE_URL"],
    },
    "not what scripts of the project set for Babel": {
      files: {
        "package.json": json({ scripts: { build: "BABEL_ENV=client webpack" }, dependencies: { express: "5" } }),
        ".babelrc.js": `switch (process.env.BABEL_ENV) { case "client": module.exports = client; break; default: throw new Error(); }`,
        "index.js": "use(process.env.API_KEY.trim());",
      },
      required: ["API_KEY"],
    },
    "settings of a site builder that are given files by their names": {
      files: {
        "package.json": `{"devDependencies":{"@11ty/eleventy":"3"}}`,
        ".eleventy.js": `module.exports = (eleventyConfig) => { eleventyConfig.addPassthroughCopy("CNAME"); key(process.env.API_KEY.trim()); };`,
      },
      required: ["API_KEY"],
    },
  });
});
