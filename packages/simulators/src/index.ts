/** The package's public surface, written by hand. */
export { defineVendor } from "./definition.ts";
export type { Answer, Definition, Exchange, Handler, SimulatedRequest, Violation } from "./definition.ts";
export type { ArmedFault, FaultKind, Faults, FaultScope, RandomFaults } from "./fault.ts";
export type { JournalEntry, RequestMatch } from "./journal.ts";
export { deliverNetlifyHooks } from "./netlify/hooks.ts";
export type { NetlifyDelivery } from "./netlify/hooks.ts";
export { netlify } from "./netlify/netlify.ts";
export type { NetlifyOptions } from "./netlify/netlify.ts";
export type { NetlifyLimits, NetlifyState } from "./netlify/state.ts";
export { createSimulator } from "./simulator.ts";
export type { Simulator, SimulatorOptions } from "./simulator.ts";
