/** What a further thread that reads a project's files runs: see readers.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { openBlobs } from "./blobs.ts";
import { fileDigester } from "./file-digest.ts";
import { type Reading, readInto } from "./read.ts";
import type { Batch, BatchRead, ReaderOptions } from "./readers.ts";

const { root, directory, keep, digest } = workerData as ReaderOptions;
const blobs = openBlobs(directory);
const reading: Reading = {
  blobs,
  keep,
  ...(digest ? { also: { name: digest, digester: await fileDigester(digest) } } : {}),
};
const port = parentPort!;
port.on("message", (batch: Batch) => void answer(batch));

async function answer(batch: Batch): Promise<void> {
  const files: BatchRead["files"] = [];
  // What cannot be read is read once more where it is reported.
  for (const file of batch) files.push(await readInto(root, file, reading).catch(() => null));
  port.postMessage({ files, put: blobs.handOver() } satisfies BatchRead);
}
