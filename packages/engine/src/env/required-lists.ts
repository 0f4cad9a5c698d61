/** Lists of variables a program asks for one by one: `REQUIRED_VARS = ["A", "B"]`, `required := []string{"A"}`, `required = %w[A B]`. */

const heads =
  /\b\w{0,40}(?:required|REQUIRED|Required|mandatory|MANDATORY)\w{0,40}\s*(?::\s*[\w[\], ]{1,40})?:?=\s*(?:\[\d*\]string\s*)?(?:%w)?([[({])/g;
const closings: Record<string, string> = { "[": "]", "(": ")", "{": "}" };

/** Only where the same file reads the environment by a name it is given, or reads what is listed. */
export function readRequiredLists(code: string): { key: string; offset: number }[] {
  if (!/required|mandatory/i.test(code)) return [];
  const found: { key: string; offset: number }[] = [];
  const readsByName = /(?:environ(?:\.get)?|[gG]etenv|LookupEnv|ENV(?:\.fetch)?)\s*[[(]\s*[a-z_]/.test(code);
  for (const match of code.matchAll(heads)) {
    const start = match.index + match[0].length;
    const end = code.indexOf(closings[match[1]!]!, start);
    if (end < 0 || end - start > 4000) continue;
    const isWords = match[0].includes("%w");
    for (const item of code.slice(start, end).matchAll(isWords ? /([A-Z][A-Z0-9_]+)/g : /["']([A-Z][A-Z0-9_]+)["']/g)) {
      const key = item[1]!;
      if (
        readsByName ||
        new RegExp(`(?:environ(?:\\.get)?|[gG]etenv|ENV(?:\\.fetch)?)\\s*[[(]\\s*["']${key}["']`).test(code)
      )
        found.push({ key, offset: start + item.index });
    }
  }
  return found;
}
