/** Files of settings that take values from variables: Spring, Quarkus, Micronaut, Ktor, other programs of the JVM, Symfony, viper. */
import { closing } from "../code.ts";
import { readExample } from "./example.ts";
import type { Manifest, See } from "./manifest.ts";
import { maskHashComments } from "../mask.ts";
import type { Need } from "../sighting.ts";
import { isStandIn } from "../values/stand-ins.ts";

export const settingsFiles: readonly Manifest[] = [
  {
    name: /(?:^|\/)(?:(?:application|bootstrap)(?:-prod(?:uction)?)?\.(?:properties|ya?ml|conf)|microprofile-config\.properties)$/,
    read(_project, path, text, see) {
      const written = maskHashComments(withoutDevelopment(text));
      const code = path.endsWith(".conf")
        ? written.replace(/(?<![:"\w])\/\/[^\n]*/g, (comment) => " ".repeat(comment.length))
        : written;
      for (const match of code.matchAll(/\$\{(\?)?([A-Z][A-Z0-9_]{2,})(:[^}]*)?\}/g)) {
        const before = lineBefore(code, match.index);
        const need = match[1] === undefined ? needOf(match[3], before) : needOfOptional(code, match.index, before);
        see(match[2]!, need, { offset: match.index });
      }
      // In lower case it is a property as often; what no file defines comes from the environment.
      for (const match of code.matchAll(/\$\{([a-z]+(?:_[a-z0-9]+)+)(:[^}]*)?\}/g))
        if (!new RegExp(`^[ \\t]*${match[1]!}\\s*[:=]`, "m").test(code))
          see(match[1]!, needOf(match[2]), { offset: match.index });
      // Ktor: `url: "$DB_URL:jdbc:h2:mem"`.
      for (const match of /\.ya?ml$/.test(path) ? code.matchAll(/["']\$([A-Z][A-Z0-9_]{2,})(:[^"'\n]*)?["']/g) : [])
        see(match[1]!, needOf(match[2]), { offset: match.index });
    },
  },
  {
    // Viper reads a committed file by such a name, and takes the environment before it.
    name: /^(?:app|config|default|dev)\.env$/,
    read(project, path, text, see) {
      if (!/spf13\/viper/.test(project.tree.text(path.replace(/[^/]+$/, "go.mod")) ?? "")) return;
      for (const { key, value, isCommentedOut } of readExample(path, text))
        if (!isCommentedOut && value !== "") see(key, "given", { offset: text.indexOf(key) });
    },
  },
  {
    // Uber's configuration of Go puts variables into its files: https://pkg.go.dev/go.uber.org/config, "Expand".
    name: /^configs?\/(?:base|config|app|application|default|prod|production)\.ya?ml$/,
    read(project, path, text, see) {
      const module = project.tree.text(path.replace(/[^/]+\/[^/]+$/, "go.mod")) ?? "";
      if (!module.includes("go.uber.org/config ")) return;
      for (const match of maskHashComments(text).matchAll(/(?<!\$)\$\{([A-Z][A-Z0-9_]{2,})(:[^}]*)?\}/g))
        see(match[1]!, match[2] === undefined ? "checked" : "default", { offset: match.index });
    },
  },
  {
    name: /^\.env\.schema$/,
    read: (_project, _path, text, see) => readVarlock(text, see),
  },
  {
    name: /^config\/(?:packages\/(?!debug|test|dev).*|services|parameters)\.(?:ya?ml|php)$/,
    read(project, path, text, see) {
      // A parameter of that name is what holds without the variable; of a database it only lets caches be warmed when it is empty.
      for (const match of text.matchAll(/^[ \t]+["']?env\(([A-Z][A-Z0-9_]+)\)["']?\s*:\s*(""|''|~|null)?/gm))
        if (match[2] === undefined || !/_(?:URL|DSN)$/.test(match[1]!))
          see(match[1]!, "given", { offset: match.index });
      const root = path.replace(/(?:^|\/)config\/.*$/, "");
      if (path.endsWith(".php") && !project.tree.has(`${root === "" ? "" : `${root}/`}config/bundles.php`)) return;
      const at = `${root === "" ? "" : `${root}/`}.env`;
      const committed = new Set(readExample(at, project.tree.text(at) ?? "").map(({ key }) => key));
      const code = path.endsWith(".php") ? text : maskHashComments(text);
      for (const match of code.matchAll(
        /%env\((?:\w*:)*([A-Z][A-Z0-9_]+)\)%|(?<![\w>$])env\(\s*["']([A-Z][A-Z0-9_]+)["']\s*\)/g,
      )) {
        const key = match[1] ?? match[2]!;
        const isDefault =
          match[0].includes("default:") || (committed.has(key) && /(?:^|_)(?:PREFIX|SUFFIX)$/.test(key));
        // Without any value of its own it is an error to ask for it.
        see(key, isDefault ? "default" : committed.has(key) ? "plain" : "checked", {
          offset: match.index,
        });
      }
    },
  },
];

/**
 * Varlock's schema says of each variable, in comments above it, whether it has to be there: `# @required @sensitive`. What is given there is
 * given; unless the head of the file says otherwise, what is empty is optional.
 * Source: https://varlock.dev/reference/item-decorators.
 */
function readVarlock(text: string, see: See): void {
  let isRequiredByDefault = false;
  let comments = "";
  let offset = 0;
  for (const line of text.split("\n")) {
    const [, key, value] = /^[ \t]*(?:export\s+)?([A-Z_][A-Z0-9_]*)[ \t]*=[ \t]*(.*)/.exec(line) ?? [];
    if (/^[ \t]*#/.test(line)) {
      // Up to a line of hyphens it is about the whole file.
      if (/^[ \t]*#\s*-{3,}\s*$/.test(line)) {
        isRequiredByDefault ||= /@defaultRequired\s*=\s*true\b/.test(comments);
        comments = "";
      } else comments += `${line}\n`;
    } else {
      if (key !== undefined) {
        const isEmpty = /^(?:""|'')?\s*(?:#.*)?$/.test(value!) || isForDevelopment(text.slice(offset));
        const said = /@required\b(=(?:false|forEnv\((?!prod)[^)]*\)))?/.exec(comments);
        const isRequired = said ? said[1] === undefined : isRequiredByDefault && !/@optional\b/.test(comments);
        see(key, !isEmpty ? "given" : isRequired ? "checked" : "declared", { offset: offset + line.indexOf(key) });
      }
      comments = "";
    }
    offset += line.length + 1;
  }
}

/** `KEY=if(eq($MODE, dev), "http://localhost", )`: only some occasions have a value. */
function isForDevelopment(line: string): boolean {
  const start = /^[^\n=]*=[ \t]*ifs?\(/.exec(line)?.[0].length;
  if (start === undefined) return false;
  const inside = line.slice(start, closing(line, start - 1));
  return /,\s*$|\bprod\w*["']?\s*\)\s*,\s*(?:""|'')/.test(inside);
}

/** By what stands behind the name: `${KEY}`, `${KEY:default}`. */
function needOf(behind: string | undefined, before = ""): Need {
  if (behind === ":" && addressOfStore.test(before)) return "checked";
  return behind === undefined || isStandIn(behind.slice(1)) ? "checked" : "default";
}

/** `key: ${?KEY}` of HOCON leaves the key as it is; where nothing else gives it a value it has none. */
function needOfOptional(code: string, offset: number, before: string): Need {
  const name = /^\s*([\w.-]+)\s*[:=]\s*$/.exec(before)?.[1];
  if (name === undefined || !/(?:secret|key|token|password)$/i.test(name)) return "default";
  const own = new RegExp(`(?:^|[\\s{,.])${name}\\s*[:=]\\s*(?!\\$\\{\\?)\\S`, "m");
  return own.test(code.slice(Math.max(0, offset - 6000), offset - before.length)) ? "default" : "plain";
}

/** Nobody connects to nowhere: an empty value in place of such an address is none. */
const addressOfStore =
  /(?:datasource\.(?:\w+\.)*(?:jdbc\.|reactive\.)?url|mongodb\.(?:uri|connection-string))\s*[:=]\s*["']?$/;

function lineBefore(code: string, offset: number): string {
  return code.slice(code.lastIndexOf("\n", offset - 1) + 1, offset);
}

/** Documents of YAML and lines of properties for profiles of development, blanked. */
export function withoutDevelopment(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  const lines = text.replace(/^%(?:dev|test)\..*$/gm, blank);
  if (!/^(?:#)?---/m.test(lines)) return lines;
  return lines
    .split(/(?<=\n)(?=#?---)/)
    .map((part) => (/\b(?:on-profile|profiles)\s*[:=]\s*["'[]*(?:dev|local|test)/.test(part) ? blank(part) : part))
    .join("");
}
