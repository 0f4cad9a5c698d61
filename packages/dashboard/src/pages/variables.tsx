/** The variables of one environment: what is set, what is missing, where it is used; changed, put back, compared, taken away as a file. */
import { Button, EmptyState, ErrorPanel } from "@landfall/react";
import { Download, GitCompareArrows, History, Plus } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../ask.ts";
import { useFilters, useProjectName } from "../parts/address.ts";
import { Asked } from "../parts/asked.tsx";
import { SelectField } from "../parts/fields.tsx";
import { saveFile } from "../parts/save-file.ts";
import { Notice } from "../parts/section.tsx";
import { CliCommand } from "../parts/cli-command.tsx";
import { useMay } from "../session.ts";
import { Page } from "../shell/page.tsx";
import { AddDialog } from "./variables/add-dialog.tsx";
import { ChangeDialog, RemoveDialog } from "./variables/change-dialog.tsx";
import { CompareDialog } from "./variables/compare-dialog.tsx";
import { HistoryDialog } from "./variables/history-dialog.tsx";
import { PendingChanges } from "./variables/pending-changes.tsx";
import { SharedValues } from "./variables/shared-values.tsx";
import { rowsOf, type Row, useNeeded, VariableTable } from "./variables/variable-table.tsx";
import { placeFlags, production, type Place } from "./variables/place.ts";

/** Which dialog is open, and about what. */
type Open =
  | { kind: "add" }
  | { kind: "change" | "remove"; row: Row }
  | { kind: "history"; key: string | null }
  | { kind: "compare" };

export function VariablesPage() {
  const project = useProjectName();
  const [{ environment = production }, setFilters] = useFilters(["environment"]);
  const projectAnswer = useAsk(["project", project], (client, signal) => client.projects.get({ project }, { signal }));
  const environments = [
    ...new Set([production, ...(projectAnswer.data?.environments.map(({ name }) => name) ?? []), environment]),
  ];
  return (
    <Page
      title="Variables"
      tab={`Variables · ${project}`}
      description="Values the build and the running program are given. Secrets are encrypted, and nobody reads them back."
    >
      <Asked answer={projectAnswer} waitsFor="the project" lines={6}>
        {({ environments: known }) => {
          const live = known.find(({ name }) => name === environment);
          return (
            <OfEnvironment
              place={{ project, environment }}
              environments={environments}
              onChoose={(name) => setFilters({ environment: name })}
              live={live?.liveDeployment ?? null}
              last={live?.lastDeployment ?? null}
            />
          );
        }}
      </Asked>
    </Page>
  );
}

interface OfEnvironmentProps {
  place: Place;
  /** All of the project. */
  environments: readonly string[];
  onChoose(environment: string): void;
  /** Ids of deployments. */
  live: string | null;
  last: string | null;
}

function OfEnvironment({ place, environments, onChoose, live, last }: OfEnvironmentProps) {
  const may = useMay();
  const { project, environment } = place;
  const answer = useAsk(["variable-list", project, environment], (client, signal) =>
    client.variables.list(place, { signal }),
  );
  const needed = useNeeded(last, live);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const maySet = may("update:variable");
  const rows = answer.data ? rowsOf(answer.data.variables, needed) : [];
  const others = environments.filter((name) => name !== environment);
  return (
    <>
      <div className="lf:mb-4 lf:flex lf:flex-wrap lf:items-end lf:gap-2">
        <div className="lf:me-auto lf:w-60 lf:max-w-full">
          <SelectField
            label="Environment"
            value={environment}
            choices={environments.map((name) => ({ value: name, label: name }))}
            onChange={(event) => onChoose(event.target.value)}
          />
        </div>
        {maySet ? (
          <Button look="primary" onClick={() => setOpen({ kind: "add" })}>
            <Plus aria-hidden size={14} />
            Add variables
          </Button>
        ) : null}
        {others.length > 0 ? (
          <Button onClick={() => setOpen({ kind: "compare" })}>
            <GitCompareArrows aria-hidden size={14} />
            Compare
          </Button>
        ) : null}
        <Button onClick={() => setOpen({ kind: "history", key: null })}>
          <History aria-hidden size={14} />
          History
        </Button>
        <Export key={environment} place={place} />
      </div>
      {live === null ? null : <PendingChanges place={place} live={live} />}
      <Asked answer={answer} waitsFor="the variables" lines={6}>
        {({ variables }) =>
          rowsOf(variables, needed).length === 0 ? (
            <EmptyState
              title={`${environment} has no variables`}
              action={maySet ? <Button onClick={() => setOpen({ kind: "add" })}>Add variables</Button> : undefined}
            >
              Names the code reads are listed here after the first deployment.
            </EmptyState>
          ) : (
            <VariableTable
              key={environment}
              environment={environment}
              rows={rowsOf(variables, needed)}
              onSet={maySet ? (row) => setOpen(row.variable ? { kind: "change", row } : { kind: "add" }) : undefined}
              onRemove={may("delete:variable") ? (row) => setOpen({ kind: "remove", row }) : undefined}
              onHistory={({ key }) => setOpen({ kind: "history", key })}
            />
          )
        }
      </Asked>
      {may("update:variable") ? null : (
        <p className="lf:mt-3 lf:text-sm lf:text-muted">Your role may look at variables, and not change them.</p>
      )}
      <SharedValues key={environment} place={place} needed={needed.all} />
      <div className="lf:mt-6">
        <CliCommand command={`landfall env ls ${placeFlags(place)}`} />
      </div>
      {open?.kind === "add" ? <AddDialog place={place} needed={needed} existing={rows} onClose={close} /> : null}
      {open?.kind === "change" ? <ChangeDialog place={place} row={open.row} onClose={close} /> : null}
      {open?.kind === "remove" ? <RemoveDialog place={place} row={open.row} onClose={close} /> : null}
      {open?.kind === "history" ? <HistoryDialog place={place} variable={open.key} onClose={close} /> : null}
      {open?.kind === "compare" ? <CompareDialog place={place} others={others} onClose={close} /> : null}
    </>
  );
}

function Export({ place }: { place: Place }) {
  const [left, setLeft] = useState<string[] | null>(null);
  const make = useDo((client) => client.variables.export(place));
  const save = async (): Promise<void> => {
    const made = await make.run(undefined);
    if (!made) return;
    saveFile(`.env.${place.environment}`, new Blob([made.text], { type: "text/plain" }));
    setLeft(made.left);
  };
  return (
    <>
      <Button unavailable={make.isRunning ? "The file is being made." : undefined} onClick={() => void save()}>
        <Download aria-hidden size={14} />
        Export
      </Button>
      {make.error ? (
        <div className="lf:basis-full">
          <ErrorPanel error={make.error} isNew />
        </div>
      ) : null}
      {left === null ? null : (
        <div className="lf:basis-full">
          <Notice
            tone="success"
            action={
              <Button look="quiet" onClick={() => setLeft(null)}>
                Close
              </Button>
            }
          >
            {left.length === 0 ? "The file has every variable." : `Secrets are not in the file: ${left.join(", ")}.`}
          </Notice>
        </div>
      )}
    </>
  );
}
