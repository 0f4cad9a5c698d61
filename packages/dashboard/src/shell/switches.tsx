/** Which project, and which of its environments. */
import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, Plus } from "lucide-react";
import { useAsk } from "../ask.ts";
import { useProjects } from "../parts/projects.ts";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "./menu.tsx";
import { usePlace } from "./place.ts";

const most = 20;

export function ProjectSwitch({ project }: { project: string | null }) {
  const navigate = useNavigate();
  const { data = [] } = useProjects();
  const shown = data.slice(0, most);
  return (
    <Menu
      className="lf:min-w-0"
      label={project === null ? "Choose a project" : `Project ${project}: choose another`}
      button={
        <>
          <span className="lf:truncate">{project ?? "Projects"}</span>
          <ChevronsUpDown aria-hidden size={14} className="lf:shrink-0 lf:text-muted" />
        </>
      }
    >
      {shown.length === 0 ? null : (
        <>
          <MenuChoice
            title="Projects"
            value={project ?? ""}
            options={shown.map(({ name }) => ({ value: name, label: name }))}
            onChoose={(name) => void navigate({ to: "/$project", params: { project: name } })}
          />
          <MenuSeparator />
        </>
      )}
      <MenuItem onSelect={() => void navigate({ to: "/" })}>
        {data.length > most ? `All ${data.length} projects` : "All projects"}
      </MenuItem>
      <MenuItem onSelect={() => void navigate({ to: "/new" })}>
        <Plus aria-hidden size={14} />
        New project
      </MenuItem>
    </Menu>
  );
}

const all = "";

export function EnvironmentSwitch({ project }: { project: string }) {
  const navigate = useNavigate();
  const { environment } = usePlace();
  const { data } = useAsk(["project", project], (client, signal) => client.projects.get({ project }, { signal }));
  const names = [...new Set(["production", ...(data?.environments ?? []).map(({ name }) => name)])];
  return (
    <>
      <span aria-hidden className="lf:text-muted">
        /
      </span>
      <Menu
        className="lf:min-w-0"
        label={`Environment ${environment ?? "any"}: choose another`}
        button={
          <>
            <span className="lf:truncate">{environment ?? "All environments"}</span>
            <ChevronsUpDown aria-hidden size={14} className="lf:shrink-0 lf:text-muted" />
          </>
        }
      >
        <MenuChoice
          title="Environments"
          value={environment ?? all}
          options={[{ value: all, label: "All environments" }, ...names.map((name) => ({ value: name, label: name }))]}
          onChoose={(name) =>
            void navigate({
              to: ".",
              search: ((before: object) => ({ ...before, environment: name === all ? undefined : name })) as never,
            })
          }
        />
      </Menu>
    </>
  );
}
