import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const schema = `import { z } from "zod";
  const schema = z.object({
    DATABASE_URL: z.string().url(),
    SESSION_SECRET: z.string().min(32),
    MAIL_KEY: z.string().optional(),
  });
  export const checkEnvironment = () => schema.parse(process.env);`;
const readers = `export const mail = new Mail(process.env.MAIL_KEY as string, process.env.PRICE_ID as string);
  if (!process.env.DATABASE_URL) throw new Error("no database");
  export const secret = process.env.SESSION_SECRET!;`;

describe("a schema of the environment", () => {
  requiredTable({
    "that nothing imports excuses nobody from what the code needs": {
      files: { "package.json": "{}", "src/check-environment.ts": schema, "src/app.ts": readers },
      required: ["DATABASE_URL", "MAIL_KEY", "PRICE_ID", "SESSION_SECRET"],
    },
    "that is asked says what may be missing": {
      files: {
        "package.json": "{}",
        "src/check-environment.ts": schema,
        "src/app.ts": `import { checkEnvironment } from "./check-environment";\ncheckEnvironment();\n${readers}`,
      },
      required: ["DATABASE_URL", "SESSION_SECRET"],
    },
    "that a script runs is asked": {
      files: {
        "package.json": `{ "scripts": { "build": "tsx src/check-environment.ts && next build" } }`,
        "src/check-environment.ts": schema,
        "src/app.ts": readers,
      },
      required: ["DATABASE_URL", "SESSION_SECRET"],
    },
  });
});
