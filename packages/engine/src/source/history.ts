/**
 * The commits between two: what is live and what is deployed. Git is asked for the history alone, of which no file is needed. It is only told
 * to people, so whatever goes wrong becomes a sentence, and no deployment waits for it long.
 */
import { DeployError } from "../error.ts";
import { plain, readerIn } from "./commit.ts";

/** A commit of a history, as it may be shown. */
export interface PastCommit {
  /** Full id. */
  sha: string;
  /** The first paragraph of its message in one line, cut. */
  message: string;
  author: string | null;
  /** When it was made; null where git can make nothing of it. */
  at: string | null;
}

/** What `to` has that `from` has not. */
export interface History {
  /** Full ids. */
  from: string;
  to: string;
  /** Newest first, the newest `keptCommits` of them. */
  commits: PastCommit[];
  /** How many there are; no more than `countedCommits` are counted. */
  total: number;
  /** Commits of `from` that are not in `to`: of another branch, or of a history that was rewritten. Counted like `total`. */
  dropped: number;
  /** Why nothing is known, in a sentence; null when it is. */
  reason: string | null;
}

/** As it may be shown, whoever wrote it. */
export function plainHistory({ commits, reason, ...history }: History): History {
  return {
    ...history,
    commits: commits.slice(0, keptCommits).map(plainPast),
    reason: reason === null ? null : plain(reason),
  };
}

/** What comes of a history, as far as it does not name the two. */
export type Found = Pick<History, "commits" | "total" | "dropped" | "reason">;

/** Standard output of git with these arguments; null when it ends with an error. */
export type Ask = (args: string[]) => Promise<string | null>;

const keptCommits = 100;
const countedCommits = 1_000;
const longestSubject = 200;
const longestName = 100;

/** Commits of a remote repository are asked for down to so many below the one that is deployed. */
export const historyDepth = 200;
/** With a server that cannot leave out the files: each commit may bring some. */
export const historyDepthWithFiles = 20;
/** All of it, what is asked of a server included. */
const historyPatienceMs = 4_000;

/** Nothing is known, and why. */
export const unknown = (reason: string): Found => ({ commits: [], total: 0, dropped: 0, reason });

/** One line of fields, each cut by git itself: a message may be as long as a book. Source: git-log(1), "PRETTY FORMATS". */
const format = `--format=%cI%x00%<(${longestName + 50},trunc)%an%x00%<(${longestSubject + 50},trunc)%s`;

/** What `to` has that `from` has not, both of which are there. */
export async function between(ask: Ask, from: string, to: string): Promise<Found> {
  const count = (range: string): Promise<string | null> =>
    ask(["rev-list", "--count", `--max-count=${countedCommits}`, "--end-of-options", range]);
  const [base, lines, total, dropped] = await Promise.all([
    ask(["merge-base", from, to]),
    ask(["rev-list", format, `--max-count=${keptCommits}`, "--encoding=UTF-8", "--end-of-options", `${from}..${to}`]),
    count(`${from}..${to}`),
    count(`${to}..${from}`),
  ]);
  if (lines === null || total === null || dropped === null) return unknown("Git could not read the history.");
  if (base === null) return unknown("It has no commit in common with what was live, as far back as was looked.");
  const commits = lines.matchAll(/^commit ([0-9a-f]{40,64})\n([^\0\n]*)\0([^\0\n]*)\0([^\n]*)$/gm);
  return {
    commits: [...commits].map(([, sha, at, author, message]) =>
      plainPast({ sha: sha!, message: message!, author: author!, at: at! }),
    ),
    total: Number(total),
    dropped: Number(dropped),
    reason: null,
  };
}

/** In the repository whose working tree `root` is in. Never throws. */
export async function historyAround(
  root: string,
  { from, to, ...options }: { from: string; to: string; toolPath: string[]; signal?: AbortSignal | undefined },
): Promise<Found> {
  return patiently(options.signal, async (signal) => {
    const ask = readerIn(root, { ...options, signal });
    if ((await ask(["cat-file", "-e", `${from}^{commit}`])) === null)
      return unknown("The commit that was live is not in this folder's repository.");
    return between(ask, from, to);
  });
}

/** Whatever it throws is a sentence, and it takes `historyPatienceMs` at most. Never throws. */
export async function patiently(
  signal: AbortSignal | undefined,
  look: (signal: AbortSignal) => Promise<Found>,
): Promise<Found> {
  const patience = AbortSignal.timeout(historyPatienceMs);
  try {
    return await look(signal ? AbortSignal.any([signal, patience]) : patience);
  } catch (error) {
    if (patience.aborted) return unknown(`Git did not tell the history within ${historyPatienceMs / 1_000} seconds.`);
    return unknown(error instanceof DeployError ? error.text.what : "Git could not read the history.");
  }
}

function plainPast({ sha, message, author, at }: PastCommit): PastCommit {
  return {
    sha,
    message: cut(plain(message), longestSubject),
    author: author === null ? null : cut(plain(author), longestName) || null,
    at: at === null ? null : instantOf(at),
  };
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

function instantOf(text: string): string | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
