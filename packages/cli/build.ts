/**
 * Bundles the command line into dist/: what every command needs, what the engine needs, and the rest, loaded when a command asks for it;
 * and the dashboard into dist/dashboard. With `program` as its argument, the command line alone.
 */
import { cpSync, readdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type ChunkingContext, rolldown } from "rolldown";

const here = import.meta.dirname;
const dist = join(here, "dist");
const main = join(here, "src/main.ts");
const engine = resolve(here, "../engine/src/index.ts");
const standby = join(here, "src/standby.ts");
const detection = resolve(here, "../engine/src/detect/thread.ts");
const reading = resolve(here, "../engine/src/snapshot/read-thread.ts");
/** Loaded by other programs, as it is. */
const asItIs = resolve(here, "../engine/src/platforms/local/given-port");

const bundle = await rolldown({
  input: { main, standby, index: engine, "detect-thread": detection, "read-thread": reading },
  platform: "node",
  external: ["@napi-rs/blake-hash", "oxc-parser", "pg-native"],
  // jsonc-parser's "main" loads its parts in a way no bundler follows; the other entry is the same as modules.
  resolve: { mainFields: ["module", "main"] },
  // What is shared must not move into a chunk of its own: see below.
  preserveEntrySignatures: "allow-extension",
  plugins: [
    {
      name: "one-byte",
      // V8 keeps the text of a program as long as it runs: one byte a character where none needs two.
      generateBundle(_, files) {
        for (const file of Object.values(files)) if (file.type === "chunk") file.code = escaped(file.code);
      },
    },
  ],
});

/** Every module that loading `entry` loads at once. */
const loaded = new Map<string, Set<string>>();
function isLoadedBy(entry: string, id: string, context: ChunkingContext): boolean {
  let all = loaded.get(entry);
  if (!all) {
    all = new Set([entry]);
    for (const one of all) for (const next of context.getModuleInfo(one)?.importedIds ?? []) all.add(next);
    loaded.set(entry, all);
  }
  return all.has(id);
}

/** The same program with every character beyond Latin-1 escaped. A backslash before one is of no meaning, and would take the escape's. */
function escaped(code: string): string {
  return code.replace(/(\\*)([\u0100-\uffff])/g, (_, slashes: string, character: string) => {
    const before = slashes.length % 2 === 1 ? slashes.slice(1) : slashes;
    return `${before}\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

// Finding and linking a file costs a start as much as what is in it: what is loaded together is one file, not forty.
const { output } = await bundle.write({
  dir: dist,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [
      {
        debugName: "standby",
        name: (id, context) => (id !== standby && isLoadedBy(standby, id, context) ? "standby" : null),
        priority: 3,
      },
      {
        // The entry itself waits for what it loads, which may need what is beside it: in one file they would wait for each other.
        debugName: "start",
        name: (id, context) => (id !== main && isLoadedBy(main, id, context) ? "start" : null),
        priority: 2,
      },
      {
        // By itself: a thread that reads files is not to load all else.
        debugName: "reading",
        name: (id, context) => (id !== reading && isLoadedBy(reading, id, context) ? "reading" : null),
        priority: 1.5,
      },
      {
        debugName: "engine",
        name: (id, context) => (isLoadedBy(engine, id, context) ? "engine" : null),
        priority: 1,
      },
    ],
  },
});
await bundle.close();
cpSync(asItIs, join(dist, basename(asItIs)), { recursive: true });

// Only now: a command that runs while this does still finds the files it was built of.
const made = new Set(["dashboard", basename(asItIs), ...output.map(({ fileName }) => fileName)]);
for (const file of readdirSync(dist)) if (!made.has(file)) rmSync(join(dist, file), { recursive: true });

if (process.argv[2] !== "program") {
  const vite = await import("vite");
  const dashboard = join(here, "../dashboard");
  await vite.build({ root: dashboard, configFile: join(dashboard, "vite.config.ts"), logLevel: "warn" });
}
