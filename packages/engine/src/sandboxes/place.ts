/** Where sandboxes lie below the data directory, and which one an organisation may mean. */
import { join } from "node:path";
import { DeployError } from "../error.ts";
import type { SandboxRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";

export interface Place {
  root: string;
  directory(id: string): string;
  /** What a person sees; `home` and `tmp` beside it are for commands. */
  files(id: string): string;
  logs(id: string): string;
  log(id: string, commandId: string): string;
}

export function placeIn(home: string): Place {
  const root = join(home, "sandboxes");
  const directory = (id: string): string => join(root, id);
  return {
    root,
    directory,
    files: (id) => join(directory(id), "files"),
    logs: (id) => join(directory(id), "commands"),
    log: (id, commandId) => join(directory(id), "commands", `${commandId}.jsonl`),
  };
}

/** The organisation's own, ready to be used. Throws NOT_FOUND. */
export async function sandboxRow({ db, clock, organization }: Store, id: string): Promise<SandboxRow> {
  const row = await db
    .selectFrom("sandbox")
    .selectAll()
    .where("organization_id", "=", organization)
    .where("id", "=", id)
    .where("state", "=", "ready")
    .executeTakeFirst();
  if (row && Date.parse(row.expires_at) > clock.now()) return row;
  throw new DeployError("NOT_FOUND", { what: "There is no such sandbox." });
}
