/**
 * Variables a program asks for one by one: `REQUIRED_VARS = ["A", "B"]`, `required := []string{"A"}`, `required = %w[A B]`, and those it
 * names as it stops.
 */

interface Listed {
  key: string;
  offset: number;
  /** It is a constant that holds the name. */
  isConstant?: true;
}

const heads =
  /\b\w{0,40}(?:required|REQUIRED|Required|mandatory|MANDATORY)\w{0,40}\s*(?::\s*[\w[\], ]{1,40})?:?=\s*(?:\[\d*\]string\s*)?(?:%w)?([[({])/g;
const closings: Record<string, string> = { "[": "]", "(": ")", "{": "}" };
const readByName = /(?:environ(?:\.get)?|[gG]etenv|LookupEnv|ENV(?:\.fetch)?|\.GetString)\s*[[(]\s*[a-z_]/;
const read = /(?:environ(?:\.get)?|[gG]etenv|ENV(?:\.fetch)?)\s*[[(]\s*["'](\w+)["']/g;
/** `CheckEnv([]string{SIGN_KEY, "B"})`: a function that is given the list. */
const calls =
  /\b(?:[cC]heck|[rR]equire|[vV]alidate|[eE]nsure|[vV]erify)\w{0,20}(?:[eE]nv|ENV|Var|_var)\w{0,20}\(\s*(?:\[\]string\s*)?([[({])/g;
/** So long a list may be, and so far behind it the program stops for what is missing. */
const longest = 4000;

/** `$dotenv->required(["A", "B"])`: it throws for what is missing itself. */
const throws = /->required\(\s*\[([^\]]{0,4000})\]/g;

/** Only where the same file reads the environment by a name it is given, or reads what is listed, and stops. */
export function readRequiredLists(code: string, stops: RegExp): Listed[] {
  const found = readGivenLists(code, stops);
  if (!/required|mandatory/i.test(code)) return found;
  const known = readByName.test(code) ? null : new Set([...code.matchAll(read)].map(([, key]) => key));
  for (const match of code.matchAll(heads)) {
    const start = match.index + match[0].length;
    const rest = code.slice(start, start + 2 * longest);
    const end = rest.indexOf(closings[match[1]!]!);
    if (end < 0 || end > longest || !stops.test(rest.slice(end, end + longest))) continue;
    const items = match[0].includes("%w") ? /([A-Z][A-Z0-9_]+)/g : /["']([A-Z][A-Z0-9_]+)["']/g;
    for (const item of rest.slice(0, end).matchAll(items))
      if (known === null || known.has(item[1])) found.push({ key: item[1]!, offset: start + item.index });
  }
  for (const match of code.matchAll(throws))
    for (const item of match[1]!.matchAll(/["']([A-Z][A-Z0-9_]+)["']/g))
      found.push({ key: item[1]!, offset: match.index });
  return found;
}

function readGivenLists(code: string, stops: RegExp): Listed[] {
  return [...code.matchAll(calls)].flatMap((match) => {
    const start = match.index + match[0].length;
    const rest = code.slice(start, start + 2 * longest);
    const end = rest.indexOf(closings[match[1]!]!);
    if (end < 0 || end > longest || !stops.test(rest.slice(end, end + longest))) return [];
    return [...rest.slice(0, end).matchAll(/(["']?)\b([A-Z][A-Z0-9_]+)\b/g)].map(([, quote, key]) => ({
      key: key!,
      offset: match.index,
      ...(quote === "" ? { isConstant: true as const } : {}),
    }));
  });
}

const complaints =
  /["'`](?:[^"'`\n]{0,60}[^\w"'`\n])?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b[^"'`\n]{0,40}?\b(?:required|missing|undefined|must be (?:set|provided|defined|specified)|(?:is |was )?(?:not|empty)\b(?: (?:been )?(?:set|found|provided|defined|configured|specified))?)/g;
const condition = /\b(?:if|elif|elsif|unless)\b[^\n]*/g;

/** Names in what a program says as it stops, `log.Fatal("API_KEY is not set")`, where it asked for nothing else before. */
export function readComplaints(code: string, stops: RegExp): { key: string; offset: number }[] {
  if (!/required|missing|must be|not |undefined|empty/.test(code)) return [];
  return [...code.matchAll(complaints)].flatMap((match) => {
    const line = code.lastIndexOf("\n", match.index);
    const before = code.slice(Math.max(0, code.lastIndexOf("\n", line - 1)), match.index);
    const above = code.slice(Math.max(0, line - 200), match.index);
    const asked = [...above.matchAll(condition)].at(-1)?.[0] ?? "";
    // "… is required when OTHER is set": only then.
    if (/^[\s:,]*\b(?:when|if|unless)\b/.test(code.slice(match.index + match[0].length))) return [];
    return stops.test(before) && !/\band\b|&&/.test(asked) ? [{ key: match[1]!, offset: match.index }] : [];
  });
}
