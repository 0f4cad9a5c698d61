/** `landfall env history`, `revert` and `diff`: what happened to variables, taking it back, and how environments differ. */
import type { Command } from "commander";
import { defined } from "../../request.ts";
import type { Registry } from "../../registry.ts";
import { safeLine, table } from "../../screen/text.ts";
import { type TargetFlags, targetOf, targetText, withTarget } from "./target.ts";

export function history(group: Command, does: Registry["does"]): void {
  withTarget(
    group
      .command("history")
      .description("What happened to them, newest first; secrets without their values.")
      .argument("[name]", "of this one alone"),
  ).action(
    does<TargetFlags>(async (context, { args: [key], flags }) => {
      const engine = await context.engine();
      const changes = await engine.variables.history({ ...targetOf(context, flags), ...defined({ key }) });
      if (context.json) return context.result(JSON.stringify(changes));
      if (changes.length === 0) return context.say(`Nothing happened to variables of ${targetText(context, flags)}.`);
      const { paint } = context;
      const rows = changes.map((one) => [
        one.id,
        safeLine(one.key),
        one.action === "removed"
          ? "removed"
          : one.value === null
            ? paint.out.faint("secret")
            : safeLine(JSON.stringify(one.value).slice(1, -1)),
        one.at.slice(0, 16).replace("T", " "),
        safeLine(one.by ?? ""),
      ]);
      context.result(table(["CHANGE", "NAME", "SET TO", "WHEN", "BY"], rows).join("\n"));
    }),
  );

  withTarget(
    group
      .command("revert")
      .description("Put back what was there before a change.")
      .argument("<change>", "its id, from landfall env history"),
  ).action(
    does<TargetFlags>(async (context, { args: [id], flags }) => {
      const engine = await context.engine();
      const { key } = await engine.variables.revert(targetOf(context, flags), id!);
      if (context.json) return context.result(JSON.stringify({ reverted: id, key }));
      context.say(
        `${safeLine(key)} is what it was before. It takes effect with the next deployment: landfall redeploy`,
      );
    }),
  );

  withTarget(
    group
      .command("diff")
      .description("Compare with another environment; values are not shown.")
      .argument("<environment>", "the other one"),
  ).action(
    does<TargetFlags>(async (context, { args: [other], flags }) => {
      const engine = await context.engine();
      const target = targetOf(context, flags);
      const all = await engine.variables.compare({ ...target, with: other! });
      if (context.json) return context.result(JSON.stringify(all));
      const words = {
        "only-here": `only in ${target.environment}`,
        "only-there": `only in ${other!}`,
        different: "different",
      };
      const rows = all.flatMap(({ key, state }) => (state === "same" ? [] : [[safeLine(key), words[state]]]));
      if (rows.length === 0) return context.say(`${target.environment} and ${other!} have the same variables.`);
      context.result(table(["NAME", "IS"], rows).join("\n"));
    }),
  );
}
