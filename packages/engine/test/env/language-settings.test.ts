import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const python = { runtime: "python" };

describe("settings of languages, required are", () => {
  requiredTable({
    "no fields of settings that a program makes itself": {
      files: {
        "config.py":
          'class Server(BaseSettings):\n    name: str\n    api_url: str\n\nclass App(BaseSettings):\n    sign_key: str\n\ndef load() -> list:\n    return [Server(name=n, api_url=f"https://{n}") for n in names]\n\napp = App()\n',
      },
      facts: python,
      required: ["SIGN_KEY"],
    },
    "no heading of what is said of a class of settings": {
      files: {
        "config.py":
          'class App(BaseSettings):\n    """\n    What it runs with\n\n    Attributes:\n        sign_key: a key\n    """\n\n    sign_key: str\n',
      },
      facts: python,
      required: ["SIGN_KEY"],
    },
    "what is read as a number or a document, beside settings": {
      files: {
        "config.py":
          'class App(BaseSettings):\n    A_NAME: str = "a"\n    CREDENTIALS: dict = json.loads(getenv("CLOUD_CREDENTIALS"))\n    LINK: str = getenv("A_LINK")\n    COUNT: int = int(os.environ.get("A_COUNT") or 25)\n',
      },
      facts: python,
      required: ["CLOUD_CREDENTIALS"],
    },
    "nothing a program of Python writes into its environment, unless it is a secret": {
      files: {
        "app.py":
          'import os\nos.environ["PROXY_READY"] = "1"\nos.environ["VENDOR_API_KEY"] = "put yours here"\nready = int(os.environ.get("PROXY_READY"))\nkey = os.environ["VENDOR_API_KEY"]\n',
      },
      facts: python,
      required: ["VENDOR_API_KEY"],
    },
    "what Python asks for by its name before it fails": {
      files: {
        "app.py":
          'import os\nif "SIGN_KEY" not in os.environ:\n    raise SystemExit("no key")\nif "MAIL_HOST" in os.environ:\n    mail(os.environ["MAIL_HOST"])\n',
      },
      facts: python,
      required: ["SIGN_KEY"],
    },
    "no address of a database that Django asks for by its name": {
      files: {
        "requirements.txt": "django\ndj-database-url\n",
        "shop/settings.py":
          'import os\nimport dj_database_url\nDATABASES = {}\nif "DATABASE_URL" in os.environ:\n    DATABASES["default"] = dj_database_url.config(conn_max_age=500)\n',
      },
      facts: { ...python, framework: "django" },
      required: [],
    },
    "a secret of Django whose default it refuses": {
      files: {
        "shop/settings.py":
          'import os\nINSTALLED_APPS = []\n_DEFAULT = "insecure"\nSECRET_KEY = os.getenv("DJANGO_SECRET_KEY", _DEFAULT)\nif not DEBUG and (\n    SECRET_KEY == _DEFAULT or len(SECRET_KEY) < 50\n):\n    raise ImproperlyConfigured("no")\n',
      },
      facts: { ...python, framework: "django" },
      required: ["DJANGO_SECRET_KEY"],
    },
    "what Rust names in a constant of another file, and nothing it matches together": {
      files: {
        "Cargo.toml": '[package]\nname = "paste"\n',
        "src/names.rs":
          'pub const KEY: &str = "PASTE_SIGN_KEY";\npub const ADDRESS: &str = "PASTE_ADDRESS";\npub const SOCKET: &str = "PASTE_SOCKET";\npub const STORE_PATH: &str = "PASTE_STORE_PATH";\n',
        "src/main.rs":
          '#[derive(Parser)]\nstruct Args {\n    #[arg(long, env = names::STORE_PATH)]\n    store: PathBuf,\n}\nfn main() {\n    let key = std::env::var(names::KEY).expect("no key");\n    let on = match (\n        std::env::var(names::ADDRESS),\n        std::env::var(names::SOCKET),\n    ) {\n        (Ok(a), _) => a,\n        _ => String::from("0.0.0.0"),\n    };\n}\n',
      },
      facts: { runtime: "rust" },
      required: ["PASTE_SIGN_KEY", "PASTE_STORE_PATH"],
    },
    "what Rust hands a function that looks it up": {
      files: {
        "Cargo.toml": '[package]\nname = "app"\n',
        "src/config.rs":
          'fn load() -> Result<Config> {\n    let mut lookup = |name| env::var_os(name);\n    let key = required_string(&mut lookup, "SIGN_KEY")?;\n    let at = optional_string(&mut lookup, "BIND_ADDRESS")?;\n}\n',
      },
      facts: { runtime: "rust" },
      required: ["SIGN_KEY"],
    },
    "nothing a program of Go gives to those it starts": {
      files: {
        "main.go": 'package main\nfunc start() {\n  env["CHILD_CHANNEL"] = channel\n  exec.Command("child").Run()\n}\n',
        "internal/child.go":
          'package internal\nvar channel = os.Getenv("CHILD_CHANNEL")\nvar key = os.Getenv("SIGN_KEY")\n',
      },
      facts: { runtime: "go" },
      required: ["SIGN_KEY"],
    },
    "nothing a program only complains of together with another": {
      files: {
        "main.go":
          'package main\nvar c = Config{ID: envOr("AGENT_ID", ""), Key: envOr("SIGN_KEY", "")}\nfunc check() error {\n  if err := valid(c.ID); err != nil {\n    return fmt.Errorf("AGENT_ID is required when QUEUE_URL is set: %w", err)\n  }\n  if err := valid(c.Key); err != nil {\n    return fmt.Errorf("SIGN_KEY is required: %w", err)\n  }\n  return nil\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SIGN_KEY"],
    },
    "no text among the settings of .NET, whatever words it has": {
      files: {
        "appsettings.json": JSON.stringify({
          Prompt: {
            Error: `Describe the problem, and replace what is wrong. ${"Answer in your own words. ".repeat(20)}`,
          },
          Mail: { Password: "your-password" },
        }),
        "Program.cs": 'var prompt = configuration["Prompt:Error"];\n',
      },
      facts: { runtime: "dotnet" },
      required: ["Mail__Password"],
    },
    "one of several names, the first where none is told of": {
      files: {
        "db.py":
          'import os\nURL = os.getenv("DATABASE_URL") or os.getenv("POSTGRES_URL") or os.getenv("DB_URL")\nif not URL:\n    raise RuntimeError("no database")\nkey = os.environ.get("SIGN_KEY") or os.environ["OLD_KEY"]\nmode = os.getenv("RUN_MODE") or os.getenv("OLD_MODE", "web")\n',
      },
      facts: python,
      required: ["DATABASE_URL", "SIGN_KEY"],
    },
    "the one of several names that the example lists": {
      files: {
        "app.rb": 'url = ENV["SHOP_URL"] || ENV.fetch("STORE_URL")\n',
        ".env.example": "STORE_URL=https://your-store.test\n",
      },
      facts: { runtime: "ruby" },
      required: ["STORE_URL"],
    },
    "what Rust reads under two names, once": {
      files: {
        "src/main.rs":
          'fn main() {\n    let token = std::env::var("BOT_NOTIFY_TOKEN")\n        .or_else(|_| std::env::var("NOTIFY_TOKEN"))\n        .expect("no token");\n}\n',
      },
      facts: { runtime: "rust" },
      required: ["BOT_NOTIFY_TOKEN"],
    },
    "annotated fields of pydantic": {
      files: {
        "settings.py":
          'class Store(BaseSettings):\n    URL: Annotated[str, Field(min_length=1)] = ""\n    SALT: Annotated[int, Field(ge=4)]\n    NAMES: Dict[str, List[int]] = {}\n    model_config = SettingsConfigDict(env_prefix="DATABASE_")\n',
      },
      facts: python,
      required: ["DATABASE_SALT", "DATABASE_URL"],
    },
    "constants of Python that are refused far behind where they are read": {
      files: {
        "db.py": `import os\nSTORE_PLACE: str = os.getenv("STORE_PLACE", "")\n${"# about the store\n".repeat(60)}if not STORE_PLACE:\n    raise ValueError(\n        "no place"\n    )\n`,
      },
      facts: python,
      required: ["STORE_PLACE"],
    },
    "nothing of a vendor somebody has to choose, in Python": {
      files: {
        "store.py":
          'import os\nvendor = os.getenv("VENDOR", "aws").lower()\nif vendor == "aws":\n    bucket = os.environ["AWS_BUCKET_KEY"]\nelif vendor == "azure":\n    key = os.environ["AZURE_STORE_KEY"]\nsign = os.environ["SIGN_KEY"]\n',
      },
      facts: python,
      required: ["AWS_BUCKET_KEY", "SIGN_KEY"],
    },
    "nothing of a vendor somebody has to choose, in Go": {
      files: {
        "main.go":
          'package main\nfunc open(mode string) {\n\tswitch mode {\n\tcase "vault":\n\t\tkey := mustEnv("VAULT_KEY")\n\tdefault:\n\t\tkey := mustEnv("LOCAL_KEY")\n\t}\n}\nfunc main() {\n\tswitch os.Args[1] {\n\tcase "serve":\n\t\topen(mustEnv("STORE_MODE"))\n\t}\n}\n',
      },
      facts: { runtime: "go" },
      required: ["LOCAL_KEY", "STORE_MODE"],
    },
    "nothing a program of Go refuses to be without in one of its modes": {
      files: {
        "config.go":
          'package config\nfunc Load() (Config, error) {\n\tcfg := Config{\n\t\tMode:     envDefault("SHOP_MODE", "local"),\n\t\tURL:      os.Getenv("SHOP_DATABASE_URL"),\n\t\tAddr:     os.Getenv("SHOP_VAULT_ADDR"),\n\t\tToken:    os.Getenv("SHOP_VAULT_TOKEN"),\n\t}\n\tif cfg.URL == "" {\n\t\treturn Config{}, fmt.Errorf("no url")\n\t}\n\tif cfg.Mode == "vault" {\n\t\tif cfg.Addr == "" || cfg.Token == "" {\n\t\t\treturn Config{}, fmt.Errorf("vault requires SHOP_VAULT_ADDR")\n\t\t}\n\t}\n\treturn cfg, nil\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SHOP_DATABASE_URL"],
    },
    "no setting of .NET that is asked for before it is used": {
      files: {
        "Program.cs":
          'var endpoint = builder.Configuration["Otel:Endpoint"];\nbuilder.Services.AddTelemetry(t => {\n    if (!string.IsNullOrEmpty(endpoint)) t.Export(endpoint);\n});\nvar key = builder.Configuration["Sign:Key"];\n',
      },
      facts: { runtime: "dotnet" },
      required: ["Sign__Key"],
    },
    "nothing Gradle publishes with": {
      files: {
        "build.gradle.kts": 'sonar { property("sonar.token", System.getenv("SONAR_KEY")) }\n',
        "src/main/kotlin/App.kt": 'val key = System.getenv("SIGN_KEY")!!\n',
      },
      facts: { runtime: "java" },
      required: ["SIGN_KEY"],
    },
    "no setting of .NET that is false when it is missing": {
      files: {
        "Program.cs":
          'var a = Convert.ToBoolean(Configuration["DetailedErrors"]);\nvar b = bool.Parse(Configuration["Shop:Open"]);\n',
      },
      facts: { runtime: "dotnet" },
      required: ["Shop__Open"],
    },
    "an address of a database for which cleanenv takes an empty text": {
      files: {
        "config.go":
          'package config\ntype Config struct {\n  URL string `env:"DATABASE_URL" env-default:""`\n  Host string `env:"SITE_HOST" env-default:""`\n}\n',
      },
      facts: { runtime: "go", database: ["postgres"] },
      required: ["DATABASE_URL"],
    },
    "what viper is bound to under other names": {
      files: {
        "config.go":
          'package config\nfunc Load() {\n  viper.SetDefault("http.host", "::")\n  viper.BindEnv("db.dsn", "SHOP_DSN")\n  viper.BindEnv("http.host", "SHOP_HOST")\n  viper.BindEnv("unused", "SHOP_UNUSED")\n  open(viper.GetString("db.dsn"), viper.GetString("http.host"))\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SHOP_DSN"],
    },
    "what functions of a package of Go's program are given": {
      files: {
        "pkg/env/env.go":
          'package env\nfunc GetString(key string) string {\n\tval := os.Getenv(key)\n\tif val == "" {\n\t\tpanic("no " + key)\n\t}\n\treturn val\n}\nfunc GetOptional(key string, other string) string {\n\tif val := os.Getenv(key); val != "" {\n\t\treturn val\n\t}\n\treturn other\n}\nfunc GetInt(key string) int {\n\treturn number(GetString(key))\n}\n',
        "config/config.go":
          'package config\nvar url = env.GetString("SHOP_ADDR")\nvar size = env.GetInt("SHOP_SIZE")\nvar log = env.GetOptional("SHOP_LOG", "a")\nvar flag = other.GetString("SHOP_FLAG")\n',
        ".env.example": "SHOP_ADDR=localhost\nSHOP_SIZE=3\nSHOP_LOG=b\n",
      },
      facts: { runtime: "go" },
      required: ["SHOP_ADDR", "SHOP_SIZE"],
    },
    "what is handed on to a function that reads it": {
      files: {
        "src/main/kotlin/Config.kt":
          "object Config {\n  fun text(key: String): String = System.getenv(key) ?: throw Exception(key)\n\n  fun number(key: String): Int = text(key).toInt()\n\n  fun other(key: String, instead: String): String = System.getenv(key) ?: instead\n}\n",
        "src/main/kotlin/Main.kt":
          'val size = Config.number("SHOP_SIZE")\nval name = Config.other("SHOP_NAME", "a")\nval flag = Other.number("SHOP_FLAG")\n',
      },
      facts: { runtime: "java" },
      required: ["SHOP_SIZE"],
    },
    "what a library of Python raises without": {
      files: { "app.py": 'from common.config import get_env_or_throw\nurl = get_env_or_throw("SHOP_URL")\n' },
      facts: python,
      required: ["SHOP_URL"],
    },
    "what files of OmegaConf take from the environment": {
      files: {
        "app.py": "import omegaconf\n",
        "conf/app.yaml":
          'url: "${oc.env:SHOP_URL}"\n# old: ${oc.env:SHOP_OLD}\nbucket: ${oc.env:SHOP_BUCKET,shop}\nlog: ${oc.env:SHOP_LOG, null}\n',
      },
      facts: python,
      required: ["SHOP_URL"],
    },
    "names of Go that begin with nothing at first": {
      files: {
        "db.go":
          'package db\nfunc open() {\n  prefix := ""\n  if os.Getenv("USE_DOCKER") == "true" {\n    prefix = "DOCKER_"\n  }\n  connect(os.Getenv(prefix + "SHOP_HOST"), os.Getenv(other + "SHOP_NAME"))\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SHOP_HOST"],
    },
    "what viper is asked for in other files than the one it is set up in": {
      files: {
        "settings.go":
          'package a\nfunc load() {\n  viper.SetConfigType("env")\n  viper.AutomaticEnv()\n  viper.ReadInConfig()\n}\n',
        "main.go":
          'package a\nfunc start() {\n  dial(viper.GetString("shop_url"))\n  if port := viper.GetString("shop_port"); port != "" {\n    listen(port)\n  }\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SHOP_URL"],
    },
    "what nothing takes the place of, though an example of another time leaves it out": {
      files: {
        "main.go": 'package main\nvar a = open(os.Getenv("SHOP_HOST"))\nvar b = open(os.Getenv("SHOP_USER"))\n',
        ".env.example": "OLD_HOST=a\nOLD_USER=b\nOLD_NAME=c\n",
      },
      facts: { runtime: "go" },
      required: ["SHOP_HOST", "SHOP_USER"],
    },
    "what a bot of Python signs in with, though one of its parts asks for it first": {
      files: {
        "config.py": 'import os\nBOT_TOKEN = os.getenv("TOKEN")\nMAIL = os.getenv("MAIL")\n',
        "bot.py": "from config import BOT_TOKEN\nbot = Bot(token=BOT_TOKEN)\n",
        "tasks.py": "from config import BOT_TOKEN, MAIL\nif not BOT_TOKEN or not MAIL:\n    print(1)\n",
      },
      facts: python,
      required: ["TOKEN"],
    },
    "what a class that configures others says of a section, and who uses it claims": {
      files: {
        "Setup.cs":
          'class JwtSetup(IConfiguration configuration) : IConfigureOptions<JwtOptions> {\n  private const string SectionName = "Jwt";\n  public void Configure(JwtOptions options) { configuration.GetSection(SectionName).Bind(options); }\n}\n',
        "JwtOptions.cs":
          "public class JwtOptions {\n  public string? Issuer { get; set; }\n  public string? SecretKey { get; set; }\n}\n",
        "Use.cs": "var key = Bytes(options.Value.SecretKey!);\n",
      },
      facts: { runtime: "dotnet" },
      required: ["Jwt__SecretKey"],
    },
    "what Deno's programs ask of the object that a file of variables was read into": {
      files: {
        "config.ts":
          'import { config as read } from "https://deno.land/x/dotenv/mod.ts";\nexport const config = read();\n',
        "db.ts":
          'import { config } from "./config.ts";\nconst { SHOP_USER, SHOP_SIZE = 3 } = config;\nopen(config.SHOP_HOST, config.SHOP_PORT || 80);\n',
        "main.ts":
          'import { load } from "@std/dotenv";\nconst env = await load();\n// env["SHOP_OLD"]\nsign(env["SHOP_KEY"]);\nconst other = config.SHOP_OTHER;\n',
      },
      facts: { runtime: "deno" },
      required: ["SHOP_HOST", "SHOP_KEY", "SHOP_USER"],
    },
    "what Deno's programs ask of the environment first, and then of such an object made on the spot": {
      files: {
        "main.ts":
          'import { config } from "https://deno.land/x/dotenv/mod.ts";\nconst key = Deno.env.get("SIGN_KEY") || config().SIGN_KEY;\nconst size = Deno.env.get("SHOP_SIZE") || config().SHOP_SIZE || 3;\nsign(key);\n',
      },
      facts: { runtime: "deno" },
      required: ["SIGN_KEY"],
    },
    "what a function of Go that checks the environment is given a list of, by names or constants": {
      files: {
        "names.go": 'package config\nconst (\n\tSIGN_KEY = "SIGN_KEY"\n)\n',
        "config.go":
          'package config\nfunc Load() Config {\n\tif err := env.CheckEnv([]string{SIGN_KEY, "BASE_ADDRESS"}); err != nil {\n\t\tpanic(err)\n\t}\n\treturn Config{Key: env.GetEnvString(SIGN_KEY, "a")}\n}\n',
      },
      facts: { runtime: "go" },
      required: ["BASE_ADDRESS", "SIGN_KEY"],
    },
    "what stands in the first of a list in the settings of .NET": {
      files: {
        "appsettings.json":
          '{"Ai":{"Keys":[{"ApiKey":"your-key","Group":"a"},{"ApiKey":"your-key"}],"Hosts":["*"],"None":[]}}',
        "Program.cs": 'var keys = config.GetSection("Ai:Keys").Get<List<Key>>();\n',
      },
      facts: { runtime: "dotnet" },
      required: ["Ai__Keys__0__ApiKey"],
    },
    "what is asked of a class that a section of .NET fills, and nothing else of it": {
      files: {
        "Store.cs":
          "public class Store {\n  public required string Address { get; init; }\n  public required string Collection { get; init; }\n}\n",
        "Program.cs": 'var store = config.GetSection("Store").Get<Store>()!;\nopen(store.Address);\n',
      },
      facts: { runtime: "dotnet" },
      required: ["Store__Address"],
    },
    "what functions are told where they are called that it is required": {
      files: {
        "a.py":
          'def read(name, *, required=False):\n    raw = os.environ.get(name, "")\n    if required and not raw:\n        raise ValueError(name)\n    return raw\nmodel = read("MODEL_NAME", required=True)\nother = read("OTHER_NAME")\n',
        "B.java":
          'class B {\n  static String env(String name, boolean required) {\n    String value = System.getenv(name);\n    if (required && value == null) throw new IllegalStateException(name);\n    return value;\n  }\n  String a = env("SIGN_KEY", true);\n  String b = env("OTHER_KEY", false);\n}\n',
      },
      facts: python,
      required: ["MODEL_NAME", "SIGN_KEY"],
    },
    "what functions of Python read by the name they are given in their own file": {
      files: {
        "a.py":
          'class A:\n    def read(self, key: str):\n        val = os.getenv(key=key)\n        if val is None:\n            raise TypeError(key)\n        return val\nkey = A().read(key="FIRST_KEY")\n',
        "b.py": 'def read(name):\n    return os.environ[name]\nkey = read("SECOND_KEY")\n',
        "c.py": 'def read(name):\n    return os.getenv(name)\nkey = read("THIRD_KEY")\n',
        "d.py":
          'def read(name):\n    val = os.getenv(name)\n    if not val:\n        return "a"\n    return val\nkey = read("FOURTH_KEY")\n',
        "e.py":
          'def read(name):\n    raw = os.getenv(name, "0")\n    if int(raw) < 0:\n        raise ValueError(name)\n    return raw\nkey = read("FIFTH_KEY")\n',
        "f.py":
          'def read(name):\n    raw = os.getenv(name)\n    if not raw:\n        return ()\n    return raw.split(",")\nkey = read("SIXTH_KEY")\n',
      },
      facts: python,
      required: ["FIRST_KEY", "SECOND_KEY", "THIRD_KEY"],
    },
    "no setting of .NET that is of a kind that is never missing": {
      files: {
        "Program.cs":
          'var kind = config.GetValue<SupportedStore>("Store");\nvar isOn = config.GetValue<bool>("Open");\nvar key = config.GetValue<string>("SignKey");\n',
      },
      facts: { runtime: "dotnet" },
      required: ["SignKey"],
    },
    "no variable that Java keeps in a constant nobody uses": {
      files: {
        "Config.java":
          'class Config {\n  private static final String OLD = System.getenv("OLD_TOKEN");\n  private static final String NOW = System.getenv("BOT_TOKEN");\n  static String token() { return NOW; }\n}\n',
      },
      facts: { runtime: "java" },
      required: ["BOT_TOKEN"],
    },
    "nothing that scripts of Python beside the program ask for": {
      files: {
        "Program.cs": 'var url = Environment.GetEnvironmentVariable("SHOP_URL") ?? throw new Exception();\n',
        "deployment/publish.py": 'import os\ntoken = os.environ["PUBLISH_TOKEN"]\n',
      },
      facts: { runtime: "dotnet" },
      required: ["SHOP_URL"],
    },
    "what .NET puts nothing in place of": {
      files: {
        "Program.cs":
          'var url = Environment.GetEnvironmentVariable("DB_HOST") ?? "";\nvar key = Environment.GetEnvironmentVariable("SIGN_SECRET_KEY") ?? string.Empty;\nvar title = Environment.GetEnvironmentVariable("SHOP_TITLE") ?? "";\nvar lang = Environment.GetEnvironmentVariable("SHOP_TOKEN") ?? "a";\n',
      },
      facts: { runtime: "dotnet" },
      required: ["DB_HOST", "SIGN_SECRET_KEY"],
    },
    "nothing for which null is as good in PHP": {
      files: {
        "config.php":
          "<?php return ['hash' => getenv('ADMIN_PASSWORD_HASH') ?: null, 'key' => getenv('SIGN_KEY') ?: null];",
      },
      facts: { runtime: "php" },
      required: ["SIGN_KEY"],
    },
    "what Python takes apart at once, and nothing an assignment takes otherwise": {
      files: {
        "settings.py":
          'import os\nSTORE_PLACE = os.environ.get("STORE_PLACE") + "/0"\nOTHER = os.environ.get("OTHER_PLACE") or STORE_PLACE\nTLS = os.getenv("STORE_TLS").lower() == "true"\n',
        ".env.example": "A=\nB=\nC=\n",
      },
      facts: python,
      required: ["STORE_PLACE", "STORE_TLS"],
    },
    "who sends the mail of Flask, not how": {
      files: {
        "app.py":
          'import os\napp.config["MAIL_SERVER"] = os.environ.get("MAIL_SERVER")\napp.config["MAIL_PORT"] = os.environ.get("MAIL_PORT")\napp.config["MAIL_PASSWORD"] = os.environ.get("MAIL_PASSWORD")\n',
      },
      facts: { ...python, framework: "flask" },
      required: ["MAIL_PASSWORD", "MAIL_SERVER"],
    },
    "settings of Python whose defaults are refused": {
      files: {
        "settings.py":
          'class Store(BaseSettings):\n    SALT: Annotated[int, Field(gt=0, lt=99)] = -1\n    SIGN: Annotated[str, Field(min_length=1)] = ""\n    SIZE: Annotated[int, Field(ge=1)] = 1\n    model_config = SettingsConfigDict(env_prefix="SHOP_")\n',
      },
      facts: python,
      required: ["SHOP_SALT", "SHOP_SIGN"],
    },
    "the password of a database that the example spells otherwise": {
      files: {
        "main.go":
          'package main\nvar dsn = os.Getenv("DB_HOST") + os.Getenv("DB_USER") + os.Getenv("DB_PASS")\nvar a = os.Getenv("SHOP_A")\n',
        ".env.example": "DB_HOST=a\nDB_USER=a\nDB_PASSWORD=a\n",
      },
      facts: { runtime: "go", database: ["postgres"] },
      required: ["DB_HOST", "DB_PASS", "DB_USER"],
    },
    "nothing that Cargo gives": {
      files: { "Cargo.toml": '[package]\nname = "a"\n', "src/main.rs": 'fn main() { run(env!("CARGO")); }' },
      facts: { runtime: "rust" },
      required: [],
    },
    "fields viper fills from a file of variables, in lower case": {
      files: {
        "config.go":
          'package config\ntype Config struct {\n  Source string `mapstructure:"db_source"`\n  IsOpen bool   `mapstructure:"is_open"`\n}\nfunc Load() (c Config) {\n  viper.SetConfigFile(".env")\n  viper.AutomaticEnv()\n  viper.ReadInConfig()\n  viper.Unmarshal(&c)\n  return\n}\n',
      },
      facts: { runtime: "go" },
      required: ["DB_SOURCE"],
    },
  });
});
