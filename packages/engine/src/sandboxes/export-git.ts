/**
 * A sandbox's files as one commit on top of what a branch of a repository has. Nothing is forced: a branch that has moved meanwhile is
 * refused. What stays out of deployments stays out of the commit; where the repository has such files, they are left as they are.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeployError } from "../error.ts";
import type { Secret } from "../secret.ts";
import { ignoreRules } from "../snapshot/ignore.ts";
import { walk } from "../snapshot/walk.ts";
import { checkRef, readGitAddress } from "../source/git-address.ts";
import { type Git, gitFor } from "../source/sealed-git.ts";
import { pushFailure } from "./push-failure.ts";

export interface GitExport {
  /** https; or http to this machine. Without a password: that is `credential`. */
  url: string;
  /** Default: the repository's own default branch, `main` where it is empty. */
  branch?: string;
  message?: string;
  author?: { name: string; email: string };
  /** `user:token`, or a token alone. */
  credential?: Secret;
  /** Of all https. */
  proxy?: string;
  signal?: AbortSignal;
}

export interface GitExported {
  branch: string;
  /** What the branch has now. */
  commit: string;
  /** False when the branch had these files already: nothing was done. */
  pushed: boolean;
}

const timeoutMs = 600_000;
const mostFiles = 200_000;
const usualAuthor = { name: "Landfall", email: "noreply@landfall.invalid" };

/** `files` are ours alone. `scratch` is an empty directory, which is removed by the caller. Throws what the failure means. */
export async function pushFiles(
  asked: GitExport,
  { files, scratch, toolPath, signal }: { files: string; scratch: string; toolPath: string[]; signal?: AbortSignal },
): Promise<GitExported> {
  const { url, branch: wanted } = checkedExport(asked);
  const credential = asked.credential === undefined ? {} : { credential: asked.credential };
  const git = await gitFor({
    url,
    ...credential,
    ...(asked.proxy === undefined ? {} : { proxy: asked.proxy }),
    scratch,
    toolPath,
    timeoutMs,
    ...(signal ? { signal } : {}),
  });
  const meaning = pushFailure({ url, credential: asked.credential });
  const database = join(scratch, "git");
  await git.run(["init", "--quiet", "--bare", "--template=", "--", database]);
  const inDatabase = [`--git-dir=${database}`, `--work-tree=${files}`, "--literal-pathspecs"];
  const run: Git["run"] = (args, options) => git.run([...inDatabase, ...args], { meaning, ...options });

  const { branch, from } = await branchOf(git, { url, wanted, meaning });
  if (from !== null) {
    const how = ["--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--quiet"];
    await run(["fetch", ...how, "--end-of-options", url, `+${from}:refs/landfall/base`]);
    await run(["read-tree", "refs/landfall/base"]);
  }
  await stageFiles(run, files, signal);
  const tree = (await run(["write-tree"])).trim();
  const base = from === null ? null : (await run(["rev-parse", "--verify", "refs/landfall/base^{commit}"])).trim();
  const push = (commit: string): Promise<string> =>
    run(["push", "--porcelain", "--no-verify", "--end-of-options", url, `${commit}:refs/heads/${branch}`]);
  if (base !== null && (await run(["rev-parse", "--verify", `${base}^{tree}`])).trim() === tree) {
    const pushed = from !== `refs/heads/${branch}`;
    if (pushed) await push(base);
    return { branch, commit: base, pushed };
  }
  if (base === null && (await run(["ls-tree", tree])) === "") throw nothingToPush();

  const said = join(scratch, "message");
  await writeFile(said, asked.message ?? "Export from Landfall\n");
  const { name, email } = asked.author ?? usualAuthor;
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  const parent = base === null ? [] : ["-p", base];
  const commit = (await run(["commit-tree", tree, ...parent, "-F", said], { env })).trim();
  await push(commit);
  return { branch, commit, pushed: true };
}

/** Refused before anything is done. Throws INVALID_SOURCE, INVALID_CONFIG. */
export function checkedExport({ url: given, branch }: Pick<GitExport, "url" | "branch">): {
  url: string;
  branch: string | undefined;
} {
  const { url, ref: named, credential } = readGitAddress(given);
  const ref = branch ?? named;
  if (credential !== undefined)
    throw new DeployError("INVALID_CONFIG", {
      what: "The address holds a password, which logs and lists would show.",
      where: "url",
      next: "Give it as `token`, with `username` where the host wants one.",
    });
  if (!/^https?:/.test(url))
    throw new DeployError("INVALID_CONFIG", {
      what: "Files are pushed by https alone.",
      where: "url",
      next: "Give the repository's https:// address.",
    });
  checkBranch(ref);
  return { url, branch: ref };
}

/** Throws INVALID_SOURCE, INVALID_CONFIG for what is no branch's short name. */
export function checkBranch(ref: string | undefined): void {
  if (ref === undefined) return;
  checkRef(ref);
  if (ref.startsWith("refs/") || ref === "HEAD")
    throw new DeployError("INVALID_CONFIG", {
      what: "Files are pushed to a branch.",
      where: "branch",
      next: "Give its short name, such as main.",
    });
}

export function nothingToPush(): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: "There is nothing to push: the sandbox has no files but such as stay out.",
    next: "Write files into it first.",
  });
}

/** The branch, and the ref it goes on from: itself, the default branch for a new one, null in an empty repository. */
async function branchOf(
  git: Git,
  { url, wanted, meaning }: { url: string; wanted: string | undefined; meaning: ReturnType<typeof pushFailure> },
): Promise<{ branch: string; from: string | null }> {
  const names = ["HEAD", ...(wanted === undefined ? [] : [`refs/heads/${wanted}`])];
  const text = await git.run(["ls-remote", "--quiet", "--symref", "--end-of-options", url, ...names], { meaning });
  const lines = text.split("\n").map((line) => line.split("\t"));
  const head = lines.find(([what]) => what!.startsWith("ref: refs/heads/"))?.[0]!.slice("ref: ".length);
  const branch = wanted ?? head?.slice("refs/heads/".length) ?? "main";
  const has = (ref: string): boolean => lines.some(([what, name]) => name === ref && /^[0-9a-f]{40,64}$/.test(what!));
  const from = [`refs/heads/${branch}`, "HEAD"].find(has) ?? null;
  // By its own name, so that it is known for what it is.
  return { branch, from: from === "HEAD" && head === `refs/heads/${branch}` ? head : from };
}

/** Brings the index from what the branch has to what the sandbox has. */
async function stageFiles(run: Git["run"], files: string, signal: AbortSignal | undefined): Promise<void> {
  const found = await walk(files, { prebuilt: false, mostFiles, ...(signal ? { signal } : {}) });
  const paths = new Set([...found.files.map(({ path }) => path), ...found.links.keys()]);
  const isOut = leftOut(files);
  const known = (await run(["ls-files", "-z"])).split("\0").filter((path) => path !== "");
  const gone = known.filter((path) => !paths.has(path) && !isOut(path));
  const from = ["--pathspec-from-file=-", "--pathspec-file-nul"];
  if (gone.length > 0) await run(["rm", "--cached", "--quiet", ...from], { input: gone.join("\0") });
  // The rules have spoken; git's own reading of .gitignore would be another one.
  if (paths.size > 0) await run(["add", "--force", ...from], { input: [...paths].join("\0") });
}

/** Whether a path of the repository is one that never comes from a sandbox: by its name or a folder's, or by the rules at the root. */
function leftOut(files: string): (path: string) => boolean {
  const rules = ignoreRules(files, { prebuilt: false });
  const names = new Set([".gitignore", ".landfallignore"]);
  const top = rules.enter(".", names, undefined);
  return (path) => {
    const parts = path.split("/");
    return parts.some(
      (_, at) => rules.judge(top, parts.slice(0, at + 1).join("/"), at < parts.length - 1) !== undefined,
    );
  };
}

/** A directory of the export's own, gone afterwards. */
export async function inScratch<T>(directory: string, use: (scratch: string) => Promise<T>): Promise<T> {
  await mkdir(directory, { mode: 0o700 });
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
