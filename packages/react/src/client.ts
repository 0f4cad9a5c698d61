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
export function createLandfallClient(options: ClientOptions = {}): LandfallClient {
  const link = new RPCLink({
    url: () => addressOf("/rpc", options),
    headers: () => identityOf(options),
    fetch: (request, init) => fetch(request, { ...init, credentials: credentialsOf(options) }),
  });
  return createORPCClient(link);
}

/** Sends an archive (zip, tar, tar.gz) of the files to deploy; answers the upload's id. Throws as calls of the client do. */
export async function sendArchive(archive: Blob, options: ClientOptions = {}): Promise<string> {
  const response = await fetch(addressOf("/api/sources", options), {
    method: "POST",
    body: archive,
    headers: { ...(await identityOf(options)), "content-type": "application/octet-stream" },
    credentials: credentialsOf(options),
  });
  const body = (await response.json().catch(() => ({}))) as { id?: string; data?: unknown };
  if (response.ok && body.id !== undefined) return body.id;
  throw new ORPCError("BAD_GATEWAY", {
    data: isReport(body.data)
      ? body.data
      : {
          code: "UPLOAD_FAILED",
          what: `The files could not be sent: the server answered ${response.status}.`,
          next: "Try again.",
        },
  });
}

function addressOf(path: string, { url }: ClientOptions): string {
  return new URL(path, url ?? location.origin).href;
}

async function identityOf({ token, organization }: ClientOptions): Promise<Record<string, string>> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${typeof token === "function" ? await token() : token}` }),
    ...(organization === undefined ? {} : { "landfall-organization": organization }),
  };
}

function credentialsOf({ token }: ClientOptions): RequestCredentials {
  return token === undefined ? "same-origin" : "omit";
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
