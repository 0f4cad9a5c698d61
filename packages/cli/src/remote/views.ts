/** What a server says of deployments, platforms and persons, as the engine says it. */
import type { ConnectionView, DeploymentView, Platform } from "@landfall/engine";
import type { Client } from "./client.ts";
import { refuse } from "./refuse.ts";
import { type Sent, sent } from "./sent.ts";

export type Me = Awaited<ReturnType<Client["me"]>>;
type PlatformThere = Awaited<ReturnType<Client["platforms"]["list"]>>["platforms"][number];

export function viewOf(wire: Awaited<ReturnType<Client["deployments"]["get"]>>): DeploymentView {
  const view = sent(wire);
  const services = view.services.map((one) => ({ ...one, alsoAt: one.alsoAt ?? [] }));
  return { ...view, services } as DeploymentView;
}

/** The facts of it; what it does is done by the server. An account is connected by a token: the way in the browser ends on the server's own pages. */
export function platformOf(
  { id, name, accepts, runs, hosted, token, operations }: Sent<PlatformThere>,
  url: string,
): Platform {
  const there = refuse({ what: `${name} is asked by the server alone.`, where: url });
  return {
    id,
    name,
    accepts: accepts as Platform["accepts"],
    runs: runs as Platform["runs"],
    limits: {},
    projectName: { pattern: /./, maxLength: 58 },
    ...(hosted ? { baseUrl: url } : {}),
    ...(token === null ? {} : { connect: [{ kind: "token" as const, ...token }] }),
    // Presence is the capability.
    ...Object.fromEntries(operations.map((operation) => [operation, there])),
    deploy: there,
  };
}

/** Whose credential opens the server: one more account, whose teams are organisations. */
export function personOf({ user, via, organization }: Me, url: string): ConnectionView {
  return {
    id: null,
    platform: "landfall",
    name: url,
    method: "token",
    account: {
      id: user.id,
      name: `${user.name} <${user.email}>, ${organization === null ? "in no organisation" : `${organization.role} of ${organization.name}`}${via === "key" ? ", by API key" : ""}`,
      ...(organization === null ? {} : { teams: [{ id: organization.id, name: organization.name }] }),
    },
    renews: false,
    expiresAt: null,
    fault: null,
    checkedAt: null,
    createdAt: null,
  };
}
