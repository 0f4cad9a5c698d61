/**
 * The engine as its users see it: one object over one data directory. Everything a CLI, a server or a product does goes through here.
 * `openEngine` (open.ts) makes it.
 */
import type { Writable } from "node:stream";
import type { Readable } from "node:stream";
import type { Kysely } from "kysely";
import type { ChecklistItem } from "./checklist/checklist.ts";
import type { Clock } from "./clock.ts";
import type { ServiceConfig } from "./plan/config.ts";
import type { Detection } from "./detect/detection.ts";
import type { Domains } from "./domains/domains.ts";
import type { ErrorReport } from "./error.ts";
import type { DeployEvent, DeploymentState } from "./events.ts";
import type { DeployPlan, Target } from "./plan/plan.ts";
import type { Account, Connect, Platform } from "./platform.ts";
import type { BlobStoreOptions } from "./snapshot/s3.ts";
import type { Exclusion, Snapshot } from "./snapshot/snapshot.ts";
import type { Source } from "./source/source.ts";

export interface EngineOptions {
  /** Data directory: database, blobs, caches, logs. Created with mode 0700. */
  home: string;
  /** Program and arguments that start the edge of this data directory in the background. */
  edgeCommand: string[];
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
}

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
  /** Values given for this deployment; kept with the release, and stored as the project's variables when `saveVariables`. */
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

/** The commit that files are of. */
export interface Commit {
  /** Full id. */
  sha: string;
  /** The first line of its message. */
  message: string;
  /** Null for a tag, or a commit asked for by its id. */
  branch: string | null;
  author: string | null;
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

/** Whether something can be done now. */
export interface Possible {
  possible: boolean;
  /** Why not, in a sentence. */
  reason: string | null;
}

/** What can be done with a deployment that is there. */
export type Action = "cancel" | "redeploy" | "promote" | "rollback";

export interface DeploymentView {
  id: string;
  project: string;
  environment: string;
  platform: string;
  operation: "deploy" | "redeploy" | "rollback" | "promote";
  state: DeploymentState;
  reason: string | null;
  releaseId: string | null;
  /** This deployment's release is the one that has the traffic. */
  live: boolean;
  url: string | null;
  services: { name: string; url: string; alsoAt: string[] }[];
  error: ErrorReport | null;
  message: string | null;
  /** What went over a network to the platform. */
  bytesSent: number;
  filesSent: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  steps: {
    name: string;
    status: "running" | "finished" | "failed";
    attempt: number;
    startedAt: string;
    finishedAt: string | null;
  }[];
  plan: DeployPlan | null;
  /** As far as its state and its platform go; whether the person may is another question. */
  actions: Record<Action, Possible>;
  /** Name of the person; null for one nobody signed in for. */
  startedBy: string | null;
  commit: Commit | null;
  /** Median duration of the last ten that succeeded in the same project, environment and platform. Null in lists. */
  usualMs: number | null;
}

/** Which deployments; all that is given has to fit. */
export interface DeploymentFilter {
  project?: string;
  /** Of any of these, by name; those that are not there are passed over. */
  projects?: readonly string[];
  environment?: string;
  state?: DeploymentState;
  platform?: string;
  /** In its id, message, commit or branch; upper and lower case are the same. */
  text?: string;
  /** Those before this id only, to go on where a list ended. */
  before?: string;
  limit?: number;
}

/** One of two deployments that are compared. */
export type Side = Pick<DeploymentView, "id" | "url" | "commit" | "createdAt" | "state" | "live" | "message">;

/** What one deployment has than another. Holds no value of a variable. */
export interface Comparison<From = Side> {
  from: From;
  to: Side;
  /** The history between two commits is not read. */
  commits: null;
  variables: { key: string; change: "added" | "removed" | "changed"; sensitive: boolean }[];
  settings: { field: string; service: string; from: string | null; to: string | null }[];
  /** Of what was built; of the sources when one of the two was never built. */
  files: { added: number; removed: number; changed: number; sizeFrom: number; sizeTo: number };
  /** Host names that lead, or would lead, to `to`. */
  domains: string[];
  /** How the traffic would be given to `to`, in a sentence. */
  how: string;
  sameRelease: boolean;
}

/** What a person saw before deciding. */
export interface Seen {
  /** The deployment that had the traffic, null for none; when it is another one by now, CONFLICT is thrown. */
  expectLive?: string | null;
}

export interface ProjectView {
  name: string;
  createdAt: string;
  environments: {
    name: string;
    url: string | null;
    liveDeployment: string | null;
    lastDeployment: string | null;
    lastState: DeploymentState | null;
  }[];
}

export interface VariableView {
  key: string;
  environment: string;
  sensitive: boolean;
  /** Null for a sensitive one, unless values were asked for. */
  value: string | null;
  updatedAt: string;
  /** Who changed it last; null when nobody is known. */
  updatedBy: string | null;
}

/** One change of a variable. */
export interface VariableChangeView {
  id: string;
  key: string;
  environment: string;
  action: "set" | "removed";
  sensitive: boolean;
  /** Null for a sensitive one, and when it was removed. */
  value: string | null;
  at: string;
  by: string | null;
}

/** What a project's deployments begin with: below what a deployment or its landfall.json says, above what is detected. */
export interface ProjectSettings
  extends Pick<
    ServiceConfig,
    "framework" | "installCommand" | "buildCommand" | "startCommand" | "outputDir" | "healthPath"
  > {
  /** Folder inside an archive or a repository. */
  rootDirectory?: string | undefined;
  platform?: string | undefined;
  /** Id or name of a saved target. */
  savedTarget?: string | undefined;
}

export interface RuntimeLogLine {
  service: string;
  release: string;
  at: string | null;
  stream: "stdout" | "stderr";
  line: string;
}

export interface EdgeStatus {
  running: boolean;
  pid: number | null;
  port: number | null;
  services: {
    project: string;
    environment: string;
    service: string;
    release: string;
    kind: string;
    url: string;
    state: string;
    restarts: number;
    port: number | null;
  }[];
}

/** A person is to be sent to a platform. */
export interface Authorization {
  url: string;
  /** To be compared with what comes back, where whoever comes back may be somebody else. */
  state: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** An account on a platform that deployments may use. */
export interface ConnectionView {
  /** Null for a token of the environment, which is not kept. */
  id: string | null;
  platform: string;
  /** What a person calls it; of a token of the environment the variable. */
  name: string;
  method: "token" | "oauth2" | "environment";
  /** Whose it is, and what it may do, as the platform said last; null when it was not asked. */
  account: Account | null;
  /** It is renewed by itself; the end is that of the present access. */
  renews: boolean;
  /** ISO 8601; null when it does not end, or nobody says. */
  expiresAt: string | null;
  /** Why it does not work; null when it does, as far as we know. */
  fault: string | null;
  checkedAt: string | null;
  createdAt: string | null;
}

/** A place to deploy to, under a name. */
export interface SavedTargetView {
  id: string;
  name: string;
  platform: string;
  /** Id; null: the platform's only one. */
  connection: string | null;
  target: Target | null;
  /** Deployments to the platform that say nothing else go there, unless the project lives elsewhere on it already. */
  isDefault: boolean;
  createdAt: string;
}

/** A machine that works on this database. */
export interface ServerView {
  name: string;
  roles: string[];
  version: string;
  edge: { running: boolean; port: number | null; services: number } | null;
  /** Of its data directory. */
  disk: { freeBytes: number; totalBytes: number } | null;
  /** Of every organisation. */
  runningDeployments: number;
  lastSeenAt: string;
}

/** A workspace the engine holds. */
export interface SandboxView {
  id: string;
  name: string;
  /** Of its files, as of the last write or command. */
  sizeBytes: number;
  files: number;
  createdAt: string;
  expiresAt: string;
}

/** Something in a sandbox. */
export interface SandboxEntry {
  path: string;
  kind: "file" | "directory" | "link" | "other";
  sizeBytes: number;
  executable: boolean;
  /** Of a link, as it is written; it is never followed. */
  target: string | null;
}

/** What is to run: a line as in a terminal, read without a shell, or a program with its arguments as they stand. */
export interface CommandRequest {
  command?: string;
  argv?: string[];
  /** Relative to the sandbox. */
  cwd?: string;
  /** Their values are taken out of what is printed. */
  variables?: Record<string, string>;
  /** Default 600,000; at most an hour. */
  timeoutMs?: number;
}

export interface CommandView {
  id: string;
  command: string;
  state: "running" | "exited" | "failed" | "cancelled";
  exitCode: number | null;
  /** Why it did not end by itself. */
  error: ErrorReport | null;
  startedAt: string;
  finishedAt: string | null;
}

export type CommandEventBody =
  | { type: "log"; stream: "stdout" | "stderr"; firstLine: number; lines: string[] }
  /** The last one. */
  | { type: "exit"; code: number | null; error?: ErrorReport };

export type CommandEvent = { seq: number; at: string } & CommandEventBody;

/** An address that one platform sends news to. */
export interface WebhookView {
  id: string;
  platform: string;
  name: string;
  createdAt: string;
  /** When something arrived last that was signed as it must be and was new. */
  deliveredAt: string | null;
}

/** News of a platform, as it arrived. */
export interface DeliveryView {
  id: string;
  /** The platform's id of the deployment that is meant, and what it says became of it. */
  remoteId: string | null;
  state: "queued" | "building" | "deploying" | "ready" | "error" | "canceled" | null;
  body: string;
  receivedAt: string;
  /** When the platform was asked because of it; null while that is to come. */
  seenAt: string | null;
  /** Our deployment that is meant. */
  deployment: string | null;
  /** What the platform said when it was asked, in a sentence. */
  outcome: string | null;
}

export interface DoctorFinding {
  id: string;
  state: "ok" | "warning" | "error";
  what: string;
  next?: string;
}

export interface BackupOptions {
  /** Put the encryption keys in, under this passphrase. Without, the backup says which keys it needs. */
  passphrase?: string;
  /** As for `collect`: bytes of so many releases of each place. Default 10. */
  retainReleases?: number;
  /** Restore it for a test when it is written to a path. Default true. */
  verify?: boolean;
  signal?: AbortSignal;
}

export interface BackupReport {
  /** Null when it went into a stream. */
  path: string | null;
  /** Of the file; of a stream, before compression. */
  sizeBytes: number;
  /** Everything is as it was at this instant. ISO 8601. */
  madeAt: string;
  projects: number;
  rows: number;
  blobs: { count: number; sizeBytes: number };
  /** Blobs that releases need and that were not there. */
  missing: string[];
  /** Ids of the keys that something in it is encrypted with, and whether they are in it. */
  keys: string[];
  withKey: boolean;
  /** Null when it was not tested: then it does not count as a backup. */
  proof: BackupProof | null;
}

/** What a test restore has shown, in sentences. */
export interface BackupProof {
  madeAt: string;
  /** Which installation it is of. */
  store: string;
  proved: string[];
  /** What it could not show, and why. */
  unproved: string[];
  /** Ids of the keys that a restore must be given. */
  needsKeys: string[];
}

export interface RestoreOptions {
  /** The new data directory: not there yet, empty, or with nothing but the file `key`. */
  home: string;
  /** Opens the keys in the backup; a function is asked only when they are needed. */
  passphrase?: string | (() => Promise<string | null>);
  /** A key file, in place of `key` in `home`. */
  keyFile?: string;
  /** As in EngineOptions; the database must be empty. */
  databaseUrl?: string;
  /** As in EngineOptions. */
  encryptionKey?: string;
  /** As in EngineOptions. Bytes go there. */
  blobStore?: BlobStoreOptions;
  clock?: Clock;
  signal?: AbortSignal;
}

export interface RestoreReport {
  home: string;
  madeAt: string;
  projects: number;
  blobs: { count: number; sizeBytes: number };
  missing: string[];
  /** Deployments that were under way when the backup was made, and have ended now. */
  ended: number;
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
   * becomes the label of its host names on this machine, once and for all; without, it is made of the id. `person` is whom what is begun through
   * this view is noted to have been started by.
   */
  of(organization: string, options?: { slug?: string; person?: string }): Engine;
  readonly platforms: Platform[];
  /** Its database, for a caller that keeps tables of its own there. One connection for both: two of one process would wait for each other's locks. */
  readonly database: { kind: "sqlite" | "postgres"; db: Kysely<unknown> };
  /** Start the edge when something is live or a deployment is open: it brings back the programs and sees to the deployment. Else, nothing. */
  restore(): Promise<void>;
  /** Snapshot, detect and plan; changes nothing but the content-addressed store. Throws INVALID_SOURCE, UNSAFE_ARCHIVE, SOURCE_UNAVAILABLE, INVALID_CONFIG, NOT_DETECTED. */
  prepare(request: DeployRequest, options?: { signal?: AbortSignal }): Promise<Prepared>;
  /** Accept: from here the deployment ends by itself. Supersedes waiting ones of the same project and environment. Throws the first problem. */
  accept(prepared: Prepared): Promise<DeploymentView>;
  /** Claim and run accepted deployments, of every organisation: `until: "idle"` ends when none is left, `"aborted"` runs until the signal. */
  work(options: { signal: AbortSignal; until: "idle" | "aborted"; only?: string }): Promise<void>;
  /** Start the background worker, for a caller that will not stay. */
  workInBackground(): void;
  /** Events from `from` (a seq, default the first) on; ends after the event that settles the deployment. */
  follow(deploymentId: string, options?: { from?: number; signal?: AbortSignal }): AsyncIterable<DeployEvent>;
  /** One deployment, by id or unambiguous beginning of it. Throws NOT_FOUND. */
  deployment(id: string): Promise<DeploymentView>;
  /** Newest first; those `before` an id only, to go on where a list ended. */
  deployments(filter?: DeploymentFilter): Promise<DeploymentView[]>;
  /** A page of what has happened so far, from seq `from` on, at most 50 unless said otherwise; empty when there is no more yet. */
  eventPage(deploymentId: string, options?: { from?: number; limit?: number }): Promise<DeployEvent[]>;
  /** The newest deployments, with no more of each than what a list changes by. */
  sights(options: {
    limit: number;
  }): Promise<Pick<DeploymentView, "id" | "project" | "environment" | "state" | "live">[]>;
  cancel(deploymentId: string): Promise<void>;
  /** The same release once more, with today's variables when asked. */
  redeploy(deploymentId: string, seen?: Seen): Promise<DeploymentView>;
  /** Give traffic back: to `to` (a deployment id), or to the release that was live before. Throws NOT_FOUND, CONFLICT. */
  rollback(
    target: { project: string; environment?: string; platform?: string; to?: string } & Seen,
  ): Promise<DeploymentView>;
  /** A preview's release becomes production's, byte for byte. */
  promote(deploymentId: string, environment?: string, seen?: Seen): Promise<DeploymentView>;
  /** What the deployment `to` has than the deployment `from`. Throws NOT_FOUND. */
  compare(which: { from: string; to: string }): Promise<Comparison>;
  /** What would change for visitors: from what has the traffic now, null for nothing, to this one. `environment` is where it is promoted to. Throws NOT_FOUND. */
  effect(
    deploymentId: string,
    action: "rollback" | "promote" | "redeploy",
    environment?: string,
  ): Promise<Comparison<Side | null>>;
  /** Addresses under which anyone sees a deployment. */
  shares: {
    /** A new one, for 30 days; the token is said once and kept as its digest. Throws NOT_FOUND. */
    create(deploymentId: string): Promise<{ token: string; expiresAt: string }>;
    /** End all of the deployment's. Throws NOT_FOUND. */
    remove(deploymentId: string): Promise<void>;
    /** What a token opens, whosever it is; null when nothing. */
    open(token: string): Promise<{ organization: string; deploymentId: string } | null>;
  };
  projects(): Promise<ProjectView[]>;
  /** Stop and forget an environment, or a whole project. Blobs go with the next collection. */
  remove(target: { project: string; environment?: string }): Promise<void>;
  variables: {
    list(target: { project: string; environment?: string; reveal?: boolean }): Promise<VariableView[]>;
    /** Validates all names and values first; throws INVALID_VARIABLE with every fault. */
    set(
      target: { project: string; environment?: string },
      values: Record<string, string>,
      options?: { sensitive?: boolean; allowEmpty?: boolean; by?: string },
    ): Promise<void>;
    remove(target: { project: string; environment?: string }, keys: string[], options?: { by?: string }): Promise<void>;
    /** What happened to them, newest first; the fifty newest changes of each are kept. */
    history(target: {
      project: string;
      environment?: string;
      key?: string;
      limit?: number;
    }): Promise<VariableChangeView[]>;
    /** Put back what was there before a change. Throws NOT_FOUND. */
    revert(
      target: { project: string; environment?: string },
      changeId: string,
      options?: { by?: string },
    ): Promise<{ key: string }>;
    /** How two environments differ; values are compared here and never shown. */
    compare(of: {
      project: string;
      environment: string;
      with: string;
    }): Promise<{ key: string; state: "only-here" | "only-there" | "different" | "same"; sensitive: boolean }[]>;
  };
  /** Values of the organisation. A variable of a project that one is mapped to has it in every later deployment, unless the project sets its own. */
  shared: {
    /** Of a sensitive one the value is null. */
    list(): Promise<
      {
        key: string;
        sensitive: boolean;
        value: string | null;
        updatedAt: string;
        mappings: { project: string; environment: string; key: string }[];
      }[]
    >;
    /** All or none; `sensitive` is told by the name when absent. Throws INVALID_VARIABLE with every fault. */
    set(values: Record<string, string>, options?: { sensitive?: boolean }): Promise<void>;
    /** Throws NOT_FOUND, CONFLICT while it is mapped. */
    remove(key: string): Promise<void>;
    /** Of one environment. `overridden`: the project sets a value of its own. Throws NOT_FOUND. */
    mappings(of: {
      project: string;
      environment: string;
    }): Promise<{ key: string; sharedKey: string; sensitive: boolean; overridden: boolean }[]>;
    /** In place of what the variable was mapped to before. Throws NOT_FOUND, INVALID_VARIABLE. */
    map(asked: { project: string; environment: string; key: string; sharedKey: string }): Promise<void>;
    /** Throws NOT_FOUND. */
    unmap(asked: { project: string; environment: string; key: string }): Promise<void>;
  };
  settings: {
    get(of: { project: string }): Promise<{ version: number; settings: ProjectSettings }>;
    /** `expect` is the version that was read. Throws INVALID_CONFIG with every fault, CONFLICT when somebody else was faster. */
    set(of: {
      project: string;
      settings: ProjectSettings;
      expect: number;
    }): Promise<{ version: number; settings: ProjectSettings }>;
  };
  connections: {
    /** What can be used, tokens of the environment first; asks nobody. */
    list(): Promise<ConnectionView[]>;
    /** Ask the platform whose the token is, and keep it; again, for the same account. Throws AUTH_FAILED, INVALID_CONFIG, CONFLICT (the name is another account's). */
    connect(given: { platform: string; token: string; name?: string }): Promise<ConnectionView>;
    /** How an account can be connected here and now, the best first: in the browser only when Landfall is registered at the platform. Throws INVALID_CONFIG. */
    ways(of: { platform: string }): Connect["kind"][];
    /** Where to send a person who is to allow access, and the state that comes back with them to `redirectUri`. Throws INVALID_CONFIG when Landfall is not registered there. */
    authorize(asked: { platform: string; redirectUri: string; name?: string }): Promise<Authorization>;
    /** The person is back with this query: exchange it, once, and keep the account. Throws AUTH_FAILED, PLATFORM_UNAVAILABLE, CONFLICT. */
    callback(answer: { platform: string; query: URLSearchParams }): Promise<ConnectionView>;
    /** Where to send a person who is to grant a ticket, for platforms that have that; ask `granted` with its state until it is, each second or so. Throws INVALID_CONFIG. */
    ticket(asked: { platform: string; name?: string }): Promise<Authorization>;
    /** The account once the ticket was granted, null before. Throws AUTH_FAILED, PLATFORM_UNAVAILABLE, CONFLICT. */
    granted(ticket: { platform: string; state: string }): Promise<ConnectionView | null>;
    /** End a connection, by id, name or platform: `revoked` when it was ended at the platform too. Deployments under way with it fail. Throws NOT_FOUND, CONFLICT. */
    disconnect(which: string): Promise<{ connection: ConnectionView; revoked: boolean }>;
    /** Whose credential a deployment would use now. A connection's platform is asked at most every five minutes, unless forced. Throws AUTH_FAILED when there is none, NOT_FOUND, CONFLICT, PLATFORM_UNAVAILABLE. */
    check(which: { platform: string; connection?: string; force?: boolean }): Promise<ConnectionView>;
    /** Renew what ends within minutes, of every organisation; what fails is in the connection's `fault`, or tried with the next call. To be called each minute. */
    tend(): Promise<void>;
  };
  targets: {
    list(): Promise<SavedTargetView[]>;
    /** `connection` by id or name. Throws INVALID_CONFIG, NOT_FOUND (the connection), CONFLICT (the name is taken). */
    save(asked: {
      name: string;
      platform: string;
      connection?: string | null;
      target?: Target | null;
      isDefault?: boolean;
    }): Promise<SavedTargetView>;
    /** What is absent stays; the platform stays. Throws as `save`. */
    update(
      id: string,
      change: { name?: string; connection?: string | null; target?: Target | null; isDefault?: boolean },
    ): Promise<SavedTargetView>;
    /** Throws NOT_FOUND. */
    remove(id: string): Promise<void>;
    /** Ask the platform whether a deployment would get in there now, and say it in a sentence. Throws NOT_FOUND. */
    test(id: string): Promise<{ ok: boolean; detail: string; error: ErrorReport | null }>;
  };
  servers: {
    /** Be one of them until it is disposed: noted at once and every ten seconds. `roles` as a person would say them. */
    attend(as: { roles: string[]; version: string }): Promise<AsyncDisposable>;
    /** Those of the last day, the one seen last first. */
    list(): Promise<ServerView[]>;
  };
  /** Seal everything secret with a new key and forget the old one; others may go on meanwhile. Answers how many values. May be run again when it was interrupted. */
  rotateKey(): Promise<number>;
  /** Lines the running programs printed; they outlive the process. */
  runtimeLogs(target: {
    project: string;
    environment?: string;
    service?: string;
    release?: string;
    follow?: boolean;
    tail?: number;
    signal?: AbortSignal;
  }): AsyncIterable<RuntimeLogLine>;
  edge: {
    /** Start the edge if it is not running; brings back what was live. */
    ensure(): Promise<EdgeStatus>;
    status(): Promise<EdgeStatus>;
    /** Stop edge and applications of this data directory. */
    stop(): Promise<void>;
  };
  /** Workspaces for products that make applications; each is gone when its time is over. All throw NOT_FOUND for one that is not there. */
  sandboxes: {
    /** Empty without a source. Throws CONFLICT (too many) and what opening a source throws; UNSAFE_ARCHIVE also for one that is too large. */
    create(asked?: {
      source?: Source;
      name?: string;
      /** Default a day, at most thirty. */
      lifetimeMs?: number;
      signal?: AbortSignal;
    }): Promise<SandboxView>;
    list(): Promise<SandboxView[]>;
    get(id: string): Promise<SandboxView>;
    /** Commands that run in it are ended. */
    remove(id: string): Promise<void>;
    /** What is in a folder. Throws INVALID_CONFIG (a path that leads out), CONFLICT (a link is in the way). */
    files(id: string, path?: string): Promise<SandboxEntry[]>;
    /** A file, as it is now. Throws as `files`. */
    read(id: string, path: string): Promise<{ sizeBytes: number; stream: Readable }>;
    /** Write a file whole; folders above are made. Throws as `files`, and CONFLICT when there is no room. */
    write(
      id: string,
      path: string,
      content: { body: AsyncIterable<Uint8Array>; executable?: boolean },
    ): Promise<{ path: string; sizeBytes: number }>;
    /** A file, a link, or a folder with all in it. Throws as `files`. */
    unlink(id: string, path: string): Promise<void>;
    /** Begin a command, one at a time. Throws INVALID_CONFIG, CONFLICT (one runs), MISSING_TOOL (no isolation on this machine). */
    run(id: string, request: CommandRequest): Promise<CommandView>;
    /** Newest first. */
    commands(id: string): Promise<CommandView[]>;
    command(id: string, commandId: string): Promise<CommandView>;
    cancel(id: string, commandId: string): Promise<CommandView>;
    /** What it prints, from `from` (a seq) on; ends with the event `exit`, or without one when its server died. */
    output(
      id: string,
      commandId: string,
      options?: { from?: number; signal?: AbortSignal },
    ): AsyncIterable<CommandEvent>;
    /** All of it but `node_modules`, `.git` and links that lead out. */
    pack(id: string, format: "tar" | "zip"): Promise<Readable>;
    /** Its files as they are now, to be prepared like any archive; kept until disposed. */
    source(id: string): Promise<{ source: Source } & AsyncDisposable>;
    /** Remember that this deployment was made of it. */
    deployed(id: string, deploymentId: string): Promise<void>;
    /** Ids, newest first. */
    deployments(id: string): Promise<string[]>;
    /** Remove those of every organisation whose time is over. To be called now and then. */
    tend(): Promise<void>;
  };
  /** What hosted platforms tell by themselves. A hint: the platform is asked, and what it answers counts. */
  webhooks: {
    list(): Promise<WebhookView[]>;
    /** An address for one platform. `secret` is what the platform signs with; absent, one is made and answered, once. Throws INVALID_CONFIG, CONFLICT. */
    create(asked: {
      platform: string;
      name?: string;
      secret?: string;
    }): Promise<WebhookView & { secret: string | null }>;
    /** For a platform that shows its secret only when it knows the address. Throws NOT_FOUND, INVALID_CONFIG. */
    setSecret(id: string, secret: string): Promise<WebhookView>;
    /** With its deliveries. Throws NOT_FOUND. */
    remove(id: string): Promise<void>;
    /**
     * Store what came for a receiver, of whichever organisation, once for each of the platform's own ids; `headers` have lower-case names.
     * `see` asks the platform: to be called after the sender was answered. Throws NOT_FOUND, INVALID_CONFIG (signed, and not readable).
     */
    take(delivery: {
      platform: string;
      receiver: string;
      headers: Record<string, string>;
      body: Buffer;
    }): Promise<{ state: "stored"; see(): Promise<void> } | { state: "known" } | { state: "unsigned" }>;
    /** Newest first. Throws NOT_FOUND. */
    deliveries(id: string, page?: { before?: string; limit?: number }): Promise<DeliveryView[]>;
    /** Act on a delivery once more. Throws NOT_FOUND. */
    replay(id: string, deliveryId: string): Promise<DeliveryView>;
    /** See to deliveries of every organisation whose receiver died before, and forget old ones. To be called now and then. */
    tend(): Promise<void>;
  };
  /** Custom domains on hosted platforms. */
  domains: Domains;
  /** What is done and what is left to do after a deployment that succeeded; asks its sites. Throws NOT_FOUND, CONFLICT. */
  checklist(deploymentId: string, options?: { signal?: AbortSignal }): Promise<ChecklistItem[]>;
  doctor(): Promise<DoctorFinding[]>;
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
