import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const python = { runtime: "python" };
const go = { runtime: "go", buildCommand: "go build -o app ./cmd/server", startCommand: "./app" };
const dotnet = { runtime: "dotnet" };
const java = { runtime: "java" };

describe("what the files of a program say of each other's variables: required is", () => {
  requiredTable({
    "what a constant of another file names": {
      files: {
        "names.py": 'BOT_TOKEN = "APP_BOT_TOKEN"\nREGION = "APP_REGION"\n',
        "app.py":
          'import os\nimport names\nclient(os.environ[names.BOT_TOKEN])\nregion = os.environ.get(names.REGION) or "eu"\nother = os.environ[UNKNOWN_NAME]\n',
      },
      facts: python,
      required: ["APP_BOT_TOKEN"],
    },
    "what functions of the program are given, in Java and Kotlin": {
      files: {
        "src/main/java/a/Env.java":
          "package a;\npublic class Env {\n  public static String of(String name) {\n    String value = System.getenv(name);\n    if (value == null) throw new IllegalStateException(name);\n    return value;\n  }\n  public static String of(String name, String other) {\n    String value = System.getenv(name);\n    return value == null ? other : value;\n  }\n}\n",
        "src/main/java/a/Main.java":
          'package a;\nclass Main {\n  String a = Env.of("SHOP_KEY");\n  String b = Env.of("SHOP_SIZE", "3");\n  String c = Users.of("ADMIN");\n}\n',
        "src/main/kotlin/Read.kt":
          'fun needed(name: String): String = System.getenv(name) ?: error("no $name")\nfun variable(name: String): String? = System.getenv(name)\nval own = needed("SHOP_TOKEN")\n',
        "src/main/kotlin/Main.kt": 'val place = variable("SHOP_PLACE") ?: "a"\nval door = variable("SHOP_DOOR")!!\n',
      },
      facts: java,
      required: ["SHOP_DOOR", "SHOP_KEY", "SHOP_TOKEN"],
    },
    "what functions of the program are given, in PHP": {
      files: {
        "src/Config.php":
          "<?php\nclass Config\n{\n    public static function get(string $key): string\n    {\n        $value = getenv($key);\n        if ($value === false) {\n            throw new RuntimeException($key);\n        }\n        return $value;\n    }\n    public function or(string $key, ?string $other = null): ?string\n    {\n        return $_ENV[$key] ?? $other;\n    }\n}\n",
        "index.php":
          "<?php\n$a = Config::get('SHOP_KEY');\n$b = $config->or('SHOP_SIZE', '3');\n$c = $request->get('SHOP_FORM');\n",
      },
      facts: { runtime: "php" },
      required: ["SHOP_KEY"],
    },
    "what functions of the program are given, in Ruby": {
      files: {
        "lib/env.rb":
          'module Env\n  def self.need!(name)\n    ENV.fetch(name) { raise "no #{name}" }\n  end\n  def self.may(name, other)\n    ENV.fetch(name, other)\n  end\nend\n',
        "app.rb": 'A = Env.need!("SHOP_KEY")\nB = Env.may("SHOP_SIZE", "3")\nC = Door.need!("SHOP_DOOR")\n',
      },
      facts: { runtime: "ruby" },
      required: ["SHOP_KEY"],
    },
    "what functions of the program are given, in Elixir": {
      files: {
        "lib/a/env.ex":
          'defmodule A.Env do\n  def require!(name), do: System.get_env(name) || raise("no #{name}")\n  def get(name, other), do: System.get_env(name) || other\nend\n',
        "lib/a/app.ex": 'A.Env.require!("SHOP_KEY")\nA.Env.get("SHOP_SIZE", "3")\n',
      },
      facts: { runtime: "elixir" },
      required: ["SHOP_KEY"],
    },
    "what functions of other files are given, in Python and .NET": {
      files: {
        "env.py":
          "import os\ndef needed(name: str) -> str:\n    value = os.environ.get(name)\n    if not value:\n        raise RuntimeError(name)\n    return value\n",
        "app.py": 'import env\nA = env.needed("SHOP_KEY")\n',
        "Settings.cs":
          "public class EnvProvider {\n    public string? Get(string key)\n    {\n        return Environment.GetEnvironmentVariable(key);\n    }\n}\n",
        "Program.cs":
          'var a = provider.Get("SHOP_MODEL") ?? "small";\nvar b = provider.Get("SHOP_TOKEN") ?? throw new Exception();\n',
      },
      facts: python,
      required: ["SHOP_KEY", "SHOP_TOKEN"],
    },
    "what a constant of Go names": {
      files: {
        "names.go": 'package app\nconst (\n\tEnvToken = "APP_TOKEN"\n)\n',
        "main.go": "package app\nvar token = connect(os.Getenv(EnvToken))\n",
      },
      facts: { runtime: "go" },
      required: ["APP_TOKEN"],
    },
    "no variable of Go in a field that nothing uses, or that is asked for elsewhere": {
      files: {
        "config/config.go":
          'package config\nvar (\n\tAPI_SECRET = os.Getenv("API_SECRET")\n\tDB_SCHEMA = os.Getenv("DB_SCHEMA")\n)\ntype Config struct {\n\tSlackToken string\n\tStoreAddress string\n\tSigningSecret string\n}\nfunc Load() *Config {\n\treturn &Config{\n\t\tSlackToken: os.Getenv("SLACK_TOKEN"),\n\t\tStoreAddress: os.Getenv("STORE_ADDRESS"),\n\t\tSigningSecret: os.Getenv("SIGNING_SECRET"),\n\t}\n}\n',
        "cmd/server/main.go":
          'package main\nfunc main() {\n\tc := config.Load()\n\tif c.SlackToken != "" {\n\t\tconnect(c.SlackToken)\n\t}\n\tstore(c.StoreAddress)\n\tsign(config.API_SECRET, c.SigningSecret)\n}\n',
      },
      facts: go,
      required: ["API_SECRET", "SIGNING_SECRET", "STORE_ADDRESS"],
    },
    "what another file of Go refuses to start without": {
      files: {
        "config.go":
          'package app\ntype Config struct {\n\tServiceKey string\n}\nfunc Load() Config {\n\treturn Config{\n\t\tServiceKey: os.Getenv("SERVICE_KEY"),\n\t}\n}\n',
        "check.go":
          'package app\nfunc check(c Config) error {\n\tif c.ServiceKey == "" {\n\t\treturn errors.New("no key")\n\t}\n\treturn nil\n}\n',
        ".env.example": "A_NAME=a\nA_LINK=b\nA_KIND=c\n",
      },
      facts: { runtime: "go" },
      required: ["SERVICE_KEY"],
    },
    "nothing that a program beside the one that is built asks for": {
      files: {
        "cmd/server/main.go": 'package main\nfunc main() {\n\topen(os.Getenv("STORE_DSN"))\n}\n',
        "cmd/first-admin/main.go":
          'package main\nfunc main() {\n\tmust("ADMIN_PASSWORD")\n\tadd(os.Getenv("ADMIN_PASSWORD"))\n}\n',
        "cmd/worker/main.go": 'package main\nfunc main() {\n\twork(os.Getenv("QUEUE_DSN"))\n}\n',
        Procfile: "web: ./app\nworker: go run ./cmd/worker\n",
      },
      facts: go,
      required: ["QUEUE_DSN", "STORE_DSN"],
    },
    "as much of programs whose folder or file is called with signs": {
      files: {
        "cmd/server/main.go": 'package main\nfunc main() {\n\topen(os.Getenv("STORE_DSN"))\n}\n',
        "cmd/c++/main.go": 'package main\nfunc main() {\n\tadd(os.Getenv("ADMIN_PASSWORD"))\n}\n',
      },
      facts: go,
      required: ["STORE_DSN"],
    },
    "as much of a program of Python that is called with signs": {
      files: {
        "app.py": 'import os\nopen(os.environ["STORE_DSN"])\n',
        "c++.py": 'import os\nif __name__ == "__main__":\n    add(os.environ["ADMIN_PASSWORD"])\n',
      },
      facts: { runtime: "python", startCommand: "python app.py" },
      required: ["STORE_DSN"],
    },
    "a field of a structure that is filled from all variables at once, however many there are": {
      files: {
        "config.go": `package app\ntype Config struct {\n${Array.from({ length: 30 }, (_, at) => `\tPart${at} string \`mapstructure:"PART_${at}"\``).join("\n")}\n}\nfunc use(c Config) {\n${Array.from({ length: 29 }, (_, at) => `\tset(c.Part${at})`).join("\n")}\n}\n`,
        ".env.example": Array.from({ length: 30 }, (_, at) => `PART_${at}=`).join("\n"),
      },
      facts: { runtime: "go" },
      required: Array.from({ length: 29 }, (_, at) => `PART_${at}`).toSorted(),
    },
    "what a closure of Rust collects when it is missing": {
      files: {
        "src/config.rs":
          'let vars: HashMap<String, String> = std::env::vars().collect();\nlet check_var = |key: &str, missing: &mut Vec<String>| -> Option<String> {\n    match vars.get(key) {\n        Some(value) => Some(value.clone()),\n        None => {\n            missing_vars.push(key.to_string());\n            None\n        }\n    }\n};\nlet host = check_var("STORE_HOST", &mut missing);\n',
      },
      facts: { runtime: "rust" },
      required: ["STORE_HOST"],
    },
    "what classes of Quarkus and Spring ask for by name, and no file defines": {
      files: {
        "src/main/java/a/Names.java": 'class Names { static final String TOKEN = "github.token"; }',
        "src/main/java/a/Bot.java":
          'class Bot { Bot(@ConfigProperty(name = TOKEN) String a, @ConfigProperty(name = "bot.channel") String b, @ConfigProperty(name = "bot.size", defaultValue = "3") int c, @ConfigProperty(name = "bot.nick") Optional<String> d) {} }',
        "src/main/java/a/Sign.java":
          'class Sign { @Value("${app.jwt-secret}") String a; @Value("${app.issuer}") String b; @Value("${app.kind:x}") String c; @Value("${server.port}") int d; }',
        "src/main/resources/application.properties": "bot.channel=general\n",
        "src/main/resources/application.yml":
          "info:\n  version: @project.version@\napp:\n  issuer: me\n  url: https://a.example\n",
        "src/main/resources/application-dev.properties": "app.jwt-secret=dev\n",
      },
      facts: java,
      required: ["APP_JWT_SECRET", "GITHUB_TOKEN"],
    },
    "what a module of Python cannot be loaded without, though its settings call it optional": {
      files: {
        "config.py":
          "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    MAIL_KEY: str | None = None\n    STORE_URL: str | None = None\n    HOOK_KEY: str | None = None\nsettings = Settings()\n",
        "mail.py": 'from config import settings\nif not settings.MAIL_KEY:\n    raise RuntimeError("no key")\n',
        "store.py": "from config import settings\nurl = settings.STORE_URL\nengine = create_engine(\n    url,\n)\n",
        "hook.py":
          "from config import settings\ndef hook():\n    if not settings.HOOK_KEY:\n        raise HTTPException(404)\n",
      },
      facts: python,
      required: ["MAIL_KEY", "STORE_URL"],
    },
    "what a class of .NET is filled with, and no file holds": {
      files: {
        "appsettings.json": JSON.stringify({ Jwt: { Issuer: "me" }, Data: { ConnectionStrings: { Main: null } } }),
        "Options.cs":
          'public class JwtOptions { public const string Section = "Jwt"; public string Key { get; set; } = null!; public string Issuer { get; set; } = string.Empty; public string? Note { get; set; } public int Minutes { get; set; } public string Kind { get; init; } = "HS256"; }\npublic class MailOptions { [Required] public string Host { get; set; } public Sender From { get; set; } = new(); }\npublic class Sender { public required string Address { get; init; } }\n',
        "Program.cs":
          'builder.Services.Configure<JwtOptions>(builder.Configuration.GetSection(JwtOptions.Section));\nvar mail = configuration.GetSection("Mail").Get<MailOptions>();\n',
      },
      facts: dotnet,
      required: ["Data__ConnectionStrings__Main", "Jwt__Key", "Mail__From__Address", "Mail__Host"],
    },
    "nothing of a crate that the started one does not use": {
      files: {
        "Cargo.toml":
          '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\ncore = { path = "crates/core" }\n',
        "crates/core/Cargo.toml": '[package]\nname = "core"\n',
        "crates/core/src/lib.rs": 'pub fn key() -> String { std::env::var("SIGN_KEY").expect("no key") }\n',
        "crates/server/Cargo.toml": '[package]\nname = "shop"\n[dependencies]\ncore = { workspace = true }\n',
        "crates/server/src/main.rs": "fn main() { core::key(); }\n",
        "crates/ctl/Cargo.toml": '[package]\nname = "ctl"\n',
        "crates/ctl/src/main.rs": 'fn main() { std::env::var("CTL_KEY").expect("no key"); }\n',
      },
      facts: { runtime: "rust", buildCommand: "cargo build --release --package shop" },
      required: ["SIGN_KEY"],
    },
    "the key with which Rocket keeps secrets, unless its settings hold it": {
      files: {
        "Cargo.toml":
          '[package]\nname = "shop"\n[dependencies]\nrocket = { version = "0.5", features = ["json", "secrets"] }\n',
        "src/main.rs": "fn main() { rocket::build(); }\n",
        "other/Cargo.toml":
          '[package]\nname = "other"\n[dependencies]\nrocket = { version = "0.5", features = ["secrets"] }\n',
        "Rocket.toml": "[default.databases.main]\nmin_connections = 2\n",
      },
      facts: { runtime: "rust" },
      required: ["ROCKET_SECRET_KEY"],
    },
    "no key of Rocket that its settings hold": {
      files: {
        "Cargo.toml":
          '[package]\nname = "shop"\n[dependencies]\nrocket = { version = "0.5", features = ["secrets"] }\n',
        "Rocket.toml": '[release]\nsecret_key = "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk="\n',
      },
      facts: { runtime: "rust" },
      required: [],
    },
    "what Rust reads by a function it takes in": {
      files: {
        "Cargo.toml": '[package]\nname = "shop"\n',
        "src/config.rs":
          'use dotenvy::{var, Error};\nfn load() -> Result<String, Error> {\n    let port = var("LISTEN_AT").unwrap_or("80".into());\n    var("STORE_HOST")\n}\n',
        "src/main.rs": 'use std::env::var;\nfn main() { let key = var("SIGN_KEY").unwrap(); }\n',
        "src/other.rs": 'fn name() { let a = fields.var("NO_VARIABLE"); let b = var("NONE_EITHER"); }\n',
      },
      facts: { runtime: "rust" },
      required: ["SIGN_KEY", "STORE_HOST"],
    },
    "what viper is asked for by constants of another package": {
      files: {
        "go.mod": "module shop\n",
        "main.go":
          "package main\nfunc main() {\n  viper.AutomaticEnv()\n  open(viper.GetString(names.STORE_HOST), viper.GetInt(names.StorePort), viper.GetBool(names.IS_LOUD))\n}\n",
        "names/names.go":
          'package names\nconst (\n\tSTORE_HOST = "STORE_HOST"\n\tStorePort = "STORE_PORT"\n\tIS_LOUD = "IS_LOUD"\n)\n',
      },
      facts: { runtime: "go" },
      required: ["STORE_HOST", "STORE_PORT"],
    },
    "no number of Go that is only used where it is one": {
      files: {
        "main.go":
          'package main\nfunc own(path string) {\n  uid, err1 := strconv.Atoi(os.Getenv("OWNER_ID"))\n  gid, err2 := strconv.Atoi(os.Getenv("GROUP_ID"))\n  if err1 == nil && err2 == nil {\n    os.Chown(path, uid, gid)\n  }\n  limit, err := strconv.Atoi(os.Getenv("ROW_LIMIT"))\n  if err != nil {\n    log.Fatal(err)\n  }\n}\n',
      },
      facts: { runtime: "go" },
      required: ["ROW_LIMIT"],
    },
    "what another host than those it is put on would give, where the program stops without it": {
      files: {
        "config/runtime.exs":
          'import Config\napp = System.get_env("FLY_APP_NAME") || raise "no name"\nregion = System.get_env("FLY_REGION")\n',
      },
      facts: { runtime: "elixir" },
      required: ["FLY_APP_NAME"],
    },
    "the database of Rails where its settings are not committed": {
      files: {
        Gemfile: "source 'https://rubygems.org'\ngem 'rails'\ngem 'pg'\n",
        "config/application.rb": "module Shop\n  class Application < Rails::Application\n  end\nend\n",
        "config/credentials.yml.enc": "a",
        "config/master.key": "b",
        "config/database.example.yml": "production:\n  adapter: postgresql\n",
      },
      facts: { runtime: "ruby", framework: "rails" },
      required: ["DATABASE_URL"],
    },
    "what a layer of Python reads that is called infrastructure": {
      files: {
        "main.py": "import infrastructure.client\n",
        "infrastructure/client.py": 'import os\nKEY = os.environ["API_KEY"]\n',
      },
      facts: python,
      required: ["API_KEY"],
    },
    "nothing that a program which sets up servers reads": {
      files: {
        "main.py": "print(1)\n",
        "infra/main.py": 'import os\nKEY = os.environ["API_KEY"]\n',
        "infra/Pulumi.yaml": "name: a\n",
      },
      facts: python,
      required: [],
    },
    "nothing Elixir reads for a way that is not taken by itself": {
      files: {
        "config/runtime.exs":
          'import Config\ncase System.get_env("UPLOADS", "local") do\n  "S3" ->\n    config :a, bucket: System.fetch_env!("BUCKET_NAME")\n\n  "local" ->\n    config :a, path: System.fetch_env!("UPLOAD_PATH")\nend\n',
      },
      facts: { runtime: "elixir" },
      required: ["UPLOAD_PATH"],
    },
    "nothing that pages of Vite read while they are developed": {
      files: {
        "src/config.ts":
          "const isDev = import.meta.env.DEV;\nexport const link = import.meta.env.DEV ? import.meta.env.VITE_NEAR_HOST : import.meta.env.VITE_API_HOST;\nexport const key = isDev ? { a: import.meta.env.VITE_NEAR_KEY } : load();\nexport const hook = import.meta.env.PROD ? import.meta.env.VITE_HOOK : import.meta.env.VITE_NEAR_HOOK;\n",
      },
      facts: { kind: "static", framework: "vite" },
      required: ["VITE_API_HOST", "VITE_HOOK"],
    },
    "what varlock's schema says must be there": {
      files: {
        ".env.schema":
          "# @defaultSensitive=false @defaultRequired=infer\n# ---\n\n# @type=enum(dev, live)\nAPP_KIND=dev\n\n# the key of the models\n# @required @sensitive\nMODEL_KEY=\n# @type=url\nHOOK_HOST=\n# @required=false\nOTHER_KEY=\n# @required\nSITE_HOST=if(\n  eq($APP_KIND, dev), http://localhost, )\n# @required\nLOG_KIND=if(eq($APP_KIND, dev), a, b)\n",
        "app.js":
          "use(process.env.APP_KIND, process.env.LOG_KIND, process.env.SITE_HOST, process.env.MODEL_KEY, process.env.HOOK_HOST, process.env.OTHER_KEY);",
      },
      required: ["MODEL_KEY", "SITE_HOST"],
    },
    "what is asked of a section of .NET by its name, or of a class it fills": {
      files: {
        "Program.cs":
          'var jwt = builder.Configuration.GetSection("Jwt");\nsign(jwt["Key"], jwt["Kind"] ?? "HS256");\nopen(jwt.GetValue<string>("STORE"));\nservices.Configure<MailOptions>(jwt);\n',
        "MailOptions.cs":
          'class MailOptions { [ConfigurationKeyName("MAIL_HOST")] public string Host { get; set; } = null!; }\n',
      },
      facts: dotnet,
      required: ["Jwt__Key", "Jwt__MAIL_HOST", "Jwt__STORE"],
    },
    "nothing the tools of Entity Framework read": {
      files: {
        "Factory.cs":
          'class Factory : IDesignTimeDbContextFactory<Shop> { Shop Create() => new(configuration.GetConnectionString("Local")); }\n',
        "Program.cs": 'open(configuration.GetConnectionString("Main"));\n',
      },
      facts: dotnet,
      required: ["ConnectionStrings__Main"],
    },
    "no module of Python that nothing imports": {
      files: {
        "app/__init__.py": "",
        "app/main.py": "from app.store import open\n# from app.old import open\n",
        "app/store.py": 'import os\nopen(os.environ["STORE_URI"])\n',
        "app/old.py": 'import os\nopen(os.environ["OLD_STORE_URI"])\n',
        "fill_store.py": 'import os\nopen(os.environ["FILL_URI"])\nasyncio.run(fill())\n',
      },
      facts: { runtime: "python", startCommand: "uvicorn app.main:app" },
      required: ["STORE_URI"],
    },
    "a name most platforms give, where Python raises without it": {
      files: {
        "config.py":
          'import os\nclass Settings(BaseSettings):\n    APP_ENV: str = os.environ["APP_ENV"]\n    STORE: str = os.environ["TEST_STORE_URL"]\n    LEVEL: str = os.getenv("LOG_LEVEL")\n',
      },
      facts: python,
      required: ["APP_ENV", "TEST_STORE_URL"],
    },
    "what a list of Go asks viper for, though the example is long": {
      files: {
        "config.go":
          'package app\nfunc Load() {\n\tv := viper.New()\n\trequired := []string{"STORE_HOST", "SHOP_URL"}\n\tfor _, key := range required {\n\t\tif v.GetString(key) == "" {\n\t\t\tmissing = append(missing, key)\n\t\t}\n\t}\n\tif len(missing) > 0 {\n\t\tos.Exit(1)\n\t}\n\tuse(v.GetString("STORE_HOST"), v.GetString("SHOP_URL"), v.GetString("PART_1"))\n}\n',
        ".env.example": `STORE_HOST=\nSHOP_URL=\n${Array.from({ length: 70 }, (_, at) => `PART_${at}=`).join("\n")}`,
      },
      facts: { runtime: "go" },
      required: ["SHOP_URL", "STORE_HOST"],
    },
    "no address of Symfony's that works beside the containers, and no empty prefix": {
      files: {
        ".env":
          "QUEUE_DSN=amqp://shop:password@queue:5672\nDATABASE_URL=postgresql://app:!ChangeMe!@127.0.0.1:5432/app\nSTORE_PREFIX=\nSTORE_KEY=\n",
        "symfony.lock": "{}",
        "config/bundles.php": "<?php return [];",
        "config/packages/store.yaml":
          "store:\n  queue: '%env(QUEUE_DSN)%'\n  url: '%env(resolve:DATABASE_URL)%'\n  prefix: '%env(STORE_PREFIX)%'\n  key: '%env(STORE_KEY)%'\n",
      },
      facts: { runtime: "php" },
      required: ["DATABASE_URL", "STORE_KEY"],
    },
    "what Phoenix and Ecto look up when they start, without a value of its own": {
      files: {
        "config/prod.exs":
          'import Config\nconfig :a, A.Repo, url: {:system, "STORE_URI"}, pool: {:system, :integer, "STORE_POOL", 10}\nconfig :a, key: {:system, {Base, :decode64, []}, "SIGN_KEY"}\n',
        "lib/a.ex": 'def local?, do: is_nil(System.get_env("STORE_HOST"))\n',
      },
      facts: { runtime: "elixir" },
      required: ["SIGN_KEY", "STORE_URI"],
    },
    "nothing Ruby fetches once it knows which way is taken": {
      files: {
        "config/environments/production.rb":
          'if ENV["MAIL_WAY"] == "catcher"\n  mail(ENV.fetch("CATCHER_HOST"))\nelse\n  mail(ENV.fetch("MAIL_HOSTNAME"))\nend\n',
      },
      facts: { runtime: "ruby" },
      required: ["MAIL_HOSTNAME"],
    },
  });
});
