/** How languages other than JavaScript read variables: patterns per language. Data only; languages.ts says what a match means. */
import type { Need } from "../sighting.ts";

export interface Read {
  /** Group 1 is the key; group 2, when it took part, what follows the key inside the call (a default, or options). */
  pattern: RegExp;
  /** Without anything around that says otherwise. `plain` is looked at closer. */
  need: Need;
  when?: "build";
  /** A setting of a file that a variable takes the place of: colons of its path are written `__`, and this stands before it. */
  setting?: string;
  /** The program refuses to start without it. */
  isInsisted?: true;
  /** Group 1 is the name of a constant that holds the key. */
  isConstant?: true;
  /** A field of a structure that is filled from all variables at once. */
  isFilled?: true;
  /** Only in files that take the function in by its bare name. */
  isTakenIn?: true;
  /** A name put on a list of what is missing: of account when the program then stops. */
  isReported?: true;
}

export interface Language {
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
  /** After the read: nothing takes its place, and nothing fails either. */
  quieted?: RegExp;
  /** What is missing is nil, so that an empty text in its place is meant. */
  isEmptyMeant?: true;
}

const anyName = "([A-Za-z_][A-Za-z0-9_]*)";
const quoted = `["']${anyName}["']`;

const rubyFetch = `\\bENV\\.fetch\\(?\\s*${quoted}\\s*`;

export const languages: readonly Language[] = [
  {
    extensions: ["py"],
    words:
      /environ|getenv|config\(|Settings\b|env\(|env\.|env_or_|cloudinary_storage|import (?:openai|anthropic)|from (?:openai|anthropic|groq|together|langchain\w*|dj_database_url|pinecone|replicate)|dj_database_url/,
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
      // A constant, which may be another file's; constants.ts looks its value up.
      {
        pattern: /(?<![\w.])(?:os\s*\.\s*)?environ\s*\[\s*(?:\w+\.)*([A-Z][A-Z0-9_]{2,})\s*\]/g,
        need: "asserted",
        isConstant: true,
      },
      {
        pattern:
          /(?<![\w.])(?:os\s*\.\s*)?(?:environ\s*\.\s*get|getenv)\(\s*(?:\w+\.)*([A-Z][A-Z0-9_]{2,})\s*(,[^()]*(?:\([^()]*\)[^()]*)*)?\)?/g,
        need: "plain",
        isConstant: true,
      },
      { pattern: /["']([A-Za-z_]\w*)["']\s+(?:not\s+)?in\s+(?:os\s*\.\s*)?environ\b(?!\s*[[.])/g, need: "guarded" },
      {
        pattern: new RegExp(`(?<![\\w.])(?:os\\s*\\.\\s*)?environ\\s*\\.\\s*(?:setdefault|pop)\\(\\s*${quoted}`, "g"),
        need: "default",
      },
      // `env = os.environ`, and cfenv.
      {
        pattern: /(?<![\w.])env\.get(?:_credential)?\(\s*["']([A-Z][A-Z0-9_]+)["']\s*(,(?:[^()]|\([^()]*\))*)?\)/g,
        need: "plain",
      },
      // python-decouple, starlette and django-environ: an error without a default.
      {
        pattern: new RegExp(
          `(?<![\\w.])(?:config|env(?:\\.(?!get\\(|get_cred)\\w+)?) ?\\(\\s*["']([A-Z][A-Z0-9_]+)["']\\s*(,(?:[^()]|\\([^()]*\\))*)?\\)`,
          "g",
        ),
        need: "checked",
      },
      // A function of another file whose name says that it raises.
      {
        pattern:
          /\b(?=\w{0,40}(?:requir|must|or_(?:throw|raise|fail|exit|die)))\w{0,40}env\w{0,40}\(\s*["']([A-Z][A-Z0-9_]+)["']\s*\)/g,
        need: "checked",
        isInsisted: true,
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
    replaced: /^\s*(?:\|\||\bor\b|\?|==|=~|&\.|\.present|\.blank|\.nil|\.to_(?!sym\b)|&&|\|\|=)/,
    stops: /\braise\b|\babort\b|\bfail\b/,
  },
  {
    extensions: ["go"],
    words: /env|Env|viper|mapstructure/,
    comments: "slash",
    reads: [
      { pattern: /\bos\.Getenv\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" },
      { pattern: /\bos\.Getenv\(\s*(?:\w{1,100}\.)?(?=\w*[A-Z])(\w{1,100})\s*\)/g, need: "plain", isConstant: true },
      { pattern: /\bos\.LookupEnv\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "guarded" },
      { pattern: /\b(?:[mM]ust\w*|[rR]equire\w*)\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g, need: "checked", isInsisted: true },
      {
        pattern: /\b\w{0,60}[eE]nv\w{0,60}\(\s*"([A-Z][A-Z0-9_]+)"\s*(,(?:[^()]|\([^()]*\))*)\)/g,
        need: "default",
      },
      {
        pattern:
          /\bappend\(\s*\w*(?:[mM]issing|[eE]rrs|[eE]rrors|[pP]roblems)\w*,\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g,
        need: "checked",
        isReported: true,
      },
      // A program that starts others gives it to them.
      { pattern: /\b\w*[eE]nv\w*\[\s*"([A-Z][A-Z0-9_]+)"\s*\]\s*=(?!=)/g, need: "given" },
      // A function of the project's own that is only given the name.
      {
        pattern:
          /\b(?!\w*(?:[mM]ust|[rR]equire))(?!(?:Getenv|LookupEnv|Setenv|Unsetenv|BindEnv|SetEnvPrefix)\()\w{0,60}[eE]nv\w{0,60}\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g,
        need: "plain",
      },
      // A switch is off and a list is empty without a value; of numbers and times none is seldom any good.
      {
        pattern: /\b(?:viper|vi?p?|cfg|conf|config)\.Get(?:Bool|StringM\w+|\w*Slice)\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g,
        need: "guarded",
      },
      {
        pattern: /,\s*_\s*:?=\s*(?:viper|vi?p?|cfg|conf|config)\.Get\(\s*"([A-Z][A-Z0-9_]+)"\s*\)\.\(/g,
        need: "guarded",
      },
      {
        pattern:
          /\b(?:viper|vi?p?|cfg|conf|config)\.Get(?:String|U?[iI]nt\d*|Float64|Duration)?\(\s*"([A-Z][A-Z0-9_]+)"\s*\)/g,
        need: "plain",
      },
      // By constants; constants.ts looks their values up.
      {
        pattern:
          /\bviper\.Get(?:String|U?[iI]nt\d*|Float64|Duration)?\(\s*(?:\w{1,100}\.)?(?=\w*[A-Z])(\w{1,100})\s*\)/g,
        need: "plain",
        isConstant: true,
      },
      { pattern: /\b(?:viper|vi?p?|cfg|conf|config)\.SetDefault\(\s*"([A-Z][A-Z0-9_]+)"/g, need: "default" },
      // A structure viper fills; it knows no defaults but those set beside it.
      { pattern: /`[^`\n]*\bmapstructure\s*:\s*"([A-Z][A-Z0-9_]+)"[^`\n]*`/g, need: "plain", isFilled: true },
    ],
    replaced: /^\s*(?:==|!=)\s*"[^"]+"/,
    // Defaults of flags, lists, `cmp.Or`.
    lenient:
      /\b(?:flag|pflag|Flags\(\)|PersistentFlags\(\))\.\w+\([^\n]*$|\bstrings\.(?:Split|Fields|EqualFold|Contains)\w*\(\s*$|\bcmp\.Or\(\s*$|,\s*_\s*:?=\s*strconv\.\w+\(\s*$/,
    stops: /log\.(?:Fatal|Panic)|\bpanic\(|os\.Exit|\bFatal|errors\.New|Errorf/,
  },
  {
    extensions: ["rs"],
    words: /env|dotenv|Environment::/,
    comments: "slash",
    reads: [
      { pattern: /\b(?:env|dotenvy|dotenv)::var(?:_os)?\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" },
      // A constant; its value is looked up when it is in the same file, and is its name almost always.
      { pattern: /\b(?:env|dotenvy|dotenv)::var(?:_os)?\(\s*&?(?:\w+::)*([A-Z][A-Z0-9_]{2,})\s*\)/g, need: "plain" },
      // Taken in: `use std::env::var;`. Elsewhere it is some other function.
      { pattern: /(?<![\w.:!])var\(\s*"([A-Z][A-Z0-9_]*)"\s*\)/g, need: "plain", isTakenIn: true },
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
      // What looks names up is handed over before the name.
      {
        pattern: /\brequired?_\w+\(\s*&?(?:mut\s+)?\w+\s*,\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"\s*\)/g,
        need: "checked",
        isInsisted: true,
      },
      { pattern: /\b(?:Environment|Env)::get\(\s*"([A-Z][A-Z0-9_]+)"/g, need: "plain" },
    ],
    // Calls that replace it, or the last arm of a `match` that gives a value.
    replaced:
      /^\s*\.\s*(?:unwrap_or|ok\(|is_ok|is_err|map_or|and_then|map\((?:[^()]|\([^()]*\))*\)\s*\.\s*(?:unwrap_or|ok\()|or_else)|^[^;{}]*\{\s*Ok\([^}]*?\b(?:_|Err\(\w+\))\s*=>(?!\s*(?:\{|\w*panic|(?:std::)?process|return|bail|Err))/,
    demanded: /^\s*(?:\?|\.\s*(?:expect|unwrap\(\)|context|with_context|map_err))/,
    stops: /panic!|process::exit|\bbail!|Err\(/,
  },
  {
    extensions: ["java", "kt", "kts", "scala", "groovy", "clj"],
    words: /getenv|sys\.env|environ|@Value|\benv\b|[dD]otenv|DotEnv/,
    comments: "slash",
    reads: [
      { pattern: /\bgetenv\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "plain" },
      { pattern: /\bgetenv\(\)\s*(?:\.get\(|\[)\s*"([A-Za-z_]\w*)"\s*[)\]]/g, need: "plain" },
      { pattern: /\bgetenv\(\)\s*\.getOrDefault\(\s*"([A-Za-z_]\w*)"/g, need: "default" },
      { pattern: /\bsys\.env\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "asserted" },
      { pattern: /\bsys\.env\.getOrElse\(\s*"([A-Za-z_]\w*)"/g, need: "default" },
      { pattern: /\bsys\.env\.get\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "guarded" },
      { pattern: /@Value\(\s*"\\?\$\{([A-Z][A-Z0-9_]+)(:[^}]*)?\}/g, need: "checked" },
      {
        pattern:
          /\b(?!\w*(?:[rR]ole|[pP]ermission|[aA]uthorit|[sS]cope))\w{0,40}(?:[rR]equire|[mM]ust)\w{0,40}\(\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"\s*\)/g,
        need: "checked",
        isInsisted: true,
      },
      { pattern: /\bdotenv(?:\.get\(|\[)\s*"([A-Z][A-Z0-9_]+)"\s*(,[^()]*)?[)\]]/g, need: "plain" },
      { pattern: /\(System\/getenv\s+"([A-Za-z_]\w*)"\)/g, need: "plain" },
    ],
    // `Optional.ofNullable(getenv("X")).orElse("y")`; what is only handed to a function is not replaced.
    replaced: /^\s*(?:\?:|\?\.|[!=]=\s*null\s*\?|\.isEmpty|\)?(?:\s*\.\w+\((?:[^()]|\([^()]*\))*\))*\s*\.orElse)/,
    demanded:
      /^\s*(?:(?:\?\.[^\n;]{0,80})?\?:\s*(?:throw\b|error\(|exitProcess)|!!|\)?(?:\s*\.\w+\((?:[^()]|\([^()]*\))*\))*\s*\.orElseThrow)/,
    stops: /\bthrow\b|exitProcess|System\.exit|\berror\(/,
  },
  {
    extensions: ["cs", "fs"],
    words: /GetEnvironmentVariable|Require|[cC]onfig\w{0,40}(?:\s*\[|\.Get)/,
    comments: "slash",
    reads: [
      { pattern: /GetEnvironmentVariable\(\s*"([A-Za-z_]\w*)"\s*(?:,[^()]*)?\)/g, need: "plain" },
      {
        pattern:
          /\b(?!\w*(?:Role|Claim|Policy|Scope|Permission))\w{0,40}(?:Require|Must)\w{0,40}\(\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"\s*\)/g,
        need: "checked",
        isInsisted: true,
      },
      {
        // Of what is only called something like it, names that are written as those of settings or variables.
        pattern:
          /[cC]onfig(?:uration\s*\[\s*|\w{0,40}\s*\[\s*(?="[A-Za-z]\w*:|"[A-Z][A-Z0-9_]*"))"([A-Za-z][\w:]*)"\s*\]/g,
        need: "plain",
        setting: "",
      },
      {
        pattern:
          /[cC]onfig\w{0,40}\.GetValue<(?:(?!bool>)[a-z]+|String|Uri|TimeSpan|\w+\?)\??>\(\s*"([A-Za-z][\w:]*)"\s*(,[^()]*)?\)/g,
        need: "plain",
        setting: "",
      },
      // Switches and choices are never missing.
      {
        pattern: /[cC]onfig\w{0,40}\.GetValue<(?:bool|(?!(?:String|Uri|TimeSpan)>)[A-Z]\w*)>\(\s*"([A-Za-z][\w:]*)"/g,
        need: "default",
        setting: "",
      },
      // What it is told behind the name says of which type it is.
      {
        pattern: /[cC]onfig\w{0,40}\.GetValue(?:<\w+\??>)?\(\s*nameof\(\s*([A-Za-z]\w*)\s*\)\s*(,[^()]*)?\)/g,
        need: "plain",
        setting: "",
      },
      {
        pattern: /[cC]onfig\w{0,40}\.GetValue\(\s*"([A-Za-z][\w:]*)"\s*(,[^()]*)\)/g,
        need: "plain",
        setting: "",
      },
      {
        pattern: /[cC]onfig\w{0,40}\.Get(?:Required)?Section\(\s*"([A-Za-z][\w:]*)"\s*\)\.Value\b/g,
        need: "plain",
        setting: "",
      },
      {
        pattern: /[cC]onfig\w{0,40}\.GetConnectionString\(\s*"([A-Za-z][\w:]*)"\s*\)/g,
        need: "plain",
        setting: "ConnectionStrings__",
      },
    ],
    replaced: /^\s*(?:\?\?(?!=?\s*throw)|==|!=|is\b|\?\.)/,
    quieted: /^\s*\?\?\s*(?:""|[sS]tring\.Empty\b)/,
    // What is missing is false, or nought.
    lenient: /\bConvert\.To(?:Boolean|U?Int\d+|Double|Decimal)\(\s*$/,
    demanded: /^\s*(?:\?\?\s*throw|!(?!=))/,
    stops: /\bthrow\b|Environment\.Exit/,
  },
  {
    extensions: ["ex", "exs"],
    words: /System\.(?:get|fetch)_env|fetch_env!|\{:system,/,
    comments: "hash",
    reads: [
      { pattern: /Map\.fetch!\(\s*System\.get_env\(\)\s*,\s*"([A-Za-z_]\w*)"\s*\)/g, need: "checked" },
      { pattern: /System\.get_env\(\)\s*\|>\s*Map\.fetch!\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "checked" },
      { pattern: /System\.get_env\(\)\s*\[\s*"([A-Za-z_]\w*)"\s*\]/g, need: "plain" },
      { pattern: /System\.fetch_env!\(\s*"([A-Za-z_]\w*)"\s*\)/g, need: "checked" },
      // A function of the project's own by that name.
      { pattern: /(?<!System\.)\bfetch_env!\(\s*"([A-Za-z_]\w*)"/g, need: "checked", isInsisted: true },
      // Ecto, Phoenix and Confex look it up when they start; what stands before the name is its type.
      {
        pattern: /\{\s*:system,\s*(?::\w+,\s*|\{[^{}]*\},\s*)?"([A-Za-z_]\w*)"\s*(,[^{}]*)?\}/g,
        need: "plain",
      },
      { pattern: /System\.fetch_env\(\s*"([A-Za-z_]\w*)"/g, need: "guarded" },
      { pattern: /System\.get_env\(\s*"([A-Za-z_]\w*)"\s*(,[^()]*)?\)/g, need: "plain" },
    ],
    // What is handed to a function of the project's own may be nil.
    replaced: /^\s*(?:\|\|(?!\s*raise)|in\b|==|!=|&&|\|>\s*(?:case|(?!String\b|Base\b|Integer\b)[A-Z][\w.]*\.))/,
    demanded: /^\s*\|\|\s*raise/,
    isEmptyMeant: true,
    stops: /\braise\b|System\.halt/,
  },
  {
    extensions: ["php"],
    words: /env\(|_ENV|_SERVER/,
    comments: "slash",
    reads: [
      // What a web server says of a request is no variable.
      {
        pattern:
          /\bgetenv\(\s*["'](?!(?:HTTP|REMOTE|REQUEST|QUERY|SCRIPT|SERVER|DOCUMENT|PATH|CONTENT|GATEWAY)_)([A-Za-z_]\w*)["']/g,
        need: "plain",
      },
      { pattern: /\$_ENV\[\s*["']([A-Za-z_]\w*)["']\s*\]/g, need: "plain" },
      {
        pattern:
          /\$_SERVER\[\s*["']((?:DATABASE|DB|APP|REDIS|MYSQL|POSTGRES|MAIL|SMTP|API|JWT|AWS)_?[A-Z0-9_]*)["']\s*\]/g,
        need: "plain",
      },
      // Laravel's env(); laravel.ts says what it means in files of configuration.
      {
        pattern: /(?<![\w>$:])env\(\s*["']([A-Z][A-Z0-9_]+)["']\s*(,(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)?\)/g,
        need: "plain",
      },
      { pattern: /->required\(\s*["']([A-Z][A-Z0-9_]+)["']/g, need: "checked" },
    ],
    replaced: /^\s*(?:\)\s*)?(?:\?:|\?\?|\|\||===|!==|==|!=|\?)/,
    quieted: /^\s*(?:\)\s*)?(?:\?:|\?\?)\s*(?:null|''|"")(?!\s*\?)/,
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

/** There is no connection without any of these. */
export const partOfDatabase: RegExp = /^(?:DB|DATABASE|POSTGRES|MYSQL)_(?:URL|HOST|NAME|USER|USERNAME|DATABASE)$/;
/** With nothing in it a bot does nothing, whatever is written in its place. */
export const signsInBot: RegExp = /^(?:(?:DISCORD|TELEGRAM|TG|SLACK)_)?(?:BOT_)?(?:API_)?TOKEN$|_BOT_TOKEN$/i;
