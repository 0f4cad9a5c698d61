/** `landfall inspect [id]`: one deployment, whole. */
import type { CommitsBetween, DeploymentView, Engine } from "@landfall/engine";
import { eventsSoFar } from "../events.ts";
import { deploymentOf, stateText } from "../project.ts";
import type { Registry } from "../registry.ts";
import { describe } from "../screen/announce.ts";
import { errorCard } from "../screen/card.ts";
import { stepLine } from "../screen/frame.ts";
import type { Paint } from "../screen/paint.ts";
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
        const commits = await commitsSince(engine, view);
        if (context.json)
          return context.result(JSON.stringify({ ...view, commits, events: await eventsSoFar(engine, view) }));
        const paint = context.paint.out;
        const { columns } = context.world.stdout.size();
        const facts: [string, string | null][] = [
          ["project", `${view.project} · ${view.environment} · ${view.platform}`],
          [
            "state",
            `${stateText(view.state, paint)}${view.live ? paint.good(" live") : ""}${view.reason === null ? "" : `, ${safeLine(view.reason)}`}`,
          ],
          ["waits", view.waitsFor],
          ["operation", view.operation],
          ["url", view.url === null ? null : paint.link(safeLine(view.url))],
          ["message", view.message === null ? null : safeLine(view.message)],
          ["created", view.createdAt],
          ["took", view.durationMs === null ? null : duration(view.durationMs)],
          ["release", view.releaseId],
          ["commit", view.commit && `${view.commit.sha.slice(0, 7)} ${safeLine(view.commit.message)}`],
          ["source", view.plan === null ? null : safeLine(view.plan.source.description)],
        ];
        const lines = [paint.strong(view.id), ""];
        for (const [name, value] of facts) if (value !== null) lines.push(`  ${paint.faint(name.padEnd(9))}  ${value}`);
        for (const service of view.plan?.services ?? [])
          lines.push(`  ${paint.faint("service  ")}  ${service.name}: ${safeLine(describe(service))}`);
        if (commits !== null) lines.push("", ...commitLines(commits, paint));
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

const longestList = 10;

/** Those it brought to what was live before it; null for none that are known of. */
async function commitsSince(engine: Engine, view: DeploymentView): Promise<CommitsBetween | null> {
  if (view.commit === null) return null;
  const { id, project, environment, platform } = view;
  const [before] = await engine.deployments({ project, environment, platform, state: "success", before: id, limit: 1 });
  if (!before?.commit || before.commit.sha === view.commit.sha) return null;
  return (await engine.compare({ from: before.id, to: id })).commits;
}

function commitLines({ commits, total, dropped, reason, direction }: CommitsBetween, paint: Paint): string[] {
  if (reason !== null) return [`  ${paint.faint("commits  ")}  ${safeLine(reason)}`];
  const isBack = direction === "back";
  const shown = commits.slice(0, longestList);
  return [
    `  ${paint.faint("commits  ")}  ${total} ${isBack ? "taken back" : "new"}${dropped === 0 ? "" : `, ${dropped} ${isBack ? "in it again" : "in it no longer"}`}`,
    ...shown.map(({ sha, message, author }) =>
      [`             ${paint.faint(sha.slice(0, 7))} ${safeLine(message)}`, author && paint.faint(safeLine(author))]
        .filter((part) => part !== null)
        .join("  "),
    ),
    ...(total > shown.length ? [`             and ${total - shown.length} more`] : []),
  ];
}
