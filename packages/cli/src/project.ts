/** Which project and deployment a person means. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DeploymentState, DeploymentView, Engine } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { slug } from "@landfall/engine/name";
import { identityAt, type Links } from "./links.ts";
import type { Paint } from "./screen/paint.ts";

/** Where a command works, and what it knows of the folders here. */
export interface Place {
  /** Null for who is somewhere else, and has no folder here. */
  cwd: string | null;
  links: Links;
}

/** The project named, or the one of the directory: `name` of its landfall.json, what it was deployed as last, or its own name. */
export function projectOf({ cwd, links }: Place, named: string | undefined): string {
  if (named !== undefined) return named;
  if (cwd === null)
    throw new DeployError("INVALID_CONFIG", {
      what: "No project is named, and there is no folder here that could say which.",
      where: "project",
      next: "Say which project; the tool status lists them.",
    });
  return nameIn(cwd) ?? links.projectOf(identityAt(cwd)) ?? (slug(basename(cwd)) || "app");
}

/** Whether the directory's landfall.json says which project it is. */
export function namesItself(directory: string): boolean {
  return nameIn(directory) !== null;
}

function nameIn(directory: string): string | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, "landfall.json"), "utf8"));
    const name = typeof value === "object" && value !== null && "name" in value ? value.name : null;
    return typeof name === "string" ? name : null;
  } catch {
    return null; // Absent or broken: the directory's name counts, and deploying says what is broken.
  }
}

/** The deployment of an id or its beginning; of a project (default: the directory's) the newest that `fits`. Throws NOT_FOUND. */
export async function deploymentOf(
  place: Place,
  engine: Engine,
  named: string | undefined,
  fits: (view: DeploymentView) => boolean = () => true,
): Promise<DeploymentView> {
  if (named !== undefined && isDeploymentId(named)) return engine.deployment(named);
  const project = projectOf(place, named);
  const found = (await engine.deployments({ project, limit: 50 })).find(fits);
  // Lists of a server come without the plans.
  if (found !== undefined) return found.plan === null ? engine.deployment(found.id) : found;
  throw new DeployError("NOT_FOUND", {
    what: `The project ${project} has no such deployment.`,
    next: "Name one by its id; landfall ls --all lists them.",
  });
}

/** Whether an argument is a deployment's id and not a project's name. */
export function isDeploymentId(text: string): boolean {
  return text.startsWith("dep_");
}

export function stateText(state: DeploymentState, paint: Paint): string {
  if (state === "success") return paint.good(state);
  if (state === "failed") return paint.bad(state);
  return state === "cancelled" ? paint.faint(state) : paint.warn(state);
}

/** The error for a project that is not there. */
export function noProject(name: string, known: string[]): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `There is no project ${JSON.stringify(name)}.`,
    next: known.length === 0 ? "Deploy one with: landfall deploy" : `Projects: ${known.join(", ")}.`,
  });
}
