/**
 * What a simulated vendor is: one table of routes over a typed state. A vendor's file holds a Definition and nothing of HTTP.
 */
import type { JournalEntry } from "./journal.ts";

export interface Definition<State> {
  /** Id of the platform it stands for. */
  name: string;
  /** The state of an account in which nothing has happened. Called at the start and by `reset()`; `url` is where the simulator answers. */
  state(url: string): State;
  /** Ends what the state holds outside of memory: at `reset()` and at the end. */
  dispose?(state: State): void;
  /** `"POST /sites/:site/deploys"` to what answers it. `:name` takes one segment or a part of it, `*name` one or more; the first row that matches answers. */
  routes: Record<string, Handler<State>>;
  /** Asked before every route: an answer refuses, null lets through. */
  authorize?(state: State, request: SimulatedRequest): Answer | null;
  /** Answers what no route takes, such as the sites that were deployed. Without it such a request is a violation and gets 404. */
  otherwise?: Handler<State>;
  /** The vendor's form of an error; faults use it too. */
  error?(status: number, message: string): Answer;
  /** Compares an exchange with the vendor's published schema; sentences of what is wrong. */
  check?(exchange: Exchange): string[];
}

export type Handler<State> = (state: State, request: SimulatedRequest) => Answer | Promise<Answer>;

export interface SimulatedRequest {
  method: string;
  /** Without the query, as it was sent. */
  path: string;
  /** A part of the path by its name in the route, decoded. Throws a TypeError for a name the route does not have. */
  param(name: string): string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  /** The body as JSON whatever its content type says (some official clients send text/plain); undefined when it is empty or not JSON. */
  json(): unknown;
  /** Milliseconds since the epoch, by the simulator's clock. */
  now: number;
  /** Aborted when the client goes or the simulator is reset or closed. */
  signal: AbortSignal;
}

/** Either `json`, sent as such, or `body`; an iterable is streamed as it yields. */
export interface Answer {
  /** 200 when left out; 204 without json or body. */
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** One request and its answer, as `check` sees them. The answer is null when a fault took its place. */
export interface Exchange {
  /** Key of the row in `routes`; null for `otherwise`. */
  route: string | null;
  request: SimulatedRequest;
  answer: { status: number; headers: Record<string, string>; json: unknown } | null;
}

/** A difference from the schema, or a request the simulator does not know. */
export interface Violation {
  request: Pick<JournalEntry, "number" | "method" | "path">;
  message: string;
}

/** Identity, for the type: a vendor is a plain object. */
export function defineVendor<State>(definition: Definition<State>): Definition<State> {
  return definition;
}
