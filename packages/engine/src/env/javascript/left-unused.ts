/** Names that are given a variable and then left: what used them was put into comments. */
import type { Script } from "./need.ts";

/** `const KEY = process.env.KEY || "";` of a script that says KEY again in a comment alone. */
export function isLeftUnused(script: Script, name: string, start: number): boolean {
  const { path, code, text } = script;
  if (!/\.[cm]?[jt]s$/.test(path)) return false;
  const line = code.slice(code.lastIndexOf("\n", start) + 1, start);
  if (!/^(?:const|let|var)\s/.test(line)) return false;
  let said = saidIn.get(script);
  if (!said) saidIn.set(script, (said = { code: countsOf(code), comments: countsOf(commentsOf(text)) }));
  return said.code.get(name) === 1 && said.comments.has(name);
}

const saidIn = new WeakMap<Script, Record<"code" | "comments", Map<string, number>>>();

function commentsOf(text: string): string {
  return (text.match(/\/\*[\s\S]*?\*\/|(?<![^\s;{}(),])\/\/[^\n]*/g) ?? []).join("\n");
}

/** How often each name is said, other than as the name of a variable. */
function countsOf(code: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name] of code.matchAll(/(?<![\w$]|\benv\.)[A-Za-z_$][\w$]*/g))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
