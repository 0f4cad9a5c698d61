/**
 * Faults by name. Tests arm them with `simulator.fail("rate-limit", { once: true })`; answer.ts carries them out.
 */
import { matcher, type RequestMatch } from "./match.ts";
import { chance } from "./random.ts";

/** The faults, each with its own settings. */
export interface Faults {
  /** 429. The wait is told in seconds (the default, 1), as an HTTP date, or not at all. */
  "rate-limit": { retryAfterS?: number; as?: "seconds" | "http-date" | "absent" };
  "server-error": { status?: 500 | 502 | 503 | 504 };
  /** 401, as when a credential is revoked on the way: `after` says how many requests still pass. */
  unauthorized: object;
  /** Any other refusal, such as 403, 404, 409, 422; `json` in place of the vendor's form of an error, `headers` besides. */
  status: { status: number; json?: unknown; headers?: Record<string, string> };
  /** The connection is reset: in the middle of the upload, before any answer (the default), or in the middle of the answer's body. */
  reset: { at?: "upload" | "answer" | "body" };
  /** Half of the answer. The connection ends before the announced length (the default), or the text itself is short and announced so. */
  "half-body": { as?: "lost-connection" | "short-text" };
  /** A proxy's page in place of the answer. */
  "html-with-200": object;
  /** The answer comes later, and is otherwise as it should be. */
  slow: { latencyMs: number; jitterMs?: number };
  /** No answer ever; the connection stays open until the client goes. */
  timeout: object;
}

export type FaultKind = keyof Faults;

/** Which requests a fault meets, and how often. Without any: all of them, until it is lifted. */
export interface FaultScope {
  match?: RequestMatch;
  /** Matching requests that pass before the first that fails. */
  after?: number;
  once?: boolean;
  times?: number;
  /** The vendor does the work and the answer is lost: what makes careless clients do things twice. */
  afterWork?: boolean;
}

/** A fault for one request, ready to be carried out. */
export type Fault = { [Kind in FaultKind]: { kind: Kind; afterWork: boolean } & Faults[Kind] }[FaultKind];

export interface ArmedFault {
  /** How many requests it has met. */
  readonly hits: number;
  /** No more from now on. */
  lift(): void;
}

export interface RandomFaults {
  seed: number | string;
  /** Share of requests that fail, 0 to 1. */
  rate: number;
  kinds: Exclude<FaultKind, "slow" | "status">[];
  match?: RequestMatch;
  /** Faults at most, so that a client which tries again comes through. */
  times?: number;
}

export interface FaultBook {
  arm<Kind extends FaultKind>(kind: Kind, options: FaultScope & Faults[Kind]): ArmedFault;
  armRandom(options: RandomFaults): ArmedFault;
  /** What happens to this request: how much later it is answered, and the first fault armed for it. */
  next(request: { method: string; path: string }): { delayMs: number; fault: Fault | null };
  clear(): void;
}

interface Rule {
  slow: boolean;
  meets(request: { method: string; path: string }): Fault | null;
}

/** Faults in the order they were armed. Holds no timers: what takes time is the caller's. */
export function faultBook(): FaultBook {
  let rules: Rule[] = [];
  let delays = 0;

  /** `rule` with a limit: after `times` hits it is as if it were not there. */
  function add(times: number, rule: Rule): ArmedFault {
    let hits = 0;
    const limited: Rule = {
      slow: rule.slow,
      meets(request) {
        const fault = hits < times ? rule.meets(request) : null;
        if (fault) hits += 1;
        return fault;
      },
    };
    rules.push(limited);
    return {
      get hits() {
        return hits;
      },
      lift() {
        rules = rules.filter((each) => each !== limited);
      },
    };
  }

  return {
    arm(kind, { match = {}, after = 0, once = false, times = once ? 1 : Infinity, afterWork = false, ...settings }) {
      const matches = matcher(match);
      const fault = { kind, afterWork, ...settings } as unknown as Fault;
      let passed = 0;
      const meets: Rule["meets"] = (request) => (matches(request) && ++passed > after ? fault : null);
      return add(times, { slow: kind === "slow", meets });
    },

    armRandom({ seed, rate, kinds, match = {}, times = Infinity }) {
      const matches = matcher(match);
      const seen = new Map<string, number>();
      const meets: Rule["meets"] = (request) => {
        if (!matches(request)) return null;
        // Drawn from the request and how often it came, not from the order of arrival: parallel requests repeat too.
        const name = `${request.method} ${request.path}`;
        const turn = (seen.get(name) ?? 0) + 1;
        seen.set(name, turn);
        if (chance(seed, name, turn, "whether") >= rate) return null;
        const kind = kinds[Math.floor(chance(seed, name, turn, "which") * kinds.length)]!;
        // Who refuses has done nothing.
        const isRefusal = kind === "rate-limit" || kind === "unauthorized";
        return { kind, afterWork: !isRefusal && chance(seed, name, turn, "work") < 0.5 };
      };
      return add(times, { slow: false, meets });
    },

    next(request) {
      let delayMs = 0;
      let fault: Fault | null = null;
      for (const rule of rules) {
        // A second fault waits for the next request: two that are armed once follow each other.
        if (fault && !rule.slow) continue;
        const met = rule.meets(request);
        if (met?.kind === "slow") delayMs += met.latencyMs + (met.jitterMs ?? 0) * chance("jitter", delays++);
        else fault = met ?? fault;
      }
      return { delayMs, fault };
    },

    clear() {
      rules = [];
      delays = 0;
    },
  };
}
