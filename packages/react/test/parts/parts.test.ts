import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { betweenSentencesMs, paced } from "../../src/parts/announcer.tsx";
import { connectionInWords } from "../../src/parts/connection-state.tsx";
import { outlineOf } from "../../src/parts/qr-code.tsx";
import { ordinal } from "../../src/deployment/step-row.tsx";
import { agoInWords, durationForSpeech, durationInWords } from "../../src/parts/time.tsx";

describe("times", () => {
  it("are short to the eye", () => {
    expect([0, 430, 3_000, 3_450, 9_960, 59_700, 72_000, 3_720_000].map(durationInWords)).toEqual([
      "0 s",
      "430 ms",
      "3 s",
      "3.5 s",
      "10 s",
      "1 min 0 s",
      "1 min 12 s",
      "1 h 2 min",
    ]);
  });

  it("are spelled out for speech", () => {
    expect([0, 400, 1_000, 72_000, 3_600_000, 3_725_000].map(durationForSpeech)).toEqual([
      "0 seconds",
      "less than a second",
      "1 second",
      "1 minute 12 seconds",
      "1 hour",
      "1 hour 2 minutes 5 seconds",
    ]);
  });

  it("say how long ago", () => {
    const now = Date.parse("2026-09-14T10:00:00Z");
    expect(agoInWords("2026-09-14T09:56:00Z", now)).toBe("4 minutes ago");
    expect(agoInWords("2026-09-13T10:00:00Z", now)).toBe("yesterday");
  });

  it("count tries", () => {
    expect([1, 2, 3, 4, 11, 12, 22].map(ordinal)).toEqual(["1st", "2nd", "3rd", "4th", "11th", "12th", "22nd"]);
  });
});

it("says in words how current a page is", () => {
  const now = Date.UTC(2026, 8, 14, 10, 42, 0);
  expect(connectionInWords({ kind: "live" }, now)).toBe("Live");
  expect(connectionInWords({ kind: "reconnecting", lastEventAtMs: now - 12_300, attempt: 2 }, now)).toBe(
    "Reconnecting (last event 12 s ago)",
  );
  expect(connectionInWords({ kind: "offline", sinceMs: now }, now)).toMatch(/^Offline since \d\d:42/);
  expect(connectionInWords({ kind: "ended" }, now)).toBe("Ended");
});

describe("a QR code", () => {
  it("has a quiet zone of four modules, and all of the text", () => {
    const { side, path } = outlineOf("https://acme.example.com")!;
    expect(side).toBeGreaterThanOrEqual(21 + 8);
    // The first dark run is the upper edge of the first finder pattern, seven modules long.
    expect(path.startsWith("M4 4h7v1H4z")).toBe(true);
  });

  it("is not there for what no code can hold", () => {
    expect(outlineOf("x".repeat(5_000))).toBeNull();
  });
});

describe("the announcer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("says one sentence at a time, and of those that come meanwhile the last", () => {
    const spoken: string[] = [];
    const speaker = paced((sentence) => spoken.push(sentence));
    for (const sentence of ["one", "two", "three"]) speaker.say(sentence);
    expect(spoken).toEqual(["one"]);
    vi.advanceTimersByTime(betweenSentencesMs - 1);
    expect(spoken).toEqual(["one"]);
    vi.advanceTimersByTime(1);
    expect(spoken).toEqual(["one", "three"]);
    vi.advanceTimersByTime(betweenSentencesMs);
    speaker.say("four");
    expect(spoken).toEqual(["one", "three", "four"]);
    speaker.say("five");
    speaker.stop();
    vi.advanceTimersByTime(betweenSentencesMs * 2);
    expect(spoken).toEqual(["one", "three", "four"]);
  });

  it("says what has less weight after what has more, and not beside it", () => {
    const spoken: string[] = [];
    const speaker = paced((sentence) => spoken.push(sentence));
    speaker.say("The build has begun.");
    speaker.sayLater("3 of 12 done.");
    speaker.sayLater("7 of 12 done.");
    speaker.say("The deployment is ready.");
    vi.advanceTimersByTime(betweenSentencesMs);
    expect(spoken).toEqual(["The build has begun.", "The deployment is ready."]);
    vi.advanceTimersByTime(betweenSentencesMs);
    expect(spoken).toEqual(["The build has begun.", "The deployment is ready.", "7 of 12 done."]);
    vi.advanceTimersByTime(betweenSentencesMs);
    speaker.sayLater("All is done.");
    expect(spoken.at(-1)).toBe("All is done.");
    speaker.stop();
  });
});
