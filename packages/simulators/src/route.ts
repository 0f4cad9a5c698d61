/** Path patterns: `/sites/:site/files/*path`. `:name` takes part of one segment, `*name` anything from one character on. */

export type Match = Record<string, string>;

/** The pattern as a function of a path: its decoded parameters, or null. */
export function pattern(text: string): (path: string) => Match | null {
  const names: string[] = [];
  const source = text.replace(/[:*](\w+)|[^\w/]/g, (piece: string, name: string | undefined) => {
    if (name === undefined) return `\\${piece}`;
    names.push(name);
    return piece.startsWith(":") ? "([^/]+?)" : "(.+)";
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const found = expression.exec(path);
    return found && Object.fromEntries(names.map((name, index) => [name, decoded(found[index + 1]!)]));
  };
}

/** The table as a function of method and path: the first row that matches. Throws for a key that is not `METHOD /path`. */
export function router<T>(
  routes: Record<string, T>,
): (method: string, path: string) => { key: string; target: T; params: Match } | null {
  const rows = Object.entries(routes).map(([key, target]) => {
    const [, method, text] = /^([A-Z]+) (\/.*)$/.exec(key) ?? [];
    if (method === undefined || text === undefined) throw new TypeError(`a route is "METHOD /path", not "${key}"`);
    return { key, target, method, params: pattern(text) };
  });
  return (method, path) => {
    for (const { key, target, ...row } of rows) {
      if (row.method !== method) continue;
      const params = row.params(path);
      if (params) return { key, target, params };
    }
    return null;
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // A lone % is what the client sent, and the handler should see it.
  }
}
