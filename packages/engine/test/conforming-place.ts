/** Where a platform is tried out. */
import type { Simulator } from "@landfall/simulators";
import type { Engine } from "../src/index.ts";

/** A data directory with an engine on it, and how its processes are started. */
export interface Place extends AsyncDisposable {
  engine: Engine;
  home: string;
  /** Program and arguments of a worker that ends when idle; given a deployment and a step, it kills itself when that step is finished. */
  workerCommand: string[];
  /** Of a hosted platform: what stands in its place. */
  remote?: Remote;
}

/** A simulated platform, seen from outside. */
export interface Remote {
  simulator: Simulator<unknown>;
  /** The credential that opens it, which must show up nowhere. */
  token: string;
  /** Deployments it has, whatever their state. */
  deployments(): number;
  /** Files that arrived, each time they did. */
  uploads(): number;
}
