/**
 * Many deployments on one PostgreSQL, accepted by one process and worked off by two, of which one is killed every moment, while the server
 * itself restarts twice: what was accepted must succeed, once, and be served.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { DeploymentView, Engine } from "@landfall/engine";
import { get } from "@landfall/engine/deployment/ask";
import { isSettled } from "@landfall/engine/events";
import { pageOf, platformOf, projectOf } from "./deployments.ts";
import { killed, openPostgresPlace } from "./postgres-place.ts";

export interface Outcome {
  /** What is not as it must be, in words; empty when all is well. */
  faults: string[];
  kills: number;
  restarts: number;
  takeovers: number;
  /** The longest time in which nothing was heard of a deployment that had begun. */
  longestPauseMs: number;
  /** From acceptance to the first step, of each. */
  waitsMs: number[];
}

const killEveryMs = 1_200;
/** How a process ends that finds no database while it starts: whoever looks after it starts it again. */
const tryAgain = 75;
/** Everything must have ended so long after the last was accepted. */
const endWithinMs = 120_000;

export async function crashMany({ count, random }: { count: number; random: () => number }): Promise<Outcome> {
  const place = await openPostgresPlace();
  const { engine, server } = place;
  const folder = mkdtempSync(join(tmpdir(), "landfall-many-"));
  const acknowledged = new Set<string>();
  const outcome: Outcome = { faults: [], kills: 0, restarts: 0, takeovers: 0, longestPauseMs: 0, waitsMs: [] };
  const processes: Record<string, ChildProcess> = {};
  const end = { isNear: false, isAccepted: false };

  function start(name: "acceptor" | "first" | "second"): void {
    const child = place.start(name === "acceptor" ? { folder, count } : "worker");
    processes[name] = child;
    createInterface({ input: child.stdout! }).on("line", (id) => acknowledged.add(id));
    child.once("exit", (code) => {
      if (code === 0) end.isAccepted = true;
      else if (code !== null && code !== tryAgain) outcome.faults.push(`${name} ended with ${code}`);
      if (code !== 0 && !end.isNear) start(name);
    });
  }

  try {
    for (const name of ["acceptor", "first", "second"] as const) start(name);
    let deadline = Infinity;
    for (;;) {
      await delay(killEveryMs * (0.5 + random()));
      const names = Object.keys(processes).filter((name) => name !== "acceptor" || !end.isAccepted);
      if (processes[names[Math.floor(random() * names.length)]!]!.kill("SIGKILL")) outcome.kills += 1;
      const all = await engine.deployments({ limit: count * 2 });
      if (all.length >= (count / 3) * (outcome.restarts + 1) && outcome.restarts < 2)
        await server.restart(outcome.restarts++ === 0 ? "immediate" : "fast");
      if (end.isAccepted && deadline === Infinity) deadline = Date.now() + endWithinMs;
      if (end.isAccepted && outcome.restarts === 2 && all.length >= count && all.every(({ state }) => isSettled(state)))
        break;
      if (Date.now() > deadline) break;
    }
    end.isNear = true;
    for (const child of Object.values(processes)) await killed(child);
    await look(engine, { count, acknowledged, outcome });
    const remote = [place.netlify.deploys.size, place.netlify.sites.size];
    const wanted = Array.from({ length: count }, (_, number) => platformOf(number)).filter((one) => one === "netlify");
    if (remote.some((number) => number !== wanted.length))
      outcome.faults.push(`${wanted.length} deployments made ${remote.join(" deploys and ")} sites at Netlify`);
    return outcome;
  } finally {
    end.isNear = true;
    await place[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  }
}

/** Every deployment, from its events and from its address. */
async function look(
  engine: Engine,
  { count, acknowledged, outcome }: { count: number; acknowledged: Set<string>; outcome: Outcome },
): Promise<void> {
  const { faults } = outcome;
  const there = new Map((await engine.deployments({ limit: count * 2 })).map((one) => [one.id, one]));
  for (const id of acknowledged) if (!there.has(id)) faults.push(`${id} was accepted and is lost`);
  for (let number = 0; number < count; number++) {
    const own = [...there.values()].filter(({ project }) => project === projectOf(number));
    if (own.length !== 1) faults.push(`${projectOf(number)} was accepted ${own.length} times`);
    for (const deployment of own) await lookAt(engine, { deployment, page: pageOf(number), outcome });
  }
}

async function lookAt(
  engine: Engine,
  { deployment, page, outcome }: { deployment: DeploymentView; page: string; outcome: Outcome },
): Promise<void> {
  const { faults } = outcome;
  const { id, state, url, error } = deployment;
  if (state !== "success") return void faults.push(`${id} is ${state}: ${error?.code ?? ""} ${error?.what ?? ""}`);
  const events = await Array.fromAsync(engine.follow(id));
  if (events.some(({ seq }, index) => seq !== index + 1)) faults.push(`events of ${id} have a gap`);
  const ended = events.flatMap((event) =>
    event.type === "step" && ["finished", "reused"].includes(event.status) ? [event.step] : [],
  );
  if (new Set(ended).size !== ended.length) faults.push(`a step of ${id} finished twice: ${ended.join(", ")}`);
  outcome.takeovers += events.filter(({ type }) => type === "takeover").length;
  const first = events.findIndex(({ type }) => type === "step");
  const times = events.map(({ at }) => Date.parse(at));
  outcome.waitsMs.push(times[first]! - times[0]!);
  for (let index = first + 1; index < times.length; index++)
    outcome.longestPauseMs = Math.max(outcome.longestPauseMs, times[index]! - times[index - 1]!);
  const { status, body } = await get(url!, "/", AbortSignal.timeout(10_000));
  if (status !== 200 || body.toString() !== page)
    faults.push(`${url} answers ${status} ${body.toString().slice(0, 60)}`);
}
