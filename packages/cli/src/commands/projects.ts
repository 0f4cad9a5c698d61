/** `landfall projects`: what has been deployed. */
import { stateText } from "../project.ts";
import type { Registry } from "../registry.ts";
import { safeLine, table } from "../screen/text.ts";

export function projects({ program, does }: Registry): void {
  program
    .command("projects")
    .description("List projects, their environments and URLs.")
    .action(
      does(async (context) => {
        const all = await (await context.engine()).projects();
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0) return context.say("No projects yet. Deploy one with: landfall deploy");
        const { paint } = context;
        const rows = all.flatMap((project) =>
          project.environments.map((environment) => [
            project.name,
            environment.name,
            [
              environment.lastState === null ? "" : stateText(environment.lastState, paint.out),
              environment.stoppedAt === null ? "" : paint.out.warn(" stopped"),
            ].join(""),
            environment.url === null ? "" : paint.out.link(safeLine(environment.url)),
          ]),
        );
        context.result(table(["PROJECT", "ENVIRONMENT", "LAST", "URL"], rows).join("\n"));
      }),
    );
}
