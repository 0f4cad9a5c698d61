/** Everything a procedure may need, put together once by server.ts. */
import type { Engine } from "@landfall/engine";
import type { Kysely } from "kysely";
import type { BlockList } from "node:net";
import type { Changes } from "./changes.ts";
import type { EventHub } from "./event-hub.ts";
import type { GitProxy } from "./git-guard.ts";
import type { Logger } from "./log.ts";
import type { Attempts, Limits } from "./limits.ts";
import type { Mail } from "./mail.ts";
import type { ServerOptions } from "./options.ts";
import type { auditOf } from "./people/audit.ts";
import type { Auth } from "./people/auth.ts";
import type { collaboratorsOf } from "./people/collaborators.ts";
import type { keysOf } from "./people/keys.ts";
import type { invitationsOf, Members } from "./people/members.ts";
import type { Principals } from "./people/principal.ts";
import type { Setup } from "./people/setup.ts";
import type { PeopleSchema } from "./people/tables.ts";
import type { Rights } from "./rights.ts";
import type { Uploads } from "./uploads.ts";

export interface Services {
  options: ServerOptions;
  engine: Engine;
  db: Kysely<PeopleSchema>;
  publicUrl: string;
  /** Where it is reached from this machine. */
  ownUrl: string;
  log: Logger;
  attempts: Attempts;
  limits: Limits;
  /** Those of ours, whose word about a caller's address counts. */
  proxies: BlockList;
  /** Null where none is set up. */
  mail: Mail | null;
  auth: Auth;
  principals: Principals;
  rights: Rights;
  setup: Setup;
  members: Members;
  invitations: ReturnType<typeof invitationsOf>;
  collaborators: ReturnType<typeof collaboratorsOf>;
  keys: ReturnType<typeof keysOf>;
  audit: ReturnType<typeof auditOf>;
  uploads: Uploads;
  gitProxy: GitProxy;
  hub: EventHub;
  changes: Changes;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
}
