/** Everything a plan is made from: what was found, what was asked for, and what the files answer. */
import type { Detection } from "../detect/detection.ts";
import type { Platform } from "../platform.ts";
import type { Command } from "../process/command.ts";
import type { Config } from "./config.ts";
import type { DeployPlan, PlannedVariable, Target } from "./plan.ts";
import type { Overrides } from "./request.ts";

export interface PlanInput {
  project: string;
  environment: string;
  platform: Platform;
  source: DeployPlan["source"];
  target?: Target;
  /** Null for a folder taken as it is. */
  detection: Detection | null;
  config: Config | null;
  overrides: Overrides;
  /** Names or paths of the services asked for; absent for all. */
  only?: string[];
  /** Where a value comes from, for every key that has one. */
  values: ReadonlyMap<string, PlannedVariable["from"]>;
  allowMissing: boolean;
  baseDomain: string;
  /** Whether the snapshot has this path. */
  hasFile(path: string): boolean;
  /** Whether the snapshot has a file below this directory. */
  hasDirectory(path: string): boolean;
  /** Scripts of a directory's package.json. */
  scriptsOf(path: string): Record<string, string>;
  /** Names of the packages a directory's package.json asks for. */
  dependenciesOf(path: string): ReadonlySet<string>;
  /** Directories of packages of the workspace that are to be built before a service that is built by these commands, in order. */
  packagesToBuild(path: string, build: readonly Command[]): string[];
  /** A file of variables beside a service, or at the root, that gives this one and is not in the snapshot. */
  fileGiving(path: string, key: string): string | undefined;
  /** Lockfile for a package manager and service directory, or undefined. */
  lockfileOf(packageManager: string | undefined, path: string): string | undefined;
}
