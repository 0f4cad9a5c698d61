import { describe } from "vitest";
import { requiredTable } from "./required.ts";

describe("a default that stands for a value, and the value itself", () => {
  requiredTable({
    "in JavaScript, for what is secret": {
      files: {
        "server.js":
          'sign(process.env.JWT_SECRET || "JWT_SECRET");\ncookie(process.env.SESSION_SECRET ?? "secret");\nsign(process.env.COOKIE_SECRET || "k2j4h5kjh");\nstore(process.env.STORE_MODE || "secret");\nlisten(process.env.API_TOKEN || "your_token");\n',
      },
      required: ["API_TOKEN", "JWT_SECRET", "SESSION_SECRET"],
    },
    "in Python": {
      files: {
        "app.py":
          'import os\nKEY = os.getenv("SECRET_KEY", "<secret>")\nTOKEN = os.environ.get("HOOK_TOKEN") or "changeme"\nMODE = os.getenv("STORE_MODE", "secret")\nSALT = os.getenv("PASSWORD_SALT", "x81js")\n',
      },
      facts: { runtime: "python" },
      required: ["HOOK_TOKEN", "SECRET_KEY"],
    },
    "in Go and Rust": {
      files: {
        "config.go":
          'package main\nvar Key = getEnv("JWT_SECRET", "change_me")\nvar Name = getEnv("DB_NAME", "shop")\nvar Next = getEnv("REFRESH_SECRET", getEnv("OTHER_SECRET", "s9"))\nfunc main() {\n\tsign(Key, Name, Next)\n}\n',
        "src/main.rs": 'let key = env::var("SIGN_KEY").unwrap_or_else(|_| "change-me".to_string());\n',
      },
      facts: { runtime: "go" },
      required: ["JWT_SECRET", "SIGN_KEY"],
    },
    "in settings of Spring": {
      files: {
        "src/main/resources/application.yml":
          "mail:\n  user: ${MAIL_USER:changeme}\n  host: ${MAIL_HOST:smtp.example.com}\njwt: ${JWT_SECRET:change-me-now}\n",
      },
      facts: { runtime: "java" },
      required: ["JWT_SECRET", "MAIL_USER"],
    },
  });
});
