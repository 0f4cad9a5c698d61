/** The body of a request that is read whole. */
import type { IncomingMessage } from "node:http";
import { WireFailure } from "./errors.ts";

/** What is sent, piece by piece. A request whose body is not read to its end stays open: it must still be answered. */
export function piecesOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

/** Throws TOO_LARGE, in words that begin with `what`, without reading all of it. */
export async function bodyOf(
  request: IncomingMessage,
  { mostBytes, what }: { mostBytes: number; what: string },
): Promise<Buffer<ArrayBuffer>> {
  const tooLarge = new WireFailure({ code: "TOO_LARGE", what: `${what} may have at most ${mostBytes} bytes.` });
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of piecesOf(request)) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
