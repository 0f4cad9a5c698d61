/** A line of the checklist. */

/** `unknown`: Landfall cannot tell, a person should look. */
export type ChecklistState = "done" | "todo" | "warning" | "unknown";

export type ChecklistId =
  | "live"
  | "https"
  | "health"
  | "not-found"
  | "title"
  | "description"
  | "favicon"
  | "robots"
  | "sitemap"
  | "secrets"
  | "variables"
  | "database"
  | "backups"
  | "auth-callbacks"
  | "domain"
  | "rollback";

export interface ChecklistItem {
  id: ChecklistId;
  /** Name of the service it is about; absent when the project has one service, or when it is about all. */
  service?: string;
  title: string;
  state: ChecklistState;
  /** What is so, and what to do about it. Holds no secret. */
  detail: string;
  /** A command line to paste. */
  command?: string;
}
