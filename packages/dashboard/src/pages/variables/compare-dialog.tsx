import { Badge, Dialog, EmptyState } from "@landfall/react";
import { useState } from "react";
import { useAsk } from "../../ask.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { Asked } from "../../parts/asked.tsx";
import { CheckField, SelectField } from "../../parts/fields.tsx";
import { CliCommand } from "../../parts/cli-command.tsx";
import { word } from "../../parts/command-word.ts";
import { type Place, placeFlags } from "./place.ts";

export interface CompareDialogProps {
  place: Place;
  others: readonly string[];
  onClose(): void;
}

/** Which variables two environments have and whether they are the same; values are compared by the server and not shown. */
export function CompareDialog({ place, others, onClose }: CompareDialogProps) {
  const { project, environment } = place;
  const [other, setOther] = useState(others[0]!);
  const [isAll, setAll] = useState(false);
  const answer = useAsk(["variable-comparison", project, environment, other], (client, signal) =>
    client.variables.compare({ ...place, with: other }, { signal }),
  );
  const words = {
    "only-here": `Only in ${environment}`,
    "only-there": `Only in ${other}`,
    different: "Different values",
    same: "The same",
  } as const;
  return (
    <Dialog open wide onClose={onClose} title={`Compare ${environment}`}>
      <div className="lf:mb-4 lf:grid lf:gap-3 lf:sm:grid-cols-2 lf:sm:items-end">
        <SelectField
          label="With"
          value={other}
          choices={others.map((name) => ({ value: name, label: name }))}
          onChange={(event) => setOther(event.target.value)}
        />
        <CheckField
          label="Show those that are the same"
          checked={isAll}
          onChange={(event) => setAll(event.target.checked)}
        />
      </div>
      <Asked answer={answer} waitsFor="the comparison">
        {({ differences }) => {
          const shown = differences.filter(({ state }) => isAll || state !== "same");
          if (shown.length === 0)
            return (
              <EmptyState title={differences.length === 0 ? "Neither has variables" : "Both have the same variables"} />
            );
          return (
            <DataTable
              label="Differences"
              rows={shown}
              keyOf={({ key }) => key}
              columns={[
                {
                  title: "Name",
                  cell: ({ key, sensitive }) => (
                    <span className="lf:inline-flex lf:flex-wrap lf:items-center lf:gap-2">
                      <span className="lf:font-mono lf:text-sm lf:wrap-anywhere">{key}</span>
                      {sensitive ? <Badge>Secret</Badge> : null}
                    </span>
                  ),
                },
                {
                  title: "Difference",
                  cell: ({ state }) => <Badge tone={state === "same" ? "neutral" : "warning"}>{words[state]}</Badge>,
                },
              ]}
            />
          );
        }}
      </Asked>
      <div className="lf:mt-4">
        <CliCommand command={`landfall env diff ${word(other)} ${placeFlags(place)}`} />
      </div>
    </Dialog>
  );
}
