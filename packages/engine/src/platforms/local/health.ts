/** Whether a program that was started is fit for the traffic: asked past the edge until it is, or until it is plain that it will not be. */
import type { Clock } from "../../clock.ts";
import { silenceInWords, statusAt } from "../../deployment/ask.ts";
import { DeployError } from "../../error.ts";
import { explainStart } from "../../build/failures.ts";
import type { ServicePlan } from "../../plan/plan.ts";
import { remedyFor } from "../../process/exec.ts";
import type { EdgeService } from "./edge-control.ts";

/** Two good answers in a row, so that a program that answers once and dies is not taken for healthy. */
const goodAnswers = 2;
const betweenProbesMs = 100;
/** Ends in a row after which nobody waits for a program any longer. */
const mostRestarts = 3;
/** A program that has listened elsewhere for so long, and opens no other port, is not going to listen where it should. */
const elsewhereMs = 5_000;

/** Addresses that take connections to 127.0.0.1. */
const reachable = new Set(["127.0.0.1", "0.0.0.0", "::"]);

/**
 * Resolves when the service is healthy: a worker runs, a server answers below 500. `look` says how the program is by now.
 * Throws START_FAILED, UNHEALTHY, and the signal's reason.
 */
export async function untilHealthy({
  plan,
  look,
  clock,
  signal,
  log,
}: {
  plan: ServicePlan;
  look(): Promise<EdgeService | undefined>;
  clock: Clock;
  signal: AbortSignal;
  log(line: string): void;
}): Promise<void> {
  const startedAt = clock.now();
  let good = 0;
  let last = "";
  let elsewhere = { ports: "", since: startedAt };
  for (;;) {
    signal.throwIfAborted();
    const service = await look();
    if (service?.state === "failed" || (service && service.restarts >= mostRestarts)) throw startFailed(plan, service);
    if (plan.kind === "worker") {
      if (service?.state === "running" && ++good >= goodAnswers) return;
    } else if (service?.port && service.state !== "backoff") {
      const answer = await ask(service.port, plan, signal);
      if (answer.text !== last) log(`GET ${plan.check.path} → ${answer.text}`);
      last = answer.text;
      good = answer.healthy && mayBeIts(service) ? good + 1 : 0;
      if (good >= goodAnswers) return;
    }
    const ports = service && plan.kind !== "worker" ? addressesElsewhere(service).join(", ") : "";
    if (ports !== elsewhere.ports) elsewhere = { ports, since: clock.now() };
    const waitedMs = clock.now() - startedAt;
    const isLost = ports !== "" && clock.now() - elsewhere.since >= elsewhereMs;
    if (isLost || waitedMs > plan.check.timeoutMs) throw unhealthy(plan, service, { last, waitedMs });
    await clock.sleep(betweenProbesMs, signal);
  }
}

/** Whether the program answers now. Anything below 500 is a program that lives: it may have nothing at `/`. */
export async function ask(
  port: number,
  { hosts, check }: ServicePlan,
  signal: AbortSignal,
): Promise<{ healthy: boolean; text: string }> {
  try {
    const askAs = (host: string): Promise<number> => statusAt({ port, host, path: check.path, signal });
    const status = await askAs(hosts[0]!);
    if (status < 500) return { healthy: true, text: String(status) };
    // It may ask itself at the address it is asked for, where it is not found before it has the traffic.
    const asItself = await askAs(`localhost:${port}`);
    return asItself < 500
      ? { healthy: true, text: `${asItself} as localhost` }
      : { healthy: false, text: String(status) };
  } catch (error) {
    signal.throwIfAborted();
    return { healthy: false, text: silenceInWords(error) };
  }
}

/** Whether an answer from the port is the program's: another may have taken the port since it was found free. */
function mayBeIts({ port, listening }: EdgeService): boolean {
  return process.platform !== "linux" || listening.some((one) => one.port === port);
}

/** Where it listens, when that is not where it is asked; empty when it is, or when it listens nowhere (yet). */
function addressesElsewhere({ port, listening }: EdgeService): string[] {
  if (listening.some((one) => one.port === port && reachable.has(one.host))) return [];
  return listening.map(({ host, port: other }) => `${host.includes(":") ? `[${host}]` : host}:${other}`);
}

/**
 * What a program printed, for who has to mend it: its files by their paths in the project, without the frames of packages and of Node.js
 * itself, and what it says of every request alike once, where it said it last.
 */
function telling(lines: readonly string[]): string[] {
  const own = lines
    .filter((line) => !/^\s+at .*(?:node_modules[/\\]|\(?node:)/.test(line))
    .map((line) => line.replaceAll(/[^\s('"]*\/releases\/rel_\w+\.[^/\s]+\//g, ""));
  return own.filter((line, at) => own.indexOf(line, at + 1) === -1);
}

function startFailed(plan: ServicePlan, { state, lastExit, lastLines }: EdgeService): DeployError {
  const missing = /: (\S+) is not installed$/.exec(lastExit ?? "")?.[1];
  const failure = explainStart(lastLines, { packageManager: plan.build?.packageManager, framework: plan.framework });
  const what =
    state === "failed"
      ? (lastExit ?? "could not be started")
      : `ends again and again after it is started${lastExit ? `: ${lastExit}` : ""}`;
  const without = plan.filesOf === undefined ? "" : ` To deploy without it: --service ${plan.filesOf}.`;
  return new DeployError("START_FAILED", {
    what: `${plan.name} ${what}.${failure ? ` ${failure.cause}` : ""}`,
    where: `start of ${plan.name}: ${plan.start?.argv.join(" ") ?? ""}`,
    next:
      (missing === undefined
        ? (failure?.next.join(" ") ??
          "Read what it printed; a missing variable or a missing dependency is the usual cause.")
        : remedyFor(missing)) + without,
    step: "deploy",
    evidence: telling(lastLines).slice(-20),
  });
}

/** How programs of a runtime read the port. */
const portReads: Readonly<Record<string, string>> = {
  go: 'http.ListenAndServe(":"+os.Getenv("PORT"), nil)',
  rust: 'std::env::var("PORT")',
  ruby: 'ENV["PORT"]',
  python: 'os.environ["PORT"]',
  java: 'System.getenv("PORT")',
  php: 'getenv("PORT")',
  elixir: 'System.get_env("PORT")',
  dotnet: 'Environment.GetEnvironmentVariable("PORT")',
  deno: 'Deno.env.get("PORT")',
};

function unhealthy(
  plan: ServicePlan,
  service: EdgeService | undefined,
  { last, waitedMs }: { last: string; waitedMs: number },
): DeployError {
  const elsewhere = service ? addressesElsewhere(service) : [];
  const onPort = service?.listening.some((one) => one.port === service.port) ?? false;
  const listens =
    elsewhere.length > 0
      ? `It listens on ${elsewhere.join(", ")}, but ${onPort ? "not on 127.0.0.1, where it is asked" : `PORT was ${service!.port}`}.`
      : service && service.listening.length === 0
        ? "It listens on no port."
        : `The last answer was: ${last || "none"}.`;
  const isMute = elsewhere.length === 0 && service?.listening.length === 0;
  const next = isMute
    ? `Make it listen on the port in the environment variable PORT within that time; if it is a worker that nobody asks, say so in landfall.json: "kind": "worker".`
    : elsewhere.length === 0
      ? "Make it answer on that path below 500, or name another with healthPath in landfall.json."
      : onPort
        ? "Make it listen on 127.0.0.1 or 0.0.0.0; the environment variable HOST names the address."
        : `Make it listen on the port in the environment variable PORT, such as ${portReads[plan.runtime] ?? "app.listen(process.env.PORT)"}.`;
  return new DeployError("UNHEALTHY", {
    what: `${plan.name} did not get healthy within ${Math.floor(waitedMs / 1_000)} s. ${listens}`,
    where: `GET ${plan.check.path} on port ${service?.port ?? "?"} of ${plan.name}`,
    next,
    step: "verify",
    evidence: telling(service?.lastLines ?? []).slice(-50),
  });
}
