import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const lock = { "package-lock.json": "{}" };

describe("frameworks: files or server", () => {
  table({
    "Next.js is a server": {
      files: {
        ...lock,
        "package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "15" },
        }),
      },
      is: {
        kind: "server",
        framework: "next",
        buildCommand: "npm run build",
        startCommand: "npm run start",
        port: 3000,
        outputDir: ".next",
      },
    },
    "Next.js with output export is files in out": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "15" },
        }),
        "next.config.mjs": `const nextConfig = { output: "export" };\nexport default withMDX(nextConfig);`,
      },
      is: { kind: "static", framework: "next", outputDir: "out", startCommand: null, port: null },
    },
    "Next.js with output export and distDir is files there": {
      files: {
        "package.json": manifest({ scripts: { build: "next build" }, dependencies: { next: "15" } }),
        "next.config.js": `module.exports = { output: 'export', distDir: 'dist' }`,
      },
      is: { kind: "static", outputDir: "dist" },
    },
    "next export -o names the folder": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build && next export -o public_html" },
          dependencies: { next: "12" },
        }),
      },
      is: { kind: "static", outputDir: "public_html" },
    },
    "output export under a condition is not a static site": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "15" },
        }),
        "next.config.ts": `export default { output: process.env.STATIC ? "export" : undefined }`,
      },
      is: { kind: "server" },
    },
    "a port in the start script wins over the framework's": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", start: "next start -p 4100" },
          dependencies: { next: "15" },
        }),
      },
      is: { port: 4100 },
    },
    "a custom server of Next.js keeps the framework": {
      files: {
        "package.json": manifest({
          scripts: { build: "next build", start: "cross-env NODE_ENV=production node server.js" },
          dependencies: { next: "14", express: "4" },
        }),
        "server.js": `const app = require('express')();\napp.listen(process.env.PORT || 4001)`,
      },
      is: { kind: "server", framework: "next", port: 4001, startCommand: "npm run start" },
    },
    "Astro is files": {
      files: {
        "package.json": manifest({
          scripts: { build: "astro build", start: "astro dev" },
          dependencies: { astro: "5" },
        }),
      },
      is: { kind: "static", framework: "astro", outputDir: "dist", startCommand: null },
    },
    "Astro with output server and the Node adapter is a server": {
      files: {
        "package.json": manifest({
          scripts: { build: "astro build", start: "astro dev" },
          dependencies: { astro: "5", "@astrojs/node": "9" },
        }),
        "astro.config.mjs": `import node from "@astrojs/node";\nexport default defineConfig({ output: "server", adapter: node({ mode: "standalone" }) });`,
      },
      is: { kind: "server", startCommand: "node ./dist/server/entry.mjs", port: 4321 },
    },
    "Astro's outDir is read": {
      files: {
        "package.json": manifest({ scripts: { build: "astro build" }, dependencies: { astro: "5" } }),
        "astro.config.mjs": `export default { outDir: "./public_site" }`,
      },
      is: { outputDir: "public_site" },
    },
    "SvelteKit with the static adapter is files": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { "@sveltejs/kit": "2", vite: "6" },
        }),
        "vite.config.ts": "export default {}",
        "svelte.config.js": `import adapter from '@sveltejs/adapter-static';\nconst config = { kit: { adapter: adapter({ pages: 'site' }) } };\nexport default config;`,
      },
      is: { kind: "static", framework: "sveltekit", outputDir: "site" },
    },
    "settings that are made of one another, each twice, come to an end": {
      files: {
        "package.json": manifest({
          scripts: { build: "vinxi build" },
          dependencies: { "@solidjs/start": "1", "solid-js": "1", vinxi: "0.5" },
        }),
        "app.config.ts": `import { defineConfig } from "@solidjs/start/config";\nconst v0 = { kept: "here" };\n${Array.from({ length: 50 }, (_, at) => `const v${at + 1} = { a: v${at}, b: v${at} };`).join("\n")}\nexport default defineConfig({ vite: v25, other: v50, server: { preset: "static" } });`,
      },
      is: { kind: "static", framework: "solid-start", outputDir: ".output/public" },
    },
    "SvelteKit with the Node adapter is a server": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { "@sveltejs/kit": "2", vite: "6" },
        }),
        "svelte.config.js": `import adapter from '@sveltejs/adapter-node';\nexport default { kit: { adapter: adapter() } };`,
      },
      is: { kind: "server", startCommand: "node build", port: 3000, outputDir: "build" },
    },
    "Nuxt is a server": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build", generate: "nuxt generate" },
          dependencies: { nuxt: "^3.1.0" },
        }),
      },
      is: { kind: "server", framework: "nuxt", startCommand: "node .output/server/index.mjs", outputDir: ".output" },
    },
    "Nuxt without rendering that answers requests is a server": {
      files: {
        "package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "^3.1.0" } }),
        "nuxt.config.ts": "export default defineNuxtConfig({ ssr: false });",
        "server/api/shops.ts": "export default defineEventHandler(() => []);",
      },
      is: { kind: "server", outputDir: ".output" },
    },
    "Nuxt built for Cloudflare has nothing that Node starts": {
      files: {
        "package.json": manifest({ scripts: { build: "nuxt build" }, dependencies: { nuxt: "^4.0.0" } }),
        "nuxt.config.ts": `export default defineNuxtConfig({ nitro: { preset: "cloudflare_module" } });`,
      },
      is: { kind: "server", startCommand: null, outputDir: ".output" },
    },
    "Nuxt built by generate is files": {
      files: { "package.json": manifest({ scripts: { build: "nuxt generate" }, dependencies: { nuxt: "^3.1.0" } }) },
      is: { kind: "static", outputDir: ".output/public" },
    },
    "Nuxt 2 with target static is files in dist": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build", generate: "nuxt generate" },
          dependencies: { nuxt: "^2.15.0" },
        }),
        "nuxt.config.js": "export default { target: 'static' }",
      },
      is: { kind: "static", outputDir: "dist" },
    },
    "React Router with ssr off is files": {
      files: {
        "package.json": manifest({
          scripts: { build: "react-router build", start: "react-router-serve ./build/server/index.js" },
          dependencies: { "react-router": "7" },
          devDependencies: { "@react-router/dev": "7", vite: "6" },
        }),
        "react-router.config.ts": `export default { ssr: false } satisfies Config;`,
      },
      is: { kind: "static", framework: "react-router", outputDir: "build/client" },
    },
    "Remix is a server": {
      files: {
        "package.json": manifest({
          scripts: { build: "remix vite:build", start: "remix-serve ./build/server/index.js" },
          dependencies: { "@remix-run/react": "2" },
          devDependencies: { "@remix-run/dev": "2" },
        }),
      },
      is: { kind: "server", framework: "remix", startCommand: "npm run start" },
    },
    "Vite's outDir is relative to its root": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "client/index.html": "<p>",
        "vite.config.ts": `export default defineConfig({ root: "client", build: { outDir: "../public/app" } })`,
      },
      is: { kind: "static", framework: "vite", outputDir: "public/app" },
    },
    "Vite's outDir by path.resolve is relative to the file": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "index.html": "<p>",
        "vite.config.ts": `export default defineConfig(({ mode }) => ({ root: "web", build: { outDir: path.resolve(__dirname, "dist/public") } }))`,
      },
      is: { outputDir: "dist/public" },
    },
    "--outDir of the build script wins": {
      files: {
        "package.json": manifest({
          scripts: { build: "tsc && vite build --outDir www" },
          devDependencies: { vite: "6" },
        }),
        "index.html": "<p>",
      },
      is: { outputDir: "www" },
    },
    "Angular's application builder writes browser/": {
      files: {
        "package.json": manifest({
          scripts: { build: "ng build", start: "ng serve" },
          dependencies: { "@angular/core": "19" },
        }),
        "angular.json": JSON.stringify({
          projects: {
            shop: {
              projectType: "application",
              architect: {
                build: { builder: "@angular-devkit/build-angular:application", options: { outputPath: "dist/shop" } },
              },
            },
          },
        }),
      },
      is: { kind: "static", framework: "angular", outputDir: "dist/shop/browser", startCommand: null },
    },
    "Angular's older builder writes to outputPath": {
      files: {
        "package.json": manifest({ scripts: { build: "ng build" }, dependencies: { "@angular/core": "14" } }),
        "angular.json": JSON.stringify({
          projects: {
            shop: {
              projectType: "application",
              architect: {
                build: { builder: "@angular-devkit/build-angular:browser", options: { outputPath: "dist/shop" } },
              },
            },
          },
        }),
      },
      is: { outputDir: "dist/shop" },
    },
    "Eleventy's output folder is read from its configuration": {
      files: {
        "package.json": manifest({
          scripts: { build: "eleventy", start: "eleventy --serve" },
          devDependencies: { "@11ty/eleventy": "3" },
        }),
        "eleventy.config.js": `export default function (config) { config.addPassthroughCopy("css"); return { dir: { input: "src", output: "public" } }; }`,
      },
      is: { kind: "static", framework: "eleventy", outputDir: "public", startCommand: null },
    },
    "VitePress builds below its folder": {
      files: {
        "package.json": manifest({ scripts: { build: "vitepress build docs" }, devDependencies: { vitepress: "1" } }),
        "docs/.vitepress/config.ts": "export default {}",
      },
      is: { kind: "static", framework: "vitepress", outputDir: "docs/.vitepress/dist" },
    },
    "Docusaurus is files in build": {
      files: {
        "package.json": manifest({
          scripts: { build: "docusaurus build", start: "docusaurus start", serve: "docusaurus serve" },
          dependencies: { "@docusaurus/core": "3" },
        }),
      },
      is: { kind: "static", framework: "docusaurus", outputDir: "build", startCommand: null },
    },
    "Create React App is files in build": {
      files: {
        "package.json": manifest({
          scripts: { build: "react-scripts build", start: "react-scripts start" },
          dependencies: { "react-scripts": "5" },
        }),
      },
      is: { kind: "static", framework: "cra", outputDir: "build", startCommand: null },
    },
    "Gatsby is files in public": {
      files: {
        "package.json": manifest({
          scripts: { build: "gatsby build", start: "gatsby develop" },
          dependencies: { gatsby: "5" },
        }),
      },
      is: { kind: "static", framework: "gatsby", outputDir: "public" },
    },
    "Nest starts what it compiled": {
      files: {
        "package.json": manifest({
          scripts: { build: "nest build", start: "nest start", "start:prod": "node dist/main" },
          dependencies: { "@nestjs/core": "11", "@nestjs/platform-express": "11" },
        }),
        "src/main.ts": `const app = await NestFactory.create(AppModule);\nawait app.listen(process.env.PORT ?? 3333);`,
      },
      is: { kind: "server", framework: "nestjs", startCommand: "npm run start:prod", port: 3333 },
    },
    "a netlify.toml says what is published": {
      files: {
        "package.json": manifest({ scripts: { build: "vite build" }, devDependencies: { vite: "6" } }),
        "index.html": "",
        "netlify.toml": `[build]\ncommand = "npm run build"\npublish = "build/web/"`,
      },
      is: { outputDir: "build/web", buildCommand: "npm run build" },
    },
  });
});
