/** What a platform's refusal, or its silence, means in our words. */
import { DeployError, type ErrorCode, type ErrorText } from "../error.ts";
import { retryAfterMs } from "./budget.ts";

/** What could be read from a vendor's error document. */
export interface VendorError {
  /** The vendor's own code, such as `missing_files` or `8000013`. */
  code?: string;
  message?: string;
  /** What the vendor's own code means, where the status alone says something else. */
  means?: ErrorCode;
  /** What a person does about it, where it is something else than for other errors of that meaning. */
  next?: string;
  /** Earliest time another try makes sense, where no header says it: a quota of a day. */
  retryAfterMs?: number;
}

/** Of whom, and how a person gets another credential. */
export interface Vendor {
  id: string;
  name: string;
  reconnect: string;
}

interface Asked {
  method: string;
  path: string;
}

interface Answered {
  /** HTTP status; 0 when there was no answer, or none that could be read. */
  status: number;
  vendor: VendorError;
  /** The parsed body; undefined when it was not JSON. */
  body: unknown;
  /** Whether the request reached the platform: of a connection that was lost nobody knows. */
  arrived: "yes" | "no" | "unknown";
}

/** An answer that is an error, or none at all. Platforms look at `status`, `vendor` and `body`; people read the text. */
export class ApiError extends DeployError {
  readonly status: number;
  readonly vendor: VendorError;
  readonly body: unknown;
  readonly arrived: Answered["arrived"];

  constructor(
    code: ErrorCode,
    text: ErrorText,
    { status, vendor, body, arrived }: Answered,
    options?: { cause?: unknown },
  ) {
    super(code, text, options);
    this.status = status;
    this.vendor = vendor;
    this.body = body;
    this.arrived = arrived;
  }

  /** The answer was lost: the request may have been carried out, and only looking tells. */
  get lost(): boolean {
    return this.code === "PLATFORM_UNAVAILABLE" && this.arrived !== "no" && !this.refused;
  }

  /** Asked to wait: nothing was done. */
  get refused(): boolean {
    if (this.code === "RATE_LIMIT_EXCEEDED" || this.status === 429) return true;
    return this.status === 503 && this.text.retryAfterMs !== undefined;
  }
}

/** The error an answer stands for. */
export function refusal(
  vendor: Vendor,
  { method, path }: Asked,
  answer: { status: number; headers: Record<string, string>; said: VendorError; body: unknown; now: number },
): ApiError {
  const { status, headers, said, body, now } = answer;
  const code = said.means ?? codeOf(status);
  const isWait = code === "RATE_LIMIT_EXCEEDED" || status === 429 || status === 503;
  const waitMs = said.retryAfterMs ?? (isWait ? retryAfterMs(headers, now) : undefined);
  const quoted = said.message ? ` It says: ${said.message.slice(0, 500)}` : "";
  return new ApiError(
    code,
    {
      what: `${vendor.name} ${sentences[code] ?? "refused what was sent."}${quoted}`,
      where: `${vendor.id}: ${method} ${path} answered ${status}${said.code ? ` (${said.code})` : ""}`,
      next: said.next ?? nextOf(code, vendor, waitMs),
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    },
    { status, vendor: said, body, arrived: "yes" },
  );
}

const sentences: Partial<Record<ErrorCode, string>> = {
  AUTH_FAILED: "refused the credential.",
  INSUFFICIENT_PERMISSIONS: "does not allow this with the credential given.",
  NOT_FOUND: "does not know what was asked for.",
  CONFLICT: "found a conflict.",
  RATE_LIMIT_EXCEEDED: "asks to wait: too many requests.",
  PLATFORM_UNAVAILABLE: "does not work at the moment.",
};

function codeOf(status: number): ErrorCode {
  if (status === 401) return "AUTH_FAILED";
  if (status === 402 || status === 403) return "INSUFFICIENT_PERMISSIONS";
  if (status === 404 || status === 410) return "NOT_FOUND";
  if (status === 409) return "CONFLICT";
  if (status === 429) return "RATE_LIMIT_EXCEEDED";
  if (status === 408 || status === 425 || status >= 500) return "PLATFORM_UNAVAILABLE";
  return "INVALID_CONFIG";
}

function nextOf(code: ErrorCode, vendor: Vendor, waitMs: number | undefined): string {
  if (code === "AUTH_FAILED" || code === "INSUFFICIENT_PERMISSIONS") return vendor.reconnect;
  if (code === "RATE_LIMIT_EXCEEDED")
    return waitMs === undefined ? "Try again in some minutes." : `Try again in ${Math.ceil(waitMs / 1_000)} s.`;
  if (code === "PLATFORM_UNAVAILABLE") return "Try again; what was sent already is not sent twice.";
  return "Run the command again with --debug to see what was asked.";
}

/** No answer, or one that broke off. */
export function lostConnection(vendor: Vendor, asked: Asked, cause: unknown, arrived: ApiError["arrived"]): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what =
    arrived === "no"
      ? `${vendor.name} could not be reached: ${why}.`
      : `The connection to ${vendor.name} was lost: ${why}.`;
  return unavailable(vendor, asked, what, { arrived, cause });
}

export function tooLate(vendor: Vendor, asked: Asked, timeoutMs: number): ApiError {
  return unavailable(vendor, asked, `${vendor.name} did not answer within ${timeoutMs / 1_000} s.`, {
    arrived: "unknown",
  });
}

export function notJson(vendor: Vendor, asked: Asked, status: number): ApiError {
  const what = `${vendor.name} answered ${status} with something that is not JSON, as a proxy in between does.`;
  return unavailable(vendor, asked, what, { arrived: "unknown" });
}

function unavailable(
  vendor: Vendor,
  { method, path }: Asked,
  what: string,
  { arrived, cause }: { arrived: ApiError["arrived"]; cause?: unknown },
): ApiError {
  return new ApiError(
    "PLATFORM_UNAVAILABLE",
    { what, where: `${vendor.id}: ${method} ${path}`, next: nextOf("PLATFORM_UNAVAILABLE", vendor, undefined) },
    { status: 0, vendor: {}, body: undefined, arrived },
    { cause },
  );
}
