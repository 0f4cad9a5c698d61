import { Badge, Button } from "@landfall/react";
import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Section } from "../../parts/section.tsx";
import { chooseOrganization, useMay } from "../../session.ts";
import { roleWord } from "../../parts/roles.ts";

/** Every organisation one is in; the one that is looked at can be renamed. */
export function Organizations({ current }: { current: string | null }) {
  const may = useMay();
  const answer = useAsk(["organizations"], (client, signal) => client.organizations.list({}, { signal }));
  const [dialog, setDialog] = useState<{ rename: string } | "create" | null>(null);
  const create = (
    <Button onClick={() => setDialog("create")}>
      <Plus aria-hidden size={14} />
      New organisation
    </Button>
  );
  return (
    <Section
      title="Organisations"
      description="Projects, connections and people of one are not seen from another."
      actions={may("create:organization") ? create : undefined}
    >
      <Asked answer={answer} waitsFor="your organisations" lines={2}>
        {({ organizations }) => (
          <DataTable
            label="Organisations"
            rows={organizations}
            keyOf={({ id }) => id}
            columns={[
              { title: "Name", cell: ({ name }) => name },
              { title: "Your role", cell: ({ role }) => roleWord(role) },
              {
                title: "Actions",
                isTitleHidden: true,
                className: "lf:@2xl:text-end",
                cell: ({ id, name }) =>
                  id === current ? (
                    <span className="lf:inline-flex lf:items-center lf:gap-2">
                      <Badge>You are here</Badge>
                      {may("update:organization") ? (
                        <IconButton
                          icon={Pencil}
                          label={`Rename ${name}`}
                          onClick={() => setDialog({ rename: name })}
                        />
                      ) : null}
                    </span>
                  ) : (
                    <Button look="quiet" aria-label={`Go there: ${name}`} onClick={() => goTo(id)}>
                      Go there
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {dialog === "create" ? <NameDialog name="" onClose={() => setDialog(null)} /> : null}
      {dialog !== null && dialog !== "create" ? (
        <NameDialog name={dialog.rename} onClose={() => setDialog(null)} />
      ) : null}
    </Section>
  );
}

/** The page is loaded anew: nothing of one organisation is shown in another. */
function goTo(id: string): void {
  chooseOrganization(id);
  location.assign("/");
}

/** For a new one when `name` is empty. */
function NameDialog({ name, onClose }: { name: string; onClose(): void }) {
  const [text, setText] = useState(name);
  const isNew = name === "";
  const save = useDo((client, to: string) =>
    isNew ? client.organizations.create({ name: to }) : client.organizations.rename({ name: to }),
  );
  return (
    <FormDialog
      open
      onClose={onClose}
      title={isNew ? "New organisation" : "Rename the organisation"}
      {...(isNew ? { description: "You will be its owner." } : {})}
      submit={isNew ? "Create" : "Rename"}
      unavailable={text.trim() === "" || text.trim() === name ? "Type a name first." : undefined}
      doing={save}
      onSubmit={() => void save.run(text.trim()).then((done) => (done ? onClose() : undefined))}
    >
      <TextField
        label="Name"
        value={text}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
    </FormDialog>
  );
}
