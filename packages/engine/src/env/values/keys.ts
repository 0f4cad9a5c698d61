/** Keys and tokens of vendors, each known by its pattern. */
import type { ValueKind } from "./value-kind.ts";

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

/** A kind for each row. */
export const keyKinds: ValueKind[] = keyShapes.map(keyKind);
