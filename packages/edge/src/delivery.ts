/** Bytes of a static answer on their way to the client: from memory, from the store, compressed, in part or not at all (304). */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { type Answer, type Variant, withoutContent, withRange } from "./answer.ts";
import { createBlobCache } from "./blob-cache.ts";
import { acceptedEncodings, compressed, compressibleBytes } from "./compression.ts";
import { type ByteRange, isNotModified, rangeOf } from "./conditional.ts";
import { endWith, hasBody, sendPage } from "./pages.ts";
import type { ActiveRoute } from "./router.ts";
import type { Encoding, Site } from "./site.ts";

/** One request for a static site. */
export interface Visit {
  route: ActiveRoute;
  site: Site;
  request: IncomingMessage;
  response: ServerResponse;
}

export interface DeliveryOptions {
  /** File of a blob in the store; a promise when it is on its way to this machine. */
  blobPath: (sha256: string) => string | Promise<string>;
  /** Where compressed forms are kept; without it they are kept in memory only. */
  cacheDirectory?: string;
  /** Bytes of small files kept in memory; default 32 MB. */
  memoryBytes?: number;
  /** Told when a file of a release cannot be read. */
  onFault?: (fault: { release: string; path: string; cause: unknown }) => void;
}

export interface Delivery {
  /** Send the form of the answer this client takes; at once when it is in memory. */
  send(visit: Visit, answer: Answer): void;
  /** Bytes of file content in memory. */
  memoryBytes(): number;
}

/** A delivery with its own memory. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const budget = options.memoryBytes ?? 32 * 1024 * 1024;
  const cache = createBlobCache(budget);
  const streamedFrom = Math.min(1024 * 1024, budget / 8);

  const plainBytes = (sha256: string): Promise<Buffer> =>
    cache.get(sha256, async () => readFile(await options.blobPath(sha256)));
  const compressedBytes = (sha256: string, encoding: Encoding): Promise<Buffer> =>
    cache.get(`${sha256}.${encoding}`, () =>
      compressed({ sha256, read: () => plainBytes(sha256) }, encoding, options.cacheDirectory),
    );

  function send(visit: Visit, answer: Answer): void {
    const { headers } = visit.request;
    const accepted = answer.entry.compressible ? acceptedEncodings(headers["accept-encoding"]) : [];
    // A part is a part of the plain form: that is what an interrupted download goes on with.
    const wanted = accepted.length === 0 || headers.range !== undefined ? "identity" : accepted[0]!;
    const variant = answer.variants.get(wanted);
    if (variant) return sendVariant(visit, answer, variant);
    void sendChosen(visit, answer, accepted);
  }

  async function sendChosen(visit: Visit, answer: Answer, accepted: readonly Encoding[]): Promise<void> {
    visit.route.enter();
    try {
      sendVariant(visit, answer, await choose(answer, accepted));
    } catch (cause) {
      fault(visit, answer, cause);
    } finally {
      visit.route.leave();
    }
  }

  /** The form for the encodings accepted: one the build made if there is any, else one made now, else the plain one. */
  async function choose(answer: Answer, accepted: readonly Encoding[]): Promise<Variant> {
    const { entry } = answer;
    const best = accepted[0]!;
    let variant = answer.variants.get("identity")!;
    const built = accepted.find((encoding) => entry.siblings[encoding]);
    if (built) {
      variant = answer.variant(entry.siblings[built]!, built, false);
    } else if (entry.sizeBytes >= compressibleBytes.min && entry.sizeBytes <= compressibleBytes.max) {
      const bytes = await compressedBytes(entry.sha256, best);
      if (bytes.length > 0) {
        variant = answer.variant({ sha256: entry.sha256, sizeBytes: bytes.length }, best, true);
      }
    }
    answer.variants.set(best, variant);
    return variant;
  }

  function sendVariant(visit: Visit, answer: Answer, variant: Variant): void {
    const { route, site, request, response } = visit;
    const { headers } = request;
    if (response.destroyed) return;
    const head = route.headers.length === 0 ? variant.head : variant.head.concat(route.headers);
    if (!request.complete && hasBody(request)) response.shouldKeepAlive = false;
    if (answer.status === 200) {
      const asksForChange = headers["if-none-match"] !== undefined || headers["if-modified-since"] !== undefined;
      if (asksForChange && isNotModified(headers, variant.etag, site.lastModified)) {
        response.writeHead(304, withoutContent(head));
        response.end();
        return;
      }
      if (headers.range !== undefined && request.method === "GET") {
        const range = rangeOf(headers, { ...variant, lastModified: site.lastModified });
        if (range === "unsatisfiable") return refuseRange(visit, variant);
        if (range !== "whole") return sendRange(visit, answer, variant, range);
      }
    }
    if (request.method === "HEAD") {
      response.writeHead(answer.status, head);
      response.end();
      return;
    }
    const bytes = cache.peek(variant.key);
    if (bytes) {
      response.writeHead(answer.status, head);
      endWith(response, bytes);
      return;
    }
    if (variant.made === null && variant.sizeBytes > streamedFrom) {
      return stream(visit, answer, { status: answer.status, head, sha256: variant.sha256 });
    }
    void sendLoaded(visit, answer, variant, head);
  }

  async function sendLoaded(visit: Visit, answer: Answer, variant: Variant, head: string[]): Promise<void> {
    const { route, response } = visit;
    route.enter();
    try {
      const { sha256, made } = variant;
      const bytes = await (made === null ? plainBytes(sha256) : compressedBytes(sha256, made));
      if (response.destroyed) return;
      response.writeHead(answer.status, head);
      endWith(response, bytes);
    } catch (cause) {
      fault(visit, answer, cause);
    } finally {
      route.leave();
    }
  }

  function sendRange(visit: Visit, answer: Answer, variant: Variant, range: ByteRange): void {
    const { route, response } = visit;
    const head = withRange(variant, variant.head.concat(route.headers), range);
    const bytes = cache.peek(variant.key);
    if (!bytes) return stream(visit, answer, { status: 206, head, sha256: variant.sha256, range });
    response.writeHead(206, head);
    response.end(bytes.subarray(range.start, range.end + 1));
  }

  function stream(
    visit: Visit,
    answer: Answer,
    part: { status: number; head: string[]; sha256: string; range?: ByteRange },
  ): void {
    const { route } = visit;
    route.enter();
    const path = options.blobPath(part.sha256);
    if (typeof path === "string") return streamFile(visit, answer, { ...part, path });
    path.then(
      (fetched) => streamFile(visit, answer, { ...part, path: fetched }),
      (cause: unknown) => {
        route.leave();
        fault(visit, answer, cause);
      },
    );
  }

  /** Leaves the route, which was entered for it. */
  function streamFile(
    visit: Visit,
    answer: Answer,
    part: { status: number; head: string[]; path: string; range?: ByteRange },
  ): void {
    const { route, response } = visit;
    if (response.destroyed) return route.leave();
    const file = createReadStream(part.path, { ...part.range, highWaterMark: 256 * 1024 });
    response.once("close", () => {
      file.destroy();
      route.leave();
    });
    // The head waits for the file to open: a blob that is not there must not look like a cut connection.
    file.once("error", (cause) => fault(visit, answer, cause));
    file.once("open", () => {
      if (response.destroyed) return;
      response.writeHead(part.status, part.head);
      pipeline(file, response, () => undefined);
    });
  }

  function fault(visit: Visit, answer: Answer, cause: unknown): void {
    options.onFault?.({ release: visit.route.release, path: answer.entry.path, cause });
    if (visit.response.headersSent) visit.response.destroy();
    else sendPage(visit.request, visit.response, unreadable);
  }

  return { send, memoryBytes: () => cache.sizeBytes() };
}

const unreadable = { status: 500, code: "unreadable", reason: "This file cannot be read at the moment." };

function refuseRange({ request, response }: Visit, variant: Variant): void {
  sendPage(request, response, {
    status: 416,
    code: "range",
    reason: `The file has ${variant.sizeBytes} bytes.`,
    headers: ["Content-Range", `bytes */${variant.sizeBytes}`],
  });
}
