/** Variables of one environment that have a shared value of the organisation. Nothing is shown where there is none and none may be added. */
import { Badge, Button, type NeededVariable } from "@landfall/react";
import { Link2, Unlink } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { SelectField } from "../../parts/fields.tsx";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Section } from "../../parts/section.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { useMay } from "../../session.ts";
import type { Place } from "./place.ts";

export interface SharedValuesProps {
  place: Place;
  /** What the code reads. */
  needed: readonly NeededVariable[];
}

export function SharedValues({ place, needed }: SharedValuesProps) {
  const mayChange = useMay()("update:shared");
  const { project, environment } = place;
  const { data } = useAsk(["shared-mappings", project, environment], (client, signal) =>
    client.shared.mappings(place, { signal }),
  );
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  if (!data || (data.mappings.length === 0 && !mayChange)) return null;
  const add = (
    <Button onClick={() => setAdding(true)}>
      <Link2 aria-hidden size={14} />
      Use a shared value
    </Button>
  );
  return (
    <div className="lf:mt-8">
      <Section
        title="Shared values"
        description={
          data.mappings.length === 0
            ? `No variable of ${environment} takes its value from the organisation.`
            : "Kept once for the organisation. A value that is set here comes before it."
        }
        actions={mayChange ? add : undefined}
      >
        {data.mappings.length === 0 ? null : (
          <DataTable
            label={`Shared values in ${environment}`}
            rows={data.mappings}
            keyOf={({ key }) => key}
            columns={[
              {
                title: "Name",
                cell: ({ key, sensitive, overridden }) => (
                  <span className="lf:flex lf:flex-wrap lf:items-center lf:gap-2">
                    <code className="lf:font-mono lf:text-xs lf:wrap-anywhere">{key}</code>
                    {sensitive ? <Badge>Secret</Badge> : null}
                    {overridden ? <Badge tone="warning">Set here too, and that counts</Badge> : null}
                  </span>
                ),
              },
              {
                title: "Shared value",
                cell: ({ sharedKey }) => <code className="lf:font-mono lf:text-xs lf:wrap-anywhere">{sharedKey}</code>,
              },
              {
                title: "Actions",
                isTitleHidden: true,
                className: "lf:@2xl:text-end",
                cell: ({ key }) =>
                  mayChange ? (
                    <IconButton
                      icon={Unlink}
                      label={`No shared value for ${key} any more`}
                      onClick={() => setRemoving(key)}
                    />
                  ) : null,
              },
            ]}
          />
        )}
        {isAdding ? <MapDialog place={place} needed={needed} onClose={() => setAdding(false)} /> : null}
        {removing === null ? null : <UnmapDialog place={place} variable={removing} onClose={() => setRemoving(null)} />}
      </Section>
    </div>
  );
}

function MapDialog({ place, needed, onClose }: SharedValuesProps & { onClose(): void }) {
  const { data } = useAsk(["shared-values"], (client, signal) => client.shared.list({}, { signal }));
  const [sharedKey, setSharedKey] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const key = (typed ?? sharedKey).trim();
  const map = useDo((client) => client.shared.map({ ...place, key, sharedKey }));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Use a shared value in ${place.environment}`}
      description="It counts from the next deployment on."
      submit="Use it"
      unavailable={sharedKey === "" ? "Choose a shared value first." : key === "" ? "Type a name first." : undefined}
      doing={map}
      onSubmit={() => void map.run(undefined).then((done) => (done ? onClose() : undefined))}
    >
      <SelectField
        label="Shared value"
        hint="They are kept on the page Team."
        value={sharedKey}
        choices={[
          { value: "", label: "Choose one" },
          ...(data?.values ?? []).map((one) => ({ value: one.key, label: one.key })),
        ]}
        onChange={(event) => setSharedKey(event.target.value)}
      />
      <TextField
        label="Name here"
        hint={
          needed.length === 0
            ? "What the code reads it by."
            : `What the code reads it by, such as ${needed
                .slice(0, 3)
                .map((one) => one.key)
                .join(", ")}.`
        }
        value={typed ?? sharedKey}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
    </FormDialog>
  );
}

function UnmapDialog({ place, variable, onClose }: { place: Place; variable: string; onClose(): void }) {
  const unmap = useDo((client) => client.shared.unmap({ ...place, key: variable }));
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`No shared value for ${variable} any more?`}
      description={`From the next deployment to ${place.environment} on it is not given. What runs now keeps it.`}
      submit="Take away"
      doing={unmap}
      onSubmit={() => void unmap.run(undefined).then((done) => (done ? onClose() : undefined))}
    />
  );
}
