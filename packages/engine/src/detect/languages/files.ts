/** Files of a tree looked for by name and place. */
import { inside } from "../reading.ts";
import type { Tree } from "../tree.ts";

/** Directories that hold no program of the project itself: tests, documents, samples, other people's code. */
const besideTheProgram =
  /^(tests?|spec|specs|__tests__|testing|testdata|docs?|documentation|examples?|samples?|demos?|fixtures|benches|benchmarks?|e2e|vendor|third_party|node_modules|migrations?|alembic|target|dist|build|out|bin|obj|static|assets|templates|locale|\..*)$/i;

export interface Search {
  /** Directories below the first that are entered. */
  depth: number;
  /** Most paths answered. */
  limit: number;
  matches: (name: string) => boolean;
  /** A directory below the first that holds such a file is somebody else's, and is passed over. */
  stopAt?: (names: readonly string[]) => boolean;
  /** Enter tests, documents and examples too. */
  everywhere?: boolean;
}

/** Paths of files below `directory`, nearest first. */
export function search(
  tree: Tree,
  directory: string,
  { depth, limit, matches, stopAt, everywhere = false }: Search,
): string[] {
  const found: string[] = [];
  let level = [directory];
  for (let at = 0; at <= depth && level.length > 0 && found.length < limit; at++) {
    const next: string[] = [];
    for (const current of level) {
      const { files, directories } = tree.listing(current);
      if (at > 0 && stopAt?.(files)) continue;
      for (const name of files) if (found.length < limit && matches(name)) found.push(inside(current, name));
      for (const name of directories) if (everywhere || !besideTheProgram.test(name)) next.push(inside(current, name));
    }
    level = next;
  }
  return found;
}

/** The first of `names` that is a file in `directory`, as a path of the tree. */
export function firstOf(tree: Tree, directory: string, names: readonly string[]): string | undefined {
  return names.map((name) => inside(directory, name)).find((path) => tree.has(path));
}

/** `path` as seen from `directory`. */
export function relativeTo(directory: string, path: string): string {
  return directory === "." ? path : path.slice(directory.length + 1);
}

/** `path:line` of the first match of `pattern` in `text`. */
export function placeOf(path: string, text: string, pattern: RegExp | string): string {
  const index = typeof pattern === "string" ? text.indexOf(pattern) : text.search(pattern);
  if (index < 0) return path;
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
  return `${path}:${line}`;
}
