/** Connections in words. */
import type { ConnectionView } from "@landfall/engine";
import type { Context } from "./context.ts";
import type { Paint } from "./screen/paint.ts";
import { fittingTable, safeLine } from "./screen/text.ts";

/** What is wrong with it, or may soon be; null when nothing is known. */
export function troubleOf({ fault, account }: ConnectionView): string | null {
  const { missingScopes = [] } = account ?? {};
  if (fault !== null) return fault;
  return missingScopes.length > 0 ? `lacks ${missingScopes.join(", ")}` : null;
}

/** Whose it is, and the name we have for it when that is another. */
export function accountText({ account, name }: ConnectionView): string {
  if (account === null) return safeLine(name);
  return safeLine(account.name === name ? name : `${account.name} (${name})`);
}

const methods: Record<ConnectionView["method"], string> = {
  token: "token",
  oauth2: "browser",
  environment: "environment",
};

/** A table of them: whose, how, until when, and how they are. */
export function connectionTable({ world, paint }: Context, views: ConnectionView[]): string {
  const rows = views.map((view) => [
    view.platform,
    safeLine(view.name),
    view.account === null ? paint.out.faint("not asked") : safeLine(view.account.name),
    methods[view.method],
    view.renews ? "renewed" : (view.expiresAt?.slice(0, 10) ?? ""),
    stateText(view, paint.out),
  ]);
  const columns = world.stdout.isTerminal ? world.stdout.size().columns : Number.POSITIVE_INFINITY;
  const headings = ["PLATFORM", "NAME", "ACCOUNT", "METHOD", "ENDS", "STATE"];
  return fittingTable(headings, rows, { columns, spare: ["ENDS", "METHOD"] }).join("\n");
}

function stateText(view: ConnectionView, paint: Paint): string {
  const trouble = troubleOf(view);
  if (trouble === null) return view.account === null ? "" : paint.good("ok");
  return (view.fault === null ? paint.warn : paint.bad)(safeLine(trouble));
}
