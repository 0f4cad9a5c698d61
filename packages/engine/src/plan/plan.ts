/**
 * The plan: what a deployment will do, as pure data. Printed by `landfall plan`, stored with the deployment, compared whole in tests.
 */
import type { ArtifactKind, StaticRules } from "../artifact.ts";
import type { Command } from "../process/command.ts";
import type { EnvVariable, Evidence, Kind } from "../detect/detection.ts";

/** One conversion on the way from source to an artifact the platform accepts. */
export interface RouteStep {
  from: ArtifactKind;
  to: ArtifactKind;
  by: "build" | "as-is";
}

export interface BuildPlan {
  /** In order; empty when nothing has to run. */
  install?: Command[];
  build?: Command[];
  /** Directory with the result, relative to the service directory. */
  outputDir: string;
  packageManager?: string;
  /** Lockfile that keys the dependency cache, relative to the snapshot's root. */
  lockfile?: string;
  /** A package or a preset for Node, and the adapter or the start command it stands in for; see adapters.ts. */
  adapter?: { name: string; instead: string };
  timeoutMs: number;
}

export interface PlannedVariable
  extends Pick<EnvVariable, "key" | "required" | "sensitive" | "public" | "class" | "validation"> {
  /** Where its value comes from; a plan never holds the value. */
  from: "project" | "shared" | "command-line" | "file" | "generated" | "default" | "missing";
  foundIn: string[];
  /** Why detection calls it required or not; absent when only a person named it, and in plans of before. */
  because?: string;
}

export interface ServicePlan {
  name: string;
  /** Directory of the service, relative to the snapshot's root, `.` for the root. */
  path: string;
  kind: Extract<Kind, "static" | "server" | "worker" | "container">;
  framework?: string;
  runtime: string;
  runtimeVersion?: string;
  route: RouteStep[];
  accepts: ArtifactKind;
  build?: BuildPlan;
  /** For a source that the platform builds: what it is told. What is not said it finds out itself. */
  remoteBuild?: { framework: string | null; installCommand?: string; buildCommand?: string; outputDir?: string };
  /** Runs for good. */
  start?: Command;
  /** Run to their end before it, once per release (migrations). */
  before?: Command[];
  /** The service whose files it is started from: nothing is built for it. */
  filesOf?: string;
  /** What the services started from its files run. */
  alsoStarts?: Command[];
  port?: number;
  static?: StaticRules;
  variables: PlannedVariable[];
  /** Host names it will answer to. */
  hosts: string[];
  check: { path: string; timeoutMs: number };
  dependsOn: string[];
  /** What will be done on the platform, in order, in words. */
  operations: string[];
}

/** Where a project lives on a platform: shown before a deployment, pinned by the first one. */
export interface Target {
  /** Team, organisation or account, as the platform identifies it; absent for the credential's own. */
  account?: string;
  /** The platform's id of the project, once it is known. */
  projectId?: string;
  /** The platform's name of the project: ours, unless it was taken there. */
  projectName?: string;
}

export interface DeployPlan {
  version: 1;
  project: string;
  environment: string;
  platform: string;
  source: {
    kind: "folder" | "archive" | "git";
    description: string;
    commit?: string;
    snapshot: string;
    files: number;
    sizeBytes: number;
    /** The bytes were not copied: they are read here, compared with their digests, when they are sent. */
    folder?: string;
  };
  /** Where it will live on a hosted platform, as far as that is known before. */
  target?: Target;
  /** In dependency order. */
  services: ServicePlan[];
  /** What a person should know before saying yes. */
  notes: { level: "info" | "warning"; message: string }[];
  evidence: Evidence[];
}

/** Every command that is run from the files of a service. */
export function commandsFrom({ before = [], start, alsoStarts = [] }: ServicePlan): Command[] {
  return [...before, ...(start ? [start] : []), ...alsoStarts];
}
