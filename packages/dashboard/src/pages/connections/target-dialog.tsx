import type { Connection, Platform } from "@landfall/react";
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { CheckField, SelectField } from "../../parts/fields.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import type { SavedTarget } from "./saved-target.ts";

export interface TargetDialogProps {
  /** Null: a new one. */
  target: SavedTarget | null;
  platforms: readonly Platform[];
  connections: readonly Connection[];
  onClose(): void;
}

export function TargetDialog({ target, platforms, connections, onClose }: TargetDialogProps) {
  const [name, setName] = useState(target?.name ?? "");
  const [platform, setPlatform] = useState(target?.platform ?? platforms[0]?.id ?? "");
  const [connection, setConnection] = useState(target?.connection ?? "");
  const [projectName, setProjectName] = useState(target?.target?.projectName ?? "");
  const [account, setAccount] = useState(target?.target?.account ?? "");
  const [isDefault, setDefault] = useState(target?.isDefault ?? false);
  const isHosted = platforms.find(({ id }) => id === platform)?.hosted ?? false;
  const accounts = connections.filter((one) => one.platform === platform && one.id !== null);
  const save = useDo((client) => {
    const { projectId } = target?.target ?? {};
    const place = {
      ...(projectId === undefined ? {} : { projectId }),
      ...(account === "" ? {} : { account }),
      ...(projectName === "" ? {} : { projectName }),
    };
    const fields = {
      name: name.trim(),
      connection: isHosted && connection !== "" ? connection : null,
      target: isHosted && Object.keys(place).length > 0 ? place : null,
      isDefault,
    };
    return target ? client.targets.update({ id: target.id, ...fields }) : client.targets.save({ platform, ...fields });
  });
  return (
    <FormDialog
      open
      onClose={onClose}
      title={target ? `Change ${target.name}` : "Save a target"}
      submit="Save"
      unavailable={name.trim() === "" ? "Type a name first." : undefined}
      doing={save}
      onSubmit={async () => {
        if (await save.run(undefined)) onClose();
      }}
    >
      <TextField
        label="Name"
        hint="Such as company-site."
        value={name}
        maxLength={58}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      {target ? null : (
        <SelectField
          label="Platform"
          value={platform}
          choices={platforms.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(event) => {
            setPlatform(event.target.value);
            setConnection("");
          }}
        />
      )}
      {isHosted ? (
        <>
          <SelectField
            label="Account"
            hint={accounts.length === 0 ? "None is connected yet; connect one on this page." : undefined}
            value={connection}
            choices={[
              { value: "", label: "The only one" },
              ...accounts.map((one) => ({ value: one.id!, label: one.name })),
            ]}
            onChange={(event) => setConnection(event.target.value)}
          />
          <TextField
            label="Team or account there"
            hint="Its id at the platform. Empty: the account's own."
            autoComplete="off"
            value={account}
            onChange={(event) => setAccount(event.target.value)}
          />
          <TextField
            label="Project there"
            hint="Empty: named as the project is here."
            autoComplete="off"
            value={projectName}
            onChange={(event) => setProjectName(event.target.value)}
          />
        </>
      ) : null}
      <CheckField
        label="Default for this platform"
        hint="Deployments to the platform that say nothing else go there."
        checked={isDefault}
        onChange={(event) => setDefault(event.target.checked)}
      />
    </FormDialog>
  );
}
