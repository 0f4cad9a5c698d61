/** An archive on its way to a server: in parts, and on from where it was when the connection broke or the command was killed. */
import { DeployError } from "@landfall/engine/error";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "./client.ts";
import { mayPass } from "./failure.ts";
import type { Packed } from "./pack.ts";

const partBytes = 8 * 1024 ** 2;
/** Between tries of the same part. */
const pausesMs = [250, 500, 1000, 2000, 4000, 8000, 8000];

interface Progress {
  id: string;
  receivedBytes: number;
  complete: boolean;
}

/** Send the archive; answers the upload's id. One the server has already, whole or in part, is not sent again. Throws INVALID_SOURCE (too large), STORE_UNAVAILABLE. */
export async function upload(
  { client, send }: Pick<Connection, "client" | "send">,
  { file, sizeBytes, sha256 }: Packed & { file: string },
  signal: AbortSignal | undefined,
): Promise<string> {
  const aborting = signal ? { signal } : {};
  const begin = (): Promise<Progress> =>
    send("/api/sources", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sizeBytes, sha256 }),
      ...aborting,
    });

  await using source = await open(file, "r");
  const part = Buffer.alloc(Math.min(partBytes, sizeBytes));
  let now = await begin();
  for (let failures = 0; !now.complete; ) {
    const start = now.receivedBytes;
    if (start >= sizeBytes) {
      // All was received, and the server died before it could look at it.
      await client.uploads.remove({ id: now.id }, aborting);
      now = await begin();
      continue;
    }
    const { bytesRead } = await source.read(part, 0, Math.min(part.length, sizeBytes - start), start);
    try {
      now = await send<Progress>(`/api/sources/${now.id}`, {
        method: "PUT",
        headers: {
          "content-type": "application/octet-stream",
          "content-range": `bytes ${start}-${start + bytesRead - 1}/${sizeBytes}`,
        },
        body: part.subarray(0, bytesRead),
        ...aborting,
      });
      failures = 0;
    } catch (error) {
      const pauseMs = pausesMs[failures++];
      if (pauseMs === undefined || !(mayPass(error) || isElsewhere(error))) throw error;
      await delay(pauseMs, undefined, aborting);
      now = await client.uploads.get({ id: now.id }, aborting);
    }
  }
  return now.id;
}

/** The server has another part of it than we think, or has not noticed yet that the last connection broke. */
function isElsewhere(error: unknown): boolean {
  return error instanceof DeployError && error.code === "CONFLICT";
}
