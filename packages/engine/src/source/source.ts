/** Where the code comes from: what a person gave, read and checked. */
import type { Secret } from "../secret.ts";
import { type Commit, plainCommit } from "./commit.ts";
import { type History, plainHistory } from "./history.ts";
import { type GitAddress, checkRef, invalid, isGitAddress, readGitAddress } from "./git-address.ts";

export type Source =
  | { kind: "folder"; path: string; subdirectory?: string }
  | {
      kind: "archive";
      path: string;
      subdirectory?: string;
      /** What whoever packed it says the files are of; it is only told to people. */
      commit?: Commit;
      /** What they say that commit brings to an earlier one; told to people where that one is live. */
      history?: History;
    }
  | {
      kind: "git";
      /** Without user name and password, except the user name of ssh. */
      url: string;
      /** Branch, tag, full commit id, or a name in full (`refs/…`). Absent: the repository's default branch. */
      ref?: string;
      subdirectory?: string;
      /** `user:password` for https, as it stood in the address. Stored and sent as `[secret]`. */
      credential?: Secret;
      /** `http://…` of a proxy that everything of https goes through, also where the host sends on to another: what it refuses is not reached. */
      proxy?: string;
    };

export interface SourceOptions {
  /** Wins over nothing: given twice, in the address too, it must be the same. */
  ref?: string | undefined;
  subdirectory?: string | undefined;
  /** Accept `http://` to other machines than this one; everything sent and received can then be read and changed on the way. */
  allowInsecureHttp?: boolean | undefined;
}

const archiveName = /\.(?:zip|tar|tar\.gz|tgz|tar\.zst|tzst)$/i;

/**
 * The source a text names: a folder; an archive, told by its ending; or a git repository: `https://`, `ssh://`, `user@host:path`,
 * `github:owner/name`, with `#ref:folder` behind it, or the address of a folder as GitHub, GitLab and Bitbucket show it in a browser.
 * Looks at no disk and asks no host. Throws INVALID_SOURCE.
 */
export function parseSource(text: string, options: SourceOptions = {}): Source {
  if (text === "")
    throw invalid("The source is empty.", "source", "Give a folder, an archive or the address of a git repository.");
  if (text.includes("\0"))
    throw invalid(
      "The source has a NUL byte.",
      "source",
      "Give a folder, an archive or the address of a git repository.",
    );
  if (text.startsWith("-"))
    throw invalid(
      "The source begins with a hyphen, like an option.",
      JSON.stringify(text.slice(0, 120)),
      "Write ./ in front of the name of a folder that begins so.",
    );
  if (isGitAddress(text)) return checkedSource({ kind: "git", url: text }, options);
  return checkedSource({ kind: archiveName.test(text) ? "archive" : "folder", path: text }, options);
}

/**
 * The source, checked, in its plain form: what stood behind `#` and in a browser's address in its own fields, a password in `credential`.
 * A checked source passes unchanged. Throws INVALID_SOURCE.
 */
export function checkedSource(source: Source, options: SourceOptions = {}): Source {
  const given = once("sub-directory", source.subdirectory, options.subdirectory);
  if (source.kind !== "git") {
    if (options.ref !== undefined)
      throw invalid(
        "A branch, tag or commit can be chosen of a git repository only.",
        source.path,
        "Leave the ref out, or give the address of the repository.",
      );
    const subdirectory = checkSubdirectory(given);
    const checked = { path: source.path, ...(subdirectory === undefined ? {} : { subdirectory }) };
    if (source.kind === "folder" || source.commit === undefined) return { kind: source.kind, ...checked };
    const history = source.history === undefined ? {} : { history: plainHistory(source.history) };
    return { kind: source.kind, ...checked, commit: plainCommit(source.commit), ...history };
  }
  const address: GitAddress = readGitAddress(source.url, options);
  const ref = once("ref", once("ref", address.ref, source.ref), options.ref);
  const subdirectory = checkSubdirectory(once("sub-directory", address.subdirectory, given));
  if (ref !== undefined) checkRef(ref);
  const credential = address.credential ?? source.credential;
  return {
    kind: "git",
    url: address.url,
    ...(ref === undefined ? {} : { ref }),
    ...(subdirectory === undefined ? {} : { subdirectory }),
    ...(credential === undefined ? {} : { credential }),
    ...(source.proxy === undefined ? {} : { proxy: source.proxy }),
  };
}

function once(what: string, one: string | undefined, other: string | undefined): string | undefined {
  if (one !== undefined && other !== undefined && one !== other)
    throw invalid(`The ${what} is given twice, and differently.`, `${show(one)} and ${show(other)}`, "Give it once.");
  return one ?? other;
}

/** A relative path without `..`, tidied; undefined for the root itself. */
function checkSubdirectory(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const fault =
    (text.length > 1_000 && "is too long") ||
    (/\p{Cc}/u.test(text) && "has control characters") ||
    ((text.startsWith("/") || text.includes("\\") || /^[a-z]:/i.test(text)) &&
      "must be relative to the source, with / between folders") ||
    (text.split("/").includes("..") && "leads out of the source");
  if (fault)
    throw invalid(`The sub-directory ${fault}.`, show(text), "Give a folder inside the source, such as apps/web.");
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 ? undefined : parts.join("/");
}

function show(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
