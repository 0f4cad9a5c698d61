/** Functions of a Go program that read the variable whose name they are given: `func GetString(key string) string`, and `env.GetString("KEY")`. */
import { literally } from "../../detect/literally.ts";
import { closing } from "../code.ts";
import { maskSlashComments } from "../mask.ts";
import type { Need, Sighting } from "../sighting.ts";

interface Reader {
  name: string;
  /** What goes before its name elsewhere: that of its package. */
  owner: string;
  folder: string;
  need: Need;
}

const heads = /^func\s+(\w+)(?:\[[^\]\n]*\])?\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?(?:string|,|\w+)[^)\n]*\)[^{\n]*\{/gm;
const stops = /\bpanic\(|log\.(?:Fatal|Panic)|os\.Exit|\bFatal/;
/** The table of languages finds what functions of these names are given. */
const isKnown = /[eE]nv|^[mM]ust|^[rR]equire/;

/** `texts` are the files of the program. */
export function readThroughOwnGo(texts: ReadonlyMap<string, string>): Sighting[] {
  const asking = [...texts].filter(([, text]) => /\bos\.(?:Getenv|LookupEnv)\(\s*[a-z]\w*\s*\)/.test(text));
  const readers = asking.flatMap(([path, text]) => readersIn(path, maskSlashComments(text)));
  return readers.flatMap((reader) => [...texts].flatMap(([path, text]) => callsOf(reader, path, text)));
}

function readersIn(path: string, code: string): Reader[] {
  const owner = /^package\s+(\w+)/m.exec(code)?.[1] ?? "";
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const found: Reader[] = [];
  const functions = [...code.matchAll(heads)].map((match) => {
    const open = match.index + match[0].length - 1;
    return {
      name: match[1]!,
      key: match[2]!,
      hasMore: match[0].includes(","),
      body: code.slice(open, closing(code, open)),
    };
  });
  // Those that read first, then those that hand the name on to them.
  for (const isDirect of [true, false])
    for (const { name, key, hasMore, body } of functions) {
      if (found.some((one) => one.name === name)) continue;
      const through = isDirect
        ? new RegExp(`\\bos\\.(?:Getenv|LookupEnv)\\(\\s*${key}\\s*\\)`).test(body)
          ? ("plain" as const)
          : undefined
        : found.find((one) => new RegExp(`\\b${literally(one.name)}\\(\\s*${key}\\b`).test(body))?.need;
      if (through === undefined) continue;
      const need = hasMore ? "default" : through === "checked" || stops.test(body) ? "checked" : through;
      found.push({ name, owner, folder, need });
    }
  return found;
}

function callsOf({ name, owner, folder, need }: Reader, path: string, text: string): Sighting[] {
  if (!text.includes(`${name}(`)) return [];
  const isInside = path.startsWith(folder) && !path.slice(folder.length).includes("/");
  if (isInside && isKnown.test(name)) return [];
  if (!isInside && (isKnown.test(name) || !/^[A-Z]/.test(name))) return [];
  const calls = new RegExp(
    `${isInside ? "(?<![\\w.])" : `\\b${owner}\\.`}${literally(name)}(?:\\[\\w+\\])?\\(\\s*"([A-Z][A-Z0-9_]+)"`,
    "g",
  );
  return [...maskSlashComments(text).matchAll(calls)].map((call) => ({
    key: call[1]!,
    need,
    when: "run",
    offset: call.index,
    path,
    ...(need === "checked" ? { isInsisted: true } : {}),
  }));
}
