/**
 * DeployError and the table of codes: the one place that says what can go wrong and what each kind means for exit status, HTTP and retries.
 * Every code has a paragraph in docs/errors.md.
 */

/** Which part of a deployment an error belongs to. */
export type ErrorStep = "auth" | "create" | "upload" | "configure" | "build" | "deploy" | "verify";

/** What a person can do about an error; data for a button (screen) and a command (terminal). */
export interface Recovery {
  kind: "reconnect" | "retry" | "manual" | "alternative" | "check" | "fallback";
  label: string;
  /** A command line to paste, when there is one. */
  command?: string;
}

export interface ErrorRow {
  /** HTTP status of an answer that carries this code. */
  http: number;
  /** Exit status of the CLI: 1 failed, 2 usage or configuration, 3 still running, 4 credential, 75 worth trying again. */
  exit: 1 | 2 | 3 | 4 | 75;
  /** Whether the same call may be made again by us: never, with back-off, or after the time the other side names. */
  retry: "never" | "backoff" | "after";
  recovery: Recovery["kind"];
}

export const errorCodes = {
  // Fixed by the specification.
  AUTH_FAILED: { http: 401, exit: 4, retry: "never", recovery: "reconnect" },
  PROJECT_NAME_TAKEN: { http: 409, exit: 2, retry: "never", recovery: "alternative" },
  BUILD_FAILED: { http: 422, exit: 1, retry: "never", recovery: "manual" },
  PLATFORM_UNAVAILABLE: { http: 503, exit: 75, retry: "backoff", recovery: "retry" },
  TIMEOUT: { http: 504, exit: 75, retry: "never", recovery: "check" },
  UPLOAD_FAILED: { http: 502, exit: 75, retry: "backoff", recovery: "retry" },
  RATE_LIMIT_EXCEEDED: { http: 429, exit: 75, retry: "after", recovery: "retry" },
  INVALID_CONFIG: { http: 400, exit: 2, retry: "never", recovery: "manual" },
  INSUFFICIENT_PERMISSIONS: { http: 403, exit: 4, retry: "never", recovery: "reconnect" },
  // Ours.
  INVALID_SOURCE: { http: 400, exit: 2, retry: "never", recovery: "manual" },
  UNSAFE_ARCHIVE: { http: 422, exit: 2, retry: "never", recovery: "manual" },
  SOURCE_UNAVAILABLE: { http: 502, exit: 75, retry: "backoff", recovery: "retry" },
  NOT_DETECTED: { http: 422, exit: 2, retry: "never", recovery: "manual" },
  NO_ROUTE: { http: 422, exit: 2, retry: "never", recovery: "alternative" },
  MISSING_VARIABLE: { http: 422, exit: 2, retry: "never", recovery: "manual" },
  INVALID_VARIABLE: { http: 422, exit: 2, retry: "never", recovery: "manual" },
  BUILD_KILLED: { http: 503, exit: 75, retry: "backoff", recovery: "retry" },
  OUTPUT_MISSING: { http: 422, exit: 1, retry: "never", recovery: "manual" },
  START_FAILED: { http: 422, exit: 1, retry: "never", recovery: "check" },
  UNHEALTHY: { http: 422, exit: 1, retry: "never", recovery: "check" },
  VERIFY_FAILED: { http: 422, exit: 1, retry: "never", recovery: "check" },
  CANCELLED: { http: 409, exit: 1, retry: "never", recovery: "retry" },
  NOT_FOUND: { http: 404, exit: 2, retry: "never", recovery: "check" },
  CONFLICT: { http: 409, exit: 2, retry: "never", recovery: "check" },
  DISK_FULL: { http: 507, exit: 75, retry: "never", recovery: "manual" },
  DIGEST_MISMATCH: { http: 502, exit: 75, retry: "backoff", recovery: "retry" },
  MISSING_TOOL: { http: 422, exit: 2, retry: "never", recovery: "manual" },
  LEASE_LOST: { http: 409, exit: 75, retry: "never", recovery: "check" },
  STORE_UNAVAILABLE: { http: 503, exit: 75, retry: "backoff", recovery: "retry" },
  STORE_NEWER: { http: 409, exit: 2, retry: "never", recovery: "manual" },
  INTERNAL: { http: 500, exit: 1, retry: "never", recovery: "check" },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorCodes;

/** What an error says to a person. Shown to anyone, stored and sent: never holds a secret. */
export interface ErrorText {
  /** What happened, in a sentence. */
  what: string;
  /** Where: file:line, platform and step, request. */
  where?: string;
  /** What to do now. */
  next?: string;
  /** Several faults found at once (bad input is refused whole), each with its path, such as `env[3].name`. */
  faults?: { path: string; message: string }[];
  /** More than one way out; the first is the best. */
  recovery?: Recovery[];
  step?: ErrorStep;
  /** Lines of evidence, such as the end of a log or the last probe. Redacted before they get here. */
  evidence?: string[];
  /** Earliest time another try makes sense, in milliseconds from now (codes with retry "after"). */
  retryAfterMs?: number;
}

/** The stored and sent form of an error. */
export interface ErrorReport extends ErrorText {
  code: ErrorCode;
}

export class DeployError extends Error {
  readonly code: ErrorCode;
  readonly text: ErrorText;

  constructor(code: ErrorCode, text: ErrorText, options?: { cause?: unknown }) {
    super(text.what, options);
    this.name = "DeployError";
    this.code = code;
    this.text = text;
  }

  get row(): ErrorRow {
    return errorCodes[this.code];
  }

  report(): ErrorReport {
    return { code: this.code, ...this.text };
  }
}

/** Any thrown value as an ErrorReport; what is not a DeployError becomes INTERNAL, its message kept, its stack left to the log. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof DeployError) return error.report();
  return {
    code: "INTERNAL",
    what: `Landfall itself failed: ${error instanceof Error ? error.message : String(error)}`,
    next: "Run the command again with --debug and report what it prints.",
  };
}
