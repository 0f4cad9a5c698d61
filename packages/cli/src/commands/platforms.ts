/** `landfall platforms`: where can be deployed to, and what each place can do. */
import { rowOf } from "@landfall/engine/platforms/abilities";
import type { Registry } from "../registry.ts";
import { fittingTable } from "../screen/text.ts";

export function platforms({ program, does }: Registry): void {
  program
    .command("platforms")
    .description("Where can be deployed to, and what each place can do.")
    .action(
      does(async (context) => {
        const rows = (await context.engine({ restore: false })).platforms.map(rowOf);
        if (context.json) return context.result(JSON.stringify(rows));
        const cells = rows.map(({ id, name, runs, token, can }) => [
          id,
          name,
          token ?? "none needed",
          runs.join(", "),
          can.join(", "),
        ]);
        const { stdout } = context.world;
        const columns = stdout.isTerminal ? stdout.size().columns : Number.POSITIVE_INFINITY;
        const headings = ["PLATFORM", "NAME", "TOKEN", "RUNS", "CAN"];
        context.result(fittingTable(headings, cells, { columns, spare: ["NAME", "RUNS"] }).join("\n"));
      }),
    );
}
