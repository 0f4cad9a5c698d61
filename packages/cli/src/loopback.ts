/** A server on this machine for one visit: the browser of a person who comes back from a platform. */
import { createServer } from "@landfall/engine/node-http";
import { DeployError, reportOf } from "@landfall/engine/error";
import type { AddressInfo } from "node:net";
import type { ServerResponse } from "node:http";

export interface Loopback extends AsyncDisposable {
  /** Where the platform sends the person back to. */
  redirectUri: string;
  /**
   * Waits for the visitor who brings `state`, does `work` with the query they bring, tells them how it went, and answers what `work` answered.
   * Visitors without it are sent away and change nothing. Throws what `work` throws; TIMEOUT.
   */
  visit<T>(state: string, work: (query: URLSearchParams) => Promise<T>, timeoutMs: number): Promise<T>;
}

const lastPageMs = 1_000;

/** Listen on 127.0.0.1, at a free port for 0. Throws CONFLICT when the port is taken. */
export async function openLoopback(port: number): Promise<Loopback> {
  let receive = (_query: URLSearchParams, response: ServerResponse): void => answer(response, 404, elsewhere);
  const server = createServer((request, response) => {
    // Read as text: an address need not be one.
    const [path, query] = (request.url ?? "").split("?", 2);
    // A name that leads here is not this server: pages elsewhere could ask through it.
    if (request.method !== "GET" || path !== "/callback" || request.headers.host !== host())
      return answer(response, 404, elsewhere);
    receive(new URLSearchParams(query), response);
  });
  const host = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new DeployError(
          "CONFLICT",
          { what: `Port ${port} of this machine is taken.`, next: "Choose another one with --port." },
          { cause },
        ),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    redirectUri: `http://${host()}/callback`,
    async visit(state, work, timeoutMs) {
      const visitor = Promise.withResolvers<{ query: URLSearchParams; response: ServerResponse }>();
      const late = setTimeout(() => visitor.reject(nobodyCame(timeoutMs)), timeoutMs);
      receive = (query, response) => {
        if (query.get("state") !== state) return answer(response, 400, elsewhere);
        // Browsers sometimes come twice; the answer is good once.
        receive = (_query, again) => answer(again, 400, elsewhere);
        visitor.resolve({ query, response });
      };
      const { query, response } = await visitor.promise.finally(() => clearTimeout(late));
      try {
        const result = await work(query);
        answer(response, 200, done);
        return result;
      } catch (error) {
        answer(response, 400, failed(reportOf(error).what));
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      // The page that is on its way is sent; who keeps a connection open for nothing does not hold us.
      const enough = setTimeout(() => server.closeAllConnections(), lastPageMs);
      await closed;
      clearTimeout(enough);
    },
  };
}

interface Page {
  title: string;
  text: string;
}

const done: Page = { title: "Connected", text: "The account is connected. You may close this window." };
const elsewhere: Page = {
  title: "Nothing here",
  text: "This address belongs to a connection that is being made elsewhere.",
};
const failed = (what: string): Page => ({ title: "Not connected", text: `${what} The terminal says what to do.` });

function answer(response: ServerResponse, status: number, { title, text }: Page): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)} · Landfall</title>` +
      `<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>` +
      `<h1>${escaped(title)}</h1><p>${escaped(text)}</p></html>`,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function nobodyCame(afterMs: number): DeployError {
  return new DeployError("TIMEOUT", {
    what: `Nobody came back from the browser within ${Math.round(afterMs / 60_000)} minutes.`,
    next: "Run the command again, or connect with a token: --token-file",
    step: "auth",
  });
}
