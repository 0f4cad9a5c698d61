import { describe, expect, it } from "vitest";
import type { EnvVariable } from "../../src/detect/detection.ts";
import { kindIds } from "../../src/env/values/kinds.ts";
import { rules } from "../../src/env/rules.ts";
import { checkVariables, printChecked, validateVariable } from "../../src/env/values/validate.ts";

/** Text of the shape of a key that is none: the parts meet only when the test runs. */
const filler = (length: number): string =>
  "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zC".repeat(Math.ceil(length / 32)).slice(0, length);
const fake = (begins: string, length = 40): string => begins + filler(length);
const awsId = ["AKIA", "ABCDEFGH23456789"].join("");
const token = (claims: object): string =>
  [{ alg: "HS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".") + `.${filler(43)}`;
const clerk = (mode: string): string =>
  `pk_${mode}_${Buffer.from("example-instance.clerk.accounts.dev$").toString("base64")}`;

const right: [kind: string, value: string][] = [
  ["url", "http://localhost:3000"],
  ["url", "https://app.example.com/path?x=1"],
  ["https-url", "https://abc.supabase.co"],
  ["https-url", "http://localhost:54321"],
  ["postgres-url", "postgresql://user:pass@host:5432/database?sslmode=require"],
  ["postgres-url", "postgres://user:p%40ss@ep-cool-1.eu.aws.neon.tech/neondb"],
  ["postgres-url", "postgres://user@/database?host=/var/run".replace("@/", "@localhost/")],
  ["mysql-url", "mysql://root:pw@127.0.0.1:3306/shop"],
  ["mongodb-url", "mongodb://localhost:27017/app"],
  ["mongodb-url", "mongodb://u:p@a.example.com:27017,b.example.com:27017/app?replicaSet=rs0"],
  ["mongodb-url", "mongodb+srv://u:p@cluster0.abcde.mongodb.net/app?retryWrites=true"],
  ["redis-url", "redis://localhost:6379"],
  ["redis-url", "rediss://default:pw@host.upstash.io:6379/0"],
  ["database-url", "file:./dev.db"],
  ["database-url", "mysql://u:p@h/d"],
  ["database-url", "postgresql+asyncpg://u:p@h/d"],
  ["anthropic-api-key", fake("sk-ant-api03-")],
  ["openai-api-key", fake("sk-")],
  ["openai-api-key", fake("sk-proj-", 60)],
  ["google-api-key", fake("AIza", 35)],
  ["stripe-secret-key", fake("sk_live_")],
  ["stripe-secret-key", fake("rk_test_")],
  ["stripe-publishable-key", fake("pk_test_")],
  ["webhook-secret", fake("whsec_")],
  ["resend-api-key", fake("re_", 20)],
  ["sendgrid-api-key", `SG.${filler(22)}.${filler(43)}`],
  ["github-token", fake("ghp_", 36)],
  ["github-token", fake("github_pat_", 60)],
  ["clerk-secret-key", fake("sk_test_")],
  ["clerk-publishable-key", clerk("live")],
  ["aws-access-key-id", awsId],
  ["aws-access-key-id", "minioadmin"],
  ["supabase-publishable-key", token({ role: "anon" })],
  ["supabase-publishable-key", fake("sb_publishable_", 30)],
  ["supabase-secret-key", token({ role: "service_role" })],
  ["supabase-secret-key", fake("sb_secret_", 30)],
  ["jwt", token({ sub: "1" })],
  ["secret", filler(32)],
  ["email", "a@example.com"],
  ["email-address", "Acme <mail@example.com>"],
  ["port", "65535"],
  ["boolean", "false"],
  ["integer", "-12"],
  ["hostname", "smtp.example.com"],
  ["address", "/api"],
  ["address", "https://a.example.com,https://b.example.com"],
  ["pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
  ["pem", "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n"],
  ["sentry-dsn", `https://${"0123456789abcdef".repeat(2)}@o1.ingest.sentry.io/2`],
  ["pattern:[a-z]{3}-\\d+", "abc-12"],
];

const wrong: [kind: string, value: string, says: RegExp][] = [
  ["url", "app.example.com", /does not begin with/],
  ["url", "ftp://example.com", /begins with ftp:\/\//],
  ["url", "https://", /no host/],
  ["url", "https://a b.com", /white space/],
  ["url", "https://host:99999", /host or port/],
  ["https-url", "http://abc.supabase.co", /begins with http:\/\//],
  ["postgres-url", "postgresql://user:pass@host:5432", /names no database/],
  ["postgres-url", "postgresql://user:pass@host:5432/", /names no database/],
  ["postgres-url", "mysql://user:pass@host/db", /begins with mysql:\/\//],
  ["postgres-url", "postgresql://user:p@ss@host/db", /more than one @/],
  ["postgres-url", "postgresql://user:[YOUR-PASSWORD]@host/db", /placeholder/],
  ["postgres-url", "postgresql://user:pa/ss@host/db", /%2F/],
  ["mysql-url", "mysql://u:p@h", /names no database/],
  ["mongodb-url", "https://cluster0.mongodb.net", /does not begin with mongodb/],
  ["mongodb-url", "mongodb+srv://u:p@cluster0.mongodb.net:27017/x", /takes none/],
  ["mongodb-url", "mongodb+srv://u:p@a.net,b.net/x", /takes one/],
  ["mongodb-url", "mongodb+srv://u:p@localhost/x", /without a domain/],
  ["mongodb-url", "mongodb+srv://<user>:<password>@c.abc.mongodb.net/x", /placeholder/],
  ["mongodb-url", "mongodb://u:p@ss@h/x", /more than one @/],
  ["redis-url", "http://localhost:6379", /begins with http:\/\//],
  ["database-url", "localhost", /not an address of a database/],
  ["database-url", "postgres://u:p@h", /names no database/],
  ["anthropic-api-key", fake("sk-proj-"), /a key of OpenAI/],
  ["anthropic-api-key", "sk-ant-abc", /too short/],
  ["openai-api-key", fake("sk-ant-api03-"), /a key of Anthropic/],
  ["openai-api-key", "hunter2hunter2", /is not a key of OpenAI/],
  ["stripe-secret-key", fake("pk_live_"), /publishable key/],
  ["stripe-publishable-key", fake("sk_live_"), /must never reach a browser/],
  ["webhook-secret", fake("sk_test_"), /secret key/],
  ["resend-api-key", fake("SG."), /not a key of Resend/],
  ["clerk-publishable-key", fake("sk_live_"), /must never reach a browser/],
  ["clerk-publishable-key", clerk("test").slice(0, 24), /cut off/],
  ["clerk-secret-key", clerk("live"), /publishable key/],
  ["aws-access-key-id", "AKIA123", /20/],
  ["aws-access-key-id", `${filler(38)}/+`, /secret access key/],
  ["aws-secret-access-key", awsId, /access key id/],
  ["supabase-publishable-key", token({ role: "service_role" }), /service_role/],
  ["supabase-publishable-key", fake("sb_secret_", 30), /must never reach a browser/],
  ["supabase-secret-key", token({ role: "anon" }), /anon key/],
  ["supabase-secret-key", "hunter2", /neither/],
  ["jwt", "a.b", /2 parts/],
  ["jwt", "a.b.c", /not JSON/],
  ["jwt", "a.b!.c", /base64url/],
  ["secret", "short", /5 characters/],
  ["secret", "your-secret-here-please", /placeholder/],
  ["secret", "aaaaaaaaaaaaaaaa", /one character/],
  ["secret-32", filler(31), /31 characters/],
  ["email", "a@example", /mail address/],
  ["port", "70000", /port/],
  ["port", "3000a", /port/],
  ["boolean", "maybe", /true nor false/],
  ["integer", "1.5", /whole number/],
  ["hostname", "https://smtp.example.com", /host alone/],
  ["pem", "AAAA", /BEGIN/],
  ["pem", "-----BEGIN PRIVATE KEY-----\nAAAA", /END/],
  ["pem", "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----", /line breaks/],
  ["json", "{", /JSON/],
  ["pattern:[a-z]{3}", "abcd", /form/],
];

describe("validateVariable", () => {
  for (const [kind, value] of right) {
    it(`takes ${value.slice(0, 28)} as ${kind}`, () => {
      expect(validateVariable("X", value, kind)).toEqual({ ok: true });
    });
  }
  for (const [kind, value, says] of wrong) {
    it(`says what is wrong with ${value.slice(0, 24)} as ${kind}`, () => {
      const verdict = validateVariable("X", value, kind);
      expect(verdict).toMatchObject({ ok: false, message: expect.stringMatching(says) as string });
    });
  }
  it("repeats no part of a value that is nobody's pattern", () => {
    for (const kind of kindIds()) {
      const verdict = validateVariable("X", "hunter2zz:/hunter2zz@", kind);
      expect(JSON.stringify(verdict)).not.toMatch(/hunter2zz/);
    }
  });
  it("goes by the name when no kind is given", () => {
    expect(validateVariable("MONGODB_URI", "x")).toMatchObject({ ok: false });
    expect(validateVariable("NEXT_PUBLIC_SUPABASE_URL", "abc.supabase.co")).toMatchObject({ ok: false });
    expect(validateVariable("GREETING", "x")).toEqual({ ok: true });
  });
  it("says that white space or quotes came along", () => {
    expect(validateVariable("PORT", "3000\n", "port")).toMatchObject({ message: "has white space before or after it" });
    expect(validateVariable("PORT", '"3000"', "port")).toMatchObject({
      message: expect.stringContaining("quotes") as string,
    });
  });
  it("refuses a kind that does not exist", () => {
    expect(() => validateVariable("X", "x", "no-such-kind")).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG" }),
    );
  });
});

it("every kind a rule names exists", () => {
  const ids = new Set(kindIds());
  expect(rules.flatMap(({ kind }) => (kind === undefined || ids.has(kind) ? [] : [kind]))).toEqual([]);
});

function variable(key: string, more: Partial<EnvVariable> = {}): EnvVariable {
  return {
    key,
    required: true,
    because: "the program stops without it",
    sensitive: false,
    public: false,
    class: "run",
    foundIn: ["src/a.ts:1"],
    ...more,
  };
}

describe("checkVariables", () => {
  it("lists what is required and absent or empty", () => {
    const { missing } = checkVariables({
      variables: [variable("B"), variable("A"), variable("C", { required: false }), variable("D")],
      values: { A: "", D: "x" },
    });
    expect(missing.map(({ key, message }) => [key, message])).toEqual([
      ["A", "is empty"],
      ["B", "is not set"],
    ]);
  });
  it("takes an empty value when it is meant", () => {
    expect(checkVariables({ variables: [variable("A")], values: { A: "" }, allowEmpty: true }).missing).toEqual([]);
  });
  it("finds a wrong value by the variable's own kind or by its name", () => {
    const { invalid } = checkVariables({
      variables: [variable("SOURCE", { validation: "postgres-url" })],
      values: { SOURCE: "mysql://h/d", STRIPE_SECRET_KEY: fake("pk_test_") },
    });
    expect(invalid.map((one) => one.key)).toEqual(["SOURCE", "STRIPE_SECRET_KEY"]);
  });
  it("finds names and values that cannot be", () => {
    const { invalid } = checkVariables({ variables: [], values: { "A B": "x", C: "a\0" } });
    expect(invalid.map((one) => one.key)).toEqual(["A B", "C"]);
  });

  const incomplete: [given: string, needs: string][] = [
    ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
    ["GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID"],
    ["AUTH_DISCORD_ID", "AUTH_DISCORD_SECRET"],
    ["NEXTAUTH_SECRET", "NEXTAUTH_URL"],
    ["NEXTAUTH_URL", "NEXTAUTH_SECRET"],
    ["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"],
    ["STRIPE_WEBHOOK_SECRET", "STRIPE_SECRET_KEY"],
    ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
    ["NEXT_PUBLIC_SUPABASE_URL", "SUPABASE_ANON_KEY"],
    ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
  ];
  for (const [given, needs] of incomplete) {
    it(`knows that ${given} needs ${needs}`, () => {
      const { dependencies } = checkVariables({
        variables: [],
        values: { [given]: "anything-at-all-32-characters-xx" },
      });
      expect(dependencies.map((one) => [one.key, one.needs[0]])).toEqual([[given, needs]]);
    });
  }
  it("names the callback address of a sign-in", () => {
    const { dependencies } = checkVariables({ variables: [], values: { GITHUB_CLIENT_ID: "abc" } });
    expect(dependencies[0]!.message).toContain("/api/auth/callback/github");
  });
  it("is content with the other name of the same thing", () => {
    const { dependencies } = checkVariables({
      variables: [],
      values: {
        GITHUB_ID: "a",
        GITHUB_SECRET: "b",
        NEXT_PUBLIC_SUPABASE_URL: "https://a.supabase.co",
        NEXT_PUBLIC_SUPABASE_ANON_KEY: token({ role: "anon" }),
      },
    });
    expect(dependencies).toEqual([]);
  });
  it("lists what nothing reads, when it is known what is read", () => {
    expect(
      checkVariables({ variables: [variable("A")], values: { A: "1", B: "2" } }).unused.map((one) => one.key),
    ).toEqual(["B"]);
    expect(checkVariables({ variables: [], values: { B: "2" } }).unused).toEqual([]);
  });

  const warned: [name: string, values: Record<string, string>, says: RegExp][] = [
    ["an address of this machine", { DATABASE_URL: "postgres://u:p@localhost:5432/d" }, /this machine/],
    ["a secret with a public name", { NEXT_PUBLIC_JWT_SECRET: filler(40) }, /browser/],
    ["names that differ in case", { Api: "1", API: "2" }, /only in case/],
    [
      "a live key beside a test key",
      { STRIPE_SECRET_KEY: fake("sk_live_"), NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY: fake("pk_test_") },
      /live key/,
    ],
    ["a short secret", { JWT_SECRET: filler(12) }, /32 or more/],
    ["a placeholder", { ADMIN_TOKEN: "your-token-here" }, /placeholder/],
    ["white space around", { GREETING: "hi\n" }, /white space/],
  ];
  for (const [name, values, says] of warned) {
    it(`warns of ${name}`, () => {
      const { warnings } = checkVariables({ variables: [], values });
      expect(warnings.map(({ message }) => message).join("\n")).toMatch(says);
    });
  }

  it("prints a line for each remark, worst first, and no value", () => {
    const lines = printChecked(
      checkVariables({
        variables: [variable("OPENAI_API_KEY"), variable("DATABASE_URL")],
        values: { DATABASE_URL: "hunter2hunter2", EXTRA: "x" },
      }),
    );
    expect(lines.map((line) => line.split(":", 1)[0])).toEqual(["missing", "invalid", "unused"]);
    expect(lines[0]).toContain("https://platform.openai.com/api-keys");
    expect(lines.join("\n")).not.toMatch(/hunter2/);
  });
});
