/** Secrets that nobody has to think up, made in the browser, in the length and encoding their reader expects: those of the engine's own table. */
import { publicPrefixOf } from "./names.ts";

/** So many random bytes. Tests give their own. */
export type Random = (size: number) => Uint8Array;
type Recipe = (random: Random) => string;

const secure: Random = (size) => crypto.getRandomValues(new Uint8Array(size));

const encoded = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const base64 =
  (size: number): Recipe =>
  (random) =>
    encoded(random(size));
const hex =
  (size: number): Recipe =>
  (random) =>
    Array.from(random(size), (byte) => byte.toString(16).padStart(2, "0")).join("");

const recipes: readonly (readonly [RegExp, Recipe])[] = [
  [/^APP_KEY$/, (random) => `base64:${encoded(random(32))}`], // Laravel: AES-256 key
  [/^APP_KEYS$/, (random) => [1, 2, 3, 4].map(() => encoded(random(16))).join(",")], // Strapi
  [/^(?:API_TOKEN_SALT|TRANSFER_TOKEN_SALT|ADMIN_JWT_SECRET)$/, base64(16)], // Strapi
  [/^(?:NEXTAUTH_SECRET|AUTH_SECRET|BETTER_AUTH_SECRET)$/, base64(32)], // openssl rand -base64 32
  [/^SECRET_KEY_BASE$/, hex(64)], // Rails and Phoenix: at least 64 bytes
  [/^(?:\w+_)?ENCRYPT(?:ION)?_SALT$|^SALT$/, hex(16)],
  [/^(?:\w+_)?ENCRYPTION_(?:KEY|SECRET|SECRET_KEY)$|^AUTH0_SECRET$/, hex(32)], // AES-256: 32 bytes
  [/^(?:\w+_)?(?:SESSION|COOKIE)_(?:SECRET|PASSWORD|KEY)S?$/, hex(32)], // at least 32 characters
  [
    /^(?:\w+_)?JWT_(?:SECRET|SECRET_KEY)$|^(?:ACCESS|REFRESH)_TOKEN_SECRET$|^TOKEN_SECRET$/,
    (random) => encoded(random(48)).replaceAll("+", "-").replaceAll("/", "_"), // as long as the digest and more
  ],
  [/^(?:PAYLOAD|APP|CSRF|HASH|SERVER|MASTER)_SECRET$|^(?:APP_)?SECRET$|^PEPPER$/, hex(32)],
  [/^(?:CRON|REVALIDATE|REVALIDATION|PREVIEW|DRAFT|INTERNAL)_(?:SECRET|TOKEN)$|^INTERNAL_API_KEY$/, hex(32)],
];

function recipeFor(key: string): Recipe | undefined {
  if (publicPrefixOf(key) !== null) return undefined;
  const bare = key.replace(/^NUXT_/, "");
  return recipes.find(([name]) => name.test(bare))?.[1];
}

/** Whether a value may be made up: one of the application's own, that no vendor issues. */
export function canGenerate(key: string): boolean {
  return recipeFor(key) !== undefined;
}

/** A new secret for a variable of this name; null when its value must come from elsewhere. */
export function generateSecret(key: string, random: Random = secure): string | null {
  return recipeFor(key)?.(random) ?? null;
}
