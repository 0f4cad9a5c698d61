/** `landfall platforms`: where can be deployed to, and what each place can do. */
import type { Platform } from "@landfall/engine";
import type { Registry } from "../run.ts";
import { table } from "../screen/text.ts";

/** What presence of an operation means to a person, in the order of the columns. */
const abilities: [name: string, has: (platform: Platform) => boolean][] = [
  ["rollback", (platform) => platform.rollback !== undefined],
  ["promote", (platform) => platform.promote !== undefined || platform.id === "local"],
  ["logs", (platform) => platform.logs !== undefined || platform.id === "local"],
  ["variables", (platform) => platform.variables !== undefined || platform.id === "local"],
  ["domains", (platform) => platform.domains !== undefined],
];

export function platforms({ program, does }: Registry): void {
  program
    .command("platforms")
    .description("Where can be deployed to, and what each place can do.")
    .action(
      does(async (context) => {
        const { platforms: all } = await context.engine({ restore: false });
        const rows = all.map((platform) => ({
          id: platform.id,
          name: platform.name,
          takes: platform.accepts,
          token: platform.connect?.flatMap((way) => (way.kind === "token" ? way.env : []))[0] ?? null,
          can: abilities.filter(([, has]) => has(platform)).map(([name]) => name),
        }));
        if (context.json) return context.result(JSON.stringify(rows));
        const cells = rows.map((row) => [
          row.id,
          row.name,
          row.takes.join(", "),
          row.token ?? "none",
          row.can.join(", "),
        ]);
        context.result(table(["PLATFORM", "NAME", "TAKES", "TOKEN", "CAN"], cells).join("\n"));
      }),
    );
}
