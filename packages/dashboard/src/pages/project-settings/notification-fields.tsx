/** What can be said of a place: how it is called, what it hears of, in which environments. */
import { CheckField, RadioField } from "../../parts/fields.tsx";
import { TextField } from "../../parts/text-field.tsx";
import type { NotificationPlace } from "./notification-words.tsx";

type Kind = NotificationPlace["kind"];
type Event = NotificationPlace["events"][number];

export const addressOf: Record<Kind, { label: string; hint: string; type: "url" | "email" }> = {
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

/** As a person has it in the form. */
export interface PlaceDraft {
  address: string;
  name: string;
  events: readonly Event[];
  environments: NotificationPlace["environments"];
}

export interface NotificationFieldsProps {
  kind: Kind;
  draft: PlaceDraft;
  onDraft(draft: PlaceDraft): void;
  /** What an address left empty means; absent: it must be filled. */
  whenEmpty?: string;
  /** Of the address. */
  fault: string | undefined;
  isDisabled?: boolean;
}

export function NotificationFields({
  kind,
  draft,
  onDraft,
  whenEmpty,
  fault,
  isDisabled = false,
}: NotificationFieldsProps) {
  const { label, hint, type } = addressOf[kind];
  const set = (change: Partial<PlaceDraft>): void => onDraft({ ...draft, ...change });
  return (
    <>
      <TextField
        label={label}
        type={type}
        hint={whenEmpty ?? hint}
        fault={fault}
        value={draft.address}
        autoComplete="off"
        spellCheck={false}
        disabled={isDisabled}
        onChange={(event) => set({ address: event.target.value })}
      />
      <TextField
        label="Name"
        hint={whenEmpty === undefined ? "Empty: what it leads to." : undefined}
        value={draft.name}
        maxLength={80}
        autoComplete="off"
        onChange={(event) => set({ name: event.target.value })}
      />
      <fieldset className="lf:min-w-0">
        <legend className="lf:mb-1 lf:text-sm lf:font-medium">It hears of</legend>
        <div className="lf:grid lf:gap-1">
          {events.map((one) => (
            <CheckField
              key={one.value}
              label={one.label}
              checked={draft.events.includes(one.value)}
              onChange={(event) =>
                set({
                  events: event.target.checked
                    ? [...draft.events, one.value]
                    : draft.events.filter((other) => other !== one.value),
                })
              }
            />
          ))}
        </div>
      </fieldset>
      <RadioField<NotificationPlace["environments"]>
        label="In"
        value={draft.environments}
        choices={[
          { value: "production", label: "Production only" },
          { value: "all", label: "All environments" },
        ]}
        onChoose={(environments) => set({ environments })}
      />
    </>
  );
}
