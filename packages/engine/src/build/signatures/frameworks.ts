/** Failures of frameworks and bundlers that say more than "module not found" or "type error". */
import type { Signature } from "./signature.ts";

export const frameworkSignatures: Signature[] = [
  {
    id: "openssl-md4",
    pattern: /ERR_OSSL_EVP_UNSUPPORTED|digital envelope routines::unsupported/,
    cause: "This version of webpack uses a hash that Node.js 17 and later refuse.",
    next: [
      "Update webpack to 5 (or react-scripts to 5).",
      "Until then set the build variable NODE_OPTIONS=--openssl-legacy-provider.",
    ],
    recovery: "manual",
  },
  {
    id: "prisma-client-missing",
    pattern:
      /@prisma\/client did not initialize yet|Cannot find module '\.prisma\/client|has no exported member '?PrismaClient/,
    cause: "Prisma's client was not generated.",
    next: ['Generate it before the build: "build": "prisma generate && …" in package.json.'],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "next-search-params",
    pattern: /useSearchParams\(\) should be wrapped in a suspense boundary at page "(?<page>[^"]+)"/,
    cause: "The page {page} uses useSearchParams() outside a <Suspense>.",
    next: ["Put the component that calls it into <Suspense>…</Suspense>."],
    recovery: "manual",
  },
  {
    id: "next-export-dynamic-route",
    pattern:
      /Page "(?<page>[^"]+)" is missing "generateStaticParams\(\)"|(?<page2>\S+) is missing exported function "generateStaticParams/,
    cause:
      "The route {page} is dynamic, and the site is exported as files (output: export): its addresses must be known while building.",
    next: ["Export generateStaticParams() from it.", 'Or remove output: "export" and deploy it as a server.'],
    recovery: "alternative",
  },
  {
    id: "next-export-image",
    pattern: /Image Optimization using (the )?(default|Next\.js' default) loader is not compatible with/i,
    cause: "Images are optimised by a server, and the site is exported as files (output: export).",
    next: [
      "Set images: { unoptimized: true } in next.config.",
      'Or remove output: "export" and deploy it as a server.',
    ],
    recovery: "alternative",
  },
  {
    id: "next-export-server",
    pattern:
      /couldn't be rendered statically because it used `(?<used>[^`]+)`|export const dynamic = "force-dynamic"( on page "(?<page>[^"]+)")? cannot be used with "output: export"|is not (supported|compatible) with "?output: ['"]?export/,
    cause: "Something needs a server, and the site is exported as files (output: export).",
    next: [
      'Remove output: "export" and deploy it as a server.',
      "Or take out what needs one: cookies, headers, server actions, route handlers.",
    ],
    recovery: "alternative",
  },
  {
    id: "next-use-client",
    pattern:
      /You're importing a component that needs `?(?<hook>\w+)|createContext is not a function|This React Hook only works in a Client Component/,
    cause: "A server component uses {hook}, which only works in the browser.",
    evidence: /^\.\/\S+|,-\[/,
    next: ['Write "use client" in the first line of the file.'],
    recovery: "manual",
  },
  {
    id: "next-no-app",
    pattern: /Couldn't find any `pages` or `app` directory/,
    cause: "Next.js finds neither a pages nor an app directory.",
    next: ["Name the directory of the application with --dir."],
    recovery: "manual",
  },
  {
    id: "next-config",
    pattern: /Failed to load (?<config>next\.config\.\w+)/,
    cause: "{config} cannot be loaded.",
    evidence: /Error: /,
    next: ["Correct it at the place named here."],
    recovery: "manual",
  },
  {
    id: "next-typescript-missing",
    pattern: /trying to use TypeScript but do not have the required package/,
    cause: "The project is in TypeScript, and typescript or its types are not among its dependencies.",
    evidence: /npm install --save-dev|pnpm (add|install)|yarn add/,
    next: ["Run the command it names and commit package.json and the lockfile."],
    recovery: "manual",
  },
  {
    id: "next-lint",
    pattern: /^\d+:\d+\s+Error: .*\s{2}(?<names>[@\w-]+(?:\/[\w-]+)*)\s*$/,
    cause: "ESLint found errors, and next build stops for them ({names}).",
    next: ["Correct them.", "Or set eslint: { ignoreDuringBuilds: true } in next.config and lint elsewhere."],
    recovery: "manual",
  },
  {
    id: "warnings-as-errors",
    pattern: /Treating warnings as errors because process\.env\.CI = true/,
    cause: "The build treats warnings as errors, because it runs on a build machine (CI is set).",
    evidence: /^\s+Line \d+:\d+:|^src\//,
    next: ["Correct the warnings.", "Or set the build variable CI=false."],
    recovery: "manual",
  },
  {
    id: "other-runtime",
    pattern: /(?:ReferenceError: |ERROR\s+|^)(?<global>Bun|Deno) is not defined/,
    cause: "It is written or built for {global}, and Node.js ran it.",
    next: ["Say how {global} starts it with --start-command: 'bun --bun run start', or 'deno run -A main.ts'."],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "worker-global",
    pattern: /ReferenceError: (?<global>addEventListener|caches|WebSocketPair|HTMLRewriter) is not defined/,
    cause: "It is built for Cloudflare Workers: there is no {global} in Node.js.",
    next: ["Deploy it with --platform cloudflare, or build it with the framework's adapter for Node.js."],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "browser-global-at-start",
    pattern: /ReferenceError: (?<global>window|document|localStorage|self|HTMLElement) is not defined/,
    also: /releases\/rel_/,
    cause: "Code for the browser or for Workers was loaded by the server: there is no {global} in Node.js.",
    evidence: /^\s+at .*\/releases\//,
    next: [
      "Load it in the browser only, or, where the project is built for Cloudflare Workers, deploy it with --platform cloudflare.",
    ],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "browser-global",
    pattern:
      /(?:ReferenceError: |\b|\.html)(?<global>window|document|localStorage|sessionStorage|navigator|location|HTMLElement|self) is not defined/,
    cause: "Code for the browser ran while pages were rendered on the build machine: there is no {global} here.",
    evidence: /prerendering page|▶ |at .*(src|app|pages|components)\//,
    next: [
      "Use {global} in an effect or event handler, or load the component in the browser only (next/dynamic with ssr: false, client:only).",
    ],
    recovery: "manual",
  },
  {
    id: "next-page-data",
    pattern: /Failed to collect page data for (?<page>\/[^\s\]]*)/,
    cause: "The code of {page} failed when it was loaded.",
    evidence: /^\s*(\w*Error: .*|\[?Error: .*)/,
    next: ["Read the error: a variable that is not set while building is the usual cause."],
    recovery: "manual",
  },
  {
    id: "next-prerender",
    pattern: /Error occurred prerendering page "(?<page>[^"]+)"/,
    cause: "The page {page} failed while it was rendered.",
    evidence: /^\s*\w*Error: /,
    next: [
      "Read the error; run the build on your machine to see the same.",
      'Or render it when it is asked for: export const dynamic = "force-dynamic".',
    ],
    recovery: "manual",
  },
  {
    id: "astro-adapter-missing",
    pattern: /NoAdapterInstalled|Cannot use (server-rendered pages|`output: 'server'`) without an adapter/,
    cause: "Some pages are rendered by a server, and Astro has no adapter for one.",
    next: [
      "Run: npx astro add node",
      "Or make all pages static: remove export const prerender = false and output: 'server'.",
    ],
    recovery: "alternative",
  },
  {
    id: "astro-static-paths",
    pattern: /GetStaticPathsRequired|Failed to call getStaticPaths for (?<page>\S+)/,
    cause: "A dynamic route has no getStaticPaths(), which a static site needs.",
    evidence: /getStaticPaths/,
    next: [
      "Export getStaticPaths() from it, or render it on a server (npx astro add node, export const prerender = false).",
    ],
    recovery: "manual",
  },
  {
    id: "astro-content-schema",
    pattern: /InvalidContentEntryData\w*\]?\s*(?<entry>.*?) data does not match/,
    cause: "The front matter of {entry} does not fit the collection's schema.",
    evidence: /^\s+\w+\*?\*?: /,
    next: ["Correct the fields in the file, or the schema in content.config."],
    recovery: "manual",
  },
  {
    id: "svelte-adapter-auto",
    pattern: /Could not detect a supported production environment/,
    cause: "SvelteKit's adapter-auto knows nothing of this platform, so no server was made.",
    next: ["Run: {addDev} @sveltejs/adapter-node, and use it in svelte.config.js (or adapter-static for files only)."],
    recovery: "manual",
  },
  {
    id: "svelte-adapter-static",
    pattern: /@sveltejs\/adapter-static: all routes must be fully prerenderable/,
    cause: "Some routes are not prerendered, and adapter-static makes files only.",
    evidence: /^\s+- /,
    next: [
      "Write export const prerender = true into src/routes/+layout.js, or set fallback: '200.html' for a single-page application.",
      "Or use @sveltejs/adapter-node.",
    ],
    recovery: "alternative",
  },
  {
    id: "svelte-env-export",
    pattern: /"(?<key>\w+)" is not exported by "\W*virtual:env\/static\/(?<kind>private|public)"/,
    cause: "The code imports {key} from $env/static/{kind}, and the variable is not set while building.",
    next: ["Set it with: landfall env set {key}", "Or read it when the program runs: $env/dynamic/{kind}."],
    recovery: "manual",
  },
  {
    id: "nuxt-module-missing",
    pattern: /Could not load `(?<package>[^`]+)`\. Is it installed\?/,
    cause: "The Nuxt module {package} is not among the project's dependencies.",
    next: ["Run: {add} {package}, commit, and deploy again."],
    recovery: "manual",
  },
  {
    id: "nuxt-prerender",
    pattern: /Exiting due to prerender errors|Errors prerendering:/,
    cause: "Some pages failed while they were rendered.",
    evidence: /├─|└──|\[\d{3}\]/,
    next: ["Read which pages and why.", "To go on without them: nitro: { prerender: { failOnError: false } }."],
    recovery: "manual",
  },
  {
    id: "angular-budget",
    pattern:
      /(?<what>[\w ]+?) exceeded maximum budget\. Budget (?<budget>[\d.]+ \w+) was not met by (?<over>[\d.]+ \w+)/,
    cause: "The bundle is larger than its budget of {budget}, by {over}.",
    next: ["Raise budgets in angular.json, or load parts later (lazy routes)."],
    recovery: "manual",
  },
  {
    id: "vitepress-dead-link",
    pattern: /Found dead link (?<link>\S+) in file (?<page>\S+)|\[vitepress\] \d+ dead link/,
    cause: "The documentation has links that lead nowhere.",
    next: ["Correct the links, or set ignoreDeadLinks: true."],
    recovery: "manual",
  },
  {
    id: "tailwind-4-postcss",
    pattern: /trying to use `tailwindcss` directly as a PostCSS plugin/,
    cause: "Tailwind CSS 4 is no PostCSS plugin itself any more.",
    next: ["Run: {addDev} @tailwindcss/postcss, and write it instead of tailwindcss in postcss.config."],
    recovery: "manual",
  },
  {
    id: "postcss-plugin-missing",
    pattern:
      /Loading PostCSS Plugin failed: Cannot find module '(?<package>[^']+)'|Cannot find module '(?<package2>autoprefixer|tailwindcss|postcss[\w-]*|cssnano|@tailwindcss\/postcss)'/,
    cause: "postcss.config names {package}, which is not among the project's dependencies.",
    next: ["Run: {addDev} {package}, commit package.json and the lockfile, and deploy again."],
    recovery: "manual",
  },
  {
    id: "preprocessor-missing",
    pattern: /Preprocessor dependency "(?<package>[^"]+)" not found/,
    cause:
      "The project has files in Sass, Less or Stylus, and their compiler ({package}) is not among its dependencies.",
    next: ["Run: {addDev} {package} (for Sass, sass does as well), commit, and deploy again."],
    recovery: "manual",
  },
  {
    id: "vite-entry-missing",
    pattern: /Could not resolve entry module "(?<entry>[^"]+)"|Cannot resolve entry module (?<entry2>\S+)/,
    cause: "The entry of the build, {entry}, is not there.",
    next: [
      "Check root and build.rollupOptions.input in vite.config; if the application is in a folder, name it with --dir.",
    ],
    recovery: "manual",
  },
  {
    id: "webpack-loader-missing",
    pattern: /You may need an appropriate loader to handle this file type/,
    cause: "webpack does not know how to read a kind of file.",
    evidence: /ERROR in|Module parse failed/,
    next: ["Add a loader for it to module.rules (css-loader, ts-loader, or type: 'asset' for images)."],
    recovery: "manual",
  },
  {
    id: "not-exported",
    pattern:
      /"(?<name>[^"]+)" is not exported by "(?<from>[^"]+)"|Attempted import error: '(?<name2>[^']+)' is not exported from|does not provide an export named '(?<name3>[^']+)'/,
    cause: "Something is imported that the module does not export.",
    next: [
      "Correct the name of the import; a changed version of a package is the usual cause: see that the lockfile is committed.",
    ],
    recovery: "manual",
  },
  {
    id: "parse-error",
    pattern:
      /(?<place>\S+ \(\d+:\d+\)): (?:Unexpected token|Expected|Unterminated|Parse error)|RollupError: Parse failure|\[PARSE_ERROR\]|Parsing ecmascript source code failed/,
    cause: "A source file cannot be parsed.",
    evidence: /^\s*\d+: /,
    next: ["Correct it at the place named here; an unresolved merge conflict is a usual cause."],
    recovery: "manual",
  },
];
