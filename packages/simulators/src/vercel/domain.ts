/** Domains of a project: added, proven, their records, their certificates. What the world's DNS says is in `state.dns`. */
import { z } from "zod";
import { notFound, projectOf, read, refuse, type Call, type Endpoint } from "./call.ts";
import { type Project, type ProjectDomain, unique, type VercelState } from "./state.ts";
import { point } from "./traffic.ts";
import { notify } from "./webhook.ts";

/** What every domain is to point at. Source: vercel.com/docs/domains/working-with-domains, general-purpose values. */
const records = { ipv4: ["76.76.21.21"], cname: "cname.vercel-dns.com." };

const addRequest = z.looseObject({
  name: z.string(),
  gitBranch: z.string().max(250).nullable().default(null),
  redirect: z.string().nullable().default(null),
  redirectStatusCode: z.literal([301, 302, 307, 308]).nullable().default(null),
});
const changeRequest = z.object({
  gitBranch: z.string().max(250).nullable().optional(),
  redirect: z.string().nullable().optional(),
  redirectStatusCode: z.literal([301, 302, 307, 308]).nullable().optional(),
});
const shortRequest = z.looseObject({ domain: z.string() });
const certificateRequest = z.looseObject({ cns: z.array(z.string()).min(1) });

/** A domain that is nobody else's and shows production. */
export function plainDomain({ name, apexName, createdAt }: Pick<ProjectDomain, "name" | "apexName" | "createdAt">) {
  const settings = { gitBranch: null, redirect: null, redirectStatusCode: null };
  return { name, apexName, createdAt, verified: true, challenge: null, ...settings };
}

export const domainEndpoints: Record<string, Endpoint> = {
  "POST /v10/projects/:project/domains": (call) => {
    const project = projectOf(call, call.request.param("project"));
    return { json: shown(project, add(call, project, read(call.request, addRequest))) };
  },

  // What the official command line sends; the answer is a list.
  "POST /projects/:project/alias": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const { domain: name } = read(call.request, shortRequest);
    const added = add(call, project, addRequest.parse({ name }));
    return { json: [{ ...shown(project, added), domain: name, target: "PRODUCTION" }] };
  },

  "GET /v9/projects/:project/domains": (call) => {
    const project = projectOf(call, call.request.param("project"));
    const domains = [...project.domains.values()].map((domain) => shown(project, domain));
    return { json: { domains, pagination: { count: domains.length, next: null, prev: null } } };
  },

  "GET /v9/projects/:project/domains/:domain": (call) => {
    const { project, domain } = domainOf(call);
    return { json: shown(project, domain) };
  },

  "PATCH /v9/projects/:project/domains/:domain": (call) => {
    const { project, domain } = domainOf(call);
    Object.assign(domain, read(call.request, changeRequest));
    tell(call, project, { type: "updated", domain });
    return { json: shown(project, domain) };
  },

  "POST /v9/projects/:project/domains/:domain/verify": (call) => {
    const { project, domain } = domainOf(call);
    const { challenge } = domain;
    if (domain.verified || challenge === null) return { json: shown(project, domain) };
    const texts = call.state.dns.get(challenge.domain)?.TXT ?? [];
    if (texts.length === 0)
      refuse(400, {
        code: "missing_txt_record",
        message: `Domain ${challenge.domain} is missing required TXT Record "${challenge.value}"`,
      });
    if (!texts.includes(challenge.value))
      refuse(400, {
        code: "pending_domain_verification",
        message: `Domain ${challenge.domain} has no TXT Record "${challenge.value}"`,
      });
    domain.verified = true;
    domain.challenge = null;
    serve(call, project, domain);
    tell(call, project, { type: "verified", domain });
    return { json: shown(project, domain) };
  },

  "DELETE /v9/projects/:project/domains/:domain": (call) => {
    const { project, domain } = domainOf(call);
    project.domains.delete(domain.name);
    call.state.aliases.delete(domain.name);
    tell(call, project, { type: "deleted", domain });
    return { json: {} };
  },

  "GET /v6/domains/:domain/config": ({ state, request }) => ({ json: configuration(state, request.param("domain")) }),

  "GET /v9/domains/:domain/verification": ({ state, request }) => {
    const domain = request.param("domain");
    const [wanted] = [...state.projects.values()].flatMap(({ domains }) => domains.get(domain)?.challenge ?? []);
    return wanted ? { json: { txtRecord: wanted.value, verificationDomain: wanted.domain } } : notFound("Domain");
  },

  "POST /v8/certs": (call) => {
    const { state, now } = call;
    const { cns } = read(call.request, certificateRequest);
    if (cns.some((name) => configuration(state, name).misconfigured))
      refuse(449, { code: "challenge_still_pending", message: "The challenge is still pending, try again." });
    return { json: shownCertificate(issue(state, { cns, now })) };
  },

  "GET /v8/certs": ({ state, now }) => {
    // Certificates come by themselves as soon as a domain resolves.
    for (const { domains } of state.projects.values())
      for (const { name, verified } of domains.values())
        if (verified && !name.endsWith(state.siteDomain) && !configuration(state, name).misconfigured)
          issue(state, { cns: [name], now });
    const certs = [...state.certificates.values()].map(shownCertificate);
    return { json: { certs, pagination: { count: certs.length, next: null, prev: null } } };
  },

  "GET /v8/certs/:id": ({ state, request }) => {
    const certificate = [...state.certificates.values()].find(({ id }) => id === request.param("id"));
    return certificate ? { json: shownCertificate(certificate) } : notFound("Certificate");
  },
};

function add(call: Call, project: Project, fields: z.output<typeof addRequest>): ProjectDomain {
  const { state, now } = call;
  const name = fields.name.toLowerCase();
  if (!/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+([a-z]{2,}|xn--[a-z0-9-]+)$/.test(name))
    refuse(400, { code: "invalid_domain", message: `The domain "${name}" is not valid.` });
  if (fields.gitBranch !== null && fields.redirect !== null)
    refuse(400, { code: "bad_request", message: "You can't set both a git branch and a redirect for the domain" });
  const holder = [...state.projects.values()].find(({ domains }) => domains.has(name));
  if (holder)
    refuse(409, {
      code: holder.id === project.id ? "existing_project_domain" : "domain_already_in_use",
      message: `Cannot add ${name} since it's already in use by one of your projects.`,
      projectId: holder.id,
      domain: shown(holder, holder.domains.get(name)!),
    });
  const apexName = apexOf(name);
  const isForeign = state.foreignDomains.has(apexName);
  const value = `vc-domain-verify=${name},${unique(state, 20)}`;
  const domain: ProjectDomain = {
    name,
    apexName,
    verified: !isForeign,
    challenge: isForeign ? { domain: `_vercel.${apexName}`, value } : null,
    gitBranch: fields.gitBranch,
    redirect: fields.redirect,
    redirectStatusCode: fields.redirectStatusCode,
    createdAt: now,
  };
  project.domains.set(name, domain);
  serve(call, project, domain);
  tell(call, project, { type: "created", domain });
  return domain;
}

/** A proven domain answers at once with what is in production. */
function serve({ state, now }: Call, project: Project, { name, verified, gitBranch, redirect }: ProjectDomain): void {
  const deployment = project.production === null ? undefined : state.deployments.get(project.production);
  if (deployment && verified && gitBranch === null && redirect === null) point(state, { host: name, deployment, now });
}

/** The registered part of a name: two labels, three below the usual double endings. */
function apexOf(name: string): string {
  const labels = name.split(".");
  const isDouble = /^(co|com|org|net|gov|ac)\.[a-z]{2}$/.test(labels.slice(-2).join("."));
  return labels.slice(isDouble ? -3 : -2).join(".");
}

function configuration({ dns }: VercelState, domain: string) {
  const { A = [], CNAME = [] } = dns.get(domain) ?? {};
  const byCname = CNAME.some((value) => `${value.replace(/\.$/, "")}.` === records.cname);
  const byAddress = A.length > 0 && A.every((value) => records.ipv4.includes(value));
  const conflicts = byAddress ? [] : A.map((value) => ({ name: domain, type: "A", value }));
  return {
    configuredBy: byCname ? "CNAME" : byAddress ? "A" : null,
    acceptedChallenges: byCname || byAddress ? ["http-01"] : [],
    misconfigured: !byCname && !byAddress,
    recommendedIPv4: [{ rank: 1, value: records.ipv4 }],
    recommendedCNAME: [{ rank: 1, value: records.cname }],
    serviceType: "external",
    nameservers: [],
    cnames: CNAME,
    aValues: A,
    conflicts,
  };
}

function issue(state: VercelState, { cns, now }: { cns: string[]; now: number }) {
  const known = state.certificates.get(cns.join());
  const certificate = known ?? { id: `cert_${unique(state, 24)}`, cns, createdAt: now };
  state.certificates.set(cns.join(), certificate);
  return certificate;
}

function shownCertificate({ id, cns, createdAt }: { id: string; cns: string[]; createdAt: number }) {
  return { id, cns, createdAt, expiresAt: createdAt + 90 * 24 * 60 * 60 * 1000, autoRenew: true };
}

function domainOf(call: Call): { project: Project; domain: ProjectDomain } {
  const project = projectOf(call, call.request.param("project"));
  const domain = project.domains.get(call.request.param("domain").toLowerCase());
  return domain ? { project, domain } : notFound("Project domain");
}

function shown({ id: projectId }: Project, { challenge, ...domain }: ProjectDomain) {
  const verification = challenge && [{ type: "TXT", ...challenge, reason: "pending_domain_verification" }];
  return { ...domain, projectId, updatedAt: domain.createdAt, ...(verification ? { verification } : {}) };
}

function tell(call: Call, project: Project, { type, domain }: { type: string; domain: ProjectDomain }): void {
  const payload = { project: { id: project.id, name: project.name }, domain: { name: domain.name } };
  notify(call, { type: `project.domain.${type}`, project, payload });
}
