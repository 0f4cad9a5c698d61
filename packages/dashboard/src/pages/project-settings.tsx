/** What a project's deployments begin with, and the end of the project. */
import { Button } from "@landfall/react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAsk, useDo } from "../ask.ts";
import { useProjectName } from "../parts/address.ts";
import { Asked } from "../parts/asked.tsx";
import { ConfirmDialog } from "../parts/form-dialog.tsx";
import { Section } from "../parts/section.tsx";
import { word } from "../parts/command-word.ts";
import { useMay } from "../session.ts";
import { Page } from "../shell/page.tsx";
import { Collaborators } from "./project-settings/collaborators.tsx";
import { Notifications } from "./project-settings/notifications.tsx";
import { Protection } from "./project-settings/protection.tsx";
import { SettingsForm } from "./project-settings/settings-form.tsx";

export function ProjectSettingsPage() {
  const project = useProjectName();
  const may = useMay();
  const answer = useAsk(["project-settings", project], (client, signal) =>
    client.projects.settings.get({ project }, { signal }),
  );
  return (
    <Page
      title="Project settings"
      tab={`Settings · ${project}`}
      description="What every deployment begins with. A deployment or its landfall.json may say otherwise; what is empty is detected."
    >
      <Asked answer={answer} waitsFor="the settings" lines={8}>
        {(stored) => <SettingsForm project={project} stored={stored} mayChange={may("update:deployment")} />}
      </Asked>
      {may("read:project") ? <Protection project={project} mayChange={may("update:project")} /> : null}
      {may("read:notification") ? <Notifications project={project} /> : null}
      {may("update:project") ? <Collaborators project={project} /> : null}
      {may("delete:project") ? <Removal project={project} /> : null}
    </Page>
  );
}

function Removal({ project }: { project: string }) {
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const remove = useDo((client) => client.projects.remove({ project }));
  return (
    <Section
      title="Remove the project"
      description="Ends what runs on this server, and forgets its variables and its deployments. What is on hosted platforms stays there."
    >
      <Button look="danger" onClick={() => setOpen(true)}>
        Remove {project}
      </Button>
      <ConfirmDialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={`Remove ${project}?`}
        description="All its environments end now. This cannot be undone."
        submit="Remove the project"
        typed={project}
        doing={remove}
        command={`landfall rm ${word(project)}`}
        onSubmit={async () => {
          if (await remove.run(undefined)) await navigate({ to: "/" });
        }}
      />
    </Section>
  );
}
