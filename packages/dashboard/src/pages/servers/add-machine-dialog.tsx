/** What to run on another machine so that it works on this Landfall too. Nothing is changed here: it says by itself that it is there. */
import { CopyField, Dialog } from "@landfall/react";
import { useState } from "react";
import { RadioField } from "../../parts/fields.tsx";

type Does = "worker" | "worker,edge" | "api";

const settings = [
  {
    label: "database",
    text: "export DATABASE_URL='postgres://user:password@host:5432/landfall'",
    hint: "The database of this server.",
  },
  { label: "key", text: "export TOKEN_ENCRYPTION_KEY='…'", hint: "The key of this server, or its file named key." },
  {
    label: "store",
    text: "export LANDFALL_STORE='s3://bucket/prefix?region=eu-central-1'",
    hint: "The bucket of this server. Without one, the machines share the data directory: leave it out and say --home.",
  },
  {
    label: "credential of the store",
    text: "export AWS_ACCESS_KEY_ID='…' AWS_SECRET_ACCESS_KEY='…'",
    hint: "What opens the bucket.",
  },
];

export function AddMachineDialog({ onClose }: { onClose(): void }) {
  const [does, setDoes] = useState<Does>("worker");
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Add a machine"
      description="Install landfall there and run these in its shell, with your values in place of those shown. It is on the list within ten seconds."
    >
      <div className="lf:grid lf:gap-4">
        <RadioField<Does>
          label="It is to"
          value={does}
          choices={[
            { value: "worker", label: "Work on deployments", hint: "Builds, and deploys to hosted platforms." },
            {
              value: "worker,edge",
              label: "Work on deployments and serve",
              hint: "What is deployed to Landfall's own machines runs there too.",
            },
            { value: "api", label: "Answer people", hint: "The dashboard and the API." },
          ]}
          onChoose={setDoes}
        />
        <ol className="lf:m-0 lf:grid lf:gap-3 lf:ps-5 lf:text-sm">
          {[
            ...settings,
            { label: "command", text: `landfall serve --roles ${does}`, hint: "It runs until it is stopped." },
          ].map(({ label, text, hint }) => (
            <li key={label} className="lf:min-w-0">
              <CopyField text={text} label={label} />
              <p className="lf:mt-1 lf:mb-0 lf:text-xs lf:text-muted">{hint}</p>
            </li>
          ))}
        </ol>
      </div>
    </Dialog>
  );
}
