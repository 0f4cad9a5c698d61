/** A password on what Landfall's own machines serve of a project: set, changed and taken off, in force at once and without a deployment. */
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import type { Platform } from "../platform.ts";
import type { Serving } from "../platforms/local/elsewhere.ts";
import type { Projects } from "../projects.ts";
import type { ProjectProtectionRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { hashOf } from "./password.ts";

/** What is kept from strangers: nothing, all but production, everything. */
const protectionScopes = ["off", "preview", "all"] as const;
export type ProtectionScope = (typeof protectionScopes)[number];

export interface ProtectionView {
  /** Grows with every change. */
  version: number;
  scope: ProtectionScope;
  updatedAt: string | null;
  /** Hosted platforms the project is deployed to: there it is the platform that keeps strangers out, or nobody. */
  elsewhere: { platform: string; name: string; where: string; help: string }[];
}

export interface Protection {
  /** Throws NOT_FOUND (the project). */
  get(of: { project: string }): Promise<ProtectionView>;
  /**
   * In force when it answers. `password` absent: it stays. With `off` it is forgotten. `expect` is the version that was read. Throws NOT_FOUND,
   * INVALID_CONFIG (there is no password yet, it cannot be), CONFLICT when somebody else was faster.
   */
  set(of: {
    project: string;
    scope: ProtectionScope;
    password?: string | undefined;
    expect: number;
  }): Promise<ProtectionView>;
}

const password = { least: 8, most: 200 };

export function protectionOf(
  { store, serving, platforms }: { store: Store; serving: Serving; platforms: readonly Platform[] },
  projects: Projects,
): Protection {
  const { db, clock } = store;

  async function viewOf(projectId: string, row: ProjectProtectionRow | undefined): Promise<ProtectionView> {
    const pinned = db.selectFrom("target").select("platform").where("project_id", "=", projectId);
    const live = db.selectFrom("live").select("platform").where("project_id", "=", projectId);
    const used = new Set((await pinned.union(live).execute()).map(({ platform }) => platform));
    return {
      version: row?.version ?? 0,
      scope: row?.scope ?? "off",
      updatedAt: row?.updated_at ?? null,
      elsewhere: platforms.flatMap(({ id, name, protection }) =>
        used.has(id) && protection ? [{ platform: id, name, ...protection }] : [],
      ),
    };
  }

  const rowOf = (projectId: string) =>
    db.selectFrom("project_protection").selectAll().where("project_id", "=", projectId).executeTakeFirst();

  return {
    async get({ project }) {
      const { id } = await projects.row(project);
      return viewOf(id, await rowOf(id));
    },

    async set({ project, scope, password: given, expect }) {
      const { id } = await projects.row(project);
      if (given !== undefined) refuse(given);
      const hash = given === undefined || scope === "off" ? null : await hashOf(given);
      const row = await db.transaction().execute(async (tx) => {
        await tx.selectFrom("project").select("id").where("id", "=", id).forUpdate().execute();
        const before = await tx
          .selectFrom("project_protection")
          .selectAll()
          .where("project_id", "=", id)
          .executeTakeFirst();
        if ((before?.version ?? 0) !== expect)
          throw new DeployError("CONFLICT", {
            what: `The protection of ${project} was changed by somebody else meanwhile.`,
            next: "Look at it as it is now, then save again.",
          });
        const kept = scope === "off" ? null : (hash ?? before?.password ?? null);
        if (scope !== "off" && kept === null)
          throw invalid("there is none yet: give the password that visitors are to be asked for");
        const next = { version: expect + 1, scope, password: kept, updated_at: instant(clock) };
        await tx
          .insertInto("project_protection")
          .values({ project_id: id, ...next })
          .onConflict((c) => c.column("project_id").doUpdateSet(next))
          .execute();
        return { project_id: id, ...next };
      });
      // Edges see it by themselves a moment later; who is told that it is in force must be able to count on it.
      if ((await serving.status()) !== null) await serving.reconcile();
      return viewOf(id, row);
    },
  };
}

/** What is kept from strangers, by project: the hash of the password, and of which environments. */
export async function protectedProjects({
  db,
}: Pick<Store, "db">): Promise<Map<string, { scope: ProtectionScope; password: string }>> {
  const rows = await db
    .selectFrom("project_protection")
    .select(["project_id", "scope", "password"])
    .where("scope", "!=", "off")
    .execute();
  return new Map(
    rows.flatMap(({ project_id, scope, password: hash }) =>
      hash === null ? [] : [[project_id, { scope, password: hash }]],
    ),
  );
}

export function isCovered(scope: ProtectionScope, environment: string): boolean {
  return scope === "all" || (scope === "preview" && environment !== "production");
}

/** Whether visitors of the place are asked for a password by our edge. */
export async function isProtected(
  store: Pick<Store, "db">,
  { projectId, environment }: { projectId: string; environment: string },
): Promise<boolean> {
  const found = (await protectedProjects(store)).get(projectId);
  return found !== undefined && isCovered(found.scope, environment);
}

/** No message repeats what was given. */
function refuse(given: string): void {
  if (given.length < password.least || given.length > password.most)
    throw invalid(`must have ${password.least} to ${password.most} characters`);
  // RFC 7617, section 2: what a browser cannot send.
  if (/\p{Cc}/u.test(given)) throw invalid("must have no control characters, such as a line end");
}

function invalid(message: string): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what: "The site cannot be protected so.",
    faults: [{ path: "password", message }],
    next: "Nothing was changed. Choose another password.",
  });
}
