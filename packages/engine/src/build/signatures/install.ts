/** Failures while dependencies are installed: lockfiles, versions, registries, native packages. */
import type { Signature } from "./signature.ts";

export const installSignatures: Signature[] = [
  {
    id: "engine-npm",
    pattern: /npm error code EBADENGINE/,
    cause: "The project (or a package) does not allow this version of Node.js or npm.",
    evidence: /Not compatible|Required:|Actual:/,
    next: ["Install the version it asks for on this machine, or widen engines in package.json."],
    recovery: "manual",
  },
  {
    id: "engine-yarn",
    pattern:
      /The engine "(?<engine>\w+)" is incompatible with this module\. Expected version "(?<wanted>[^"]+)"\. Got "(?<found>[^"]+)"/,
    cause: "The project asks for {engine} {wanted}; this machine has {found}.",
    next: ["Install {engine} {wanted} on this machine, or widen engines in package.json."],
    recovery: "manual",
  },
  {
    id: "engine-pnpm",
    pattern: /ERR_PNPM_UNSUPPORTED_ENGINE/,
    cause: "The project (or a package) does not allow this version of Node.js or pnpm.",
    evidence: /Expected version:|^Got:/,
    next: ["Install the version it asks for on this machine, or widen engines in package.json."],
    recovery: "manual",
  },
  {
    id: "lockfile-npm-absent",
    pattern: /`npm ci` command can only install with an existing package-lock\.json/,
    cause: "There is no package-lock.json, and npm ci installs only what one names.",
    next: [
      "Run npm install, commit package-lock.json, and deploy again; or install with --install-command 'npm install'.",
    ],
    recovery: "manual",
  },
  {
    id: "lockfile-npm",
    pattern: /`npm ci` can only install packages when your package\.json and package-lock\.json/,
    cause: "package-lock.json does not fit package.json.",
    evidence: /npm error (Missing|Invalid):/,
    next: ["Run npm install, commit package-lock.json, and deploy again."],
    recovery: "manual",
  },
  {
    id: "lockfile-pnpm-version",
    pattern:
      /Ignoring not compatible lockfile|ERR_PNPM_LOCKFILE_BREAKING_CHANGE|Headless installation requires a pnpm-lock\.yaml/,
    cause: "pnpm-lock.yaml was written by another version of pnpm than the one that installs.",
    next: [
      'Name the version in package.json: "packageManager": "pnpm@<version>" (pnpm --version says it), and commit it.',
    ],
    recovery: "manual",
  },
  {
    id: "lockfile-pnpm-absent",
    pattern: /ERR_PNPM_NO_LOCKFILE/,
    cause: "There is no pnpm-lock.yaml, and a build installs only what one names.",
    next: ["Run pnpm install, commit pnpm-lock.yaml, and deploy again."],
    recovery: "manual",
  },
  {
    id: "lockfile-pnpm",
    pattern: /ERR_PNPM_(OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH|FROZEN_LOCKFILE)/,
    cause: "pnpm-lock.yaml does not fit package.json.",
    evidence: /lockfile: .*manifest:|specifiers|mismatched/,
    next: ["Run pnpm install, commit pnpm-lock.yaml, and deploy again."],
    recovery: "manual",
  },
  {
    id: "lockfile-yarn",
    pattern: /Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`/,
    cause: "yarn.lock does not fit package.json.",
    next: ["Run yarn install, commit yarn.lock, and deploy again."],
    recovery: "manual",
  },
  {
    id: "lockfile-yarn-berry",
    pattern: /The lockfile would have been (modified|created) by this install/,
    cause: "yarn.lock does not fit package.json.",
    evidence: /YN0028: │ [+-]\s+\S/,
    next: ["Run yarn install, commit yarn.lock, and deploy again."],
    recovery: "manual",
  },
  {
    id: "lockfile-bun",
    pattern: /lockfile had changes, but lockfile is frozen/,
    cause: "bun.lock does not fit package.json.",
    evidence: /^note: /,
    next: ["Run bun install, commit bun.lock, and deploy again."],
    recovery: "manual",
  },
  {
    id: "peer-conflict",
    pattern: /npm error (code )?ERESOLVE/,
    cause: "Two packages want versions of a third that exclude each other.",
    evidence: /npm error (While resolving|Found|peer\w* |Could not resolve|Conflicting)/,
    next: [
      'Update the package named under "peer" to a version that allows the one found, or go back with the other.',
      "To install it all the same, add .npmrc with legacy-peer-deps=true.",
    ],
    recovery: "manual",
  },
  {
    id: "registry-token",
    pattern: /(?:Environment variable not found \(|Failed to replace env in config: \$\{)(?<key>\w+)/,
    cause: "The package manager's settings use the variable {key}, which is not set.",
    next: ["Set it as a build variable: landfall env set {key}"],
    recovery: "manual",
  },
  {
    id: "registry-unauthorized",
    pattern:
      /npm error code E401|ERR_PNPM_FETCH_401|\b401 Unauthorized\b.*(registry|npm)|Unable to authenticate, need: /,
    cause: "The registry of a private package wants a token.",
    evidence: /\b401\b/,
    next: [
      "Put a line such as //registry.example.com/:_authToken=${NPM_TOKEN} into .npmrc and set NPM_TOKEN with: landfall env set NPM_TOKEN",
    ],
    recovery: "reconnect",
  },
  {
    id: "registry-forbidden",
    pattern: /npm error code E403|ERR_PNPM_FETCH_403/,
    cause: "The registry refuses a package to this token, or a rule forbids it.",
    evidence: /\b403\b/,
    next: ["Check that the token may read the package, and that the version is allowed."],
    recovery: "reconnect",
  },
  {
    id: "package-not-found",
    pattern:
      /npm error 404\s+(?:The requested resource )?'(?<package>@?[^'@]+(?:\/[^'@]+)?)(?:@[^']*)?'|^(?<package2>@?[\w./-]+) is not in the npm registry|Couldn't find package "(?<package3>[^"]+)" on the "npm" registry|^error: GET \S+?\/(?<package4>(?:@[^/\s]+\/)?[^/\s]+)\/-\/\S+ - 404/,
    cause: "The package {package} is not on the registry, or it is private and there is no token for it.",
    evidence: /\b404\b.*(GET|could not be found)|not in the npm registry|^error: GET .* - 404/,
    next: [
      "Check the package's name in package.json.",
      "If it is private, add its registry and token to .npmrc (…:_authToken=${NPM_TOKEN}) and set NPM_TOKEN as a build variable.",
    ],
    recovery: "manual",
  },
  {
    id: "lockfile-pnpm-policy",
    pattern: /ERR_PNPM_TRUST_DOWNGRADE/,
    cause: "pnpm's policy on trust does not let in what pnpm-lock.yaml names.",
    evidence: /^\s+\S+@\d\S* |failed verification/,
    next: [
      "Run pnpm install with the same version of pnpm and commit pnpm-lock.yaml; or name the packages in trustPolicyExclude of pnpm-workspace.yaml.",
    ],
    recovery: "manual",
  },
  {
    id: "version-not-found",
    pattern:
      /No matching version found for (?<wanted>\S+?)\.?$|ERR_PNPM_NO_MATCHING_VERSION\s+No matching version found for (?<wanted2>\S+)/,
    cause: "There is no version {wanted} on the registry.",
    next: ["Correct the version in package.json, run {install}, and commit the lockfile."],
    recovery: "manual",
  },
  {
    id: "integrity",
    pattern: /\bEINTEGRITY\b|integrity check(sum)? failed|ERR_PNPM_TARBALL_INTEGRITY|YN0018/,
    cause: "A downloaded package is not the one the lockfile names: its digest is another.",
    next: [
      "Deploy once more: the download may have been damaged.",
      "If it stays, remove the package's entry from the lockfile, run {install}, look at what changed, and commit.",
    ],
    recovery: "retry",
  },
  {
    id: "git-dependency",
    pattern:
      /npm error command git .*ls-remote (?<url>\S+)|ERR_PNPM_FETCHING_GIT|Could not read from remote repository/,
    cause: "A dependency comes from a git repository that cannot be reached or read.",
    evidence: /fatal: |Could not resolve|Permission denied|npm error command git/,
    next: ["Publish it to a registry, or use an https address with a token; a build has no SSH keys."],
    recovery: "manual",
  },
  {
    id: "prisma-engine-download",
    pattern: /binaries\.prisma\.sh/,
    cause: "Prisma could not download its engine from binaries.prisma.sh.",
    next: [
      "Check that this machine reaches that host (proxy, firewall), then deploy again.",
      "Or set PRISMA_ENGINES_MIRROR to a mirror that it reaches.",
    ],
    recovery: "retry",
  },
  {
    id: "google-fonts",
    pattern:
      /Failed to fetch `?(?<font>[^`]+?)`? from Google Fonts|(ENOTFOUND|ECONNREFUSED|ETIMEDOUT).*fonts\.(googleapis|gstatic)\.com/,
    cause: "The build downloads a font from Google Fonts and could not reach it.",
    next: ["Check that this machine reaches fonts.googleapis.com, or put the font into the project (next/font/local)."],
    recovery: "retry",
  },
  {
    id: "network-unknown-host",
    pattern:
      /(?:npm error|ERR_PNPM|YN\d+|unexpected error occurred|^FetchError: ).*(?:ENOTFOUND|EAI_AGAIN)(?:.*?(?<host>[\w-]+(?:\.[\w-]+)+))?/,
    cause: "The build loads something from {host}, which is not known here: its name does not resolve.",
    evidence: /getaddrinfo/,
    next: ["Check the network (and, where it is a registry, its address in .npmrc), then deploy again."],
    recovery: "retry",
  },
  {
    id: "network-timeout",
    pattern:
      /npm error.*(network timeout at|ETIMEDOUT|ESOCKETTIMEDOUT)|ERR_SOCKET_TIMEOUT|There appears to be trouble with your network connection/,
    cause: "The registry did not answer in time.",
    next: ["Deploy again; what was downloaded is kept. If it stays, check proxy and firewall of this machine."],
    recovery: "retry",
  },
  {
    id: "network-refused",
    pattern: /npm error.*(ECONNREFUSED|ECONNRESET)|ERR_PNPM_META_FETCH_FAIL/,
    cause: "The registry cannot be reached: the connection was refused or cut.",
    next: ["Check the registry's address in .npmrc and the network, then deploy again."],
    recovery: "retry",
  },
  {
    id: "manifest-invalid",
    pattern: /EJSONPARSE|Invalid package\.json|ERR_PNPM_JSON_PARSE|JSON\.parse Failed to parse/,
    cause: "package.json is not valid JSON.",
    evidence: /JSON\.parse|position \d+/,
    next: ["Correct it at the place named here: a comma too many and comments are the usual causes."],
    recovery: "manual",
  },
  {
    id: "manifest-missing",
    pattern: /Could not read package\.json|ERR_PNPM_NO_IMPORTER_MANIFEST_FOUND|No package\.json (was )?found/,
    cause: "There is no package.json in the directory the command runs in.",
    next: ["Name the directory of the application with --dir, or remove the install command."],
    recovery: "manual",
  },
  {
    id: "workspace-package-missing",
    pattern:
      /ERR_PNPM_WORKSPACE_PKG_NOT_FOUND.*no package named "(?<missing>[^"]+)"|Workspace not found \((?<missing2>[^)]+)\)/,
    cause: "{missing} is meant to be a package of this workspace, and is not there.",
    next: ["Deploy the whole repository and not one folder of it, or correct the folders in pnpm-workspace.yaml."],
    recovery: "manual",
  },
  {
    id: "workspace-protocol",
    pattern: /Unsupported URL Type "(?<protocol>workspace|catalog|link|portal|patch):"/,
    cause: 'package.json uses "{protocol}:", which npm does not know: the project is meant for pnpm or yarn.',
    next: ['Name the package manager in package.json ("packageManager": "pnpm@10.34.9") and commit its lockfile.'],
    recovery: "manual",
  },
  {
    id: "pnpm-ignored-builds",
    pattern: /ERR_PNPM_IGNORED_BUILDS\]?\s+Ignored build scripts: (?<names>.+?)\.?$/,
    cause: "pnpm did not run the install scripts of {names}, because nobody allowed it.",
    next: ['Run "pnpm approve-builds", choose them, and commit pnpm-workspace.yaml (or package.json).'],
    recovery: "manual",
  },
  {
    id: "only-allow",
    pattern: /Use "(?<manager>\w+) install" for installation in this project/,
    cause: "The project is to be installed with {manager} only.",
    next: ["Commit the lockfile of {manager} and remove the others, so that it is chosen."],
    recovery: "manual",
  },
  {
    id: "corepack-signature",
    pattern: /Cannot find matching keyid/,
    cause: "An old corepack does not know the registry's new signing keys.",
    next: [
      "Remove corepack from the install command: Landfall brings the package manager named in package.json itself.",
    ],
    recovery: "manual",
  },
  {
    id: "husky-in-production",
    pattern:
      /(?:sh: (?:line )?\d*:? ?)(?<tool>husky|lefthook|simple-git-hooks|patch-package|is-ci): (?:command )?not found/,
    cause: "{tool} is called by a script of package.json and is not installed: development dependencies were left out.",
    next: ['Install with development dependencies, or write the script as "{tool} || true".'],
    recovery: "manual",
  },
  {
    id: "gyp-python-missing",
    pattern: /gyp ERR! find Python\s+You need to install|Could not find any Python installation to use/,
    cause: "A package is compiled while it is installed, and Python is missing for that.",
    evidence: /gyp ERR! (cwd|command)|npm error path/,
    next: [
      "Install Python 3 on this machine (Debian: apt install python3 build-essential), or a version of the package that brings a binary.",
    ],
    recovery: "manual",
  },
  {
    id: "gyp-make-missing",
    pattern: /gyp ERR!.*not found: make|gyp ERR! stack Error: `make` failed|make: not found/,
    also: /not found: make|make: not found|g\+\+: (command )?not found/,
    cause: "A package is compiled while it is installed, and make or a compiler is missing for that.",
    next: ["Install them on this machine (Debian: apt install build-essential)."],
    recovery: "manual",
  },
  {
    id: "gyp-header-missing",
    pattern: /fatal error: (?<header>[\w./+-]+): No such file or directory/,
    cause: "A package is compiled while it is installed, and the header {header} of a system library is missing.",
    next: [
      "Install the library's development files on this machine (Debian: apt-file search {header} names the package).",
    ],
    recovery: "manual",
  },
  {
    id: "gyp-failed",
    pattern: /gyp ERR! (build error|not ok)/,
    cause: "A package could not be compiled while it was installed.",
    evidence: /error:|gyp ERR! stack Error/,
    next: ["Take a version of the package that supports Node.js {node}, or ask for another Node.js in engines.node."],
    recovery: "manual",
  },
  {
    id: "sharp-missing",
    pattern: /Could not load the "sharp" module/,
    cause: "sharp is installed without its part for this system.",
    next: [
      "Run {install} on a clean checkout (optional dependencies must not be left out), commit the lockfile, and deploy again.",
    ],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "rollup-native-missing",
    pattern:
      /Cannot find module '?(?<names>@(?:rollup\/rollup|rolldown\/binding|esbuild|swc\/core|parcel\/watcher|tailwindcss\/oxide|oxc-parser\/binding|next\/swc)-?[\w-]*linux[\w-]*)|npm has a bug related to optional dependencies/,
    cause:
      "A tool is installed without its part for this system: the lockfile was written on another one, by a version of npm with a known fault.",
    next: [
      "Remove node_modules and package-lock.json, run npm install, commit the new package-lock.json, and deploy again.",
    ],
    recovery: "manual",
  },
  {
    id: "esbuild-platform",
    pattern: /You installed (?<tool>esbuild) for another platform/,
    cause: "node_modules of another system is in the project.",
    next: ["Take node_modules out of the repository (git rm -r --cached node_modules) and ignore it."],
    recovery: "manual",
  },
  {
    id: "esbuild-version",
    pattern: /Host version "(?<host>[^"]+)" does not match binary version "(?<binary>[^"]+)"/,
    cause: "Two versions of esbuild are mixed: {host} and {binary}.",
    next: ["Remove node_modules and the lockfile's entries of esbuild, run {install}, commit, and deploy again."],
    recovery: "manual",
  },
];
