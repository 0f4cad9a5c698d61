/**
 * Fetch one commit of a repository with the system's git, in an environment where nothing but our own settings counts: no hooks, no filters,
 * no file-system monitor, no submodules, no configuration of the machine or the user, and no way for the repository to name a program.
 * The repository's database lies beside the files, so the tree has no `.git`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { branchOf, type Commit, readCommit } from "./commit.ts";
import { DeployError } from "../error.ts";
import { exec } from "../process/exec.ts";
import type { Secret } from "../secret.ts";
import { isLoopback } from "./git-address.ts";
import { gitFailure, refMissing, repositoryEmpty } from "./git-failure.ts";
import { fetchHistory } from "./git-history.ts";
import { type Found, patiently } from "./history.ts";

export interface GitFetch {
  /** A checked address without password. */
  url: string;
  ref?: string;
  /** Tried as further parts of the ref when there is no such ref: in browsers' addresses both are one path. */
  subdirectory?: string;
  /** `user:password`, or a token alone, for https. One line. */
  credential?: Secret;
  /** Of all https, in place of whatever the environment says. */
  proxy?: string;
  /** An empty directory of our own. */
  scratch: string;
  /** Directories where git and ssh are looked for. */
  toolPath: string[];
  /** Further variables git may see: proxies, certificates, the agent's socket. Others are dropped. */
  environment?: Record<string, string>;
  limits: { files: number; bytes: number };
  timeoutMs: number;
  signal?: AbortSignal;
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

/** What of a person's environment git may need, and which cannot make it run anything. */
const passed = new Set([
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "SSH_AUTH_SOCK",
  "TMPDIR",
]);

const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.autocrlf=false",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "protocol.allow=never",
  "protocol.https.allow=always",
  "protocol.ssh.allow=always",
  "http.followRedirects=initial",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "transfer.bundleURI=false",
];

/** What git runs to learn the password: constant text, in which the shell finds two quoted variables. gitcredentials(7), "Custom helpers". */
const credentialHelper = `!printf 'username=%s\\npassword=%s\\n' "$LANDFALL_GIT_USERNAME" "$LANDFALL_GIT_PASSWORD"; :`;

/** A running git: the sealed environment and the words in front of every command. */
export interface Git {
  /** Standard output. Throws what the failure means. */
  run(args: string[], options?: RunOptions): Promise<string>;
}

interface RunOptions {
  onLine?: (line: string) => void;
  onError?: (line: string) => void;
  signal?: AbortSignal;
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

async function gitFor(input: GitFetch): Promise<Git> {
  const home = join(input.scratch, "home");
  mkdirSync(home);
  const env = environmentFor(input, home);
  const insecure = input.url.startsWith("http:") ? ["-c", "protocol.http.allow=always"] : [];
  const proxied = input.proxy === undefined ? [] : ["-c", `http.proxy=${input.proxy}`];
  const words = ["git", ...settings.flatMap((one) => ["-c", one]), ...insecure, ...proxied];
  const run: Git["run"] = async (args, { onLine, onError, signal = input.signal } = {}) => {
    const result = await exec([...words, ...args], {
      cwd: input.scratch,
      env,
      timeoutMs: input.timeoutMs,
      maxOutputBytes: 16 * 1024 * 1024,
      ...(signal ? { signal } : {}),
      ...(onLine || onError ? { onLine: (line, stream) => (stream === "stdout" ? onLine : onError)?.(line) } : {}),
    });
    if (result.code === 0) return result.stdout;
    throw gitFailure(result.stderr, { url: input.url, credential: input.credential });
  };
  const version = /(\d+)\.(\d+)/.exec(await run(["version"]));
  // Before 2.31 git knows no settings by environment, and would send the password to nobody, or not be bound by ours.
  if (!version || Number(version[1]) * 1000 + Number(version[2]) < 2_031)
    throw new DeployError("MISSING_TOOL", {
      what: `This git is too old: ${version?.[0] ?? "unknown"}.`,
      next: "Install git 2.31 or later (Debian: apt install git; macOS: xcode-select --install).",
    });
  return { run };
}

function environmentFor(input: GitFetch, home: string): Record<string, string> {
  const env: Record<string, string> = {
    PATH: input.toolPath.join(":"),
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_OPTIONAL_LOCKS: "0",
    // Never asks; an unknown host is refused, for whoever answers in its place could send us anything.
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ClearAllForwardings=yes -o ForwardAgent=no",
    GIT_SSH_VARIANT: "ssh",
  };
  for (const [name, value] of Object.entries(input.environment ?? {})) if (passed.has(name)) env[name] = value;
  if (input.proxy !== undefined) env["NO_PROXY"] = env["no_proxy"] = "";
  else if (isLoopback(hostOf(input.url))) env["NO_PROXY"] = env["no_proxy"] = "*";
  if (input.credential && /^https?:/.test(input.url)) {
    const value = input.credential.open();
    const colon = value.indexOf(":");
    // By environment, where no process list shows it; and by a helper of this origin, not by a header, for git takes a header along
    // when it is sent to another host.
    env["LANDFALL_GIT_USERNAME"] = colon < 0 ? "x-access-token" : value.slice(0, colon) || "x-access-token";
    env["LANDFALL_GIT_PASSWORD"] = value.slice(colon + 1);
    env["GIT_CONFIG_COUNT"] = "1";
    env["GIT_CONFIG_KEY_0"] = `credential.${new URL(input.url).origin}.helper`;
    env["GIT_CONFIG_VALUE_0"] = credentialHelper;
  }
  return env;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
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
