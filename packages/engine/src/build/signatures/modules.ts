/** Failures any JavaScript project can have: modules that are not found, formats that do not fit, types, lint, scripts. */
import type { Signature } from "./signature.ts";

export const moduleSignatures: Signature[] = [
  {
    id: "node-left-out",
    pattern: /TypeError: (?:\w*[uU]til\w*\.)(?<name>is[A-Z]\w+|_extend|puts|pump) is not a function/,
    cause: "A package uses util.{name}, which Node.js has no more since version 23.",
    evidence: /^\s+at .*node_modules\//,
    next: ['Update the package, or ask for an earlier Node.js in package.json: "engines": { "node": "22.x" }.'],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "syntax-too-new",
    pattern: /SyntaxError: Unexpected token '(\?\?=|\?|\.|\|\|=|&&=|#|=)'/,
    also: /internal\/modules\/cjs\/loader\.js|node:internal\/modules/,
    cause: "The code is written for a newer Node.js than {node}.",
    evidence: /^\S+:\d+$|Require stack|at .*node_modules/,
    next: ['Ask for a newer one in package.json: "engines": { "node": ">=22" }, and install it on this machine.'],
    recovery: "manual",
  },
  {
    id: "node-too-old",
    pattern:
      /Cannot find module 'node:(?<module>\w+)'|ERR_UNKNOWN_BUILTIN_MODULE|You are using Node\.js [\d.]+\. .* (?:version|requires)/,
    cause: "The code is written for a newer Node.js than {node}.",
    next: ['Ask for a newer one in package.json: "engines": { "node": ">=22" }, and install it on this machine.'],
    recovery: "manual",
  },
  {
    id: "require-esm",
    pattern: /ERR_REQUIRE_ESM|require\(\) of ES Module (?<file>\S+)/,
    cause: "A package that is an ES module is loaded with require(), which this Node.js does not allow.",
    evidence: /require\(\) of ES Module/,
    next: [
      "Use Node.js 22 or later, which allows it; or import() it; or take the package's last version for CommonJS.",
    ],
    recovery: "manual",
  },
  {
    id: "import-outside-module",
    pattern: /Cannot use import statement outside a module|Unexpected token 'export'/,
    cause: "A file written as an ES module is loaded as CommonJS.",
    evidence: /^\S+:\d+$/,
    next: ['Write "type": "module" into package.json, or call the file .mjs, or compile it first.'],
    recovery: "manual",
  },
  {
    id: "require-in-module",
    pattern: /(?<word>require|module|exports|__dirname|__filename) is not defined in ES module scope/,
    cause: 'A CommonJS file is loaded as an ES module, because package.json says "type": "module".',
    evidence: /This file is being treated|^file:|^\S+:\d+$/,
    next: ["Call the file .cjs, or write it with import and export."],
    recovery: "manual",
  },
  {
    id: "subpath-not-exported",
    pattern: /ERR_PACKAGE_PATH_NOT_EXPORTED|Package subpath '(?<subpath>[^']+)' is not defined by "exports"/,
    cause: "A file inside a package is imported that the package does not export.",
    evidence: /is not defined by "exports"/,
    next: ["Take a version of the package that has it, or import what the package exports."],
    recovery: "manual",
  },
  {
    id: "config-plugin-missing",
    pattern:
      /Cannot find (?:package|module) '(?<package>[^./'][^']*)' imported from \S*(?:vite|astro|svelte|nuxt|vitest|tailwind|eslint|postcss)\S*config/,
    cause: "The tool's configuration imports {package}, which is not among the project's dependencies.",
    next: ["Run: {addDev} {package}, commit package.json and the lockfile, and deploy again."],
    recovery: "manual",
  },
  {
    id: "esm-extension-missing",
    pattern: /Cannot find module '(?<file>[^']+)' imported from (?<from>\S+)/,
    also: /Did you mean to import|ERR_MODULE_NOT_FOUND/,
    cause: "{from} imports {file}, which is not there; ES modules need the whole name of the file.",
    evidence: /Did you mean to import/,
    next: ["Write the import with its extension (./lib/a.js), or build with a bundler."],
    recovery: "manual",
  },
  {
    id: "import-unresolved",
    pattern:
      /(?:Rollup|Rolldown) failed to resolve import "(?<package>[^./"@~#][^"]*|@[\w-]+\/[^"]+)" from "(?<from>[^"]+)"/,
    cause: "{from} imports {package}, which is not among the project's dependencies.",
    next: ["Run: {add} {package}, commit package.json and the lockfile, and deploy again."],
    recovery: "manual",
  },
  {
    id: "file-unresolved",
    pattern:
      /Could not resolve ['"](?<file>\.{1,2}\/[^'"]+|[@~]\/[^'"]+)['"](?: from ['"]?(?<from>[^'"]+))?|Can't resolve '(?<file2>\.{1,2}\/[^']+|[@~]\/[^']+)'|failed to resolve import "(?<file3>\.{1,2}\/[^"]+|[@~]\/[^"]+)"/,
    cause: "The file {file} is imported and not there.",
    evidence: /^\.\/\S+\.(j|t)sx?$|^file: |src\/\S+:\d+/,
    next: [
      "Check that it is committed, and that upper and lower case of its name are those of the import.",
      "If the import begins with @/ or ~/: check the alias in the bundler's configuration.",
    ],
    recovery: "manual",
  },
  {
    id: "package-unresolved",
    pattern:
      /Could not resolve "(?<package>[^./"@~#][^"]*|@[\w-]+\/[^"]+)"|Module not found: (?:Error: )?Can't resolve '(?<package2>[^./'@~#][^']*|@[\w-]+\/[^']+)'|Cannot find package '(?<package3>[^']+)' imported from/,
    cause: "{package} is imported and is not among the project's dependencies.",
    evidence: /^\.\/\S+\.(j|t)sx?$|^\s+\S+:\d+:\d+:$/,
    next: ["Run: {add} {package}, commit package.json and the lockfile, and deploy again."],
    recovery: "manual",
  },
  {
    id: "typescript-types-missing",
    pattern: /error TS(?:7016|2580|2582|2688): |Type error: Could not find a declaration file for module/,
    cause: "Types of a package are missing.",
    evidence: /npm i --save-dev|@types\//,
    next: ["Add the @types package named here as a development dependency, commit, and deploy again."],
    recovery: "manual",
  },
  {
    id: "typescript-module-missing",
    pattern:
      /(?<place>\S+?[(:]\d+[,:]\d+\)?):? (?:- )?(?:error TS2307|Type error): Cannot find module '(?<names>[^']+)'/,
    cause: "TypeScript does not find a module that is imported: {names}.",
    next: [
      "Add the package to the dependencies ({add} …), or check that the file is committed and its name has the same upper and lower case.",
    ],
    recovery: "manual",
  },
  {
    id: "typescript-config-missing",
    pattern: /error TS(?:5058|5083|6053|18003): (?<what>.*)/,
    cause: "TypeScript: {what}",
    next: ["Commit the file, or correct the path in tsconfig.json or the script."],
    recovery: "manual",
  },
  {
    id: "typescript-error",
    pattern: /(?<place>\S+?[(:]\d+[,:]\d+\)?):? (?:- )?error (?<code>TS\d+): (?<what>.*)/,
    cause: "TypeScript found an error at {place}: {what}",
    next: ["Correct it; the same command on your machine shows all of them."],
    recovery: "manual",
  },
  {
    id: "typescript-error-next",
    pattern: /^Type error: (?<what>.*)/,
    cause: "TypeScript found an error: {what}",
    evidence: /^\.\/\S+:\d+:\d+/,
    next: ["Correct it at the place named here; npx tsc --noEmit on your machine shows all of them."],
    recovery: "manual",
  },
  {
    id: "eslint-error",
    pattern: /✖ (?<count>\d+) problems? \((?<errors>\d+) errors?/,
    cause: "ESLint found {errors} errors, and the build stops for them.",
    evidence: /^\s+\d+:\d+\s+error\s/,
    next: ["Correct them, or take the linter out of the build command."],
    recovery: "manual",
  },
  {
    id: "script-missing",
    pattern:
      /Missing script: "?(?<script>[\w:.-]+)|error Command "(?<script2>[\w:.-]+)" not found|Script not found "(?<script3>[\w:.-]+)"|Couldn't find a script named "(?<script4>[\w:.-]+)"/,
    cause: "package.json has no script {script}.",
    next: ["Add it to scripts, or say what builds the project with --build-command."],
    recovery: "manual",
  },
  {
    id: "command-not-found",
    pattern:
      /(?:sh|bash)(?:: line \d+| ?: ?\d+)?: (?<program>[\w@/.-]+): (?:command )?not found|exec: "(?<program2>[^"]+)": executable file not found|spawn (?<program3>\S+) ENOENT/,
    cause: "The program {program} is not there.",
    next: [
      "Add the package that brings it to the dependencies ({addDev} …), commit package.json and the lockfile, and deploy again.",
      "If it belongs to the machine, install it there.",
    ],
    recovery: "manual",
  },
  {
    id: "module-missing",
    pattern: /Cannot find module '(?<package>[^./'][^']*)'/,
    cause: "The package {package} is not installed.",
    evidence: /^- \S+/,
    next: ["Run: {add} {package}, commit package.json and the lockfile, and deploy again."],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "file-module-missing",
    pattern: /Cannot find module '(?<file>[./][^']*)'/,
    cause: "The file {file} is loaded and not there.",
    evidence: /^- \S+/,
    next: ["Check that it is committed or built before, and that upper and lower case of its name are right."],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "fetch-failed",
    pattern: /TypeError: fetch failed/,
    cause: "The build asks a server for data that does not answer.",
    evidence: /\[cause\]|ECONNREFUSED|ENOTFOUND/,
    next: [
      "Pages that ask the application's own API cannot be rendered while it is built: fetch when they are asked for.",
      "Otherwise check the address.",
    ],
    recovery: "manual",
  },
  {
    id: "file-not-found",
    pattern: /ENOENT: no such file or directory, (?<operation>\w+) '(?<file>[^']+)'/,
    cause: "The build reads {file}, which is not there.",
    next: ["Commit it, or make it in a step before; .env files and what .gitignore names are not in the build."],
    recovery: "manual",
  },
];
