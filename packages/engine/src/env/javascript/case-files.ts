/** Files of which a program takes one: `switch (driver) { case "s3": return new S3Storage(); case "local": … }`. */
import { chosen } from "./switches.ts";
import type { Sighting } from "../sighting.ts";

export interface CaseFile {
  /** What is imported, as the script names it. */
  specifier: string;
  /** The variable that chooses, where it is one, and its values for this file. */
  onlyFor?: NonNullable<Sighting["onlyFor"]>;
}

const heads = /\bswitch\s*\(\s*([^{}]{1,120}?)\s*\)\s*\{/g;
/** Labels that stand together, and what is done for them. */
const cases = /((?:\bcase\s+["'`][^"'`\n]+["'`]\s*:\s*)+)([^]*?)(?=\bcase\s|\bdefault\s*:|$)/g;
const imports = /\bimport\s+(?:([A-Za-z_$][\w$]*)|\{([^}]*)\})\s*from\s*["'](\.{1,2}\/[^"'\n]+)["']/g;
/** A setting of the project's own: `config.newsletter`. */
const setting = /^(?:\w+\.)*(?:config|settings)\.\w+$/;
/** Of fewer one cannot tell a choice from a sequence. */
const fewestFiles = 2;

/** The files of the cases of switches over what a program chooses among. */
export function caseFilesIn(text: string): CaseFile[] {
  if (!text.includes("switch") || !/\bimport\b/.test(text)) return [];
  return [...text.matchAll(heads)].flatMap((match) => {
    const asked = match[1]!;
    const behind = variableBehind(text, asked);
    if (behind === undefined && !chosen.test(asked) && !setting.test(asked)) return [];
    const imported = importsIn(text);
    const body = bodyFrom(text, match.index + match[0].length);
    const found = [...body.matchAll(cases)].flatMap(([, labels, code]) =>
      [...imported].flatMap(([name, specifier]): CaseFile[] => {
        if (!new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}\\s*\\(`).test(code!)) return [];
        if (behind === undefined) return [{ specifier }];
        const values = [...labels!.matchAll(/case\s+["'`]([^"'`]+)/g)].map(([, value]) => value!);
        return [{ specifier, onlyFor: { ...behind, values, isValue: true, isOneOfSeveral: true } }];
      }),
    );
    return new Set(found.map(({ specifier }) => specifier)).size < fewestFiles ? [] : found;
  });
}

/** The variable a name holds, and what is taken for it: `const driver = (process.env.STORAGE_DRIVER ?? "local") as Driver`. */
function variableBehind(text: string, asked: string): { key: string; otherwise?: string } | undefined {
  const value = /^[\w$]+$/.test(asked)
    ? new RegExp(
        `\\b(?:const|let)\\s+${asked.replaceAll("$", "\\$")}\\b[^=\\n]*=\\s*((?:[^;\\n]|\\n\\s*(?=[.?|])|\\|\\s*\\n){1,200})`,
      ).exec(text)?.[1]
    : asked;
  const key = /(?:\benv\.|\.get(?:OrThrow)?(?:<[\w\s|]+>)?\(\s*["'`])([A-Z][A-Z0-9_]+)\b/.exec(value ?? "")?.[1];
  if (key === undefined) return undefined;
  const otherwise = /(?:\?\?|\|\|)\s*["'`]([^"'`\n]+)["'`]/.exec(value!)?.[1];
  return otherwise === undefined ? { key } : { key, otherwise };
}

function importsIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, whole, names, specifier] of text.matchAll(imports)) {
    if (whole !== undefined) found.set(whole, specifier!);
    for (const [, name, alias] of (names ?? "").matchAll(/([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?/g))
      found.set(alias ?? name!, specifier!);
  }
  return found;
}

/** Up to the brace that closes the block begun before `from`. */
function bodyFrom(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && depth-- === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

/** Takes back what is needed of variables in the files of cases: of all of them one is taken. */
export function settleCaseFiles(
  scripts: readonly { path: string; caseFiles: readonly CaseFile[] }[],
  sightings: readonly Sighting[],
): void {
  const byPath = new Map<string, CaseFile>();
  for (const { path, caseFiles } of scripts)
    for (const file of caseFiles) byPath.set(placeOf(path, file.specifier), file);
  for (const sighting of byPath.size > 0 ? sightings : []) {
    const file = byPath.get(withoutEnding(sighting.path));
    if (!file || !/^(?:checked|asserted|plain|quieted)$/.test(sighting.need)) continue;
    if (file.onlyFor) sighting.onlyFor = file.onlyFor;
    else {
      sighting.need = "guarded";
      sighting.asksFeature = true;
    }
  }
}

function placeOf(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return withoutEnding(parts.join("/"));
}

function withoutEnding(path: string): string {
  return path.replace(/(?:\/index)?\.[cm]?[jt]sx?$/, "");
}
