/** The password of a site as it is kept: a slow hash, with what it was made with. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

interface Cost {
  N: number;
  r: number;
  p: number;
}

const derive = promisify<string, Buffer, number, Cost & { maxmem: number }, Buffer>(scrypt);
/** Source: OWASP Password Storage Cheat Sheet, scrypt: N=2^15, r=8, p=3. The edge works it out beside what it serves: 32 MB. */
const cost: Cost = { N: 2 ** 15, r: 8, p: 3 };
const keyBytes = 32;
const name = "scrypt";

/** `scrypt$N$r$p$salt$key`. */
export async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derived(password, salt, cost);
  const { N, r, p } = cost;
  return [name, N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether it is the one the hash was made of. Takes about the same time either way. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt, key] = hash.split("$");
  if (kind !== name || key === undefined) return false;
  const due = Buffer.from(key, "base64url");
  const given = await derived(password, Buffer.from(salt!, "base64url"), { N: Number(N), r: Number(r), p: Number(p) });
  return given.length === due.length && timingSafeEqual(given, due);
}

/** Keyboards write the same letters in more than one way. RFC 7617, section 2.1. */
function derived(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
  return derive(password.normalize("NFC"), salt, keyBytes, { N, r, p, maxmem: 256 * N * r });
}
