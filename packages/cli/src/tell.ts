/** How an error leaves the program. */
import { errorCodes, reportOf } from "@landfall/engine/error";
import type { Context } from "./context.ts";
import { errorCard } from "./screen/card.ts";
import { safeLines } from "./screen/text.ts";

/** Tells an error to the person, and with --json to the program that called; the answer is its exit status. */
export function tell(context: Context, error: unknown): number {
  const report = reportOf(error);
  if (context.json) context.result(JSON.stringify({ error: report }));
  showError(context, error);
  return errorCodes[report.code].exit;
}

/** The card of an error on stderr, and with --debug where it was thrown. */
export function showError(context: Context, error: unknown): void {
  const { columns } = context.world.stderr.size();
  const lines = errorCard(reportOf(error), { paint: context.paint.err, columns });
  if (context.debug && error instanceof Error) lines.push(...stackOf(error));
  context.world.stderr.write(`${lines.join("\n")}\n`);
}

function stackOf(error: Error): string[] {
  const lines = safeLines(error.stack ?? "");
  return error.cause instanceof Error ? [...lines, "caused by", ...stackOf(error.cause)] : lines;
}
