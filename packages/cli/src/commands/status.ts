/** `landfall status`: what really runs, on this machine or on that of the server. */
import type { Registry } from "../registry.ts";
import { fittingTable, safeLine } from "../screen/text.ts";

export function status({ program, does }: Registry): void {
  program
    .command("status")
    .description("Show what runs on this machine, or on the server's.")
    .action(
      does(async (context) => {
        const edge = await (await context.engine()).edge.status();
        const server = context.server();
        if (context.json) return context.result(JSON.stringify(edge));
        const paint = context.paint.out;
        context.result(
          !edge.running
            ? "Nothing is served. Start it with: landfall serve, or deploy something."
            : server === null
              ? `Serving on port ${edge.port}${edge.machine === null ? "" : ` of ${edge.machine}`} (process ${edge.pid}).`
              : `Served by ${server.url}.`,
        );
        if (edge.services.length === 0) return;
        const rows = edge.services.map((one) => [
          one.project,
          one.environment,
          one.service,
          one.kind,
          ["ready", "running", "serving"].includes(one.state) ? paint.good(one.state) : paint.warn(one.state),
          one.restarts === 0 ? "" : `${one.restarts}`,
          paint.link(safeLine(one.url)),
        ]);
        const headings = ["PROJECT", "ENVIRONMENT", "SERVICE", "KIND", "STATE", "RESTARTS", "URL"];
        const { stdout } = context.world;
        const columns = stdout.isTerminal ? stdout.size().columns : Number.POSITIVE_INFINITY;
        context.result(["", ...fittingTable(headings, rows, { columns, spare: ["KIND", "SERVICE"] })].join("\n"));
      }),
    );
}
