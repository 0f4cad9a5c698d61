/** What can go wrong over the wire: the codes of the engine's table with their HTTP status, and a few that only a server has. */
import { z } from "zod";

/** HTTP status by code. A test of the server compares it with the engine's own table. */
export const errorStatus = {
  AUTH_FAILED: 401,
  PROJECT_NAME_TAKEN: 409,
  BUILD_FAILED: 422,
  PLATFORM_UNAVAILABLE: 503,
  TIMEOUT: 504,
  UPLOAD_FAILED: 502,
  RATE_LIMIT_EXCEEDED: 429,
  INVALID_CONFIG: 400,
  INSUFFICIENT_PERMISSIONS: 403,
  INVALID_SOURCE: 400,
  UNSAFE_ARCHIVE: 422,
  SOURCE_UNAVAILABLE: 502,
  NOT_DETECTED: 422,
  NO_ROUTE: 422,
  MISSING_VARIABLE: 422,
  INVALID_VARIABLE: 422,
  BUILD_KILLED: 503,
  OUTPUT_MISSING: 422,
  START_FAILED: 422,
  UNHEALTHY: 422,
  VERIFY_FAILED: 422,
  CANCELLED: 409,
  NOT_FOUND: 404,
  CONFLICT: 409,
  DISK_FULL: 507,
  DIGEST_MISMATCH: 502,
  MISSING_TOOL: 422,
  LEASE_LOST: 409,
  STORE_UNAVAILABLE: 503,
  STORE_NEWER: 409,
  INTERNAL: 500,
} as const;

/** Codes only a server has. */
export const wireErrorStatus = {
  /** Nobody is signed in, or the session or key has ended. AUTH_FAILED is about a platform's credential. */
  UNAUTHORIZED: 401,
  TOO_LARGE: 413,
} as const;

const codes = [...Object.keys(errorStatus), ...Object.keys(wireErrorStatus)] as [WireErrorCode, ...WireErrorCode[]];

export type WireErrorCode = keyof typeof errorStatus | keyof typeof wireErrorStatus;

const recovery = z.object({
  kind: z.enum(["reconnect", "retry", "manual", "alternative", "check", "fallback"]),
  label: z.string(),
  command: z.string().optional().describe("A command line to paste."),
});

/** An error as it is sent: what happened, where, what to do now. Holds no secret. */
export const errorReport = z
  .object({
    code: z.enum(codes),
    what: z.string(),
    where: z.string().optional(),
    next: z.string().optional(),
    faults: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("Every fault that was found, with its path in the input."),
    recovery: z.array(recovery).optional().describe("Ways out, the best first."),
    step: z.enum(["auth", "create", "upload", "configure", "build", "deploy", "verify"]).optional(),
    evidence: z.array(z.string()).optional(),
    retryAfterMs: z.number().optional().describe("Earliest time another try makes sense, in milliseconds from now."),
  })
  .meta({ id: "ErrorReport" });

export type WireError = z.infer<typeof errorReport>;

/** The errors of a procedure, for oRPC: every code may come from everywhere, since every call reaches the engine. */
export const errorMap = Object.fromEntries(
  Object.entries({ ...errorStatus, ...wireErrorStatus }).map(([code, status]) => [code, { status, data: errorReport }]),
) as Record<WireErrorCode, { status: number; data: typeof errorReport }>;
