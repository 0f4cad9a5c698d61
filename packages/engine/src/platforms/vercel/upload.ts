/** Sends Vercel the files it lacks, each once. */
import { DeployError } from "../../error.ts";
import type { Api } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import type { DeployContext, StepContext } from "../../platform.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";
import { sendAll } from "../../upload/send-all.ts";
import { scoped } from "./api.ts";
import { type Sending, wholeBytes } from "./sending.ts";

/** Vercel was sent everything and asks for more. */
export function incomplete(missing: number): DeployError {
  return new DeployError("UPLOAD_FAILED", {
    what: `Vercel goes on asking for ${missing === 1 ? "a file" : `${missing} files`} that it was sent.`,
    where: "vercel: POST /v13/deployments (missing_files)",
    next: "Deploy again; what has arrived is not sent twice.",
    step: "upload",
  });
}

/** Most files of a site fit; one for each that is under way, so that thousands of files leave no garbage. */
const scratchBytes = 128 * 1024;

/**
 * Send the files with these digests. Answers whether some are in doubt: an answer that was lost does not say whether its file arrived, which
 * only asking once more what is missing settles.
 */
export async function upload(
  context: DeployContext,
  { byDigest }: Sending,
  { missing, step }: { missing: string[]; step: StepContext },
): Promise<boolean> {
  const { clock, signal, bytes } = context;
  const api = scoped(context);
  const items = missing.flatMap((sha) => (byDigest.has(sha) ? [{ sha, file: byDigest.get(sha)! }] : []));
  step.log(`${items.length} of ${byDigest.size} files are new to Vercel.`);
  const idle: Buffer[] = [];
  let inDoubt = false;
  await sendAll(items, {
    async send(item, stop) {
      const scratch = idle.pop() ?? Buffer.allocUnsafeSlow(scratchBytes);
      try {
        await sendFile(api, item, { bytes, scratch, signal: stop });
        idle.push(scratch);
      } catch (error) {
        if (stop.aborted || !(error instanceof ApiError && error.lost)) throw error;
        inDoubt = true;
      }
    },
    weigh: ({ file }) => Math.min(file.sizeBytes, wholeBytes),
    clock,
    signal,
  });
  return inDoubt;
}

async function sendFile(
  api: Api,
  { sha, file }: { sha: string; file: SnapshotFile },
  { bytes, scratch, signal }: { bytes: Bytes; scratch: Buffer; signal: AbortSignal },
): Promise<void> {
  await api.send({
    method: "POST",
    path: "/v2/files",
    headers: {
      "content-type": "application/octet-stream",
      "x-now-digest": sha,
      "x-now-size": String(file.sizeBytes),
    },
    body: file.sizeBytes <= wholeBytes ? bytes.whole(file, scratch) : () => bytes.read(file),
    lengthBytes: file.sizeBytes,
    expects: "json",
    // Named by its content: once more does no harm. Tries are made by `sendAll`, which slows down for all.
    repeatable: true,
    tries: 1,
    signal,
  });
  api.traffic.filesSent += 1;
}
