/** Elixir: Phoenix and other mix projects, releases. mix.exs is read by its lines. */
import { inside, type Project, type Reader, type Reading } from "../reading.ts";
import { databaseNamed, usesDrivers } from "./databases.ts";
import { decide, draftOf, dropLocalDatabases, state, uses } from "./draft.ts";
import { placeOf, search } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

export const elixir: Reader = {
  id: "elixir",
  read(project, directory) {
    const at = inside(directory, "mix.exs");
    const text = project.tree.text(at);
    if (text === null) return null;
    const bare = text.replace(/(^|\s)#(?!\{).*$/gm, "");
    const reading = draftOf("elixir", { at, rule: "elixir/mix" });
    state(reading, "packageManager", "mix", { at, rule: "elixir/mix" });
    state(reading, "installCommand", "mix deps.get --only prod", { at, rule: "elixir/mix" });
    stateVersion(project, directory, reading, bare);
    const dependencies = new Map<string, string>();
    for (const [line, name] of bare.matchAll(/\{\s*:(\w+)\s*,[^}\n]*/g))
      if (!/only:\s*(:test|:dev|\[[^\]]*\b(dev|test)\b(?![^\]]*prod)[^\]]*\])/.test(line))
        dependencies.set(name!, placeOf(at, text, `{:${name},`));
    usesDrivers(reading, "elixir", dependencies);
    const sources = configOf(project, directory);
    for (const { at: path, text: source } of sources) {
      for (const [, adapter] of source.matchAll(/Ecto\.Adapters\.(\w+)/g)) {
        const name = databaseNamed(adapter!.replace("MyXQL", "mysql").replace("Tds", "mssql"));
        if (name) uses(reading, name, { at: placeOf(path, source, adapter!), rule: "ecto/adapter" });
      }
    }
    dropLocalDatabases(reading);
    const app = /\bapp:\s*:(\w+)/.exec(bare)?.[1];
    const umbrella = /\bapps_path:/.test(bare);
    // What the applications below depend on may be listed in one place for all of them.
    const hasEndpoints = sources.some(({ text: source }) =>
      /^[ \t]*config :\w+, \w+(?:\.\w+)*\.?Endpoint\b/m.test(source),
    );
    const isPhoenix =
      dependencies.has("phoenix") || (umbrella && (hasEndpoints || phoenixInUmbrella(project, directory)));
    if (isPhoenix) return readPhoenix(project, { directory, reading, at, bare, dependencies, sources, app });

    const web = ["bandit", "plug_cowboy", "cowboy", "plug", "ace"].find((name) => dependencies.has(name));
    const isProgram = /\bmod:\s*\{/.test(bare) || umbrella;
    state(reading, "buildCommand", "MIX_ENV=prod mix compile", { at, rule: "elixir/mix", confidence: 0.8 });
    if (isProgram || web === undefined)
      state(reading, "startCommand", "MIX_ENV=prod mix run --no-halt", { at, rule: "elixir/mix", confidence: 0.8 });
    const process = startFromProcfile(project, directory, reading);
    const isPublished = /\bpackage:\s|\bdefp package\b/.test(bare) && /\bdescription:|description\(\)/.test(bare);
    if (isPublished && process === null) {
      delete reading.startCommand;
      return decide(reading, "package", 0.85, { at, rule: "elixir/hex" });
    }
    const listens = codeOf(project, directory).some(({ text: source }) => /:(?:gen_tcp|ssl)\.listen\(/.test(source));
    if (((web !== undefined || listens) && isProgram && process !== "worker") || process === "web") {
      if (web !== undefined)
        state(reading, "framework", "plug", { at: dependencies.get(web)!, rule: "framework/plug", confidence: 0.8 });
      statePort(project, directory, reading, {
        sources: [...sources, ...codeOf(project, directory)],
        patterns: portPatterns,
        fallback: { port: 4000, rule: "framework/plug", at },
      });
      return decide(reading, "server", 0.85, { at, rule: "framework/plug" });
    }
    return decide(reading, isProgram || process === "worker" ? "worker" : "package", 0.65, {
      at,
      rule: isProgram ? "elixir/application" : "elixir/no-application",
    });
  },
};

interface Case {
  directory: string;
  reading: Reading;
  at: string;
  bare: string;
  dependencies: Map<string, string>;
  sources: Source[];
  app: string | undefined;
}

function readPhoenix(project: Project, { directory, reading, at, bare, dependencies, sources, app }: Case): Reading {
  state(reading, "framework", "phoenix", {
    at: dependencies.get("phoenix") ?? at,
    rule: "framework/phoenix",
    confidence: 0.97,
  });
  const hasAssets = project.tree.hasDirectory(inside(directory, "assets"));
  const deploys = /"assets\.deploy"/.test(bare);
  const isLibrary =
    /\bpackage:\s|\bdefp package\b/.test(bare) &&
    !/\bmod:\s*\{/.test(bare) &&
    !sources.some(({ text }) => /Endpoint/.test(text));
  if (isLibrary) return decide(reading, "package", 0.85, { at, rule: "elixir/hex" });
  const hasRelease =
    /\breleases:\s/.test(bare) ||
    /distillery/.test([...dependencies.keys()].join(" ")) ||
    search(project.tree, inside(directory, "lib"), { depth: 2, limit: 1, matches: (name) => name === "release.ex" })
      .length > 0 ||
    project.tree.hasDirectory(inside(directory, "rel"));
  const release = /\breleases:\s*\[\s*(\w+):/.exec(bare)?.[1] ?? app;
  const start =
    hasRelease && release !== undefined
      ? `PHX_SERVER=true ./_build/prod/rel/${release}/bin/${release} start`
      : "MIX_ENV=prod mix phx.server";
  state(reading, "startCommand", start, { at, rule: "framework/phoenix", confidence: 0.85 });
  startFromProcfile(project, directory, reading);
  const assets = deploys ? "MIX_ENV=prod mix assets.deploy" : hasAssets ? "MIX_ENV=prod mix phx.digest" : undefined;
  // What a Procfile starts by mix is no release.
  const runsByMix = /\bmix\s+(phx\.server|run)\b/.test(reading.startCommand ?? "");
  const steps = [assets, hasRelease && !runsByMix ? "MIX_ENV=prod mix release" : "MIX_ENV=prod mix compile"];
  state(reading, "buildCommand", steps.filter((step) => step !== undefined).join(" && "), {
    at,
    rule: "framework/phoenix",
    confidence: 0.85,
  });
  statePort(project, directory, reading, {
    sources,
    patterns: portPatterns,
    fallback: { port: 4000, rule: "framework/phoenix", at },
    containerLast: true,
  });
  return decide(reading, "server", 0.95, { at, rule: "framework/phoenix" });
}

function phoenixInUmbrella(project: Project, directory: string): boolean {
  return search(project.tree, inside(directory, "apps"), {
    depth: 1,
    limit: 20,
    matches: (name) => name === "mix.exs",
  }).some((path) => /\{\s*:phoenix\s*,/.test(project.tree.text(path) ?? ""));
}

function stateVersion(project: Project, directory: string, reading: Reading, bare: string): void {
  if (versionFromFiles(project, directory, reading, { own: [".elixir-version"], tools: ["elixir"] })) return;
  const buildpack = inside(directory, "elixir_buildpack.config");
  const pinned = /^elixir_version\s*=\s*"?([\d.]+)/m.exec(project.tree.text(buildpack) ?? "")?.[1];
  if (pinned !== undefined)
    return state(reading, "runtimeVersion", pinned, { at: buildpack, rule: "elixir/buildpack" });
  state(reading, "runtimeVersion", /\belixir:\s*"([^"]+)"/.exec(bare)?.[1], {
    at: inside(directory, "mix.exs"),
    rule: "elixir/mix",
  });
}

/** Settings, what decides in production first. */
function configOf(project: Project, directory: string): Source[] {
  const names = [
    "config/runtime.exs",
    "config/releases.exs",
    "config/prod.exs",
    "config/config.exs",
    "config/dev.exs",
  ].map((name) => inside(directory, name));
  const repos = ["lib", "apps"].flatMap((folder) =>
    search(project.tree, inside(directory, folder), {
      depth: folder === "lib" ? 2 : 3,
      limit: 4,
      matches: (name) => name === "repo.ex",
    }),
  );
  return [...names, ...repos].flatMap((at) => {
    const text = project.tree.text(at);
    return text === null ? [] : [{ at, text: text.replace(/(^|\s)#(?!\{).*$/gm, "$1") }];
  });
}

function codeOf(project: Project, directory: string): Source[] {
  return search(project.tree, inside(directory, "lib"), {
    depth: 2,
    limit: 20,
    matches: (name) => name.endsWith(".ex"),
  }).flatMap((at) => {
    const text = project.tree.text(at);
    return text === null ? [] : [{ at, text }];
  });
}

const portPatterns: readonly RegExp[] = [
  /"PORT"\s*(?:,\s*:\w+\s*)?\)?\s*(?:\|\||,)\s*"?(\d{2,5})/,
  /:(?:gen_tcp|ssl)\.listen\(\s*(\d{2,5})/,
  /\bhttp:\s*\[[^\]]*?\bport:\s*(\d{2,5})/,
  /^(?!.*\burl:).*\bport:\s*(\d{4,5})/m,
];
