import { describe } from "vitest";
import { requiredTable } from "./required.ts";

describe("where a variable is read", () => {
  requiredTable({
    "nothing for the ways an object offers beside the one taken": {
      files: {
        "config/database.js": `module.exports = ({ env }) => {
          const client = env("DATABASE_CLIENT", "sqlite");
          const connections = {
            postgres: { connection: { connectionString: env("DATABASE_URL"), key: env("STORE_KEY") } },
            sqlite: { connection: { filename: env("STORE_FILE") } },
          };
          return { connection: { client, ...connections[client] } };
        };`,
        ".env.example": "TITLE=\nSTORE_FILE=\n",
      },
      required: ["STORE_FILE"],
    },
    "what the example chooses of the ways an object offers": {
      files: {
        "config/database.js": `const client = process.env.STORE_CLIENT || "sqlite";
          const connections = { postgres: { key: process.env.STORE_KEY }, sqlite: { file: process.env.STORE_FILE } };
          module.exports = connections[client];`,
        ".env.example": "STORE_CLIENT=postgres\nSTORE_KEY=\n",
      },
      required: ["STORE_KEY"],
    },
    // One look for each of them would take minutes.
    "what is read beside ten thousands of things looked up": {
      files: {
        "src/table.js": `const key = process.env.SIGNATURE!;\n${Array.from(
          { length: 40_000 },
          (_none, at) => `const part${at} = table${at}[name${at}];\n`,
        ).join("")}`,
      },
      required: ["SIGNATURE"],
    },
    "what a client or a token does not come into being without, though the example leaves it out": {
      files: {
        "src/ask.ts": `import OpenAI from "openai";
          export const client = new OpenAI({ apiKey: process.env.MODEL_KEY });
          export const sign = (id: string) => jwt.sign({ id }, process.env.SIGNATURE, { expiresIn: "1h" });`,
        "src/store.ts": `open(process.env.AA_KEY, process.env.BB_KEY, process.env.CC_KEY, process.env.EE_KEY, process.env.FF_KEY, process.env.TITLE);`,
        ".env.example": "AA_KEY=\nBB_KEY=\nCC_KEY=\nEE_KEY=\nFF_KEY=\n",
      },
      required: ["AA_KEY", "BB_KEY", "CC_KEY", "EE_KEY", "FF_KEY", "MODEL_KEY", "SIGNATURE"],
    },
    "what the one who signs people in is told in its element, though the example leaves it out": {
      files: {
        "src/main.tsx": `root.render(<Auth0Provider domain={import.meta.env.VITE_TENANT} clientId={import.meta.env.VITE_CLIENT}
          authorizationParams={{ audience: import.meta.env.VITE_AUDIENCE }}><App /></Auth0Provider>);`,
        "src/store.ts": `open(import.meta.env.VITE_AA, import.meta.env.VITE_BB, import.meta.env.VITE_CC, import.meta.env.VITE_EE, import.meta.env.VITE_FF, import.meta.env.VITE_TITLE);`,
        ".env.example": "VITE_AA=\nVITE_BB=\nVITE_CC=\nVITE_EE=\nVITE_FF=\n",
      },
      required: ["VITE_AA", "VITE_BB", "VITE_CC", "VITE_CLIENT", "VITE_EE", "VITE_FF", "VITE_TENANT"],
    },
    "the secret Auth.js is given from the settings of Nuxt, and not its own": {
      files: {
        "package.json": `{"dependencies":{"@auth/core":"0","nuxt":"3"}}`,
        "nuxt.config.ts": `export default defineNuxtConfig({ runtimeConfig: { authJs: { secret: process.env.NUXT_AUTH_JS_SECRET } } });`,
        "server/api/auth/[...].ts": `import Passkey from "@auth/core/providers/passkey";
          const runtimeConfig = useRuntimeConfig();
          export const options = { secret: runtimeConfig.authJs.secret, providers: [Passkey] };`,
        ".env.example": "NUXT_AUTH_JS_SECRET=\n",
      },
      required: ["NUXT_AUTH_JS_SECRET"],
    },
    "nothing that has a value of its own behind a cast": {
      files: {
        "src/store.ts": `open({ kind: process.env.STORE_KIND as any || "small", name: process.env.STORE_NAME as any });`,
      },
      required: ["STORE_NAME"],
    },
    "what stops the program where it is empty, and empty where nothing is given": {
      files: {
        "src/store.ts": `const name = process.env.BUCKET_NAME || "";
          const access = process.env.BUCKET_ACCESS || "";
          const title = process.env.BUCKET_TITLE || "";
          if (!name || !access) { throw new Error("missing"); }
          open(name, access, title);`,
      },
      required: ["BUCKET_ACCESS", "BUCKET_NAME"],
    },
    "what a library reads by itself, though the schema of the variables leaves it out": {
      files: {
        "package.json": `{"dependencies":{"@ai-sdk/openai":"2","zod":"4"}}`,
        "src/env.ts": `import { z } from "zod"; export const env = z.object({ SITE_NAME: z.string(), SITE_KEY: z.string(), SITE_MAIL: z.string() }).parse(process.env);`,
        "src/ask.ts": `import { openai } from "@ai-sdk/openai"; export const model = openai("small");`,
      },
      required: ["OPENAI_API_KEY", "SITE_KEY", "SITE_MAIL", "SITE_NAME"],
    },
    "no field of settings that are the project's own": {
      files: {
        "src/config/env.ts": `export const env = { token: process.env.BOT_TOKEN, nodeEnv: process.env.NODE_ENV };`,
        "src/bot.ts": `import { env } from "./config/env"; client.login(env.token); connect(env.mongoUri);`,
      },
      required: ["BOT_TOKEN"],
    },
    "no secret of NextAuth, which the project is without": {
      files: {
        "package.json": `{"dependencies":{"@nestjs/core":"11","google-auth-library":"10"}}`,
        "src/main.ts": `open(process.env.SITE_KEY);`,
        ".env.example": "SITE_KEY=\nNEXTAUTH_SECRET=\n",
      },
      required: ["SITE_KEY"],
    },
    "a secret that tokens are checked with, whatever is forgiven of the tokens": {
      files: {
        "src/auth.ts": `export class Auth {
          sign(id) { return this.jwt.signAsync({ id }, { secret: this.config.get("REFRESH_TOKEN_SECRET") }); }
          async check(token) { try { return await this.jwt.verifyAsync<Id>(token, { secret: this.config.get("REFRESH_TOKEN_SECRET") }); } catch (error) { return undefined; } }
        }`,
        ".env.example": "REFRESH_TOKEN_SECRET=\n",
      },
      required: ["REFRESH_TOKEN_SECRET"],
    },
    "what the server's side of Supabase reads by itself": {
      files: {
        "package.json": `{"devDependencies":{"@nuxtjs/supabase":"1"}}`,
        "server/api/all.ts": `import { serverSupabaseServiceRole } from "#supabase/server";
          export default defineEventHandler((event) => serverSupabaseServiceRole(event).from("all"));`,
      },
      required: ["SUPABASE_SERVICE_KEY"],
    },
    "the text among the bindings of requests that Node answers is nobody's to give": {
      files: {
        "package.json": `{"dependencies":{"hono":"4","@hono/node-server":"1"}}`,
        "src/types.ts": `import type { Hono } from "hono";\nexport type App = Hono<{ Bindings: { SIGNING_KEY: string } }>;`,
        "src/app.ts": `open(process.env.STORE_KEY!);`,
      },
      required: ["STORE_KEY"],
    },
    "what an adapter to Workers answers, where the types call it a text": {
      files: {
        "env.d.ts": "interface CloudflareEnv {\n\tGUILD_NAME: string;\n\tPAGES: KVNamespace;\n}\n",
        "src/route.ts": `import { getRequestContext } from "@cloudflare/next-on-pages";
          export async function GET() { const { env } = getRequestContext(); return list(env.GUILD_NAME, env.PAGES); }`,
      },
      required: ["GUILD_NAME"],
    },
    "a switch that is off when it is not set, whoever refuses then": {
      files: {
        "config.js": `const { toBooleanConfig } = require("./words");
          module.exports = { allowGuests: toBooleanConfig(process.env.ALLOW_GUESTS), siteKey: process.env.SITE_KEY };`,
        "note.js": `const config = require("./config");
          function note() { if (!config.allowGuests) { throw new Error("Forbidden"); } if (!config.siteKey) throw new Error("no key"); }`,
      },
      required: ["SITE_KEY"],
    },
    "the key of a model, under the name of a constant, and not the library's own": {
      files: {
        "package.json": `{"dependencies":{"@ai-sdk/google":"1"}}`,
        "src/chat.ts": `import { createGoogleGenerativeAI } from "@ai-sdk/google";
          import { OWN_API_KEY } from "$env/static/private";
          const google = createGoogleGenerativeAI({ apiKey: OWN_API_KEY });
          ask(google("small"));`,
      },
      required: ["OWN_API_KEY"],
    },
    "the secret NextAuth is given, under whatever name, though the example leaves it out": {
      files: {
        "package.json": `{"dependencies":{"next-auth":"4"}}`,
        "pages/api/auth.ts": `import NextAuth from "next-auth";
          export default NextAuth({ providers: [], secret: process.env.NEXT_AUTH_SECRET });`,
        "lib/store.ts": `open(process.env.AA_KEY, process.env.BB_KEY, process.env.CC_KEY, process.env.FF_KEY, process.env.EE_KEY, process.env.TITLE);`,
        ".env.example": "AA_KEY=\nBB_KEY=\nCC_KEY=\nFF_KEY=\nEE_KEY=\n",
      },
      required: ["AA_KEY", "BB_KEY", "CC_KEY", "EE_KEY", "FF_KEY", "NEXT_AUTH_SECRET"],
    },
    "the part of a connection to a queue that the example forgot": {
      files: {
        "src/queue.ts": `export const url = \`amqp://\${process.env.RMQ_USER}:\${process.env.RMQ_PASSWORD}@\${process.env.RMQ_HOST}\`; note(process.env.QUEUE_NOTE);`,
        ".env.example": "RMQ_USER=\nRMQ_PASSWORD=\nTITLE=\n",
      },
      required: ["RMQ_HOST", "RMQ_PASSWORD", "RMQ_USER"],
    },
    "tests set what the program needs, by whatever name their folder has": {
      files: {
        "unit-tests/setup.ts": `process.env.ORDERS_KEY = process.env.ORDERS_KEY || "test";`,
        "src/app.ts": `open(process.env.ORDERS_KEY!);`,
      },
      required: ["ORDERS_KEY"],
    },
    "functions of a site may each have a manifest": {
      files: {
        "web/package.json": "{}",
        "web/functions/mail/package.json": "{}",
        "web/functions/mail/mail.js": "exports.handler = () => send(process.env.SENDING_KEY);",
      },
      directory: "web",
      required: ["SENDING_KEY"],
    },
    "what one place does nothing without, and another claims to be there": {
      files: {
        "src/middleware.ts": `export function session() { const key = process.env.SITE_KEY; if (!key) { return; } read(key); }`,
        "src/client.ts": `export const client = open(process.env.SITE_KEY!);`,
      },
      required: ["SITE_KEY"],
    },
    "the name of a cloud is of no use empty": {
      files: { "src/secret.ts": `export const cloud = process.env.CLOUD_NAME || "";` },
      required: ["CLOUD_NAME"],
    },
    "the types a Worker's tool writes tell variables from stores": {
      files: {
        "package.json": "{}",
        "worker-configuration.d.ts": `interface Env {
\tSITE_NAME: "shop";
\tMAIL_USER: string;
\tFILES: R2Bucket;
}`,
        "src/index.ts": "export const send = (c) => post(c.env.MAIL_USER, c.env.SITE_NAME, c.env.FILES);",
      },
      required: ["MAIL_USER"],
    },
    "constants name it": {
      files: {
        "src/keys.ts": `export enum EnvKeys { STORE_KEY = "STORE_KEY" }\nexport const ENV_SITE_KEY = "SITE_KEY";`,
        "src/app.ts": `open(process.env[EnvKeys.STORE_KEY]);
          use(this.configService.get(ENV_SITE_KEY), this.configService.get<string>(EnvKeys.OTHER_KEY, "a"), process.env[SENDER_KEY]);
          const SENDER_KEY = "SENDING_KEY";
          list[Colors.DARK_BLUE];`,
      },
      required: ["SENDING_KEY", "SITE_KEY", "STORE_KEY"],
    },
  });
});

describe("libraries of a workspace of Nx", () => {
  const files = {
    "nx.json": "{}",
    "package.json": "{}",
    "tsconfig.base.json": JSON.stringify({
      compilerOptions: {
        paths: {
          "@acme/db": ["libs/shared/db/src/index.ts"],
          "@acme/mail": ["libs/mail/src/index.ts"],
          "@acme/ui/*": ["libs/ui/src/*"],
        },
      },
    }),
    "apps/web/project.json": "{}",
    "apps/web/src/main.ts": `import { page } from "@acme/ui/page";`,
    "apps/api/project.json": "{}",
    "apps/api/src/main.ts": `import { connect } from "@acme/db";`,
    "libs/shared/db/src/index.ts": `import { send } from "@acme/mail";\nexport const connect = () => open(process.env.DATABASE_URL!);`,
    "libs/mail/src/index.ts": `export const send = () => post(process.env.MAIL_TOKEN!);`,
    "libs/ui/src/page.ts": `export const page = process.env.UI_TOKEN!;`,
  };
  requiredTable({
    "what the application imports, and what that imports": {
      files,
      directory: "apps/api",
      required: ["DATABASE_URL", "MAIL_TOKEN"],
    },
    "nothing of what another application imports": {
      files,
      directory: "apps/web",
      facts: { kind: "static" },
      required: ["UI_TOKEN"],
    },
  });
});
