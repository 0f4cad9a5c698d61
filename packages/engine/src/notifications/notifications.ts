/** The places of a project that are told how its deployments ended: added, tried out, removed; and what they were told. */
import { isIP } from "node:net";
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import type { Projects } from "../projects.ts";
import type { NotificationPlaceRow, NotificationRow } from "../store/schema.ts";
import { deliver, type Delivering, messageOf, sealedFor } from "./delivering.ts";
import { messageTo, type NotificationBody, pagesSetting } from "./ends.ts";
import {
  type NewNotificationPlace,
  type NotificationEvent,
  notificationEnvironments,
  notificationEvents,
  type NotificationKind,
  notificationKinds,
  type NotificationPlaceView,
  type Notifications,
  type NotificationView,
} from "./place.ts";
import { isOpen } from "./post.ts";
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

  async function placeRow({ project, id }: { project: string; id: string }): Promise<NotificationPlaceRow> {
    const { id: projectId } = await projects.row(project);
    const row = await db
      .selectFrom("notification_place")
      .selectAll()
      .where("project_id", "=", projectId)
      .where("id", "=", id)
      .executeTakeFirst();
    if (row) return row;
    throw new DeployError("NOT_FOUND", {
      what: `${project} tells nobody of this id.`,
      where: "id",
      next: `See whom it tells with: landfall notifications ls ${project}`,
    });
  }

  return {
    async list({ project }) {
      const { id } = await projects.row(project);
      const rows = await db
        .selectFrom("notification_place")
        .selectAll()
        .where("project_id", "=", id)
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
      const address = checkedAddress(asked, { hasMail: mail !== null, allowPrivate });
      const { kind, events = ["succeeded", "failed"], environments = "production" } = asked;
      const { id: projectId } = await projects.row(asked.project);
      const id = newId("ntf", clock);
      const secret = kind === "webhook" ? newSigningSecret() : null;
      const row = await db.transaction().execute(async (tx) => {
        // Who adds to a project takes turns.
        await tx.selectFrom("project").select("id").where("id", "=", projectId).forNoKeyUpdate().execute();
        const there = await tx
          .selectFrom("notification_place")
          .select("name")
          .where("project_id", "=", projectId)
          .execute();
        if (there.length >= mostPlaces)
          throw new DeployError("CONFLICT", {
            what: `${asked.project} tells ${mostPlaces} places already.`,
            next: "Remove one that is not used.",
          });
        const names = there.map(({ name }) => name);
        const made: NotificationPlaceRow = {
          id,
          project_id: projectId,
          name: asked.name === undefined ? freeName(address.leadsTo, names) : takenName(asked.name, names),
          kind,
          address: vault.seal(address.text, sealedFor.address(id)),
          leads_to: address.leadsTo,
          secret: secret === null ? null : vault.seal(secret, sealedFor.secret(id)),
          events: JSON.stringify(notificationEvents.filter((one) => events.includes(one))),
          environments,
          created_at: instant(clock),
        };
        await tx.insertInto("notification_place").values(made).execute();
        return made;
      });
      return { ...viewOf(row, undefined), secret };
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

/** What is kept of an address, and what of it is shown. Throws INVALID_CONFIG with every fault of what was asked. */
function checkedAddress(
  { kind, address, events, environments, name }: NewNotificationPlace,
  { hasMail, allowPrivate }: { hasMail: boolean; allowPrivate: boolean },
): { text: string; leadsTo: string } {
  const faults: { path: string; message: string }[] = [];
  const fault = (path: string, message: string): null => {
    faults.push({ path, message });
    return null;
  };
  const oneOf = (all: readonly string[], path: string, value: string | undefined): void => {
    if (value !== undefined && !all.includes(value)) fault(path, `one of ${all.join(", ")}`);
  };
  oneOf(notificationKinds, "kind", kind);
  oneOf(notificationEnvironments, "environments", environments);
  for (const event of events ?? []) oneOf(notificationEvents, "events", event);
  if (events?.length === 0) fault("events", `at least one of ${notificationEvents.join(", ")}`);
  if (name !== undefined && !/^[^\p{Cc}\p{Zl}\p{Zp}]{1,80}$/u.test(name))
    fault("name", "one line of at most 80 characters");
  const found = kind === "email" ? mailbox(address, hasMail, fault) : urlOf(address, { allowPrivate, fault });
  if (faults.length === 0 && found !== null) return found;
  throw new DeployError("INVALID_CONFIG", {
    what: faults.some(({ path }) => path === "address") ? "This address cannot be told anything." : "This cannot be.",
    faults,
    next: "Nothing was changed. Mend what is named here.",
  });
}

type Fault = (path: string, message: string) => null;

function mailbox(address: string, hasMail: boolean, fault: Fault): { text: string; leadsTo: string } | null {
  if (!hasMail)
    return fault("kind", "no mail is sent from here; set LANDFALL_SMTP_URL and LANDFALL_MAIL_FROM for landfall serve");
  const text = address.trim();
  // What mail servers may make of one is theirs; no header and no second recipient begins in it.
  if (text.length <= 200 && /^[^\s@"(),:;<>[\\\]\p{Cc}]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu.test(text))
    return { text, leadsTo: text };
  return fault("address", "a mail address, such as team@example.com");
}

/** No message repeats what was given: it may be the secret. */
function urlOf(
  address: string,
  { allowPrivate, fault }: { allowPrivate: boolean; fault: Fault },
): { text: string; leadsTo: string } | null {
  const text = address.trim();
  const url = text.length <= 2_000 && URL.canParse(text) ? new URL(text) : null;
  if (url === null) return fault("address", "a URL, such as https://example.com/landfall");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isHere = host === "localhost" || (isIP(host) !== 0 && (host === "::1" || host.startsWith("127.")));
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere && allowPrivate))
    return fault("address", "must begin with https://");
  if (url.username !== "" || url.password !== "") return fault("address", "must have no user and password in it");
  if (isIP(host) !== 0 && !isOpen(host, allowPrivate))
    return fault("address", "is on the server's own machine or in a private network");
  url.hash = "";
  return { text: url.href, leadsTo: url.host };
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
