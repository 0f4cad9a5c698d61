/**
 * Variables read by JavaScript and TypeScript (and the scripts of Vue, Svelte and Astro files):
 * `process.env.X`, `import.meta.env.X`, `Deno.env.get`, `Bun.env`, destructuring, aliases, calls that take a name, `$env` of SvelteKit.
 */
import { closing, endOfExpression, skipSpace, type Span } from "../code.ts";
import { findHanded, type HandedSettings, type Held } from "./handed-settings.ts";
import { type Found, isAboutPlatform, linkAlternatives, linkChoices } from "./links.ts";
import { type Script, type Use, useOf } from "./need.ts";
import { readSchemas } from "./schema.ts";
import {
  developmentBranches,
  developmentSettings,
  featureQuestions,
  forgivenReads,
  settleCases,
  settleEntries,
  settleNamedSwitches,
  switchedBlocks,
} from "./switches.ts";
import { NamesIn } from "./names-in.ts";
import { readNamedKeys, readSequelize } from "./named-keys.ts";
import { Covered, Placed } from "./placed.ts";
import { readLists } from "./named-lists.ts";
import { isLeftUnused } from "./left-unused.ts";
import { type OwnReader, ownReadersIn } from "./own-readers.ts";
import { type Sighting, variableName } from "../sighting.ts";

/**
 * What a file must contain for a closer look: a word, found as a substring, and then the form it has in code. The substring is a hundred
 * times cheaper, and rules most files out.
 */
const signs: readonly { word: string; form: RegExp }[] = [
  { word: "env", form: /env\b\s*(?:[?!]?[.([,}:;)]|as\b|$)|env[A-Z]\w*\(|\$env\//m },
  { word: "Env", form: /Env\w*\s*[(<{=.]|Env\b/ },
  { word: "ENV", form: /ENV\b/ },
  { word: "onfig", form: /onfig(?:Service)?\s*\.\s*get/ },
  { word: "ConfigService", form: /:\s*ConfigService\b/ },
  { word: "use_env_variable", form: /use_env_variable/ },
  { word: "Var", form: /Var(?:iable)?\(\s*["'`][A-Z]/ },
  { word: "Of(", form: /(?:OneOf|AnyOf)\(\s*(?:\[\s*)?["'`][A-Z]/ },
  { word: "_of(", form: /(?:one|any)_of\(\s*(?:\[\s*)?["'`][A-Z]/ },
  { word: "class-validator", form: /class-validator/ },
  { word: "validationSchema", form: /validationSchema/ },
  { word: "Bindings", form: /Bindings/ },
  { word: ".object(", form: /\b(?:z|Joi|joi|yup)\s*\.object\(\s*\{\s*(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|PORT)\s*:/ },
];

/** Whether `text` may read variables at all. */
export function mayReadVariables(text: string): boolean {
  return signs.some(({ word, form }) => text.includes(word) && form.test(text));
}

/**
 * Variables the script reads, in order of offset; several sightings of one variable are kept. `own` are the functions that take a
 * variable's name and are defined in it.
 */
export function readJavaScript(script: Script, own: readonly OwnReader[] = ownReadersIn(script.code)): Sighting[] {
  const found: Found[] = [];
  readMembers(script, found);
  readDestructuring(script, found);
  readCalls(script, found, own);
  found.push(...readLists(script));
  readSvelteKit(script, found);
  readGiven(script, found);
  readBindings(script, found);
  readSequelize(script, found);
  readNamedKeys(script, found);
  return [...settleFound(script, found), ...readSchemas(script)];
}

/** What the script asks of settings that others fill from variables; a use that asks nothing says nothing new. */
export function readHanded(script: Script, handed: HandedSettings): Sighting[] {
  const asks = /^(?:checked|default|guarded|skipped)$/;
  return settleFound(
    script,
    findHanded(script, handed, (held) => usesOfName(script, held)),
  ).filter(({ need }) => asks.test(need));
}

/** What was found in the script, with what its blocks, switches and alternatives say of it. */
function settleFound(script: Script, found: Found[]): Sighting[] {
  const { path } = script;
  const guarded: Span[] = [];
  const development: Span[] = [];
  const sightings: Sighting[] = [];
  for (const { key, use, when, offset, callee, alternatives } of found) {
    if (use.guards && !isAboutPlatform(key)) guarded.push(use.guards);
    if (use.developmentOnly) development.push(use.developmentOnly);
    // Set at the head of a file, it is there for all that is read after.
    if (use.need === "set" && script.code[offset - 1] === "\n" && !isSetToItself(script.code, offset))
      use.need = "given";
    if (use.need !== "set")
      sightings.push({
        key,
        need: use.need,
        when,
        offset,
        path,
        ...(callee ? { callee } : {}),
        ...(use.isInsisted ? { isInsisted: true } : {}),
        ...(use.isReported ? { isReported: true } : {}),
        ...(use.asksFeature ? { asksFeature: true } : {}),
        ...(alternatives ? { alternatives } : {}),
      });
  }
  if (sightings.length > 0) development.push(...developmentSettings(script), ...developmentBranches(script));
  if (sightings.length === 0) return sightings;
  const [guardedBlocks, developmentBlocks] = [new Covered(guarded), new Covered(development)];
  for (const sighting of sightings) {
    if (developmentBlocks.has(sighting.offset)) sighting.need = "tooling";
    if (sighting.need !== "plain" && sighting.need !== "asserted" && sighting.need !== "quieted") continue;
    if (guardedBlocks.has(sighting.offset)) sighting.need = "guarded";
  }
  const [switched, forgiven] = [new Covered(switchedBlocks(script)), new Covered(forgivenReads(script))];
  const asked = new Covered(featureQuestions(script));
  for (const sighting of sightings) {
    if (
      /^(?:checked|asserted|plain|quieted)$/.test(sighting.need) &&
      (switched.has(sighting.offset) || (forgiven.has(sighting.offset) && !checksWith(script.code, sighting.offset)))
    )
      sighting.need = "guarded";
    if (asked.has(sighting.offset)) sighting.asksFeature = true;
  }
  const placed = new Placed(sightings);
  linkChoices(found, placed);
  settleCases(script, placed);
  settleNamedSwitches(script, placed);
  settleEntries(script, placed);
  linkAlternatives(found, sightings, placed);
  for (const sighting of sightings)
    if (ownSettings.test(script.code.slice(Math.max(0, sighting.offset - 80), sighting.offset)))
      sighting.alternativeOf ??= "settings of its own";
  return sightings;
}

/** `jwt.verify(token, process.env.X)`: what is forgiven is a bad token. */
function checksWith(code: string, offset: number): boolean {
  return /\b(?:verify(?:Async)?|jwtVerify|decrypt|unsign)\s*(?:<[^<>()]*>)?\([^;{}]*(?:\{[^;{}]*)?$/.test(
    code.slice(Math.max(0, offset - 160), offset),
  );
}

/** `process.env.X = process.env.X || undefined;` gives nothing. */
function isSetToItself(code: string, offset: number): boolean {
  const line = /^(\S+)\s*=\s*([^;\n]*)/.exec(code.slice(offset, offset + 200));
  return line?.[2] !== undefined && line[2].startsWith(line[1]!);
}

/** `config.services?.mail?.key || process.env.MAIL_KEY`: what is before it may come from a file, or from whoever calls. */
const ownSettings =
  /(?<![\w$.])(?:this\.)?(?:config|settings|conf|options|opts|overrides|params)(?:\??\.\w+)+\s*(?:\|\||\?\?)\s*$/;

const roots = String.raw`(?:globalThis\.)?process\s*(?:\?\.|\.)\s*env|import\.meta\.env|Bun\.env`;
/** What Vite and Astro put into import.meta.env themselves. */
const builtIn = /^(?:BASE_URL|MODE|DEV|PROD|SSR|SITE|ASSETS_PREFIX|LEGACY)$/;
const methods = new Set([
  "hasOwnProperty",
  "toString",
  "get",
  "set",
  "has",
  "toObject",
  "delete",
  "keys",
  "entries",
  "valueOf",
]);

function readMembers(script: Script, found: Found[]): void {
  const { code, text } = script;
  const aliases = aliasesOf(script);
  const root = aliases.length > 0 ? `${roots}|(?<![\\w$.])(?:${aliases.join("|")})` : roots;
  const member = new RegExp(
    `\\(?(?:${root})(?:\\s+as\\s+[\\w.<>, ]+\\))?\\s*(?:[?!]?\\.\\s*([A-Za-z_$][\\w$]*)|(?:\\?\\.)?\\[\\s*(["'\`]))`,
    "g",
  );
  for (let match = member.exec(code); match; match = member.exec(code)) {
    let start = match.index;
    if (code[start] === "(" && !match[0].includes(")")) start++;
    let end = match.index + match[0].length;
    let key = match[1];
    if (key === undefined) {
      const close = text.indexOf(match[2]!, end);
      if (close < 0) continue;
      key = text.slice(end, close);
      // `env["AWS" + "_REGION"]` names a variable in pieces.
      end = skipSpace(code, close + 1) + 1;
      if (code[end - 1] !== "]") continue;
    } else if (methods.has(key) || code[end] === "(") continue;
    if (!variableName.test(key)) continue;
    // Settings of the project's own, by the name of the environment: `import { env } from "./config"`, `env.botToken`.
    if (/^\(?env\b/.test(match[0]) && /^[a-z]/.test(key) && importsEnv.test(code)) continue;
    const when = match[0].includes("import.meta") ? "build" : "run";
    if (when === "build" && builtIn.test(key)) continue;
    add(script, found, { key, when, span: { start, end } });
  }
}

/**
 * Bindings of a Worker (`c.env.API_TOKEN`). Stores and queues look the same, so that a name alone proves nothing: it counts when an
 * example lists it or it is known.
 */
function readBindings(script: Script, found: Found[]): void {
  const { code, text } = script;
  for (const match of code.matchAll(
    /(?<![\w$])(?:c|ctx|context|runtime|platform\??|cloudflare)\.env\??\.([A-Z][A-Z0-9_]{2,})\b(?!\s*(?:!|\?)?\.)/g,
  )) {
    found.push({ key: match[1]!, use: { need: "quieted" }, when: "run", offset: match.index });
  }
  // `fetch(request, env)`, what the platform's own module exports, or what an adapter to it answers: the same, under its own name.
  if (!takesBindings.test(code) && !text.includes(platformModule)) return;
  const stores = new Set(
    [
      ...code.matchAll(
        /(?<![\w$.])env\??\.([A-Z][A-Z0-9_]{2,})\??\.(?!trim|split|length|startsWith|to[A-Z]|replace|includes)/g,
      ),
    ].map(([, key]) => key!),
  );
  for (const match of code.matchAll(/(?<![\w$.])env\??\.([A-Z][A-Z0-9_]{2,})\b(?!\s*(?:!|\?)?\.)/g)) {
    if (stores.has(match[1]!)) continue;
    const { need } = useOf(script, { start: match.index, end: match.index + match[0].length });
    found.push({
      key: match[1]!,
      use: { need: need === "plain" || need === "asserted" ? "quieted" : need },
      when: "run",
      offset: match.index,
    });
  }
}

const takesBindings = /\bfetch\s*\(\s*\w+[^)]*,\s*env\b|\bget(?:Request|Cloudflare)Context\s*(?:<[^<>]*>)?\(/;
const platformModule = "cloudflare:workers";

/** Something is given the whole environment, or a variable of it. */
const takesWhole = /=\s*(?:process\.env|import\.meta\.env|Bun\.env|Deno\.env\.toObject\(\))/;

const importsEnv = /import\s*\{[^}]*\benv\b[^}]*\}\s*from/;

/** Names that stand for the whole environment: `const env = process.env`, `import { env } from "$env/dynamic/private"`. */
function aliasesOf({ code, text }: Script): string[] {
  const names = new Set<string>();
  if (takesWhole.test(code)) {
    for (const match of code.matchAll(
      /(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=;]+)?=\s*(?:process\.env|import\.meta\.env|Bun\.env)(?!\s*[.[?\w])/g,
    )) {
      names.add(match[1]!);
    }
  }
  if (importsEnv.test(code) && !text.includes(platformModule)) names.add("env");
  if (/\{\s*env\s*\}\s*=\s*process\b/.test(code)) names.add("env");
  return [...names].map((name) => name.replaceAll("$", "\\$"));
}

/** The use made at `span`, and of the name the value is given. */
function add(
  script: Script,
  found: Found[],
  { key, when, span }: { key: string; when: "build" | "run"; span: Span },
): void {
  const use = useOf(script, span);
  found.push({ key, use, when, offset: span.start });
  if (use.boundTo === undefined) return;
  if (isLeftUnused(script, use.boundTo, span.start)) use.need = "guarded";
  else followName(script, found, { key, when, name: use.boundTo, from: span.end, of: use });
}

/** Later uses of a name, in its own scope, as uses of the variable it holds. */
function usesOfName(script: Script, { key, when, name, from, of }: Held): Found[] {
  const { code } = script;
  let names = namesOf.get(script);
  if (!names) namesOf.set(script, (names = new NamesIn(script)));
  return names.uses(name, from, 30).flatMap((offset): Found[] => {
    const after = skipSpace(code, offset + name.length);
    if (code[after] === ":" && /[{,]\s*$/.test(code.slice(Math.max(0, offset - 20), offset))) return [];
    const use = useOf(script, { start: offset, end: offset + name.length });
    return use.need === "set" ? [] : [{ key, use, when, offset, ...(of ? { of } : {}) }];
  });
}

const namesOf = new WeakMap<Script, NamesIn>();

/** The same, of what is read there: a use that asks nothing says no more than the reading. */
function followName(script: Script, found: Found[], held: Held): void {
  // What has a value in any case is only chosen by.
  const isGiven = held.of?.need === "default" && held.of.alternativeAt === undefined;
  // An empty value is as good unless the program stops for it.
  const isEmpty = held.of?.need === "quieted" && held.of.alternativeAt === undefined;
  const tells = ({ use }: Found): boolean =>
    isGiven ? use.choice !== undefined : isEmpty ? use.need === "checked" : use.need !== "plain";
  found.push(...usesOfName(script, held).filter(tells));
}

function readDestructuring(script: Script, found: Found[]): void {
  const { code } = script;
  // The one that looks at every brace is asked of few files.
  if (!/=\s*(?:process|import|Bun|Deno|env)\b/.test(code)) return;
  if (!/\}[^}=;]{0,60}=\s*(?:process|import|Bun|Deno|env)\b/.test(code)) return;
  const aliases = aliasesOf(script).map((name) => `|${name}(?=\\s*[;\\n])`);
  for (const match of code.matchAll(
    new RegExp(
      `\\{([^{}]*)\\}\\s*(?::[^=;){\\n]+)?=\\s*(process\\.env|import\\.meta\\.env|Bun\\.env|Deno\\.env\\.toObject\\(\\)${aliases.join("")})(?![\\w$.?[])`,
      "g",
    ),
  )) {
    const start = match.index + 1;
    for (const part of match[1]!.matchAll(/([A-Za-z_$][\w$]*)\s*(?::\s*([A-Za-z_$][\w$]*))?\s*(=)?[^,]*/g)) {
      const key = part[1]!;
      if (aliases.length > 0 && !/^[A-Z][A-Z0-9_]*$/.test(key)) continue;
      const when = match[2]!.startsWith("import") ? "build" : "run";
      const offset = start + part.index;
      if (part[3] === "=") {
        found.push({ key, use: { need: "default" }, when, offset });
        continue;
      }
      found.push({ key, use: { need: "plain" }, when, offset });
      followName(script, found, { key, when, name: part[2] ?? key, from: match.index + match[0].length });
    }
  }
}

const notReaders =
  /(?:^|\.)(?:set|stub|delete|unset|mock|write|register|hasOwn\w*|define|loadEnv|log|on|emit|use|add[A-Z])\w*$|(?:set|stub|mock|delete|update|write)[A-Z]?\w*Env\w*$/;
const demanding = /require|must|orThrow|getOrThrow|assert|mandatory|needed|ensure|strict/i;
/** What has a value of its own for what is missing; a switch that is not set is off. */
const lenient = /optional|maybe|orDefault|orNull|try|default|bool/i;

/** Last part of the name of a function that may read variables. */
const readerName = String.raw`(?:[eE]nv|ENV|[cC]onfig|[sS]ecret|Var|Variable)[\w$]*`;

/** Calls that take a variable's name: `Deno.env.get("X")`, `requireEnv("X")`, `configService.get<string>("X")`, `env("X", "default")`. */
function readCalls(script: Script, found: Found[], own: readonly OwnReader[]): void {
  const { code, text } = script;
  const services = code.includes("ConfigService")
    ? [...code.matchAll(/(?<![\w$])([A-Za-z_$][\w$]*)\s*:\s*ConfigService\b/g)].map(([, name]) => name!)
    : [];
  const others = [...own.map(({ name }) => name), ...services].filter(
    (name) => !new RegExp(`${readerName}$`).test(name),
  );
  const names =
    others.length === 0 ? readerName : `(?:${readerName}|(?<![\\w$])(?:${others.join("|").replaceAll("$", "\\$")}))`;
  // Found by its last part, which is rare; the rest of the name is read backwards.
  const call = new RegExp(
    `${names}(?:\\s*[?!]?\\.\\s*\\w+)?\\s*(?:<[^<>()]*(?:<[^<>()]*>)?[^<>()]*>)?\\(\\s*(?:[\\w$.]*\\b[eE]nv\\s*,\\s*)?(["'\`])`,
    "g",
  );
  for (let match = call.exec(code); match; match = call.exec(code)) {
    const front = /[\w$]*(?:(?:[\w$]|\))\s*[?!]?\.\s*[\w$]*)*$/.exec(
      code.slice(Math.max(0, match.index - 80), match.index),
    )![0];
    const start = match.index - front.length;
    const name = (front + match[0].slice(0, match[0].lastIndexOf("("))).replaceAll(/\s|<.*>$/g, "");
    // A function of the project's own that stops where the variable is missing reads it, whatever it is called.
    if (notReaders.test(name) && !own.some((one) => one.name === name && one.demands !== "never")) continue;
    const isQuestion = /\.(?:has|exists)$/.test(name);
    const from = match.index + match[0].length;
    const close = text.indexOf(match[1]!, from);
    if (close < 0) continue;
    const key = text.slice(from, close);
    if (!/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(key) || key.length < 3) continue;
    const open = code.lastIndexOf("(", from);
    const end = closing(code, open) + 1;
    const offset = start;
    found.push({
      key,
      when: "run",
      offset,
      callee: name.replace(/^this\./, ""),
      use: isQuestion ? { need: "guarded" } : useOfCall(script, { name, start: offset, end, argument: close + 1 }),
    });
    const use = found.at(-1)!.use;
    if (use.boundTo !== undefined) followName(script, found, { key, when: "run", name: use.boundTo, from: end });
  }
}

function useOfCall(
  script: Script,
  { name, start, end, argument }: { name: string; start: number; end: number; argument: number },
): Use {
  const { code } = script;
  if (demanding.test(name)) return { need: "checked" };
  const at = skipSpace(code, argument);
  if (code[at] === "," && code[skipSpace(code, at + 1)] !== ")") {
    const second = code.slice(skipSpace(code, at + 1), end - 1);
    if (second.startsWith("{")) {
      if (/required\s*:\s*true/.test(second)) return { need: "checked" };
      if (/default|fallback|optional/.test(second)) return { need: "default" };
      if (!/infer/.test(second)) return { need: "plain" };
    } else if (/^(?:undefined|null)\b/.test(second)) return { need: "guarded" };
    else if (/^true\b/.test(second) && !/bool|\.get$/i.test(name)) return { need: "asserted" };
    else return { need: "default" };
  }
  if (lenient.test(name)) return { need: "default" };
  // env-var: env.get("X").required().asString()
  const chain = /^(?:\s*\.\s*\w+\([^()]*\))+/.exec(code.slice(end, end + 200))?.[0] ?? "";
  if (/\.\s*required\s*\(/.test(chain))
    return { need: /required\s*\(\s*(?:false|process)/.test(chain) ? "guarded" : "checked" };
  if (/\.\s*default\s*\(/.test(chain)) return { need: "default" };
  if (/\.\s*as[A-Z]\w+\s*\(/.test(chain)) return { need: "guarded" };
  return useOf(script, { start, end });
}

/** `import { SECRET } from "$env/static/private"`: the build fails without it. */
function readSvelteKit(script: Script, found: Found[]): void {
  const { code, text } = script;
  if (!text.includes("$env/static") && !text.includes("astro:env")) return;
  for (const match of code.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']/g)) {
    const from = match.index + match[0].length;
    const module = /^[^"']*/.exec(text.slice(from, from + 40))![0];
    if (!module.startsWith("$env/static")) continue;
    for (const part of match[1]!.matchAll(/([A-Za-z_]\w*)(?:\s+as\s+(\w+))?/g)) {
      found.push({ key: part[1]!, use: { need: "checked" }, when: "build", offset: match.index + part.index });
    }
  }
}

/** A file of the template of Vue 2 that is all values to put in for variables: `config/prod.env.js`. */
const allGiven = /(?:^|\/)config\/(?:prod|production|stag\w*)\.env\.js$/;

/** Variables that a configuration file of Next or Vite itself sets: `env: { cloudUrl }`, `define: { "process.env.X": … }`. */
function readGiven({ code, text, path }: Script, found: Found[]): void {
  // What `envField` declares is asked for, not given.
  if (!/\.(?:config|env)\.[cm]?[jt]s$/.test(path) || code.includes("envField")) return;
  const objects = allGiven.test(path)
    ? /\bmodule\.exports\s*=\s*(?:\w+\([^{}]*)?\{/g
    : /(?<![\w$])(?:(?:env|define)\s*:\s*|(?:Define|Environment)Plugin\s*\(\s*)\{/g;
  for (const match of code.matchAll(objects)) walk(match.index + match[0].length - 1);

  function walk(open: number): void {
    const end = closing(code, open);
    for (let at = skipSpace(code, open + 1); at < end; at = skipSpace(code, endOfExpression(code, at) + 1)) {
      const field = text.slice(at, Math.min(end, at + 200));
      const whole = /^["']process\.env["']\s*:\s*(?=\{)/.exec(field)?.[0];
      if (whole !== undefined) walk(at + whole.length);
      const given =
        /^["']?(?:process\.env\.|import\.meta\.env\.)?([A-Za-z_]\w*)["']?\s*(?:(?=[,\n])|$|:\s*([^,\n]*))/.exec(field);
      // Switches of a tool (`env: { node: true }`) are no variables.
      if (!given || /^(?:true|false)\b/.test(given[2] ?? "") || new RegExp(`env\\.${given[1]}\\b`).test(given[2] ?? ""))
        continue;
      found.push({ key: given[1]!, use: { need: "given" }, when: "build", offset: at });
    }
  }
}
