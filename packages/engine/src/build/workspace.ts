/**
 * The place a build happens in: a directory of its own with the snapshot's files, a private home and a private temporary directory.
 * Never the user's folder. It is one of a few numbered places under the engine's data, so that paths are the same from build to build:
 * compilers and package managers write them into what they make.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DeployError } from "../error.ts";
import { errnoOf } from "../errno.ts";
import { type Group, killGroup } from "../process/group.ts";
import { ownerIsDead, thisOwner } from "../deployment/owner.ts";
import { tryLock } from "../store/lock.ts";

export interface Workspace {
  directory: string;
  /** The snapshot's files; commands run in and below it. */
  files: string;
  home: string;
  tmp: string;
  /** Holds `node` and the package manager of this build, first in its PATH. */
  bin: string;
  /** `NAME=value` every process of the build carries in its environment. */
  mark: { name: string; value: string };
  /** Note which processes run here, so that whoever finds the place after a crash can end them. */
  record(group: Group): void;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Claim {
  owner: string;
  groups: Group[];
}

/** Variable by which processes of a build are recognised wherever they hide. */
const markName = "LANDFALL_BUILD";
const places = 64;
const dayMs = 86_400_000;
/** Whoever has the lock only reads and writes one small file. */
const lockWaitMs = 1_000;

/**
 * Take the first free place under `<home>/builds` and make it empty. A place whose owner died is taken over: what still runs there is
 * ended first. Disposing removes it. Throws CONFLICT when every place is taken.
 */
export async function openWorkspace(home: string): Promise<Workspace> {
  const root = join(home, "builds");
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (let number = 0; number < places; number++) {
    const directory = join(root, String(number));
    if (await claim(directory)) return furnish(directory);
  }
  throw new DeployError("CONFLICT", {
    what: `${places} builds are running on this machine already.`,
    where: root,
    next: "Wait until one of them ends, then deploy again.",
    step: "build",
  });
}

async function claim(directory: string): Promise<boolean> {
  const claimPath = `${directory}.json`;
  try {
    await writeFile(claimPath, JSON.stringify(ownClaim([])), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  const left = isAbandoned(claimPath) ? takeOver(claimPath) : null;
  if (!left) return false;
  for (const group of left) await killGroup(group);
  await removeTree(directory);
  return true;
}

function ownClaim(groups: Group[]): Claim {
  return { owner: thisOwner(), groups };
}

/** Make a dead owner's claim our own: what may still run there, or null when somebody else was faster. */
function takeOver(claimPath: string): Group[] | null {
  const lock = tryLock(join(dirname(claimPath), "../builds.lock"), lockWaitMs);
  try {
    if (!lock || !isAbandoned(claimPath)) return null;
    const groups = readClaim(claimPath)?.groups ?? [];
    // With the groups: were we to die before they are ended, the next one could end them.
    writeFileSync(claimPath, JSON.stringify(ownClaim(groups)), { mode: 0o600 });
    return groups;
  } finally {
    lock?.release();
  }
}

/** Whether its owner is dead; or it is from before the machine was started anew, when nobody can say any more: no build takes a day. */
function isAbandoned(claimPath: string): boolean {
  const found = readClaim(claimPath);
  if (found && ownerIsDead(found.owner)) return true;
  const written = statSync(claimPath, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && Date.now() - written > dayMs;
}

/** The claim on a place; null when there is none, or while it is being written. */
function readClaim(path: string): Claim | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Claim;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

async function furnish(directory: string): Promise<Workspace> {
  await removeTree(directory);
  const at = (name: string): string => join(directory, name);
  for (const name of ["", "app", "home", "tmp", "bin"]) await mkdir(at(name), { recursive: true, mode: 0o700 });
  const groups: Group[] = [];
  return {
    directory,
    files: at("app"),
    home: at("home"),
    tmp: at("tmp"),
    bin: at("bin"),
    mark: { name: markName, value: crypto.randomUUID() },
    record(group) {
      groups.push(group);
      // At once: were we to die before it is written, nobody could end the process.
      writeFileSync(`${directory}.json`, JSON.stringify(ownClaim(groups)), { mode: 0o600 });
    },
    async [Symbol.asyncDispose]() {
      await removeTree(directory);
      await rm(`${directory}.json`, { force: true });
    },
  };
}

/** Remove a directory a build wrote in, also when it holds directories that not even their owner may change. */
export async function removeTree(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (errnoOf(error) !== "EACCES" && errnoOf(error) !== "EPERM") throw error;
    await openUp(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(directory, entry.name));
  }
}
