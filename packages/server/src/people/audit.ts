/** The record of every change: who, what, to what, from where. Written once, never changed. */
import type { Kysely } from "kysely";
import { newId } from "../token.ts";
import type { PeopleSchema } from "./tables.ts";

export type AuditEntry = Omit<PeopleSchema["audit"], "id" | "at">;

/** Fields of an input that say what was changed; never a value. */
const targetFields = [
  "project",
  "environment",
  "platform",
  "connection",
  "id",
  "delivery",
  "name",
  "key",
  "email",
  "role",
  "scopes",
];

export function auditOf(db: Kysely<PeopleSchema>) {
  return {
    async record(entry: AuditEntry): Promise<void> {
      await db
        .insertInto("audit")
        .values({ id: newId("aud"), at: new Date().toISOString(), ...entry })
        .execute();
    },

    async list(
      organizationId: string,
      { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
    ) {
      let query = db
        .selectFrom("audit")
        .select(["id", "at", "actor", "via", "action", "target", "address"])
        .where("organization_id", "=", organizationId)
        .orderBy("id", "desc")
        .limit(limit + 1);
      if (cursor !== undefined) query = query.where("id", "<", cursor);
      const rows = await query.execute();
      const entries = rows.slice(0, limit);
      return { entries, nextCursor: rows.length > limit ? entries.at(-1)!.id : null };
    },
  };
}

/** What an input is about, as `project=site environment=production`; of variables the names. */
export function targetOf(input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  const fields = input as Record<string, unknown>;
  const said = targetFields.flatMap((field) => {
    const value = fields[field];
    return typeof value === "string" || Array.isArray(value) ? [`${field}=${String(value)}`] : [];
  });
  if (typeof fields["values"] === "object" && fields["values"] !== null)
    said.push(`variables=${Object.keys(fields["values"]).join(",")}`);
  return said.join(" ").slice(0, 1_000);
}
