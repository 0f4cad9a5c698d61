/** A deployment as lines that stay, for pipes, logs and CI: one for every step and remark, and the output of the steps when asked for. */
import type { DeployEvent } from "@landfall/engine";
import type { Paint } from "./paint.ts";
import { duration, safeLine } from "./text.ts";

/** The lines for one event; none for most. `output`: lines of the steps' programs too. */
export function plainLines(event: DeployEvent, { paint, output }: { paint: Paint; output: boolean }): string[] {
  switch (event.type) {
    case "state":
      return event.reason === undefined ? [] : [`${event.state}: ${safeLine(event.reason)}`];
    case "step": {
      const detail = event.detail === undefined ? "" : `  ${safeLine(event.detail)}`;
      const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : "";
      const time = event.durationMs === undefined ? "" : ` ${duration(event.durationMs)}`;
      if (event.status === "started") return [paint.faint(`… ${event.step}${attempt}${detail}`)];
      if (event.status === "failed") return [`${paint.bad("✗")} ${event.step}${time}${attempt}${detail}`];
      return [`${paint.good("✓")} ${event.step}${event.status === "reused" ? " reused" : time}${attempt}${detail}`];
    }
    case "log":
      return output ? event.lines.map((line) => paint.faint(`  ${event.step} │ ${safeLine(line)}`)) : [];
    case "note":
      return [`${event.level === "warning" ? paint.warn("!") : "·"} ${safeLine(event.message)}`];
    case "takeover":
      return [`${paint.warn("!")} Another process took this deployment up; the one before had stopped.`];
    case "url":
    case "error":
      return []; // The card at the end says it.
    default:
      return event satisfies never;
  }
}
