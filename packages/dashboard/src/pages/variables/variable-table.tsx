import { Badge, Button, type NeededVariable, type Plan, RelativeTime, type Variable } from "@landfall/react";
import { Eye, EyeOff, History, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAsk } from "../../ask.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { IconButton } from "../../parts/section.tsx";

/** A variable that is stored, or one the code needs and nobody has set. */
export interface Row {
  key: string;
  variable: Variable | null;
  need: NeededVariable | null;
}

/** What the code reads, as the last deployment's plan found it; of one whose plan was never made, the live one's. */
export function useNeeded(last: string | null, live: string | null): Needed {
  const first = usePlan(last);
  const second = usePlan(live === last ? null : live);
  return neededOf(first ?? second);
}

function usePlan(id: string | null): Plan | null {
  const { data } = useAsk(["deployment", id], (client, signal) => client.deployments.get({ id: id! }, { signal }), {
    enabled: id !== null,
  });
  return id === null ? null : (data?.plan ?? null);
}

export interface Needed {
  all: NeededVariable[];
  /** Required, and without a value when the plan was made. */
  missing: ReadonlySet<string>;
}

/** Of several services that read one variable, all places together; it is required when one of them requires it. */
function neededOf(plan: Plan | null): Needed {
  const byKey = new Map<string, NeededVariable>();
  const missing = new Set<string>();
  for (const { variables } of plan?.services ?? [])
    for (const { from, validation, ...one } of variables) {
      const before = byKey.get(one.key);
      byKey.set(one.key, {
        ...one,
        validation,
        required: one.required || before?.required === true,
        sensitive: one.sensitive || before?.sensitive === true,
        foundIn: [...new Set([...(before?.foundIn ?? []), ...one.foundIn])],
      });
      if (from === "missing" && one.required) missing.add(one.key);
    }
  return { all: [...byKey.values()], missing };
}

/** What is missing first, then by name. */
export function rowsOf(variables: readonly Variable[], { all, missing }: Needed): Row[] {
  const needs = new Map(all.map((need) => [need.key, need]));
  const stored = new Set(variables.map(({ key }) => key));
  const open = [...missing].filter((key) => !stored.has(key)).toSorted();
  return [
    ...open.map((key) => ({ key, variable: null, need: needs.get(key) ?? null })),
    ...variables
      .map((variable) => ({ key: variable.key, variable, need: needs.get(variable.key) ?? null }))
      .toSorted((one, other) => one.key.localeCompare(other.key)),
  ];
}

export interface VariableTableProps {
  environment: string;
  rows: Row[];
  /** Absent: the person may not. */
  onSet: ((row: Row) => void) | undefined;
  onRemove: ((row: Row) => void) | undefined;
  onHistory(row: Row): void;
}

export function VariableTable({ environment, rows, onSet, onRemove, onHistory }: VariableTableProps) {
  return (
    <DataTable
      label={`Variables of ${environment}`}
      rows={rows}
      keyOf={({ key }) => key}
      columns={[
        {
          title: "Name",
          cell: ({ key, variable, need }) => (
            <span className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-2 lf:gap-y-1">
              <span className="lf:font-mono lf:text-sm lf:wrap-anywhere">{key}</span>
              {variable === null ? <Badge tone="failure">Missing</Badge> : null}
              {variable?.sensitive ? <Badge>Secret</Badge> : null}
              {need?.public ? <Badge tone="warning">Public in the browser</Badge> : null}
            </span>
          ),
        },
        {
          title: "Value",
          className: "lf:@2xl:max-w-80",
          cell: ({ key, variable }) => <Value key={key} variable={variable} name={key} />,
        },
        { title: "Used in", className: "lf:@2xl:max-w-64", cell: ({ need }) => <UsedIn need={need} /> },
        { title: "Changed", cell: ({ variable }) => <Changed variable={variable} /> },
        {
          title: "Actions",
          isTitleHidden: true,
          className: "lf:@2xl:text-end lf:@2xl:whitespace-nowrap",
          cell: (row) => (
            <span className="lf:inline-flex lf:gap-1">
              {onSet === undefined ? null : row.variable ? (
                <IconButton icon={Pencil} label={`Change ${row.key}`} onClick={() => onSet(row)} />
              ) : (
                <Button aria-label={`Set ${row.key}`} onClick={() => onSet(row)}>
                  <Plus aria-hidden size={14} />
                  Set
                </Button>
              )}
              {row.variable ? (
                <IconButton icon={History} label={`History of ${row.key}`} onClick={() => onHistory(row)} />
              ) : null}
              {row.variable && onRemove ? (
                <IconButton icon={Trash2} label={`Remove ${row.key}`} onClick={() => onRemove(row)} />
              ) : null}
            </span>
          ),
        },
      ]}
    />
  );
}

/** Covered until asked for: somebody may look over the shoulder. A secret has none to show. */
function Value({ variable, name }: { variable: Variable | null; name: string }) {
  const [isShown, setShown] = useState(false);
  if (variable === null) return <span className="lf:text-muted">Not set</span>;
  if (variable.value === null) return <span className="lf:text-muted">Never shown</span>;
  if (variable.value === "") return <span className="lf:text-muted">Empty</span>;
  return (
    <span className="lf:flex lf:items-start lf:gap-1">
      {isShown ? (
        <code className="lf:min-w-0 lf:font-mono lf:text-xs lf:leading-8 lf:wrap-anywhere lf:whitespace-pre-wrap">
          {variable.value}
        </code>
      ) : (
        <span aria-hidden className="lf:leading-8 lf:text-muted">
          ••••••••
        </span>
      )}
      <IconButton
        icon={isShown ? EyeOff : Eye}
        label={`${isShown ? "Hide" : "Show"} value of ${name}`}
        onClick={() => setShown(!isShown)}
      />
    </span>
  );
}

const shownPlaces = 2;

function UsedIn({ need }: { need: NeededVariable | null }) {
  if (need === null || need.foundIn.length === 0) return <span className="lf:text-muted">Not seen in the code</span>;
  const more = need.foundIn.length - shownPlaces;
  return (
    <span title={need.foundIn.join("\n")} className="lf:font-mono lf:text-xs lf:wrap-anywhere">
      {need.foundIn.slice(0, shownPlaces).join(", ")}
      {more > 0 ? ` and ${more} more` : ""}
    </span>
  );
}

function Changed({ variable }: { variable: Variable | null }) {
  if (variable === null) return <span className="lf:text-muted">Never</span>;
  return (
    <>
      <RelativeTime at={variable.updatedAt} />
      {variable.updatedBy === null ? null : (
        <span className="lf:text-muted lf:wrap-anywhere"> by {variable.updatedBy}</span>
      )}
    </>
  );
}
