/** Answers the edge gives itself: small pages that say what is wrong, and nothing about what is inside. */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Page {
  status: number;
  /** A word for programs, such as `no_site`. */
  code: string;
  /** What is wrong, for a person. */
  reason: string;
  headers?: string[];
}

const titles: Record<number, string> = {
  400: "Bad request",
  401: "Password needed",
  404: "Not found",
  405: "Method not allowed",
  410: "Gone",
  429: "Too many tries",
  416: "Range not satisfiable",
  500: "Internal error",
  502: "Bad gateway",
  503: "Not available",
  504: "Gateway timeout",
};

/** The page as bytes: HTML for those who ask for it, else JSON. `reason` is escaped. */
export function renderPage(page: Page, accept: string | undefined): { type: string; body: string } {
  const title = titles[page.status] ?? "Error";
  if (!accept?.includes("text/html")) {
    const body = JSON.stringify({ error: { status: page.status, code: page.code, message: page.reason } });
    return { type: "application/json; charset=utf-8", body: `${body}\n` };
  }
  const body =
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${page.status} ${title}</title>` +
    `<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>` +
    `<h1>${page.status} ${title}</h1><p>${escapeHtml(page.reason)}</p></html>\n`;
  return { type: "text/html; charset=utf-8", body };
}

/** Send the page. The connection is closed after it when the request has a body nobody will read. */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const { type, body } = renderPage(page, request.headers.accept);
  if (!request.complete && hasBody(request)) response.shouldKeepAlive = false;
  // With its own reason: one an application gave may be the very thing that could not be sent.
  response.writeHead(page.status, titles[page.status] ?? "Error", [
    "Content-Type",
    type,
    "Content-Length",
    String(Buffer.byteLength(body)),
    "Cache-Control",
    "no-store",
    "X-Content-Type-Options",
    "nosniff",
    ...(page.headers ?? []),
  ]);
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * End the answer with these bytes. Node joins a text to the head and sends both in one piece, which for short answers costs less
 * than sending two; Latin-1 is the text that has a character for every byte.
 */
export function endWith(response: ServerResponse, bytes: Buffer): void {
  if (bytes.length <= 16 * 1024) response.end(bytes.toString("latin1"), "latin1");
  else response.end(bytes);
}

/** Whether bytes follow the head of the request. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return request.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
