/** `landfall notifications`: places that are told how a project's deployments ended. A URL that opens a channel is never an argument. */
import type {
  Engine,
  NewNotificationPlace,
  NotificationEnvironments,
  NotificationKind,
  NotificationView,
} from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import {
  type NotificationEvent,
  type NotificationPlaceView,
  notificationKinds,
} from "@landfall/engine/notifications/place";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { projectOf } from "../project.ts";
import { defined, limitFrom } from "../request.ts";
import type { Registry } from "../registry.ts";
import { ask } from "../screen/prompt.ts";
import { ago, duration, safeLine, table } from "../screen/text.ts";
import { tokenFrom } from "../token-file.ts";

interface Flags {
  project?: string;
}

interface PlaceFlags extends Flags {
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
      does<PlaceFlags>(async (context, { args: [kind, address], flags }) => {
        const project = projectOf(context, flags.project);
        const asked: NewNotificationPlace = {
          project,
          kind: kind as NotificationKind,
          address: await addressFor(context, { kind: kind!, address, urlFile: flags.urlFile }),
          ...wishesIn(flags),
        };
        const place = await (await context.engine({ restore: false })).notifications.save(asked);
        if (context.json) return context.result(JSON.stringify(place));
        context.say(`${safeLine(place.name)} is told of ${safeLine(project)}: ${hearsText(place)}.`);
        if (place.secret === null) return;
        context.say("Messages are signed with this secret. It is shown this once; the receiver checks with it:");
        context.result(place.secret);
      }),
    );

  ofProject(group.command("edit").description("Change a place; what is not said stays."))
    .argument("<name>", "the place")
    .argument("[address]", "where it leads from now on; that of Slack and Discord is a secret: --url-file")
    .option("--url-file <file>", "read the URL from a file, - for stdin")
    .option("--name <name>", "what to call it")
    .option("--on <list>", "of succeeded,failed,cancelled")
    .option("--environments <which>", "production or all")
    .action(
      does<PlaceFlags>(async (context, { args: [name, address], flags }) => {
        const { engine, project, place } = await placeOf(context, flags, name!);
        const { id, kind } = place;
        const change = {
          ...wishesIn(flags),
          ...(address === undefined && flags.urlFile === undefined
            ? {}
            : { address: await addressFor(context, { kind, address, urlFile: flags.urlFile }) }),
        };
        if (Object.keys(change).length === 0)
          throw new DeployError("INVALID_CONFIG", {
            what: `What is to change about ${name}?`,
            next: "Give an address, --url-file, --name, --on or --environments.",
          });
        const after = await engine.notifications.update({ project, id, ...change });
        if (context.json) return context.result(JSON.stringify(after));
        context.say(
          `${safeLine(after.name)} leads to ${safeLine(after.leadsTo)} and is told of ${safeLine(project)}: ${hearsText(after)}.`,
        );
      }),
    );

  ofProject(group.command("deliveries").description("What a place was told, newest first, and what came of it."))
    .argument("<name>", "the place")
    .option("-n, --limit <number>", "at most so many", "20")
    .action(
      does<Flags & { limit: string }>(async (context, { args: [name], flags }) => {
        const { engine, project, place } = await placeOf(context, flags, name!);
        const limit = limitFrom(flags.limit);
        const all = await engine.notifications.deliveries({ project, id: place.id, limit });
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0) return context.say(`${safeLine(name!)} was told nothing yet.`);
        const rows = all.map((one) => [
          one.id,
          one.event,
          one.deployment ?? "",
          one.state,
          triesText(one, context.world.now()),
          one.status === null ? "" : String(one.status),
          ago(one.createdAt, context.world.now()),
          safeLine(one.outcome ?? ""),
        ]);
        const headings = ["MESSAGE", "EVENT", "DEPLOYMENT", "STATE", "TRIES", "STATUS", "WHEN", "OUTCOME"];
        context.result(table(headings, rows).join("\n"));
      }),
    );

  ofProject(
    group.command("resend").description("One more try, now, of a message that a place was told or was to be told."),
  )
    .argument("<name>", "the place")
    .argument("<message>", "its id, as landfall notifications deliveries lists it")
    .action(
      does<Flags>(async (context, { args: [name, delivery], flags }) => {
        const { engine, project, place } = await placeOf(context, flags, name!);
        const message = await engine.notifications.resend({ project, id: place.id, delivery: delivery! });
        engine.workInBackground();
        if (context.json) return context.result(JSON.stringify(message));
        context.say(
          `${safeLine(name!)} is told once more. See with: landfall notifications deliveries ${safeLine(name!)}`,
        );
      }),
    );

  ofProject(group.command("test").description("Send it a message now; status 1 when it was not taken."))
    .argument("<name>", "the place")
    .action(
      does<Flags>(async (context, { args: [name], flags }) => {
        const { engine, project, place } = await placeOf(context, flags, name!);
        const outcome = await engine.notifications.test({ project, id: place.id });
        if (context.json) context.result(JSON.stringify(outcome));
        else context.say(safeLine(outcome.detail));
        return outcome.ok ? 0 : 1;
      }),
    );

  ofProject(group.command("rm").description("Tell it nothing more, also not what it was still to be told."))
    .argument("<name>", "the place")
    .action(
      does<Flags>(async (context, { args: [name], flags }) => {
        const { engine, project, place } = await placeOf(context, flags, name!);
        await engine.notifications.remove({ project, id: place.id });
        if (context.json) context.result(JSON.stringify({ removed: name }));
        else context.say(`${safeLine(name!)} is told nothing more of ${safeLine(project)}.`);
      }),
    );
}

/** What was said of a place, besides where it leads. */
function wishesIn({ name, on, environments }: PlaceFlags) {
  return defined({
    name,
    events: on?.split(",").map((one) => one.trim() as NotificationEvent),
    environments: environments as NotificationEnvironments | undefined,
  });
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
    if (typed === null) throw new DeployError("CANCELLED", { what: "Nothing was changed." });
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
): Promise<{ engine: Engine; project: string; place: NotificationPlaceView }> {
  const project = projectOf(context, flags.project);
  const engine = await context.engine({ restore: false });
  const all = await engine.notifications.list({ project });
  const found = all.find((one) => one.id === name) ?? all.find((one) => one.name === name);
  if (found) return { engine, project, place: found };
  throw new DeployError("NOT_FOUND", {
    what: `${project} tells no place called ${name}.`,
    next: all.length === 0 ? "It tells nobody." : `There are: ${all.map((one) => one.name).join(", ")}.`,
  });
}

function hearsText({ events, environments }: NotificationPlaceView): string {
  return `${events.join(", ")} of ${environments === "all" ? "all environments" : "production"}`;
}

function triesText({ attempts, nextTryAt }: NotificationView, now: number): string {
  if (nextTryAt === null) return String(attempts);
  const inMs = Date.parse(nextTryAt) - now;
  return `${attempts}, next ${inMs > 0 ? `in ${duration(inMs)}` : "now"}`;
}
