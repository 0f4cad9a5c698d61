/**
 * Bytes of sandboxes, streamed: GET and PUT /api/sandboxes/<id>/files/<path>, GET /api/sandboxes/<id>/export/<zip|tar>. Whatever it is, a
 * browser takes it as a download and nothing else.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { DeployError } from "@landfall/engine/error";
import type { Call } from "./call.ts";
import { inside } from "./gate.ts";
import { permit } from "./people/principal.ts";
import type { Services } from "./services.ts";

const file = /^\/api\/sandboxes\/([a-z0-9_]{1,64})\/files\/(.+)$/;
const archive = /^\/api\/sandboxes\/([a-z0-9_]{1,64})\/export\/(zip|tar)$/;

export type Asked =
  | { kind: "read"; id: string; path: string }
  | { kind: "write"; id: string; path: string }
  | { kind: "export"; id: string; format: "zip" | "tar" };

/** What of these a request asks for; null when it is none of them. Throws INVALID_CONFIG for a path that is not rightly encoded. */
export function sandboxFileIn({ method, url = "/" }: IncomingMessage): Asked | null {
  const address = url.split("?", 1)[0]!;
  const [, id, encoded] = file.exec(address) ?? [];
  if (id !== undefined && encoded !== undefined && (method === "GET" || method === "PUT"))
    return { kind: method === "GET" ? "read" : "write", id, path: decoded(encoded) };
  const [, from, format] = archive.exec(address) ?? [];
  if (from === undefined || method !== "GET") return null;
  return { kind: "export", id: from, format: format as "zip" | "tar" };
}

/** Throws NOT_FOUND, UNAUTHORIZED, INSUFFICIENT_PERMISSIONS, INVALID_CONFIG, CONFLICT, RATE_LIMIT_EXCEEDED. */
export async function answerSandbox(
  services: Services,
  call: Call,
  { response, asked }: { response: ServerResponse; asked: Asked },
): Promise<void> {
  call.route = `sandboxes.${asked.kind}`;
  const principal = await call.principal();
  permit(principal, asked.kind === "write" ? "update:sandbox" : "read:sandbox");
  const who = inside(services, principal);
  const { sandboxes } = who.engine;
  if (asked.kind === "write") {
    const { userId } = who.principal;
    await services.limits.write({ userId, address: call.address, response });
    const executable = new URL(call.request.url ?? "/", "http://localhost").searchParams.get("executable") === "true";
    const written = await sandboxes.write(asked.id, asked.path, { body: call.request, executable });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(written));
    return;
  }
  if (asked.kind === "read") {
    const { stream, sizeBytes } = await sandboxes.read(asked.id, asked.path);
    download(response, { type: "application/octet-stream", name: asked.path.slice(asked.path.lastIndexOf("/") + 1) });
    // Of a file that a command writes to, the length is not known.
    response.setHeader("x-file-size", String(sizeBytes));
    await pipeline(stream, response);
    return;
  }
  const packed = await sandboxes.pack(asked.id, asked.format);
  if (asked.format === "zip") {
    download(response, { type: "application/zip", name: `${asked.id}.zip` });
    await pipeline(packed, response);
  } else {
    download(response, { type: "application/gzip", name: `${asked.id}.tar.gz` });
    await pipeline(packed, createGzip(), response);
  }
}

function download(response: ServerResponse, { type, name }: { type: string; name: string }): void {
  response.setHeader("content-type", type);
  response.setHeader("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new DeployError("INVALID_CONFIG", { what: "The path is not rightly encoded.", where: "path" });
  }
}
