/** One pass over a project's directories: what enters, what stays out and why, what cannot be read. No file is opened. */
import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errnoOf } from "../errno.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { FileState } from "./cache.ts";
import { type IgnoreRules, type Level, type Tracked, type Verdict, ignoreRules } from "./ignore.ts";
import { stateOf } from "./read.ts";
import type { Exclusion } from "./snapshot.ts";

/** A regular file, as it looked when it was listed. */
export interface FoundFile {
  path: string;
  executable: boolean;
  state: FileState;
}

export interface Walked {
  files: FoundFile[];
  /** Path of every symbolic link that is not ignored → its target as written. */
  links: Map<string, string>;
  exclusions: Exclusions;
  /** What should enter and cannot be read, by path. */
  faults: { path: string; message: string }[];
}

/** Longest time the event loop is kept, in milliseconds. */
const turnMs = 10;

/**
 * Walk `root`. `subset` are the only relative paths looked at, each with what is below it. Ends early, with the files so far,
 * when there are more than `mostFiles`.
 */
export async function walk(
  root: string,
  options: {
    prebuilt: boolean;
    tracked?: Tracked;
    subset?: readonly string[];
    mostFiles: number;
    signal?: AbortSignal;
  },
): Promise<Walked> {
  const rules = ignoreRules(root, options);
  const wanted = subsetTest(options.subset);
  const walked: Walked = { files: [], links: new Map(), exclusions: new Exclusions(), faults: [] };
  const ahead: { directory: string; above: Level | undefined }[] = [{ directory: ".", above: undefined }];
  let turn = performance.now();
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    if (performance.now() - turn > turnMs) {
      await nextTurn();
      throwIfAborted(options.signal, "reading the project");
      turn = performance.now();
    }
    const entries = list(root, next.directory, walked);
    const level = rules.enter(next.directory, new Set(entries.map((entry) => entry.name)), next.above);
    for (const entry of entries) {
      const path = next.directory === "." ? entry.name : `${next.directory}/${entry.name}`;
      if (!wanted(path)) continue;
      const into = look(root, path, entry, { rules, level, walked });
      if (into) ahead.push({ directory: path, above: level });
    }
    if (walked.files.length > options.mostFiles) break;
  }
  return walked;
}

/** Sort one entry in; true for a directory that is to be entered. */
function look(
  root: string,
  path: string,
  entry: Dirent,
  { rules, level, walked }: { rules: IgnoreRules; level: Level; walked: Walked },
): boolean {
  const verdict = rules.judge(level, path, entry.isDirectory());
  if (verdict) {
    walked.exclusions.add(path, verdict, entry.isDirectory());
    return false;
  }
  if (entry.isDirectory()) return true;
  let stats: Stats;
  try {
    stats = lstatSync(join(root, path));
    if (stats.isSymbolicLink()) {
      walked.links.set(path, readlinkSync(join(root, path)));
      return false;
    }
  } catch (error) {
    if (entry.name.includes("\uFFFD")) walked.faults.push({ path, message: "its name is not UTF-8" });
    // Anything else that is gone by now was removed a moment ago.
    else if (errnoOf(error) !== "ENOENT") walked.faults.push({ path, message: messageOf(error) });
    return false;
  }
  if (stats.isFile()) walked.files.push({ path, executable: (stats.mode & 0o100) !== 0, state: stateOf(stats) });
  else if (stats.isDirectory())
    return true; // File systems that do not tell kinds when listing.
  else walked.exclusions.add(path, { reason: "special", detail: kindOf(stats) }, false);
  return false;
}

function list(root: string, directory: string, walked: Walked): Dirent[] {
  try {
    return readdirSync(join(root, directory), { withFileTypes: true });
  } catch (error) {
    if (directory !== "." && errnoOf(error) === "ENOENT") return [];
    walked.faults.push({ path: directory, message: messageOf(error) });
    return [];
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSocket()) return "a socket";
  return stats.isFIFO() ? "a pipe" : "a device";
}

/** What is wrong with a file, for a person. */
export function messageOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  if (code === "ENAMETOOLONG") return "its path is too long";
  if (code === "EIO") return "the disk cannot read it";
  return `cannot be read (${code ?? String(error)})`;
}

/** Whether a path is in the subset, below it, or leads to it. */
function subsetTest(subset: readonly string[] | undefined): (path: string) => boolean {
  if (!subset) return () => true;
  const roots = subset.map((path) => path.replace(/^\.\/|\/+$/g, ""));
  if (roots.includes(".") || roots.includes("")) return () => true;
  return (path) => roots.some((root) => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`));
}

/** As many files of one directory are named under one rule; more become one entry. */
const mostNamed = 20;

/** What was left out; many files of one directory that fall to one rule are one entry. */
export class Exclusions {
  readonly #groups = new Map<string, { directory: string; verdict: Verdict; paths: string[]; count: number }>();

  add(path: string, verdict: Verdict, isDirectory: boolean): void {
    const end = path.lastIndexOf("/");
    const directory = end < 0 ? "" : path.slice(0, end + 1);
    const key = `${directory}\0${verdict.reason}\0${verdict.detail}`;
    const group = this.#groups.get(key) ?? { directory, verdict, paths: [], count: 0 };
    this.#groups.set(key, group);
    group.count++;
    if (group.count <= mostNamed) group.paths.push(isDirectory ? `${path}/` : path);
  }

  /** Sorted by path. */
  list(): Exclusion[] {
    const all: Exclusion[] = [];
    for (const { directory, verdict, paths, count } of this.#groups.values()) {
      if (count <= mostNamed) for (const path of paths) all.push({ path, ...verdict });
      else all.push({ path: `${directory}*`, reason: verdict.reason, detail: `${verdict.detail} (${count} entries)` });
    }
    return all.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
