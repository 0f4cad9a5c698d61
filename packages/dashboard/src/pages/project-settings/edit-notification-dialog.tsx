/** A place as it is to be from now on. What it is stays, and so does a URL that is not given again: nobody can read it back. */
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { word } from "../../parts/command-word.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { NotificationFields, type PlaceDraft } from "./notification-fields.tsx";
import { kindWord, type NotificationPlace } from "./notification-words.tsx";

export interface EditNotificationDialogProps {
  project: string;
  place: NotificationPlace;
  onClose(): void;
}

export function EditNotificationDialog({ project, place, onClose }: EditNotificationDialogProps) {
  const { id, kind, leadsTo } = place;
  const before: PlaceDraft = {
    address: kind === "email" ? leadsTo : "",
    name: place.name,
    events: place.events,
    environments: place.environments,
  };
  const [draft, setDraft] = useState(before);
  const address = draft.address.trim();
  const name = draft.name.trim();
  const change = {
    ...(address === "" || address === before.address ? {} : { address }),
    ...(name === "" || name === before.name ? {} : { name }),
    ...(isSame(draft.events, before.events) ? {} : { events: [...draft.events] }),
    ...(draft.environments === before.environments ? {} : { environments: draft.environments }),
  };
  const save = useDo((client) => client.notifications.update({ project, id, ...change }));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Edit ${place.name}`}
      description={`${kindWord[kind]}. What it was still to be told goes to where it leads then.`}
      submit="Save"
      unavailable={
        draft.events.length === 0
          ? "Choose what it hears of first."
          : Object.keys(change).length === 0
            ? "Nothing is changed."
            : undefined
      }
      doing={save}
      command={`landfall notifications edit ${word(place.name)} --project ${word(project)}`}
      onSubmit={async () => {
        if (await save.run(undefined)) onClose();
      }}
    >
      <NotificationFields
        kind={kind}
        draft={draft}
        onDraft={setDraft}
        whenEmpty={kind === "email" ? "Of a person or a list." : `It leads to ${leadsTo}. Empty: it stays so.`}
        fault={save.error?.faults?.find(({ path }) => path === "address")?.message}
      />
    </FormDialog>
  );
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}
