/** `landfall notifications`: places that are told how a project's deployments ended. A URL that opens a channel is never an argument. */
import type { Engine, NewNotificationPlace, NotificationEnvironments, NotificationKind } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import {
  type NotificationEvent,
  type NotificationPlaceView,
  notificationKinds,
} from "@landfall/engine/notifications/place";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { projectOf } from "../project.ts";
import { defined } from "../request.ts";
import type { Registry } from "../run.ts";
import { ask } from "../screen/prompt.ts";
import { safeLine, table } from "../screen/text.ts";
import { tokenFrom } from "../token-file.ts";

interface Flags {
  project?: string;
}

interface AddFlags extends Flags {
  urlFile?: string;
  name?: string;
  on?: string;
  environments?: string;
}

export function notifications({ program, does }: Registry): void {
  const group = program
    .command("notifications")
    .description("Places that are told how a project's deployments ended: webhooks, Slack, Discord, mail.");
  const ofProject = (command: Command): Command =>
    command.option("-p, --project <name>", "name of the project (default: this folder's)");

  ofProject(group.command("ls", { isDefault: true }).description("List them, with what they were told last.")).action(
    does<Flags>(async (context, { flags }) => {
      const project = projectOf(context, flags.project);
      const all = await (await context.engine({ restore: false })).notifications.list({ project });
      if (context.json) return context.result(JSON.stringify(all));
      if (all.length === 0)
        return context.say(`${safeLine(project)} tells nobody. Add a place with: landfall notifications add KIND`);
      const rows = all.map((one) => [
        safeLine(one.name),
        one.kind,
        safeLine(one.leadsTo),
        hearsText(one),
        one.last === null ? "nothing yet" : `${one.last.event}, ${one.last.state}`,
      ]);
      context.result(table(["NAME", "KIND", "LEADS TO", "HEARS OF", "LAST"], rows).join("\n"));
    }),
  );

  ofProject(group.command("add").description("Add a place."))
    .argument("<kind>", `one of ${notificationKinds.join(", ")}`)
    .argument("[address]", "mail address, or URL of a webhook; that of Slack and Discord is a secret: --url-file")
    .option("--url-file <file>", "read the URL from a file, - for stdin")
    .option("--name <name>", "what to call it (default: what it leads to)")
    .option("--on <list>", "of succeeded,failed,cancelled (default: succeeded,failed)")
    .option("--environments <which>", "production or all (default: production)")
    .action(
      does<AddFlags>(async (context, { args: [kind, address], flags }) => {
        const project = projectOf(context, flags.project);
        const asked: NewNotificationPlace = {
          project,
          kind: kind as NotificationKind,
          address: await addressFor(context, { kind: kind!, address, urlFile: flags.urlFile }),
          ...defined({
            name: flags.name,
            events: flags.on?.split(",").map((one) => one.trim() as NotificationEvent),
            environments: flags.environments as NotificationEnvironments | undefined,
          }),
        };
        const place = await (await context.engine({ restore: false })).notifications.save(asked);
        if (context.json) return context.result(JSON.stringify(place));
        context.say(`${safeLine(place.name)} is told of ${safeLine(project)}: ${hearsText(place)}.`);
        if (place.secret === null) return;
        context.say("Messages are signed with this secret. It is shown this once; the receiver checks with it:");
        context.result(place.secret);
      }),
    );

  ofProject(group.command("test").description("Send it a message now; status 1 when it was not taken."))
    .argument("<name>", "the place")
    .action(
      does<Flags>(async (context, { args: [name], flags }) => {
        const { engine, project, id } = await placeOf(context, flags, name!);
        const outcome = await engine.notifications.test({ project, id });
        if (context.json) context.result(JSON.stringify(outcome));
        else context.say(safeLine(outcome.detail));
        return outcome.ok ? 0 : 1;
      }),
    );

  ofProject(group.command("rm").description("Tell it nothing more, also not what it was still to be told."))
    .argument("<name>", "the place")
    .action(
      does<Flags>(async (context, { args: [name], flags }) => {
        const { engine, project, id } = await placeOf(context, flags, name!);
        await engine.notifications.remove({ project, id });
        if (context.json) context.result(JSON.stringify({ removed: name }));
        else context.say(`${safeLine(name!)} is told nothing more of ${safeLine(project)}.`);
      }),
    );
}

/** Throws INVALID_CONFIG. */
async function addressFor(
  context: Context,
  { kind, address, urlFile }: { kind: string; address: string | undefined; urlFile: string | undefined },
): Promise<string> {
  const isSecret = kind === "slack" || kind === "discord";
  if (urlFile !== undefined) return (await tokenFrom(context, urlFile)).trim();
  if (address !== undefined && !isSecret) return address;
  if (address === undefined && context.canAsk) {
    const question = kind === "email" ? "Mail address: " : "URL (not shown while you type): ";
    const typed = await ask(context.world, question, { hidden: kind !== "email" });
    if (typed === null) throw new DeployError("CANCELLED", { what: "Nothing was added." });
    return typed.trim();
  }
  throw new DeployError("INVALID_CONFIG", {
    what:
      address === undefined
        ? "Where does it lead?"
        : "This URL opens the channel to whoever has it, and arguments can be read by everybody on the machine.",
    where: "address",
    next:
      kind === "email"
        ? "Give the mail address."
        : "Give the URL in a file, or through stdin: --url-file FILE (- for stdin)",
  });
}

/** A place of the project that is meant, by name or id. Throws NOT_FOUND. */
async function placeOf(
  context: Context,
  flags: Flags,
  name: string,
): Promise<{ engine: Engine; project: string; id: string }> {
  const project = projectOf(context, flags.project);
  const engine = await context.engine({ restore: false });
  const all = await engine.notifications.list({ project });
  const found = all.find((one) => one.id === name) ?? all.find((one) => one.name === name);
  if (found) return { engine, project, id: found.id };
  throw new DeployError("NOT_FOUND", {
    what: `${project} tells no place called ${name}.`,
    next: all.length === 0 ? "It tells nobody." : `There are: ${all.map((one) => one.name).join(", ")}.`,
  });
}

function hearsText({ events, environments }: NotificationPlaceView): string {
  return `${events.join(", ")} of ${environments === "all" ? "all environments" : "production"}`;
}
