/** The typed client of one server: every call with the token, failures in the engine's words, and repeated where that is safe. */
import type { contract } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { setTimeout as delay } from "node:timers/promises";
import { failureOf, fromAnswer, mayPass, notOurs, unavailable, unreachable } from "./failure.ts";

/** What a call may say besides its input. */
export interface CallContext {
  /** `Idempotency-Key`: sent again, it is the same call. */
  key?: string;
}

export type Client = ContractRouterClient<typeof contract, CallContext>;

export interface Connection {
  client: Client;
  url: string;
  /** An endpoint beside the contract: the answer as JSON, errors in the engine's words. */
  send<T>(path: string, init: Beside): Promise<T>;
}

interface Beside extends Omit<RequestInit, "headers"> {
  headers: Record<string, string>;
}

/** Calls that may be made twice: they change nothing, or leave the same behind. */
const repeatable = new Set([
  "get",
  "list",
  "me",
  "health",
  "status",
  "running",
  "check",
  "checklist",
  "plan",
  "cancel",
]);
/** Between tries, in milliseconds: long enough for a server that is started anew. */
const pausesMs = [250, 500, 1000, 2000, 4000, 4000];
/** A stream says something every five seconds; silent for so long, its connection is dead. */
const silenceMs = 20_000;

export function connect({
  url,
  token,
  organization,
}: {
  url: string;
  token: string;
  organization?: string;
}): Connection {
  const identity = {
    authorization: `Bearer ${token}`,
    ...(organization === undefined ? {} : { "landfall-organization": organization }),
  };
  /** One that never answered is a wrong address sooner than one that is away for a moment. */
  let hasAnswered = false;

  async function ask(input: Request | string, init?: RequestInit, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(input, { ...init, redirect: "manual" });
    } catch (error) {
      throw init?.signal?.aborted || (error instanceof Error && error.name === "AbortError")
        ? error
        : unreachable(error, url);
    }
    const { status, headers } = response;
    if (status >= 300 && status < 400) throw movedTo(headers.get("location"), url);
    const kind = headers.get("content-type") ?? "";
    if (!/^(?:application\/json|text\/event-stream)/.test(kind)) {
      await response.body?.cancel();
      throw status >= 500 ? unavailable(status, url) : notOurs(url, `answered ${status} ${kind}`);
    }
    hasAnswered = true;
    return kind.startsWith("text/event-stream") && response.body ? untilSilent(response, { url, signal }) : response;
  }

  const link = new RPCLink<CallContext>({
    url: `${url}/rpc`,
    headers: ({ context }) => ({
      ...identity,
      ...(context.key === undefined ? {} : { "idempotency-key": context.key }),
    }),
    fetch: (request, init, { signal }) => ask(request, init, signal),
    interceptors: [
      async ({ next, path, context, signal }) => {
        const mayRepeat = context.key !== undefined || repeatable.has(path.at(-1)!);
        for (let attempt = 0; ; attempt++) {
          try {
            return await next();
          } catch (error) {
            const failure = failureOf(error, url);
            const pauseMs = pausesMs[attempt];
            const isWaiting = isUnderWay(failure) || (hasAnswered && mayPass(failure));
            if (!mayRepeat || !isWaiting || pauseMs === undefined || signal?.aborted) throw failure;
            await delay(pauseMs, undefined, signal ? { signal } : {});
          }
        }
      },
    ],
  });

  return {
    client: createORPCClient<Client>(link),
    url,
    async send<T>(path: string, init: Beside) {
      const response = await ask(`${url}${path}`, { ...init, headers: { ...identity, ...init.headers } });
      const body = (await response.json()) as T & { data?: unknown };
      if (!response.ok) throw fromAnswer(response.status, body.data, url);
      return body;
    },
  };
}

/** The first try with this key is still being answered. */
function isUnderWay(failure: unknown): boolean {
  return failure instanceof DeployError && failure.code === "CONFLICT" && failure.text.retryAfterMs !== undefined;
}

function movedTo(location: string | null, url: string): DeployError {
  return new DeployError("INVALID_CONFIG", {
    what: "The server is somewhere else: this address sends callers on.",
    where: `${url}${location === null ? "" : `, to ${location.slice(0, 200)}`}`,
    next: "Use the address it sends to, if you trust it. The token was not sent there.",
  });
}

/**
 * The same answer, whose body fails when nothing has come for too long, and when the signal says so: fetch itself listens to it only as
 * long as the request is not collected as garbage.
 */
function untilSilent(response: Response, { url, signal }: { url: string; signal: AbortSignal | undefined }): Response {
  async function* chunks(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const silence = Promise.withResolvers<never>();
        const timer = setTimeout(() => silence.reject(unreachable(undefined, url)), silenceMs);
        const leave = (): void => silence.reject(signal!.reason);
        signal?.addEventListener("abort", leave);
        try {
          signal?.throwIfAborted();
          const { done, value } = await Promise.race([reader.read(), silence.promise]);
          if (done) return;
          yield value;
        } finally {
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
        }
      }
    } finally {
      await reader.cancel().catch(() => {}); // It is broken or at its end; either way nobody reads on.
    }
  }
  const body = ReadableStream.from(chunks(response.body!.getReader()));
  return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, response);
}
