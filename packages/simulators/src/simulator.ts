/**
 * A simulator: a definition behind real HTTP on loopback, with state, faults and a journal.
 * A request goes: journal, faults, delay, body, authorize, route, check, answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { prepare, refusal, send, sendHalf, type Prepared } from "./answer.ts";
import type { Answer, Definition, Exchange, SimulatedRequest, Violation } from "./definition.ts";
import {
  faultBook,
  type ArmedFault,
  type FaultKind,
  type Faults,
  type FaultScope,
  type RandomFaults,
} from "./fault.ts";
import { digestOf, redactedHeaders, redactedQuery, repeatedWork, type JournalEntry } from "./journal.ts";
import { matcher, type RequestMatch } from "./match.ts";
import { router } from "./route.ts";

export interface Simulator<State> extends AsyncDisposable {
  name: string;
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** The vendor's state now; a test may read and change it. */
  readonly state: State;
  /** Everything asked since the start or the last reset, in the order of arrival. */
  readonly journal: readonly JournalEntry[];
  /** What `check` found, and requests no route takes. */
  readonly violations: readonly Violation[];
  /** Make requests fail, by the fault's name. */
  fail<Kind extends FaultKind>(
    kind: Kind,
    ...options: Record<never, never> extends Faults[Kind] ? [(FaultScope & Faults[Kind])?] : [FaultScope & Faults[Kind]]
  ): ArmedFault;
  /** Make a share of requests fail, the same ones for the same seed. */
  failRandomly(options: RandomFaults): ArmedFault;
  /** Entries of the journal that match. */
  requests(match?: RequestMatch): JournalEntry[];
  /** Groups of equal writes (same method, path, query and body) whose work was done more than once; empty when nothing was done twice. */
  repeated(match?: RequestMatch): JournalEntry[][];
  /** A fresh account: new state, no faults, empty journal. Requests under way are cut off; idle connections stay usable. */
  reset(): void;
  /** Stop; every connection is ended. Safe to repeat. */
  close(): Promise<void>;
}

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Time; tests of latency need not wait. */
  clock?: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
}

const systemClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) => delay(ms, undefined, signal ? { signal } : undefined),
};

/** Start a vendor. Rejects when the port is taken; throws a TypeError for a route that is not `METHOD /path`. */
export async function createSimulator<State>(
  definition: Definition<State>,
  { port = 0, clock = systemClock }: SimulatorOptions = {},
): Promise<Simulator<State>> {
  const find = router(definition.routes);
  const errorOf = definition.error ?? ((status: number, message: string) => ({ status, json: { error: { message } } }));
  const faults = faultBook();
  const sockets = new Set<Socket>();
  const active = new Set<ServerResponse>();
  let journal: JournalEntry[] = [];
  let violations: Violation[] = [];
  let epoch = new AbortController();

  const server = createServer((incoming, response) => {
    void serve(incoming, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let state = definition.state(url);

  function open(incoming: IncomingMessage, address: URL): JournalEntry {
    const entry: JournalEntry = {
      number: journal.length + 1,
      method: incoming.method ?? "GET",
      path: address.pathname,
      query: redactedQuery(address.searchParams),
      headers: redactedHeaders(incoming.headers),
      body: digestOf(new Uint8Array()),
      route: null,
      worked: false,
      status: null,
      fault: null,
      startedAt: clock.now(),
      endedAt: null,
    };
    journal.push(entry);
    return entry;
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, epoch.signal]);
    // Put behind our own origin as text: a path of two slashes is a path here, not a host.
    const address = new URL(url + (incoming.url?.startsWith("/") ? incoming.url : "/"));
    const entry = open(incoming, address);
    active.add(response);
    response.on("close", () => {
      active.delete(response);
      entry.endedAt = clock.now();
      if (response.headersSent) entry.status = response.statusCode;
      if (!response.writableFinished) gone.abort();
    });
    try {
      await exchange({ incoming, response, address, entry, signal });
    } catch (error) {
      // The client went, or the simulator was closed: there is nobody to tell.
      if (signal.aborted || incoming.socket.destroyed) return;
      violate(entry, `the simulator failed: ${error instanceof Error ? error.message : String(error)}`);
      if (response.headersSent) response.destroy();
      else await send(response, prepare(errorOf(500, "The simulator failed.")), signal);
    }
  }

  async function exchange({
    incoming,
    response,
    address,
    entry,
    signal,
  }: {
    incoming: IncomingMessage;
    response: ServerResponse;
    address: URL;
    entry: JournalEntry;
    signal: AbortSignal;
  }): Promise<void> {
    const { delayMs, fault } = faults.next(entry);
    entry.fault = fault?.kind ?? (delayMs > 0 ? "slow" : null);
    if (fault?.kind === "reset" && fault.at === "upload") {
      // With the first bytes there, so that it happens in the middle and not before.
      if (incoming.headers["content-length"] !== "0") await firstBytes(incoming);
      incoming.socket.resetAndDestroy();
      return;
    }
    const body = await bytesOf(incoming);
    entry.body = digestOf(body);
    if (delayMs > 0) await clock.sleep(delayMs, signal);

    const found = find(entry.method, address.pathname);
    entry.route = found?.key ?? null;
    const request: SimulatedRequest = {
      method: entry.method,
      path: address.pathname,
      param: (name) => paramOf(found, name),
      query: address.searchParams,
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      body,
      json: () => parsed(body),
      now: clock.now(),
      signal,
    };
    const replaced = fault && refusal(fault, { error: errorOf, now: clock.now() });
    const needsAnswer =
      !fault || fault.afterWork || fault.kind === "half-body" || (fault.kind === "reset" && fault.at === "body");
    const prepared = needsAnswer ? prepare(await answerTo(request, entry, found?.target)) : null;
    report(entry, { route: entry.route, request, answer: fault || !prepared ? null : readable(prepared) });

    if (replaced) await send(response, prepare(replaced), signal);
    else if (fault?.kind === "reset" && fault.at !== "body") incoming.socket.resetAndDestroy();
    else if (fault?.kind === "timeout")
      return; // The connection stays open; close() and reset() end it.
    else if (!prepared) return;
    else if (fault?.kind === "reset") await sendHalf(response, prepared, "reset");
    else if (fault?.kind === "half-body") await sendHalf(response, prepared, fault.as ?? "lost-connection");
    else await send(response, prepared, signal);
  }

  async function answerTo(
    request: SimulatedRequest,
    entry: JournalEntry,
    handler: Definition<State>["otherwise"],
  ): Promise<Answer> {
    const refused = definition.authorize?.(state, request);
    if (refused) return refused;
    const target = handler ?? definition.otherwise;
    if (!target) {
      violate(entry, `no route takes ${entry.method} ${entry.path}`);
      return errorOf(404, "There is no such route.");
    }
    const answer = await target(state, request);
    entry.worked = (answer.status ?? 200) < 400;
    return answer;
  }

  function report(entry: JournalEntry, seen: Exchange): void {
    for (const message of definition.check?.(seen) ?? []) violate(entry, message);
  }

  function violate({ number, method, path }: JournalEntry, message: string): void {
    violations.push({ request: { number, method, path }, message });
  }

  const simulator: Simulator<State> = {
    name: definition.name,
    url,
    get state() {
      return state;
    },
    get journal() {
      return journal;
    },
    get violations() {
      return violations;
    },
    fail: (kind, options?: FaultScope & Faults[typeof kind]) =>
      faults.arm(kind, options ?? ({} as FaultScope & Faults[typeof kind])),
    failRandomly: (options) => faults.armRandom(options),
    requests: (match = {}) => journal.filter(matcher(match)),
    repeated: (match = {}) => repeatedWork(journal.filter(matcher(match))),
    reset() {
      epoch.abort();
      for (const response of active) response.destroy();
      epoch = new AbortController();
      faults.clear();
      journal = [];
      violations = [];
      definition.dispose?.(state);
      state = definition.state(url);
    },
    async close() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      epoch.abort();
      for (const socket of sockets) socket.destroy();
      await closed;
      definition.dispose?.(state);
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
  return simulator;
}

/** By events: an iterator costs each of thousands of uploads as much as all the rest. */
function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.once("end", () => resolve(Buffer.concat(chunks)));
    incoming.once("error", reject);
  });
}

function paramOf(found: { key: string; params: Record<string, string> } | null, name: string): string {
  const value = found?.params[name];
  if (value === undefined) throw new TypeError(`${found?.key ?? "otherwise"} has no part called ${name}`);
  return value;
}

function firstBytes(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    incoming.once("data", () => resolve());
    incoming.once("end", resolve);
    incoming.once("close", resolve);
  });
}

function parsed(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined; // What is not JSON is refused by the handler, in the vendor's own words.
  }
}

function readable({ status, headers, body }: Prepared): NonNullable<Exchange["answer"]> {
  return { status, headers, json: Buffer.isBuffer(body) ? parsed(body) : undefined };
}
