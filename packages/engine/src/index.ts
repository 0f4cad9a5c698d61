/** The engine's public surface, written by hand. */
export { openEngine, restoreBackup } from "./open.ts";
export { DeployError, errorCodes, reportOf } from "./error.ts";
export { definePlatform } from "./platform.ts";
export { isSettled } from "./events.ts";
export type { ErrorCode, ErrorReport, ErrorText, Recovery } from "./error.ts";
export type * from "./artifact.ts";
export type { ChecklistItem, ChecklistState } from "./checklist/checklist.ts";
export type { Clock } from "./clock.ts";
export type * from "./detect/detection.ts";
export type { DomainTarget, DomainView } from "./domains/domains.ts";
export type * from "./engine.ts";
export type * from "./events.ts";
export type * from "./plan/plan.ts";
export type * from "./platform.ts";
export type * from "./snapshot/snapshot.ts";
export type { Source } from "./source/source.ts";
