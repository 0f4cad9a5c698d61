/** How a deployment, or any command, ends on the screen: what came out, or what happened, why, and what to do. Pure. */
import type { DeploymentView, ErrorReport } from "@landfall/engine";
import type { Paint } from "./paint.ts";
import { duration, safeLine, safeLines, wrap } from "./text.ts";

export interface CardView {
  paint: Paint;
  columns: number;
}

/** Lines of evidence shown; the rest is with `landfall why` and `landfall logs`. */
const mostEvidence = 20;

/** What happened, why, do this. */
export function errorCard(error: ErrorReport, { paint, columns }: CardView): string[] {
  const width = Math.min(columns, 110) - 2;
  const body = (text: string): string[] => safeLines(text).flatMap((line) => wrap(line, width - 2));
  const lines = [
    `${paint.bad("✗")} ${body(error.what)
      .map((line) => paint.strong(line))
      .join("\n  ")}`,
  ];
  if (error.where !== undefined) lines.push(paint.faint(`  at ${safeLine(error.where)}`));
  const faults = error.faults ?? [];
  if (faults.length > 0)
    lines.push("", ...faults.map(({ path, message }) => `  ${paint.warn(safeLine(path))}  ${safeLine(message)}`));
  const evidence = error.evidence ?? [];
  if (evidence.length > 0) {
    const shown = evidence.slice(-mostEvidence);
    lines.push("", `  ${paint.strong("Why")}`);
    if (shown.length < evidence.length) lines.push(paint.faint(`  │ … ${evidence.length - shown.length} lines before`));
    lines.push(...shown.flatMap((line) => safeLines(line)).map((line) => `  ${paint.faint("│")} ${line}`));
  }
  const ways = error.recovery ?? [];
  if (error.next !== undefined || ways.length > 0) {
    lines.push("", `  ${paint.strong("Do this")}`);
    if (error.next !== undefined) lines.push(...body(error.next).map((line) => `  ${line}`));
    for (const way of ways) {
      const command = way.command === undefined ? "" : `: ${paint.link(safeLine(way.command))}`;
      // The first way out is often the advice itself.
      if (!error.next?.includes(way.command ?? way.label)) lines.push(`  - ${safeLine(way.label)}${command}`);
    }
  }
  lines.push("", paint.faint(`  ${error.code}`));
  return lines.flatMap((line) => line.split("\n"));
}

/** The URL, where else it answers, how long it took, what was not done again. */
export function successCard(view: DeploymentView, { paint }: CardView, { reused }: { reused: string[] }): string[] {
  const took = view.durationMs === null ? "" : ` in ${duration(view.durationMs)}`;
  const lines = [
    "",
    `${paint.good("✓")} ${paint.strong(`${view.project} is live`)}${took} · ${view.environment} · ${view.platform}`,
    "",
  ];
  const facts: [string, string][] = [];
  if (view.url !== null) facts.push(["URL", paint.link(safeLine(view.url))]);
  for (const service of view.services) {
    if (service.url !== view.url) facts.push([safeLine(service.name), paint.link(safeLine(service.url))]);
    for (const url of service.alsoAt) facts.push(["also at", paint.link(safeLine(url))]);
  }
  facts.push(["deployment", view.id]);
  if (reused.length > 0) facts.push(["reused", reused.map(safeLine).join(", ")]);
  const width = Math.max(...facts.map(([name]) => name.length));
  return [...lines, ...facts.map(([name, value]) => `  ${paint.faint(name.padEnd(width))}  ${value}`), ""];
}
