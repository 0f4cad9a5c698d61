import { describe } from "vitest";
import { type Case, requiredTable } from "./required.ts";

const thirtyReads = Array.from(
  { length: 30 },
  (_, at) => `config.get("LIMIT_${String.fromCodePoint(65 + (at % 26))}${at}");`,
);

const cases: Record<string, Case> = {
  "what the other branch stops for in production": {
    files: {
      "a.ts": `let secret = "x";
        if (process.env.LINK_SECRET) { secret = process.env.LINK_SECRET; }
        else if (process.env.NODE_ENV === "production") { throw new Error("no"); }
        if (process.env.B_KEY) { use(process.env.B_KEY); } else { rest(); }`,
    },
    required: ["LINK_SECRET"],
  },
  "what the refinement of a schema misses in production": {
    files: {
      "env.ts": `import { z } from "zod";
        const schema = z.object({ NODE_ENV: z.string(), DATABASE_URL: z.string(), REDIS_URL: z.string().optional(),
          S3_BUCKET: z.string().optional(), STORE: z.string().optional() })
          .superRefine((env, ctx) => {
            if (env.NODE_ENV === "production" && !env.REDIS_URL) { ctx.addIssue({ code: "custom", path: ["REDIS_URL"] }); }
            if (env.STORE === "s3" && !env.S3_BUCKET) { ctx.addIssue({ code: "custom", path: ["S3_BUCKET"] }); }
          });
        schema.parse(process.env);`,
    },
    required: ["DATABASE_URL", "REDIS_URL"],
  },
  "what one case of several asks for is that case's": {
    files: {
      "a.ts": `function channel(platform) { switch (platform) {
          case "threads": if (!process.env.THREADS_APP_SECRET) throw new Error("no"); return new Threads();
          default: throw new Error("none"); } }
        if (!process.env.JWT_SECRET) throw new Error("no");`,
      "threads.ts": `class Threads { secret = process.env.THREADS_APP_SECRET!; }`,
    },
    required: ["JWT_SECRET"],
  },
  "what a README only recommends": {
    files: {
      "a.ts": `register({ authentication: process.env.SITE_PASSWORD_KEY || "" }); use(process.env.BOT_TOKEN!);`,
      ".env.example": "BOT_TOKEN=\nSITE_PASSWORD_KEY=\n",
      "README.md": "It is highly recommended to set SITE_PASSWORD_KEY in the file.",
    },
    required: ["BOT_TOKEN"],
  },
  "what falls back on the address of nobody's project": {
    files: {
      "a.ts":
        "client(process.env.SUPABASE_URL || 'https://example.supabase.co', process.env.A_URL || 'https://a.example.org');",
    },
    required: ["SUPABASE_URL"],
  },
  "what is put on the list of what is missing, unless it has a value of its own": {
    files: {
      "config.ts": `const cfg = { token: process.env.CITY_NAME || "", mode: process.env.RUN_MODE || "fast" };
        const missing = [];
        if (!cfg.token) missing.push("CITY_NAME");
        if (!cfg.mode) missing.push("RUN_MODE");
        if (missing.length > 0) throw new Error(missing.join());`,
    },
    required: ["CITY_NAME"],
  },
  "what another one stands in for, where that one is needed in any case": {
    files: {
      "a.ts": `const secret = process.env.LINK_SECRET ?? process.env.JWT_SECRET;
        if (!secret) throw new Error("one of them");
        const other = process.env.SIGN_KEY ?? process.env.SPARE_KEY;
        if (!other) throw new Error("one of them");`,
      "b.ts": "sign(process.env.JWT_SECRET!);",
    },
    required: ["JWT_SECRET", "SIGN_KEY"],
  },
  "no feature for which there is a stand-in": {
    files: {
      "mailer.ts":
        'class M { constructor() { assert(process.env.SENDGRID_API_KEY, "no"); send(process.env.SENDGRID_SENDER!); } }',
      "app.ts": "const Mailer = process.env.SENDGRID_API_KEY\n ? SendGridMailer\n : FakeMailer;",
    },
    required: [],
  },
  "nothing the code says may be missing": {
    files: {
      "a.ts": "connect(process.env.VITE_API_ADDRESS as string | undefined, import.meta.env.VITE_B as string);",
      "b.ts": "const base = (import.meta.env.VITE_API_ADDRESS as string | undefined) ?? '';",
    },
    required: ["VITE_B"],
  },
  "no password of a Redis that may have none": {
    files: {
      "a.ts": "connect({ host: process.env.CACHE_HOST, password: process.env.SESSION_REDIS_PASSWORD || '' });",
    },
    required: ["CACHE_HOST"],
  },
  "what Python lists as required, when it stops without it": {
    files: {
      "tokens.py": `import os, sys
token = os.getenv("TOKEN")
needed = os.getenv("OWNER_ID", "")
def check():
    required_vars = {
        "TOKEN": token,
        "OWNER_ID": needed,
    }
    for name, value in required_vars.items():
        if not value:
            sys.exit(1)
REQUIRED_COLUMNS = ["A_COLUMN"]
`,
    },
    facts: { runtime: "python" },
    required: ["OWNER_ID", "TOKEN"],
  },
  "what Go and Ruby list as required": {
    files: {
      "main.go": `package main
func main() { required := []string{"BASE_ADDRESS", "SIGN_KEY"}
  for _, name := range required { if os.Getenv(name) == "" { log.Fatal(name) } } }`,
      "boot.rb": "required = %w[QUEUE_NAME]\nrequired.each { |name| raise name unless ENV[name] }",
    },
    facts: { runtime: "go" },
    required: ["BASE_ADDRESS", "QUEUE_NAME", "SIGN_KEY"],
  },
  "nothing of two names of a port, of which none is needed": {
    files: { "a.ts": "listen(Number(process.env.HTTP_PORT_A || process.env.HTTP_PORT_B) || 4300);" },
    required: [],
  },
  "nothing a build script of Rust sets itself": {
    files: {
      "build.rs": 'fn main() { println!("cargo:rustc-env=APP_VERSION={}", "1"); }',
      "src/main.rs": 'fn main() { println!(env!("APP_VERSION")); println!(env!("APP_KEY")); }',
    },
    facts: { runtime: "rust" },
    required: ["APP_KEY"],
  },
  "nothing for a library that is handed its key, where none is": {
    files: {
      "package.json": '{"dependencies":{"mailgun.js":"12"}}',
      "a.ts": "process.env.A_SECRET!;",
      ".env.example": "MAILGUN_API_KEY=\nA_SECRET=\n",
    },
    required: ["A_SECRET"],
  },
  "no limit that is never reached, and no name for which there is one": {
    files: {
      "a.js": `if (+client.count > process.env.LIMIT_RATE) stop();
        send({ from: process.env.SENDER_LABEL || "Your App", key: process.env.SENDER_KEY || "your app key" });
        cookie({ sameSite: (process.env.COOKIE_SITE as any) || "lax" });`,
    },
    required: ["SENDER_KEY"],
  },
  "what Django reads under a prefix": {
    files: {
      "settings.py":
        'import environ\nenv = environ.Env()\nenv.prefix = "DJANGO_"\nSECRET_KEY = env.str("SECRET_KEY")\nA = env.bool("A_FLAG", default=False)\n',
    },
    facts: { runtime: "python" },
    required: ["DJANGO_SECRET_KEY"],
  },
  "what a function of a program of Go is given the name of": {
    files: {
      "main.go":
        'package main\nfunc main() { sign(util.GodotEnv("SIGN_KEY")); os.Setenv("OTHER_KEY", "x"); viper.BindEnv("THIRD_KEY") }',
    },
    facts: { runtime: "go" },
    required: ["SIGN_KEY"],
  },
  "nothing Elixir takes an empty text for": {
    files: {
      "config/runtime.exs": 'config :a, b: System.get_env("BUCKET_PREFIX", ""), c: System.fetch_env!("A_KEY")\n',
    },
    facts: { runtime: "elixir" },
    required: ["A_KEY"],
  },
  "the port without which a program of Rust ends": {
    files: {
      "src/main.rs":
        'fn main() { let port = env::var("SERVER_PORT").expect("no"); let b = env::var("PORT").unwrap(); }',
    },
    facts: { runtime: "rust" },
    required: ["SERVER_PORT"],
  },
  "one of several names, the one the project tells of": {
    files: { "a.ts": 'requireOneOf("FIRST_KEY", "SECOND_KEY"); env.X;', ".env.example": "SECOND_KEY=" },
    required: ["SECOND_KEY"],
  },
  "the first of several names where nothing is told": {
    files: { "a.ts": 'requireOneOf(["FIRST_KEY", "SECOND_KEY"]);' },
    required: ["FIRST_KEY"],
  },
  "no feature of which the program asks whether it is set up": {
    files: {
      "drive.ts": `class Drive {
        isConfigured(): boolean { return Boolean(process.env.DRIVE_ID && process.env.DRIVE_KEY); }
        open() { const id = process.env.DRIVE_ID; if (!id) throw new Error("no"); return id; }
      }`,
    },
    required: [],
  },
  "nothing the program sets itself at the head of a file": {
    files: {
      "main.ts":
        'import "./a.ts";\nprocess.env.ASSETS_ROOT = join("a", "b");\nload(process.env.ASSETS_ROOT as string);',
    },
    required: [],
  },
  "a secret that is looked for once and signed with elsewhere": {
    files: {
      "a.ts": "log(process.env.JWT_SECRET?.slice(0, 3));",
      "b.ts": "sign(process.env.JWT_SECRET);",
    },
    required: ["JWT_SECRET"],
  },
  "nothing Nest has a value for, and all it reads without one, however much that is": {
    files: {
      "a.service.ts": `${thirtyReads.join("\n")}\nconfigService.get("MAIL_SECURE", true);\nconfigService.get("MAIL_FROM");`,
    },
    required: ["MAIL_FROM", ...thirtyReads.map((line) => /"(.*)"/.exec(line)![1]!)].sort(),
    facts: { framework: "nestjs" },
  },
  "what a schema demands although the example writes it with another": {
    files: {
      "env.ts":
        'import Joi from "joi";\nJoi.object({ SERVICE_NAME: Joi.string().required(), DB_USER: Joi.string().required() }).validate(process.env);',
      ".env.example": 'SERVICE_NAME=shop\nDB_USER="${SERVICE_NAME}"',
    },
    required: ["DB_USER", "SERVICE_NAME"],
  },
  "nothing of examples in a manual": {
    files: { "a.ts": "use(process.env.A_KEY);", "docs/staging/.env.example": "# Required\nHOSTS=\n" },
    required: ["A_KEY"],
  },
  "nothing of the second way an example offers": {
    files: {
      "a.ts": "use(process.env.DATABASE_URL, process.env.PG_HOST, process.env.PG_USER);",
      ".env.example": "# Option 1: one address\nDATABASE_URL=\n# Option 2: its parts\nPG_HOST=\nPG_USER=\n",
    },
    required: ["DATABASE_URL"],
  },
  "the second way where the first is switched off": {
    files: {
      "a.ts": "use(process.env.PG_HOST, process.env.PG_USER);",
      ".env.example": "# Option 1: one address\n# DATABASE_URL=\n\n# Option 2: its parts\nPG_HOST=\nPG_USER=\n",
    },
    required: ["PG_HOST", "PG_USER"],
  },
  "no field of pydantic before version 2 that may be None": {
    files: {
      "settings.py": `from pydantic import BaseSettings
class Settings(BaseSettings):
    token: str
    proxy: Optional[str]
    note: str = None
`,
    },
    required: ["TOKEN"],
  },
  "fields of pydantic's version 2 that may be None and are given nothing": {
    files: {
      "settings.py":
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    proxy: Optional[str]\n",
    },
    required: ["PROXY"],
  },
  "what Go puts on the list of what is missing, whatever the manual says of it": {
    files: {
      "config.go": `package config
func Load() error {
	cfg := Config{User: GetEnv("DB_USERNAME", ""), Port: GetEnv("DB_PORT", "3306")}
	var missing []string
	if cfg.User == "" { missing = append(missing, "DB_USERNAME") }
	if cfg.Port == "" { missing = append(missing, "DB_PORT") }
	if len(missing) > 0 { return fmt.Errorf("missing: %v", missing) }
	return nil
}`,
      "README.md": "- `DB_USERNAME` - user (default: root)\n",
    },
    required: ["DB_USERNAME"],
  },
  "what a macro of Rust insists on, in a crate the program is made of": {
    files: {
      "Cargo.toml":
        '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nconfig = { path = "crates/config" }\n',
      "crates/server/Cargo.toml": '[package]\nname = "server"\n[dependencies]\nconfig.workspace = true\n',
      "crates/server/src/main.rs": "fn main() {}",
      "crates/config/Cargo.toml": '[package]\nname = "config"\n',
      "crates/config/src/lib.rs": 'let id = require!("CLIENT_KEY"); let other = env::var("OTHER").ok();',
    },
    required: ["CLIENT_KEY"],
    directory: "crates/server",
  },
  "what the packages beside a program of Go read": {
    files: {
      "go.mod": "module x\n",
      "cmd/api/main.go": "package main\n",
      "cmd/job/main.go": 'package main\nvar a = mustEnv("JOB_KEY")\n',
      "internal/config.go": 'package config\nvar a = mustEnv("API_KEY")\n',
    },
    required: ["API_KEY"],
    directory: "cmd/api",
  },
  "what projects of .NET and modules of Maven that are built in read": {
    files: {
      "src/Api/Api.csproj":
        '<Project><ItemGroup><ProjectReference Include="..\\Core\\Core.csproj"/></ItemGroup></Project>',
      "src/Core/Core.csproj": "<Project/>",
      "src/Core/A.cs": 'var a = Environment.GetEnvironmentVariable("CORE_KEY") ?? throw new Exception();',
    },
    required: ["CORE_KEY"],
    directory: "src/Api",
  },
  "what is not part of a feature the example switches off": {
    files: {
      "app.py":
        'import os\nentity = os.environ["SAML_ENTITY"]\nif not os.getenv("SAML_CERT"):\n    raise ValueError("no")\nkey = os.environ["SIGN_KEY"]\n',
      ".env.example": "SAML_ENABLED=false\nSAML_ENTITY=\nSAML_CERT=\nSIGN_KEY=\n",
    },
    required: ["SIGN_KEY"],
  },
  "what none of several plugins alone asks for, where an example tells of the rest": {
    files: {
      "bot/main.py": 'import os\ntoken = os.environ["BOT_TOKEN"]\n',
      "bot/plugins/words.py": 'import os\nkey = os.getenv("WORDS_KEY")\nif not key:\n    raise ValueError("no")\n',
      ".env.example": "BOT_TOKEN=\n",
    },
    required: ["BOT_TOKEN"],
  },
  "what a program of Elixir insists on, where it insists": {
    files: {
      "config/runtime.exs":
        'a = System.fetch_env!("A_KEY")\nb = System.fetch_env!("B_KEY")\nc = System.fetch_env!("C_KEY")\nd = System.get_env("D_KEY")\n',
    },
    required: ["A_KEY", "B_KEY", "C_KEY"],
  },
  "nothing that only Django's commands read": {
    files: {
      "manage.py":
        'import os\nfrom django.core.management import execute_from_command_line\nname = os.environ["FIRST_USER"]\n',
      "site/settings.py": 'import os\nkey = os.environ["SIGN_KEY"]\n',
    },
    required: ["SIGN_KEY"],
  },
  "the address django-environ reads without being told its name": {
    files: {
      "site/settings.py": 'DATABASES = {"default": env.db(engine="django_prometheus.db.backends.postgresql")}\n',
    },
    required: ["DATABASE_URL"],
  },
  "no address where django-environ is told another": {
    files: { "site/settings.py": 'DATABASES = {"default": env.db(default="sqlite:///x.db")}\n' },
    required: [],
  },
  "nothing that a build gives": {
    files: {
      "conf.py": 'import os\na = os.environ["READTHEDOCS_VERSION"]\n',
      "build.rs": 'fn main() { std::env::var("TARGET").unwrap(); }',
    },
    required: [],
  },
  "what Symfony's parameters give no value": {
    files: {
      "config/packages/framework.yaml":
        "framework:\n  trusted_hosts: '%env(HOSTS_ALLOWED)%'\n  secret: '%env(SIGN_SECRET)%'\n",
      "config/parameters.yaml": "parameters:\n  env(HOSTS_ALLOWED): ''\n",
    },
    required: ["SIGN_SECRET"],
  },
  "nothing that only stands in for a part in tests of Go": {
    files: { "store/aws_mock.go": 'package store\nvar a = mustEnv("STORE_KEY")\n' },
    required: [],
  },
};

describe("what a program tells of what it needs", () => {
  requiredTable(cases);
});
