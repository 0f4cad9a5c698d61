/** Where builders of pages leave them: the configuration file, then the default. */
import { type Building, type Built, clean, operandOf } from "./building.ts";
import { callsIn, configOf, placed, stringAt, valueAt } from "./config.ts";
import { placeOf } from "./languages/files.ts";
import { angularBuild } from "./output-angular.ts";
import { inside, isObject, type JsonObject } from "./reading.ts";
import { optionOf } from "./scripts.ts";
import { useOf } from "./use.ts";

/** What each builder of pages makes. */
export const siteOutputs: Record<string, (building: Building) => Built | null> = {
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
  cra: (building) => builtByReactScripts(building),
  "vue-cli": (building) => fromConfig(building, ["vue.config"], [["outputDir"]]),
  eleventy(building) {
    const given = building.builds.map((run) => optionOf(run, "--config")).find((path) => path !== undefined);
    const config = configOf(building.project, building.manifest.directory, [
      ...(given === undefined ? [] : [clean(given).replace(/\.[cm]?[jt]s$/, "")]),
      ".eleventy",
      "eleventy.config",
    ]);
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
        "build/webpack.prod.conf",
        // Where the template of Vue 2 keeps its folders.
        "config/index",
      ],
      [
        ["output", "path"],
        ["build", "assetsRoot"],
      ],
    ),
  docusaurus: () => null,
  gatsby: () => null,
  rspress: (building) => fromConfig(building, ["rspress.config"], [["outDir"]]),
  gridsome: (building) => fromConfig(building, ["gridsome.config"], [["outputDir"]]),
  snowpack: (building) => fromConfig(building, ["snowpack.config"], [["buildOptions", "out"]]),
  brunch: (building) =>
    fromConfig(
      building,
      ["brunch-config", "brunch.config"],
      [
        ["paths", "public"],
        ["config", "paths", "public"],
      ],
    ),
  sanity({ manifest, builds }) {
    const run = builds.find(({ program, words }) => program === "sanity" && words.includes("build"));
    const folder = run && operandOf(run);
    return { kind: "static", output: clean(folder ?? "dist"), at: manifest.at, rule: "sanity/dist", confidence: 0.9 };
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
  vitepress: (building) => documents(building, ".vitepress"),
  vuepress: (building) => documents(building, ".vuepress"),
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

/** Files in which a project moves the folder that Create React App builds into, and how each says so. */
const reactFolders: readonly { file: string; says: RegExp }[] = [
  { file: "config-overrides.js", says: /appBuild\s*[=:]\s*[\w.]*\(?[^"'`;]*["'`]([\w./-]+)["'`]/ },
  { file: "craco.config.js", says: /appBuild\s*[=:]\s*[\w.]*\(?[^"'`;]*["'`]([\w./-]+)["'`]/ },
  { file: "config/paths.js", says: /appBuild\s*:\s*resolveApp\(\s*["'`]([\w./-]+)["'`]/ },
  { file: ".env.production", says: /^BUILD_PATH\s*=\s*["']?([\w./-]+)/m },
  { file: ".env", says: /^BUILD_PATH\s*=\s*["']?([\w./-]+)/m },
];

function builtByReactScripts({ project, manifest }: Building): Built | null {
  for (const { file, says } of reactFolders) {
    const at = inside(manifest.directory, file);
    const text = project.tree.has(at) ? project.tree.text(at) : null;
    const folder = text === null ? undefined : says.exec(text)?.[1];
    if (folder !== undefined)
      return {
        kind: "static",
        output: clean(folder),
        at: placeOf(at, text!, says),
        rule: "cra/folder",
        confidence: 0.93,
      };
  }
  return null;
}

/** Output folder of a plain site builder from the first of `paths` its configuration sets. */
function fromConfig(
  { project, manifest, framework, builds }: Building,
  names: readonly string[],
  paths: readonly (readonly string[])[],
): Built | null {
  // The one the build is given comes first: `webpack --config config/webpack.dist.js`.
  const given = builds.flatMap((run) =>
    framework.commands?.includes(run.program)
      ? (optionOf(run, "--config", "-c")
          ?.replace(/^\.\//, "")
          .replace(/\.[cm]?[jt]s$/, "") ?? [])
      : [],
  );
  for (const name of [...given, ...names]) {
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
