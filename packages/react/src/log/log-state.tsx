"use client";
import { Button } from "../parts/button.tsx";
import { agoInWords, useNow } from "../parts/time.tsx";
import type { ConnectionState } from "../types.ts";
import { counted } from "./log-words.ts";

export interface LogStateProps {
  connection: ConnectionState | undefined;
  ended: boolean;
  size: number;
  isFollowing: boolean;
  /** Lines that came since following was stopped. */
  missed: number;
}

const dot = "lf:inline-block lf:size-2 lf:shrink-0 lf:rounded-full lf:forced-colors:border";

function LastEvent({ atMs }: { atMs: number }) {
  const now = useNow(1_000);
  return <>Reconnecting (last event {agoInWords(new Date(atMs).toISOString(), now)})</>;
}

/** How current the log is, in words. */
export function LogState({ connection, ended, size, isFollowing, missed }: LogStateProps) {
  const [ground, words] = ended
    ? ["lf:bg-neutral-line", `Ended, ${counted(size, "line")}`]
    : connection?.kind === "reconnecting"
      ? ["lf:bg-warning", <LastEvent key="last" atMs={connection.lastEventAtMs} />]
      : connection?.kind === "offline"
        ? ["lf:bg-warning", `Offline since ${new Date(connection.sinceMs).toLocaleTimeString()}`]
        : connection?.kind === "refused"
          ? ["lf:bg-failure", connection.error.what]
          : connection?.kind === "connecting"
            ? ["lf:bg-neutral-line", "Connecting"]
            : isFollowing
              ? ["lf:bg-running", "Live"]
              : ["lf:bg-neutral-line", missed === 0 ? "Paused" : `Paused, ${counted(missed, "new line")}`];
  return (
    <p className="lf:m-0 lf:flex lf:items-center lf:gap-2 lf:text-sm lf:tabular-nums">
      <span aria-hidden className={`${dot} ${ground}`} />
      <span className="lf:min-w-0 lf:wrap-anywhere">{words}</span>
    </p>
  );
}

export interface LogPlaceProps {
  size: number;
  shown: number;
  ended: boolean;
  expired: boolean;
  onShowAll(): void;
}

/** What stands where lines would, when there are none. */
export function LogPlace({ size, shown, ended, expired, onShowAll }: LogPlaceProps) {
  if (shown > 0) return null;
  return (
    <div className="lf:p-6 lf:text-center lf:font-sans lf:text-sm lf:text-muted">
      {size > 0 ? (
        <>
          <p className="lf:m-0">No line is like that.</p>
          <Button className="lf:mt-2" onClick={onShowAll}>
            Show all lines
          </Button>
        </>
      ) : (
        <p className="lf:m-0">
          {expired
            ? "This log is no longer kept. Deploy again for a new one."
            : ended
              ? "Nothing was printed."
              : "Waiting for the first line."}
        </p>
      )}
    </div>
  );
}
