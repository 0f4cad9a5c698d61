import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { DeployError } from "../../src/error.ts";
import { sendAll, type SendOptions } from "../../src/upload/send-all.ts";

const never = new AbortController().signal;
const unavailable = (): DeployError => new DeployError("PLATFORM_UNAVAILABLE", { what: "Down." });

/** Time that passes when somebody waits. */
function clock(): Clock & { waited: number } {
  const own = {
    waited: 0,
    now: () => own.waited,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      own.waited += ms;
    },
  };
  return own;
}

function sending<T>(send: (item: T) => Promise<void>, more: Partial<SendOptions<T>> = {}): SendOptions<T> {
  return { send, weigh: () => 1, clock: clock(), signal: never, random: () => 0.5, ...more };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("sending many things", () => {
  it("sends each once, and more at a time while all goes well", async () => {
    let inFlight = 0;
    let most = 0;
    const sent: number[] = [];
    await sendAll(
      numbers(500),
      sending<number>(
        async (item) => {
          most = Math.max(most, ++inFlight);
          await turn();
          inFlight -= 1;
          sent.push(item);
        },
        { concurrency: { start: 4, most: 20 } },
      ),
    );
    expect([...sent].sort((a, b) => a - b)).toEqual(numbers(500));
    expect(most).toBe(20);
  });

  it("holds no more bytes than it may, except for one that is larger alone", async () => {
    let held = 0;
    let most = 0;
    const sizes = [5, 5, 5, 200, 5, 5];
    await sendAll(
      sizes,
      sending<number>(
        async (size) => {
          most = Math.max(most, (held += size));
          await turn();
          held -= size;
        },
        { weigh: (size) => size, memoryBytes: 10 },
      ),
    );
    expect(most).toBe(200);
  });

  it("tries again what failed for a passing reason, and sends fewer at a time", async () => {
    const tries = new Map<number, number>();
    let inFlight = 0;
    const seen: number[] = [];
    await sendAll(
      numbers(200),
      sending<number>(
        async (item) => {
          inFlight += 1;
          await turn();
          seen.push(inFlight);
          inFlight -= 1;
          tries.set(item, (tries.get(item) ?? 0) + 1);
          if (item % 5 === 0 && tries.get(item)! <= 2) throw unavailable();
        },
        { concurrency: { start: 40, most: 40 } },
      ),
    );
    expect([...tries.values()].reduce((sum, count) => sum + count, 0)).toBe(200 + 40 * 2);
    expect(Math.max(...seen.slice(60))).toBeLessThan(40);
  });

  it("gives up on what fails six times, and stops the others", async () => {
    let calls = 0;
    const sent = sendAll(
      numbers(1_000),
      sending<number>(async (item) => {
        calls += 1;
        await turn();
        if (item === 3) throw unavailable();
      }),
    );
    await expect(sent).rejects.toMatchObject({ code: "UPLOAD_FAILED", message: expect.stringContaining("6 times") });
    expect(calls).toBeLessThan(1_006);
  });

  it("stops at once for an error that no other try mends", async () => {
    let calls = 0;
    const refused = new DeployError("AUTH_FAILED", { what: "No." });
    const sent = sendAll(
      numbers(1_000),
      sending<number>(async () => {
        calls += 1;
        await turn();
        throw refused;
      }),
    );
    await expect(sent).rejects.toBe(refused);
    expect(calls).toBe(16);
  });

  it("ends with the reason of a cancel, when those in flight have ended", async () => {
    const stop = new AbortController();
    let running = 0;
    const sent = sendAll(
      numbers(100),
      sending<number>(
        (item) => {
          running += 1;
          if (item === 10) stop.abort(new DeployError("CANCELLED", { what: "Cancelled by a person." }));
          return turn().then(() => void (running -= 1));
        },
        { signal: stop.signal },
      ),
    );
    await expect(sent).rejects.toMatchObject({ code: "CANCELLED" });
    expect(running).toBe(0);
  });

  it("does nothing for nothing", async () => {
    await sendAll(
      [],
      sending<number>(() => expect.unreachable()),
    );
  });
});
