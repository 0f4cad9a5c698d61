import { describe, expect, it } from "vitest";
import type { EnvVariable, ServiceFacts } from "../../src/detect/detection.ts";
import { projectOf } from "../../src/detect/reading.ts";
import { Tree } from "../../src/detect/tree.ts";
import { detectVariables } from "../../src/env/detect.ts";
import { treeOf } from "../detect/tree-of.ts";

const server: Omit<ServiceFacts, "env"> = { kind: "server", runtime: "node", database: [] };

function variablesIn(
  files: Record<string, string>,
  { directory = ".", ...facts }: Partial<Omit<ServiceFacts, "env">> & { directory?: string } = {},
): EnvVariable[] {
  using tree = treeOf(files);
  return detectVariables(projectOf(new Tree(tree.root)), directory, { ...server, ...facts });
}

function requiredIn(...given: Parameters<typeof variablesIn>): string[] {
  return variablesIn(...given).flatMap(({ key, required }) => (required ? [key] : []));
}

function packageWith(...names: string[]): string {
  return JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, "latest"])) });
}

/** An example that gives the same twenty-five settings wherever it is copied. */
const fewSettings = `MAIL_DOMAIN=\n${Array.from({ length: 25 }, (_, at) => `LIMIT_${String.fromCodePoint(65 + at)}=5\n`).join("")}`;

it("calls every variable of a static site one of the build", () => {
  const [variable] = variablesIn({ "build.js": "use(process.env.API_URL);" }, { kind: "static" });
  expect(variable).toMatchObject({ key: "API_URL", class: "build" });
});

describe("what a deployment must set", () => {
  const projects: [name: string, files: Record<string, string>, required: string[], facts?: object][] = [
    [
      "what the code reads with nothing in its place",
      { "src/db.ts": "connect(process.env.DATABASE_URL);\nlisten(process.env.PORT || 3000);" },
      ["DATABASE_URL"],
    ],
    [
      "what Knex connects with in production, whatever takes its place while developing",
      {
        "knexfile.js":
          'module.exports = { development: { connection: { host: process.env.PG_HOST || "localhost" } }, production: { connection: { host: process.env.PG_HOST } } };',
      },
      ["PG_HOST"],
    ],
    [
      "what a server needs although a script that prints its description fills it in",
      {
        "src/env.ts":
          'import * as z from "zod";\nz.object({ LOG_FORMAT: z.string(), APP_SECRET: z.string() }).parse(process.env);',
        "src/export-openapi.ts": 'process.env.APP_SECRET ??= "none";',
      },
      ["APP_SECRET", "LOG_FORMAT"],
    ],
    [
      "not what is declared as possibly missing, nor a switch",
      {
        "src/feed.ts":
          'class Feed { id: string | undefined = process.env.FEED_ID; token = process.env.FEED_TOKEN; }\nconst on = envBoolean("SHOW_DEBUG");',
      },
      ["FEED_TOKEN"],
    ],
    [
      "what a schema is filled from, not the name it has there",
      {
        "src/env.ts":
          'import { z } from "zod";\nconst fields = z.object({ API_URL: z.string() });\nfor (const key of keys(import.meta.env)) if (key.startsWith("VITE_APP_")) all[key.replace("VITE_APP_", "")] = 1;\nexport const env = fields.parse(all);',
        "src/client.ts": 'import { env } from "./env";\ncall(env.API_URL);',
      },
      ["VITE_APP_API_URL"],
    ],
    [
      "what Nest's configuration is asked for under any name",
      { "src/mail.ts": 'const make = (settings: ConfigService) => ({ host: settings.get("MAIL_HOST") });' },
      ["MAIL_HOST"],
    ],
    [
      "no vendor of models where the first of many is optional",
      {
        "package.json": packageWith("openai", "@azure/openai"),
        ".env.example":
          "TOKEN=\n\n# API keys (optional)\nOPENAI_API_KEY=\nMISTRAL_API_KEY=\nGROQ_API_KEY=\n\n# Azure\nAZURE_OPENAI_API_KEY=\n",
        "a.ts": "use(process.env.TOKEN);",
      },
      ["TOKEN"],
    ],
    [
      "not what Prisma finds beside its schema",
      {
        "prisma/schema.prisma": 'datasource db {\n  provider = "sqlite"\n  url = env("DATABASE_URL")\n}',
        "prisma/.env": 'DATABASE_URL="file:../data/app.db"',
      },
      [],
    ],
    [
      "not a vendor's application key among very many settings",
      {
        "settings.py": 'TRELLO_APP_KEY = os.getenv("TRELLO_APP_KEY")\nSECRET_KEY = os.getenv("SECRET_KEY")',
        ".env.example": `TRELLO_APP_KEY=\nSECRET_KEY=\n${Array.from({ length: 60 }, (_, at) => `LIMIT_${at}=5\n`).join("")}`,
      },
      ["SECRET_KEY"],
    ],
    [
      "not what only the container of the database is given",
      {
        "src/db.ts": "connect(process.env.DATABASE_URL);",
        "docker-compose.yml":
          "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER}\n  app:\n    build: .\n    environment:\n      APP_TOKEN: ${APP_TOKEN}\n",
      },
      ["APP_TOKEN", "DATABASE_URL"],
    ],
    [
      "what the README calls required, not what it calls optional",
      {
        "a.ts": 'use(process.env.API_KEY ?? "", process.env.API_URL);',
        "README.md": "### `API_KEY` (required)\n\n### `API_URL` (optional)\n",
      },
      ["API_KEY"],
    ],
    [
      "what the README says is required right before it sets it",
      {
        "a.ts": 'use(process.env.JWT_SECRET || "secret", process.env.MAX_SIZE || "5");',
        "README.md": "These are the required ones:\n\n```\nJWT_SECRET=\n```\n\nOthers:\n\n```\nMAX_SIZE=\n```\n",
      },
      ["JWT_SECRET"],
    ],
    [
      "what a box of the example calls required, read or not, and not what belongs to something that is",
      {
        "a.ts": 'use(process.env.SIGNING_KEY || "key", process.env.MAP_KEY || "none");',
        ".env.example":
          "##########\n# REQUIRED\n##########\nSIGNING_KEY=\nQUEUE_TOKEN=\n##########\n# MAPS\n##########\n# A name is also required, the one you log in with\nMAP_KEY=\n",
      },
      ["QUEUE_TOKEN", "SIGNING_KEY"],
    ],
    [
      "the database an example lists, though the code only warns when it is missing",
      {
        "db.ts":
          'if (!process.env.MONGODB_URL) return console.log("Missing MongoDB URL");\nconnect(process.env.MONGODB_URL);',
        ".env.example": "MONGODB_URL=\n",
      },
      ["MONGODB_URL"],
    ],
    [
      "the database only the example of a service names, when it is seen to use one",
      {
        "api/server.ts": "use(process.env.JWT_SECRET);",
        "api/.env.example": "DATABASE_URL=postgres://a\nJWT_SECRET=\n",
      },
      ["DATABASE_URL", "JWT_SECRET"],
      { directory: "api", database: ["postgres"] },
    ],
    [
      "no connection only the example names where the parts of it are read",
      {
        "db.ts": "connect(process.env.DB_HOST, process.env.DB_NAME);",
        ".env.example": "DB_HOST=\nDB_NAME=\nDATABASE_URL=postgres://a\n",
      },
      ["DB_HOST", "DB_NAME"],
      { database: ["postgres"] },
    ],
    [
      "both halves of an example in two files, and one list when the second repeats the first",
      {
        "a.ts": 'use(process.env.STRIPE_KEY_LIVE ?? process.env.STRIPE_KEY ?? "", process.env.MAIL_KEY ?? "");',
        ".env.example": "GITHUB_ID=a\n",
        ".env.local.example": "STRIPE_KEY=\nMAIL_KEY=\n",
      },
      ["MAIL_KEY", "STRIPE_KEY"],
    ],
    [
      "nothing of a part that a setting switches on",
      {
        "check.js":
          "if (!process.env.BOT_TOKEN) process.exit(1);\nif (config.dashboard.enabled) {\n if (!process.env.BOT_SECRET) process.exit(1);\n}",
      },
      ["BOT_TOKEN"],
    ],
    [
      "nothing for a provider of sign-in no example lists, where there are many",
      {
        "auth.ts": "saml(process.env.AUTH_WORKOS_CONNECTION!);",
        ".env.example": ["SECRET", ...["GITHUB", "GOOGLE", "TWITTER", "FACEBOOK"].map((name) => `${name}_ID`)]
          .map((name) => `AUTH_${name}=\n`)
          .join(""),
      },
      ["AUTH_SECRET"],
    ],
    [
      "no key of AWS under a name its library does not know",
      {
        "s3.ts": "new S3Client({});\nuse(process.env.MAX_SIZE || 5);",
        "package.json": packageWith("@aws-sdk/client-s3"),
        ".env.example": "NEXT_PUBLIC_AWS_SECRET_KEY=\n",
      },
      [],
    ],
    [
      "no variable whose value in the example is another variable that is read",
      {
        "a.ts": "use(import.meta.env.VITE_KEY, process.env.KEY, process.env.NEXT_PUBLIC_NAME);",
        ".env.example": 'KEY=\nVITE_KEY="${KEY}"\nNAME=\nNEXT_PUBLIC_NAME=$NAME\n',
      },
      ["KEY", "NEXT_PUBLIC_NAME"],
    ],
    [
      "what is read for the choice the example makes, and nothing of a switch it leaves off",
      {
        "store.ts":
          'const store = process.env.STORE;\nif (store === "s3") {\n  open(process.env.S3_BUCKET);\n} else {\n  open(process.env.GCS_BUCKET);\n}\nif (process.env.ENABLE_MAIL === "true") {\n  mail(process.env.MAIL_KEY!);\n}\nif (process.env.OTHER_STORE === "a") {\n  open(process.env.OTHER_BUCKET);\n}',
        ".env.example": "STORE=s3\nS3_BUCKET=\nGCS_BUCKET=\nMAIL_KEY=\nOTHER_BUCKET=\n",
      },
      ["OTHER_BUCKET", "S3_BUCKET"],
    ],
    [
      "one key of many vendors of models, the first an example asks for",
      {
        "models.ts": ["OPENAI", "GROQ", "MISTRAL", "XAI"].map((name) => `use(process.env.${name}_API_KEY);\n`).join(""),
        ".env.example": "GROQ_API_KEY=\nOPENAI_API_KEY=\nMISTRAL_API_KEY=\nXAI_API_KEY=\n",
      },
      ["GROQ_API_KEY"],
    ],
    [
      "what Prisma reads, unless the example says the database can be left out",
      {
        "prisma/schema.prisma": 'datasource db {\n url = env("DATABASE_URL")\n}',
        "a.ts": "use(process.env.API_KEY);",
        ".env.example": "API_KEY=\n\n# Optional, if you're doing auth\nDATABASE_URL=\n",
      },
      ["API_KEY"],
    ],
    [
      "what the README's block forgot",
      {
        "a.ts": "use(process.env.A_KEY, process.env.B_KEY, process.env.SITE_ROOT);",
        "README.md": "```\nA_KEY=\nB_KEY=\n```\n",
      },
      ["A_KEY", "B_KEY", "SITE_ROOT"],
    ],
    [
      "what the project's own functions fail without",
      {
        "utils.ts":
          "export function getOsEnv(key: string) {\n  if (!process.env[key]) throw new Error(key);\n  return process.env[key];\n}",
        "env.ts":
          'import { getOsEnv } from "./utils";\nexport const env = { a: getOsEnv("A_NAME"), b: getOsEnv("LOG_LEVEL") };',
      },
      ["A_NAME", "LOG_LEVEL"],
    ],
    [
      "what Deno's program asks a function of its own for",
      {
        "utils/get.ts":
          "export function GetVar(name: string, fallback?: string): string {\n  const value = Deno.env.get(name);\n  if (!value) throw new Error(name);\n  return value;\n}",
        "db.ts": 'import { GetVar } from "./utils/get.ts";\nconst uri = GetVar("MONGODB_CONNECTION");',
      },
      ["MONGODB_CONNECTION"],
    ],
    [
      "what a function is asked for that is handed the environment first",
      {
        "db.ts":
          'const host = getEnvVar(env, "POSTGRES_HOST");\nconst port = getEnvVar(env, "POSTGRES_PORT");\nif (!host) throw new Error("no host");\nopen(host, port ? Number(port) : 5432);',
      },
      ["POSTGRES_HOST"],
    ],
    [
      "the connection of the schema that is used, not of another beside it",
      {
        "prisma/schema.prisma": 'datasource db {\n  url = env("DATABASE_URL")\n}',
        "prisma/schema-postgres.prisma": 'datasource db {\n  url = env("POSTGRES_URL")\n}',
      },
      ["DATABASE_URL"],
    ],
    [
      "a trimmed secret without which nobody is let in",
      {
        "a.ts": "const secret = process.env.ACCESS_SECRET?.trim();\nif (!secret) return null;\nverify(secret);",
        ".env.example": "ACCESS_SECRET=change-me\n",
      },
      ["ACCESS_SECRET"],
    ],
    [
      "what is asked for in three examples of one list, which is no catalogue",
      {
        "a.ts": 'use(config.getOrThrow("MAIL_DOMAIN"));',
        ".env.example": fewSettings,
        "env.docker.example": fewSettings,
        "worker/.env.example": fewSettings,
      },
      ["MAIL_DOMAIN"],
    ],
    [
      "no lists that may be empty",
      {
        "config.ts":
          'const list = (process.env.FOLDER_IDS ?? "").split(",");\nfunction envList(name: string) {\n  const raw = process.env[name];\n  if (!raw) return [];\n  return raw.split(",");\n}\nuse(envList("ALLOWED_ORIGINS"), list, process.env.API_KEY);',
      },
      ["API_KEY"],
    ],
    [
      "what the settings of TypeORM connect with",
      { "src/config/ormconfig.ts": "export default { host: process.env.DB_HOST };" },
      ["DB_HOST"],
    ],
    [
      "what Nitro is given under its own prefix",
      {
        "prisma/schema.prisma": 'datasource db {\n  url = env("NITRO_DATABASE_URL")\n}',
        "a.ts": "use(process.env.NITRO_PRESET);",
      },
      ["NITRO_DATABASE_URL"],
    ],
    [
      "what only begins like a setting of Python's own",
      { "a.js": "run(process.env.PYTHON_SCRIPTS_PATH, process.env.PYTHONPATH);" },
      ["PYTHON_SCRIPTS_PATH"],
    ],
    [
      "what stands behind a long address that only tells people to give one",
      {
        "a.ts": "open(process.env.DATABASE_URL || 'prisma+postgres://accelerate.prisma-data.net/?api_key=dummy');",
        ".env.example": "DATABASE_URL=\n",
      },
      ["DATABASE_URL"],
    ],
    [
      "what a part of the program fails without, unless the example has it switched off",
      {
        "a.ts": 'if (!process.env.TRACE_KEY) throw new Error("no key");\nuse(process.env.API_KEY);',
        ".env.example": "API_KEY=\n# TRACE_KEY=\n",
      },
      ["API_KEY"],
    ],
    [
      "what is imported while building, though the example calls it optional",
      { "a.ts": 'import { SMTP_PASS } from "$env/static/private";', ".env.example": "# Optional\nSMTP_PASS=\n" },
      ["SMTP_PASS"],
    ],
    [
      "the address NextAuth asks for before version 5",
      {
        "package.json": JSON.stringify({ dependencies: { "next-auth": "^4.24.0" } }),
        "a.ts": "use(process.env.API_KEY);",
        ".env.example": "API_KEY=\nNEXTAUTH_URL=http://localhost:3000\n",
      },
      ["API_KEY", "NEXTAUTH_URL"],
    ],
    [
      "a secret the example asks for, which some library reads, and none of a page",
      { "a.ts": "use(process.env.API_KEY);", ".env.example": "API_KEY=\nSESSION_SECRET=change-me\n" },
      ["API_KEY", "SESSION_SECRET"],
    ],
    [
      "no key only the README sets and nothing was seen to read",
      {
        "package.json": packageWith("@clerk/clerk-react"),
        "a.ts": "use(process.env.API_KEY);",
        "README.md": "To sign in with Clerk:\n\n```\nVITE_CLERK_PUBLISHABLE_KEY=\n```\n",
      },
      ["API_KEY"],
    ],
    [
      "nothing of functions that run at Convex",
      { "convex/mail.ts": "send(process.env.MAIL_KEY);", "src/a.ts": "open(import.meta.env.VITE_CONVEX_URL);" },
      ["VITE_CONVEX_URL"],
    ],
    [
      "nothing a page may show or not, where the example has a value",
      { "a.ts": 'use(process.env.NEXT_PUBLIC_SIGN_IN || "");', ".env.example": "NEXT_PUBLIC_SIGN_IN=github\n" },
      [],
    ],
    ["nothing a template reads when it is set up", { "remix.init/index.js": "use(process.env.A_KEY);" }, []],
    [
      "nothing the root's example lists for a service that reads nothing",
      { "docs/index.ts": "export {};", ".env.example": "STRIPE_KEY=\n" },
      [],
      { directory: "docs" },
    ],
    [
      "what a function is told to miss",
      { "a.js": 'throwIfMissing(process.env, ["API_KEY", "SECRET"]);\nuse(process.env.MODE_NAME ?? "a");' },
      ["API_KEY", "SECRET"],
    ],
    [
      "nothing a schema of the environment leaves out and no example lists, whatever a type is told",
      {
        "env.ts":
          'import { z } from "zod";\nexport const env = z.object({ A_URL: z.string(), B_URL: z.string(), C_URL: z.string() }).parse(process.env);',
        "webhook.ts": "verify(process.env.HOOK_SECRET as string);",
      },
      ["A_URL", "B_URL", "C_URL"],
    ],
    [
      "of an example that lists everything there is, only what nothing works without",
      {
        ".env.sample": `AUTH_SECRET=\nDATABASE_URL=\n${Array.from({ length: 70 }, (_none, at) => `SETTING_${at}=\n`).join("")}`,
        "a.ts":
          "use(process.env.AUTH_SECRET!, process.env.DATABASE_URL!, process.env.SETTING_3!, process.env.SETTING_4!);",
      },
      ["AUTH_SECRET", "DATABASE_URL"],
    ],
    [
      "nothing that the example calls optional, whatever one for developers says",
      {
        ".env.example": "API_KEY=\n# Optional: prices\nPRICE_KEY=\n",
        ".env.local.example": "PRICE_KEY=yourkeyhere\n",
        "a.ts": "use(process.env.API_KEY, process.env.PRICE_KEY);",
      },
      ["API_KEY"],
    ],
    [
      "no vendor whose key is asked for first and which no example tells of",
      {
        ".env.example": "GITHUB_CLIENT_ID=\n",
        "stripe.ts":
          'export const isPaid = Deno.env.has("STRIPE_SECRET_KEY");\nconst hook = Deno.env.get("STRIPE_WEBHOOK_SECRET");\nif (hook === undefined) throw new Error("missing");',
        "auth.ts": 'use(Deno.env.get("GITHUB_CLIENT_ID"));',
      },
      ["GITHUB_CLIENT_ID"],
    ],
    [
      "what the brief example lists, not the complete one beside it",
      {
        ".env.example": "API_KEY=\n",
        ".env.example.complete": "API_KEY=\nOTHER_KEY=\n",
        "a.ts": "use(process.env.API_KEY);",
      },
      ["API_KEY"],
    ],
    [
      "neither of two names of one setting that is asked for first",
      {
        "a.ts":
          "const password = process.env.MAIL_PASS || process.env.MAIL_PASSWORD;\nif (!!!password) return null;\nsend(password);",
      },
      [],
    ],
    [
      "nothing that webpack gives",
      {
        "webpack.config.js":
          'module.exports = { plugins: [new webpack.DefinePlugin({ "process.env.NODE_ID": JSON.stringify(id) })] };',
        "a.ts": "use(process.env.NODE_ID!, process.env.A_KEY);",
      },
      ["A_KEY"],
    ],
    [
      "nothing that the settings of Vue 2's template give",
      {
        "config/prod.env.js": `module.exports = { NODE_ENV: '"production"', API_ROOT: '"https://api.example.com"' };`,
        "src/a.js": "use(process.env.API_ROOT, process.env.A_KEY);",
      },
      ["A_KEY"],
    ],
    [
      "nothing whose name is put together",
      { "a.ts": 'use(process.env["MAIL" + "_REGION"], process.env.A_KEY);' },
      ["A_KEY"],
    ],
    [
      "none of many providers of sign-in, of which one is enough",
      {
        "a.ts": ["GITHUB", "GOOGLE", "DISCORD", "TWITCH"]
          .map((name) => `use(process.env.${name}_CLIENT_ID!, process.env.${name}_CLIENT_SECRET!);`)
          .join("\n"),
        "b.ts": "sign(process.env.AUTH_SECRET!);",
      },
      ["AUTH_SECRET"],
    ],
    [
      "not what a program of dozens of services reads for each, but what all of it needs",
      {
        "a.ts": `${Array.from({ length: 30 }, (_, number) => `use(process.env.SERVICE_${number}_KEY);`).join("\n")}
sign(process.env.SESSION_SECRET);
connect(process.env.MONGODB_URI);`,
      },
      ["MONGODB_URI", "SESSION_SECRET"],
    ],
    [
      "not a key that is only compared with a request",
      {
        "a.ts": `const key = process.env.API_KEY;
if (!key || request.get("x-api-key") !== key) return response.status(401).json({});`,
        ".env.example": "API_KEY=",
      },
      [],
    ],
    [
      "not what an example that lists the rest leaves out",
      {
        "a.ts": "use(process.env.A_KEY, process.env.B_KEY, process.env.C_KEY, process.env.D_KEY);",
        ".env.example": "A_KEY=\nB_KEY=\nC_KEY=",
      },
      ["A_KEY", "B_KEY", "C_KEY"],
    ],
    [
      "not what the platform gives",
      {
        "a.js":
          "use(process.env.NODE_ENV, process.env.PORT, process.env.VERCEL_URL, process.env.HOME, process.env.CI!);",
      },
      [],
    ],
    [
      "nothing that a second place can do without",
      { "a.js": "use(process.env.X_URL);", "b.js": "if (process.env.X_URL) go();" },
      [],
    ],
    [
      "what one place claims although another asks",
      { "a.ts": "use(process.env.X_URL!);", "b.ts": "if (process.env.X_URL) go();" },
      ["X_URL"],
    ],
    [
      "not what only tests, scripts and tools read",
      {
        "src/a.test.ts": "use(process.env.A_KEY);",
        "e2e/b.ts": "use(process.env.B_KEY);",
        "scripts/c.ts": "use(process.env.C_KEY!);",
        "playwright.config.ts": "use(process.env.D_KEY!);",
        "node_modules/x/e.js": "use(process.env.E_KEY);",
        "types/f.d.ts": "use(process.env.F_KEY);",
      },
      [],
    ],
    [
      "but what a script of the build reads",
      {
        "package.json": JSON.stringify({
          scripts: { build: "npm run fetch && vite build", fetch: "node scripts/fetch.js" },
        }),
        "scripts/fetch.js": "use(process.env.C_KEY);",
      },
      ["C_KEY"],
    ],
    [
      "the variable of Prisma",
      { "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}' },
      ["DATABASE_URL"],
    ],
    [
      "the fields of a schema, and not those it lets go",
      {
        "src/env.ts":
          'import { z } from "zod";\nz.object({ A_KEY: z.string(), B_KEY: z.string().optional() }).parse(process.env);',
      },
      ["A_KEY"],
    ],
    [
      "not what a whole schema leaves out",
      {
        "src/env.ts":
          'import { z } from "zod";\nz.object({ A_KEY: z.string(), B_KEY: z.string(), C_KEY: z.string() }).parse(process.env);',
        "src/a.ts": "use(process.env.D_KEY);",
      },
      ["A_KEY", "B_KEY", "C_KEY"],
    ],
    [
      "not what the example calls optional",
      {
        ".env.example": "A_KEY=\n\n# Optional\nB_KEY=\n# C_KEY=",
        "a.ts": "use(process.env.A_KEY!, process.env.B_KEY!, process.env.C_KEY!);",
      },
      ["A_KEY"],
    ],
    [
      "not what an example alone names",
      { ".env.example": "A_KEY=\nB_KEY=", "a.ts": "use(process.env.A_KEY);" },
      ["A_KEY"],
    ],
    ["what an example names when there is no code to see", { ".env.example": "A_KEY=\nB_MODE=fast" }, ["A_KEY"]],
    [
      "not what a kept-up example leaves out",
      {
        ".env.example": "A1_KEY=\nA2_KEY=\nA3_KEY=\nA4_KEY=\nA5_KEY=",
        "a.ts":
          "use(process.env.A1_KEY, process.env.A2_KEY, process.env.A3_KEY, process.env.A4_KEY, process.env.A5_KEY, process.env.B_KEY);",
      },
      ["A1_KEY", "A2_KEY", "A3_KEY", "A4_KEY", "A5_KEY"],
    ],
    [
      "no analytics",
      { "a.ts": "init(process.env.NEXT_PUBLIC_GA_ID, process.env.SENTRY_DSN, process.env.NEXT_PUBLIC_POSTHOG_KEY);" },
      [],
    ],
    [
      "a value quieted for the compiler, when it is known",
      { "a.ts": "use(process.env.STRIPE_SECRET_KEY || '', process.env.X_MODE || '');" },
      ["STRIPE_SECRET_KEY"],
    ],
    ["the first of two names", { "a.ts": "use(process.env.A_URL || process.env.B_URL);" }, ["A_URL"]],
    [
      "of two names the one that is told of",
      { "a.ts": "use(process.env.A_URL ?? process.env.B_URL);", ".env.example": "B_URL=" },
      ["B_URL"],
    ],
    ["nothing for a library", { "a.ts": "use(process.env.A_KEY!);" }, [], { kind: "package" }],
    [
      "nothing that the configuration sets itself",
      { "next.config.js": "module.exports = { env: { A_KEY: 'x' } };", "a.js": "use(process.env.A_KEY);" },
      [],
    ],
  ];
  for (const [name, files, required, facts] of projects) {
    it(name, () => {
      expect(requiredIn(files, facts)).toEqual(required);
    });
  }
});

describe("what libraries read by themselves", () => {
  const projects: [name: string, packages: string[], source: string, required: string[]][] = [
    [
      "Clerk",
      ["@clerk/nextjs"],
      'import { ClerkProvider } from "@clerk/nextjs";',
      ["CLERK_SECRET_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"],
    ],
    ["a type of Clerk alone", ["@clerk/nextjs"], 'import type { User } from "@clerk/nextjs";', []],
    [
      "OpenAI without a key",
      ["openai"],
      'import OpenAI from "openai";\nconst client = new OpenAI();',
      ["OPENAI_API_KEY"],
    ],
    [
      "OpenAI with other options",
      ["openai"],
      'import OpenAI from "openai";\nconst client = new OpenAI({ maxRetries: 2 });',
      ["OPENAI_API_KEY"],
    ],
    [
      "OpenAI with a key of the user",
      ["openai"],
      'import OpenAI from "openai";\nconst client = new OpenAI({ apiKey: key });',
      [],
    ],
    [
      "Anthropic",
      ["@anthropic-ai/sdk"],
      'import Anthropic from "@anthropic-ai/sdk";\nconst client = new Anthropic();',
      ["ANTHROPIC_API_KEY"],
    ],
    [
      "Gemini by the AI SDK",
      ["@ai-sdk/google"],
      'import { google } from "@ai-sdk/google";\nrun(google("gemini-2.5"));',
      ["GOOGLE_GENERATIVE_AI_API_KEY"],
    ],
    [
      "Bedrock by the AI SDK",
      ["@ai-sdk/amazon-bedrock"],
      'import { bedrock } from "@ai-sdk/amazon-bedrock";\nrun(bedrock("x"));',
      ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"],
    ],
    [
      "Upstash",
      ["@upstash/redis"],
      'import { Redis } from "@upstash/redis";\nconst redis = Redis.fromEnv();',
      ["UPSTASH_REDIS_REST_TOKEN", "UPSTASH_REDIS_REST_URL"],
    ],
    ["NextAuth", ["next-auth"], 'import NextAuth from "next-auth";\nexport default NextAuth({});', ["NEXTAUTH_SECRET"]],
    [
      "NextAuth 5",
      ["next-auth"],
      'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});',
      ["AUTH_SECRET"],
    ],
    [
      "providers of Auth.js",
      ["next-auth"],
      'import NextAuth from "next-auth";\nimport GitHub from "next-auth/providers/github";\nNextAuth({ providers: [GitHub] });',
      ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET", "NEXTAUTH_SECRET"],
    ],
    [
      "Better Auth",
      ["better-auth"],
      'import { betterAuth } from "better-auth";\nbetterAuth({});',
      ["BETTER_AUTH_SECRET"],
    ],
    ["Resend only without a key", ["resend"], 'import { Resend } from "resend";\nnew Resend(key);', []],
    ["a package that is no dependency", [], 'import OpenAI from "openai";\nnew OpenAI();', []],
    ["a commented-out import", ["openai"], '// import OpenAI from "openai";\n// new OpenAI();', []],
  ];
  for (const [name, packages, source, required] of projects) {
    it(name, () => {
      expect(requiredIn({ "package.json": packageWith(...packages), "src/a.ts": source })).toEqual(required);
    });
  }

  it("goes by the version asked for", () => {
    const source = 'import { createUploadthing } from "uploadthing/next";\nconst f = createUploadthing();';
    const at = (version: string): string[] =>
      requiredIn({ "package.json": JSON.stringify({ dependencies: { uploadthing: version } }), "a.ts": source });
    expect(at("^6.1.0")).toEqual(["UPLOADTHING_APP_ID", "UPLOADTHING_SECRET"]);
    expect(at("^7.0.0")).toEqual(["UPLOADTHING_TOKEN"]);
  });
  it("asks for the name the project uses", () => {
    const source = 'import NextAuth from "next-auth";\nexport default NextAuth({});';
    expect(
      requiredIn({ "package.json": packageWith("next-auth"), "a.ts": source, ".env.example": "AUTH_SECRET=" }),
    ).toEqual(["AUTH_SECRET"]);
  });
  it("takes a key only the example names for the library's whose name it bears", () => {
    const files = {
      "package.json": packageWith("@mux/mux-node"),
      "a.ts": "use(process.env.OTHER_KEY);",
      ".env.example": "MUX_TOKEN_ID=\nMUX_MODE=",
    };
    expect(requiredIn(files)).toEqual(["MUX_TOKEN_ID", "OTHER_KEY"]);
  });
});

describe("manifests", () => {
  const compose =
    "services:\n  app:\n    build: .\n    environment:\n      A_KEY: ${A_KEY}\n      B: ${B_KEY:-x}\n      C: ${C_KEY:?must be set}\n";
  const projects: [name: string, files: Record<string, string>, required: string[], facts?: object][] = [
    ["compose", { "compose.yaml": compose }, ["A_KEY", "C_KEY"], { kind: "compose" }],
    ["compose beside a program: what is handed on", { "compose.yaml": compose }, ["A_KEY"]],
    [
      "compose beside a program: not what it gives a value itself",
      { "compose.yaml": `${compose}  more:\n    environment:\n      A_KEY: \${A_KEY:-a}\n` },
      [],
    ],
    [
      "app.json",
      {
        "app.json": JSON.stringify({
          env: { A_KEY: { description: "x" }, B_KEY: { required: false }, C_KEY: { generator: "secret" } },
        }),
      },
      ["A_KEY"],
    ],
    [
      "render.yaml",
      {
        "render.yaml":
          "services:\n  - envVars:\n      - key: A_KEY\n        sync: false\n      - key: B_KEY\n        generateValue: true\n",
      },
      ["A_KEY"],
    ],
    [
      "wrangler's own values",
      { "wrangler.toml": '[vars]\nA_MODE = "fast"\n', "src/a.ts": "interface Env { A_MODE: string; B_TOKEN: string }" },
      ["B_TOKEN"],
    ],
    [
      "Laravel: its database even in a long example, and what its package for tokens reads",
      {
        artisan: "",
        "composer.json": JSON.stringify({ require: { "laravel/framework": "^12", "tymon/jwt-auth": "^2" } }),
        ".env.example": `DB_CONNECTION=mysql\nDB_HOST=db\n${Array.from({ length: 60 }, (_, at) => `OPTION_${at}=\n`).join("")}`,
        "config/jwt.php": "<?php return ['secret' => env('JWT_SECRET')];",
      },
      ["APP_KEY", "DB_HOST", "JWT_SECRET"],
      { framework: "laravel" },
    ],
    [
      "Rails whose production takes over a section of defaults",
      {
        "config/database.yml":
          'default: &default\n  username: <%= ENV.fetch("PG_USER") { "a" } %>\n  host: <%= ENV["PG_HOST"] %>\n\ntest:\n  host: <%= ENV["CI_HOST"] %>\n\nproduction:\n  <<: *default\n  database: <%= ENV["PG_NAME"] %>\n',
      },
      ["PG_HOST", "PG_NAME"],
    ],
    [
      "Rails, of the stores for files only the one production keeps them in",
      {
        "config/environments/production.rb": "  config.active_storage.service = :bucket\n",
        "config/storage.yml":
          'bucket:\n  access_key_id: <%= ENV["BUCKET_KEY_ID"] %>\nspare:\n  access_key_id: <%= ENV["SPARE_KEY_ID"] %>\n',
      },
      ["BUCKET_KEY_ID"],
    ],
    [
      "every part of a connection, quieted or not, and not what else is quieted",
      {
        "config.ts":
          'export const db = { host: process.env.DB_HOST || "", name: process.env.DB_NAME || "", user: process.env.DB_USER || "", password: process.env.DB_PASSWORD || "" };\nexport const title = process.env.PAGE_TITLE || "";',
        ".env.example": "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=changeme\nPAGE_TITLE=Shop\n",
      },
      ["DB_HOST", "DB_NAME", "DB_PASSWORD", "DB_USER"],
    ],
    [
      "the database, though the schema of the rest leaves it out",
      {
        "env.ts":
          'import { cleanEnv, str } from "envalid";\ncleanEnv(process.env, { A_SALT: str(), B_KEY: str(), C_KEY: str({ default: "" }) });',
        "db.ts": 'connect(configService.get<string>("DATABASE_URL"));',
        ".env.example": "A_SALT=\nB_KEY=\nDATABASE_URL=postgresql://${PG_USER}@db/shop\n",
      },
      ["A_SALT", "B_KEY", "DATABASE_URL"],
    ],
    [
      "no key of a provider that is handed one under another name",
      {
        "package.json": packageWith("@ai-sdk/openai"),
        "ai.ts":
          'import { createOpenAI } from "@ai-sdk/openai";\nconst openai = createOpenAI({ apiKey: process.env.PROXY_KEY });\nask(openai("small"));',
      },
      ["PROXY_KEY"],
    ],
    [
      "the key of a provider that may be handed one",
      {
        "package.json": packageWith("@ai-sdk/openai"),
        "ai.ts":
          'import { createOpenAI } from "@ai-sdk/openai";\nconst openai = createOpenAI({ apiKey: given });\nask(openai("small"));',
      },
      ["OPENAI_API_KEY"],
    ],
    [
      "what a Shopify app is known by",
      {
        "package.json": packageWith("@shopify/shopify-app-remix"),
        "shopify.ts":
          'import { shopifyApp } from "@shopify/shopify-app-remix/server";\nexport default shopifyApp({ apiKey: process.env.SHOPIFY_API_KEY, appUrl: process.env.SHOPIFY_APP_URL || "" });',
      },
      ["SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "SHOPIFY_APP_URL"],
    ],
    [
      "no address of a database that the program makes up itself",
      {
        "schema.prisma": 'datasource db {\n  provider = "sqlite"\n  url = env("DATABASE_URL")\n}',
        "start.ts": "process.env.DATABASE_URL = process.env.DATABASE_URL ?? addressIn(folder);",
      },
      [],
    ],
    [
      "what a schema handed to Nest insists on, in a file that reads nothing itself",
      {
        "app.module.ts":
          'import * as Joi from "joi";\nConfigModule.forRoot({ validationSchema: Joi.object({ SIGNING_KEY: Joi.string().required(), PUBLIC_URL: Joi.string().required(), LEVEL: Joi.string() }) });',
      },
      ["PUBLIC_URL", "SIGNING_KEY"],
    ],
    [
      "what a storefront of Hydrogen cannot open without",
      {
        "package.json": packageWith("@shopify/hydrogen"),
        "server.ts":
          'import { createHydrogenContext } from "@shopify/hydrogen";\nexport const open = (env) => createHydrogenContext({ env });',
      },
      ["PUBLIC_STOREFRONT_API_TOKEN", "PUBLIC_STORE_DOMAIN", "SESSION_SECRET"],
    ],
    [
      "nothing of an imitated server",
      { "mock-server.ts": "app.listen(process.env.MOCK_PORT_A);", "a.ts": "use(process.env.A_KEY);" },
      ["A_KEY"],
    ],
    [
      "Rails whose secrets come from the environment, told of or not",
      {
        "config/secrets.yml": 'production:\n  secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>\n',
        ".env.example": "GITHUB_A=\nGITHUB_B=\nGITHUB_C=\n",
        "app/a.rb": 'use(ENV["GITHUB_A"], ENV["GITHUB_B"], ENV["GITHUB_C"])',
      },
      ["GITHUB_A", "GITHUB_B", "GITHUB_C", "SECRET_KEY_BASE"],
    ],
    [
      "what a program lists as required, however many settings it offers",
      {
        "src/config.ts":
          'const REQUIRED_ENV = ["BOT_TOKEN"];\nconst missing = REQUIRED_ENV.filter((key) => !process.env[key]);\nif (missing.length > 0) throw new Error("missing");\nuse(process.env.LIMIT_1);',
        ".env.example": `BOT_TOKEN=\n${Array.from({ length: 60 }, (_, at) => `LIMIT_${at}=5\n`).join("")}`,
      },
      ["BOT_TOKEN"],
    ],
    [
      "not what functions at Supabase read",
      {
        "src/a.ts": "use(process.env.A_KEY);",
        "supabase/functions/mail/index.ts": 'send(Deno.env.get("MAIL_KEY")!);',
      },
      ["A_KEY"],
    ],
    [
      "package config, written as a module",
      {
        "config/custom-environment-variables.ts": 'export default { key: "A_KEY", url: "B_URL" };',
        "config/default.ts": 'export default { key: "", url: "mongodb://localhost" };',
      },
      ["A_KEY"],
    ],
    [
      "package config, what the program asks for among very many",
      {
        "config/custom-environment-variables.ts": `export default { mail: { key: "MAIL_KEY", from: "MAIL_FROM" }, ${Array.from({ length: 30 }, (_, at) => `p${at}: "PART_${at}"`).join(", ")} };`,
        "config/default.ts": "export default { salt: 10 };",
        "src/mail.ts": 'send(config.get<string>("mail.key"), config.has("mail.from"));',
      },
      ["MAIL_KEY"],
    ],
    [
      "Spring",
      { "src/main/resources/application.yml": "a: ${A_KEY}\nb: ${B_KEY:x}\n" },
      ["A_KEY"],
      { runtime: "java" },
    ],
    [
      "Laravel",
      {
        artisan: "",
        "composer.json": '{"require":{"laravel/framework":"^12"}}',
        "config/app.php": "<?php return ['key' => env('APP_KEY'), 'name' => env('APP_NAME', 'x')];",
      },
      ["APP_KEY"],
      { runtime: "php" },
    ],
    [
      "Rails",
      { "config/credentials.yml.enc": "x", "config/database.yml": "production:\n  url: <%= ENV['DATABASE_URL'] %>\n" },
      ["DATABASE_URL", "RAILS_MASTER_KEY"],
      { runtime: "ruby" },
    ],
    [
      "the database server of Laravel's example",
      {
        artisan: "",
        "composer.json": '{"require":{"laravel/framework":"^12"}}',
        "config/database.php": "<?php return ['host' => env('DB_HOST', '127.0.0.1'), 'port' => env('DB_PORT', 3306)];",
        ".env.example": "APP_KEY=\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=3306\nDB_PASSWORD=\n",
      },
      ["APP_KEY", "DB_HOST", "DB_PASSWORD"],
      { runtime: "php" },
    ],
    [
      "no server of Laravel on SQLite",
      {
        artisan: "",
        "composer.json": '{"require":{"laravel/framework":"^12"}}',
        ".env.example": "APP_KEY=\nDB_CONNECTION=sqlite\nDB_HOST=127.0.0.1\n",
      },
      ["APP_KEY"],
      { runtime: "php" },
    ],
    [
      "the secret itself, where an example of Rails with encrypted credentials asks for it",
      {
        "config/credentials.yml.enc": "x",
        "config/application.rb": "class Application < Rails::Application\nend\n",
        ".env.example": "SECRET_KEY_BASE=secret-value\n",
      },
      ["SECRET_KEY_BASE"],
      { runtime: "ruby" },
    ],
    [
      "Rails without encrypted credentials",
      { "config/application.rb": "module Shop\n  class Application < Rails::Application\n  end\nend\n" },
      ["SECRET_KEY_BASE"],
      { runtime: "ruby" },
    ],
    [
      "Rails with secrets.yml",
      {
        "config/application.rb": "class Application < Rails::Application\nend\n",
        "config/secrets.yml": "production:\n  secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>\n",
      },
      ["SECRET_KEY_BASE"],
      { runtime: "ruby" },
    ],
    [
      "the package config, where no file gives the setting",
      {
        "config/custom-environment-variables.yml":
          "server:\n  host: A_HOST\nmail:\n  key: MAIL_KEY\n  retries:\n    __name: MAIL_RETRIES\n    __format: number\n",
        "config/default.yml": "server:\n  host: 0.0.0.0\nmail:\n  retries: 3\n",
      },
      ["MAIL_KEY"],
    ],
    [
      "what a committed .env gives a bundler, unless it is an address of this machine",
      {
        ".env": "VITE_VERSION=2.4.0\nVITE_API_URL=http://localhost:8000\n",
        "src/a.ts": "use(import.meta.env.VITE_VERSION, import.meta.env.VITE_API_URL);",
      },
      ["VITE_API_URL"],
    ],
    [
      "a Dockerfile's own values",
      { Dockerfile: "FROM node\nENV A_MODE=fast\n", "a.js": "use(process.env.A_MODE, process.env.B_KEY);" },
      ["B_KEY"],
    ],
    ["index.html of Vite", { "index.html": '<script src="%VITE_CDN_URL%"></script>' }, ["VITE_CDN_URL"]],
    [
      "broken manifests",
      { "app.json": '{"env": [', "render.yaml": "a: [", "wrangler.toml": "= =", "a.js": "use(process.env.A_KEY);" },
      ["A_KEY"],
    ],
  ];
  for (const [name, files, required, facts] of projects) {
    it(name, () => {
      expect(requiredIn(files, facts)).toEqual(required);
    });
  }
});

describe("other languages", () => {
  const projects: [name: string, files: Record<string, string>, required: string[]][] = [
    ["Python", { "app.py": 'import os\nKEY = os.environ["A_KEY"]\nB = os.getenv("B_KEY", "x")' }, ["A_KEY"]],
    [
      "settings of Flask that are asked for elsewhere",
      {
        "config.py":
          'import os\nclass Config:\n    MAIL_SERVER = os.environ.get("MAIL_SERVER")\n    A = os.environ.get("A_KEY")',
        "app.py": 'if app.config["MAIL_SERVER"]:\n    start()',
      },
      ["A_KEY"],
    ],
    [
      "what is read only where another is given",
      {
        "settings.py":
          'import os\nif "S3_BUCKET" in os.environ:\n    BUCKET = os.environ["S3_BUCKET"]\n\n    KEY = os.environ["S3_KEY"]\nelif (\n    "GS_BUCKET" in os.environ\n):\n    BUCKET = os.environ["GS_BUCKET"]\nSECRET = os.environ["SECRET_KEY"]\n',
      },
      ["SECRET_KEY"],
    ],
    [
      "what is read in production alone",
      { "settings.py": 'import os\nif os.environ.get("APP_ENV") == "production":\n    KEY = os.environ["A_KEY"]\n' },
      ["A_KEY"],
    ],
    [
      "a structure that holds the whole environment, even what platforms often give",
      {
        "config.go":
          'package main\ntype Config struct {\n\tPort string `env:"HTTP_PORT,required"`\n\tLevel string `env:"LOG_LEVEL,required"`\n\tURL string `env:"PG_URL,required"`\n}',
      },
      ["HTTP_PORT", "LOG_LEVEL", "PG_URL"],
    ],
    ["a library of Python", { "app.py": "from openai import OpenAI\nclient = OpenAI()" }, ["OPENAI_API_KEY"]],
    [
      "a layer of an application that is called infrastructure, not programs that set up servers",
      {
        "infrastructure/db.go": 'package db\nfunc Open() { open(os.Getenv("A_KEY")) }',
        "infra/stack.ts": "new Stack(process.env.B_KEY);",
        "src/infra/mail.ts": "send(process.env.C_KEY);",
      },
      ["A_KEY", "C_KEY"],
    ],
    ["Go", { "main.go": 'package main\nfunc main() { key := os.Getenv("A_KEY"); use(key) }' }, ["A_KEY"]],
    [
      "Rust with clap",
      {
        "src/config.rs":
          "#[derive(clap::Parser)]\nstruct Config {\n    #[clap(long, env)]\n    pub database_url: String,\n    #[clap(long, env)]\n    pub other: Option<String>,\n}",
      },
      ["DATABASE_URL"],
    ],
  ];
  for (const [name, files, required] of projects) {
    it(name, () => {
      expect(requiredIn(files)).toEqual(required);
    });
  }
});

it("knows the settings of Flask for which nothing is as good as a value", () => {
  const files = {
    "config.py": 'import os\nSERVER_NAME = os.environ.get("SERVER_NAME")\nA = os.environ.get("A_KEY")\n',
  };
  expect(requiredIn(files, { runtime: "python", framework: "flask" })).toEqual(["A_KEY"]);
});

function only(files: Record<string, string>, facts: Parameters<typeof variablesIn>[1] = {}): EnvVariable {
  const found = variablesIn(files, facts);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe("what is said of a variable", () => {
  it("says all there is", () => {
    const files = {
      "src/db.ts": "\n\nconnect(process.env.DATABASE_URL!);\n",
      ".env.example": "# Where the data is\nDATABASE_URL=postgresql://user:password@localhost:5432/app\n",
    };
    expect(only(files)).toEqual({
      key: "DATABASE_URL",
      required: true,
      because: "nothing takes its place where it is read",
      sensitive: true,
      public: false,
      class: "run",
      description: "Where the data is",
      example: "postgresql://user:password@localhost:5432/app",
      validation: "database-url",
      foundIn: ["src/db.ts:3", ".env.example:2"],
    });
  });

  it.each<[because: string, required: boolean, files: Record<string, string>]>([
    ["the program stops or refuses its work without it", true, { "a.ts": "if (!process.env.KEY) throw new Error();" }],
    ["the code works without it", false, { "a.ts": 'use(process.env.KEY ?? "none");' }],
    ["an empty value is as good", false, { "a.ts": 'use(process.env.FLAVOUR || "");' }],
    ["its example calls it optional", false, { "a.ts": "use(process.env.KEY);", ".env.example": "# Optional\nKEY=\n" }],
    [
      "the README calls it optional",
      false,
      { "a.ts": "use(process.env.API_KEY);", "README.md": "## Optional settings\n- `API_KEY`: the key\n" },
    ],
    ["nothing was seen to read it", false, { "a.ts": "use(process.env.A!);", ".env.example": "A=\nOTHER=1\n" }],
  ])("says why: %s", (because, required, files) => {
    expect(variablesIn(files).find(({ key }) => key !== "A")).toMatchObject({ required, because });
  });

  it("never repeats a value of an example that may be a real secret", () => {
    const real = "q".repeat(3) + "8Zx1".repeat(8);
    const found = only({ "a.ts": "use(process.env.A_TOKEN);", ".env.example": `A_TOKEN=${real}` });
    expect(JSON.stringify(found)).not.toContain(real);
  });

  const classes: [key: string, source: string, path: string, built: "build" | "run", framework?: string][] = [
    ["NEXT_PUBLIC_URL", "use(process.env.NEXT_PUBLIC_URL)", "a.ts", "build"],
    ["VITE_URL", "use(import.meta.env.VITE_URL)", "src/a.ts", "build"],
    ["A_URL", "use(process.env.A_URL)", "a.ts", "run"],
    ["A_URL", "use(process.env.A_URL)", "next.config.js", "build"],
    ["A_URL", 'import { A_URL } from "$env/static/private";', "src/a.ts", "build"],
    [
      "PUBLIC_URL_A",
      'import { env } from "$env/dynamic/public";\nuse(env.PUBLIC_URL_A)',
      "src/a.ts",
      "run",
      "sveltekit",
    ],
    ["NUXT_PUBLIC_URL", "use(process.env.NUXT_PUBLIC_URL)", "server/a.ts", "run", "nuxt"],
    ["EXPO_PUBLIC_URL", "use(process.env.EXPO_PUBLIC_URL)", "a.ts", "build"],
  ];
  for (const [key, source, path, built, framework] of classes) {
    it(`${key} in ${path} is a matter of ${built === "build" ? "building" : "running"}`, () => {
      const found = only({ [path]: source }, framework === undefined ? {} : { framework });
      expect([found.key, found.class]).toEqual([key, built]);
    });
  }

  it("knows what reaches the browser, and that it is no secret", () => {
    expect(only({ "a.ts": "use(process.env.NEXT_PUBLIC_API_KEY)" })).toMatchObject({ public: true, sensitive: false });
    expect(only({ "a.ts": "use(process.env.A_API_KEY)" })).toMatchObject({ public: false, sensitive: true });
  });
});

describe("where it looks", () => {
  const workspace = {
    "package.json": JSON.stringify({ workspaces: ["apps/*", "packages/*"] }),
    "apps/web/package.json": JSON.stringify({ name: "web", dependencies: { "@x/db": "*", api: "*" } }),
    "apps/web/src/a.ts": "use(process.env.WEB_KEY);",
    "apps/api/package.json": JSON.stringify({ name: "api" }),
    "apps/api/src/a.ts": "use(process.env.API_KEY_X);",
    "packages/db/package.json": JSON.stringify({ name: "@x/db", dependencies: { "@x/log": "*" } }),
    "packages/db/src/a.ts": "use(process.env.DATABASE_URL);",
    "packages/log/package.json": JSON.stringify({ name: "@x/log" }),
    "packages/log/src/a.ts": "use(process.env.TRACE_KEY);",
    "packages/mail/package.json": JSON.stringify({ name: "@x/mail" }),
    "packages/mail/src/a.ts": "use(process.env.MAIL_KEY);",
    ".env.example": "# The page\nWEB_KEY=\n",
  };
  it("looks into the packages a service depends on, and not into other applications", () => {
    expect(requiredIn(workspace, { directory: "apps/web" })).toEqual(["DATABASE_URL", "TRACE_KEY", "WEB_KEY"]);
  });
  it("reads the example at the root of the repository", () => {
    const found = variablesIn(workspace, { directory: "apps/web" }).find(({ key }) => key === "WEB_KEY");
    expect(found?.description).toBe("The page");
  });
  it("tells places from the root of the project", () => {
    const found = variablesIn(workspace, { directory: "apps/web" }).find(({ key }) => key === "DATABASE_URL");
    expect(found?.foundIn).toEqual(["packages/db/src/a.ts:1"]);
  });
  it("passes over bundles", () => {
    const bundle = `var a=1;${"x=process.env.A_KEY;".repeat(3_000)}`;
    expect(variablesIn({ "src/lib.js": bundle })).toEqual([]);
  });
  it("reads UTF-16", () => {
    using tree = treeOf({ "a.js": Buffer.from("\uFEFFuse(process.env.A_KEY);", "utf16le") });
    const found = detectVariables(projectOf(new Tree(tree.root)), ".", server);
    expect(found.map(({ key }) => key)).toEqual(["A_KEY"]);
  });
});
