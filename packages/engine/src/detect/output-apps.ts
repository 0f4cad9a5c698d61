/** What frameworks that may bring a server leave after a build: a site or a server, where it lies, and how it is started. */
import { type Building, type Built, clean, operandAfter } from "./building.ts";
import { callsIn, type Config, configOf, placed, stringAt, valueAt } from "./config.ts";
import { placeOf, search } from "./languages/files.ts";
import { majorOf, type Manifest, uses } from "./manifest.ts";
import { inside, type Json, type Project } from "./reading.ts";
import { type Invocation, optionOf } from "./scripts.ts";

/** What each framework with a server of its own makes. */
export const appOutputs: Record<string, (building: Building) => Built | null> = {
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
    const preset = presetOf(builds) ?? stringAt(config?.value, "nitro", "preset");
    const isStatic =
      generates ||
      (old && stringAt(config?.value, "target") === "static") ||
      /^(static|github[-_]pages|gitlab[-_]pages|netlify[-_]static|vercel[-_]static|cloudflare[-_]pages[-_]static)$/.test(
        preset ?? "",
      );
    const directory =
      stringAt(config?.value, "generate", "dir") ?? stringAt(config?.value, "nitro", "output", "publicDir");
    const spa = valueAt(config?.value, "ssr") === false || stringAt(config?.value, "mode") === "spa";
    // Its pages are drawn in the browser, and its own server answers them.
    const answers =
      !old &&
      ["server/api", "server/routes"].some((name) => project.tree.hasDirectory(inside(manifest.directory, name)));
    if (isStatic || (spa && !answers)) {
      const fallback = old ? "dist" : ".output/public";
      return {
        kind: "static",
        output: directory ? (placed(directory, ".") ?? fallback) : fallback,
        at,
        rule: generates ? "nuxt/generate" : "nuxt/static",
        confidence: 0.93,
        // `nuxt build` of these leaves no pages.
        ...(old && !generates && !spa ? { verb: "generate" } : {}),
      };
    }
    if (old) {
      const built = stringAt(config?.value, "buildDir");
      return {
        kind: "server",
        output: built ? (placed(built, ".") ?? ".nuxt") : ".nuxt",
        start: "nuxt start",
        ...portOf(valueAt(config?.value, "server", "port")),
        at,
        rule: "nuxt/2",
        confidence: 0.9,
      };
    }
    // What is built for Cloudflare runs nowhere else. Presets of Node, Bun and Deno leave a server that is started.
    const noStart = preset?.startsWith("cloudflare") === true;
    const adapter = preset !== undefined && !/^(?:node|bun|deno)/.test(preset) ? preset : undefined;
    const bun = forBun(preset);
    const whole = stringAt(config?.value, "nitro", "output", "dir");
    const output = whole ? (placed(whole, ".") ?? ".output") : ".output";
    return { kind: "server", output, at, rule: "nuxt/server", confidence: 0.92, noStart, adapter, ...bun };
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
        isForBun: /bun/.test(from ?? ""),
        at,
        rule: "sveltekit/adapter-node",
        confidence: 0.97,
      };
    }
    return {
      kind: "server",
      output: /cloudflare/.test(from ?? "") ? ".svelte-kit/cloudflare" : ".svelte-kit",
      noStart: true,
      adapter: from,
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
      ...(node ? {} : { adapter: from }),
      ...((majorOf(manifest, "astro") ?? 3) < 3 ? { port: 3000 } : {}),
      ...(node ? portOf(valueAt(config?.value, "server", "port")) : {}),
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
    // A Worker, which nothing of Node starts.
    const isWorker =
      ["@remix-run/cloudflare-workers", "@remix-run/cloudflare-pages", "@remix-run/cloudflare"].some((name) =>
        uses(manifest, name),
      ) || stringAt(classic?.value, "serverBuildTarget")?.startsWith("cloudflare") === true;
    const folder = stringAt(classic?.value, "serverBuildDirectory");
    const file = stringAt(classic?.value, "serverBuildPath");
    // Elsewhere it is a function of a platform, beside pages that lie in another folder.
    const moved = folder ?? /^(.*\b(?:build|dist)\b.*)\/[^/]+$/.exec(file ?? "")?.[1];
    if (classic || !vite)
      return {
        kind: "server",
        output: moved === undefined ? "build" : clean(moved),
        start: isWorker ? undefined : `remix-serve ${clean(moved === undefined ? "build" : (file ?? moved))}`,
        noStart: isWorker,
        at: classic?.at ?? manifest.at,
        rule: "remix/classic",
        confidence: 0.9,
      };
    const build = clean(stringAt(call, "buildDirectory") ?? "build");
    return {
      kind: "server",
      output: build,
      ...(build === "build" || isWorker ? {} : { start: `remix-serve ./${build}/server/index.js` }),
      noStart: isWorker,
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
  redwood({ project, manifest }) {
    const at = inside(manifest.directory, "redwood.toml");
    const port = project.tree.has(at) ? valueAt(project.toml(at) ?? undefined, "web", "port") : undefined;
    return {
      kind: "server",
      output: "web/dist",
      ...portOf(port),
      at: manifest.at,
      rule: "redwood/server",
      confidence: 0.85,
    };
  },
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
  quasar(building) {
    const { builds, project, manifest } = building;
    const mode = builds.map((build) => optionOf(build, "-m", "--mode")).find((value) => value !== undefined) ?? "spa";
    const config = configOf(project, manifest.directory, ["quasar.config", "quasar.conf"]);
    const dist = stringAt(config?.value, "build", "distDir");
    return {
      kind: mode === "ssr" ? "server" : "static",
      output: dist ? (placed(dist, ".") ?? `dist/${mode}`) : `dist/${mode}`,
      start: mode === "ssr" ? "node dist/ssr/index.js" : undefined,
      // Programs for people's own machines, telephones and browsers.
      ...(/^(?:electron|capacitor|cordova|bex)$/.test(mode) ? { isLibrary: true } : {}),
      at: config?.at ?? manifest.at,
      rule: "quasar/mode",
      confidence: 0.9,
    };
  },
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
  "solid-start"({ project, manifest, builds }) {
    const config = configOf(project, manifest.directory, ["app.config", "vite.config"]);
    const preset = presetOf(builds) ?? stringAt(config?.value, "server", "preset") ?? nitroPreset(config);
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
      ...forBun(preset),
      at: config?.at ?? manifest.at,
      rule: "solid-start/server",
      confidence: 0.9,
    };
  },
  "tanstack-start"({ project, manifest, builds }) {
    const config = configOf(project, manifest.directory, ["vite.config", "app.config"]);
    const preset = presetOf(builds) ?? stringAt(config?.value, "server", "preset") ?? nitroPreset(config);
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
      // Before it left this to a plugin.
      Object.values(manifest.scripts).some((line) => /\.output\/server\//.test(line)) ||
      uses(manifest, "nitro") ||
      uses(manifest, "nitropack");
    return {
      kind: "server",
      output: nitro ? ".output" : "dist",
      start: nitro || foreign ? undefined : "node dist/server/server.js",
      noStart: foreign,
      ...forBun(preset),
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
    // Spelled with an o before version 1.
    const adapted = (to: string): boolean =>
      ["adapters", "adaptors"].some((folder) =>
        project.tree.hasDirectory(inside(manifest.directory, `${folder}/${to}`)),
      );
    const still =
      builds.some(({ words }) => words.some((word) => /adapt[eo]rs\/static/.test(word))) ||
      (adapted("static") && !adapted("express"));
    const server = Object.entries(manifest.scripts).find(([, text]) => /^node (?:\.\/)?server\/entry\.\S+$/.test(text));
    return {
      kind: still ? "static" : "server",
      output: "dist",
      noStart: !still,
      ...(server && !still ? { start: `script:${server[0]}` } : {}),
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
};

/** A port that a configuration file sets as a number. */
function portOf(value: Json | undefined): { port?: number } {
  return typeof value === "number" ? { port: value } : {};
}

/** The preset of Nitro the build is told: `nuxt build --preset bun`, `NITRO_PRESET=bun vite build`. */
function presetOf(builds: readonly Invocation[]): string | undefined {
  for (const build of builds) {
    const told = optionOf(build, "--preset") ?? build.variables["NITRO_PRESET"] ?? build.variables["SERVER_PRESET"];
    if (told !== undefined) return told;
  }
  return undefined;
}

/** The preset given to Nitro as a plugin of Vite: `nitro({ preset: "bun" })`. */
function nitroPreset(config: Config | null | undefined): string | undefined {
  const call = callsIn(config?.value).find((one) => /nitro/i.test(stringAt(one, "$call") ?? ""));
  return stringAt(call, "preset") ?? stringAt(call, "config", "preset");
}

/** What Nitro builds for Bun calls `Bun.serve`, which Node does not have. */
function forBun(preset: string | undefined): Pick<Built, "isForBun" | "start"> {
  return preset === "bun" ? { isForBun: true, start: "bun run .output/server/index.mjs" } : {};
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
