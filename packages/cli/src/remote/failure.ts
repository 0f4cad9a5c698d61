/** Whatever goes wrong between here and a server, in the engine's words: its own errors keep code, what, where and next. */
import { DeployError, type ErrorCode, errorCodes, type ErrorText } from "@landfall/engine/error";
import { ORPCError } from "@orpc/client";

/** What the server's own codes are to who calls it. */
const wireCodes: Record<string, ErrorCode> = { UNAUTHORIZED: "AUTH_FAILED", TOO_LARGE: "INVALID_SOURCE" };

/** Codes of the connection that say more than "no answer". */
const told: Record<string, { what: string; next: string }> = {
  ECONNREFUSED: {
    what: "Nobody answers there.",
    next: "Is the server started, and this its address? Start one with: landfall serve",
  },
  ENOTFOUND: { what: "This host has no address.", next: "Check the name, and whether this machine is online." },
  EAI_AGAIN: { what: "The host's address cannot be looked up now.", next: "Is this machine online? Try again." },
};
const untrusted = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/;

/** The error as the engine would have thrown it; what is no failure of the call, such as being aborted, stays what it is. */
export function failureOf(error: unknown, url: string): unknown {
  if (error instanceof ORPCError) return fromAnswer(error.status, error.data, url);
  if (error instanceof DeployError || (error instanceof Error && error.name === "AbortError")) return error;
  return unreachable(error, url);
}

/** From the body of an answer that is an error. */
export function fromAnswer(status: number, report: unknown, url: string): DeployError {
  if (!isReport(report)) return status >= 500 ? unavailable(status, url) : notOurs(url, `answered ${status}`);
  const { code, ...text } = report;
  if (code === "UNAUTHORIZED")
    return new DeployError("AUTH_FAILED", { ...text, where: url, next: `Log in again: landfall login ${url}` });
  const known = wireCodes[code] ?? (code in errorCodes ? (code as ErrorCode) : "INTERNAL");
  return new DeployError(known, text);
}

/** The connection could not be made, or broke. */
export function unreachable(cause: unknown, url: string): DeployError {
  const code = codeOf(cause);
  if (untrusted.test(code))
    return new DeployError(
      "INVALID_CONFIG",
      {
        what: `The server's certificate is not trusted here (${code}).`,
        where: url,
        next: "If it is signed by an authority of your own, name its certificate in NODE_EXTRA_CA_CERTS.",
      },
      { cause },
    );
  const known = told[code] ?? {
    what: "The connection to the server broke.",
    next: "Try again; what was accepted goes on there.",
  };
  return new DeployError("STORE_UNAVAILABLE", { ...known, where: code === "" ? url : `${url}, ${code}` }, { cause });
}

export function unavailable(status: number, url: string): DeployError {
  return new DeployError("STORE_UNAVAILABLE", {
    what: `The server does not answer itself; what is in front of it says ${status}.`,
    where: url,
    next: "Try again in a moment.",
  });
}

export function notOurs(url: string, said: string): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what: "This is no Landfall server, or something in front of it answers in its place.",
    where: `${url} ${said}`,
    next: "Check the address: the API must be reachable below /api and /rpc of it.",
  });
}

/** Whether the server was not reached, so that the same call may work in a moment. */
export function mayPass(error: unknown): boolean {
  return error instanceof DeployError && error.code === "STORE_UNAVAILABLE";
}

function isReport(value: unknown): value is ErrorText & { code: string } {
  return typeof value === "object" && value !== null && "code" in value && "what" in value;
}

/** undici wraps the system's error once or twice. */
function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string") return at.code;
  return "";
}
