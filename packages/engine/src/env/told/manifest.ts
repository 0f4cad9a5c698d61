/** A file other than source that names variables, and how it is read. */
import type { Kind } from "../../detect/detection.ts";
import type { Project } from "../../detect/reading.ts";
import type { Need } from "../sighting.ts";

export type See = (key: string, need: Need, at?: { offset?: number; when?: "build" | "run"; isBinding?: true }) => void;

export interface Manifest {
  /** Matches a path relative to the service's directory. */
  name: RegExp;
  read(project: Project, path: string, text: string, see: See, kind: Kind): void;
}
