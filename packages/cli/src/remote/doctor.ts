/** What can be found out about a server from here. */
import type { DoctorFinding } from "@landfall/engine";
import type { Client } from "./client.ts";
import type { Me } from "./views.ts";

/** See Engine.doctor: whether it answers, what it is, who we are there and whether that is enough to deploy. */
export async function doctorOf(
  client: Client,
  { me, url, version }: { me: Me; url: string; version: string },
): Promise<DoctorFinding[]> {
  const began = performance.now();
  const health = await client.health();
  const ms = Math.round(performance.now() - began);
  const { user, via, organization, permissions } = me;
  const mayDeploy = (["create:source", "create:deployment"] as const).every((one) => permissions.includes(one));
  return [
    { id: "server", state: "ok", what: `${url} answers in ${ms} ms: Landfall ${health.version}.` },
    health.version === version
      ? { id: "version", state: "ok", what: `Server and command line are both ${version}.` }
      : {
          id: "version",
          state: "warning",
          what: `The server is ${health.version}, this command line ${version}.`,
          next: "Use the same version of both when something does not work.",
        },
    {
      id: "person",
      state: organization === null ? "error" : "ok",
      what: `You are ${user.name} <${user.email}>, ${organization === null ? "in no organisation" : `${organization.role} of ${organization.name}`}, by ${via === "key" ? "an API key" : "a login"}.`,
      ...(organization === null ? { next: "Ask for an invitation." } : {}),
    },
    {
      id: "permissions",
      state: mayDeploy ? "ok" : "warning",
      what: mayDeploy ? "You may deploy there." : "You may look there, and not deploy.",
      ...(mayDeploy ? {} : { next: "Ask an owner or administrator for the role developer, or for a key that may." }),
    },
  ];
}
