/** Where symbolic links of a tree lead, worked out on names alone: nothing on a disk is followed. */
import type { SnapshotFile } from "./snapshot.ts";

export type Destination =
  /** A path inside the tree, `.` for its root; whether something is there is another question. */
  { inside: true; path: string } | { inside: false; why: "absolute" | "leaves" | "circle" };

/** As many links as are followed for one path; Linux follows 40. */
const mostLinks = 40;

/**
 * Follow the link at `path` as the kernel would, in a tree whose links are `links` (path → target as written). A way that leaves the tree
 * anywhere is refused, also when it comes back: in another place the same steps lead elsewhere.
 */
export function followLink(path: string, links: ReadonlyMap<string, string>): Destination {
  // The names still to be walked, the next one last.
  const ahead = path.split("/").toReversed();
  const at: string[] = [];
  for (let followed = 0; ahead.length > 0; ) {
    const name = ahead.pop()!;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (at.pop() === undefined) return { inside: false, why: "leaves" };
      continue;
    }
    at.push(name);
    const target = links.get(at.join("/"));
    if (target === undefined) continue;
    if (target.startsWith("/")) return { inside: false, why: "absolute" };
    if (++followed > mostLinks) return { inside: false, why: "circle" };
    at.pop();
    ahead.push(...target.split("/").toReversed());
  }
  return { inside: true, path: at.length === 0 ? "." : at.join("/") };
}

/**
 * The files as a place without links sees them: in place of a link stands what it leads to, a file or all of a directory's, under the
 * link's name. A link to a directory it is itself in is left out, as is one to nothing.
 */
export function withoutLinks(files: readonly SnapshotFile[]): SnapshotFile[] {
  const links = new Map(files.flatMap(({ path, link }) => (link === undefined ? [] : [[path, link] as const])));
  if (links.size === 0) return [...files];
  const own = files.filter(({ link }) => link === undefined);
  const found = new Map(own.map((file) => [file.path, file]));
  for (const path of links.keys()) {
    const destination = followLink(path, links);
    if (!destination.inside || `${path}/`.startsWith(`${destination.path}/`)) continue;
    for (const file of own) {
      if (file.path === destination.path) found.set(path, { ...file, path });
      else if (file.path.startsWith(`${destination.path}/`)) {
        const below = path + file.path.slice(destination.path.length);
        found.set(below, { ...file, path: below });
      }
    }
  }
  return [...found.values()];
}
