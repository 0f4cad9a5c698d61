/**
 * Files of variables that a project keeps, `.env` and the like, which do not enter a snapshot. Some of what they hold is for everybody to
 * read: bundlers put `VITE_…` and its kind into the pages.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
 * Of the public variables of these services, the values their files give, each with the file's path. Whatever is not plain is left out: a
 * value made of others, two services with two values, a file that cannot be read.
 */
export function publicValuesIn(
  root: string,
  services: readonly { path: string; env: readonly EnvVariable[] }[],
): Map<string, { value: string; path: string }> {
  const found = new Map<string, { value: string; path: string }>();
  const unclear = new Set<string>();
  for (const { path: directory, env } of services) {
    const own = new Map<string, { value: string; path: string }>();
    for (const name of files) {
      const path = join(directory, name);
      for (const { key, value } of entriesOf(join(root, path))) own.set(key, { value, path });
    }
    for (const { key, required } of env) {
      const one = own.get(key);
      if (one === undefined || required || !isPublicValue(key, one.value)) continue;
      if (one.value.includes("$") || (found.get(key)?.value ?? one.value) !== one.value) unclear.add(key);
      found.set(key, one);
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
  return places.find((path) => entriesOf(join(root, path)).some(({ key, value }) => key === wanted && value !== ""));
}

function entriesOf(path: string): { key: string; value: string }[] {
  try {
    return parseDotenv(readFileSync(path, "utf8"));
  } catch {
    return []; // Not there, or not in a form that can be relied on: then its variables are missing, and are said to be.
  }
}
