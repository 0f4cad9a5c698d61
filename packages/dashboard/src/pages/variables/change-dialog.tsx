import { useState } from "react";
import { useDo } from "../../ask.ts";
import { CheckField, TextAreaField } from "../../parts/fields.tsx";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";
import { word } from "../../parts/command-word.ts";
import { type Place, placeFlags } from "./place.ts";
import type { Row } from "./variable-table.tsx";

export interface OneDialogProps {
  place: Place;
  row: Row;
  onClose(): void;
}

export function ChangeDialog({ place, row: { key, variable }, onClose }: OneDialogProps) {
  const [value, setValue] = useState(variable?.value ?? "");
  const [isSecret, setSecret] = useState(variable?.sensitive ?? false);
  const wasSecret = variable?.sensitive === true;
  const save = useDo((client, input: { value: string; sensitive: boolean }) =>
    client.variables.set({
      ...place,
      values: { [key]: input.value },
      sensitive: input.sensitive,
      ...(input.value === "" ? { allowEmpty: true } : {}),
    }),
  );
  const isSame = value === variable?.value && isSecret === variable.sensitive;
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Change ${key}`}
      description={`In ${place.environment}. It counts from the next deployment on.`}
      submit="Save"
      unavailable={isSame ? "Nothing is changed." : wasSecret && value === "" ? "Type the new value first." : undefined}
      doing={save}
      command={`landfall env set ${word(key)} ${placeFlags(place)}`}
      onSubmit={async () => {
        if (!(await save.run({ value, sensitive: isSecret }))) return;
        // What was typed is kept nowhere any more.
        save.reset();
        onClose();
      }}
    >
      <TextAreaField
        label="Value"
        value={value}
        onChange={(event) => setValue(event.target.value)}
        hint={
          wasSecret
            ? "The value that is stored is not shown to anybody. What you type takes its place."
            : "Taken byte for byte, line breaks included."
        }
      />
      <CheckField
        label="Secret"
        hint="Nobody can read it back; builds and programs are given it."
        checked={isSecret}
        onChange={(event) => setSecret(event.target.checked)}
      />
    </FormDialog>
  );
}

export function RemoveDialog({ place, row: { key, need }, onClose }: OneDialogProps) {
  const remove = useDo((client) => client.variables.remove({ ...place, key }));
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Remove ${key}?`}
      description={
        need?.required
          ? `The code needs it: the next deployment to ${place.environment} will ask for it.`
          : `From the next deployment to ${place.environment} on it is not there any more. What runs now keeps it.`
      }
      submit="Remove"
      doing={remove}
      command={`landfall env rm ${word(key)} ${placeFlags(place)}`}
      onSubmit={() => void remove.run(undefined).then((done) => (done ? onClose() : undefined))}
    />
  );
}
