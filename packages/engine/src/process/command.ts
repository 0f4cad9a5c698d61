/**
 * Commands as data: what runs, where, with which extra variables. Text is read here once, by our own rules; no shell ever sees it.
 * What is read is the part of the POSIX shell language that needs no shell: words, quotes, `NAME=value` in front, `cd dir &&`,
 * `export NAME=value &&`, and `&&` between commands. Source: POSIX.1-2024, Shell Command Language, sections 2.2, 2.6.2 and 2.9.
 */
import { posix } from "node:path";
import { DeployError } from "../error.ts";

export interface Command {
  /**
   * Program and arguments. `$NAME`, `${NAME}` and `${NAME:-default}` are filled from the environment when it runs; `$$` is a plain `$`.
   * An argument that is nothing but the name of a variable without a value is left out; `${NAME:-}` keeps it as an empty one.
   */
  argv: string[];
  /** Relative to the service directory; absent means there. */
  cwd?: string;
  /** Variables set in front of it (`NODE_ENV=production node server.js`); values are filled like arguments. */
  env?: Record<string, string>;
}

/** A command ready to be started: nothing left to fill. */
export interface ExpandedCommand {
  argv: string[];
  cwd?: string;
  env: Record<string, string>;
}

/** Words of the shell's own that are no programs: what they change would be lost, or they need a shell to mean anything. */
const shellWords = new Set(
  (
    "if then else elif fi for while until do done case esac function select { } [[ ! " +
    ". source eval alias unalias unset trap ulimit umask shift wait jobs bg fg pushd popd let local declare typeset readonly"
  ).split(" "),
);

const name = /^[A-Za-z_][A-Za-z0-9_]*/;

/**
 * The commands of a line of text (a script of package.json, a Procfile, a `buildCommand`), in order; the next one runs when the one before succeeded.
 * An empty line is no command. Throws INVALID_CONFIG for what only a shell can do: pipes, redirects, `;`, `||`, `&`, backticks, `$(…)`,
 * file patterns, several lines.
 */
export function parseCommand(text: string): Command[] {
  const source = text.trim();
  const commands: Command[] = [];
  let cwd = ".";
  const exported: Record<string, string> = {};
  for (const words of sequence(source)) {
    const env: Record<string, string> = { ...exported };
    let at = 0;
    for (let word = words[at]; word?.assigns !== undefined; word = words[++at]) {
      env[word.assigns] = word.text.slice(word.assigns.length + 1);
    }
    const rest = words.slice(at);
    const [first] = rest;
    if (!first) throw refused(source, "it sets variables and then runs nothing");
    const own = Object.keys(env).length;
    if (first.text === "cd" && !first.quoted) {
      cwd = entered(source, cwd, rest);
    } else if (first.text === "export" && !first.quoted) {
      for (const word of rest.slice(1)) {
        if (word.assigns === undefined) throw refused(source, `"export ${word.text}" gives no value`);
        exported[word.assigns] = word.text.slice(word.assigns.length + 1);
      }
    } else if (first.text === "set" && rest.length > 1 && rest.slice(1).every((word) => /^-[eux]+$/.test(word.text))) {
      // `set -e` asks for what we do anyway: stop at the first command that fails.
    } else {
      const argv = (first.text === "exec" && rest.length > 1 ? rest.slice(1) : rest).map((word) => word.text);
      const program = argv[0] ?? "";
      if (!first.quoted && shellWords.has(program)) throw refused(source, `"${program}" is a word of the shell`);
      if (program === "") throw refused(source, "the name of the program is empty");
      commands.push({ argv, ...(cwd === "." ? {} : { cwd }), ...(own === 0 ? {} : { env }) });
    }
  }
  return commands;
}

/**
 * The command with its variables filled from `env`; the answer's `env` is `env` with the variables in front of the command added.
 * A value goes into an argument as it is: it is never split at spaces and never read again.
 */
export function expandCommand(command: Command, env: Readonly<Record<string, string>>): ExpandedCommand {
  const own: Record<string, string> = { ...env };
  // As in a shell, a later assignment sees the earlier ones, and the arguments see none of them.
  for (const [key, value] of Object.entries(command.env ?? {})) own[key] = fill(value, own);
  const argv = command.argv.flatMap((argument) => {
    const bare = /^\$(?:\{(\w+)\}|(\w+))$/.exec(argument);
    const key = bare?.[1] ?? bare?.[2];
    if (key !== undefined && !env[key]) return [];
    return [fill(argument, env)];
  });
  return { argv, ...(command.cwd === undefined ? {} : { cwd: command.cwd }), env: own };
}

/** One line a person can read and, where the command needs no more than a shell, paste. */
export function formatCommand(command: Command): string {
  const env = Object.entries(command.env ?? {}).map(([key, value]) => `${key}=${quoted(value)}`);
  const line = [...env, ...command.argv.map(quoted)].join(" ");
  return command.cwd === undefined || command.cwd === "." ? line : `cd ${quoted(command.cwd)} && ${line}`;
}

interface Word {
  text: string;
  /** Some of it stood in quotes or after a backslash. */
  quoted: boolean;
  /** Name of the variable, when the word is an assignment. */
  assigns?: string;
}

/** Split at `&&` into lists of words; every word in the notation of Command.argv. */
function sequence(source: string): Word[][] {
  if (/[\r\n\0]/.test(source)) throw refused(source, "it has more than one line");
  const lists: Word[][] = [];
  let words: Word[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^[ \t]+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    if (rest.startsWith("&&")) {
      if (words.length === 0) throw refused(source, '"&&" has no command in front of it');
      lists.push(words);
      words = [];
      at += 2;
      if (source.slice(at).trim() === "") throw refused(source, '"&&" has no command after it');
      continue;
    }
    const [word, length] = readWord(source, at);
    words.push(word);
    at += length;
  }
  if (words.length > 0) lists.push(words);
  return lists;
}

/** Characters that end a word or mean something to a shell, and what a person calls them. */
const needsShell: Record<string, string> = {
  "|": "a pipe",
  ">": "a redirect",
  "<": "a redirect",
  ";": '";" between commands',
  "&": '"&" for running in the background',
  "`": "a backtick",
  "(": "parentheses",
  ")": "parentheses",
};

function readWord(source: string, start: number): [Word, number] {
  let text = "";
  let isQuoted = false;
  /** The word is one reference and nothing else, in double quotes: an empty value must stay an argument. */
  let quotedReference = false;
  let plain = "";
  let assigns: string | undefined;
  let at = start;
  while (at < source.length) {
    const char = source[at] as string;
    if (char === " " || char === "\t" || source.startsWith("&&", at)) break;
    if (char === "'") {
      const end = source.indexOf("'", at + 1);
      if (end < 0) throw refused(source, "a single quote is not closed");
      text += literal(source.slice(at + 1, end));
      isQuoted = true;
      at = end + 1;
    } else if (char === '"') {
      const [inner, length] = readDoubleQuoted(source, at + 1);
      quotedReference = text === "" && /^\$(\w+|\{\w+\})$/.test(inner);
      text += inner;
      isQuoted = true;
      at += length + 1;
    } else if (char === "\\") {
      if (at + 1 >= source.length) throw refused(source, "it ends in a backslash");
      text += literal(source[at + 1] as string);
      isQuoted = true;
      at += 2;
    } else if (char === "$") {
      const [reference, length] = readReference(source, at);
      text += reference;
      at += length;
    } else if (needsShell[char] !== undefined) {
      throw refused(source, source.startsWith("||", at) ? 'it uses "||"' : `it uses ${needsShell[char]}`);
    } else if (char === "#" && at === start) {
      throw refused(source, "it has a comment");
    } else if (char === "~" && at === start && /^~(\/|\s|$)/.test(source.slice(at))) {
      throw refused(source, 'it uses "~"', "Write $HOME.");
    } else {
      text += char;
      plain += char;
      at += 1;
      if (char === "=" && assigns === undefined && !isQuoted && name.exec(text)?.[0] === text.slice(0, -1)) {
        assigns = text.slice(0, -1);
      }
    }
  }
  // A pattern that follows an option (`--filter=./apps/*`) names no file, so a shell passes it on unchanged too.
  if (assigns === undefined && !text.startsWith("-")) {
    if (/[*?]/.test(plain))
      throw refused(source, `"${text}" is a file pattern`, "Put it in quotes if it is meant as it stands.");
    if (/\{[^{}]*(,|\.\.)[^{}]*\}/.test(plain)) {
      throw refused(
        source,
        `"${text}" means different things in different shells`,
        "Put it in quotes if it is meant as it stands.",
      );
    }
  }
  const bracketed = /^\$\{?(\w+)\}?$/.exec(text)?.[1];
  if (quotedReference && bracketed !== undefined) text = `\${${bracketed}:-}`;
  return [{ text, quoted: isQuoted, ...(assigns === undefined ? {} : { assigns }) }, at - start];
}

function readDoubleQuoted(source: string, start: number): [string, number] {
  let text = "";
  let at = start;
  while (at < source.length) {
    const char = source[at] as string;
    if (char === '"') return [text, at - start + 1];
    if (char === "\\" && /["\\$`]/.test(source[at + 1] ?? "")) {
      text += literal(source[at + 1] as string);
      at += 2;
    } else if (char === "`") {
      throw refused(source, "it uses a backtick");
    } else if (char === "$") {
      const [reference, length] = readReference(source, at);
      text += reference;
      at += length;
    } else {
      text += char;
      at += 1;
    }
  }
  throw refused(source, "a double quote is not closed");
}

/** A `$…` at `at`, in the notation of Command.argv, and how much of the text it takes. */
function readReference(source: string, at: number): [string, number] {
  const rest = source.slice(at);
  if (rest.startsWith("$(")) throw refused(source, "it uses $(…)");
  const simple = /^\$[A-Za-z_][A-Za-z0-9_]*/.exec(rest);
  if (simple) return [simple[0], simple[0].length];
  if (rest.startsWith("${")) {
    const found = readBraces(rest);
    if (!found)
      throw refused(source, "a variable can be written $NAME, ${NAME} or ${NAME:-default} here, and in no other way");
    if (/[`]|\$\(/.test(found.fallback ?? "")) throw refused(source, "it runs a command inside a default value");
    return [rest.slice(0, found.length), found.length];
  }
  if (/^\$[0-9@*#?$!-]/.test(rest)) throw refused(source, `it uses the shell's own variable ${rest.slice(0, 2)}`);
  return ["$$", 1];
}

/** `${NAME}`, `${NAME:-default}` or `${NAME-default}` at the start of the text; the default may hold references of its own. */
function readBraces(text: string): { key: string; fallback?: string; colon: boolean; length: number } | null {
  const head = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(\}|:-|-)/.exec(text);
  if (!head) return null;
  const key = head[1] as string;
  if (head[2] === "}") return { key, colon: false, length: head[0].length };
  let depth = 1;
  for (let at = head[0].length; at < text.length; at++) {
    if (text.startsWith("${", at)) depth += 1;
    else if (text[at] === "}" && --depth === 0) {
      return { key, fallback: text.slice(head[0].length, at), colon: head[2] === ":-", length: at + 1 };
    }
  }
  return null;
}

function fill(text: string, env: Readonly<Record<string, string>>): string {
  let result = "";
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "$") {
      const next = text.indexOf("$", at);
      result += text.slice(at, next < 0 ? undefined : next);
      at = next < 0 ? text.length : next;
      continue;
    }
    const rest = text.slice(at);
    const simple = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(rest);
    const braces = simple ? null : readBraces(rest);
    if (rest.startsWith("$$")) {
      result += "$";
      at += 2;
    } else if (simple) {
      result += env[simple[1] as string] ?? "";
      at += simple[0].length;
    } else if (braces) {
      const value = env[braces.key];
      const isAbsent = braces.colon ? !value : value === undefined;
      result += isAbsent ? fill(braces.fallback ?? "", env) : value;
      at += braces.length;
    } else {
      result += "$";
      at += 1;
    }
  }
  return result;
}

function entered(source: string, from: string, words: Word[]): string {
  const target = words[1]?.text;
  if (
    words.length !== 2 ||
    target === undefined ||
    target.startsWith("/") ||
    target.startsWith("-") ||
    target.includes("$")
  ) {
    throw refused(source, '"cd" takes one directory of the project here, as a relative path');
  }
  return posix.normalize(posix.join(from, target)).replace(/(.)\/$/, "$1");
}

function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function quoted(argument: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) || /^\$\w+$/.test(argument)) return argument;
  const hasReference = /\$(?!\$)/.test(argument.replaceAll("$$", ""));
  if (hasReference) return `"${argument.replace(/["`\\]/g, "\\$&").replaceAll("$$", "\\$")}"`;
  return `'${argument.replaceAll("$$", "$").replaceAll("'", "'\\''")}'`;
}

function refused(source: string, why: string, hint?: string): DeployError {
  const shown = source.length > 120 ? `${source.slice(0, 117)}...` : source;
  return new DeployError("INVALID_CONFIG", {
    what: `The command cannot be run without a shell: ${why}.`,
    where: JSON.stringify(shown),
    next: `${hint ? `${hint} Otherwise: ` : ""}Put it in a script of package.json (or a script file) and give the command that runs it, such as "npm run build".`,
  });
}
