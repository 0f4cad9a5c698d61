import { describe, expect, it } from "vitest";
import { maskJavaScript } from "../../src/env/mask.ts";
import { readSchemas } from "../../src/env/javascript/schema.ts";

function needs(text: string): Record<string, string> {
  const found = readSchemas({ path: "src/env.ts", text, code: maskJavaScript(text) });
  return Object.fromEntries(found.map(({ key, need }) => [key, need]));
}

const schemas: [library: string, source: string, needs: Record<string, string>][] = [
  [
    "zod",
    `import { z } from "zod";
     const schema = z.object({
       AAA: z.string().min(1),
       BBB: z.string().optional(),
       CCC: z.coerce.number().default(3000),
       DDD: z.enum(["a", "b"]),
       EEE: z.preprocess((v) => v, z.string().optional()),
       FFF: z.string().url().nullish(),
       GGG: z.string({ message: "optional()" }),
     });`,
    {
      AAA: "checked",
      BBB: "declared",
      CCC: "declared",
      DDD: "checked",
      EEE: "declared",
      FFF: "declared",
      GGG: "checked",
    },
  ],
  [
    "what a list names, and production refuses without",
    `import { z } from "zod";
     const forPayments = ["PAY_KEY", "PAY_PRICE"] as const;
     function price() { return z.string().startsWith("price_").optional(); }
     const schema = z.object({ PAY_KEY: z.string().optional(), PAY_PRICE: price(), MAIL_KEY: z.string().optional() })
       .superRefine((env, context) => {
         if (env.NODE_ENV === "production") {
           for (const key of forPayments) { if (!env[key]) { context.addIssue({ code: "custom", path: [key] }); } }
         }
       });`,
    { PAY_KEY: "checked", PAY_PRICE: "checked", MAIL_KEY: "declared" },
  ],
  [
    "fields under constants that are called after the variables",
    `import * as Joi from "joi";
     const schema = Joi.object({ [ENV_API_KEY]: Joi.string().required(), [ENV_LOG_LEVEL]: Joi.string().default("info") });`,
    { API_KEY: "checked", LOG_LEVEL: "declared" },
  ],
  [
    "the functions of yup by themselves, in groups that are filled from variables",
    `import { number, object, string } from "yup";
     const schema = object({
       http: object({ port: number().optional().default(3000), key: string().nullable().optional() }),
       db: object({ port: number().default(5432), name: string().required() }),
     });
     schema.validateSync({
       http: { port: process.env.HTTP_PORT, key: process.env.TLS_KEY },
       db: { port: process.env.DB_PORT, name: process.env.DB_NAME },
     });`,
    { HTTP_PORT: "declared", TLS_KEY: "declared", DB_PORT: "declared", DB_NAME: "checked" },
  ],
  [
    "the functions of valibot by themselves",
    `import { object, optional, pipe, string, url } from "valibot";
     const schema = object({ API_URL: pipe(string(), url()), API_KEY: string(), LOG_TO: optional(string()) });`,
    { API_URL: "checked", API_KEY: "checked", LOG_TO: "declared" },
  ],
  [
    "fields with names of their own that are filled from variables",
    `import { z } from "zod";
     const filled = z.preprocess((value) => value ?? "", z.string().min(1));
     const schema = z.object({ port: z.coerce.number().default(4000), dbHost: z.string(), key: filled, other: z.string() });
     schema.parse({ port: process.env.PORT, dbHost: process.env.DB_HOST, key: process.env.PUBLISHABLE_KEY });`,
    { PORT: "declared", DB_HOST: "checked", PUBLISHABLE_KEY: "checked" },
  ],
  [
    "a library that the project hands on itself",
    `import { z } from "./lib.js";
     export const env = z.object({ AAA: z.string(), BBB: z.string().default("b") }).parse(process.env);`,
    { AAA: "checked", BBB: "declared" },
  ],
  [
    "names that are kept under themselves",
    `import Joi from "joi";
     export const schema = Joi.object({ [Keys.PORT]: Joi.number().default(3000), [Keys.DATABASE_URL]: Joi.string().required() });`,
    { PORT: "declared", DATABASE_URL: "checked" },
  ],
  [
    "bindings of a Worker",
    `type Env = { Bindings: { TITLE: string; AGE_MS: number; NOTE?: string; STORE: KVNamespace } };`,
    { TITLE: "checked", AGE_MS: "checked", NOTE: "declared" },
  ],
  [
    "types of arktype as text",
    `import arkenv from "arkenv";
     const schema = { API_PORT: "number", REDIS_URL: "string.url", TOKEN: "string?", MODE: "'a' | 'b' = 'a'", "KEY?": "string" };
     export default arkenv(schema);`,
    { API_PORT: "checked", REDIS_URL: "checked", TOKEN: "declared", MODE: "declared" },
  ],
  [
    "kinds of field the project names itself",
    `import { z } from "zod";
     const flag = z.enum(["true", "false"]).transform((text) => text === "true");
     const list = () => z.string().optional();
     const Switch = Type.Integer({ minimum: 0 });
     export const env = z.object({ ON: flag, OFF: flag.default("false"), NAMES: list(), SWITCH: Switch, IP: z.string() }).parse(process.env);`,
    { ON: "checked", OFF: "declared", NAMES: "declared", SWITCH: "checked", IP: "checked" },
  ],
  [
    "types of Elysia",
    `import { t } from "elysia";
     defineEnv({ JWT_SECRET: t.String(), DB_USER: t.String({ default: "postgres" }) });`,
    { JWT_SECRET: "checked", DB_USER: "declared" },
  ],
  [
    "a field on several lines",
    `import { z } from "zod";
     createEnv({ server: {
       HOOK_TOKEN: z
         .union([z.string().startsWith("a_"), z.string().startsWith("b_")])
         .optional(),
     } });`,
    { HOOK_TOKEN: "declared" },
  ],
  [
    "fields under names of their own",
    `import * as z from "zod";
     const schema = z.object({ API_URL: z.string(), MOCKING: z.string().optional() });
     schema.parse({ API_URL: process.env.NEXT_PUBLIC_API_URL, MOCKING: process.env.NEXT_PUBLIC_MOCKING });`,
    { NEXT_PUBLIC_API_URL: "checked", NEXT_PUBLIC_MOCKING: "declared" },
  ],
  [
    "fluent-json-schema",
    `const S = require("fluent-json-schema");
     envSchema({ schema: S.object()
       .prop("API_HOST", S.string().required())
       .prop("LEVEL", S.string().enum(["a", "b"]).default("a"))
       .prop("NOTE", S.string()) });`,
    { API_HOST: "checked", LEVEL: "declared", NOTE: "declared" },
  ],
  [
    "t3-env with a branch for production",
    `import { createEnv } from "@t3-oss/env-nextjs";
     export const env = createEnv({ server: {
       AUTH_SECRET: process.env.NODE_ENV === "production" ? z.string() : z.string().optional(),
       OTHER: process.env.NODE_ENV !== "production" ? z.string().optional() : z.string(),
     }, runtimeEnv: { AUTH_SECRET: process.env.AUTH_SECRET } });`,
    { AUTH_SECRET: "checked", OTHER: "checked" },
  ],
  [
    "envalid",
    `import { cleanEnv, str, port, url } from "envalid";
     cleanEnv(process.env, { AAA: str(), BBB: port({ default: 3000 }), CCC: url({ devDefault: "http://x" }) });`,
    { AAA: "checked", BBB: "declared", CCC: "checked" },
  ],
  [
    "joi",
    `const Joi = require("joi");
     Joi.object().keys({ AAA: Joi.string().required().description("x"), BBB: Joi.number().default(1), CCC: Joi.string() });`,
    { AAA: "checked", BBB: "declared", CCC: "declared" },
  ],
  [
    "valibot",
    `import * as v from "valibot"; v.object({ AAA: v.string(), BBB: v.optional(v.string()), CCC: v.pipe(v.string(), v.url()) });`,
    { AAA: "checked", BBB: "declared", CCC: "checked" },
  ],
  [
    "astro:env",
    `import { defineConfig, envField } from "astro/config";
     defineConfig({ env: { schema: { AAA: envField.string({ context: "server", access: "secret" }), BBB: envField.number({ context: "client", access: "public", default: 1 }) } } });`,
    { AAA: "checked", BBB: "declared" },
  ],
  [
    "@fastify/env",
    `import env from "@fastify/env";
     const schema = { type: "object", required: ["AAA", "CCC"], properties: { AAA: { type: "string" }, BBB: { type: "string" }, CCC: { type: "number", default: 1 } } };`,
    { AAA: "checked", BBB: "declared", CCC: "declared" },
  ],
  [
    "a JSON schema in a file of its own",
    `export const schema = { type: "object", required: ["AAA"], properties: { AAA: { type: "string" }, BBB: { type: "string", default: "" } } };`,
    { AAA: "checked", BBB: "declared" },
  ],
  [
    "class-validator",
    `import { IsString, IsOptional, IsUrl, ValidateIf } from "class-validator";
     class Variables {
       @IsUrl({ protocols: ["postgres"] }, { message: "must be an address" })
       AAA: string;
       @IsOptional()
       @IsString()
       BBB: string;
       @IsString()
       CCC?: string;
       @ValidateIf((all) => all.AAA === "s3")
       @IsString()
       DDD: string;
       @ValidateIf((all) => !all.AAA)
       @IsString()
       EEE: string;
     }`,
    { AAA: "checked", BBB: "declared", CCC: "declared", DDD: "declared", EEE: "checked" },
  ],
  [
    "class-validator, with values taken from the environment as they are",
    `import { IsString } from "class-validator";
     class Config {
       @IsString() readonly AAA = process.env.AAA as string;
       @IsNumber() readonly BBB = Number(process.env.BBB);
       @IsNumber() readonly CCC = Number(process.env.CCC) || 5;
       @IsBoolean() readonly DDD = process.env.DDD === "true";
     }`,
    { AAA: "checked", BBB: "checked", CCC: "declared", DDD: "declared" },
  ],
  [
    "class-validator, and not what only describes an answer",
    `import { IsString } from "class-validator";
     class Answer { @ApiProperty({ example: 20 }) UNKNOWN: number; @IsString() KNOWN: string; }`,
    { KNOWN: "checked" },
  ],
  [
    "joi, where something is demanded of some",
    `import Joi from "joi";
     Joi.object({
       STORE: Joi.string().required().when("X", { is: 1, then: Joi.string().required() }),
       BUCKET: Joi.string().when("STORE", { is: "s3", then: Joi.required(), otherwise: Joi.optional() }),
     });`,
    { STORE: "checked", BUCKET: "declared" },
  ],
  [
    "fields of Effect under a name",
    `import { Schema } from "effect";
     const optional = Schema.optional(Schema.String);
     Schema.Struct({ A_KEY: Schema.String, B_KEY: optional });`,
    { A_KEY: "checked", B_KEY: "declared" },
  ],
  [
    "kinds of fields that have a type as well",
    `import { z } from "zod";
     const zName: z.ZodType<Name> = z.enum(["local", "live"]);
     const zPage: z.ZodType<Page> = z.string().optional();
     export const schema: z.ZodType<Settings> = z.object({ A_NAME: zName, B_PAGE: zPage });`,
    { A_NAME: "checked", B_PAGE: "declared" },
  ],
  [
    "the bindings of a Worker",
    `export interface Env { API_TOKEN: string; MODE?: string; DB: D1Database; CACHE: KVNamespace }`,
    { API_TOKEN: "checked", MODE: "declared" },
  ],
];

describe("readSchemas", () => {
  for (const [library, source, expected] of schemas) {
    it(`reads ${library}`, () => {
      expect(needs(source)).toEqual(expected);
    });
  }
  it("takes no field of a form for a variable", () => {
    expect(needs(`import { z } from "zod"; z.object({ name: z.string(), email: z.email() });`)).toEqual({});
  });
  it("does not read what is commented out", () => {
    expect(needs(`import { z } from "zod"; z.object({ // AAA: z.string(),\n BBB: z.string() });`)).toEqual({
      BBB: "checked",
    });
  });
});
