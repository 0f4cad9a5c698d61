/**
 * Many deployments asked for over HTTP of two processes that serve the API, worked off by three, on one PostgreSQL, while one of the five is
 * killed every moment and the database itself restarts twice: what was accepted must succeed, once, and be served.
 */
import { setTimeout as delay } from "node:timers/promises";
import { get } from "@landfall/engine/deployment/ask";
import { isSettled, type DeploymentState } from "@landfall/engine/events";
import { type Deployed, openProduct, type Product } from "./client.ts";
import { openMachines } from "./machines.ts";

export interface Outcome {
  /** What is not as it must be, in words; empty when all is well. */
  faults: string[];
  kills: number;
  /** Of the database. */
  restarts: number;
  /** Requests that had to be sent again. */
  repeats: number;
  takeovers: number;
  /** The longest time in which nothing was heard of a deployment that had begun. */
  longestPauseMs: number;
  /** From acceptance to the first step, of each. */
  waitsMs: number[];
}

const killEveryMs = 1_200;
/** How many deployments the product asks for at once. */
const atOnce = 4;
/** Everything must have ended so long after the last was accepted. */
const endWithinMs = 120_000;

/** Each is a project of its own. */
const projectOf = (number: number): string => `p${number}`;
const pageOf = (project: string): string => `<p>page of ${project}</p>`;
const platformOf = (number: number): "netlify" | "local" => (number % 2 === 0 ? "netlify" : "local");

export async function crashMany({ count, random }: { count: number; random: () => number }): Promise<Outcome> {
  await using machines = await openMachines();
  const product = await openProduct(machines);
  const faults: string[] = [];
  const outcome: Outcome = {
    faults,
    kills: 0,
    restarts: 0,
    repeats: 0,
    takeovers: 0,
    longestPauseMs: 0,
    waitsMs: [],
  };
  /** Ids by project, as the product was told them. */
  const told = new Map<string, string>();
  const numbers = Array.from({ length: count }, (_, number) => number);
  const next = numbers.values();
  const asking = Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const number of next) {
        const project = projectOf(number);
        told.set(project, await product.deploy({ project, platform: platformOf(number), page: pageOf(project) }));
      }
    }),
  );
  let isAccepted = false;
  const accepted = asking.then(() => (isAccepted = true));
  accepted.catch(() => {}); // Awaited below.

  let all: Deployed[] = [];
  for (let deadline = Infinity; Date.now() < deadline; ) {
    await Promise.race([delay(killEveryMs * (0.5 + random())), isAccepted ? new Promise(() => {}) : accepted]);
    if (isAccepted && deadline === Infinity) deadline = Date.now() + endWithinMs;
    if (machines.kill(machines.names[Math.floor(random() * machines.names.length)]!)) outcome.kills += 1;
    if (told.size >= (count / 3) * (outcome.restarts + 1) && outcome.restarts < 2)
      await machines.database.restart(outcome.restarts++ === 0 ? "immediate" : "fast");
    all = await product.all();
    if (isAccepted && outcome.restarts === 2 && all.every(({ state }) => isSettled(state as DeploymentState))) break;
  }
  await accepted;

  for (const number of numbers) {
    const project = projectOf(number);
    const own = all.filter((one) => one.project === project);
    if (own.length !== 1) faults.push(`${project} was accepted ${own.length} times`);
    if (!own.some(({ id }) => id === told.get(project))) faults.push(`${told.get(project)} was accepted and is lost`);
    for (const deployment of own) await look(product, { deployment, page: pageOf(project), outcome });
  }
  const remote = [machines.netlify.deploys.size, machines.netlify.sites.size];
  const wanted = numbers.filter((number) => platformOf(number) === "netlify").length;
  if (remote.some((number) => number !== wanted))
    faults.push(`${wanted} deployments made ${remote.join(" deploys and ")} sites at Netlify`);
  faults.push(...machines.surprises);
  return { ...outcome, repeats: product.repeats };
}

/** A deployment, from its events and from its address. */
async function look(
  product: Product,
  { deployment, page, outcome }: { deployment: Deployed; page: string; outcome: Outcome },
): Promise<void> {
  const { faults } = outcome;
  const { id, state, url, error } = deployment;
  if (state !== "success") return void faults.push(`${id} is ${state}: ${error?.code ?? ""} ${error?.what ?? ""}`);
  const events = await product.events(id);
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
