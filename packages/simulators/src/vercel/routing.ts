/**
 * Routes of a deployment: those of the Build Output API (config.json), and vercel.json turned into them.
 * Source: vercel.com/docs/build-output-api/v3/configuration and vercel.com/docs/project-configuration.
 */
import { z } from "zod";

export interface RouteRule {
  src?: string | undefined;
  dest?: string | undefined;
  headers?: Record<string, string> | undefined;
  methods?: string[] | undefined;
  continue?: boolean | undefined;
  status?: number | undefined;
  handle?: string | undefined;
  has?: unknown;
  missing?: unknown;
}

const routeRule = z.looseObject({
  src: z.string().refine(isExpression, "is no regular expression").optional(),
  dest: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  methods: z.array(z.string()).optional(),
  continue: z.boolean().optional(),
  status: z.int().optional(),
  handle: z.enum(["filesystem", "hit", "miss", "error", "rewrite", "resource"]).optional(),
});

function isExpression(text: string): boolean {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false; // That it does not compile is the answer.
  }
}

/** `.vercel/output/config.json`. */
export const outputConfig = z.looseObject({
  version: z.literal(3),
  routes: z.array(routeRule).default([]),
  overrides: z
    .record(z.string(), z.looseObject({ path: z.string().optional(), contentType: z.string().optional() }))
    .default({}),
});

const conditions = { has: z.unknown().optional(), missing: z.unknown().optional() };

/** What vercel.json says about routes; a deployment's own request may say it too. */
export const projectConfig = z.looseObject({
  routes: z.array(routeRule).nullable().optional(),
  cleanUrls: z.boolean().optional(),
  trailingSlash: z.boolean().optional(),
  redirects: z
    .array(
      z.looseObject({
        source: z.string(),
        destination: z.string(),
        permanent: z.boolean().optional(),
        statusCode: z.int().optional(),
        ...conditions,
      }),
    )
    .optional(),
  rewrites: z.array(z.looseObject({ source: z.string(), destination: z.string(), ...conditions })).optional(),
  headers: z
    .array(
      z.looseObject({
        source: z.string(),
        headers: z.array(z.looseObject({ key: z.string(), value: z.string() })),
        ...conditions,
      }),
    )
    .optional(),
});

/** The routes a vercel.json stands for, in the order Vercel applies them. */
export function routesOf(config: z.output<typeof projectConfig>): RouteRule[] {
  if (config.routes) return config.routes;
  const { cleanUrls = false, trailingSlash, redirects = [], rewrites = [], headers = [] } = config;
  return [
    ...(cleanUrls
      ? [
          { src: "^/(?:(.+)/)?index(?:\\.html)?/?$", headers: { Location: "/$1" }, status: 308 },
          { src: "^/(.*)\\.html/?$", headers: { Location: "/$1" }, status: 308 },
        ]
      : []),
    ...(trailingSlash === true
      ? [{ src: "^/((?:[^/]+/)*[^/.]+)$", headers: { Location: "/$1/" }, status: 308 }]
      : trailingSlash === false
        ? [{ src: "^/(.*)/$", headers: { Location: "/$1" }, status: 308 }]
        : []),
    ...redirects.map(({ source, destination, permanent = true, statusCode, ...rest }) => {
      const { src, fill } = compiled(source);
      const status = statusCode ?? (permanent ? 308 : 307);
      return { src, headers: { Location: fill(destination) }, status, has: rest.has, missing: rest.missing };
    }),
    ...headers.map(({ source, headers: pairs, has, missing }) => ({
      src: compiled(source).src,
      headers: Object.fromEntries(pairs.map(({ key, value }) => [key, value])),
      continue: true,
      has,
      missing,
    })),
    { handle: "filesystem" },
    ...rewrites.map(({ source, destination, has, missing }) => {
      const { src, fill } = compiled(source);
      return { src, dest: fill(destination), has, missing };
    }),
  ];
}

/** `/blog/:slug`, `/docs/:path*`, `/(.*)` as an expression, and what turns `:slug` in a destination into its group. */
function compiled(source: string): { src: string; fill: (destination: string) => string } {
  const groups: string[] = [];
  const src = source.replace(
    /(\/)?:(\w+)(\((?:[^()]|\([^()]*\))*\))?([*+?])?|\((?:[^()]|\([^()]*\))*\)|[.^$|[\]{}\\]/g,
    (piece: string, slash: string = "", name?: string, own?: string, repeat?: string) => {
      if (piece.startsWith("(")) groups.push(String(groups.length + 1));
      if (name === undefined) return piece.startsWith("(") ? piece : `\\${piece}`;
      groups.push(name);
      if (repeat === "*") return `(?:${slash}(.*))?`;
      if (repeat === "+") return `${slash}(.+)`;
      return repeat === "?" ? `(?:${slash}${own ?? "([^/]+?)"})?` : slash + (own ?? "([^/]+?)");
    },
  );
  const fill = (destination: string) =>
    destination.replace(/:(\w+)[*+?]?/g, (piece: string, name: string) => {
      const index = groups.indexOf(name);
      return index < 0 ? piece : `$${index + 1}`;
    });
  return { src: `^${src}$`, fill };
}

export interface Routed {
  /** What to serve, a path without a slash in front; null when nothing is there. */
  path: string | null;
  status: number;
  headers: Record<string, string>;
}

/** Take a request through the routes: `find` says which file, or function, answers a path. */
export function route(
  rules: RouteRule[],
  { method, path, find }: { method: string; path: string; find: (path: string) => string | null },
): Routed {
  const headers: Record<string, string> = {};
  let current = path;
  let skip = false;
  let looked = false;
  for (const rule of rules) {
    if (rule.handle !== undefined) {
      if (rule.handle === "error") break;
      // Routes after `hit` are for what was found already, and nothing was.
      skip = rule.handle === "hit";
      if (rule.handle === "filesystem") {
        looked = true;
        const file = find(current);
        if (file !== null) return { path: file, status: 200, headers };
      }
      continue;
    }
    const match = skip || !applies(rule, method) ? null : new RegExp(rule.src ?? "^.*$").exec(current);
    if (!match) continue;
    const filled = (text: string) => text.replace(/\$(\d+)/g, (_, index: string) => match[Number(index)] ?? "");
    for (const [name, value] of Object.entries(rule.headers ?? {})) headers[name.toLowerCase()] = filled(value);
    if (headers["location"] !== undefined && rule.status !== undefined)
      return { path: null, status: rule.status, headers };
    if (rule.dest !== undefined) {
      const destination = filled(rule.dest);
      if (/^https?:/.test(destination)) return { path: null, status: 502, headers };
      current = destination.split("?")[0]!;
    }
    if (rule.continue === true) continue;
    const file = find(current);
    if (file !== null) return { path: file, status: rule.status ?? 200, headers };
    if (rule.status !== undefined) return { path: null, status: rule.status, headers };
  }
  const file = looked ? null : find(current);
  return file === null ? { path: null, status: 404, headers } : { path: file, status: 200, headers };
}

/** Routes that depend on headers, cookies or queries are left out: they never apply here. */
function applies({ methods, has, missing }: RouteRule, method: string): boolean {
  return (methods === undefined || methods.includes(method)) && has === undefined && missing === undefined;
}
