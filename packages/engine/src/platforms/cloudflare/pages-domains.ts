/** Custom domains of a Pages project: added here, pointed to it by a record that its owner sets. */
import { path } from "../../http/api.ts";
import type { ApiContext, DnsRecord, Domain, Platform } from "../../platform.ts";
import { ask, askAll, askIfThere, isCode } from "./api.ts";
import { projectPath, remoteProject } from "./pages-project.ts";

interface RemoteDomain {
  name: string;
  status: "initializing" | "pending" | "active" | "deactivated" | "blocked" | "error";
  validation_data?: { status: string; method?: string; txt_name?: string; txt_value?: string; error_message?: string };
  verification_data?: { status: string; error_message?: string };
}

const alreadyAdded = 8000018;

export const pagesDomains: NonNullable<Platform["domains"]> = {
  async add(context, name) {
    const place = await placeOf(context);
    try {
      const added = await ask<RemoteDomain>(context, {
        method: "POST",
        path: `${place.path}/domains`,
        json: { name },
        repeatable: true,
      });
      return viewOf(added, place.host);
    } catch (error) {
      const there = isCode(error, alreadyAdded) ? await find(context, place.path, name) : null;
      if (!there) throw error;
      return viewOf(there, place.host);
    }
  },
  /** Asking also makes Cloudflare look at the records again. */
  async check(context, name) {
    const place = await placeOf(context);
    const looked = await ask<RemoteDomain>(context, { method: "PATCH", path: place.path + path`/domains/${name}` });
    return viewOf(looked, place.host);
  },
  async list(context) {
    const place = await placeOf(context);
    const all = await askAll<RemoteDomain>(context, { method: "GET", path: `${place.path}/domains` });
    return all.map((one) => viewOf(one, place.host));
  },
  async remove(context, name) {
    const place = await placeOf(context);
    await askIfThere(context, { method: "DELETE", path: place.path + path`/domains/${name}` });
  },
};

async function placeOf(context: ApiContext): Promise<{ path: string; host: string }> {
  const project = await remoteProject(context);
  return { path: projectPath(project), host: project.subdomain };
}

function find(context: ApiContext, project: string, name: string): Promise<RemoteDomain | null> {
  return askIfThere<RemoteDomain>(context, { method: "GET", path: project + path`/domains/${name}` });
}

function viewOf(
  { name, status, validation_data: validation, verification_data: verification }: RemoteDomain,
  host: string,
): Domain {
  const records: DnsRecord[] = [
    {
      type: "CNAME",
      name,
      value: host,
      purpose: "leads visitors to the site; a name without a subdomain must be a zone on Cloudflare",
    },
  ];
  if (validation?.txt_name !== undefined && validation.txt_value !== undefined)
    records.push({
      type: "TXT",
      name: validation.txt_name,
      value: validation.txt_value,
      purpose: "proves that the name is yours",
    });
  const fault = verification?.error_message ?? validation?.error_message;
  const isFailed = status === "error" || status === "blocked" || status === "deactivated";
  return {
    name,
    verified: verification?.status === "active",
    records,
    certificate: validation?.status === "active" ? "issued" : isFailed ? "failed" : "pending",
    live: status === "active" && verification?.status === "active" && validation?.status === "active",
    ...(fault || isFailed ? { fault: fault ?? `Cloudflare says: ${status}` } : {}),
  };
}
