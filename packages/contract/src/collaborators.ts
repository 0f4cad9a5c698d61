/** People with a role in one project, besides what they may do in its organisation. */
import { z } from "zod";
import { id, instant, name, nothing, open } from "./base.ts";
import { projectRoles } from "./permissions.ts";

const role = z.enum(projectRoles);
const collaborator = z
  .object({ userId: id, name: z.string(), email: z.string(), role, createdAt: instant })
  .meta({ id: "Collaborator" });
const inProject = z.strictObject({ project: name });

export const collaborators = {
  list: open("read:project", { about: "project" })
    .route({ method: "GET", path: "/projects/{project}/collaborators", tags: ["people"] })
    .input(inProject)
    .output(z.object({ collaborators: z.array(collaborator) })),
  set: open("update:project", { about: "project" })
    .route({
      method: "PUT",
      path: "/projects/{project}/collaborators",
      tags: ["people"],
      description:
        "A member of the organisation, by id or address; somebody who is to see nothing else is invited as a guest first. Nobody gives or takes a role above their own.",
    })
    .input(
      inProject.extend({
        userId: id.optional(),
        email: z.email().max(200).toLowerCase().optional().describe("In place of `userId`."),
        role,
      }),
    )
    .output(collaborator),
  remove: open("update:project", { about: "project" })
    .route({ method: "DELETE", path: "/projects/{project}/collaborators/{userId}", tags: ["people"] })
    .input(inProject.extend({ userId: id }))
    .output(nothing),
};
