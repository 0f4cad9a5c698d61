/** `landfall env`: the variables of a project. Values are kept byte for byte. */
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Engine, VariableView } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import type { Context } from "../context.ts";
import { readEnvFile, writeEnvText } from "../env-file.ts";
import { defined } from "../request.ts";
import type { Registry } from "../registry.ts";
import { count, safeLine, table } from "../screen/text.ts";
import { check } from "./env/check.ts";
import { history } from "./env/history.ts";
import { shared } from "./env/shared.ts";
import { type TargetFlags, targetOf, targetText, withTarget } from "./env/target.ts";
import { valuesOf } from "./env/values.ts";

export function env({ program, does }: Registry): void {
  const group = program.command("env").description("Variables of a project.");

  withTarget(group.command("ls").description("List them; secrets without their values."))
    .option("--reveal", "with the values of secrets")
    .action(
      does<TargetFlags & { reveal?: boolean }>(async (context, { flags }) => {
        const engine = await context.engine();
        const all = await engine.variables.list({ ...targetOf(context, flags), ...defined({ reveal: flags.reveal }) });
        if (flags.reveal === true) tellHidden(context, all);
        if (context.json) return context.result(JSON.stringify(all));
        if (all.length === 0) return context.say(`${targetText(context, flags)} has no variables.`);
        const { paint } = context;
        const rows = all.map((one) => [
          safeLine(one.key),
          one.value === null ? paint.out.faint("secret") : safeLine(JSON.stringify(one.value).slice(1, -1)),
          one.environment,
          one.updatedAt.slice(0, 16).replace("T", " "),
        ]);
        context.result(table(["NAME", "VALUE", "ENVIRONMENT", "CHANGED"], rows).join("\n"));
      }),
    );

  withTarget(
    group
      .command("set")
      .description("Set variables: NAME=value, or NAME alone to type its value or pipe it in, byte for byte.")
      .argument("<name=value...>", "variables"),
  )
    .option("--sensitive", "nobody may read them back (default for names that look like secrets)")
    .option("--plain", "anybody may read them back")
    .option("--allow-empty", "an empty value is meant")
    .action(
      does<TargetFlags & { sensitive?: boolean; plain?: boolean; allowEmpty?: boolean }>(
        async (context, { args, flags }) => {
          const values = await valuesOf(context, (args[0] ?? []) as unknown as string[]);
          await setAll(context, await context.engine(), flags, values);
        },
      ),
    );

  withTarget(group.command("rm").description("Remove variables.").argument("<name...>", "names")).action(
    does<TargetFlags>(async (context, { args, flags }) => {
      const keys = (args[0] ?? []) as unknown as string[];
      const engine = await context.engine();
      const target = targetOf(context, flags);
      const known = new Set((await engine.variables.list(target)).map((one) => one.key));
      const unknown = keys.filter((key) => !known.has(key));
      if (unknown.length > 0) {
        throw new DeployError("NOT_FOUND", {
          what: `${targetText(context, flags)} has no ${unknown.join(", ")}.`,
          next: known.size === 0 ? "It has no variables." : `It has: ${[...known].join(", ")}.`,
        });
      }
      await engine.variables.remove(target, keys);
      done(context, flags, { removed: keys });
    }),
  );

  withTarget(
    group
      .command("pull")
      .description("Write them into a file.")
      .argument("[file]", "the file, - for stdout", ".env.local"),
  ).action(
    does<TargetFlags>(async (context, { args: [file], flags }) => {
      const engine = await context.engine();
      const all = await engine.variables.list({ ...targetOf(context, flags), reveal: true });
      const readable = all.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]));
      const text = await writeEnvText(Object.fromEntries(readable));
      tellHidden(context, all);
      if (file === "-") return context.world.stdout.write(text);
      const path = resolve(context.cwd, file!);
      if (existsSync(path) && !context.yes) {
        throw new DeployError("CONFLICT", {
          what: `${file} is there already; nothing was written.`,
          where: path,
          next: `Overwrite it with --yes, or name another file: landfall env pull .env.${flags.environment}`,
        });
      }
      writeFileSync(path, text, { mode: 0o600 });
      chmodSync(path, 0o600); // A file that was there keeps its mode otherwise.
      done(context, flags, { written: file!, count: readable.length });
    }),
  );

  withTarget(
    group.command("push").description("Set the variables of a .env file.").argument("[file]", "the file", ".env"),
  )
    .option("--sensitive", "nobody may read them back (default for names that look like secrets)")
    .option("--plain", "anybody may read them back")
    .option("--allow-empty", "empty values are meant")
    .action(
      does<TargetFlags & { sensitive?: boolean; plain?: boolean; allowEmpty?: boolean }>(
        async (context, { args: [file], flags }) => {
          const values = await readEnvFile(resolve(context.cwd, file!));
          await setAll(context, await context.engine(), flags, values);
        },
      ),
    );

  check(group, does);
  history(group, does);
  shared(group, does);
}

/** Of a server, nobody reads a secret back. */
function tellHidden(context: Context, all: VariableView[]): void {
  const hidden = all.filter(({ value }) => value === null).map(({ key }) => safeLine(key));
  if (hidden.length === 0) return;
  const { warn } = context.paint.err;
  context.say(
    `${warn("!")} The server keeps ${hidden.join(", ")} to itself: a secret can be set there, and not read back.`,
  );
}

async function setAll(
  context: Context,
  engine: Engine,
  flags: TargetFlags & { sensitive?: boolean; plain?: boolean; allowEmpty?: boolean },
  values: Record<string, string>,
): Promise<void> {
  const sensitive = flags.sensitive === true ? true : flags.plain === true ? false : undefined;
  await engine.variables.set(targetOf(context, flags), values, defined({ sensitive, allowEmpty: flags.allowEmpty }));
  done(context, flags, { set: Object.keys(values) });
}

function done(
  context: Context,
  flags: TargetFlags,
  what: { set?: string[]; removed?: string[]; written?: string; count?: number },
): void {
  if (context.json) return context.result(JSON.stringify({ ...targetOf(context, flags), ...what }));
  if (what.written !== undefined)
    return context.say(
      `Wrote ${count(what.count ?? 0, "variable")} of ${targetText(context, flags)} to ${what.written}.`,
    );
  const names = (what.set ?? what.removed ?? []).map(safeLine).join(", ");
  context.say(
    `${what.set === undefined ? "Removed" : "Set"} ${names} of ${targetText(context, flags)}. It counts from the next deployment on.`,
  );
}
