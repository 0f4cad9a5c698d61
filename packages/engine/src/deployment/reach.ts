/** What a deployment needs to speak with its platform: a client with its credential, where the project lives there, what was done already. */
import { type Client, openClient, type PlatformAccess } from "../connections/access.ts";
import type { Learn } from "../connections/credential.ts";
import { openCredential } from "../connections/choose.ts";
import type { Platform, ReleaseContext } from "../platform.ts";
import type { DeployPlan, Target } from "../plan/plan.ts";
import type { Transaction } from "kysely";
import type { DeploymentRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

export interface Reach extends AsyncDisposable {
  client: Client;
  /** The context of operations on this deployment, with a signal of its own. */
  context(signal: AbortSignal): Promise<ReleaseContext>;
}

export async function openReach({
  store,
  platform,
  access,
  row,
  learn,
}: {
  store: Store;
  platform: Platform;
  access: PlatformAccess | undefined;
  row: DeploymentRow;
  /** Told every secret of the credential, also of one renewed later, before it is used. */
  learn?: Learn;
}): Promise<Reach> {
  const { db, clock } = store;
  const credential = await openCredential(store, { platform, access, row, learn });
  const client = openClient({ platform, access, credential, clock });
  const plan = JSON.parse(row.plan!) as DeployPlan;
  return {
    client,
    context: async (signal) => ({
      api: client,
      target: { ...plan.target, ...(await pinnedTarget(store, row.project_id, platform.id)) },
      projectId: row.project_id,
      project: plan.project,
      environment: row.environment,
      deploymentId: row.id,
      signal,
      clock,
      finished: async (step) => {
        const found = await db
          .selectFrom("step")
          .select("result")
          .where("deployment_id", "=", row.id)
          .where("name", "=", step)
          .where("status", "=", "finished")
          .executeTakeFirst();
        return found ? (JSON.parse(found.result ?? "null") as unknown) : undefined;
      },
    }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** Where an earlier deployment of the project went; empty before the first. */
export async function pinnedTarget({ db }: Store, projectId: string, platform: string): Promise<Target> {
  const row = await db
    .selectFrom("target")
    .selectAll()
    .where("project_id", "=", projectId)
    .where("platform", "=", platform)
    .executeTakeFirst();
  return {
    ...(row?.account ? { account: row.account } : {}),
    ...(row?.remote_id ? { projectId: row.remote_id } : {}),
    ...(row?.remote_name ? { projectName: row.remote_name } : {}),
  };
}

/** Later deployments of the project go there. */
export async function pinTarget(
  tx: Transaction<Schema>,
  { row, target, at }: { row: Pick<DeploymentRow, "project_id" | "platform">; target: Target; at: string },
): Promise<void> {
  const pinned = {
    account: target.account ?? null,
    remote_id: target.projectId ?? null,
    remote_name: target.projectName ?? null,
    pinned_at: at,
  };
  await tx
    .insertInto("target")
    .values({ project_id: row.project_id, platform: row.platform, ...pinned })
    .onConflict((c) => c.columns(["project_id", "platform"]).doUpdateSet(pinned))
    .execute();
}
