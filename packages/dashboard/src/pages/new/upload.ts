/** From files to an upload the server can deploy: packed here, sent in one piece, and gone on with where a broken connection left off. */
import type { ErrorReport } from "@landfall/react";
import { chosenOrganization } from "../../session.ts";
import type { FolderFile } from "./folder.ts";
import { tarOf } from "./tar.ts";

export interface Progress {
  doing: "packing" | "sending";
  done: number;
  /** In bytes, as `done`. */
  total: number;
}

interface Watch {
  progress(progress: Progress): void;
  signal: AbortSignal;
}

/** What the server refused, in its own words. */
export class UploadRefused extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.what);
    this.name = "UploadRefused";
    this.report = report;
  }
}

const tries = 5;
const firstPauseMs = 1_000;

/** One archive of the files, compressed. Large ones lie on the browser's disk. */
export async function pack(files: readonly FolderFile[], { progress, signal }: Watch): Promise<Blob> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  let done = 0;
  const packed = tarOf(files, (bytes) => {
    done += bytes;
    progress({ doing: "packing", done, total });
  }).pipeThrough(new CompressionStream("gzip"), { signal });
  return new Response(packed).blob();
}

/** Id of the upload. Throws UploadRefused, or what fetching throws when the server cannot be reached. */
export async function send(archive: Blob, { progress, signal }: Watch): Promise<string> {
  const { id } = await ask("POST", "/api/sources", signal, { sizeBytes: archive.size });
  let received = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      await put(
        id,
        { archive, from: received },
        { signal, sent: (done) => progress({ doing: "sending", done, total: archive.size }) },
      );
      return id;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UploadRefused || attempt === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1)));
      // What had arrived is kept: the rest is sent.
      received = (await ask("GET", `/api/sources/${id}`, signal)).receivedBytes;
    }
  }
}

function headers(): Record<string, string> {
  const organization = chosenOrganization();
  return organization === null ? {} : { "landfall-organization": organization };
}

async function ask(
  method: "GET" | "POST",
  path: string,
  signal: AbortSignal,
  body?: unknown,
): Promise<{ id: string; receivedBytes: number }> {
  const response = await fetch(path, {
    method,
    signal,
    headers: { ...headers(), ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw refusal(await response.text());
  return (await response.json()) as { id: string; receivedBytes: number };
}

/** By XMLHttpRequest: fetch does not say how far it has sent. */
function put(
  id: string,
  { archive, from }: { archive: Blob; from: number },
  { signal, sent }: { signal: AbortSignal; sent(bytes: number): void },
): Promise<void> {
  if (from === archive.size) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    request.open("PUT", `/api/sources/${id}`);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.setRequestHeader("content-range", `bytes ${from}-${archive.size - 1}/${archive.size}`);
    request.upload.addEventListener("progress", ({ loaded }) => sent(from + loaded));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(refusal(request.responseText));
    });
    request.addEventListener("error", () => reject(new TypeError("The connection broke.")));
    request.addEventListener("abort", () => reject(signal.reason as Error));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    signal.addEventListener("abort", stop);
    request.send(archive.slice(from));
  });
}

function refusal(text: string): UploadRefused {
  try {
    const told = JSON.parse(text) as { data?: ErrorReport };
    if (told.data) return new UploadRefused(told.data);
  } catch {
    // Not the server's own words: something between it and us answered.
  }
  return new UploadRefused({
    code: "UPLOAD_FAILED",
    what: "The upload was refused.",
    next: "Try again. A proxy before the server may limit the size of requests.",
  });
}
