/** What a command is for: developing, serving, building, testing. Tables of programs, then what their verbs and options change. */
import type { Invocation } from "./scripts.ts";

/** What a command is for; `preview` serves what was built, to look at it. */
export type Use = "develop" | "serve" | "preview" | "build" | "test" | "other";

const develops = new Set([
  "nodemon",
  "ts-node-dev",
  "tsnd",
  "node-dev",
  "vite-node-dev",
  "webpack-dev-server",
  "live-server",
  "lite-server",
  "browser-sync",
  "start-storybook",
  "forever-dev",
  "supervisor",
  "budo",
  "wmr",
  "docusaurus-start",
]);

const runsFiles = new Set([
  "node",
  "tsx",
  "ts-node",
  "ts-node-esm",
  "babel-node",
  "esno",
  "esr",
  "jiti",
  "vite-node",
  "swc-node",
  "bun",
  "deno",
  "pm2",
  "pm2-runtime",
  "forever",
  "coffee",
  "tsimp",
  "sucrase-node",
  "esbuild-runner",
  "electron",
  "nodejs",
  "iojs",
]);

const previews = new Set([
  "serve",
  "http-server",
  "superstatic",
  "sirv",
  "pushstate-server",
  "servor",
  "local-web-server",
]);

const tests = new Set([
  "jest",
  "vitest",
  "mocha",
  "ava",
  "tap",
  "eslint",
  "prettier",
  "biome",
  "oxlint",
  "playwright",
  "cypress",
  "tape",
  "nyc",
  "c8",
  "xo",
  "stylelint",
  "standard",
  "karma",
  "lint-staged",
  "husky",
  "knip",
]);

const builds = new Set([
  "tsc",
  "tsup",
  "rollup",
  "esbuild",
  "swc",
  "babel",
  "webpack",
  "webpack-cli",
  "unbuild",
  "tsdown",
  "ncc",
  "gulp",
  "grunt",
  "rspack",
  "vue-tsc",
  "tspc",
  "ttsc",
  "bunchee",
  "microbundle",
  "pkgroll",
  "sass",
  "tailwindcss",
  "postcss",
  "obuild",
  "build-storybook",
  "next-on-pages",
  "eleventy",
  "@11ty/eleventy",
  "metalsmith",
  "svelte-package",
  "ng-packagr",
  "copyfiles",
  "cpx",
  "rimraf",
  "cp",
  "rm",
  "mkdir",
  "shx",
  "panda",
  "lb-tsc",
  "vite-ssg",
  "tsgo",
  "docusaurus-build",
]);

/** What second words mean to programs that take one. */
const verbs: Record<string, Use> = {
  dev: "develop",
  develop: "develop",
  serve: "develop",
  watch: "develop",
  "vite:dev": "develop",
  start: "serve",
  "start:prod": "serve",
  preview: "preview",
  build: "build",
  "vite:build": "build",
  generate: "build",
  export: "build",
  prerender: "build",
  deploy: "other",
  prepare: "other",
  sync: "other",
  check: "other",
  test: "test",
};

/** Frameworks whose `start` is a development server. */
const startsDeveloping = new Set([
  "sanity",
  "react-native",
  "nw",
  "react-scripts",
  "react-scripts-ts",
  "craco",
  "react-app-rewired",
  "docusaurus",
  "expo",
  "ember",
  "storybook",
  "astro-dev",
  "solid-start-dev",
  "stencil",
  "umi",
  "preact",
  "snowpack-dev",
  "shopify",
  "rw",
  "react-static",
  "meteor",
]);

/** Frameworks that serve in development when given no verb. */
const bareDevelops = new Set([
  "vite",
  "nuxt",
  "nuxi",
  "nuxt-ts",
  "next",
  "parcel",
  "slidev",
  "blitz",
  "sapper",
  "snowpack",
]);

/** Frameworks whose verb `serve` serves what was built. */
const servesBuilt = new Set(["gatsby", "docusaurus", "redwood", "rw", "vitepress", "rspress", "strapi"]);

/** A file of the project's own that serves its pages while they are worked on: `build/dev-server.js`. */
export const developmentServer: RegExp =
  /(?:^|\/)(?:dev[-_.]?(?:server|client)|(?:server|start|webpack)[-_.]dev(?:[-_.]server)?)\.[cm]?[jt]s$/i;

/** What one command is for. */
export function useOf({ words, program, variables }: Invocation): Use {
  const rest = words.slice(1);
  const verb = rest.find((word) => !word.startsWith("-"));
  if (develops.has(program)) return "develop";
  if (tests.has(program)) return "test";
  if (program === "install" || program === "run-elsewhere") return elsewhereUse(program, words);
  if (runsFiles.has(program)) {
    if (
      rest.some(
        (word) => word === "--watch" || word === "--hot" || word === "--watch-path" || word.startsWith("--watch="),
      ) ||
      verb === "watch"
    )
      return "develop";
    if (program === "bun" && verb === "build") return "build";
    if (program === "bun" && verb === "test") return "test";
    if (program === "deno") return verb === "task" ? "other" : "serve";
    if (verb === undefined || rest.includes("--test")) return rest.includes("--test") ? "test" : "other";
    if (developmentServer.test(verb)) return "develop";
    if (/(^|\/)(build|(?:scripts|build)\/build[\w.-]*|esbuild[\w.-]*|webpack[\w.-]*|gulpfile)\.(m|c)?[jt]s$/.test(verb))
      return "build";
    if (/(^|\/)(generate|gen|codegen|prepare|clean|copy|prebuild|postbuild)([-_.][\w-]+)?\.(m|c)?[jt]s$/.test(verb))
      return "other";
    if (/(^|\/)(scripts|tools|tasks|\.github)\//.test(verb) && !/(start|serve|server)/.test(verb)) return "other";
    if (program === "node" && /(^|\/)ace(\.js)?$/.test(verb)) return rest.includes("serve") ? "develop" : "build";
    return variables["NODE_ENV"] === "development" ? "develop" : "serve";
  }
  if (previews.has(program)) return "preview";
  if (program === "wrangler" || program === "netlify" || program === "vercel" || program === "firebase")
    return verb === "dev" || verb === "pages" ? "develop" : "other";
  if (program === "eleventy" || program === "@11ty/eleventy")
    return rest.some((word) => word === "--serve" || word === "--watch") ? "develop" : "build";
  if (program === "webpack" || program === "webpack-cli" || program === "rspack")
    return verb === "serve" || verb === "dev" || verb === "s"
      ? "develop"
      : rest.includes("--watch") && rest.includes("--mode=development")
        ? "develop"
        : "build";
  if (program === "ng")
    return verb === "build" || verb === "b"
      ? "build"
      : verb === "test"
        ? "test"
        : verb === "serve" || verb === "s"
          ? "develop"
          : "other";
  if (program === "hexo")
    return verb === "server" || verb === "s" ? "develop" : verb?.startsWith("g") ? "build" : "other";
  if (program === "nest")
    return verb === "build"
      ? "build"
      : verb === "start"
        ? rest.some((word) => word === "--watch" || word === "-w" || word === "--debug")
          ? "develop"
          : "serve"
        : "other";
  if (program === "gulp" || program === "grunt")
    return verb === undefined || /build|prod|dist|default/.test(verb)
      ? "build"
      : /serve|watch|dev/.test(verb)
        ? "develop"
        : "other";
  if (program === "fastify" || program === "fastify-app")
    return rest.some((word) => word === "-w" || word === "--watch")
      ? "develop"
      : verb === "start" || verb === "run"
        ? "serve"
        : "other";
  if (
    program === "remix-serve" ||
    program === "react-router-serve" ||
    program === "json-server" ||
    program === "moleculer-runner" ||
    program === "functions-framework" ||
    program === "probot" ||
    program === "srvx"
  )
    return "serve";
  if (program === "egg-scripts") return verb === "start" ? "serve" : "other";
  if (program === "egg-bin") return verb === "dev" ? "develop" : "other";
  if (program === "vue-cli-service")
    return verb === "build" ? "build" : verb === "serve" || verb === undefined ? "develop" : "other";
  if (program === "parcel" || program === "slidev" || program === "sapper" || program === "poi")
    return verb === "build" || verb === "export" ? "build" : verb === "start" ? "serve" : "develop";
  // `shopify hydrogen build`: the product comes before the verb.
  if (program === "shopify") return rest[0] === "app" ? "other" : (verbs[rest[1] ?? ""] ?? "other");
  if (program === "expo")
    return verb === "export" || verb === "export:web" || verb === "build:web" ? "build" : "develop";
  if (builds.has(program)) return rest.some((word) => word === "--watch" || word === "-w") ? "develop" : "build";
  if (verb === "start" && startsDeveloping.has(program)) return "develop";
  if (verb === "serve" && servesBuilt.has(program))
    return program === "gatsby" || program === "docusaurus" || program === "vitepress" || program === "rspress"
      ? "preview"
      : "serve";
  if (
    bareDevelops.has(program) &&
    (verb === undefined || verbs[verb] === undefined) &&
    !/^(lint|info|telemetry|typecheck|codegen|optimize|upgrade|add|cleanup|module|analyze|devtools|init)$/.test(
      verb ?? "",
    )
  )
    return program === "vite" && rest.includes("build") ? "build" : "develop";
  const use = verb === undefined ? "other" : (verbs[verb] ?? "other");
  // A recipe or a script of the shell may start anything.
  return use === "serve" && (program === "make" || program.endsWith(".sh")) ? "other" : use;
}

/** Tasks of other packages are classified by their name. */
function elsewhereUse(program: string, words: string[]): Use {
  if (program === "install") return "other";
  const text = words.join(" ");
  if (/\bbuild\b/.test(text)) return "build";
  if (/\b(test|lint)\b/.test(text)) return "test";
  if (/\b(dev|develop|watch|serve)\b/.test(text)) return "develop";
  return /\b(start|start:prod|production)\b/.test(text) ? "serve" : "other";
}
