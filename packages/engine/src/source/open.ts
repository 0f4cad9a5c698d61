/** From a source to a folder that can be read: as it is, extracted, or fetched. */
import { accessSync, constants, mkdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { Commit } from "./commit.ts";
import { errnoOf } from "../errno.ts";
import { throwIfAborted } from "../process/exec.ts";
import type { Secret } from "../secret.ts";
import { extractArchive } from "./archive.ts";
import { type ArchiveLimits, archiveLimits } from "./archive-limits.ts";
import { invalid } from "./git-address.ts";
import { fetchGit } from "./git.ts";
import type { Found } from "./history.ts";
import { type Source, checkedSource } from "./source.ts";

export interface OpenOptions {
  /** A directory that is not there yet; it is made when it is needed, and removed on failure and on dispose. */
  scratch: string;
  /** Directories where git and ssh are looked for. */
  toolPath: string[];
  signal?: AbortSignal;
  git?: {
    /** `user:password` for https; wins over one in the address. */
    credential?: Secret;
    allowInsecureHttp?: boolean;
    /** A person's environment: proxies, certificates and the ssh agent's socket are taken from it, nothing else. */
    environment?: Record<string, string>;
    /** For each single call of git; default 10 minutes. */
    timeoutMs?: number;
  };
  limits?: Partial<ArchiveLimits>;
}

export interface OpenedSource extends AsyncDisposable {
  /** The project's directory, a real path, the sub-directory included. */
  root: string;
  /** For a person: path or address, and what of it. Holds no secret. */
  description: string;
  /** What stays the same when the source is opened again: the real path of folder or archive, or the address. */
  identity: string;
  /** Of a git source. */
  commit?: Commit;
  /** Name in full, `refs/heads/main`. */
  ref?: string;
  /** Of a git source: what its commit has that the commit `from` (a full id) has not. Never throws. */
  historySince?(from: string, signal?: AbortSignal): Promise<Found>;
}

/**
 * Open a source. Throws INVALID_SOURCE, UNSAFE_ARCHIVE, NOT_FOUND, AUTH_FAILED, SOURCE_UNAVAILABLE, MISSING_TOOL, DISK_FULL,
 * TIMEOUT, CANCELLED; then nothing is left behind.
 */
export async function openSource(source: Source, options: OpenOptions): Promise<OpenedSource> {
  const checked = checkedSource(source, { allowInsecureHttp: options.git?.allowInsecureHttp });
  throwIfAborted(options.signal, "reading the source");
  if (checked.kind === "folder") {
    const path = folderAt(checked.path);
    return {
      root: readable(inside(path, checked.subdirectory)),
      description: described(path, checked.subdirectory),
      identity: path,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const { scratch } = options;
  mkdirSync(dirname(scratch), { recursive: true, mode: 0o700 });
  mkdirSync(scratch, { mode: 0o700 }); // Not recursive: what is there already belongs to somebody else.
  const remove = (): Promise<void> => rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  try {
    const opened = checked.kind === "archive" ? await openArchive(checked, options) : await openGit(checked, options);
    return { ...opened, [Symbol.asyncDispose]: remove };
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

type Opened = Omit<OpenedSource, typeof Symbol.asyncDispose>;

async function openArchive(source: Source & { kind: "archive" }, options: OpenOptions): Promise<Opened> {
  const stats = statSync(source.path, { throwIfNoEntry: false });
  if (!stats?.isFile())
    throw invalid(
      stats ? "This is a folder with the name of an archive." : "There is no such archive.",
      source.path,
      "Check the path.",
    );
  const path = realpathSync(source.path);
  const tree = join(options.scratch, "tree");
  await extractArchive(path, tree, {
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return {
    root: inside(realpathSync(tree), source.subdirectory),
    description: described(path, source.subdirectory),
    identity: path,
  };
}

async function openGit(source: Source & { kind: "git" }, options: OpenOptions): Promise<Opened> {
  const { credential = source.credential, environment, timeoutMs = 600_000 } = options.git ?? {};
  const limits = { ...archiveLimits, ...options.limits };
  const fetched = await fetchGit({
    url: source.url,
    scratch: options.scratch,
    toolPath: options.toolPath,
    limits: { files: limits.entries, bytes: limits.bytes },
    timeoutMs,
    ...(source.ref === undefined ? {} : { ref: source.ref }),
    ...(source.subdirectory === undefined ? {} : { subdirectory: source.subdirectory }),
    ...(credential === undefined ? {} : { credential }),
    ...(source.proxy === undefined ? {} : { proxy: source.proxy }),
    ...(environment === undefined ? {} : { environment }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const name =
    fetched.ref === undefined || fetched.ref === "HEAD"
      ? ""
      : `${fetched.ref.replace(/^refs\/(?:heads|tags)\//, "")} at `;
  return {
    root: inside(realpathSync(fetched.tree), fetched.subdirectory),
    description: `${described(source.url, fetched.subdirectory)} (${name}${fetched.commit.sha.slice(0, 12)})`,
    identity: source.url,
    commit: fetched.commit,
    historySince: fetched.historySince,
    ...(fetched.ref === undefined ? {} : { ref: fetched.ref }),
  };
}

function described(path: string, subdirectory: string | undefined): string {
  return subdirectory === undefined ? path : `${path}, folder ${subdirectory}`;
}

function folderAt(path: string): string {
  try {
    const real = realpathSync(path);
    if (!statSync(real).isDirectory())
      throw invalid("This is a file, not a folder.", path, "Give a folder, or a .zip, .tar, .tar.gz or .tar.zst file.");
    return real;
  } catch (error) {
    if (errnoOf(error) === "EACCES")
      throw invalid("The folder may not be read by this user.", path, "Make it readable, or run as its owner.");
    if (errnoOf(error) !== undefined) throw invalid("There is no such folder.", path, "Check the path.");
    throw error;
  }
}

/** The sub-directory's real path; links on the way must not lead out of the source. */
function inside(root: string, subdirectory: string | undefined): string {
  if (subdirectory === undefined) return root;
  const path = join(root, subdirectory);
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw invalid(
      "The source has no such sub-directory.",
      subdirectory,
      "Check its spelling; upper and lower case count.",
    );
  }
  if (real !== root && !real.startsWith(root === sep ? root : root + sep))
    throw invalid(
      "The sub-directory is a link that leads out of the source.",
      subdirectory,
      "Give a folder inside the source.",
    );
  if (!statSync(real).isDirectory())
    throw invalid("The sub-directory is a file.", subdirectory, "Give a folder inside the source.");
  return real;
}

function readable(directory: string): string {
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
    return directory;
  } catch {
    throw invalid("The folder may not be read by this user.", directory, "Make it readable, or run as its owner.");
  }
}
