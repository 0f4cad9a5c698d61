/**
 * Kinds of values and how each is recognised. A kind answers with what is wrong with a value, in words that never repeat the value: most of
 * these are secrets, and a message ends in logs.
 */

/** What is wrong, and what the right value looks like. */
export interface Fault {
  message: string;
  hint?: string;
}

export interface ValueKind {
  id: string;
  /** Null when the value is right. */
  check(value: string): Fault | null;
}

interface KeyShape {
  id: string;
  /** Whose it is, for messages. */
  name: string;
  pattern: RegExp;
  /** How a right value begins. */
  begins: string;
  /** Values that begin so belong elsewhere; the text says where. */
  others?: { begins: string; is: string }[];
  /** Public values may be judged by their ends, never printed either. */
  hint?: string;
}

const base64url = "A-Za-z0-9_-";

/** Keys by their vendor's pattern. Lengths are lower bounds: vendors lengthen keys more often than they change how they begin. */
const keyShapes: KeyShape[] = [
  {
    id: "anthropic-api-key",
    name: "a key of Anthropic",
    begins: "sk-ant-",
    pattern: new RegExp(`^sk-ant-[${base64url}]{20,}$`),
    others: [
      { begins: "sk-proj-", is: "a key of OpenAI" },
      { begins: "sk-or-", is: "a key of OpenRouter" },
    ],
  },
  {
    id: "openai-api-key",
    name: "a key of OpenAI",
    begins: "sk-",
    pattern: new RegExp(`^sk-(?!ant-)[${base64url}]{20,}$`),
    others: [{ begins: "sk-ant-", is: "a key of Anthropic" }],
  },
  {
    id: "openrouter-api-key",
    name: "a key of OpenRouter",
    begins: "sk-or-",
    pattern: new RegExp(`^sk-or-[${base64url}]{20,}$`),
  },
  {
    id: "google-api-key",
    name: "a key of Google",
    begins: "AIza",
    pattern: new RegExp(`^(?:AIza[${base64url}]{35}|AQ\\.[${base64url}]{20,})$`),
  },
  { id: "groq-api-key", name: "a key of Groq", begins: "gsk_", pattern: /^gsk_[A-Za-z0-9]{20,}$/ },
  { id: "xai-api-key", name: "a key of xAI", begins: "xai-", pattern: /^xai-[A-Za-z0-9]{20,}$/ },
  { id: "perplexity-api-key", name: "a key of Perplexity", begins: "pplx-", pattern: /^pplx-[A-Za-z0-9]{20,}$/ },
  { id: "replicate-api-token", name: "a token of Replicate", begins: "r8_", pattern: /^r8_[A-Za-z0-9]{20,}$/ },
  { id: "huggingface-token", name: "a token of Hugging Face", begins: "hf_", pattern: /^hf_[A-Za-z0-9]{20,}$/ },
  { id: "tavily-api-key", name: "a key of Tavily", begins: "tvly-", pattern: new RegExp(`^tvly-[${base64url}]{16,}$`) },
  {
    id: "stripe-secret-key",
    name: "a secret key of Stripe",
    begins: "sk_",
    pattern: /^(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}$/,
    others: [
      { begins: "pk_", is: "a publishable key" },
      { begins: "whsec_", is: "the secret of a webhook" },
      { begins: "price_", is: "the id of a price" },
    ],
  },
  {
    id: "stripe-publishable-key",
    name: "a publishable key of Stripe",
    begins: "pk_",
    pattern: /^pk_(?:live|test)_[A-Za-z0-9]{10,}$/,
    others: [
      { begins: "sk_", is: "a secret key, which must never reach a browser" },
      { begins: "rk_", is: "a restricted secret key, which must never reach a browser" },
    ],
  },
  {
    id: "webhook-secret",
    name: "the secret of a webhook",
    begins: "whsec_",
    pattern: /^whsec_[A-Za-z0-9+/=_-]{16,}$/,
    others: [
      { begins: "sk_", is: "a secret key" },
      { begins: "we_", is: "the id of a webhook" },
    ],
  },
  {
    id: "stripe-price-id",
    name: "the id of a price in Stripe",
    begins: "price_",
    pattern: /^price_[A-Za-z0-9]{6,}$/,
    others: [{ begins: "prod_", is: "the id of a product; its price has an id of its own" }],
  },
  {
    id: "clerk-secret-key",
    name: "a secret key of Clerk",
    begins: "sk_",
    pattern: /^sk_(?:live|test)_[A-Za-z0-9]{20,}$/,
    others: [{ begins: "pk_", is: "the publishable key" }],
  },
  { id: "resend-api-key", name: "a key of Resend", begins: "re_", pattern: /^re_[A-Za-z0-9_]{16,}$/ },
  {
    id: "sendgrid-api-key",
    name: "a key of SendGrid",
    begins: "SG.",
    pattern: new RegExp(`^SG\\.[${base64url}]{16,}\\.[${base64url}]{16,}$`),
  },
  {
    id: "twilio-account-sid",
    name: "an account of Twilio",
    begins: "AC",
    pattern: /^AC[0-9a-f]{32}$/i,
    others: [{ begins: "SK", is: "the id of a key" }],
  },
  { id: "twilio-auth-token", name: "a token of Twilio", begins: "32 hexadecimal digits", pattern: /^[0-9a-f]{32}$/i },
  {
    id: "github-token",
    name: "a token of GitHub",
    begins: "ghp_, github_pat_, gho_, ghs_ or ghu_",
    pattern: /^(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|[0-9a-f]{40})$/,
  },
  {
    id: "gitlab-token",
    name: "a token of GitLab",
    begins: "glpat-",
    pattern: new RegExp(`^gl[a-z]+-[.${base64url}]{16,}$`),
  },
  {
    id: "vercel-blob-token",
    name: "a token of Vercel Blob",
    begins: "vercel_blob_rw_",
    pattern: /^vercel_blob_rw_[A-Za-z0-9]+_[A-Za-z0-9]{10,}$/,
  },
  {
    id: "posthog-key",
    name: "a project key of PostHog",
    begins: "phc_",
    pattern: /^phc_[A-Za-z0-9]{20,}$/,
    others: [{ begins: "phx_", is: "a personal key, which must never reach a browser" }],
  },
  {
    id: "mapbox-token",
    name: "a token of Mapbox",
    begins: "pk. or sk.",
    pattern: new RegExp(`^(?:pk|sk|tk)\\.[${base64url}]+\\.[${base64url}]+$`),
  },
  {
    id: "liveblocks-secret-key",
    name: "a secret key of Liveblocks",
    begins: "sk_",
    pattern: /^sk_(?:dev|prod|live|test)?_?[A-Za-z0-9_-]{16,}$/,
    others: [{ begins: "pk_", is: "a public key" }],
  },
  {
    id: "trigger-secret-key",
    name: "a secret key of Trigger.dev",
    begins: "tr_",
    pattern: /^tr_(?:dev|prod|stg|preview|pat)_[A-Za-z0-9]{10,}$/,
  },
  {
    id: "sanity-project-id",
    name: "the id of a Sanity project",
    begins: "8 letters and digits",
    pattern: /^[a-z0-9-]{6,20}$/,
  },
  { id: "cloudinary-api-key", name: "a key of Cloudinary", begins: "digits only", pattern: /^\d{10,20}$/ },
  {
    id: "rails-master-key",
    name: "a master key of Rails",
    begins: "32 hexadecimal digits",
    pattern: /^(?:[0-9a-f]{32}|[0-9a-f]{64})$/,
  },
  {
    id: "aws-region",
    name: "a region",
    begins: "for example eu-central-1",
    pattern: /^(?:[a-z]{2}(?:-[a-z]+)+-\d|auto|[a-z]{3,}\d?(?:-[a-z0-9]+)*)$/,
  },
  {
    id: "bucket-name",
    name: "the name of a bucket",
    begins: "3 to 63 small letters, digits, dots and hyphens",
    pattern: /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
  },
  {
    id: "uuid",
    name: "a UUID",
    begins: "8-4-4-4-12 hexadecimal digits",
    pattern: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  },
];

function keyKind(shape: KeyShape): ValueKind {
  return {
    id: shape.id,
    check(value) {
      if (shape.pattern.test(value)) return null;
      const other = shape.others?.find(({ begins }) => value.startsWith(begins));
      if (other)
        return {
          message: `begins with ${other.begins}, so it is ${other.is}, not ${shape.name}`,
          hint: `It begins with ${shape.begins}`,
        };
      const isWord = /^[\w.-]+$/.test(shape.begins) && /[_.-]$|^[A-Z]/.test(shape.begins);
      if (isWord && value.startsWith(shape.begins)) {
        return /[^A-Za-z0-9_.+/=-]/.test(value)
          ? { message: `has characters in it that ${shape.name} cannot have` }
          : { message: `is too short for ${shape.name} (${value.length} characters): it may be cut off` };
      }
      const expected = isWord ? `begins with ${shape.begins}` : shape.begins;
      return { message: `is not ${shape.name}`, hint: isWord ? `It ${expected}` : `Expected: ${expected}` };
    },
  };
}

interface AddressShape {
  id: string;
  schemes: string[];
  example: string;
  /** The path must name a database. */
  needsDatabase?: true;
  /** Schemes without a host: `file:./dev.db`. */
  local?: RegExp;
}

const addresses: AddressShape[] = [
  { id: "url", schemes: ["http", "https"], example: "https://app.example.com" },
  {
    id: "https-url",
    schemes: ["https"],
    example: "https://app.example.com",
    local: /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]|[\w-]+)(?::\d+)?(?:\/|$)/,
  },
  { id: "websocket-url", schemes: ["ws", "wss", "http", "https"], example: "wss://app.example.com" },
  {
    id: "postgres-url",
    schemes: ["postgres", "postgresql", "prisma", "prisma+postgres"],
    example: "postgresql://user:password@host:5432/database",
    needsDatabase: true,
  },
  {
    id: "mysql-url",
    schemes: ["mysql", "mysql2", "mariadb"],
    example: "mysql://user:password@host:3306/database",
    needsDatabase: true,
  },
  {
    id: "redis-url",
    schemes: ["redis", "rediss", "valkey", "valkeys"],
    example: "rediss://default:password@host:6379",
    local: /^(?:redis|unix):\/\/\//,
  },
  { id: "amqp-url", schemes: ["amqp", "amqps"], example: "amqps://user:password@host/vhost" },
  {
    id: "libsql-url",
    schemes: ["libsql", "https", "http", "wss", "ws"],
    example: "libsql://name-organisation.turso.io",
    local: /^file:/,
  },
  { id: "smtp-url", schemes: ["smtp", "smtps"], example: "smtp://user:password@smtp.example.com:587" },
  { id: "cloudinary-url", schemes: ["cloudinary"], example: "cloudinary://key:secret@cloud" },
];

const knownSchemes =
  /^(?:https?|wss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?|smtps?|ftp|file|sqlite|libsql|jdbc|sqlserver|prisma)$/;

function addressKind(shape: AddressShape): ValueKind {
  return { id: shape.id, check: (value) => (shape.local?.test(value) ? null : faultOfAddress(value, shape)) };
}

function faultOfAddress(value: string, shape: AddressShape): Fault | null {
  const hint = `For example ${shape.example}`;
  if (/\s/.test(value)) return { message: "has white space in it", hint };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(value)?.[1]?.toLowerCase();
  const schemes = list(shape.schemes.map((one) => `${one}://`));
  if (scheme === undefined) return { message: `is not an address: it does not begin with ${schemes}`, hint };
  if (!shape.schemes.includes(scheme)) {
    return {
      message: `${knownSchemes.test(scheme) ? `begins with ${scheme}://` : "begins with another scheme"}, and ${schemes} is expected`,
      hint,
    };
  }
  const rest = value.slice(scheme.length + 3);
  if (
    /[<>[\]]/.test(rest.replace(/@?\[[0-9a-f:.]+\](?=[:/]|$)/i, "")) ||
    /(?:^|:)(?:YOUR|CHANGE)[-_ ]?\w*(?=@)/i.test(rest)
  ) {
    return { message: "still has a placeholder in it", hint };
  }
  const authority = /^[^/?#]*/.exec(rest)![0];
  if ((authority.match(/@/g) ?? []).length > 1) {
    return { message: "has more than one @ before the path: an @ in a password is written %40", hint };
  }
  if (scheme.startsWith("prisma")) return null;
  let url: URL;
  try {
    // Under a scheme it knows, URL checks host and port strictly; others it lets pass.
    url = new URL(`http://${rest}`);
  } catch {
    if (authority === "" || authority.endsWith("@")) return { message: "has no host", hint };
    if (/[/#?]/.test(rest.slice(authority.length)) && rest.lastIndexOf("@") > authority.length) {
      return { message: "has a / , ? or # in the password: write it %2F, %3F or %23", hint };
    }
    return { message: "has a host or port that cannot be one", hint };
  }
  if (
    rest.lastIndexOf("@") > authority.length &&
    !authority.includes("@") &&
    shape.needsDatabase &&
    authority.includes(":")
  ) {
    return { message: "has a / , ? or # in the password: write it %2F, %3F or %23", hint };
  }
  if (url.hostname === "") return { message: "has no host", hint };
  if (shape.needsDatabase && url.pathname.replace(/^\/+/, "") === "" && !url.searchParams.has("dbname")) {
    return { message: "names no database: its name comes after the host and a /", hint };
  }
  return null;
}

const mongodbHint = "For example mongodb+srv://user:password@cluster0.abcde.mongodb.net/database";

function faultOfMongodb(value: string): Fault | null {
  if (/\s/.test(value)) return { message: "has white space in it", hint: mongodbHint };
  const match = /^mongodb(\+srv)?:\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/i.exec(value);
  if (!match)
    return {
      message: "is not an address of MongoDB: it does not begin with mongodb:// or mongodb+srv://",
      hint: mongodbHint,
    };
  const authority = match[2]!;
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at);
  const hosts = authority.slice(at + 1);
  if (/[<>]/.test(authority))
    return { message: "still has a placeholder in it: the user and password go where <…> stands", hint: mongodbHint };
  if (user.includes("@"))
    return { message: "has more than one @ before the host: an @ in a password is written %40", hint: mongodbHint };
  if (hosts === "" || hosts.split(",").includes("")) return { message: "has no host", hint: mongodbHint };
  if (match[1]) {
    if (hosts.includes(",")) return { message: "names several hosts, and mongodb+srv:// takes one", hint: mongodbHint };
    if (/:\d/.test(hosts)) return { message: "has a port, and mongodb+srv:// takes none", hint: mongodbHint };
    if (!hosts.includes("."))
      return { message: "has a host without a domain, and mongodb+srv:// looks one up in DNS", hint: mongodbHint };
    return null;
  }
  for (const host of hosts.split(",")) {
    if (!/^(?:[A-Za-z0-9._-]+|\[[0-9a-f:]+\]|[^:]+\.sock)(?::\d{1,5})?$/i.test(host))
      return { message: "has a host or port that cannot be one", hint: mongodbHint };
  }
  return null;
}

const databaseSchemes =
  /^(?:(postgres(?:ql)?|prisma(?:\+postgres)?)|(mysql2?|mariadb)|(mongodb(?:\+srv)?)|(rediss?)|file|sqlite3?|libsql|sqlserver|mssql|cockroachdb|jdbc|https?|wss?|ecto|clickhouse|postgresql\+\w+|mysql\+\w+|sqlite\+\w+):/i;

/** The database may be any: the scheme says which, and what it must look like. */
function faultOfDatabase(value: string): Fault | null {
  const match = databaseSchemes.exec(value);
  if (!match) {
    return {
      message:
        "is not an address of a database: it does not begin with postgresql://, mysql://, mongodb://, file: or the like",
      hint: "For example postgresql://user:password@host:5432/database",
    };
  }
  if (match[1]) return kindOf("postgres-url")!.check(value);
  if (match[2]) return kindOf("mysql-url")!.check(value);
  return match[3] ? faultOfMongodb(value) : null;
}

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
  { id: "mongodb-url", check: faultOfMongodb },
  { id: "database-url", check: faultOfDatabase },
  {
    id: "address",
    check: (value) =>
      /^(?:\/|\*$)/.test(value) || !value.includes(":") || /^\w[\w.-]*:\d+$/.test(value)
        ? null
        : (value
            .split(/\s*,\s*/)
            .map((one) => kindOf("websocket-url")!.check(one))
            .find((fault) => fault !== null) ?? null),
  },
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

const kinds = new Map(
  [...keyShapes.map(keyKind), ...addresses.map(addressKind), ...others].map((kind) => [kind.id, kind] as const),
);

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

function list(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
