import { describe, expect, it } from "vitest";
import { generateSecret } from "../../src/env/values/generate.ts";
import { validateVariable } from "../../src/env/values/validate.ts";

const forms: [key: string, form: RegExp][] = [
  ["NEXTAUTH_SECRET", /^[A-Za-z0-9+/]{43}=$/],
  ["AUTH_SECRET", /^[A-Za-z0-9+/]{43}=$/],
  ["BETTER_AUTH_SECRET", /^[A-Za-z0-9+/]{43}=$/],
  ["JWT_SECRET", /^[\w-]{64}$/],
  ["JWT_REFRESH_SECRET", /^[\w-]{64}$/],
  ["SESSION_SECRET", /^[0-9a-f]{64}$/],
  ["NUXT_SESSION_PASSWORD", /^[0-9a-f]{64}$/],
  ["COOKIE_SECRET", /^[0-9a-f]{64}$/],
  ["ENCRYPTION_KEY", /^[0-9a-f]{64}$/],
  ["DATA_ENCRYPTION_KEY", /^[0-9a-f]{64}$/],
  ["SECRET_KEY_BASE", /^[0-9a-f]{128}$/],
  ["APP_KEY", /^base64:[A-Za-z0-9+/]{43}=$/],
  ["SECRET_KEY", /^[\w=+@%^*-]{50}$/],
  ["DJANGO_SECRET_KEY", /^[\w=+@%^*-]{50}$/],
  ["PAYLOAD_SECRET", /^[0-9a-f]{64}$/],
  ["APP_KEYS", /^[A-Za-z0-9+/]{22}==(?:,[A-Za-z0-9+/]{22}==){3}$/],
  ["API_TOKEN_SALT", /^[A-Za-z0-9+/]{22}==$/],
  ["AUTH0_SECRET", /^[0-9a-f]{64}$/],
  ["CRON_SECRET", /^[0-9a-f]{64}$/],
];

describe("generateSecret", () => {
  for (const [key, form] of forms) {
    it(`makes ${key} in the form its reader expects`, () => {
      const value = generateSecret(key)!;
      expect(value).toMatch(form);
      expect(validateVariable(key, value)).toEqual({ ok: true });
    });
  }

  for (const key of [
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "CLERK_SECRET_KEY",
    "GITHUB_CLIENT_SECRET",
    "AUTH_GITHUB_SECRET",
    "OPENAI_API_KEY",
    "DATABASE_URL",
    "SLACK_SIGNING_SECRET",
    "SUPABASE_JWT_SECRET",
    "AWS_SECRET_ACCESS_KEY",
    "RAILS_MASTER_KEY",
    "PORT",
    "SMTP_PASSWORD",
  ]) {
    it(`leaves ${key} to whoever issues it`, () => {
      expect(generateSecret(key)).toBeNull();
    });
  }

  it("makes nothing that would reach the browser", () => {
    expect(generateSecret("NEXT_PUBLIC_JWT_SECRET")).toBeNull();
  });
  it("never makes the same twice", () => {
    expect(generateSecret("JWT_SECRET")).not.toBe(generateSecret("JWT_SECRET"));
  });
  it("takes its chance from outside", () => {
    expect(generateSecret("SESSION_SECRET", (size) => Buffer.alloc(size, 7))).toBe("07".repeat(32));
  });
});
