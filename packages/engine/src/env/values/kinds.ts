/**
 * Kinds of values and how each is recognised. A kind answers with what is wrong with a value, in words that never repeat the value: most of
 * these are secrets, and a message ends in logs.
 */
import { addressKinds } from "./addresses.ts";
import { keyKinds } from "./keys.ts";
import type { Fault, ValueKind } from "./value-kind.ts";

/** Header and claims of a JSON Web Token, or what is wrong with its structure. */
function readJwt(value: string): { claims: Record<string, unknown> } | Fault {
  const parts = value.split(".");
  if (parts.length !== 3)
    return {
      message: `is not a JWT: it has ${parts.length} ${parts.length === 1 ? "part" : "parts"}, not three separated by dots`,
    };
  if (!parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part)))
    return { message: "is not a JWT: a part of it is not base64url" };
  try {
    const header = JSON.parse(Buffer.from(parts[0]!, "base64url").toString()) as Record<string, unknown>;
    const claims = JSON.parse(Buffer.from(parts[1]!, "base64url").toString()) as Record<string, unknown>;
    if (typeof header["alg"] !== "string") return { message: "is not a JWT: its header names no algorithm" };
    return { claims };
  } catch {
    return { message: "is not a JWT: its header or claims are not JSON" };
  }
}

const supabaseHint = "Supabase, Project settings, API keys";

function supabaseKind(id: string, allows: "publishable" | "secret" | "either"): ValueKind {
  return {
    id,
    check(value) {
      const isPublishable = /^sb_publishable_\w{10,}/.test(value);
      const isSecret = /^sb_secret_\w{10,}/.test(value);
      if (isPublishable || isSecret) {
        if (isSecret && allows === "publishable")
          return {
            message: "begins with sb_secret_: it is the secret key, which must never reach a browser",
            hint: supabaseHint,
          };
        if (isPublishable && allows === "secret")
          return {
            message: "begins with sb_publishable_: it is the publishable key, not the secret one",
            hint: supabaseHint,
          };
        return null;
      }
      const token = readJwt(value);
      if ("message" in token) return { message: "is neither a key that begins with sb_ nor a JWT", hint: supabaseHint };
      const role = token.claims["role"];
      if (role === "service_role" && allows === "publishable")
        return { message: "holds the service_role key, which must never reach a browser", hint: supabaseHint };
      if (role === "anon" && allows === "secret")
        return { message: "holds the anon key, not the service_role one", hint: supabaseHint };
      return null;
    },
  };
}

function secretKind(id: string, least: number): ValueKind {
  return {
    id,
    check(value) {
      if (/^(?:your[-_ ]|change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this)|<.*>$|\.{3}$|xxx)/i.test(value))
        return {
          message: "is still the placeholder of an example",
          hint: "Make one with: landfall env set --generate",
        };
      if (value.length < least)
        return {
          message: `has ${value.length} characters; a secret needs at least ${least}`,
          hint: "Make one with: openssl rand -base64 32",
        };
      return new Set(value).size === 1
        ? { message: "repeats one character", hint: "Make one with: openssl rand -base64 32" }
        : null;
    },
  };
}

function patternKind(id: string, pattern: RegExp, fault: Fault): ValueKind {
  return { id, check: (value) => (pattern.test(value) ? null : fault) };
}

const emailPattern = /^[^\s@<>,;:"]+@[^\s@<>,;:".]+(?:\.[^\s@<>,;:".]+)+$/;

const others: ValueKind[] = [
  {
    id: "jwt",
    check(value) {
      const token = readJwt(value);
      if ("message" in token) return token;
      const expires = token.claims["exp"];
      return expires === undefined || typeof expires === "number"
        ? null
        : { message: "is a JWT whose time of expiry is not a number" };
    },
  },
  supabaseKind("supabase-publishable-key", "publishable"),
  supabaseKind("supabase-secret-key", "secret"),
  supabaseKind("supabase-key", "either"),
  {
    id: "clerk-publishable-key",
    check(value) {
      if (value.startsWith("sk_"))
        return {
          message: "begins with sk_: it is the secret key, which must never reach a browser",
          hint: "It begins with pk_",
        };
      const coded = /^pk_(?:live|test)_([A-Za-z0-9+/=_-]{8,})$/.exec(value)?.[1];
      if (coded === undefined)
        return { message: "is not a publishable key of Clerk", hint: "It begins with pk_live_ or pk_test_" };
      // The rest is the address of the Clerk instance in base64, closed by a dollar.
      return Buffer.from(coded, "base64").toString().endsWith("$")
        ? null
        : { message: "is not a whole publishable key of Clerk: it may be cut off" };
    },
  },
  {
    id: "aws-access-key-id",
    check(value) {
      if (/^(?:AKIA|ASIA)/.test(value))
        return /^(?:AKIA|ASIA)[A-Z0-9]{16}$/.test(value)
          ? null
          : {
              message: `is not an access key id of AWS: it has ${value.length} characters, not 20, or small letters in it`,
            };
      if (/^[A-Za-z0-9/+=]{40}$/.test(value) && /[/+a-z]/.test(value))
        return { message: "looks like the secret access key, not its id", hint: "It begins with AKIA or ASIA at AWS" };
      return /^[\w.-]{3,128}$/.test(value)
        ? null
        : { message: "is not an access key id", hint: "It begins with AKIA or ASIA at AWS" };
    },
  },
  {
    id: "aws-secret-access-key",
    check(value) {
      if (/^(?:AKIA|ASIA)[A-Z0-9]{16}$/.test(value))
        return { message: "is the access key id, not the secret that belongs to it" };
      return /^\S{8,256}$/.test(value)
        ? null
        : { message: "is not a secret access key: it is too short or has white space in it" };
    },
  },
  {
    id: "app-key",
    check: (value) =>
      /^base64:[A-Za-z0-9+/]{42,44}=*$/.test(value) || /^\S{16,}$/.test(value.replace(/^base64:/, "x"))
        ? null
        : { message: "is not a key of the application", hint: "Laravel's begins with base64: and holds 32 bytes" },
  },
  secretKind("secret", 8),
  secretKind("secret-32", 32),
  patternKind("opaque-key", /^[^\s]{8,}$/, { message: "is too short for a key, or has white space in it" }),
  patternKind("email", emailPattern, { message: "is not a mail address", hint: "For example mail@example.com" }),
  {
    id: "email-address",
    check(value) {
      const inner = /^[^<>]*<([^<>]+)>$/.exec(value)?.[1] ?? value;
      return emailPattern.test(inner.trim())
        ? null
        : { message: "is not a mail address", hint: "For example Name <mail@example.com>" };
    },
  },
  {
    id: "port",
    check: (value) =>
      /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535
        ? null
        : { message: "is not a port: a whole number from 1 to 65535" },
  },
  patternKind("boolean", /^(?:true|false|1|0|yes|no|on|off)$/i, { message: "is neither true nor false" }),
  patternKind("integer", /^[+-]?\d+$/, { message: "is not a whole number" }),
  {
    id: "hostname",
    check(value) {
      if (value.includes("://"))
        return {
          message: "is an address; the name of the host alone is expected",
          hint: "For example smtp.example.com",
        };
      return /^(?=.{1,253}$)(?:(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.|$))+$|^[0-9.]+$|^\[?[0-9a-f:]+\]?$/i.test(value)
        ? null
        : { message: "is not the name of a host", hint: "For example smtp.example.com" };
    },
  },
  {
    id: "pem",
    check(value) {
      const text = value.replaceAll("\\n", "\n");
      const begin = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
      if (begin === undefined)
        return {
          message: "is not PEM: there is no line -----BEGIN …-----",
          hint: "Keep the line breaks, or write them \\n",
        };
      if (!text.includes(`-----END ${begin}-----`))
        return {
          message: "is not whole: there is no line -----END …----- that closes it",
          hint: "Keep the line breaks, or write them \\n",
        };
      return text.includes("\n")
        ? null
        : { message: "has lost its line breaks", hint: "Keep the line breaks, or write them \\n" };
    },
  },
  {
    id: "json",
    check(value) {
      try {
        JSON.parse(value);
        return null;
      } catch {
        return { message: "is not JSON" };
      }
    },
  },
  {
    id: "sentry-dsn",
    check: (value) =>
      /^https?:\/\/[0-9a-f]+(?::[0-9a-f]+)?@[^\s/]+\/(?:\S+\/)?\d+$/i.test(value)
        ? null
        : { message: "is not a DSN of Sentry", hint: "For example https://key@o0.ingest.sentry.io/0" },
  },
];

const kinds = new Map([...keyKinds, ...addressKinds, ...others].map((kind) => [kind.id, kind] as const));

/** The kind of that id, or null. `pattern:<regular expression>` is one that the whole value must match. */
export function kindOf(id: string): ValueKind | null {
  if (id.startsWith("pattern:")) {
    const pattern = new RegExp(`^(?:${id.slice("pattern:".length)})$`, "u");
    return patternKind(id, pattern, { message: "does not have the form asked for" });
  }
  return kinds.get(id) ?? null;
}

/** Ids of every kind, sorted. */
export function kindIds(): string[] {
  return [...kinds.keys()].sort();
}
