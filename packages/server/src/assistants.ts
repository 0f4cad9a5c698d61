/**
 * Coding assistants over HTTP: POST /mcp, by whoever has a key or a session's token. Who asks is known here; the tools are given at the start, and
 * come back as any caller of the API does, with the same credential. So they may do what it may, and nothing else.
 */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { bodyOf } from "./body.ts";
import { type Call, headersOf } from "./call.ts";
import { missing, unauthorized } from "./errors.ts";
import { keptSecret } from "./kept-secret.ts";
import type { Assistants } from "./options.ts";
import { permit } from "./people/principal.ts";
import type { Services } from "./services.ts";

const mostBytes = 1024 ** 2;

/** Throws NOT_FOUND (another method), UNAUTHORIZED, TOO_LARGE, RATE_LIMIT_EXCEEDED (many wrong credentials). */
export async function answerAssistant(
  { db, ownUrl, publicUrl }: Services,
  call: Call,
  { response, assistants }: { response: ServerResponse; assistants: Assistants },
): Promise<void> {
  call.route = "mcp";
  const { request } = call;
  // The other two belong to an older form of the protocol, and are told so.
  const { method = "" } = request;
  if (!["POST", "GET", "DELETE"].includes(method)) throw missing("page");
  const principal = await call.principal();
  permit(principal, "signed-in");
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) throw unauthorized("Assistants need an API key: Authorization: Bearer lf_…");

  const ended = new AbortController();
  response.once("close", () => ended.abort());
  const asked = new Request(new URL("/mcp", publicUrl), {
    method,
    headers: headersOf(request),
    body: method === "GET" ? null : await bodyOf(request, { mostBytes, what: "A call of a tool" }),
    signal: ended.signal,
  });
  const organization = principal!.organization?.id;
  const answer = await assistants(asked, {
    url: ownUrl,
    token,
    ...(organization === undefined ? {} : { organization }),
    key: createHmac("sha256", await keptSecret(db, "assistant"))
      .update(principal!.id)
      .digest(),
  });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  for await (const chunk of answer.body ?? [])
    if (!response.write(chunk)) await once(response, "drain", { signal: ended.signal });
  response.end();
}
