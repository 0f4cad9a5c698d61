/** Custom domains of a Worker. Cloudflare sets the record and the certificate itself, on a zone of the same account. */
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import type { ApiContext, Domain, Platform } from "../../platform.ts";
import { accountIdOf, ask, askIfThere } from "./api.ts";
import { nameOf } from "./workers-script.ts";

interface RemoteDomain {
  id: string;
  hostname: string;
  service: string;
  zone_name: string;
  cert_id?: string;
}

export const workersDomains: NonNullable<Platform["domains"]> = {
  async add(context, name) {
    const { account, service } = await placeOf(context);
    const zone = await zoneOf(context, { account, name });
    const added = await ask<RemoteDomain>(context, {
      method: "PUT",
      path: path`/accounts/${account}/workers/domains`,
      json: { hostname: name, service, zone_id: zone.id },
    });
    return viewOf(added);
  },
  async check(context, name) {
    const found = await find(context, name);
    if (found) return viewOf(found);
    throw new DeployError("NOT_FOUND", {
      what: `${name} is not a domain of this Worker.`,
      where: nameOf(context),
      next: `Add it: landfall domains add ${name}`,
    });
  },
  async list(context) {
    const { account, service } = await placeOf(context);
    const all = await ask<RemoteDomain[]>(context, {
      method: "GET",
      path: path`/accounts/${account}/workers/domains`,
      query: { service },
    });
    return all.map(viewOf);
  },
  async remove(context, name) {
    const found = await find(context, name);
    if (!found) return;
    const { account } = await placeOf(context);
    await askIfThere(context, { method: "DELETE", path: path`/accounts/${account}/workers/domains/${found.id}` });
  },
};

async function placeOf(context: ApiContext): Promise<{ account: string; service: string }> {
  return { account: await accountIdOf(context), service: nameOf(context) };
}

async function find(context: ApiContext, name: string): Promise<RemoteDomain | undefined> {
  const { account, service } = await placeOf(context);
  const found = await ask<RemoteDomain[]>(context, {
    method: "GET",
    path: path`/accounts/${account}/workers/domains`,
    query: { hostname: name, service },
  });
  return found.find(({ hostname }) => hostname === name);
}

/** The zone the name lies in: the longest of its endings that is one. Throws INVALID_CONFIG. */
async function zoneOf(
  context: ApiContext,
  { account, name }: { account: string; name: string },
): Promise<{ id: string }> {
  const labels = name.split(".");
  for (let from = 0; from < labels.length - 1; from++) {
    const [zone] = await ask<{ id: string }[]>(context, {
      method: "GET",
      path: "/zones",
      query: { name: labels.slice(from).join("."), "account.id": account },
    });
    if (zone) return zone;
  }
  throw new DeployError("INVALID_CONFIG", {
    what: `${name} lies in no zone of this Cloudflare account; a Worker takes only names that do.`,
    where: `account ${account}`,
    next: "Add the domain to the account at https://dash.cloudflare.com/?to=/:account/domains, or deploy to cloudflare-pages, which takes any name.",
    step: "configure",
  });
}

/** Nothing is left for a person to set. */
function viewOf({ hostname, cert_id: certificate }: RemoteDomain): Domain {
  return {
    name: hostname,
    verified: true,
    records: [],
    certificate: certificate ? "issued" : "pending",
    live: Boolean(certificate),
  };
}
