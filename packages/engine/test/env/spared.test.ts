import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const laravel = {
  artisan: "#!/usr/bin/env php",
  "composer.json": '{"require":{"laravel/framework":"^12"}}',
  ".env.example": "APP_KEY=\nDB_CONNECTION=sqlite\nSTATS_PROJECT=\nSTATS_KEY=\nBOT_NAME=\nTRACKER_KEY=\n",
};

describe("what programs of other languages run without, and what they do not", () => {
  requiredTable({
    "Go: what is read only where a switch is on": {
      files: {
        "main.go": `package main
func main() {
  conf.isPaid = envBool("PAID")
  if conf.isPaid {
    conf.payToken = mustEnv("PAY_TOKEN")
  }
  byMail := os.Getenv("MAIL") == "true"
  if byMail {
    conf.mailHost = os.Getenv("MAIL_SERVER")
  }
  if envBool("CHAT") {
    conf.chatKey = mustEnv("CHAT_KEY")
  }
  conf.hook = os.Getenv("HOOK_URL")
  if conf.hook != "" {
    conf.hookKey = mustEnv("HOOK_KEY")
  }
  conf.token = mustEnv("BOT_TOKEN")
}
`,
        ".env.example": "PAID=true\nPAY_TOKEN=token\nMAIL_SERVER=\nCHAT_KEY=\nHOOK_KEY=\nBOT_TOKEN=\n",
      },
      facts: { runtime: "go" },
      required: ["BOT_TOKEN"],
    },
    "Go: a variable of one function is not the one another asks for": {
      files: {
        "main.go": `package main
func mustEnv(key string) string {
  v := os.Getenv(key)
  if v == "" {
    log.Panicf("env %q not set", key)
  }
  return v
}
func blocked() []string {
  v := os.Getenv("BLOCKED_NAMES")
  if v != "" {
    names, err := parse(v)
    if err != nil {
      panic(err)
    }
    return names
  }
  return nil
}
func main() {
  serve(mustEnv("SITE_KEY"))
}
`,
        ".env.example": "BLOCKED_NAMES=\nSITE_KEY=\n",
      },
      facts: { runtime: "go" },
      required: ["SITE_KEY"],
    },
    "Go: a number that viper reads as none": {
      files: {
        "main.go": `port := viper.GetInt("DB_PORT")\non := viper.GetBool("IS_ON")\n`,
        ".env.example": "DB_PORT=5432\nIS_ON=\n",
      },
      facts: { runtime: "go" },
      required: ["DB_PORT"],
    },
    "Laravel: what a file of its own or its code asks for, and not what packages bring": {
      files: {
        ...laravel,
        "config/stats.php":
          "<?php return ['project' => env('STATS_PROJECT'), 'key' => env('STATS_KEY'), 'table' => env('STATS_TABLE', 'all')];",
        "config/services.php": "<?php return ['tracker' => ['key' => env('TRACKER_KEY')]];",
        "app/Bot.php": "<?php class Bot { function name() { return '@' . env('BOT_NAME'); } }",
      },
      facts: { runtime: "php", framework: "laravel" },
      required: ["APP_KEY", "BOT_NAME", "STATS_KEY", "STATS_PROJECT"],
    },
    "Laravel: services that its pages use, and not what runs beside them or does without": {
      files: {
        ...laravel,
        ".env.example":
          "APP_KEY=\nAWS_ACCESS_KEY_ID=\nAWS_BUCKET=\nCHAT_HOOK=\nMAPS_KEY=\nSTRIPE_KEY=\nSTRIPE_SECRET=\n",
        "config/services.php":
          "<?php return [\n  // [not ours\n  'stripe' => ['model' => App\\User::class, 'secret' => env('STRIPE_SECRET'), 'key' => env('STRIPE_KEY', ''), 'mode' => env('STRIPE_MODE', 'test')],\n  'chat' => ['hook' => env('CHAT_HOOK')],\n  'maps' => ['key' => env('MAPS_KEY')],\n  'paper' => ['url' => env('PAPER_URL')],\n];",
        "config/queue.php": "<?php return ['sqs' => ['key' => env('AWS_ACCESS_KEY_ID')]];",
        "config/filesystems.php":
          "<?php return ['disks' => ['local' => ['root' => storage_path()], 's3' => ['key' => env('AWS_ACCESS_KEY_ID'), 'region' => env('AWS_DEFAULT_REGION'), 'bucket' => env('AWS_BUCKET')], 'old' => ['bucket' => env('OLD_BUCKET')]]];",
        "app/Http/Pay.php":
          "<?php class Pay { function now() { pay(config('services.stripe.secret')); if (config('services.maps.key')) { draw(config('services.maps.key')); } $url = config('services.paper.url') ?? ''; return Storage::disk('s3')->get('a'); } }",
        "resources/views/pay.blade.php": '<script>Stripe("{{ config("services.stripe.key") }}")</script>',
        "app/Notifications/Said.php": "<?php class Said { function to() { return config('services.chat.hook'); } }",
      },
      facts: { runtime: "php", framework: "laravel" },
      required: ["APP_KEY", "AWS_ACCESS_KEY_ID", "AWS_BUCKET", "STRIPE_KEY", "STRIPE_SECRET"],
    },
    "Laravel: a file of its own, whatever its first example leaves out": {
      files: {
        ...laravel,
        "config/pay.php": "<?php return ['secret' => env('PAY_SECRET')];",
        ".env.example": "APP_NAME=Laravel\nAPP_KEY=\nDB_CONNECTION=sqlite\nMAIL_MAILER=log\nREDIS_HOST=127.0.0.1\n",
      },
      facts: { runtime: "php", framework: "laravel" },
      required: ["APP_KEY", "PAY_SECRET"],
    },
    "PHP: a list that the example leaves empty": {
      files: {
        "index.php": "<?php $list = explode(',', $_ENV['BOT_ALLOW_CHATS'] ?? ''); $name = $_ENV['BOT_NAME'] ?? '';",
        ".env.example": 'BOT_ALLOW_CHATS=""\nBOT_NAME=""\n',
      },
      facts: { runtime: "php" },
      required: ["BOT_NAME"],
    },
    "a password of Redis, unless the example has one": {
      files: {
        "main.py": 'connect(os.getenv("REDIS_HOST"), os.getenv("REDIS_USERNAME"), os.getenv("REDIS_PASSWORD"))',
        ".env.example": "REDIS_HOST=localhost\nREDIS_USERNAME=\nREDIS_PASSWORD=choose-one\n",
      },
      facts: { runtime: "python" },
      required: ["REDIS_HOST", "REDIS_PASSWORD"],
    },
    "a proxy": {
      files: { "main.py": 'run(os.getenv("BOT_TOKEN"), os.getenv("TELEGRAM_PROXY"))' },
      facts: { runtime: "python" },
      required: ["BOT_TOKEN"],
    },
    "Python: a key with a default that stands for one, not a secret of its own": {
      files: {
        "main.py":
          'key = os.getenv("MAPS_API_KEY", "your-api-key-here")\nsecret = os.getenv("SECRET_KEY", "your-secret-key")',
        ".env.example": "MAPS_API_KEY=\nSECRET_KEY=\n",
      },
      facts: { runtime: "python" },
      required: ["MAPS_API_KEY"],
    },
    "Rust: a structure that is filled by defaults": {
      files: {
        "src/config.rs": `#[derive(Deserialize)]
pub struct Settings {
  pub database: Database,
  pub key: String,
}
fn load() -> Result<Settings, ConfigError> {
  Config::builder()
    .set_default("database.host", "localhost")?
    .add_source(Environment::with_prefix("APP").separator("_"))
    .build()?
    .try_deserialize()
}
`,
      },
      facts: { runtime: "rust" },
      required: ["APP_KEY"],
    },
    "Rails: a password that production replaces": {
      files: {
        "config/database.yml":
          "default: &default\n  adapter: postgresql\n  password: <%= ENV['LOCAL_PASSWORD'] %>\n  host: <%= ENV['DB_HOST'] %>\nproduction:\n  <<: *default\n  password: <%= ENV['SHOP_PASSWORD'] %>\n",
      },
      facts: { runtime: "ruby", database: ["postgres"] },
      required: ["DB_HOST", "SHOP_PASSWORD"],
    },
    "what lies beside pages that Hugo makes": {
      files: {
        "config.toml": 'title = "A"',
        "tools/proxy.js": "fetch(address, { headers: { key: process.env.MODEL_KEY } });",
        ".env.example": "MODEL_KEY=\nIMAGE_KEY=\n",
      },
      facts: { kind: "static", runtime: "hugo", framework: "hugo" },
      required: [],
    },
    "functions of another platform in the folders of a program, not the pages built with it": {
      files: {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        "Program.cs": 'var key = Environment.GetEnvironmentVariable("SIGN_KEY") ?? throw new Exception("no");',
        "lambda/package.json": '{ "main": "index.js", "scripts": { "test": "exit 1" } }',
        "lambda/index.js": "send(process.env.QUEUE_ARN);",
        "client/package.json": '{ "scripts": { "build": "vite build" } }',
        "client/src/main.ts": "start(import.meta.env.VITE_MAP_KEY);",
        "old/package.json": '{ "scripts": { "build": "tsc" }, "dependencies": { "express": "4" } }',
        "old/server.ts": "mail(process.env.MAIL_KEY);",
      },
      facts: { runtime: "dotnet" },
      required: ["SIGN_KEY", "VITE_MAP_KEY"],
    },
    "Elixir: what is asked of a release by hand": {
      files: {
        "lib/shop/release.ex":
          'defmodule Shop.Release do\n  def admin, do: add(System.fetch_env!("ADMIN_LOGIN"))\nend\n',
        "config/runtime.exs": 'config :shop, url: System.fetch_env!("DATABASE_URL")\n',
      },
      facts: { runtime: "elixir" },
      required: ["DATABASE_URL"],
    },
    "Rails: a password beside an address that holds it": {
      files: {
        "config/database.yml":
          "production:\n  url: <%= ENV['DATABASE_URL'] %>\n  password: <%= ENV['SHOP_PASSWORD'] %>\n",
      },
      facts: { runtime: "ruby", database: ["postgres"] },
      required: ["DATABASE_URL"],
    },
    "Python: an address that is put together from its parts": {
      files: {
        "config.py":
          'class Settings(BaseSettings):\n    NAME: str\n    DB_HOST: str = "db"\n    DATABASE_URL: str | None = None\n\n    @field_validator("DATABASE_URL", mode="after")\n    def put_together(cls, value): ...\n',
        ".env.example": "NAME=\nDB_HOST=\nDATABASE_URL=\n",
      },
      facts: { runtime: "python", database: ["postgres"] },
      required: ["NAME"],
    },
  });
});
