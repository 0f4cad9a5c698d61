/** Which project a source belongs to: by the name it is given, or one made from what is there. */
import type { ErrorReport } from "../error.ts";
import { checkedName, nameOf, suggestNames } from "../name.ts";
import type { OpenedSource } from "../source/open.ts";
import type { Store } from "../store/store.ts";
import type { Config } from "./config.ts";
import type { DeployRequest } from "./request.ts";

/** What is written down of a source beside its project's name, and compared when it comes again. */
export function identityOf(request: DeployRequest, source: OpenedSource): string {
  return `${request.source.kind} ${source.identity}`;
}

/**
 * The project's name, asked for or made from what is there. A name we made up never lands on a project that came from elsewhere:
 * two folders called `site` are two projects, and only a person may say that they are one.
 */
export async function projectName(
  store: Store,
  {
    request,
    config,
    source,
    problems,
  }: { request: DeployRequest; config: Config | null; source: OpenedSource; problems: ErrorReport[] },
): Promise<string> {
  if (request.project !== undefined) return request.project;
  if (config?.name !== undefined) return checkedName("project", config.name);
  const name = nameOf(request.source, source.identity);
  const known = (await store.project(name))?.source ?? null;
  if (known !== null && known !== identityOf(request, source)) {
    const own = store.db.selectFrom("project").select("name").where("organization_id", "=", store.organization);
    const taken = new Set((await own.execute()).map((row) => row.name));
    const names = suggestNames(name, (one) => taken.has(one));
    problems.push({
      code: "PROJECT_NAME_TAKEN",
      what: `There is a project ${name} already, from ${known.replace(/^\w+ /, "")}.`,
      where: "project",
      next: `Deploy this one as another project: --project ${names[0] ?? "<name>"}; or into that one: --project ${name}.`,
      recovery: names.map((one) => ({
        kind: "alternative",
        label: `Deploy as ${one}`,
        command: `landfall deploy --project ${one}`,
      })),
      step: "create",
    });
  }
  return name;
}
