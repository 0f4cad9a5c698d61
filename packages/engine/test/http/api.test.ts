/** The client for platforms' APIs against a server that fails in every way a platform and the network do. */
import { createSimulator, type Definition, type Simulator } from "@landfall/simulators";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { type Api, type ApiOptions, openApi, path } from "../../src/http/api.ts";
import type { ApiError } from "../../src/http/api-error.ts";
import { secret } from "../../src/secret.ts";

interface Things {
  made: string[];
}

const vendor: Definition<Things> = {
  name: "acme",
  state: () => ({ made: [] }),
  authorize: (_state, { headers }) =>
    headers["authorization"] === "Bearer good"
      ? null
      : { status: 401, json: { error: { code: "bad_token", message: "No." } } },
  error: (status, message) => ({ status, json: { error: { code: `e${status}`, message } } }),
  routes: {
    "GET /v1/things/:name": (_state, request) => ({
      json: { name: request.param("name"), query: Object.fromEntries(request.query) },
    }),
    "PUT /v1/things/:name": (state, request) => {
      state.made.push(request.body.toString());
      return { json: {} };
    },
    "POST /v1/things": (state, request) => {
      state.made.push(JSON.stringify(request.json()));
      return { status: 201, json: { id: state.made.length } };
    },
    "GET /v1/log": () => ({ body: "one\ntwo\n" }),
    "GET /v1/spent": () => ({ json: {}, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "5" } }),
  },
};

let simulator: Simulator<Things>;
let api: Api & AsyncDisposable;
let waits: number[];

/** Time that passes when somebody waits, and not otherwise. */
function waitingClock(): Clock {
  let now = Date.parse("2026-01-01T00:00:00Z");
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
  };
}

function open(more: Partial<ApiOptions> = {}): Api & AsyncDisposable {
  return openApi({
    id: "acme",
    name: "Acme",
    url: `${simulator.url}/v1`,
    moved: true,
    credential: async () => secret("good"),
    readError: (body) => (body as { error?: { code: string; message: string } } | undefined)?.error ?? {},
    reconnect: "Run: landfall connect acme.",
    clock: waitingClock(),
    random: () => 0.5,
    ...more,
  });
}

beforeEach(async () => {
  waits = [];
  simulator = await createSimulator(vendor);
  api = open();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await simulator.close();
});

const failure = (sent: Promise<unknown>): Promise<ApiError> =>
  sent.then(
    () => expect.unreachable(),
    (error: unknown) => error as ApiError,
  );
const get = { method: "GET", path: "/things/a" } as const;
const post = { method: "POST", path: "/things", json: { n: 1 } } as const;

describe("a request", () => {
  it("is made below the base address, with values encoded and undefined ones left out", async () => {
    const answer = await api.call({
      method: "GET",
      path: path`/things/${"a/b c?"}`,
      query: { q: "ä&", none: undefined, n: 2 },
    });
    expect(answer).toEqual({ name: "a/b c?", query: { q: "ä&", n: "2" } });
  });

  it("sends a stream with its length, and asks for it anew on the next try", async () => {
    simulator.fail("server-error", { once: true });
    let begun = 0;
    await api.send({
      method: "PUT",
      path: "/things/big",
      lengthBytes: 6,
      body: async function* () {
        begun += 1;
        yield Buffer.from("abc");
        yield Buffer.from("def");
      },
    });
    expect([begun, simulator.state.made]).toEqual([2, ["abcdef"]]);
  });

  it("streams an answer", async () => {
    const chunks = await Array.fromAsync(api.stream({ method: "GET", path: "/log" }));
    expect(Buffer.concat(chunks).toString()).toBe("one\ntwo\n");
  });
});

describe("a failure that passes", () => {
  for (const [name, arm] of [
    ["a server error", () => simulator.fail("server-error", { times: 2 })],
    ["a reset connection", () => simulator.fail("reset", { times: 2 })],
    ["half an answer", () => simulator.fail("half-body", { times: 2 })],
    ["half an answer that says it is whole", () => simulator.fail("half-body", { times: 2, as: "short-text" })],
    ["a proxy's page with status 200", () => simulator.fail("html-with-200", { times: 2 })],
  ] as const) {
    it(`is tried again with growing pauses: ${name}`, async () => {
      arm();
      expect(await api.call(get)).toMatchObject({ name: "a" });
      expect(waits).toEqual([250, 500]);
    });
  }

  it("is waited for as long as Retry-After says, in seconds or as a date", async () => {
    simulator.fail("rate-limit", { once: true, retryAfterS: 7 });
    await api.call(get);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(7_000);
    expect(api.traffic.waitedMs).toBe(7_000);
  });

  it("is told to the person when the wait would be long, at once", async () => {
    simulator.fail("rate-limit", { retryAfterS: 3_600 });
    const error = await failure(api.call(get));
    expect(error.report()).toMatchObject({
      code: "RATE_LIMIT_EXCEEDED",
      retryAfterMs: 3_600_000,
      next: "Try again in 3600 s.",
    });
    expect(simulator.requests()).toHaveLength(1);
  });

  it("ends after four tries", async () => {
    simulator.fail("server-error");
    expect((await failure(api.call(get))).code).toBe("PLATFORM_UNAVAILABLE");
    expect(simulator.requests()).toHaveLength(4);
  });
});

describe("a request that may not be made twice", () => {
  it("is not repeated when nobody knows whether it arrived", async () => {
    simulator.fail("reset", { once: true, afterWork: true });
    const error = await failure(api.call(post));
    expect([error.code, error.arrived, simulator.state.made]).toEqual(["PLATFORM_UNAVAILABLE", "unknown", ['{"n":1}']]);
    simulator.fail("server-error", { once: true });
    await failure(api.call(post));
    expect(simulator.requests({ method: "POST" })).toHaveLength(2);
  });

  it("is repeated when it was refused before any work, or nobody listened", async () => {
    simulator.fail("rate-limit", { once: true });
    expect(await api.call(post)).toEqual({ id: 1 });
    await simulator.close();
    await using fresh = open();
    const error = await failure(fresh.call(post));
    expect([error.code, error.arrived, waits.length >= 4]).toEqual(["PLATFORM_UNAVAILABLE", "no", true]);
  });
});

describe("a refusal", () => {
  it("says what, where and what next, with the vendor's code and no credential", async () => {
    await using wrong = open({ credential: async () => secret("a-wrong-token") });
    const error = await failure(wrong.call(get));
    expect(error.report()).toEqual({
      code: "AUTH_FAILED",
      what: "Acme refused the credential. It says: No.",
      where: "acme: GET /things/a answered 401 (bad_token)",
      next: "Run: landfall connect acme.",
    });
    expect(JSON.stringify([error, error.stack])).not.toContain("a-wrong-token");
  });

  it("has a code for each status", async () => {
    const codes: [number, string][] = [
      [400, "INVALID_CONFIG"],
      [402, "INSUFFICIENT_PERMISSIONS"],
      [403, "INSUFFICIENT_PERMISSIONS"],
      [404, "NOT_FOUND"],
      [409, "CONFLICT"],
      [422, "INVALID_CONFIG"],
    ];
    for (const [status, code] of codes) {
      const fault = simulator.fail("status", { status });
      const error = await failure(api.call(get));
      expect([status, error.code, error.vendor.code]).toEqual([status, code, `e${status}`]);
      fault.lift();
    }
  });

  it("that is cut short is tried again, for it does not say what was wrong", async () => {
    simulator.fail("half-body", { as: "short-text", once: true });
    await using wrong = open({ credential: async () => secret("a-wrong-token") });
    expect((await failure(wrong.call(get))).code).toBe("AUTH_FAILED");
    expect(simulator.requests().map(({ status }) => status)).toEqual([401, 401]);
  });

  it("is an answer where the caller says so", async () => {
    simulator.fail("status", { status: 404, once: true });
    expect((await api.send({ ...get, accept: [404] })).status).toBe(404);
  });
});

describe("a credential", () => {
  it("that is refused on the way is renewed once, and the request made again", async () => {
    let current = "old";
    let renewals = 0;
    await using renewing = open({
      credential: async () => secret(current),
      renew: async () => {
        renewals += 1;
        current = "good";
        return true;
      },
    });
    expect(await renewing.call(get)).toMatchObject({ name: "a" });
    expect(await renewing.call(post)).toEqual({ id: 1 });
    expect(renewals).toBe(1);
  });
});

describe("a rate limit", () => {
  it("that is used up is waited out before the next request, without being refused", async () => {
    await api.call({ method: "GET", path: "/spent" });
    await api.call(get);
    expect(waits).toEqual([5_000]);
    expect(simulator.requests().map(({ status }) => status)).toEqual([200, 200]);
  });
});

it("a request ends when its signal is aborted", async () => {
  simulator.fail("timeout");
  const stop = new AbortController();
  const sent = failure(api.call({ ...get, signal: stop.signal }));
  while (simulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error("enough"));
  expect((await sent).message).toBe("enough");
});
