import { describe, expect, it } from "vitest";
import { readLanguage } from "../../src/env/languages.ts";

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
  ["py", `if os.environ.get("X_KEY"):\n    start()`, "guarded"],
  ["py", `debug = os.environ.get("X_KEY") == "1"`, "guarded"],
  ["py", `key = os.getenv("X_KEY")\nif not key:\n    raise ValueError("no")`, "checked"],
  ["py", `key = os.getenv("X_KEY")\nif key is None:\n    sys.exit(1)`, "checked"],
  ["py", `key = os.getenv("X_KEY")\nif key:\n    start()`, "guarded"],
  ["py", `os.environ["X_KEY"] = "1"`],
  ["py", `os.environ.setdefault("X_KEY", "1")`, "default"],
  ["py", `# os.environ["X_KEY"]`],
  ["py", `KEY = config("X_KEY")`, "checked"],
  ["py", `KEY = config("X_KEY", default="a")`, "default"],
  ["py", `KEY = config("X_KEY", cast=int)`, "checked"],
  ["py", `KEY = env.str("X_KEY")`, "checked"],
  ["py", `KEY = env("X_KEY", default=None)`, "default"],
  ["py", `class Settings(BaseSettings):\n    x_key: str\n    other: int = 1`, "checked"],
  ["py", `class Settings(BaseSettings):\n    x_key: str = "a"`, "default"],
  ["py", `class Settings(BaseSettings):\n    key: str = Field(..., alias="X_KEY")`, "checked"],
  [
    "py",
    `class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="x_")\n    key: str`,
    "checked",
  ],
  ["rb", `key = ENV["X_KEY"]`, "plain"],
  ["rb", `key = ENV.fetch("X_KEY")`, "checked"],
  ["rb", `key = ENV.fetch("X_KEY", "default")`, "default"],
  ["rb", `key = ENV.fetch("X_KEY") { "default" }`, "default"],
  ["rb", `key = ENV["X_KEY"] || "default"`, "default"],
  ["rb", `start if ENV["X_KEY"]`, "guarded"],
  ["rb", `start if ENV["X_KEY"].present?`, "default"],
  ["go", `key := os.Getenv("X_KEY")`, "plain"],
  ["go", `key := os.Getenv("X_KEY")\nif key == "" {\n\tlog.Fatal("no")\n}`, "checked"],
  ["go", `key := os.Getenv("X_KEY")\nif key == "" {\n\tkey = "default"\n}`, "default"],
  ["go", `if os.Getenv("X_KEY") != "" {\n\tstart()\n}`, "guarded"],
  ["go", `key := getEnv("X_KEY", "default")`, "default"],
  ["go", `key, ok := os.LookupEnv("X_KEY")\nif !ok {\n\tpanic("no")\n}`, "checked"],
  ["go", 'Key string `env:"X_KEY,required"`', "checked"],
  ["go", 'Key string `env:"X_KEY" envDefault:"a"`', "default"],
  ["go", 'Key string `env:"X_KEY"`', "declared"],
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
  ["rs", `const KEY: &str = env!("X_KEY");`, "checked"],
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
  ["php", `'key' => env('X_KEY'),`, "guarded"],
  ["swift", `let key = Environment.get("X_KEY")!`, "checked"],
  ["swift", `let key = Environment.get("X_KEY") ?? "a"`, "default"],
];

describe("readLanguage", () => {
  for (const [extension, source, ...needs] of uses) {
    it(`${extension}, ${needs.join(" and ") || "nothing"}: ${source.replaceAll("\n", " ")}`, () => {
      expect(needsOf(extension, source)).toEqual(needs);
    });
  }
});
