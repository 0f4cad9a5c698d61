/** A new place: what it is, where it leads, what it hears of. */
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { CheckField, RadioField, SelectField } from "../../parts/fields.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { kindWord, type NotificationPlace } from "./notification-words.tsx";

type Kind = NotificationPlace["kind"];
type Event = NotificationPlace["events"][number];

const addressOf: Record<Kind, { label: string; hint: string; type: "url" | "email" }> = {
  webhook: {
    label: "URL",
    hint: "Messages are posted there as JSON, signed. It must begin with https://.",
    type: "url",
  },
  slack: { label: "Webhook URL", hint: "From Slack, under Incoming Webhooks. It is never shown again.", type: "url" },
  discord: {
    label: "Webhook URL",
    hint: "From the channel's settings, under Integrations. It is never shown again.",
    type: "url",
  },
  email: { label: "Email address", hint: "Of a person or a list.", type: "email" },
};

const events: { value: Event; label: string }[] = [
  { value: "succeeded", label: "Deployments that succeeded" },
  { value: "failed", label: "Deployments that failed" },
  { value: "cancelled", label: "Deployments that were cancelled" },
];

export interface AddNotificationDialogProps {
  project: string;
  hasMail: boolean;
  onClose(): void;
  /** Told the signing secret of a webhook, null for other kinds. */
  onAdded(secret: string | null): void;
}

export function AddNotificationDialog({ project, hasMail, onClose, onAdded }: AddNotificationDialogProps) {
  const [kind, setKind] = useState<Kind>("webhook");
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const [told, setTold] = useState<readonly Event[]>(["succeeded", "failed"]);
  const [environments, setEnvironments] = useState<NotificationPlace["environments"]>("production");
  const save = useDo((client) =>
    client.notifications.save({
      project,
      kind,
      address: address.trim(),
      ...(name.trim() === "" ? {} : { name: name.trim() }),
      events: [...told],
      environments,
    }),
  );
  const { label, hint, type } = addressOf[kind];
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
            : told.length === 0
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
      <TextField
        label={label}
        type={type}
        hint={hint}
        fault={fault}
        value={address}
        autoComplete="off"
        spellCheck={false}
        disabled={isMailLacking}
        onChange={(event) => setAddress(event.target.value)}
      />
      <TextField
        label="Name"
        hint="Empty: what it leads to."
        value={name}
        maxLength={80}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      <fieldset className="lf:min-w-0">
        <legend className="lf:mb-1 lf:text-sm lf:font-medium">It hears of</legend>
        <div className="lf:grid lf:gap-1">
          {events.map((one) => (
            <CheckField
              key={one.value}
              label={one.label}
              checked={told.includes(one.value)}
              onChange={(event) =>
                setTold(event.target.checked ? [...told, one.value] : told.filter((other) => other !== one.value))
              }
            />
          ))}
        </div>
      </fieldset>
      <RadioField<NotificationPlace["environments"]>
        label="In"
        value={environments}
        choices={[
          { value: "production", label: "Production only" },
          { value: "all", label: "All environments" },
        ]}
        onChoose={setEnvironments}
      />
    </FormDialog>
  );
}
