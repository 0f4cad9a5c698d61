/** The places of a project that are told how its deployments ended: added, tried out, removed; and what they were told. */
import type { Transaction } from "kysely";
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import type { Projects } from "../projects.ts";
import type { NotificationPlaceRow, NotificationRow, Schema } from "../store/schema.ts";
import { check } from "./check.ts";
import { deliver, type Delivering, messageOf } from "./delivering.ts";
import { messageTo, type NotificationBody, pagesSetting } from "./ends.ts";
import { ownNotificationsOf } from "./own.ts";
import {
  type NotificationEvent,
  notificationEvents,
  type NotificationKind,
  type NotificationPlaceView,
  type Notifications,
  type NotificationView,
} from "./place.ts";
import { sealedFor } from "./sealed.ts";
import { newSigningSecret, send } from "./send.ts";

/** Of one project. */
const mostPlaces = 20;
/** Messages are remembered so long, and so many of one place. */
const keptMs = 30 * 24 * 3_600_000;
const mostKept = 500;
/** What nobody could try for so long is given up; what is tried is so before. */
const untriedMs = 48 * 3_600_000;

export function notificationsOf(inside: Delivering, projects: Projects): Notifications {
  const { store, mail, allowPrivate } = inside;
  const { db, clock, vault } = store;
  const allowed = { hasMail: mail !== null, allowPrivate };

  async function placeRow({ project, id }: { project: string; id: string }): Promise<NotificationPlaceRow> {
    const { id: projectId } = await projects.row(project);
    const row = await db
      .selectFrom("notification_place")
      .selectAll()
      .where("project_id", "=", projectId)
      .where("person_id", "is", null)
      .where("id", "=", id)
      .executeTakeFirst();
    if (row) return row;
    throw unknownPlace(project);
  }

  /** The project's places, while nobody else adds or changes one. */
  async function inTurn(tx: Transaction<Schema>, projectId: string): Promise<NotificationPlaceRow[]> {
    await tx.selectFrom("project").select("id").where("id", "=", projectId).forNoKeyUpdate().execute();
    return tx
      .selectFrom("notification_place")
      .selectAll()
      .where("project_id", "=", projectId)
      .where("person_id", "is", null)
      .execute();
  }

  return {
    own: ownNotificationsOf(store, allowed),

    async list({ project }) {
      const { id } = await projects.row(project);
      const rows = await db
        .selectFrom("notification_place")
        .selectAll()
        .where("project_id", "=", id)
        .where("person_id", "is", null)
        .orderBy("name")
        .execute();
      const lasts = db
        .selectFrom("notification")
        .select((eb) => eb.fn.max("id").as("id"))
        .where("place_id", "in", rows.length === 0 ? [""] : rows.map((row) => row.id))
        .groupBy("place_id");
      const last = await db.selectFrom("notification").selectAll().where("id", "in", lasts).execute();
      return rows.map((row) =>
        viewOf(
          row,
          last.find(({ place_id: place }) => place === row.id),
        ),
      );
    },

    async save(asked) {
      const address = check(asked, allowed)!; // It was given.
      const { kind, events = ["succeeded", "failed"], environments = "production" } = asked;
      const { id: projectId } = await projects.row(asked.project);
      const id = newId("ntf", clock);
      const secret = kind === "webhook" ? newSigningSecret() : null;
      const row = await db.transaction().execute(async (tx) => {
        const there = await inTurn(tx, projectId);
        if (there.length >= mostPlaces)
          throw new DeployError("CONFLICT", {
            what: `${asked.project} tells ${mostPlaces} places already.`,
            next: "Remove one that is not used.",
          });
        const names = there.map(({ name }) => name);
        const made: NotificationPlaceRow = {
          id,
          project_id: projectId,
          person_id: null,
          name: asked.name === undefined ? freeName(address.leadsTo, names) : takenName(asked.name, names),
          kind,
          address: vault.seal(address.text, sealedFor.address(id)),
          leads_to: address.leadsTo,
          secret: secret === null ? null : vault.seal(secret, sealedFor.secret(id)),
          events: eventsText(events),
          environments,
          created_at: instant(clock),
        };
        await tx.insertInto("notification_place").values(made).execute();
        return made;
      });
      return { ...viewOf(row, undefined), secret };
    },

    async update({ project, id, ...change }) {
      const { kind, project_id: projectId } = await placeRow({ project, id });
      const address = check({ kind: kind as NotificationKind, ...change }, allowed);
      const row = await db.transaction().execute(async (tx) => {
        const there = await inTurn(tx, projectId);
        const before = there.find((one) => one.id === id);
        if (!before) throw unknownPlace(project); // Removed this moment.
        const others = there.filter((one) => one !== before).map(({ name }) => name);
        const after: NotificationPlaceRow = {
          ...before,
          ...(change.name === undefined ? {} : { name: takenName(change.name, others) }),
          ...(address === null
            ? {}
            : { address: vault.seal(address.text, sealedFor.address(id)), leads_to: address.leadsTo }),
          ...(change.events === undefined ? {} : { events: eventsText(change.events) }),
          ...(change.environments === undefined ? {} : { environments: change.environments }),
        };
        await tx.updateTable("notification_place").set(after).where("id", "=", id).execute();
        return after;
      });
      const last = db.selectFrom("notification").selectAll().where("place_id", "=", id).orderBy("id", "desc").limit(1);
      return viewOf(row, await last.executeTakeFirst());
    },

    async remove(of) {
      const { id } = await placeRow(of);
      await db.deleteFrom("notification_place").where("id", "=", id).execute();
    },

    async test(of) {
      const place = await placeRow(of);
      const body: NotificationBody = { type: "test", timestamp: instant(clock), data: null };
      const row = messageTo(place.id, { event: "test", deploymentId: null, body: JSON.stringify(body), clock });
      const message = messageOf(store, place, row);
      const outcome = await send({ mail, allowPrivate, clock }, message, new AbortController().signal);
      const { ok, status, words } = outcome;
      const tried = { attempts: 1, tried_at: instant(clock), status, outcome: words };
      await db
        .insertInto("notification")
        .values({ ...row, ...tried, state: ok ? "delivered" : "given-up" })
        .execute();
      return { ok, status, detail: words };
    },

    async deliveries({ before, limit = 20, ...of }) {
      const { id } = await placeRow(of);
      let query = db
        .selectFrom("notification")
        .selectAll()
        .where("place_id", "=", id)
        .orderBy("id", "desc")
        .limit(limit);
      if (before !== undefined) query = query.where("id", "<", before);
      return (await query.execute()).map(messageView);
    },

    async resend({ project, id, delivery }) {
      await placeRow({ project, id });
      const row = await db
        .updateTable("notification")
        .set({ state: "waiting", next_at: clock.now() })
        .where("id", "=", delivery)
        .where("place_id", "=", id)
        // Who is sending it now goes on; the count of tries goes on too, by which only the last of them is believed.
        .where((eb) => eb.or([eb("state", "!=", "waiting"), eb("owner", "is", null)]))
        .returningAll()
        .executeTakeFirst();
      if (row) return messageView(row);
      const there = db.selectFrom("notification").selectAll().where("id", "=", delivery).where("place_id", "=", id);
      const sending = await there.executeTakeFirst();
      if (sending) return messageView(sending);
      throw new DeployError("NOT_FOUND", {
        what: "It was told no message of this id, or that was forgotten: messages are kept for 30 days.",
        where: "delivery",
        next: "Take one that the list of its messages has.",
      });
    },

    deliver: ({ signal, until }) => deliver(inside, { signal, until: until === "idle" ? Promise.resolve() : null }),

    async tend() {
      const before = (ms: number): string => new Date(clock.now() - ms).toISOString();
      await db
        .updateTable("notification")
        .set({ state: "given-up", outcome: "Nobody could send it for two days: no mail server is set up." })
        .where("state", "=", "waiting")
        .where("attempts", "=", 0)
        .where("created_at", "<", before(untriedMs))
        .execute();
      const settled = db.deleteFrom("notification").where("state", "!=", "waiting");
      await settled.where("created_at", "<", before(keptMs)).execute();
      const many = await db
        .selectFrom("notification")
        .select("place_id")
        .groupBy("place_id")
        .having((eb) => eb.fn.countAll(), ">", mostKept)
        .execute();
      for (const { place_id: place } of many) {
        const oldest = await db
          .selectFrom("notification")
          .select("id")
          .where("place_id", "=", place)
          .orderBy("id", "desc")
          .offset(mostKept)
          .limit(1)
          .executeTakeFirst();
        if (oldest) await settled.where("place_id", "=", place).where("id", "<=", oldest.id).execute();
      }
    },

    pagesAre: (origin) => store.putSetting(pagesSetting, origin),
  };
}

function unknownPlace(project: string): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `${project} tells nobody of this id.`,
    where: "id",
    next: `See whom it tells with: landfall notifications ls --project ${project}`,
  });
}

/** Each once, in their usual order. */
function eventsText(events: readonly NotificationEvent[]): string {
  return JSON.stringify(notificationEvents.filter((one) => events.includes(one)));
}

/** With a number where it is taken. */
function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.includes(name)) return name;
  }
}

function takenName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  throw new DeployError("CONFLICT", {
    what: `The project tells a place called ${name} already.`,
    where: "name",
    next: "Choose another name, or remove that one.",
  });
}

function viewOf(row: NotificationPlaceRow, last: NotificationRow | undefined): NotificationPlaceView {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as NotificationKind,
    leadsTo: row.leads_to,
    events: JSON.parse(row.events) as NotificationEvent[],
    environments: row.environments as NotificationPlaceView["environments"],
    createdAt: row.created_at,
    last: last ? messageView(last) : null,
  };
}

function messageView(row: NotificationRow): NotificationView {
  return {
    id: row.id,
    event: row.event as NotificationView["event"],
    deployment: row.deployment_id,
    state: row.state,
    attempts: row.attempts,
    status: row.status,
    outcome: row.outcome,
    createdAt: row.created_at,
    triedAt: row.tried_at,
    nextTryAt: row.state === "waiting" ? new Date(row.next_at).toISOString() : null,
  };
}
