/** Bundles the command line into dist/: one small entry, the rest loaded when a command needs it. */
import { rmSync } from "node:fs";
import { build } from "esbuild";

const here = import.meta.dirname;
rmSync(`${here}/dist`, { recursive: true, force: true });
await build({
  entryPoints: { main: `${here}/src/main.ts`, index: `${here}/../engine/src/index.ts` },
  outdir: `${here}/dist`,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node22",
  external: ["oxc-parser"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
