/** What a build may use. Every limit ends it with an error that says which one and how to raise it. */
export interface BuildLimits {
  /** Resident memory of all its processes together. */
  memoryBytes: number;
  processes: number;
  /** What the workspace may take on disk, dependencies included. */
  diskBytes: number;
  /** Left free on the disk for everybody else. */
  freeDiskBytes: number;
  /** What it may print. */
  logBytes: number;
  /** Files of its output. */
  outputFiles: number;
  /** Dependency caches of all projects together; the least recently used go first. */
  cacheBytes: number;
  /** Caches of frameworks, of all services together; the least recently used go first. */
  frameworkCacheBytes: number;
}

const gigabyte = 1024 ** 3;

export const defaultLimits: BuildLimits = {
  memoryBytes: 4 * gigabyte,
  processes: 512,
  diskBytes: 8 * gigabyte,
  freeDiskBytes: gigabyte / 4,
  logBytes: 64 * 1024 ** 2,
  outputFiles: 200_000,
  cacheBytes: 10 * gigabyte,
  frameworkCacheBytes: 2 * gigabyte,
};
