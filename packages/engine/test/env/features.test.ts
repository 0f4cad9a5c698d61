import { describe } from "vitest";
import { requiredTable } from "./required.ts";

describe("features that are switched off unless somebody switches them on", () => {
  requiredTable({
    "what is thrown for, though another service of a vendor of many is asked for first": {
      files: {
        "mail.js": `if (!process.env.GOOGLE_SCRIPT_URL) throw new Error("GOOGLE_SCRIPT_URL is not defined");`,
        "safe.js": `if (process.env.GOOGLE_SAFE_KEY) look(process.env.GOOGLE_SAFE_KEY);`,
        ".env.example": "SITE_NAME=\n",
      },
      required: ["GOOGLE_SCRIPT_URL"],
    },
    "what an example names for itself is given by nobody": {
      files: {
        "db.js": `connect({ host: process.env.PG_HOST, password: process.env.PG_PASSWORD, url: process.env.SITE_LINK });`,
        ".env.example": "PG_HOST=${PG_HOST}\nPG_PASSWORD=${PG_PASSWORD}\nSITE_LINK=${PG_HOST}\n",
      },
      required: ["PG_HOST", "PG_PASSWORD"],
    },
    "secrets with names in camel case": {
      files: {
        "bot.js": `sign(process.env.jwtPrivateKey); connect({ key: process.env.apiKey, user: process.env.userName });`,
      },
      required: ["apiKey", "jwtPrivateKey"],
    },
    "the part of a connection that the example forgot, or spelled otherwise": {
      files: {
        "db.ts": `connect({ user: process.env.PG_USER, password: process.env.PG_PASSWORD, host: process.env.PG_HOST, database: process.env.PG_DATABASE });
          use(process.env.SITE_HOST_NAME);`,
        ".env.example": "PG_USER=a\nPG_PASSWORD=b\nPG_HOST=localhost\nPG_DATABSE=c\n",
      },
      required: ["PG_DATABASE", "PG_HOST", "PG_PASSWORD", "PG_USER"],
    },
    "what is read behind a return for a switch that is off": {
      files: {
        "oidc.js": `async function start() {
            if (process.env.OIDC_ENABLED !== "true") { console.log("off"); return; }
            const issuer = process.env.OIDC_ISSUER_URL;
            if (!issuer) throw new Error("no issuer");
            discover(issuer, process.env.OIDC_CLIENT_SECRET);
          }
          use(process.env.SITE_SECRET);`,
      },
      required: ["SITE_SECRET"],
    },
    "what is read under a switch with a name": {
      files: {
        "mail.ts": `const MAIL_ENABLED = process.env.MAIL_ENABLED === "true";
          if (MAIL_ENABLED) { connect(process.env.MAIL_PASSWORD); }
          export function send() {
            if (!MAIL_ENABLED) { return; }
            post(process.env.MAIL_API_KEY);
          }
          use(process.env.SITE_SECRET);`,
      },
      required: ["SITE_SECRET"],
    },
    "all of it where the example switches it on": {
      files: {
        "mail.ts": `if (process.env.MAIL_ENABLED !== "true") { return; } post(process.env.MAIL_API_KEY);`,
        ".env.example": "MAIL_ENABLED=true\nMAIL_API_KEY=\n",
      },
      required: ["MAIL_API_KEY"],
    },
    "what is read behind a return for what is missing": {
      files: {
        "mail.ts": `export function send() {
            if (!process.env.SMTP_HOST) { console.log("mail is off"); return; }
            connect(process.env.SMTP_HOST, process.env.SMTP_PASSWORD);
          }`,
      },
      required: [],
    },
  });
});

describe("one of several ways, chosen by a variable", () => {
  requiredTable({
    "what one kind of store needs": {
      files: {
        "store.ts": `const { STORAGE_TYPE, S3_SECRET, AZURE_SECRET } = process.env;
          switch (STORAGE_TYPE ?? "fs") {
            case "s3": invariant(S3_SECRET); break;
            case "azure": invariant(AZURE_SECRET); break;
          }
          use(process.env.SITE_SECRET);`,
      },
      required: ["SITE_SECRET"],
    },
  });
});

describe("values that have another one in their place", () => {
  requiredTable({
    "what a function is given, and a literal behind it": {
      files: {
        "config.ts": `const a = { secure: asFlag(process.env.LINK_SECURE_TOKEN) || false, key: load(process.env.LINK_KEY) };`,
      },
      required: ["LINK_KEY"],
    },
    "a switch that is read as one": {
      files: { "config.ts": `const a = { keep: parseBoolean(process.env.KEEP_TOKEN), key: process.env.LINK_KEY };` },
      required: ["LINK_KEY"],
    },
    "not a switch that is read by what stops without it": {
      files: {
        "env.ts": `export function getOsEnv(key: string): string {
            if (typeof process.env[key] === "undefined") { throw new Error("no " + key); }
            return process.env[key] as string;
          }`,
        "config.ts": `const a = { banner: toBool(getOsEnv("APP_BANNER")) };`,
      },
      required: ["APP_BANNER"],
    },
    "what is handed to a class with a type of its own": {
      files: {
        "bot.ts": `export const bot = new Bot<MyContext>(process.env.TOKEN);`,
        ".env.sample": "TOKEN=123456789:ABCDEFGH\nSALT=1234567890\nADMIN_ID=12345\n",
      },
      required: ["TOKEN"],
    },
    "nothing of several names of which the last has a value": {
      files: {
        "a.ts": `const amount = Number(process.env.PAY_KEY || process.env.PAY_TOKEN || process.env.PAY_SECRET || 699);`,
      },
      required: [],
    },
    "what is outside of a schema that only says where the program runs": {
      files: {
        "app.ts": `import Joi from "joi";
          const schema = Joi.object({ NODE_ENV: Joi.string().required(), PROFILE: Joi.string().required(), PORT: Joi.number().required() });
          mail({ host: configService.get<string>("SMTP_HOST"), pass: configService.get<string>("SMTP_PASSWORD") });`,
        ".env.example": "NODE_ENV=\nPROFILE=local\nPORT=3000\nSMTP_HOST=\nSMTP_PASSWORD=\n",
      },
      required: ["PROFILE", "SMTP_HOST", "SMTP_PASSWORD"],
    },
    "the names bots give their variables": {
      files: {
        "config.js": `module.exports = { token: process.env.token || "", clientId: process.env.clientId || "", color: process.env.color };`,
      },
      required: ["clientId", "token"],
    },
    "what a schema refuses in production": {
      files: {
        "env.ts": `import { z } from "zod";
          export const schema = z.object({ NODE_ENV: z.string(), TOKEN: z.string(), CLIENT_KEY: z.string(),
            GUILD_KEY: z.string().optional(), AXIOM_TOKEN: z.string().optional(), AXIOM_ORG_ID: z.string().optional(),
            CORS_KEY: z.string().optional() })
            .refine((env) => { if (env.NODE_ENV !== "development") return true; return !!env.GUILD_KEY; })
            .refine((env) => { if (env.NODE_ENV !== "production") return true; return !!env.AXIOM_TOKEN && !!env.AXIOM_ORG_ID; })
            .refine((env) => env.NODE_ENV !== "production" || !!env.CORS_KEY, { message: "no" });`,
      },
      required: ["AXIOM_ORG_ID", "AXIOM_TOKEN", "CLIENT_KEY", "CORS_KEY", "TOKEN"],
    },
    "what is set to nothing but itself": {
      files: {
        "index.ts": `import "dotenv/config";
process.env.JWT_SIGNATURE = process.env.JWT_SIGNATURE || undefined;
process.env.MODE_KEY = process.env.MODE_KEY || "memory";
if (process.env.JWT_SIGNATURE === undefined) { throw new Error("no signature"); }
use(process.env.MODE_KEY, process.env.__NEXT_ROUTER_KEY);`,
      },
      required: ["JWT_SIGNATURE"],
    },
    "one of two names a function insists on": {
      files: {
        "config.ts": `function required_env_one_of(names: string[]): string {
            for (const name of names) { const value = process.env[name]; if (value) return value; }
            throw new Error("none"); }
          export const token = process.env.DISCORD_TOKEN || process.env.DISCORD_BOT_TOKEN || "";
          required_env_one_of(["DISCORD_TOKEN", "DISCORD_BOT_TOKEN"]);`,
      },
      required: ["DISCORD_TOKEN"],
    },
    "no secret of the programs beside pages that are only built": {
      files: {
        "web/src/main.ts": `fetch(import.meta.env.VITE_API_KEY!);`,
        "web/package.json": "{}",
        ".env.example": "VITE_API_KEY=\n\n# Must be set in production.\nENCRYPTION_KEY=\n",
      },
      required: ["VITE_API_KEY"],
      facts: { kind: "static", framework: "vite" },
      directory: "web",
    },
    "nothing of where a server for development listens": {
      files: {
        "vite.env.config.ts": `export const env = { host: process.env.VITE_HOST!, port: process.env.VITE_PORT! };`,
        "src/a.ts": `use(import.meta.env.VITE_API_KEY!, process.env.NODE_TEST_CONTEXT!);`,
      },
      required: ["VITE_API_KEY"],
    },
    "what a comparison asks instead of": {
      files: {
        "vite.config.mjs": `function shouldBuildTests(mode) { return mode !== "production" || process.env.FORCE_BUILD_KEY; }`,
        "a.js": `use(process.env.LINK_KEY);`,
      },
      required: ["LINK_KEY"],
    },
    "what the project's own settings may hold, unless the example asks for it": {
      files: {
        "a.ts": `import { config } from "./config";
          export const key = config.services?.openai?.apiKey || process.env.OPENAI_API_KEY;
          export const other = config.mail?.key ?? process.env.MAIL_KEY;`,
        ".env.example": "MAIL_KEY=\n",
      },
      required: ["MAIL_KEY"],
    },
    "no password of a database that may have none": {
      files: { "a.ts": `connect({ user: process.env.MONGODB_USER || "", pass: process.env.MONGODB_PASSWORD || "" });` },
      required: [],
    },
    "bindings of a Worker that may be missing": {
      files: {
        "worker.ts": `export type Bindings = { DB: D1Database; JWT_SECRET: string; FRONTEND_URL: string | undefined;
          PASS_LIST: string | string[] | undefined };`,
      },
      required: ["JWT_SECRET"],
    },
    "what a named question leaves to development": {
      files: {
        "bot.js": `const LIVE = process.env.NODE_ENV === 'production';
client.login(LIVE ? process.env.DISCORD_TOKEN : process.env.BETA_DISCORD_TOKEN);`,
        ".env.example": "DISCORD_TOKEN=YourToken\nBETA_DISCORD_TOKEN=YourToken\n",
      },
      required: ["DISCORD_TOKEN"],
    },
    "what only decorates": {
      files: {
        "conf.js": `const buttons = { active: process.env.DONATION_BUTTON_ACTIVE, link: process.env.DONATION_BUTTON_LINK,
          title: process.env.DONATION_BUTTON_TITLE, version: process.env.VERSION };`,
      },
      required: [],
    },
  });
});

describe("what a program says of a variable that is missing", () => {
  requiredTable({
    "who complains and goes on needs it": {
      files: {
        "check.ts": `const { SHOP_KEY: key, SHOP_NAME: name } = process.env;
          let errors = 0;
          if (typeof key === "undefined") { console.error("no key"); errors++; }
          if (!name) console.error("no name");`,
      },
      required: ["SHOP_KEY", "SHOP_NAME"],
    },
    "who warns can do without, and so can who gives up": {
      files: {
        "check.ts": `if (!process.env.SHOP_KEY) console.warn("no shop");
          function pay() { if (!process.env.PAY_KEY) { console.error("no pay"); return; } charge(process.env.PAY_KEY); }`,
      },
      required: [],
    },
    "an error that is handed back is one": {
      files: {
        "env.ts": `export function level() { const raw = process.env.PUBLIC_LEVEL; if (!raw) { return Err(missing()); } return Ok(raw); }`,
      },
      required: ["PUBLIC_LEVEL"],
    },
  });
});

describe("what insists on a variable, and what only looks at it", () => {
  requiredTable({
    "a client that throws without its key": {
      files: {
        "bot.ts": `client.login(process.env.CHAT_TOKEN);`,
        "commands.ts": `const token = process.env.CHAT_TOKEN;\nif (!token) { console.error("no token"); return; }\nregister(token);`,
      },
      required: ["CHAT_TOKEN"],
    },
    "a report of the program's health": {
      files: {
        "image.ts": `upload(process.env.IMAGE_KEY);`,
        "src/modules/health/health.service.ts": `export const images = process.env.IMAGE_KEY ? "up" : "down";`,
      },
      required: ["IMAGE_KEY"],
    },
    "a database that is only asked for, where no example tells of it": {
      files: {
        "db.ts": `if (process.env.MONGO_URI !== undefined) connect(process.env.MONGO_URI);`,
        "index.ts": `listen(process.env.PORT || 3000);`,
      },
      required: ["MONGO_URI"],
    },
    "what whoever calls may give instead": {
      files: { "send.ts": `export const send = (options) => post(options?.batch ?? process.env.BATCH_SIZE);` },
      required: [],
    },
    "a way that is not taken unless somebody says so": {
      files: {
        "db.ts": `const provider = process.env.DB_PROVIDER || "local";
          if (provider === "cloud") { const url = process.env.CLOUD_DB; if (!url) throw new Error("no cloud"); connect(url); }
          connect(process.env.LOCAL_DB_PATH);`,
        ".env.example": "DB_PROVIDER=local\nCLOUD_DB=\nLOCAL_DB_PATH=\n",
      },
      required: ["LOCAL_DB_PATH"],
    },
    "signing keys among many variables": {
      files: {
        "all.ts": `${Array.from({ length: 30 }, (_, at) => `use(process.env.PART_NUMBER_${"ABCDEFGHIJKLMNOPQRSTUVWXYZ1234"[at]});`).join("\n")}
          sign(process.env.JWT_ACCESS_TOKEN_SECRET, process.env.REFRESH_TOKEN_SECRET);`,
      },
      required: ["JWT_ACCESS_TOKEN_SECRET", "REFRESH_TOKEN_SECRET"],
    },
    "all that its example lists, where dotenv-safe looks": {
      files: {
        "index.js": `require("dotenv-safe").config();\nif (process.env.USE_CACHE === "true") cache(process.env.CACHE_HOST);`,
        "package.json": `{"dependencies":{"dotenv-safe":"9"}}`,
        ".env.example": "USE_CACHE=false\nCACHE_HOST=127.0.0.1\n# CACHE_NAME=\nPORT=3000\n",
      },
      required: ["CACHE_HOST", "USE_CACHE"],
    },
    "a README that shows some of them": {
      files: {
        "a.ts": "ABCDE"
          .split("")
          .map((letter) => `use(process.env.${letter}_SECRET);`)
          .join("\n"),
        "b.ts": `upload(process.env.IMAGE_API_KEY, process.env.MAIL_API_KEY);`,
        "README.md": `\`\`\`env\n${"ABCDE"
          .split("")
          .map((letter) => `${letter}_SECRET=your_secret`)
          .join("\n")}\n\`\`\`\n`,
      },
      required: ["A_SECRET", "B_SECRET", "C_SECRET", "D_SECRET", "E_SECRET", "IMAGE_API_KEY", "MAIL_API_KEY"],
    },
    "names taken out of what stands for the whole environment": {
      files: {
        "env.ts": `export const env = process.env;`,
        "mail.ts": `import { env } from "./env";\nconst { MAIL_HOST, MAIL_PORT = "25" } = env;\nsend(MAIL_HOST, MAIL_PORT);`,
      },
      required: ["MAIL_HOST"],
    },
    "a schema in a file that reads nothing itself": {
      files: {
        "config.ts": `import { z } from "zod";\nexport const schema = z.object({ SITE_ORIGIN: z.string().default("*"), SITE_KEY: z.string() });`,
        "main.ts": `app.enableCors({ origin: configService.get("SITE_ORIGIN") });`,
      },
      required: ["SITE_KEY"],
    },
    "what a library of a package of the workspace reads": {
      files: {
        "package.json": `{"workspaces":["apps/*","packages/*"]}`,
        "apps/web/package.json": `{"name":"web","dependencies":{"db":"workspace:*"}}`,
        "packages/db/package.json": `{"name":"db","dependencies":{"@vercel/postgres":"1"}}`,
        "packages/db/index.ts": `import { sql } from "@vercel/postgres";\nexport const all = () => sql\`select 1\`;`,
      },
      directory: "apps/web",
      required: ["POSTGRES_URL"],
    },
  });
});

describe("files of which a program takes one", () => {
  const files = {
    "storage.ts": `import { LocalStorage } from "./local";
      import { CloudStorage as Cloud } from "./cloud";
      const driver = (process.env.STORAGE_DRIVER ?? "local") as Driver;
      export function storage() {
        switch (driver) {
          case "cloud": return new Cloud();
          case "local": return new LocalStorage();
        }
      }`,
    "local.ts": `export class LocalStorage { folder = process.env.LOCAL_FOLDER; }`,
    "cloud/index.ts": `export class CloudStorage { key = process.env.CLOUD_KEY; }`,
    "main.ts": `use(process.env.SITE_SECRET);`,
  };
  requiredTable({
    "none of them is needed where nobody says which": { files, required: ["SITE_SECRET"] },
    "the one that the example takes is": {
      files: { ...files, ".env.example": "STORAGE_DRIVER=cloud\nCLOUD_KEY=\nLOCAL_FOLDER=\nSITE_SECRET=\n" },
      required: ["CLOUD_KEY", "SITE_SECRET"],
    },
    "what the code takes when nobody says is": {
      files: {
        "factory.ts": `import { Gmail } from './gmail';\nimport { Grid } from './grid';\nexport class Factory {\n  make() {\n    const providerName = this.config\n      .get<string>('EMAIL_PROVIDER')\n      ?.toLowerCase() || 'gmail';\n    switch (providerName) {\n      case 'gmail':\n      case 'gmail-smtp':\n        return new Gmail(this.config);\n      case 'grid':\n        return new Grid(this.config);\n      default:\n        return new Gmail(this.config);\n    }\n  }\n}`,
        "gmail.ts": `export class Gmail { user = process.env.GMAIL_USER!; }`,
        "grid.ts": `export class Grid { key = process.env.GRID_KEY!; }`,
      },
      required: ["GMAIL_USER"],
    },
    "a setting of the project's own chooses": {
      files: {
        "index.js": `import mail from "./mail.js";\nimport post from "./post.js";\nswitch (config.newsletter) {\ncase 'mail': return mail(x);\ncase 'post': return post(x);\n}`,
        "mail.js": `export default (x) => send(process.env.MAIL_KEY);`,
        "post.js": `export default (x) => send(process.env.POST_KEY);`,
        ".env.example": "MAIL_KEY=\nPOST_KEY=\n",
      },
      required: [],
    },
    "what is done for an event is needed all the same": {
      files: {
        "hook.ts": `import { paid } from "./paid";\nimport { failed } from "./failed";\nconst kind = event.type\nconst folder = process.env.PAID_FOLDER ?? "paid"\nswitch (kind) {\ncase "paid": return paid();\ncase "failed": return failed();\n}`,
        "paid.ts": `export const paid = () => send(process.env.PAID_KEY);`,
        "failed.ts": `export const failed = () => send(process.env.FAILED_KEY);`,
      },
      required: ["FAILED_KEY", "PAID_KEY"],
    },
  });
});
