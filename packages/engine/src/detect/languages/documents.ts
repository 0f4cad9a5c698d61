/** Values inside parsed manifests, read without trusting their shape. */
import { isObject, type Json, type JsonObject } from "../reading.ts";

/** The table at `keys`, or an empty one. */
export function objectAt(document: Json | null | undefined, ...keys: string[]): JsonObject {
  let current: Json | null | undefined = document;
  for (const key of keys) current = isObject(current) ? current[key] : undefined;
  return isObject(current) ? current : {};
}

/** The value when it is text. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The texts of a list; anything else is an empty one. */
export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
