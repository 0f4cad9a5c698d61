/**
 * What one reader (JavaScript, Python, containers …) says of one directory, and the parsed documents readers share.
 * Readers do not know each other; detect.ts asks them all, ranks their readings and merges the evidence.
 */
import { parse as parseJsonc, type ParseError } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import type { Detection, Evidence, ServiceFacts } from "./detection.ts";
import type { Tree } from "./tree.ts";

/** The answer of one reader. Variables come from env/, not from readers. */
export interface Reading extends Omit<ServiceFacts, "env"> {
  /** 0 to 1: how sure the reader is that this is what the directory is. */
  confidence: number;
  evidence: Evidence[];
}

export interface Reader {
  id: string;
  /** `directory` is relative to the tree, `.` for its root. Null: nothing of mine here. Reads content, never prints, never throws for bad input. */
  read(project: Project, directory: string): Reading | null;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A tree with its manifests parsed once each. A broken file becomes a warning and reads as absent (JSON: as far as it could be read). */
export interface Project {
  tree: Tree;
  warnings: Detection["warnings"];
  /** JSON with comments and trailing commas. */
  json(path: string): JsonObject | null;
  toml(path: string): JsonObject | null;
  /** Every document of the file; aliases are limited, so that a bomb is a warning. */
  yaml(path: string): Json[] | null;
}

export function projectOf(tree: Tree): Project {
  const warnings: Detection["warnings"] = [];
  const parsed = new Map<string, unknown>();
  function once<T>(path: string, parse: (text: string) => T): T | null {
    if (parsed.has(path)) return parsed.get(path) as T | null;
    const text = tree.text(path);
    let value: T | null = null;
    if (text !== null) {
      try {
        value = parse(text);
      } catch (error) {
        warnings.push({ at: path, message: `cannot be read: ${firstLine(error)}` });
      }
    }
    parsed.set(path, value);
    return value;
  }
  return {
    tree,
    warnings,
    json: (path) =>
      once(path, (text) => {
        const errors: ParseError[] = [];
        const value = strictJson(text) ?? parseJsonc(text, errors, { allowTrailingComma: true });
        if (errors.length > 0) warnings.push({ at: path, message: "is not valid JSON; read as far as it could be" });
        return isObject(value) ? value : null;
      }),
    toml: (path) => once(path, (text) => parseToml(text) as JsonObject),
    yaml: (path) =>
      once(path, (text) =>
        text
          .split(/^---\s*$/m)
          .flatMap((part) =>
            part.trim() === "" ? [] : [parseYaml(part, { maxAliasCount: 100, logLevel: "silent" }) as Json],
          ),
      ),
  };
}

/** Nearly every manifest is plain JSON, which the runtime reads ten times as fast; undefined when this one is not. */
function strictJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Comments, or an error that the lenient parser says more about.
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `directory` and `name` joined; "." is the root. */
export function inside(directory: string, name: string): string {
  return directory === "." ? name : `${directory}/${name}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
}
