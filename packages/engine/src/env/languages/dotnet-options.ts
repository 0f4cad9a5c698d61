/**
 * Sections of .NET's settings that classes are filled from, `Configure<JwtOptions>(configuration.GetSection("Jwt"))`: what a property
 * that may not be missing is called in the environment, `Jwt__Key`.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/configuration/options.
 */
import { closing } from "../code.ts";
import { maskSlashComments } from "../mask.ts";
import type { Sighting } from "../sighting.ts";

/** What a section is called: in words, or by a constant, of the class or of the one it stands in. */
const called = String.raw`\(\s*(?:nameof\(\s*(\w+)\s*\)|(?:\w+\.)*?(?:(\w+)\.)?([A-Z]\w*)|"([\w:]+)")\s*\)`;
const section = String.raw`\.Get(?:Required)?Section${called}`;
/** The class stands before the section. */
const filledBefore = new RegExp(
  String.raw`\b(?:Configure|AddOptions(?:WithValidateOnStart)?)<(\w+)>\((?:\)[^;]{0,80}?\.Bind\()?\s*[\w.]*${section}`,
  "g",
);
const filledBehind = new RegExp(String.raw`${section}\s*\.Get<(\w+)>`, "g");
/** Nobody looks whether such a class is whole, unless it is asked for. */
const bound = new RegExp(
  String.raw`\bAddOptions(?:WithValidateOnStart)?<(\w+)>\(\s*\)[^;]{0,200}?\.BindConfiguration${called}(?=[^;]{0,300}\.Validate)`,
  "g",
);
/** What is filled was made before. */
const boundObject = new RegExp(
  String.raw`${section}\s*\.Bind\(\s*(\w+)\s*\)|[cC]onfig\w{0,40}\.Bind\(\s*"([\w:]+)"\s*,\s*(\w+)\s*\)`,
  "g",
);
/** A function of the project's own that is given the class and the section: `GetOptions<T>(this IConfiguration configuration, string name)`. */
const ownFilling =
  /\b(\w{1,60})<\w{1,40}>\(\s*(?:this\s+[\w.]{1,80}\s+\w{1,60}\s*,\s*)?string\s+(\w{1,60})[^(){};]{0,200}\)[^(){};=]{0,200}(?:\([^(){};]{0,20}\)\s*)?(?:\{|=>)/g;
const property =
  /((?:\[[^\]\n]*\]\s*){0,8})\bpublic\s+(required\s+)?(\w+)(\??)\s+(\w+)\s*\{\s*get;[^}]*\}[ \t]*(?:=\s*([^;\n]+);)?/g;
/** A number that nought is no value of, as it is of no id. */
const aboveNought = /\[\s*Range\(\s*[1-9]/;
const isNoValue = /^(?:null!|default!|string\.Empty|String\.Empty|"")$/;
/** Classes inside classes, and so many properties of each. */
const deepest = 3;
const mostProperties = 40;

/** `var jwt = configuration.GetSection("Jwt")`, and what is then asked of it: `jwt["Key"]`, `Configure<JwtOptions>(jwt)`. */
const namedSection =
  /\b(?:var|IConfigurationSection)\s+(\w+)\s*=\s*[\w.]*\.Get(?:Required)?Section\(\s*"([\w:]+)"\s*\)\s*;/g;

/** `texts` are the files of the program. */
export function readDotnetOptions(texts: ReadonlyMap<string, string>): Sighting[] {
  return [...readFilled(texts), ...readNamed(texts)];
}

function readNamed(texts: ReadonlyMap<string, string>): Sighting[] {
  return [...texts].flatMap(([path, text]) => {
    const code = /\bGet(?:Required)?Section\(/.test(text) ? maskSlashComments(text) : "";
    return [...code.matchAll(namedSection)].flatMap(([, name, above]) => {
      const asked = new RegExp(
        `\\b${name}(?:\\[\\s*"(\\w+)"\\s*\\]|\\.GetValue<string>\\(\\s*"(\\w+)"\\s*\\))(?!\\s*(?:\\?\\?(?!\\s*throw)|==|!=|\\?\\.))|(?:\\bConfigure<(\\w+)>\\(\\s*${name}\\s*\\)|\\b${name}\\.Get<(\\w+)>)`,
        "g",
      );
      return [...code.matchAll(asked)].flatMap((match) => {
        const [, own, value, configured, made] = match;
        const one = own ?? value;
        const needs = one === undefined ? needsOf(texts, (configured ?? made)!, deepest) : [{ key: one }];
        return needs.map((need) => sightingOf(need, { section: above!, path, offset: match.index }));
      });
    });
  });
}

function readFilled(texts: ReadonlyMap<string, string>): Sighting[] {
  const codes = new Map<string, string>();
  for (const [path, text] of texts)
    if (/\bGet(?:Required)?Section\(|\bBind(?:Configuration)?\(/.test(text)) codes.set(path, maskSlashComments(text));
  const own = new Set([...codes.values()].flatMap(ownFillings));
  const ownCalls = own.size > 0 ? new RegExp(String.raw`\b(?:${[...own].join("|")})<(\w+)>${called}`, "g") : null;
  for (const [path, text] of ownCalls ? texts : []) if (!codes.has(path)) codes.set(path, maskSlashComments(text));
  const sightings: Sighting[] = [];
  for (const [path, code] of codes) {
    const typeOf = objectsOf(code);
    const before = [filledBefore, bound, ...(ownCalls ? [ownCalls] : [])].flatMap((pattern) =>
      [...code.matchAll(pattern)].map(({ index, 1: type, 2: named, 3: owner, 4: constant, 5: written }) => ({
        index,
        type: type!,
        name: written ?? named ?? constantOf(texts, code, owner, constant),
      })),
    );
    const behind = [...code.matchAll(filledBehind)].map(
      ({ index, 1: named, 2: owner, 3: constant, 4: written, 5: type }) => ({
        index,
        type: type!,
        name: written ?? named ?? constantOf(texts, code, owner, constant),
      }),
    );
    const made = [...code.matchAll(boundObject)].flatMap((match) => {
      const [, named, owner, constant, written, object, direct, other] = match;
      const type = typeOf.get((object ?? other)!);
      const name = direct ?? written ?? named ?? constantOf(texts, code, owner, constant);
      return type === undefined ? [] : [{ index: match.index, type, name }];
    });
    for (const { index, type, name } of [...before, ...behind, ...made])
      if (name !== undefined)
        for (const need of needsOf(texts, type, deepest))
          sightings.push(sightingOf(need, { section: name, path, offset: index }));
  }
  return sightings;
}

/** The classes of objects that are made in `code`, by their names, `var mail = new Mail()`, `Mail mail = new()`, or handed to what configures them. */
function objectsOf(code: string): Map<string, string> {
  const made = code.matchAll(/\b(\w{1,80})\s+(\w{1,80})\s*=\s*new\b\s*(\w{0,80})/g);
  const handed = code.matchAll(/\bConfigure\(\s*(\w{1,80})\s+(\w{1,80})\s*\)/g);
  return new Map([
    ...[...made].map(([, before, name, behind]): [string, string] => [name!, behind === "" ? before! : behind!]),
    ...[...handed].map(([, type, name]): [string, string] => [name!, type!]),
  ]);
}

/** Names of functions that fill a class they are given from a section they are given. */
function ownFillings(code: string): string[] {
  return [...code.matchAll(ownFilling)].flatMap((match) => {
    const [head, name, parameter] = match;
    const body = code.slice(match.index + head.length, match.index + head.length + 400);
    return new RegExp(`\\.Get(?:Required)?Section\\(\\s*${parameter}\\s*\\)`).test(body) ? [name!] : [];
  });
}

interface Property {
  key: string;
  /** It may not be empty either. */
  isStrict?: boolean;
}

function sightingOf(
  { key, isStrict }: Property,
  { section: above, path, offset }: { section: string; path: string; offset: number },
): Sighting {
  return {
    key: `${above.replaceAll(":", "__")}__${key}`,
    need: "checked",
    when: "run",
    offset,
    path,
    isSetting: true,
    ...(isStrict ? { isInsisted: true } : {}),
  };
}

/** Names below the section of what a class cannot do without: texts, and the same of the classes it holds. */
function needsOf(texts: ReadonlyMap<string, string>, type: string, depth: number): Property[] {
  const properties = [...bodyOf(texts, type).matchAll(property).take(mostProperties)];
  const used = new Set(properties.map((match) => match[5]!).filter((name) => isUsed(texts, name)));
  return properties.flatMap(([, attributes, required, kind, optional, name, value]) => {
    const key = /ConfigurationKeyName\(\s*"(\w+)"/.exec(attributes!)?.[1] ?? name!;
    const isNought = /^u?(?:int|long)$/.test(kind!) && optional === "" && /^0?$/.test(value?.trim() ?? "");
    if (isNought && (aboveNought.test(attributes!) || name!.endsWith("Id"))) return [{ key }];
    const isOptional = optional === "?" && !isClaimed(texts, name!);
    if (isOptional || (value !== undefined && !isNoValue.test(value.trim()) && !/^new\b/.test(value))) return [];
    const isValidated = /\[Required\b/.test(attributes!);
    if (used.size > 0 && !used.has(name!) && !isValidated) return [];
    const isStrict = required !== undefined || isValidated;
    // An empty text is a value that its author is content with, unless it must not be empty.
    if (/^[sS]tring$/.test(kind!)) return [{ key, isStrict }];
    if (isStrict) return /^(?:Uri|int|long)$/.test(kind!) ? [{ key, isStrict }] : [];
    return depth > 0 && /^[A-Z]/.test(kind!) && kind !== type
      ? needsOf(texts, kind!, depth - 1).map((inner) => ({ ...inner, key: `${key}__${inner.key}` }))
      : [];
  });
}

/** What nobody asks a class for, who asks it for others, may be missing. */
function isUsed(texts: ReadonlyMap<string, string>, name: string): boolean {
  return texts.values().some((text) => text.includes(`.${name}`));
}

/** `options.SecretKey!`: it may be missing by its type, and whoever uses it says that it is there. */
function isClaimed(texts: ReadonlyMap<string, string>, name: string): boolean {
  const claim = new RegExp(`\\.${name}!(?!=)`);
  return texts.values().some((text) => text.includes(`.${name}!`) && claim.test(text));
}

/** What stands between the braces of a class or record. */
function bodyOf(texts: ReadonlyMap<string, string>, type: string): string {
  let classes = known.get(texts);
  if (!classes) known.set(texts, (classes = classesIn(texts)));
  const found = classes.get(type);
  return found === undefined ? "" : found.text.slice(found.start, closing(found.text, found.open));
}

interface Class {
  text: string;
  start: number;
  open: number;
}

/** Looked for once, however many are asked for. */
const known = new WeakMap<ReadonlyMap<string, string>, Map<string, Class>>();

function classesIn(texts: ReadonlyMap<string, string>): Map<string, Class> {
  const classes = new Map<string, Class>();
  for (const text of texts.values())
    for (const { 0: head, 1: type, index: start } of text.matchAll(/\b(?:class|record)\s+(\w+)\b[^{;]{0,500}\{/g))
      if (!classes.has(type!)) classes.set(type!, { text, start, open: start + head.length - 1 });
  return classes;
}

/** What the constant `name` of the class `owner` holds, or of the classes in `code`. */
function constantOf(
  texts: ReadonlyMap<string, string>,
  code: string,
  owner?: string,
  name?: string,
): string | undefined {
  const body = owner === undefined ? code : bodyOf(texts, owner);
  return new RegExp(`\\b${name}\\s*=>?\\s*"([\\w:]+)"`).exec(body)?.[1];
}
