/** The checklist after a deployment, as lines. Pure. */
import type { ChecklistItem, ChecklistState } from "@landfall/engine";
import type { Paint } from "./paint.ts";
import { count, safeLine, wrap } from "./text.ts";

const order: ChecklistState[] = ["warning", "todo", "unknown", "done"];

/** What a person should see to, what is wrong first; what is done is a number, unless `all`. None when there is nothing to say. */
export function checklistLines(
  items: ChecklistItem[],
  { paint, columns, all }: { paint: Paint; columns: number; all: boolean },
): string[] {
  const marks: Record<ChecklistState, string> = {
    warning: paint.warn("!"),
    todo: paint.link("○"),
    unknown: paint.faint("?"),
    done: paint.good("✓"),
  };
  const shown = items
    .filter((item) => all || item.state === "warning" || item.state === "todo")
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (shown.length === 0) return [];
  const width = Math.min(columns, 110) - 6;
  const lines = [`  ${paint.strong("Checklist")}`];
  for (const item of shown) {
    const about = item.service === undefined ? "" : `${item.service}: `;
    lines.push(`  ${marks[item.state]} ${safeLine(about + item.title)}`);
    lines.push(...wrap(safeLine(item.detail), width).map((line) => paint.faint(`    ${line}`)));
    if (item.command !== undefined) lines.push(`    ${paint.link(safeLine(item.command))}`);
  }
  const done = items.filter((item) => item.state === "done").length;
  if (!all && done > 0) lines.push(paint.faint(`  In order: ${count(done, "more point")}.`));
  return [...lines, ""];
}
