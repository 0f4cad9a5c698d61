/**
 * Encryption of values at rest: AES-256-GCM, the key's id in the envelope, the row's identity as associated data, so that an
 * envelope moved to another row does not open. Keys are a file of mode 0600 beside the database, one a line, or given by the caller.
 * The first seals, all open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";

export interface Vault {
  /**
   * Envelope text for `plain`; `row` names the place it will be kept in. To be called inside the transaction that keeps it: a rotation
   * of keys waits for that, and would miss what is sealed before and kept after.
   */
  seal(plain: string, row: string): string;
  /** Throws INTERNAL when the envelope was made with another key, for another row, or was changed. */
  open(envelope: string, row: string): string;
  /** What every envelope made from now on begins with. */
  prefix(): string;
  /** All keys, the one that seals first. */
  keys(): Key[];
  /** From here on everything is sealed with a new key: one made now, the caller's, or that of a rotation that was interrupted. In a transaction. */
  beginRotation(): void;
  /** Forget all keys of the file that do not seal. In a transaction. */
  endRotation(): void;
}

export interface Key {
  /** The first 8 characters of its sha256. */
  id: string;
  bytes: Buffer;
}

/**
 * Open the vault of a key file, which is made at first use unless the caller gives keys. Safe when two processes start together, and
 * when another rotates: the file is read again when it has changed. Throws INTERNAL for a damaged file.
 */
export function openVault(keyFile: string, given: readonly Buffer[] = []): Vault {
  const ours = given.map(keyOf);
  let keys: Key[] = [];
  let seen: string | null = "never read";

  /** The keys as the file has them now. */
  function current(): Key[] {
    const version = versionOf(keyFile);
    if (version !== seen || keys.length === 0) {
      const filed = readKeys(keyFile);
      keys = [...ours, ...filed];
      if (keys.length === 0) keys = makeKeyFile(keyFile);
      seen = versionOf(keyFile);
    }
    return keys;
  }
  current();

  return {
    seal(plain, row) {
      const key = current()[0]!;
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key.bytes, iv).setAAD(Buffer.from(row));
      const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      const parts = [iv, sealed, cipher.getAuthTag()].map((part) => part.toString("base64url"));
      return prefixOf(key) + parts.join(".");
    },
    open(envelope, row) {
      const [version, id, iv, sealed, tag] = envelope.split(".");
      // What is known is tried first: a value read before a rotation opens after it, too.
      const key = keys.find((one) => one.id === id) ?? current().find((one) => one.id === id);
      if (version !== "v1" || !key) {
        throw new DeployError("INTERNAL", {
          what: "A stored value was encrypted with another key.",
          where: `${row}, key ${id}; this data directory has key ${keys.map((one) => one.id).join(", ")}`,
          next: "Put back the file `key` that belongs to this data directory, or TOKEN_ENCRYPTION_KEY as it was, or set the value again.",
        });
      }
      try {
        const decipher = createDecipheriv("aes-256-gcm", key.bytes, Buffer.from(iv!, "base64url"))
          .setAAD(Buffer.from(row))
          .setAuthTag(Buffer.from(tag!, "base64url"));
        return Buffer.concat([decipher.update(Buffer.from(sealed!, "base64url")), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new DeployError(
          "INTERNAL",
          { what: "A stored value is damaged and does not open.", where: row, next: "Set the value again." },
          { cause },
        );
      }
    },
    prefix: () => prefixOf(current()[0]!),
    keys: () => [...current()],
    beginRotation() {
      const filed = readKeys(keyFile);
      // The caller's key is the new one. A file of several is a rotation that was interrupted: it is finished with the key it began with.
      if (ours.length > 0 || filed.length > 1) return;
      writeKeys(keyFile, [keyOf(randomBytes(32)), ...filed]);
    },
    endRotation() {
      const filed = readKeys(keyFile);
      if (ours.length > 0) rmSync(keyFile, { force: true });
      else if (filed.length > 1) writeKeys(keyFile, filed.slice(0, 1));
    },
  };
}

/** The keys of a text: each 32 bytes in base64 or hex, the first one seals, further ones (after commas) only open. Throws INVALID_CONFIG. */
export function parseKeys(text: string): Buffer[] {
  return text.split(",").map((part) => {
    const key = decoded(part.trim());
    if (key) return key;
    throw new DeployError("INVALID_CONFIG", {
      what: "The encryption key cannot be used: it must be 32 bytes, written in base64 (44 characters) or hex (64 characters).",
      where: "TOKEN_ENCRYPTION_KEY",
      next: "Make one with: openssl rand -base64 32",
    });
  });
}

function decoded(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  return Buffer.from(text, "base64");
}

/** A key with its id. */
export function keyOf(bytes: Buffer): Key {
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), bytes };
}

function prefixOf({ id }: Key): string {
  return `v1.${id}.`;
}

/** Another text when the file is another one; null when there is none. */
function versionOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.ino} ${found.mtimeNs} ${found.size}` : null;
}

/** The keys of a key file; none when there is no file. Throws INTERNAL for a damaged one. */
export function readKeys(path: string): Key[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
  const keys = text.trim().split("\n").map(decoded);
  if (keys.every((key) => key !== null)) return keys.map(keyOf);
  throw new DeployError("INTERNAL", {
    what: "The key file of the data directory is damaged.",
    where: path,
    next: "Restore it from a backup; without it stored variables cannot be read.",
  });
}

/** The first of two processes that start together makes it. */
function makeKeyFile(path: string): Key[] {
  const draft = draftOf(path, [keyOf(randomBytes(32))]);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readKeys(path);
}

/** Write a key file: all or nothing, and on the disk itself before anything is sealed with it. */
export function writeKeys(path: string, keys: Key[]): void {
  renameSync(draftOf(path, keys), path);
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function draftOf(path: string, keys: Key[]): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, keys.map(({ bytes }) => `${bytes.toString("base64url")}\n`).join(""));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
}
