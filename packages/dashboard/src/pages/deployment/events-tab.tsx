/** Everything that happened, numbered as the server numbers it. */
import { type DeployEvent, durationInWords, EmptyState, stateWord } from "@landfall/react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { counted } from "../../parts/deployment-words.tsx";

const rowPx = 32;

/** `events` grows in place; `count` says how far it has. */
export function EventsTab({ events, count }: { events: readonly DeployEvent[]; count: number }) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  if (count === 0) return <EmptyState title="Nothing has happened yet">Events are here as they come.</EmptyState>;
  return (
    <div
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={`Events, ${count}`}
      className="lf:max-h-[60vh] lf:overflow-auto lf:rounded-lg lf:border lf:border-line lf:bg-surface"
    >
      <ol className="lf:relative lf:m-0" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const event = events[index]!;
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-setsize={count}
              aria-posinset={index + 1}
              className="lf:absolute lf:inset-x-0 lf:top-0 lf:grid lf:min-h-8 lf:grid-cols-[3rem_minmax(0,1fr)] lf:items-baseline lf:gap-x-3 lf:border-b lf:border-line lf:px-3 lf:py-1.5 lf:@md:grid-cols-[3rem_6rem_4rem_minmax(0,1fr)]"
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className="lf:text-end lf:font-mono lf:text-xs lf:text-muted lf:tabular-nums">{event.seq}</span>
              <time dateTime={event.at} className="lf:text-xs lf:text-muted lf:tabular-nums">
                {new Date(event.at).toLocaleTimeString()}
              </time>
              <span className="lf:col-start-2 lf:font-mono lf:text-xs lf:@md:col-start-auto">{event.type}</span>
              <span className="lf:col-start-2 lf:min-w-0 lf:break-words lf:@md:col-start-auto">{inWords(event)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function inWords(event: DeployEvent): string {
  switch (event.type) {
    case "state":
      return event.reason === undefined ? stateWord(event.state) : `${stateWord(event.state)}: ${event.reason}`;
    case "step": {
      const attempt = event.attempt > 1 ? `, try ${event.attempt}` : "";
      const took = event.durationMs === undefined ? "" : ` after ${durationInWords(event.durationMs)}`;
      const detail = event.detail === undefined ? "" : `: ${event.detail}`;
      return `${event.step} ${event.status}${attempt}${took}${detail}`;
    }
    case "log":
      return `${event.step}: ${counted(event.lines.length, "line")} from line ${event.firstLine} (${event.stream})`;
    case "note":
      return event.message;
    case "takeover":
      return `Taken over by ${event.to} from ${event.from}`;
    case "url":
      return `${event.service} at ${event.url}`;
    case "error":
      return `${event.error.code}: ${event.error.what}`;
    default:
      return event satisfies never;
  }
}
