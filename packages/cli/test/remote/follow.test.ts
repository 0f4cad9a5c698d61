import { DeployError } from "@landfall/engine/error";
import { describe, expect, it } from "vitest";
import { followed } from "../../src/remote/follow.ts";

interface Event {
  seq: number;
}
/** What one connection brings: events by their numbers, and then its end. */
interface Line {
  seqs: number[];
  end: "done" | "cut" | Error;
}

async function* stream({ seqs, end }: Line): AsyncGenerator<Event, object | undefined, undefined> {
  for (const seq of seqs) yield { seq };
  if (end instanceof Error) throw end;
  return end === "done" ? {} : undefined;
}

async function follow(lines: Line[], from = 1) {
  const opened: { from: number; lastEventId: string | undefined }[] = [];
  const seen: number[] = [];
  const events = followed<Event>({
    from,
    url: "https://there",
    signal: undefined,
    async open(at) {
      opened.push(at);
      return stream(lines.shift()!);
    },
  });
  for await (const { seq } of events) seen.push(seq);
  return { seen, opened };
}

describe("a followed stream", () => {
  it("goes on after the last event, however the connection ends", async () => {
    const broken = new TypeError("terminated");
    const { seen, opened } = await follow([
      { seqs: [1, 2], end: "cut" },
      { seqs: [3], end: broken },
      { seqs: [], end: broken },
      { seqs: [4], end: "done" },
    ]);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(opened).toEqual([
      { from: 1, lastEventId: undefined },
      { from: 3, lastEventId: "2" },
      { from: 4, lastEventId: "3" },
      { from: 4, lastEventId: "3" },
    ]);
  });

  it("gives nothing twice, and asks again where something is left out", async () => {
    const { seen } = await follow([
      { seqs: [1, 2, 4], end: "done" },
      { seqs: [1, 2, 3, 4], end: "done" },
    ]);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("begins where it is told to", async () => {
    const { seen, opened } = await follow([{ seqs: [7, 8], end: "done" }], 7);
    expect(seen).toEqual([7, 8]);
    expect(opened).toEqual([{ from: 7, lastEventId: undefined }]);
  });

  it("ends with what the server refuses", async () => {
    const refused = new DeployError("AUTH_FAILED", { what: "ended" });
    await expect(follow([{ seqs: [1], end: refused }])).rejects.toBe(refused);
  });
});
