/** Ids carry their kind and sort by time: `dep_` + 10 characters of time + 10 of chance, Crockford's base 32. */
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
let lastMs = 0;
let lastTail = 0n;

/** A new id; two made in the same millisecond by one process keep their order, and one made `after` another comes after it, whosever clock that was. */
export function newId(
  kind: "dep" | "prj" | "rel" | "ins" | "con" | "dlv" | "sbx" | "cmd" | "tgt" | "vch" | "ntf" | "msg" | "log",
  clock: Clock,
  after?: string,
): string {
  const now = Math.max(clock.now(), after === undefined ? 0 : timeOf(after) + 1);
  if (now === lastMs) {
    lastTail += 1n;
  } else {
    lastMs = now;
    lastTail = BigInt(`0x${randomBytes(6).toString("hex")}`);
  }
  return `${kind}_${base32(BigInt(now), 10)}${base32(lastTail, 10)}`;
}

function timeOf(id: string): number {
  let time = 0;
  for (const letter of id.slice(4, 14)) time = time * 32 + alphabet.indexOf(letter);
  return time;
}

function base32(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest >>= 5n) text = alphabet[Number(rest & 31n)]! + text;
  return text;
}
