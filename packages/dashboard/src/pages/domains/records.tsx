/** Records as they have to be, beside those the name servers answer with. */
import { Badge, CopyField, type Domain, type Tone } from "@landfall/react";
import { DataTable } from "../../parts/data-table.tsx";

type State = Domain["records"][number]["state"];

const states: Record<State, { word: string; tone: Tone }> = {
  right: { word: "Right", tone: "success" },
  missing: { word: "Missing", tone: "failure" },
  wrong: { word: "Wrong", tone: "failure" },
  unknown: { word: "Not known", tone: "warning" },
};

export function Records({ domain: { name, records }, isOpen }: { domain: Domain; isOpen: boolean }) {
  return (
    <details open={isOpen}>
      <summary className="lf:mb-2 lf:min-h-6 lf:cursor-pointer lf:text-sm lf:text-muted">
        {records.length === 1 ? "1 record" : `${records.length} records`}
        {isOpen ? ", to be set at your domain's provider" : ""}
      </summary>
      <DataTable
        label={`Records of ${name}`}
        rows={records}
        keyOf={({ record }) => `${record.type} ${record.name} ${record.value}`}
        columns={[
          { title: "Type", cell: ({ record }) => <span className="lf:font-mono lf:text-sm">{record.type}</span> },
          {
            title: "Name",
            className: "lf:@2xl:max-w-72",
            cell: ({ record }) => <CopyField text={record.name} label={`${record.type} name`} />,
          },
          {
            title: "Value",
            className: "lf:@2xl:max-w-72",
            cell: ({ record }) => <CopyField text={record.value} label={`${record.type} value`} />,
          },
          {
            title: "Found",
            cell: ({ found, state }) =>
              found.length === 0 ? (
                <span className="lf:text-muted">{state === "unknown" ? "" : "Nothing"}</span>
              ) : (
                <span className="lf:font-mono lf:text-xs lf:wrap-anywhere">{found.join(", ")}</span>
              ),
          },
          { title: "State", cell: ({ state }) => <Badge tone={states[state].tone}>{states[state].word}</Badge> },
          { title: "For", cell: ({ record }) => <span className="lf:text-sm lf:text-muted">{record.purpose}</span> },
        ]}
      />
    </details>
  );
}
