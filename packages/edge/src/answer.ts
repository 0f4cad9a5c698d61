/** What a path of a site is answered with: the file, its status, and the head of each form of it, worked out once. */
import { type Encoding, type Entry, headersFor, type Site } from "./site.ts";

/** One form of a file: as it is, or in an encoding. */
export interface Variant {
  sha256: string;
  /** Names its bytes in memory. */
  key: string;
  sizeBytes: number;
  /** Strong: every form has its own. */
  etag: string;
  /** Head of a full answer: name, value, name, value … */
  head: string[];
  /** The encoding when it was made by us; a form the build made is a blob like any other. */
  made: Encoding | null;
}

export interface Answer {
  entry: Entry;
  status: 200 | 404;
  /** The plain form and those asked for so far; an encoding that saves nothing leads to the plain form. */
  variants: Map<Encoding | "identity", Variant>;
  /** The variant without or with a Content-Encoding. */
  variant(blob: { sha256: string; sizeBytes: number }, encoding: Encoding | null, made: boolean): Variant;
}

/** The answer for a decoded path that leads to `entry`. */
export function answerFor(site: Site, path: string, entry: Entry, status: 200 | 404): Answer {
  const head = headOf(site, entry, status, headersFor(site, path));
  const variant: Answer["variant"] = ({ sha256, sizeBytes }, encoding, made) => {
    // Half the digest is plenty to tell two versions of one address apart.
    const etag = `"${sha256.slice(0, 32)}${made ? `-${encoding}` : ""}"`;
    const own = ["ETag", etag, "Content-Length", String(sizeBytes)];
    if (encoding !== null) own.push("Content-Encoding", encoding);
    const key = made ? `${sha256}.${encoding}` : sha256;
    return { sha256, key, sizeBytes, etag, head: [...head, ...own], made: made ? encoding : null };
  };
  return { entry, status, variants: new Map([["identity", variant(entry, null, false)]]), variant };
}

/** Headers all forms share. */
function headOf(site: Site, entry: Entry, status: number, extra: string[]): string[] {
  const isGiven = (name: string): boolean => extra.some((one, index) => index % 2 === 0 && one.toLowerCase() === name);
  const head = ["Last-Modified", site.lastModified, "Accept-Ranges", "bytes"];
  if (!isGiven("content-type")) head.push("Content-Type", entry.type);
  // A page that is missing now may be there after the next release, whatever its name promises.
  if (!isGiven("cache-control")) head.push("Cache-Control", status === 404 ? "no-cache" : entry.cacheControl);
  if (!isGiven("x-content-type-options")) head.push("X-Content-Type-Options", "nosniff");
  if (entry.compressible) head.push("Vary", "Accept-Encoding");
  return [...head, ...extra];
}

/** The head of an answer that carries no content (304): what describes the content is left out. */
export function withoutContent(head: string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < head.length; index += 2) {
    const [name, value] = [head[index]!, head[index + 1]!];
    if (!/^content-(length|type|encoding)$/i.test(name)) kept.push(name, value);
  }
  return kept;
}

/** The head of an answer that carries part of the content. */
export function withRange(variant: Variant, head: string[], range: { start: number; end: number }): string[] {
  const partial = head.slice();
  partial[partial.indexOf("Content-Length") + 1] = String(range.end - range.start + 1);
  partial.push("Content-Range", `bytes ${range.start}-${range.end}/${variant.sizeBytes}`);
  return partial;
}
