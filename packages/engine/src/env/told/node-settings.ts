/** Variables that settings of JavaScript projects name: package `config`, wrangler, the Serverless Framework, Nuxt. */
import { search } from "../../detect/languages/files.ts";
import { inside, isObject, type Json, type JsonObject, type Project } from "../../detect/reading.ts";
import { closing, endOfExpression, skipSpace } from "../code.ts";
import { isPlaceholder } from "./example.ts";
import type { Manifest, See } from "./manifest.ts";
import { maskHashComments, maskJavaScript } from "../mask.ts";

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const ofNode: readonly Manifest[] = [
  {
    name: /^wrangler\.(?:toml|jsonc?)$/,
    read(project, path, text, see) {
      const document = path.endsWith("toml") ? project.toml(path) : project.json(path);
      for (const key of bindingsIn(document)) see(key, "given", { offset: text.indexOf(key), isBinding: true });
      const vars = document?.["vars"];
      if (!isObject(vars)) return;
      for (const [key, value] of Object.entries(vars)) {
        see(key, typeof value === "string" && isPlaceholder(value) ? "plain" : "given", {
          offset: text.indexOf(key),
        });
      }
    },
  },
  {
    name: /^serverless\.ya?ml$/,
    read(_project, _path, text, see) {
      // Handed to functions: `KEY: ${env:OTHER}` as whoever deploys has it, with a value of its own behind a comma; else the project's own.
      for (const match of maskHashComments(text).matchAll(/^[ \t]+([A-Z][A-Z0-9_]+):[ \t]*([^\n]*)$/gm)) {
        const taken = /\$\{env:([A-Za-z_]\w*)\s*([,}])/.exec(match[2]!);
        if (taken) see(taken[1]!, taken[2] === "," ? "default" : "checked", { offset: match.index });
        else see(match[1]!, "given", { offset: match.index });
      }
    },
  },
  { name: /^config\/custom-environment-variables\.(?:json5?|ya?ml)$/, read: readNodeConfig },
  { name: /^config\/custom-environment-variables\.[cm]?[jt]s$/, read: readNodeConfigScript },
  { name: /^nuxt\.config\.[cm]?[jt]s$/, read: readNuxtConfig },
];

/**
 * Package `config`: which variables replace which of its settings; those default.* gives a value can be left out.
 * Source: https://github.com/node-config/node-config/wiki/Environment-Variables
 */
function readNodeConfig(project: Project, path: string, text: string, see: See): void {
  const read = (at: string): Json | undefined =>
    (/\.ya?ml$/.test(at) ? project.yaml(at)?.[0] : project.json(at)) ?? undefined;
  const settings = ["default", "production"].flatMap((name) =>
    ["json", "json5", "yml", "yaml"].flatMap((ending) => {
      const at = path.replace(/custom-environment-variables\.\w+$/, `${name}.${ending}`);
      return project.tree.has(at) ? [read(at)] : [];
    }),
  );
  const asked = settingsAskedFor(project, path);
  walk(read(path), settings, "");

  function walk(names: Json | undefined, values: (Json | undefined)[], own: string): void {
    const name = isObject(names) && typeof names["__name"] === "string" ? names["__name"] : names;
    if (typeof name === "string" && variable.test(name))
      see(
        name,
        values.some((value) => value !== undefined && value !== null && value !== "")
          ? "default"
          : asked.has(own) && values.every((value) => value === undefined)
            ? "checked"
            : "plain",
        { offset: text.indexOf(name) },
      );
    else if (isObject(name))
      for (const [key, inner] of Object.entries(name))
        walk(
          inner,
          values.map((value) => (isObject(value) ? value[key] : undefined)),
          key,
        );
  }
}

/** The same written as a module: a setting counts as having a value when default.* gives it anything but an empty text. */
function readNodeConfigScript(project: Project, path: string, text: string, see: See): void {
  const values = ["default", "production"]
    .flatMap((name) => ["ts", "js", "cjs", "mjs"].map((ending) => path.replace(/custom-.*$/, `${name}.${ending}`)))
    .map((at) => (project.tree.has(at) ? (project.tree.text(at) ?? "") : ""))
    .join("\n");
  const asked = settingsAskedFor(project, path);
  for (const match of text.matchAll(/([A-Za-z_$][\w$]*)["']?\s*:\s*["'`]([A-Z][A-Z0-9_]*)["'`]/g)) {
    const isGiven = new RegExp(`\\b${match[1]!.replaceAll("$", "\\$")}["']?\\s*:\\s*(?!""|''|\`\`)\\S`).test(values);
    see(match[2]!, isGiven ? "default" : asked.has(match[1]!) ? "checked" : "plain", { offset: match.index });
  }
}

/** Last names of the settings that `config.get("a.b")` asks for, which throws for those without a value. */
function settingsAskedFor(project: Project, path: string): Set<string> {
  const root = path.includes("/config/") ? path.slice(0, path.lastIndexOf("/config/")) : ".";
  const folder = project.tree.hasDirectory(inside(root, "src")) ? inside(root, "src") : root;
  const sources = search(project.tree, folder, {
    depth: 5,
    limit: 200,
    matches: (name) => /\.[cm]?[jt]sx?$/.test(name),
  });
  return new Set(
    sources.flatMap((at) =>
      [...(project.tree.text(at) ?? "").matchAll(/\bconfig\.get(?:<[^>]*>)?\(\s*["'`]([\w.]+)["'`]\s*\)/g)].map(
        ([, name]) => name!.slice(name!.lastIndexOf(".") + 1),
      ),
    ),
  );
}

/** Names under which a Worker is given its stores, queues and other programs, wherever its settings say so. */
function bindingsIn(settings: Json | undefined): string[] {
  if (Array.isArray(settings)) return settings.flatMap(bindingsIn);
  if (!isObject(settings ?? null)) return [];
  const { binding, name, class_name: ofClass, ...rest } = settings as JsonObject;
  const own = typeof binding === "string" ? binding : ofClass === undefined ? undefined : name;
  return [...(typeof own === "string" ? [own] : []), ...Object.values(rest).flatMap(bindingsIn)];
}

/**
 * Nuxt's runtimeConfig: an entry with an empty value is filled from NUXT_<NAME> when the server starts.
 * Source: https://nuxt.com/docs/guide/going-further/runtime-config
 */
function readNuxtConfig(_project: Project, _path: string, text: string, see: See): void {
  const code = maskJavaScript(text);
  const found = /\bruntimeConfig\s*:\s*\{/.exec(code);
  if (!found) return;
  walk(found.index + found[0].length - 1, "NUXT");

  function walk(open: number, prefix: string): void {
    const end = closing(code, open);
    let at = open + 1;
    while (at < end) {
      const field = /^[\s,]*["']?([A-Za-z_$][\w$]*)["']?\s*:/.exec(code.slice(at, Math.min(end, at + 200)));
      if (!field) {
        // A spread, or a name that is a variable's.
        at = endOfExpression(code, skipSpace(code, at)) + 1;
        continue;
      }
      const start = skipSpace(code, at + field[0].length);
      const stop = Math.min(end, endOfExpression(code, start));
      const key = `${prefix}_${field[1]!.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toUpperCase()}`;
      if (code[start] === "{") walk(start, key);
      else if (/^(?:""|''|``)$/.test(text.slice(start, stop).trim())) see(key, "quieted", { offset: start });
      at = stop + 1;
    }
  }
}
