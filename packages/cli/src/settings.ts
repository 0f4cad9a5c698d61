/** What the environment and the flags for every command say about the data directory and the engine. Pure. */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import type { EngineOptions } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { mailServerFrom } from "./mail-settings.ts";
import type { World } from "./world.ts";

export interface GlobalFlags {
  home?: string;
  /** Address of a server, or `local`. */
  server?: string;
  /** Allow http to another machine. */
  insecure?: boolean;
  cwd?: string;
  json?: boolean;
  yes?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  debug?: boolean;
  /** False with --no-color. */
  color?: boolean;
  /** `NAME=value`, over the environment; how background processes are told. */
  setting?: string[];
}

/** Settings the background processes need too. */
const carriedSettings = [
  "LANDFALL_PORT",
  "DEPLOYMENT_TIMEOUT_MS",
  "DEPLOYER_MAX_CONCURRENT_DEPLOYMENTS",
  "DEPLOYER_BASE_DOMAIN",
  "LANDFALL_PRIVATE_NOTIFICATIONS",
] as const;

/** Addresses in the place of a vendor's own; whoever carries a deployment on must go there too. */
const addressSetting = /^(?:LANDFALL_[A-Z_]+_(?:API|SITES)_URL|NETLIFY_API_URL|CLOUDFLARE_API_BASE_URL)$/;

type Settings = Pick<World, "env" | "userHome" | "self"> & {
  cwd: string;
  home?: string;
  /** The command is one that a server is made of, or works on its store: `serve`, `worker`, `reset-password`. */
  isServer?: boolean;
};

/**
 * The data directory: `--home`, LANDFALL_HOME, DEPLOYER_STORAGE_PATH, XDG_DATA_HOME/landfall or ~/.local/share/landfall. Absolute.
 * XDG_DATA_HOME counts only when absolute, as its specification says.
 */
export function homeFrom({ env, userHome, cwd, home }: Omit<Settings, "self">): string {
  const named = home ?? given(env.LANDFALL_HOME) ?? given(env.DEPLOYER_STORAGE_PATH);
  if (named !== undefined) return resolve(cwd, named);
  const data = given(env.XDG_DATA_HOME);
  return join(data !== undefined && isAbsolute(data) ? data : join(userHome, ".local", "share"), "landfall");
}

/** Throws INVALID_CONFIG with every value that cannot be used. */
export function engineOptionsFrom(settings: Settings): EngineOptions {
  const { env, self } = settings;
  const faults: { path: string; message: string }[] = [];

  function integer(name: string, least: number, most: number): number | undefined {
    const text = given(env[name]);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    faults.push({
      path: name,
      message: `is ${JSON.stringify(text)}; it must be a whole number from ${least} to ${most}`,
    });
    return undefined;
  }

  const edgePort = integer("LANDFALL_PORT", 1, 65_535);
  const deploymentTimeoutMs = integer("DEPLOYMENT_TIMEOUT_MS", 1000, 24 * 3_600_000);
  const maxConcurrent = integer("DEPLOYER_MAX_CONCURRENT_DEPLOYMENTS", 1, 1000);
  const baseDomain = given(env.DEPLOYER_BASE_DOMAIN)?.toLowerCase();
  if (baseDomain !== undefined && !isHostName(baseDomain)) {
    faults.push({
      path: "DEPLOYER_BASE_DOMAIN",
      message: `is ${JSON.stringify(baseDomain)}; it must be a host name without scheme and port, such as apps.example.com`,
    });
  }
  const privateNotifications = given(env.LANDFALL_PRIVATE_NOTIFICATIONS);
  if (privateNotifications !== undefined && privateNotifications !== "1") {
    faults.push({
      path: "LANDFALL_PRIVATE_NOTIFICATIONS",
      message: `is ${JSON.stringify(privateNotifications)}; it must be 1, or not be set`,
    });
  }
  const nameServers = given(env.LANDFALL_NAME_SERVERS)?.split(/[\s,]+/);
  const blobStore = blobStoreFrom(env, faults);
  const home = homeFrom(settings);
  if (home.includes("\0")) faults.push({ path: "home", message: "has a NUL character in it" });
  if (faults.length > 0) {
    throw new DeployError("INVALID_CONFIG", {
      what: faults.length === 1 ? "A setting cannot be used." : `${faults.length} settings cannot be used.`,
      where: "environment of the landfall command",
      next: "Mend or unset what is named here.",
      faults,
    });
  }
  const encryptionKey = given(env.TOKEN_ENCRYPTION_KEY);
  // DATABASE_URL in a person's shell is usually an application's; only a server takes it for its own.
  const databaseUrl = given(env.LANDFALL_DATABASE_URL) ?? (settings.isServer ? given(env.DATABASE_URL) : undefined);
  // What the engine starts in the background gets no environment, so what was set here travels as arguments.
  const addresses = Object.keys(env).filter((name) => addressSetting.test(name));
  const carried = [...carriedSettings, ...addresses].flatMap((name) => {
    const value = given(env[name]);
    return value === undefined ? [] : ["--setting", `${name}=${value}`];
  });
  return {
    home,
    detectAside: settings.isServer === true,
    environment: env,
    edgeCommand: [...self, "edge", "--home", home, ...carried],
    workerCommand: [...self, "worker", "--until-idle", "--home", home, ...carried],
    toolPath: toolPathFrom(env),
    ...(nameServers === undefined ? {} : { nameServers }),
    ...mailOf(env),
    ...(privateNotifications === undefined ? {} : { privateNotifications: true }),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(blobStore === undefined ? {} : { blobStore }),
    ...(edgePort === undefined ? {} : { edgePort }),
    ...(deploymentTimeoutMs === undefined ? {} : { deploymentTimeoutMs }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...(baseDomain === undefined ? {} : { baseDomain }),
  };
}

/** Sends letters where a mail server is set; whether it is set rightly is told by `landfall serve`. It is loaded with the first letter. */
function mailOf(env: World["env"]): Pick<EngineOptions, "mail"> {
  const server = mailServerFrom(env, []);
  if (server === null) return {};
  let opening: Promise<NonNullable<EngineOptions["mail"]>> | undefined;
  return {
    mail: async (letter) => {
      opening ??= import("@landfall/server/mail").then(({ letterSender }) => letterSender(server));
      return (await opening)(letter);
    },
  };
}

/** LANDFALL_STORE, with the credential that tools for S3 have in the environment; it is read there and never kept. */
function blobStoreFrom(
  env: World["env"],
  faults: { path: string; message: string }[],
): EngineOptions["blobStore"] | undefined {
  const url = given(env.LANDFALL_STORE);
  if (url === undefined) return undefined;
  const [accessKeyId, secretAccessKey, sessionToken] = [
    env.AWS_ACCESS_KEY_ID,
    env.AWS_SECRET_ACCESS_KEY,
    env.AWS_SESSION_TOKEN,
  ].map(given);
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }))
    if (value === undefined) faults.push({ path: name, message: "is not set; the store of LANDFALL_STORE needs it" });
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  }))
    if (value !== undefined && !/^[\x21-\x7e]+$/.test(value))
      faults.push({ path: name, message: "has a blank, a line break or another character that is in no credential" });
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { url, accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** An empty variable counts as unset, as it does for the tools people know. */
function given(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}

function isHostName(text: string): boolean {
  return text.length <= 190 && text.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
}

/** Where programs of this machine are looked for. */
export function toolPathFrom(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env.PATH ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
}
