/**
 * The place a build happens in: a directory of its own with the snapshot's files, a private home and a private temporary directory.
 * Never the user's folder. It is one of a few numbered places under the engine's data, so that paths are the same from build to build:
 * compilers and package managers write them into what they make.
 */
import { existsSync, writeFileSync } from "node:fs";
import { chmod, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DeployError } from "../error.ts";
import { errnoOf } from "../errno.ts";
import { type Group, killGroup } from "../process/group.ts";
import { ownerIsDead, thisOwner } from "../deployment/owner.ts";

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
  const own: Claim = { owner: thisOwner(), groups: [] };
  for (;;) {
    try {
      await writeFile(claimPath, JSON.stringify(own), { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
    const found = await readClaim(claimPath);
    if (!found || !(ownerIsDead(found.owner) || (await isOld(claimPath)))) return false;
    if (!(await takeAway(claimPath, found))) continue;
    for (const group of found.groups) await killGroup(group);
    await removeTree(directory);
  }
}

/** Whether it is from before the machine was started anew, when nobody can say any more that its owner is dead. No build takes a day. */
async function isOld(claimPath: string): Promise<boolean> {
  const found = await stat(claimPath).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > dayMs;
}

/** Remove a dead owner's claim; false when somebody else was faster, whose new claim is then left in place. */
async function takeAway(path: string, found: Claim): Promise<boolean> {
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
  const isTheSame = isDeepStrictEqual(await readClaim(aside), found);
  if (!isTheSame) await link(aside, path).catch(() => undefined); // Claimed anew meanwhile: then that claim stands.
  await rm(aside, { force: true });
  return isTheSame;
}

/** The claim on a place; null while it is being written by somebody, who then lives. */
async function readClaim(path: string): Promise<Claim | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Claim;
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
      writeFileSync(`${directory}.json`, JSON.stringify({ owner: thisOwner(), groups } satisfies Claim), {
        mode: 0o600,
      });
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
