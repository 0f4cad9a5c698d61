/** Roles from the weakest to the strongest, as a person chooses among them and reads of them. */
import type { LandfallClient } from "@landfall/react";

export type ProjectRole = Parameters<LandfallClient["collaborators"]["set"]>[0]["role"];
export type Role = Parameters<LandfallClient["members"]["setRole"]>[0]["role"];

const all: readonly { value: Role; label: string; hint: string }[] = [
  { value: "guest", label: "Guest", hint: "Sees only the projects they are added to." },
  { value: "viewer", label: "Viewer", hint: "Sees projects, deployments and logs; changes nothing." },
  { value: "developer", label: "Developer", hint: "Deploys, and changes variables, domains and environments." },
  {
    value: "admin",
    label: "Administrator",
    hint: "Also connections, people, and removing projects. Sees the record of changes.",
  },
  { value: "owner", label: "Owner", hint: "Everything, organisations included." },
];

/** What somebody of this role may give: nothing above their own. */
export function rolesUpTo(role: Role): typeof all {
  return all.slice(0, all.findIndex(({ value }) => value === role) + 1);
}

const inProject: readonly { value: ProjectRole; label: string; hint: string }[] = [
  { value: "viewer", label: "Viewer", hint: "Sees the project, its deployments and logs; changes nothing." },
  { value: "developer", label: "Developer", hint: "Deploys, and changes variables, domains and environments." },
  { value: "admin", label: "Administrator", hint: "Also who else is in the project, and removing it." },
];

/** The same in one project. */
export function projectRolesUpTo(role: Role): typeof inProject {
  return inProject.filter(({ value }) => isAtMost(value, role));
}

export function isAtMost(role: Role, most: Role): boolean {
  return rolesUpTo(most).some(({ value }) => value === role);
}

export function roleWord(role: Role): string {
  return all.find(({ value }) => value === role)!.label;
}
