/** Archives as they are sent: POST /api/sources with the archive or an announcement of one, PUT /api/sources/<id> with a part of it. */
import { uploadAnnouncement } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import type { IncomingMessage } from "node:http";
import { bodyOf } from "./body.ts";
import type { Call } from "./call.ts";
import { inside } from "./gate.ts";
import { permitAnywhere } from "./people/principal.ts";
import type { Services } from "./services.ts";
import { type UploadView, whoseUploads } from "./uploads.ts";

export type Sent = { kind: "create" } | { kind: "append"; id: string };

/** What of these a request is; null when it is none of them. */
export function uploadIn({ method, url = "/" }: IncomingMessage): Sent | null {
  const path = url.split("?", 1)[0]!;
  if (method === "POST" && path === "/api/sources") return { kind: "create" };
  const id = method === "PUT" ? /^\/api\/sources\/([\w-]{1,64})$/.exec(path)?.[1] : undefined;
  return id === undefined ? null : { kind: "append", id };
}

/** Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS, RATE_LIMIT_EXCEEDED, INVALID_CONFIG, and what taking it throws (uploads.ts). */
export async function receiveUpload(services: Services, call: Call, sent: Sent): Promise<UploadView> {
  const { uploads, audit, limits } = services;
  const { request, response, address } = call;
  call.route = `uploads.${sent.kind}`;
  const caller = await call.principal();
  permitAnywhere(caller, "create:source");
  const { principal, organization } = inside(services, caller);
  await limits.write({ userId: principal.userId, address, response });
  const whose = whoseUploads(principal);
  if (sent.kind === "append") return uploads.append(whose, sent.id, request);
  const isAnnounced = /^application\/json\b/.test(request.headers["content-type"] ?? "");
  const made = isAnnounced ? await uploads.begin(whose, await announced(request)) : await uploads.take(whose, request);
  await audit.record({
    organization_id: organization.id,
    actor: principal.email,
    via: principal.via,
    action: call.route,
    target: `id=${made.id}`,
    address,
  });
  return made;
}

async function announced(request: IncomingMessage): Promise<{ sizeBytes: number; sha256?: string | undefined }> {
  const body = await bodyOf(request, { mostBytes: 10_000, what: "An announcement" });
  try {
    return uploadAnnouncement.parse(JSON.parse(body.toString()));
  } catch {
    throw new DeployError("INVALID_CONFIG", {
      what: 'An upload in parts is announced as {"sizeBytes": …, "sha256": …}.',
      next: "/api/openapi.json describes it.",
    });
  }
}
