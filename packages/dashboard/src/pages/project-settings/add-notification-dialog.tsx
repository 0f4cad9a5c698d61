/** A new place: what it is, where it leads, what it hears of. */
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { SelectField } from "../../parts/fields.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { addressOf, NotificationFields, type PlaceDraft } from "./notification-fields.tsx";
import { kindWord, type NotificationPlace } from "./notification-words.tsx";

type Kind = NotificationPlace["kind"];

const empty: PlaceDraft = { address: "", name: "", events: ["succeeded", "failed"], environments: "production" };

export interface AddNotificationDialogProps {
  project: string;
  hasMail: boolean;
  onClose(): void;
  /** Told the signing secret of a webhook, null for other kinds. */
  onAdded(secret: string | null): void;
}

export function AddNotificationDialog({ project, hasMail, onClose, onAdded }: AddNotificationDialogProps) {
  const [kind, setKind] = useState<Kind>("webhook");
  const [draft, setDraft] = useState(empty);
  const { address, name, events, environments } = draft;
  const save = useDo((client) =>
    client.notifications.save({
      project,
      kind,
      address: address.trim(),
      ...(name.trim() === "" ? {} : { name: name.trim() }),
      events: [...events],
      environments,
    }),
  );
  const { type } = addressOf[kind];
  const isMailLacking = kind === "email" && !hasMail;
  const fault = save.error?.faults?.find(({ path }) => path === "address")?.message;
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add a place"
      description={`It is told when a deployment of ${project} has ended.`}
      submit="Add"
      unavailable={
        isMailLacking
          ? "This server sends no mail."
          : address.trim() === ""
            ? `Type the ${type === "email" ? "address" : "URL"} first.`
            : events.length === 0
              ? "Choose what it hears of first."
              : undefined
      }
      doing={save}
      onSubmit={async () => {
        const place = await save.run(undefined);
        if (place) onAdded(place.secret);
      }}
    >
      <SelectField
        label="Kind"
        value={kind}
        choices={Object.entries(kindWord).map(([value, text]) => ({ value, label: text }))}
        hint={
          isMailLacking
            ? "This server sends no mail. Whoever runs it sets LANDFALL_SMTP_URL and LANDFALL_MAIL_FROM."
            : undefined
        }
        onChange={(event) => {
          setKind(event.target.value as Kind);
          save.reset();
        }}
      />
      <NotificationFields kind={kind} draft={draft} onDraft={setDraft} fault={fault} isDisabled={isMailLacking} />
    </FormDialog>
  );
}
