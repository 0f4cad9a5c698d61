/** Variables a program names in a list, to check or to ask for them one by one. */
import { closing } from "../code.ts";
import type { Script, Use } from "./need.ts";
import type { Need } from "../sighting.ts";

interface Listed {
  key: string;
  use: Use;
  when: "run";
  offset: number;
  /** Of these and the key one is enough. */
  alternatives?: string[];
}

/** `requiredVariables: readonly string[] = `, and no more. */
const nameBefore = /(?<![\w$])([\w$]+)\s*(?::[^=\n]+)?=\s*(?:new Set\()?$/;

/** `const requiredVariables = ["A", "B"]`, and lists that are checked one by one against `process.env[name]`. */
export function readLists({ code, text }: Script): Listed[] {
  const found: Listed[] = [];
  // throwIfMissing(process.env, ["A", "B"])
  for (const match of code.matchAll(
    /(?:throw|require|assert|check|ensure|validate|missing)\w*\(\s*process\.env\s*,\s*(?=\[)/gi,
  )) {
    const open = match.index + match[0].length;
    for (const item of text.slice(open, closing(code, open)).matchAll(/["'`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)["'`]/g))
      found.push({ key: item[1]!, use: { need: "checked" }, when: "run", offset: open + item.index });
  }
  // `if (!config.key) missing.push("API_KEY")`, and the program stops when something is missing.
  for (const match of code.matchAll(/(?:[mM]issing|[eE]rrors|[pP]roblems)\w*\.push\(\s*(?=["'`])/g)) {
    const at = match.index + match[0].length;
    const key = /^.([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/.exec(text.slice(at, at + 60))?.[1];
    if (key !== undefined && /\bthrow\b|process\.exit/.test(code.slice(at, at + 1500)))
      found.push({ key, use: { need: "checked", isReported: true }, when: "run", offset: at });
  }
  // `requireOneOf("KEY", "OTHER_KEY")`: the first is asked for, where the project names no other.
  for (const match of code.matchAll(
    /\b(?:require|need|assert|ensure|must)\w*(?:OneOf|AnyOf|Either|_one_of|_any_of)\w*\(\s*(?:\[\s*)?(?=["'`])/g,
  )) {
    const start = match.index + match[0].length;
    const names = [
      ...text
        .slice(start, closing(code, code.indexOf("(", match.index)))
        .matchAll(/["'`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["'`]/g),
    ].map(([, name]) => name!);
    const [key, ...alternatives] = names;
    if (key !== undefined && alternatives.length > 0)
      found.push({ key, use: { need: "checked" }, when: "run", offset: start, alternatives });
  }
  if (!code.includes("env[")) return found;
  for (const { index: open } of code.matchAll(/\[(?:(?=\s*["'`])|(?<==\s*(?:new Set\()?\[))/g)) {
    const end = closing(code, open);
    const name = nameBefore.exec(code.slice(Math.max(0, open - 200), open))?.[1] ?? "";
    const isChecked = /required|mandatory|needed|must/i.test(name);
    const isOptional = /optional/i.test(name);
    if (!isChecked && !isOptional && !/env\[/.test(code.slice(end, end + 200))) continue;
    const body = text.slice(open, end);
    for (const item of body.matchAll(/["'`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["'`]/g)) {
      const need: Need = isOptional ? "guarded" : isChecked || stopsAfter(code, end) ? "checked" : "plain";
      const isInsisted = need === "checked" && isChecked;
      found.push({
        key: item[1]!,
        use: { need, ...(isInsisted ? { isInsisted } : {}) },
        when: "run",
        offset: open + item.index,
      });
    }
  }
  return found;
}

function stopsAfter(code: string, end: number): boolean {
  return /\bthrow\b|process\.exit/.test(code.slice(end, end + 400));
}
