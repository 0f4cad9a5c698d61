/** The package's public surface, written by hand. */
export { defineVendor } from "./definition.ts";
export type { Answer, Definition, Exchange, Handler, SimulatedRequest, Violation } from "./definition.ts";
export type { ArmedFault, FaultKind, Faults, FaultScope, RandomFaults } from "./fault.ts";
export type { JournalEntry, RequestMatch } from "./journal.ts";
export { createSimulator } from "./simulator.ts";
export type { Simulator, SimulatorOptions } from "./simulator.ts";
