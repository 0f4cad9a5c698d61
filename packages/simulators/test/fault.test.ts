import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";

interface Counter {
  count: number;
}

/** Instants of the simulator's clock start here; its sleeps are recorded and take no time. */
const start = Date.parse("2026-08-21T10:00:00.400Z");
let slept: number[];
let simulator: Simulator<Counter>;

beforeEach(async () => {
  slept = [];
  const clock = {
    now: () => start,
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  };
  simulator = await createSimulator<Counter>(
    {
      name: "counter",
      state: () => ({ count: 0 }),
      routes: {
        "POST /count": (state) => ({ status: 201, json: { count: ++state.count, padding: "x".repeat(1000) } }),
        "GET /count": ({ count }) => ({ json: { count } }),
        "GET /other": () => ({ body: "other" }),
      },
    },
    { clock },
  );
});
afterEach(() => simulator.close());

const add = (body = "{}") => fetch(`${simulator.url}/count`, { method: "POST", body });
const read = (path = "/count") => fetch(simulator.url + path);
const statuses = async (requests: number) => {
  const found: number[] = [];
  for (let turn = 0; turn < requests; turn++) found.push((await read()).status);
  return found;
};

describe("rate-limit", () => {
  it("tells the wait in seconds", async () => {
    simulator.fail("rate-limit", { once: true, retryAfterS: 7 });
    const refused = await add();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await add()).status).toBe(201);
  });

  it("tells the wait as an HTTP date, never too early", async () => {
    simulator.fail("rate-limit", { retryAfterS: 7, as: "http-date" });
    const date = (await add()).headers.get("retry-after")!;
    expect(date).toBe("Fri, 21 Aug 2026 10:00:08 GMT");
    expect(Date.parse(date) - start).toBeGreaterThanOrEqual(7000);
  });

  it("can leave the client without a word of it", async () => {
    simulator.fail("rate-limit", { as: "absent" });
    expect((await add()).headers.get("retry-after")).toBeNull();
  });
});

describe("refusals", () => {
  it.each([500, 502, 503, 504] as const)("server-error %i", async (status) => {
    simulator.fail("server-error", { status });
    expect((await add()).status).toBe(status);
    expect(simulator.state.count).toBe(0);
  });

  it("any status, with a body of one's own", async () => {
    simulator.fail("status", { status: 403, json: { errors: [{ code: 10_000 }] } });
    const refused = await add();
    expect([refused.status, await refused.json()]).toEqual([403, { errors: [{ code: 10_000 }] }]);
  });

  it("unauthorized on the way: the first two pass", async () => {
    simulator.fail("unauthorized", { after: 2 });
    expect(await statuses(4)).toEqual([200, 200, 401, 401]);
  });

  it("html-with-200 says 200 and is no JSON", async () => {
    simulator.fail("html-with-200");
    const page = await read();
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    await expect(page.json()).rejects.toThrow(SyntaxError);
  });
});

describe("broken connections", () => {
  it("reset before any answer: nothing was done", async () => {
    simulator.fail("reset", { once: true });
    await expect(add()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(simulator.state.count).toBe(0);
    expect(simulator.journal[0]).toMatchObject({ fault: "reset", status: null, worked: false });
  });

  it("reset after the work: it was done and nobody knows", async () => {
    simulator.fail("reset", { once: true, afterWork: true });
    await expect(add()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(simulator.state.count).toBe(1);
  });

  it("reset during the upload", async () => {
    simulator.fail("reset", { at: "upload", once: true });
    await expect(add("x".repeat(5_000_000))).rejects.toThrow("fetch failed");
    expect(simulator.state.count).toBe(0);
    expect((await add()).status).toBe(201);
  });

  it("reset in the middle of the answer", async () => {
    simulator.fail("reset", { at: "body", once: true });
    const answer = await add();
    expect(answer.status).toBe(201);
    await expect(answer.text()).rejects.toThrow("terminated");
    expect(simulator.state.count).toBe(1);
  });

  it("half of a body, and the connection ends", async () => {
    simulator.fail("half-body", { once: true });
    const answer = await add();
    expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(1000);
    await expect(answer.text()).rejects.toThrow("terminated");
  });

  it("half of a text that claims to be whole", async () => {
    simulator.fail("half-body", { once: true, as: "short-text" });
    const text = await (await add()).text();
    expect(text).toMatch(/^\{"count":1,"padding":"x+$/);
  });

  it("no answer ever, until the client has had enough", async () => {
    simulator.fail("timeout", { once: true });
    const patience = AbortSignal.timeout(50);
    await expect(
      fetch(`${simulator.url}/count`, { method: "POST", body: "{}", signal: patience }),
    ).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(simulator.state.count).toBe(0);
    expect((await add()).status).toBe(201);
  });

  it("reset() cuts off a request that hangs, and others go on", async () => {
    simulator.fail("timeout");
    const hanging = expect(read("/other")).rejects.toThrow("fetch failed");
    while (simulator.journal.length === 0) await new Promise((resolve) => setImmediate(resolve));
    simulator.reset();
    await hanging;
    expect((await read("/other")).status).toBe(200);
  });
});

describe("slow", () => {
  it("answers later, and is otherwise as it should be", async () => {
    simulator.fail("slow", { latencyMs: 250 });
    expect((await add()).status).toBe(201);
    expect(slept).toEqual([250]);
    expect(simulator.journal[0]!.fault).toBe("slow");
  });

  it("goes together with another fault, and varies by jitter within its bounds", async () => {
    simulator.fail("server-error", { status: 503 });
    simulator.fail("slow", { latencyMs: 100, jitterMs: 50 });
    expect(await statuses(3)).toEqual([503, 503, 503]);
    expect(new Set(slept).size).toBe(3);
    for (const ms of slept) expect(ms >= 100 && ms < 150).toBe(true);
  });
});

describe("which requests fail", () => {
  it("only those of the method and path asked for", async () => {
    simulator.fail("server-error", { match: { method: "POST", path: "/count" } });
    expect([(await add()).status, (await read()).status, (await read("/other")).status]).toEqual([500, 200, 200]);
  });

  it("a number of times, counted", async () => {
    const fault = simulator.fail("server-error", { times: 2 });
    expect(await statuses(4)).toEqual([500, 500, 200, 200]);
    expect(fault.hits).toBe(2);
  });

  it("one after the other when two are armed once", async () => {
    simulator.fail("rate-limit", { once: true });
    simulator.fail("server-error", { once: true });
    expect(await statuses(3)).toEqual([429, 500, 200]);
  });

  it("until it is lifted", async () => {
    const fault = simulator.fail("server-error");
    expect(await statuses(1)).toEqual([500]);
    fault.lift();
    expect(await statuses(1)).toEqual([200]);
  });
});

async function withSeed(seed: number): Promise<number[]> {
  simulator.reset();
  simulator.failRandomly({ seed, rate: 0.5, kinds: ["server-error", "rate-limit"] });
  return statuses(30);
}

/** Which of these requests fail when they are sent at once. */
async function failuresOf(paths: string[]): Promise<string[]> {
  simulator.reset();
  simulator.failRandomly({ seed: 3, rate: 0.5, kinds: ["server-error"] });
  const answers = await Promise.all(paths.map(async (path) => `${path} ${(await read(path)).status}`));
  return answers.sort();
}

describe("random faults", () => {
  it("meet the same requests for the same seed, others for another", async () => {
    const first = await withSeed(1);
    expect(await withSeed(1)).toEqual(first);
    expect(await withSeed(2)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 429, 500]));
  });

  it("are as frequent as asked for", async () => {
    simulator.failRandomly({ seed: 7, rate: 0.2, kinds: ["server-error"] });
    const failed = (await statuses(300)).filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(30);
    expect(failed).toBeLessThan(95);
  });

  it("do not depend on the order in which parallel requests arrive", async () => {
    expect(await failuresOf(["/count", "/other", "/none"])).toEqual(await failuresOf(["/none", "/count", "/other"]));
  });

  it("end after so many", async () => {
    simulator.failRandomly({ seed: 1, rate: 1, kinds: ["server-error"], times: 3 });
    expect(await statuses(5)).toEqual([500, 500, 500, 200, 200]);
  });
});
