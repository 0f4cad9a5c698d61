import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const many = Array.from({ length: 45 }, (_, at) => `VENDOR${at}_KEY=\n`).join("");

describe("what a program does not come up without: required is", () => {
  requiredTable({
    "the key of a client that is made as the file is loaded, in however long an example": {
      files: {
        ".env.example": `${many}PAY_KEY=\nSMS_ID=\nSMS_TOKEN=\nMAYBE_KEY=\n`,
        "api.js": `const stripe = require("stripe")(process.env.PAY_KEY);\nconst sms = require("twilio")(process.env.SMS_ID, process.env.SMS_TOKEN);\nexports.maybe = () => call(process.env.MAYBE_KEY);\n${Array.from({ length: 45 }, (_, at) => `use(process.env.VENDOR${at}_KEY);\n`).join("")}`,
      },
      required: ["PAY_KEY", "SMS_ID", "SMS_TOKEN"],
    },
    "what is put together of a text that must be there": {
      files: {
        ".env.example": "STORE=\nOTHER=\n",
        "store.js": `const { STORE, OTHER } = process.env;\nconnect(STORE.replace("<PASSWORD>", OTHER));`,
        "fill.js": `const store = process.env.STORE?.replace("<PASSWORD>", "");`,
      },
      required: ["OTHER", "STORE"],
    },
    "what a function of the project's own will not start without, also where it has the name of another": {
      files: {
        "src/config.ts": `function loadEnv(key: string): string {
  const value = process.env[key];
  if (!value) throw new Error(key);
  return value;
}
export const bot = { token: loadEnv("BOT_TOKEN") };`,
        "vite.config.ts": `import { defineConfig, loadEnv } from "vite";\nexport default defineConfig({ define: loadEnv("MODE_NAME", ".") });`,
      },
      required: ["BOT_TOKEN"],
    },
    "what is made up while one develops, and by nobody in production": {
      files: {
        "auth.ts": `let secret = process.env.SIGN_SECRET;
if (!secret && process.env.NODE_ENV !== "production") {
  secret = randomBytes(32).toString("hex");
}
const hint = process.env.HINT_LEVEL;
if (!hint && process.env.NODE_ENV !== "production") console.log("no hints");
let mode = process.env.MODE_NAME;
if (!mode) mode = "plain";
export const session = statelessSessions({ secret: secret });`,
      },
      required: ["SIGN_SECRET"],
    },
    "what a schema demands that names its port first": {
      files: {
        "src/env.validation.ts": `import Joi from "joi";
export const rules = Joi.object({
  PORT: Joi.number().default(3001),
  ALLOWED_ORIGIN: Joi.string().uri().required(),
});`,
        "src/app.module.ts": `import { rules } from "./env.validation";\nConfigModule.forRoot({ validationSchema: rules });`,
        "src/main.ts": `app.enableCors({ origin: config.get<string>("ALLOWED_ORIGIN", "http://localhost:3000") });`,
      },
      required: ["ALLOWED_ORIGIN"],
    },
    "nothing that is read and never used, but in a comment": {
      files: {
        "config.js": `const PAY_KEY = process.env.PAY_KEY || "";
const PAY_HOOK = process.env.PAY_HOOK;
const STORE = process.env.STORE || "";
// plugins.push({ key: PAY_KEY, hook: PAY_HOOK });
module.exports = { store: STORE };`,
        ".env.example": "PAY_KEY=\nPAY_HOOK=\nSTORE=\n",
      },
      required: ["STORE"],
    },
    "nothing that Quasar puts into its pages itself": {
      files: {
        "src/router.js": "createWebHistory(process.env.VUE_ROUTER_BASE);\ncallApi(process.env.API_TOKEN);",
        "src-pwa/register.js": "register(process.env.SERVICE_WORKER_FILE);",
        "src-pwa/worker.js": "createHandlerBoundToURL(process.env.PWA_FALLBACK_HTML);",
      },
      facts: { kind: "static", framework: "quasar" },
      required: ["API_TOKEN"],
    },
    "no address of an emulator, which runs while one develops": {
      files: {
        "config.ts": `export class Config {\n  static readonly ID = process.env.PROJECT_ID;\n  static readonly AUTH = process.env.FIREBASE_AUTH_EMULATOR_HOST;\n}`,
      },
      required: ["PROJECT_ID"],
    },
    "no part of what the environment only chooses": {
      files: {
        "gatsby-config.js": `const { apiUrl, contentKey } =\n  process.env.NODE_ENV === "development" ? settings.development : settings.production;\nif (!apiUrl || !contentKey) throw new Error("missing");\nconst { SITE_KEY } = process.env;\nuse(SITE_KEY);`,
      },
      required: ["SITE_KEY"],
    },
    "no variable of a list that ends in a value": {
      files: {
        "config.js": `const port = [args.port, process.env.APP_LISTEN, process.env.PORT, 3001].map(Number).find((one) => !isNaN(one));\nconst both = [process.env.FIRST, process.env.SECOND];`,
      },
      required: ["FIRST", "SECOND"],
    },
    "what a package asks for that lies among the programs and is none": {
      files: {
        "package.json": `{ "workspaces": ["apps/*"] }`,
        "apps/db/package.json": `{ "name": "@acme/db", "main": "./index.ts", "scripts": { "push": "prisma db push" } }`,
        "apps/db/prisma/schema.prisma": `datasource db {\n  provider = "sqlite"\n  url = env("DATABASE_URL")\n}`,
        "apps/server/package.json": `{ "name": "@acme/server", "scripts": { "build": "esbuild" }, "dependencies": { "@acme/db": "*", "@acme/jobs": "*" } }`,
        "apps/server/index.ts": `import { db } from "@acme/db";`,
        "apps/jobs/package.json": `{ "name": "@acme/jobs", "scripts": { "build": "tsc" } }`,
        "apps/jobs/index.ts": `run(process.env.JOBS_KEY!);`,
      },
      directory: "apps/server",
      required: ["DATABASE_URL"],
    },
  });
});
