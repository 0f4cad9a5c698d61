/** Small blobs in memory, within a budget of bytes; what was asked for since the last sweep stays longest. */
interface Kept {
  bytes: Buffer;
  used: boolean;
}

export interface BlobCache {
  /** What is in memory under this key. */
  peek(key: string): Buffer | undefined;
  /** The bytes, made by `load` when they are not in memory; asked for twice at once, loaded once. */
  get(key: string, load: () => Promise<Buffer>): Promise<Buffer>;
  /** Bytes held now. */
  sizeBytes(): number;
}

/** An empty cache. A single value above an eighth of the budget is handed out and not kept. */
export function createBlobCache(budgetBytes: number): BlobCache {
  const kept = new Map<string, Kept>();
  const loading = new Map<string, Promise<Buffer>>();
  let held = 0;

  function keep(key: string, bytes: Buffer): void {
    if (bytes.length > budgetBytes / 8) return;
    // Second chance: in the order they came, those used since the last time are passed over once.
    while (held + bytes.length > budgetBytes) {
      const [oldest] = kept;
      if (!oldest) break;
      const [name, entry] = oldest;
      kept.delete(name);
      if (entry.used) kept.set(name, { bytes: entry.bytes, used: false });
      else held -= entry.bytes.length;
    }
    kept.set(key, { bytes, used: false });
    held += bytes.length;
  }

  return {
    peek(key) {
      const entry = kept.get(key);
      if (!entry) return undefined;
      entry.used = true;
      return entry.bytes;
    },
    get(key, load) {
      const bytes = this.peek(key);
      if (bytes) return Promise.resolve(bytes);
      let pending = loading.get(key);
      if (!pending) {
        pending = load()
          .then((loaded) => {
            keep(key, loaded);
            return loaded;
          })
          .finally(() => loading.delete(key));
        loading.set(key, pending);
      }
      return pending;
    },
    sizeBytes: () => held,
  };
}
