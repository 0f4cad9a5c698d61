/** Asks a person for the variables a deployment lacks. */
import type { Engine, Prepared } from "@landfall/engine";
import type { Context } from "./context.ts";
import { ask, confirm } from "./screen/prompt.ts";
import { safeLine } from "./screen/text.ts";

/**
 * Prepared again with what the person typed, until nothing required is missing or they had enough; the same as given when nobody can be
 * asked, or something else is wrong too. Kept with the project when they say so.
 */
export async function askForMissing(context: Context, engine: Engine, prepared: Prepared): Promise<Prepared> {
  let current = prepared;
  while (context.canAsk && current.problems.length > 0 && current.problems.every(isAboutValues)) {
    const answers = await askOnce(context, current);
    if (Object.keys(answers).length === 0) return current;
    const { project, environment } = current.plan;
    const sensitive = new Set(
      variablesOf(current)
        .filter((one) => one.sensitive)
        .map((one) => one.key),
    );
    current = await engine.prepare({ ...current.request, variables: { ...current.request.variables, ...answers } });
    if (current.problems.length > 0) continue;
    if (await confirm(context.world, "Keep these values for the next deployments?", true)) {
      for (const kept of [true, false]) {
        const values = Object.fromEntries(Object.entries(answers).filter(([key]) => sensitive.has(key) === kept));
        if (Object.keys(values).length > 0)
          await engine.variables.set({ project, environment }, values, { sensitive: kept });
      }
    }
  }
  return current;
}

function isAboutValues({ code }: { code: string }): boolean {
  return code === "MISSING_VARIABLE" || code === "INVALID_VARIABLE";
}

function variablesOf({ plan }: Prepared) {
  return plan.services.flatMap((service) => service.variables);
}

async function askOnce(context: Context, prepared: Prepared): Promise<Record<string, string>> {
  const refused = new Map(
    prepared.problems.flatMap(({ code, faults = [] }) => faults.map(({ path, message }) => [path, { code, message }])),
  );
  const described = new Map(prepared.detection?.env.map((variable) => [variable.key, variable]));
  const answers: Record<string, string> = {};
  for (const variable of variablesOf(prepared)) {
    const isMissing = variable.from === "missing" && variable.required;
    const fault = refused.get(variable.key);
    if (variable.key in answers || !(isMissing || fault?.code === "INVALID_VARIABLE")) continue;
    const { description, example, because } = described.get(variable.key) ?? {};
    const remarks = [
      fault?.code === "INVALID_VARIABLE" ? fault.message : description?.replace(/\.$/, ""),
      example === undefined || variable.sensitive ? undefined : `such as ${example}`,
      isMissing ? because : undefined,
      variable.foundIn[0] === undefined ? undefined : `read at ${variable.foundIn[0]}`,
    ].filter((remark) => remark !== undefined);
    const { paint, world } = context;
    world.stderr.write(
      `\n  ${paint.err.strong(variable.key)}  ${paint.err.faint(remarks.map(safeLine).join(" · "))}\n`,
    );
    const question = variable.sensitive ? "  Value (not shown while you type): " : "  Value: ";
    const answer = await ask(world, question, { hidden: variable.sensitive });
    if (answer === null) return {};
    if (answer !== "") answers[variable.key] = answer;
  }
  return answers;
}
