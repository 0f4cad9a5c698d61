/**
 * Tables of the store, as queries see them; migrations.ts makes them. Instants are ISO 8601 text in UTC, leases milliseconds since the
 * epoch, documents JSON text, so that the same queries run on SQLite and PostgreSQL.
 */
import type { Generated, Selectable } from "kysely";
import type { DeploymentState } from "../events.ts";

export interface ProjectRow {
  id: string;
  /** Whose it is. All that belongs to the project belongs to them; names are unique in an organisation. */
  organization_id: string;
  name: string;
  /** Folder or repository its name was taken from; null when a person gave the name before anything was deployed. */
  source: string | null;
  created_at: string;
}

export interface VariableRow {
  project_id: string;
  environment: string;
  key: string;
  /** Envelope of vault.ts; the associated data is `project_id/environment/key`. */
  value: string;
  sensitive: number;
  updated_at: string;
}

export interface DeploymentTable {
  id: string;
  /** The project's, here as well: lists of an organisation are read from an index of it. */
  organization_id: string;
  project_id: string;
  environment: string;
  platform: string;
  operation: "deploy" | "redeploy" | "rollback" | "promote";
  state: DeploymentState;
  /** DeployRequest without variable values. */
  request: string;
  plan: string | null;
  /** Envelope with the values given for this deployment; gone when it is settled. */
  given: string | null;
  /** The connection whose credential opens the platform, or an envelope with one from the environment (gone when settled); neither for this machine. */
  connection_id: Generated<string | null>;
  credential: Generated<string | null>;
  /** What went over the network to the platform. */
  bytes_sent: Generated<number>;
  files_sent: Generated<number>;
  /** For redeploy, rollback and promote: the release that is used again. */
  source_release_id: string | null;
  release_id: string | null;
  services: string | null;
  url: string | null;
  error: string | null;
  reason: string | null;
  message: string | null;
  cancel_requested: Generated<number>;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  deadline_at: number | null;
  lease_owner: string | null;
  lease_until: Generated<number>;
  /** Grows with every claim; a write with an older number changes nothing. */
  fence: Generated<number>;
  /** Seq of the last event. */
  last_seq: Generated<number>;
  /** Name of the person; null for one nobody signed in for. */
  started_by: Generated<string | null>;
  /** Their id, where they are known by one. */
  started_by_id: Generated<string | null>;
  request_key: Generated<string | null>;
  /** The commit its files are of; null where there is none. */
  commit_sha: Generated<string | null>;
  commit_message: Generated<string | null>;
  commit_branch: Generated<string | null>;
  commit_author: Generated<string | null>;
}

export type DeploymentRow = Selectable<DeploymentTable>;

export interface StepRow {
  deployment_id: string;
  name: string;
  status: "running" | "finished" | "failed";
  attempt: number;
  result: string | null;
  started_at: string;
  finished_at: string | null;
}

export interface EventRow {
  deployment_id: string;
  seq: number;
  at: string;
  type: string;
  /** JSON, of long log chunks compressed with zstd; text in rows of before organisations. */
  body: string | Uint8Array;
}

export interface ManifestRow {
  /** Digest of a snapshot or an artifact. */
  digest: string;
  /** zstd over JSON. */
  body: Uint8Array;
  created_at: string;
}

export interface ReleaseRow {
  id: string;
  deployment_id: string;
  project_id: string;
  environment: string;
  platform: string;
  /** JSON: services with plan and artifact digest. */
  sealed: string;
  /** Envelope with all values; the associated data is the release's id. */
  variables: string;
  created_at: string;
}

/** Which release has the traffic. One row, so one switch, per environment of a project on a platform. */
export interface LiveRow {
  project_id: string;
  environment: string;
  platform: string;
  release_id: string;
  /** The one before: what rollback without a name goes to. */
  previous_release_id: string | null;
  since: string;
  /** It has the traffic, and a person has stopped it: visitors are told so. Only of what runs here. */
  stopped_at: string | null;
}

/** A server process that is to run. */
export interface InstanceRow {
  id: string;
  release_id: string;
  service: string;
  port: number | null;
  desired: "running" | "stopped";
  created_at: string;
}

/** A credential for one platform, checked. */
export interface ConnectionTable {
  id: string;
  organization_id: string;
  platform: string;
  /** What a person calls it; unique for the platform in its organisation. */
  name: string;
  method: "token" | "oauth2";
  /** JSON: whose it is. */
  account: string;
  /** Envelope with a KeptCredential; the associated data is `connection <id>`. */
  credential: string;
  /** Milliseconds since the epoch at which the access token ends; null when it does not. */
  expires_at: number | null;
  /** 1 when the platform renews it: there is a refresh token that was not refused. */
  renews: number;
  /** Who renews the credential now, and until when nobody else may: one flight for all processes. */
  renewing_by: Generated<string | null>;
  renewing_until: Generated<number>;
  /** When the account was last asked, and what came of it. */
  checked_at: number;
  fault: string | null;
  created_at: string;
}

export type ConnectionRow = Selectable<ConnectionTable>;

/** A person has been sent to a platform to allow access, and is not back yet. */
export interface AuthorizationRow {
  /** SHA-256 of the state, in hex: who reads it here cannot answer with it. */
  state: string;
  organization_id: string;
  platform: string;
  /** Envelope with a PendingAuthorization; the associated data is `authorization <state>`. */
  sealed: string;
  /** Milliseconds since the epoch. */
  expires_at: number;
}

/** Where a project lives on a platform. */
export interface TargetRow {
  project_id: string;
  platform: string;
  account: string | null;
  remote_id: string | null;
  remote_name: string | null;
  pinned_at: string;
}

/** A variable we set on a platform: ours to change and to remove. */
export interface OwnedVariableRow {
  project_id: string;
  platform: string;
  environment: string;
  key: string;
}

/** The part of an organisation's host names on this machine that is its own. */
export interface OrganizationHostRow {
  organization_id: string;
  /** A DNS label; unique. */
  label: string;
}

/** An address that a platform sends news to. */
export interface WebhookRow {
  /** Unguessable: it is the address. */
  id: string;
  organization_id: string;
  platform: string;
  name: string;
  /** Envelope with what deliveries are signed with; the associated data is `webhook <id>`. */
  secret: string;
  created_at: string;
  delivered_at: string | null;
}

export interface DeliveryRow {
  id: string;
  webhook_id: string;
  /** SHA-256, in hex, of the platform's own id of it; unique for the receiver. */
  vendor_id: string;
  remote_id: string | null;
  state: string | null;
  /** As it came. The headers are not kept: of some platforms they are the secret. */
  body: Uint8Array;
  received_at: string;
  seen_at: string | null;
  deployment_id: string | null;
  outcome: string | null;
}

/** A workspace below the data directory. */
export interface SandboxRow {
  id: string;
  organization_id: string;
  name: string;
  /** `making` until its files are there. */
  state: "making" | "ready";
  /** Of its files, as of the last write or command. */
  size_bytes: number;
  files: number;
  created_at: string;
  expires_at: string;
}

export interface SandboxCommandRow {
  id: string;
  sandbox_id: string;
  organization_id: string;
  command: string;
  state: "running" | "exited" | "failed" | "cancelled";
  exit_code: number | null;
  /** JSON of an ErrorReport: why it did not end by itself. */
  error: string | null;
  /** The process that runs it; see owner.ts. */
  owner: string;
  cancel_requested: number;
  started_at: string;
  finished_at: string | null;
}

export interface SandboxDeploymentRow {
  sandbox_id: string;
  deployment_id: string;
}

/** An address under which anyone sees a deployment. */
export interface ShareRow {
  /** SHA-256 of its token, in hex: who reads it here cannot open the address. */
  digest: string;
  deployment_id: string;
  organization_id: string;
  created_at: string;
  expires_at: string;
}

/** A place to deploy to, under a name. */
export interface SavedTargetRow {
  id: string;
  organization_id: string;
  name: string;
  platform: string;
  /** Null: the platform's only one. It may have been ended since. */
  connection_id: string | null;
  /** JSON of a Target. */
  target: string | null;
  /** 1 for at most one of an organisation and platform. */
  is_default: number;
  created_at: string;
}

/** A process that serves or works; those of one name are one machine. */
export interface MachineRow {
  /** See owner.ts. */
  process: string;
  name: string;
  /** JSON array. */
  roles: string;
  version: string;
  /** JSON; null where the process does not look after one. */
  edge: string | null;
  /** JSON, of its data directory. */
  disk: string | null;
  seen_at: string;
}

/** An edge over a database that machines share; see platforms/local/elsewhere.ts. */
export interface EdgeRow {
  /** Machine and data directory. */
  id: string;
  /** JSON of an EdgeReport, without what programs printed. */
  report: string;
  /** How often somebody has asked it to look again, and up to which of these it has looked. */
  asked: Generated<number>;
  applied: number;
  seen_at: string;
}

/** Somebody reads what programs of that edge print; see platforms/local/log-relay.ts. */
export interface LogReadingRow {
  id: string;
  edge_id: string;
  /** JSON of a LogsAsked. */
  asked: string;
  /** When the reader last said that it is there. */
  wanted_at: string;
}

/** Lines on their way to the reader, who removes them. */
export interface LogPieceRow {
  reading_id: string;
  seq: number;
  /** JSON of a LogPiece. */
  body: string;
}

/** One that begins nothing new, whichever of its processes asks. */
export interface DrainedMachineRow {
  /** A host name. */
  name: string;
  since: string;
}

/** What a machine remembers of itself, such as the ports of its edge. Nothing a person made. */
export interface SettingRow {
  key: string;
  value: string;
}

/** One change of a variable, newest last by id. */
export interface VariableChangeRow {
  id: string;
  project_id: string;
  environment: string;
  key: string;
  /** Envelope with what it was set to; the associated data is `variable-change <id>`. Null when it was removed. */
  value: string | null;
  sensitive: number;
  at: string;
  /** A person's name; null when nobody is known. */
  by: string | null;
}

/** What a project's deployments begin with, unless they say otherwise. */
export interface ProjectSettingsRow {
  project_id: string;
  /** Grows with every change: who writes over one they have not seen is refused. */
  version: number;
  settings: string;
  updated_at: string;
}

/** Who sees what our edge serves of a project. */
export interface ProjectProtectionRow {
  project_id: string;
  /** Grows with every change. */
  version: number;
  scope: "off" | "preview" | "all";
  /** A slow hash; see protection/password.ts. Null for `off`. */
  password: string | null;
  updated_at: string;
}

/** A value that projects of an organisation are given. */
export interface SharedValueRow {
  organization_id: string;
  key: string;
  /** Envelope; the associated data is `shared-value <organization_id>/<key>`. */
  value: string;
  sensitive: number;
  updated_at: string;
}

/** A variable of a project's environment that has a shared value, unless the project sets one of its own. */
export interface SharedMappingRow {
  project_id: string;
  environment: string;
  key: string;
  /** The project's, here as well: with `shared_key` it names the value. */
  organization_id: string;
  shared_key: string;
}

/** The picture of what a deployment put online. Made when one is asked for, so that it is asked for once. */
export interface ScreenshotRow {
  deployment_id: string;
  /** Its blob, a PNG; null until there is one, which may be never. */
  sha256: string | null;
  size_bytes: number | null;
  asked_at: string;
}

/** The commits between what was live when a deployment was prepared and its own. */
export interface CommitHistoryRow {
  deployment_id: string;
  /** The deployment's, here as well: histories of a project are put together. */
  project_id: string;
  from_sha: string;
  to_sha: string;
  /** JSON of a Found. */
  found: string;
}

/** A place that is told how a project's deployments ended. */
export interface NotificationPlaceRow {
  id: string;
  project_id: string;
  /** Whose own mailbox it is, told of what they started: no place that people of the project see. Null for those. */
  person_id: string | null;
  /** Unique in the project. */
  name: string;
  kind: string;
  /** Envelope with the URL or the mail address; the associated data is `notification-place <id>`. */
  address: string;
  /** What of the address is shown. */
  leads_to: string;
  /** Envelope with what messages are signed with; the associated data is `notification-secret <id>`. Null but for a webhook. */
  secret: string | null;
  /** JSON array. */
  events: string;
  environments: string;
  created_at: string;
}

/** What somebody is told by mail of deployments of the organisation that they started; who chose nothing has no row. */
export interface OwnNotificationRow {
  organization_id: string;
  person_id: string;
  address: string;
  /** JSON array. */
  events: string;
}

/** A message to a place: written with the end it tells of, so that the one is never without the other. */
export interface NotificationRow {
  id: string;
  place_id: string;
  event: string;
  deployment_id: string | null;
  /** JSON, as a webhook is sent it. No secret is in it. */
  body: string;
  state: "waiting" | "delivered" | "given-up";
  /** Grows with every claim; what an owner writes names the number it claimed with. */
  attempts: number;
  /** Milliseconds since the epoch: nobody tries before. Of one that is being tried, the end of that lease. */
  next_at: number;
  /** Who is trying, see owner.ts; null for nobody. */
  owner: string | null;
  status: number | null;
  outcome: string | null;
  created_at: string;
  tried_at: string | null;
}

export interface Schema {
  project: ProjectRow;
  variable: VariableRow;
  variable_change: VariableChangeRow;
  project_settings: ProjectSettingsRow;
  project_protection: ProjectProtectionRow;
  shared_value: SharedValueRow;
  shared_mapping: SharedMappingRow;
  deployment: DeploymentTable;
  step: StepRow;
  event: EventRow;
  manifest: ManifestRow;
  release: ReleaseRow;
  live: LiveRow;
  instance: InstanceRow;
  connection: ConnectionTable;
  authorization: AuthorizationRow;
  target: TargetRow;
  owned_variable: OwnedVariableRow;
  organization_host: OrganizationHostRow;
  webhook: WebhookRow;
  delivery: DeliveryRow;
  sandbox: SandboxRow;
  sandbox_command: SandboxCommandRow;
  sandbox_deployment: SandboxDeploymentRow;
  saved_target: SavedTargetRow;
  machine: MachineRow;
  edge: EdgeRow;
  log_reading: LogReadingRow;
  log_piece: LogPieceRow;
  drained_machine: DrainedMachineRow;
  share: ShareRow;
  screenshot: ScreenshotRow;
  commit_history: CommitHistoryRow;
  notification_place: NotificationPlaceRow;
  notification: NotificationRow;
  own_notification: OwnNotificationRow;
  setting: SettingRow;
}
