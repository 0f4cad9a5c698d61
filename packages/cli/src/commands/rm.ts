/** `landfall rm <project>`: stop and forget, after the person has typed the name. */
import { DeployError } from "@landfall/engine/error";
import { noProject } from "../project.ts";
import type { Registry } from "../registry.ts";
import { ask } from "../screen/prompt.ts";
import { safeLine } from "../screen/text.ts";

export function rm({ program, does }: Registry): void {
  program
    .command("rm")
    .alias("remove")
    .description("Stop and remove a project, or one environment of it.")
    .argument("<project>", "name of the project")
    .option("--environment <name>", "only this environment")
    .action(
      does<{ environment?: string }>(async (context, { args: [project], flags: { environment } }) => {
        const engine = await context.engine();
        const found = (await engine.projects()).find((one) => one.name === project);
        if (found === undefined)
          throw noProject(
            project!,
            (await engine.projects()).map((one) => one.name),
          );
        const going = found.environments.filter((one) => environment === undefined || one.name === environment);
        if (environment !== undefined && going.length === 0) {
          throw new DeployError("NOT_FOUND", {
            what: `${found.name} has no environment ${JSON.stringify(environment)}.`,
            next: `It has: ${found.environments.map((one) => one.name).join(", ")}.`,
          });
        }
        if (!context.yes) {
          context.say(`This stops and removes, with variables and history:`);
          for (const one of going)
            context.say(`  ${found.name} · ${one.name}${one.url === null ? "" : ` · ${safeLine(one.url)}`}`);
          if (!context.canAsk) {
            throw new DeployError("INVALID_CONFIG", {
              what: "Nothing was removed: nobody is here to confirm it.",
              next: `Add --yes: landfall rm ${found.name} --yes`,
            });
          }
          const typed = await ask(context.world, `Type ${found.name} to go on: `);
          if (typed?.trim() !== found.name) {
            context.say("Nothing was removed.");
            return 1;
          }
        }
        await engine.remove({ project: found.name, ...(environment === undefined ? {} : { environment }) });
        if (context.json)
          context.result(JSON.stringify({ removed: found.name, environments: going.map((one) => one.name) }));
        else context.say(`Removed ${found.name}${environment === undefined ? "" : ` · ${environment}`}.`);
        return 0;
      }),
    );
}
