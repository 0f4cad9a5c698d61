/** A server as a form: what it is, in JSON, and its modules. Both products take it. */
import { randomUUID } from "node:crypto";
import type { Bytes } from "../../snapshot/bytes.ts";
import { type Content, fileContent, form, textContent } from "./body.ts";
import type { Server } from "./server-output.ts";

/** The form; `type` is its content type. Without a server it has the metadata alone. */
export function workerForm(
  metadata: object,
  { server, bytes }: { server: Server | null; bytes: Bytes },
): Content & { type: string } {
  const modules = (server?.modules ?? []).map(({ name, type, file }) => ({
    name,
    filename: name,
    type,
    content: fileContent(bytes, file),
  }));
  const head = { name: "metadata", type: "application/json", content: textContent(JSON.stringify(metadata)) };
  return form([head, ...modules], `landfall-${randomUUID()}`);
}
