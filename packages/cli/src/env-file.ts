/** Variables in files as people keep them. */
import { readFileSync } from "node:fs";
import { DeployError } from "@landfall/engine/error";

/** The variables of a .env file. Throws INVALID_CONFIG when it cannot be read, with every line that is none. */
export async function readEnvFile(path: string): Promise<Record<string, string>> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      {
        what: "The file with variables cannot be read.",
        where: path,
        next: "Name a file that is there and that you may read.",
      },
      { cause },
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DeployError("INVALID_CONFIG", {
      what: "The file with variables is not UTF-8 text.",
      where: path,
      next: "Save it as UTF-8.",
    });
  }
  const { parseDotenv, variablesOf } = await import("@landfall/engine/env/values/dotenv");
  return variablesOf(parseDotenv(text));
}

/** The variables as a .env file that reads back the same. */
export async function writeEnvText(variables: Record<string, string>): Promise<string> {
  const { formatDotenv } = await import("@landfall/engine/env/values/dotenv");
  return formatDotenv(Object.entries(variables).map(([key, value]) => ({ key, value })));
}
