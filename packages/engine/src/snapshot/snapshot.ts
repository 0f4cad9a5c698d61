/** The files of a project at one moment: a manifest by digest; the bytes are in the blob store, or stay where they are (bytes.ts). */

/** Digests by which platforms name files, besides our own sha256; file-digest.ts makes them. */
export type FileDigest = "sha1" | "asset";

/** One entry of a snapshot. Paths are relative, `/`-separated, valid UTF-8, sorted bytewise in the manifest. */
export interface SnapshotFile {
  path: string;
  /** 0o644 or 0o755; only the executable bit is kept. */
  mode: number;
  sizeBytes: number;
  /** Lower-case hex. For a link: the digest of its target text. */
  sha256: string;
  /** Other digests of the same bytes, where they were asked for; not part of the manifest's own digest. */
  digests?: Partial<Record<FileDigest, string>>;
  /** Present for a symbolic link that stays inside the snapshot: its target, as written. */
  link?: string;
}

/** Something that was left out, and why. */
export interface Exclusion {
  /** A directory ends in `/` and stands for all that is in it; `logs/*` stands for many files of one directory under one rule. */
  path: string;
  reason:
    | "ignored"
    | "secret"
    | "vcs"
    | "dependencies"
    /** A link whose target would be outside. */
    | "link-leaves"
    /** A link to nothing, to itself, or to something that is left out. */
    | "link-dangling"
    /** A socket, a pipe or a device. */
    | "special"
    | "unreadable";
  /** Which rule: `.gitignore:3`, `.env holds variables`. */
  detail: string;
}

export interface Snapshot {
  /** sha256 (hex) over the canonical manifest; equal trees have equal digests. */
  digest: string;
  files: SnapshotFile[];
  sizeBytes: number;
  excluded: Exclusion[];
  /** How many files were really read this time (the others came from the digest cache). */
  filesRead: number;
}
