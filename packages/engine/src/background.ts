/** Programs started in the background: how, and with which environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { BlobStoreOptions } from "./snapshot/s3.ts";

/** Settings of an engine that what it starts needs too. */
export interface BackgroundSettings {
  toolPath: string[];
  encryptionKey?: string;
  databaseUrl?: string;
  blobStore?: BlobStoreOptions;
}

/** All they find there: tools, and the settings that are no arguments, for those are for all to see. The command line reads it as it reads a person's. */
export function backgroundEnvironment({
  toolPath,
  encryptionKey,
  databaseUrl,
  blobStore,
}: BackgroundSettings): Record<string, string> {
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

/**
 * Start a program that outlives this process: in a session of its own, without a pipe to us; what it prints goes to `log` among the logs.
 * Without `environment` it has ours. With `hasChannel`, a program of Node's, we can speak with it. One that cannot be started is told
 * to `failed`.
 */
export function startDetached(
  command: string[],
  {
    home,
    log,
    environment,
    hasChannel = false,
    failed = () => {},
  }: {
    home: string;
    log: string;
    environment?: Record<string, string>;
    hasChannel?: boolean;
    failed?(error: Error): void;
  },
): ChildProcess {
  const file = openSync(join(home, "logs", log), "a", 0o600);
  try {
    const [program, ...args] = command;
    const child = spawn(program!, args, {
      detached: true,
      stdio: ["ignore", file, file, ...(hasChannel ? ["ipc" as const] : [])],
      cwd: home,
      ...(environment ? { env: environment } : {}),
    });
    child.on("error", failed);
    child.unref();
    return child;
  } finally {
    closeSync(file);
  }
}
