/**
 * The engine as its users see it: one object over one data directory. Everything a CLI, a server or a product does goes through here; what it
 * answers is described beside the code that makes it. `openEngine` (open.ts) makes it.
 */
import type { Writable } from "node:stream";
import type { Kysely } from "kysely";
import type { BackupReport } from "./backup/backup.ts";
import type { BackupOptions } from "./backup/contents.ts";
import type { BackupProof } from "./backup/verify.ts";
import type { Beside, Surroundings } from "./beside.ts";
import type { ChecklistItem } from "./checklist/item.ts";
import type { Clock } from "./clock.ts";
import type { Connections } from "./connections/connection.ts";
import type { Asker, Seen } from "./deployment/accept.ts";
import type { Comparison, Side } from "./deployment/compare.ts";
import type { DeploymentFilter } from "./deployment/list.ts";
import type { Shares } from "./deployment/shares.ts";
import type { DeploymentView, Sight } from "./deployment/views.ts";
import type { DoctorFinding } from "./doctor.ts";
import type { Domains } from "./domains/domains.ts";
import type { EdgeStatus } from "./edge-status.ts";
import type { DeployEvent } from "./events.ts";
import type { Servers } from "./machines.ts";
import type { Protection } from "./protection/protection.ts";
import type { Notifications, SendLetter } from "./notifications/place.ts";
import type { DeployRequest, Prepared } from "./plan/request.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./project-settings.ts";
import type { ProjectView } from "./projects.ts";
import type { RuntimeLogLine, RuntimeLogTarget } from "./runtime-logs.ts";
import type { Sandboxes } from "./sandboxes/sandbox.ts";
import type { Screenshots } from "./screenshots/screenshots.ts";
import type { SharedValues } from "./shared-values.ts";
import type { BlobStoreOptions } from "./snapshot/s3.ts";
import type { SavedTargets } from "./targets/targets.ts";
import type { StopAndStart } from "./stop-and-start.ts";
import type { Variables } from "./variables.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

export interface EngineOptions {
  /** Data directory: database, blobs, caches, logs. Created with mode 0700. */
  home: string;
  /** Program and arguments that start the edge of this data directory in the background. */
  edgeCommand: string[];
  /** Version of that edge: one of an earlier version that serves hands over to it. None does without. */
  version?: string;
  /** Program and arguments that work off accepted deployments in the background and end when there are none. */
  workerCommand: string[];
  /** Directories where build and run tools are looked for, such as PATH split at `:`. */
  toolPath: string[];
  /** Port the edge asks for first. Default 8080; another free one when it is taken. */
  edgePort?: number;
  /** A deployment is given so long, then its state is checked and it ends. Default 300,000. */
  deploymentTimeoutMs?: number;
  /** Deployments worked on at the same time by this process. Default 2. */
  maxConcurrent?: number;
  /** Host names are `<project>.<baseDomain>`. Default `localhost`. */
  baseDomain?: string;
  clock?: Clock;
  platforms?: Platform[];
  /** Name servers to ask about custom domains, `address` or `address:port`. Default: the system's. */
  nameServers?: string[];
  /** Variables of the caller's process: tokens and settings of platforms are read from it by the names the platforms declare, and nothing else. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Whose view `openEngine` gives. Default `local`. Tokens, accounts and projects named in `environment` are theirs alone. */
  organization?: string;
  /** A PostgreSQL database for several machines, `postgres://…`, in place of the data directory's own. Bytes stay in the data directory, which they share, or in `blobStore`. */
  databaseUrl?: string;
  /** An S3-compatible store for bytes, which several machines share; the data directory is a cache of it. */
  blobStore?: BlobStoreOptions;
  /** Seals what is secret, in place of the key file of the data directory: 32 bytes in base64 or hex; after a comma, earlier ones that only open. */
  encryptionKey?: string;
  /** Hands letters about deployments to a mail server. Default: there is none, and no place can be a mailbox. */
  mail?: SendLetter;
  /** Detect in a thread of its own, which is ended when it takes too long: for a process that serves others meanwhile. Default false. */
  detectAside?: boolean;
  /** Let places that are told of deployments be on this machine (also by http) and in private networks. Default false. */
  privateNotifications?: boolean;
}

/**
 * What one organisation sees and does: projects, deployments, connections and what belongs to them are its own, by whatever name or id
 * they are asked for; those of others are NOT_FOUND. What concerns the machine (work, edge, collect, rotateKey) is the same for all.
 */
export interface Engine extends AsyncDisposable {
  readonly home: string;
  /** Whose view this is. */
  readonly organization: string;
  /**
   * The view of another organisation, over the same open store, edge and platforms: cheap, and ended with the engine it came from. `slug`
   * becomes the label of its host names on this machine, once and for all; without, it is made of the id. What is begun through this
   * view is noted to have been started by `person`; a deployment that was accepted under `requestKey` before is answered in place of another.
   */
  of(organization: string, options?: { slug?: string } & Asker): Engine;
  readonly platforms: Platform[];
  /** Its database, for a caller that keeps tables of its own there. One connection for both: two of one process would wait for each other's locks. */
  readonly database: { kind: "sqlite" | "postgres"; db: Kysely<unknown> };

  /** Snapshot, detect and plan; changes nothing but the content-addressed store. Throws INVALID_SOURCE, UNSAFE_ARCHIVE, SOURCE_UNAVAILABLE, INVALID_CONFIG, NOT_DETECTED. */
  prepare(request: DeployRequest, options?: { signal?: AbortSignal }): Promise<Prepared>;
  /** Accept: from here the deployment ends by itself. Supersedes waiting ones of the same project and environment. Throws the first problem. */
  accept(prepared: Prepared): Promise<DeploymentView>;
  /**
   * Claim and run accepted deployments, of every organisation, and tell places how they ended: `until: "idle"` ends when none is left,
   * `"aborted"` runs until the signal. With `only`, which somebody waits for, telling is left to the background.
   */
  work(options: { signal: AbortSignal; until: "idle" | "aborted"; only?: string }): Promise<void>;
  /** Start the background worker, for a caller that will not stay. */
  workInBackground(): void;
  /** Start the edge when something is live or a deployment is open: it brings back the programs and sees to the deployment. Else, nothing. */
  restore(): Promise<void>;

  /** One deployment, by id or unambiguous beginning of it. Throws NOT_FOUND. */
  deployment(id: string): Promise<DeploymentView>;
  /** Newest first; those `before` an id only, to go on where a list ended. */
  deployments(filter?: DeploymentFilter): Promise<DeploymentView[]>;
  /** The newest deployments, with no more of each than what a list changes by. */
  sights(options: { limit: number }): Promise<Sight[]>;
  /** Events from `from` (a seq, default the first) on; ends after the event that settles the deployment. */
  follow(deploymentId: string, options?: { from?: number; signal?: AbortSignal }): AsyncIterable<DeployEvent>;
  /** A page of what has happened so far, from seq `from` on, at most 50 unless said otherwise; empty when there is no more yet. */
  eventPage(deploymentId: string, options?: { from?: number; limit?: number }): Promise<DeployEvent[]>;
  /** How the deployment `to` differs from the deployment `from`. Throws NOT_FOUND. */
  compare(which: { from: string; to: string }): Promise<Comparison>;
  /** What would change for visitors: from what has the traffic now, null for nothing, to this one. `environment` is where it is promoted to. Throws NOT_FOUND. */
  effect(
    deploymentId: string,
    action: "rollback" | "promote" | "redeploy",
    environment?: string,
  ): Promise<Comparison<Side | null>>;
  /** Lines the running programs printed; they outlive the process. */
  runtimeLogs(target: RuntimeLogTarget): AsyncIterable<RuntimeLogLine>;
  /** What is done and what is left to do after a deployment that succeeded; asks its sites. Throws NOT_FOUND, CONFLICT. */
  checklist(deploymentId: string, options?: { signal?: AbortSignal }): Promise<ChecklistItem[]>;

  /** Ask for a deployment's end; one that has ended stays as it is. Throws NOT_FOUND. */
  cancel(deploymentId: string): Promise<void>;
  /** The same files once more, with today's variables and those given for that deployment alone. Throws NOT_FOUND, CONFLICT. */
  redeploy(deploymentId: string, seen?: Seen): Promise<DeploymentView>;
  /** Give traffic back: to `to` (a deployment id), or to the release that was live before. Throws NOT_FOUND, CONFLICT. */
  rollback(
    target: { project: string; environment?: string; platform?: string; to?: string } & Seen,
  ): Promise<DeploymentView>;
  /** What a deployment has built goes live in another environment, by default production, with the variables there. Throws NOT_FOUND, CONFLICT. */
  promote(deploymentId: string, environment?: string, seen?: Seen): Promise<DeploymentView>;
  /** Addresses under which anyone sees a deployment. */
  shares: Shares;
  /** Pictures of what deployments put online. */
  screenshots: Screenshots;

  /** By name, each with its environments. */
  projects(): Promise<ProjectView[]>;
  /** Stop and forget an environment, or a whole project. Blobs go with the next collection. Throws NOT_FOUND, CONFLICT (a deployment is under way). */
  remove(target: { project: string; environment?: string }): Promise<void>;
  /** What runs here of a project, taken offline and brought back. */
  stop: StopAndStart["stop"];
  start: StopAndStart["start"];
  /** What a program needs that is run beside the one that is live here. Throws NOT_FOUND, CONFLICT. */
  beside(of: Beside): Promise<Surroundings>;
  /** What a project's deployments begin with. */
  settings: Settings;
  variables: Variables;
  /** Values of the organisation, which variables of its projects may have. */
  shared: SharedValues;
  /** Custom domains on hosted platforms. */
  domains: Domains;
  /** Places that are told how a project's deployments ended. */
  notifications: Notifications;
  protection: Protection;

  /** Accounts on platforms. */
  connections: Connections;
  /** Places to deploy to, saved under a name. */
  targets: SavedTargets;
  /** What hosted platforms tell by themselves. */
  webhooks: Webhooks;
  /** Workspaces for products that make applications. */
  sandboxes: Sandboxes;

  /** The machines that work on this database. */
  servers: Servers;
  edge: {
    /** Start the edge of this data directory if it is not running; brings back what was live. */
    ensure(): Promise<EdgeStatus>;
    /** Of this data directory's edge; when it does not run, of one on another machine over the same database, unless `here`. Starts nothing. */
    status(which?: { here?: boolean }): Promise<EdgeStatus>;
    /** Stop edge and applications of this data directory. */
    stop(): Promise<void>;
  };
  /** What this machine and data directory can and cannot do. */
  doctor(): Promise<DoctorFinding[]>;
  /** Seal everything secret with a new key and forget the old one; others may go on meanwhile. Answers how many values. May be run again when it was interrupted. */
  rotateKey(): Promise<number>;
  /** Remove blobs, trees, caches no retained release reaches. Returns bytes freed. */
  collect(options?: { signal?: AbortSignal; retainReleases?: number }): Promise<{ freedBytes: number; blobs: number }>;
  /**
   * Everything of every organisation that cannot be made again, as it is at one instant, while everything goes on: into a new file, which has
   * its name only once it was restored for a test, or into a stream. `restoreBackup` makes a data directory of it. Not in it: what programs
   * wrote, logs of programs, caches. Throws CONFLICT (there is a file), DISK_FULL.
   */
  backup(to: string | Writable, options?: BackupOptions): Promise<BackupReport>;
  /** Restore a backup for a test, and say what that showed; one of this installation counts as made from then on. Throws INVALID_SOURCE, STORE_NEWER, NOT_FOUND. */
  verifyBackup(path: string, options?: Pick<BackupOptions, "passphrase" | "signal">): Promise<BackupProof>;
}
