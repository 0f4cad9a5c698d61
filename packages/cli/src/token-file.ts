/** Tokens as people hand them over: never as an argument, which everybody on the machine can read. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { DeployError } from "@landfall/engine/error";
import type { Context } from "./context.ts";

/** What is in the file, or what comes through stdin for `-`. Throws INVALID_CONFIG. */
export async function tokenFrom(context: Pick<Context, "cwd" | "world">, file: string): Promise<string> {
  if (file === "-") return text(context.world.stdin);
  const path = resolve(context.cwd, file);
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      { what: "The file with the token cannot be read.", where: path, next: "Name a file that you may read." },
      { cause },
    );
  }
}
