import { buttonClass, EmptyState, ErrorPanel, type Project, RelativeTime, Skeleton } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { Plus, Search } from "lucide-react";
import { useState } from "react";
import { CliCommand } from "../parts/cli-command.tsx";
import { usePlatformNames } from "../parts/deployment-platform.tsx";
import { useProjects } from "../parts/projects.ts";
import { inputClass } from "../parts/text-field.tsx";
import { useMay, useMayIn } from "../session.ts";
import { Page } from "../shell/page.tsx";
import { ProjectCard } from "./project-card.tsx";

/** A search is worth its room from so many on. */
const searchFrom = 2;

export function ProjectsPage() {
  const projects = useProjects();
  const may = useMay();
  const [text, setText] = useState("");
  const { data } = projects;
  const mayDeploy = may("create:deployment");
  return (
    <Page
      title="Projects"
      actions={
        mayDeploy && data !== undefined && data.length > 0 ? (
          <Link to="/new" className={buttonClass("primary")}>
            <Plus aria-hidden size={14} />
            New project
          </Link>
        ) : null
      }
    >
      {projects.error === null ? null : (
        <div className="lf:mb-4">
          <ErrorPanel error={projects.error} onRetry={projects.again} />
          {data === undefined ? null : (
            <p className="lf:mt-1 lf:text-xs lf:text-muted">
              What is below was read <RelativeTime at={new Date(projects.answeredAtMs).toISOString()} />.
            </p>
          )}
        </div>
      )}
      {data === undefined ? (
        projects.error ? null : (
          <Skeleton lines={6} waitsFor="your projects" />
        )
      ) : data.length === 0 ? (
        <NoProjects mayDeploy={mayDeploy} />
      ) : (
        <>
          {data.length < searchFrom ? null : <SearchField text={text} onText={setText} />}
          <Cards projects={data} text={text} onClear={() => setText("")} />
        </>
      )}
    </Page>
  );
}

function NoProjects({ mayDeploy }: { mayDeploy: boolean }) {
  return (
    <EmptyState
      title="No projects yet"
      action={
        mayDeploy ? (
          <div className="lf:flex lf:flex-col lf:items-center lf:gap-4">
            <Link to="/new" className={buttonClass("primary")}>
              <Plus aria-hidden size={14} />
              New project
            </Link>
            <CliCommand
              command={`landfall login ${location.origin} && landfall deploy`}
              label="command to deploy a folder"
            />
          </div>
        ) : undefined
      }
    >
      {mayDeploy
        ? "Bring a folder, an archive or a git repository; it is looked at before anything happens."
        : "When somebody deploys one, or adds you to one, it is here."}
    </EmptyState>
  );
}

function SearchField({ text, onText }: { text: string; onText(text: string): void }) {
  return (
    <div className="lf:relative lf:mb-4 lf:max-w-sm">
      <Search
        aria-hidden
        size={16}
        className="lf:pointer-events-none lf:absolute lf:start-2.5 lf:top-2.5 lf:text-muted"
      />
      <input
        type="search"
        aria-label="Search projects"
        placeholder="Search by name or address"
        value={text}
        onChange={({ target }) => onText(target.value)}
        className={`${inputClass} lf:ps-8`}
      />
    </div>
  );
}

function Cards({ projects, text, onClear }: { projects: Project[]; text: string; onClear(): void }) {
  const mayIn = useMayIn();
  const platformNames = usePlatformNames();
  const wanted = text.trim().toLowerCase();
  const shown = projects.filter(({ name, environments }) =>
    [name, ...environments.map(({ url }) => url ?? "")].some((one) => one.toLowerCase().includes(wanted)),
  );
  return (
    <>
      <p role="status" className="lf:sr-only">
        {wanted === "" ? "" : `${shown.length} of ${projects.length} projects`}
      </p>
      {shown.length === 0 ? (
        <EmptyState
          title="No project has this name or address"
          action={
            <button type="button" className={buttonClass()} onClick={onClear}>
              Clear the search
            </button>
          }
        />
      ) : (
        <ul className="lf:grid lf:gap-4 lf:@2xl:grid-cols-2 lf:@5xl:grid-cols-3">
          {shown.map((project) => (
            <li key={project.name} className="lf:min-w-0">
              <ProjectCard
                project={project}
                mayDeploy={mayIn(project.name, "create:deployment")}
                platformNames={platformNames}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
