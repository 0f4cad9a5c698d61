/**
 * Which release answers a request: host names and local ports to targets, replaced as a whole, with the requests under way counted
 * so that an old upstream is stopped only when nobody needs it any more.
 */
import { type Clock, systemClock } from "@landfall/engine/clock";
import { DeployError } from "@landfall/engine/error";
import type { Site } from "./site.ts";

export interface Upstream {
  host: "127.0.0.1";
  port: number;
}

/** `stopped`: by a person, and visitors are told so. */
export type Target = { kind: "static"; site: Site } | { kind: "proxy"; upstream: Upstream } | { kind: "stopped" };

export interface Route {
  /** Host names that lead here. Lower case, port and trailing dot are taken care of. */
  hosts: string[];
  /** Local ports of the edge that lead here whatever the host name says. */
  ports?: number[];
  release: string;
  target: Target;
  /** Hash of the password that visitors are to have. */
  password?: string;
  /** Added to every answer, such as one that names the release. */
  headers?: [name: string, value: string][];
}

/** A route as requests see it: flat headers, and its count. */
export interface ActiveRoute {
  release: string;
  target: Target;
  password: string | null;
  /** name, value, name, value … */
  headers: string[];
  /** One more request is under way. */
  enter(): void;
  /** It is over: the answer is sent, or its connection is gone. */
  leave(): void;
}

export interface Router {
  /**
   * Replace the whole table; requests under way finish where they began. Nothing changes when it throws.
   * Throws INVALID_CONFIG with every fault: a host name no browser can send, a host or port given twice.
   */
  apply(routes: Route[]): void;
  /** The route for a Host header on a local port, or undefined. */
  match(host: string | undefined, port: number): ActiveRoute | undefined;
  /** Requests and WebSockets under way for a release, in this process. */
  inFlight(release: string): number;
  /** Resolves true once nothing is under way for the release, false when that took longer than `timeoutMs`. */
  drained(release: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>;
  /** Ports the table wants the edge to listen on besides the main one. */
  ports(): number[];
  /** Called after every change with the upstreams in use. Returns what takes the callback off again. */
  onApply(callback: (upstreams: Upstream[]) => void): () => void;
}

interface Table {
  hosts: ReadonlyMap<string, ActiveRoute>;
  ports: ReadonlyMap<number, ActiveRoute>;
}

interface Count {
  value: number;
  waiting: Set<() => void>;
}

/** An empty table. */
export function createRouter(options: { clock?: Clock } = {}): Router {
  const clock = options.clock ?? systemClock;
  const counts = new Map<string, Count>();
  const listeners = new Set<(upstreams: Upstream[]) => void>();
  let table: Table = { hosts: new Map(), ports: new Map() };

  function countOf(release: string): Count {
    let count = counts.get(release);
    if (!count) counts.set(release, (count = { value: 0, waiting: new Set() }));
    return count;
  }

  function activate(route: Route): ActiveRoute {
    const { release, target } = route;
    return {
      release,
      target,
      password: route.password ?? null,
      headers: (route.headers ?? []).flat(),
      enter: () => {
        countOf(release).value += 1;
      },
      leave: () => {
        const count = countOf(release);
        count.value -= 1;
        if (count.value > 0) return;
        counts.delete(release);
        for (const resolve of count.waiting) resolve();
      },
    };
  }

  return {
    apply(routes) {
      refuseFaults(routes);
      const hosts = new Map<string, ActiveRoute>();
      const ports = new Map<number, ActiveRoute>();
      for (const route of routes) {
        const active = activate(route);
        for (const host of route.hosts) hosts.set(hostName(host), active);
        for (const port of route.ports ?? []) ports.set(port, active);
      }
      // One assignment: a request sees the old table or the new one, never a mixture.
      table = { hosts, ports };
      const upstreams = routes.flatMap((route) => (route.target.kind === "proxy" ? [route.target.upstream] : []));
      for (const listener of listeners) listener(upstreams);
    },
    match(host, port) {
      const { hosts, ports } = table;
      if (ports.size > 0) {
        const byPort = ports.get(port);
        if (byPort) return byPort;
      }
      return host === undefined ? undefined : hosts.get(hostName(host));
    },
    inFlight: (release) => counts.get(release)?.value ?? 0,
    async drained(release, { timeoutMs, signal }) {
      const count = counts.get(release);
      if (!count || count.value === 0) return true;
      const over = new AbortController();
      const empty = new Promise<boolean>((resolve) => {
        const done = (): void => resolve(true);
        count.waiting.add(done);
        over.signal.addEventListener("abort", () => count.waiting.delete(done), { once: true });
      });
      const late = clock
        .sleep(timeoutMs, signal ? AbortSignal.any([signal, over.signal]) : over.signal)
        .then(() => false);
      try {
        return await Promise.race([empty, late]);
      } finally {
        late.catch(() => undefined); // Aborted below when the wait ended first; nobody listens any more.
        over.abort();
      }
    },
    ports: () => [...table.ports.keys()],
    onApply(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
}

/** A Host header or host name as the table knows it: lower case, without port and without the trailing dot. */
export function hostName(host: string): string {
  let end = host.length;
  const colon = host.lastIndexOf(":");
  // In an IPv6 literal the port comes after the bracket.
  if (colon !== -1 && colon > host.lastIndexOf("]")) end = colon;
  if (end > 0 && host.charCodeAt(end - 1) === 46) end -= 1;
  return (end === host.length ? host : host.slice(0, end)).toLowerCase();
}

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

function isHostName(host: string): boolean {
  return host.length <= 253 && host.split(".").every((part) => label.test(part));
}

function refuseFaults(routes: Route[]): void {
  const faults: { path: string; message: string }[] = [];
  /** Hosts are texts and ports are numbers, so one list serves both. */
  const taken = new Map<string | number, string>();
  const take = (value: string | number, path: string): void => {
    const first = taken.get(value);
    if (first !== undefined) faults.push({ path, message: `${value} is taken by ${first}` });
    else taken.set(value, path);
  };
  routes.forEach((route, index) => {
    route.hosts.forEach((given, at) => {
      const host = hostName(given);
      const path = `routes[${index}].hosts[${at}]`;
      if (!isHostName(host)) faults.push({ path, message: `${JSON.stringify(given)} is no host name` });
      take(host, path);
    });
    (route.ports ?? []).forEach((port, at) => take(port, `routes[${index}].ports[${at}]`));
  });
  if (faults.length === 0) return;
  throw new DeployError("INVALID_CONFIG", {
    what: "The routes contradict each other or name hosts that cannot exist.",
    faults,
    next: "Give every host and port to one project only.",
  });
}
