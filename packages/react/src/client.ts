/** The typed client of a server, and its errors in the words of the error table. */
import { createORPCClient, ORPCError } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ErrorReport, LandfallClient } from "./types.ts";

export interface ClientOptions {
  /** Where the server is; default: where the page came from. */
  url?: string;
  /** A key or a session's token. Without one the browser's cookie is sent. Asked anew for each call, so that it may be renewed. */
  token?: string | (() => string | Promise<string>);
  /** One of several organisations; default: the first. */
  organization?: string;
}

/** A client of a Landfall server. Opens nothing until it is used. */
export function createLandfallClient({ url, token, organization }: ClientOptions = {}): LandfallClient {
  const link = new RPCLink({
    url: () => new URL("/rpc", url ?? location.origin).href,
    headers: async () => ({
      ...(token === undefined
        ? {}
        : { authorization: `Bearer ${typeof token === "function" ? await token() : token}` }),
      ...(organization === undefined ? {} : { "landfall-organization": organization }),
    }),
    fetch: (request, init) => fetch(request, { ...init, credentials: token === undefined ? "same-origin" : "omit" }),
  });
  return createORPCClient(link);
}

/** What went wrong, whatever it was: what the server said, or that it could not be reached. */
export function errorReportOf(error: unknown): ErrorReport {
  if (error instanceof ORPCError && isReport(error.data)) return error.data;
  if (error instanceof TypeError)
    return {
      code: "PLATFORM_UNAVAILABLE",
      what: "The server could not be reached.",
      next: "Check the network, then try again. Nothing was lost.",
    };
  return {
    code: "INTERNAL",
    what: error instanceof Error ? error.message : "Something went wrong.",
    next: "Try again.",
  };
}

function isReport(data: unknown): data is ErrorReport {
  return typeof data === "object" && data !== null && "code" in data && "what" in data;
}
