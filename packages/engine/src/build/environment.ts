/**
 * The environment of a build: what the machine must give, what the ecosystem's tools expect of a build machine, and the declared
 * variables. Nothing else: no variable of the engine's own process is ever passed on.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { PinnedManager } from "./package-manager.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Programs of hundreds of megabytes that packages load while they are installed, and no build of pages or a server starts. Others, such as
 * Puppeteer's browser, some do. Sources: "Advanced Installation" of docs.cypress.io, "Installation" of electronjs.org; read 2026-12-01.
 */
const notLoaded: Record<string, string> = { CYPRESS_INSTALL_BINARY: "0", ELECTRON_SKIP_BINARY_DOWNLOAD: "1" };

/** Names a build sets itself; a variable of that name is left out, with a warning. */
const ownNames = new Set(["PATH", "HOME", "TMPDIR", "LANDFALL_BUILD"]);

/** What a process needs to reach the network from this machine; the only variables of the machine that reach a build. */
const networkNames = new Set(
  "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE PIP_CERT npm_config_registry npm_config_cafile PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS UV_INDEX_URL UV_DEFAULT_INDEX GOPROXY".split(
    " ",
  ),
);

/** Where distributions keep the certificates of the machine. Node.js has its own list and needs to be told of one added here. */
const certificateFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];

/**
 * What tools read to behave as on a build machine: telemetry off, no questions, no git hooks.
 * Sources: the "telemetry" pages of nextjs.org, astro.build, nuxt.com, gatsbyjs.com, angular.dev; typicode.github.io/husky; nodejs/corepack README.
 */
const quiet: Record<string, string> = {
  CI: "1",
  LANG: "C.UTF-8",
  DO_NOT_TRACK: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  ASTRO_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
  GATSBY_TELEMETRY_DISABLED: "1",
  STORYBOOK_DISABLE_TELEMETRY: "1",
  NG_CLI_ANALYTICS: "false",
  HUSKY: "0",
  COREPACK_ENABLE_STRICT: "0",
  COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  PIP_NO_INPUT: "1",
  DOTNET_CLI_TELEMETRY_OPTOUT: "1",
  GIT_TERMINAL_PROMPT: "0",
};

export interface EnvironmentInput {
  workspace: Workspace;
  /** Directory of downloads shared by all builds. */
  downloads: string;
  /** Directories of the build's PATH, in order. */
  path: readonly string[];
  /** Declared build variables. */
  variables: Readonly<Record<string, string>>;
  /** Variables of the machine; only those that speak of the network are taken. */
  network: Readonly<Record<string, string>>;
  packageManager: Pick<PinnedManager, "name" | "version" | "plugAndPlay" | "runsScripts">;
  /** Where rustup keeps the toolchains of this machine, for its programs look in the home of who runs them. */
  rustup?: string;
  /** Directory of the virtual environment, for Python. */
  virtualEnv?: string;
}

export interface Environments {
  /** For installing: without NODE_ENV, which would make package managers leave out the tools the build needs. */
  install: Record<string, string>;
  /** For building: NODE_ENV is `production` unless declared. */
  build: Record<string, string>;
  warnings: string[];
}

/** The two environments of a build. Throws INVALID_VARIABLE, naming every variable that cannot be passed to a program. */
export function buildEnvironments(input: EnvironmentInput): Environments {
  refuseImpossible(input.variables);
  const own = Object.entries(input.variables).filter(([key]) => !ownNames.has(key));
  const ignored = Object.keys(input.variables).filter((key) => ownNames.has(key));
  const shared = {
    ...quiet,
    ...toolSettings(input),
    ...networkOf(input.network),
    ...(input.virtualEnv === undefined ? {} : { VIRTUAL_ENV: input.virtualEnv, PIP_REQUIRE_VIRTUALENV: "1" }),
  };
  const fixed = {
    PATH: input.path.join(":"),
    HOME: input.workspace.home,
    TMPDIR: input.workspace.tmp,
    [input.workspace.mark.name]: input.workspace.mark.value,
  };
  const declared = Object.fromEntries(own);
  const { NODE_ENV: _, ...withoutMode } = declared;
  return {
    install: { ...notLoaded, ...shared, ...withoutMode, ...fixed },
    build: { ...shared, NODE_ENV: "production", ...declared, ...fixed },
    warnings: ignored.map(
      (key) => `${key} is set by the build itself; the project's value is not used while building.`,
    ),
  };
}

/** The machine's network settings, and its certificates where nothing else is said. */
export function networkOf(machine: Readonly<Record<string, string>>): Record<string, string> {
  const certificates = certificateFiles.find((path) => existsSync(path));
  return {
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
    ...Object.fromEntries(Object.entries(machine).filter(([key]) => networkNames.has(key))),
  };
}

/** Where each tool keeps its downloads, so that the next build finds them, and settings without which it would not build. */
function toolSettings({ downloads, packageManager, rustup }: EnvironmentInput): Record<string, string> {
  const at = (name: string): string => join(downloads, name);
  return {
    npm_config_cache: at("npm"),
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    // A build command that installs once more must not lose the build's own tools to NODE_ENV=production.
    npm_config_include: "dev",
    BUN_INSTALL_CACHE_DIR: at("bun"),
    PIP_CACHE_DIR: at("pip"),
    UV_CACHE_DIR: at("uv"),
    POETRY_CACHE_DIR: at("poetry"),
    POETRY_VIRTUALENVS_IN_PROJECT: "true",
    PDM_CACHE_DIR: at("pdm"),
    PIPENV_CACHE_DIR: at("pipenv"),
    PIPENV_VENV_IN_PROJECT: "1",
    GOPATH: at("go"),
    GOCACHE: at("go-build"),
    GOFLAGS: "-modcacherw",
    CARGO_HOME: at("cargo"),
    ...(rustup === undefined ? {} : { RUSTUP_HOME: rustup }),
    MIX_HOME: at("mix"),
    HEX_HOME: at("hex"),
    COMPOSER_CACHE_DIR: at("composer"),
    COMPOSER_NO_INTERACTION: "1",
    BUNDLE_PATH: "vendor/bundle",
    GRADLE_USER_HOME: at("gradle"),
    MAVEN_ARGS: `-Dmaven.repo.local=${at("maven")}`,
    NUGET_PACKAGES: at("nuget"),
    ...(packageManager.name === "pnpm" ? pnpmSettings(at("pnpm"), packageManager) : {}),
    ...(packageManager.name === "yarn" ? yarnSettings(at("yarn"), packageManager) : {}),
  };
}

/**
 * yarn 2 and later stops at a setting of yarn 1. Left to itself it makes no node_modules (Plug'n'Play), where Node, frameworks and the programs
 * of packages look when the release runs. Sources: classic.yarnpkg.com/en/docs/envvars, yarnpkg.com/configuration/yarnrc, yarnpkg.com/features/linkers.
 */
function yarnSettings(
  folder: string,
  { version = "", plugAndPlay }: EnvironmentInput["packageManager"],
): Record<string, string> {
  if (version.startsWith("1.")) {
    // A package that names Node.js of its time is a warning for the others.
    return { YARN_PRODUCTION: "false", YARN_IGNORE_ENGINES: "true", YARN_CACHE_FOLDER: join(folder, "classic") };
  }
  return {
    YARN_GLOBAL_FOLDER: join(folder, "global"),
    YARN_ENABLE_TELEMETRY: "0",
    ...(plugAndPlay === true ? { YARN_NODE_LINKER: "node-modules" } : {}),
  };
}

/**
 * pnpm would link the files of its store into the workspace, and a build that changes one would change it for every later build.
 * Before version 11 it reads `npm_config_…`, since then `pnpm_config_…`. Source: pnpm.io/settings.
 */
function pnpmSettings(store: string, { runsScripts }: EnvironmentInput["packageManager"]): Record<string, string> {
  const settings = {
    store_dir: store,
    package_import_method: "clone-or-copy",
    manage_package_manager_versions: "false",
    verify_deps_before_run: "false",
    production: "false",
    ...(runsScripts === true ? { dangerously_allow_all_builds: "true" } : {}),
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => [
      [`npm_config_${key}`, value],
      [`pnpm_config_${key}`, value],
    ]),
  );
}

function refuseImpossible(variables: Readonly<Record<string, string>>): void {
  const faults = Object.entries(variables).flatMap(([key, value]) => {
    const path = `variables[${JSON.stringify(key.slice(0, 80))}]`;
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key))
      return [{ path, message: "a name has letters, digits and _, and does not begin with a digit" }];
    if (value.includes("\0")) return [{ path, message: "the value has a NUL byte, which no program can be given" }];
    if (!value.isWellFormed()) return [{ path, message: "the value is no valid Unicode text" }];
    return [];
  });
  if (faults.length === 0) return;
  throw new DeployError("INVALID_VARIABLE", {
    what:
      faults.length === 1
        ? "A variable cannot be passed to a program."
        : `${faults.length} variables cannot be passed to a program.`,
    next: "Correct or remove them, then deploy again.",
    faults,
    step: "build",
  });
}

/** Values of the service that nobody may see. */
export function secretsOf({
  service,
  variables,
}: {
  service: ServicePlan;
  variables: Readonly<Record<string, string>>;
}): { name: string; value: string }[] {
  return service.variables
    .filter((variable) => variable.sensitive && !variable.public && variables[variable.key] !== undefined)
    .map(({ key }) => ({ name: key, value: variables[key]! }));
}
