/**
 * Variables read by languages other than JavaScript: a table of patterns per language, and one way to look at the line around a match.
 */
import { quietAskedBlocks } from "./asked-blocks.ts";
import { maskHashComments, maskSlashComments } from "./mask.ts";
import { readPythonSettings } from "./python.ts";
import { readRequiredLists } from "./required-lists.ts";
import type { Need, Sighting } from "./sighting.ts";

interface Read {
  /** Group 1 is the key; group 2, when it took part, what follows the key inside the call (a default, or options). */
  pattern: RegExp;
  /** Without anything around that says otherwise. `plain` is looked at closer. */
  need: Need;
  when?: "build";
  /** A field of a structure that holds the whole environment. */
  inSchema?: true;
  /** The program refuses to start without it. */
  isInsisted?: true;
  /** A name put on a list of what is missing: of account when the program then stops. */
  isReported?: true;
}

/** So many characters behind a list of what is missing the program stops because of it. */
const untilItStops = 1500;

interface Language {
  extensions: string[];
  /** A file without any of these is not looked at. */
  words: RegExp;
  comments: "hash" | "slash";
  reads: Read[];
  /** After the read: something takes its place. */
  replaced: RegExp;
  /** After the read: it fails. */
  demanded?: RegExp;
  /** Before the read, on its line: an empty value is as good as any. */
  lenient?: RegExp;
  /** The rest of the block after `if not X`: it fails. */
  stops: RegExp;
  /** What is missing is nil, so that an empty text in its place is meant. */
  isEmptyMeant?: true;
}

const anyName = "([A-Za-z_][A-Za-z0-9_]*)";
const quoted = `["']${anyName}["']`;

const rubyFetch = `\\bENV\\.fetch\\(?\\s*${quoted}\\s*`;

const languages: Language[] = [
  {
    extensions: ["py"],
    words:
      /environ|getenv|config\(|Settings\b|env\(|env\.|import (?:openai|anthropic)|from (?:openai|anthropic|groq|together|langchain\w*|dj_database_url|pinecone|replicate)|dj_database_url/,
    comments: "hash",
    reads: [
      { pattern: new RegExp(`(?<![\\w.])(?:os\\s*\\.\\s*)?environ\\s*\\[\\s*${quoted}\\s*\\]`, "g"), need: "asserted" },
      {
        pattern: new RegExp(
          `(?<![\\w.])(?:os\\s*\\.\\s*)?(?:environ\\s*\\.\\s*get|getenv)\\(\\s*${quoted}\\s*(,[^()]*(?:\\([^()]*\\)[^()]*)*)?\\)?`,
          "g",
        ),
        need: "plain",
      },
      {
        pattern: new RegExp(`(?<![\\w.])(?:os\\s*\\.\\s*)?environ\\s*\\.\\s*(?:setdefault|pop)\\(\\s*${quoted}`, "g"),
        need: "default",
      },
      // python-decouple, starlette and django-environ: an error without a default.
      {
        pattern: new RegExp(
          `(?<![\\w.])(?:config|env(?:\\.\\w+)?)\\(\\s*["']([A-Z][A-Z0-9_]+)["']\\s*(,(?:[^()]|\\([^()]*\\))*)?\\)`,
          "g",
        ),
        need: "checked",
      },
      {
        pattern: /(?:missing|errors|problems)\w*\.append\(\s*f?["']([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g,
        need: "checked",
        isReported: true,
      },
      {
        pattern: /\bget_env(?:_variable)?\(\s*["']([A-Z][A-Z0-9_]+)["']\s*(,(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)?\)/g,
        need: "plain",
      },
    ],
    replaced: /^(?:\s*\.\s*\w+\([^()]*\))*\s*(?:\\\s*)?or\b(?!\s*(?:""|''|None))/,
    stops: /\braise\b|sys\.exit|\bexit\(|abort\(/,
  },
  {
    extensions: ["rb", "ru", "erb", "yml", "yaml"],
    words: /\bENV\b/,
    comments: "hash",
    reads: [
      { pattern: new RegExp(`${rubyFetch}(?:,\\s*nil\\b|\\)\\s*\\{\\s*nil\\s*\\})`, "g"), need: "guarded" },
      { pattern: new RegExp(`${rubyFetch},\\s*(?:""|'')`, "g"), need: "plain" },
      {
        pattern: new RegExp(`${rubyFetch}(?:,(?!\\s*(?:nil\\b|""|''))|\\)?\\s*(?:\\{(?!\\s*nil\\s*\\})|do\\b))`, "g"),
        need: "default",
      },
      { pattern: new RegExp(`${rubyFetch}(?:\\)(?!\\s*(?:\\{|do\\b))|$)`, "gm"), need: "checked" },
      { pattern: new RegExp(`\\bENV\\[\\s*${quoted}\\s*\\]`, "g"), need: "plain" },
      { pattern: new RegExp(`\\bENV\\.(?:key\\?|has_key\\?|include\\?)\\(?\\s*${quoted}`, "g"), need: "guarded" },
    ],
    replaced: /^\s*(?:\|\||\bor\b|\?|==|=~|&\.|\.present|\.blank|\.nil|\.to_|&&|\|\|=)/,
    stops: /\braise\b|\babort\b|\bfail\b/,
  },
  {
    extensions: ["go"],
    words: /env|Env|viper|mapstructure/,
    comments: "slash",
    reads: [
      { pattern: /\bos\.Getenv\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" },
      { pattern: /\bos\.LookupEnv\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "guarded" },
      { pattern: /\b(?:[mM]ust\w*|[rR]equire\w*)\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g, need: "checked", isInsisted: true },
      { pattern: /\b\w{0,60}[eE]nv\w{0,60}\(\s*"([A-Z][A-Z0-9_]+)"\s*(,[^()]*)\)/g, need: "default" },
      {
        pattern:
          /\bappend\(\s*\w*(?:[mM]issing|[eE]rrs|[eE]rrors|[pP]roblems)\w*,\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g,
        need: "checked",
        isReported: true,
      },
      // A function of the project's own that is only given the name.
      {
        pattern:
          /\b(?!\w*(?:[mM]ust|[rR]equire))(?!(?:Getenv|LookupEnv|Setenv|Unsetenv|BindEnv)\()\w{0,60}[eE]nv\w{0,60}\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g,
        need: "plain",
      },
      { pattern: /\bviper\.Get\w*\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g, need: "plain" },
      { pattern: /\bviper\.SetDefault\(\s*"([A-Z][A-Z0-9_]+)"/g, need: "default" },
      // A structure viper fills; it knows no defaults but those set beside it.
      { pattern: /`[^`\n]*\bmapstructure\s*:\s*"([A-Z][A-Z0-9_]+)"[^`\n]*`/g, need: "plain" },
      // Tags of caarlos0/env, cleanenv and envconfig; what the tag says is read from the rest of it.
      { pattern: /`[^`\n]*\b(?:env|envconfig)\s*:\s*"([A-Z][A-Z0-9_]+)([^`\n]*)`/g, need: "declared", inSchema: true },
    ],
    replaced: /^\s*(?:==|!=)\s*"[^"]+"/,
    // Defaults of flags, lists, `cmp.Or`.
    lenient:
      /\b(?:flag|pflag|Flags\(\)|PersistentFlags\(\))\.\w+\([^\n]*$|\bstrings\.(?:Split|Fields|EqualFold|Contains)\w*\(\s*$|\bcmp\.Or\(\s*$/,
    stops: /log\.(?:Fatal|Panic)|\bpanic\(|os\.Exit|\bFatal|errors\.New|Errorf/,
  },
  {
    extensions: ["rs"],
    words: /env|dotenv/,
    comments: "slash",
    reads: [
      { pattern: /\b(?:env|dotenvy|dotenv)::var(?:_os)?\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" },
      // A constant; its value is looked up when it is in the same file, and is its name almost always.
      { pattern: /\b(?:env|dotenvy|dotenv)::var(?:_os)?\(\s*&?(?:\w+::)*([A-Z][A-Z0-9_]{2,})\s*\)/g, need: "plain" },
      { pattern: /(?<!option_)\benv!\(\s*"([A-Za-z_]\w*)"/g, need: "checked", when: "build" },
      { pattern: /\bdotenv!\(\s*"([A-Za-z_]\w*)"/g, need: "checked", when: "build" },
      // The build script sets it itself.
      { pattern: /\bcargo::?rustc-env=([A-Za-z_]\w*)/g, need: "given", when: "build" },
      { pattern: /\boption_env!\(\s*"([A-Za-z_]\w*)"/g, need: "guarded", when: "build" },
      {
        pattern: /\b(?:must_\w+|require\w*|get_env\w*|env_var)!?\(\s*"([A-Z][A-Z0-9_]+)"\s*(,[^()]*)?\)/g,
        need: "checked",
        isInsisted: true,
      },
      { pattern: /\b(?:Environment|Env)::get\(\s*"([A-Z][A-Z0-9_]+)"/g, need: "plain" },
    ],
    // Calls that replace it, or the last arm of a `match` that gives a value.
    replaced:
      /^\s*\.\s*(?:unwrap_or|ok\(|is_ok|is_err|map_or|and_then|map\([^)]*\)\s*\.\s*unwrap_or|or_else)|^[^;{}]*\{\s*Ok\([^}]*?\b(?:_|Err\(\w+\))\s*=>(?!\s*(?:\{|\w*panic|(?:std::)?process|return|bail|Err))/,
    demanded: /^\s*(?:\?|\.\s*(?:expect|unwrap\(\)|context|with_context|map_err))/,
    stops: /panic!|process::exit|\bbail!|Err\(/,
  },
  {
    extensions: ["java", "kt", "kts", "scala", "groovy", "clj"],
    words: /getenv|sys\.env|environ|@Value|\benv\b/,
    comments: "slash",
    reads: [
      { pattern: /\bgetenv\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" },
      { pattern: /\bgetenv\(\)\s*(?:\.get\(|\[)\s*"([A-Za-z_]\w*)"\s*[)\]]/g, need: "plain" },
      { pattern: /\bgetenv\(\)\s*\.getOrDefault\(\s*"([A-Za-z_]\w*)"/g, need: "default" },
      { pattern: /\bsys\.env\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "asserted" },
      { pattern: /\bsys\.env\.getOrElse\(\s*"([A-Za-z_]\w*)"/g, need: "default" },
      { pattern: /\bsys\.env\.get\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "guarded" },
      { pattern: /@Value\(\s*"\\?\$\{([A-Z][A-Z0-9_]+)(:[^}]*)?\}/g, need: "checked" },
      { pattern: /\bdotenv(?:\.get\(|\[)\s*"([A-Z][A-Z0-9_]+)"\s*(,[^()]*)?[)\]]/g, need: "plain" },
      { pattern: /\(System\/getenv\s+"([A-Za-z_]\w*)"\)/g, need: "plain" },
    ],
    replaced: /^\s*(?:\?:|\.orElse|\?\.|!=\s*null|==\s*null|\.isEmpty|\))/,
    stops: /\bthrow\b|exitProcess|System\.exit|\berror\(/,
  },
  {
    extensions: ["cs", "fs"],
    words: /GetEnvironmentVariable|Configuration\[/,
    comments: "slash",
    reads: [
      { pattern: /GetEnvironmentVariable\(\s*"([A-Za-z_]\w*)"\s*(?:,[^()]*)?\)/g, need: "plain" },
      { pattern: /\bConfiguration\[\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"\s*\]/g, need: "plain" },
    ],
    replaced: /^\s*(?:\?\?(?!=?\s*throw)|==|!=|is\b|\?\.)/,
    demanded: /^\s*(?:\?\?\s*throw|!)/,
    stops: /\bthrow\b|Environment\.Exit/,
  },
  {
    extensions: ["ex", "exs"],
    words: /System\.(?:get|fetch)_env/,
    comments: "hash",
    reads: [
      { pattern: /Map\.fetch!\(\s*System\.get_env\(\)\s*,\s*"([A-Za-z_]\w*)"\s*\)/g, need: "checked" },
      { pattern: /System\.get_env\(\)\s*\|>\s*Map\.fetch!\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "checked" },
      { pattern: /System\.get_env\(\)\s*\[\s*"([A-Za-z_]\w*)"\s*\]/g, need: "plain" },
      { pattern: /System\.fetch_env!\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "checked" },
      { pattern: /System\.fetch_env\(\s*"([A-Za-z_]\w*)"/g, need: "guarded" },
      { pattern: /System\.get_env\(\s*"([A-Za-z_]\w*)"\s*(,[^()]*)?\)/g, need: "plain" },
    ],
    replaced: /^\s*(?:\|\|(?!\s*raise)|in\b|==|!=|&&|\|>\s*case)/,
    demanded: /^\s*\|\|\s*raise/,
    isEmptyMeant: true,
    stops: /\braise\b|System\.halt/,
  },
  {
    extensions: ["php"],
    words: /env\(|_ENV|_SERVER/,
    comments: "slash",
    reads: [
      { pattern: /\bgetenv\(\s*["']([A-Za-z_]\w*)["']/g, need: "plain" },
      { pattern: /\$_ENV\[\s*["']([A-Za-z_]\w*)["']\s*\]/g, need: "plain" },
      {
        pattern:
          /\$_SERVER\[\s*["']((?:DATABASE|DB|APP|REDIS|MYSQL|POSTGRES|MAIL|SMTP|API|JWT|AWS)_?[A-Z0-9_]*)["']\s*\]/g,
        need: "plain",
      },
      // Laravel's env() answers null, and its configuration expects that.
      { pattern: /(?<![\w>$])env\(\s*["']([A-Z][A-Z0-9_]+)["']/g, need: "guarded" },
      { pattern: /->required\(\s*["']([A-Z][A-Z0-9_]+)["']/g, need: "checked" },
    ],
    replaced: /^\s*\)?\s*(?:\?:|\?\?|\|\||===|!==|==|!=|\?)/,
    stops: /\bthrow\b|\bdie\b|\bexit\b/,
  },
  {
    extensions: ["swift"],
    words: /Environment\.get|processInfo/,
    comments: "slash",
    reads: [{ pattern: /Environment\.get\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" }],
    replaced: /^\s*(?:\?\?|\.flatMap|\.map)/,
    demanded: /^\s*!/,
    stops: /fatalError|\bthrow\b/,
  },
];

const byExtension = new Map(
  languages.flatMap((language) => language.extensions.map((one) => [one, language] as const)),
);

/** Variables that a source in `extension` reads; nothing for languages the table does not know. */
export function readLanguage(path: string, extension: string, text: string): Sighting[] {
  const language = byExtension.get(extension);
  if (!language || !language.words.test(text)) return [];
  const code = language.comments === "hash" ? maskHashComments(text) : maskSlashComments(text);
  const sightings: Sighting[] = [];
  for (const read of language.reads) {
    for (const match of code.matchAll(read.pattern)) {
      const key = match[0].includes(`"`) || extension !== "rs" ? match[1]! : constantOf(code, match[1]!);
      const end = match.index + match[0].length;
      const need = needOf(language, { read, code, start: match.index, end, inside: match[2] });
      if (!need) continue;
      const when = read.when ?? "run";
      const { inSchema, isInsisted, isReported } = read;
      sightings.push({
        key,
        need,
        when,
        offset: match.index,
        path,
        ...(inSchema ? { inSchema } : {}),
        ...(isInsisted ? { isInsisted } : {}),
        ...(isReported ? { isReported } : {}),
      });
    }
  }
  for (const { key, offset } of readRequiredLists(code, language.stops))
    sightings.push({ key, need: "checked", when: "run", offset, path, isInsisted: true });
  if (extension === "rs") sightings.push(...readClap(path, code));
  if (extension === "rb") quietAskedBlocks("rb", code, sightings);
  if (extension === "py") {
    quietAskedBlocks("py", code, sightings);
    // django-environ puts it before every name it is asked for.
    const prefix = /^\s*env\.prefix\s*=\s*["'](\w+)["']/m.exec(code)?.[1];
    for (const sighting of prefix === undefined ? [] : sightings)
      if (/^env[.(]/.test(code.slice(sighting.offset, sighting.offset + 4))) sighting.key = prefix + sighting.key;
    sightings.push(...readPythonSettings(path, code));
  }
  return sightings;
}

function constantOf(code: string, name: string): string {
  return new RegExp(`\\b(?:const|static)\\s+${name}\\s*:[^=]+=\\s*"([A-Za-z_]\\w*)"`).exec(code)?.[1] ?? name;
}

interface Place {
  read: Read;
  code: string;
  start: number;
  end: number;
  inside: string | undefined;
}

function needOf(language: Language, { read, code, start, end, inside }: Place): Need | null {
  if (read.need === "given") return "given";
  if (read.isReported) return language.stops.test(code.slice(end, end + untilItStops)) ? "checked" : null;
  // What is empty when it is missing has no value of its own.
  if (read.need === "default" && /^,\s*""\s*$/.test(inside ?? "")) return "guarded";
  if (read.need === "default" || read.need === "guarded") {
    return read.need === "guarded" && stopsWhenMissing(language, code, end) ? "checked" : read.need;
  }
  if (inside !== undefined && inside.trim() !== "" && inside.trim() !== ",") {
    const need = needOfOptions(read, inside);
    if (need === "guarded" && isAbsent.test(code.slice(end, end + 40)) && stopsSoon(language, code, end))
      return "checked";
    // An empty default replaces nothing: what is done with the value says more.
    if (need !== "plain") return need;
    if (language.isEmptyMeant) return "guarded";
  }
  if (read.need === "declared") return "declared";
  const after = code.slice(end, end + 120);
  if (/^\s*=(?![=~>])/.test(after) && !/^\s*=>/.test(after)) return null; // An assignment to the environment.
  if (read.need === "checked") return language.replaced.test(after) ? "default" : "checked";
  if (language.demanded?.test(after)) return "checked";
  if (language.replaced.test(after)) return "default";
  const lineStart = code.lastIndexOf("\n", start) + 1;
  const before = code.slice(lineStart, start);
  if (language.lenient?.test(before)) return "guarded";
  if (/^\s*assert\s+$/.test(before)) return "checked";
  // Go: `if x, err = sign(os.Getenv("KEY")); err != nil` asks about something else.
  const isInitialised = /^\s*(?:\}?\s*else\s+)?if\s+[\w.,\s]+:?=[^=;]*\([^;]*$/.test(before) && /^[^\n]*;/.test(after);
  if (!isInitialised && /^\s*(?:else\s*)?(?:if|elif|elsif|unless|while|guard|match|switch)\b/.test(before)) {
    // Python's index raises wherever it stands, unless the name was asked for first.
    if (language.comments === "hash" && read.need === "asserted" && !/\bin\b/.test(before)) return "asserted";
    // `if started and not X`: only what has started asks.
    if (/\band\s+not\s+$/.test(before)) return "guarded";
    if (/\bnot\b|unless|!\s*$|\bguard\b/.test(before) || isAbsent.test(after))
      return stopsSoon(language, code, end) ? "checked" : "guarded";
    return "guarded";
  }
  // Ruby and Python put the condition behind: `gem "x" if ENV["Y"]`.
  if (/\b(?:if|unless)\s+$/.test(before) || /\bbool\(\s*$|\bnot\s+$|(?:==|!=)\s*$/.test(before)) return "guarded";
  if (/^\s*(?:in\s|==|!=|is\s)/.test(after) && read.need === "plain") return "guarded";
  return needOfName(language, code, before, end) ?? read.need;
}

/** `… is None`, behind a read. */
const isAbsent = /^\)?\s*(?:==|===|is)\s*(?:""|''|None|nil|null)/;

function stopsSoon({ stops }: Language, code: string, end: number): boolean {
  return stops.test(code.slice(end, end + 240));
}

/** `get("X", default)`: a default, unless it is none. Tags of Go: `required`, `default:"…"`. */
function needOfOptions(read: Read, inside: string): Need {
  const rest = inside.replace(/^,\s*/, "").trim();
  if (read.need === "declared") {
    if (/default\s*:\s*"|envDefault/i.test(rest)) return "default";
    return /required|notEmpty/.test(rest) ? "checked" : "declared";
  }
  if (/^(?:None|nil|null)$/.test(rest)) return "guarded";
  if (/^(?:""|'')$/.test(rest)) return "plain";
  // `cast=` and the like say nothing of a default.
  if (read.need === "checked" && !/default\s*=|^["'\d[({:]|^(?:False|True|None)|^\{|^do\b/.test(rest)) return "checked";
  return "default";
}

/** `name = getenv("X")` and what is then done with the name on the following lines. */
function needOfName(language: Language, code: string, before: string, end: number): Need | null {
  const assigned =
    /(?:^|[\s(,])(?:let\s+|var\s+|val\s+|const\s+|\$|@|self\.|final\s+\w+\s+|\w+\s+)?([A-Za-z_][\w.]*)\s*(?::\s*[\w[\]. |]+)?(?::=|=)\s*(?:\w+\()?$/.exec(
      before,
    );
  if (!assigned) return null;
  const name = assigned[1]!.replaceAll(".", "\\.");
  const rest = code.slice(end, end + 500);
  // Elixir: `cond do key && other -> …`.
  if (new RegExp(`^\\s*${name}\\s*&&`, "m").test(rest)) return "guarded";
  // Go: what cannot be read as a number is replaced.
  const parsed = new RegExp(`strconv\\.\\w+\\(${name}\\b[^\\n]*\\n\\s*if err != nil \\{([^}]*)`).exec(rest);
  if (parsed && !language.stops.test(parsed[1]!) && !/\breturn\b/.test(parsed[1]!)) return "default";
  const missing = new RegExp(
    `\\b(?:if|unless)\\b\\s*\\(?\\s*(?:not\\s+|!\\s*|len\\()?[$@]?(?:self\\.)?${name}\\b([^\\n{:]*)`,
    "g",
  );
  for (const match of rest.matchAll(missing)) {
    const asksAbsence =
      /not\s|!|unless|len\(/.test(match[0].slice(0, 16)) ||
      /==\s*(?:""|''|nil|null|None|0)|is\s+None|\.isEmpty|isBlank|\.nil\?|\.empty\?/.test(match[1]!);
    if (!asksAbsence) return "guarded";
    const after = rest.slice(match.index + match[0].length, match.index + match[0].length + 200);
    // With braces the block ends where they do.
    const brace = language.comments === "slash" && /^[^\n]*\{/.test(after) ? after.indexOf("}") : -1;
    const block = brace < 0 ? after : after.slice(0, brace);
    const replaced = new RegExp(`(?:^|[\\s$@{])${name}\\s*=(?!=)`).exec(block);
    const stop = language.stops.exec(block);
    if (replaced && (!stop || replaced.index < stop.index)) return "default";
    if (stop) return "checked";
    return "guarded";
  }
  return null;
}

function stopsWhenMissing(language: Language, code: string, end: number): boolean {
  const block = code.slice(end, end + 200);
  return /^\s*\n?\s*;?\s*(?:if\s+)?!\s*\w+/.test(block) && language.stops.test(block);
}

/** Arguments of clap that may come from the environment: `#[clap(long, env)] database_url: String`. */
function readClap(path: string, code: string): Sighting[] {
  if (!code.includes("env") || !/#\[(?:clap|arg|structopt)\(/.test(code)) return [];
  const sightings: Sighting[] = [];
  for (const match of code.matchAll(
    /#\[(?:clap|arg|structopt)\(([^\]]*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?([a-z_][a-z0-9_]*)\s*:\s*([\w:<>]+)/g,
  )) {
    const [, options, field, type] = match;
    const named = /\benv\b\s*(?:=\s*"([^"]+)")?/.exec(options!);
    if (!named) continue;
    const isGiven = /default_value|default_values/.test(options!) || /^(?:Option|bool|Vec)\b/.test(type!);
    sightings.push({
      key: named[1] ?? field!.toUpperCase(),
      need: isGiven ? "declared" : "checked",
      when: "run",
      offset: match.index,
      path,
      inSchema: true,
    });
  }
  return sightings;
}
