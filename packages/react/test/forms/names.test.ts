/** What the browser says of names and makes for them, beside what the engine says and makes. */
import { generateSecret as engineGenerate } from "@landfall/engine/env/values/generate";
import { checkName } from "@landfall/engine/env/values/names";
import { isPublic, isSensitive } from "@landfall/engine/env/rules";
import { describe, expect, it } from "vitest";
import { canGenerate, generateSecret } from "../../src/forms/generate.ts";
import { faultOfName, publicPrefixOf, soundsSecret } from "../../src/forms/names.ts";

const keys = [
  ..."NEXT_PUBLIC_API_URL NUXT_PUBLIC_X VITE_KEY REACT_APP_TITLE GATSBY_ID PUBLIC_URL EXPO_PUBLIC_X VUE_APP_X NG_APP_X".split(
    " ",
  ),
  ..."VITE_ NEXT_PUBLIC_ PUBLIC NEXTPUBLIC_X MY_VITE_X PUBLICX_Y".split(" "),
  ..."NEXTAUTH_SECRET AUTH_SECRET SESSION_SECRET COOKIE_PASSWORD JWT_SECRET APP_JWT_SECRET ACCESS_TOKEN_SECRET APP_KEY APP_KEYS".split(
    " ",
  ),
  ..."API_TOKEN_SALT SECRET_KEY_BASE ENCRYPTION_KEY CREDENTIALS_ENCRYPTION_KEY AUTH0_SECRET CRON_SECRET NUXT_SESSION_PASSWORD".split(
    " ",
  ),
  ..."REVALIDATE_TOKEN INTERNAL_API_KEY CSRF_SECRET SECRET PEPPER SALT VITE_SESSION_SECRET".split(" "),
  ..."DATABASE_URL REDIS_URL DB_PASSWORD STRIPE_SECRET_KEY OPENAI_API_KEY GITHUB_TOKEN SMTP_PASSWORD TURSO_AUTH_TOKEN".split(
    " ",
  ),
  ..."PORT NODE_ENV LOG_LEVEL TZ DB_HOST S3_BUCKET AWS_REGION JWT_EXPIRES_IN TOKEN_TTL STRIPE_PUBLISHABLE_KEY APP_NAME".split(
    " ",
  ),
];

describe("names", () => {
  it("that browsers see are those of the engine", () => {
    expect(keys.filter((key) => publicPrefixOf(key) !== null)).toEqual(keys.filter(isPublic));
  });

  it("that sound secret are those of the engine", () => {
    const plain = keys.filter((key) => !isPublic(key));
    expect(plain.filter(soundsSecret)).toEqual(plain.filter((key) => isSensitive(key)));
  });

  it("that cannot be one are refused as by the engine", () => {
    const names = [
      "",
      "A",
      "_",
      "a1_B",
      "1A",
      "A B",
      "A=B",
      "A-B",
      "a.b",
      "É",
      "LANDFALL_X",
      "landfall_y",
      "A".repeat(256),
    ];
    const isRefused = (name: string): boolean => {
      try {
        checkName(name);
        return false;
      } catch {
        // Every error of checkName says that the name is refused.
        return true;
      }
    };
    expect(names.filter((name) => faultOfName(name) !== null)).toEqual(names.filter(isRefused));
  });
});

describe("generateSecret", () => {
  const count = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, at) => (at * 37 + 11) % 256));

  it("makes of the same chance what the engine makes", () => {
    const made = keys.filter(canGenerate);
    expect(made.length).toBeGreaterThan(15);
    for (const key of made) expect([key, generateSecret(key, count)]).toEqual([key, engineGenerate(key, count)]);
  });

  it("makes nothing for what a vendor issues, and nothing that visitors would read", () => {
    for (const key of ["STRIPE_SECRET_KEY", "OPENAI_API_KEY", "DATABASE_URL", "PORT", "VITE_SESSION_SECRET"])
      expect(generateSecret(key)).toBeNull();
  });

  it("takes chance from the browser's source, another each time", () => {
    const one = generateSecret("NEXTAUTH_SECRET");
    expect(one).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(generateSecret("NEXTAUTH_SECRET")).not.toBe(one);
  });
});
