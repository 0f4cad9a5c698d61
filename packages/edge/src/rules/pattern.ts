/** Paths with holes, as Netlify writes them: `/blog/:year/*`. */

export interface Pattern {
  source: string;
  regexp: RegExp;
  /** Names of the holes in order; the star is `splat`. */
  names: string[];
}

/**
 * Read a pattern. `:name` stands for one whole segment, `*` for any rest; `/a/*` matches `/a` too.
 * Answers a sentence instead when it cannot be read. One star at most: more would let a path be matched in very many ways.
 */
export function parsePattern(source: string): Pattern | string {
  if (!source.startsWith("/")) return `${JSON.stringify(source)} does not start with a slash`;
  const stars = source.split("*").length - 1;
  if (stars > 1) return `${JSON.stringify(source)} has more than one *`;
  const names: string[] = [];
  let regexp = "";
  for (const part of source.slice(1).split("/")) {
    const hole = /^:([A-Za-z_]\w*)$/.exec(part);
    if (hole) {
      names.push(hole[1]!);
      regexp += "/([^/]+)";
    } else if (part === "*" && source.endsWith("/*")) {
      names.push("splat");
      regexp += "(?:/(.*))?";
    } else {
      if (part.includes("*")) names.push("splat");
      regexp += `/${part.split("*").map(escapeRegExp).join("(.*)")}`;
    }
  }
  return { source, regexp: new RegExp(`^${regexp}$`, "s"), names };
}

/** Whether a decoded path fits. */
export function matches(pattern: Pattern, path: string): boolean {
  return pattern.regexp.test(path);
}

/** The text in each hole, or null when the path does not fit. */
export function capture(pattern: Pattern, path: string): Map<string, string> | null {
  const found = pattern.regexp.exec(path);
  return found && new Map(pattern.names.map((name, index) => [name, found[index + 1] ?? ""]));
}

/** `:name` in a target replaced by what was found, each segment encoded, so that no text of a visitor becomes part of the syntax. */
export function substitute(target: string, found: ReadonlyMap<string, string>): string {
  const filled = target.replace(/:([A-Za-z_]\w*)/g, (whole, name: string) => {
    const value = found.get(name);
    return value === undefined ? whole : value.split("/").map(encodeURIComponent).join("/");
  });
  // `//evil.example/` at the front would be another host to a browser.
  return target.startsWith("/") ? filled.replace(/^\/+/, "/") : filled;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
