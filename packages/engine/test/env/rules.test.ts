import { describe, expect, it } from "vitest";
import { isPublic, isSensitive, ruleFor, splitPrefix } from "../../src/env/rules.ts";

const secrets = [
  "DATABASE_URL",
  "MONGODB_URI",
  "MONGO_URL",
  "REDIS_URL",
  "JWT_SECRET",
  "NEXTAUTH_SECRET",
  "STRIPE_SECRET_KEY",
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "GITHUB_CLIENT_SECRET",
  "SMTP_PASSWORD",
  "DB_PASS",
  "AWS_SECRET_ACCESS_KEY",
  "SUPABASE_SERVICE_ROLE_KEY",
  "CLERK_SECRET_KEY",
  "GITHUB_TOKEN",
  "ENCRYPTION_KEY",
  "MY_API_KEY",
  "WEBHOOK_SECRET",
  "PRIVATE_KEY",
  "SALT",
  "BLOB_READ_WRITE_TOKEN",
];
const open = [
  "NEXT_PUBLIC_SUPABASE_ANON_KEY",
  "VITE_API_KEY",
  "GITHUB_CLIENT_ID",
  "STRIPE_PUBLISHABLE_KEY",
  "AWS_REGION",
  "S3_BUCKET",
  "APP_URL",
  "SENTRY_DSN",
  "JWT_EXPIRES_IN",
  "TOKEN_EXPIRATION",
  "SMTP_HOST",
  "LOG_LEVEL",
  "PORT",
  "EMAIL_FROM",
  "SESSION_COOKIE_NAME",
];

describe("isSensitive", () => {
  for (const key of secrets) {
    it(`keeps ${key}`, () => {
      expect(isSensitive(key)).toBe(true);
    });
  }
  for (const key of open) {
    it(`shows ${key}`, () => {
      expect(isSensitive(key)).toBe(false);
    });
  }
});

describe("ruleFor", () => {
  const kinds: [key: string, kind: string][] = [
    ["DATABASE_URL", "database-url"],
    ["POSTGRES_PRISMA_URL", "postgres-url"],
    ["POSTGRES_URL_NON_POOLING", "postgres-url"],
    ["MONGODB_URI", "mongodb-url"],
    ["MONGO_DB_URI", "mongodb-url"],
    ["MONGO_URL", "mongodb-url"],
    ["REDIS_URL", "redis-url"],
    ["NEXT_PUBLIC_SUPABASE_URL", "https-url"],
    ["NEXT_PUBLIC_SUPABASE_ANON_KEY", "supabase-publishable-key"],
    ["SUPABASE_SERVICE_ROLE_KEY", "supabase-secret-key"],
    ["NEXTAUTH_URL", "url"],
    ["NEXTAUTH_SECRET", "secret"],
    ["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "clerk-publishable-key"],
    ["CLERK_SECRET_KEY", "clerk-secret-key"],
    ["ANTHROPIC_API_KEY", "anthropic-api-key"],
    ["OPENAI_API_KEY", "openai-api-key"],
    ["GEMINI_API_KEY", "google-api-key"],
    ["AWS_ACCESS_KEY_ID", "aws-access-key-id"],
    ["AWS_SECRET_ACCESS_KEY", "aws-secret-access-key"],
    ["AWS_REGION", "aws-region"],
    ["STRIPE_SECRET_KEY", "stripe-secret-key"],
    ["VITE_STRIPE_PUBLISHABLE_KEY", "stripe-publishable-key"],
    ["STRIPE_WEBHOOK_SECRET", "webhook-secret"],
    ["RESEND_API_KEY", "resend-api-key"],
    ["SENDGRID_API_KEY", "sendgrid-api-key"],
    ["NEXT_PUBLIC_APP_URL", "address"],
    ["NUXT_SESSION_PASSWORD", "secret-32"],
  ];
  for (const [key, kind] of kinds) {
    it(`${key} is ${kind}`, () => {
      expect(ruleFor(key)?.kind).toBe(kind);
    });
  }
  it("knows nothing of other names", () => {
    expect(ruleFor("GREETING")).toBeNull();
  });
});

it("takes the public prefix off", () => {
  expect(splitPrefix("NEXT_PUBLIC_A")).toEqual({ prefix: "NEXT_PUBLIC_", bare: "A" });
  expect(splitPrefix("A")).toEqual({ prefix: "", bare: "A" });
  expect(isPublic("PUBLIC_A")).toBe(true);
  expect(isPublic("PUBLICATION")).toBe(false);
});
