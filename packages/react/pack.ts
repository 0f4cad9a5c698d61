/**
 * Makes what npm would publish: @landfall/contract and @landfall/react as JavaScript with declarations and one stylesheet, each a tarball in
 * dist-package/. `node packages/react/pack.ts` prints their paths.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import { build } from "vite";

const here = import.meta.dirname;
const out = join(here, "dist-package");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  [field: string]: unknown;
}

/** Compiles the sources of a package into `dist-package/<name>/dist`, and packs it with a manifest that points there. */
function pack(name: string, { project, change }: { project: string; change(manifest: Manifest): Manifest }): string {
  const source = join(here, "..", name);
  const folder = join(out, name);
  mkdirSync(join(folder, "dist"), { recursive: true });
  const config = join(out, `tsconfig.${name}.json`);
  const options = {
    extends: project,
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      rootDir: join(source, "src"),
      outDir: join(folder, "dist"),
    },
    include: [join(source, "src")],
    exclude: [],
  };
  writeFileSync(config, JSON.stringify(options));
  execFileSync(process.execPath, [tsc, "-p", config], { stdio: "inherit" });
  const {
    devDependencies: _ours,
    private: _private,
    ...manifest
  } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest;
  writeFileSync(join(folder, "package.json"), JSON.stringify(change(manifest), null, 2));
  cpSync(join(here, "../../LICENSE"), join(folder, "LICENSE"));
  const printed = execFileSync("npm", ["pack", "--json", "--pack-destination", out, folder], { encoding: "utf8" });
  const [packed] = JSON.parse(printed) as { filename: string }[];
  return join(out, packed!.filename);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "react/dist"), { recursive: true });
await build({
  root: here,
  configFile: false,
  logLevel: "error",
  plugins: [tailwindcss()],
  build: {
    outDir: join(out, "react/dist"),
    emptyOutDir: false,
    rollupOptions: { input: join(here, "src/styles.css"), output: { assetFileNames: "[name][extname]" } },
  },
});
const contract = pack("contract", {
  project: join(here, "../../tsconfig.json"),
  change: (manifest) => ({
    ...manifest,
    files: ["dist"],
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  }),
});
const react = pack("react", {
  project: join(here, "../../tsconfig.web.json"),
  change: (manifest) => ({
    ...manifest,
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./client": { types: "./dist/client.d.ts", default: "./dist/client.js" },
      "./styles.css": "./dist/styles.css",
    },
  }),
});
process.stdout.write(`${contract}\n${react}\n`);
