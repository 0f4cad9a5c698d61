/** Blocks that run only when a variable is there: what is read in them is needed only together with it. */
import { closing } from "../code.ts";
import type { Sighting } from "../sighting.ts";

interface Form {
  /** The head of a block: its indentation, its condition. */
  head: RegExp;
  /** A condition that is about absence. */
  isNot: RegExp;
  /** Where the block ends that is indented so much. */
  end(indent: number): RegExp;
}

const forms = {
  py: {
    head: /^([ \t]*)(?:el)?if\b([^:]{0,400}?\b(?:environ|getenv)\b[^:]{0,400}?):[ \t]*$/gm,
    isNot: /\bnot\b|!=/,
    end: (indent) => new RegExp(`^[ \\t]{0,${indent}}(?![ \\t])(?=\\S)`, "m"),
  },
  rb: {
    head: /^([ \t]*)(?:[\w.@]+\s*=\s*)?(?:els)?if\b([^\n]*\bENV\b[^\n]*)$/gm,
    isNot: /!|\bnot\b|\.nil\?|\.blank\?|\.empty\?/,
    end: (indent) => new RegExp(`^[ \\t]{${indent}}(?:end|else|elsif)\\b`, "m"),
  },
  ex: {
    head: /^([ \t]*)(?:\w+ =[ \t]*)?if (System\.get_env\("\w+"\)[^\n]*)\bdo[ \t]*$/gm,
    isNot: /\bnot\b|!|\bis_nil\b|==/,
    end: (indent) => new RegExp(`^[ \\t]{${indent}}(?:end|else)\\b`, "m"),
  },
} satisfies Record<string, Form>;

/** Asks where the program runs, or in which mode: what follows is not a feature one may leave out. */
export const aboutPlatform: RegExp =
  /["'](?:\w*_)?(?:ENV|ENVIRONMENT|MODE|STAGE|DEBUG|TESTING|CI|DYNO|HEROKU\w*|RENDER|RAILWAY\w*|VERCEL\w*|FLY_\w+|GAE_\w+|K_SERVICE|KUBERNETES\w*)["']|prod/i;

/** `USE_S3 = env.bool("USE_S3", False)`: off unless somebody switches it on. */
const switches =
  /^(\w+)\s*=\s*(?:\w+\.)?(?:env(?:\.bool)?|config|getenv|environ\.get)\(\s*["']\w+["']\s*,\s*(?:default\s*=\s*)?["']?[fF]alse\b/gm;

/** The same of blocks of Python that run when such a switch is on, `if USE_S3:`. */
export function quietSwitchedBlocks(code: string, sightings: Sighting[]): void {
  const names = new Set([...code.matchAll(switches)].map(([, name]) => name));
  for (const match of names.size > 0 ? code.matchAll(/^([ \t]*)(?:el)?if (\w+)[ \t]*:[ \t]*$/gm) : []) {
    if (!names.has(match[2])) continue;
    const start = match.index + match[0].length;
    const after = forms.py.end(match[1]!.length).exec(code.slice(start + 1));
    const end = after ? start + 1 + after.index : code.length;
    for (const sighting of sightings)
      if (sighting.offset > start && sighting.offset < end && /^(?:asserted|plain|checked)$/.test(sighting.need))
        sighting.need = "guarded";
  }
}

/** `if provider == "azure":`, `case "s3":` of Go, and `"s3" ->` of Elixir. */
const chosen = {
  ex: /^([ \t]*)"([\w-]+)" ->[ \t]*$/gm,
  py: /^([ \t]*)(?:el)?if \(?[\w.]+(?:\.lower\(\))? == ["']([\w-]+)["']\)?[ \t]*:[ \t]*$/gm,
  go: /^([ \t]*)case "([\w-]+)"(?:, "[\w-]+")*:[ \t]*$/gm,
};
/** What a command line is told to do is no choice between vendors. */
const isCommand = /^(?:serve\w*|server|start|run\w*|api|web|app|bot|worker|all|main|__main__)$/;

/** What is read where one of several is chosen is needed by whoever chooses that, unless it is chosen by itself. */
export function quietChosenBlocks(language: keyof typeof chosen, code: string, sightings: Sighting[]): void {
  const matches = sightings.length === 0 ? [] : [...code.matchAll(chosen[language])];
  const given = matches.length === 0 ? "" : code.replaceAll(/[!=]=\s*["'][\w-]*["']/g, "");
  for (const match of matches) {
    const [head, indent, value] = match;
    if (isCommand.test(value!) || aboutPlatform.test(`"${value!.toUpperCase()}"`) || aboutPlatform.test(head)) continue;
    if (new RegExp(`(?:,|=|\\bor|\\breturn)\\s*["']${value!}["']`).test(given)) continue;
    const start = match.index + head.length;
    const after = (language === "go" ? /^[ \t]*(?:case |default:|\})/m : forms.py.end(indent!.length)).exec(
      code.slice(start + 1),
    );
    const end = after ? start + 1 + after.index : code.length;
    quietWithin(start, end, sightings, /^(?:asserted|plain|checked)$/);
  }
}

/** Takes back what `sightings`, of one file in the language, say of variables read in such blocks. */
export function quietAskedBlocks(language: keyof typeof forms, code: string, sightings: Sighting[]): void {
  const form = forms[language];
  // Elixir and Ruby insist by the way they ask, once they know that the variable is there.
  const quieted = language === "py" ? /^(?:asserted|plain)$/ : /^(?:asserted|plain|checked)$/;
  for (const match of code.matchAll(form.head)) {
    const [head, indent, condition] = match;
    if (form.isNot.test(condition!) || aboutPlatform.test(condition!)) continue;
    const start = match.index + head.length;
    const after = form.end(indent!.length).exec(code.slice(start + 1));
    const end = after ? start + 1 + after.index : code.length;
    for (const sighting of sightings)
      if (sighting.offset > start && sighting.offset < end && quieted.test(sighting.need)) sighting.need = "guarded";
  }
}

const bracedHead =
  /\bif\b([^{}\n]{0,300}?\b(?:[gG]etenv|LookupEnv|_ENV|env::var|GetEnvironmentVariable)\b[^{}\n]{0,300})\{/g;
/** A condition about absence, or about any value but one. */
const isAbsence = /!(?!==?\s*(?:""|''|nil|null))|===?\s*(?:""|''|nil|null)|\bis_err\b|\bIsNullOr|\bempty\(/;

/** The same of blocks in braces: `if os.Getenv("MAIL_HOST") != "" { … }`, `if ($_ENV["STORE"] === "s3") { … }`. */
export function quietBracedBlocks(code: string, sightings: Sighting[]): void {
  if (sightings.length < 2) return;
  for (const match of code.matchAll(bracedHead)) {
    const condition = match[1]!;
    if (isAbsence.test(condition) || aboutPlatform.test(condition)) continue;
    quietBlock(code, match, sightings, /^(?:asserted|plain)$/);
  }
  const names = namesThatAsk(code);
  if (names.size === 0 && !/[bB]ool\w*\(/.test(code)) return;
  for (const match of code.matchAll(switchedHead))
    if (match[1] === undefined || names.get(match[1]) === (match[2] === undefined ? "switch" : "text"))
      quietBlock(code, match, sightings, /^(?:asserted|plain|checked)$/);
}

/** Whether a call reads a switch that is off unless somebody sets it: `envBool("PAID")`, `getBoolEnv("PAID", false)`. */
const readsSwitch = `(?:\\w+\\.)?(?=\\w{0,40}[bB]ool)\\w{0,40}[eE]nv\\w{0,40}\\(\\s*"\\w+"\\s*(?:,\\s*false\\s*)?\\)`;
/** `paid := envBool("PAID")`, `c.paid = os.Getenv("PAID") == "true"`, and `c.hook = os.Getenv("HOOK")`, which may be empty. */
const asking = new RegExp(
  `\\b(\\w+)\\s*:?=\\s*(?:(${readsSwitch})|os\\.Getenv\\(\\s*"\\w+"\\s*\\)[ \\t]*(==\\s*"(?:true|1|yes|on)"|$))`,
  "gm",
);
/** `if c.paid {`, `if c.hook != "" {`, `if envBool("PAID") {`. */
const switchedHead = new RegExp(`\\bif\\s+(?:(?:\\w+\\.)*(\\w+)(?:\\s*(!=)\\s*"")?|${readsSwitch})\\s*\\{`, "g");

/** Names that hold a switch, or a text that is asked for before it is used. */
function namesThatAsk(code: string): Map<string, "switch" | "text"> {
  if (!/[bB]ool|Getenv/.test(code)) return new Map();
  return new Map(
    [...code.matchAll(asking)].map(([, name, read, compared]) => [
      name!,
      read === undefined && compared === "" ? "text" : "switch",
    ]),
  );
}

/** What is read in the block behind `head`, and needed in one of these ways, is needed only together with what its head asks for. */
function quietBlock(code: string, head: RegExpExecArray, sightings: Sighting[], needs: RegExp): void {
  const start = head.index + head[0].length;
  quietWithin(start, closing(code, start - 1), sightings, needs);
}

/** Takes back what `sightings` say of variables that are read nowhere but between these places, and needed in one of these ways. */
export function quietWithin(start: number, end: number, sightings: Sighting[], needs: RegExp): void {
  const [within, others] = [new Set<Sighting>(), new Set<string>()];
  for (const sighting of sightings)
    if (needs.test(sighting.need)) {
      if (sighting.offset > start && sighting.offset < end) within.add(sighting);
      else others.add(sighting.key);
    }
  for (const sighting of within) {
    if (others.has(sighting.key)) continue;
    sighting.need = "guarded";
    delete sighting.isInsisted;
  }
}

const ofDevelopment = {
  rb: {
    head: /^([ \t]*)(?:els)?(?:if\b[^\n]*(?:\bRails\.env\.(?:development|test|local)\?|_ENV["']\]\s*==\s*["'](?:development|test)["'])|unless Rails\.env\.production\?)[ \t]*$/gm,
    line: /(?<!!)\bRails\.env\.(?:development|test|local)\?/,
  },
  ex: {
    head: /^([ \t]*)if config_env\(\) (?:== |in \[):(?:dev|test)\b(?![^\n]*:prod\b)[^\n]*\bdo[ \t]*$/gm,
    line: /\bconfig_env\(\) == :(?:dev|test)\b/,
  },
};

/** What Rails and Elixir read while developing or testing alone, in a block or on one line. */
export function settleDevelopment(language: keyof typeof ofDevelopment, code: string, sightings: Sighting[]): void {
  const { head, line } = ofDevelopment[language];
  if (sightings.length === 0) return;
  const blocks = [...code.matchAll(head)].map((match) => {
    const start = match.index + match[0].length;
    const after = forms.rb.end((match[1] ?? "").length).exec(code.slice(start + 1));
    return { start, end: after ? start + 1 + after.index : code.length };
  });
  for (const sighting of sightings) {
    const from = code.lastIndexOf("\n", sighting.offset) + 1;
    const end = code.indexOf("\n", sighting.offset);
    if (
      blocks.some((block) => sighting.offset > block.start && sighting.offset < block.end) ||
      line.test(code.slice(from, end < 0 ? code.length : end))
    )
      sighting.need = "tooling";
  }
}

const whileDeveloped = /\bif\s*\(\s*(?:\w+\.){0,6}IsDevelopment\(\)\s*\)\s*\{/g;

/** The same of C#, `if (app.Environment.IsDevelopment()) { … }`. */
export function settleDevelopmentOfDotnet(code: string, sightings: Sighting[]): void {
  if (sightings.length === 0) return;
  for (const match of code.matchAll(whileDeveloped)) {
    const start = match.index + match[0].length;
    const end = closing(code, start - 1);
    for (const sighting of sightings) if (sighting.offset > start && sighting.offset < end) sighting.need = "tooling";
  }
}

/** C#: `string.IsNullOrEmpty(a["X"]) ? 15 : int.Parse(a["X"]!)`, what a statement asks for before it uses it. */
export function settleAskedInStatement(code: string, sightings: Sighting[]): void {
  if (!sightings.some(({ need }) => need === "guarded")) return;
  /** Where the statement ends that asked for the key last. */
  const until = new Map<string, number>();
  for (const one of sightings.toSorted((a, b) => a.offset - b.offset))
    if (one.offset < (until.get(one.key) ?? -1)) one.need = "guarded";
    else if (one.need === "guarded" && one.offset >= 0) until.set(one.key, code.indexOf(";", one.offset));
}
