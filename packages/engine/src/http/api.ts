/**
 * The one client for platforms' APIs. It brings the address, the credential, connections that are kept alive, retries with jitter, what
 * Retry-After and rate-limit headers ask for, timeouts, and errors in our words; a platform says what it wants and nothing of HTTP.
 */
import { Readable } from "node:stream";
import type { Dispatcher, Pool } from "undici";
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import type { Secret } from "../secret.ts";
import { ApiError, lostConnection, notJson, refusal, tooLate, type Vendor, type VendorError } from "./api-error.ts";
import { type Budget, budgetOf, longestWaitMs } from "./budget.ts";
import { ConnectionLost, exchange, type Exchanged, flat } from "./exchange.ts";

export interface ApiRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base address, beginning with `/`; parts that come from people are encoded by the caller (`path` template of this module). */
  path: string;
  /** Undefined ones are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  /** One of `json`, `form`, `body`. A body that is a function is asked for anew on every try; text in it goes as UTF-8. */
  json?: unknown;
  form?: Record<string, string | undefined>;
  body?: Uint8Array | (() => AsyncIterable<Uint8Array | string>);
  /** Length of a body that is a function; without it the body is sent in chunks. */
  lengthBytes?: number;
  /** In place of the connection's credential; null for none. */
  bearer?: Secret | null;
  /** Statuses that are an answer and no error, besides 2xx. */
  accept?: readonly number[];
  /** Whether a second request does no harm. Default: all but POST. What is not repeatable is tried again only when it cannot have arrived. */
  repeatable?: boolean;
  /** `json`: an answer that is none counts as no answer, and the request is tried again when it may be. */
  expects?: "json";
  /** Tries in all. Default 4. */
  tries?: number;
  /** Longest wait for headers, and between two parts of the body. Default 30,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface ApiAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  /** The body as JSON. Throws PLATFORM_UNAVAILABLE when it is none. */
  json(): unknown;
}

export interface Api {
  /** Base address, without a slash at the end. */
  readonly url: string;
  /** True when the address is not the vendor's own: a proxy, a simulator, a test. */
  readonly moved: boolean;
  /** Send and wait for the whole answer. Throws ApiError with AUTH_FAILED, INSUFFICIENT_PERMISSIONS, NOT_FOUND, CONFLICT, INVALID_CONFIG, RATE_LIMIT_EXCEEDED, PLATFORM_UNAVAILABLE; CANCELLED. */
  send(request: ApiRequest): Promise<ApiAnswer>;
  /** Send and answer the JSON of the body; undefined for an empty one. */
  call<T>(request: ApiRequest): Promise<T>;
  /** Send and read the body as it comes: logs. Not tried again; ends when `signal` is aborted. */
  stream(request: ApiRequest): AsyncIterable<Uint8Array>;
  /** The same client with another credential, base address or fixed query, over the same connections when the host is the same. */
  with(changes: { bearer?: Secret; query?: ApiRequest["query"] }): Api;
  /** How often it was asked to wait (429, 503) so far, and what was sent: for the upload's pace and for the report. */
  readonly traffic: Traffic;
}

export interface Traffic {
  requests: number;
  bytesSent: number;
  /** Counted by the upload, which knows what a file is. */
  filesSent: number;
  refusals: number;
  /** So long it waited, because the platform asked for it. */
  waitedMs: number;
}

/** Reads a vendor's error document; undefined parts when the body is something else. Names of headers are in lower case. */
export type ReadError = (
  body: unknown,
  status: number,
  answered: { method: string; headers: Record<string, string> },
) => VendorError;

export interface ApiOptions extends Vendor {
  url: string;
  moved: boolean;
  /** Asked for at every request, so that a refreshed token is used at once. */
  credential(): Promise<Secret | null>;
  /** Called once for a request whose credential was refused, with what was refused; true when another one is there now. */
  renew?(refused: Secret): Promise<boolean>;
  readError: ReadError;
  clock: Clock;
  random?: () => number;
  /** Connections to the host at the same time. Default 64. */
  connections?: number;
  /** A longer wait that is asked for is an error at once. Default: five minutes. */
  longestWaitMs?: number;
}

const defaultTries = 4;
const defaultTimeoutMs = 30_000;
/** Errors and logs quote so much of an answer at most. */
const largestAnswer = 64 * 1024 * 1024;

/** A path of literal parts and values, the values percent-encoded: path`/projects/${name}/env`. */
export function path(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  return strings.reduce((text, part, index) => text + encodeURIComponent(String(values[index - 1] ?? "")) + part);
}

/** Open a client. Connections are opened when needed and closed with `close`. */
export function openApi(options: ApiOptions): Api & AsyncDisposable {
  const base = new URL(options.url);
  const how = {
    connections: options.connections ?? 64,
    keepAliveTimeout: 30_000,
    pipelining: 1,
    connect: { timeout: 10_000 },
  };
  let opened: Promise<Pool> | undefined;
  // Loaded with the first request, and alone: the package's entry brings fetch, caches and WebSocket along, 60 ms and 15 MB.
  const pool = (): Promise<Pool> =>
    (opened ??= import("undici/lib/dispatcher/pool.js").then(({ default: Pool }) => new Pool(base.origin, how)));
  const traffic: Traffic = { requests: 0, bytesSent: 0, filesSent: 0, refusals: 0, waitedMs: 0 };
  const budget = budgetOf(options.clock, options.longestWaitMs);
  const api = apiOver({ options, pool, base, traffic, waits: { end: 0 }, budget, query: {}, bearer: undefined });
  return { ...api, traffic, [Symbol.asyncDispose]: async () => (await opened)?.destroy() };
}

interface Inside {
  options: ApiOptions;
  pool(): Promise<Pool>;
  base: URL;
  traffic: Traffic;
  /** End of the last wait that was counted. */
  waits: { end: number };
  budget: Budget;
  query: NonNullable<ApiRequest["query"]>;
  bearer: Secret | undefined;
}

function apiOver(inside: Inside): Api {
  const { options, traffic } = inside;
  const { clock, random = Math.random } = options;

  async function send(request: ApiRequest): Promise<ApiAnswer> {
    const tries = request.tries ?? defaultTries;
    const repeatable = request.repeatable ?? request.method !== "POST";
    let renewed = false;
    for (let tried = 1; ; tried++) {
      request.signal?.throwIfAborted();
      const bearer = await turn(inside, request);
      try {
        return await once(inside, request, bearer);
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        if (!(error instanceof ApiError)) throw error;
        const isOurs = request.bearer === undefined && inside.bearer === undefined;
        if (error.code === "AUTH_FAILED" && isOurs && bearer && !renewed && (await options.renew?.(bearer))) {
          renewed = true;
          continue;
        }
        const again = error.arrived === "no" || (error.row.retry !== "never" && (repeatable || error.refused));
        if (!again || tried >= tries) throw error;
        const asked = error.text.retryAfterMs;
        if (asked !== undefined && asked > (options.longestWaitMs ?? longestWaitMs)) throw error;
        const backoffMs = 250 * 2 ** (tried - 1) * (0.5 + random());
        const began = clock.now();
        await clock.sleep(Math.max(asked ?? 0, backoffMs), request.signal);
        if (asked !== undefined) waited(inside, began);
      }
    }
  }

  return {
    url: options.url.replace(/\/$/, ""),
    moved: options.moved,
    traffic,
    send,
    async call<T>(request: ApiRequest) {
      const answer = await send({
        ...request,
        headers: { accept: "application/json", ...request.headers },
        expects: "json",
      });
      return answer.body.length === 0 ? (undefined as T) : (answer.json() as T);
    },
    async *stream(request) {
      const asked = { ...request, timeoutMs: request.timeoutMs ?? 120_000 };
      const bearer = await turn(inside, request);
      const call = { ...callOf(inside, asked, bearer), ...(request.signal ? { signal: request.signal } : {}) };
      const pool = await inside.pool();
      const { default: ask } = await import("undici/lib/api/api-request.js");
      const answer = await ask.call(pool, call).catch((error: unknown) => silence(options, asked, error));
      const { body } = answer;
      if (answer.statusCode >= 400)
        throw refused(inside, request, {
          status: answer.statusCode,
          headers: flat(answer.headers),
          body: Buffer.from(await body.arrayBuffer()),
        });
      try {
        for await (const chunk of body) yield chunk as Uint8Array;
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        throw lostConnection(options, request, error, "yes");
      } finally {
        body.destroy();
      }
    },
    with: ({ bearer, query }) =>
      apiOver({ ...inside, bearer: bearer ?? inside.bearer, query: { ...inside.query, ...query } }),
  };
}

/** One request and its whole answer. */
async function once(inside: Inside, request: ApiRequest, bearer: Secret | null): Promise<ApiAnswer> {
  const { options, pool, budget } = inside;
  const answer = await exchange(await pool(), callOf(inside, request, bearer), {
    signal: request.signal,
    largestBytes: largestAnswer,
  }).catch((error: unknown) => silence(options, request, error));
  const { status, headers, body: bytes } = answer;
  budget.saw(headers);
  const isText = request.expects !== "json" && status < 400;
  const document = isText ? undefined : parsed(bytes);
  if ((status >= 200 && status < 300) || request.accept?.includes(status)) {
    if (request.expects === "json" && document === undefined && bytes.length > 0)
      throw notJson(options, request, status);
    return {
      status,
      headers,
      body: bytes,
      json: () => {
        const value = document ?? parsed(bytes);
        if (value === undefined) throw notJson(options, request, status);
        return value;
      },
    };
  }
  throw refused(inside, request, answer);
}

/** The error an answer stands for, counted. */
function refused(
  { options, traffic, budget }: Inside,
  request: ApiRequest,
  { status, headers, body }: Exchanged,
): ApiError {
  const document = parsed(body);
  // Says that it is JSON and is not: cut short on its way, so that what was wrong cannot be known.
  if (document === undefined && body.length > 0 && /json/.test(headers["content-type"] ?? ""))
    return notJson(options, request, status);
  const said = options.readError(document, status, { method: request.method, headers });
  const error = refusal(options, request, { status, headers, said, body: document, now: options.clock.now() });
  if (error.refused) {
    traffic.refusals += 1;
    budget.refused(error.text.retryAfterMs);
  }
  return error;
}

/** Waits until the platform may be asked; answers the credential to send, which may have been renewed meanwhile. */
async function turn(inside: Inside, request: ApiRequest): Promise<Secret | null> {
  const { options, budget, bearer } = inside;
  const began = options.clock.now();
  await budget.wait(request.signal);
  waited(inside, began);
  return request.bearer === undefined ? (bearer ?? (await options.credential())) : request.bearer;
}

/** Count a wait that is over; what several requests waited at the same time counts once. */
function waited({ options: { clock }, traffic, waits }: Inside, began: number): void {
  const now = clock.now();
  traffic.waitedMs += Math.max(0, now - Math.max(began, waits.end));
  waits.end = now;
}

function callOf(inside: Inside, request: ApiRequest, bearer: Secret | null): Dispatcher.RequestOptions {
  const { base, traffic } = inside;
  const { body, headers, lengthBytes } = encoded(request);
  if (bearer) headers["authorization"] = `Bearer ${bearer.open()}`;
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  traffic.requests += 1;
  traffic.bytesSent += lengthBytes;
  return {
    method: request.method,
    path: base.pathname.replace(/\/$/, "") + request.path + queryText({ ...inside.query, ...request.query }),
    headers,
    body: body === undefined ? null : typeof body === "function" ? Readable.from(body()) : body,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  };
}

/** What it means that no whole answer came. */
function silence(options: ApiOptions, request: ApiRequest, error: unknown): never {
  if (request.signal?.aborted) throw request.signal.reason;
  const cause = error instanceof ConnectionLost ? error.cause : error;
  // What the body's own reading threw is about the file, not about the platform.
  if (cause instanceof DeployError) throw cause;
  const code = (cause as { code?: string }).code ?? "";
  if (code === "UND_ERR_HEADERS_TIMEOUT") throw tooLate(options, request, request.timeoutMs ?? defaultTimeoutMs);
  const arrived = error instanceof ConnectionLost && error.answered ? "yes" : neverSent.has(code) ? "no" : "unknown";
  throw lostConnection(options, request, cause, arrived);
}

/** Nothing of the request can have arrived. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

function encoded({ json, form, body, lengthBytes, headers = {} }: ApiRequest): {
  body: Uint8Array | (() => AsyncIterable<Uint8Array | string>) | undefined;
  headers: Record<string, string>;
  lengthBytes: number;
} {
  const own: Record<string, string> = { "user-agent": "landfall", ...headers };
  if (json !== undefined) {
    own["content-type"] ??= "application/json";
    const bytes = Buffer.from(JSON.stringify(json));
    return { body: bytes, headers: own, lengthBytes: bytes.length };
  }
  if (form !== undefined) {
    own["content-type"] = "application/x-www-form-urlencoded";
    const given = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const bytes = Buffer.from(new URLSearchParams(given).toString());
    return { body: bytes, headers: own, lengthBytes: bytes.length };
  }
  if (typeof body === "function") {
    if (lengthBytes !== undefined) own["content-length"] = String(lengthBytes);
    return { body, headers: own, lengthBytes: lengthBytes ?? 0 };
  }
  return { body, headers: own, lengthBytes: body?.length ?? 0 };
}

function queryText(query: NonNullable<ApiRequest["query"]>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, String(value));
  return given.size === 0 ? "" : `?${given.toString()}`;
}

function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined; // A proxy's page, or half an answer: the caller says what that means.
  }
}

/** A client for a platform that has no API; being asked is a mistake in the platform's file. */
export function noApi(id: string): Api {
  const never = (): never => {
    throw new DeployError("INTERNAL", { what: `The platform ${id} has no API to ask.` });
  };
  return {
    url: "",
    moved: false,
    traffic: { requests: 0, bytesSent: 0, filesSent: 0, refusals: 0, waitedMs: 0 },
    send: never,
    call: never,
    stream: never,
    with: never,
  };
}
