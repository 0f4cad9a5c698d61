"use client";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export interface Announce {
  /** Spoken when there is room. A sentence that has not been spoken yet gives way to a newer one. */
  say(sentence: string): void;
  /** Spoken when nothing of more weight waits to be; it does not wait in vain. */
  sayLater(sentence: string): void;
  /** Spoken without waiting for its turn: a failure, a refusal. */
  alert(sentence: string): void;
}

const Context = createContext<Announce | null>(null);

/** At most one sentence in so long. */
export const betweenSentencesMs = 5_000;
/** What is urgent comes with much else that changes on the screen, and of a burst of changes Orca passes some over: it is said after them. */
const afterChangesMs = 1_000;

/**
 * Says what changes to people who do not see it, for everything inside. There is one per page: inside another it adds nothing,
 * so components can bring their own and still be used together.
 */
export function Announcer({ children }: { children: ReactNode }) {
  const above = useContext(Context);
  return above === null ? <Regions>{children}</Regions> : children;
}

function Regions({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useFading();
  const [urgent, setUrgent] = useFading();
  const [alarm, setAlarm] = useState<{ sentence: string } | null>(null);
  useEffect(() => {
    if (alarm === null) return undefined;
    const timer = setTimeout(() => setUrgent(alarm.sentence), afterChangesMs);
    return () => clearTimeout(timer);
  }, [alarm, setUrgent]);
  const speaker = useMemo(() => paced(setPolite), [setPolite]);
  useEffect(() => () => speaker.stop(), [speaker]);
  const announce = useMemo<Announce>(
    () => ({ say: speaker.say, sayLater: speaker.sayLater, alert: (sentence) => setAlarm({ sentence }) }),
    [speaker],
  );
  return (
    <Context value={announce}>
      {children}
      <p role="status" className="lf:sr-only">
        {polite}
      </p>
      <p role="alert" className="lf:sr-only">
        {urgent}
      </p>
    </Context>
  );
}

/** A sentence that goes when it was said: what is hidden behind a dialog and comes back would be said once more. */
function useFading(): [string, (sentence: string) => void] {
  const [text, setText] = useState("");
  useEffect(() => {
    if (text === "") return undefined;
    const timer = setTimeout(() => setText(""), betweenSentencesMs - 1_000);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

/** Passes sentences on with pauses between them; of those that come meanwhile the last, and then the last of those with less weight. */
export function paced(speak: (sentence: string) => void): Pick<Announce, "say" | "sayLater"> & { stop(): void } {
  const waiting: { next: string | null; later: string | null } = { next: null, later: null };
  let timer: ReturnType<typeof setTimeout> | null = null;
  const speakNext = (): void => {
    if (timer !== null) return;
    const which = waiting.next === null ? "later" : "next";
    const sentence = waiting[which];
    if (sentence === null) return;
    waiting[which] = null;
    speak(sentence);
    timer = setTimeout(() => {
      timer = null;
      speakNext();
    }, betweenSentencesMs);
  };
  return {
    say(sentence) {
      waiting.next = sentence;
      speakNext();
    },
    sayLater(sentence) {
      waiting.later = sentence;
      speakNext();
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

const silent: Announce = { say: () => undefined, sayLater: () => undefined, alert: () => undefined };

/** Speaks through the announcer above; without one, nothing is said. */
export function useAnnounce(): Announce {
  return useContext(Context) ?? silent;
}
