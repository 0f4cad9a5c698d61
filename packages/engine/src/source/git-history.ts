/**
 * History of a remote repository without its files: a partial fetch that leaves out trees and what is in them (git 2.19, "partial clone"),
 * down to a bounded depth, into the database where one commit lies already.
 */
import { join } from "node:path";
import { DeployError } from "../error.ts";
import type { Git } from "./sealed-git.ts";
import { between, type Found, historyDepth, historyDepthWithFiles, unknown } from "./history.ts";

interface Fetching {
  git: Git;
  /** A database of our own that has the commit `to`, without what is before it. */
  database: string;
  url: string;
  /** What `to` was found under: a ref in full, or its id. */
  name: string;
  signal: AbortSignal;
}

const tip = "refs/landfall/history";

/** What `to` has that `from` has not. Throws what git's failures mean, CANCELLED. */
export async function fetchHistory(fetching: Fetching, { from, to }: { from: string; to: string }): Promise<Found> {
  const { git, database, signal, name } = fetching;
  const inDatabase = async (args: string[]): Promise<string> => git.run([`--git-dir=${database}`, ...args], { signal });
  const ask = (args: string[]): Promise<string | null> =>
    inDatabase(args).catch((error: unknown) => nullOf(error, signal));
  await deepen(fetching, name);
  // By a list, not by asking for it: what a partial clone has not, git would go and fetch.
  const ancestors = await inDatabase(["rev-list", "--end-of-options", to]);
  if (ancestors.split("\n").includes(from)) return between(ask, from, to);
  try {
    await deepen(fetching, from);
  } catch (error) {
    if (signal.aborted || !(error instanceof DeployError && error.code === "NOT_FOUND")) throw error;
    return unknown(
      "The commit that was live is no longer in the repository: its history was rewritten, or its branch removed.",
    );
  }
  return between(ask, from, to);
}

/** Bring the history of a ref or commit; with a server that would send all files along, little of it. */
async function deepen({ git, database, url, signal }: Fetching, name: string): Promise<void> {
  const withFiles = new AbortController();
  const quiet = ["--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--quiet", "--end-of-options"];
  const fetch = (how: string[], stop: AbortSignal): Promise<string> =>
    git.run([`--git-dir=${database}`, "fetch", ...how, ...quiet, url, `+${name}:${tip}`], {
      signal: stop,
      onError: (line) => {
        if (line.includes("filtering not recognized by server")) withFiles.abort();
      },
    });
  try {
    await fetch([`--depth=${historyDepth}`, "--filter=tree:0"], AbortSignal.any([signal, withFiles.signal]));
  } catch (error) {
    if (!withFiles.signal.aborted || signal.aborted) throw error;
    await fetch([`--depth=${historyDepthWithFiles}`], signal);
  } finally {
    // What was left out is not to be fetched later, which git does for whoever asks for it.
    await git
      .run(["config", `--file=${join(database, "config")}`, "--remove-section", `remote.${url}`])
      .catch(() => undefined);
  }
}

/** Null for an error that git ended with; throws when it was stopped. */
function nullOf(error: unknown, signal: AbortSignal): null {
  if (signal.aborted || !(error instanceof DeployError)) throw error;
  return null;
}
