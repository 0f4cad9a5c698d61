/** Certificates of domains, and DNS zones kept at the vendor. */
import type { Handler, SimulatedRequest } from "../definition.ts";
import {
  bodyOf,
  domainsOf,
  isoOf,
  newId,
  notFound,
  personOf,
  refuse,
  refuseField,
  siteOf,
  teamOf,
  textOf,
  type NetlifyState,
  type Site,
  type Zone,
} from "./state.ts";

const day = 86_400_000;

/** Below the API's base. */
export const domainRoutes: Record<string, Handler<NetlifyState>> = {
  "POST /sites/:site/ssl": (state, request) => {
    const site = siteOf(state, request);
    const own = ["certificate", "key", "ca_certificates"].every((name) => request.query.get(name));
    const domains = domainsOf(site);
    if (domains.length === 0) refuse(422, "No custom domain configured");
    if (site.certificate && !own)
      refuse(422, "certificate parameter is required when updating an existing certificate");
    if (!own && !domains.every((domain) => leadsHere(state, domain))) refuse(422, "bad dns for custom domain");
    site.certificate = { state: own ? "issued" : "provisioning", domains, createdAt: request.now };
    return { json: certificateView(site) };
  },
  // As with deployments, it is the look that makes it go on.
  "GET /sites/:site/ssl": (state, request) => {
    const site = siteOf(state, request);
    if (site.certificate) site.certificate.state = "issued";
    return { json: certificateView(site) };
  },
  "GET /sites/:site/ssl/certificates": (state, request) => {
    const site = siteOf(state, request);
    const domain = request.query.get("domain") ?? refuse(422, "domain is required");
    return { json: site.certificate?.domains.includes(domain) ? [certificateView(site)] : [] };
  },

  "GET /sites/:site/dns": (state, request) => ({ json: zonesOf(state, siteOf(state, request)).map(zoneView(state)) }),
  "PUT /sites/:site/dns": (state, request) => {
    const site = siteOf(state, request);
    for (const zone of state.zones.values())
      if (zone.teamId === site.teamId && domainsOf(site).some((domain) => isIn(zone, domain))) zone.siteId = site.id;
    return { json: zonesOf(state, site).map(zoneView(state)) };
  },
  "GET /dns_zones": (state, request) => {
    const { teams } = personOf(state, request);
    const asked = request.query.get("account_slug");
    const seen = [...state.zones.values()]
      .map(zoneView(state))
      .filter(({ account_slug: slug }) => teams.includes(slug));
    return { json: seen.filter((zone) => (asked ?? zone.account_slug) === zone.account_slug) };
  },
  "POST /dns_zones": (state, request) => {
    const { account_slug: slug, site_id: siteId, name } = bodyOf(request);
    if (typeof name !== "string" || !name.includes(".")) refuseField("name", "is invalid");
    if ([...state.zones.values()].some((zone) => zone.name === name)) refuseField("name", "must be unique");
    const team = teamOf(state, request, textOf(slug) ?? personOf(state, request).teams[0] ?? "");
    const given = textOf(siteId);
    const site = given && siteOf(state, request, given).id;
    const zone: Zone = {
      id: newId(),
      teamId: team.id,
      siteId: site,
      name,
      records: new Map(),
      createdAt: request.now,
    };
    state.zones.set(zone.id, zone);
    return { status: 201, json: zoneView(state)(zone) };
  },
  "GET /dns_zones/:zone": (state, request) => ({ json: zoneView(state)(zoneOf(state, request)) }),
  "DELETE /dns_zones/:zone": (state, request) => {
    state.zones.delete(zoneOf(state, request).id);
    return { status: 204 };
  },
  "GET /dns_zones/:zone/dns_records": (state, request) => ({ json: [...zoneOf(state, request).records.values()] }),
  "POST /dns_zones/:zone/dns_records": (state, request) => {
    const zone = zoneOf(state, request);
    const { type, hostname, value, ttl = 3600, ...others } = bodyOf(request);
    for (const [name, given] of Object.entries({ type, hostname, value }))
      if (typeof given !== "string" || given === "") refuseField(name, "can't be blank");
    const record = {
      ...others,
      id: newId(),
      type: String(type),
      hostname: String(hostname),
      value: String(value),
      ttl,
      dns_zone_id: zone.id,
      site_id: zone.siteId,
      managed: false,
    };
    zone.records.set(record.id, record);
    return { status: 201, json: record };
  },
  "GET /dns_zones/:zone/dns_records/:record": (state, request) => ({
    json: zoneOf(state, request).records.get(request.param("record")) ?? notFound(),
  }),
  "DELETE /dns_zones/:zone/dns_records/:record": (state, request) => {
    if (!zoneOf(state, request).records.delete(request.param("record"))) notFound();
    return { status: 204 };
  },
};

function certificateView({ certificate }: Site): Record<string, unknown> {
  const { state, domains, createdAt } = certificate ?? notFound();
  const created = isoOf(createdAt);
  return { state, domains, created_at: created, updated_at: created, expires_at: isoOf(createdAt + 90 * day) };
}

const isIn = (zone: Zone, domain: string): boolean => domain === zone.name || domain.endsWith(`.${zone.name}`);

function leadsHere({ pointed, zones }: NetlifyState, domain: string): boolean {
  return pointed.has(domain) || [...zones.values()].some((zone) => isIn(zone, domain));
}

function zonesOf({ zones }: NetlifyState, { id }: Site): Zone[] {
  return [...zones.values()].filter(({ siteId }) => siteId === id);
}

function zoneOf(state: NetlifyState, request: SimulatedRequest): Zone {
  const zone = state.zones.get(request.param("zone")) ?? notFound();
  teamOf(state, request, zone.teamId);
  return zone;
}

function zoneView(state: NetlifyState) {
  return ({ id, name, teamId, siteId, records, createdAt }: Zone) => {
    const { slug } = state.teams.get(teamId)!;
    return {
      id,
      name,
      domain: name,
      errors: [],
      supported_record_types: ["A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NS", "SPF", "SRV", "TXT", "NETLIFY"],
      records: [...records.values()],
      dns_servers: [1, 2, 3, 4].map((number) => `dns${number}.p0${number}.nsone.net`),
      account_id: teamId,
      account_slug: slug,
      account_name: slug,
      site_id: siteId,
      created_at: isoOf(createdAt),
      updated_at: isoOf(createdAt),
      ipv6_enabled: false,
      dedicated: false,
    };
  };
}
