/** `landfall inspect [id]`: one deployment, whole. */
import { eventsSoFar } from "../events.ts";
import { deploymentOf, stateText } from "../project.ts";
import type { Registry } from "../run.ts";
import { describe } from "../screen/announce.ts";
import { errorCard } from "../screen/card.ts";
import { stepLine } from "../screen/frame.ts";
import { duration, safeLine } from "../screen/text.ts";

export function inspect({ program, does }: Registry): void {
  program
    .command("inspect")
    .description("Show a deployment: its steps, its services, its error; with --json its events too.")
    .argument("[id]", "id or the beginning of one (default: the newest here)")
    .action(
      does(async (context, { args: [id] }) => {
        const engine = await context.engine();
        const view = await deploymentOf(context, engine, id);
        if (context.json) return context.result(JSON.stringify({ ...view, events: await eventsSoFar(engine, view) }));
        const paint = context.paint.out;
        const { columns } = context.world.stdout.size();
        const facts: [string, string | null][] = [
          ["project", `${view.project} · ${view.environment} · ${view.platform}`],
          [
            "state",
            `${stateText(view.state, paint)}${view.live ? paint.good(" live") : ""}${view.reason === null ? "" : `, ${safeLine(view.reason)}`}`,
          ],
          ["operation", view.operation],
          ["url", view.url === null ? null : paint.link(safeLine(view.url))],
          ["message", view.message === null ? null : safeLine(view.message)],
          ["created", view.createdAt],
          ["took", view.durationMs === null ? null : duration(view.durationMs)],
          ["release", view.releaseId],
          ["source", view.plan === null ? null : safeLine(view.plan.source.description)],
        ];
        const lines = [paint.strong(view.id), ""];
        for (const [name, value] of facts) if (value !== null) lines.push(`  ${paint.faint(name.padEnd(9))}  ${value}`);
        for (const service of view.plan?.services ?? [])
          lines.push(`  ${paint.faint("service  ")}  ${service.name}: ${safeLine(describe(service))}`);
        if (view.steps.length > 0) lines.push("");
        const nameWidth = Math.max(8, ...view.steps.map((step) => step.name.length));
        for (const step of view.steps) {
          const startedAt = Date.parse(step.startedAt);
          const durationMs = step.finishedAt === null ? null : Date.parse(step.finishedAt) - startedAt;
          lines.push(
            ` ${stepLine({ ...step, startedAt, durationMs, detail: null }, nameWidth, { columns, now: context.world.now(), paint })}`,
          );
        }
        if (view.error !== null) lines.push("", ...errorCard(view.error, { paint, columns }));
        context.result(lines.join("\n"));
      }),
    );
}
