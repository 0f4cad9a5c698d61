/** Which project, and which of its environments. */
import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, Plus } from "lucide-react";
import { useAsk } from "../ask.ts";
import { useProjects } from "../parts/projects.ts";
import { Menu } from "./menu.tsx";
import type { MenuEntry } from "./menu-entry.ts";
import { useIsOpen } from "./needs.ts";
import { usePlace } from "./place.ts";

const most = 20;

export function ProjectSwitch({ project }: { project: string | null }) {
  const navigate = useNavigate();
  const { data = [] } = useProjects();
  const isOpen = useIsOpen();
  const choices: MenuEntry[] =
    data.length === 0
      ? []
      : [
          {
            kind: "choice",
            title: "Projects",
            value: project ?? "",
            options: data.slice(0, most).map(({ name }) => ({ value: name, label: name })),
            choose: (name) => void navigate({ to: "/p/$project", params: { project: name } }),
          },
          { kind: "separator" },
        ];
  const newProject: MenuEntry = {
    kind: "action",
    title: (
      <>
        <Plus aria-hidden size={14} />
        New project
      </>
    ),
    run: () => void navigate({ to: "/new" }),
  };
  return (
    <Menu
      className="lf:min-w-0 lf:gap-1! lf:px-1.5! lf:md:px-2.5!"
      label={project === null ? "Projects: choose one" : `Project ${project}: choose another`}
      button={<Chosen text={project ?? "Projects"} />}
      entries={[
        ...choices,
        {
          kind: "action",
          title: data.length > most ? `All ${data.length} projects` : "All projects",
          run: () => void navigate({ to: "/" }),
        },
        ...(isOpen("/new") ? [newProject] : []),
      ]}
    />
  );
}

const all = "all environments";

export function EnvironmentSwitch({ project }: { project: string }) {
  const navigate = useNavigate();
  const { environment } = usePlace();
  const { data } = useAsk(["project", project], (client, signal) => client.projects.get({ project }, { signal }));
  const names = [...new Set(["production", ...(data?.environments ?? []).map(({ name }) => name)])];
  const choose = (name: string): void =>
    void navigate({
      to: ".",
      search: ((before: object) => ({ ...before, environment: name === all ? undefined : name })) as never,
    });
  return (
    <>
      <span aria-hidden className="lf:text-muted">
        /
      </span>
      <Menu
        className="lf:min-w-0 lf:gap-1! lf:px-1.5! lf:md:px-2.5!"
        label={`${environment === null ? "All environments" : `Environment ${environment}`}: choose another`}
        button={<Chosen text={environment ?? "All environments"} />}
        entries={[
          {
            kind: "choice",
            title: "Environments",
            value: environment ?? all,
            options: [
              { value: all, label: "All environments" },
              ...names.map((name) => ({ value: name, label: name })),
            ],
            choose,
          },
        ]}
      />
    </>
  );
}

function Chosen({ text }: { text: string }) {
  return (
    <>
      <span className="lf:truncate">{text}</span>
      <ChevronsUpDown aria-hidden size={14} className="lf:shrink-0 lf:text-muted" />
    </>
  );
}
