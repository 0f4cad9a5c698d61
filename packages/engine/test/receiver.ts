/** A receiver of notifications on loopback, which keeps what it gets and checks signatures as it is told to. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Got {
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface Receiver extends AsyncDisposable {
  readonly got: Got[];
  /** Answers a message; 204 unless it is set. */
  answer(response: ServerResponse, got: Got): void;
  url(path?: string): string;
}

/** What it answers to GET, so that it can be a site as well. */
export const page = "<p>hello</p>";

export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.end(page);
      return;
    }
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const got = { path: request.url!, headers: request.headers, body };
      receiver.got.push(got);
      receiver.answer(response, got);
    });
  });
  const receiver: Receiver = {
    got: [],
    answer: (response) => void response.writeHead(204).end(),
    url: (path = "/hook") => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return receiver;
}

/** As receivers of Standard Webhooks check it. Source: https://www.standardwebhooks.com, read 2026-11. */
export function isSigned({ headers, body }: Got, secret: string, nowMs = Date.now()): boolean {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
  if (Math.abs(nowMs / 1_000 - Number(at)) > 300) return false;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const due = createHmac("sha256", key)
    .update(`${String(id)}.${String(at)}.${body}`)
    .digest();
  return String(signatures)
    .split(" ")
    .some((one) => one.startsWith("v1,") && timingSafeEqual(Buffer.from(one.slice(3), "base64"), due));
}
