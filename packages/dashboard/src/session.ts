/** Who is signed in, and how one signs in and out. Signing in is Better Auth's; the rest is in the contract. */
import { type ErrorReport, errorReportOf, useLandfall } from "@landfall/react";
import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useAsk } from "./ask.ts";
import { usePlace } from "./shell/place.ts";

export type Me = NonNullable<ReturnType<typeof useMe>["data"]>;

export function useMe() {
  return useAsk(["me"], (client, signal) => client.me({}, { signal }));
}

/**
 * Whether a person may do something; nothing until it is known. Their role in `project` counts besides that in the organisation: in the one
 * whose page this is unless another is named, in none for null.
 */
export function useMay(project?: string | null): (permission: string) => boolean {
  const place = usePlace();
  const mayIn = useMayIn();
  const where = project === undefined ? place.project : project;
  return (permission) => mayIn(where, permission);
}

/** The same of any project, for lists of them. */
export function useMayIn(): (project: string | null, permission: string) => boolean {
  const { data } = useMe();
  const anywhere = new Set<string>(data?.permissions);
  const inOne = new Map(data?.projects.map(({ name, permissions }) => [name, new Set<string>(permissions)]));
  return (project, permission) =>
    anywhere.has(permission) || (project !== null && inOne.get(project)?.has(permission) === true);
}

/** All that a person may do in the organisation or in one of their projects: what a key of theirs can be given. */
export function useHeld(): ReadonlySet<Me["permissions"][number]> {
  const { data } = useMe();
  return new Set([...(data?.permissions ?? []), ...(data?.projects ?? []).flatMap(({ permissions }) => permissions)]);
}

/** Whether nobody is here yet, and how people sign in. */
export function useWayIn() {
  return useAsk(["setup"], (client, signal) => client.setup.status({}, { signal }));
}

const organizationKey = "landfall-organization";

/** Which of several organisations the calls of this browser are about; null for the first. */
export function chosenOrganization(): string | null {
  return localStorage.getItem(organizationKey);
}

/** Takes effect with the next page load. */
export function chooseOrganization(id: string | null): void {
  if (id === null) localStorage.removeItem(organizationKey);
  else localStorage.setItem(organizationKey, id);
}

/** Better Auth's answer to a question or change, or what went wrong. `T` is what its documentation says of the path. */
// oxlint-disable-next-line no-unnecessary-type-parameters -- Better Auth's answers have no contract of ours to take a type from
export async function callAuth<T>(
  path: string,
  body?: unknown,
): Promise<{ answer: T; error: null } | { answer: null; error: ErrorReport }> {
  try {
    const response = await fetch(`/api/auth/${path}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const told = (await response.json().catch(() => null)) as
      | (Partial<ErrorReport> & { message?: string; error_description?: string; data?: ErrorReport })
      | null;
    if (response.ok) return { answer: told as T, error: null };
    if (told?.data) return { answer: null, error: told.data };
    return {
      answer: null,
      error: {
        code: response.status === 429 ? "RATE_LIMIT_EXCEEDED" : response.status === 401 ? "UNAUTHORIZED" : "NOT_FOUND",
        what: told?.what ?? told?.error_description ?? told?.message ?? "The server refused it.",
        ...(told?.next === undefined ? {} : { next: told.next }),
      },
    };
  } catch (error) {
    return { answer: null, error: errorReportOf(error) };
  }
}

/** Null when it went well. */
export async function signIn(email: string, password: string): Promise<ErrorReport | null> {
  const { error } = await callAuth("sign-in/email", { email, password });
  if (error?.code !== "UNAUTHORIZED") return error;
  return {
    code: error.code,
    what: "The address or the password is wrong.",
    next: "Look for a slip of the keys and for capitals, then try again.",
  };
}

/** Also forgets which organisation was looked at: the next person may be in another. */
export async function signOut(): Promise<ErrorReport | null> {
  const { error } = await callAuth("sign-out", {});
  if (error === null) chooseOrganization(null);
  return error;
}

export const changePassword = async (currentPassword: string, newPassword: string): Promise<ErrorReport | null> =>
  (await callAuth("change-password", { currentPassword, newPassword, revokeOtherSessions: true })).error;

/** Null whether or not there is such an account. */
export const askNewPassword = async (email: string): Promise<ErrorReport | null> =>
  (await callAuth("request-password-reset", { email })).error;

/** With the token of a link. Null when it went well. */
export async function resetPassword(token: string, newPassword: string): Promise<ErrorReport | null> {
  const { error } = await callAuth("reset-password", { token, newPassword });
  if (error?.code !== "NOT_FOUND") return error;
  return {
    code: error.code,
    what: "This link was used, replaced by another, or has ended.",
    next: "Ask for a new one. A link is good for one hour, once.",
  };
}

let hasEnded = false;
const listeners = new Set<() => void>();

function sessionEnded(ended: boolean): void {
  if (ended === hasEnded) return;
  hasEnded = ended;
  for (const told of listeners) told();
}

/** For every failed question and change: notes that the session is over when that was why. */
export function noteFailure(error: unknown): void {
  if (errorReportOf(error).code === "UNAUTHORIZED") sessionEnded(true);
}

/** Whether the server has said in the middle of the work that nobody is signed in any more. */
export function useHasSessionEnded(): boolean {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => hasEnded,
  );
}

/** After signing in again without leaving the page: the stream is opened anew, and everything asked for again. */
export function useGoOn(): () => void {
  const { live } = useLandfall();
  const queries = useQueryClient();
  return () => {
    sessionEnded(false);
    live.pause();
    live.onChange(() => {})[Symbol.dispose]();
    void queries.invalidateQueries();
  };
}
