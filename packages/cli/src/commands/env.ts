/** `landfall env`: the variables of a project. Values are kept byte for byte. */
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Engine } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { readEnvFile, writeEnvText } from "../env-file.ts";
import { projectOf } from "../project.ts";
import { collect, defined, requestFrom } from "../request.ts";
import type { Registry } from "../run.ts";
import { ask } from "../screen/prompt.ts";
import { count, safeLine, table } from "../screen/text.ts";

interface TargetFlags {
  project?: string;
  environment: string;
}

export function env({ program, does }: Registry): void {
  const group = program.command("env").description("Variables of a project.");

  withTarget(group.command("ls").description("List them; secrets without their values."))
    .option("--reveal", "with the values of secrets")
    .action(
      does<TargetFlags & { reveal?: boolean }>(async (context, { flags }) => {
        const engine = await context.engine();
        const all = await engine.variables.list({ ...targetOf(context, flags), ...defined({ reveal: flags.reveal }) });
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
      const text = await writeEnvText(Object.fromEntries(all.map((one) => [one.key, one.value ?? ""])));
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
      done(context, flags, { written: file!, count: all.length });
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

  withTarget(
    group
      .command("check")
      .description("Compare what the code needs with what is set; status 2 when something is missing or wrong.")
      .argument("[source]", "folder, archive or git address (default: this folder)"),
  )
    .option("--env-file <file>", "values from a .env file too (repeatable)", collect)
    .action(
      does<TargetFlags & { envFile?: string[] }>(async (context, { args: [source], flags }) => {
        const request = await requestFrom(source, defined({ envFile: flags.envFile }), {
          cwd: context.cwd,
          env: {},
          commands: [],
        });
        const engine = await context.engine();
        const prepared = await engine.prepare({
          ...request,
          environment: flags.environment,
          generateSecrets: true,
          ...defined({ project: flags.project }),
        });
        const described = new Map(prepared.detection?.env.map((one) => [one.key, one]));
        const faults = new Map(
          prepared.problems
            .filter(({ code }) => code === "INVALID_VARIABLE" || code === "MISSING_VARIABLE")
            .flatMap(({ faults: all = [] }) => all.map(({ path, message }) => [path.split(": ").at(-1)!, message])),
        );
        const variables = [
          ...new Map(
            prepared.plan.services.flatMap((service) => service.variables.map((one) => [one.key, one])),
          ).values(),
        ].map(({ key, required, sensitive, class: when, from, foundIn }) => {
          const isMissing = from === "missing";
          const state = isMissing ? (required ? "missing" : "optional") : faults.has(key) ? "invalid" : "ok";
          return {
            key,
            state,
            required,
            sensitive,
            class: when,
            from,
            foundIn,
            ...defined({
              description: described.get(key)?.description,
              fault: state === "invalid" ? faults.get(key) : undefined,
            }),
          };
        });
        const bad = variables.filter(({ state }) => state === "missing" || state === "invalid");
        if (context.json) context.result(JSON.stringify({ ok: bad.length === 0, variables }));
        else {
          const paint = context.paint.out;
          const marks = {
            ok: paint.good("✓"),
            missing: paint.bad("✗ missing"),
            invalid: paint.bad("✗ invalid"),
            optional: paint.faint("- not set"),
          };
          const rows = variables.map((one) => [
            safeLine(one.key),
            marks[one.state as keyof typeof marks],
            one.from === "missing" ? "" : one.from,
            safeLine(one.fault ?? one.foundIn[0] ?? ""),
          ]);
          if (rows.length > 0) context.result(table(["NAME", "STATE", "FROM", "WHERE"], rows).join("\n"));
          context.say(
            bad.length === 0
              ? `${count(variables.length, "variable")} known, nothing is missing.`
              : `${count(bad.length, "variable")} to mend. Set one with: landfall env set ${bad[0]!.key}`,
          );
        }
        return bad.length === 0 ? 0 : 2;
      }),
    );
}

function withTarget(command: Command): Command {
  return command
    .option("-p, --project <name>", "name of the project (default: this folder's)")
    .option("--environment <name>", "environment of it", "production");
}

function targetOf(context: Context, flags: TargetFlags): { project: string; environment: string } {
  return { project: projectOf(context, flags.project), environment: flags.environment };
}

function targetText(context: Context, flags: TargetFlags): string {
  return `${projectOf(context, flags.project)} · ${flags.environment}`;
}

/** Variables of `NAME=value` words; a name alone is typed by the person or read from a pipe. */
async function valuesOf(context: Context, words: string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  const open = words.filter((word) => !word.includes("="));
  if (open.length > 1 && !context.canAsk) {
    throw new DeployError("INVALID_CONFIG", {
      what: `There are ${open.length} names without a value, and a pipe brings one.`,
      next: "Give all but one as NAME=value, or use: landfall env push FILE",
    });
  }
  for (const word of words) {
    const at = word.indexOf("=");
    if (at !== -1) values[word.slice(0, at)] = word.slice(at + 1);
    else if (context.canAsk) {
      const answer = await ask(context.world, `${word} (not shown while you type): `, { hidden: true });
      if (answer === null) throw new DeployError("CANCELLED", { what: "Nothing was set." });
      values[word] = answer;
    } else if (context.world.stdin.isTTY === true) {
      throw new DeployError("INVALID_CONFIG", {
        what: `${word} has no value.`,
        next: `Write it as ${word}=value, or pipe it in.`,
      });
    } else values[word] = await pipedValue(context, word);
  }
  return values;
}

async function pipedValue(context: Context, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of context.world.stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  let value: string;
  try {
    value = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new DeployError("INVALID_VARIABLE", {
      what: `The value piped in for ${name} is not UTF-8 text.`,
      next: "Encode it, for example with base64.",
    });
  }
  if (value.endsWith("\n")) {
    context.say(
      `${context.paint.err.warn("!")} The value of ${name} ends with a line break, which is kept. Without one: printf %s "$VALUE" | landfall env set ${name}`,
    );
  }
  return value;
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
