/**
 * Where a framework leaves what it builds, and whether that is a site or a server: flags of the build script first, then the
 * configuration file, then the framework's own default.
 */
import { callsIn, type Config, configOf, placed, stringAt, valueAt } from "./config.ts";
import type { Framework } from "./frameworks.ts";
import { placeOf, search } from "./languages/files.ts";
import { type Manifest, majorOf, uses } from "./manifest.ts";
import { inside, isObject, type Json, type JsonObject, type Project } from "./reading.ts";
import { type Invocation, optionOf, useOf } from "./scripts.ts";

export interface Built {
  kind: "static" | "server";
  /** Relative to the service's directory. */
  output?: string | undefined;
  /** How its server is started, when the framework's row does not say it right. */
  start?: string | undefined;
  /** The framework makes no server that Node could start (an adapter for another platform). */
  noStart?: boolean;
  port?: number;
  at: string;
  rule: string;
  confidence: number;
  /** A library build (`build.lib`): nothing is served. */
  isLibrary?: boolean;
}

export interface Building {
  project: Project;
  manifest: Manifest;
  framework: Framework;
  /** What the build script runs in the end. */
  builds: readonly Invocation[];
}

/** What comes out of a build. */
export function builtBy(building: Building): Built {
  const { project, manifest, framework, builds } = building;
  const reader = readers[framework.id];
  const built = reader?.(building) ?? {
    kind: framework.kind === "static" ? "static" : "server",
    at: manifest.at,
    rule: `framework/${framework.id}`,
    confidence: 0.85,
  };
  const output =
    built.output ??
    (built.kind === "static"
      ? framework.output
      : (framework.serverOutput ?? (framework.role === "server" ? undefined : framework.output)));
  const flag = outputFlag(framework, builds, project, manifest);
  if (flag !== undefined && built.kind === "static")
    return { ...built, output: flag, at: manifest.at, rule: "output/flag", confidence: 0.95 };
  return { ...built, output };
}

/** Options that set the output folder. */
const flags: Record<string, readonly string[]> = {
  vite: ["--outDir", "--out-dir"],
  astro: ["--outDir"],
  angular: ["--output-path", "--outputPath"],
  eleventy: ["--output", "-o"],
  parcel: ["--dist-dir", "--out-dir", "-d"],
  webpack: ["--output-path", "-o"],
  rspack: ["--output-path", "-o"],
  docusaurus: ["--out-dir"],
  vitepress: ["--outDir"],
  vuepress: ["--dest", "-d"],
  "vue-cli": ["--dest"],
  rsbuild: ["--dist-path"],
  expo: ["--output-dir"],
  storybook: ["--output-dir", "-o"],
  preact: ["--dest", "-d"],
  ember: ["--output-path", "-o"],
  "react-router": ["--outDir"],
};

function outputFlag(
  framework: Framework,
  builds: readonly Invocation[],
  _project: Project,
  _manifest: Manifest,
): string | undefined {
  for (const build of builds) {
    if (framework.id === "cra" && build.variables["BUILD_PATH"] !== undefined)
      return clean(build.variables["BUILD_PATH"]);
    if (!framework.commands?.includes(build.program) || useOf(build) === "test") continue;
    const value = optionOf(build, ...(flags[framework.id] ?? []));
    if (value === undefined) continue;
    const root = framework.id === "vite" || framework.id === "vitepress" ? operandOf(build) : undefined;
    return clean(inside(build.within ?? ".", root === undefined ? value : `${root}/${value}`));
  }
  return undefined;
}

function clean(path: string): string {
  return placed(path, ".") ?? path;
}

/** The directory given after the verb, as in `vite build client`. */
function operandOf(run: Invocation): string | undefined {
  return operandAfter(run, "build", "docs:build");
}

function operandAfter({ words }: Invocation, ...verbs: string[]): string | undefined {
  const verb = words.findIndex((word, at) => at > 0 && verbs.includes(word));
  const operand = verb < 0 ? undefined : words[verb + 1];
  return operand === undefined || operand.startsWith("-") ? undefined : operand;
}

const readers: Record<string, (building: Building) => Built | null> = {
  next({ project, manifest, builds }) {
    const config = configOf(project, manifest.directory, ["next.config"]);
    const exportRun = builds.find(({ program, words }) => program === "next" && words[1] === "export");
    const output = stringAt(config?.value, "output");
    const distDir = stringAt(config?.value, "distDir");
    if (exportRun)
      return {
        kind: "static",
        output: clean(optionOf(exportRun, "-o", "--outdir") ?? "out"),
        at: manifest.at,
        rule: "next/export-script",
        confidence: 0.95,
      };
    if (output === "export")
      return {
        kind: "static",
        output: distDir ? (placed(distDir, ".") ?? "out") : "out",
        at: placeOf(config!.at, config!.text, /output\s*:/),
        rule: "next/export",
        confidence: 0.97,
      };
    return {
      kind: "server",
      output: (distDir && placed(distDir, ".")) ?? ".next",
      at: config?.at ?? manifest.at,
      rule: "next/server",
      confidence: 0.93,
    };
  },
  nuxt({ project, manifest, builds }) {
    const config = configOf(project, manifest.directory, ["nuxt.config"]);
    const major = majorOf(manifest, "nuxt") ?? majorOf(manifest, "nuxt3") ?? 3;
    const old = major < 3 && !uses(manifest, "nuxt3");
    const generates = builds.some(
      ({ program, words }) =>
        program.startsWith("nux") &&
        (words.includes("generate") || words.includes("export") || words.includes("--prerender")),
    );
    const at = config?.at ?? manifest.at;
    const preset = stringAt(config?.value, "nitro", "preset");
    const isStatic =
      generates ||
      (old && stringAt(config?.value, "target") === "static") ||
      /^(static|github[-_]pages|gitlab[-_]pages|netlify[-_]static|vercel[-_]static|cloudflare[-_]pages[-_]static)$/.test(
        preset ?? "",
      );
    const directory =
      stringAt(config?.value, "generate", "dir") ?? stringAt(config?.value, "nitro", "output", "publicDir");
    const spa = valueAt(config?.value, "ssr") === false || stringAt(config?.value, "mode") === "spa";
    if (isStatic || spa) {
      const fallback = old ? "dist" : ".output/public";
      return {
        kind: "static",
        output: directory ? (placed(directory, ".") ?? fallback) : fallback,
        at,
        rule: generates ? "nuxt/generate" : "nuxt/static",
        confidence: 0.93,
      };
    }
    if (old) return { kind: "server", output: ".nuxt", start: "nuxt start", at, rule: "nuxt/2", confidence: 0.9 };
    return { kind: "server", output: ".output", at, rule: "nuxt/server", confidence: 0.92 };
  },
  sveltekit({ project, manifest }) {
    const config = configOf(project, manifest.directory, ["svelte.config"]) ?? null;
    const vite = configOf(project, manifest.directory, ["vite.config"]);
    const adapter =
      valueAt(config?.value, "kit", "adapter") ??
      callsIn(vite?.value)
        .map((call) => valueAt(call, "adapter"))
        .find((value) => value !== undefined);
    const from = stringAt(adapter, "$from") ?? adapterOf(manifest);
    const at = config ? placeOf(config.at, config.text, /adapter/) : manifest.at;
    if (/adapter-(static|gh-pages|github|ipfs)|static-adapter/.test(from ?? "")) {
      const pages = stringAt(adapter, "pages");
      return {
        kind: "static",
        output: pages ? (placed(pages, ".") ?? "build") : "build",
        at,
        rule: "sveltekit/adapter-static",
        confidence: 0.97,
      };
    }
    if (/adapter-node|adapter-bun|adapter-deno|svelte-adapter-bun/.test(from ?? "")) {
      const out = clean(stringAt(adapter, "out") ?? "build");
      return {
        kind: "server",
        output: out,
        start: /bun/.test(from ?? "") ? `bun ./${out}/index.js` : `node ${out}`,
        at,
        rule: "sveltekit/adapter-node",
        confidence: 0.97,
      };
    }
    return {
      kind: "server",
      output: /cloudflare/.test(from ?? "") ? ".svelte-kit/cloudflare" : ".svelte-kit",
      noStart: true,
      at,
      rule: "sveltekit/adapter",
      confidence: 0.85,
    };
  },
  astro({ project, manifest }) {
    const config = configOf(project, manifest.directory, ["astro.config"]);
    const output = stringAt(config?.value, "output");
    const adapter = valueAt(config?.value, "adapter");
    const from = stringAt(adapter, "$from") ?? "";
    const outDir = stringAt(config?.value, "outDir");
    const directory = outDir ? (placed(outDir, ".") ?? "dist") : "dist";
    const at = config?.at ?? manifest.at;
    const asked =
      output === "server" ||
      output === "hybrid" ||
      (adapter !== undefined && rendersOnDemand(project, manifest.directory, config));
    if (!asked) return { kind: "static", output: directory, at, rule: "astro/static", confidence: 0.95 };
    const node = from === "" || /node/.test(from);
    return {
      kind: "server",
      output: directory,
      start: node ? `node ./${directory}/server/entry.mjs` : undefined,
      noStart: !node,
      at: config ? placeOf(config.at, config.text, /output\s*:|adapter\s*:/) : at,
      rule: "astro/server",
      confidence: 0.95,
    };
  },
  remix({ project, manifest }) {
    const vite = configOf(project, manifest.directory, ["vite.config"]);
    const classic = configOf(project, manifest.directory, ["remix.config"]);
    const call = callsIn(vite?.value).find((found) => /@remix-run\/dev/.test(stringAt(found, "$from") ?? ""));
    if (call && call["ssr"] === false)
      return {
        kind: "static",
        output: `${clean(stringAt(call, "buildDirectory") ?? "build")}/client`,
        at: vite!.at,
        rule: "remix/spa",
        confidence: 0.95,
      };
    if (classic || !vite)
      return {
        kind: "server",
        output: "build",
        start: "remix-serve build",
        at: classic?.at ?? manifest.at,
        rule: "remix/classic",
        confidence: 0.9,
      };
    return {
      kind: "server",
      output: "build",
      noStart: uses(manifest, "@remix-run/cloudflare"),
      at: vite.at,
      rule: "remix/server",
      confidence: 0.92,
    };
  },
  "react-router"({ project, manifest }) {
    const config = configOf(project, manifest.directory, ["react-router.config"]);
    const build = clean(stringAt(config?.value, "buildDirectory") ?? "build");
    if (valueAt(config?.value, "ssr") === false)
      return {
        kind: "static",
        output: `${build}/client`,
        at: placeOf(config!.at, config!.text, /ssr\s*:/),
        rule: "react-router/spa",
        confidence: 0.97,
      };
    return {
      kind: "server",
      output: build,
      start: uses(manifest, "@cloudflare/vite-plugin") ? undefined : `react-router-serve ./${build}/server/index.js`,
      noStart: uses(manifest, "@cloudflare/vite-plugin"),
      at: config?.at ?? manifest.at,
      rule: "react-router/server",
      confidence: 0.92,
    };
  },
  angular({ project, manifest }) {
    return angularBuild(project, manifest);
  },
  vite({ project, manifest, builds }) {
    const build = builds.find(({ program, words }) => program === "vite" && words.includes("build"));
    const stated = build && optionOf(build, "-c", "--config");
    const config =
      (stated
        ? configOf(project, manifest.directory, [stated.replace(/^\.\//, "").replace(/\.(m|c)?[jt]s$/, "")])
        : null) ?? configOf(project, manifest.directory, ["vite.config"]);
    const root = stringAt(config?.value, "root") ?? (build && operandOf(build));
    const base = root ? (placed(root, ".") ?? ".") : ".";
    const outDir = stringAt(config?.value, "build", "outDir");
    const nitro = callsIn(config?.value).some((call) => /^nitro(pack)?\/vite$/.test(stringAt(call, "$from") ?? ""));
    if (nitro)
      return {
        kind: "server",
        output: ".output",
        start: "node .output/server/index.mjs",
        port: 3000,
        at: config!.at,
        rule: "vite/nitro",
        confidence: 0.9,
      };
    const library = valueAt(config?.value, "build", "lib");
    const ssr = build?.words.includes("--ssr") ?? false;
    const output = outDir ? placed(outDir, base) : clean(`${base}/dist`);
    return {
      kind: "static",
      output,
      at: outDir ? placeOf(config!.at, config!.text, /outDir/) : (config?.at ?? manifest.at),
      rule: outDir ? "vite/outDir" : "vite/default",
      confidence: 0.93,
      ...((library !== undefined || config?.value["build?"] === true) && !ssr && library !== undefined
        ? { isLibrary: true }
        : {}),
    };
  },
  "vue-cli": (building) => fromConfig(building, ["vue.config"], [["outputDir"]]),
  eleventy(building) {
    const config = configOf(building.project, building.manifest.directory, [".eleventy", "eleventy.config"]);
    const set =
      stringAt(config?.value, "dir", "output") ??
      stringAt(config?.value, "setOutputDirectory") ??
      stringAt(config?.value, "config", "dir", "output");
    return {
      kind: "static",
      output: set ? clean(set) : "_site",
      at: config?.at ?? building.manifest.at,
      rule: set ? "eleventy/output" : "eleventy/default",
      confidence: 0.93,
    };
  },
  rsbuild: (building) =>
    fromConfig(
      building,
      ["rsbuild.config"],
      [
        ["output", "distPath", "root"],
        ["output", "distPath"],
      ],
    ),
  rspack: (building) => fromConfig(building, ["rspack.config"], [["output", "path"]]),
  webpack: (building) =>
    fromConfig(
      building,
      [
        "webpack.prod",
        "webpack.config.prod",
        "webpack.config",
        "webpack.production",
        "config/webpack.prod",
        "config/webpack.config.prod",
        "webpack/prod",
        "webpack.common",
        "config/webpack.common",
        "webpack/webpack.config",
      ],
      [["output", "path"]],
    ),
  docusaurus: () => null,
  gatsby: () => null,
  sapper({ manifest, builds }) {
    const exported = builds.find(({ program, words }) => program === "sapper" && words[1] === "export");
    return {
      kind: exported ? "static" : "server",
      output: exported ? clean(operandAfter(exported, "export") ?? "__sapper__/export") : "__sapper__/build",
      at: manifest.at,
      rule: exported ? "sapper/export" : "sapper/server",
      confidence: 0.9,
    };
  },
  stencil: (building) => {
    const config = configOf(building.project, building.manifest.directory, ["stencil.config"]);
    const targets = valueAt(config?.value, "config", "outputTargets") ?? valueAt(config?.value, "outputTargets");
    const www = Array.isArray(targets) ? targets.find((target) => stringAt(target, "type") === "www") : undefined;
    return {
      kind: "static",
      output: clean(stringAt(www, "dir") ?? "www"),
      at: config?.at ?? building.manifest.at,
      rule: "stencil/www",
      confidence: 0.85,
      ...(Array.isArray(targets) && !www ? { isLibrary: true } : {}),
    };
  },
  quasar(building) {
    const { builds, project, manifest } = building;
    const mode = builds.map((build) => optionOf(build, "-m", "--mode")).find((value) => value !== undefined) ?? "spa";
    const config = configOf(project, manifest.directory, ["quasar.config", "quasar.conf"]);
    const dist = stringAt(config?.value, "build", "distDir");
    return {
      kind: mode === "ssr" ? "server" : "static",
      output: dist ? (placed(dist, ".") ?? `dist/${mode}`) : `dist/${mode}`,
      start: mode === "ssr" ? "node dist/ssr/index.js" : undefined,
      at: config?.at ?? manifest.at,
      rule: "quasar/mode",
      confidence: 0.9,
    };
  },
  vitepress: (building) => documents(building, ".vitepress"),
  vuepress: (building) => documents(building, ".vuepress"),
  expo({ project, manifest, builds }) {
    const json = project.json(inside(manifest.directory, "app.json"));
    const old = builds.some(({ words }) => words.includes("build:web") || words.includes("export:web"));
    const bundler = stringAt(json ?? undefined, "expo", "web", "bundler");
    const server = stringAt(json ?? undefined, "expo", "web", "output") === "server";
    return {
      kind: server ? "server" : "static",
      output: old && bundler !== "metro" ? "web-build" : "dist",
      noStart: true,
      at: json ? inside(manifest.directory, "app.json") : manifest.at,
      rule: "expo/web",
      confidence: 0.85,
    };
  },
  "solid-start"({ project, manifest }) {
    const config = configOf(project, manifest.directory, ["app.config", "vite.config"]);
    const preset = stringAt(config?.value, "server", "preset");
    const adapter = callsIn(config?.value)
      .map((call) => stringAt(valueAt(call, "adapter"), "$from"))
      .find((value) => value !== undefined);
    if (
      preset === "static" ||
      valueAt(config?.value, "server", "static") === true ||
      /solid-start-static/.test(adapter ?? "") ||
      valueAt(config?.value, "ssr") === false
    )
      return {
        kind: "static",
        output: uses(manifest, "solid-start") ? "dist/public" : ".output/public",
        at: config!.at,
        rule: "solid-start/static",
        confidence: 0.93,
      };
    return {
      kind: "server",
      output: uses(manifest, "solid-start") ? "dist" : ".output",
      start: uses(manifest, "solid-start") ? "solid-start start" : undefined,
      at: config?.at ?? manifest.at,
      rule: "solid-start/server",
      confidence: 0.9,
    };
  },
  "tanstack-start"({ project, manifest }) {
    const config = configOf(project, manifest.directory, ["vite.config", "app.config"]);
    const calls = callsIn(config?.value);
    const start = calls.find((call) => /tanstackStart|TanStackStart/i.test(stringAt(call, "$call") ?? ""));
    const spa = valueAt(start, "spa");
    if (
      spa !== undefined &&
      valueAt(spa, "enabled") !== false &&
      !calls.some((call) => /nitro/i.test(stringAt(call, "$call") ?? ""))
    )
      return { kind: "static", output: "dist/client", at: config!.at, rule: "tanstack-start/spa", confidence: 0.9 };
    const foreign = uses(manifest, "@cloudflare/vite-plugin") || uses(manifest, "@netlify/vite-plugin-tanstack-start");
    const nitro =
      uses(manifest, "vinxi") ||
      calls.some((call) => /nitro/i.test(stringAt(call, "$call") ?? "")) ||
      stringAt(start, "target") !== undefined ||
      uses(manifest, "nitro") ||
      uses(manifest, "nitropack");
    return {
      kind: "server",
      output: nitro ? ".output" : "dist",
      start: nitro || foreign ? undefined : "node dist/server/server.js",
      noStart: foreign,
      at: config?.at ?? manifest.at,
      rule: "tanstack-start/server",
      confidence: 0.88,
    };
  },
  analog({ project, manifest }) {
    const config = configOf(project, manifest.directory, ["vite.config"]);
    const call = callsIn(config?.value).find((found) => stringAt(found, "$from") === "@analogjs/platform");
    const still = valueAt(call, "static") === true || valueAt(call, "ssr") === false;
    return {
      kind: still ? "static" : "server",
      output: still ? "dist/analog/public" : "dist/analog",
      at: config?.at ?? manifest.at,
      rule: "analog/vite",
      confidence: 0.88,
    };
  },
  qwik({ project, manifest, builds }) {
    const still =
      builds.some(({ words }) => words.some((word) => /adapters\/static/.test(word))) ||
      (project.tree.hasDirectory(inside(manifest.directory, "adapters/static")) &&
        !project.tree.hasDirectory(inside(manifest.directory, "adapters/express")));
    return {
      kind: still ? "static" : "server",
      output: "dist",
      noStart: !still,
      at: manifest.at,
      rule: still ? "qwik/static" : "qwik/server",
      confidence: 0.85,
    };
  },
  vike({ project, manifest }) {
    const config = configOf(project, manifest.directory, [
      "pages/+config",
      "renderer/+config",
      "vite.config",
      "+config",
    ]);
    const calls = callsIn(configOf(project, manifest.directory, ["vite.config"])?.value);
    const still =
      valueAt(config?.value, "prerender") !== undefined ||
      calls.some((call) => call["prerender"] !== undefined && call["prerender"] !== false);
    return {
      kind: still ? "static" : "server",
      output: still ? "dist/client" : "dist",
      at: config?.at ?? manifest.at,
      rule: still ? "vike/prerender" : "vike/server",
      confidence: 0.85,
    };
  },
  hexo({ project, manifest }) {
    const settings = project.yaml(inside(manifest.directory, "_config.yml"))?.[0];
    return {
      kind: "static",
      output: clean(stringAt(settings, "public_dir") ?? "public"),
      at: manifest.at,
      rule: "hexo/public",
      confidence: 0.92,
    };
  },
  umi: (building) => fromConfig(building, [".umirc", "config/config"], [["outputPath"]]),
  observable: (building) => fromConfig(building, ["observablehq.config"], [["output"]]),
  parcel({ project, manifest, builds }) {
    const run = builds.find(({ program, words }) => program === "parcel" && words[1] === "build");
    const targets = manifest.json["targets"];
    const set = isObject(targets ?? null)
      ? Object.values(targets as JsonObject)
          .map((target) => stringAt(target, "distDir"))
          .find((value) => value !== undefined)
      : undefined;
    const folder =
      run?.words.slice(2).some((word) => /\.(html|pug)$/.test(word)) ||
      typeof manifest.json["source"] === "string" ||
      project.tree.has(inside(manifest.directory, "index.html")) ||
      project.tree.has(inside(manifest.directory, "src/index.html"));
    return {
      kind: "static",
      output: clean(set ?? "dist"),
      at: manifest.at,
      rule: "parcel/dist",
      confidence: folder ? 0.9 : 0.7,
    };
  },
};

/** Output folder of a plain site builder from the first of `paths` its configuration sets. */
function fromConfig(
  { project, manifest, framework }: Building,
  names: readonly string[],
  paths: readonly (readonly string[])[],
): Built | null {
  for (const name of names) {
    const config = configOf(project, manifest.directory, [name]);
    if (!config) continue;
    for (const path of paths) {
      const value = stringAt(config.value, ...path);
      const found =
        value === undefined
          ? undefined
          : placed(value, value.includes("<here>") && config.at.includes("/") ? "." : ".");
      if (found === undefined) continue;
      const nested = config.at
        .slice(manifest.directory === "." ? 0 : manifest.directory.length + 1)
        .split("/")
        .slice(0, -1)
        .join("/");
      const output = value!.includes("<here>") && nested !== "" ? clean(`${nested}/${found}`) : found;
      return {
        kind: "static",
        output,
        at: placeOf(config.at, config.text, path.at(-1)!),
        rule: `${framework.id}/config`,
        confidence: 0.93,
      };
    }
  }
  return null;
}

function documents({ project, manifest, builds, framework }: Building, folder: string): Built {
  const run = builds.find((build) => framework.commands?.includes(build.program) && useOf(build) === "build");
  const candidates = [run && operandOf(run), ".", "docs", "src", "doc", "website"].filter((root) => root !== undefined);
  const root =
    candidates.find((candidate) =>
      project.tree.hasDirectory(
        inside(manifest.directory, candidate === "." ? folder : `${clean(candidate)}/${folder}`),
      ),
    ) ??
    candidates[0] ??
    ".";
  const config = configOf(project, manifest.directory, [
    clean(`${root}/${folder}/config`),
    clean(`${root}/${folder}/config/index`),
  ]);
  const set = stringAt(config?.value, "outDir") ?? stringAt(config?.value, "dest");
  const base = framework.id === "vuepress" && set !== undefined ? "." : root;
  const output = set
    ? set.includes("<here>")
      ? clean(`${root}/${folder}/${placed(set, ".") ?? "dist"}`)
      : placed(set, base)
    : clean(`${root}/${folder}/dist`);
  return { kind: "static", output, at: config?.at ?? manifest.at, rule: `${framework.id}/dist`, confidence: 0.92 };
}

function adapterOf(manifest: Manifest): string | undefined {
  return [
    "@sveltejs/adapter-node",
    "@sveltejs/adapter-static",
    "@sveltejs/adapter-auto",
    "@sveltejs/adapter-vercel",
    "@sveltejs/adapter-cloudflare",
    "@sveltejs/adapter-netlify",
  ].find((name) => uses(manifest, name));
}

/** A page or endpoint of an Astro site that opts out of prerendering. */
function rendersOnDemand(project: Project, directory: string, config: Config | null): boolean {
  if (/output\s*:/.test(config?.text ?? "") && stringAt(config?.value, "output") === undefined) return true;
  const files = search(project.tree, inside(directory, "src/pages"), {
    depth: 6,
    limit: 200,
    matches: (name) => /\.(astro|[jt]s)$/.test(name),
  });
  return files.some((at) => /export\s+const\s+prerender\s*=\s*false/.test(project.tree.text(at) ?? ""));
}

/** A project of an Angular workspace that is built to be served. */
function isApplication(value: Json | undefined): boolean {
  return (
    stringAt(value, "projectType") === "application" ||
    (stringAt(value, "projectType") === undefined &&
      isObject(valueAt(value, "architect", "build") ?? valueAt(value, "targets", "build") ?? null))
  );
}

/** The application of an Angular workspace. */
function angularBuild(project: Project, manifest: Manifest): Built | null {
  const at = ["angular.json", ".angular.json", "project.json", "angular-cli.json", ".angular-cli.json"]
    .map((name) => inside(manifest.directory, name))
    .find((path) => project.tree.has(path));
  const json = at ? project.json(at) : null;
  if (!json || !at) return null;
  if (Array.isArray(json["apps"]))
    return {
      kind: "static",
      output: clean(stringAt(json["apps"][0], "outDir") ?? "dist"),
      at,
      rule: "angular/apps",
      confidence: 0.9,
    };
  const projects = isObject(json["projects"] ?? null)
    ? (json["projects"] as JsonObject)
    : { [stringAt(json, "name") ?? "app"]: json };
  const names = Object.keys(projects);
  const applications = names.filter((name) => isApplication(projects[name]) && !name.endsWith("e2e"));
  const name =
    [stringAt(json, "defaultProject"), manifest.name].find(
      (candidate) => candidate !== undefined && applications.includes(candidate),
    ) ?? applications[0];
  if (name === undefined) return { kind: "static", at, rule: "angular/library", confidence: 0.8, isLibrary: true };
  const target = valueAt(projects[name], "architect", "build") ?? valueAt(projects[name], "targets", "build");
  const options = valueAt(target, "options");
  const builder = stringAt(target, "builder") ?? stringAt(target, "executor") ?? "";
  const path = valueAt(options, "outputPath");
  const base = typeof path === "string" ? path : (stringAt(path, "base") ?? `dist/${name}`);
  const browser = isObject(path ?? null) ? (valueAt(path, "browser") as string | undefined) : undefined;
  const production = valueAt(target, "configurations", "production");
  const ssr = valueAt(options, "ssr") ?? valueAt(production, "ssr");
  const mode = stringAt(options, "outputMode") ?? stringAt(production, "outputMode");
  const isApplicationBuilder = builder.endsWith(":application");
  const whole = clean(base);
  const legacyServer = valueAt(projects[name], "architect", "server") !== undefined;
  if ((isApplicationBuilder && ssr !== undefined && ssr !== false && mode !== "static") || legacyServer) {
    const script = Object.keys(manifest.scripts).find((candidate) => candidate.startsWith("serve:ssr"));
    const main = legacyServer
      ? `${clean(stringAt(valueAt(projects[name], "architect", "server"), "options", "outputPath") ?? whole)}/main.js`
      : `${whole}/server/server.mjs`;
    return {
      kind: "server",
      output: legacyServer ? whole : whole,
      start: script === undefined ? `node ${main}` : `script:${script}`,
      port: 4000,
      at: placeOf(at, project.tree.text(at) ?? "", /"ssr"|"server"/),
      rule: "angular/ssr",
      confidence: 0.93,
    };
  }
  const output = isApplicationBuilder && browser !== "" ? clean(`${whole}/${browser ?? "browser"}`) : whole;
  return {
    kind: "static",
    output,
    at: placeOf(at, project.tree.text(at) ?? "", /"outputPath"/),
    rule: isApplicationBuilder ? "angular/application" : "angular/browser",
    confidence: 0.95,
  };
}
