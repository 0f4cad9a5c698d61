/**
 * Variables declared by a schema in JavaScript: zod and t3-env, envalid, joi, yup, valibot, arktype, TypeBox, effect, `astro:env`,
 * Adonis, JSON schemas of env-schema and @fastify/env, fluent-json-schema, classes of class-validator, bindings of Workers.
 */
import { blockAfter, braceAround, closing, endOfExpression } from "../code.ts";
import type { Script } from "./need.ts";
import type { Need, Sighting } from "../sighting.ts";

/** How a library writes a field that must be given. Tried in order; the first whose `field` begins the expression decides. */
const libraries: { field: RegExp; optional?: RegExp; required?: RegExp }[] = [
  // zod: required unless it says otherwise.
  {
    field: /^z\s*(?:\.|$)/,
    optional:
      /\.\s*(?:optional|default|nullish|catch|prefault|nullable)\s*\(|\bz\.(?:undefined|null|optional|nullish|literal\(undefined)/,
  },
  { field: /^(?:v|valibot)\s*\./, optional: /\b(?:optional|nullish|nullable|fallback)\s*\(/ },
  { field: /^(?:Type|t|S)\s*\./, optional: /\bOptional\s*\(|\.\s*optional\s*\(|default\s*:/ },
  { field: /^Env\s*\.\s*schema\s*\./, optional: /\.\s*optional\w*\s*\(/ },
  { field: /^envField\s*\./, optional: /optional\s*:\s*true|default\s*:/ },
  { field: /^(?:Config|Schema)\s*\./, optional: /withDefault|\boption\s*\(|optional/ },
  // joi and yup: optional unless it says otherwise.
  { field: /^(?:Joi|joi|yup|Yup)\s*\./, required: /\.\s*(?:required|exist)\s*\(/ },
  // The functions of yup by themselves, and those of valibot, which has fields that must be given.
  { field: /^(?:string|number|boolean|array|mixed)\s*\(\s*\)\s*\./, required: /\.\s*(?:required|defined)\s*\(/ },
  {
    field: /^(?:pipe|string|number|boolean|picklist|optional|nullish|fallback)\s*\(/,
    optional: /\b(?:optional|nullish|nullable|fallback)\s*\(/,
  },
  // envalid and envsafe: required unless a default is given; devDefault holds in development alone.
  {
    field: /^(?:envalid\s*\.\s*)?(?:str|url|num|port|bool|email|host|json|makeValidator|testOnly)\s*(?:<[^>]*>)?\(/,
    optional: /\bdefault\s*:|allowEmpty\s*:\s*true|requiredWhen/,
  },
];

const fieldWords =
  "z|v|valibot|Type|t|S|Env|envField|Config|Schema|Joi|joi|yup|Yup|envalid|str|url|num|port|bool|email|host|json|string|number|boolean|array|mixed|pipe|picklist|optional|nullish|fallback|process|is[A-Z]\\w*|\\w*[pP]roduction\\w*";

/** Where a field begins: its name, a variable's (also one kept under its own name, `[keys.PORT]`, `[ENV_PORT]`) or one of `handed`, and a word that a schema's value begins with. */
function fieldStarts(own: Iterable<string>, handed: Iterable<string>): RegExp {
  const words = [fieldWords, ...own].join("|");
  const names = ["[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*", ...handed].join("|");
  const name = String.raw`(?:["']?(${names})["']?|\[\s*(?:[\w$]+\.|ENV_)([A-Z][A-Z0-9_]*)\s*\])`;
  return new RegExp(`(?<![\\w$.])${name}\\s*:\\s*(?=(?:${words})(?![\\w$]))`, "g");
}

/** Kinds of field the script gives a name (`const flag = z.enum(["0", "1"])`, `function flag() { return z.enum(…) }`), with what it is. */
function ownKinds(code: string): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const match of code.matchAll(
    /(?:(?:const|let)\s+([A-Za-z_]\w*)\s*(?::[^=;\n]{1,100})?=\s*(?:\([^()]*\)\s*=>\s*)?|function\s+([A-Za-z_]\w*)\s*\([^()]*\)\s*\{\s*return\s+)(?=(?:z|v|Type|t|S|Schema|Joi|yup)\s*\.\s*(\w+))/g,
  )) {
    if (/^(?:[oO]bject|strictObject|looseObject|Static|Struct|Class)$/.test(match[3]!)) continue;
    const start = match.index + match[0].length;
    kinds.set((match[1] ?? match[2])!, code.slice(start, endOfExpression(code, start)));
  }
  return kinds;
}

/** The schema puts a value in place of a missing one. */
const givesDefault = /\b(?:default|prefault|catch|fallback|withDefault)\b/;

/** Fields of schemas in the script. */
export function readSchemas(script: Script): Sighting[] {
  const { code, text, path } = script;
  const sightings: Sighting[] = [];
  const see = (key: string, need: Need, offset: number): void => {
    sightings.push({ key, need, when: "run", offset, path, inSchema: true });
  };
  if (
    // A project may hand the library on itself: `import { z } from "./validation"`.
    /\b(?:zod|joi|Joi|yup|envalid|envsafe|valibot|typebox|createEnv|envField|Env\.create|effect|elysia|z\.object)\b/.test(
      text,
    )
  ) {
    const prefix = prefixTakenOff(text);
    const isAllRequired = /presence\s*:\s*["']required/.test(text);
    const kinds = ownKinds(code);
    const handed = handedVariables(code);
    for (const match of code.matchAll(fieldStarts(kinds.keys(), handed.keys()))) {
      const key = (match[1] ?? match[2])!;
      if (key.length < 2) continue;
      const start = match.index + match[0].length;
      const span = { start, end: endOfExpression(code, start) };
      const need = needOfField(script, span, { isAllRequired, kinds });
      if (!need) continue;
      const full = prefix && !key.startsWith(prefix) ? prefix + key : handedTo(key, match.index, code, handed);
      if (full === undefined) continue;
      see(full, need, match.index);
      if (need === "declared" && givesDefault.test(code.slice(span.start, span.end)))
        sightings.at(-1)!.hasDefault = true;
      if (full !== key) sightings.at(-1)!.knownAs = key;
    }
    const refused = refusedInProduction(script);
    for (const sighting of sightings) if (refused.has(sighting.key)) sighting.need = "checked";
  }
  if (/env-schema|@fastify\/env|fastify-env|\brequired\s*:\s*\[\s*["'][A-Z][A-Z0-9_]+["']/.test(text))
    readJsonSchema(script, see);
  if (text.includes("fluent-json-schema")) readFluentSchema(script, see);
  if (/["'](?:arktype|arkenv|entrykit)["']/.test(text)) readArkTypes(script, see);
  if (text.includes("class-validator")) readValidatedClass(script, see);
  if (/\b(?:Bindings|CloudflareEnv)\b|\b(?:interface|type)\s+Env\b/.test(code)) sightings.push(...readBindings(script));
  return sightings;
}

/** Without these nothing that is deployed passes, whatever their fields say. */
function refusedInProduction({ code, text }: Script): Set<string> {
  const refused = new Set<string>();
  // if (env.NODE_ENV === "production" && !env.REDIS_URL) context.addIssue(…)
  for (const match of code.includes("addIssue") ? code.matchAll(/\bif\s*\(/g) : []) {
    const open = match.index + match[0].length - 1;
    const end = closing(code, open);
    const condition = text.slice(open + 1, end);
    const rest = condition.replace(/(?:\w+\.)*\w+\s*===?\s*["']production["']|\bis\w*Prod\w*\b/g, "");
    if (rest === condition || !/^[\s()&|]*(?:!\w+\.[A-Z][A-Z0-9_]+[\s()|]*)+$/.test(rest)) continue;
    const block = blockAfter(code, end + 1);
    if (!code.slice(block.start, block.end).includes("addIssue")) continue;
    for (const [, key] of rest.matchAll(/\.([A-Z][A-Z0-9_]+)/g)) refused.add(key!);
  }
  for (const key of refusedByList({ code, text })) refused.add(key);
  // .refine((env) => env.NODE_ENV !== "production" || !!env.REDIS_URL), also as a return before another
  for (const match of code.matchAll(/\.refine\s*\(/g)) {
    const open = match.index + match[0].length - 1;
    const test = text.slice(open + 1, endOfExpression(code, open + 1));
    const from = /!==?\s*["']production["']\s*(?:\|\||\)\s*(?:\{\s*)?return\s+true\s*(?:;\s*)?\}?\s*return\b)/.exec(
      test,
    );
    const rest = from && test.slice(from.index + from[0].length);
    if (!rest || /\|\||\?|\bif\b/.test(rest)) continue;
    for (const [, key] of rest.matchAll(/(?:!!|Boolean\(|&&\s*)\s*\w+\.([A-Z][A-Z0-9_]+)\b(?!\s*[.=!<>])/g))
      refused.add(key!);
  }
  return refused;
}

/** `for (const key of stripeKeys) if (!env[key]) context.addIssue(…)`, in production or anywhere. */
function refusedByList({ code, text }: Pick<Script, "code" | "text">): string[] {
  if (!code.includes("addIssue")) return [];
  return [...code.matchAll(/\bfor\s*\(\s*const\s+(\w+)\s+of\s+(\w+)\s*\)/g)].flatMap((match) => {
    const [whole, key, list] = match;
    const block = blockAfter(code, match.index + whole.length);
    const body = code.slice(block.start, block.end);
    if (!body.includes("addIssue") || !new RegExp(`!\\s*\\w+\\[\\s*${key}\\s*\\]`).test(body)) return [];
    const open = braceAround(code, match.index, 4_000);
    const condition = /\bif\s*\(([^{}]*)\)\s*$/.exec(text.slice(Math.max(0, open - 120), Math.max(0, open)))?.[1];
    if (condition !== undefined && !/^\s*(?:\w+\.)*\w+\s*===?\s*["']production["']\s*$/.test(condition)) return [];
    const names = new RegExp(`\\b${list}\\b[^=\\n]*=\\s*\\[([^\\]]*)\\]`).exec(text)?.[1] ?? "";
    return names.match(/(?<=["'])[A-Z][A-Z0-9_]+(?=["'])/g) ?? [];
  });
}

/** `key.startsWith("VITE_APP_")` before the schema: its fields are named without the prefix. */
function prefixTakenOff(text: string): string {
  const prefix =
    /startsWith\(\s*["']((?:VITE|NEXT_PUBLIC|REACT_APP|EXPO_PUBLIC|PUBLIC|GATSBY)_\w*)["']/.exec(text)?.[1] ?? "";
  return prefix !== "" && new RegExp(`replace\\(\\s*["']${prefix}|slice\\(\\s*["']?${prefix}`).test(text) ? prefix : "";
}

/** A variable, and where an object hands it over. */
interface Handed {
  key: string;
  at: number;
}

/** Variables by the field that is filled from them where an object hands them over: `apiUrl: process.env.NEXT_PUBLIC_API_URL`. */
function handedVariables(code: string): Map<string, Handed[]> {
  const pairs = code.matchAll(
    /(?<![\w$.])([A-Za-z]\w*)["']?\s*:\s*(?:process\.env|import\.meta\.env|Bun\.env)\.([A-Z][A-Z0-9_]+)\s*[,}\n]/g,
  );
  const handed = new Map<string, Handed[]>();
  for (const { 1: field, 2: key, index } of pairs)
    if (field !== key) handed.set(field!, [...(handed.get(field!) ?? []), { key: key!, at: index }]);
  return handed;
}

/** The variable that fills the field at `at`; undefined where there are several, of other objects. */
function handedTo(
  field: string,
  at: number,
  code: string,
  handed: ReadonlyMap<string, readonly Handed[]>,
): string | undefined {
  const given = handed.get(field);
  if (given === undefined || given.length === 1) return given?.[0]!.key ?? field;
  const owner = ownerOf(code, at);
  return given.find((one) => ownerOf(code, one.at) === owner)?.key;
}

/** The name of the object that the field at `at` is in: `db: {`, `db: Joi.object({`. */
function ownerOf(code: string, at: number): string {
  const open = braceAround(code, at, 2_000);
  return /([\w$]+)["']?\s*:\s*(?:[\w.]+\(\s*)?$/.exec(code.slice(Math.max(0, open - 60), Math.max(0, open)))?.[1] ?? "";
}

function needOfField(
  { code, text }: Script,
  { start, end }: { start: number; end: number },
  { isAllRequired, kinds }: { isAllRequired: boolean; kinds: ReadonlyMap<string, string> },
): Need | null {
  let expression = code.slice(start, end);
  const named = /^([A-Za-z_]\w*)(?:\(\s*\))?/.exec(expression);
  const kind = named && kinds.get(named[1]!);
  if (named && kind !== undefined && kind !== null) expression = kind + expression.slice(named[0].length);
  const condition = /^[^?]{0,80}?(production|isProd\w*|PROD)[^?]{0,20}\?(?![.?])/i.exec(text.slice(start, end));
  if (condition) {
    // In production the first branch holds, or the second when the comparison is turned round.
    const branches = expression.slice(condition[0].length).split(/\n?\s+:\s+/);
    expression = (/!==?|!\s*is/.test(condition[0]) ? branches[1] : branches[0])?.trim() ?? "";
  }
  for (const { field, optional, required } of libraries) {
    if (!field.test(expression)) continue;
    if (required) expression = withoutConditions(expression);
    if (required)
      return required.test(expression) || (isAllRequired && !/\.\s*(?:optional|default)\s*\(/.test(expression))
        ? "checked"
        : "declared";
    return optional!.test(expression) ? "declared" : "checked";
  }
  return null;
}

/** What `.when("STORE", { is: "s3", then: Joi.required() })` demands is demanded of some. */
function withoutConditions(expression: string): string {
  let rest = expression;
  for (let at = rest.search(/\.\s*when\s*\(/); at >= 0; at = rest.search(/\.\s*when\s*\(/))
    rest = rest.slice(0, at) + rest.slice(closing(rest, rest.indexOf("(", at)) + 1);
  return rest;
}

type See = (key: string, need: Need, offset: number) => void;

function readJsonSchema({ code, text }: Script, see: See): void {
  const required = new Set(
    [...text.matchAll(/required\s*:\s*\[([^\]]*)\]/g)].flatMap((match) => match[1]!.match(/[A-Z][A-Z0-9_]+/g) ?? []),
  );
  for (const match of code.matchAll(/(?<![\w$])([A-Z][A-Z0-9_]{2,})\s*:\s*\{/g)) {
    const open = match.index + match[0].length - 1;
    const body = code.slice(open, closing(code, open));
    if (!/\btype\s*:/.test(body)) continue;
    see(match[1]!, required.has(match[1]!) && !/\bdefault\s*:/.test(body) ? "checked" : "declared", match.index);
  }
}

/** `arkenv({ PORT: "number", DATABASE_URL: "string.url", TOKEN: "string?", MODE: "'a'|'b' = 'a'" })`. */
function readArkTypes({ code, text }: Script, see: See): void {
  for (const match of code.matchAll(/(?<![\w$.])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(["']?\s*:\s*)(?=["'])/g)) {
    const start = match.index + match[0].length;
    const type = /^(["'])((?:(?!\1)[^\n])*)\1/.exec(text.slice(start, start + 200))?.[2];
    if (type === undefined || !/^(?:string|number|boolean|email|url|'|\w+\.\w+|\d+\s*<)/.test(type)) continue;
    const isQuestion = /\?["']\s*:/.test(text.slice(match.index, start));
    see(match[1]!, isQuestion || /\?\s*$|\bundefined\b|\s=\s/.test(type) ? "declared" : "checked", match.index);
  }
}

/** `S.object().prop("API_HOST", S.string().required())`. */
function readFluentSchema({ code, text }: Script, see: See): void {
  for (const match of text.matchAll(/\.prop\(\s*["']([A-Z][A-Z0-9_]+)["']\s*,/g)) {
    const options = code.slice(match.index, closing(code, match.index + ".prop(".length));
    const isRequired = /\.\s*required\s*\(\s*\)/.test(options) && !/\.\s*default\s*\(/.test(options);
    see(match[1]!, isRequired ? "checked" : "declared", match.index);
  }
}

const checksValue = /@(?:Is[A-Z]|Min|Max|Length|Matches|Equals|Contains|NotEquals|Array|Valid|Allow|CannotUse)/;

function readValidatedClass({ code, text }: Script, see: See): void {
  const field =
    /((?:@\w+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*)+)(?:(?:public|private|readonly|declare)\s+)*([A-Z][A-Z0-9_]{2,})\s*([?!])?\s*(?::[^;=\n]*)?(=\s*[^;]*)?/g;
  for (const match of code.matchAll(field)) {
    const decorators = match[1]!;
    const key = match[2]!;
    // Decorators that describe an answer say nothing of the environment.
    if (!checksValue.test(decorators)) continue;
    // A condition on other values: demanded when something else is missing, optional otherwise.
    const isConditional =
      /@CannotUse/.test(decorators) || (decorators.includes("@ValidateIf") && !/ValidateIf\([^!]*!/.test(decorators));
    const value =
      match[4] === undefined
        ? ""
        : text.slice(match.index + match[0].length - match[4].length, match.index + match[0].length);
    // A value of its own is a default, unless it is the variable itself and nothing in its place.
    const isGiven =
      value !== "" &&
      !new RegExp(
        `^=\\s*[\\w.]*\\(?\\s*(?:[\\w.]*\\.)?env\\w*\\.${key}\\s*(?:!|as \\w+)?\\s*(?:(?:\\?\\?|\\|\\|)\\s*(?:""|''))?\\s*(?:\\)\\s*(?:\\.\\w+\\([^;]*)?)?$`,
        "i",
      ).test(value);
    // `?? ""` does not pass where the value must not be empty.
    const isEmptyRefused =
      decorators.includes("@IsNotEmpty") &&
      /(?:""|'')/.test(value) &&
      new RegExp(`env\\w*\\.${key}\\b`, "i").test(value);
    const isOptional =
      decorators.includes("@IsOptional") || isConditional || match[3] === "?" || (isGiven && !isEmptyRefused);
    see(key, isOptional ? "declared" : "checked", match.index + decorators.length);
  }
}

/** Variables among the bindings of a Worker: those that are text or a number; the others are stores and queues. */
function readBindings({ code, path }: Script): Sighting[] {
  const sightings: Sighting[] = [];
  for (const match of code.matchAll(
    /\b(?:interface\s+(?:Env|Bindings|CloudflareEnv|CloudflareBindings)\b[^{]*|type\s+(?:Env|Bindings|CloudflareBindings)\s*=\s*|Bindings\s*:\s*)\{/g,
  )) {
    const open = match.index + match[0].length - 1;
    const body = code.slice(open, closing(code, open));
    for (const field of body.matchAll(/(?<![\w$])([A-Z][A-Z0-9_]{2,})(\?)?\s*:\s*(?:string|number)\b([^;,\n}]*)/g)) {
      const mayBeMissing = field[2] !== undefined || /\b(?:undefined|null)\b/.test(field[3]!);
      sightings.push({
        key: field[1]!,
        need: mayBeMissing ? "declared" : "checked",
        when: "run",
        offset: open + field.index,
        path,
        inSchema: true,
        isBound: true,
      });
    }
  }
  return sightings;
}
