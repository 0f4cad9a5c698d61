/** `landfall env check`: what the code needs beside what is set. */
import type { PlannedVariable, Prepared } from "@landfall/engine";
import type { Command } from "commander";
import { collect, defined, requestFrom } from "../../request.ts";
import type { Registry } from "../../registry.ts";
import type { Paint } from "../../screen/paint.ts";
import { count, safeLine, table } from "../../screen/text.ts";
import { type TargetFlags, withTarget } from "./target.ts";

type State = "ok" | "missing" | "invalid" | "optional";

type Checked = Pick<PlannedVariable, "key" | "required" | "sensitive" | "class" | "from" | "foundIn"> & {
  state: State;
  description?: string;
  /** What is wrong with the value. */
  fault?: string;
};

export function check(group: Command, does: Registry["does"]): void {
  withTarget(
    group
      .command("check")
      .description("Compare what the code needs with what is set; status 2 when something is missing or wrong.")
      .argument("[source]", "folder, archive or git address (default: this folder)"),
  )
    .option("--env-file <file>", "values from a .env file too (repeatable)", collect)
    .action(
      does<TargetFlags & { envFile?: string[] }>(async (context, { args: [source], flags }) => {
        const asked = defined({ envFile: flags.envFile, project: flags.project });
        const request = await requestFrom(source, asked, {
          cwd: context.cwd,
          env: {},
          commands: [],
          links: context.links,
        });
        const engine = await context.engine();
        const variables = checkedOf(await engine.prepare({ ...request, environment: flags.environment }));
        const bad = variables.filter(({ state }) => state === "missing" || state === "invalid");
        if (context.json) context.result(JSON.stringify({ ok: bad.length === 0, variables }));
        else {
          if (variables.length > 0) context.result(tableOf(variables, context.paint.out).join("\n"));
          context.say(
            bad[0] === undefined
              ? `${count(variables.length, "variable")} known, nothing is missing.`
              : `${count(bad.length, "variable")} to mend. Set one with: landfall env set ${bad[0].key}`,
          );
        }
        return bad.length === 0 ? 0 : 2;
      }),
    );
}

/** Every variable of every service, once. */
function checkedOf({ plan, detection, problems }: Prepared): Checked[] {
  const known = [...(detection?.env ?? []), ...(detection?.services ?? []).flatMap((service) => service.env)];
  const described = new Map(known.map((variable) => [variable.key, variable.description]));
  const faults = new Map(
    problems
      .filter(({ code }) => code === "INVALID_VARIABLE")
      .flatMap(({ faults: all = [] }) => all.map(({ path, message }) => [path, message])),
  );
  const checked = plan.services.flatMap((service) =>
    service.variables.map(({ key, required, sensitive, class: when, from, foundIn }): Checked => {
      const state = stateOf({ from, required }, faults.has(key));
      const more = defined({ description: described.get(key), fault: faults.get(key) });
      return { key, state, required, sensitive, class: when, from, foundIn, ...more };
    }),
  );
  return [...new Map(checked.map((one) => [one.key, one])).values()];
}

function stateOf({ from, required }: Pick<PlannedVariable, "from" | "required">, isFaulty: boolean): State {
  if (from === "missing") return required ? "missing" : "optional";
  return isFaulty ? "invalid" : "ok";
}

function tableOf(variables: Checked[], paint: Paint): string[] {
  const marks: Record<State, string> = {
    ok: paint.good("✓"),
    missing: paint.bad("✗ missing"),
    invalid: paint.bad("✗ invalid"),
    optional: paint.faint("- not set"),
  };
  const rows = variables.map((one) => [
    safeLine(one.key),
    marks[one.state],
    one.from === "missing" ? "" : one.from,
    safeLine(one.fault ?? one.foundIn[0] ?? ""),
  ]);
  return table(["NAME", "STATE", "FROM", "WHERE"], rows);
}
