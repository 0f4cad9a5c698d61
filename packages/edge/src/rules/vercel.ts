/**
 * The part of `vercel.json` that a static server can follow: redirects, rewrites and headers whose sources are plain paths with holes.
 * Source: https://vercel.com/docs/project-configuration.
 */
import { type HeaderRule, headerFault } from "./headers.ts";
import { parsePattern } from "./pattern.ts";
import {
  type RedirectRule,
  type RedirectStatus,
  redirectRule,
  redirectStatuses,
  type RuleWarning,
} from "./redirects.ts";

interface VercelRules {
  redirects: RedirectRule[];
  headers: HeaderRule[];
  warnings: RuleWarning[];
}

/** Rules of the text of a `vercel.json`, empty text for none. Redirects come before files, rewrites after them, as there. */
export function readVercelRules(text: string): VercelRules {
  const result: VercelRules = { redirects: [], headers: [], warnings: [] };
  const warn = (message: string): void => {
    result.warnings.push({ file: "vercel.json", message });
  };
  if (text.trim() === "") return result;
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    warn(`it is not JSON (${error instanceof Error ? error.message : String(error)}) and is left out`);
    return result;
  }
  for (const [at, row] of rowsOf(config, "redirects")) {
    const status = row["statusCode"] ?? (row["permanent"] === false ? 307 : 308);
    addRedirect(result, warn, at, row, status, true);
  }
  for (const [at, row] of rowsOf(config, "rewrites")) addRedirect(result, warn, at, row, 200, false);
  for (const [at, row] of rowsOf(config, "headers")) addHeaders(result, warn, at, row);
  return result;
}

type Row = Record<string, unknown>;

function rowsOf(config: unknown, key: string): [at: string, row: Row][] {
  if (!isRow(config) || !Array.isArray(config[key])) return [];
  return config[key].flatMap((row: unknown, index): [string, Row][] => (isRow(row) ? [[`${key}[${index}]`, row]] : []));
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function addRedirect(
  result: VercelRules,
  warn: (message: string) => void,
  at: string,
  row: Row,
  status: unknown,
  force: boolean,
): void {
  const from = sourceOf(row);
  const known = redirectStatuses.find((one): one is RedirectStatus => one === status);
  if (typeof from === "string") return warn(`${at}: ${from}; it is left out`);
  if (known === undefined || typeof row["destination"] !== "string") {
    return warn(`${at}: it needs a destination and a known status; it is left out`);
  }
  // `:path*` and `$1` are what Netlify's notation calls :splat, where they stand for the rest of the path.
  const to = row["destination"].replace(/:\w+\*/g, ":splat").replace(/\$1\b/g, ":splat");
  const rule = redirectRule({ from, to, status: known, force, query: [] });
  if (typeof rule === "string") warn(`${at}: ${rule}; it is left out`);
  else result.redirects.push(rule);
}

function addHeaders(result: VercelRules, warn: (message: string) => void, at: string, row: Row): void {
  const pattern = sourceOf(row);
  if (typeof pattern === "string") return warn(`${at}: ${pattern}; it is left out`);
  const headers: [string, string][] = [];
  for (const header of Array.isArray(row["headers"]) ? row["headers"] : []) {
    if (!isRow(header) || typeof header["key"] !== "string" || typeof header["value"] !== "string") continue;
    const fault = headerFault(header["key"], header["value"]);
    if (fault) warn(`${at}: ${fault}; it is left out`);
    else headers.push([header["key"], header["value"]]);
  }
  if (headers.length > 0) result.headers.push({ pattern, headers });
}

/** The pattern of a row in our notation, or why there is none. */
function sourceOf(row: Row): ReturnType<typeof parsePattern> {
  const source = row["source"];
  if (typeof source !== "string") return "it has no source";
  if (row["has"] !== undefined || row["missing"] !== undefined) return "conditions (has, missing) are not supported";
  const plain = source.replace(/\/(\(\.\*\)|:\w+\*|:\w+\(\.\*\))$/, "/*");
  if (/[()[\]{}?+|^$\\]/.test(plain)) return `the expression ${JSON.stringify(source)} is not supported`;
  return parsePattern(plain);
}
