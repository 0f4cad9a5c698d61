/** What a platform takes, compared with what it would be sent. */
import type { ErrorReport } from "../error.ts";
import type { Platform } from "../platform.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { DeployRequest } from "./request.ts";

/** What is too large or too much for the platform, found before the first byte is sent. */
export function limitProblems(
  { id, name, limits, accepts }: Platform,
  snapshot: Snapshot,
  request: DeployRequest,
): ErrorReport[] {
  // What will be built has another size than its source, unless the source itself is sent.
  if (!request.prebuilt && !accepts.includes("source")) return [];
  const faults: { path: string; message: string }[] = [];
  const most = limits.fileSizeBytes ?? Infinity;
  for (const file of snapshot.files)
    if (file.sizeBytes > most)
      faults.push({ path: file.path, message: `${megabytes(file.sizeBytes)}, at most ${megabytes(most)}` });
  if (snapshot.files.length > (limits.files ?? Infinity))
    faults.push({ path: ".", message: `${snapshot.files.length} files, at most ${limits.files}` });
  if (snapshot.sizeBytes > (limits.totalBytes ?? Infinity))
    faults.push({
      path: ".",
      message: `${megabytes(snapshot.sizeBytes)} in all, at most ${megabytes(limits.totalBytes!)}`,
    });
  if (faults.length === 0) return [];
  return [
    {
      code: "INVALID_SOURCE",
      what: `This is more than ${name} takes.`,
      where: `limits of ${id}${limits.source ? `, ${limits.source}` : ""}`,
      next: "Leave out what is named here (.landfallignore), or choose another platform with --platform.",
      faults: faults.slice(0, 50),
      step: "upload",
    },
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
