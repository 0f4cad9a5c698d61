/** `landfall why [id]`: what was wrong with a deployment. */
import { explanationOf } from "../explanation.ts";
import { deploymentOf } from "../project.ts";
import type { Registry } from "../registry.ts";
import { errorCard } from "../screen/card.ts";
import { plainLines } from "../screen/plain.ts";
import { duration, safeLine } from "../screen/text.ts";

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
        const explanation = await explanationOf(engine, view);
        if (context.json) return context.result(JSON.stringify(explanation));
        const { step, output, remarks } = explanation;
        const took = view.durationMs === null ? "" : ` after ${duration(view.durationMs)}`;
        const lines = [`${paint.strong(view.id)} · ${view.project} · ${view.environment} · ${view.state}${took}`];
        if (view.reason !== null) lines.push(`  ${safeLine(view.reason)}`);
        if (step !== null) lines.push(`  in step ${paint.strong(safeLine(step))}`);
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
