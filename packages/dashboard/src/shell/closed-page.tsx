/** In place of a page that is closed to the person: which role opens it, what they are, and whom to ask. */
import { buttonClass, EmptyState } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { roleWord } from "../parts/roles.ts";
import type { Me } from "../session.ts";
import type { Closed } from "./needs.ts";
import { Page } from "./page.tsx";
import { everywhere } from "./places.ts";

export function ClosedPage({ me, closed: { path, project, need } }: { me: Me; closed: Closed }) {
  const { name, role } = me.organization!;
  const here = me.projects.find((one) => one.name === project);
  const title = everywhere.find(({ to }) => to === path)?.title ?? project ?? "New project";
  return (
    <Page title={title}>
      <EmptyState
        title={`This page needs the role ${roleWord(need.role)} in ${project ?? name}`}
        action={
          <Link to="/" className={buttonClass()}>
            Go to your projects
          </Link>
        }
      >
        {here === undefined
          ? `Your role in ${name} is ${roleWord(role)}.${role === "guest" ? " A guest sees the projects they are added to, and nothing else." : ""}`
          : `Your role in ${here.name} is ${roleWord(here.role)}.`}{" "}
        {project === null
          ? `Ask an owner or administrator of ${name} for the role.`
          : `Ask an administrator of ${project}, or an owner or administrator of ${name}, for the role.`}
      </EmptyState>
    </Page>
  );
}
