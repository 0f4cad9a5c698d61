/** Workers: under which addresses a script is reached, and its older names in the API. */
import type { SimulatedRequest } from "../definition.ts";
import { accountOf, addRecord } from "./account.ts";
import { instant, isObject, objectOf, ok, paged, refuse, type Routes } from "./envelope.ts";
import { liveVersion, removeScript, scriptOf } from "./versions.ts";
import {
  freshId,
  siteUrl,
  zoneOf,
  type Account,
  type CloudflareState,
  type Script,
  type WorkerDomain,
  type Zone,
} from "./state.ts";

/** The host name of a script below workers.dev or the domain of the options; null without a subdomain. */
function workersHost({ settings }: CloudflareState, account: Account, name: string): string | null {
  return account.workersSubdomain === null
    ? null
    : `${name}.${account.workersSubdomain}.${settings.siteDomain ?? "workers.dev"}`;
}

function workerView(state: CloudflareState, account: Account, script: Script): object {
  const host = workersHost(state, account, script.name);
  const domains = [...account.workerDomains.values()].filter(({ service }) => service === script.name);
  return {
    id: script.tag,
    name: script.name,
    created_on: instant(script.createdAt),
    updated_on: instant(script.modifiedAt),
    deployed_on: script.deployments[0] ? instant(script.deployments[0].createdAt) : null,
    subdomain: { ...script.subdomain, ...(host === null ? {} : { url: siteUrl(state, host) }) },
    references: {
      dispatch_namespace_outbounds: [],
      domains: domains.map(({ id, cert_id: certificate_id, hostname, zone_id, zone_name }) => {
        return { id, certificate_id, hostname, zone_id, zone_name };
      }),
      durable_objects: [],
      queues: [],
      workers: [],
    },
    ...script.settings,
  };
}

/** A Worker by name or by its immutable id. */
function workerOf(state: CloudflareState, request: SimulatedRequest): Script {
  const { scripts } = accountOf(state, request);
  const worker = request.param("worker");
  const script = scripts.get(worker) ?? scripts.values().find(({ tag }) => tag === worker);
  if (script) return script;
  throw refuse(404, 10007, "This Worker does not exist on your account.");
}

function serviceOf(state: CloudflareState, request: SimulatedRequest): Script {
  const script = accountOf(state, request).scripts.get(request.param("script"));
  if (script) return script;
  throw refuse(404, 10090, "This service does not exist on your account.");
}

interface Origin {
  hostname: string;
  zone_id?: string;
  zone_name?: string;
}

/** The zone of an origin, which must be one of the account's. */
function zoneFor(state: CloudflareState, account: Account, { hostname, zone_id: id, zone_name: name }: Origin): Zone {
  const zone = zoneOf(state, hostname);
  if (zone?.account === account.id && zone.id === (id ?? zone.id) && zone.name === (name ?? zone.name)) return zone;
  throw refuse(404, 100114, `Could not find a zone for ${hostname}. Make sure the domain is set up on this account.`);
}

const foreignRecords = (zone: Zone, hostname: string) =>
  [...zone.records.values()].filter(
    ({ name, type, content }) => name === hostname && ["A", "AAAA", "CNAME"].includes(type) && content !== "100::",
  );

/** Give a host name to a Worker: DNS record and certificate come with it. */
function attach(
  state: CloudflareState,
  account: Account,
  {
    origin,
    service,
    overrideOrigin,
    overrideRecords,
    now,
  }: { origin: Origin; service: string; overrideOrigin: boolean; overrideRecords: boolean; now: number },
): WorkerDomain {
  const zone = zoneFor(state, account, origin);
  const { hostname } = origin;
  const existing = account.workerDomains.values().find((domain) => domain.hostname === hostname);
  if (existing && existing.service !== service && !overrideOrigin)
    throw refuse(409, 100116, `Hostname '${hostname}' is already in use by the Worker ${existing.service}.`);
  const foreign = foreignRecords(zone, hostname);
  if (foreign.length > 0 && !overrideRecords)
    throw refuse(409, 100117, `Hostname '${hostname}' already has externally managed DNS records (A, CNAME, etc).`);
  for (const { id } of foreign) zone.records.delete(id);
  if (existing) {
    existing.service = service;
    return existing;
  }
  addRecord(state, zone, { type: "AAAA", name: hostname, content: "100::", proxied: true, now });
  const domain: WorkerDomain = {
    id: freshId(state),
    hostname,
    service,
    zone_id: zone.id,
    zone_name: zone.name,
    cert_id: freshId(state),
    environment: "production",
  };
  account.workerDomains.set(domain.id, domain);
  return domain;
}

function domainIn(state: CloudflareState, request: SimulatedRequest): WorkerDomain {
  const domain = accountOf(state, request).workerDomains.get(request.param("domain"));
  if (domain) return domain;
  throw refuse(404, 100124, "The custom domain does not exist.");
}

/** The host name in a route's pattern, such as `*.example.com/app/*`. */
const hostOf = (pattern: string) =>
  pattern
    .replace(/^https?:\/\//, "")
    .replace(/^\*\.?/, "")
    .replace(/\/.*$/, "");

const script = "/accounts/:account/workers/scripts/:script";

export const addressRoutes: Routes = {
  "GET /accounts/:account/workers/subdomain": (state, request) => {
    const { workersSubdomain: subdomain } = accountOf(state, request);
    if (subdomain === null) throw refuse(404, 10007, "There is no workers.dev subdomain on your account.");
    return ok({ subdomain });
  },
  "PUT /accounts/:account/workers/subdomain": (state, request) => {
    const account = accountOf(state, request);
    const { subdomain } = objectOf(request);
    if (typeof subdomain !== "string" || !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(subdomain))
      throw refuse(400, 10030, "The subdomain is not valid.");
    if (state.takenLabels.has(subdomain)) throw refuse(409, 10031, "This subdomain is unavailable.");
    account.workersSubdomain = subdomain;
    return ok({ subdomain });
  },
  // What is free is told by an error.
  "GET /accounts/:account/workers/subdomains/:name": (state, request) => {
    const name = request.param("name");
    const taken = state.takenLabels.has(name) || state.accounts.values().some((each) => each.workersSubdomain === name);
    if (taken) return ok({ subdomain: name });
    throw refuse(404, 10032, "This subdomain is available.");
  },

  [`GET ${script}/subdomain`]: (state, request) => ok(scriptOf(state, request).subdomain),
  [`POST ${script}/subdomain`]: (state, request) => {
    const { subdomain } = scriptOf(state, request);
    const { enabled, previews_enabled: previews } = objectOf(request);
    if (typeof enabled !== "boolean") throw refuse(400, 10021, "`enabled` must be true or false.");
    if (accountOf(state, request).workersSubdomain === null)
      throw refuse(400, 10063, "You need a workers.dev subdomain in order to proceed.");
    Object.assign(subdomain, { enabled, previews_enabled: typeof previews === "boolean" ? previews : enabled });
    return ok(subdomain);
  },
  [`DELETE ${script}/subdomain`]: (state, request) => {
    const { subdomain } = scriptOf(state, request);
    Object.assign(subdomain, { enabled: false, previews_enabled: false });
    return ok(subdomain);
  },

  "GET /accounts/:account/workers/workers": (state, request) => {
    const account = accountOf(state, request);
    return paged([...account.scripts.values()], request, { view: (each) => workerView(state, account, each) });
  },
  "GET /accounts/:account/workers/workers/:worker": (state, request) =>
    ok(workerView(state, accountOf(state, request), workerOf(state, request))),
  "PATCH /accounts/:account/workers/workers/:worker": (state, request) => {
    const worker = workerOf(state, request);
    const { subdomain, ...settings } = objectOf(request);
    if (isObject(subdomain)) Object.assign(worker.subdomain, subdomain);
    Object.assign(worker.settings, settings);
    return ok(workerView(state, accountOf(state, request), worker));
  },
  "DELETE /accounts/:account/workers/workers/:worker": (state, request) => {
    removeScript(accountOf(state, request), workerOf(state, request));
    return ok(null);
  },

  // The name of scripts from before there were versions; wrangler still asks here whether one exists.
  "GET /accounts/:account/workers/services/:script": (state, request) => {
    const service = serviceOf(state, request);
    const { name, tag, createdAt, modifiedAt } = service;
    const times = { created_on: instant(createdAt), modified_on: instant(modifiedAt) };
    const etag = liveVersion(service)?.etag;
    const environment = {
      environment: "production",
      ...times,
      script: { id: name, tag, etag, ...times, last_deployed_from: "wrangler", usage_model: "standard" },
    };
    return ok({ id: name, ...times, default_environment: environment, environments: [environment] });
  },
  "DELETE /accounts/:account/workers/services/:script": (state, request) => {
    removeScript(accountOf(state, request), serviceOf(state, request));
    return ok(null);
  },

  "GET /accounts/:account/workers/domains": (state, request) => {
    const { query } = request;
    const domains = [...accountOf(state, request).workerDomains.values()].filter(
      ({ hostname, service }) =>
        hostname === (query.get("hostname") ?? hostname) && service === (query.get("service") ?? service),
    );
    return ok(domains);
  },
  "PUT /accounts/:account/workers/domains": (state, request) => {
    const account = accountOf(state, request);
    const { service, ...origin } = objectOf(request) as Partial<Origin> & { service?: string };
    if (!origin.hostname || !service) throw refuse(400, 100112, "A custom domain needs `hostname` and `service`.");
    if (!account.scripts.has(service)) throw refuse(404, 10007, "This Worker does not exist on your account.");
    const domain = attach(state, account, {
      origin: { ...origin, hostname: origin.hostname },
      service,
      overrideOrigin: false,
      overrideRecords: false,
      now: request.now,
    });
    return ok(domain);
  },
  "GET /accounts/:account/workers/domains/:domain": (state, request) => ok(domainIn(state, request)),
  "DELETE /accounts/:account/workers/domains/:domain": (state, request) => {
    const { id, hostname, zone_id: zoneId } = domainIn(state, request);
    const records = state.zones.get(zoneId)?.records;
    for (const record of records?.values() ?? [])
      if (record.name === hostname && record.content === "100::") records?.delete(record.id);
    accountOf(state, request).workerDomains.delete(id);
    return ok(null);
  },

  // All routes of a script at once: those it had go.
  [`PUT ${script}/routes`]: (state, request) => {
    const account = accountOf(state, request);
    const { name } = scriptOf(state, request);
    const wanted = (request.json() ?? []) as { pattern: string }[];
    const zones = wanted.map(({ pattern }) => zoneFor(state, account, { hostname: hostOf(pattern) }));
    for (const { routes } of state.zones.values())
      for (const route of routes.values()) if (route.script === name) routes.delete(route.id);
    const routes = wanted.map(({ pattern }, index) => {
      const route = { id: freshId(state), pattern, script: name };
      zones[index]!.routes.set(route.id, route);
      return route;
    });
    return ok(routes);
  },

  // wrangler's own way to custom domains: what would change, then the change.
  [`POST ${script}/domains/changeset`]: (state, request) => {
    const account = accountOf(state, request);
    const origins = (request.json() ?? []) as Origin[];
    const known = new Map([...account.workerDomains.values()].map((domain) => [domain.hostname, domain]));
    const conflicting = origins.filter(
      (origin) => foreignRecords(zoneFor(state, account, origin), origin.hostname).length > 0,
    );
    return ok({
      added: origins.filter(({ hostname }) => !known.has(hostname)),
      updated: origins.flatMap(({ hostname }) => {
        const domain = known.get(hostname);
        return domain ? [{ ...domain, modified: domain.service !== request.param("script") }] : [];
      }),
      removed: [],
      conflicting,
    });
  },
  [`PUT ${script}/domains/records`]: (state, request) => {
    const account = accountOf(state, request);
    const { name: service } = scriptOf(state, request);
    const { origins, override_existing_origin: origin, override_existing_dns_record: records } = objectOf(request);
    const attached = (origins as Origin[]).map((each) =>
      attach(state, account, {
        origin: each,
        service,
        overrideOrigin: origin === true,
        overrideRecords: records === true,
        now: request.now,
      }),
    );
    return ok(attached);
  },
};
