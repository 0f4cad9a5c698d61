import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const remix = { "@remix-run/react": "1" };
const page = { "app/root.tsx": "export default function App() {}" };
const solid = (scripts: Record<string, string>) =>
  manifest({
    type: "module",
    scripts: { build: "vinxi build", ...scripts },
    dependencies: { "@solidjs/start": "1", "solid-js": "1", vinxi: "0.5" },
  });
const forBun = {
  "app.config.ts": `import { defineConfig } from "@solidjs/start/config";\nexport default defineConfig({ server: { preset: "bun" } });`,
  "src/app.tsx": "export default function App() {}",
  "bun.lock": "{}",
};
const nuxt = (scripts: Record<string, string>) =>
  manifest({ scripts: { build: "nuxt build", ...scripts }, dependencies: { nuxt: "4" } });
const nuxtForBun = { "nuxt.config.ts": `export default defineNuxtConfig({ nitro: { preset: "bun" } });` };

describe("servers that something other than Node runs", () => {
  table({
    "Remix 1 built for Workers, by its settings": {
      files: {
        ...page,
        "package.json": manifest({
          scripts: { build: "remix build", deploy: "wrangler publish" },
          dependencies: remix,
          devDependencies: { "@remix-run/dev": "1", wrangler: "2" },
        }),
        "remix.config.js": `module.exports = { serverBuildTarget: "cloudflare-workers", server: "./server.js" };`,
      },
      is: { kind: "server", framework: "remix", startCommand: null },
    },
    "Remix 1 built for Pages, by what it depends on": {
      files: {
        ...page,
        "package.json": manifest({
          scripts: { build: "remix build", dev: "remix watch" },
          dependencies: { ...remix, "@remix-run/cloudflare-pages": "1" },
          devDependencies: { "@remix-run/dev": "1" },
        }),
        "remix.config.js": "module.exports = { ignoredRouteFiles: [] };",
      },
      is: { kind: "server", framework: "remix", startCommand: null },
    },
    "Remix 1 for Node": {
      files: {
        ...page,
        "package.json": manifest({
          scripts: { build: "remix build" },
          dependencies: { ...remix, "@remix-run/node": "1", "@remix-run/serve": "1" },
          devDependencies: { "@remix-run/dev": "1" },
        }),
        "remix.config.js": "module.exports = { ignoredRouteFiles: [] };",
      },
      is: { kind: "server", framework: "remix", startCommand: "npx remix-serve build" },
    },
    "SolidStart for Bun, started by the tool that built it": {
      files: { ...forBun, "package.json": solid({ start: "vinxi start" }) },
      is: { kind: "server", runtime: "bun", framework: "solid-start", startCommand: "bun --bun run start", port: 3000 },
    },
    "SolidStart for Bun that no script starts": {
      files: { ...forBun, "package.json": solid({}) },
      is: { kind: "server", runtime: "bun", startCommand: "bun run .output/server/index.mjs" },
    },
    "SolidStart for Bun, started by Bun": {
      files: { ...forBun, "package.json": solid({ start: "bun .output/server/index.mjs" }) },
      is: { runtime: "bun", startCommand: "bun run start" },
    },
    "SolidStart for Node stays there": {
      files: {
        ...forBun,
        "app.config.ts": `import { defineConfig } from "@solidjs/start/config";\nexport default defineConfig({});`,
        "package.json": solid({ start: "vinxi start" }),
      },
      is: { runtime: "node", startCommand: "bun run start" },
    },
    "Nuxt for Bun, started by Nuxt": {
      files: { ...nuxtForBun, "package.json": nuxt({ start: "nuxt start" }) },
      is: { runtime: "bun", framework: "nuxt", startCommand: "bun --bun run start" },
    },
    "Nuxt for Bun, started as if it were for Node": {
      files: { ...nuxtForBun, "package.json": nuxt({ start: "node .output/server/index.mjs" }) },
      is: { runtime: "bun", startCommand: "bun run .output/server/index.mjs" },
    },
    "Nuxt whose build is told to be for Bun": {
      files: {
        "nuxt.config.ts": "export default defineNuxtConfig({});",
        "package.json": nuxt({ build: "nuxt build --preset=bun" }),
      },
      is: { runtime: "bun", startCommand: "bun run .output/server/index.mjs" },
    },
    "SvelteKit with an adapter for Bun": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build" },
          devDependencies: { "@sveltejs/kit": "2", "svelte-adapter-bun": "0.5", vite: "7" },
        }),
        "svelte.config.js": `import adapter from "svelte-adapter-bun";\nexport default { kit: { adapter: adapter() } };`,
        "src/routes/+page.svelte": "<p>",
      },
      is: { runtime: "bun", startCommand: "bun ./build/index.js" },
    },
  });
});
