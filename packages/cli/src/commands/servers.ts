/** `landfall servers`: the machines that work on this database, kept from new work and taken back. */
import type { ServerView } from "@landfall/engine";
import type { Registry } from "../registry.ts";
import type { Paint } from "../screen/paint.ts";
import { ago, bytes, fittingTable, safeLine } from "../screen/text.ts";

/** A machine notes itself every ten seconds; three missed and it is called away. */
const awayMs = 35_000;

export function servers({ program, does }: Registry): void {
  const group = program
    .command("servers")
    .description("Machines that serve and work: list them, drain one, take it back.");

  group
    .command("ls", { isDefault: true })
    .alias("list")
    .description("List those of the last day, and those that are drained.")
    .action(
      does(async (context) => {
        const all = await (await context.engine({ restore: false })).servers.list();
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0) return context.say("No machine has said that it is here. Start one with: landfall serve");
        const { paint, world } = context;
        const rows = all.map((one) => [
          safeLine(one.name),
          stateText(one, { paint: paint.out, now: world.now() }),
          one.roles.join(","),
          `${one.runningDeployments}`,
          one.edge === null ? "" : one.edge.running ? `${one.edge.services}` : "not running",
          one.disk === null ? "" : `${bytes(one.disk.freeBytes)} of ${bytes(one.disk.totalBytes)}`,
          safeLine(one.version),
          ago(one.lastSeenAt, world.now()),
        ]);
        const headings = ["SERVER", "STATE", "DOES", "DEPLOYMENTS", "SERVES", "DISK FREE", "VERSION", "SEEN"];
        const columns = world.stdout.isTerminal ? world.stdout.size().columns : Number.POSITIVE_INFINITY;
        context.result(fittingTable(headings, rows, { columns, spare: ["VERSION", "DISK FREE", "SERVES"] }).join("\n"));
      }),
    );

  group
    .command("drain")
    .description("Let it finish what it works on and begin nothing new. What it serves goes on being served.")
    .argument("<name>", "the machine's host name")
    .action(
      does(async (context, { args: [name] }) => {
        const view = await (await context.engine({ restore: false })).servers.drain(name!);
        if (context.json) return context.result(JSON.stringify(view));
        const rest =
          view.runningDeployments === 0 ? "It works on none now." : `It finishes ${view.runningDeployments}.`;
        context.say(
          `${safeLine(view.name)} begins no deployment any more. ${rest} What it serves goes on being served.`,
        );
        context.say(`Take it back with: landfall servers resume ${safeLine(view.name)}`);
      }),
    );

  group
    .command("resume")
    .description("Take a drained one back.")
    .argument("<name>", "the machine's host name")
    .action(
      does(async (context, { args: [name] }) => {
        const engine = await context.engine({ restore: false });
        const view = await engine.servers.resume(name!);
        // What waited meanwhile may have nobody else.
        engine.workInBackground();
        if (context.json) return context.result(JSON.stringify(view));
        context.say(`${safeLine(view.name)} works on deployments again.`);
      }),
    );

  group
    .command("rm")
    .alias("remove")
    .description("Take one that is gone off the list.")
    .argument("<name>", "the machine's host name")
    .action(
      does(async (context, { args: [name] }) => {
        await (await context.engine({ restore: false })).servers.remove(name!);
        if (context.json) context.result(JSON.stringify({ removed: name }));
        else context.say(`${safeLine(name!)} is off the list. It is on it again as soon as landfall runs there.`);
      }),
    );
}

function stateText({ drainedSince, lastSeenAt }: ServerView, { paint, now }: { paint: Paint; now: number }): string {
  const isAway = now - Date.parse(lastSeenAt) > awayMs;
  if (isAway) return paint.warn(drainedSince === null ? "away" : "away, drained");
  return drainedSince === null ? paint.good("reachable") : paint.warn("drained");
}
