/**
 * The examples and what must come of each: `case.json`, read and checked. Tests of every package use it.
 * The fields are described in examples/README.md.
 */
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { z } from "zod";

const kind = z.enum(["static", "server", "worker", "container", "compose", "package", "monorepo"]);

const variable = z.strictObject({
  key: z.string().min(1),
  required: z.boolean(),
  sensitive: z.boolean().optional(),
  public: z.boolean().optional(),
  class: z.enum(["build", "run"]).optional(),
});

/** What detection must say. A field left out is not checked; `null` means that there must be none. */
const facts = z.strictObject({
  kind,
  runtime: z.string(),
  framework: z.string().nullable().optional(),
  packageManager: z.string().nullable().optional(),
  installCommand: z.string().nullable().optional(),
  buildCommand: z.string().nullable().optional(),
  startCommand: z.string().nullable().optional(),
  outputDir: z.string().nullable().optional(),
  adapter: z.string().nullable().optional(),
  port: z.number().int().nullable().optional(),
  database: z.array(z.string()).optional(),
  env: z.array(variable).optional(),
});

const detect = facts.extend({
  services: z
    .array(facts.extend({ path: z.string(), name: z.string(), dependsOn: z.array(z.string()).optional() }))
    .optional(),
});

const expectation = z.strictObject({
  service: z.string().optional(),
  path: z.string().startsWith("/"),
  method: z.string().default("GET"),
  /** Sent as a browser sends a form of the same site; the method is POST then. */
  form: z.record(z.string(), z.string()).optional(),
  status: z.number().int().default(200),
  contains: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  linked: z.boolean().default(false),
  linkedContains: z.string().optional(),
});

const caseFile = z
  .strictObject({
    title: z.string().min(1),
    detect,
    variables: z.record(z.string(), z.string()).default({}),
    serves: z.array(expectation).default([]),
    fails: z.strictObject({ code: z.string(), signature: z.string(), evidence: z.string() }).optional(),
    platforms: z.array(z.string()).default(["local"]),
  })
  .refine((value) => (value.fails ? value.serves.length === 0 : value.serves.length >= 3), {
    message: "an example answers at least three requests, or fails",
  });

/** What one URL of the deployed example must answer. */
export type Expectation = z.infer<typeof expectation>;

/** What detection must say of an example, or of one of its services. */
export type ExpectedFacts = z.infer<typeof facts>;

export interface Case extends z.infer<typeof caseFile> {
  /** Name of the folder, such as `vite-react`. */
  name: string;
  /** Absolute path of the folder. */
  dir: string;
}

/** Every example, by name. Throws when a `case.json` is missing or wrong, with all its faults and their paths. */
export async function loadCases(): Promise<Case[]> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true });
  // Products that embed Landfall deploy others, not themselves.
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("embed")).map(({ name }) => name);
  return Promise.all(names.sort().map(loadCase));
}

/** One example by its name. Throws as loadCases does. */
export async function loadCase(name: string): Promise<Case> {
  const dir = join(import.meta.dirname, name);
  const parsed = caseFile.safeParse(JSON.parse(await readFile(join(dir, "case.json"), "utf8")));
  if (!parsed.success) throw new Error(`examples/${name}/case.json:\n${z.prettifyError(parsed.error)}`);
  return { name, dir, ...parsed.data };
}

/**
 * Ask a live URL what the case expects and say what is different; an empty list is right.
 * `urls` maps a service's name to its http URL (`""` for an example that is one service). Redirects are not followed. Rejects when nothing answers.
 */
export async function differences(example: Pick<Case, "serves">, urls: Record<string, string>): Promise<string[]> {
  const found: string[] = [];
  for (const expected of example.serves) {
    const base = urls[expected.service ?? ""];
    const method = expected.form ? "POST" : expected.method;
    const name = `${method} ${expected.service ?? ""}${expected.path}`;
    if (base === undefined) {
      found.push(`${name}: the service has no URL`);
      continue;
    }
    const url = new URL(expected.path, base);
    const response = await ask(url, method, expected.form);
    const { body } = response;
    if (response.status !== expected.status) found.push(`${name}: status ${response.status} instead of ${expected.status}`);
    if (expected.contains !== undefined && !body.includes(expected.contains))
      found.push(`${name}: the answer does not contain ${JSON.stringify(expected.contains)}: ${excerpt(body)}`);
    for (const [header, value] of Object.entries(expected.headers)) {
      const actual = response.headers[header]?.toString();
      if (!actual?.includes(value)) found.push(`${name}: ${header} is ${actual ?? "absent"}, not ${value}`);
    }
    if (expected.linked) found.push(...(await linkedDifferences(expected, url, body)));
  }
  return found;
}

async function linkedDifferences(expected: Expectation, page: URL, html: string): Promise<string[]> {
  const links = linkedFiles(html);
  const found = links.length === 0 ? [`GET ${expected.path}: links no script, style sheet or icon`] : [];
  let text = "";
  for (const link of links) {
    const response = await ask(new URL(link, page), "GET");
    text += response.body;
    if (response.status !== 200) found.push(`GET ${link}, linked from ${expected.path}: status ${response.status} instead of 200`);
  }
  if (expected.linkedContains !== undefined && !text.includes(expected.linkedContains))
    found.push(`no file linked from ${expected.path} contains ${JSON.stringify(expected.linkedContains)}`);
  return found;
}

/** One request over plain HTTP. Names under `localhost` are this machine (RFC 6761), whether or not its resolver knows them; fetch asks the resolver. */
function ask(url: URL, method: string, form?: Record<string, string>): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  const host = url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host,
      port: url.port || 80,
      path: url.pathname + url.search,
      method,
      headers: {
        host: url.host,
        accept: "text/html,*/*",
        ...(form ? { origin: url.origin, "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      agent: false,
      timeout: 30_000,
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${url.href} does not answer within 30 s`)));
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    outgoing.end(form && new URLSearchParams(form).toString());
  });
}

/** Scripts, style sheets and icons a page asks its own host for, in order. */
export function linkedFiles(html: string): string[] {
  const links = new Set<string>();
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/g)) {
    if (tag.startsWith("<link") && !/\brel="?(?:[^"]* )?(?:stylesheet|icon|modulepreload)/.test(tag)) continue;
    const address = /\b(?:src|href)="?([^" >]+)/.exec(tag)?.[1]?.replaceAll("&amp;", "&");
    if (address !== undefined && !/^[a-z]+:|^\/\//i.test(address)) links.add(address);
  }
  return [...links];
}

function excerpt(body: string): string {
  const text = body.replace(/\s+/g, " ").trim();
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
