import { DeployError } from "../error.ts";

/** Somebody removed what a row belongs to between two looks at it: a project, an organisation. */
export function removedMeanwhile(cause?: unknown): DeployError {
  return new DeployError(
    "CONFLICT",
    {
      what: "The project, or what else this belongs to, was removed meanwhile.",
      next: "See what is there now, and run it again: a deployment makes its project anew.",
    },
    { cause },
  );
}
