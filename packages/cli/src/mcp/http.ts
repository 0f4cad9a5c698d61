/**
 * The tools over HTTP, at /mcp of `landfall serve`. They work on the server as a command line elsewhere does, with the credential of who calls them,
 * and keep nothing between two calls: any server on the database may answer the next one.
 */
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Assistant, Assistants } from "@landfall/server";
import type { Links } from "../links.ts";
import { openRemote } from "../remote/engine.ts";
import { mcpServer } from "./server.ts";

/** Who calls has no folders here, so none is remembered. */
const links: Links = { projectOf: () => undefined, identityOf: () => undefined, set: () => {} };

export function mcpOverHttp(own: { home: string; toolPath: string[]; version: string }): Assistants {
  const handler = createMcpHandler(async ({ authInfo }) => {
    const { key, ...caller } = authInfo!.extra!["assistant"] as Assistant;
    const engine = await openRemote({ ...own, ...caller });
    const workplace = { engine, place: { cwd: null, links }, startWork() {} };
    return mcpServer({ workplace, version: own.version, readOnly: false, allowProduction: false, key });
  });
  return (request, assistant) =>
    handler.fetch(request, {
      authInfo: { token: assistant.token, clientId: "landfall", scopes: [], extra: { assistant } },
    });
}
