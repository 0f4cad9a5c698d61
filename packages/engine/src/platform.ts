/**
 * What a platform is: facts first, operations after; presence of an operation is the capability.
 */
import type { Transaction } from "kysely";
import type { Artifact, ArtifactKind } from "./artifact.ts";
import type { Clock } from "./clock.ts";
import type { DeployPlan, ServicePlan } from "./plan/plan.ts";
import type { Schema } from "./store/schema.ts";

/**
 * Run `work` once for this deployment and remember its result; when it finished before, answer what it answered then.
 * A step that was interrupted runs again: it must look for what the earlier run left. Results are JSON.
 */
export type Step = <T>(name: string, work: (step: StepContext) => Promise<T>) => Promise<T>;

export interface StepContext {
  signal: AbortSignal;
  /** Attempt of this step, 1 on the first run. */
  attempt: number;
  log(line: string): void;
}

export interface ReleaseService {
  plan: ServicePlan;
  artifact: Artifact;
  /** Variables with their values; opened here and nowhere else. */
  variables: Record<string, string>;
}

/** A sealed bundle: artifacts, variables, settings, hosts. */
export interface Release {
  id: string;
  deploymentId: string;
  project: string;
  environment: string;
  createdAtMs: number;
  services: ReleaseService[];
}

export interface DeployContext {
  deploymentId: string;
  plan: DeployPlan;
  release: Release;
  step: Step;
  signal: AbortSignal;
  clock: Clock;
  log(line: string): void;
  /** A transaction of the store that fails with LEASE_LOST when another process has taken the deployment over. */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
}

export interface DeployedService {
  name: string;
  url: string;
  /** Other addresses of the same thing. */
  alsoAt?: string[];
  /** The platform's own id of the deployment. */
  remoteId?: string;
}

export interface Platform {
  id: string;
  name: string;
  /** Artifacts it takes, in order of preference. */
  accepts: ArtifactKind[];
  /** Kinds of services it can run. */
  runs: ServicePlan["kind"][];
  limits: { fileSizeBytes?: number; files?: number; totalBytes?: number; source?: string };
  /** Names it allows for a project: lower-case letters, digits, hyphens, so long. */
  projectName: { pattern: RegExp; maxLength: number };
  deploy(context: DeployContext): Promise<DeployedService[]>;
  /** Give traffic back to an earlier release. */
  rollback?(context: DeployContext): Promise<DeployedService[]>;
  /** Undo what a cancelled or failed deployment left half-made. Called after its processes are gone; may run twice. */
  abandon?(context: { deploymentId: string; release: Release | null }): Promise<void>;
  /** What really runs now, asked from the platform. */
  status?(context: { project: string; environment: string }): Promise<
    {
      service: string;
      release: string | null;
      state: "ready" | "building" | "deploying" | "queued" | "error" | "canceled";
    }[]
  >;
  /** Stop and forget everything of the project's environment. */
  remove?(context: { project: string; environment: string }): Promise<void>;
}

/** Identity, for the type: a platform is a plain object. */
export function definePlatform<P extends Platform>(platform: P): P {
  return platform;
}
