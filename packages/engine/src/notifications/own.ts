/**
 * What people are told by mail of deployments they started themselves, in every project of the organisation. In a project it goes to a place
 * of theirs, made when there is first something to tell, which nobody else of the project sees.
 */
import type { Transaction } from "kysely";
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import type { DeploymentRow, NotificationPlaceRow, Schema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { mailbox } from "./check.ts";
import {
  type NotificationEvent,
  type OwnNotificationEvent,
  ownNotificationEvents,
  type OwnNotifications,
} from "./place.ts";
import { sealedFor } from "./sealed.ts";

export function ownNotificationsOf(
  { db, organization }: Pick<Store, "db" | "organization">,
  { hasMail }: { hasMail: boolean },
): OwnNotifications {
  return {
    async get(person) {
      const row = await db
        .selectFrom("own_notification")
        .select("events")
        .where("organization_id", "=", organization)
        .where("person_id", "=", person)
        .executeTakeFirst();
      return { events: row ? (JSON.parse(row.events) as OwnNotificationEvent[]) : [], sendsMail: hasMail };
    },

    async save(person, { address, events }) {
      const chosen = ownNotificationEvents.filter((one) => events.includes(one));
      if (chosen.length === 0) {
        await db
          .deleteFrom("own_notification")
          .where("organization_id", "=", organization)
          .where("person_id", "=", person)
          .execute();
        return { events: [], sendsMail: hasMail };
      }
      const faults: { path: string; message: string }[] = [];
      const found = mailbox(address, hasMail, (_path, message) => {
        faults.push({ path: "events", message });
        return null;
      });
      if (!found)
        throw new DeployError("INVALID_CONFIG", {
          what: "You cannot be told by mail.",
          faults,
          next: "Nothing was changed.",
        });
      const row = { address: found.text, events: JSON.stringify(chosen) };
      await db
        .insertInto("own_notification")
        .values({ organization_id: organization, person_id: person, ...row })
        .onConflict((conflict) => conflict.columns(["organization_id", "person_id"]).doUpdateSet(row))
        .execute();
      return { events: chosen, sendsMail: hasMail };
    },
  };
}

/** Id of the place where whoever started a deployment is told of its end; null when they did not ask for that, or one of `told` is that mailbox. */
export async function ownPlace(
  tx: Transaction<Schema>,
  { organization_id, project_id, started_by_id: person }: DeploymentRow,
  { event, told, clock, vault }: { event: NotificationEvent; told: readonly string[] } & Pick<Store, "clock" | "vault">,
): Promise<string | null> {
  if (person === null) return null;
  const own = await tx
    .selectFrom("own_notification")
    .selectAll()
    .where("organization_id", "=", organization_id)
    .where("person_id", "=", person)
    .executeTakeFirst();
  if (!own || !(JSON.parse(own.events) as string[]).includes(event) || told.includes(own.address)) return null;
  const id = newId("ntf", clock);
  const address = (place: string) => ({
    address: vault.seal(own.address, sealedFor.address(place)),
    leads_to: own.address,
  });
  const made: NotificationPlaceRow = {
    id,
    project_id,
    person_id: person,
    // A line end is in no name that people give.
    name: `own\n${person}`,
    kind: "email",
    ...address(id),
    secret: null,
    events: own.events,
    environments: "all",
    created_at: instant(clock),
  };
  await tx
    .insertInto("notification_place")
    .values(made)
    .onConflict((conflict) => conflict.columns(["project_id", "name"]).doNothing())
    .execute();
  const place = await tx
    .selectFrom("notification_place")
    .select(["id", "leads_to"])
    .where("project_id", "=", project_id)
    .where("name", "=", made.name)
    .executeTakeFirstOrThrow();
  if (place.leads_to !== own.address)
    await tx.updateTable("notification_place").set(address(place.id)).where("id", "=", place.id).execute();
  return place.id;
}
