/** What git says of the commit that files are of. Reads plumbing only, which no configuration of a repository makes run a program. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { exec } from "../process/exec.ts";

/** The commit that files are of. */
export interface Commit {
  /** Full id. */
  sha: string;
  /** The first line of its message. */
  message: string;
  /** Null for a tag, or a commit asked for by its id. */
  branch: string | null;
  author: string | null;
}

/** It is only told to people: a deployment does not wait for it longer. */
const patienceMs = 2_000;
const longest = 500;

/** The commit as `git cat-file commit` prints it: headers, an empty line, the message. Source: git-cat-file(1), gitformat of commits. */
export function readCommit(text: string, { sha, branch }: { sha: string; branch: string | null }): Commit {
  const end = text.indexOf("\n\n");
  const headers = end < 0 ? text : text.slice(0, end);
  const author = /^author (.*?) ?<[^>\n]*> \d+ [+-]\d{4}$/m.exec(headers)?.[1];
  const subject =
    end < 0
      ? ""
      : (text
          .slice(end + 2)
          .trimStart()
          .split("\n", 1)[0] ?? "");
  return plainCommit({ sha, message: subject, branch, author: author ?? null });
}

/** As it may be shown: lines without control characters, and not too long. */
export function plainCommit({ sha, message, branch, author }: Commit): Commit {
  return {
    sha,
    message: plain(message),
    branch: branch === null ? null : plain(branch),
    author: author === null ? null : plain(author) || null,
  };
}

/** The branch that a name in full is of; null for a tag and whatever else. */
export function branchOf(ref: string | undefined): string | null {
  return ref?.startsWith("refs/heads/") === true ? ref.slice("refs/heads/".length) : null;
}

/** The commit that the working tree around `root` stands on; null when there is none, or git will not say. Never throws. */
export async function commitAround(
  root: string,
  { toolPath, signal }: { toolPath: string[]; signal?: AbortSignal | undefined },
): Promise<Commit | null> {
  if (!isInWorkingTree(root)) return null;
  const git = readerIn(root, { toolPath, signal });
  try {
    const [head, ref] = await Promise.all([
      git(["cat-file", "--batch"], "HEAD\n"),
      git(["symbolic-ref", "--quiet", "HEAD"]),
    ]);
    const found = /^([0-9a-f]{40,64}) commit \d+\n/.exec(head ?? "");
    if (!found) return null;
    return readCommit(head!.slice(found[0].length), { sha: found[1]!, branch: branchOf(ref?.trim()) });
  } catch {
    return null; // No git, or a tree it does not trust: a deployment needs neither.
  }
}

/**
 * What git tracks below `root` although a .gitignore names it, with the directories that is in; nothing when there is no repository or git
 * will not say. Never throws.
 */
export async function trackedAround(
  root: string,
  { toolPath, signal }: { toolPath: string[]; signal?: AbortSignal | undefined },
): Promise<ReadonlySet<string>> {
  const tracked = new Set<string>();
  if (!isInWorkingTree(root)) return tracked;
  const list = ["ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.gitignore"];
  const paths = await readerIn(root, { toolPath, signal })(list).catch(() => null);
  for (const path of paths?.split("\0") ?? [])
    for (let at = path; at !== "" && at !== "." && !tracked.has(at); at = dirname(at)) tracked.add(at);
  return tracked;
}

/** A git that reads in the repository around `root`, and nothing else. Resolves with its output, null when it ends with an error. Throws as exec does. */
export function readerIn(
  root: string,
  { toolPath, signal }: { toolPath: string[]; signal?: AbortSignal | undefined },
): (args: string[], input?: string) => Promise<string | null> {
  return async (args, input = "") => {
    const { code, stdout } = await exec(["git", ...settings, "-C", root, ...args], {
      cwd: root,
      env: { PATH: toolPath.join(":"), ...sealed },
      input,
      timeoutMs: patienceMs,
      maxOutputBytes: 1024 * 1024,
      ...(signal ? { signal } : {}),
    });
    return code === 0 ? stdout : null;
  };
}

/** Nothing of the machine's or the user's configuration, no program of the repository's, nothing fetched. */
const settings = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"];
const sealed = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
};

/** Looked for without git, which would cost every deployment of a plain folder the start of a program. */
function isInWorkingTree(root: string): boolean {
  for (let directory = root; ; directory = dirname(directory)) {
    if (existsSync(join(directory, ".git"))) return true;
    if (dirname(directory) === directory) return false;
  }
}

/** One line without control characters, also those that turn the direction of what follows. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, " ")
    .trim()
    .slice(0, longest)
    .toWellFormed();
}
