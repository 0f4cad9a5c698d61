/** What a step did, in one line for people: what its event carries as `detail`. */

/** "12 files, 340 kB", or that the build was not needed. */
export function builtDetail({
  files,
  sizeBytes,
  reused,
}: {
  files: number;
  sizeBytes: number;
  reused: boolean;
}): string {
  return `${reused ? "nothing has changed: " : ""}${count(files, "file")}, ${sizeText(sizeBytes)}`;
}

/** Of an upload: how much of it the platform had not yet. */
export interface Sent {
  files: number;
  /** Of the files themselves, however they travel. */
  sizeBytes: number;
  /** Different files there are in the end. */
  of: number;
}

/** "312 files, 4.1 MB sent, 288 already there". */
export function sentDetail({ files, sizeBytes, of }: Sent): string {
  if (files === 0) return `${count(of, "file")}, all already there`;
  const there = of - files;
  return `${count(of, "file")}, ${sizeText(sizeBytes)} sent${there > 0 ? `, ${there} already there` : ""}`;
}

/** "2 services, 5 variables". */
export function sealedDetail(
  values: Readonly<Record<string, Readonly<Record<string, string>>>>,
  services: number,
): string {
  const names = new Set(Object.values(values).flatMap((own) => Object.keys(own)));
  return `${count(services, "service")}, ${names.size === 0 ? "no variables" : count(names.size, "variable")}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** `512 B`, `3.4 kB`, `12 MB`; decimal units. */
function sizeText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  const [unit, size] =
    bytes < 999_950 ? (["kB", 1e3] as const) : bytes < 999.95e6 ? (["MB", 1e6] as const) : (["GB", 1e9] as const);
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}
