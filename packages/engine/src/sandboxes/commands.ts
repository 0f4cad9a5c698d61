/** Commands of sandboxes: kept, run by this process, followed and ended from any. */
import { mkdir, rm } from "node:fs/promises";
import { instant } from "../clock.ts";
import { logSink } from "../deployment/log-sink.ts";
import { ownerIsDead, thisOwner } from "../deployment/owner.ts";
import { DeployError, type ErrorReport, reportOf } from "../error.ts";
import { newId } from "../id.ts";
import { type Command, formatCommand, parseCommand } from "../process/command.ts";
import { createRedactor } from "../redact/redact.ts";
import type { SandboxCommandRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { commandLog, readCommandLog } from "./command-log.ts";
import { requireIsolation, runInCell } from "./cell.ts";
import { usageOf } from "./inside.ts";
import { type Place, sandboxRow } from "./place.ts";
import type { CommandRequest, CommandView, Sandboxes } from "./sandbox.ts";

/** Of one organisation at the same time. */
const mostRunning = 4;
/** Of one sandbox; the oldest go. */
const mostKept = 50;
const usualTimeoutMs = 10 * 60_000;
const longestTimeoutMs = 60 * 60_000;
/** How often the owner looks whether somebody else has asked for the end. */
const cancelPollMs = 500;

/** Commands this process runs: shared by all views of an engine, and ended with it. */
export interface Running {
  byId: Map<string, { end: AbortController; done: Promise<void> }>;
}

type Commands = Pick<Sandboxes, "run" | "commands" | "command" | "cancel" | "output">;

export function commandsOf(
  { store, place, toolPath }: { store: Store; place: Place; toolPath: readonly string[] },
  running: Running,
): Commands & { endAll(sandboxId: string): Promise<void> } {
  const { db, clock, organization } = store;

  async function row(sandboxId: string, id: string): Promise<SandboxCommandRow> {
    await sandboxRow(store, sandboxId);
    const found = await db
      .selectFrom("sandbox_command")
      .selectAll()
      .where("sandbox_id", "=", sandboxId)
      .where("id", "=", id)
      .executeTakeFirst();
    if (!found) throw new DeployError("NOT_FOUND", { what: "There is no such command." });
    return reaped(found);
  }

  /** Its server is dead for certain, or on a machine we cannot see, or that was started anew, and it has had all the time any command has. */
  const isLeft = ({ owner, started_at }: SandboxCommandRow): boolean =>
    ownerIsDead(owner) || clock.now() - Date.parse(started_at) > longestTimeoutMs + 60_000;

  /** A command whose process died with its server has ended, and somebody has to say so. */
  async function reaped(one: SandboxCommandRow): Promise<SandboxCommandRow> {
    if (one.state !== "running" || !isLeft(one)) return one;
    const error = reportOf(
      new DeployError("LEASE_LOST", { what: "The server ended while the command ran.", next: "Run it again." }),
    );
    const end = { state: "failed" as const, error: JSON.stringify(error), finished_at: instant(clock) };
    await db.updateTable("sandbox_command").set(end).where("id", "=", one.id).where("state", "=", "running").execute();
    return { ...one, ...end };
  }

  async function execute(
    one: SandboxCommandRow,
    { commands, cwd = ".", variables = {}, timeoutMs = usualTimeoutMs }: CommandRequest & { commands: Command[] },
    end: AbortController,
  ): Promise<void> {
    const log = commandLog(place.log(one.sandbox_id, one.id), clock);
    const redactor = createRedactor(Object.entries(variables).map(([name, value]) => ({ name, value })));
    const sink = logSink({
      redactor,
      firstLine: 1,
      append: (bodies) =>
        log.append(
          bodies.flatMap((body) =>
            body.type === "log"
              ? [{ type: "log", stream: body.stream, firstLine: body.firstLine, lines: body.lines }]
              : [],
          ),
        ),
    });
    const look = async (): Promise<void> => {
      const now = await db
        .selectFrom("sandbox_command")
        .select("cancel_requested")
        .where("id", "=", one.id)
        .executeTakeFirst();
      if (!now || now.cancel_requested !== 0) end.abort(cancelled());
    };
    const asked = setInterval(() => {
      look().catch(() => {}); // A store that is away for a moment: the next look tells.
    }, cancelPollMs);
    let state: SandboxCommandRow["state"] = "exited";
    let code: number | null = null;
    let error: ErrorReport | undefined;
    try {
      const ended = await runInCell(
        { home: store.home, directory: place.directory(one.sandbox_id), toolPath },
        {
          commands,
          cwd,
          variables,
          timeoutMs,
          signal: end.signal,
          log: (line, stream) => sink.push("command", line, stream),
        },
      );
      code = ended.code;
      if (ended.signal !== null)
        error = reportOf(new DeployError("BUILD_KILLED", { what: `The command was ended by ${ended.signal}.` }));
    } catch (failure) {
      error = reportOf(failure);
      error.what = redactor.text(error.what);
      state = error.code === "CANCELLED" ? "cancelled" : "failed";
    } finally {
      clearInterval(asked);
    }
    await sink.flush();
    sink.close();
    await log.append([{ type: "exit", code, ...(error ? { error } : {}) }]);
    const usage = await usageOf(place.files(one.sandbox_id));
    await db
      .updateTable("sandbox")
      .set({ size_bytes: usage.bytes, files: usage.files })
      .where("id", "=", one.sandbox_id)
      .execute();
    await db
      .updateTable("sandbox_command")
      .set({ state, exit_code: code, error: error ? JSON.stringify(error) : null, finished_at: instant(clock) })
      .where("id", "=", one.id)
      .where("state", "=", "running")
      .execute();
  }

  /** Forget the oldest beyond what is kept. */
  async function trim(sandboxId: string): Promise<void> {
    const old = await db
      .selectFrom("sandbox_command")
      .select("id")
      .where("sandbox_id", "=", sandboxId)
      .where("state", "!=", "running")
      .orderBy("id", "desc")
      .offset(mostKept)
      .limit(mostKept)
      .execute();
    for (const { id } of old) {
      await db.deleteFrom("sandbox_command").where("id", "=", id).execute();
      await rm(place.log(sandboxId, id), { force: true });
    }
  }

  const commands: Commands = {
    async run(sandboxId, request) {
      const { id } = await sandboxRow(store, sandboxId);
      const lines = linesOf(request);
      await requireIsolation(toolPath);
      const one: SandboxCommandRow = {
        id: newId("cmd", clock),
        sandbox_id: id,
        organization_id: organization,
        command: lines.map(formatCommand).join(" && ").slice(0, 4_000),
        state: "running",
        exit_code: null,
        error: null,
        owner: thisOwner(),
        cancel_requested: 0,
        started_at: instant(clock),
        finished_at: null,
      };
      await db.transaction().execute(async (tx) => {
        await store.takeTurn(tx, `sandboxes of ${organization}`);
        const now = await tx
          .selectFrom("sandbox_command")
          .selectAll()
          .where("organization_id", "=", organization)
          .where("state", "=", "running")
          .execute();
        const alive = now.filter((other) => !isLeft(other));
        if (alive.some((other) => other.sandbox_id === id))
          throw busy("A command runs in this sandbox already.", "Wait for its end, or cancel it.");
        if (alive.length >= mostRunning)
          throw busy(`${mostRunning} commands run in sandboxes already.`, "Wait until one of them ends.");
        await tx.insertInto("sandbox_command").values(one).execute();
      });
      await trim(id);
      await mkdir(place.logs(id), { recursive: true, mode: 0o700 });
      const end = new AbortController();
      const done = execute(one, { ...request, commands: lines }, end)
        .catch(() => {}) // The store is away: the row stays as it is, and is reaped when this process has ended.
        .finally(() => running.byId.delete(one.id));
      running.byId.set(one.id, { end, done });
      return viewOf(one);
    },

    async commands(sandboxId) {
      await sandboxRow(store, sandboxId);
      const rows = await db
        .selectFrom("sandbox_command")
        .selectAll()
        .where("sandbox_id", "=", sandboxId)
        .orderBy("id", "desc")
        .limit(mostKept)
        .execute();
      return Promise.all(rows.map(async (one) => viewOf(await reaped(one))));
    },

    command: async (sandboxId, id) => viewOf(await row(sandboxId, id)),

    async cancel(sandboxId, id) {
      await row(sandboxId, id);
      await db.updateTable("sandbox_command").set({ cancel_requested: 1 }).where("id", "=", id).execute();
      const here = running.byId.get(id);
      here?.end.abort(cancelled());
      await here?.done;
      return viewOf(await row(sandboxId, id));
    },

    async *output(sandboxId, id, { from = 1, signal } = {}) {
      await row(sandboxId, id);
      yield* readCommandLog(place.log(sandboxId, id), {
        from,
        clock,
        signal,
        isOver: async () => (await row(sandboxId, id)).state !== "running",
      });
    },
  };

  return {
    ...commands,
    async endAll(sandboxId) {
      const runningNow = () =>
        db
          .selectFrom("sandbox_command")
          .selectAll()
          .where("sandbox_id", "=", sandboxId)
          .where("state", "=", "running")
          .execute();
      await db
        .updateTable("sandbox_command")
        .set({ cancel_requested: 1 })
        .where("sandbox_id", "=", sandboxId)
        .execute();
      for (const one of await runningNow()) {
        running.byId.get(one.id)?.end.abort(cancelled());
        await running.byId.get(one.id)?.done;
      }
      // Run by another process, it ends when that has looked.
      for (let tries = 0; tries < 20; tries++) {
        if ((await runningNow()).every(isLeft)) return;
        await clock.sleep(cancelPollMs);
      }
    },
  };
}

function linesOf({ command, argv }: CommandRequest): Command[] {
  if ((command === undefined) === (argv === undefined))
    throw new DeployError("INVALID_CONFIG", { what: "Give either `command` or `argv`." });
  // An argument list is taken as it stands: `$` is no variable in it.
  const lines =
    command === undefined ? [{ argv: argv!.map((one) => one.replaceAll("$", "$$$$")) }] : parseCommand(command);
  if (lines.length > 0 && lines.every((one) => one.argv.length > 0)) return lines;
  throw new DeployError("INVALID_CONFIG", { what: "There is no command to run.", where: "command" });
}

function cancelled(): DeployError {
  return new DeployError("CANCELLED", { what: "Cancelled by a person." });
}

function busy(what: string, next: string): DeployError {
  return new DeployError("CONFLICT", { what, next, retryAfterMs: 1_000 });
}

function viewOf(row: SandboxCommandRow): CommandView {
  return {
    id: row.id,
    command: row.command,
    state: row.state,
    exitCode: row.exit_code,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** End what this process runs, for its own end. */
export async function endRunning({ byId }: Running): Promise<void> {
  const reason = new DeployError("CANCELLED", { what: "The server ends." });
  for (const { end } of byId.values()) end.abort(reason);
  await Promise.all([...byId.values()].map(({ done }) => done));
}
