/**
 * Encryption of values at rest: AES-256-GCM, the key's id in the envelope, the row's identity as associated data, so that an
 * envelope moved to another row does not open. The key is a file of mode 0600 beside the database.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";

export interface Vault {
  /** Envelope text for `plain`; `row` names the place it will be kept in. */
  seal(plain: string, row: string): string;
  /** Throws INTERNAL when the envelope was made with another key, for another row, or was changed. */
  open(envelope: string, row: string): string;
}

/** Open the key file, made at first use. Safe when two processes start together: the first link wins. */
export function openVault(keyFile: string): Vault {
  const key = readKey(keyFile) ?? makeKey(keyFile);
  const keyId = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return {
    seal(plain, row) {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(row));
      const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return [
        "v1",
        keyId,
        iv.toString("base64url"),
        sealed.toString("base64url"),
        cipher.getAuthTag().toString("base64url"),
      ].join(".");
    },
    open(envelope, row) {
      const [version, id, iv, sealed, tag] = envelope.split(".");
      if (version !== "v1" || id !== keyId) {
        throw new DeployError("INTERNAL", {
          what: "A stored value was encrypted with another key.",
          where: `${row}, key ${id}; this data directory has key ${keyId}`,
          next: "Put back the file `key` that belongs to this data directory, or set the value again.",
        });
      }
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv!, "base64url"))
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
  };
}

function readKey(path: string): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(path, "utf8").trim(), "base64url");
    if (key.length === 32) return key;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
  throw new DeployError("INTERNAL", {
    what: "The key file of the data directory is damaged.",
    where: path,
    next: "Restore it from a backup; without it stored variables cannot be read.",
  });
}

function makeKey(path: string): Buffer {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, `${randomBytes(32).toString("base64url")}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(path)!;
}
