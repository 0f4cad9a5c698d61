/** Variables of a project's environment: kept encrypted, read to be given to builds and programs. */
import { instant } from "./clock.ts";
import type { Kysely } from "kysely";
import { checkName, checkValue } from "./env/values/names.ts";
import { isSensitive } from "./env/rules.ts";
import { checkVariables } from "./env/values/validate.ts";
import { DeployError } from "./error.ts";
import { checkedName } from "./name.ts";
import type { Projects } from "./projects.ts";
import type { ServicePlan } from "./plan/plan.ts";
import type { Schema } from "./store/schema.ts";
import type { Store } from "./store/store.ts";
import { noteChanges, type Place, readChanges, stateBefore, type VariableChangeView } from "./variable-history.ts";

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

/** The variables of a project, as callers see and set them. `environment` is production unless it is said. */
export interface Variables {
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
}

/** Associated data of a value's envelope. */
function place(projectId: string, environment: string, key: string): string {
  return `variable ${projectId}/${environment}/${key}`;
}

export interface StoredVariable {
  key: string;
  value: string;
  sensitive: boolean;
  updatedAt: string;
}

export async function readVariables(store: Store, projectId: string, environment: string): Promise<StoredVariable[]> {
  return [...(await readIn(store.db, store, { projectId, environment })).values()];
}

async function readIn(
  db: Kysely<Schema>,
  { vault }: Store,
  { projectId, environment }: Place,
): Promise<Map<string, StoredVariable>> {
  const rows = await db
    .selectFrom("variable")
    .selectAll()
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .orderBy("key")
    .execute();
  const read = rows.map((row) => ({
    key: row.key,
    value: vault.open(row.value, place(projectId, environment, row.key)),
    sensitive: row.sensitive !== 0,
    updatedAt: row.updated_at,
  }));
  return new Map(read.map((one) => [one.key, one]));
}

/** Write all or none. Names and values were checked before. */
export async function writeVariables(
  store: Store,
  {
    projectId,
    environment,
    values,
    sensitive,
    by = null,
  }: Place & { values: Record<string, string>; sensitive(key: string): boolean; by?: string | null },
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    const before = await readIn(tx, store, { projectId, environment });
    const changes = Object.entries(values)
      .map(([key, value]) => ({ key, value, sensitive: sensitive(key) }))
      .filter(({ key, value, sensitive: isSecret }) => {
        const was = before.get(key);
        return was?.value !== value || was.sensitive !== isSecret;
      });
    await noteChanges(tx, store, { projectId, environment, by, changes, before });
    for (const { key, value: plain, sensitive: isSecret } of changes) {
      const row = {
        value: store.vault.seal(plain, place(projectId, environment, key)),
        sensitive: isSecret ? 1 : 0,
        updated_at: instant(store.clock),
      };
      await tx
        .insertInto("variable")
        .values({ project_id: projectId, environment, key, ...row })
        .onConflict((c) => c.columns(["project_id", "environment", "key"]).doUpdateSet(row))
        .execute();
    }
  });
}

/**
 * What each service gets: what its code reads, and what no service is known to read (a person set it, the code may build names).
 * What only another service reads stays with that one.
 */
export function valuesByService(
  services: ServicePlan[],
  values: Record<string, string>,
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    services.map((service) => [
      service.name,
      Object.fromEntries(
        Object.entries(values).filter(([key]) => readBy(service, key) || !services.some((other) => readBy(other, key))),
      ),
    ]),
  );
}

function readBy(service: ServicePlan, key: string): boolean {
  return service.variables.some((variable) => variable.key === key && variable.foundIn.length > 0);
}

/** Frameworks that run the application's own modules while they build, with whatever those read. */
const evaluatesWhileBuilding = new Set([
  "next",
  "nuxt",
  "astro",
  "sveltekit",
  "remix",
  "react-router",
  "gatsby",
  "solid-start",
  "tanstack-start",
  "eleventy",
  "qwik",
]);

/**
 * The values a build sees: for a static service and for frameworks that run the application while building all of them; else those read
 * at build time and those nobody is known to read. They are part of the artifact's key, so a changed one builds again and any other does not.
 */
export function buildValues(service: ServicePlan, values: Record<string, string>): Record<string, string> {
  // What is static has no other time at which it could read them.
  if (service.kind === "static" || evaluatesWhileBuilding.has(service.framework ?? "")) return values;
  const runOnly = new Set(
    service.variables
      .filter((variable) => variable.class === "run" && variable.foundIn.length > 0)
      .map(({ key }) => key),
  );
  return Object.fromEntries(Object.entries(values).filter(([key]) => !runOnly.has(key)));
}

export function variablesOf(store: Store, projects: Projects): Variables {
  async function placeOf({
    project,
    environment = "production",
  }: {
    project: string;
    environment?: string;
  }): Promise<Place> {
    return { projectId: (await projects.row(project)).id, environment };
  }

  async function removeAll({ projectId, environment }: Place, keys: string[], by: string | null): Promise<void> {
    if (keys.length === 0) return;
    await store.db.transaction().execute(async (tx) => {
      const before = await readIn(tx, store, { projectId, environment });
      const changes = keys.flatMap((key) => {
        const was = before.get(key);
        return was ? [{ key, value: null, sensitive: was.sensitive }] : [];
      });
      await noteChanges(tx, store, { projectId, environment, by, changes, before });
      await tx
        .deleteFrom("variable")
        .where("project_id", "=", projectId)
        .where("environment", "=", environment)
        .where("key", "in", keys)
        .execute();
    });
  }

  return {
    async list({ reveal = false, ...target }) {
      const at = await placeOf(target);
      const changes = await readChanges(store, { ...at, limit: 1_000 });
      return (await readVariables(store, at.projectId, at.environment)).map((variable) => ({
        key: variable.key,
        environment: at.environment,
        sensitive: variable.sensitive,
        value: variable.sensitive && !reveal ? null : variable.value,
        updatedAt: variable.updatedAt,
        updatedBy: changes.find(({ key }) => key === variable.key)?.by ?? null,
      }));
    },
    async set({ project, environment = "production" }, values, { sensitive, allowEmpty = false, by = null } = {}) {
      checkedName("project", project);
      checkedName("environment", environment);
      refuseFaults(values, allowEmpty);
      const row = await store.ensureProject(project);
      await writeVariables(store, {
        projectId: row.id,
        environment,
        values,
        sensitive: (key) => sensitive ?? isSensitive(key),
        by,
      });
    },
    async remove(target, keys, { by = null } = {}) {
      const at = await placeOf(target);
      const known = new Set((await readVariables(store, at.projectId, at.environment)).map(({ key }) => key));
      const unknown = keys.filter((key) => !known.has(key));
      if (unknown.length > 0) {
        throw new DeployError("NOT_FOUND", {
          what: `Not set: ${unknown.join(", ")}.`,
          where: `${target.project}, ${at.environment}`,
          next: `List them with: landfall env ls --project ${target.project}`,
        });
      }
      await removeAll(at, keys, by);
    },
    async history({ key, limit = 100, ...target }) {
      const at = await placeOf(target);
      return (await readChanges(store, { ...at, key, limit })).map((change) => ({
        ...change,
        environment: at.environment,
        value: change.sensitive ? null : change.value,
      }));
    },
    async revert(target, id, { by = null } = {}) {
      const at = await placeOf(target);
      const { key, value, sensitive } = await stateBefore(store, at, id);
      if (value === null) await removeAll(at, [key], by);
      else await writeVariables(store, { ...at, values: { [key]: value }, sensitive: () => sensitive, by });
      return { key };
    },
    async compare({ project, environment, with: other }) {
      const here = await placeOf({ project, environment });
      const [mine, theirs] = await Promise.all([
        readIn(store.db, store, here),
        readIn(store.db, store, { ...here, environment: other }),
      ]);
      const keys = [...new Set([...mine.keys(), ...theirs.keys()])].sort();
      return keys.map((key) => {
        const [one, another] = [mine.get(key), theirs.get(key)];
        const state = !another ? "only-here" : !one ? "only-there" : one.value === another.value ? "same" : "different";
        return { key, state, sensitive: (one ?? another)!.sensitive };
      });
    },
  };
}

/** Throws INVALID_VARIABLE with every fault of names and values. */
export function refuseFaults(values: Record<string, string>, allowEmpty: boolean): void {
  const faults = faultsOf(values, allowEmpty);
  if (faults.length === 0) return;
  throw new DeployError("INVALID_VARIABLE", {
    what: faults.length === 1 ? "A variable cannot be set so." : `${faults.length} variables cannot be set so.`,
    next: "Nothing was changed. Mend them and set them again.",
    faults,
    step: "configure",
  });
}

function faultsOf(values: Record<string, string>, allowEmpty: boolean): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  for (const [key, value] of Object.entries(values)) {
    for (const check of [() => checkName(key), () => checkValue(value)]) {
      try {
        check();
      } catch (error) {
        if (!(error instanceof DeployError)) throw error;
        faults.push({ path: key, message: error.text.what });
      }
    }
    if (value === "" && !allowEmpty)
      faults.push({ path: key, message: "is empty; an empty value needs --allow-empty" });
  }
  const { invalid } = checkVariables({ variables: [], values });
  for (const { key, message } of invalid) faults.push({ path: key, message });
  return faults;
}
