/** Random ids and secrets, and what is kept of a secret. */
import { createHash, randomBytes } from "node:crypto";

/** 32 random bytes as text, after `prefix`. */
export function newSecret(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** SHA-256 in hex: enough for a secret nobody can guess, and looking for it by this leaks nothing by its timing. */
export function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** An id that sorts by time: kind, 9 characters of time, 12 of chance. */
export function newId(kind: "org" | "mem" | "inv" | "key" | "aud" | "upl"): string {
  return `${kind}_${Date.now().toString(36).padStart(9, "0")}${randomBytes(8).toString("hex").slice(0, 12)}`;
}
