/** How large what is in an archive may be. */

export interface ArchiveLimits {
  /** Files, links and directories, also those only named as part of a path. */
  entries: number;
  /** Bytes of all files together. */
  bytes: number;
  /** Bytes out for each byte of the archive; counted from `ratioFromBytes` on, for small files of one letter are no attack. */
  ratio: number;
  ratioFromBytes: number;
  /** UTF-8 bytes of a path, and of one name in it; names within names. */
  pathBytes: number;
  nameBytes: number;
  depth: number;
}

export const archiveLimits: ArchiveLimits = {
  entries: 250_000,
  bytes: 8 * 1024 ** 3,
  ratio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
  pathBytes: 2_048,
  nameBytes: 255,
  depth: 100,
};
