/** `landfall env shared`: values kept once, that variables of several projects have. */
import type { Command } from "commander";
import { defined } from "../../request.ts";
import type { Registry } from "../../registry.ts";
import { safeLine, table } from "../../screen/text.ts";
import { type TargetFlags, targetOf, targetText, withTarget } from "./target.ts";
import { valuesOf } from "./values.ts";

export function shared(parent: Command, does: Registry["does"]): void {
  const group = parent.command("shared").description("Values kept once, for variables of several projects.");

  group
    .command("ls", { isDefault: true })
    .description("List them, and the variables that have them; secrets without their values.")
    .action(
      does(async (context) => {
        const all = await (await context.engine({ restore: false })).shared.list();
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0)
          return context.say("No value is shared. Share one with: landfall env shared set NAME=value");
        const { paint } = context;
        const rows = all.map((one) => [
          safeLine(one.key),
          one.value === null ? paint.out.faint("secret") : safeLine(JSON.stringify(one.value).slice(1, -1)),
          one.mappings
            .map(({ project, environment, key }) => safeLine(`${key} of ${project} · ${environment}`))
            .join(", "),
        ]);
        context.result(table(["NAME", "VALUE", "IS"], rows).join("\n"));
      }),
    );

  group
    .command("set")
    .description("Share values: NAME=value, or NAME alone to type its value or pipe it in, byte for byte.")
    .argument("<name=value...>", "values")
    .option("--sensitive", "nobody may read them back (default for names that look like secrets)")
    .option("--plain", "anybody may read them back")
    .action(
      does<{ sensitive?: boolean; plain?: boolean }>(async (context, { args, flags }) => {
        const values = await valuesOf(context, (args[0] ?? []) as unknown as string[]);
        const sensitive = flags.sensitive === true ? true : flags.plain === true ? false : undefined;
        await (await context.engine({ restore: false })).shared.set(values, defined({ sensitive }));
        const names = Object.keys(values);
        if (context.json) return context.result(JSON.stringify({ set: names }));
        context.say(
          `Shared ${names.map(safeLine).join(", ")}. Every variable that has it has the new value from the next deployment on.`,
        );
      }),
    );

  group
    .command("rm")
    .description("Remove a value that no variable has any more.")
    .argument("<name>", "the value")
    .action(
      does(async (context, { args: [key] }) => {
        await (await context.engine({ restore: false })).shared.remove(key!);
        if (context.json) return context.result(JSON.stringify({ removed: key }));
        context.say(`${safeLine(key!)} is shared no longer.`);
      }),
    );

  withTarget(
    group
      .command("map")
      .description("Give a variable of a project a shared value; one the project sets itself wins.")
      .argument("<name>", "the shared value"),
  )
    .option("--as <key>", "the variable (default: called the same)")
    .action(
      does<TargetFlags & { as?: string }>(async (context, { args: [sharedKey], flags }) => {
        const key = flags.as ?? sharedKey!;
        await (await context.engine({ restore: false })).shared.map({
          ...targetOf(context, flags),
          key,
          sharedKey: sharedKey!,
        });
        if (context.json) return context.result(JSON.stringify({ ...targetOf(context, flags), key, sharedKey }));
        context.say(
          `${safeLine(key)} of ${targetText(context, flags)} is the shared ${safeLine(sharedKey!)} from the next deployment on.`,
        );
      }),
    );

  withTarget(
    group
      .command("unmap")
      .description("Take the shared value from a variable again.")
      .argument("<key>", "the variable"),
  ).action(
    does<TargetFlags>(async (context, { args: [key], flags }) => {
      await (await context.engine({ restore: false })).shared.unmap({ ...targetOf(context, flags), key: key! });
      if (context.json) return context.result(JSON.stringify({ ...targetOf(context, flags), unmapped: key }));
      context.say(
        `${safeLine(key!)} of ${targetText(context, flags)} has no shared value from the next deployment on.`,
      );
    }),
  );
}
