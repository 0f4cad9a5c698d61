/** The keys under which assets are stored. */
import { extname } from "node:path/posix";
import { createBLAKE3, type IHasher } from "hash-wasm";

/** Whether keys must be what wrangler makes of the bytes: all, one in sixteen, or never (the API itself takes any 32 hex digits). */
export type KeyCheck = "wrangler" | "sampled" | "opaque";

let shared: Promise<IHasher> | undefined;

/** The key as wrangler makes it: BLAKE3 of the base64 text and the extension, the first 32 hex digits. */
export async function assetKey(bytes: Buffer, path: string): Promise<string> {
  const hasher = await (shared ??= createBLAKE3());
  // Nothing may wait between these calls: the hasher is shared.
  hasher.init();
  hasher.update(bytes.toString("base64"));
  hasher.update(extname(path).slice(1));
  return hasher.digest("hex").slice(0, 32);
}

/** A sentence for a key which is not that of these bytes at this path; null when it is, or is not looked at. */
export async function keyFault(
  { key, bytes, path }: { key: string; bytes: Buffer; path: string },
  check: KeyCheck,
): Promise<string | null> {
  if (check === "opaque" || (check === "sampled" && !key.startsWith("0"))) return null;
  const due = await assetKey(bytes, path);
  return due === key ? null : `The key of ${path} is ${key}, its bytes and extension make ${due}.`;
}
