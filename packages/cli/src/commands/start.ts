/** `landfall start <project>`: brings back what `landfall stop <project>` took offline. */
import { projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";
import { safeLine } from "../screen/text.ts";

export function start({ program, does }: Registry): void {
  program
    .command("start")
    .description(
      "Bring back a project that was stopped: the same release, without a deployment; done when it is healthy.",
    )
    .argument("[project]", "name of the project (default: this folder's)")
    .option("--environment <name>", "environment of the project", "production")
    .action(
      does<{ environment: string }>(async (context, { args: [named], flags: { environment } }) => {
        const project = projectOf(context, named);
        const engine = await context.engine();
        await engine.start({ project, environment });
        const found = (await engine.projects()).find(({ name }) => name === project);
        const url = found?.environments.find(({ name }) => name === environment)?.url ?? null;
        if (context.json) return context.result(JSON.stringify({ started: true, project, environment, url }));
        context.say(`${safeLine(project)} · ${safeLine(environment)} is served.`);
        if (url !== null) context.result(url);
      }),
    );
}
