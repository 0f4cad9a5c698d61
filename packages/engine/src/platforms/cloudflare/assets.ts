/** The files of a site as Cloudflare takes them: which ones, under which key, with which type. */
import { lookup } from "mrmime";
import type { Bytes } from "../../snapshot/bytes.ts";
import { digestsOf } from "../../snapshot/file-digest.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";

/** One file that is served. */
export interface Asset {
  /** Begins with `/`. */
  path: string;
  /** 32 hex digits over content and extension, as wrangler makes them: what it uploaded is there already. */
  key: string;
  file: SnapshotFile;
}

/** Files below `root` (empty, or ending in `/`) with their keys: from the snapshot where it was taken with them, else from their bytes. */
export async function assetsOf(
  files: readonly SnapshotFile[],
  { root, bytes, signal }: { root: string; bytes: Bytes; signal: AbortSignal },
): Promise<Asset[]> {
  const keys = await digestsOf(files, { name: "asset", bytes, signal });
  return files.map((file, index) => ({ path: `/${file.path.slice(root.length)}`, key: keys[index]!, file }));
}

/** One asset for each key: equal files are sent once. */
export function byKey(assets: readonly Asset[]): Map<string, Asset> {
  return new Map(assets.map((asset) => [asset.key, asset]));
}

/** The type a path is served with; undefined for what nobody knows. */
export function mediaType(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? lookup(name) : undefined;
}
