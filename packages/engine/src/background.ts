/** The environment of what is started in the background: tools, and the settings that are no arguments, for those are for all to see. */
import type { EngineOptions } from "./engine.ts";

/** The whole of it. The command line reads it as it reads a person's. */
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
