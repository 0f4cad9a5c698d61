/** Values of variables that a deployment works with: those of its place today, and those given for it alone. */
import type { DeployPlan } from "../plan/plan.ts";
import { readGiven } from "../shared-values.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { openRelease } from "./release.ts";

export interface Values {
  /** Every value of the deployment, opened. */
  values: Record<string, string>;
  /** Those that must be shown nowhere. */
  secrets: { name: string; value: string }[];
}

/** Those a deployment that was accepted is worked on with. */
export async function openValues(store: Store, row: DeploymentRow): Promise<Values> {
  const stored = await readGiven(store, row.project_id, row.environment);
  const given =
    row.given === null ? {} : (JSON.parse(store.vault.open(row.given, `given ${row.id}`)) as Record<string, string>);
  const values = { ...Object.fromEntries(stored.map(({ key, value }) => [key, value])), ...given };
  const plan = JSON.parse(row.plan!) as DeployPlan;
  const open = new Set(
    plan.services.flatMap((service) =>
      service.variables.filter((one) => one.foundIn.length > 0 && !one.sensitive).map((one) => one.key),
    ),
  );
  for (const one of stored) if (one.sensitive) open.delete(one.key);
  // A value nobody has called harmless is treated as a secret.
  const secrets = Object.entries(values).flatMap(([name, value]) => (open.has(name) ? [] : [{ name, value }]));
  return { values, secrets };
}

/** The values of a deployment that is made once more: those of today, and what was given for that one alone. */
export async function valuesAgain(
  store: Store,
  from: DeploymentRow,
): Promise<{ stored: Record<string, string>; given: Record<string, string> }> {
  const release = from.release_id ? await openRelease(store, from.release_id) : null;
  const variables = await readGiven(store, from.project_id, from.environment);
  const stored = Object.fromEntries(variables.map(({ key, value }) => [key, value]));
  const before = Object.assign({}, ...(release?.services ?? []).map((service) => service.variables)) as Record<
    string,
    string
  >;
  // The others were the project's then: one that was removed since must not come back.
  const alone = new Set(
    (JSON.parse(from.plan!) as DeployPlan).services.flatMap(({ variables: planned }) =>
      planned.flatMap((one) => (one.from === "command-line" || one.from === "file" ? [one.key] : [])),
    ),
  );
  const given = Object.entries(before).filter(([key]) => alone.has(key) && !Object.hasOwn(stored, key));
  return { stored, given: Object.fromEntries(given) };
}
