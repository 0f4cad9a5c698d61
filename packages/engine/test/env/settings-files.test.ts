import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const python = { runtime: "python", startCommand: "python main.py" } as const;
const dotnet = { runtime: "dotnet" } as const;

describe("settings kept in files and structures", () => {
  requiredTable({
    "what the settings of .NET leave to be given": {
      files: {
        "appsettings.json": JSON.stringify({
          Logging: { Level: "" },
          Jwt: { Key: "", Issuer: "https://a.example" },
          Bot: { Name: "<name of the bot>", Prefix: "" },
        }),
        "Program.cs": 'var a = builder.Configuration["Jwt:Key"]; var b = builder.Configuration["Jwt:Issuer"];',
      },
      facts: dotnet,
      required: ["Bot__Name", "Jwt__Key"],
    },
    "a connection of .NET that no file holds": {
      files: {
        "appsettings.json": JSON.stringify({ ConnectionStrings: { Cache: "cache.example.net,password=a" } }),
        "Program.cs":
          'Use(builder.Configuration.GetConnectionString("Main")); Use(configuration.GetConnectionString("Cache"));\nvar c = config["Mail:Host"] ?? "localhost"; var d = config["title"];',
      },
      facts: dotnet,
      required: ["ConnectionStrings__Main"],
    },
    "what .NET asks for before it uses it, unless it stops": {
      files: {
        "Program.cs":
          'var on = !string.IsNullOrWhiteSpace(builder.Configuration["TRACE_ENDPOINT"]);\nif (string.IsNullOrEmpty(configuration["SIGN_KEY"]))\n  throw new Exception("no");\n',
      },
      facts: dotnet,
      required: ["SIGN_KEY"],
    },
    "nothing that .NET compares with null": {
      files: { "Program.cs": 'var on = Environment.GetEnvironmentVariable("RUNS_IN_HOST") != null || other;' },
      facts: dotnet,
      required: [],
    },
    "what Symfony's settings in PHP ask for": {
      files: {
        ".env": "API_TOKEN=\nAPI_ROOT=https://a.example\n",
        "symfony.lock": "{}",
        "config/bundles.php": "<?php return [];",
        "config/packages/client.php":
          "<?php return ['root' => '%env(API_ROOT)%', 'token' => '%env(API_TOKEN)%', 'on' => env('MAIL_DSN')];",
      },
      facts: { runtime: "php" },
      required: ["API_TOKEN", "MAIL_DSN"],
    },
    "an address that Symfony's parameters give nothing for": {
      files: {
        "config/packages/doctrine.yaml":
          "parameters:\n  env(DATABASE_URL): ''\ndoctrine:\n  dbal:\n    url: '%env(resolve:DATABASE_URL)%'\n",
      },
      facts: { runtime: "php" },
      required: ["DATABASE_URL"],
    },
    "no setting of a profile of development": {
      files: {
        "src/main/resources/application.yml":
          "app:\n  key: ${APP_TOKEN}\n---\nspring:\n  config:\n    activate:\n      on-profile: dev\napp:\n  mail: ${DEV_MAIL}\n---\nspring.config.activate.on-profile: prod\napp:\n  mail: ${PROD_MAIL}\n",
        "src/main/resources/microprofile-config.properties": "%dev.a=${DEV_A}\n%prod.a=${PROD_A}\n",
      },
      facts: { runtime: "java" },
      required: ["APP_TOKEN", "PROD_A", "PROD_MAIL"],
    },
    "what Ktor's YAML takes without a value behind it": {
      files: {
        "src/main/resources/application.yaml":
          'ktor:\n  deployment:\n    port: "$PORT:8080"\nstorage:\n  url: "$STORE_URL"\n  user: "$STORE_USER:app"\n',
      },
      facts: { runtime: "java" },
      required: ["STORE_URL"],
    },
    "what a file of settings takes in lower case, unless it is a property": {
      files: {
        "src/main/resources/application.properties":
          "db_name=shop\nquarkus.datasource.username=${db_user}\nquarkus.datasource.password=${db_password:}\na=${db_name}\n",
      },
      facts: { runtime: "java" },
      required: ["db_user"],
    },
    "the fields of a structure of Rust the environment fills": {
      files: {
        "src/config.rs":
          '#[derive(Deserialize)]\npub struct Settings {\n    #[serde(default = "port")]\n    pub port: u16,\n    pub database: Database,\n    pub mail: Option<String>,\n}\n#[derive(Clone, Deserialize)]\npub struct Database {\n    pub url: String,\n    pub pool: u32,\n}\nimpl Settings {\n    pub fn load() -> Result<Self, ConfigError> {\n        config::Config::builder()\n            .set_default("database.pool", 5)?\n            .add_source(config::File::with_name("config").required(false))\n            .add_source(config::Environment::with_prefix("SHOP").separator("__"))\n            .build()?\n            .try_deserialize()\n    }\n}\n',
      },
      facts: { runtime: "rust" },
      required: ["SHOP__DATABASE__URL"],
    },
    "no field of Rust a file of the project has to give": {
      files: {
        "src/config.rs":
          '#[derive(Deserialize)]\npub struct Settings {\n    pub url: String,\n}\nfn load() -> Result<Settings, ConfigError> {\n    Config::builder()\n        .add_source(File::from(folder.join("base.yaml")))\n        .add_source(Environment::with_prefix("SHOP"))\n        .build()?\n        .try_deserialize::<Settings>()\n}\n',
      },
      facts: { runtime: "rust" },
      required: [],
    },
    "of two sections of production the last one": {
      files: {
        "config/database.yml":
          "production:\n  database: db/production.sqlite3\n\nproduction:\n  adapter: mysql2\n  host: <%= ENV['DB_HOST'] %>\n",
      },
      facts: { runtime: "ruby", framework: "rails" },
      required: ["DB_HOST"],
    },
    "what stands for values in the files that a compose project hands its programs": {
      files: {
        "compose.yaml":
          "services:\n  app:\n    image: acme/shop\n    env_file: shop.env\n  db:\n    image: postgres\n    env_file:\n      - path: ./db.env\n",
        "shop.env": "SHOP_URL=replace-me\nSHOP_NAME=Shop\nSHOP_KEY=<a long key>\n",
        "db.env": "POSTGRES_PASSWORD=change-me\n",
        "settings.py": 'import os\nNAME = os.environ["SHOP_NAME"]\n',
      },
      facts: { kind: "compose", runtime: "docker" },
      required: ["POSTGRES_PASSWORD", "SHOP_KEY", "SHOP_URL"],
    },
    "no variable the compose file does without": {
      files: {
        "main.go": 'package main\nvar admin = os.Getenv("ADMIN_NAME")\nvar key = os.Getenv("SIGN_KEY")\n',
        "compose.yaml":
          "services:\n  app:\n    build: .\n    environment:\n      ADMIN_NAME: ${ADMIN_NAME:-}\n      SIGN_KEY: ${SIGN_KEY}\n",
      },
      facts: { runtime: "go" },
      required: ["SIGN_KEY"],
    },
    "the database of Rails in production, and nothing of a block for tests": {
      files: {
        "config/database.yml":
          'development:\n  url: <%= ENV["LOCAL_DATABASE_URL"] %>\nproduction:\n  url: <%= ENV.fetch("DATABASE_URL", "") %>\n',
        "config/initializers/a.rb":
          'if Rails.env.test?\n  Store.key = ENV["TESTED_KEY"]\nend\nuse(:a) if Rails.env.development? && ENV["HUB_KEY"].blank?\nprovider :hub, ENV["HUB_KEY"]\n',
        ".env.example": "HUB_KEY=\n",
      },
      facts: { runtime: "ruby" },
      required: ["DATABASE_URL", "HUB_KEY"],
    },
    "what Elixir insists on while developing and in production": {
      files: {
        "config/runtime.exs":
          'if config_env() in [:dev, :prod] do\n  config :a, key: System.fetch_env!("HUB_KEY")\nend\n',
      },
      facts: { runtime: "elixir" },
      required: ["HUB_KEY"],
    },
    "nothing of commands that Django is given by hand, or of containers that test": {
      files: {
        "shop/management/commands/load.py": 'import os\nKEY = os.environ["LOAD_KEY"]\n',
        "tests/load/compose.yaml": "services:\n  a:\n    image: a\n    environment:\n      A_HOST: ${A_HOST}\n",
      },
      facts: python,
      required: [],
    },
    "of what a structure of Go says no more of, what the example asks for": {
      files: {
        "main.go":
          'package main\ntype C struct {\n  Hub string `env:"HUB_KEY"`\n  Map string `env:"MAP_KEY"`\n  DB string `env:"DATABASE_URL"`\n}\n',
        ".env.example": "HUB_KEY=\n",
      },
      facts: { runtime: "go" },
      required: ["DATABASE_URL", "HUB_KEY"],
    },
    "no value that a file committed for viper holds": {
      files: {
        "go.mod": "module a\n\nrequire github.com/spf13/viper v1.19.0\n",
        "app.env": "DB_SOURCE=postgresql://a:b@localhost:5432/a\nSIGN_KEY=\n",
        "util/config.go":
          'package util\ntype Config struct {\n  DB string `mapstructure:"DB_SOURCE"`\n  Key string `mapstructure:"SIGN_KEY"`\n}\nfunc open(c Config) {\n  connect(c.DB, c.Key)\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SIGN_KEY"],
    },
    "no store of files that a variable chooses": {
      files: {
        "config/environments/production.rb": 'config.active_storage.service = ENV.fetch("STORE", :local)\n',
        "config/storage.yml": 'far:\n  access_key_id: <%= ENV.fetch("FAR_KEY") %>\nlocal:\n  service: Disk\n',
      },
      facts: { runtime: "ruby" },
      required: [],
    },
    "nothing that only says which version runs": {
      files: { "main.py": 'import os\nTAG = os.getenv("IMAGE_TAG")\nKEY = os.getenv("SIGN_KEY")\n' },
      facts: python,
      required: ["SIGN_KEY"],
    },
    "no field of Go that a file gives as well": {
      files: { "main.go": 'package main\ntype C struct {\n  Key string `yaml:"key" env:"SIGN_KEY"`\n}\n' },
      facts: { runtime: "go" },
      required: [],
    },
    "nothing that Go takes where a file left a gap": {
      files: {
        "main.go":
          'package main\nfunc load() {\n  if c.Store.Key == "" {\n    c.Store.Key = os.Getenv("STORE_KEY")\n  }\n  c.Sign = os.Getenv("SIGN_KEY")\n}\n',
      },
      facts: { runtime: "go" },
      required: ["SIGN_KEY"],
    },
    "nothing that Rust makes an option": {
      files: {
        "src/main.rs":
          'fn main() {\n  let id = env::var("APP_TOKEN")\n    .map(|s| s.parse::<u64>().expect("a number"))\n    .ok();\n  let key = env::var("SIGN_KEY").map(|s| s.into()).expect("no");\n}\n',
      },
      facts: { runtime: "rust" },
      required: ["SIGN_KEY"],
    },
    "no value that Symfony commits, with or without a lock": {
      files: {
        ".env": "SIGN_KEY=abc123\n",
        "config/bundles.php": "<?php return [];",
        "config/packages/framework.yaml": "framework:\n  secret: '%env(SIGN_KEY)%'\n",
      },
      facts: { runtime: "php" },
      required: [],
    },
    "the secret that Symfony commits for everybody to read, and a database beside its author": {
      files: {
        ".env":
          "APP_SECRET=abc123\nDATABASE_URL=mysql://root:word@db:3306/shop\nSTORE_URL=mysql://db.example.net/shop\nFILE_URL=sqlite:///%kernel.project_dir%/var/data.db\n",
        "symfony.lock": "{}",
        "config/packages/framework.yaml":
          "framework:\n  secret: '%env(APP_SECRET)%'\n  all: ['%env(DATABASE_URL)%', '%env(STORE_URL)%', '%env(FILE_URL)%']\n",
      },
      facts: { runtime: "php" },
      required: ["APP_SECRET", "DATABASE_URL"],
    },
    "databases of Rocket that none of its settings hold": {
      files: {
        "Cargo.toml": '[dependencies]\nrocket = "0.5"\nrocket_db_pools = "0.1"\n',
        "Rocket.toml": '[default.databases.cache]\nurl = "redis://cache.example.net"\n',
        "src/db.rs": '#[database("cache")]\nstruct Cache(a);\n#[database("main")]\nstruct Main(b);\n',
      },
      facts: { runtime: "rust" },
      required: ["ROCKET_DATABASES"],
    },
    "no databases of Rocket that its program puts together": {
      files: {
        "Cargo.toml": '[dependencies]\nrocket_sync_db_pools = "0.1"\n',
        "src/db.rs":
          '#[database("main")]\nstruct Main(b);\nfn all() { Config::figment().merge(("databases.main.url", url)) }\n',
      },
      facts: { runtime: "rust" },
      required: [],
    },
    "what Uber's configuration of Go puts into its files": {
      files: {
        "go.mod": "module a\n\nrequire go.uber.org/config v1.4.0\n",
        "main.go": "package main\nfunc main() {}\n",
        "config/config.yaml": 'bot:\n  token: "${BOT_TOKEN}"\n  count: ${BOT_COUNT:1}\n',
      },
      facts: { runtime: "go" },
      required: ["BOT_TOKEN"],
    },
    "the address of a database of Quarkus that is empty without it": {
      files: {
        "src/main/resources/application.properties":
          "%prod.quarkus.datasource.jdbc.url=${STORE_URL:}\nquarkus.http.root-path=${ROOT_PATH:}\n",
      },
      facts: { runtime: "java" },
      required: ["STORE_URL"],
    },
    "what a package of the JVM by the name of an example reads": {
      files: {
        "src/main/kotlin/com/example/demo/App.kt": 'val key = System.getenv("SIGN_KEY")!!\n',
        "examples/src/main/kotlin/App.kt": 'val key = System.getenv("SHOWN_KEY")!!\n',
      },
      facts: { runtime: "java" },
      required: ["SIGN_KEY"],
    },
    "no test of Django's": {
      files: {
        "shop/views.py": 'import os\nkey = os.environ["SIGN_KEY"]\n',
        "shop/tests.py": 'import os\nkey = os.environ["SHOP_KEY"]\n',
      },
      facts: { runtime: "python" },
      required: ["SIGN_KEY"],
    },
    "what Python looks up while it is loaded, though its example comments it out": {
      files: {
        ".env.example": "SIGN_KEY=\n# CACHE_ADDRESS=\n# optional\n# OTHER_ADDRESS=\n",
        "settings.py":
          'import os\nSIGN_KEY = os.environ["SIGN_KEY"]\nCACHE = os.environ["CACHE_ADDRESS"]\nOTHER = os.environ["OTHER_ADDRESS"]\n',
      },
      facts: { runtime: "python" },
      required: ["CACHE_ADDRESS", "SIGN_KEY"],
    },
    "nothing Elixir insists on where it asked before, or of what describes the project": {
      files: {
        "config/runtime.exs":
          'pem =\n  if System.get_env("STORE_PEM") do\n    System.fetch_env!("STORE_PEM") |> decode()\n  else\n    System.fetch_env!("STORE_FILE")\n  end\nif System.get_env("MAIL_HOST") do\n  config :a, user: System.fetch_env!("MAIL_USER")\nend\n',
        "mix.exs": 'def project, do: [extra: System.fetch_env!("UNUSED_CHECK")]\n',
      },
      facts: { runtime: "elixir" },
      required: ["STORE_FILE"],
    },
    "the key of credentials that Rails keeps for production": {
      files: { "config/credentials/production.yml.enc": "abc", "config/credentials/test.yml.enc": "abc" },
      facts: { runtime: "ruby" },
      required: ["RAILS_MASTER_KEY"],
    },
    "fields that Python hides, but none of settings it only tries": {
      files: {
        "main.py":
          'class Chat(BaseSettings):\n    key: str = Field(exclude=True)\n    name: str = Field(default="a", exclude=True)\n    model_config = SettingsConfigDict(env_prefix="CHAT_")\n\n\nclass Store(BaseSettings):\n    host: str\n    model_config = SettingsConfigDict(env_prefix="STORE_")\n\n\nclass App(BaseModel):\n    def load(self):\n        try:\n            self.store = Store()\n        except ValidationError:\n            self.store = None\n        self.chat = Chat()\n',
        "strict.py":
          "class Strict(BaseSettings):\n    sign_key: str\n\n\ntry:\n    settings = Strict()\nexcept Exception as error:\n    print(error)\n    raise\n",
      },
      facts: python,
      required: ["CHAT_KEY", "SIGN_KEY"],
    },
    "nothing of a block for Elixir's tests": {
      files: {
        "config/runtime.exs":
          'if config_env() == :test do\n  config :a, key: System.fetch_env!("TESTED_KEY")\nend\nconfig :a, b: System.fetch_env!("REAL_KEY")\n',
      },
      facts: { runtime: "elixir" },
      required: ["REAL_KEY"],
    },
    "fields of a model that settings of Python hold": {
      files: {
        "main.py":
          'class Store(BaseModel):\n    host: str\n    port: int = 5432\n\n\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter="__", env_prefix="APP_")\n    store: Store\n    token: str = Field(validation_alias=AliasChoices("BOT_TOKEN", "TOKEN"))\n',
      },
      facts: python,
      required: ["APP_STORE__HOST", "BOT_TOKEN"],
    },
    "no program beside the one that is started": {
      files: {
        "main.py": 'import os\nfrom lib import reader\nkey = os.environ["MAIN_KEY"]\n',
        "lib/reader.py": 'import os\nkey = os.environ["READ_KEY"]\nif __name__ == "__main__":\n    run()\n',
        "fetch_prices.py": 'import os\nkey = os.environ["PRICE_KEY"]\nif __name__ == "__main__":\n    run()\n',
        "nightly.py": 'import os\nkey = os.environ["NIGHT_KEY"]\nif __name__ == "__main__":\n    run()\n',
        "entrypoint.sh": "python nightly.py &\npython main.py\n",
      },
      facts: python,
      required: ["MAIN_KEY", "NIGHT_KEY", "READ_KEY"],
    },
    "what an example with a word before its ending asks for": {
      files: { "docker.env.example": "API_TOKEN=\n", "main.go": "package main\n" },
      facts: { runtime: "go" },
      required: ["API_TOKEN"],
    },
    "no address that the container's file alone gives": {
      files: { Dockerfile: "FROM alpine\nENV DATABASE_URL=postgres://a:b@db:5432/a\n", "main.go": "package main\n" },
      facts: { runtime: "go" },
      required: [],
    },
    "what a container's file leaves empty and starts its program with": {
      files: {
        Dockerfile:
          'FROM alpine\nENV USER_TOKEN=""\nENV EXTRA=""\nENV DEEP=\nENV USER="me"\nCMD ["sh", "-c", "/run.sh $USER_TOKEN ${DEEP} ${EXTRA:-none} $USER"]\n',
      },
      facts: { runtime: "docker", kind: "container" },
      required: ["DEEP", "USER_TOKEN"],
    },
    "no argument of a command line that Go may be given": {
      files: {
        "main.go": 'package main\ntype O struct {\n  Key string `long:"key" env:"API_KEY" description:"key"`\n}\n',
      },
      facts: { runtime: "go" },
      required: [],
    },
    "what Python reads in place of another": {
      files: {
        "main.py":
          'import os\nA = os.getenv("FIRST_TOKEN", os.getenv("BOTH_TOKEN"))\nB = os.getenv("HELLO", str(os.getenv("WORLD", "x")))\n',
        ".env.example": "BOTH_TOKEN=\n",
      },
      facts: python,
      required: ["BOTH_TOKEN"],
    },
    "what Python looks up as it is loaded, beside settings": {
      files: {
        "settings.py":
          "class Settings(BaseSettings):\n    A_NAME: str = 'a'\n    B_NAME: str = 'b'\n    C_NAME: str = 'c'\n",
        "main.py":
          'import os\nKEY = os.environ["SIGN_KEY"]\nURL = os.getenv("DATABASE_URL")\nLINK = os.getenv("A_LINK")\n',
      },
      facts: python,
      required: ["DATABASE_URL", "SIGN_KEY"],
    },
    "an example that writes colons": {
      files: { ".env.example": "# see below\nAPI_TOKEN: your_token\nNAME: 'a'\n", "main.go": "package main\n" },
      facts: { runtime: "go" },
      required: ["API_TOKEN"],
    },
    "what a compose file hands through by its name alone": {
      files: {
        "compose.yaml":
          "services:\n  a:\n    image: a\n    cap_add:\n      - SYS_NICE\n    environment:\n      - A_PASSWORD\n      - A_MODE=x\n  b:\n    image: b\n    environment:\n      B_TOKEN:\n",
      },
      facts: { kind: "compose", runtime: "docker" },
      required: ["A_PASSWORD", "B_TOKEN"],
    },
    "no value that the file beside a compose file holds": {
      files: {
        "compose.yaml": "services:\n  a:\n    image: a:${A_VERSION}\n    environment:\n      KEY: ${A_KEY}\n",
        ".env": "A_VERSION=9\nA_KEY=\n",
      },
      facts: { kind: "compose", runtime: "docker" },
      required: ["A_KEY"],
    },
    "nothing that a platform gives by itself": {
      files: { "main.py": 'import os\nRELEASE = os.environ["PLATFORM_TREE_ID"]\n' },
      facts: python,
      required: [],
    },
    "nothing that Go asks for before it is used": {
      files: {
        "main.go":
          'package main\nfunc main() {\n  name := os.Getenv("ADMIN_NAME")\n  if name != "" && strict {\n    log.Fatal("no")\n  }\n  viper.SetEnvPrefix("SHOP")\n}\n',
      },
      facts: { runtime: "go" },
      required: [],
    },
  });
});
