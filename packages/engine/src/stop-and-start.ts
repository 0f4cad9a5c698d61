/** What is served here of a project, taken offline by a person and brought back: the same release, byte for byte, without a deployment. */
import type { Transaction } from "kysely";
import { instant } from "./clock.ts";
import { openRelease } from "./deployment/release.ts";
import type { EdgeReport, EdgeService } from "./platforms/local/edge-control.ts";
import type { Serving } from "./platforms/local/elsewhere.ts";
import { untilHealthy } from "./platforms/local/health.ts";
import { wantInstance } from "./platforms/local/instance.ts";
import { liveHere } from "./platforms/local/live-here.ts";
import { type Projects, refuseWhileOpen } from "./projects.ts";
import type { LiveRow, Schema } from "./store/schema.ts";
import type { Store } from "./store/store.ts";

export interface Environment {
  project: string;
  /** Default production. */
  environment?: string | undefined;
}

export interface StopAndStart {
  /**
   * Visitors are told that it is stopped, what they have begun is finished, its programs have ended when it answers; it stays so, over restarts,
   * until it is started or another deployment goes live. Nothing when it is stopped already. Throws NOT_FOUND (the project), CONFLICT (nothing of
   * it runs here, a deployment is under way).
   */
  stop(of: Environment): Promise<void>;
  /** Healthy when it answers. Nothing when it is not stopped. Throws as `stop`; START_FAILED, UNHEALTHY: it is stopped again. */
  start(of: Environment): Promise<void>;
}

export function stopAndStartOf(
  { store, serving }: { store: Store; serving: Serving },
  projects: Pick<Projects, "row">,
): StopAndStart {
  const { db, clock } = store;

  /** Does `work` with what is live here, in one transaction, while nothing else changes it. */
  async function withLive<T>(
    { project, environment = "production" }: Environment,
    work: (tx: Transaction<Schema>, row: LiveRow) => Promise<T>,
  ): Promise<T> {
    const { id: projectId } = await projects.row(project);
    return db.transaction().execute(async (tx) => {
      await tx.selectFrom("project").select("id").where("id", "=", projectId).forUpdate().execute();
      await refuseWhileOpen(tx, { projectId, project, environment });
      return work(tx, await liveHere(tx, { projectId, project, environment }));
    });
  }

  async function halt(tx: Transaction<Schema>, { release_id: id, stopped_at: before }: LiveRow): Promise<void> {
    if (before !== null) return;
    await tx
      .updateTable("live")
      .set({ stopped_at: instant(clock) })
      .where("release_id", "=", id)
      .execute();
    await tx.updateTable("instance").set({ desired: "stopped" }).where("release_id", "=", id).execute();
  }

  async function untilEnded(releaseId: string): Promise<void> {
    const runs = ({ release, state }: EdgeService): boolean => release === releaseId && state !== "stopped";
    while ((await serving.reconcile()).services.some(runs)) await clock.sleep(50);
  }

  return {
    async stop(of) {
      const { release_id: releaseId } = await withLive(of, async (tx, row) => {
        await halt(tx, row);
        return row;
      });
      // Where nothing is served at all, nothing of this is.
      if ((await serving.status()) !== null) await untilEnded(releaseId);
    },

    async start(of) {
      // Whoever waits for it may go: it is started all the same.
      const { signal } = new AbortController();
      const live = await withLive(of, async (_tx, row) => row);
      const release = await openRelease(store, live.release_id);
      const programs = (release?.services ?? []).map(({ plan }) => plan).filter(({ kind }) => kind !== "static");
      const isBegun = await withLive(of, async (tx, { release_id: releaseId, stopped_at: stoppedAt }) => {
        if (stoppedAt === null || releaseId !== release?.id) return false;
        await tx.updateTable("live").set({ stopped_at: null }).where("release_id", "=", releaseId).execute();
        for (const { name: service } of programs) await wantInstance(tx, { releaseId, service, at: instant(clock) });
        return true;
      });
      if (!isBegun || release === null) {
        await serving.ensure();
        return;
      }
      const find = ({ services }: EdgeReport, name: string) =>
        services.find((one) => one.release === release.id && one.service === name);
      try {
        await serving.reconcile(signal);
        for (const plan of programs) {
          const look = async () => find(await serving.reconcile(signal), plan.name);
          await untilHealthy({ plan, look, clock, signal, log: () => {} });
        }
      } catch (error) {
        await db.transaction().execute(async (tx) => {
          const row = await tx.selectFrom("live").selectAll().where("release_id", "=", release.id).executeTakeFirst();
          if (row) await halt(tx, row);
        });
        await untilEnded(release.id); // Whoever starts it again starts it anew.
        throw error;
      }
    },
  };
}
