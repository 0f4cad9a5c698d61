/** The passphrase of a backup's key: the first line of a file, or typed by a person. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DeployError } from "@landfall/engine/error";
import type { Context } from "./context.ts";
import { ask } from "./screen/prompt.ts";

const leastCharacters = 12;

/** From a file. Throws INVALID_CONFIG when it cannot be read or is empty. */
export function passphraseIn(context: Context, file: string): string {
  let text = "";
  try {
    text = readFileSync(resolve(context.cwd, file), "utf8").split(/\r?\n/, 1)[0]!;
  } catch {
    // As unusable as an empty one.
  }
  if (text !== "") return text;
  throw new DeployError("INVALID_CONFIG", {
    what: "There is no passphrase in the file.",
    where: file,
    next: "Its first line is the passphrase.",
  });
}

/** For a key that is there already: null when nobody answers. */
export async function askPassphrase(context: Context): Promise<string | null> {
  return context.canAsk ? ask(context.world, "Passphrase of the backup: ", { hidden: true }) : null;
}

/** A new one: from the file, or typed twice. Throws INVALID_CONFIG when it is short, typed differently, or nobody can be asked. */
export async function makePassphrase(context: Context, file: string | undefined): Promise<string> {
  if (file === undefined && !context.canAsk) throw refused("nobody is here to type one", "Add --passphrase-file FILE.");
  const typed =
    file === undefined
      ? await ask(context.world, "A passphrase for the key in the backup: ", { hidden: true })
      : passphraseIn(context, file);
  if (typed === null || typed.length < leastCharacters)
    throw refused("it is too short", `Take ${leastCharacters} characters or more: who has both can read everything.`);
  if (file === undefined && (await ask(context.world, "Once more: ", { hidden: true })) !== typed)
    throw refused("the second one is another", "Type the same twice.");
  return typed;
}

function refused(why: string, next: string): DeployError {
  return new DeployError("INVALID_CONFIG", { what: `There is no passphrase for the key: ${why}.`, next });
}
