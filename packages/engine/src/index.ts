/** The engine's public surface, written by hand. */
export { DeployError, errorCodes, reportOf } from "./error.ts";
export type { ErrorCode, ErrorReport, ErrorText, Recovery } from "./error.ts";
export type * from "./detect/detection.ts";
export type * from "./events.ts";
export type * from "./plan.ts";
export type * from "./platform.ts";
export type * from "./engine.ts";
export type * from "./snapshot/snapshot.ts";
export type * from "./source/source.ts";
