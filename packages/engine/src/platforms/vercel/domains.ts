/**
 * Custom domains of a project: added, proven, and the records that lead here. Certificates come by themselves when the records are right.
 * Source: vercel.com/docs/domains/working-with-domains; OpenAPI document of api.vercel.com (2025-10-27). Read 2026-08.
 */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import type { ApiContext, DnsRecord, Domain, Platform } from "../../platform.ts";
import { projectRef, scoped } from "./api.ts";
import { siteDomain } from "./addresses.ts";

interface RemoteDomain {
  name: string;
  apexName: string;
  verified: boolean;
  verification?: { type: "TXT"; domain: string; value: string; reason: string }[];
}

interface Configuration {
  misconfigured: boolean;
  recommendedIPv4?: { rank: number; value: string[] }[];
  recommendedCNAME?: { rank: number; value: string }[];
  conflicts?: { name: string; type: string; value: string }[];
}

export const domains: NonNullable<Platform["domains"]> = {
  async add(context, name) {
    try {
      const json = { name };
      const where = path`/v10/projects/${projectRef(context)}/domains`;
      await scoped(context).call({ method: "POST", path: where, json, repeatable: true, signal: context.signal });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      if (!(await domainIn(context, name))) throw taken(name, error);
    }
    return domains.check(context, name);
  },

  async check(context, name) {
    const found = await domainIn(context, name);
    if (!found)
      throw new DeployError("NOT_FOUND", {
        what: `The project on Vercel does not have the domain ${name}.`,
        where: `vercel, project ${projectRef(context)}`,
        next: `Add it with: landfall domains add ${name} --project ${context.project}`,
      });
    return domainFrom(found.verified ? found : await proven(context, found), await configurationOf(context, name));
  },

  async list(context) {
    const { domains: all } = await scoped(context).call<{ domains: RemoteDomain[] }>({
      method: "GET",
      path: path`/v9/projects/${projectRef(context)}/domains`,
      query: { limit: 100 },
      signal: context.signal,
    });
    const own = all.filter(({ name }) => !name.endsWith(`.${siteDomain}`));
    return Promise.all(own.map(async (one) => domainFrom(one, await configurationOf(context, one.name))));
  },

  async remove(context, name) {
    const where = path`/v9/projects/${projectRef(context)}/domains/${name}`;
    await scoped(context).send({ method: "DELETE", path: where, json: {}, accept: [404], signal: context.signal });
  },
};

async function domainIn(context: ApiContext, name: string): Promise<RemoteDomain | null> {
  const where = path`/v9/projects/${projectRef(context)}/domains/${name}`;
  const { signal } = context;
  const answer = await scoped(context).send({ method: "GET", path: where, accept: [404], expects: "json", signal });
  return answer.status === 404 ? null : (answer.json() as RemoteDomain);
}

/** The domain after Vercel has looked for the record that proves it. */
async function proven(context: ApiContext, domain: RemoteDomain): Promise<RemoteDomain> {
  const where = path`/v9/projects/${projectRef(context)}/domains/${domain.name}/verify`;
  const { signal } = context;
  // Refused as long as the record is not there.
  const asked = { method: "POST", path: where, accept: [400], repeatable: true, expects: "json", signal } as const;
  const answer = await scoped(context).send(asked);
  return answer.status === 400 ? domain : (answer.json() as RemoteDomain);
}

function configurationOf(context: ApiContext, name: string): Promise<Configuration> {
  const query = { projectIdOrName: projectRef(context) };
  const { signal } = context;
  return scoped(context).call({ method: "GET", path: path`/v6/domains/${name}/config`, query, signal });
}

function domainFrom({ name, apexName, verified, verification = [] }: RemoteDomain, found: Configuration): Domain {
  const { misconfigured, conflicts = [] } = found;
  const live = verified && !misconfigured;
  const wrong = conflicts.map(({ type, value }) => `${type} ${value}`);
  const [unproven] = verification;
  const fault =
    !verified && unproven
      ? `The record that proves the domain is not there: TXT ${unproven.domain}.`
      : wrong.length > 0
        ? `These records lead elsewhere: ${wrong.join(", ")}.`
        : undefined;
  return {
    name,
    verified,
    records: [...pointing(name, apexName, found), ...verification.map(proof)],
    certificate: live ? "issued" : "pending",
    live,
    ...(fault === undefined ? {} : { fault }),
  };
}

/** Values for everybody, when Vercel recommends none for this project. Source: vercel.com/docs/domains, read 2026-08. */
const general = { address: "76.76.21.21", name: "cname.vercel-dns.com" };

/** A domain itself may have no CNAME beside its other records, so it gets addresses. */
function pointing(name: string, apexName: string, { recommendedIPv4, recommendedCNAME }: Configuration): DnsRecord[] {
  const purpose = "leads to Vercel";
  if (name === apexName) {
    const addresses = best(recommendedIPv4)?.value ?? [general.address];
    return addresses.map((value) => ({ type: "A", name, value, purpose }));
  }
  const value = (best(recommendedCNAME)?.value ?? general.name).replace(/\.$/, "");
  return [{ type: "CNAME", name, value, purpose }];
}

function best<T extends { rank: number }>(ranked: T[] = []): T | undefined {
  return ranked.toSorted((a, b) => a.rank - b.rank)[0];
}

function proof({ domain, value }: { domain: string; value: string }): DnsRecord {
  return { type: "TXT", name: domain, value, purpose: "proves that the domain is yours" };
}

function taken(name: string, cause: ApiError): DeployError {
  return new DeployError(
    "CONFLICT",
    {
      what: `${name} belongs to another project on Vercel.`,
      ...(cause.text.where === undefined ? {} : { where: cause.text.where }),
      next: "Remove it there first, or move it on Vercel.",
    },
    { cause },
  );
}
