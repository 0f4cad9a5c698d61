/** What the server sends, as types: made of the contract, nothing of it is loaded. */
import type { contract } from "@landfall/contract";
import type { ContractRouterClient, InferContractRouterOutputs } from "@orpc/contract";

/** Every procedure of a server, typed. */
export type LandfallClient = ContractRouterClient<typeof contract>;
type Outputs = InferContractRouterOutputs<typeof contract>;
type Yielded<T> =
  T extends AsyncIterable<infer E> ? E : T extends AsyncGenerator<infer E, infer _R, infer _N> ? E : never;

export type Deployment = Outputs["deployments"]["get"];
export type DeploymentState = Deployment["state"];
export type DeployEvent = Yielded<Outputs["deployments"]["events"]>;
export type LogEvent = Extract<DeployEvent, { type: "log" }>;
export type Live = Yielded<Outputs["live"]>;
export type Plan = NonNullable<Deployment["plan"]>;
export type PlanService = Plan["services"][number];
export type ErrorReport = NonNullable<Deployment["error"]>;
export type Recovery = NonNullable<ErrorReport["recovery"]>[number];
export type ChecklistItem = Outputs["deployments"]["checklist"][number];
export type Detection = Outputs["detect"];
export type Evidence = Detection["evidence"][number];
export type Planned = Outputs["plan"];
export type Project = Outputs["projects"]["list"]["projects"][number];
export type Environment = Project["environments"][number];
export type Variable = Outputs["variables"]["list"]["variables"][number];
export type Domain = Outputs["domains"]["list"]["domains"][number];
export type Connection = Outputs["connections"]["list"]["connections"][number];
export type Platform = Outputs["platforms"]["list"]["platforms"][number];

/** States that are final. */
export function isSettled(state: DeploymentState): boolean {
  return state === "success" || state === "failed" || state === "cancelled";
}

/** How current what is on the screen is. */
export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "reconnecting"; lastEventAtMs: number; attempt: number }
  | { kind: "offline"; sinceMs: number }
  | { kind: "refused"; error: ErrorReport }
  | { kind: "ended" };
