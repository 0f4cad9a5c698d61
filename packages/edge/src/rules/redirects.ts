/**
 * Redirects and rewrites as sites bring them in a `_redirects` file.
 * Source: https://docs.netlify.com/manage/routing/redirects/redirect-options/ and https://developers.cloudflare.com/pages/configuration/redirects/.
 */
import { capture, type Pattern, parsePattern, substitute } from "./pattern.ts";

export const redirectStatuses = [200, 301, 302, 303, 307, 308, 404, 410] as const;
export type RedirectStatus = (typeof redirectStatuses)[number];

export interface RedirectRule {
  from: Pattern;
  /** Path, or for redirects an address; `:name` is filled from the pattern and the query. */
  to: string;
  /** 200, 404 and 410 answer with the file at `to`; the others send the visitor there. */
  status: RedirectStatus;
  /** Holds even where a file exists. */
  force: boolean;
  /** Query parameters that must be there: a fixed value, or `:name` to keep it. */
  query: [name: string, value: string][];
}

/** Something in a rules file that will not be done, and why. */
export interface RuleWarning {
  file: string;
  line?: number;
  message: string;
}

/** How a rule answers a request. */
export interface RedirectAnswer {
  rule: RedirectRule;
  /** Location header, or path of the file; for a file still percent-encoded. */
  to: string;
}

const maxRules = 10_000;

/** Rules of a `_redirects` file in order. Lines that cannot be followed are left out, each with a warning. */
export function parseRedirects(text: string): { rules: RedirectRule[]; warnings: RuleWarning[] } {
  const rules: RedirectRule[] = [];
  const warnings: RuleWarning[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    const warn = (message: string): void => {
      warnings.push({ file: "_redirects", line: index + 1, message });
    };
    const words = line.trim().split(/\s+/);
    const comment = words.findIndex((word) => word.startsWith("#"));
    if (comment !== -1) words.splice(comment);
    if (!words[0]) return;
    if (rules.length >= maxRules) {
      if (rules.length === maxRules) warn(`only the first ${maxRules} rules are used`);
      return;
    }
    const rule = readLine(words, warn);
    if (typeof rule === "string") warn(`${rule}; the line is left out`);
    else rules.push(rule);
  });
  return { rules, warnings };
}

function readLine(words: string[], warn: (message: string) => void): RedirectRule | string {
  const [first = "", ...rest] = words;
  if (/^https?:\/\//i.test(first)) return "rules for another host name are not supported";
  const from = parsePattern(first);
  if (typeof from === "string") return from;
  const target = rest.findIndex((word) => word.startsWith("/") || /^https?:\/\//i.test(word));
  if (target === -1) return "there is no address to go to";
  const query: RedirectRule["query"] = [];
  for (const word of rest.slice(0, target)) {
    const equals = word.indexOf("=");
    if (equals < 1) return `${JSON.stringify(word)} is neither a query parameter nor an address`;
    query.push([word.slice(0, equals), word.slice(equals + 1)]);
  }
  const after = rest.slice(target + 1);
  const written = /^\d/.test(after[0] ?? "") ? after.shift()! : "301";
  const [, digits, force] = /^(\d{3})(!?)$/.exec(written) ?? [];
  const status = redirectStatuses.find((one) => String(one) === digits);
  if (status === undefined) return `${JSON.stringify(written)} is no status a rule can have`;
  for (const word of after) {
    if (/^(Country|Language|Role|Cookie|Domain|RateLimit|Sign|signed)=/i.test(word)) {
      return `the condition ${JSON.stringify(word)} is not supported`;
    }
    warn(`${JSON.stringify(word)} is ignored`);
  }
  return redirectRule({ from, to: rest[target]!, status, force: force === "!", query });
}

/** The rule, or a sentence why it is refused. */
export function redirectRule(rule: RedirectRule): RedirectRule | string {
  const leaves = !rule.to.startsWith("/") || rule.to.startsWith("//");
  if (leaves && (rule.status < 300 || rule.status >= 400)) {
    return "answering with the content of another server is not supported";
  }
  // A hole next to the host name would let the visitor choose the host.
  if (leaves && /^https?:\/\/[^/?#]*:[A-Za-z_]/i.test(rule.to))
    return "a placeholder in the host name is not supported";
  if (rule.to.startsWith("/\\")) return `${JSON.stringify(rule.to)} leads to another host`;
  if (rule.status >= 300 && rule.status < 400 && rule.from.source === rule.to && rule.query.length === 0) {
    return "it leads to itself";
  }
  return rule;
}

/**
 * The first rule for a request, or null. `path` is decoded; `query` is the part after `?`, still encoded.
 * A rule that is not forced gives way where `exists` says a file is.
 */
export function findRedirect(
  rules: readonly RedirectRule[],
  request: { path: string; query: string; exists: () => boolean },
): RedirectAnswer | null {
  for (const rule of rules) {
    const found = capture(rule.from, request.path);
    if (!found) continue;
    if (rule.query.length > 0 && !captureQuery(rule.query, request.query, found)) continue;
    if (!rule.force && request.exists()) return null;
    const to = substitute(rule.to, found);
    const isRedirect = rule.status >= 300 && rule.status < 400;
    const keepsQuery = isRedirect && request.query !== "" && rule.query.length === 0 && !to.includes("?");
    return { rule, to: keepsQuery ? withQuery(to, request.query) : to };
  }
  return null;
}

function captureQuery(wanted: RedirectRule["query"], query: string, found: Map<string, string>): boolean {
  const given = new URLSearchParams(query);
  for (const [name, value] of wanted) {
    const actual = given.get(name);
    if (actual === null) return false;
    if (value.startsWith(":")) found.set(value.slice(1), actual);
    else if (value !== actual) return false;
  }
  return true;
}

function withQuery(address: string, query: string): string {
  const hash = address.indexOf("#");
  return hash === -1 ? `${address}?${query}` : `${address.slice(0, hash)}?${query}${address.slice(hash)}`;
}
