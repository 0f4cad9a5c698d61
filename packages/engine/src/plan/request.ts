/** What a person asks to be deployed, and what is known of it before anything is changed. */
import type { Detection } from "../detect/detection.ts";
import type { ErrorReport } from "../error.ts";
import type { Exclusion, Snapshot } from "../snapshot/snapshot.ts";
import type { Commit } from "../source/commit.ts";
import type { Source } from "../source/source.ts";
import type { ServiceConfig } from "./config.ts";
import type { DeployPlan, Target } from "./plan.ts";

/** Values that win over detection, from flags or landfall.json. */
export type Overrides = ServiceConfig;

export interface DeployRequest {
  source: Source;
  /** Default: from landfall.json, package.json's name, or the directory's name, made fit. */
  project?: string;
  /** `production` (default) or a preview's name. */
  environment?: string;
  /** Platform id. Default `local`. */
  platform?: string;
  /** Take the source as it is: no detection, no build. */
  prebuilt?: boolean;
  /** Build, and start a release anew, although nothing has changed. */
  force?: boolean;
  /** Values given for this deployment alone, and kept with its release. */
  variables?: Record<string, string>;
  /** Generate values for secrets that may be generated (NEXTAUTH_SECRET …) and are missing. Default true. */
  generateSecrets?: boolean;
  /** Deploy although required variables are missing. */
  allowMissing?: boolean;
  overrides?: Overrides;
  /** Only these services of a monorepo, by name or path. */
  services?: string[];
  message?: string;
  /** Name or id of the connection to use. Default: the token of the environment, else the platform's only connection. */
  connection?: string;
  /** Account and project on the platform; default: where this project was deployed before, else what the environment names. */
  target?: Target;
  /** Name or id of a saved target, which says platform, connection and target. */
  savedTarget?: string;
}

/** Everything known before anything is changed. */
export interface Prepared {
  request: DeployRequest;
  snapshot: Snapshot;
  detection: Detection | null;
  plan: DeployPlan;
  /** Of a git repository, or of a folder in a working tree of one. */
  commit: Commit | null;
  excluded: Exclusion[];
  /** Why it cannot be deployed as it is; empty when it can. */
  problems: ErrorReport[];
}
