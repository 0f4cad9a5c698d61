/** The keys of a data directory in a backup: encrypted with a passphrase, or left out and named by their ids. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { DeployError } from "../error.ts";
import { type Key, keyOf, parseKeys } from "../store/vault.ts";

/** Keys under a passphrase: base64url throughout. */
export interface LockedKeys {
  salt: string;
  iv: string;
  bytes: string;
  tag: string;
}

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
/** Source: OWASP Password Storage Cheat Sheet, scrypt: N=2^17, r=8, p=1 (128 MB). */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 ** 2 };
const associated = Buffer.from("landfall backup key v1");

export async function lockKeys(keys: readonly Key[], passphrase: string): Promise<LockedKeys> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", await derive(passphrase.normalize(), salt, 32, cost), iv);
  cipher.setAAD(associated);
  const text = keys.map(({ bytes }) => bytes.toString("base64url")).join(",");
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const parts = { salt, iv, bytes, tag: cipher.getAuthTag() };
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, part.toString("base64url")]),
  ) as unknown as LockedKeys;
}

/** Throws INVALID_CONFIG when the passphrase is another one. */
export async function unlockKeys(locked: LockedKeys, passphrase: string): Promise<Key[]> {
  const part = (name: keyof LockedKeys): Buffer => Buffer.from(locked[name], "base64url");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    await derive(passphrase.normalize(), part("salt"), 32, cost),
    part("iv"),
  );
  decipher.setAAD(associated).setAuthTag(part("tag"));
  let text: string;
  try {
    text = Buffer.concat([decipher.update(part("bytes")), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      {
        what: "The passphrase does not open the key in this backup.",
        next: "Try again with the one that was given when the backup was made; nothing was changed.",
      },
      { cause },
    );
  }
  return parseKeys(text).map(keyOf);
}
