/** Which server the commands work on, if any, and what opens it: flags, the environment, and what `landfall login` kept. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isLoopback } from "@landfall/engine/special-address";
import { dirname, isAbsolute, join } from "node:path";
import { DeployError } from "@landfall/engine/error";
import type { World } from "../world.ts";

/** What is kept of a server one has logged in to. */
export interface Login {
  token: string;
  /** Its owner has allowed http without encryption to another machine. */
  insecure?: boolean;
  /** Id of the organisation the commands are about; absent, the first. */
  organization?: string;
}

export interface Server extends Omit<Login, "token"> {
  /** Scheme, host and port. */
  url: string;
  /** Null when nobody has logged in. */
  token: string | null;
}

interface Kept {
  /** The one that counts when none is named. */
  current: string | null;
  logins: Record<string, Login>;
}

export interface ServerFlags {
  server?: string;
  insecure?: boolean;
  /** A data directory was named, which is of this machine. */
  home?: string;
}

/** Where logins are kept: below XDG_CONFIG_HOME or ~/.config. */
export function loginsFile({ env, userHome }: Pick<World, "env" | "userHome">): string {
  const config = env["XDG_CONFIG_HOME"];
  return join(config && isAbsolute(config) ? config : join(userHome, ".config"), "landfall", "servers.json");
}

/**
 * The server that is meant; null for this machine's own store. `--server` wins, then `--home` (which means here), then LANDFALL_URL, then
 * the last login. Throws INVALID_CONFIG for an address that cannot be one, or is not safe.
 */
export function serverFrom(world: Pick<World, "env" | "userHome">, flags: ServerFlags): Server | null {
  if (flags.server === undefined && flags.home !== undefined) return null;
  const { env } = world;
  const named = flags.server ?? (env["LANDFALL_URL"] || undefined);
  if (named === "local") return null;
  const kept = readLogins(loginsFile(world));
  const url = named === undefined ? kept.current : originOf(named);
  if (url === null) return null;
  const login = kept.logins[url];
  refuseUnsafe(url, flags.insecure === true || login?.insecure === true);
  return { ...login, url, token: env["LANDFALL_TOKEN"] || (login?.token ?? null) };
}

/** Scheme, host and port of what a person writes; https when there is no scheme, http for this machine. Throws INVALID_CONFIG. */
export function originOf(text: string): string {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `${isLoopback(hostIn(text)) ? "http" : "https"}://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  const isPlain = url !== null && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (isPlain && (url.protocol === "https:" || url.protocol === "http:") && url.password === "") return url.origin;
  throw new DeployError("INVALID_CONFIG", {
    what: "This is not the address of a server.",
    where: text.replace(/\/\/[^@/]*@/, "//").slice(0, 200),
    next: "Give scheme, host and port alone, such as https://landfall.example.com; `local` means this machine's own store.",
  });
}

/** Throws INVALID_CONFIG for http to another machine, unless that is allowed: the token could be read on the way. */
export function refuseUnsafe(url: string, isAllowed: boolean): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || isAllowed || isLoopback(hostname)) return;
  throw new DeployError("INVALID_CONFIG", {
    what: "Over http everybody on the way could read the token and what is deployed.",
    where: url,
    next: "Use https; in a network you trust, add --insecure.",
  });
}

/** Remember a login, and make it the one that counts. */
export function keepLogin(file: string, url: string, login: Login): void {
  const { logins } = readLogins(file);
  writeLogins(file, { current: url, logins: { ...logins, [url]: login } });
}

/** Forget a login; false when there was none. The commands work on this machine again when it was the one that counted. */
export function forgetLogin(file: string, url: string): boolean {
  const { current, logins } = readLogins(file);
  const { [url]: gone, ...others } = logins;
  if (gone === undefined) return false;
  writeLogins(file, { current: current === url ? null : current, logins: others });
  return true;
}

/** Throws INVALID_CONFIG when the file is there and cannot be read. */
export function readLogins(file: string): Kept {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { current: null, logins: {} };
    throw new DeployError(
      "INVALID_CONFIG",
      {
        what: "The file with your logins cannot be read.",
        where: file,
        next: "Make it readable, or remove it and log in again: landfall login",
      },
      { cause },
    );
  }
}

function writeLogins(file: string, kept: Kept): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}`;
  try {
    writeFileSync(beside, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    chmodSync(beside, 0o600);
    renameSync(beside, file);
  } finally {
    rmSync(beside, { force: true });
  }
}

function hostIn(text: string): string {
  return text.startsWith("[") ? text.slice(0, text.indexOf("]") + 1) : (/^[^:/?#]*/.exec(text)?.[0] ?? "");
}
