/** What is read for one of several ways, or behind a switch, is needed only by whoever takes that way, or switches it on. */
import {
  blockAfter,
  braceAround,
  closing,
  endOfExpression,
  endOfTernaryBranch,
  skipSpaceBack,
  type Span,
} from "../code.ts";
import { blocksOf } from "./names-in.ts";
import type { Script } from "./need.ts";
import type { Placed } from "./placed.ts";
import type { Sighting } from "../sighting.ts";

/** `switch (provider) { case "s3": … }`. What a program chooses among: a word that ends what is asked. */
export const chosen: RegExp =
  /(?:platform|provider|driver|adapter|channel|network|engine|backend|vendor|service|storage|store|transport|gateway|strategy|mailer|connector)(?:s|_?(?:type|TYPE))?["'`]?\s*(?:\)|\.to(?:Lower|Upper)Case\(\))*$/i;

/** Takes back what sightings of the script say of variables read in one case of several. */
export function settleCases({ code, text }: Script, placed: Placed<Sighting>): void {
  if (!code.includes("switch")) return;
  for (const match of code.matchAll(/\bswitch\s*\(/g)) {
    const open = match.index + match[0].length - 1;
    const end = closing(code, open);
    const asked = text.slice(open + 1, end).replace(/\s*(?:\?\?|\|\|)[^?|]*$/, "");
    if (!chosen.test(asked)) continue;
    const key = /(?:env\.|["'`])([A-Z][A-Z0-9_]+)\b[^.]*$/.exec(asked)?.[1];
    for (const { labels, span } of casesIn({ code, text }, code.indexOf("{", end)))
      for (const sighting of placed.within(span)) {
        if (key === undefined && /^(?:checked|asserted|plain|quieted)$/.test(sighting.need)) {
          sighting.need = "guarded";
          sighting.asksFeature = true;
        } else if (key !== undefined) sighting.onlyFor = { key, values: labels, isValue: true, isOneOfSeveral: true };
      }
  }
}

/** The cases with a text of the block that opens at `open`; those with nothing of their own go on into the next. */
function casesIn({ code, text }: Omit<Script, "path">, open: number): { labels: string[]; span: Span }[] {
  if (open < 0) return [];
  const end = closing(code, open);
  const heads = [...code.slice(open, end).matchAll(/\b(?:case\s+(?=["'`])|default\s*:)/g)].map(
    ({ index }) => open + index,
  );
  let labels: string[] = [];
  return heads.flatMap((start, at) => {
    const span = { start, end: heads[at + 1] ?? end };
    const head = /^case\s+["'`]([^"'`\n]*)["'`]\s*:\s*/.exec(text.slice(start, span.end));
    if (!head) labels = [];
    else labels.push(head[1]!);
    if (!head || head[0].length === span.end - start) return [];
    const found = { labels, span };
    labels = [];
    return [found];
  });
}

/** `const all = { mysql: { … }, sqlite: { … } }` and `all[client]`, where a variable says which: of the others nothing is read. */
export function settleEntries({ code, text }: Script, placed: Placed<Sighting>): void {
  const choices = firstOf(text, choiceOfVariable, ([, , key, otherwise]) => ({ key: key!, otherwise }));
  if (choices.size === 0) return;
  const objects = firstOf(code, objectWithName, ({ index, 0: head }) => index + head.length - 1);
  for (const [, name, chooser] of code.matchAll(lookup)) {
    const [open, choice] = [objects.get(name!), choices.get(chooser!)];
    if (open === undefined || choice === undefined) continue;
    objects.delete(name!); // Once is enough, however often it is looked up in.
    const { key, otherwise } = choice;
    for (const { label, span } of entriesIn({ code, text }, open))
      for (const sighting of placed.within(span))
        sighting.onlyFor = {
          key,
          values: [label],
          isValue: true,
          isOneOfSeveral: true,
          ...(otherwise === undefined ? {} : { otherwise }),
        };
  }
}

const lookup = /(?<![\w$])(?<!(?<!\.)\.)([A-Za-z_$][\w$]*)\[\s*([A-Za-z_$][\w$]*)\s*\]/g;
const objectWithName = /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=\n]*)?=\s*\{/g;
const choiceOfVariable =
  /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=\n]*)?=\s*(?:process\.env\.|[\w$.]*\(\s*["'`])([A-Z][A-Z0-9_]+)["'`]?\s*(?:(?:,|\|\||\?\?)\s*["'`]([\w-]+)["'`])?/g;

/** By the name that the pattern takes first: what is made of the first place that has it. */
function firstOf<T>(code: string, pattern: RegExp, made: (match: RegExpExecArray) => T): Map<string, T> {
  const found = new Map<string, T>();
  for (const match of code.matchAll(pattern)) if (!found.has(match[1]!)) found.set(match[1]!, made(match));
  return found;
}

/** The objects in the object that opens at `open`, by their names. */
function entriesIn({ code, text }: Omit<Script, "path">, open: number): { label: string; span: Span }[] {
  const end = closing(code, open);
  const found: { label: string; span: Span }[] = [];
  const entry = /["']?([A-Za-z_$][\w$-]*)["']?\s*:\s*\{/g;
  entry.lastIndex = open + 1;
  for (let match = entry.exec(text); match && match.index < end; match = entry.exec(text)) {
    const start = match.index + match[0].length - 1;
    const span = { start, end: closing(code, start) };
    found.push({ label: match[1]!, span });
    entry.lastIndex = span.end;
  }
  return found;
}

/** `const isOn = process.env.MAIL_ENABLED === "true"; if (isOn) { … }`, or `if (!isOn) return;` and what follows. */
export function settleNamedSwitches(script: Script, placed: Placed<Sighting>): void {
  const { code, text } = script;
  let asked: Map<string, Asked[]> | undefined;
  for (const match of code.matchAll(
    /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::\s*boolean\s*)?=\s*(?:process\.env|import\.meta\.env|Bun\.env)\.([A-Z][A-Z0-9_]+)\s*===?\s*(?=["'`])/g,
  )) {
    const [whole, name, key] = match;
    const value = /^["'`](true|1|yes|on|enabled)["'`]/.exec(text.slice(match.index + whole.length))?.[1];
    if (value === undefined) continue;
    asked ??= askedIn(code);
    for (const { isNegated, end } of asked.get(name!) ?? []) {
      const block = blockAfter(code, end);
      if (isNegated && !/\breturn\b[^;{}]*;?\s*$/.test(code.slice(block.start, block.end))) continue;
      const span = isNegated ? { start: block.end, end: blocksOf(script).endAt(block.end + 1) } : block;
      for (const sighting of placed.within(span)) sighting.onlyFor = { key: key!, values: [value], isValue: true };
    }
  }
}

/** A condition that is one name, or its opposite, by that name. */
interface Asked {
  name: string;
  isNegated: boolean;
  /** Behind its parenthesis. */
  end: number;
}

function askedIn(code: string): Map<string, Asked[]> {
  const found = [...code.matchAll(/\bif\s*\(\s*(!?)\s*((?:import\.meta\.env\.)?[A-Za-z_$][\w$]*)\s*\)/g)];
  return Map.groupBy(
    found.map(({ 0: whole, 1: not, 2: name, index }) => ({
      name: name!,
      isNegated: not === "!",
      end: index + whole.length,
    })),
    ({ name }) => name,
  );
}

/** `const live = process.env.NODE_ENV === "production"; … live ? A : B`, `if (!live) { … }`: B is a matter of development. */
export function developmentBranches({ code, text }: Script): Span[] {
  const spans: Span[] = [];
  const named = /\bconst (\w+) = process\.env\.NODE_ENV ([!=])==? ["'](production|prod|development|dev)["'];?$/gm;
  const modes = [...text.matchAll(named)].map(
    ([, name, operator, mode]) => [name!, mode!.startsWith("prod") === (operator === "=")] as const,
  );
  // Vite's own, which it takes the whole branch away for.
  for (const [mode, isLive] of [["DEV", false] as const, ["PROD", true] as const]) {
    if (!code.includes(`import.meta.env.${mode}`)) continue;
    modes.push([`import.meta.env.${mode}`, isLive]);
    for (const [, name] of code.matchAll(new RegExp(`\\bconst (\\w+) = import\\.meta\\.env\\.${mode};?$`, "gm")))
      modes.push([name!, isLive]);
  }
  if (modes.length === 0) return spans;
  const isLiveBy = new Map(modes);
  for (const { index, 0: asked, 1: name } of code.matchAll(
    /(?<![\w.$!])((?:import\.meta\.env\.)?[A-Za-z_]\w*)\s*\?(?![.?])/g,
  )) {
    const isLive = isLiveBy.get(name!);
    if (isLive === undefined) continue;
    const start = index + asked.length;
    const middle = endOfTernaryBranch(code, start);
    spans.push(isLive ? { start: middle, end: endOfExpression(code, middle + 1) } : { start, end: middle });
  }
  const asked = askedIn(code);
  for (const [name, isLive] of isLiveBy)
    for (const { isNegated, end } of asked.get(name) ?? []) if (isNegated === isLive) spans.push(blockAfter(code, end));
  return spans;
}

/** `{ development: { … }, production: { … } }` (Knex, Sequelize): of these what is deployed reads the last. */
export function developmentSettings({ code }: Script): Span[] {
  if (!/\bproduction["']?\s*:\s*\{/.test(code)) return [];
  return [...code.matchAll(/\b(?:development|test|testing|local)\s*:\s*(?=\{)/g)].map((match) =>
    blockAfter(code, match.index + match[0].length),
  );
}

/** Blocks a setting of the project switches on: `if (config.dashboard.enabled) { … }`. */
export function switchedBlocks({ code }: Script): Span[] {
  if (!/enabled/i.test(code)) return [];
  return [...code.matchAll(/\bif\s*\(\s*(?:[\w$]+\??\.)+(?:isE|e|E)(?:nabled|NABLED)\s*\)/g)].map((match) =>
    blockAfter(code, match.index + match[0].length),
  );
}

/** `isMailConfigured() { … }`, `const hasStripe = …`: what answers whether a feature is set up. */
export function featureQuestions({ code }: Script): Span[] {
  if (!/(?:Configured|Enabled|Available)\b/.test(code)) return [];
  const heads =
    /(?<![\w$.])(?:is|has|can|are)\w{0,40}(?:Configured|Enabled|Available)\s*(?:(?::\s*\w+\s*)?=(?![=>])|\([^()]*\)\s*(?::\s*[\w<>\s]+)?(?=\{))/g;
  return [...code.matchAll(heads)].map((match) => {
    const head = blockAfter(code, match.index + match[0].length);
    // `const isOn = () => { … }`: the block is what is asked.
    return { start: match.index, end: head.end };
  });
}

/** `catch { return null; }`: without it there is nothing, and that is an answer. A short one asks for the value alone. */
const forgives = { catch: /^\{\s*return\s*(?:(?:null|undefined|false|\[\]|""|'')\s*)?;?\s*\}$/, longest: 400 };
/** `catch { console.warn("Missing keys of …"); }`: a part is left out that has not been set up. */
const goesWithout = {
  catch:
    /^\{\s*(?:console|log|logger)\.\w+\([^;{}]*(?:missing|not (?:set|configured|provided)|disabled|skipp)[^;{}]*\)\s*(?:;\s*)?\}$/i,
  longest: 4000,
};

/** Blocks whose failure is no failure of the program. */
export function forgivenReads({ code, text }: Script): Span[] {
  const spans: Span[] = [];
  for (const match of code.matchAll(/\bcatch\s*(?:\([^()]*\)\s*)?(?=\{)/g)) {
    const open = match.index + match[0].length;
    const handling = text.slice(open, Math.min(closing(code, open), open + 300) + 1);
    const kind = [forgives, goesWithout].find((one) => one.catch.test(handling));
    const end = skipSpaceBack(code, match.index);
    const start = kind && code[end] === "}" ? braceAround(code, end, kind.longest) : -1;
    if (start >= 0 && /\btry\s*$/.test(code.slice(Math.max(0, start - 8), start))) spans.push({ start, end });
  }
  return spans;
}
