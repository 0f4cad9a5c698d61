/**
 * Where a framework leaves what it builds, and whether that is a site or a server: flags of the build script first, then the
 * configuration file, then the framework's own default.
 */
import { type Building, type Built, clean, operandAfter, operandOf } from "./building.ts";
import type { Framework } from "./frameworks.ts";
import type { Manifest } from "./manifest.ts";
import { appOutputs } from "./output-apps.ts";
import { siteOutputs } from "./output-sites.ts";
import { inside, type Project } from "./reading.ts";
import { type Invocation, optionOf } from "./scripts.ts";
import { useOf } from "./use.ts";

/** What comes out of a build. */
export function builtBy(building: Building): Built {
  const { project, manifest, framework, builds } = building;
  const reader = appOutputs[framework.id] ?? siteOutputs[framework.id];
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
  const moved = built.kind === "static" && output !== undefined ? movedTo(manifest, output) : undefined;
  if (moved !== undefined) return { ...built, output: moved, at: manifest.at, rule: "output/moved", confidence: 0.9 };
  const root = rootOf(framework, builds);
  if (root === undefined || output === undefined) return { ...built, output };
  const start = (built.start ?? framework.start)?.replace(output, inside(root, output));
  return { ...built, output: inside(root, output), start };
}

/** Where the build script puts what was built in the end: `react-scripts build && rm -rf docs && mv build docs`. */
function movedTo({ scripts }: Manifest, output: string): string | undefined {
  const named = output.replaceAll(/[.$]/g, "\\$&");
  const line = [scripts["build"], scripts["postbuild"]].join(" && ");
  const target = new RegExp(
    `(?:^|&&)\\s*mv\\s+(?:-f\\s+)?(?:\\./)?${named}/?\\s+(?:\\./)?([\\w.][\\w./-]*)\\s*(?:&&|$)`,
  ).exec(line)?.[1];
  return target === undefined || target.endsWith("/") ? undefined : clean(target);
}

/** The folder the application lies in, given to the build: `nuxt build ./app`. */
function rootOf(framework: Framework, builds: readonly Invocation[]): string | undefined {
  if (!["nuxt", "next", "astro"].includes(framework.id)) return undefined;
  const build = builds.find(({ program }) => framework.commands?.includes(program) === true);
  const root =
    build && (framework.id === "astro" ? optionOf(build, "--root") : operandAfter(build, "build", "generate"));
  return root === undefined ? undefined : clean(root);
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
  slidev: ["--out", "-o"],
  wmr: ["--out"],
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
