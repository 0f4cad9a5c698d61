/**
 * What programs print, read from another machine than theirs: the reader puts down what it wants, the edge there reads its files and hands
 * the lines over through the database, a few pieces ahead of the reader, secrets taken out before. Nothing is kept.
 */
import { type Clock, instant } from "../../clock.ts";
import { DeployError } from "../../error.ts";
import { newId } from "../../id.ts";
import type { Store } from "../../store/store.ts";
import { edgeGoneAfterMs, edgeId, type Elsewhere, isGone } from "./elsewhere.ts";

/** Which files, and how much of them. */
export interface LogsAsked {
  release: string;
  services: string[];
  follow: boolean;
  tail: number | null;
}

interface LogPiece<Line> {
  lines: Line[];
  /** The last piece says how it went. */
  end?: "read" | "failed";
}

/** Lines of so much text go in one piece, at most. */
const pieceCharacters = 64 * 1024;
const piecesAhead = 8;
const handOverMs = 100;
const renewEveryMs = 5_000;
/** A reader that has not said for so long that it is there is gone. */
const abandonedAfterMs = 30_000;

/** Lines as they come, to the end or the signal. Throws PLATFORM_UNAVAILABLE when the edge goes away or cannot read them. */
export async function* readElsewhere<Line>(
  { db, clock }: Store,
  { edge, asked, signal }: { edge: Elsewhere; asked: LogsAsked; signal?: AbortSignal | undefined },
): AsyncGenerator<Line, void, undefined> {
  const id = newId("log", clock);
  try {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("log_reading")
      .columns(["id", "edge_id", "asked", "wanted_at"])
      .expression((eb) =>
        eb
          .selectFrom("edge")
          .where("id", "=", edge.id)
          .select([
            eb.val(id).as("id"),
            "id as edge_id",
            eb.val(JSON.stringify(asked)).as("asked"),
            eb.val(instant(clock)).as("wanted_at"),
          ]),
      )
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw isGone(edge.report);
    let renewedAt = clock.now();
    while (!signal?.aborted) {
      const pieces = await db
        .selectFrom("log_piece")
        .select(["seq", "body"])
        .where("reading_id", "=", id)
        .orderBy("seq")
        .execute();
      for (const { body } of pieces) {
        const { lines, end } = JSON.parse(body) as LogPiece<Line>;
        yield* lines;
        if (end === "read") return;
        if (end === "failed") throw unreadable(edge);
      }
      const last = pieces.at(-1);
      if (last) await db.deleteFrom("log_piece").where("reading_id", "=", id).where("seq", "<=", last.seq).execute();
      if (clock.now() - renewedAt >= renewEveryMs) {
        await renew();
        renewedAt = clock.now();
      }
      if (!last) await clock.sleep(handOverMs, signal).catch(() => {}); // Aborted: looked at above.
    }
  } finally {
    await db.deleteFrom("log_reading").where("id", "=", id).execute();
  }

  async function renew(): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable("log_reading")
      .set({ wanted_at: instant(clock) })
      .where("id", "=", id)
      .executeTakeFirst();
    const since = new Date(clock.now() - edgeGoneAfterMs).toISOString();
    const living = db.selectFrom("edge").select("id").where("id", "=", edge.id).where("seen_at", ">=", since);
    // An edge that begins forgets who read from the one before: how far they came is not known to it.
    if (numUpdatedRows === 0n || !(await living.executeTakeFirst())) throw isGone(edge.report);
  }
}

function unreadable({ report }: Elsewhere): DeployError {
  return new DeployError("PLATFORM_UNAVAILABLE", {
    what: "What the program printed could not be read on the machine it runs on.",
    where: report.machine ?? "another machine",
    next: "Read logs/edge.log in the data directory there.",
  });
}

/** What the edge's process does about it. */
export interface Relaying extends AsyncDisposable {
  /** Begin what is asked for, and end what is not any more. */
  look(): Promise<void>;
}

export function relaying<Line extends { line: string }>({
  store,
  read,
  complain,
}: {
  store: Store;
  read(asked: LogsAsked, signal: AbortSignal): AsyncIterable<Line>;
  complain(error: unknown): void;
}): Relaying {
  const { kind, db, clock, home } = store;
  const edge = edgeId(home);
  const readings = new Map<string, { ending: AbortController; done: Promise<void> }>();
  let hasBegun = false;

  async function relay(id: string, asked: LogsAsked, signal: AbortSignal): Promise<void> {
    const handing = handingOver<Line>({ db, clock, id, signal });
    let end: "read" | "failed" = "read";
    try {
      for await (const line of read(asked, signal)) await handing.add(line);
    } catch (error) {
      if (signal.aborted) return;
      complain(error);
      end = "failed";
    }
    // Stopped in the midst: that is no end of what the program prints.
    if (signal.aborted) return;
    await handing.end(end);
  }

  return {
    async look() {
      if (kind === "sqlite") return;
      const mine = db.deleteFrom("log_reading").where("edge_id", "=", edge);
      const abandoned = new Date(clock.now() - abandonedAfterMs).toISOString();
      await (hasBegun ? mine.where("wanted_at", "<", abandoned) : mine).execute();
      hasBegun = true;
      const rows = await db.selectFrom("log_reading").select(["id", "asked"]).where("edge_id", "=", edge).execute();
      for (const [id, { ending, done }] of readings) {
        if (rows.some((row) => row.id === id)) continue;
        ending.abort();
        void done.then(() => readings.delete(id));
      }
      for (const { id, asked } of rows) {
        if (readings.has(id)) continue;
        const ending = new AbortController();
        // A reader that is gone, or a database that is away: the reader asks again.
        const done = relay(id, JSON.parse(asked) as LogsAsked, ending.signal).catch((error: unknown) => {
          if (!ending.signal.aborted) complain(error);
        });
        readings.set(id, { ending, done });
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { ending } of readings.values()) ending.abort();
      await Promise.all([...readings.values()].map(({ done }) => done));
    },
  };
}

interface Handing<Line> {
  add(line: Line): Promise<void>;
  end(how: "read" | "failed"): Promise<void>;
}

/** Lines to pieces: what came within a moment goes together, and no more of it than the reader keeps up with. */
function handingOver<Line extends { line: string }>({
  db,
  clock,
  id,
  signal,
}: Pick<Store, "db"> & { clock: Clock; id: string; signal: AbortSignal }): Handing<Line> {
  let lines: Line[] = [];
  let characters = 0;
  let seq = 0;
  let fault: unknown = null;
  let pending: Promise<void> | null = null;

  async function put(piece: LogPiece<Line>): Promise<void> {
    for (;;) {
      const { ahead } = await db
        .selectFrom("log_piece")
        .select((eb) => eb.fn.countAll<number>().as("ahead"))
        .where("reading_id", "=", id)
        .executeTakeFirstOrThrow();
      if (ahead < piecesAhead) break;
      await clock.sleep(handOverMs, signal);
    }
    // Nothing when the reader is gone: the next look ends this.
    await db
      .insertInto("log_piece")
      .columns(["reading_id", "seq", "body"])
      .expression((eb) =>
        eb
          .selectFrom("log_reading")
          .where("id", "=", id)
          .select([
            "id as reading_id",
            eb.cast<number>(eb.val(seq++), "integer").as("seq"),
            eb.val(JSON.stringify(piece)).as("body"),
          ]),
      )
      .execute();
  }

  async function drain(): Promise<void> {
    try {
      await clock.sleep(handOverMs, signal);
      while (lines.length > 0) {
        const going = lines;
        [lines, characters] = [[], 0];
        await put({ lines: going });
      }
    } catch (error) {
      fault = error;
    } finally {
      pending = null;
    }
  }

  return {
    async add(line) {
      if (fault !== null) throw fault;
      lines.push(line);
      characters += line.line.length;
      pending ??= drain();
      if (characters >= pieceCharacters) await pending;
    },
    async end(end) {
      await pending;
      if (fault !== null) throw fault;
      await put({ lines, end });
    },
  };
}
