/**
 * What a platform is: facts first, operations after; presence of an operation is the capability.
 */
import type { Transaction } from "kysely";
import type { Artifact, ArtifactKind } from "./artifact.ts";
import type { Clock } from "./clock.ts";
import { DeployError } from "./error.ts";
import type { Api, ReadError } from "./http/api.ts";
import type { DeployPlan, ServicePlan, Target } from "./plan/plan.ts";
import type { Bytes } from "./snapshot/bytes.ts";
import type { FileDigest } from "./snapshot/snapshot.ts";
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
  /** What it did, in one line for people; told with its end, and the last one counts. */
  detail(line: string): void;
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
  organization: string;
  projectId: string;
  project: string;
  environment: string;
  createdAtMs: number;
  services: ReleaseService[];
}

/** What every operation on a hosted platform gets. */
export interface ApiContext {
  /** Opened with the connection's credential. A platform of this machine has none to ask. */
  api: Api;
  target: Target;
  /** Our name of the project, which another organisation may have given to one of its own. */
  project: string;
  signal: AbortSignal;
  clock: Clock;
}

/** What an operation on one deployment gets besides. */
export interface ReleaseContext extends ApiContext {
  deploymentId: string;
  /** Our id of the project. */
  projectId: string;
  environment: string;
  /** What the step answered, when it is finished: `create` of an interrupted run names what is there. */
  finished(step: string): Promise<unknown>;
}

export interface DeployContext extends ReleaseContext {
  plan: DeployPlan;
  release: Release;
  /** Reads the artifacts' files. */
  bytes: Bytes;
  /** For rollback and promotion: the services as they were deployed when the release was new, with the platform's ids. */
  earlier: DeployedService[];
  step: Step;
  log(line: string): void;
  /** Something a person should know. */
  note(message: string): Promise<void>;
  /** Remember where the project lives: later deployments go there and nowhere else. */
  pin(target: Target): Promise<void>;
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
  /** The platform keeps strangers out of this address (previews behind a login): an answer of 401 or 403 is as it should be. */
  protected?: boolean;
}

/** An account as a credential opens it. */
export interface Account {
  id: string;
  name: string;
  /** Teams or organisations to choose from, when there are several. */
  teams?: { id: string; name: string }[];
  /** Rights the credential lacks for deploying; named to the person. */
  missingScopes?: string[];
  /** ISO 8601; absent when it does not end. */
  expiresAt?: string;
}

/** A way to connect an account. Addresses are the vendor's; a moved API moves their origin too. */
export type Connect =
  | {
      kind: "token";
      /** Environment variables that hold one, the vendor's own name first. */
      env: string[];
      /** Where a person makes one. */
      help: string;
    }
  | {
      /** A person grants a ticket in the browser while the program asks whether that has happened; no address to come back to is needed. */
      kind: "ticket";
      /** POST `?client_id=` makes one `{id}`; GET `/<id>` answers `{authorized}`; POST `/<id>/exchange` answers `{access_token}`. */
      ticketsUrl: string;
      /** Opened by the person, with `response_type=ticket` and `ticket=<id>`. */
      authorizeUrl: string;
      /** Environment variable with the registered client. */
      client: { id: string };
    }
  | {
      kind: "oauth2";
      authorizeUrl: string;
      tokenUrl: string;
      revokeUrl?: string;
      scopes: string[];
      pkce: boolean;
      /** Environment variables with the registered client. */
      client: { id: string; secret?: string };
      /** `rotates`: each refresh token is good for one use. */
      refresh?: "rotates" | "stays";
    };

/** A variable as a platform has it. */
export interface RemoteVariable {
  key: string;
  /** Null when nobody may read it back. */
  value: string | null;
  sensitive: boolean;
}

export interface DnsRecord {
  type: "A" | "AAAA" | "CNAME" | "ALIAS" | "TXT" | "NS";
  name: string;
  value: string;
  /** What it is for, in a few words. */
  purpose: string;
}

/** A custom domain as the platform sees it. */
export interface Domain {
  name: string;
  /** The platform takes it as belonging to this account. */
  verified: boolean;
  /** Records that are to be set; all there are, also those that are right already. */
  records: DnsRecord[];
  certificate: "pending" | "issued" | "failed" | "unknown";
  /** Whether the platform serves the project there now. */
  live: boolean;
  /** What the platform says is wrong. */
  fault?: string;
}

/** How a framework gets to a platform that builds it, or runs its server. Knowledge of the platform: a row is data. */
export interface FrameworkWay {
  /** Our id of the framework. */
  framework: string;
  /** `source`: the platform builds it; `prebuilt`: the build here leaves the platform's own output. */
  accepts: "source" | "prebuilt";
  /** The platform's own name of the framework, where it is to be told. */
  name?: string;
  /** It makes pages only: a server of it is not run. */
  pagesOnly?: true;
  /** Packages of which one must be among the dependencies; the first is the one a person is told to add. Absent: nothing is to be added. */
  adapters?: string[];
  /** For `prebuilt`: where the platform's output lies after the build, relative to the service. */
  outputDir?: string;
  /** Variables by which the build makes the platform's output. */
  environment?: Record<string, string>;
}

export interface Platform {
  id: string;
  name: string;
  /** Artifacts it takes, in order of preference. */
  accepts: ArtifactKind[];
  /** Kinds of services it can run. */
  runs: ServicePlan["kind"][];
  /** A project there is one service; several are several projects. */
  oneService?: true;
  /** Frameworks it builds or runs servers of, and how. Absent: it runs what was built as it is. */
  frameworks?: FrameworkWay[];
  /** What a person can do about a server that it does not run as it is built here, by our id of the framework. */
  serverAdvice?: Record<string, string>;
  /** Files and folders (with a slash at the end) of a service by which even a static one is built there, because only the platform understands them. */
  builtThere?: string[];
  /** Files and folders (with a slash at the end) of a service that mean something there and are not sent, and what a person should know. */
  leftOut?: { path: string; says: string }[];
  /** File by which a folder that is taken as it is holds the platform's own output. */
  ownOutput?: string;
  limits: { fileSizeBytes?: number; files?: number; totalBytes?: number; source?: string };
  /** Names it allows for a project: lower-case letters, digits, hyphens, so long. */
  projectName: { pattern: RegExp; maxLength: number };
  /** Address of its API. Absent: the platform is this machine, and bytes are kept in the store. */
  baseUrl?: string;
  /** Where a person sets who may see what is there: in words, and the vendor's page about it. Absent: there is no such thing, or it is ours. */
  protection?: { where: string; help: string };
  /** Domain its sites live under, such as `vercel.app`. */
  siteDomain?: string;
  /** Ways to connect an account, the best first. Absent: none is needed. */
  connect?: Connect[];
  /** The vendor's own names of environment variables, besides those of `connect`. */
  environment?: { account?: string; project?: string; apiUrl?: string };
  /** How it names files; taken in the one read of each file. */
  digest?: FileDigest;
  /** Reads its error documents. */
  readError?: ReadError;
  /** What a deployment does there, in order, in words: for the plan. */
  operations?(service: ServicePlan["kind"]): string[];
  /** Who the credential belongs to. Throws AUTH_FAILED. */
  account?(context: Omit<ApiContext, "project" | "target">): Promise<Account>;
  projects?: {
    /** Whether the name is free for us; alternatives when not. */
    checkName(context: ApiContext, name: string): Promise<{ free: boolean; suggestions: string[] }>;
    list(context: ApiContext): Promise<{ id: string; name: string; url?: string }[]>;
  };
  deploy(context: DeployContext): Promise<DeployedService[]>;
  /** Give traffic back to an earlier release. */
  rollback?(context: DeployContext): Promise<DeployedService[]>;
  /** Give a preview's release the production's traffic, without building. Absent: it is deployed again with production's variables. */
  promote?(context: DeployContext): Promise<DeployedService[]>;
  /** The services of a release that has the traffic and is well, as they are deployed; null when it is not so. */
  served?(context: { release: Release; signal: AbortSignal }): Promise<DeployedService[] | null>;
  /** Undo what a cancelled or failed deployment left half-made. Called after its processes are gone; may run twice. */
  abandon?(context: ReleaseContext & { release: Release | null }): Promise<void>;
  /** What really runs now, asked from the platform. */
  status?(context: ReleaseContext): Promise<
    {
      service: string;
      release: string | null;
      state: "ready" | "building" | "deploying" | "queued" | "error" | "canceled";
    }[]
  >;
  /** Lines the deployed application prints, newest last. */
  logs?(
    context: ApiContext & { remoteId: string; follow: boolean },
  ): AsyncIterable<{ at: string | null; stream: "stdout" | "stderr"; line: string }>;
  variables?: {
    list(context: ApiContext & { environment: string }): Promise<RemoteVariable[]>;
    /** Add or change. Safe to repeat. */
    set(
      context: ApiContext & { environment: string },
      values: { key: string; value: string; sensitive: boolean }[],
    ): Promise<void>;
    remove(context: ApiContext & { environment: string }, keys: string[]): Promise<void>;
  };
  domains?: {
    add(context: ApiContext, name: string): Promise<Domain>;
    check(context: ApiContext, name: string): Promise<Domain>;
    list(context: ApiContext): Promise<Domain[]>;
    remove(context: ApiContext, name: string): Promise<void>;
  };
  webhooks?: {
    /** Whether the delivery was signed with `secret`; `headers` have lower-case names. */
    verify(delivery: { headers: Record<string, string>; body: Buffer; secret: string }): boolean;
    /** Id for deduplication, and what happened to which of the platform's deployments. */
    read(delivery: { headers: Record<string, string>; body: Buffer }): {
      id: string;
      remoteId: string | null;
      state: "queued" | "building" | "deploying" | "ready" | "error" | "canceled" | null;
    };
  };
  /** Stop and forget everything of the project's environment. */
  remove?(context: ApiContext & { projectId: string; environment: string; remoteIds: string[] }): Promise<void>;
}

/** What accounts are connected to: a platform, or a host of repositories. */
export type Connectable = Pick<
  Platform,
  "id" | "name" | "baseUrl" | "readError" | "connect" | "account" | "environment"
>;

/** Identity, for the type: a platform is a plain object. */
export function definePlatform<P extends Platform>(platform: P): P {
  return platform;
}

/** The platform of this id. Throws INVALID_CONFIG. */
export function platformOf(platforms: Platform[], id: string): Platform {
  const found = platforms.find((platform) => platform.id === id);
  if (found) return found;
  throw new DeployError("INVALID_CONFIG", {
    what: `There is no platform ${JSON.stringify(id)}.`,
    where: "platform",
    next: `Choose one of: ${platforms.map((platform) => platform.id).join(", ")}.`,
  });
}
