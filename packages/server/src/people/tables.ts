/** Tables of people and of what the server keeps beside the engine's. Better Auth makes and migrates them with its own, on SQLite and PostgreSQL alike. */
import type { ProjectRole, Role } from "@landfall/contract";
import type { BetterAuthPlugin } from "better-auth";

const text = { type: "string", required: true } as const;
const optional = { type: "string", required: false } as const;
const looked = { ...text, index: true } as const;
const unique = { ...text, unique: true } as const;

/** Instants are ISO 8601 in UTC; what is secret is kept as its SHA-256 in hex. */
export const tables = {
  id: "landfall",
  schema: {
    organization: { fields: { name: text, created_at: text } },
    member: { fields: { organization_id: looked, user_id: looked, role: text, created_at: text } },
    collaborator: {
      fields: { organization_id: looked, project_id: looked, user_id: looked, role: text, created_at: text },
    },
    invitation: {
      fields: {
        organization_id: looked,
        email: text,
        role: text,
        status: text,
        secret: unique,
        expires_at: text,
        created_at: text,
      },
    },
    api_key: {
      fields: {
        organization_id: looked,
        user_id: looked,
        name: text,
        start: text,
        secret: unique,
        scopes: text,
        created_at: text,
        expires_at: optional,
        last_used_at: optional,
      },
    },
    audit: {
      fields: { organization_id: looked, at: text, actor: text, via: text, action: text, target: text, address: text },
    },
    idempotency: { fields: { request: text, answer: optional, created_at: text, owner: optional } },
    upload: {
      fields: {
        organization_id: looked,
        user_id: optional,
        size_bytes: { type: "number", required: false, bigint: true },
        received_bytes: { type: "number", required: true, bigint: true },
        expected_sha256: optional,
        sha256: optional,
        created_at: text,
      },
    },
  },
} as const satisfies BetterAuthPlugin;

/** The tables as Kysely sees them; of Better Auth's own, the columns that are read here. */
export interface PeopleSchema {
  person: { id: string; name: string; email: string };
  session: { id: string; token: string; userId: string; expiresAt: string | Date };
  /** What a link of Better Auth's stands for; of one to a new password, `value` is whose. */
  verification: { id: string; value: string };
  deviceCode: { id: string; userId: string | null };
  organization: { id: string; name: string; created_at: string };
  member: { id: string; organization_id: string; user_id: string; role: Role; created_at: string };
  /** The engine's: what somebody is told of what they started. */
  own_notification: { organization_id: string; person_id: string };
  /** `id` is that of the project and that of the person: one role each. */
  collaborator: {
    id: string;
    organization_id: string;
    project_id: string;
    user_id: string;
    role: ProjectRole;
    created_at: string;
  };
  invitation: {
    id: string;
    organization_id: string;
    email: string;
    role: Role;
    status: "pending" | "accepted" | "canceled";
    secret: string;
    expires_at: string;
    created_at: string;
  };
  api_key: {
    id: string;
    organization_id: string;
    user_id: string;
    name: string;
    start: string;
    secret: string;
    /** JSON array of permissions. */
    scopes: string;
    created_at: string;
    expires_at: string | null;
    last_used_at: string | null;
  };
  audit: {
    id: string;
    organization_id: string;
    at: string;
    actor: string;
    via: "session" | "key" | "anyone";
    action: string;
    target: string;
    address: string;
  };
  /** `owner` is the process that is to answer. */
  idempotency: { id: string; request: string; answer: string | null; created_at: string; owner: string | null };
  upload: {
    id: string;
    organization_id: string;
    /** Whose alone it is; null when it is the organisation's. */
    user_id: string | null;
    size_bytes: number | null;
    received_bytes: number;
    expected_sha256: string | null;
    sha256: string | null;
    created_at: string;
  };
  /** The engine's. */
  project: { id: string; organization_id: string; name: string };
  /** The engine's; keys of the server begin with `server/`. */
  setting: { key: string; value: string };
}
