/** `landfall stop`: ends what a data directory runs on this machine. */
import { DeployError } from "@landfall/engine/error";
import { isSettled } from "@landfall/engine/events";
import type { Registry } from "../registry.ts";
import { count, safeLine } from "../screen/text.ts";

export function stop({ program, does }: Registry): void {
  program
    .command("stop")
    .alias("down")
    .summary("Stop serving, with every program deployed here.")
    .description(
      "Stop serving on this machine, with every program deployed here. Nothing is removed: the next command, or landfall serve, brings it back.",
    )
    .argument("[project]")
    .action(
      does(async (context, { args: [named] }) => {
        if (named !== undefined)
          throw new DeployError("INVALID_CONFIG", {
            what: "landfall stop ends everything that is served here, and takes no project.",
            where: named,
            next: `To take one project offline for good: landfall rm ${named}. To stop everything: landfall stop.`,
          });
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
