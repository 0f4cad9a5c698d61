/** Values of the organisation that projects are given, each under a name of its own there. */
import { Badge, Button, EmptyState, type LandfallClient, RelativeTime } from "@landfall/react";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { CheckField, TextAreaField } from "../../parts/fields.tsx";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Section } from "../../parts/section.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { useMay } from "../../session.ts";

type SharedValue = Awaited<ReturnType<LandfallClient["shared"]["list"]>>["values"][number];

type Open = { kind: "add" } | { kind: "change" | "remove"; one: SharedValue };

export function SharedValues() {
  const may = useMay();
  const answer = useAsk(["shared-values"], (client, signal) => client.shared.list({}, { signal }));
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const add = (
    <Button onClick={() => setOpen({ kind: "add" })}>
      <Plus aria-hidden size={14} />
      Add a shared value
    </Button>
  );
  return (
    <Section
      title="Shared values"
      description="Kept once, and given to the variables of projects that use them."
      actions={may("update:shared") ? add : undefined}
    >
      <Asked answer={answer} waitsFor="the shared values" lines={2}>
        {({ values }) =>
          values.length === 0 ? (
            <EmptyState title="There are no shared values">
              A project uses one on its page Variables, and gets each change with its next deployment.
            </EmptyState>
          ) : (
            <DataTable
              label="Shared values"
              rows={values}
              keyOf={({ key }) => key}
              columns={[
                {
                  title: "Name",
                  cell: ({ key, sensitive }) => (
                    <span className="lf:flex lf:flex-wrap lf:items-center lf:gap-2">
                      <code className="lf:font-mono lf:text-xs lf:wrap-anywhere">{key}</code>
                      {sensitive ? <Badge>Secret</Badge> : null}
                    </span>
                  ),
                },
                {
                  title: "Value",
                  className: "lf:@2xl:max-w-80",
                  cell: ({ value }) =>
                    value === null ? (
                      <span className="lf:text-muted">Never shown</span>
                    ) : (
                      <code className="lf:font-mono lf:text-xs lf:wrap-anywhere">{value}</code>
                    ),
                },
                { title: "Used by", className: "lf:wrap-anywhere", cell: ({ mappings }) => usedBy(mappings) },
                { title: "Changed", cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
                {
                  title: "Actions",
                  isTitleHidden: true,
                  className: "lf:@2xl:text-end lf:@2xl:whitespace-nowrap",
                  cell: (one) => (
                    <span className="lf:inline-flex lf:gap-1">
                      {may("update:shared") ? (
                        <IconButton
                          icon={Pencil}
                          label={`Change ${one.key}`}
                          onClick={() => setOpen({ kind: "change", one })}
                        />
                      ) : null}
                      {may("delete:shared") ? (
                        <IconButton
                          icon={Trash2}
                          label={`Remove ${one.key}`}
                          unavailable={
                            one.mappings.length > 0 ? "Projects use it. Take it away there first." : undefined
                          }
                          onClick={() => setOpen({ kind: "remove", one })}
                        />
                      ) : null}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Asked>
      {open?.kind === "add" ? <ValueDialog before={null} onClose={close} /> : null}
      {open?.kind === "change" ? <ValueDialog before={open.one} onClose={close} /> : null}
      {open?.kind === "remove" ? <RemoveDialog name={open.one.key} onClose={close} /> : null}
    </Section>
  );
}

function usedBy(mappings: SharedValue["mappings"]): string {
  if (mappings.length === 0) return "Nothing";
  return mappings.map(({ project, environment, key }) => `${project}, ${environment}: ${key}`).join("; ");
}

/** For a new one when there was none before. */
function ValueDialog({ before, onClose }: { before: SharedValue | null; onClose(): void }) {
  const [key, setKey] = useState(before?.key ?? "");
  const [value, setValue] = useState(before?.value ?? "");
  const [sensitive, setSensitive] = useState(before?.sensitive ?? true);
  const save = useDo((client, input: Parameters<LandfallClient["shared"]["set"]>[0]) => client.shared.set(input));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={before ? `Change ${before.key}` : "Add a shared value"}
      description="It counts from the next deployment of each project on."
      submit="Save"
      unavailable={key.trim() === "" || value === "" ? "Type a name and a value first." : undefined}
      doing={save}
      onSubmit={async () => {
        if (!(await save.run({ values: { [key.trim()]: value }, sensitive }))) return;
        // What was typed is kept nowhere any more.
        save.reset();
        onClose();
      }}
    >
      {before ? null : (
        <TextField
          label="Name"
          value={key}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => setKey(event.target.value)}
        />
      )}
      <TextAreaField
        label="Value"
        value={value}
        onChange={(event) => setValue(event.target.value)}
        hint={
          before?.sensitive
            ? "The value that is stored is not shown to anybody. What you type takes its place."
            : "Taken byte for byte, line breaks included."
        }
      />
      <CheckField
        label="Secret"
        hint="Nobody can read it back; builds and programs are given it."
        checked={sensitive}
        onChange={(event) => setSensitive(event.target.checked)}
      />
    </FormDialog>
  );
}

function RemoveDialog({ name, onClose }: { name: string; onClose(): void }) {
  const remove = useDo((client) => client.shared.remove({ key: name }));
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Remove ${name}?`}
      description="No project uses it."
      submit="Remove"
      doing={remove}
      onSubmit={() => void remove.run(undefined).then((done) => (done ? onClose() : undefined))}
    />
  );
}
