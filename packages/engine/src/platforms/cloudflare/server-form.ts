/** Code as a form: what it is, in JSON, and its modules. Both products take it. */
import { randomUUID } from "node:crypto";
import type { Bytes } from "../../snapshot/bytes.ts";
import { type Content, fileContent, form, type Part, textContent } from "./body.ts";
import type { Server } from "./server-output.ts";

/** The form; `type` is its content type. */
export function workerForm(metadata: object, modules: readonly Part[]): Content & { type: string } {
  const head = { name: "metadata", type: "application/json", content: textContent(JSON.stringify(metadata)) };
  return form([head, ...modules], `landfall-${randomUUID()}`);
}

export function modulesOf(server: Server | null, bytes: Bytes): Part[] {
  return (server?.modules ?? []).map(({ name, type, file }) => ({
    name,
    filename: name,
    type,
    content: fileContent(bytes, file),
  }));
}
