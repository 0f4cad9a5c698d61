import { Badge, Button, Dialog, EmptyState, ErrorPanel, RelativeTime } from "@landfall/react";
import { Undo2 } from "lucide-react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { CliCommand } from "../../parts/cli-command.tsx";
import { word } from "../../parts/command-word.ts";
import { useMay } from "../../session.ts";
import { type Place, placeFlags } from "./place.ts";

export interface HistoryDialogProps {
  place: Place;
  /** One, or all of the environment. */
  variable: string | null;
  onClose(): void;
}

export function HistoryDialog({ place, variable, onClose }: HistoryDialogProps) {
  const may = useMay();
  const { project, environment } = place;
  const answer = useAsk(["variable-history", project, environment, variable], (client, signal) =>
    client.variables.history({ ...place, ...(variable === null ? {} : { key: variable }) }, { signal }),
  );
  const revert = useDo((client, id: string) => client.variables.revert({ ...place, id }));
  const last = answer.data?.changes[0];
  return (
    <Dialog
      open
      wide
      // The first that can have the focus is a time, which then covers what is below with the instant.
      initialFocus="title"
      onClose={onClose}
      title={variable === null ? `History of ${environment}` : `History of ${variable}`}
      description="Newest first. Putting back restores what was there before a change, secrets included."
    >
      {revert.error ? (
        <div className="lf:mb-3">
          <ErrorPanel error={revert.error} isNew />
        </div>
      ) : null}
      <Asked answer={answer} waitsFor="the history">
        {({ changes }) =>
          changes.length === 0 ? (
            <EmptyState title="Nothing was changed yet" />
          ) : (
            <ol className="lf:m-0 lf:list-none lf:p-0">
              {changes.map(({ id, key, action, sensitive, value, at, by }) => (
                <li
                  key={id}
                  className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-3 lf:gap-y-1 lf:border-t lf:border-line lf:py-2 lf:first:border-t-0"
                >
                  <div className="lf:min-w-0 lf:flex-1 lf:basis-56">
                    <p className="lf:m-0 lf:break-words">
                      <span className="lf:font-mono lf:text-sm lf:wrap-anywhere">{key}</span>{" "}
                      {action === "removed" ? "removed" : sensitive ? "set, secret" : "set to "}
                      {action === "set" && !sensitive && value !== null ? (
                        <code className="lf:font-mono lf:text-xs lf:wrap-anywhere lf:whitespace-pre-wrap">
                          {value === "" ? "nothing" : value}
                        </code>
                      ) : null}
                    </p>
                    <p className="lf:m-0 lf:text-xs lf:text-muted">
                      <RelativeTime at={at} />
                      {by === null ? "" : ` by ${by}`}
                    </p>
                  </div>
                  {may("update:variable") ? (
                    <Button
                      look="quiet"
                      aria-label={`Put back: ${key} as before this change`}
                      unavailable={revert.isRunning ? "It is being put back." : undefined}
                      onClick={() => void revert.run(id)}
                    >
                      <Undo2 aria-hidden size={14} />
                      Put back
                    </Button>
                  ) : (
                    <Badge>Read only</Badge>
                  )}
                </li>
              ))}
            </ol>
          )
        }
      </Asked>
      <div className="lf:mt-4 lf:grid lf:gap-2">
        <CliCommand
          command={`landfall env history ${variable === null ? "" : `${word(variable)} `}${placeFlags(place)}`}
        />
        {last !== undefined && may("update:variable") ? (
          <CliCommand command={`landfall env revert ${last.id} ${placeFlags(place)}`} label="command: put back" />
        ) : null}
      </div>
    </Dialog>
  );
}
