/** `landfall why [id]`: what was wrong with a deployment. */
import { eventsSoFar } from "../events.ts";
import { deploymentOf } from "../project.ts";
import type { Registry } from "../run.ts";
import { errorCard } from "../screen/card.ts";
import { plainLines } from "../screen/plain.ts";
import { duration, safeLine } from "../screen/text.ts";

/** Lines of the failed step's output shown under the card. */
const lastLines = 30;

export function why({ program, does }: Registry): void {
  program
    .command("why")
    .description("Explain a failed deployment: what happened, why, what to do.")
    .argument("[id]", "deployment (default: the last failed one here)")
    .action(
      does(async (context, { args: [id] }) => {
        const engine = await context.engine();
        const view = await deploymentOf(
          context,
          engine,
          id,
          (one) => one.state === "failed" || one.state === "cancelled",
        );
        const paint = context.paint.out;
        const events = await eventsSoFar(engine, view);
        const failed = events.findLast((event) => event.type === "step" && event.status === "failed");
        const step =
          failed?.type === "step" ? failed.step : view.steps.findLast((one) => one.status === "failed")?.name;
        const output = events
          .filter((event) => event.type === "log" && event.step === step)
          .flatMap((event) => (event.type === "log" ? event.lines : []))
          .slice(-lastLines);
        const remarks = events.filter((event) => event.type === "note" || event.type === "takeover");
        if (context.json) {
          context.result(
            JSON.stringify({
              id: view.id,
              status: view.state,
              reason: view.reason,
              step: step ?? null,
              error: view.error,
              output,
              remarks,
            }),
          );
          return;
        }
        const took = view.durationMs === null ? "" : ` after ${duration(view.durationMs)}`;
        const lines = [`${paint.strong(view.id)} · ${view.project} · ${view.environment} · ${view.state}${took}`];
        if (view.reason !== null) lines.push(`  ${safeLine(view.reason)}`);
        if (step !== undefined) lines.push(`  in step ${paint.strong(safeLine(step))}`);
        for (const remark of remarks)
          for (const line of plainLines(remark, { paint, output: false })) lines.push(`  ${line}`);
        if (view.error !== null)
          lines.push("", ...errorCard(view.error, { paint, columns: context.world.stdout.size().columns }));
        else if (view.state === "success") lines.push("", "  It succeeded; there is nothing to explain.");
        else if (view.finishedAt === null)
          lines.push("", `  It is not done. Follow it with: landfall logs ${view.id} --build`);
        // Evidence is the part of the output that matters; without any, the end of the output has to do.
        if (output.length > 0 && (view.error?.evidence ?? []).length === 0) {
          lines.push(
            "",
            `  ${paint.strong("Last output")}`,
            ...output.map((line) => `  ${paint.faint("│")} ${safeLine(line)}`),
          );
        }
        context.result(lines.join("\n"));
      }),
    );
}
