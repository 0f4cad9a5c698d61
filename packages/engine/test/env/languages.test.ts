import { describe, expect, it } from "vitest";
import { readLanguage } from "../../src/env/languages/languages.ts";
import { settleConstants } from "../../src/env/languages/rust.ts";

function needsOf(extension: string, text: string, key = "X_KEY"): string[] {
  const found = readLanguage(`src/a.${extension}`, extension, text);
  return [...new Set(found.flatMap((one) => (one.key === key ? [one.need] : [])))];
}

const uses: [extension: string, source: string, ...needs: string[]][] = [
  ["py", `key = os.environ["X_KEY"]`, "asserted"],
  ["py", `key = os.environ.get("X_KEY")`, "plain"],
  ["py", `key = os.getenv('X_KEY')`, "plain"],
  ["py", `key = os.environ.get("X_KEY", "default")`, "default"],
  ["py", `key = os.getenv("X_KEY", default=str(1))`, "default"],
  ["py", `key = os.getenv("X_KEY") or "default"`, "default"],
  ["py", `key = os.getenv("X_KEY", None)`, "guarded"],
  ["py", `if os.getenv("X_KEY", None) is None:\n    raise Exception("no")`, "checked"],
  ["py", `if os.getenv("X_KEY", None) is None:\n    key = "a"`, "guarded"],
  ["py", `if os.environ.get("X_KEY"):\n    start()`, "guarded"],
  ["py", `debug = os.environ.get("X_KEY") == "1"`, "guarded"],
  ["py", `key = os.getenv("X_KEY")\nif not key:\n    raise ValueError("no")`, "checked"],
  ["py", `key = os.getenv("X_KEY")\nif key is None:\n    sys.exit(1)`, "checked"],
  ["py", `key = os.getenv("X_KEY")\nif key:\n    start()`, "guarded"],
  ["py", `os.environ["X_KEY"] = "1"`],
  [
    "py",
    `key = os.getenv("X_KEY")\nif key and key.startswith("a:"):\n    key = key.replace("a:", "b:", 1)\nuse(key)`,
    "plain",
  ],
  ["py", `os.environ.setdefault("X_KEY", "1")`, "default"],
  ["py", `# os.environ["X_KEY"]`],
  ["py", `KEY = config("X_KEY")`, "checked"],
  ["py", `KEY = config("X_KEY", default="a")`, "default"],
  ["py", `KEY = config("X_KEY", cast=int)`, "checked"],
  ["py", `KEY = env.str("X_KEY")`, "checked"],
  ["py", `KEY = env("X_KEY", default=None)`, "default"],
  ["py", `class Settings(BaseSettings):\n    x_key: str\n    other: int = 1`, "checked"],
  ["ex", `x = System.get_env("X_KEY")\ncond do\n  x && y -> start(x)\nend`, "guarded"],
  ["py", `class Settings(BaseSettings):\n    x_key: str = "a"`, "default"],
  ["py", `class Settings(BaseSettings):\n    X_KEY: str = os.environ["X_KEY"]`, "asserted"],
  [
    "py",
    `class Settings(BaseSettings):\n    x_key: Annotated[\n        list[str], Validator(parse)\n    ] = []`,
    "default",
  ],
  ["py", `x: str = field(default_factory=get_env("X_KEY", hexlify(os.urandom(32)).decode("utf-8")))`, "default"],
  ["py", `class Settings(BaseSettings):\n    key: str = Field(..., alias="X_KEY")`, "checked"],
  [
    "py",
    `class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="x_")\n    key: str`,
    "checked",
  ],
  ["py", `assert os.environ.get("X_KEY"), "X_KEY is not set"`, "checked"],
  ["py", `key = os.getenv("X_KEY")\nif other:\n    use(other)\nelif key:\n    start(key)`, "guarded"],
  ["py", `if not os.getenv("X_KEY", ""):\n    return\nif name in taken:\n    raise ValueError("no")`, "guarded"],
  ["py", `key = os.getenv("X_KEY")\nif not key:\n    return\nif key in taken:\n    raise ValueError("no")`, "guarded"],
  ["py", `if ":" not in os.getenv("X_KEY"):\n    raise ValueError("no")`, "plain"],
  [
    "py",
    `class Own(\n    BaseSettings,\n    extra="ignore",\n):\n    "Ours."\nclass _A(Own, env_prefix="x_"):\n    key: str`,
    "checked",
  ],
  [
    "py",
    `PREFIX = "X_"\nclass Own(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=PREFIX)\n    key: str`,
    "checked",
  ],
  [
    "py",
    `class Own(BaseSettings):\n    x_key: str\n\n    def whole(cls, values):\n        values["x_key"] = join(values)\n        return values`,
  ],
  ["go", `delay, _ := strconv.Atoi(os.Getenv("X_KEY"))`, "guarded"],
  ["php", `$dotenv->required(['X_KEY', 'Y_KEY']);\n$_ENV;`, "checked"],
  ["kt", `val env = dotenv()\nval key = getRequired("X_KEY")`, "checked"],
  ["kt", `val env = dotenv()\nrequireRole("X_KEY")`],
  ["py", `KEY = env("X_KEY", OTHER.replace("a", "b"))`, "default"],
  ["py", `KEY = env.int("X_KEY", env.int("Y_KEY", 30))`, "default"],
  ["py", `KEY = env("X_KEY", str)`, "checked"],
  [
    "py",
    `KEY = env("X_KEY", None)\nif not DEBUG and KEY in [\n    None,\n    "a",\n]:\n    raise Improper("no")`,
    "checked",
  ],
  ["py", `USE_S3 = env.bool("USE_S3", False)\nif USE_S3:\n    KEY = env("X_KEY")\n`, "guarded"],
  ["py", `USE_S3 = env.bool("USE_S3", False)\nif USE_S3:\n    pass\nKEY = env("X_KEY")\n`, "checked"],
  ["rs", `let key = env::var("X_KEY").unwrap_or_else(|err| {\n    panic!("no {:?}", err)\n});`, "checked"],
  ["ex", `key: Util.fetch_env!("X_KEY", all: "a")`, "checked"],
  ["ex", `key: System.get_env("X_KEY") |> Util.to_integer()`, "default"],
  ["ex", `key: System.get_env("X_KEY") |> String.to_integer()`, "plain"],
  ["ex", `case System.get_env("X_KEY") do\n  nil -> []\nend`, "guarded"],
  ["py", `key = os.environ.get("X_KEY") or None`, "guarded"],
  ["py", `keys = os.environ.get("X_KEY", "").split(",")`, "guarded"],
  ["py", `path = os.path.join(os.environ.get("X_KEY") or "", "a")`, "quieted"],
  ["rb", `if Rails.env.production? && ENV["X_KEY"].blank?\n  fail "no"\nend`, "checked"],
  [
    "rs",
    `fn env_get(key: &str) -> String {\n    match std::env::var(key) {\n        Ok(v) => v,\n        Err(e) => panic!("{}", e),\n    }\n}\nfn env_parse<T>(key: &str) -> T {\n    env_get(key).parse()\n}\nlet key = env_parse("X_KEY");`,
    "checked",
  ],
  ["rs", `fn env_opt(key: &str) -> Option<String> {\n    std::env::var(key).ok()\n}\nlet key = env_opt("X_KEY");`],
  ["py", `env = environ.Env(\n    DEBUG=(bool, False),\n    X_KEY=(str, None),\n)\nkey = env("X_KEY")`, "default"],
  ["py", `env = environ.Env(\n    DEBUG=(bool, False),\n)\nkey = env("X_KEY")`, "checked"],
  ["go", `isOn := viper.GetBool("X_KEY")`, "guarded"],
  ["go", `conf.Key, _ = viper.Get("X_KEY").(string)`, "guarded", "plain"],
  ["go", `conf.Key = viper.GetString("X_KEY")`, "plain"],
  ["go", `if token, err = sign(os.Getenv("X_KEY")); err != nil {\n\treturn err\n}`, "plain"],
  ["go", `if key := os.Getenv("X_KEY"); key != "" {\n\tuse(key)\n}`, "guarded"],
  ["go", 'type Env struct {\n\tKey string `mapstructure:"X_KEY"`\n}', "plain"],
  ["go", `viper.SetDefault("X_KEY", "a")`, "default"],
  ["go", `token := mustEnv("X_KEY")\nname := required("x_key")`, "checked"],
  ["rb", `key = ENV["X_KEY"]`, "plain"],
  ["rb", `key = ENV.fetch("X_KEY")`, "checked"],
  ["py", `if os.environ["X_KEY"] == "a":\n    start()`, "asserted"],
  ["py", `if "X_KEY" in os.environ and os.environ["X_KEY"] == "a":\n    start()`, "guarded"],
  ["py", `if started and not os.getenv("X_KEY"):\n    sys.exit(1)`, "guarded"],
  ["rb", `if ENV["BUCKET"]\n  use(ENV["X_KEY"])\nend`, "guarded"],
  ["rb", `store = if ENV["SERVERS"]\n  [ENV["X_KEY"]]\nelse\n  nil\nend`, "guarded"],
  ["rb", `if ENV["BUCKET"]\n  start\nend\nuse(ENV["X_KEY"])`, "plain"],
  ["rb", `if ENV["BUCKET"].nil?\n  use(ENV["X_KEY"])\nend`, "plain"],
  ["rb", `key = ENV.fetch("X_KEY", true)`, "default"],
  ["rb", `key = ENV.fetch("X_KEY", root.chomp("/")) + "/hook"`, "default"],
  ["rb", `key = ENV.fetch("X_KEY") do\n  "a"\nend`, "default"],
  ["rb", `key = ENV.fetch("X_KEY", nil)`, "guarded"],
  ["rb", `key = ENV.fetch "X_KEY"`, "checked"],
  ["py", `key = os.getenv("X_KEY", "")\nif key:\n    start(key)`, "guarded"],
  ["py", `key = os.environ.get("X_KEY", "").replace(\n    "a", "b") or \\\n    "c"`, "default"],
  ["rb", `key = ENV.fetch("X_KEY", "default")`, "default"],
  ["rb", `key = ENV.fetch("X_KEY") { "default" }`, "default"],
  ["rb", `key = ENV["X_KEY"] || "default"`, "default"],
  ["rb", `start if ENV["X_KEY"]`, "guarded"],
  ["rb", `mode = ENV["X_KEY"].to_sym`, "plain"],
  ["rb", `count = ENV["X_KEY"].to_i`, "default"],
  ["rb", `start if ENV["X_KEY"].present?`, "default"],
  ["go", `key := os.Getenv("X_KEY")`, "plain"],
  ["go", `key := os.Getenv("X_KEY")\nif key == "" {\n\tlog.Fatal("no")\n}`, "checked"],
  ["go", `key := os.Getenv("X_KEY")\nif key == "" {\n\tkey = "default"\n}`, "default"],
  ["go", `if os.Getenv("X_KEY") != "" {\n\tstart()\n}`, "guarded"],
  ["go", `key := getEnv("X_KEY", "default")`, "default"],
  ["go", `key, ok := os.LookupEnv("X_KEY")\nif !ok {\n\tpanic("no")\n}`, "checked"],
  ["go", 'Key string `env:"X_KEY,required"`', "checked"],
  ["go", 'Key string `env:"X_KEY" envDefault:"a"`', "default"],
  ["go", 'Key string `env:"X_KEY"`', "plain"],
  ["go", 'Key bool `env:"X_KEY"`', "declared"],
  ["go", 'Key string `env:"X_KEY"`\nOther string `env:"OTHER,required"`', "declared"],
  ["go", 'Key string `required:"true" envconfig:"X_KEY"`', "checked"],
  [
    "go",
    'type A struct {\n  B B `envPrefix:"X_"`\n}\ntype B struct {\n  Key string `env:"KEY,notEmpty"`\n}',
    "checked",
  ],
  [
    "go",
    'type A struct {\n  B struct {\n    Key string `env:"KEY" required:"true"`\n  } `env-namespace:"X"`\n}',
    "checked",
  ],
  ["go", 'envconfig.Process("x", &c)\ntype C struct {\n  Key string `required:"true"`\n}', "checked"],
  ["rs", `let c = envy::from_env::<C>()?;\n#[derive(Deserialize)]\nstruct C {\n  x_key: String,\n}`, "checked"],
  ["rs", `envy::prefixed("X_");\n#[derive(Deserialize)]\nstruct C {\n  key: Option<String>,\n}`, "declared"],
  ["rs", `#[derive(Envconfig)]\nstruct C {\n  #[envconfig(from = "X_KEY")]\n  pub key: String,\n}`, "checked"],
  ["go", `key := os.Getenv("X_KEY")\nif key == "" {\n\tkey = other\n}\nlog.Fatal(start(key))`, "default"],
  ["go", `cfg.Key = os.Getenv("X_KEY")\nif cfg.Key == "" {\n\tcfg.Key = "a"\n}`, "default"],
  ["go", `port, err := flag.String("key", os.Getenv("X_KEY"), "help")`, "guarded"],
  ["go", `for _, one := range strings.Split(os.Getenv("X_KEY"), ",") {`, "guarded"],
  ["go", `text := os.Getenv("X_KEY")\nn, err := strconv.Atoi(text)\nif err != nil {\n\tn = 3\n}`, "default"],
  ["rs", `const NAME: &str = "X_KEY";\nlet key = env::var(NAME).unwrap();`, "checked"],
  ["rs", `let key = env::var(names::X_KEY).expect("no");`, "checked"],
  ["rs", `let key = std::env::var("X_KEY").expect("no");`, "checked"],
  ["rs", `let key = env::var("X_KEY").unwrap();`, "checked"],
  ["rs", `let key = env::var("X_KEY")?;`, "checked"],
  ["rs", `let key = env::var("X_KEY").unwrap_or_else(|_| "a".into());`, "default"],
  ["rs", `let key = env::var("X_KEY").ok();`, "default"],
  ["rs", `if let Ok(key) = env::var("X_KEY") { start() }`, "guarded"],
  [
    "rs",
    `let port = match env::var("X_KEY").map(|one| one.parse()) {\n  Ok(Ok(port)) => port,\n  _ => 3000,\n};`,
    "default",
  ],
  ["rs", `let key = match env::var("X_KEY") {\n  Ok(key) => key,\n  Err(_) => panic!("no"),\n};`, "plain"],
  ["rs", `const KEY: &str = env!("X_KEY");`, "checked"],
  [
    "rs",
    `let key = std::env::var("X_KEY")\n    .ok()\n    .filter(|key| !key.trim().is_empty())\n    .unwrap_or_else(|| {\n        panic!("no")\n    });`,
    "checked",
  ],
  [
    "rs",
    `let key = std::env::var("X_KEY")\n    .ok()\n    .unwrap_or_else(|| {\n        "a".to_string()\n    });`,
    "default",
  ],
  ["java", `String key = System.getenv("X_KEY");`, "plain"],
  ["java", `@Value("\${X_KEY}") String key;`, "checked"],
  ["java", `@Value("\${X_KEY:a}") String key;`, "default"],
  ["kt", `val key = System.getenv("X_KEY") ?: "a"`, "default"],
  ["scala", `val key = sys.env("X_KEY")`, "asserted"],
  ["scala", `val key = sys.env.getOrElse("X_KEY", "a")`, "default"],
  ["cs", `var key = Environment.GetEnvironmentVariable("X_KEY");`, "plain"],
  ["cs", `var key = Environment.GetEnvironmentVariable("X_KEY") ?? "a";`, "default"],
  ["cs", `var key = Environment.GetEnvironmentVariable("X_KEY") ?? throw new Exception();`, "checked"],
  ["exs", `key = System.fetch_env!("X_KEY")`, "checked"],
  ["exs", `key = Map.fetch!(System.get_env(), "X_KEY")`, "checked"],
  ["exs", `key = System.get_env()["X_KEY"]`, "plain"],
  ["exs", `key = System.get_env("X_KEY") || raise "no"`, "checked"],
  ["exs", `key =\n  System.get_env("X_KEY") ||\n    raise """\n    no\n    """`, "checked"],
  ["exs", `key = System.get_env("X_KEY", "a")`, "default"],
  ["exs", `if System.get_env("X_KEY") do`, "guarded"],
  ["php", `$key = getenv('X_KEY');`, "plain"],
  ["php", `$key = $_ENV['X_KEY'] ?? 'a';`, "default"],
  ["php", `$key = getenv('X_KEY') ?: 'a';`, "default"],
  ["php", `'key' => env('X_KEY'),`, "plain"],
  // Fields a program refuses to start without, wherever it asks.
  ["go", `c := Config{\n\tKey: getEnv("X_KEY", ""),\n}\nif c.Key == "" {\n\treturn errors.New("no")\n}`, "checked"],
  ["go", `c.Key = env("X_KEY", "")\nif c.Key == "" {\n\terrs = append(errs, fmt.Sprint("no"))\n}`, "checked"],
  ["go", `c.Chat = intEnv("X_KEY", 0)\nif c.Other == "" || c.Chat == 0 {\n\tlog.Fatal("no")\n}`, "checked"],
  ["go", `c.Key = getEnv("X_KEY", "a")\nif c.Key == "" {\n\tlog.Fatal("no")\n}`, "default"],
  ["go", `c.Key = getEnv("X_KEY", "")\nif c.On && c.Key == "" {\n\tlog.Fatal("no")\n}`, "guarded"],
  [
    "go",
    `c.Key = getEnv("X_KEY", "")\nif c.Key == "" {\n\tc.Key = other\n}\nif err != nil {\n\tlog.Fatal(err)\n}`,
    "guarded",
  ],
  // Blocks in braces that run only for another variable.
  ["go", `if os.Getenv("STORE") == "s3" {\n\tuse(os.Getenv("X_KEY"))\n}`, "guarded"],
  ["go", `if os.Getenv("STORE") == "s3" {\n\tuse(os.Getenv("X_KEY"))\n}\nuse(os.Getenv("X_KEY"))`, "plain"],
  ["go", `if os.Getenv("STORE") == "" {\n\tuse(os.Getenv("X_KEY"))\n}`, "plain"],
  ["go", `if os.Getenv("APP_ENV") == "production" {\n\tuse(os.Getenv("X_KEY"))\n}`, "plain"],
  ["php", `if ($_ENV['STORE'] === 's3') {\n  use_it($_ENV['X_KEY']);\n}`, "guarded"],
  ["php", `if (!empty($_ENV['STORE'])) {\n  use_it($_ENV['X_KEY']);\n}`, "plain"],
  [
    "cs",
    `if (Environment.GetEnvironmentVariable("STORE") != null) {\n  Use(Environment.GetEnvironmentVariable("X_KEY"));\n}`,
    "guarded",
  ],
  // What replaces nothing.
  ["php", `$key = $_ENV['X_KEY'] ?? null;`, "quieted"],
  ["php", `$key = getenv('X_KEY') ?: '';`, "quieted"],
  ["php", `$key = $_ENV['X_KEY'] ?? null ?? other();`, "default"],
  ["php", `$key = getenv('X_KEY');`, "plain"],
  ["py", `KEY = os.getenv("X_KEY", "")`, "plain"],
  [
    "rs",
    `macro_rules! need {\n    ($name:literal) => {\n        std::env::var($name).expect($name)\n    };\n}\nlet key = need!("X_KEY");`,
    "checked",
  ],
  [
    "rs",
    `fn read(name: &str) -> Result<String> {\n    env::var(name).context("no")\n}\nlet key = read("X_KEY")?;`,
    "checked",
  ],
  ["rs", `fn read(name: &str) -> String {\n    env::var(name).unwrap_or_default()\n}\nlet key = read("X_KEY");`],
  [
    "exs",
    `key =\n  System.get_env("X_KEY") ||\n    (file && file.key)\n\nif config_env() == :prod do\n  key || raise "no"\nend`,
    "checked",
  ],
  ["exs", `a = System.fetch_env!("A")\nb = System.fetch_env!("B")\nkey = System.get_env("X_KEY")`, "guarded"],
  [
    "exs",
    `a = System.fetch_env!("DATABASE_URL")\nb = System.fetch_env!("SECRET_KEY_BASE")\nkey = System.get_env("X_KEY")`,
    "plain",
  ],
  // What is thrown in its place replaces nothing, and what is handed to a function is not replaced either.
  ["kt", `val key = System.getenv("X_KEY") ?: throw IllegalStateException("no")`, "checked"],
  ["kt", `val key = System.getenv("X_KEY")?.trim() ?: error("no")`, "checked"],
  ["kt", `val size = System.getenv("X_KEY")?.toInt() ?: 3`, "default"],
  ["java", `String key = Optional.ofNullable(System.getenv("X_KEY")).orElse("a");`, "default"],
  [
    "java",
    `String key = Optional.ofNullable(System.getenv("X_KEY")).filter(k -> !k.isBlank()).orElseThrow();`,
    "checked",
  ],
  ["java", `start(new Bot(System.getenv("X_KEY")));`, "plain"],
  ["java", `if (System.getenv("X_KEY") == null) {\n  throw new IllegalStateException();\n}`, "checked"],
  [
    "rs",
    `fn read(name: &str) -> String {\n    env::var(name)\n        .unwrap_or_else(|err| panic!("{err}"))\n}\nlet key = Duration::from_secs(read(\n    "X_KEY",\n));`,
    "checked",
  ],
  // Conditions about several names.
  ["py", `a = os.getenv("A")\nb = os.getenv("X_KEY")\nif not all([a, b]):\n    raise ValueError("no")`, "checked"],
  ["py", `b = os.getenv("X_KEY")\nif not a or not b:\n    raise ValueError("no")`, "checked"],
  ["py", `self.b = os.getenv("X_KEY")\nif not self.b:\n    raise ValueError("no")`, "checked"],
  ["py", `b = os.getenv("X_KEY")\nif started and not b:\n    raise ValueError("no")`, "plain"],
  ["py", `chat = os.getenv("X_KEY")\nbot = make(token, chat) if token and chat else None`, "guarded"],
  ["py", `chat = os.getenv("X_KEY")\nif not (token and chat):\n    warn("off")`, "guarded"],
  ["py", `url = os.getenv("X_KEY", None)\nif not url:\n    raise ValueError("no")`, "checked"],
  ["php", `$key = getenv('X_KEY');\nif (empty($key)) {\n  throw new Exception('no');\n}`, "checked"],
  ["cs", `var key = config["X_KEY"];\nif (string.IsNullOrEmpty(key))\n{\n  throw new Exception();\n}`, "checked"],
  ["cs", `var key = config["X_KEY"];\nif (!string.IsNullOrEmpty(key))\n{\n  Use(key);\n}\nthrow e;`, "guarded"],
  // What a program says as it stops.
  ["go", `if config.Key == "" {\n\tlog.Fatal("X_KEY not found in environment")\n}\nos.Getenv(name)`, "checked"],
  ["py", `if not settings.key:\n    raise ValueError(\n        "X_KEY is required"\n    )\nos.environ`, "checked"],
  ["py", `if settings.on and not settings.key:\n    raise ValueError("X_KEY is required")\nos.environ`],
  ["py", `if not settings.key:\n    log("X_KEY is not set")\nos.environ`],
  // Python's environment by another name, that of Cloud Foundry, and Django.
  ["py", `env = os.environ\nkey = env.get("X_KEY")`, "plain"],
  ["py", `key = env.get_credential("X_KEY", None)`, "guarded"],
  ["py", `DATABASES = {}\nif not DEBUG:\n    SECRET_KEY = os.getenv("X_KEY", None)`, "checked"],
  ["py", `SECRET_KEY = os.getenv("X_KEY", None)`, "guarded"],
  ["py", `class Settings(BaseSettings):\n    x_key: str | None = None`, "guarded"],
  [
    "go",
    'const prefix = "X_"\nenv.ParseAsWithOptions[C](env.Options{\n\tPrefix: prefix,\n})\ntype C struct {\n\tKey string `env:"KEY,notEmpty"`\n}',
    "checked",
  ],
  // Readers of settings raise before anything can take its place.
  ["py", `KEY = env.str("X_KEY") or "a"`, "checked"],
  ["py", `A = env("A")\nKEY = env ("X_KEY")`, "checked"],
  ["py", `class Settings(BaseSettings):\n    x_key: str = ""`, "guarded"],
  // Viper puts a prefix before all, and makes names of settings those of variables.
  ["go", `viper.SetEnvPrefix("x")\nviper.AutomaticEnv()\nkey := viper.GetString("KEY")`, "plain"],
  [
    "go",
    `viper.AutomaticEnv()\nviper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))\nkey := viper.GetString("x.key")`,
    "plain",
  ],
  ["go", `viper.AutomaticEnv()\nkey := viper.GetString("x.key")`],
  ["go", `viper.AutomaticEnv()\nviper.SetDefault("x_key", "a")\nkey := viper.GetString("x_key")`, "default"],
  ["go", `viper.AutomaticEnv()\nviper.ReadInConfig()\nkey := viper.GetString("x_key")`],
  ["py", `key = require_env("X_KEY")`, "checked"],
  ["py", `class Settings(BaseSettings):\n    key: str = Field(\n        validation_alias="X_KEY",\n    )`, "checked"],
  [
    "py",
    `class Settings(BaseSettings):\n    key: str = Field(\n        default="a",\n        validation_alias="X_KEY",\n    )`,
    "default",
  ],
  ["cs", `Token = provider.GetRequiredValue("X_KEY"),`, "checked"],
  ["cs", `options.RequireRole("X_KEY");`],
  ["go", `v := viper.New()\nkey := v.GetString("X_KEY")`, "plain"],
  ["swift", `let key = Environment.get("X_KEY")!`, "checked"],
  ["swift", `let key = Environment.get("X_KEY") ?? "a"`, "default"],
];

/** Names say how much is meant by an empty text. */
const named: [source: string, key: string, need: string][] = [
  [`URL = os.getenv("FEED_URL", "")`, "FEED_URL", "guarded"],
  [`TOKEN = os.getenv("BOT_TOKEN", "")`, "BOT_TOKEN", "plain"],
  [`TOKEN = os.getenv("BOT_TOKEN", None)`, "BOT_TOKEN", "plain"],
  [`NAME = os.getenv("DB_NAME", "")`, "DB_NAME", "plain"],
  [`class Settings(BaseSettings):\n    BOT_TOKEN: str = ""`, "BOT_TOKEN", "plain"],
  [`class Settings(BaseSettings):\n    db_host: str = ""`, "DB_HOST", "plain"],
  [`class Settings(BaseSettings):\n    db_host: str | None = None`, "DB_HOST", "guarded"],
];

describe("readLanguage", () => {
  for (const [source, key, need] of named)
    it(`py, ${need}: ${source}`, () => {
      expect(needsOf("py", source, key)).toEqual([need]);
    });

  it("py, default: an address of a database that Django falls back on", () => {
    const source = `DATABASES = {"default": dj_database_url.config(\n    default="sqlite:///db.sqlite3"\n)}`;
    expect(needsOf("py", source, "DATABASE_URL")).toEqual(["default"]);
    expect(needsOf("py", `dj_database_url.config(default=config("DATABASE_URL"))`, "DATABASE_URL")).toEqual([
      "checked",
    ]);
  });

  it("py, checked: the address of the storage that Django keeps files in", () => {
    const source = `STORAGES = {"default": {"BACKEND": "cloudinary_storage.storage.MediaCloudinaryStorage"}}`;
    expect(needsOf("py", source, "CLOUDINARY_URL")).toEqual(["checked"]);
    expect(needsOf("py", `${source}\nCLOUDINARY_STORAGE = {"CLOUD_NAME": "a"}`, "CLOUDINARY_URL")).toEqual([]);
  });

  it("php, nothing: what a web server says of a request", () => {
    const found = readLanguage("a.php", "php", "$from = getenv('REMOTE_ADDR') ?: getenv('HTTP_CLIENT_IP');");
    expect(found).toEqual([]);
  });

  it("go, plain: a part of a connection with an empty text in its place", () => {
    expect(needsOf("go", `name := getEnv("DB_NAME", "")`, "DB_NAME")).toEqual(["plain"]);
  });

  it("rs: reads thousands of names that constants hold without choking", () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `NAME_${at}`);
    const reads = names
      .map((name) => `fn read() { use_it(env::var(${name}).unwrap(), "${"a".repeat(60)}"); }\n`)
      .join("");
    const constants = names
      .slice(1)
      .map((name) => `pub const ${name}: &str = "X_${name}";\n`)
      .join("");
    const start = performance.now();
    const read = readLanguage("src/a.rs", "rs", reads);
    settleConstants(
      read,
      new Map([
        ["src/a.rs", reads],
        ["src/names.rs", constants],
      ]),
    );
    expect(read.slice(0, 2).map(({ key }) => key)).toEqual(["NAME_0", "X_NAME_1"]);
    expect(read.at(-1)!.key).toBe("X_NAME_9999");
    const together = readLanguage("src/b.rs", "rs", reads + constants);
    expect(together.at(-1)!.key).toBe("X_NAME_9999");
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  for (const [extension, source, ...needs] of uses) {
    it(`${extension}, ${needs.join(" and ") || "nothing"}: ${source.replaceAll("\n", " ")}`, () => {
      expect(needsOf(extension, source)).toEqual(needs);
    });
  }
});
