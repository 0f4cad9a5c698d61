/** Variables of a project's environment: kept encrypted, read to be given to builds and programs. */
import { instant } from "./clock.ts";
import type { ServicePlan } from "./plan/plan.ts";
import type { Store } from "./store/store.ts";

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
  const rows = await store.db
    .selectFrom("variable")
    .selectAll()
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .orderBy("key")
    .execute();
  return rows.map((row) => ({
    key: row.key,
    value: store.vault.open(row.value, place(projectId, environment, row.key)),
    sensitive: row.sensitive !== 0,
    updatedAt: row.updated_at,
  }));
}

/** Write all or none. Names and values were checked before. */
export async function writeVariables(
  store: Store,
  {
    projectId,
    environment,
    values,
    sensitive,
  }: { projectId: string; environment: string; values: Record<string, string>; sensitive(key: string): boolean },
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    for (const [key, plain] of Object.entries(values)) {
      const row = {
        value: store.vault.seal(plain, place(projectId, environment, key)),
        sensitive: sensitive(key) ? 1 : 0,
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
