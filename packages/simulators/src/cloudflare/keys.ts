/** The keys under which assets are stored. */
import { extname } from "node:path/posix";
import { blake3 } from "@napi-rs/blake-hash";

/** Whether keys must be what wrangler makes of the bytes: all, one in sixteen, or never (the API itself takes any 32 hex digits). */
export type KeyCheck = "wrangler" | "sampled" | "opaque";

/** The key as wrangler makes it: BLAKE3 of the base64 text and the extension, the first 32 hex digits. */
function assetKey(bytes: Buffer, path: string): string {
  return blake3(bytes.toString("base64") + extname(path).slice(1)).toString("hex", 0, 16);
}

/** A sentence for a key which is not that of these bytes at this path; null when it is, or is not looked at. */
export function keyFault(
  { key, bytes, path }: { key: string; bytes: Buffer; path: string },
  check: KeyCheck,
): string | null {
  if (check === "opaque" || (check === "sampled" && !key.startsWith("0"))) return null;
  const due = assetKey(bytes, path);
  return due === key ? null : `The key of ${path} is ${key}, its bytes and extension make ${due}.`;
}
