/** What a person names as source: a folder, an archive, a git address. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Source } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { nearest } from "./nearest.ts";

export interface SourceFlags {
  ref?: string;
  subdirectory?: string;
}

const archive = /\.(zip|tar|tar\.gz|tgz|tar\.zst|tzst)$/i;
const gitAddress = /^(?:(?:https?|ssh|git):\/\/|[\w.-]+@[\w.-]+:)/i;
const shortHand = /^(github|gitlab):([\w.-]+\/[\w.-]+)$/;

/**
 * The source `text` names; absent, the directory `cwd`. Whether an address may be used is the engine's to say.
 * `commands` are the words a mistyped one is compared with. Throws INVALID_SOURCE.
 */
export function sourceFrom(
  text: string | undefined,
  { cwd, flags, commands }: { cwd: string; flags: SourceFlags; commands: string[] },
): Source {
  const subdirectory = flags.subdirectory === undefined ? {} : { subdirectory: flags.subdirectory };
  const short = shortHand.exec(text ?? "");
  const url = short === null ? text : `https://${short[1]!}.com/${short[2]!}.git`;
  if (url !== undefined && gitAddress.test(url)) {
    return { kind: "git", url, ...(flags.ref === undefined ? {} : { ref: flags.ref }), ...subdirectory };
  }
  const path = resolve(cwd, text ?? ".");
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw absent(text ?? ".", commands);
  if (flags.ref !== undefined) {
    throw new DeployError("INVALID_SOURCE", {
      what: "A branch, tag or commit can be chosen of a git address only, not of a folder or an archive.",
      where: text ?? ".",
      next: "Leave --ref out, or give the address of the repository.",
    });
  }
  if (found.isDirectory()) return { kind: "folder", path, ...subdirectory };
  if (found.isFile() && archive.test(path)) return { kind: "archive", path, ...subdirectory };
  throw new DeployError("INVALID_SOURCE", {
    what: "This is neither a folder nor an archive.",
    where: path,
    next: "Give a folder, a .zip, .tar, .tar.gz or .tar.zst file, or a git address.",
  });
}

function absent(text: string, commands: string[]): DeployError {
  // The first word may be a command or a source; a mistyped command is more likely than a folder that is not there.
  const command = /^[a-z-]+$/.test(text) ? nearest(text, commands) : undefined;
  return new DeployError("INVALID_SOURCE", {
    what: /^[a-z-]+$/.test(text)
      ? `There is no command and no folder ${JSON.stringify(text)}.`
      : `${JSON.stringify(text)} is not there.`,
    where: text,
    next:
      command === undefined
        ? "Give a folder, an archive or a git address; landfall --help lists the commands."
        : `Did you mean: landfall ${command}?`,
  });
}
