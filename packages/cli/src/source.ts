/** What a person names as source: a folder, an archive, a git address. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Source } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { parseSource } from "@landfall/engine/source/source";
import { nearest } from "./nearest.ts";

export interface SourceFlags {
  ref?: string;
  subdirectory?: string;
}

/**
 * The source `text` names; absent, the directory `cwd`. What an address may look like is the engine's to say; here the disk is looked at.
 * `commands` are the words a mistyped one is compared with. Throws INVALID_SOURCE.
 */
export function sourceFrom(
  text: string | undefined,
  { cwd, flags, commands }: { cwd: string; flags: SourceFlags; commands: string[] },
): Source {
  const source = parseSource(text ?? ".", flags);
  if (source.kind === "git") return source;
  const path = resolve(cwd, source.path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw absent(text ?? ".", commands);
  if (found.isDirectory()) return { ...source, kind: "folder", path };
  if (found.isFile() && source.kind === "archive") return { ...source, path };
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
