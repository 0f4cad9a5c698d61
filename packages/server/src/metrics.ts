/** Counters for Prometheus, of this process. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  /** One answered request; `route` is a procedure's name or a family of paths, never a path itself. */
  answered(request: { route: string; status: number; seconds: number }): void;
  text(): Promise<string>;
  contentType: string;
}

export function metricsOf({ streams }: { streams(): number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "landfall_http_requests_total",
    help: "Answered requests.",
    labelNames: ["route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "landfall_http_request_seconds",
    help: "Time to the end of the answer; of streams, how long they were open.",
    labelNames: ["route"],
    registers,
  });
  const open = new Gauge({
    name: "landfall_open_streams",
    help: "Event streams and sockets that are open.",
    registers,
  });
  return {
    answered({ route, status, seconds }) {
      requests.inc({ route, status });
      durations.observe({ route }, seconds);
    },
    text() {
      open.set(streams());
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
