/** Places to deploy to, under names: `landfall deploy` and the dashboard take them in place of platform, account and project. */
import {
  Badge,
  Button,
  type Connection,
  EmptyState,
  ErrorPanel,
  type LandfallClient,
  type Platform,
} from "@landfall/react";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { ConfirmDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Notice, Section } from "../../parts/section.tsx";
import { useMay } from "../../session.ts";
import { TargetDialog } from "./target-dialog.tsx";
import type { SavedTarget } from "./saved-target.ts";

export interface SavedTargetsProps {
  platforms: readonly Platform[];
  connections: readonly Connection[];
}

export function SavedTargets({ platforms, connections }: SavedTargetsProps) {
  const may = useMay();
  const answer = useAsk(["saved-targets"], (client, signal) => client.targets.saved({}, { signal }));
  const [editing, setEditing] = useState<SavedTarget | "new" | null>(null);
  const [removing, setRemoving] = useState<SavedTarget | null>(null);
  const remove = useDo((client, id: string) => client.targets.remove({ id }));
  const platformName = (id: string): string => platforms.find((one) => one.id === id)?.name ?? id;
  const add = (
    <Button onClick={() => setEditing("new")}>
      <Plus aria-hidden size={14} />
      Save a target
    </Button>
  );
  return (
    <Section
      title="Saved targets"
      description="A platform, an account and a place on it, under one name."
      actions={may("create:connection") ? add : undefined}
    >
      <Asked answer={answer} waitsFor="the saved targets" lines={2}>
        {({ targets }) =>
          targets.length === 0 ? (
            <EmptyState title="No target is saved">
              Deployments then go where the project went before, or where you say.
            </EmptyState>
          ) : (
            <DataTable
              label="Saved targets"
              rows={targets}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: "Name",
                  cell: ({ name, isDefault }) => (
                    <>
                      {name} {isDefault ? <Badge>Default</Badge> : null}
                    </>
                  ),
                },
                { title: "Platform", cell: ({ platform }) => platformName(platform) },
                {
                  title: "Account",
                  cell: ({ connection }) =>
                    connection === null ? (
                      <span className="lf:text-muted">The only one</span>
                    ) : (
                      (connections.find(({ id }) => id === connection)?.name ?? (
                        <Badge tone="warning">Disconnected</Badge>
                      ))
                    ),
                },
                {
                  title: "Project there",
                  cell: ({ target }) =>
                    target?.projectName ?? target?.projectId ?? <span className="lf:text-muted">Named as here</span>,
                },
                {
                  title: "Actions",
                  isTitleHidden: true,
                  className: "lf:@2xl:text-end",
                  cell: (target) => (
                    <span className="lf:inline-flex lf:flex-wrap lf:justify-end lf:gap-1">
                      {may("create:deployment") ? <Test target={target} /> : null}
                      {may("update:connection") ? (
                        <IconButton icon={Pencil} label={`Change ${target.name}`} onClick={() => setEditing(target)} />
                      ) : null}
                      {may("delete:connection") ? (
                        <IconButton icon={Trash2} label={`Remove ${target.name}`} onClick={() => setRemoving(target)} />
                      ) : null}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Asked>
      {editing === null ? null : (
        <TargetDialog
          target={editing === "new" ? null : editing}
          platforms={platforms}
          connections={connections}
          onClose={() => setEditing(null)}
        />
      )}
      <ConfirmDialog
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove the target ${removing?.name ?? ""}?`}
        description="What was deployed there stays."
        submit="Remove"
        doing={remove}
        onSubmit={async () => {
          if (removing && (await remove.run(removing.id))) setRemoving(null);
        }}
      />
    </Section>
  );
}

/** Asks the platform whether a deployment would get in. */
function Test({ target: { id, name } }: { target: SavedTarget }) {
  const test = useDo((client) => client.targets.test({ id }));
  const [told, setTold] = useState<Awaited<ReturnType<LandfallClient["targets"]["test"]>> | null>(null);
  const error = test.error ?? told?.error ?? null;
  return (
    <>
      <Button
        look="quiet"
        aria-label={`Test ${name}`}
        unavailable={test.isRunning ? "The platform is being asked." : undefined}
        onClick={() => {
          setTold(null);
          void test.run(undefined).then((answer) => setTold(answer ?? null));
        }}
      >
        {test.isRunning ? "Testing…" : "Test"}
      </Button>
      {error ? (
        <span className="lf:basis-full lf:text-start">
          <ErrorPanel error={error} isNew />
        </span>
      ) : told ? (
        <span className="lf:basis-full lf:text-start">
          <Notice tone={told.ok ? "success" : "neutral"}>{told.detail}</Notice>
        </span>
      ) : null}
    </>
  );
}
