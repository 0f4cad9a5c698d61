/** The record of changes as a file: GET /api/audit/export?format=csv|ndjson, with the filters of the list. Streamed, the newest first. */
import { auditFilter } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { Call } from "./call.ts";
import { inside } from "./gate.ts";
import type { AuditView } from "./people/audit.ts";
import { permit } from "./people/principal.ts";
import type { Services } from "./services.ts";

const access = "read:audit";
const asked = auditFilter.extend({ format: z.enum(["csv", "ndjson"]) });
const columns = ["id", "at", "actor", "via", "action", "target", "address"] as const;

const formats = {
  csv: {
    type: "text/csv; charset=utf-8",
    head: `${columns.join(",")}\r\n`,
    line: (entry: AuditView) => `${columns.map((column) => cell(entry[column])).join(",")}\r\n`,
  },
  ndjson: {
    type: "application/x-ndjson; charset=utf-8",
    head: "",
    line: (entry: AuditView) => `${JSON.stringify(entry)}\n`,
  },
};

/** Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS, INVALID_CONFIG. */
export async function exportAudit(services: Services, call: Call, response: ServerResponse): Promise<void> {
  call.route = "audit.export";
  const principal = await call.principal();
  permit(principal, access);
  const { principal: who, organization } = inside(services, principal);
  const { format, ...filter } = wanted(call);
  const { type, head, line } = formats[format];
  response.setHeader("content-type", type);
  response.setHeader("content-disposition", `attachment; filename="landfall-audit.${format}"`);
  // It may take long: it ends with the right to see it.
  const held = services.rights.hold(who, (now) => permit(now, access));
  try {
    const lines = async function* (): AsyncGenerator<string> {
      yield head;
      for await (const entry of services.audit.all(organization.id, filter)) yield line(entry);
    };
    await pipeline(Readable.from(lines()), response, { signal: held.signal });
  } finally {
    held.release();
  }
}

function wanted({ request }: Call): z.infer<typeof asked> {
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://localhost").searchParams);
  const { success, data, error } = asked.safeParse(query);
  if (success) return data;
  throw new DeployError("INVALID_CONFIG", {
    what: "The record of changes cannot be exported so.",
    next: "/api/openapi.json describes it.",
    faults: error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

/** What a table's program would take for a formula is text; quotes are doubled. RFC 4180. */
export function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
