/** What a further thread that reads a project's files runs: see readers.ts. It ends when every file is taken. */
import { parentPort, workerData } from "node:worker_threads";
import { openBlobs } from "./blobs.ts";
import { fileDigester } from "./file-digest.ts";
import { type Reading, readInto } from "./read.ts";
import type { Progress, ReaderOptions } from "./readers.ts";

const { root, directory, keep, digest, files, next } = workerData as ReaderOptions;
const blobs = openBlobs(directory);
const reading: Reading = {
  blobs,
  keep,
  ...(digest ? { also: { name: digest, digester: await fileDigester(digest) } } : {}),
};
const tellAfter = 500;

let read: Progress["read"] = [];
function tell(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  parentPort!.postMessage({ read, put: blobs.handOver() } satisfies Progress);
  read = [];
}

for (let index; (index = Atomics.add(next, 0, 1)) < files.length; ) {
  // What cannot be read is read once more where it is reported.
  const file = await readInto(root, files[index]!, reading).catch(() => null);
  if (file) read.push({ index, file });
  if (read.length >= tellAfter) tell();
}
tell();
