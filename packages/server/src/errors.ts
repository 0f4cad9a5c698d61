/** From whatever was thrown to what is sent. */
import { errorStatus, type WireError, wireErrorStatus } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import { ORPCError, ValidationError } from "@orpc/server";

/** An error only a server has. The engine's own are DeployErrors. */
export class WireFailure extends Error {
  readonly report: WireError;

  constructor(report: WireError) {
    super(report.what);
    this.name = "WireFailure";
    this.report = report;
  }
}

export function unauthorized(what = "Nobody is signed in."): WireFailure {
  return new WireFailure({
    code: "UNAUTHORIZED",
    what,
    next: "Sign in, or send an API key as: Authorization: Bearer lf_…",
  });
}

export function denied(what: string, next?: string): DeployError {
  return new DeployError("INSUFFICIENT_PERMISSIONS", { what, ...(next === undefined ? {} : { next }) });
}

/** Also for what is another organisation's: that it is there is nobody's business. */
export function missing(kind: string): DeployError {
  return new DeployError("NOT_FOUND", { what: `There is no such ${kind}.` });
}

export function tooMany(retryAfterMs: number, what = "Too many attempts."): DeployError {
  return new DeployError("RATE_LIMIT_EXCEEDED", {
    what,
    next: `Try again in ${Math.ceil(retryAfterMs / 1000)} seconds.`,
    retryAfterMs,
  });
}

/** Codes of oRPC's own for requests that reach no procedure. */
const protocolErrors: Record<string, WireError> = {
  BAD_REQUEST: { code: "INVALID_CONFIG", what: "The request cannot be read." },
  PAYLOAD_TOO_LARGE: { code: "TOO_LARGE", what: "The request is larger than the server takes." },
  METHOD_NOT_SUPPORTED: { code: "INVALID_CONFIG", what: "This procedure is not called by GET." },
};

/**
 * The report of anything thrown, ours in our words; null for what nobody expected, which is logged and told to nobody.
 * Paths of the server's disk are cut to what is below the data directory.
 */
export function reportOf(error: unknown, home: string): WireError | null {
  if (error instanceof WireFailure) return error.report;
  if (error instanceof DeployError) return error.code === "INTERNAL" ? null : withoutHome(error.report(), home);
  if (!(error instanceof ORPCError)) return null;
  if (error.cause instanceof ValidationError && error.code === "BAD_REQUEST") {
    return {
      code: "INVALID_CONFIG",
      what: "The input is not as it must be.",
      next: "Mend the fields named here; /api/openapi.json describes them.",
      faults: error.cause.issues.slice(0, 50).map((issue) => ({
        path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
        message: issue.message,
      })),
    };
  }
  return protocolErrors[error.code] ?? null;
}

export function statusOf(report: WireError): number {
  return { ...errorStatus, ...wireErrorStatus }[report.code];
}

/** Any value of JSON, with the data directory's path left out of its texts. */
export function withoutHome<T>(value: T, home: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(`${JSON.stringify(home).slice(1, -1)}/`, "")) as T;
}

/** What is said when Landfall itself failed; `requestId` finds it in the log. */
export function internal(requestId: string): WireError {
  return {
    code: "INTERNAL",
    what: "Landfall itself failed.",
    where: `request ${requestId}`,
    next: "The server's log has the cause under this request.",
  };
}

/** As oRPC sends it. */
export function asRpcError(report: WireError): ORPCError<string, WireError> {
  return new ORPCError(report.code, { defined: true, status: statusOf(report), message: report.what, data: report });
}
