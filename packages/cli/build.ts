/**
 * Bundles the command line into dist/: one small entry, the rest loaded when a command needs it; and the dashboard into dist/dashboard.
 * With `program` as its argument, the command line alone.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const dist = join(here, "dist");
const { metafile } = await build({
  entryPoints: { main: `${here}/src/main.ts`, index: `${here}/../engine/src/index.ts` },
  outdir: dist,
  bundle: true,
  splitting: true,
  metafile: true,
  platform: "node",
  format: "esm",
  target: "node22",
  external: ["oxc-parser", "pg-native"],
  // jsonc-parser's "main" loads its parts in a way no bundler follows; the other entry is the same as modules.
  mainFields: ["module", "main"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  logLevel: "warning",
});

// Only now: a command that runs while this does still finds the files it was built of.
mkdirSync(dist, { recursive: true });
const made = new Set(["dashboard", ...Object.keys(metafile.outputs).map((path) => basename(path))]);
for (const file of readdirSync(dist)) if (!made.has(file)) rmSync(join(dist, file), { recursive: true });

if (process.argv[2] !== "program") {
  const vite = await import("vite");
  const dashboard = join(here, "../dashboard");
  await vite.build({ root: dashboard, configFile: join(dashboard, "vite.config.ts"), logLevel: "warn" });
}
