/** What will change, before it changes; refused when somebody else has changed it meanwhile. */
import { Difference, type DifferenceRow } from "@landfall/react";
import { useDo } from "../../ask.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { fieldLabels, type Settings, type Stored } from "./stored-settings.ts";

export interface SaveDialogProps {
  project: string;
  before: Stored;
  after: Settings;
  onClose(): void;
  onSaved(): void;
}

export function SaveDialog({ project, before, after, onClose, onSaved }: SaveDialogProps) {
  const save = useDo((client) => client.projects.settings.set({ project, settings: after, expect: before.version }), {
    answers: ["project-settings", project],
  });
  return (
    <FormDialog
      open
      wide
      onClose={onClose}
      title="Save these changes?"
      description="They take effect with the next deployment. What is live stays as it is."
      submit="Save"
      doing={save}
      onSubmit={async () => {
        if (await save.run(undefined)) onSaved();
      }}
    >
      <Difference label="Settings that change" rows={rowsOf(before.settings, after)} />
    </FormDialog>
  );
}

function rowsOf(before: Settings, after: Settings): DifferenceRow[] {
  return (Object.keys(fieldLabels) as (keyof Settings)[])
    .filter((field) => before[field] !== after[field])
    .map((field) => ({
      label: fieldLabels[field],
      kind: before[field] === undefined ? "added" : after[field] === undefined ? "removed" : "changed",
      ...(before[field] === undefined
        ? {}
        : { before: <code className="lf:font-mono lf:text-xs">{before[field]}</code> }),
      ...(after[field] === undefined ? {} : { after: <code className="lf:font-mono lf:text-xs">{after[field]}</code> }),
    }));
}
