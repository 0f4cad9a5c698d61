/**
 * A platform's variables made what the release says. What we set is written down as ours: only that is ever removed again; variables
 * somebody else made are left alone, whatever they are.
 */
import { DeployError } from "../error.ts";
import type { DeployContext, Platform } from "../platform.ts";

type Operations = NonNullable<Platform["variables"]>;

export interface VariableChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

/**
 * Compare, set, read back, and remove what was ours and is gone. Nothing is asked when there is nothing to set and nothing was.
 * Variables of services that are only files are left out: nobody reads them there. Safe to repeat. Throws INVALID_VARIABLE when the platform
 * has stored something else than was sent.
 */
export async function syncVariables(context: DeployContext, operations: Operations): Promise<VariableChanges> {
  const wanted = wantedBy(context);
  const owned = await ownedKeys(context);
  if (wanted.size === 0 && owned.size === 0) return { added: [], changed: [], removed: [] };
  const there = new Map((await operations.list(context)).map((variable) => [variable.key, variable]));
  const added = [...wanted.values()].filter(({ key }) => !there.has(key));
  // What nobody may read back is set again each time: whether it is the same cannot be known.
  const changed = [...wanted.values()].filter(({ key, value }) => there.has(key) && there.get(key)!.value !== value);
  const removed = [...owned].filter((key) => !wanted.has(key) && there.has(key));

  await own(context, [...wanted.keys()]);
  if (added.length + changed.length > 0) {
    await operations.set(context, [...added, ...changed]);
    const stored = new Map((await operations.list(context)).map(({ key, value }) => [key, value]));
    const wrong = [...added, ...changed].filter(({ key, value }) => {
      const read = stored.get(key);
      return read === undefined || (read !== null && read !== value);
    });
    if (wrong.length > 0)
      throw storedDifferently(
        context,
        wrong.map(({ key }) => key),
      );
  }
  if (removed.length > 0) await operations.remove(context, removed);
  await disown(
    context,
    [...owned].filter((key) => !wanted.has(key)),
  );
  return { added: added.map(({ key }) => key), changed: changed.map(({ key }) => key), removed };
}

function wantedBy({ release }: DeployContext): Map<string, { key: string; value: string; sensitive: boolean }> {
  const wanted = new Map<string, { key: string; value: string; sensitive: boolean }>();
  for (const { plan, artifact, variables } of release.services) {
    if (artifact.kind === "files") continue;
    for (const [key, value] of Object.entries(variables)) {
      const planned = plan.variables.find((one) => one.key === key);
      // A value nobody has called harmless is treated as a secret.
      const sensitive = planned === undefined || planned.foundIn.length === 0 || planned.sensitive;
      wanted.set(key, { key, value, sensitive: wanted.get(key)?.sensitive === true || sensitive });
    }
  }
  return wanted;
}

async function ownedKeys(context: DeployContext): Promise<Set<string>> {
  const { project_id, platform, environment } = placeOf(context);
  return context.transaction(async (tx) => {
    const rows = await tx
      .selectFrom("owned_variable")
      .select("key")
      .where("project_id", "=", project_id)
      .where("platform", "=", platform)
      .where("environment", "=", environment)
      .execute();
    return new Set(rows.map((row) => row.key));
  });
}

/** Written before anything is set: a run that dies in between leaves nothing that nobody would remove. */
async function own(context: DeployContext, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  const place = placeOf(context);
  await context.transaction(async (tx) => {
    await tx
      .insertInto("owned_variable")
      .values(keys.map((key) => ({ ...place, key })))
      .onConflict((c) => c.doNothing())
      .execute();
  });
}

async function disown(context: DeployContext, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  const { project_id, platform, environment } = placeOf(context);
  await context.transaction(async (tx) => {
    await tx
      .deleteFrom("owned_variable")
      .where("project_id", "=", project_id)
      .where("platform", "=", platform)
      .where("environment", "=", environment)
      .where("key", "in", keys)
      .execute();
  });
}

function placeOf({ projectId, plan, environment }: DeployContext) {
  return { project_id: projectId, platform: plan.platform, environment };
}

function storedDifferently({ plan }: DeployContext, keys: string[]): DeployError {
  return new DeployError("INVALID_VARIABLE", {
    what: `${plan.platform} has stored another value than was sent for: ${keys.join(", ")}.`,
    where: `${plan.project}, ${plan.environment}`,
    next: "Look at the variables there, and deploy again. Nothing new is live.",
    faults: keys.map((key) => ({ path: key, message: "what was read back is not what was sent" })),
    step: "configure",
  });
}
