import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const page = { "index.html": "<p>" };

/** What is built with `script`, which runs a tool of these packages. */
function built(script: string, packages: string[], more: Record<string, unknown> = {}): { "package.json": string } {
  return {
    "package.json": manifest({
      scripts: { build: script },
      devDependencies: Object.fromEntries(packages.map((name) => [name, "*"])),
      ...more,
    }),
  };
}

describe("folders that settings move", () => {
  table({
    "of webpack, in the file the build is given": {
      files: {
        ...page,
        ...built("webpack --config tools/pages.js", ["webpack", "html-webpack-plugin"]),
        "tools/pages.js": `const path = require("path");
          module.exports = { entry: "./src/index.js", output: { path: path.resolve(__dirname, "../site") } };`,
        "webpack.config.js": `module.exports = { output: { path: __dirname + "/elsewhere" } };`,
      },
      is: { kind: "static", outputDir: "site" },
    },
    "of Eleventy, in the file the build is given": {
      files: {
        ...built("eleventy --config=site.config.js", ["@11ty/eleventy"]),
        "site.config.js": `module.exports = () => ({ dir: { output: "www" } });`,
      },
      is: { kind: "static", outputDir: "www" },
    },
    "of Rspress": {
      files: { ...built("rspress build", ["rspress"]), "rspress.config.ts": `export default { outDir: "manual" };` },
      is: { outputDir: "manual" },
    },
    "of Gridsome": {
      files: {
        ...built("gridsome build", ["gridsome"]),
        "gridsome.config.js": `module.exports = { outputDir: "web" };`,
      },
      is: { outputDir: "web" },
    },
    "of Snowpack": {
      files: {
        ...page,
        ...built("snowpack build", ["snowpack"]),
        "snowpack.config.mjs": `export default { buildOptions: { out: "public_html" } };`,
      },
      is: { outputDir: "public_html" },
    },
    "of Sanity, which takes it as a word": {
      files: { ...built("sanity build public", ["sanity"]), "sanity.config.ts": `export default {};` },
      is: { outputDir: "public" },
    },
    "of a server of Nuxt 2, beside its port": {
      files: {
        "package.json": manifest({
          scripts: { build: "nuxt build", start: "nuxt start" },
          dependencies: { nuxt: "^2.15.0" },
        }),
        "nuxt.config.js": `export default { buildDir: "built", server: { port: 8100 } };`,
      },
      is: { kind: "server", outputDir: "built", port: 8100 },
    },
    "of a server of Nuxt": {
      files: {
        ...built("nuxt build", ["nuxt"]),
        "nuxt.config.ts": `export default defineNuxtConfig({ nitro: { output: { dir: "../out" } } });`,
      },
      is: { kind: "server", outputDir: "../out" },
    },
    "of a server of Remix": {
      files: {
        "package.json": manifest({
          scripts: { build: "remix vite:build" },
          dependencies: { "@remix-run/node": "2", "@remix-run/serve": "2" },
          devDependencies: { "@remix-run/dev": "2", vite: "5" },
        }),
        "vite.config.ts": `import { vitePlugin as remix } from "@remix-run/dev";
          export default { plugins: [remix({ buildDirectory: "output" })] };`,
      },
      is: { kind: "server", outputDir: "output", startCommand: "npx remix-serve ./output/server/index.js" },
    },
    "of a server of TanStack Start, where its start script says so": {
      files: {
        "package.json": manifest({
          scripts: { build: "vite build", start: "node .output/server/index.mjs" },
          dependencies: { "@tanstack/react-start": "^1.131.0", react: "19" },
        }),
        "vite.config.ts": `import { tanstackStart } from "@tanstack/react-start/plugin/vite";
          export default { plugins: [tanstackStart()] };`,
      },
      is: { kind: "server", outputDir: ".output", startCommand: "npm run start" },
    },
    "by hand, once all is built": {
      files: {
        ...page,
        "public/index.html": "<p>",
        "package.json": manifest({
          scripts: { build: "react-scripts build && rm -rf docs && mv build docs" },
          dependencies: { "react-scripts": "5", react: "18" },
        }),
      },
      is: { kind: "static", outputDir: "docs" },
    },
    "with the project they are built from": {
      files: { ...built("astro build --root site", ["astro"]), "site/astro.config.mjs": "export default {};" },
      is: { kind: "static", outputDir: "site/dist" },
    },
  });
});
