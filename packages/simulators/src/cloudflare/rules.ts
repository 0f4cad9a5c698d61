/**
 * The files `_headers` and `_redirects`.
 * Source: workers-sdk at f8308360, packages/workers-shared: utils/configuration/parseHeaders.ts and parseRedirects.ts, asset-worker/src/utils.
 * Left out: the limits on lines and rules.
 */

/** A request as rules see it, its path as it was sent: a rule that begins with `https://` is about host and path. */
export interface Visited {
  path: string;
  host: string;
}

const statuses = ["200", "301", "302", "303", "307", "308"];

const meaningful = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** `*` takes anything, once; `:name` takes a segment, in a host a label. */
function expression(pattern: string): RegExp {
  const pathAt = pattern.startsWith("https://") ? pattern.indexOf("/", "https://".length) : 0;
  const source = pattern.replace(/\*|:[A-Za-z]\w*|[^\w/]/g, (piece, at: number) => {
    if (piece === "*") return "(?<splat>.*)";
    if (piece.length === 1) return `\\${piece}`;
    return `(?<${piece.slice(1)}>[^${at < pathAt ? "/." : "/"}]+)`;
  });
  return new RegExp(`^${source}$`);
}

/** What the placeholders stand for; null when the rule is about something else, or has two `*`, which the vendor ignores. */
function match(pattern: string, { path, host }: Visited): Record<string, string> | null {
  if (pattern.split("*").length > 2) return null;
  const found = expression(pattern).exec(pattern.startsWith("https://") ? `https://${host}${path}` : path);
  return found && { ...found.groups };
}

const filled = (text: string, values: Record<string, string>) =>
  Object.entries(values).reduce((result, [name, value]) => result.replaceAll(`:${name}`, value), text);

/** Rules that would lead back to themselves, as clean addresses drop `index.html`, are ignored. */
const loops = (from: string, to: string) => to.startsWith("/") && /\/\*?$/.test(from) && /\/index(?:\.html)?$/.test(to);

/** The first redirect that applies; status 200 is a rewrite, to a path of the same site alone. */
export function redirectFor(text: string, visited: Visited): { to: string; status: number } | null {
  for (const line of meaningful(text)) {
    const [from = "", to = "", status = "302", ...rest] = line.replace(/\s+#.*$/, "").split(/\s+/);
    const isLocal = to.startsWith("/");
    if (to === "" || rest.length > 0 || !statuses.includes(status) || loops(from, to)) continue;
    if (status === "200" && !isLocal) continue;
    const values = match(from, visited);
    if (!values) continue;
    const target = filled(to, values);
    return { to: isLocal ? target.replaceAll(/\/+/g, "/") : target, status: Number(status) };
  }
  return null;
}

interface HeaderRule {
  pattern: string;
  set: [name: string, value: string][];
  unset: string[];
}

function headerRules(text: string): HeaderRule[] {
  const rules: HeaderRule[] = [];
  for (const line of meaningful(text)) {
    if (/^(?:\S+:\/\/|\/)/.test(line)) {
      rules.push({ pattern: line, set: [], unset: [] });
      continue;
    }
    const [, name = "", value = ""] = /^([^:\s]+)\s*:\s*(.+)$/.exec(line) ?? [];
    if (line.startsWith("! ") && !line.includes(":")) rules.at(-1)?.unset.push(line.slice(2).trim().toLowerCase());
    else if (name !== "") rules.at(-1)?.set.push([name.toLowerCase(), value]);
  }
  return rules;
}

/** `headers` as the rules leave them: the first value replaces what is there, later ones join it. Names are in lower case. */
export function headersFor(text: string, visited: Visited, headers: Record<string, string>): Record<string, string> {
  const result = { ...headers };
  const ruled = new Set<string>();
  for (const { pattern, set, unset } of headerRules(text)) {
    const values = match(pattern, visited);
    if (!values) continue;
    for (const name of unset) delete result[name];
    for (const [name, value] of set) {
      const own = filled(value, values);
      result[name] = ruled.has(name) && result[name] !== undefined ? `${result[name]}, ${own}` : own;
      ruled.add(name);
    }
  }
  return result;
}
