/** What is done with a machine: kept from new work, taken back, taken off the list. Each says what it does before it does it. */
import type { LandfallClient } from "@landfall/react";
import type { ReactNode } from "react";
import { useDo } from "../../ask.ts";
import { word } from "../../parts/command-word.ts";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";

export type Machine = Awaited<ReturnType<LandfallClient["servers"]["list"]>>["servers"][number];
export type MachineAction = keyof Machine["actions"];

export interface MachineDialogProps {
  machine: Machine;
  onClose(): void;
}

export const machineDialogs: Record<MachineAction, (props: MachineDialogProps) => ReactNode> = {
  drain: DrainDialog,
  resume: ResumeDialog,
  remove: RemoveDialog,
};

function DrainDialog({ machine: { name, runningDeployments, edge }, onClose }: MachineDialogProps) {
  const drain = useDo((client) => client.servers.drain({ name }));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Drain ${name}?`}
      description="It finishes what it works on and begins no other deployment, also after a restart, until it is taken back."
      submit="Drain"
      doing={drain}
      command={`landfall servers drain ${word(name)}`}
      onSubmit={async () => {
        if (await drain.run(undefined)) onClose();
      }}
    >
      <ul className="lf:m-0 lf:grid lf:gap-1 lf:ps-5 lf:text-sm">
        <li>
          {runningDeployments === 0
            ? "It works on no deployment now."
            : runningDeployments === 1
              ? "It works on 1 deployment and finishes it."
              : `It works on ${runningDeployments} deployments and finishes them.`}
        </li>
        <li>
          {edge === null
            ? "It serves nothing that was deployed."
            : "What it serves goes on being served: visitors notice nothing."}
        </li>
        <li>Deployments that only this machine can work on wait, and say so.</li>
      </ul>
    </FormDialog>
  );
}

function ResumeDialog({ machine: { name }, onClose }: MachineDialogProps) {
  const resume = useDo((client) => client.servers.resume({ name }));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Take ${name} back?`}
      description="It begins deployments again, those that wait first."
      submit="Take back"
      doing={resume}
      command={`landfall servers resume ${word(name)}`}
      onSubmit={async () => {
        if (await resume.run(undefined)) onClose();
      }}
    />
  );
}

function RemoveDialog({ machine: { name, drainedSince }, onClose }: MachineDialogProps) {
  const remove = useDo((client) => client.servers.remove({ name }));
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Remove ${name}?`}
      description={`It is taken off the list${drainedSince === null ? "" : ", and is drained no more"}. As soon as landfall runs there again, it is on it again.`}
      submit="Remove"
      doing={remove}
      command={`landfall servers rm ${word(name)}`}
      onSubmit={async () => {
        if (await remove.run(undefined)) onClose();
      }}
    />
  );
}
