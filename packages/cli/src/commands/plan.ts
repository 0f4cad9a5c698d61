/** `landfall plan [source]`: what deploy would do. */
import type { Prepared } from "@landfall/engine";
import { DeployError, errorCodes } from "@landfall/engine/error";
import type { Context } from "../context.ts";
import { requestFrom, type RequestFlags, withRequestFlags } from "../request.ts";
import type { Registry } from "../registry.ts";
import { planText } from "../screen/announce.ts";
import { showError } from "../tell.ts";

export function plan({ program, does }: Registry): void {
  const command = program
    .command("plan")
    .summary("Show what deploy would do.")
    .description("Show what deploy would do, without changing anything.")
    .argument("[source]", "folder, archive or git address (default: this folder)");
  withRequestFlags(command).action(
    does<RequestFlags>(async (context, { args: [source], flags }) => {
      const request = await requestFrom(source, flags, {
        cwd: context.cwd,
        env: context.world.env,
        commands: [],
        links: context.links,
      });
      const engine = await context.engine();
      return showPlan(context, await engine.prepare(request));
    }),
  );
}

/** The plan is the result; its problems are told like errors and decide the exit status. */
export function showPlan(context: Context, prepared: Prepared): number {
  const { plan: made, problems, excluded } = prepared;
  if (context.json) {
    context.result(JSON.stringify({ ...made, excluded, problems }));
  } else {
    const { columns } = context.world.stdout.size();
    context.result(planText(prepared, { paint: context.paint.out, columns }).join("\n"));
  }
  for (const problem of problems) showError(context, errorOf(problem));
  return problems[0] === undefined ? 0 : errorCodes[problems[0].code].exit;
}

/** A problem of the plan, as what throws it. */
export function errorOf({ code, ...text }: Prepared["problems"][number]): DeployError {
  return new DeployError(code, text);
}
