/** What every procedure of the contract begins with. */
import { oc } from "@orpc/contract";
import { z } from "zod";
import { errorMap } from "./errors.ts";
import type { Access } from "./permissions.ts";

/** A procedure says who may call it; one that says nothing may be called by nobody. */
export interface Meta {
  access: Access;
  /**
   * Whose roles count besides the organisation's. `project`: that of `project` in the input. `deployment`: those of the deployments named by `id` and
   * `with`, all of them. `any`: one project where it is allowed is enough, and the procedure gives and takes only what is of such projects, or
   * the caller's own. Absent: only the organisation's role counts.
   */
  about?: About;
  /** `Idempotency-Key` is honoured: the same key gets the same answer. */
  idempotent?: boolean;
  /** It makes a deployment, of which a person may ask for so many in an hour. Going back to an earlier one is none: that must be possible at once. */
  deploys?: boolean;
  /** It changes nothing anybody would look for in the record of changes, whatever its permission is called. */
  unrecorded?: boolean;
}

export type About = "project" | "deployment" | "any";

const base = oc.$meta<Meta>({ access: "nobody" }).errors(errorMap);

/** A procedure that `access` opens. */
export function open(access: Access, more: Omit<Meta, "access"> = {}) {
  return base.meta({ access, ...more });
}

/** Name of a project or environment; the engine says what exactly is allowed, and what to take instead. */
export const name = z.string().min(1).max(100);
/** Id of something, with its kind in front: `dep_…`. */
export const id = z.string().min(1).max(64);
/** ISO 8601 in UTC. */
export const instant = z.string();
/** Page size of a list. */
export const limit = z.coerce.number().int().min(1).max(100).optional();
export const cursor = z.string().min(1).max(200).optional();
export const nothing = z.object({});
/** Where a list goes on: null at its end. */
export const nextCursor = z.string().nullable();
/** Whether something can be done now, and why not. */
export const possible = z.object({ possible: z.boolean(), reason: z.string().nullable() }).meta({ id: "Possible" });
