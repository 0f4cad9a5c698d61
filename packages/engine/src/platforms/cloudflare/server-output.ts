/**
 * What a framework's build leaves for Cloudflare: the code that runs, and the folder that is served beside it. Read from the files alone.
 * Nothing is bundled here: adapters do that.
 */
import { posix } from "node:path";
import { DeployError } from "../../error.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";
import { frameworks } from "./frameworks.ts";

/** A file that the code is made of. */
export interface Module {
  /** As other modules import it, relative to the folder of the code. */
  name: string;
  type: string;
  file: SnapshotFile;
}

export interface Server {
  /** Name of the module that begins. */
  main: string;
  modules: Module[];
  /** Folder of the files that are served, empty or ending in `/`; null when there are none. */
  assets: string | null;
  /** As the build wants it; absent for the release's own day. */
  compatibilityDate?: string;
  compatibilityFlags: string[];
  /** How files and code share the addresses, as the API of Workers has it. In a Pages project `_routes.json` says it. */
  serving: Serving;
}

export interface Serving {
  html_handling?: string;
  not_found_handling?: string;
  /** Whether the code is asked before files are looked at, or for which paths. */
  run_worker_first?: boolean | string[];
}

/** Content types of modules by extension. Source: workers-sdk, deployment-bundle, read 2026-08-22. */
const moduleTypes: Record<string, string> = {
  ".js": "application/javascript+module",
  ".mjs": "application/javascript+module",
  ".cjs": "application/javascript",
  ".wasm": "application/wasm",
  ".txt": "text/plain",
  ".html": "text/plain",
  ".sql": "text/plain",
  ".bin": "application/octet-stream",
};

/** Adapters count on Node's modules being there. Source: docs of each adapter. */
const flagsOfServers = ["nodejs_compat"];

/** Marks of outputs that are made for something else, with the adapter that makes Cloudflare's. */
const foreign: { has: string[]; what: string; next: string }[] = [
  {
    has: ["worker.js", "server-functions/default/handler.mjs"],
    what: "OpenNext's output, which only wrangler bundles",
    next: "Deploy it with wrangler, or Next.js to another platform with --platform.",
  },
  {
    has: ["BUILD_ID", "build-manifest.json"],
    what: "a build of Next.js",
    next: 'For pages without a server set output: "export" in next.config; else choose another platform with --platform.',
  },
  {
    has: ["server/entry.mjs", "server/manifest.mjs"],
    what: "a server of Astro for another platform",
    next: "Add @astrojs/cloudflare and build again.",
  },
  {
    has: ["handler.js", "server/index.js", "server/manifest.js"],
    what: "a server of SvelteKit for Node",
    next: "Use @sveltejs/adapter-cloudflare and build again.",
  },
];

/** The server in these files; null when they are only to be served. Throws INVALID_CONFIG for an output made for something else. */
export function serverIn(files: readonly SnapshotFile[], bytes: Bytes): Server | null {
  const at = new Map(files.map((file) => [file.path, file]));
  const text = (path: string): string | undefined => {
    const file = at.get(path);
    return file && bytes.whole(file).toString("utf8");
  };
  const found =
    configured(at, text) ??
    pagesFolder(files, text) ??
    pagesFile(at, text) ??
    svelteKit(files, at) ??
    nitro(files, text);
  if (found) return found;
  const other = foreign.find(({ has }) => has.every((path) => at.has(path)));
  if (!other) return null;
  throw notForCloudflare(other);
}

type Text = (path: string) => string | undefined;

interface WranglerConfig {
  main?: string;
  assets?: Serving & { directory?: string };
  compatibility_date?: string;
  compatibility_flags?: string[];
}

/** Builds of today write down for wrangler what they made: Cloudflare's plugin for Vite, Nitro, Astro. */
function configured(at: ReadonlyMap<string, SnapshotFile>, text: Text): Server | null {
  const path = [...at.keys()].find((one) => /^(?:[^/]+\/)?wrangler\.json$/.test(one));
  if (path === undefined) return null;
  const config = parsed(text(path)!, path) as WranglerConfig;
  const home = posix.dirname(path);
  const main = posix.normalize(posix.join(home, config.main ?? ""));
  if (!at.has(main)) return null;
  const folder = `${posix.dirname(main)}/`.replace(/^\.\//, "");
  const assets = config.assets?.directory;
  const root = assets === undefined ? undefined : `${posix.normalize(posix.join(home, assets))}/`.replace(/^\.?\//, "");
  const modules = modulesBelow([...at.values()], folder).filter(
    ({ file }) => !(root !== undefined && root !== folder && file.path.startsWith(root)),
  );
  return {
    main: main.slice(folder.length),
    modules,
    assets: root ?? null,
    ...(config.compatibility_date === undefined ? {} : { compatibilityDate: config.compatibility_date }),
    compatibilityFlags: config.compatibility_flags ?? flagsOfServers,
    serving: servingOf(config.assets ?? {}),
  };
}

function servingOf({ html_handling: html, not_found_handling: notFound, run_worker_first: first }: Serving): Serving {
  return {
    ...(html === undefined ? {} : { html_handling: html }),
    ...(notFound === undefined ? {} : { not_found_handling: notFound }),
    ...(first === undefined ? {} : { run_worker_first: first }),
  };
}

/** `_worker.js/` with several modules: Astro, older Nitro. */
function pagesFolder(files: readonly SnapshotFile[], text: Text): Server | null {
  const folder = "_worker.js/";
  if (!files.some(({ path }) => path === `${folder}index.js`)) return null;
  return { ...inPages(text), main: "index.js", modules: modulesBelow(files, folder), assets: "" };
}

/** `_worker.js`, bundled into one file. */
function pagesFile(at: ReadonlyMap<string, SnapshotFile>, text: Text): Server | null {
  const file = at.get("_worker.js");
  if (!file) return null;
  const outside = /(?:\bfrom|\bimport)\s*(?:\(\s*)?["'](\.\.?\/[^"']+)["']/.exec(text("_worker.js")!)?.[1];
  if (outside !== undefined && !at.has(posix.normalize(outside))) {
    throw new DeployError("INVALID_CONFIG", {
      what: `_worker.js is not bundled: it imports ${outside}, which is not in this folder.`,
      where: "_worker.js",
      next: "Deploy the folder that holds both (for SvelteKit: .svelte-kit), or the project itself.",
      step: "upload",
    });
  }
  const imported =
    outside === undefined ? [] : modulesBelow([...at.values()], "").filter(({ name }) => name !== "_worker.js");
  return { ...inPages(text), main: "_worker.js", modules: [moduleOf("_worker.js", file)!, ...imported], assets: "" };
}

/** SvelteKit leaves its server beside the folder that is served, and a `_worker.js` that imports it. */
function svelteKit(files: readonly SnapshotFile[], at: ReadonlyMap<string, SnapshotFile>): Server | null {
  const main = "cloudflare/_worker.js";
  if (!at.has(main) || !at.has("output/server/index.js")) return null;
  const modules = modulesBelow(files, "").filter(
    ({ name }) => name === main || name.startsWith("output/server/") || name.startsWith("cloudflare-tmp/"),
  );
  return { main, modules, assets: "cloudflare/", compatibilityFlags: flagsOfServers, serving: {} };
}

/** Nitro (Nuxt, SolidStart, Analog) says in nitro.json which preset it was built with. */
function nitro(files: readonly SnapshotFile[], text: Text): Server | null {
  const said = text("nitro.json");
  if (said === undefined) return null;
  const { preset = "" } = parsed(said, "nitro.json") as { preset?: string };
  if (!preset.replaceAll("_", "-").startsWith("cloudflare"))
    throw notForCloudflare({
      what: `an output of Nitro for ${preset}`,
      next: "Build it with NITRO_PRESET=cloudflare_module.",
    });
  if (!files.some(({ path }) => path === "server/index.mjs")) return null;
  return {
    main: "index.mjs",
    modules: modulesBelow(files, "server/"),
    assets: "public/",
    compatibilityFlags: flagsOfServers,
    serving: {},
  };
}

/** In a Pages project the code is asked first, but for what `_routes.json` leaves out. */
function inPages(text: Text): Pick<Server, "compatibilityFlags" | "serving"> {
  const routes = text("_routes.json");
  if (routes === undefined) return { compatibilityFlags: flagsOfServers, serving: { run_worker_first: true } };
  const { include = ["/*"], exclude = [] } = parsed(routes, "_routes.json") as {
    include?: string[];
    exclude?: string[];
  };
  return {
    compatibilityFlags: flagsOfServers,
    serving: { run_worker_first: [...include, ...exclude.map((path) => `!${path}`)] },
  };
}

function modulesBelow(files: readonly SnapshotFile[], folder: string): Module[] {
  return files.flatMap((file) => {
    if (!file.path.startsWith(folder)) return [];
    const module = moduleOf(file.path.slice(folder.length), file);
    return module ? [module] : [];
  });
}

/** Null for what is no module: maps, manifests. */
function moduleOf(name: string, file: SnapshotFile): Module | null {
  const type = moduleTypes[posix.extname(name)];
  return type === undefined ? null : { name, type, file };
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      { what: `${path} is not JSON.`, where: path, next: "Build again, or mend it.", step: "upload" },
      { cause },
    );
  }
}

function notForCloudflare({ what, next }: { what: string; next: string }): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what: `This is ${what}, which Cloudflare does not run.`,
    where: "the folder that is deployed",
    next,
    step: "upload",
  });
}

/** A server was planned, and its build left nothing that runs on Cloudflare. */
export function noServer(framework: string | undefined): DeployError {
  const adapter = frameworks.find((one) => one.framework === framework)?.adapters?.[0];
  return new DeployError("OUTPUT_MISSING", {
    what: "The build left no server that runs on Cloudflare.",
    where: framework ?? "the build's output",
    next: `${adapter ? `See to it that the configuration uses ${adapter}` : "Use a framework with an adapter for Cloudflare"}, or choose another platform with --platform.`,
    step: "build",
  });
}
