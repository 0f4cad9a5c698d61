/**
 * Sections of .NET's settings that classes are filled from, `Configure<JwtOptions>(configuration.GetSection("Jwt"))`: what a property
 * that may not be missing is called in the environment, `Jwt__Key`.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/configuration/options.
 */
import { closing } from "../code.ts";
import { maskSlashComments } from "../mask.ts";
import type { Sighting } from "../sighting.ts";

/** A section, by its name or by a constant of the class; the class stands before it or behind. */
const section = String.raw`\.Get(?:Required)?Section\(\s*(?:nameof\(\s*(\w+)\s*\)|(?:\w+\.)*?(\w+)\.(\w+)|"([\w:]+)")\s*\)`;
const filled = new RegExp(
  String.raw`\b(?:Configure|AddOptions(?:WithValidateOnStart)?)<(\w+)>\((?:\)[^;]{0,80}?\.Bind\()?\s*[\w.]*${section}|${section}\s*\.Get<(\w+)>`,
  "g",
);
const property =
  /((?:\[[^\]\n]*\]\s*){0,8})\bpublic\s+(required\s+)?(\w+)(\??)\s+(\w+)\s*\{\s*get;[^}]*\}[ \t]*(?:=\s*([^;\n]+);)?/g;
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
        return (one === undefined ? needsOf(texts, (configured ?? made)!, deepest) : [one]).map(
          (key): Sighting => ({
            key: `${above!.replaceAll(":", "__")}__${key}`,
            need: "checked",
            when: "run",
            offset: match.index,
            path,
            isSetting: true,
          }),
        );
      });
    });
  });
}

function readFilled(texts: ReadonlyMap<string, string>): Sighting[] {
  const codes = new Map<string, string>();
  for (const [path, text] of texts)
    if (/\bGet(?:Required)?Section\(/.test(text)) codes.set(path, maskSlashComments(text));
  const sightings: Sighting[] = [];
  for (const [path, code] of codes)
    for (const match of code.matchAll(filled)) {
      const [, before, named, owner, constant, written, namedToo, ownerToo, constantToo, writtenToo, behind] = match;
      const type = before ?? behind!;
      const name =
        written ??
        writtenToo ??
        named ??
        namedToo ??
        constantIn(bodyOf(texts, owner ?? ownerToo!), constant ?? constantToo!);
      if (name === undefined) continue;
      for (const key of needsOf(texts, type, deepest))
        sightings.push({
          key: `${name.replaceAll(":", "__")}__${key}`,
          need: "checked",
          when: "run",
          offset: match.index,
          path,
          isSetting: true,
        });
    }
  return sightings;
}

/** Names below the section of what a class cannot do without: texts, and the same of the classes it holds. */
function needsOf(texts: ReadonlyMap<string, string>, type: string, depth: number): string[] {
  const body = bodyOf(texts, type);
  return [...body.matchAll(property).take(mostProperties)].flatMap(
    ([, attributes, required, kind, optional, name, value]) => {
      const key = /ConfigurationKeyName\(\s*"(\w+)"/.exec(attributes!)?.[1] ?? name!;
      if (optional === "?" || (value !== undefined && !isNoValue.test(value.trim()) && !/^new\b/.test(value)))
        return [];
      if (/^[sS]tring$/.test(kind!)) return [key];
      if (required !== undefined || /\[Required\b/.test(attributes!))
        return /^(?:Uri|int|long)$/.test(kind!) ? [key] : [];
      return depth > 0 && /^[A-Z]/.test(kind!) && kind !== type
        ? needsOf(texts, kind!, depth - 1).map((inner) => `${key}__${inner}`)
        : [];
    },
  );
}

/** What stands between the braces of a class or record. */
function bodyOf(texts: ReadonlyMap<string, string>, type: string): string {
  const head = new RegExp(`\\b(?:class|record)\\s+${type}\\b[^{;]*\\{`);
  for (const text of texts.values()) {
    const match = text.includes(type) ? head.exec(text) : null;
    if (match) return text.slice(match.index, closing(text, match.index + match[0].length - 1));
  }
  return "";
}

function constantIn(body: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=>?\\s*"([\\w:]+)"`).exec(body)?.[1] ?? undefined;
}
