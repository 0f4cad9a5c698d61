import { projectOf, type Reading } from "../../../src/detect/reading.ts";
import { languageReaders, languageServices, type ServiceHint } from "../../../src/detect/languages/readers.ts";
import { Tree } from "../../../src/detect/tree.ts";
import { treeOf } from "../tree-of.ts";

/** The best reading of a directory with these files; throws when nobody has one. */
export function readingOf(files: Record<string, string | Buffer>, directory = "."): Reading {
  const [best] = readingsOf(files, directory);
  if (!best) throw new Error("no reader has an answer");
  return best;
}

/** Every reading, best first. */
export function readingsOf(files: Record<string, string | Buffer>, directory = "."): Reading[] {
  using tree = treeOf(files);
  const project = projectOf(new Tree(tree.root));
  return languageReaders
    .map((reader) => reader.read(project, directory))
    .filter((reading) => reading !== null)
    .sort((a, b) => b.confidence - a.confidence);
}

export function servicesOf(files: Record<string, string>): ServiceHint[] {
  using tree = treeOf(files);
  return languageServices(projectOf(new Tree(tree.root)));
}
