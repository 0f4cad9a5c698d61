/** The live screen of a deployment as lines. Pure: the same progress, size and time give the same lines. */
import type { DeploymentState } from "@landfall/engine";
import type { Paint } from "./paint.ts";
import type { Progress, StepProgress } from "./progress.ts";
import { duration, fit, widthOf } from "./text.ts";

export interface FrameView {
  columns: number;
  rows: number;
  now: number;
  paint: Paint;
  /** Said below the steps, such as how to leave. */
  hint: string;
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const spinnerFrameMs = 80;
/** Lines of the running step's output shown at most. */
const mostTail = 6;

const stateWords: Record<DeploymentState, string> = {
  pending: "waiting",
  building: "building",
  uploading: "uploading",
  deploying: "deploying",
  verifying: "verifying",
  success: "live",
  failed: "failed",
  cancelled: "cancelled",
};

/** At most `rows - 1` lines, none wider than `columns`: the steps, under the running one its last output, at the end the state. */
export function frame(progress: Progress, view: FrameView): string[] {
  const { columns, rows, now, paint, hint } = view;
  const nameWidth = Math.max(8, ...progress.steps.map((step) => widthOf(step.name)));
  const room = Math.max(1, rows - 2);
  const running = progress.steps.findLastIndex((step) => step.status === "running");
  const tail =
    running === -1 ? [] : progress.tail.slice(-Math.max(0, Math.min(mostTail, room - progress.steps.length)));
  // On a low screen the first steps go, they are done.
  const hidden = Math.max(0, progress.steps.length - room);
  const lines: string[] = [];
  for (const [index, step] of progress.steps.entries()) {
    if (index < hidden) continue;
    lines.push(stepLine(step, nameWidth, view));
    if (index !== running) continue;
    for (const line of tail) lines.push(paint.faint(fit(`   │ ${line}`, columns)));
  }
  const status = `${stateWords[progress.state]} · ${duration(now - progress.startedAt)}`;
  lines.push(
    ` ${paint.strong(fit(status, columns - 1))}${paint.faint(fit(hint === "" ? "" : ` · ${hint}`, columns - 1 - widthOf(status)))}`,
  );
  return lines.slice(-Math.max(1, rows - 1));
}

/** ` ✓ build     12.3 s  reused`: mark, name, time, remark. */
export function stepLine(
  step: StepProgress,
  nameWidth: number,
  { columns, now, paint }: Omit<FrameView, "hint" | "rows">,
): string {
  const mark = {
    running: () => paint.link(spinner[Math.floor(now / spinnerFrameMs) % spinner.length]!),
    finished: () => paint.good("✓"),
    reused: () => paint.good("✓"),
    failed: () => paint.bad("✗"),
  }[step.status]();
  const time = duration(step.durationMs ?? now - step.startedAt).padStart(8);
  const remarks = [
    step.status === "reused" ? "reused" : null,
    step.attempt > 1 ? `attempt ${step.attempt}` : null,
    step.detail,
  ].filter((remark) => remark !== null);
  const text = fit(`${step.name.padEnd(nameWidth)} ${time}  ${remarks.join(", ")}`.trimEnd(), columns - 3);
  const cut = Math.min(text.length, nameWidth);
  return ` ${mark} ${text.slice(0, cut)}${paint.faint(text.slice(cut))}`;
}
