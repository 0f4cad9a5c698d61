import { type LandfallClient } from "@landfall/react";
import { useState } from "react";
import { useDo } from "../ask.ts";
import { useHeld } from "../session.ts";
import { CheckField, RadioField, SelectField } from "./fields.tsx";
import { TextField } from "./text-field.tsx";
import { FormDialog } from "./form-dialog.tsx";

type NewKey = Parameters<LandfallClient["keys"]["create"]>[0];
type Permission = NewKey["scopes"][number];
type Preset = "read" | "deploy" | "all" | "chosen";

/** What a program that deploys has to do. */
const deploys: ReadonlySet<Permission> = new Set<Permission>([
  "read:project",
  "create:project",
  "read:environment",
  "read:variable",
  "read:connection",
  "create:source",
  "create:deployment",
  "read:deployment",
  "update:deployment",
]);

const presets: readonly { value: Preset; label: string; hint: string }[] = [
  { value: "deploy", label: "Deploy", hint: "For a build server: send code, deploy, follow, cancel." },
  { value: "read", label: "Read", hint: "For a status page: look at everything you may see, change nothing." },
  { value: "all", label: "All that you may", hint: "As you yourself, from a program." },
  { value: "chosen", label: "Choose", hint: "Each permission by itself." },
];

const lives = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "Never" },
];

export function KeyDialog({ onClose, onMade }: { onClose(): void; onMade(key: string): void }) {
  const mine = [...useHeld()];
  const [name, setName] = useState("");
  const [preset, setPreset] = useState<Preset>("deploy");
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set());
  const [days, setDays] = useState("90");
  const make = useDo((client, input: NewKey) => client.keys.create(input));
  const scopes = mine.filter((permission) =>
    preset === "all"
      ? true
      : preset === "read"
        ? permission.startsWith("read:")
        : preset === "deploy"
          ? deploys.has(permission)
          : chosen.has(permission),
  );
  return (
    <FormDialog
      open
      onClose={onClose}
      title="New API key"
      submit="Make the key"
      unavailable={
        name.trim() === "" ? "Type a name first." : scopes.length === 0 ? "Choose what it may do." : undefined
      }
      doing={make}
      onSubmit={async () => {
        const made = await make.run({
          name: name.trim(),
          scopes,
          ...(days === "" ? {} : { expiresInDays: Number(days) }),
        });
        if (!made) return;
        // The answer holds the key; nothing keeps it any longer than it is shown.
        make.reset();
        onMade(made.key);
      }}
    >
      <TextField
        label="Name"
        hint="What uses it, such as: build server."
        value={name}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      <RadioField label="What it may do" value={preset} choices={presets} onChoose={(value) => setPreset(value)} />
      {preset === "chosen" ? <Permissions mine={mine} chosen={chosen} onChange={setChosen} /> : null}
      <SelectField label="Ends after" choices={lives} value={days} onChange={(event) => setDays(event.target.value)} />
    </FormDialog>
  );
}

interface PermissionsProps {
  mine: readonly Permission[];
  chosen: ReadonlySet<Permission>;
  onChange(chosen: ReadonlySet<Permission>): void;
}

/** One group per kind of thing, with the verbs one has oneself. */
function Permissions({ mine, chosen, onChange }: PermissionsProps) {
  const groups = Map.groupBy(mine, (permission) => permission.slice(permission.indexOf(":") + 1));
  const toggle = (permission: Permission): void => {
    const next = new Set(chosen);
    if (!next.delete(permission)) next.add(permission);
    onChange(next);
  };
  return (
    <div className="lf:grid lf:gap-3 lf:rounded-md lf:border lf:border-line lf:p-3 lf:sm:grid-cols-2">
      {[...groups].map(([thing, permissions]) => (
        <fieldset key={thing}>
          <legend className="lf:mb-1 lf:text-sm lf:font-medium lf:first-letter:uppercase">{thing}</legend>
          {permissions.map((permission) => (
            <CheckField
              key={permission}
              label={permission.slice(0, permission.indexOf(":"))}
              aria-label={permission.replace(":", " ")}
              checked={chosen.has(permission)}
              onChange={() => toggle(permission)}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}
