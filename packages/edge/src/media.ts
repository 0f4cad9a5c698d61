/** What kind of thing a file is: content type, whether it is worth compressing, how long it may be kept. */
import { lookup } from "mrmime";

/** Names without a telling extension. Sources: developer.apple.com (associated domains), RFC 9116. */
const wellKnown: Record<string, string> = {
  "apple-app-site-association": "application/json",
  "security.txt": "text/plain",
};

/** Types outside text/* that are text all the same. */
const textual = /^(text\/|application\/(javascript|json|xml|manifest\+json|.*\+(json|xml))|image\/svg\+xml)/;

/** Types that shrink though they are no text. */
const shrinks = /^(application\/(wasm|vnd\.ms-fontobject)|font\/(ttf|otf)|image\/(bmp|x-icon|vnd\.microsoft\.icon))/;

/** Content-Type of a path, text with its charset; `application/octet-stream` when nothing is known. */
export function contentType(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const type = wellKnown[name] ?? (name.includes(".") ? lookup(name) : undefined) ?? "application/octet-stream";
  return textual.test(type) ? `${type}; charset=utf-8` : type;
}

/** Whether compressing the type pays. */
export function isCompressible(type: string): boolean {
  return textual.test(type) || shrinks.test(type);
}

/** Whether a path names a file with a known extension other than a page: what a missing one of must not be answered with index.html. */
export function isAssetPath(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const type = name.includes(".") ? lookup(name) : undefined;
  return type !== undefined && type !== "text/html";
}

export const immutable = "public, max-age=31536000, immutable";

/** Folders whose files the frameworks name by content: Next.js, Astro, SvelteKit, Nuxt. */
const hashedFolders = /(^|\/)(_next\/static|_astro|_app\/immutable|_nuxt)\//;

/**
 * Cache-Control of a path: for ever when its name carries a digest of its content (then a change has a new name), otherwise asked
 * for again each time, which costs a 304.
 */
export function cacheControl(path: string, type: string): string {
  if (type.startsWith("text/html")) return "no-cache";
  // Next.js names its manifests by build, which may be fixed by configuration; only chunks and media are named by content.
  if (hashedFolders.test(path) && !/(^|\/)_next\/static\/[^/]+\/_[^/]+$/.test(path)) return immutable;
  return hasDigest(path) ? immutable : "no-cache";
}

/** `name-DiwrgTda.js`, `name.5d41402a.css`: the end of the name, after `-`, `.` or `_`, is what only a digest looks like. */
function hasDigest(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const [, stem = "", extension = ""] = /^(.+?)((?:\.chunk)?\.[a-z][a-z0-9]{0,10}(?:\.map)?)$/.exec(name) ?? [];
  const hex = /[-._]([0-9a-f]{8,64})$/.exec(stem)?.[1];
  if (hex !== undefined && /[0-9]/.test(hex) && /[a-f]/.test(hex)) return true;
  // Eight characters of base64url (Rollup, Vite) or base32 (esbuild).
  const short = /[-._]([A-Za-z0-9_-]{8})$/.exec(stem)?.[1];
  if (short === undefined || !/[A-Z]/.test(short)) return false;
  if (/[0-9]/.test(short)) return true;
  // Letters alone are believed of code only: pictures may be called photo-BlueMoon.jpg.
  return /^(\.chunk)?\.(js|mjs|css)(\.map)?$/.test(extension) && /[A-Z]/.test(short.slice(1));
}
