/** Secrets that nobody has to think up: made here, in the length and encoding their reader expects. */
import { randomBytes } from "node:crypto";
import { splitPrefix } from "../rules.ts";

/** Source of chance: `size` random bytes. Tests give their own. */
export type Random = (size: number) => Buffer;

interface Recipe {
  name: RegExp;
  make(random: Random): string;
  /** Who reads it, and in which form. */
  source: string;
}

const base64 = (size: number) => (random: Random) => random(size).toString("base64");
const hex = (size: number) => (random: Random) => random(size).toString("hex");
const url = (size: number) => (random: Random) => random(size).toString("base64url");

const recipes: Recipe[] = [
  {
    name: /^APP_KEY$/,
    make: (random) => `base64:${random(32).toString("base64")}`,
    source: "Laravel, key:generate: AES-256 key",
  },
  {
    name: /^APP_KEYS$/,
    make: (random) => [1, 2, 3, 4].map(() => random(16).toString("base64")).join(","),
    source: "Strapi: list of session keys",
  },
  { name: /^(?:API_TOKEN_SALT|TRANSFER_TOKEN_SALT|ADMIN_JWT_SECRET)$/, make: base64(16), source: "Strapi" },
  {
    name: /^(?:NEXTAUTH_SECRET|AUTH_SECRET|BETTER_AUTH_SECRET)$/,
    make: base64(32),
    source: "Auth.js and Better Auth: openssl rand -base64 32",
  },
  { name: /^AUTH0_SECRET$/, make: hex(32), source: "nextjs-auth0: openssl rand -hex 32" },
  { name: /^SECRET_KEY_BASE$/, make: hex(64), source: "Rails and Phoenix: at least 64 bytes" },
  {
    name: /^(?:DJANGO_)?SECRET_KEY$|^DJANGO_SECRET$/,
    make: characters(50),
    source: "Django, get_random_secret_key: 50 characters; without $ and #, which .env files treat badly",
  },
  {
    name: /^(?:\w+_)?ENCRYPTION_(?:KEY|SECRET|SECRET_KEY|SECONDARY_KEY)$|^(?:\w+_)?ENCRYPT_(?:KEY|SECRET)$/,
    make: hex(32),
    source: "AES-256: 32 bytes in hexadecimal",
  },
  { name: /^(?:\w+_)?ENCRYPT(?:ION)?_SALT$|^(?:\w+_)?SALT$/, make: hex(16), source: "a salt of 16 bytes" },
  {
    name: /^(?:\w+_)?(?:SESSION|COOKIE)_(?:SECRET|PASSWORD|KEY|ENCRYPTION_KEY|SIGNING_KEY)S?$/,
    make: hex(32),
    source: "express-session, iron-session, nuxt-auth-utils: at least 32 characters",
  },
  {
    name: /^(?:\w+_)?JWT_(?:\w+_)?(?:SECRET|KEY|SECRET_KEY)$|^JWT_SECRET(?:_KEY)?$|^(?:ACCESS|REFRESH)_TOKEN_(?:SECRET|KEY)$|^TOKEN_(?:SECRET|KEY)$|^(?:\w+_)?SIGNING_(?:SECRET|KEY)$/,
    make: url(48),
    source: "HMAC keys of tokens: at least as long as the digest",
  },
  {
    name: /^(?:PAYLOAD|APP|CSRF|HONEYPOT|STATE|HASH|PASSWORD_HASH|MAGIC_LINK|UNSUBSCRIBE|APPLICATION|SERVER|MASTER|COOKIES?)_SECRET(?:_KEY)?$|^(?:APP_)?SECRET$|^PEPPER$/,
    make: hex(32),
    source: "any long random text",
  },
  {
    name: /^(?:CRON|REVALIDATE|REVALIDATION|PREVIEW|DRAFT|DRAFT_MODE|INTERNAL|INTERNAL_API|INTERNAL_COMMAND|ADMIN_API)_(?:SECRET|SECRET_TOKEN|TOKEN)$|^(?:INTERNAL|ADMIN)_API_KEY$|^NEXT_REVALIDATE_(?:SECRET|TOKEN)$/,
    make: hex(32),
    source: "a shared secret of the application with itself",
  },
];

/** Vendors issue these: their names end like the application's own secrets. */
const issued =
  /^(?:\w+_)?(?:STRIPE|SLACK|CLERK|GITHUB|GITLAB|GOOGLE|DISCORD|TWITTER|FACEBOOK|LINKEDIN|QSTASH|SVIX|TELLER|LIVEKIT|SUPABASE|SHOPIFY|PLAID|INNGEST|TWILIO|AWS|S3|R2|AZURE|MICROSOFT|APPLE|OKTA|NOTION|PAYPAL|LEMON_?SQUEEZY|POLAR|PADDLE|RAZORPAY|PUSHER|CLOUDINARY|UPLOADTHING|DWOLLA|ZOOM|SPOTIFY|TWITCH|REDDIT|X|CLIENT|OAUTH|WORKOS|KINDE|TRIGGER|UPSTASH|ALGOLIA|MUX|RESEND|SENDGRID|MAILGUN|OPENAI|ANTHROPIC|VERCEL|CLOUDFLARE|CAPTCHA|RECAPTCHA|HCAPTCHA|TURNSTILE|LIVEBLOCKS|CONSUMER)_\w+$/;

/**
 * A new secret for a variable of this name, or null when the value must come from elsewhere (a vendor, a database, another service).
 * Never for a variable that reaches the browser.
 */
export function generateSecret(key: string, random: Random = randomBytes): string | null {
  const { prefix, bare } = splitPrefix(key);
  if (prefix !== "") return null;
  const name = bare.replace(/^NUXT_/, "");
  if (issued.test(name) && !/^(?:\w+_)?(?:ENCRYPTION_KEY|ENCRYPT_\w+|SALT)$/.test(name)) return null;
  return recipes.find((recipe) => recipe.name.test(name))?.make(random) ?? null;
}

/** Random text of `length` letters, digits and signs that no file of variables treats specially. Rejection keeps it uniform. */
function characters(length: number): (random: Random) => string {
  const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+@%^*";
  return (random) => {
    let text = "";
    while (text.length < length) {
      for (const byte of random(length)) {
        if (byte < 256 - (256 % alphabet.length) && text.length < length) text += alphabet[byte % alphabet.length]!;
      }
    }
    return text;
  };
}
