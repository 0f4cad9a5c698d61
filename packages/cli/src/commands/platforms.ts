/** `landfall platforms`: where can be deployed to, and what each place can do. */
import { rowOf } from "@landfall/engine/platforms/abilities";
import type { Registry } from "../run.ts";
import { table } from "../screen/text.ts";

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
          runs.join(", "),
          token ?? "none needed",
          can.join(", "),
        ]);
        context.result(table(["PLATFORM", "NAME", "RUNS", "TOKEN", "CAN"], cells).join("\n"));
      }),
    );
}
