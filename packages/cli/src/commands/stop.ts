/** `landfall stop`: ends what a data directory runs on this machine; `landfall stop <project>`: one of its projects, until it is started again. */
import type { Context } from "../context.ts";
import { isSettled } from "@landfall/engine/events";
import type { Registry } from "../registry.ts";
import { count, safeLine } from "../screen/text.ts";

export function stop({ program, does }: Registry): void {
  program
    .command("stop")
    .alias("down")
    .summary("Take a project offline; without one, stop serving altogether.")
    .description(
      "Take what runs here of a project offline: visitors are told so, what they have begun is finished, its programs end, and it stays so until landfall start or another deployment. Without a project: stop serving on this machine, with every program deployed here; the next command, or landfall serve, brings it back. Nothing is removed.",
    )
    .argument("[project]", "name of the project (default: everything on this machine)")
    .option("--environment <name>", "environment of the project", "production")
    .action(
      does<{ environment: string }>(async (context, { args: [named], flags }) => {
        if (named !== undefined) return stopProject(context, named, flags.environment);
        const engine = await context.engine({ restore: false });
        const before = await engine.edge.status({ here: true });
        if (before.running) await engine.edge.stop();
        const open = (await engine.deployments({ limit: 50 })).filter((one) => !isSettled(one.state));
        if (context.json) {
          const { port, services } = before;
          const stopped = services.map(({ project, environment, service }) => ({ project, environment, service }));
          return context.result(
            JSON.stringify({ stopped: before.running, port, services: stopped, underWay: open.map(({ id }) => id) }),
          );
        }
        if (!before.running) context.say("Nothing is served here; there was nothing to stop.");
        else context.say(`Stopped serving on port ${before.port}, with ${count(before.services.length, "service")}.`);
        for (const one of before.services)
          context.say(`  ${safeLine(one.project)} · ${safeLine(one.environment)} · ${safeLine(one.service)}`);
        for (const { id } of open)
          context.say(`${id} is under way still, and serves when it is done. To end it: landfall cancel ${id}`);
      }),
    );
}

async function stopProject(context: Context, project: string, environment: string): Promise<void> {
  const engine = await context.engine({ restore: false });
  await engine.stop({ project, environment });
  if (context.json) return context.result(JSON.stringify({ stopped: true, project, environment }));
  context.say(`Stopped ${safeLine(project)} · ${safeLine(environment)}. Visitors are told so.`);
  context.say(`To bring it back: ${startCommand(project, environment)}`);
}

function startCommand(project: string, environment: string): string {
  return `landfall start ${safeLine(project)}${environment === "production" ? "" : ` --environment ${safeLine(environment)}`}`;
}
