/**
 * Headers a site adds to its answers, from a `_headers` file: a path at the margin, `Name: value` lines indented below it.
 * Source: https://docs.netlify.com/manage/routing/headers/ and https://developers.cloudflare.com/pages/configuration/headers/.
 */
import { type Pattern, parsePattern } from "./pattern.ts";
import type { RuleWarning } from "./redirects.ts";

export interface HeaderRule {
  pattern: Pattern;
  headers: [name: string, value: string][];
}

/** Headers that are ours to set: they describe the bytes on the wire, and a wrong one breaks or splits the answer. */
const ours = new Set(
  (
    "accept-ranges age allow connection content-encoding content-length content-range date etag host keep-alive last-modified " +
    "location proxy-authenticate proxy-authorization proxy-connection server set-cookie te trailer transfer-encoding upgrade vary"
  ).split(" "),
);

/** Why a header may not be set by a site, or null. */
export function headerFault(name: string, value: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `${JSON.stringify(name)} is no header name`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return `the value of ${name} has characters a header cannot have`;
  if (ours.has(name.toLowerCase())) return `${name} is set by the server`;
  return null;
}

/** Rules of a `_headers` file in order. Lines that cannot be followed are left out, each with a warning. */
export function parseHeaders(text: string): { rules: HeaderRule[]; warnings: RuleWarning[] } {
  const rules: HeaderRule[] = [];
  const warnings: RuleWarning[] = [];
  let current: HeaderRule | null = null;
  /** Below a path that was refused, its headers are passed over in silence: one fault, one warning. */
  let isRefused = false;
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const warn = (message: string): void => {
      warnings.push({ file: "_headers", line: index + 1, message: `${message}; the line is left out` });
    };
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    if (!/^\s/.test(raw) && (line.startsWith("/") || /^https?:\/\//i.test(line))) {
      const pattern = line.startsWith("/") ? parsePattern(line) : "rules for another host name are not supported";
      isRefused = typeof pattern === "string";
      current = null;
      if (typeof pattern === "string") return warn(pattern);
      current = { pattern, headers: [] };
      rules.push(current);
      return;
    }
    if (!current) return isRefused ? undefined : warn("there is no path above it");
    const colon = line.indexOf(":");
    if (colon < 1) return warn("it is neither a path nor a header");
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    const fault = headerFault(name, value);
    if (fault) return warn(fault);
    // Given twice under one path, the values form a list.
    const same = current.headers.find(([other]) => other.toLowerCase() === name.toLowerCase());
    if (same) same[1] = `${same[1]}, ${value}`;
    else current.headers.push([name, value]);
  });
  return { rules: rules.filter((rule) => rule.headers.length > 0), warnings };
}
