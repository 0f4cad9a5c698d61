/** From the flags of `deploy` and `plan` to what the engine is asked for. Bad flags are refused together, each by its name. */
import { join, resolve } from "node:path";
import type { DeployRequest, Overrides, Source } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import type { Command } from "commander";
import { readEnvFile } from "./env-file.ts";
import { identityOf, type Links } from "./links.ts";
import { namesItself } from "./project.ts";
import { sourceFrom } from "./source.ts";

export interface RequestFlags {
  prod?: boolean;
  /** A name, or true without one. */
  preview?: string | true;
  env?: string[];
  envFile?: string[];
  project?: string;
  name?: string;
  platform?: string;
  target?: string;
  team?: string;
  scope?: string;
  connection?: string;
  to?: string;
  prebuilt?: boolean;
  dir?: string;
  outputDir?: string;
  buildCommand?: string;
  installCommand?: string;
  startCommand?: string;
  releaseCommand?: string;
  framework?: string;
  port?: string;
  service?: string[];
  ref?: string;
  branch?: string;
  subdirectory?: string;
  root?: string;
  message?: string;
  force?: boolean;
  allowMissing?: boolean;
}

/** The flags themselves. Names other tools use for the same thing are taken too, and not shown. */
export function withRequestFlags(command: Command): Command {
  const hidden = (flags: string): void => void command.addOption(command.createOption(flags).hideHelp());
  command
    .option("--prod", "deploy to production (the default)")
    .option("--preview [name]", "deploy to a preview of its own, with its own URL")
    .option(
      "-p, --project <name>",
      "name of the project (default: from landfall.json, else as it was deployed last, else the folder's)",
    )
    .option(
      "-t, --platform <id>",
      "where to (default: where it was deployed last, else local; all there are: landfall platforms)",
    )
    .option("--team <id>", "team or account on the platform (default: where it was before, or the credential's own)")
    .option("--connection <name>", "which connected account, of several")
    .option("--to <name>", "a saved target, in place of the three (landfall targets)")
    .option("-e, --env <name=value>", "a variable; NAME alone takes it from this shell (repeatable)", collect)
    .option("--env-file <file>", "variables from a .env file (repeatable)", collect)
    .option("--allow-missing", "deploy although variables are missing")
    .option("--framework <id>", "the framework, instead of what is detected")
    .option("--install-command <command>", "how dependencies are installed; '' for not at all")
    .option("--build-command <command>", "how it is built; '' for not at all")
    .option("--start-command <command>", "how the server starts")
    .option("--release-command <command>", "what is run once per release before it starts; '' for nothing")
    .option("--output-dir <dir>", "folder with the built pages")
    .option("--port <number>", "port the server listens on when PORT is not set")
    .option("--service <name>", "only this service of several (repeatable)", collect)
    .option("--prebuilt", "take the folder as it is, build nothing")
    .option("--ref <ref>", "branch, tag or commit of a git address")
    .option("--subdirectory <dir>", "the project is in this folder of the source")
    .option("-m, --message <text>", "remark kept with the deployment")
    .option("--force", "build and start again although nothing has changed");
  for (const flags of [
    "--name <name>",
    "--target <id>",
    "--dir <dir>",
    "--branch <ref>",
    "--root <dir>",
    "--scope <id>",
  ])
    hidden(flags);
  return command;
}

export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Throws INVALID_CONFIG, INVALID_VARIABLE or INVALID_SOURCE. */
export async function requestFrom(
  source: string | undefined,
  flags: RequestFlags,
  {
    cwd,
    env,
    commands,
    links,
  }: { cwd: string; env: Readonly<Record<string, string | undefined>>; commands: string[]; links: Links },
): Promise<DeployRequest> {
  const faults: { path: string; message: string }[] = [];
  if (flags.prod === true && flags.preview !== undefined) {
    faults.push({ path: "--preview", message: "cannot be together with --prod" });
  }
  const port = flags.port === undefined ? undefined : Number(flags.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    faults.push({ path: "--port", message: `is ${JSON.stringify(flags.port)}; it must be from 1 to 65535` });
  }
  if (faults.length > 0) {
    throw new DeployError("INVALID_CONFIG", {
      what: "The flags cannot be used as they are.",
      next: "landfall deploy --help says what each takes.",
      faults,
    });
  }
  // The name of a preview may be left out, so a folder that follows `--preview` is taken for it; no name has a slash or begins with a dot.
  const swallowed = source === undefined && typeof flags.preview === "string" && /^\.|\//.test(flags.preview);
  const preview = swallowed ? true : flags.preview;
  const account = flags.team ?? flags.scope;
  const overrides: Overrides = defined({
    framework: flags.framework,
    installCommand: flags.installCommand,
    buildCommand: flags.buildCommand,
    startCommand: flags.startCommand,
    releaseCommand: flags.releaseCommand,
    outputDir: flags.outputDir ?? flags.dir,
    port,
  });
  const from = sourceFrom(swallowed ? String(flags.preview) : source, {
    cwd,
    commands,
    flags: defined({ ref: flags.ref ?? flags.branch, subdirectory: flags.subdirectory ?? flags.root }),
  });
  return {
    source: from,
    environment: preview === undefined ? "production" : preview === true ? "preview" : preview,
    variables: await variablesFrom(flags, { cwd, env }),
    overrides,
    ...defined({
      project: flags.project ?? flags.name ?? lastProject(from, { links, prebuilt: flags.prebuilt === true }),
      platform: flags.platform ?? flags.target,
      connection: flags.connection,
      savedTarget: flags.to,
      target: account === undefined ? undefined : { account },
      prebuilt: flags.prebuilt,
      force: flags.force,
      allowMissing: flags.allowMissing,
      services: flags.service,
      message: flags.message,
    }),
  };
}

/** The project a source was deployed as last, unless its landfall.json names one, which counts where it is read. */
export function lastProject(
  source: Source,
  { links, prebuilt }: { links: Links; prebuilt: boolean },
): string | undefined {
  const identity = identityOf(source);
  if (identity === null) return undefined;
  if (!prebuilt && source.kind === "folder" && namesItself(join(source.path, source.subdirectory ?? ".")))
    return undefined;
  return links.projectOf(identity);
}

/** Variables of files, then of flags; of two the later wins. */
async function variablesFrom(
  { env: given = [], envFile = [] }: RequestFlags,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const file of envFile) Object.assign(variables, await readEnvFile(resolve(cwd, file)));
  const faults: { path: string; message: string }[] = [];
  for (const one of given) {
    const at = one.indexOf("=");
    const key = at === -1 ? one : one.slice(0, at);
    const value = at === -1 ? env[key] : one.slice(at + 1);
    if (key === "") faults.push({ path: "--env", message: "has no name before the =" });
    else if (value === undefined)
      faults.push({ path: `--env ${key}`, message: "has no value, and this shell has none either" });
    else variables[key] = value;
  }
  if (faults.length > 0) {
    throw new DeployError("INVALID_VARIABLE", {
      what: "Variables cannot be used.",
      next: "Write them as NAME=value.",
      faults,
    });
  }
  return variables;
}

/** The object without its undefined fields. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Of `--limit`. Throws INVALID_CONFIG. */
export function limitFrom(given: string): number {
  const limit = Number(given);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new DeployError("INVALID_CONFIG", {
    what: "--limit takes a whole number above 0.",
    where: `--limit ${given}`,
  });
}
