/** One source file as the search for variables sees it: read, masked and searched once, whichever services it is a part of. */
import type { Project } from "../detect/reading.ts";
import { type CaseFile, caseFilesIn } from "./javascript/case-files.ts";
import { type Setting, settingsIn } from "./javascript/handed-settings.ts";
import { mayReadVariables, readJavaScript } from "./javascript/javascript.ts";
import { readLanguage } from "./languages/languages.ts";
import { maskJavaScript } from "./mask.ts";
import { type OwnReader, ownReadersIn } from "./javascript/own-readers.ts";
import type { ScopeFile } from "./scope.ts";
import { readPythonSdks } from "./javascript/sdk-reading.ts";
import type { Sighting } from "./sighting.ts";

export interface Source {
  path: string;
  text: string;
  isScript: boolean;
  /** The text of a script with what is not code blanked. */
  code(): string;
  /** What it reads by itself; what a library reads for it depends on the service. */
  reads: readonly Sighting[];
  /** Its own functions that take the name of a variable. */
  readers: readonly OwnReader[];
  /** What it fills from variables for others. */
  settings: readonly Setting[];
  /** Files it takes one of. */
  caseFiles: readonly CaseFile[];
}

const scripts = new Set(["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro"]);
const known = new WeakMap<Project, Map<string, Source | null>>();

/** The source at a path of the tree; null when it cannot be read or is a bundle. */
export function sourceAt(project: Project, { path, extension }: Pick<ScopeFile, "path" | "extension">): Source | null {
  let sources = known.get(project);
  if (!sources) known.set(project, (sources = new Map()));
  let source = sources.get(path);
  if (source === undefined) sources.set(path, (source = read(path, extension, project.tree.text(path))));
  return source;
}

function read(path: string, extension: string, text: string | null): Source | null {
  if (text === null || isMinified(text)) return null;
  let masked: string | undefined;
  const code = (): string => (masked ??= maskJavaScript(text));
  const isScript = scripts.has(extension);
  const mayRead = isScript && mayReadVariables(text);
  const readers = mayRead ? ownReadersIn(code()) : [];
  const reads = isScript
    ? mayRead
      ? readJavaScript({ path, text, code: code() }, readers)
      : []
    : [...readLanguage(path, extension, text), ...(extension === "py" ? readPythonSdks(path, text) : [])];
  const settings = mayRead ? settingsIn({ path, text, code: code() }, reads) : [];
  return { path, text, isScript, code, reads, readers, settings, caseFiles: isScript ? caseFilesIn(text) : [] };
}

/** One line of thousands of characters is a bundle. */
function isMinified(text: string): boolean {
  if (text.length < 20_000) return false;
  const end = text.indexOf("\n", 5_000);
  return end < 0 || end > 15_000;
}
