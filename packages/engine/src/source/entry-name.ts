/** Names of archive entries: which are refused, and which two would be one file on another disk. */
import type { ArchiveLimits } from "./archive-limits.ts";

/** The path in its plain form (`a/b`, `.` for the root), or what is wrong with it. */
export function cleanName(name: string, limits: ArchiveLimits): { path: string } | { fault: string } {
  if (name.includes("\0")) return { fault: "its name has a NUL byte" };
  if (/\p{Cc}/u.test(name)) return { fault: "its name has control characters" };
  if (name.includes("\\")) return { fault: "its name has a backslash, which other systems take for a folder" };
  if (/^[a-z]:/i.test(name)) return { fault: "its name begins with a drive" };
  if (name.startsWith("/")) return { fault: "its path is absolute" };
  if (Buffer.byteLength(name) > limits.pathBytes) return { fault: `its path is longer than ${limits.pathBytes} bytes` };
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return { fault: "its path leads out of the archive (..)" };
  if (parts.length > limits.depth) return { fault: `its path is deeper than ${limits.depth} folders` };
  if (parts.some((part) => Buffer.byteLength(part) > limits.nameBytes))
    return { fault: `a name in its path is longer than ${limits.nameBytes} bytes` };
  return { path: parts.length === 0 ? "." : parts.join("/") };
}

/**
 * Equal for names that one disk may take for the same: case folded (by way of upper case, so that ß meets ss and the Kelvin sign k)
 * and composed. Some more names meet than on any real disk.
 */
export function foldName(path: string): string {
  if (/^\p{ASCII}*$/u.test(path)) return path.toLowerCase();
  return path.normalize("NFD").toUpperCase().toLowerCase().toUpperCase().toLowerCase().normalize("NFC");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 text, or null when the bytes are none. */
export function decodeName(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null; // Not UTF-8, which is the question.
  }
}

/** Upper half of code page 437, in which zip names without a mark are written. APPNOTE.TXT 6.3.10, appendix D. */
const upperHalf =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

export function decodeCodePage437(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : upperHalf[byte - 0x80]!;
  return text;
}
