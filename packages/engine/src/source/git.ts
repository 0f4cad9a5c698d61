/** Fetch one commit of a repository. Its database lies beside the files, so the tree has no `.git`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { branchOf, type Commit, readCommit } from "./commit.ts";
import { DeployError } from "../error.ts";
import { refMissing, repositoryEmpty } from "./git-failure.ts";
import { fetchHistory } from "./git-history.ts";
import { type Found, patiently } from "./history.ts";
import { type Git, gitFor, type GitUse } from "./sealed-git.ts";

export interface GitFetch extends GitUse {
  ref?: string;
  /** Tried as further parts of the ref when there is no such ref: in browsers' addresses both are one path. */
  subdirectory?: string;
  limits: { files: number; bytes: number };
}

export interface Fetched {
  /** Where the files are. */
  tree: string;
  commit: Commit;
  /** Name in full, `refs/heads/main`; absent for a commit asked for by id. */
  ref?: string;
  subdirectory?: string;
  /** What it has that the commit `from` (a full id) has not; asked of the same server. As long as `scratch` is there. Never throws. */
  historySince(from: string, signal?: AbortSignal): Promise<Found>;
}

/**
 * Fetch the one commit `ref` names, without its history, and lay out its files. Throws NOT_FOUND (no such repository or ref; with refs
 * that are near), AUTH_FAILED, SOURCE_UNAVAILABLE, INVALID_SOURCE (empty, too large), MISSING_TOOL, TIMEOUT, CANCELLED.
 */
export async function fetchGit(input: GitFetch): Promise<Fetched> {
  const git = await gitFor(input);
  const database = join(input.scratch, "git");
  const tree = join(input.scratch, "tree");
  mkdirSync(tree);
  await git.run(["init", "--quiet", "--bare", "--template=", "--", database]);
  const inDatabase = [`--git-dir=${database}`, `--work-tree=${tree}`];
  const wanted = await resolve(git, input);
  const from = ["--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--quiet"];
  const fetch = (depth: string[], refspec: string): Promise<string> =>
    git.run([...inDatabase, "fetch", ...depth, ...from, "--end-of-options", input.url, refspec]);
  try {
    await fetch(["--depth=1"], `+${wanted.name}:refs/landfall/wanted`);
  } catch (error) {
    // Some hosts give a commit by id only as part of a branch's history.
    const isHeldBack =
      error instanceof DeployError && error.text.evidence?.some((line) => line.includes("unadvertised object"));
    if (wanted.ref !== undefined || !isHeldBack) throw error;
    await fetch([], "+refs/*:refs/landfall/all/*");
    await git.run([...inDatabase, "update-ref", "refs/landfall/wanted", wanted.name]);
  }
  const sha = (await git.run([...inDatabase, "rev-parse", "--verify", "refs/landfall/wanted^{commit}"])).trim();
  await checkSize(git, inDatabase, sha, input);
  await git.run([...inDatabase, "checkout", "--quiet", "--force", "--detach", sha]);
  return {
    tree,
    commit: readCommit(await git.run([...inDatabase, "cat-file", "commit", sha]), {
      sha,
      branch: branchOf(wanted.ref),
    }),
    ...(wanted.ref === undefined ? {} : { ref: wanted.ref }),
    ...(wanted.subdirectory === undefined ? {} : { subdirectory: wanted.subdirectory }),
    historySince: (before, signal) =>
      patiently(signal, (patience) =>
        fetchHistory({ git, database, url: input.url, name: wanted.name, signal: patience }, { from: before, to: sha }),
      ),
  };
}

interface Wanted {
  /** What to ask the host for: a ref in full, or a commit id. */
  name: string;
  ref?: string;
  subdirectory?: string;
}

const fullCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Ask the host what the ref is. A branch wins over a tag of the same name; a full commit id over both. */
async function resolve(git: Git, input: GitFetch): Promise<Wanted> {
  const { ref, subdirectory } = input;
  const rest = subdirectory === undefined ? {} : { subdirectory };
  if (ref !== undefined && fullCommit.test(ref)) return { name: ref, ...rest };
  if (ref === undefined) {
    const lines = await list(git, input.url, ["--symref", "HEAD"]);
    const head = lines.find((line) => line.startsWith("ref: "));
    if (!lines.some((line) => /^[0-9a-f]{40,64}\tHEAD$/.test(line))) throw repositoryEmpty(input.url);
    return { name: "HEAD", ref: head?.slice(5).split("\t")[0] ?? "HEAD", ...rest };
  }
  const tries = candidates(ref, subdirectory);
  const asked = tries.flatMap((one) => one.names);
  const lines = await list(git, input.url, asked);
  const present = new Set(lines.map((line) => line.split("\t")[1]));
  for (const one of tries) {
    const found = one.names.find((name) => present.has(name));
    if (found !== undefined)
      return { name: found, ref: found, ...(one.subdirectory === "" ? {} : { subdirectory: one.subdirectory }) };
  }
  const all = await list(git, input.url, ["--heads", "--tags", "--refs"]);
  const shorts = all.map((line) => line.split("\t")[1]!.replace(/^refs\/(?:heads|tags)\//, ""));
  throw refMissing(input.url, ref, shorts);
}

/** The ref as given, then with ever more of the folder's parts. */
function candidates(ref: string, subdirectory: string | undefined): { names: string[]; subdirectory: string }[] {
  const parts = subdirectory === undefined ? [] : subdirectory.split("/");
  return Array.from({ length: Math.min(parts.length, 8) + 1 }, (_, count) => {
    const name = [ref, ...parts.slice(0, count)].join("/");
    return {
      names: name.startsWith("refs/") ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`],
      subdirectory: parts.slice(count).join("/"),
    };
  });
}

async function list(git: Git, url: string, args: string[]): Promise<string[]> {
  const options = args.filter((one) => one.startsWith("--"));
  const names = args.filter((one) => !one.startsWith("--"));
  const text = await git.run(["ls-remote", "--quiet", ...options, "--end-of-options", url, ...names]);
  return text.split("\n").filter((line) => line !== "");
}

/** A small commit can name the same directory a million times over; its files are counted before they are laid out. */
async function checkSize(
  git: Git,
  inDatabase: string[],
  commit: string,
  { limits, url, signal }: GitFetch,
): Promise<void> {
  const controller = new AbortController();
  const stop = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
  let files = 0;
  let bytes = 0;
  await git.run([...inDatabase, "ls-tree", "-r", "--long", "--full-tree", commit], {
    signal: stop,
    onLine(line) {
      files++;
      bytes += Number(line.split("\t")[0]!.split(/ +/)[3]) || 0;
      if (files <= limits.files && bytes <= limits.bytes) return;
      controller.abort(
        new DeployError("INVALID_SOURCE", {
          what: `The commit has more than ${files > limits.files ? `${limits.files.toLocaleString("en")} files` : `${limits.bytes.toLocaleString("en")} bytes`}.`,
          where: url,
          next: "Remove from the repository what does not belong to the project.",
        }),
      );
    },
  });
}
