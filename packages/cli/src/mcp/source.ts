/** Sources as an assistant names them: a git address, or a path that may not leave the root. */
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Source } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { parseSource } from "@landfall/engine/source/source";
import { sourceFrom } from "../source.ts";

/** The source `text` names. `root` is absolute and without symbolic links; null allows git addresses alone. Throws INVALID_SOURCE. */
export function sourceBelow(root: string | null, text: string): Source {
  const source = parseSource(text);
  if (source.kind === "git") return source;
  if (root === null)
    throw new DeployError("INVALID_SOURCE", {
      what: "A server reads no folder of the machine an assistant is on.",
      where: text,
      next: "Give a git address, such as https://host/repo.git#branch:folder; for a folder, run landfall mcp beside it.",
    });
  const path = resolve(root, source.path);
  if (!isBelow(root, path)) throw outside(root, text);
  let real: string;
  try {
    real = realpathSync(path);
  } catch (cause) {
    throw new DeployError(
      "INVALID_SOURCE",
      {
        what: `${JSON.stringify(text)} is not there.`,
        where: text,
        next: `Give a folder or an archive below ${root}, or a git address.`,
      },
      { cause },
    );
  }
  // A link on the way may lead anywhere.
  if (!isBelow(root, real)) throw outside(root, text);
  return sourceFrom(real, { cwd: root, flags: {}, commands: [] });
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}

function outside(root: string, text: string): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: "This is outside of what this assistant may read.",
    where: text,
    next: `Name something below ${root}, or start landfall mcp with another --root.`,
  });
}
