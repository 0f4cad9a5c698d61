/** What a build is given, and what it answers. */
import type { Artifact } from "../artifact.ts";
import type { Group } from "../process/group.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Blobs } from "../snapshot/blobs.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Isolation } from "./isolation.ts";
import type { BuildLimits } from "./limits.ts";
import type { Usage } from "./watch.ts";
import type { Environments } from "./environment.ts";
import type { PinnedManager } from "./package-manager.ts";

export interface BuildInput {
  service: ServicePlan;
  snapshot: Snapshot;
  blobs: Blobs;
  /** The engine's data directory: workspaces, tools, caches and remembered artifacts are below it. */
  home: string;
  /** Id of the organisation it is for. What its builds leave (downloads, dependencies, caches, artifacts) no other organisation's build sees. */
  organization: string;
  /** The declared build variables with their values, and no others. */
  variables: Readonly<Record<string, string>>;
  /** Directories with the machine's tools, as in PATH. */
  toolPath: readonly string[];
  /** Variables of the machine's process; only those about the network (proxy, certificates, registry) are used. */
  network?: Readonly<Record<string, string>>;
  /** Build although an artifact of the same things is there. */
  force?: boolean;
  signal: AbortSignal;
  log(line: string, stream: "stdout" | "stderr"): void;
  limits?: Partial<BuildLimits>;
  /** `process` leaves bubblewrap out, also where it works. */
  isolation?: "process";
  /** Called with each process group the build starts. Whoever finds it after a crash of ours may end it (`killGroup`). */
  onProcess?(group: Group): void;
}

export interface Built {
  artifact: Artifact;
  /** Nothing ran: the artifact was there. */
  reused: boolean;
  durationMs: number;
  /** Whether the dependencies came from an earlier build; `none` when they cannot be kept, or there are none. */
  cache: "hit" | "miss" | "none";
  isolation: Isolation["kind"] | null;
  /** Greatest use of memory and processes, where it was measured. */
  usage: Usage | null;
  warnings: string[];
}

/** What the commands of a build run with. */
export interface Tools {
  manager: PinnedManager;
  environments: Environments;
  directory: string;
  downloads: string;
  /** Interpreter for the virtual environment, when the service is Python's. */
  python?: string;
  warnings: string[];
}
