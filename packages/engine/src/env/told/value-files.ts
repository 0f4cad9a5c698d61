/**
 * Files of variables that a project keeps, `.env` and the like, which do not enter a snapshot. Some of what they hold is for everybody to
 * read: bundlers put `VITE_…` and its kind into the pages.
 */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { EnvVariable } from "../../detect/detection.ts";
import { isPublic } from "../rules.ts";
import { parseDotenv } from "../values/dotenv.ts";
import { isPlaceholder } from "./example.ts";

/** Whether a value in such a file is what the pages are to have. */
export function isPublicValue(key: string, value: string): boolean {
  return isPublic(key) && value !== "" && !isPlaceholder(value) && !/localhost|127\.0\.0\.1/.test(value);
}

/** A later one holds: bundlers read this of production over the one of all. Source: vite.dev/guide/env-and-mode, nextjs.org on variables. */
const files = [".env", ".env.production"];

/**
 * Of the public variables of these services, the values their files give. Whatever is not plain is left out: a
 * value made of others, two services with two values, a file that cannot be read.
 */
export function publicValuesIn(
  root: string,
  services: readonly { path: string; env: readonly EnvVariable[] }[],
): Map<string, string> {
  const found = new Map<string, string>();
  const unclear = new Set<string>();
  for (const { path: directory, env } of services) {
    const entries = files.flatMap((name) => entriesOf(root, join(directory, name)));
    const own = new Map(entries.map(({ key, value }) => [key, value]));
    for (const { key, required } of env) {
      const value = own.get(key);
      if (value === undefined || required || !isPublicValue(key, value)) continue;
      if (value.includes("$") || (found.get(key) ?? value) !== value) unclear.add(key);
      found.set(key, value);
    }
  }
  for (const key of unclear) found.delete(key);
  return found;
}

/** The file beside a service, or at the root, that gives a variable: whoever deploys may hand it over. */
export function fileGiving(root: string, directory: string, wanted: string): string | undefined {
  const places = [...new Set([directory, "."])].flatMap((place) =>
    [".env.production", ".env", ".env.local"].map((name) => join(place, name)),
  );
  return places.find((path) => entriesOf(root, path).some(({ key, value }) => key === wanted && value !== ""));
}

/** More is no file of variables. */
const largestBytes = 256 * 1024;

/** Of a file of the project alone: a link may lead to one of whoever runs this, and a pipe would be waited for. */
function entriesOf(root: string, path: string): { key: string; value: string }[] {
  try {
    const real = realpathSync(join(root, path));
    const stats = statSync(real);
    if (!real.startsWith(`${realpathSync(root)}${sep}`) || !stats.isFile() || stats.size > largestBytes) return [];
    return parseDotenv(readFileSync(real, "utf8"));
  } catch {
    return []; // Not there, or not in a form that can be relied on: then its variables are missing, and are said to be.
  }
}
