/** How current what is on the screen is, in words. */
import { type ConnectionState, durationInWords, useAnnounce, useConnectionState, useNow } from "@landfall/react";
import { CircleX, CloudOff, LoaderCircle, Radio } from "lucide-react";
import { useEffect, useRef } from "react";

export function ConnectionNote() {
  const state = useConnectionState();
  const now = useNow(state.kind === "reconnecting" ? 1_000 : null);
  const { icon: Icon, words, tone } = seen(state, now);
  useLossSaid(state);
  return (
    <span
      className={`lf:order-last lf:inline-flex lf:w-full lf:items-center lf:gap-1.5 lf:px-1 lf:pb-1.5 lf:text-xs lf:md:order-none lf:md:w-auto lf:md:pb-0 lf:tabular-nums ${tone}`}
    >
      <Icon aria-hidden size={14} className="lf:shrink-0" />
      {words}
    </span>
  );
}

/** That the connection is lost, and that it is back; nothing of how it was made first. */
function useLossSaid(state: ConnectionState): void {
  const { say } = useAnnounce();
  const isLost = useRef(false);
  const { kind } = state;
  useEffect(() => {
    if (kind === "reconnecting") say("The connection is lost. What you read stays, and is brought up to date later.");
    if (kind === "offline") say("This device is offline. What you read stays, and is brought up to date later.");
    if (kind === "refused") say("This page is not brought up to date any more.");
    if (kind === "live" && isLost.current) say("Connected again, and up to date.");
    if (kind !== "connecting") isLost.current = kind !== "live" && kind !== "ended";
  }, [kind, say]);
}

function seen(state: ConnectionState, now: number) {
  switch (state.kind) {
    case "connecting":
      return { icon: LoaderCircle, words: "Connecting", tone: "lf:text-muted" };
    case "live":
      return { icon: Radio, words: "Live", tone: "lf:text-muted" };
    case "reconnecting": {
      const ago = durationInWords(Math.max(1_000, Math.round((now - state.lastEventAtMs) / 1_000) * 1_000));
      return { icon: LoaderCircle, words: `Reconnecting (last event ${ago} ago)`, tone: "lf:text-warning" };
    }
    case "offline": {
      const since = new Date(state.sinceMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
      return { icon: CloudOff, words: `Offline since ${since}`, tone: "lf:text-warning" };
    }
    case "refused":
      return { icon: CircleX, words: "Not updating", tone: "lf:text-failure" };
    case "ended":
      return { icon: Radio, words: "Ended", tone: "lf:text-muted" };
    default:
      return state satisfies never;
  }
}
