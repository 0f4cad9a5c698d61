/** Versions of runtimes from the files of version managers, which hold one tool a line or a table of them. */
import { inside, isObject, type Project, type Reading } from "../reading.ts";
import { state } from "./draft.ts";

/** First line of text that is neither empty nor a comment. */
export function firstLine(text: string): string | undefined {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*$/, "").trim())
    .find((line) => line !== "");
}

/**
 * State the version from the first of: the language's own files (`.python-version`: its first line), `.tool-versions`, `mise.toml`.
 * They are looked for in the directory, then at the root of the tree. Answers whether one was found.
 */
export function versionFromFiles(
  project: Project,
  directory: string,
  reading: Reading,
  { own, tools }: { own: readonly string[]; tools: readonly string[] },
): boolean {
  for (const place of directory === "." ? ["."] : [directory, "."]) {
    for (const name of own) {
      const at = inside(place, name);
      const text = project.tree.text(at);
      const version = text === null ? undefined : cleaned(firstLine(text));
      if (version === undefined) continue;
      state(reading, "runtimeVersion", version, { at, rule: `version/${name}`, confidence: 0.95 });
      return true;
    }
    const found = fromTools(project, place, tools);
    if (!found) continue;
    state(reading, "runtimeVersion", found.version, { at: found.at, rule: "version/tools", confidence: 0.95 });
    return true;
  }
  return false;
}

/** The version of one of `tools` in `.tool-versions` or `mise.toml`. */
function fromTools(project: Project, place: string, tools: readonly string[]): { version: string; at: string } | null {
  const asdf = inside(place, ".tool-versions");
  for (const line of project.tree.text(asdf)?.split(/\r?\n/) ?? []) {
    const [tool, version] = line.replace(/#.*$/, "").trim().split(/\s+/);
    const clean = tool !== undefined && tools.includes(tool) ? cleaned(version) : undefined;
    if (clean !== undefined) return { version: clean, at: asdf };
  }
  for (const name of ["mise.toml", ".mise.toml"]) {
    const at = inside(place, name);
    const table = project.tree.has(at) ? project.toml(at)?.["tools"] : undefined;
    if (!isObject(table)) continue;
    for (const tool of tools) {
      const value = table[tool];
      const version = isObject(value) ? value["version"] : Array.isArray(value) ? value[0] : value;
      if (typeof version === "string" || typeof version === "number") return { version: String(version), at };
    }
  }
  return null;
}

function cleaned(version: string | undefined): string | undefined {
  if (version === undefined) return undefined;
  const bare = version
    .replace(/^(python|ruby|go|node|php|java|elixir|erlang|rust|deno|crystal)-?(?=\d)/i, "")
    .replace(/^v(?=\d)/, "");
  return bare === "" || bare === "system" ? undefined : bare;
}
