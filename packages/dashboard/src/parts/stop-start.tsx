/** What this Landfall's own machines serve of a project: taken offline, and brought back as it was. */
import { Button, type Project } from "@landfall/react";
import { useState } from "react";
import { useDo } from "../ask.ts";
import { useMay } from "../session.ts";
import { word } from "./command-word.ts";
import { useOfflineReason } from "./deployment-offline.tsx";
import { FormDialog } from "./form-dialog.tsx";

interface StopStartProps {
  project: string;
  environment: Pick<Project["environments"][number], "name" | "platform" | "stoppedAt">;
}

/** Nothing for what runs elsewhere, and for who may not change it. */
export function StopStart({ project, environment }: StopStartProps) {
  const { name, platform, stoppedAt } = environment;
  const may = useMay(project);
  const offline = useOfflineReason();
  const [asked, setAsked] = useState<"stop" | "start" | null>(null);
  if (platform !== "local" || !may("update:deployment")) return null;
  const action = stoppedAt === null ? "stop" : "start";
  const close = (): void => setAsked(null);
  return (
    <>
      <Button
        aria-label={`${action === "stop" ? "Stop" : "Start"} ${name}`}
        unavailable={offline}
        onClick={() => setAsked(action)}
      >
        {action === "stop" ? "Stop" : "Start"}
      </Button>
      {asked === null ? null : (
        <AskedDialog key={asked} action={asked} of={{ project, environment: name }} onClose={close} />
      )}
    </>
  );
}

const words = {
  stop: {
    submit: "Stop",
    description:
      "Visitors are told that it is stopped, what they have begun is finished, its programs end. It stays so until it is started or deployed again.",
  },
  start: {
    submit: "Start",
    description: "The release that was stopped is served again. This is done when it is healthy.",
  },
};

function AskedDialog({
  action,
  of,
  onClose,
}: {
  action: keyof typeof words;
  of: { project: string; environment: string };
  onClose(): void;
}) {
  const { project, environment } = of;
  const doing = useDo((client) => client.environments[action](of));
  const { submit, description } = words[action];
  const option = environment === "production" ? "" : ` --environment ${word(environment)}`;
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`${submit} ${project} in ${environment}?`}
      description={description}
      submit={submit}
      doing={doing}
      command={`landfall ${action} ${word(project)}${option}`}
      onSubmit={async () => {
        if (await doing.run(undefined)) onClose();
      }}
    />
  );
}
