/** Custom domains of a project: added at the platform, their records and certificate checked live, with what is left to do. */
import { openClient, type PlatformAccess } from "../connections/access.ts";
import { chooseCredential, openCredential } from "../connections/choose.ts";
import { pinnedTarget } from "../deployment/reach.ts";
import { DeployError } from "../error.ts";
import type { ApiContext, Domain, Platform } from "../platform.ts";
import type { ProjectRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { type CertificateCheck, checkCertificate } from "./certificate.ts";
import { checkRecords, type Dns, obstacles, type RecordCheck } from "./dns.ts";
import { checkedDomain, counterpart } from "./name.ts";

export interface DomainView extends Omit<Domain, "records" | "certificate"> {
  project: string;
  platform: string;
  records: RecordCheck[];
  /** What the platform says of its certificate, and what visitors are shown. */
  certificate: { platform: Domain["certificate"]; shown: CertificateCheck };
  /** What stands in the way besides, in sentences. */
  obstacles: string[];
  /** Visitors arrive, over a certificate that holds. */
  ready: boolean;
  /** The same name with or without `www.`, when it is not added yet. */
  counterpart: string | null;
}

export interface DomainTarget {
  project: string;
  /** Default: the only hosted platform the project was deployed to. */
  platform?: string;
  signal?: AbortSignal;
}

export interface Domains {
  /** Add it at the platform; safe to repeat. Throws INVALID_CONFIG, NOT_FOUND (the project is not on a platform with domains), CONFLICT. */
  add(target: DomainTarget, name: string): Promise<DomainView>;
  /** Ask platform, name servers and the site itself. */
  check(target: DomainTarget, name: string): Promise<DomainView>;
  /**
   * None of a project that is on no platform with domains, unless one was named. With `check: false` as the platform knows them, at once:
   * nothing is found yet, and none is ready. Throws NOT_FOUND, CONFLICT.
   */
  list(target: DomainTarget & { check?: boolean }): Promise<DomainView[]>;
  remove(target: DomainTarget, name: string): Promise<void>;
}

type Operations = NonNullable<Platform["domains"]>;

/** Whom the platforms let sign; for CAA records. */
const authorities: Record<string, string[]> = {
  // Source: vercel.com/docs, docs.netlify.com, developers.cloudflare.com, on CAA records; read 2026-08.
  vercel: ["letsencrypt.org"],
  netlify: ["letsencrypt.org"],
  "cloudflare-pages": ["letsencrypt.org", "pki.goog", "ssl.com"],
  "cloudflare-workers": ["letsencrypt.org", "pki.goog", "ssl.com"],
};

export function domainsOf({
  store,
  platforms,
  access,
  dns,
  projectRow,
}: {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
  dns: Dns;
  projectRow(name: string): Promise<ProjectRow>;
}): Domains {
  async function at<T>(
    target: DomainTarget,
    work: (operations: Operations, context: ApiContext, platform: Platform) => Promise<T>,
  ): Promise<T> {
    const project = await projectRow(target.project);
    const platform = await platformWithDomains(project, target.platform);
    const opens = await chooseCredential(store, platform, { access: access[platform.id] });
    const row = {
      id: "",
      credential: null,
      connection_id: opens && "connectionId" in opens ? opens.connectionId : null,
    };
    const credential = await openCredential(store, { platform, access: access[platform.id], row });
    await using api = openClient({ platform, access: access[platform.id], credential, clock: store.clock });
    const context: ApiContext = {
      api,
      target: await pinnedTarget(store, project.id, platform.id),
      project: project.name,
      signal: target.signal ?? AbortSignal.timeout(60_000),
      clock: store.clock,
    };
    return work(platform.domains!, context, platform);
  }

  /** Platforms the project was deployed to where it could have domains; of them the one that was asked for. */
  async function platformsWithDomains(project: ProjectRow, asked: string | undefined): Promise<Platform[]> {
    const pinned = await store.db
      .selectFrom("target")
      .select("platform")
      .where("project_id", "=", project.id)
      .execute();
    const there = platforms.filter(({ id, domains }) => domains && pinned.some((row) => row.platform === id));
    return asked === undefined ? there : there.filter(({ id }) => id === asked);
  }

  async function platformWithDomains(project: ProjectRow, asked: string | undefined): Promise<Platform> {
    const chosen = await platformsWithDomains(project, asked);
    if (chosen.length === 1) return chosen[0]!;
    throw new DeployError(chosen.length === 0 ? "NOT_FOUND" : "CONFLICT", {
      what:
        chosen.length === 0
          ? `${project.name} was not deployed to ${asked ?? "a platform"} where it could have a domain.`
          : `${project.name} is on ${chosen.map(({ name }) => name).join(" and ")}.`,
      next:
        chosen.length === 0
          ? `Deploy it first: landfall deploy --project ${project.name} --platform ${asked ?? "<platform>"}`
          : `Say which with --platform: ${chosen.map(({ id }) => id).join(", ")}.`,
      step: "configure",
    });
  }

  async function checkedView(
    domain: Domain,
    context: ApiContext,
    platform: Platform,
    others: Domain[],
  ): Promise<DomainView> {
    const { name, records } = domain;
    const [checked, shown, inTheWay] = await Promise.all([
      checkRecords(dns, records),
      checkCertificate(dns, name, { signal: context.signal }),
      obstacles(dns, { name, records, authorities: authorities[platform.id] ?? [] }),
    ]);
    const view = uncheckedView(domain, context, platform, others);
    return {
      ...view,
      records: checked,
      certificate: { ...view.certificate, shown },
      obstacles: inTheWay,
      ready: domain.verified && checked.every(({ state }) => state === "right") && shown.state === "valid",
    };
  }

  return {
    add: (target, text) => {
      const name = checkedDomain(text);
      return at(target, async (operations, context, platform) => {
        const domain = await operations.add(context, name);
        return checkedView(domain, context, platform, await othersOf(name, operations, context));
      });
    },
    check: (target, text) => {
      const name = checkedDomain(text);
      return at(target, async (operations, context, platform) => {
        const [domain, others] = await Promise.all([
          operations.check(context, name),
          othersOf(name, operations, context),
        ]);
        return checkedView(domain, context, platform, others);
      });
    },
    async list({ check = true, ...target }) {
      if (target.platform === undefined) {
        const project = await projectRow(target.project);
        if ((await platformsWithDomains(project, undefined)).length === 0) return [];
      }
      return at(target, async (operations, context, platform) => {
        const all = await operations.list(context);
        if (!check) return all.map((domain) => uncheckedView(domain, context, platform, all));
        return Promise.all(all.map((domain) => checkedView(domain, context, platform, all)));
      });
    },
    remove: (target, text) => {
      const name = checkedDomain(text);
      return at(target, (operations, context) => operations.remove(context, name));
    },
  };
}

function uncheckedView(domain: Domain, context: ApiContext, platform: Platform, others: Domain[]): DomainView {
  const { records, certificate, ...rest } = domain;
  const other = counterpart(domain.name);
  return {
    ...rest,
    project: context.project,
    platform: platform.id,
    records: records.map((record) => ({ record, found: [], state: "unknown" })),
    certificate: { platform: certificate, shown: { state: "none", fault: "not looked at" } },
    obstacles: [],
    ready: false,
    counterpart: other === null || others.some(({ name }) => name === other) ? null : other,
  };
}

/** Among whom the counterpart of the name may be; a name that has none is spared the question, which is dear at some platforms. */
async function othersOf(name: string, operations: Operations, context: ApiContext): Promise<Domain[]> {
  return counterpart(name) === null ? [] : operations.list(context);
}
