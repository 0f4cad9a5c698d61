/** What happened to the variables of a project: each change with its value sealed, so that it can be seen and taken back. */
import type { Transaction } from "kysely";
import { instant } from "./clock.ts";
import { DeployError } from "./error.ts";
import { newId } from "./id.ts";
import type { Schema } from "./store/schema.ts";
import type { Store } from "./store/store.ts";

/** Changes kept of each variable. */
const kept = 50;

export interface Place {
  projectId: string;
  environment: string;
}

export interface VariableChange {
  id: string;
  key: string;
  action: "set" | "removed";
  /** Null when it was removed. */
  value: string | null;
  sensitive: boolean;
  at: string;
  by: string | null;
}

/** One change of a variable, as callers see it. */
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

/** What is written: null takes the variable away. */
export interface Change {
  key: string;
  value: string | null;
  sensitive: boolean;
}

function sealedPlace(id: string): string {
  return `variable-change ${id}`;
}

/** Note changes in the transaction that makes them. `before` is what each variable was, for those nothing was noted of yet. */
export async function noteChanges(
  tx: Transaction<Schema>,
  { vault, clock }: Store,
  {
    projectId,
    environment,
    by,
    changes,
    before,
  }: Place & {
    by: string | null;
    changes: Change[];
    before: ReadonlyMap<string, { value: string; sensitive: boolean; updatedAt: string }>;
  },
): Promise<void> {
  const note = async (change: Change, at: string, who: string | null): Promise<void> => {
    const id = newId("vch", clock);
    const value = change.value === null ? null : vault.seal(change.value, sealedPlace(id));
    await tx
      .insertInto("variable_change")
      .values({
        id,
        project_id: projectId,
        environment,
        key: change.key,
        value,
        sensitive: change.sensitive ? 1 : 0,
        at,
        by: who,
      })
      .execute();
  };
  if (changes.length === 0) return;
  const rows = await tx
    .selectFrom("variable_change")
    .select(["id", "key"])
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .orderBy("id", "desc")
    .execute();
  const earlier = Map.groupBy(rows, ({ key }) => key);
  for (const change of changes) {
    const noted = earlier.get(change.key) ?? [];
    const was = before.get(change.key);
    if (noted.length === 0 && was) await note({ key: change.key, ...was }, was.updatedAt, null);
    await note(change, instant(clock), by);
    const old = noted.slice(kept - 1).map(({ id }) => id);
    if (old.length > 0) await tx.deleteFrom("variable_change").where("id", "in", old).execute();
  }
}

/** Newest first, of one variable or of all. */
export async function readChanges(
  { db, vault }: Store,
  { projectId, environment, key, limit }: Place & { key?: string | undefined; limit: number },
): Promise<VariableChange[]> {
  let query = db
    .selectFrom("variable_change")
    .selectAll()
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .orderBy("id", "desc")
    .limit(limit);
  if (key !== undefined) query = query.where("key", "=", key);
  return (await query.execute()).map((row) => ({
    id: row.id,
    key: row.key,
    action: row.value === null ? "removed" : "set",
    value: row.value === null ? null : vault.open(row.value, sealedPlace(row.id)),
    sensitive: row.sensitive !== 0,
    at: row.at,
    by: row.by,
  }));
}

/** What the variable was before this change; a value of null: it was not set. Throws NOT_FOUND. */
export async function stateBefore(store: Store, place: Place, id: string): Promise<Change> {
  const row = await store.db
    .selectFrom("variable_change")
    .select(["key", "sensitive"])
    .where("id", "=", id)
    .where("project_id", "=", place.projectId)
    .where("environment", "=", place.environment)
    .executeTakeFirst();
  if (!row)
    throw new DeployError("NOT_FOUND", {
      what: "There is no such change of a variable here.",
      next: `The ${kept} newest of each variable are kept.`,
    });
  const all = await readChanges(store, { ...place, key: row.key, limit: kept + 1 });
  const before = all[all.findIndex((one) => one.id === id) + 1];
  return { key: row.key, value: before?.value ?? null, sensitive: before?.sensitive ?? row.sensitive !== 0 };
}
