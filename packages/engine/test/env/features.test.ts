import { describe } from "vitest";
import { requiredTable } from "./required.ts";

describe("features that are switched off unless somebody switches them on", () => {
  requiredTable({
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
    "bindings of a Worker that may be missing": {
      files: {
        "worker.ts": `export type Bindings = { DB: D1Database; JWT_SECRET: string; FRONTEND_URL: string | undefined;
          PASS_LIST: string | string[] | undefined };`,
      },
      required: ["JWT_SECRET"],
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
