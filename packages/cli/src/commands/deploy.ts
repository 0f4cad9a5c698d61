/** `landfall deploy [source]`, which is what `landfall` does: from a source to a URL. */
import type { DeployRequest, Engine, Prepared } from "@landfall/engine";
import { DeployError, errorCodes, reportOf } from "@landfall/engine/error";
import { carry, type DeployResult, type WaitFlags, waitTime, withWaitFlags } from "../carry.ts";
import type { Context } from "../context.ts";
import { remember } from "../links.ts";
import { askForMissing } from "../missing.ts";
import { requestFrom, type RequestFlags, withRequestFlags } from "../request.ts";
import type { Registry } from "../registry.ts";
import { announcement, describe, sureEnough } from "../screen/announce.ts";
import { confirm } from "../screen/prompt.ts";
import { errorOf, showPlan } from "./plan.ts";
import { showError } from "../tell.ts";

const jsonHelp = `
--json prints { id, status, platform, project, environment, url, previewUrl?, services, durationMs, bytesSent, filesSent, error? }.
bytesSent and filesSent count what went over a network to the platform; local sends nothing, so both are 0 there.`;

type DeployFlags = RequestFlags & WaitFlags & { dryRun?: boolean };

export function deploy({ program, does }: Registry): void {
  const command = program
    .command("deploy", { isDefault: true })
    .alias("up")
    .summary("Bring a project live (the default command).")
    .description("Bring a project live: a folder (default: this one), an archive, or a git address.")
    .argument("[source]", "folder, .zip, .tar, .tar.gz, .tar.zst, or git address");
  withWaitFlags(withRequestFlags(command))
    .option("--dry-run", "show the plan, change nothing")
    .addHelpText("after", jsonHelp)
    .action(
      does<DeployFlags>(async (context, { args: [source], flags }) => {
        const commands = program.commands.flatMap((one) => [one.name(), ...one.aliases()]);
        let request: DeployRequest | undefined;
        try {
          waitTime(flags);
          request = await requestFrom(source, flags, {
            cwd: context.cwd,
            env: context.world.env,
            commands,
            links: context.links,
          });
          return await deployOf(context, request, flags);
        } catch (error) {
          if (context.json) context.result(JSON.stringify(failure(flags, request, error)));
          showError(context, error);
          return errorCodes[reportOf(error).code].exit;
        }
      }),
    );
}

async function deployOf(context: Context, request: DeployRequest, flags: DeployFlags): Promise<number> {
  const engine = await context.engine();
  const first = await prepareOnScreen(context, engine, request);
  if (flags.dryRun === true) return showPlan(context, first);
  const columns = context.world.stderr.size().columns;
  context.say(announcement(first, { paint: context.paint.err, verbose: context.verbose, columns }).join("\n"));
  const prepared = await askForMissing(context, engine, first);
  if (prepared.problems.length > 0) {
    // All of them, so that one round of mending is enough; the first decides the status.
    for (const problem of prepared.problems.slice(1)) showError(context, errorOf(problem));
    throw errorOf(prepared.problems[0]!);
  }
  if (!(await isWanted(context, prepared))) {
    context.say("Nothing was deployed.");
    return 1;
  }
  const accepted = await engine.accept(prepared);
  remember(context.links, prepared);
  return carry(context, engine, accepted, flags);
}

async function prepareOnScreen(context: Context, engine: Engine, request: DeployRequest): Promise<Prepared> {
  const stop = new AbortController();
  const ignore = context.world.onSignal(() =>
    stop.abort(new DeployError("CANCELLED", { what: "Stopped before anything was deployed." })),
  );
  try {
    return await engine.prepare(request, { signal: stop.signal });
  } catch (error) {
    stop.signal.throwIfAborted();
    throw error;
  } finally {
    ignore();
  }
}

/** An unsure detection is shown, and put to the person when there is one. */
async function isWanted(context: Context, { request, detection, plan: made }: Prepared): Promise<boolean> {
  const best = detection?.candidates[0];
  const { framework, buildCommand, startCommand } = request.overrides ?? {};
  const isDecided = (framework ?? buildCommand ?? startCommand) !== undefined;
  if (best === undefined || best.confidence >= sureEnough || isDecided) return true;
  const others = detection!.candidates.slice(1, 4).map((one) => `${one.framework ?? one.runtime} (${one.kind})`);
  context.say(
    `  ${context.paint.err.warn("!")} Not sure about this.${others.length > 0 ? ` It could also be ${others.join(", ")}.` : ""} --framework, --build-command and --start-command decide.`,
  );
  return context.canAsk ? confirm(context.world, `Deploy as ${made.services.map(describe).join("; ")}?`, true) : true;
}

function failure(flags: DeployFlags, request: DeployRequest | undefined, error: unknown): DeployResult {
  return {
    id: null,
    status: "failed",
    platform: flags.platform ?? flags.target ?? "local",
    project: flags.project ?? flags.name ?? null,
    environment: request?.environment ?? "production",
    url: null,
    services: [],
    durationMs: null,
    bytesSent: 0,
    filesSent: 0,
    error: reportOf(error),
  };
}
