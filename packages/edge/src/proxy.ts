/** Requests passed on to a program on this machine: kept connections, both bodies streamed, one more try when nothing was lost. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import Pool from "undici/lib/dispatcher/pool.js";
import { requestHeaders, responseHeaders } from "./forwarding.ts";
import { endWith, hasBody, type Page, sendPage } from "./pages.ts";
import type { ActiveRoute, Upstream } from "./router.ts";

export interface ProxyOptions {
  /** How long a program may take until the head of its answer; default 5 min. */
  headersTimeoutMs?: number;
  /** Told about every request a program did not answer. */
  onFault?: (fault: { release: string; path: string; cause: unknown }) => void;
}

/** One request for a program. */
export interface Passage {
  route: ActiveRoute & { target: { kind: "proxy" } };
  request: IncomingMessage;
  response: ServerResponse;
  /** Ask the table again and answer from what it says now. Called at most once, before anything was answered. */
  retry: () => void;
  /** Whether this is the second try. */
  isRetry: boolean;
  /** Whether the edge is about to close, so that the connection is not to be kept. */
  isClosing: () => boolean;
}

export interface Proxy {
  /** Pass the request on. Never throws; a program that does not answer is answered for with 502, 503 or 504. */
  forward(passage: Passage): void;
  /** Let go of the connections to programs that are not in the list, once their answers are through. */
  keepOnly(upstreams: Upstream[]): void;
  close(): Promise<void>;
}

/** A proxy with a pool of connections for each upstream. */
export function createProxy(options: ProxyOptions = {}): Proxy {
  const pools = new Map<number, Pool>();

  function poolOf({ host, port }: Upstream): Pool {
    let pool = pools.get(port);
    if (!pool) {
      pool = new Pool(`http://${host}:${port}`, {
        connections: null,
        pipelining: 1,
        connectTimeout: 5_000,
        headersTimeout: options.headersTimeoutMs ?? 300_000,
        // A stream of events may be silent for as long as it likes.
        bodyTimeout: 0,
        // Below the 5 s after which Node, uvicorn and others close a quiet connection.
        keepAliveTimeout: 4_000,
        maxHeaderSize: 64 * 1024,
      });
      pools.set(port, pool);
    }
    return pool;
  }

  return {
    forward(passage) {
      const { request, response, route } = passage;
      const headers = requestHeaders(request);
      if (!headers) return sendPage(request, response, ambiguous);
      const exchange = new Exchange(passage, options);
      const body = hasBody(request) ? request : null;
      try {
        poolOf(route.target.upstream).dispatch(
          { path: request.url!, method: request.method as Dispatcher.HttpMethod, headers, body },
          exchange,
        );
      } catch (error) {
        exchange.onError(error as Error);
      }
    },
    keepOnly(upstreams) {
      const wanted = new Set(upstreams.map(({ port }) => port));
      for (const [port, pool] of pools) {
        if (wanted.has(port)) continue;
        pools.delete(port);
        // Resolves when the last answer is through; a failure concerns requests that were told already.
        pool.close().catch(() => undefined);
      }
    },
    async close() {
      const open = [...pools.values()];
      pools.clear();
      await Promise.all(open.map((pool) => pool.destroy()));
    },
  };
}

/** Methods that may be sent twice. RFC 9110, section 9.2.2. */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/**
 * One request under way. undici calls it as the answer comes in; the callbacks with raw headers are used because the others build an
 * object of headers for each answer, which the client's side would have to take apart again.
 */
class Exchange {
  readonly #passage: Passage;
  readonly #options: ProxyOptions;
  /** Ends the request upstream; there once it is on a connection. */
  #abort: ((error?: Error) => void) | null = null;
  #resume: () => void = () => undefined;
  /** The first piece of the body, held until it is known whether it is the only one. */
  #first: Buffer | null = null;
  #isFlushed = false;
  #isGone = false;
  #isOver = false;

  constructor(passage: Passage, options: ProxyOptions) {
    this.#passage = passage;
    this.#options = options;
    passage.route.enter();
    passage.response.once("close", this.#onClose);
    // A write that crosses the client's leaving; `close` tells us.
    passage.response.on("error", () => undefined);
  }

  readonly #onClose = (): void => {
    if (this.#isOver) return;
    // The client left: whoever works for it may stop.
    this.#isGone = true;
    this.#abort?.(new Error("the client closed the connection"));
    this.#finish();
  };

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#passage.route.leave();
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#isGone) abort(new Error("the client closed the connection"));
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, message: string): boolean {
    // 103 and its like are hints; the answer is yet to come.
    if (status < 200) return true;
    const { request, response, route } = this.#passage;
    const isUnread = !request.complete && hasBody(request);
    if (isUnread || this.#passage.isClosing()) response.shouldKeepAlive = false;
    response.writeHead(status, message, responseHeaders(raw, route.headers));
    this.#resume = resume;
    // A short answer is through before this runs and leaves in one piece; of a stream, the head must not wait for the first bytes.
    queueMicrotask(() => this.#flush());
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (!this.#isFlushed && this.#first === null) {
      this.#first = chunk;
      return true;
    }
    this.#flush();
    return this.#write(chunk);
  }

  onComplete(trailers: string[] | Buffer[] | null): void {
    const { response } = this.#passage;
    if (trailers && trailers.length > 0) {
      this.#flush();
      response.addTrailers(pairs(responseHeaders(trailers, [])));
    }
    this.#isFlushed = true;
    if (this.#first) endWith(response, this.#first);
    else response.end();
    this.#first = null;
    this.#finish();
  }

  #flush(): void {
    if (this.#isFlushed || this.#isOver) return;
    this.#isFlushed = true;
    const first = this.#first;
    this.#first = null;
    if (first) this.#write(first);
    else this.#passage.response.flushHeaders();
  }

  #write(chunk: Buffer): boolean {
    const { response } = this.#passage;
    if (response.write(chunk)) return true;
    response.once("drain", this.#resume);
    return false;
  }

  onError(error: Error): void {
    if (this.#isOver) return;
    const { passage, options } = { passage: this.#passage, options: this.#options };
    const { request, response, route } = passage;
    passage.response.off("close", this.#onClose);
    this.#finish();
    if (response.headersSent) {
      // Cut off, so that the client does not take half an answer for a whole one.
      options.onFault?.({ release: route.release, path: request.url ?? "", cause: error });
      response.destroy();
      return;
    }
    const neverSent = this.#abort === null;
    const mayRepeat = neverSent || (!hasBody(request) && idempotent.has(request.method ?? ""));
    if (mayRepeat && !passage.isRetry && !isOurs(error) && !isTimeout(error)) return passage.retry();
    options.onFault?.({ release: route.release, path: request.url ?? "", cause: error });
    sendPage(request, response, pageFor(error, neverSent));
  }
}

function pairs(flat: string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index < flat.length; index += 2) result.push([flat[index]!, flat[index + 1]!]);
  return result;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function isTimeout(error: Error): boolean {
  return /^UND_ERR_(HEADERS|CONNECT|BODY)_TIMEOUT$/.test(codeOf(error));
}

/** The request itself cannot be sent on. */
function isOurs(error: Error): boolean {
  return /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/.test(codeOf(error));
}

const ambiguous: Page = { status: 400, code: "bad_request", reason: "The request names more than one host." };

function pageFor(error: Error, neverSent: boolean): Page {
  if (isOurs(error)) return { status: 400, code: "bad_request", reason: "The request cannot be passed on as it is." };
  if (isTimeout(error)) {
    return { status: 504, code: "timeout", reason: "The application did not answer in time." };
  }
  if (neverSent) {
    return {
      status: 503,
      code: "not_running",
      reason: "The application is not running at the moment; it may be starting.",
      headers: ["Retry-After", "1"],
    };
  }
  const garbled = /^(HPE_|ERR_INVALID_CHAR|ERR_HTTP_INVALID_STATUS_CODE|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)/;
  const isGarbled = error.name === "HTTPParserError" || garbled.test(codeOf(error));
  return {
    status: 502,
    code: isGarbled ? "bad_answer" : "no_answer",
    reason: isGarbled
      ? "What the application answered is not HTTP."
      : "The application closed the connection without an answer.",
  };
}
