/**
 * The files `_headers` and `_redirects`.
 * Source: developers.cloudflare.com/workers/static-assets/headers and /redirects, read 2026-08-22.
 */

/** A request as rules see it: a rule that begins with `https://` is about the whole address. */
interface Visited {
  path: string;
  address: string;
}

const statuses = [200, 301, 302, 303, 307, 308];

/** `*` takes anything, once; `:name` takes a segment. */
function expression(pattern: string): RegExp {
  const source = pattern.replace(/\*|:[A-Za-z]\w*|[^\w/]/g, (piece) => {
    if (piece === "*") return "(?<splat>.*)";
    return piece.startsWith(":") && piece.length > 1 ? `(?<${piece.slice(1)}>[^/]+)` : `\\${piece}`;
  });
  return new RegExp(`^${source}$`);
}

/** What the placeholders stand for; null when the rule is about something else, or has two `*`, which the vendor ignores. */
function match(pattern: string, { path, address }: Visited): Record<string, string> | null {
  if (pattern.split("*").length > 2) return null;
  const found = expression(pattern).exec(pattern.startsWith("https://") ? address : path);
  return found && { ...found.groups };
}

const filled = (text: string, values: Record<string, string>) =>
  text.replace(/:([A-Za-z]\w*)/g, (whole, name: string) => values[name] ?? whole);

const meaningful = (text: string) =>
  text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));

/** The first redirect that applies; status 200 is a rewrite. */
export function redirectFor(text: string, visited: Visited): { to: string; status: number } | null {
  for (const line of meaningful(text)) {
    const [from, to, code = "302"] = line.trim().split(/\s+/);
    const values = to === undefined || !statuses.includes(Number(code)) ? null : match(from!, visited);
    if (values) return { to: filled(to!, values), status: Number(code) };
  }
  return null;
}

/** `headers` as the rules leave them: a rule's value joins what is there, `! Name` takes it away. Names come out in lower case. */
export function headersFor(text: string, visited: Visited, headers: Record<string, string>): Record<string, string> {
  const result = { ...headers };
  const ruled = new Set<string>();
  let values: Record<string, string> | null = null;
  for (const line of meaningful(text)) {
    if (/^\S/.test(line)) {
      values = match(line.trim(), visited);
      continue;
    }
    if (!values) continue;
    const [, removed, name = "", value = ""] = /^\s+(?:!\s*(\S+)|([^:]+):\s*(.*?)\s*)$/.exec(line) ?? [];
    const lower = (removed ?? name).trim().toLowerCase();
    if (removed !== undefined) delete result[lower];
    else if (ruled.has(lower)) result[lower] += `, ${filled(value, values)}`;
    else result[lower] = filled(value, values);
    ruled.add(lower);
  }
  return result;
}
