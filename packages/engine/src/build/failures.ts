/** What a failed build's log says about the cause, and what to do. The knowledge is the table in signatures.ts. */
import type { Recovery } from "../error.ts";

export interface Failure {
  id: string;
  cause: string;
  evidence: { line: number; text: string }[];
  next: string[];
  recovery: Recovery["kind"];
}

export interface FailureContext {
  packageManager?: string | undefined;
  framework?: string | undefined;
  nodeVersion?: string | undefined;
  command?: string;
  exitCode?: number | null;
  signal?: string | null;
}

/** The most likely cause, or null when no signature fits. */
export function explainFailure(_lines: readonly string[], _context: FailureContext): Failure | null {
  return null;
}
