/** Settings a project's deployments begin with: below what a deployment or its landfall.json says, above what is detected. */
import { instant } from "./clock.ts";
import { DeployError } from "./error.ts";
import type { ServiceConfig } from "./plan/config.ts";
import type { Projects } from "./projects.ts";
import type { Store } from "./store/store.ts";

/** What a project's deployments begin with: below what a deployment or its landfall.json says, above what is detected. */
export interface ProjectSettings
  extends Pick<
    ServiceConfig,
    "framework" | "installCommand" | "buildCommand" | "startCommand" | "releaseCommand" | "outputDir" | "healthPath"
  > {
  /** Folder inside an archive or a repository. */
  rootDirectory?: string | undefined;
  platform?: string | undefined;
  /** Id or name of a saved target. */
  savedTarget?: string | undefined;
}

/** A project's settings, with a version that whoever changes them names. */
export interface Settings {
  get(of: { project: string }): Promise<{ version: number; settings: ProjectSettings }>;
  /** `expect` is the version that was read. Throws INVALID_CONFIG with every fault, CONFLICT when somebody else was faster. */
  set(of: {
    project: string;
    settings: ProjectSettings;
    expect: number;
  }): Promise<{ version: number; settings: ProjectSettings }>;
}

/** Of a project by its row's id; none when nothing was ever set. */
export async function readSettings({ db }: Pick<Store, "db">, projectId: string): Promise<ProjectSettings> {
  const row = await db
    .selectFrom("project_settings")
    .select("settings")
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return row ? (JSON.parse(row.settings) as ProjectSettings) : {};
}

export function settingsOf(store: Store, projects: Projects): Settings {
  const { db, clock } = store;
  return {
    async get({ project }) {
      const { id } = await projects.row(project);
      const row = await db.selectFrom("project_settings").selectAll().where("project_id", "=", id).executeTakeFirst();
      return { version: row?.version ?? 0, settings: row ? (JSON.parse(row.settings) as ProjectSettings) : {} };
    },
    async set({ project, settings, expect }) {
      const { configSchema } = await import("./plan/config.ts");
      const { rootDirectory, savedTarget: _target, ...config } = settings;
      const issues = configSchema.safeParse(config).error?.issues ?? [];
      const faults = issues.map(({ path, message }) => ({ path: path.join("."), message }));
      if (rootDirectory !== undefined && /^\/|\\|(?:^|\/)\.\.(?:\/|$)/.test(rootDirectory))
        faults.push({ path: "rootDirectory", message: "a folder inside, such as apps/web" });
      if (faults.length > 0)
        throw new DeployError("INVALID_CONFIG", {
          what: "These settings cannot be.",
          faults,
          next: "Nothing was changed. Mend what is named here.",
        });
      const { id } = await projects.row(project);
      return db.transaction().execute(async (tx) => {
        await tx.selectFrom("project").select("id").where("id", "=", id).forUpdate().execute();
        const row = await tx
          .selectFrom("project_settings")
          .select("version")
          .where("project_id", "=", id)
          .executeTakeFirst();
        const version = row?.version ?? 0;
        if (version !== expect)
          throw new DeployError("CONFLICT", {
            what: `The settings of ${project} were changed by somebody else meanwhile.`,
            next: "Look at them as they are now, then save again.",
          });
        const next = { version: version + 1, settings: JSON.stringify(settings), updated_at: instant(clock) };
        await tx
          .insertInto("project_settings")
          .values({ project_id: id, ...next })
          .onConflict((c) => c.column("project_id").doUpdateSet(next))
          .execute();
        return { version: next.version, settings };
      });
    },
  };
}
