import { describe } from "vitest";
import { requiredTable } from "./required.ts";

describe("where a variable is read", () => {
  requiredTable({
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
  });
});
