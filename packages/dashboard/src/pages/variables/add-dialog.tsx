import { EnvironmentVariableInput, type VariableRow } from "@landfall/react";
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { word } from "../../parts/command-word.ts";
import { type Place, placeFlags } from "./place.ts";
import type { Needed, Row } from "./variable-table.tsx";

export interface AddDialogProps {
  place: Place;
  needed: Needed;
  existing: readonly Row[];
  onClose(): void;
}

/** To type into at once; where variables are missing, their rows are there already. */
const firstRow: readonly VariableRow[] = [{ id: "first", key: "", value: "", sensitive: false, saved: false }];

/** Type them, paste a whole .env file, or open one. */
export function AddDialog({ place, needed, existing, onClose }: AddDialogProps) {
  const [rows, setRows] = useState<readonly VariableRow[]>(needed.missing.size > 0 ? [] : firstRow);
  const [file, setFile] = useState<{ text: string; rows: readonly VariableRow[] } | null>(null);
  const filled = rows.filter(({ key, value }) => key.trim() !== "" && value !== null && value !== "");
  const stored = new Set(existing.filter(({ variable }) => variable !== null).map(({ key }) => key));
  const replaced = filled.filter(({ key }) => stored.has(key)).map(({ key }) => key);
  // What has no value is asked for; what had one by other means is offered.
  const open = needed.all
    .filter(({ key }) => !stored.has(key))
    .map((need) => ({ ...need, required: needed.missing.has(need.key) }));
  const twice = filled.map(({ key }) => key).filter((key, at, all) => all.indexOf(key) !== at);
  const save = useDo(async (client, wanted: readonly VariableRow[]) => {
    if (file !== null && file.rows === rows) {
      await client.variables.import({ ...place, text: file.text });
      return true;
    }
    // Which are secret is said for a whole call: one for each kind.
    for (const sensitive of [true, false]) {
      const some = wanted.filter((row) => row.sensitive === sensitive);
      if (some.length === 0) continue;
      await client.variables.set({
        ...place,
        sensitive,
        values: Object.fromEntries(some.map(({ key, value }) => [key, value ?? ""])),
      });
    }
    return true;
  });
  return (
    <FormDialog
      open
      wide
      holdsForms
      onClose={onClose}
      title={`Add variables to ${place.environment}`}
      description="They count from the next deployment on."
      submit={filled.length > 1 ? `Save ${filled.length} variables` : "Save"}
      unavailable={
        filled.length === 0
          ? "Type a name and a value first."
          : twice.length > 0
            ? `${twice[0]} stands here twice.`
            : undefined
      }
      doing={save}
      command={
        filled.length === 1
          ? `landfall env set ${word(filled[0]!.key)} ${placeFlags(place)}`
          : `landfall env push .env ${placeFlags(place)}`
      }
      onSubmit={async () => {
        if (!(await save.run(filled))) return;
        // What was typed is kept nowhere any more.
        save.reset();
        onClose();
      }}
    >
      <EnvironmentVariableInput
        value={rows}
        onChange={setRows}
        onFile={(text, whole) => setFile({ text, rows: whole })}
        needed={open}
        {...(save.error?.faults === undefined ? {} : { faults: save.error.faults })}
        disabled={save.isRunning}
      />
      {replaced.length === 0 ? null : (
        <p role="status" className="lf:m-0 lf:text-sm">
          Set already, and replaced by this: {replaced.join(", ")}.
        </p>
      )}
    </FormDialog>
  );
}
