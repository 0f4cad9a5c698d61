/** Values of an organisation that variables of its projects have: kept encrypted, read with a project's own, which win. */
import { instant } from "./clock.ts";
import { checkName } from "./env/values/names.ts";
import { isSensitive } from "./env/rules.ts";
import { DeployError } from "./error.ts";
import { checkedName } from "./name.ts";
import type { Projects } from "./projects.ts";
import type { Store } from "./store/store.ts";
import { readVariables, refuseFaults, type StoredVariable } from "./variables.ts";

/** Values of the organisation. A variable of a project that one is mapped to has it in every later deployment, unless the project sets its own. */
export interface SharedValues {
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
}

/** Associated data of a value's envelope. */
function place(organization: string, key: string): string {
  return `shared-value ${organization}/${key}`;
}

/** A variable as a deployment is given it. */
export interface GivenVariable extends StoredVariable {
  from: "project" | "shared";
}

/** Everything a deployment of this environment is given: what the project sets, and of what it does not, the shared values mapped to it. */
export async function readGiven(store: Store, projectId: string, environment: string): Promise<GivenVariable[]> {
  const { db, vault } = store;
  const [own, mapped] = await Promise.all([
    readVariables(store, projectId, environment),
    db
      .selectFrom("shared_mapping")
      .innerJoin("shared_value", (join) =>
        join
          .onRef("shared_value.organization_id", "=", "shared_mapping.organization_id")
          .onRef("shared_value.key", "=", "shared_mapping.shared_key"),
      )
      .select(["shared_mapping.key as key", "shared_value.organization_id", "shared_value.key as sharedKey"])
      .select(["shared_value.value", "shared_value.sensitive", "shared_value.updated_at"])
      .where("shared_mapping.project_id", "=", projectId)
      .where("shared_mapping.environment", "=", environment)
      .execute(),
  ]);
  const set = new Set(own.map(({ key }) => key));
  const given = [
    ...own.map((one) => ({ ...one, from: "project" as const })),
    ...mapped
      .filter(({ key }) => !set.has(key))
      .map((row) => ({
        key: row.key,
        value: vault.open(row.value, place(row.organization_id, row.sharedKey)),
        sensitive: row.sensitive !== 0,
        updatedAt: row.updated_at,
        from: "shared" as const,
      })),
  ];
  return given.sort((one, other) => (one.key < other.key ? -1 : 1));
}

export function sharedOf(store: Store, projects: Projects): SharedValues {
  const { db, clock, vault, organization } = store;

  function mappings() {
    return db
      .selectFrom("shared_mapping")
      .innerJoin("project", "project.id", "shared_mapping.project_id")
      .select([
        "project.name as project",
        "shared_mapping.environment",
        "shared_mapping.key",
        "shared_key as sharedKey",
      ])
      .where("shared_mapping.organization_id", "=", organization)
      .orderBy("project.name")
      .orderBy("shared_mapping.environment")
      .orderBy("shared_mapping.key");
  }

  function missing(key: string): DeployError {
    return new DeployError("NOT_FOUND", { what: `There is no shared value ${JSON.stringify(key.slice(0, 60))}.` });
  }

  return {
    async list() {
      const [values, mapped] = await Promise.all([
        db.selectFrom("shared_value").selectAll().where("organization_id", "=", organization).orderBy("key").execute(),
        mappings().execute(),
      ]);
      return values.map(({ key, value, sensitive, updated_at: updatedAt }) => ({
        key,
        sensitive: sensitive !== 0,
        value: sensitive !== 0 ? null : vault.open(value, place(organization, key)),
        updatedAt,
        mappings: mapped.filter(({ sharedKey }) => sharedKey === key).map(({ sharedKey: _key, ...where }) => where),
      }));
    },

    async set(values, { sensitive } = {}) {
      refuseFaults(values, false);
      await db.transaction().execute(async (tx) => {
        for (const [key, value] of Object.entries(values)) {
          const row = {
            value: vault.seal(value, place(organization, key)),
            sensitive: (sensitive ?? isSensitive(key)) ? 1 : 0,
            updated_at: instant(clock),
          };
          await tx
            .insertInto("shared_value")
            .values({ organization_id: organization, key, ...row })
            .onConflict((conflict) => conflict.columns(["organization_id", "key"]).doUpdateSet(row))
            .execute();
        }
      });
    },

    async remove(key) {
      checkName(key);
      const places = await mappings().where("shared_key", "=", key).execute();
      if (places.length > 0)
        throw new DeployError("CONFLICT", {
          what: `${key} is given to ${places.length === 1 ? "a project" : `${places.length} places`}.`,
          next: "Take it away from what is named here first.",
          faults: places.map((one) => ({ path: `${one.project}, ${one.environment}`, message: `as ${one.key}` })),
        });
      const { numDeletedRows } = await db
        .deleteFrom("shared_value")
        .where("organization_id", "=", organization)
        .where("key", "=", key)
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw missing(key);
    },

    async mappings({ project, environment }) {
      const { id } = await projects.row(project);
      const rows = await mappings()
        .innerJoin("shared_value", (join) =>
          join
            .onRef("shared_value.organization_id", "=", "shared_mapping.organization_id")
            .onRef("shared_value.key", "=", "shared_mapping.shared_key"),
        )
        .select("shared_value.sensitive")
        .where("shared_mapping.project_id", "=", id)
        .where("shared_mapping.environment", "=", environment)
        .execute();
      const own = new Set((await readVariables(store, id, environment)).map(({ key }) => key));
      return rows.map(({ key, sharedKey, sensitive }) => ({
        key,
        sharedKey,
        sensitive: sensitive !== 0,
        overridden: own.has(key),
      }));
    },

    async map({ project, environment, key, sharedKey }) {
      checkedName("environment", environment);
      for (const name of [key, sharedKey]) checkName(name);
      const { id: project_id } = await projects.row(project);
      const value = { organization_id: organization, shared_key: sharedKey };
      await db.transaction().execute(async (tx) => {
        const found = await tx
          .selectFrom("shared_value")
          .select("key")
          .where("organization_id", "=", organization)
          .where("key", "=", sharedKey)
          .executeTakeFirst();
        if (!found) throw missing(sharedKey);
        await tx
          .insertInto("shared_mapping")
          .values({ project_id, environment, key, ...value })
          .onConflict((conflict) => conflict.columns(["project_id", "environment", "key"]).doUpdateSet(value))
          .execute();
      });
    },

    async unmap({ project, environment, key }) {
      checkName(key);
      const { id } = await projects.row(project);
      const { numDeletedRows } = await db
        .deleteFrom("shared_mapping")
        .where("project_id", "=", id)
        .where("environment", "=", environment)
        .where("key", "=", key)
        .executeTakeFirst();
      if (numDeletedRows === 0n)
        throw new DeployError("NOT_FOUND", {
          what: `${JSON.stringify(key.slice(0, 60))} has no shared value here.`,
          where: `${project}, ${environment}`,
        });
    },
  };
}
