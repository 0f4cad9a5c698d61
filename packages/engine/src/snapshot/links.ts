/** Where symbolic links of a tree lead, worked out on names alone: nothing on a disk is followed. */

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
