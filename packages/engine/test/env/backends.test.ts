import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const python = { runtime: "python" };
/** Enough that what the program does not ask for is likely asked for by nobody. */
const asking = 'import os\nA = os.environ["A_KEY"]\nB = os.environ["B_KEY"]\nC = os.environ["C_KEY"]\n';

describe("programs that ask for their variables by name", () => {
  requiredTable({
    "no secret that only the example names": {
      files: { "app.py": asking, ".env.example": "JWT_SECRET=change-me\n" },
      facts: python,
      required: ["A_KEY", "B_KEY", "C_KEY"],
    },
    "such a secret where little is known of the code": {
      files: { "app.py": 'import os\nA = os.environ["A_KEY"]\n', ".env.example": "JWT_SECRET=change-me\n" },
      facts: python,
      required: ["A_KEY", "JWT_SECRET"],
    },
    "nothing that only the compose file hands on": {
      files: {
        "app.py": asking,
        "compose.yml": "services:\n  app:\n    build: .\n    environment:\n      CORS_HOSTS: ${CORS_HOSTS}\n",
      },
      facts: python,
      required: ["A_KEY", "B_KEY", "C_KEY"],
    },
    "what it hands on to code that was not understood": {
      files: {
        "app.py": "import settings\n",
        "compose.yml": "services:\n  app:\n    build: .\n    environment:\n      CORS_HOSTS: ${CORS_HOSTS}\n",
      },
      facts: python,
      required: ["CORS_HOSTS"],
    },
    "a field of Go that is refused in another file": {
      files: {
        "config.go": 'package config\nvar c = Config{Token: getEnv("API_KEY", ""), Path: getEnv("DB_PATH", "")}\n',
        "cmd/main.go":
          'package main\nfunc main() { if cfg.Token == "" {\n\tlog.Fatal("API_KEY not found in environment")\n} }\n',
      },
      facts: { runtime: "go" },
      required: ["API_KEY"],
    },
    "nothing a program stops for that has a value of its own, or is no variable": {
      files: {
        "app.py": 'import os\nA = os.getenv("A_KEY", "a")\nif not A:\n    raise ValueError("A_KEY is required")\n',
        "form.py": 'import os\nif not name:\n    raise ValueError("FIRST_NAME is required")\n',
      },
      facts: python,
      required: [],
    },
    "nothing with a value of its own that the README calls required, but secrets and databases": {
      files: {
        "app.py":
          'import os\nN = os.getenv("SITE_NAME", "x")\nK = os.getenv("SIGN_SECRET", "x")\nD = os.getenv("DATABASE_URL", "x")\n',
        "README.md": "## Required environment variables\n\n- `SITE_NAME`\n- `SIGN_SECRET`\n- `DATABASE_URL`\n",
      },
      facts: python,
      required: ["DATABASE_URL", "SIGN_SECRET"],
    },
    "what Python looks up as it loads its settings, were it only a switch": {
      files: { "settings.py": 'import os\nDEBUG = bool(int(os.environ["DEBUG"]))\nA = os.getenv("APP_DEBUG")\n' },
      facts: python,
      required: ["DEBUG"],
    },
    "names of the project's own that begin like a platform's": {
      files: { "app.py": 'import os\nA = os.environ["RENDER_BATCH"]\nB = os.environ["RENDER_EXTERNAL_URL"]\n' },
      facts: python,
      required: ["RENDER_BATCH"],
    },
    "nothing of a part of .NET that is switched off": {
      files: {
        "appsettings.json":
          '{"Email":{"Provider":"noop","Password":""},"Hook":{"Enabled":false,"Secret":""},"Jwt":{"Key":""}}',
      },
      facts: { runtime: "dotnet" },
      required: ["Jwt__Key"],
    },
    "no connection without which a file of SQLite is used": {
      files: {
        "app.py":
          'import os\nURL = os.getenv("DATABASE_URL")\nif URL:\n    connect(URL)\nelse:\n    connect("sqlite:///x")\n',
      },
      facts: { ...python, database: ["postgres", "sqlite"] },
      required: [],
    },
    "the connection an example asks for, which settings hold empty": {
      files: {
        "settings.py":
          "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    database_url: str | None = None\n    api_key: str | None = None\n",
        ".env.example": "DATABASE_URL=\nAPI_KEY=\n",
      },
      facts: { ...python, database: ["postgres"] },
      required: ["DATABASE_URL"],
    },
  });
});
