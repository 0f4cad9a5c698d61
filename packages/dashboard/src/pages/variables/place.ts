/** The variables a page is about: of an environment of a project. */
import { word } from "../../parts/command-word.ts";

/** The environment shown when the address names none. */
export const production = "production";

export interface Place {
  project: string;
  environment: string;
}

/** How `landfall env` is told which variables are meant. */
export function placeFlags({ project, environment }: Place): string {
  return `--project ${word(project)}${environment === production ? "" : ` --environment ${word(environment)}`}`;
}
