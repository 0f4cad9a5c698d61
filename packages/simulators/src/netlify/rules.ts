/**
 * Redirects and headers of a site, from `_redirects` and `_headers` at its root or from the netlify.toml the command line makes of them.
 * Source: https://docs.netlify.com/manage/routing/redirects/overview/ and https://docs.netlify.com/manage/routing/headers/.
 */
import { parse } from "smol-toml";

export interface Redirect {
  from: string;
  to: string;
  /** 200, 404 and 410 answer with the file at `to`. */
  status: number;
  /** Also where there is a file. */
  force: boolean;
  query: Record<string, string>;
  /** Country, language, role: nobody has them here, so that such a rule never matches. */
  conditional: boolean;
}

export interface Rules {
  redirects: Redirect[];
  headers: { for: string; name: string; value: string }[];
}

/** The rules in the files that can hold some; `read` has the text of a file at the root, or nothing. */
export function rulesOf(read: (name: string) => string | undefined): Rules {
  const toml = readToml(read("netlify.toml") ?? "");
  return {
    redirects: [...redirectLines(read("_redirects") ?? ""), ...toml.redirects],
    headers: [...headerLines(read("_headers") ?? ""), ...toml.headers],
  };
}

function redirectLines(text: string): Redirect[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line
      .replace(/(^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    const at = words.findIndex((word, index) => index > 0 && /^(\/|https?:\/\/)/.test(word));
    if (at === -1) return [];
    const [, status = "301", force = ""] = /^(\d{3})(!?)$/.exec(words[at + 1] ?? "") ?? [];
    return [
      {
        from: words[0]!,
        to: words[at]!,
        status: Number(status),
        force: force === "!",
        query: Object.fromEntries(words.slice(1, at).map((word) => word.split("=", 2) as [string, string])),
        conditional: words.slice(at + 1).some((word) => word.includes("=")),
      },
    ];
  });
}

function headerLines(text: string): Rules["headers"] {
  const headers: Rules["headers"] = [];
  let path = "";
  for (const line of text.split(/\r?\n/)) {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const colon = content.indexOf(":");
    // A path stands at the beginning of its line, its headers further in.
    if (!/^\s/.test(line)) path = content;
    else if (colon > 0)
      headers.push({ for: path, name: content.slice(0, colon).trim(), value: content.slice(colon + 1).trim() });
  }
  return headers;
}

interface TomlRules {
  redirects?: {
    from?: string;
    to?: string;
    status?: number;
    force?: boolean;
    query?: Record<string, string>;
    conditions?: Record<string, unknown>;
  }[];
  headers?: { for?: string; values?: Record<string, string | string[]> }[];
}

function readToml(text: string): Rules {
  let toml: TomlRules;
  try {
    toml = parse(text);
  } catch {
    return { redirects: [], headers: [] }; // The vendor says so in a build's log, of which there is none here.
  }
  return {
    redirects: (toml.redirects ?? []).map(({ from = "", to = "", status = 301, force = false, ...rest }) => ({
      from,
      to,
      status,
      force,
      query: rest.query ?? {},
      conditional: Object.keys(rest.conditions ?? {}).length > 0,
    })),
    headers: (toml.headers ?? []).flatMap(({ for: path = "", values = {} }) =>
      Object.entries(values).map(([name, value]) => ({ for: path, name, value: [value].flat().join(", ") })),
    ),
  };
}

/** Where the first rule that matches leads, its placeholders filled; `forced` asks only for rules that hold over files. */
export function redirectFor(
  { redirects }: Rules,
  { host, path, query, forced }: { host: string; path: string; query: URLSearchParams; forced: boolean },
): { to: string; status: number } | null {
  for (const rule of redirects) {
    if (rule.conditional || (forced && !rule.force)) continue;
    const address = /^https?:\/\/([^/]+)(\/.*)?$/.exec(rule.from);
    if (address && address[1] !== host) continue;
    const found = match(address ? (address[2] ?? "/") : rule.from, path);
    const asked = found && queryOf(rule, query);
    if (!asked) continue;
    const values = { ...found, ...asked };
    const to = rule.to.replace(/:([a-zA-Z_]\w*)/g, (text, name: string) => values[name] ?? text);
    const sent = rule.status >= 300 && rule.status < 400;
    // The query goes along, unless the rule has used or set it.
    const rest = sent && !to.includes("?") && Object.keys(rule.query).length === 0 ? query.toString() : "";
    return { to: rest === "" ? to : `${to}?${rest}`, status: rule.status };
  }
  return null;
}

/** Headers for a path; a name that is set twice is one with both values. */
export function headersFor({ headers }: Rules, path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const header of headers) {
    if (!match(header.for, path)) continue;
    const name = header.name.toLowerCase();
    found[name] = name in found ? `${found[name]}, ${header.value}` : header.value;
  }
  return found;
}

/** Placeholders of a pattern (`:name`, and `*` at the end as `splat`) in a path; a slash at the end makes no difference. */
function match(pattern: string, path: string): Record<string, string> | null {
  const names: string[] = [];
  const bare = (text: string) => (text.length > 1 ? text.replace(/\/$/, "") : text);
  const source = bare(pattern).replace(/\/\*$|:([a-zA-Z_]\w*)|[^\w/]/g, (piece, name: string | undefined) => {
    names.push(...(piece === "/*" ? ["splat"] : name === undefined ? [] : [name]));
    if (piece === "/*") return "(?:/(.*))?";
    return name === undefined ? `\\${piece}` : "([^/]+)";
  });
  const found = new RegExp(`^${source}$`).exec(bare(path));
  return found && Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ""]));
}

/** Values of the query parameters a rule wants; null when one is missing or another. */
function queryOf(rule: Redirect, query: URLSearchParams): Record<string, string> | null {
  const values: Record<string, string> = {};
  for (const [name, wanted] of Object.entries(rule.query)) {
    const given = query.get(name);
    if (given === null || (!wanted.startsWith(":") && wanted !== given)) return null;
    if (wanted.startsWith(":")) values[wanted.slice(1)] = given;
  }
  return values;
}
