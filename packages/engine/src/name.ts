/** Names of projects and environments: what is allowed, and what we suggest instead. */
import { basename } from "node:path";
import { DeployError } from "./error.ts";
import type { Source } from "./source/source.ts";

/** Lower-case letters, digits and hyphens, at most 58: fits a DNS label with a preview's prefix, and every platform we know. */
const allowed = /^[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?$/;

/** `text` made fit: accents dropped, everything else a hyphen. Empty when nothing is left. */
export function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 58)
    .replace(/^-+|-+$/g, "");
}

/** A project's name made of where it comes from; `identity` is the path or the address it was opened at. */
export function nameOf(source: Source, identity: string): string {
  const base =
    source.kind === "git"
      ? basename(source.url).replace(/\.git$/, "")
      : basename(identity).replace(/\.(zip|tgz|tar|tar\.gz|tar\.zst)$/, "");
  return slug(source.subdirectory ? basename(source.subdirectory) : base) || "app";
}

/** The name itself when it is allowed. Throws INVALID_CONFIG with a suggestion. */
export function checkedName(kind: "project" | "environment" | "service", name: string): string {
  if (allowed.test(name)) return name;
  const suggestion = slug(name);
  throw new DeployError("INVALID_CONFIG", {
    what: `${JSON.stringify(name.slice(0, 80))} cannot be the name of a ${kind}: it may have lower-case letters, digits and hyphens, at most 58.`,
    where: kind,
    next: suggestion ? `Use ${suggestion} instead.` : "Choose another name.",
    ...(suggestion ? { recovery: [{ kind: "alternative" as const, label: `Use ${suggestion}` }] } : {}),
  });
}

/** Free names near a taken one. */
export function suggestNames(name: string, isTaken: (name: string) => boolean): string[] {
  const candidates = [
    `${name}-app`,
    `${name}-web`,
    `my-${name}`,
    ...Array.from({ length: 9 }, (_, index) => `${name}-${index + 2}`),
  ];
  return candidates.filter((candidate) => allowed.test(candidate) && !isTaken(candidate)).slice(0, 3);
}
