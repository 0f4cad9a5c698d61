/** Functions of a program that read the variable whose name they are given, wherever they are called: `Env.require("KEY")`. */
import { posix } from "node:path";
import { literally } from "../../detect/literally.ts";
import { closing } from "../code.ts";
import { maskHashComments, maskSlashComments } from "../mask.ts";
import type { Need, Sighting } from "../sighting.ts";

interface Form {
  comments: "hash" | "slash";
  /** The files that may hold such a function. */
  asks: RegExp;
  /** Its head: indentation, name, parameter, and what other parameters there are. */
  head: RegExp;
  /** Before the parameter, where it is read. */
  reads: RegExp;
  /** It fails. */
  stops: RegExp;
  /** It has something of its own for what is missing. */
  answers?: RegExp;
  /** The table of languages finds what functions of these names are given. */
  known: RegExp;
  /** They belong to a folder, whose files call them by their bare name and others by its own. */
  isOfFolder?: true;
}

const modifiers = "^([ \\t]*)(?:(?:public|private|protected|internal|static|final|async|open|override)\\s+){0,5}";
const none = /(?!)/;

const jvm = {
  comments: "slash",
  asks: /\bgetenv\(\s*[a-z]|\bgetenv\(\)\s*(?:\.get\(|\[)\s*[a-z]/,
  reads: /\bgetenv\((?:\)\s*(?:\.get\(|\[))?\s*$/,
  stops: /\bthrow\b|\berror\(|\brequireNotNull\(|exitProcess|System\.exit|!!/,
  known: none,
} as const;

const forms: Readonly<Record<string, Form>> = {
  java: {
    ...jvm,
    head: new RegExp(
      `${modifiers}String\\s+(\\w+)\\(\\s*(?:final\\s+)?String\\s+(\\w+)\\s*(,[^)]{0,400})?\\)[^{};]{0,80}\\{`,
      "gm",
    ),
  },
  kt: {
    ...jvm,
    head: new RegExp(
      `${modifiers}fun\\s+(\\w+)\\(\\s*(\\w+)\\s*:\\s*String\\s*(,[^)]{0,400})?\\)[^={}\\n]{0,80}[={]`,
      "gm",
    ),
  },
  cs: {
    comments: "slash",
    asks: /GetEnvironmentVariable\(\s*[a-z]/,
    head: new RegExp(
      `${modifiers}[sS]tring\\??\\s+(\\w+)\\(\\s*string\\s+(\\w+)\\s*(,[^)]{0,400})?\\)\\s*(?:\\{|=>)`,
      "gm",
    ),
    reads: /\bGetEnvironmentVariable\(\s*$/,
    stops: /\bthrow\b|Environment\.Exit/,
    known: /Require|Must/,
  },
  php: {
    comments: "slash",
    asks: /\bgetenv\(\s*\$|\$_(?:ENV|SERVER)\[\s*\$/,
    head: new RegExp(
      `${modifiers}function\\s+(\\w+)\\(\\s*(?:\\??string\\s+)?\\$(\\w+)\\s*(,[^)]{0,400})?\\)[^{};]{0,60}\\{`,
      "gm",
    ),
    reads: /(?:\bgetenv\(|\$_(?:ENV|SERVER)\[)\s*\$$/,
    stops: /\bthrow\b|\bdie\b|\bexit\b/,
    known: /^env$/,
  },
  go: {
    comments: "slash",
    asks: /\bos\.(?:Getenv|LookupEnv)\(\s*[a-z]\w*\s*\)/,
    head: /^()func\s+(\w+)(?:\[[^\]\n]*\])?\(\s*(\w+)(?:\s+string)?\s*(,[^)\n]*)?\)[^{\n]*\{/gm,
    reads: /\bos\.(?:Getenv|LookupEnv)\(\s*$/,
    stops: /\bpanic\(|log\.(?:Fatal|Panic)|os\.Exit|\bFatal/,
    known: /[eE]nv|^[mM]ust|^[rR]equire/,
    isOfFolder: true,
  },
  rb: {
    comments: "hash",
    asks: /\bENV(?:\[|\.fetch\(?)\s*[a-z]/,
    head: /^([ \t]*)def\s+(?:self\.)?(\w+[!?]?)[( ]\s*(\w+)\s*(,[^)\n]{0,400})?\)?[ \t]*$/gm,
    reads: /\bENV(?:\[|\.fetch\(?)\s*$/,
    stops: /\braise\b|\babort\b|\bfail\b|\bENV\.fetch\(?\s*\w+\s*(?:\)\s*)?$/m,
    known: none,
  },
  ex: {
    comments: "hash",
    asks: /\bSystem\.(?:get|fetch)_env!?\(\s*[a-z]/,
    head: /^([ \t]*)defp?\s+(\w+[!?]?)\(\s*(\w+)\s*(,[^)\n]{0,400})?\)(?:,[ \t]*do:|[ \t]+do[ \t]*$)/gm,
    reads: /\bSystem\.(?:get|fetch)_env!?\(\s*$/,
    stops: /\braise\b|System\.halt|fetch_env!/,
    known: /^fetch_env!$/,
  },
  py: {
    comments: "hash",
    asks: /\b(?:getenv\(|environ(?:\.get\(|\[))\s*[a-z]/,
    head: /^([ \t]*)def\s+(\w+)\(\s*(?:(?:self|cls)\s*,\s*)?(\w+)\s*(?::\s*str\s*)?(,[^)]{0,400})?\)[^:\n]*:[ \t]*$/gm,
    reads: /\b(?:getenv\(\s*(?:key\s*=)?|environ(?:\.get\(|\[))\s*$/,
    stops: /\braise\b|sys\.exit|\bexit\(|\benviron\[/,
    answers: /\bif\s+(?:not\b|\w+\s+is\s+None\b)[^\n]*:[^\n]*\n/,
    known: /^get_env(?:_variable)?$|(?=.*(?:requir|must|or_(?:throw|raise|fail|exit|die))).*env|^(?:env|config)$/,
  },
};

interface Reader {
  form: Form;
  extension: string;
  path: string;
  name: string;
  /** The class or module it stands in. */
  owner: string;
  /** Called with the name alone, and with more. */
  alone: Need | null;
  withMore: Need | null;
  /** Whether it is needed is said where it is called: `read("KEY", required=True)`. */
  isTold: boolean;
}

/** So many characters of a function are looked at. */
const longest = 800;
/** Of such a name it is clear enough what it is given, whoever has it. */
const telling = /env|require|must|mandatory|variable|secret|setting|conf/i;
const replacedBy =
  /^(?:\s*,|[\])]*(?:\s*\?\?|\s*\?:|\s*\|\||\s+or\b|\s*\.\w*(?:[oO]rElse|[oO]rDefault)))\s*(null\b|nil\b|None\b)?/;

/** Programs have one or two of them; more are somebody's library. */
const most = 40;

/** `texts` are the files of the program, of any language. */
export function readThroughOwnFunctions(texts: ReadonlyMap<string, string>): Sighting[] {
  const readers: Reader[] = [];
  for (const [path, text] of texts) {
    const extension = extensionOf(path);
    const form = forms[extension];
    if (!form?.asks.test(text)) continue;
    for (const reader of readersIn(form, { path, extension, code: masked(form, text) })) {
      readers.push(reader);
      if (readers.length >= most) return callsOfAll(readers, texts);
    }
  }
  return callsOfAll(readers, texts);
}

function callsOfAll(readers: readonly Reader[], texts: ReadonlyMap<string, string>): Sighting[] {
  if (readers.length === 0) return [];
  return [...texts].flatMap(([path, text]) => {
    const called = readers.filter((reader) => isOfSame(reader, path) && text.includes(reader.name));
    if (called.length === 0) return [];
    const code = masked(called[0]!.form, text);
    return called.flatMap((reader) => callsOf(reader, path, code));
  });
}

function extensionOf(path: string): string {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  return extension === "exs" ? "ex" : extension;
}

/** Kotlin calls what Java has, and the other way about. */
function isOfSame({ extension }: Reader, path: string): boolean {
  const other = extensionOf(path);
  return other === extension || (/^(?:java|kt)$/.test(other) && /^(?:java|kt)$/.test(extension));
}

function masked({ comments }: Form, text: string): string {
  return comments === "hash" ? maskHashComments(text) : maskSlashComments(text);
}

/** Those that read themselves, and then those that hand the name on to one of them. */
function readersIn(form: Form, { path, extension, code }: { path: string; extension: string; code: string }): Reader[] {
  const functions = [...code.matchAll(form.head)].map((match) => {
    const [whole, indent, name, parameter, more] = match;
    const body = bodyOf(extension, code, match.index + whole.length, indent!.length);
    return { name: name!, parameter: parameter!, more, body, start: match.index };
  });
  const found: Reader[] = [];
  for (const isDirect of [true, false]) {
    const names = found.map(({ name }) => name);
    if (!isDirect && names.length === 0) break;
    const reads = isDirect ? form.reads : new RegExp(`(?<![\\w.>:])(${names.map(literally).join("|")})\\(\\s*$`);
    for (const { name, parameter, more, body, start } of functions) {
      if (names.includes(name)) continue;
      const [at, through] = readAt(body, parameter, reads);
      if (at < 0) continue;
      const isHanded = found.some((one) => one.name === through && one.alone === "checked");
      const behind = body.slice(at + parameter.length);
      // `getenv(name, "0")` is there, whatever the function stops for.
      const isStopping = isHanded || (form.stops.test(body) && !/^\s*,\s*(?:["'][^"'\n]|\d)/.test(behind));
      const isTold = isStopping && /requir|mandat/i.test(more ?? "");
      if (!isTold && /\bbool/i.test(more ?? "")) continue;
      const instead = replacedBy.exec(behind);
      const isEmpty = /(?:=|\\\\)\s*(?:null|nil|None)\b/.test(more ?? "");
      const isGiven = /=|\\\\|\.\.\./.test(more ?? "");
      const isAnswered = instead?.[1] === undefined && (instead !== null || form.answers?.test(body) === true);
      const own = isStopping ? "checked" : isAnswered ? null : instead === null ? "plain" : "quieted";
      found.push({
        form,
        extension,
        path,
        name,
        owner: ownerOf(form, path, code.slice(0, start)),
        // Of several functions of that name each is called with what it takes.
        alone: more === undefined ? own : isEmpty ? (isStopping ? "checked" : "quieted") : isGiven ? "default" : null,
        withMore:
          more === undefined ? null : isStopping && /message|error|hint|descr/i.test(more) ? "checked" : "default",
        isTold,
      });
    }
  }
  return found;
}

/** Where a function reads what it is given, -1 where it does not, and the function it hands it to. */
function readAt(body: string, parameter: string, reads: RegExp): [at: number, through: string | undefined] {
  for (const { index } of body.matchAll(new RegExp(`\\b${literally(parameter)}\\b`, "g"))) {
    const read = reads.exec(body.slice(Math.max(0, index - 60), index));
    if (read) return [index, read[1]];
  }
  return [-1, undefined];
}

function bodyOf(extension: string, code: string, start: number, indent: number): string {
  const rest = code.slice(start, start + longest);
  if (code[start - 1] === "{") return rest.slice(0, closing(`{${rest}`, 0));
  const end =
    extension === "cs"
      ? /;/
      : extension === "kt"
        ? /\n\s*(?:\n|\}|(?:\w+\s+)?(?:fun|val|class|object)\b)/
        : new RegExp(`\\n[ \\t]{0,${indent}}\\S`);
  return rest.slice(0, end.exec(rest)?.index ?? rest.length);
}

function ownerOf(form: Form, path: string, above: string): string {
  if (form.isOfFolder) return /^package\s+(\w+)/m.exec(above)?.[1] ?? "";
  const named = [...above.matchAll(/\b(?:class|object|module|defmodule)\s+([A-Z][\w.]*)/g)].at(-1)?.[1];
  return (named ?? path.replace(/^.*\/|\.\w+$/g, "")).split(".").at(-1)!;
}

/** `code` is the masked text of the file. */
function callsOf(reader: Reader, path: string, code: string): Sighting[] {
  const { form, name, alone, withMore, isTold } = reader;
  if (form.known.test(name)) return [];
  const open = path.endsWith(".rb") ? "[( ]" : "\\(";
  const calls = new RegExp(
    `(?<![\\w$])${literally(name)}(?:\\[\\w+\\])?${open}\\s*(?:\\w+\\s*=\\s*)?["']([A-Z][A-Z0-9_]{2,})["']\\s*(,?)`,
    "g",
  );
  return [...code.matchAll(calls)].flatMap((call): Sighting[] => {
    const before = code.slice(Math.max(0, call.index - 60), call.index);
    const receiver = /(\w+)\)?(?:\?|!!)?(?:\.|::|->)$/.exec(before)?.[1];
    const more = call[2] === "" ? "" : /^[^()\n]*/.exec(code.slice(call.index + call[0].length))![0];
    const stated = isTold && /\btrue\b/i.test(more) ? "checked" : call[2] === "" ? alone : withMore;
    const need = stated === null || stated === "checked" ? stated : needAt(stated, code, call);
    if (need === null || /\b(?:def|function|fun)\s+$/.test(before)) return [];
    if (!isCalled(reader, path, receiver)) return [];
    return [
      {
        key: call[1]!,
        need,
        when: "run",
        offset: call.index,
        path,
        ...(need === "checked" ? { isInsisted: true as const } : {}),
      },
    ];
  });
}

/** What is done with the answer, on its line. */
function needAt(stated: Need, code: string, call: RegExpExecArray): Need {
  const end = call.index + call[0].length;
  const after = code.slice(end, end + 80);
  if (fails.test(after)) return "checked";
  if (replaced.test(after)) return "default";
  const line = code.slice(Math.max(0, call.index - 200), call.index);
  return /^[ \t]*(?:\}?\s*else\s+)?(?:if|elif|elsif|unless|while|switch|when|case|match)\b/.test(
    line.slice(line.lastIndexOf("\n") + 1),
  )
    ? "guarded"
    : stated;
}

const fails = /^\s*(?:\)\s*)?(?:(?:\?\?|\?:|\|\||or\b)\s*(?:throw|raise|error|abort|die|exit)|!!|\.orElseThrow)/;
const replaced = /^\s*(?:\)\s*)?(?:\?|\|\||or\b|&&|[=!]==?|\.(?:orElse|present|blank|nil\b|empty|to_\w))/;

/** Others may have functions of that name too. */
function isCalled({ form, name, owner, path: own }: Reader, path: string, receiver: string | undefined): boolean {
  if (form.isOfFolder)
    return receiver === undefined
      ? posix.dirname(own) === posix.dirname(path)
      : receiver === owner && /^[A-Z]/.test(name);
  if (telling.test(name)) return true;
  if (receiver === undefined || /^(?:this|self|static|cls)$/.test(receiver)) return own === path;
  const [its, called] = [owner, receiver].map((one) => one.replaceAll("_", "").toLowerCase()) as [string, string];
  return its.endsWith(called) || called.endsWith(its);
}
