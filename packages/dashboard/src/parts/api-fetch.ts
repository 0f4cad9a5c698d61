/** Files the server answers with outside the contract, of the organisation that is looked at. */
import { type ErrorReport, errorReportOf } from "@landfall/react";
import { chosenOrganization } from "../session.ts";

export type Fetched = { response: Response; error: null } | { response: null; error: ErrorReport };

export async function apiFetch(path: string, init: RequestInit = {}): Promise<Fetched> {
  const organization = chosenOrganization();
  const headers = new Headers(init.headers);
  if (organization !== null) headers.set("landfall-organization", organization);
  try {
    const response = await fetch(path, { ...init, headers });
    if (response.ok) return { response, error: null };
    const told = (await response.json().catch(() => null)) as Partial<ErrorReport> | null;
    const error =
      told?.what !== undefined && told.code !== undefined
        ? { ...told, code: told.code, what: told.what }
        : {
            code: response.status === 401 ? ("UNAUTHORIZED" as const) : ("INTERNAL" as const),
            what: `The server answered ${response.status}.`,
            next: "Try again.",
          };
    return { response: null, error };
  } catch (thrown) {
    return { response: null, error: errorReportOf(thrown) };
  }
}
