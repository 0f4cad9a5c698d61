/** What Python's own ways with settings say of variables, beside what the table in languages.ts reads. */
import { literally } from "../../detect/literally.ts";
import { closing } from "../code.ts";
import { partOfDatabase, signsInBot } from "./language-table.ts";
import type { Need, Sighting } from "../sighting.ts";

/** Fields of pydantic's BaseSettings without a value; `env_prefix` goes before the name. */
export function readPythonSettings(path: string, code: string): Sighting[] {
  if (!/^class\s+\w+\([^)]{0,600}?Settings\b/m.test(code)) return [];
  const sightings: Sighting[] = [];
  const models = modelsIn(code);
  const tried = triedIn(code);
  const isFirstVersion = /^from pydantic import [^\n]*\bBaseSettings\b/m.test(code);
  const settings = new Set<string>();
  for (const match of code.matchAll(/^class\s+(\w+)\(([^)]{0,600})\):/gm)) {
    const [, named, bases] = match;
    if (!/(?:Settings|Config)\b/.test(bases!) && !bases!.split(",").some((base) => settings.has(base.trim()))) continue;
    settings.add(named!);
    const start = match.index + match[0].length;
    const next = /\n(?=\S)/.exec(code.slice(start));
    // What is said of a class has headings that look like fields.
    const body = code
      .slice(start, next ? start + next.index : code.length)
      .replace(/^(\s*)("""|''')[\s\S]*?\2/, (said) => said.replace(/[^\n]/g, " "));
    const prefix = prefixOf(`${bases}\n${body}`, code);
    const calls = callsOf(named!, code);
    const delimiter = /\benv_nested_delimiter["']?\s*[=:]\s*["']([^"']+)["']/.exec(`${bases}\n${body}`)?.[1];
    for (const field of body.matchAll(
      /^(?: {4}|\t)([A-Za-z]\w*)\s*:\s*((?:[A-Za-z.]+\[[ \t]*\n(?:(?: {5,}|\t\t)[^\n]*\n)+(?: {4}|\t)\])|Annotated\[[^\n]*?\](?=\s*(?:=|$))|[^=\n]+?)(?:\s*=\s*([^\n]*))?$/gm,
    )) {
      const [, own, type, first] = field;
      const value = first === undefined ? undefined : wholeValue(body, field.index + field[0].length, first);
      if (/ClassVar|^model_config/.test(type!) || own === "model_config") continue;
      // A validator puts it together from the others.
      if (new RegExp(`\\bvalues\\[["']${own}["']\\]\\s*=(?!=)`).test(body)) continue;
      // `KEY: str = os.environ["KEY"]`: what reads calls says how much it is needed.
      if (value !== undefined && /\benviron\b|\bgetenv\(/.test(value)) continue;
      // Whoever makes one hands it over.
      if (calls.length > 0 && calls.every((call) => new RegExp(`\\b${own}\\s*=(?!=)`).test(call))) continue;
      const alias = /(?:validation_alias|alias|env)\s*=\s*(?:AliasChoices\(\s*|\[\s*)?["'](\w+)["']/.exec(
        value ?? "",
      )?.[1];
      // The same where it may be left out.
      const isMade = value !== undefined && new RegExp(`validator\\(\\s*["']${own}["']`).test(body);
      const isRequired =
        value === undefined || /^\.\.\.|^Field\(\s*(?:\.\.\.|(?!default)\w+\s*=|\))/.test(value.trim());
      // Before version 2 a type that takes None has it for its value.
      const isLeftOut = value === undefined && isFirstVersion && /^Optional\[|\|\s*None\b/.test(type!.trim());
      const fields = delimiter === undefined || value !== undefined ? undefined : models.get(type!.trim());
      if (fields) {
        for (const name of fields)
          sightings.push({
            key: `${prefix}${own}${delimiter}${name}`.toUpperCase(),
            need: "checked",
            when: "run",
            offset: start + field.index,
            path,
            inSchema: true,
          });
        continue;
      }
      const hasDefault = isLeftOut || (value !== undefined && /default(?:_factory)?\s*=/.test(value));
      sightings.push({
        key: (alias ?? prefix + own!).toUpperCase(),
        need:
          isRequired && !hasDefault
            ? tried.has(named!)
              ? "declared"
              : "checked"
            : isMade
              ? "default"
              : isForbidden(type!, value ?? "")
                ? "checked"
                : needOfDefault(prefix + own!, value ?? ""),
        when: "run",
        offset: start + field.index,
        path,
        inSchema: true,
      });
    }
  }
  return sightings;
}

/** What each call of a class of the file is given. */
function callsOf(name: string, code: string): string[] {
  return [...code.matchAll(new RegExp(`(?<!class\\s)\\b${name}\\(`, "g"))].map((match) => {
    const open = match.index + match[0].length - 1;
    return code.slice(open, closing(code, open));
  });
}

/** A value that goes on in the lines behind its first one, which ends at `end`: `Field(` and what it is given. */
function wholeValue(body: string, end: number, first: string): string {
  const open = first.lastIndexOf("(");
  if (open < 0 || first.includes(")", open)) return first;
  const start = end - first.length;
  return body.slice(start, closing(body, start + open) + 1).replaceAll(/\s*\n\s*/g, " ");
}

/** `SALT: Annotated[int, Field(gt=0)] = -1`: settings check their defaults too, so that such a one only stands for a value. */
function isForbidden(type: string, value: string): boolean {
  if (!type.startsWith("Annotated[")) return false;
  if (/^(?:""|'')\s*(?:#.*)?$/.test(value)) return /\bmin_length\s*=\s*[1-9]/.test(type);
  const number = /^-?\d+(?:\.\d+)?(?=\s*(?:#.*)?$)/.exec(value)?.[0];
  const [, sign, least] = /\b(gt|ge)\s*=\s*(-?\d+(?:\.\d+)?)/.exec(type) ?? [];
  if (number === undefined || least === undefined) return false;
  return sign === "gt" ? Number(number) <= Number(least) : Number(number) < Number(least);
}

/** What is None or empty when it is missing has no value of its own. */
function needOfDefault(name: string, value: string): Need {
  const empty = /^(None|""|'')\s*(?:#.*)?$/.exec(value)?.[1];
  if (empty === undefined) return "default";
  const isNothingWithout = signsInBot.test(name) || partOfDatabase.test(name.toUpperCase());
  return empty !== "None" && isNothingWithout ? "plain" : "guarded";
}

const tries =
  /^[ \t]+try:[ \t]*\n[ \t]+(?:[\w.]+(?::[^=\n]+)?[ \t]*=[ \t]*)?(\w+)\([^()]{0,200}\)\s*\n(?:[^\n]*\n){0,3}?[ \t]*except\b/gm;

/** Classes whose failure nobody minds, `try: self.store = Store()` and `except ValidationError:`: a part one may leave out. At the outermost level it is all there is. */
function triedIn(code: string): Set<string> {
  return new Set(
    [...code.matchAll(tries)].flatMap((match) => {
      const end = match.index + match[0].length;
      return /\braise\b|exit\(|abort\(/.test(code.slice(end, end + 300)) ? [] : [match[1]!];
    }),
  );
}

/** Models of the file, with their fields without a value: settings hold them, and name their variables after both. */
function modelsIn(code: string): Map<string, string[]> {
  const models = new Map<string, string[]>();
  for (const match of code.matchAll(/^class\s+(\w+)\((?:\w+\.)?BaseModel\):/gm)) {
    const start = match.index + match[0].length;
    const next = /\n(?=\S)/.exec(code.slice(start));
    const body = code.slice(start, next ? start + next.index : code.length);
    models.set(
      match[1]!,
      [...body.matchAll(/^(?: {4}|\t)([A-Za-z]\w*)[ \t]*:[^=\n]+$/gm)].map(([, name]) => name!),
    );
  }
  return models;
}

/** What django-environ is told of types and defaults, `environ.Env(DEBUG=(bool, False))`, holds for every later read. */
export function settleDeclaredDefaults(code: string, sightings: Sighting[]): void {
  const declared = /\benviron\.(?:File\w*)?Env\(((?:[^()]|\([^()]{0,300}\)){0,6000})\)/.exec(code)?.[1];
  if (declared === undefined) return;
  const names = new Set([...declared.matchAll(/\b([A-Z]\w*)\s*=\s*\(\s*\w+\s*,/g)].map(([, name]) => name));
  for (const sighting of sightings)
    if (names.has(sighting.key) && sighting.need === "checked") sighting.need = "default";
}

/** Django's storage at Cloudinary reads its address itself where the settings hold nothing for it. */
export function readCloudinary(path: string, code: string): Sighting[] {
  const offset = code.indexOf("cloudinary_storage");
  if (
    offset < 0 ||
    !/_STORAGE\b|["']BACKEND["']/.test(code) ||
    /\bCLOUDINARY_STORAGE\b|CLOUDINARY_URL|cloudinary\.config\(/.test(code)
  )
    return [];
  return [{ key: "CLOUDINARY_URL", need: "checked", when: "run", offset, path }];
}

const secretKey = /^[ \t]*SECRET_KEY\s*(?::\s*\w+\s*)?=[^\n]*/gm;

/** Settings that refuse what their own default gives: `if not DEBUG and SECRET_KEY == default: raise`. */
const refusesSecret = /^[ \t]*(?:el)?if\b[^:]{0,300}?\bSECRET_KEY\b[^:]{0,300}:[ \t]*\n\s+raise\b/m;

/** Django refuses to start while its `SECRET_KEY` is empty. */
export function settleDjangoSecret(code: string, sightings: Sighting[]): void {
  if (!/^(?:INSTALLED_APPS|ROOT_URLCONF|DATABASES)\b|^from [.\w]+ import \*/m.test(code)) return;
  const isRefused = refusesSecret.test(code);
  for (const match of code.matchAll(secretKey))
    for (const sighting of sightings)
      if (
        sighting.offset > match.index &&
        sighting.offset < match.index + match[0].length &&
        (isRefused || /^(?:plain|guarded|quieted)$/.test(sighting.need))
      ) {
        sighting.need = "checked";
        if (isRefused) sighting.isInsisted = true;
      }
}

/** `env_prefix="x_"`, or the name of a constant that holds it. */
function prefixOf(settings: string, code: string): string {
  const [, written, name] = /(?<!\w)env_prefix["']?\s*[=:]\s*(?:["']([^"']*)["']|([A-Za-z_]\w*))/.exec(settings) ?? [];
  if (name === undefined) return written ?? "";
  const constant = new RegExp(`^[ \\t]*${name}\\s*(?::[^=\\n]+)?=\\s*["']([^"']*)["']`, "m");
  return (constant.exec(settings) ?? constant.exec(code))?.[1] ?? "";
}

/**
 * Settings of Flask or Django that are asked for elsewhere before they are used (`if app.config["MAIL_SERVER"]:`): their variables are
 * not needed. `texts` are the Python files of the project.
 */
export function settleGuardedSettings(sightings: Sighting[], texts: ReadonlyMap<string, string>): void {
  const named = sightings.flatMap((sighting) => {
    // A part that only sends a message asks for what the bot signs in with.
    if (sighting.need !== "plain" || signsInBot.test(sighting.key)) return [];
    const text = texts.get(sighting.path);
    if (text === undefined) return [];
    const before = text.slice(text.lastIndexOf("\n", sighting.offset) + 1, sighting.offset);
    const name = /^\s*(?:self\.)?([A-Z][A-Z0-9_]+)\s*=\s*(?:\w+\()?$/.exec(before)?.[1];
    return name === undefined ? [] : [{ sighting, name }];
  });
  if (named.length === 0) return;
  const asked = new Set<string>();
  const question =
    /(?:\b(?:if|and|not|elif)|^[ \t]*(?:el)?if\b[^\n]{0,200}?\bor)\s+(?:not\s+)?(?:(?:[\w.]*config(?:\.get\(|\[)|getattr\(\w+,)\s*["'](\w+)["']|(?:[\w.]+\.)?([A-Z][A-Z0-9_]{2,})\b)/gm;
  for (const text of texts.values()) for (const match of text.matchAll(question)) asked.add(match[1] ?? match[2]!);
  for (const { sighting, name } of named) if (asked.has(name)) sighting.need = "guarded";
}

/** `if not settings.API_KEY:` and `raise` while a module is loaded, and the address a database is opened with. */
const refusedField = /^if not (?:\w+\.)+([A-Za-z]\w*)[ \t]*:[ \t]*\n[ \t]+raise\b/gm;
const openedWith = /\bcreate_(?:async_)?engine\(\s*(?:str\(\s*)?((?:\w+\.)*)(\w+)\s*[,)]/g;

/** Raises what classes of settings hold as None where another file cannot be loaded without it. `texts` are the Python files of the project. */
export function settleRefusedSettings(sightings: Sighting[], texts: ReadonlyMap<string, string>): void {
  const optional = sightings.filter(({ need, inSchema, path }) => need === "guarded" && inSchema && texts.has(path));
  if (optional.length === 0) return;
  const refused = new Set<string>();
  for (const text of texts.values()) {
    for (const [, name] of text.matchAll(refusedField)) refused.add(name!.toUpperCase());
    for (const [, owner, name] of text.matchAll(openedWith)) {
      const field =
        owner === "" ? new RegExp(`^${name}\\s*=\\s*(?:\\w+\\.)+(\\w+)[ \\t]*$`, "m").exec(text)?.[1] : name;
      if (field !== undefined) refused.add(field.toUpperCase());
    }
  }
  for (const sighting of optional) if (refused.has(sighting.key)) sighting.need = "checked";
}

/** Words of a Python file that name modules: imports, and texts such as "bot.cogs.music" that a framework loads. */
const namesModules = /^[ \t]*(?:from|import)[ \t][^\n]*|["'][\w.]+["']/gm;
const isRunByHand = /^(?:if __name__\s*==\s*["']__main__["']|asyncio\.run\(|main\(\))/m;
/** Ways to load modules that no import names. */
const loadsByName = /\b(?:importlib|pkgutil|__import__|load_extensions?|autodiscover\w*|listdir|glob|INSTALLED_APPS)\b/;
const foundByName =
  /(?:^|\/)(?:__\w+__|manage|settings|wsgi|asgi|urls|apps|models|admin|tasks|celery|conf|gunicorn\S*|app|main)\.py$/;

/**
 * Programs beside the one that is deployed, such as an import of data: nothing imports them, and what starts the deployment does not name
 * them. Only where it is known what does; `others` are texts that may start programs too.
 */
export function settleIdlePrograms(
  sightings: Sighting[],
  texts: ReadonlyMap<string, string>,
  starts: readonly string[],
): void {
  const asking = new Set(sightings.flatMap(({ path }) => (texts.has(path) ? [path] : [])));
  const idle = new Set<string>();
  const isNamedByImport = ![...texts.values()].some((text) => loadsByName.test(text));
  let words: Set<string> | undefined;
  for (const path of asking) {
    // A module of a package that is only there.
    const isModule = isNamedByImport && texts.has(path.replace(/[^/]+$/, "__init__.py"));
    if (foundByName.test(path) || !(isModule || isRunByHand.test(texts.get(path)!))) continue;
    const name = /([^/]+)\.py$/.exec(path)![1]!;
    if (starts.some((text) => new RegExp(`(?<![\\w-])${literally(name)}(?![\\w-])`).test(text))) continue;
    words ??= new Set(
      [...texts].flatMap(([from, text]) =>
        (text.match(namesModules) ?? []).flatMap((part) =>
          (part.match(/\w+/g) ?? []).map((word) => (from.endsWith(`/${word}.py`) || from === `${word}.py` ? "" : word)),
        ),
      ),
    );
    if (!words.has(name)) idle.add(path);
  }
  for (const sighting of sightings) if (idle.has(sighting.path)) sighting.need = "tooling";
}
