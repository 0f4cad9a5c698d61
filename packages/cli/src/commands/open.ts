/** `landfall open [project|id]`: its URL, and the browser on it. */
import { DeployError } from "@landfall/engine/error";
import { isDeploymentId, projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";

export function open({ program, does }: Registry): void {
  program
    .command("open")
    .description("Open a project in the browser, and print its URL.")
    .argument("[project|id]", "project or deployment (default: this folder's project)")
    .option("--environment <name>", "environment of the project", "production")
    .action(
      does<{ environment: string }>(async (context, { args: [named], flags: { environment } }) => {
        const engine = await context.engine();
        let url: string | null | undefined;
        let what: string;
        if (named !== undefined && isDeploymentId(named)) {
          url = (await engine.deployment(named)).url;
          what = named;
        } else {
          what = `${projectOf(context, named)} · ${environment}`;
          const project = (await engine.projects()).find((one) => one.name === projectOf(context, named));
          url = project?.environments.find((one) => one.name === environment)?.url;
        }
        if (url === null || url === undefined) {
          throw new DeployError("NOT_FOUND", { what: `${what} has no URL.`, next: "Deploy it with: landfall deploy" });
        }
        if (!(await engine.edge.status()).running) await engine.edge.ensure();
        context.result(context.json ? JSON.stringify({ url }) : url);
        if (context.world.stdout.isTerminal && /^https?:\/\//.test(url) && !(await context.world.openBrowser(url))) {
          context.say("No browser could be started here; open the address yourself.");
        }
      }),
    );
}
