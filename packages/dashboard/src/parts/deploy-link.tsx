/** The way to a new version of a project, for who may deploy it. */
import { buttonClass } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useMay } from "../session.ts";

export function DeployLink({ project }: { project: string }) {
  if (!useMay(project)("create:deployment")) return null;
  return (
    <Link to="/new" search={{ project } as never} className={buttonClass("primary")}>
      Deploy
    </Link>
  );
}
