/** `landfall targets`: places to deploy to under a name, for `landfall deploy --to`. */
import type { Engine, SavedTargetView } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { defined } from "../request.ts";
import type { Registry } from "../registry.ts";
import { safeLine, table } from "../screen/text.ts";

interface SaveFlags {
  platform?: string;
  connection?: string;
  team?: string;
  onPlatform?: string;
  default?: boolean;
}

export function targets({ program, does }: Registry): void {
  const group = program.command("targets").description("Places to deploy to, under a name: landfall deploy --to NAME.");

  group
    .command("ls", { isDefault: true })
    .description("List them.")
    .action(
      does(async (context) => {
        const all = await (await context.engine({ restore: false })).targets.list();
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0)
          return context.say("No target is saved. Save one with: landfall targets save NAME --platform ID");
        const rows = all.map((one) => [
          safeLine(one.name),
          one.platform,
          placeText(one),
          one.isDefault ? "default" : "",
        ]);
        context.result(table(["TARGET", "PLATFORM", "WHERE", ""], rows).join("\n"));
      }),
    );

  group
    .command("save")
    .description("Save a target, or change the one of this name.")
    .argument("<name>", "what it is called")
    .option("-t, --platform <id>", "platform; of a new one it must be given")
    .option("--connection <name>", "which connected account, of several")
    .option("--team <id>", "team or account on the platform")
    .option("--on-platform <id>", "project, site or worker that is there already")
    .option("--default", "deployments to the platform that say nothing else go there")
    .option("--no-default", "they do not")
    .action(
      does<SaveFlags>(async (context, { args: [name], flags }) => {
        const { targets: saved } = await context.engine({ restore: false });
        const known = (await saved.list()).find((one) => one.name === name);
        const place = defined({ account: flags.team, projectId: flags.onPlatform });
        const change = defined({
          connection: flags.connection,
          target: Object.keys(place).length > 0 ? place : undefined,
          isDefault: flags.default,
        });
        const platform = flags.platform ?? known?.platform;
        if (platform === undefined)
          throw new DeployError("INVALID_CONFIG", {
            what: `There is no target ${name} yet, and no platform was named for it.`,
            where: "--platform",
            next: `Say where to: landfall targets save ${name} --platform ID. All there are: landfall platforms`,
          });
        if (known && platform !== known.platform)
          throw new DeployError("CONFLICT", {
            what: `${name} is a target on ${known.platform}, which stays so.`,
            where: "--platform",
            next: `Save it under another name, or remove it first: landfall targets rm ${name}`,
          });
        const view = known
          ? await saved.update(known.id, change)
          : await saved.save({ name: name!, platform, ...change });
        if (context.json) return context.result(JSON.stringify(view));
        context.say(
          `${safeLine(view.name)} leads to ${view.platform}, ${placeText(view)}. Deploy there with: landfall deploy --to ${safeLine(view.name)}`,
        );
      }),
    );

  group
    .command("test")
    .description("Ask the platform whether a deployment would get in there now; status 1 when not.")
    .argument("<name>", "the target")
    .action(
      does(async (context, { args: [name] }) => {
        const engine = await context.engine({ restore: false });
        const outcome = await engine.targets.test((await named(engine, name!)).id);
        if (context.json) context.result(JSON.stringify(outcome));
        else context.say(safeLine(outcome.detail));
        return outcome.ok ? 0 : 1;
      }),
    );

  group
    .command("rm")
    .description("Forget a target; what was deployed there stays.")
    .argument("<name>", "the target")
    .action(
      does(async (context, { args: [name] }) => {
        const engine = await context.engine({ restore: false });
        const { id } = await named(engine, name!);
        await engine.targets.remove(id);
        if (context.json) context.result(JSON.stringify({ removed: name }));
        else context.say(`${safeLine(name!)} is forgotten; what was deployed there stays.`);
      }),
    );
}

/** By name or id. Throws NOT_FOUND. */
async function named(engine: Engine, which: string): Promise<SavedTargetView> {
  const all = await engine.targets.list();
  const found = all.find(({ id, name }) => name === which || id === which);
  if (found) return found;
  throw new DeployError("NOT_FOUND", {
    what: `There is no target ${which}.`,
    next: all.length === 0 ? "None is saved." : `There are: ${all.map(({ name }) => name).join(", ")}.`,
  });
}

function placeText({ target, connection }: SavedTargetView): string {
  const parts = [target?.account, target?.projectName ?? target?.projectId, connection].filter(
    (part) => typeof part === "string",
  );
  return parts.length === 0 ? "wherever its account leads" : parts.map(safeLine).join(" · ");
}
