/** Chance that can be repeated. */
import { createHash } from "node:crypto";

/** A number from 0 up to 1 that follows from the texts alone. */
export function chance(...texts: (string | number)[]): number {
  const digest = createHash("sha256").update(JSON.stringify(texts)).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}
