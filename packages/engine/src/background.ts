/** Programs started in the background: how, and with which environment. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { EngineOptions } from "./engine.ts";

/** All they find there: tools, and the settings that are no arguments, for those are for all to see. The command line reads it as it reads a person's. */
export function backgroundEnvironment({
  toolPath,
  encryptionKey,
  databaseUrl,
  blobStore,
}: Pick<EngineOptions, "toolPath" | "encryptionKey" | "databaseUrl" | "blobStore">): Record<string, string> {
  return {
    PATH: toolPath.join(":"),
    LANG: "C.UTF-8",
    ...(encryptionKey === undefined ? {} : { TOKEN_ENCRYPTION_KEY: encryptionKey }),
    ...(databaseUrl === undefined ? {} : { LANDFALL_DATABASE_URL: databaseUrl }),
    ...(blobStore === undefined
      ? {}
      : {
          LANDFALL_STORE: blobStore.url,
          AWS_ACCESS_KEY_ID: blobStore.accessKeyId,
          AWS_SECRET_ACCESS_KEY: blobStore.secretAccessKey,
          ...(blobStore.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: blobStore.sessionToken }),
        }),
  };
}

/** Start a program that outlives this process; what it prints goes to `log` among the logs. */
export function startDetached(
  command: string[],
  { home, log, environment }: { home: string; log: string; environment: Record<string, string> },
): void {
  const file = openSync(join(home, "logs", log), "a", 0o600);
  try {
    const [program, ...args] = command;
    const child = spawn(program!, args, { detached: true, stdio: ["ignore", file, file], cwd: home, env: environment });
    child.on("error", () => {}); // Then the next command on this data directory does the work.
    child.unref();
  } finally {
    closeSync(file);
  }
}
