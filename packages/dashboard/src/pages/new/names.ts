/** What projects and environments may be called. The engine has the last word; this is so that nobody waits for it. */
import type { Rule } from "../../parts/rules.ts";

const allowed = /^[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?$/;

/** First parts of the dashboard's own addresses: a project of this name would have no page. */
const taken = new Set(
  "new connections servers activity team settings device setup sign-in invitation s api rpc ws health metrics assets".split(
    " ",
  ),
);

/** `text` made fit; empty when nothing is left. */
export function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 58)
    .replace(/^-+|-+$/g, "");
}

const isName =
  (what: string): Rule =>
  (value) => {
    if (value === "") return `Enter a name for the ${what}.`;
    if (allowed.test(value)) return undefined;
    const instead = slug(value);
    return `Lower-case letters, digits and hyphens, at most 58.${instead === "" ? "" : ` Try ${instead}.`}`;
  };

export const isProjectName: Rule = (value) =>
  taken.has(value) ? `The dashboard has a page of this name. Try ${value}-app.` : isName("project")(value);

export const isPreviewName: Rule = (value) =>
  value === "production" ? "This is the name of production. Take another." : isName("preview")(value);
