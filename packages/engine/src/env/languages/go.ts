/**
 * Structures of Go whose tags name variables: caarlos0/env, cleanenv, envconfig (both), go-flags. What a tag says of a default or of need
 * may stand before the name or behind it; structures inside others take over a prefix.
 */
import { partOfDatabase } from "./language-table.ts";
import type { Need, Sighting } from "../sighting.ts";

interface Field {
  owner: string;
  /** Type of the field, without pointers and packages. */
  type: string;
  name: string;
  tag: string;
  offset: number;
}

/** Ways to write what goes before the names inside a field's structure; the second needs a separator behind it. */
const prefixTag =
  /\b(?:envPrefix|env-prefix)\s*:\s*"(\w*)"|\benv-namespace\s*:\s*"(\w*)"|\benv\s*:\s*",[^"]*\bprefix=(\w*)/;
const nameTag = /\b(env|envconfig)\s*:\s*"([A-Za-z]\w*)([^"]*)"/;
const saysDefault = /\b(?:default|envDefault|env-default)\s*:\s*"(")?/;
const saysRequired = /\b(?:required|env-required)\s*:\s*"(?:true|yes|1)"/;
/** A command line or a file may give it as well. */
const hasOtherSource = /\b(?:long|yaml|json|toml|koanf)\s*:\s*"(?!-")/;
/** What these are without a value is as good as any. */
export const holdsNothing: RegExp = /^(?:bool|u?int\d*|float\d+|Duration|Level|\[\])/;

export function readGoTags(path: string, code: string): Sighting[] {
  if (!/`[^`\n]*\b(?:env|envconfig)\b|\benvconfig\.(?:Must)?Process\(\s*"/.test(code)) return [];
  const fields = fieldsOf(code);
  const prefixes = prefixesOf(fields);
  // kelseyhightower/envconfig: one prefix for all, and names made from the fields'.
  const shared = /\benvconfig\.(?:Must)?Process\(\s*"(\w*)"/.exec(code)?.[1];
  // caarlos0/env: the same, written out or in a constant.
  const [, ofAll = "", named] = /\benv\.Options\{[^}]*\bPrefix:\s*(?:"(\w*)"|(\w+))/.exec(code) ?? [];
  const optional = named === undefined ? ofAll : (new RegExp(`\\b${named}\\s*=\\s*"(\\w*)"`).exec(code)?.[1] ?? "");
  const sightings: Sighting[] = [];
  const isStrict = fields.some(({ tag }) => saysRequired.test(tag) || /"[^"]*,(?:required|notEmpty)\b/.test(tag));
  for (const { owner, type, name, tag, offset } of fields) {
    const [, , written, rest = ""] = nameTag.exec(tag) ?? [];
    const isNamedByField = written === undefined && shared !== undefined && saysRequired.test(tag);
    if (written === undefined ? !isNamedByField : !/^[A-Z][A-Z0-9_]*$/.test(written) && shared === undefined) continue;
    const own = written ?? (/\bsplit_words\s*:\s*"true"/.test(tag) ? inSnakeCase(name) : name);
    const given = saysDefault.exec(tag);
    const need: Need =
      given !== null || /,\s*default=/.test(rest)
        ? // An empty text in its place lets the settings be read, and is no database to connect to.
          given?.[1] !== undefined && partOfDatabase.test(written ?? "")
          ? "plain"
          : "default"
        : saysRequired.test(tag) || /,(?:required|notEmpty)\b/.test(rest)
          ? "checked"
          : isStrict || holdsNothing.test(type) || hasOtherSource.test(tag)
            ? "declared"
            : "plain";
    const before = shared === undefined || shared === "" ? "" : `${shared}_`;
    for (const prefix of prefixes.get(owner) ?? [""])
      sightings.push({
        key: shared === undefined ? `${optional}${prefix}${own}` : `${before}${prefix}${own}`.toUpperCase(),
        need,
        when: "run",
        offset,
        path,
        inSchema: true,
      });
  }
  return sightings;
}

/** `os.Getenv(prefix + "DB_HOST")`: the name that what it begins with makes of it at first, `prefix := ""`. */
export function readGoPrefixed(path: string, code: string): Sighting[] {
  return [...code.matchAll(/\bos\.Getenv\(\s*(\w+)\s*\+\s*"([A-Z]\w*)"\s*\)/g)].flatMap(
    ({ index, 1: before, 2: name }): Sighting[] => {
      const prefix = new RegExp(`\\b${before}\\s*(?:string\\s*)?:?=\\s*"(\\w*)"`).exec(code)?.[1];
      return prefix === undefined ? [] : [{ key: prefix + name!, need: "plain", when: "run", offset: index, path }];
    },
  );
}

/** Fields with a tag, each with the structure it stands in; a structure without a name of its own goes by its field's. */
function fieldsOf(code: string): Field[] {
  const fields: Field[] = [];
  const open: string[] = [];
  let offset = 0;
  for (const line of code.split("\n")) {
    const head = /^\s*(?:type\s+)?(\w+)\s+(?:\[\]|\*)*struct\s*\{/.exec(line);
    const tag = /`([^`]*)`/.exec(line)?.[1];
    if (head && !line.includes("}")) open.push(head[1]!);
    else if (/^\s*\}/.test(line) && open.length > 0) {
      const name = open.pop()!;
      if (tag !== undefined && open.length > 0) fields.push({ owner: open.at(-1)!, type: name, name, tag, offset });
    } else if (tag !== undefined) {
      const [, name, type] = /^\s*(\w+)(?:\s*,\s*\w+)*\s+([^\s`]+)/.exec(line) ?? [];
      const embedded = /^\s*\*?(?:\w+\.)?(\w+)\s*`/.exec(line)?.[1];
      fields.push({
        owner: open.at(-1) ?? "",
        type: (type ?? embedded ?? "").replace(/^\*?(?:\w+\.)?/, ""),
        name: name ?? embedded ?? "",
        tag,
        offset: offset + line.search(/\S/),
      });
    }
    offset += line.length + 1;
  }
  return fields;
}

/** What goes before the names in a structure, by the fields that hold it; a structure may be held more than once. */
function prefixesOf(fields: readonly Field[]): Map<string, string[]> {
  const held = fields.flatMap(({ owner, type, tag }) => {
    const [, whole, namespace, option] = prefixTag.exec(tag) ?? [];
    const prefix = whole ?? option ?? (namespace === undefined ? undefined : `${namespace.toUpperCase()}_`);
    return prefix === undefined ? [] : [{ owner, type, prefix }];
  });
  const prefixes = new Map<string, string[]>();
  for (const { owner, type, prefix } of held) {
    const above = prefixes.get(owner) ?? held.filter((one) => one.type === owner).map((one) => one.prefix);
    const all = above.length > 0 ? above.map((one) => one + prefix) : [prefix];
    prefixes.set(type, [...new Set([...(prefixes.get(type) ?? []), ...all])]);
  }
  return prefixes;
}

function inSnakeCase(name: string): string {
  return name.replaceAll(/([a-z\d])([A-Z])|([A-Z]+)([A-Z][a-z])/g, "$1$3_$2$4");
}
