/** The body of a request that is read whole. */
import type { IncomingMessage } from "node:http";
import { WireFailure } from "./errors.ts";

/** Throws TOO_LARGE, in words that begin with `what`, without reading all of it. */
export async function bodyOf(
  request: IncomingMessage,
  { mostBytes, what }: { mostBytes: number; what: string },
): Promise<Buffer<ArrayBuffer>> {
  const tooLarge = new WireFailure({ code: "TOO_LARGE", what: `${what} may have at most ${mostBytes} bytes.` });
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
