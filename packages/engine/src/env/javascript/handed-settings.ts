/**
 * Settings that a script fills from variables and hands to others: `export const config = { mail: { key: process.env.MAIL_KEY } }`.
 * What the others ask of a setting (`if (config.mail.key)`) they ask of its variable.
 */
import { braceAround, type Span } from "../code.ts";
import type { Found } from "./links.ts";
import { type Script, type Use, useOf } from "./need.ts";
import type { Sighting } from "../sighting.ts";

export interface Setting {
  /** The variable it is filled from. */
  key: string;
  when: "build" | "run";
  /** Names inside one another, the last the setting's own; one alone of a flat object or of a constant. */
  path: readonly string[];
  /** The object or constant it is found in, where that has a name. */
  owner?: string;
}

/** How far before a setting its object may begin, with everything between. */
const farthest = 6000;
/** A name and a colon, and nothing behind them but what changes the type of a value. */
const field = /([A-Za-z_$][\w$]*)["']?\s*:\s*(?:[\w$.]*\(\s*|[!+]\s*)*$/;
/** Before an object that others are given; what a function is called with is its own affair. */
const isHanded = /(?:(?<![=!<>])=|=>\s*\(?|\breturn|\bdefault|\bfreeze\s*\()\s*$/;
const constant = /^(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]*)?=\s*(?:[\w$.]*\(\s*|[!+]\s*)*$/;

/** The settings `sightings`, of the script, are read for. */
export function settingsIn({ code }: Script, sightings: readonly Sighting[]): Setting[] {
  const isShared = /\bexport\b|\bexports\b/.test(code);
  return (isShared ? sightings : []).flatMap(({ key, when, offset, inSchema, need }) => {
    if (inSchema || /^(?:default|guarded|given|declared|tooling)$/.test(need)) return [];
    // A switch that is not set is off: `allow: toBoolean(process.env.ALLOW)`.
    if (/bool\w*\(\s*$/i.test(code.slice(Math.max(0, offset - 40), offset))) return [];
    const line = code.slice(code.lastIndexOf("\n", offset) + 1, offset);
    const owner = constant.exec(line)?.[1];
    if (owner !== undefined) return isHandedOn(code, line, owner) ? [{ key, when, path: [owner], owner }] : [];
    const path: string[] = [];
    let at = offset;
    for (let depth = 0; depth < 5; depth++) {
      const before = code.slice(Math.max(0, at - 120), at);
      const name = field.exec(before)?.[1];
      if (name === undefined)
        return path.length > 0 && isHanded.test(before) ? [{ key, when, path, ...ownerBefore(before) }] : [];
      path.unshift(name);
      at = braceAround(code, at, farthest);
      if (at < 0) return [];
    }
    return [];
  });
}

/** A constant is exported where it is made, or by its name. */
function isHandedOn(code: string, line: string, name: string): boolean {
  return (
    line.startsWith("export") ||
    new RegExp(`\\bexport(?:s\\s*=)?\\s*\\{[^}]*\\b${name.replaceAll("$", "\\$")}\\b`).test(code)
  );
}

/** The name of the object that begins behind `before`, if it has one. */
function ownerBefore(before: string): { owner?: string } {
  const name = /(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=\n]*)?=\s*(?:[\w$.]*freeze\s*\(\s*)?$/.exec(
    before,
  )?.[1];
  return name === undefined ? {} : { owner: name };
}

/** What settings are kept under where they are handed on without a name of their own. */
const usualOwner = /^(?:\w*(?:config|Config|CONFIG|settings|Settings|env|Env|ENV|environment|keys|secrets|conf))$/;
const isVariable = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Takes apart what it is given: `{ key, domain } = config.mail`, `import { key }`, `{ key } = require(`. */
const parts = /\{([^{}]*)\}\s*(?:=\s*((?:[\w$]+\.)*([\w$]+))\s*(?=[;\n(])|from\b)/g;
const part = /([A-Za-z_$][\w$]*)\s*(?:(?::|\bas\b)\s*([A-Za-z_$][\w$]*))?/g;

/** Names before a setting that it is kept in: `config.mail.`; what is kept in the result of a call is something else. */
const holders = /(?<![\w$.])(?:[\w$]+\??\.)*$/;

/** Where scripts use settings they are handed. */
export class HandedSettings {
  readonly #byTail = new Map<string, Setting>();
  readonly #uses: RegExp | undefined;
  readonly #signs: RegExp | undefined;

  constructor(settings: readonly Setting[]) {
    const shared = new Set<string>();
    for (const setting of settings) {
      const tail = setting.path.slice(-2).join(".");
      const known = this.#byTail.get(tail);
      if (known && known.key !== setting.key) shared.add(tail);
      this.#byTail.set(tail, setting);
    }
    for (const tail of shared) this.#byTail.delete(tail);
    const spelled = (name: string): string => name.replaceAll("$", "\\$").replace(".", String.raw`\??\.`);
    const tails = [...this.#byTail.keys()].map(spelled);
    if (tails.length === 0) return;
    const parents = [...this.#byTail.values()].flatMap(({ path }) => path.at(-2) ?? []).map(spelled);
    this.#uses = new RegExp(String.raw`(?<![\w$])(?:${tails.join("|")})(?![\w$]|\s*:)`, "g");
    this.#signs = new RegExp(String.raw`\b(?:${[...tails, ...new Set(parents)].join("|")})(?![\w$]|\s*:)`);
  }

  /** Whether the text may use one of them, not yet masked. */
  mayUse(text: string): boolean {
    return this.#signs?.test(text) === true;
  }

  /** Settings by where they stand in the code. */
  usesIn({ code }: Script): { setting: Setting; span: Span }[] {
    return [...code.matchAll(this.#uses!)].flatMap(({ 0: tail, index }) => {
      const setting = this.#byTail.get(tail.replace("?.", "."))!;
      const before = holders.exec(code.slice(Math.max(0, index - 80), index))?.[0];
      if (before === undefined || !isPartOf(setting, before)) return [];
      return [{ setting, span: { start: index - before.length, end: index + tail.length } }];
    });
  }

  /** Names that hold a setting from an offset on. */
  namesIn({ code }: Script): { setting: Setting; name: string; from: number }[] {
    return [...code.matchAll(parts)].flatMap((match) => {
      const [whole, names, , holder = ""] = match;
      return [...names!.matchAll(part)].flatMap(([, own, name]) => {
        const setting = this.#byTail.get(`${holder}.${own}`) ?? this.#byTail.get(own!);
        const isHeld =
          setting && (isConstant(setting) ? /^(?:require)?$/.test(holder) : isPartOf(setting, `${holder}.`));
        return setting && isHeld ? [{ setting, name: name ?? own!, from: match.index + whole.length }] : [];
      });
    });
  }
}

function isConstant({ path, owner }: Setting): boolean {
  return owner === path[0];
}

/** Whether what stands before a setting is what it is kept in. */
function isPartOf(setting: Setting, before: string): boolean {
  if (setting.path.length > 1) return true;
  const holder = /([\w$]+)\??\.$/.exec(before)?.[1];
  if (holder === undefined || isConstant(setting)) return false;
  return holder === setting.owner || usualOwner.test(holder) || isVariable.test(setting.path[0]!);
}

/** Uses of settings in the script, as uses of their variables. `follow` adds those of a name that holds one. */
export function findHanded(script: Script, handed: HandedSettings, follow: (held: Held) => Found[]): Found[] {
  const found: Found[] = [];
  for (const { setting, span } of handed.usesIn(script)) {
    const { key, when } = setting;
    const use = useOf(script, span);
    found.push({ key, when, use, offset: span.start });
    if (use.boundTo !== undefined) found.push(...follow({ key, when, name: use.boundTo, from: span.end, of: use }));
  }
  for (const { setting, name, from } of handed.namesIn(script))
    found.push(...follow({ key: setting.key, when: setting.when, name, from }));
  return found;
}

/** A name that holds a variable from an offset on; `of` is the use that gave it the name. */
export interface Held {
  key: string;
  when: "build" | "run";
  name: string;
  from: number;
  of?: Use;
}
