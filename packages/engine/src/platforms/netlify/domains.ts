/**
 * Custom domains of a site: the first is its primary one, the others are aliases. Netlify asks Let's Encrypt for the certificate once the
 * DNS leads to it; looking at a domain asks for that again.
 * Source: https://docs.netlify.com/manage/domains/configure-domains/configure-external-dns/, read 2026-08.
 */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import type { ApiContext, DnsRecord, Domain, Platform } from "../../platform.ts";
import type { Site } from "./api.ts";
import { homeOf, siteAt } from "./site.ts";

const apexAddress = { alias: "apex-loadbalancer.netlify.com", a: "75.2.60.5" };
/** `example.com` and `example.co.uk`, which may have no CNAME. */
const apex = /^[^.]+\.(?:(?:ac|co|com|edu|gov|net|org)\.[a-z]{2}|[^.]+)$/;

interface Certificate {
  state: string;
  domains: string[];
}

export const domains: NonNullable<Platform["domains"]> = {
  async add(context, name) {
    const site = await siteOf(context);
    if (namesOf(site).includes(name)) return look(context, site, name);
    const change = site.custom_domain
      ? { domain_aliases: [...(site.domain_aliases ?? []), name] }
      : { custom_domain: name };
    return look(context, await update(context, site, change, name), name);
  },
  async check(context, name) {
    const site = await siteOf(context);
    if (!namesOf(site).includes(name)) throw notThere(site, name);
    return look(context, site, name);
  },
  async list(context) {
    const site = await siteOf(context);
    const certificate = await certificateOf(context, site);
    return namesOf(site).map((name) => domainOf(site, name, { certificate }));
  },
  async remove(context, name) {
    const site = await siteOf(context);
    const [first = null, ...others] = namesOf(site).filter((one) => one !== name);
    // An alias takes the place of the primary one.
    await update(context, site, { custom_domain: first, domain_aliases: others }, name);
  },
};

async function siteOf(context: ApiContext): Promise<Site> {
  const { siteId } = await homeOf(context);
  return siteAt(context, siteId);
}

function namesOf({ custom_domain, domain_aliases }: Site): string[] {
  return [...(custom_domain ? [custom_domain] : []), ...(domain_aliases ?? [])];
}

async function update(
  { api, signal }: ApiContext,
  { id }: Site,
  json: { custom_domain?: string | null; domain_aliases?: string[] },
  name: string,
): Promise<Site> {
  try {
    return await api.call<Site>({ method: "PATCH", path: path`/sites/${id}`, json, signal });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    throw new DeployError(
      "CONFLICT",
      {
        what: `Netlify does not take ${name} for this site.${error.vendor.message ? ` It says: ${error.vendor.message}.` : ""}`,
        where: "netlify, domains",
        next: "It may belong to another site: take it away there first, or prove at Netlify that it is yours.",
        step: "configure",
      },
      { cause: error },
    );
  }
}

/** How it stands with the domain; a certificate that is missing is asked for. */
async function look(context: ApiContext, site: Site, name: string): Promise<Domain> {
  const certificate = await certificateOf(context, site);
  if (certificate?.domains.includes(name)) return domainOf(site, name, { certificate });
  const { api, signal } = context;
  const request = path`/sites/${site.id}/ssl`;
  const answer = await api.send({
    method: "POST",
    path: request,
    repeatable: true,
    expects: "json",
    accept: [422],
    signal,
  });
  if (answer.status !== 422) return domainOf(site, name, { certificate: answer.json() as Certificate });
  const { message } = answer.json() as { message?: string };
  return domainOf(site, name, { certificate, fault: message ?? "the DNS does not lead to Netlify yet" });
}

/** Null when there is none. */
async function certificateOf({ api, signal }: ApiContext, { id }: Site): Promise<Certificate | null> {
  const request = path`/sites/${id}/ssl`;
  const answer = await api.send({ method: "GET", path: request, expects: "json", accept: [404], signal });
  return answer.status === 404 ? null : (answer.json() as Certificate);
}

function domainOf(
  site: Site,
  name: string,
  { certificate, fault }: { certificate: Certificate | null; fault?: string },
): Domain {
  const covers = certificate?.domains.includes(name) === true;
  const isIssued = covers && certificate.state === "issued";
  return {
    name,
    // Netlify refuses a domain of somebody else's when it is added.
    verified: true,
    records: recordsFor(site, name),
    certificate: isIssued ? "issued" : "pending",
    live: isIssued,
    ...(fault === undefined ? {} : { fault }),
  };
}

function recordsFor({ name: site }: Site, name: string): DnsRecord[] {
  if (!apex.test(name))
    return [{ type: "CNAME", name, value: `${site}.netlify.app`, purpose: "leads visitors to the site" }];
  return [
    { type: "ALIAS", name, value: apexAddress.alias, purpose: "leads visitors to the site" },
    { type: "A", name, value: apexAddress.a, purpose: "in its place, where there is no ALIAS or ANAME" },
  ];
}

function notThere({ name: site }: Site, name: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `${name} is not a domain of the site ${site}.`,
    where: "netlify, domains",
    next: "Add it first.",
    step: "configure",
  });
}
