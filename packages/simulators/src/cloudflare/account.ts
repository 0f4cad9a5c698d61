/** Accounts, tokens, zones and DNS: what both products stand on. */
import type { Answer, SimulatedRequest } from "../definition.ts";
import { failure, instant, objectOf, ok, paged, refuse, type Routes } from "./envelope.ts";
import { freshId, type Account, type CloudflareState, type DnsRecord, type Token, type Zone } from "./state.ts";

/** The text behind `Authorization: Bearer`; null without one. */
export function bearerOf(request: SimulatedRequest): string | null {
  return /^bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? null;
}

/** The account that the path names. */
export function accountOf(state: CloudflareState, request: SimulatedRequest): Account {
  const account = state.accounts.get(request.param("account"));
  if (account) return account;
  throw refuse(404, 7003, `Could not route to ${request.path}, perhaps your object identifier is invalid?`);
}

/** Areas of permission by path; the first that matches says what a token needs. */
const areas: [RegExp, string][] = [
  [/\/pages\//, "pages"],
  [/\/workers\//, "workers"],
  [/\/dns_records/, "dns"],
  [/^\/client\/v4\/zones/, "zone"],
  [/\/alerting\//, "notifications"],
  [/\/oauth_clients/, "oauth-clients"],
  [/^\/client\/v4\/user/, "user"],
];

/** Refuses a request whose API token is missing, wrong, out of date, or may not do this. */
export function tokenRefusal(state: CloudflareState, request: SimulatedRequest): Answer | null {
  const { headers, method, path, now } = request;
  if (headers["authorization"] === undefined)
    return failure(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  const text = bearerOf(request);
  if (text === null) return failure(400, 6003, "Invalid request headers");
  const token = state.tokens.get(text);
  const verifying = path.endsWith("/tokens/verify");
  const expired = token?.status === "expired" || (token?.expiresAt ?? Infinity) <= now;
  if (!token || (!verifying && (expired || token.status === "disabled")))
    return verifying ? failure(401, 1000, "Invalid API Token") : failure(403, 9109, "Invalid access token");
  if (verifying) return null;
  const [, account] = /^\/client\/v4\/accounts\/([^/]+)/.exec(path) ?? [];
  const mayEnter = account === undefined || (token.accounts?.includes(account) ?? true);
  return mayEnter && mayDo(token, { method, path }) ? null : failure(403, 10000, "Authentication error");
}

function mayDo({ permissions }: Token, { method, path }: { method: string; path: string }): boolean {
  if (!permissions) return true;
  const area = areas.find(([expression]) => expression.test(path))?.[1] ?? "account";
  // Which accounts there are, everybody may ask who may do anything in them.
  if (area === "account" && method === "GET") return true;
  return permissions.includes(`${area}:write`) || (method === "GET" && permissions.includes(`${area}:read`));
}

/** The API token, described; refuses the kinds that belong to the other address. */
function verify(kind: "user" | "account"): Routes[string] {
  return (state, request) => {
    const token = state.tokens.get(bearerOf(request) ?? "");
    if (!token || (token.kind ?? "user") !== kind) return failure(401, 1000, "Invalid API Token");
    const expired = (token.expiresAt ?? Infinity) <= request.now;
    return ok({
      id: "f00dfeedf00dfeedf00dfeedf00dfeed",
      status: expired ? "expired" : (token.status ?? "active"),
      ...(token.expiresAt === undefined ? {} : { expires_on: instant(token.expiresAt) }),
    });
  };
}

const accountView = ({ id, name }: Account) => ({
  id,
  name,
  type: "standard",
  settings: { enforce_twofactor: false },
  created_on: "2026-01-01T00:00:00.000Z",
});

function visibleAccounts(state: CloudflareState, request: SimulatedRequest): Account[] {
  const ids = state.tokens.get(bearerOf(request) ?? "")?.accounts;
  return [...state.accounts.values()].filter(({ id }) => ids?.includes(id) ?? true);
}

const zoneView = (state: CloudflareState, { id, name, account }: Zone) => ({
  id,
  name,
  account: { id: account, name: state.accounts.get(account)?.name },
  status: "active",
  type: "full",
  paused: false,
  development_mode: 0,
  meta: {},
  name_servers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
  original_dnshost: null,
  original_name_servers: null,
  original_registrar: null,
  owner: { id: null, name: null, type: "user" },
  plan: { name: "Free Website" },
  activated_on: "2026-01-01T00:00:00.000Z",
  created_on: "2026-01-01T00:00:00.000Z",
  modified_on: "2026-01-01T00:00:00.000Z",
});

function zoneIn(state: CloudflareState, request: SimulatedRequest): Zone {
  const zone = state.zones.get(request.param("zone"));
  if (zone) return zone;
  throw refuse(404, 7003, `Could not route to ${request.path}, perhaps your object identifier is invalid?`);
}

const recordView = ({ createdAt, ...record }: DnsRecord) => ({
  ...record,
  proxiable: true,
  meta: {},
  tags: [],
  comment: null,
  created_on: instant(createdAt),
  modified_on: instant(createdAt),
});

/** Add a record to a zone; refuses a name that has one which excludes it. */
export function addRecord(
  state: CloudflareState,
  zone: Zone,
  {
    type,
    name,
    content,
    proxied = false,
    ttl = 1,
    now,
  }: Omit<DnsRecord, "id" | "createdAt" | "proxied" | "ttl"> & {
    proxied?: boolean;
    ttl?: number;
    now: number;
  },
): DnsRecord {
  const same = [...zone.records.values()].filter((record) => record.name === name);
  if (same.some((record) => record.type === "CNAME" || type === "CNAME"))
    throw refuse(400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
  if (same.some((record) => record.type === type && record.content === content))
    throw refuse(400, 81058, "An identical record already exists.");
  const record = { id: freshId(state), type, name, content, proxied, ttl, createdAt: now };
  zone.records.set(record.id, record);
  return record;
}

export const accountRoutes: Routes = {
  "GET /user": () => ok({ id: "c0ffeec0ffeec0ffeec0ffeec0ffee00", email: "someone@example.com", suspended: false }),
  "GET /user/tokens/verify": verify("user"),
  "GET /accounts/:account/tokens/verify": verify("account"),
  "GET /accounts": (state, request) => paged(visibleAccounts(state, request), request, { view: accountView }),
  "GET /accounts/:account": (state, request) => ok(accountView(accountOf(state, request))),
  "GET /memberships": (state, request) => {
    if (state.tokens.get(bearerOf(request) ?? "")?.kind === "account")
      return failure(403, 9109, "Unauthorized to access requested resource");
    const memberships = visibleAccounts(state, request).map((account) => ({
      id: account.id,
      status: "accepted",
      account: accountView(account),
      roles: ["Super Administrator - All Privileges"],
      permissions: {},
    }));
    return paged(memberships, request);
  },
  // wrangler looks for them when a Worker is deleted.
  "GET /accounts/:account/storage/kv/namespaces": (_, request) => paged([], request),
  "GET /accounts/:account/workers/durable_objects/namespaces": (_, request) => paged([], request, { max: 1000 }),

  "GET /zones": (state, request) => {
    const { query } = request;
    const zones = [...state.zones.values()].filter(
      ({ name, account }) => name === (query.get("name") ?? name) && account === (query.get("account.id") ?? account),
    );
    return paged(zones, request, { view: (zone) => zoneView(state, zone) });
  },
  "GET /zones/:zone": (state, request) => ok(zoneView(state, zoneIn(state, request))),
  "GET /zones/:zone/dns_records": (state, request) => {
    const { query } = request;
    const name = query.get("name") ?? query.get("name.exact");
    const records = [...zoneIn(state, request).records.values()].filter(
      (record) => record.name === (name ?? record.name) && record.type === (query.get("type") ?? record.type),
    );
    return paged(records, request, { view: recordView, perPage: 100, max: 5000 });
  },
  "POST /zones/:zone/dns_records": (state, request) => {
    const zone = zoneIn(state, request);
    const { type, name, content, proxied, ttl } = objectOf(request) as Partial<DnsRecord>;
    if (!type || !name || !content) throw refuse(400, 9005, "Content, name and type of a DNS record are required.");
    const full = name === zone.name || name.endsWith(`.${zone.name}`) ? name : `${name}.${zone.name}`;
    const record = addRecord(state, zone, {
      type,
      name: full,
      content,
      proxied: proxied ?? false,
      ttl: ttl ?? 1,
      now: request.now,
    });
    return ok(recordView(record));
  },
  "DELETE /zones/:zone/dns_records/:record": (state, request) => {
    if (!zoneIn(state, request).records.delete(request.param("record")))
      throw refuse(404, 81044, "Record does not exist.");
    return ok({ id: request.param("record") });
  },
  "GET /zones/:zone/workers/routes": (state, request) => ok([...zoneIn(state, request).routes.values()]),
  "POST /zones/:zone/workers/routes": (state, request) => {
    const zone = zoneIn(state, request);
    const { pattern, script } = objectOf(request) as { pattern?: string; script?: string };
    if (!pattern || !script) throw refuse(400, 10022, "A route needs a pattern and a script.");
    if (!state.accounts.get(zone.account)?.scripts.has(script))
      throw refuse(404, 10007, "This Worker does not exist on your account.");
    if ([...zone.routes.values()].some((route) => route.pattern === pattern))
      throw refuse(409, 10020, "A route with the same pattern already exists.");
    const route = { id: freshId(state), pattern, script };
    zone.routes.set(route.id, route);
    return ok(route);
  },
  "DELETE /zones/:zone/workers/routes/:route": (state, request) => {
    if (!zoneIn(state, request).routes.delete(request.param("route")))
      throw refuse(404, 10009, "This route does not exist.");
    return ok({ id: request.param("route") });
  },
};
