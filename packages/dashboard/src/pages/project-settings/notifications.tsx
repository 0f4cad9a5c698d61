/** Places that are told how the project's deployments ended. */
import { Button, EmptyState, ErrorPanel, RelativeTime } from "@landfall/react";
import { History, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { word } from "../../parts/command-word.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { ConfirmDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Notice, Section } from "../../parts/section.tsx";
import { ShownOnce } from "../../parts/shown-once.tsx";
import { useMay, useWayIn } from "../../session.ts";
import { AddNotificationDialog } from "./add-notification-dialog.tsx";
import { DeliveriesDialog } from "./deliveries-dialog.tsx";
import { EditNotificationDialog } from "./edit-notification-dialog.tsx";
import { DeliveryState, kindWord, type NotificationPlace } from "./notification-words.tsx";

/** A message that waits is tried again without anything else happening here. */
const lookEveryMs = 10_000;

type Open = { kind: "add" } | { kind: "deliveries" | "edit" | "remove"; place: NotificationPlace };

export function Notifications({ project }: { project: string }) {
  const may = useMay();
  const hasMail = useWayIn().data?.sendsMail ?? false;
  const answer = useAsk(
    ["notifications", project],
    (client, signal) => client.notifications.list({ project }, { signal }),
    { everyMs: lookEveryMs },
  );
  const [open, setOpen] = useState<Open | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [result, setResult] = useState<{ name: string; ok: boolean; detail: string } | null>(null);
  const close = (): void => setOpen(null);
  const test = useDo((client, { id }: NotificationPlace) => client.notifications.test({ project, id }));
  const remove = useDo((client, id: string) => client.notifications.remove({ project, id }));
  const add = (
    <Button onClick={() => setOpen({ kind: "add" })}>
      <Plus aria-hidden size={14} />
      Add a place
    </Button>
  );
  return (
    <Section
      title="Notifications"
      description="Who is told when a deployment of this project has ended."
      actions={may("create:notification") ? add : undefined}
    >
      {test.error ? <ErrorPanel error={test.error} isNew /> : null}
      {result ? (
        <Notice tone={result.ok ? "success" : "neutral"}>
          {result.ok ? `${result.name} took the test message. ` : `${result.name} did not take the test message. `}
          {result.detail}
        </Notice>
      ) : null}
      <Asked answer={answer} waitsFor="the notifications" lines={2}>
        {({ places }) =>
          places.length === 0 ? (
            <EmptyState title="Nobody is told">
              A webhook of your own, a channel of Slack or Discord, or a mailbox can hear of every deployment.
            </EmptyState>
          ) : (
            <DataTable
              label="Notifications"
              rows={places}
              keyOf={({ id }) => id}
              columns={[
                { title: "Name", className: "lf:wrap-anywhere lf:@2xl:min-w-44", cell: ({ name }) => name },
                {
                  title: "Leads to",
                  className: "lf:wrap-anywhere",
                  cell: ({ kind, name, leadsTo }) => (
                    <>
                      {kindWord[kind]}
                      {leadsTo === name ? null : <span className="lf:text-muted"> {leadsTo}</span>}
                    </>
                  ),
                },
                { title: "Hears of", cell: (place) => hearsOf(place) },
                {
                  title: "Last message",
                  cell: ({ last }) =>
                    last === null ? (
                      <span className="lf:text-muted">None yet</span>
                    ) : (
                      <>
                        <DeliveryState delivery={last} /> <RelativeTime at={last.createdAt} />
                      </>
                    ),
                },
                {
                  title: "Actions",
                  isTitleHidden: true,
                  className: "lf:@2xl:text-end lf:@2xl:whitespace-nowrap",
                  cell: (place) => (
                    <span className="lf:inline-flex lf:gap-1">
                      {may("update:notification") ? (
                        <Button
                          look="quiet"
                          aria-label={`Test ${place.name}`}
                          unavailable={test.isRunning ? "A message is being sent." : undefined}
                          onClick={() => {
                            setResult(null);
                            void test
                              .run(place)
                              .then((told) => setResult(told === undefined ? null : { name: place.name, ...told }));
                          }}
                        >
                          Test
                        </Button>
                      ) : null}
                      <IconButton
                        icon={History}
                        label={`What ${place.name} was told`}
                        onClick={() => setOpen({ kind: "deliveries", place })}
                      />
                      {may("update:notification") ? (
                        <IconButton
                          icon={Pencil}
                          label={`Edit ${place.name}`}
                          onClick={() => setOpen({ kind: "edit", place })}
                        />
                      ) : null}
                      {may("delete:notification") ? (
                        <IconButton
                          icon={Trash2}
                          label={`Remove ${place.name}`}
                          onClick={() => setOpen({ kind: "remove", place })}
                        />
                      ) : null}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Asked>
      {open?.kind === "add" ? (
        <AddNotificationDialog
          project={project}
          hasMail={hasMail}
          onClose={close}
          onAdded={(shownOnce) => {
            close();
            setSecret(shownOnce);
          }}
        />
      ) : null}
      {open?.kind === "deliveries" ? <DeliveriesDialog project={project} place={open.place} onClose={close} /> : null}
      {open?.kind === "edit" ? <EditNotificationDialog project={project} place={open.place} onClose={close} /> : null}
      <ConfirmDialog
        open={open?.kind === "remove"}
        onClose={close}
        title={`Remove ${open?.kind === "remove" ? open.place.name : ""}?`}
        description="It is told nothing more, also not what it was still to be told."
        submit="Remove"
        doing={remove}
        command={`landfall notifications rm ${open?.kind === "remove" ? word(open.place.name) : ""} --project ${word(project)}`}
        onSubmit={async () => {
          if (open?.kind === "remove" && (await remove.run(open.place.id))) close();
        }}
      />
      <ShownOnce
        text={secret}
        onClose={() => setSecret(null)}
        title="The signing secret"
        label="secret"
        description="Messages to this webhook are signed with it. Give it to the receiver, which checks that they are from here."
      />
    </Section>
  );
}

function hearsOf({ events, environments }: NotificationPlace): string {
  const list = new Intl.ListFormat("en", { type: "conjunction" }).format(events);
  return `${list.charAt(0).toUpperCase()}${list.slice(1)}, ${environments === "all" ? "all environments" : "production"}`;
}
