/**
 * Many people watch one deployment that prints a lot: 10,000 lines a second to 200 readers, half by server-sent events and half by WebSocket,
 * each cut at random and opened again from the event after its last. Nothing may be missing, nothing told twice. Prints how late events arrive
 * and what the server's process takes. The readers are a process of their own.
 *
 *   node bench/streams.ts [seconds, default 15] [readers, default 200] [lines a second, default 10000]
 */
import { appendEvents } from "@landfall/engine/deployment/stored-events";
import type { Schema } from "@landfall/engine/store/schema";
import type { Kysely } from "kysely";
import { fork } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { onePage } from "../packages/server/test/archive.ts";
import { serverFor } from "../packages/server/test/harness.ts";

const [seconds = 15, readers = 200, linesEach = 10_000] = process.argv
  .slice(2)
  .filter((one) => /^\d+$/.test(one))
  .map(Number);
/** As the engine writes them. */
const chunkMs = 100;
const cutEveryMs = 5_000;
/** Readers that are not at the end so long after the last line are counted as unfinished. */
const patienceMs = 20_000;

interface Task {
  url: string;
  id: string;
  authorization: string;
  count: number;
}

interface Event {
  seq: number;
  at: string;
  type: string;
  state?: string;
}

interface Seen {
  next: number;
  gaps: number;
  doubles: number;
  cuts: number;
  isDone: boolean;
}

/** What the readers of a process share. */
interface Watch {
  late: number[];
  /** Time to give up. */
  over: AbortSignal;
  /** A reader has its first event. */
  begun(): void;
}

/** Reads to the end, cut and opened again by chance. */
async function follow(task: Task, kind: "sse" | "ws", { late, over, begun }: Watch): Promise<Seen> {
  const seen: Seen = { next: 1, gaps: 0, doubles: 0, cuts: 0, isDone: false };
  const take = (event: Event): void => {
    if (event.seq > seen.next) seen.gaps += 1;
    if (event.seq < seen.next) seen.doubles += 1;
    seen.next = event.seq + 1;
    if (event.seq === 1) begun();
    if (event.type === "log") late.push(Date.now() - Date.parse(event.at));
    if (event.type === "state" && event.state === "cancelled") seen.isDone = true;
  };
  while (!seen.isDone && !over.aborted) {
    const soon = AbortSignal.timeout(Math.round(cutEveryMs * (0.5 + Math.random())));
    const cut = AbortSignal.any([soon, over]);
    await (kind === "sse" ? overEvents : overSocket)(task, seen.next, { take, cut });
    if (!seen.isDone) seen.cuts += 1;
  }
  return seen;
}

interface Reading {
  take(event: Event): void;
  cut: AbortSignal;
}

async function overEvents({ url, id, authorization }: Task, from: number, { take, cut }: Reading): Promise<void> {
  const asked = request(`${url}/api/deployments/${id}/events?from=${from}`, {
    headers: { authorization },
    agent: false,
    signal: cut,
  });
  asked.on("error", () => {}); // Cut: opened again.
  asked.end();
  try {
    const [response] = (await once(asked, "response")) as [NodeJS.ReadableStream];
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk as string;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        if (block.startsWith("event: message")) take(JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as Event);
      }
    }
  } catch {
    // Cut: opened again.
  }
}

function overSocket({ url, id, authorization }: Task, from: number, { take, cut }: Reading): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws/deployments/${id}?from=${from}`, {
    headers: { authorization },
  });
  cut.addEventListener("abort", () => socket.terminate());
  socket.on("error", () => {});
  let isCut = false;
  cut.addEventListener("abort", () => (isCut = true));
  socket.on("message", (frame: Buffer) => {
    if (!isCut) take(JSON.parse(frame.toString("utf8")) as Event);
  });
  return new Promise((resolve) => socket.on("close", () => resolve()));
}

async function readersProcess(): Promise<void> {
  const [task] = (await once(process, "message")) as [Task];
  const late: number[] = [];
  const over = new AbortController();
  process.once("message", () => setTimeout(() => over.abort(), patienceMs).unref());
  let reading = 0;
  const begun = (): void => void (++reading === task.count && process.send!("all are reading"));
  const watch: Watch = { late, over: over.signal, begun };
  const all = await Promise.all(
    Array.from({ length: task.count }, (_, index) => follow(task, index % 2 === 0 ? "sse" : "ws", watch)),
  );
  late.sort((a, b) => a - b);
  const at = (share: number): number => late[Math.floor((late.length - 1) * share)] ?? 0;
  const sum = (of: (seen: Seen) => number): number => all.reduce((total, seen) => total + of(seen), 0);
  const counts = { gaps: sum((one) => one.gaps), doubles: sum((one) => one.doubles), cuts: sum((one) => one.cuts) };
  process.send!({ ...counts, last: all.map(({ next }) => next - 1), p50: at(0.5), p95: at(0.95), p99: at(0.99) });
  process.disconnect();
}

interface Result {
  gaps: number;
  doubles: number;
  cuts: number;
  last: number[];
  p50: number;
  p95: number;
  p99: number;
}

async function main(): Promise<void> {
  await using server = await serverFor();
  const owner = await server.setUp();
  const { headers } = await server.key(owner, ["read:deployment"]);
  const uploaded = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("x"),
  });
  const { id: upload } = (await uploaded.json()) as { id: string };
  const { id } = await owner.client.deployments.create({ project: "streams", source: { upload } });
  const child = fork(import.meta.filename, ["--readers"]);
  const gone = once(child, "exit").then(([code]) => Promise.reject(new Error(`the readers ended with ${code}`)));
  gone.catch(() => {}); // Told when an answer is waited for.
  const said = <T>(): Promise<T[]> => Promise.race([once(child, "message") as Promise<T[]>, gone]);
  const reading = said();
  child.send({
    url: server.url,
    id,
    authorization: headers["authorization"]!,
    count: readers,
  } satisfies Task);
  await reading;
  const before = process.memoryUsage().rss;
  const began = process.cpuUsage();
  const start = performance.now();
  const { written, most } = await print(server.engine.database.db, id);
  const printedMs = performance.now() - start;
  const answered = said<Result>();
  child.send("that was the last line");
  const { last, ...result } = (await answered)[0]!;
  const cpu = process.cpuUsage(began);
  const cpuSeconds = Math.round((cpu.user + cpu.system) / 1e5) / 10;
  const unfinished = last.filter((seq) => seq !== written).length;
  console.log({
    readers,
    linesEach,
    linesPrintedEach: Math.round((linesEach * seconds * 1_000) / printedMs),
    seconds,
    ...result,
    unfinished,
    cpuSeconds,
    rssBeforeMb: megabytes(before),
    rssMostMb: megabytes(most),
  });
  if (result.gaps + result.doubles + unfinished > 0) process.exitCode = 1;
}

/** Print as a build does, a chunk each tenth of a second; answers the seq of the last event and the most memory this process had. */
async function print(db: Kysely<Schema>, deploymentId: string): Promise<{ written: number; most: number }> {
  const perChunk = Math.round((linesEach * chunkMs) / 1_000);
  const lines = Array.from(
    { length: perChunk },
    (_, index) => `[${index}] compiled module ./src/components/part-${index}.tsx`,
  );
  let most = 0;
  let next = performance.now();
  let written = 0;
  const append = async (body: Parameters<typeof appendEvents>[1]["bodies"][number]): Promise<void> => {
    const at = new Date().toISOString();
    const [event] = await db
      .transaction()
      .execute((tx) => appendEvents(tx, { deploymentId, fence: null, at, bodies: [body] }));
    written = event!.seq;
  };
  for (let count = 0; count < (seconds * 1_000) / chunkMs; count++) {
    await append({ type: "log", step: "build", stream: "stdout", firstLine: count * perChunk + 1, lines });
    most = Math.max(most, process.memoryUsage().rss);
    next += chunkMs;
    await delay(Math.max(0, next - performance.now()));
  }
  await append({ type: "state", state: "cancelled" });
  return { written, most };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 ** 2);

await (process.argv.includes("--readers") ? readersProcess() : main());
