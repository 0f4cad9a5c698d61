/** The record of every change: who, what, to what, from where. Written once, never changed. */
import type { ExpressionBuilder, Kysely } from "kysely";
import { newId } from "../token.ts";
import type { PeopleSchema } from "./tables.ts";

export type AuditEntry = Omit<PeopleSchema["audit"], "id" | "at">;
export type AuditView = Omit<PeopleSchema["audit"], "organization_id">;

/** Rows an export reads at once. */
const exportPage = 500;

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
  "userId",
  "sharedKey",
  "role",
  "scope",
  "scopes",
];

/** What of the record is meant; see the contract. */
export interface AuditFilter {
  actor?: string | undefined;
  action?: string | undefined;
  project?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export function auditOf(db: Kysely<PeopleSchema>) {
  function page(
    organizationId: string,
    { actor, action, project, from, to, cursor, limit }: AuditFilter & { cursor?: string | undefined; limit: number },
  ) {
    let query = db
      .selectFrom("audit")
      .select(["id", "at", "actor", "via", "action", "target", "address"])
      .where("organization_id", "=", organizationId)
      .orderBy("id", "desc")
      .limit(limit);
    if (cursor !== undefined) query = query.where("id", "<", cursor);
    if (actor !== undefined) query = query.where("actor", "=", actor.toLowerCase());
    if (action !== undefined) query = query.where((is) => begins(is, "action", action));
    // It stands first; see targetOf.
    if (project !== undefined)
      query = query.where((is) =>
        is.or([is("target", "=", `project=${project}`), begins(is, "target", `project=${project} `)]),
      );
    if (from !== undefined) query = query.where("at", ">=", new Date(from).toISOString());
    if (to !== undefined) query = query.where("at", "<", new Date(to).toISOString());
    return query.execute();
  }

  return {
    async record(entry: AuditEntry): Promise<void> {
      await db
        .insertInto("audit")
        .values({ id: newId("aud"), at: new Date().toISOString(), ...entry })
        .execute();
    },

    async list(
      organizationId: string,
      { limit = 50, ...asked }: AuditFilter & { limit?: number | undefined; cursor?: string | undefined },
    ) {
      const rows = await page(organizationId, { ...asked, limit: limit + 1 });
      const entries = rows.slice(0, limit);
      return { entries, nextCursor: rows.length > limit ? entries.at(-1)!.id : null };
    },

    /** All of them, the newest first, read in pages as they are taken. */
    async *all(organizationId: string, filter: AuditFilter): AsyncGenerator<AuditView> {
      for (let cursor: string | undefined; ; ) {
        const rows = await page(organizationId, { ...filter, cursor, limit: exportPage });
        yield* rows;
        if (rows.length < exportPage) return;
        cursor = rows.at(-1)!.id;
      }
    },
  };
}

/** The text begins so, byte by byte: `like` would take case and signs of its own into account. */
function begins(is: ExpressionBuilder<PeopleSchema, "audit">, column: "action" | "target", text: string) {
  return is(is.fn<string>("substr", [column, is.lit(1), is.lit(Array.from(text).length)]), "=", text);
}

/**
 * What a change is about, as `project=site environment=production`; of variables the names. A project stands first: where the input names a
 * deployment alone, the answer says whose it is.
 */
export function targetOf(input: unknown, output: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  const { project } = (output ?? {}) as Record<string, unknown>;
  const fields = { ...(typeof project === "string" ? { project } : {}), ...input } as Record<string, unknown>;
  // What a browser brings back from a platform are the platform's words.
  const named = "state" in fields ? ["platform"] : targetFields;
  const said = named.flatMap((field) => {
    const value = fields[field];
    return typeof value === "string" || Array.isArray(value) ? [`${field}=${String(value)}`] : [];
  });
  if (typeof fields["values"] === "object" && fields["values"] !== null)
    said.push(`variables=${Object.keys(fields["values"]).join(",")}`);
  return said.join(" ").slice(0, 1_000);
}
