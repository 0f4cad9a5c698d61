/**
 * What the running programs printed: read from the files they write to, so it is there when they, the edge and the release are gone; on
 * another machine, by the edge there. They write by themselves, so secrets are taken out where the lines are read; a secret spread over
 * lines is not recognised here.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { openClient, type PlatformAccess } from "./connections/access.ts";
import { chooseCredential, openCredential } from "./connections/choose.ts";
import { pinnedTarget } from "./deployment/reach.ts";
import { servicesOf } from "./deployment/release.ts";
import { DeployError } from "./error.ts";
import type { EdgeControl } from "./platforms/local/edge-control.ts";
import { edgeElsewhere } from "./platforms/local/elsewhere.ts";
import { type LogsAsked, readElsewhere } from "./platforms/local/log-relay.ts";
import { instanceId, programLogs } from "./platforms/local/program.ts";
import { readLines } from "./platforms/local/program-log.ts";
import type { DeployPlan } from "./plan/plan.ts";
import type { Platform } from "./platform.ts";
import type { Projects } from "./projects.ts";
import { createRedactor, type Redactor } from "./redact/redact.ts";
import type { Store } from "./store/store.ts";

export interface RuntimeLogLine {
  service: string;
  release: string;
  at: string | null;
  stream: "stdout" | "stderr";
  line: string;
}

interface Where {
  store: Store;
  platforms: Platform[];
  access: Record<string, PlatformAccess>;
  projects: Projects;
  edge: EdgeControl;
}

export interface RuntimeLogTarget {
  project: string;
  environment?: string;
  service?: string;
  release?: string;
  follow?: boolean;
  tail?: number;
  signal?: AbortSignal;
}

/** See Engine.runtimeLogs: of the platform that has the traffic, or of `platform`. */
export async function* runtimeLogsOf(
  { store, platforms, access, projects, edge }: Where,
  target: RuntimeLogTarget,
): AsyncIterable<RuntimeLogLine> {
  const { id } = await projects.row(target.project);
  const environment = target.environment ?? "production";
  const newest = await store.db
    .selectFrom("live")
    .select(["platform", "release_id"])
    .where("project_id", "=", id)
    .where("environment", "=", environment)
    .orderBy("since", "desc")
    .executeTakeFirst();
  const platform = platforms.find((one) => one.id === newest?.platform);
  if (!newest || platform?.baseUrl === undefined) {
    yield* readRuntimeLogs(store, edge, { ...target, projectId: id });
    return;
  }
  if (!platform.logs)
    throw new DeployError("NO_ROUTE", {
      what: `${platform.name} does not give out what the application prints.`,
      next: `Look at its own pages; what the deployment printed: landfall logs ${target.project} --build`,
    });
  const opens = await chooseCredential(store, platform, { access: access[platform.id] });
  const row = { id: "", credential: null, connection_id: opens && "connectionId" in opens ? opens.connectionId : null };
  const credential = await openCredential(store, { platform, access: access[platform.id], row });
  await using api = openClient({ platform, access: access[platform.id], credential, clock: store.clock });
  const context = {
    api,
    target: await pinnedTarget(store, id, platform.id),
    project: target.project,
    signal: target.signal ?? new AbortController().signal,
    clock: store.clock,
    follow: target.follow ?? false,
  };
  for (const { name, remoteId } of await servicesOf(store, newest.release_id)) {
    if (remoteId === undefined || (target.service ?? name) !== name) continue;
    for await (const line of platform.logs({ ...context, remoteId }))
      yield { service: name, release: newest.release_id, ...line };
  }
}

/** Lines of one service, or of all one after the other; with `follow`, of all as they come. Throws NOT_FOUND. */
async function* readRuntimeLogs(
  store: Store,
  edge: EdgeControl,
  target: RuntimeLogTarget & { projectId: string },
): AsyncIterable<RuntimeLogLine> {
  const { project, environment = "production", service, follow = false, tail, signal } = target;
  const sealed = await sealedRelease(store, { ...target, environment });
  if (!sealed) {
    throw new DeployError("NOT_FOUND", {
      what: `Nothing of ${project}, ${environment}, has run yet.`,
      next: `Look at its deployments: landfall ls ${project}`,
    });
  }
  const services = sealed.services.filter(
    ({ kind, name }) => kind !== "static" && (service === undefined || name === service),
  );
  if (services.length === 0) {
    throw new DeployError("NOT_FOUND", {
      what:
        service === undefined
          ? `${project} has no program that prints: it is static.`
          : `${project} has no running service ${JSON.stringify(service)}.`,
      next: `What the build printed: landfall logs ${project} --build`,
    });
  }
  const asked = { release: sealed.id, services: services.map(({ name }) => name), follow, tail: tail ?? null };
  const there = (await edge.status()) === null ? await edgeElsewhere(store) : null;
  if (there) yield* readElsewhere<RuntimeLogLine>(store, { edge: there, asked, signal });
  else if (store.kind === "postgres" && !asked.services.some((name) => existsSync(logOf(store, sealed.id, name))))
    throw new DeployError("PLATFORM_UNAVAILABLE", {
      what: "The machine that keeps what the program printed is not heard of.",
      next: "See that landfall serve runs on the machine that serves what is deployed, then do this again.",
    });
  else yield* printed(sealed, { store, asked, signal });
}

/** The same for a reader on another machine. Nothing of a release that is gone. */
export async function* printedHere(store: Store, asked: LogsAsked, signal: AbortSignal): AsyncIterable<RuntimeLogLine> {
  const row = await releases(store).where("id", "=", asked.release).executeTakeFirst();
  if (row) yield* printed(opened(store, row), { store, asked, signal });
}

function logOf({ home }: Store, release: string, service: string): string {
  return join(programLogs(home), `${instanceId(release, service)}.log`);
}

async function* printed(
  sealed: Sealed,
  { store, asked, signal }: { store: Store; asked: LogsAsked; signal: AbortSignal | undefined },
): AsyncIterable<RuntimeLogLine> {
  const { services, follow, tail } = asked;
  const sources = services.map((name) => {
    const path = logOf(store, sealed.id, name);
    const floor = floorOf(store.home, instanceId(sealed.id, name));
    return { name, path, floor: () => floor, fromByte: tail === null ? 0 : startOfTail(path, tail) };
  });
  const line = (name: string, text: string): RuntimeLogLine => ({
    service: name,
    release: sealed.id,
    at: null,
    stream: "stdout",
    line: sealed.redactor.text(text),
  });
  if (!follow) {
    for (const { name, path, ...where } of sources)
      for await (const one of readLines(path, where)) yield line(name, one.line);
    return;
  }
  yield* merged(
    sources.map(({ name, path, ...where }) => ({
      name,
      lines: readLines(path, { ...where, follow: true, ...(signal ? { signal } : {}) }),
    })),
    line,
  );
}

const releases = ({ db }: Store) => db.selectFrom("release").select(["id", "sealed", "variables"]);

async function sealedRelease(
  store: Store,
  { projectId, environment, release: wanted }: { projectId: string; environment: string; release?: string },
): Promise<Sealed | null> {
  const live = await store.db
    .selectFrom("live")
    .select("release_id")
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .where("platform", "=", "local")
    .executeTakeFirst();
  let query = releases(store)
    .where("project_id", "=", projectId)
    .where("environment", "=", environment)
    .where("platform", "=", "local");
  if (wanted !== undefined)
    query = query.where((eb) => eb.or([eb("id", "=", wanted), eb("deployment_id", "=", wanted)]));
  else if (live) query = query.where("id", "=", live.release_id);
  const row = await query.orderBy("id", "desc").limit(1).executeTakeFirst();
  return row ? opened(store, row) : null;
}

interface Sealed {
  id: string;
  redactor: Redactor;
  services: { name: string; kind: string }[];
}

function opened({ vault }: Store, row: { id: string; sealed: string; variables: string }): Sealed {
  const { services } = JSON.parse(row.sealed) as { services: { plan: DeployPlan["services"][number] }[] };
  const values = JSON.parse(vault.open(row.variables, row.id)) as Record<string, Record<string, string>>;
  const secrets = services.flatMap(({ plan }) => {
    // As in the log of a build: a value nobody has called harmless is treated as a secret.
    const open = new Set(
      plan.variables.filter((one) => one.foundIn.length > 0 && !one.sensitive).map(({ key }) => key),
    );
    return Object.entries(values[plan.name] ?? {}).flatMap(([name, value]) =>
      open.has(name) ? [] : [{ name, value }],
    );
  });
  const redactor = createRedactor(secrets);
  return { id: row.id, redactor, services: services.map(({ plan }) => ({ name: plan.name, kind: plan.kind })) };
}

/** Offset where the last `count` lines begin. */
function startOfTail(path: string, count: number): number {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return 0; // Nothing was printed yet.
  }
  try {
    const { size } = fstatSync(file);
    if (count === 0) return size;
    const piece = Buffer.alloc(64 * 1024);
    let found = 0;
    for (let end = size, last = true; end > 0; last = false) {
      const start = Math.max(0, end - piece.length);
      readSync(file, piece, 0, end - start, start);
      // The newline at the very end closes the last line; it begins none.
      for (let at = end - start - (last ? 2 : 1); at >= 0; at--)
        if (piece[at] === 10 && ++found === count) return start + at + 1;
      end = start;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}

/** Text before this offset was given back to the disk; the supervisor's record says so. */
function floorOf(home: string, id: string): number {
  try {
    return (
      (JSON.parse(readFileSync(join(home, "instances", `${id}.json`), "utf8")) as { logFloor?: number }).logFloor ?? 0
    );
  } catch {
    return 0; // No record: nothing was given back.
  }
}

/** Lines of several programs, each as soon as it is there. */
async function* merged(
  sources: { name: string; lines: AsyncGenerator<{ line: string }> }[],
  line: (name: string, text: string) => RuntimeLogLine,
): AsyncIterable<RuntimeLogLine> {
  const next = (source: (typeof sources)[number]) => source.lines.next().then((result) => ({ source, result }));
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  while (waiting.size > 0) {
    const { source, result } = await Promise.race(waiting.values());
    if (result.done) waiting.delete(source);
    else {
      waiting.set(source, next(source));
      yield line(source.name, result.value.line);
    }
  }
}
