import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * A temporary directory holding `files` (relative path to content), removed when the value is disposed: `using tree = treeOf({…})`.
 * A path that ends in `/` is an empty directory.
 */
export function treeOf(files: Record<string, string | Buffer>): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "landfall-tree-"));
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(path.endsWith("/") ? full : dirname(full), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(full, content);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
