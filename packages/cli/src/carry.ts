/**
 * Carries an accepted deployment to its end before the person's eyes: does the work in this process, draws what happens, and hands the
 * work over to the background when the person leaves. Shared by deploy, redeploy, rollback and promote.
 */
import type { DeployEvent, DeploymentView, Engine, ErrorReport } from "@landfall/engine";
import { DeployError, errorCodes } from "@landfall/engine/error";
import { isSettled } from "@landfall/engine/events";
import type { Command } from "commander";
import type { Context } from "./context.ts";
import { showError } from "./tell.ts";
import { errorCard, successCard } from "./screen/card.ts";
import { checklistLines } from "./screen/checklist.ts";
import { frame } from "./screen/frame.ts";
import { liveOn } from "./screen/live.ts";
import { plainLines } from "./screen/plain.ts";
import { newProgress, type Progress, takeEvent } from "./screen/progress.ts";
import { duration, parseDuration, safeLine } from "./screen/text.ts";

export interface WaitFlags {
  detach?: boolean;
  /** False with --no-wait. */
  wait?: boolean;
  waitTimeout?: string;
}

/** The flags about waiting, for every command that starts a deployment. */
export function withWaitFlags(command: Command): Command {
  return command
    .option("-d, --detach", "return at once; the deployment goes on in the background")
    .option("--no-wait", "the same as --detach")
    .option("--wait-timeout <time>", "wait so long at most, such as 5m, then end with status 3");
}

/** Time for a second Ctrl-C after the first. */
const secondThoughtMs = 2000;
/** Time a cancelled deployment has to say that it is. */
const cancelMs = 10_000;
/** Time the sites have to answer for the checklist. */
const checklistMs = 5000;
/** Between two looks at what a deployment waits for that nobody has begun: nothing happens to it meanwhile. */
const waitingMs = 2000;

/** Follows `accepted` to its end, or as long as the person stays, and tells the result. The answer is the exit status. */
export async function carry(
  context: Context,
  engine: Engine,
  accepted: DeploymentView,
  flags: WaitFlags,
): Promise<number> {
  const waitMs = waitTime(flags);
  const cancelCommand = `landfall cancel ${accepted.id}`;
  if (flags.detach === true || flags.wait === false) {
    engine.workInBackground();
    return left(context, accepted, 0);
  }
  const progress = newProgress(context.world.now());
  const screen = screenFor(context, progress);
  const stopWork = new AbortController();
  const stopFollowing = new AbortController();
  const working = engine.work({ signal: stopWork.signal, until: "idle", only: accepted.id });
  const following = (async () => {
    for await (const event of engine.follow(accepted.id, { signal: stopFollowing.signal })) {
      takeEvent(progress, event);
      screen.take(event);
    }
  })();
  // Both may end by being stopped, which is no failure; what they throw before counts in the race.
  working.catch(() => {});
  following.catch(() => {});

  const leaving = Promise.withResolvers<"asked" | "told" | "late">();
  const cancelling = Promise.withResolvers<"cancel">();
  const ignoreSignals = context.world.onSignal((signal) => {
    if (signal !== "SIGINT") leaving.resolve("told");
    else if (progress.interrupted) cancelling.resolve("cancel");
    else {
      progress.interrupted = true;
      leaving.resolve("asked");
    }
  });
  let waitsFor: string | null = null;
  const tellWait = async (): Promise<void> => {
    if (progress.state !== "pending") return clearInterval(looking);
    const view = await engine.deployment(accepted.id);
    if (view.waitsFor === waitsFor) return;
    waitsFor = view.waitsFor;
    if (waitsFor !== null) screen.say(waitsFor);
  };
  const looking = setInterval(() => void tellWait().catch(() => {}), waitingMs); // The next look tells.
  const timer = waitMs === null ? undefined : setTimeout(() => leaving.resolve("late"), waitMs);
  try {
    const ended = following.then(() => "ended" as const);
    const why = await Promise.race([ended, working.then(() => ended), leaving.promise]);
    if (why !== "ended") {
      screen.end({ keep: true });
      if (why === "asked") {
        context.say(
          `The deployment goes on in the background. Press Ctrl-C again to cancel it, or later: ${cancelCommand}`,
        );
      }
      stopWork.abort();
      await working.catch(() => {});
      engine.workInBackground();
      const cancelled =
        why === "asked" &&
        (await Promise.race([cancelling.promise, context.world.sleep(secondThoughtMs)])) === "cancel";
      if (!cancelled) {
        if (why === "late")
          context.say(
            `Still running after ${duration(waitMs ?? 0)}; it goes on in the background. To cancel it: ${cancelCommand}`,
          );
        return left(context, await engine.deployment(accepted.id), 3);
      }
      context.say("Cancelling.");
      await engine.cancel(accepted.id);
      await Promise.race([ended, context.world.sleep(cancelMs)]);
    }
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
    ignoreSignals();
    stopFollowing.abort();
    screen.end({ keep: true });
  }
  await working.catch(() => {});
  return tellEnd(context, engine, await engine.deployment(accepted.id), progress);
}

/** Milliseconds of --wait-timeout; null to wait to the end. Throws INVALID_CONFIG. */
export function waitTime({ waitTimeout }: WaitFlags): number | null {
  if (waitTimeout === undefined) return null;
  const ms = parseDuration(waitTimeout);
  if (ms !== null) return ms;
  throw new DeployError("INVALID_CONFIG", {
    what: `${JSON.stringify(waitTimeout)} is no length of time.`,
    where: "--wait-timeout",
    next: "Write it as 90s, 5m or 1h.",
  });
}

interface Screen {
  take(event: DeployEvent): void;
  say(remark: string): void;
  end(options: { keep: boolean }): void;
}

function screenFor(context: Context, progress: Progress): Screen {
  const { world, paint, quiet, verbose } = context;
  if (quiet) return { take() {}, say() {}, end() {} };
  const linesOf = (event: DeployEvent): string[] => plainLines(event, { paint: paint.err, output: verbose });
  if (!world.stderr.isTerminal || context.json) {
    return {
      take(event) {
        const lines = linesOf(event);
        if (lines.length > 0) world.stderr.write(`${lines.join("\n")}\n`);
      },
      say: (remark) => context.say(remark),
      end() {},
    };
  }
  const live = liveOn(world.stderr, (size) =>
    frame(progress, {
      ...size,
      now: world.now(),
      paint: paint.err,
      hint: progress.interrupted || isSettled(progress.state) ? "" : "Ctrl-C leaves it running",
    }),
  );
  return {
    take(event) {
      if (event.type === "note" || event.type === "takeover" || (event.type === "log" && verbose))
        live.print(linesOf(event));
    },
    say: (remark) => live.print([safeLine(remark)]),
    end: live.end,
  };
}

function left(context: Context, view: DeploymentView, exit: number): number {
  if (context.json) context.result(JSON.stringify(resultOf(view)));
  else {
    context.result(view.id);
    context.say(`See how it goes with: landfall inspect ${view.id}`);
  }
  return exit;
}

async function tellEnd(context: Context, engine: Engine, view: DeploymentView, progress: Progress): Promise<number> {
  const card = { paint: context.paint.err, columns: context.world.stderr.size().columns };
  if (context.json) context.result(JSON.stringify(resultOf(view)));
  if (view.state === "success") {
    const reused = progress.steps.filter((step) => step.status === "reused").map((step) => step.name);
    for (const line of successCard(view, card, { reused })) context.say(line);
    if (context.json) return 0;
    if (!context.quiet) await tellChecklist(context, engine, view);
    if (view.url !== null) context.result(view.url);
    return 0;
  }
  const error = view.error ?? endedWithout(view);
  context.world.stderr.write(`${errorCard(error, card).join("\n")}\n`);
  if (view.state === "failed") context.say(`  More: landfall why ${view.id}`);
  return errorCodes[error.code].exit;
}

/** What is left to do, where the sites answer in time. */
async function tellChecklist(context: Context, engine: Engine, view: DeploymentView): Promise<void> {
  try {
    const items = await engine.checklist(view.id, { signal: AbortSignal.timeout(checklistMs) });
    const { columns } = context.world.stderr.size();
    for (const line of checklistLines(items, { paint: context.paint.err, columns, all: context.verbose }))
      context.say(line);
  } catch (error) {
    // The deployment has succeeded whatever the checklist says; a site too slow to ask is not worth a word here.
    if (context.debug) showError(context, error);
  }
}

function endedWithout(view: DeploymentView): ErrorReport {
  if (view.state === "cancelled") {
    const why = view.reason === null ? "" : ` ${view.reason}`;
    return { code: "CANCELLED", what: `The deployment was cancelled.${why}` };
  }
  return {
    code: "INTERNAL",
    what: `The deployment ended as ${view.state} without saying why.`,
    where: view.id,
    next: `See what happened with: landfall logs ${view.id} --build`,
  };
}

/** What `--json` prints of a deployment. */
export interface DeployResult {
  id: string | null;
  status: DeploymentView["state"];
  platform: string;
  project: string | null;
  environment: string;
  url: string | null;
  previewUrl?: string;
  services: DeploymentView["services"];
  durationMs: number | null;
  bytesSent: number;
  filesSent: number;
  error?: ErrorReport;
}

/** The JSON object of a deployment. */
export function resultOf(view: DeploymentView): DeployResult {
  const error = view.error ?? (view.state === "failed" || view.state === "cancelled" ? endedWithout(view) : null);
  return {
    id: view.id,
    status: view.state,
    platform: view.platform,
    project: view.project,
    environment: view.environment,
    url: view.url,
    ...(view.environment !== "production" && view.url !== null ? { previewUrl: view.url } : {}),
    services: view.services.map(({ name, url, alsoAt }) => ({ name, url, alsoAt })),
    durationMs: view.durationMs,
    bytesSent: view.bytesSent,
    filesSent: view.filesSent,
    ...(error === null ? {} : { error }),
  };
}
