/** What a live site says of itself, asked as a visitor would: the input of the checklist. Bodies are as they came, so findings are not stored. */
import { randomUUID } from "node:crypto";
import { formsOf } from "../redact/forms.ts";
import { type Answer, get } from "../deployment/ask.ts";

/** One question and what came back. `status` 0: nothing came, `fault` says why. */
export interface Seen {
  path: string;
  status: number;
  contentType: string;
  /** Where a redirect points. */
  location?: string;
  /** The beginning of the body, up to 256 KiB as text. */
  body: string;
  fault?: string;
}

export interface SiteFindings {
  url: string;
  home: Seen;
  /** The icon the page links, or /favicon.ico. */
  icon: Seen;
  robots: Seen;
  sitemap: Seen;
  /** A path that does not exist. */
  missing: Seen;
  /** The health path, when it is not `/`. */
  health?: Seen;
  /** Names of variables whose value is in the page or a script it links, and kinds of keys found there. Never a value. */
  secretsSeen: string[];
}

/** Asks for a path; the platform's own way to reach the site. Rejects when nothing answers. */
export type Ask = typeof get;

export interface GatherOptions {
  ask?: Ask;
  signal?: AbortSignal;
  healthPath?: string;
  /** Values that must not be in what visitors get: the variables that are sensitive and not public. */
  secrets?: { name: string; value: string }[];
  /** A path nobody has. */
  missingPath?: string;
}

const largestBody = 256 * 1024;
/** Scripts that are searched for secrets, in the order of the page. */
const mostScripts = 12;
const timeoutMs = 10_000;

/** Keys that vendors make recognisable, and that have no business in a page. */
const keyFormats: { name: string; expression: RegExp }[] = [
  { name: "a private key", expression: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/ },
  { name: "an Anthropic key", expression: /\bsk-ant-[\w-]{20,}/ },
  { name: "an OpenAI key", expression: /\bsk-(?:proj-)?[A-Za-z0-9_-]{32,}/ },
  { name: "a Stripe secret key", expression: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/ },
  { name: "a GitHub token", expression: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,})/ },
  { name: "an AWS access key", expression: /\bAKIA[0-9A-Z]{16}\b/ },
  {
    name: "a database address with its password",
    expression: /\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?):\/\/[^\s:@/"']+:[^\s@/"']+@/,
  },
];

/** Ask the site for its page, icon, robots.txt, sitemap and a path that does not exist. What does not answer is a finding too: never rejects but for `signal`. */
export async function gatherFindings(url: string, options: GatherOptions = {}): Promise<SiteFindings> {
  const { missingPath = `/landfall-${randomUUID()}`, healthPath = "/" } = options;
  const look = (path: string) => see(url, path, options);
  const home = await look("/");
  const [icon, robots, sitemap, missing, health] = await Promise.all([
    look(iconOf(home.body, url) ?? "/favicon.ico"),
    look("/robots.txt"),
    look("/sitemap.xml"),
    look(missingPath),
    healthPath === "/" ? undefined : look(healthPath),
  ]);
  const scripts = await Promise.all(scriptsOf(home.body, url).map(look));
  const texts = [home, ...scripts].map((each) => each.body);
  return {
    url,
    home,
    icon,
    robots,
    sitemap,
    missing,
    ...(health ? { health } : {}),
    secretsSeen: secretsIn(texts, options.secrets ?? []),
  };
}

async function see(url: string, path: string, { ask = get, signal }: GatherOptions): Promise<Seen> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await ask(url, path, signal ? AbortSignal.any([signal, limit]) : limit, largestBody);
    const location = header(answer, "location");
    return {
      path,
      status: answer.status,
      contentType: header(answer, "content-type").toLowerCase(),
      ...(location === "" ? {} : { location }),
      body: answer.body.subarray(0, largestBody).toString("utf8"),
    };
  } catch (error) {
    signal?.throwIfAborted();
    return {
      path,
      status: 0,
      contentType: "",
      body: "",
      fault: error instanceof Error ? error.message : String(error),
    };
  }
}

function header(answer: Answer, name: string): string {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
}

/** Path of the icon the page links, when it is on the same host. */
function iconOf(html: string, url: string): string | null {
  const links = html.match(/<link\b[^>]*>/gi) ?? [];
  const icon = links.find((tag) => /\brel\s*=\s*["']?[^"'>]*\bicon\b/i.test(tag));
  return icon ? ownPath(attribute(icon, "href"), url) : null;
}

function scriptsOf(html: string, url: string): string[] {
  const tags = html.match(/<script\b[^>]*\bsrc\b[^>]*>/gi) ?? [];
  const paths = tags.flatMap((tag) => ownPath(attribute(tag, "src"), url) ?? []);
  return [...new Set(paths)].slice(0, mostScripts);
}

function attribute(tag: string, name: string): string {
  return (
    new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(tag)?.slice(1).find(Boolean) ?? ""
  );
}

/** The path on this host, or null for another host, `data:` and the like. */
function ownPath(address: string, url: string): string | null {
  const absolute = address !== "" && URL.canParse(address, url) ? new URL(address, url) : null;
  return absolute?.origin === new URL(url).origin ? absolute.pathname + absolute.search : null;
}

function secretsIn(texts: string[], secrets: { name: string; value: string }[]): string[] {
  const named = secrets.filter(({ value }) =>
    formsOf(value).some((form) => texts.some((text) => text.includes(form.text))),
  );
  const kinds = keyFormats.filter(({ expression }) => texts.some((text) => expression.test(text)));
  return [...named, ...kinds].map(({ name }) => name);
}
