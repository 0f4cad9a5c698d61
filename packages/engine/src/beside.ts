/** What a program needs that a person runs beside the one that is live here: a console, a migration, what makes an administrator. */
import { openRelease } from "./deployment/release.ts";
import { DeployError } from "./error.ts";
import { liveHere } from "./platforms/local/live-here.ts";
import { surroundingsOf } from "./platforms/local/program.ts";
import { stage } from "./platforms/local/stage.ts";
import type { Projects } from "./projects.ts";
import type { Store } from "./store/store.ts";

export interface Beside {
  project: string;
  /** Default production. */
  environment?: string | undefined;
  /** Which of its programs; needed where there are several. */
  service?: string | undefined;
}

export interface Surroundings {
  service: string;
  release: string;
  /** Where the live program runs from. What is written there is gone with the release. */
  cwd: string;
  /** Its variables with their values, and PATH: for the program alone. */
  env: Record<string, string>;
}

/** Throws NOT_FOUND (the project, the service), CONFLICT (nothing of it runs here, it is pages alone, it is several programs). */
export async function surroundingsBeside(
  { store, toolPath }: { store: Store; toolPath: string[] },
  projects: Pick<Projects, "row">,
  { project, environment = "production", service }: Beside,
): Promise<Surroundings> {
  const { id: projectId } = await projects.row(project);
  const { release_id: releaseId } = await liveHere(store.db, { projectId, project, environment });
  const release = (await openRelease(store, releaseId))!;
  const names = release.services.filter(({ plan }) => plan.kind !== "static").map(({ plan }) => plan.name);
  if (service !== undefined && !names.includes(service))
    throw new DeployError("NOT_FOUND", {
      what: `${project} runs no program ${JSON.stringify(service)} in ${environment}.`,
      next: names.length > 0 ? `Its programs: ${names.join(", ")}.` : "It is pages, which need no program.",
    });
  const name = service ?? names[0];
  if (name === undefined)
    throw new DeployError("CONFLICT", {
      what: `${project} is pages, which need no program: there is none to run one beside.`,
    });
  if (service === undefined && names.length > 1)
    throw new DeployError("CONFLICT", {
      what: `${project} runs ${names.length} programs in ${environment}.`,
      next: `Say beside which: --service ${names.join(" or --service ")}`,
    });
  // On another machine, and after a restore of a backup, its files are not there yet.
  await stage({ store, release, service: name, toolPath });
  return {
    service: name,
    release: releaseId,
    ...surroundingsOf({ home: store.home, release, service: name, toolPath }),
  };
}
