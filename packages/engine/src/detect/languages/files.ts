/** Which files lie in which directory: an index over a tree's list, made once per tree, so that a reader never walks the whole list. */
import { inside } from "../reading.ts";
import type { Tree } from "../tree.ts";

interface Listing {
  /** Names, not paths. */
  files: string[];
  directories: string[];
}

const indexes = new WeakMap<Tree, Map<string, Listing>>();
const nothing: Listing = { files: [], directories: [] };

/** Names of the files and directories directly in `directory`. */
export function listing(tree: Tree, directory: string): Listing {
  let index = indexes.get(tree);
  if (!index) {
    index = indexOf(tree);
    indexes.set(tree, index);
  }
  return index.get(directory) ?? nothing;
}

function indexOf(tree: Tree): Map<string, Listing> {
  const index = new Map<string, Listing>([[".", { files: [], directories: [] }]]);
  function of(directory: string): Listing {
    const known = index.get(directory);
    if (known) return known;
    const made: Listing = { files: [], directories: [] };
    index.set(directory, made);
    const slash = directory.lastIndexOf("/");
    of(slash < 0 ? "." : directory.slice(0, slash)).directories.push(directory.slice(slash + 1));
    return made;
  }
  for (const path of tree.files) {
    const slash = path.lastIndexOf("/");
    of(slash < 0 ? "." : path.slice(0, slash)).files.push(path.slice(slash + 1));
  }
  return index;
}

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
  stopAt?: RegExp;
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
      const { files, directories } = listing(tree, current);
      if (at > 0 && stopAt && files.some((name) => stopAt.test(name))) continue;
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
