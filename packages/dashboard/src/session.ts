/** Who is signed in, and how one signs in and out. Signing in is Better Auth's; the rest is in the contract. */
import type { ErrorReport } from "@landfall/react";
import { useAsk } from "./ask.ts";

export function useMe() {
  return useAsk(["me"], (client, signal) => client.me({}, { signal }));
}

/** Whether a person may do something; nothing until it is known. */
export function useMay(): (permission: string) => boolean {
  const { data } = useMe();
  return (permission) => data?.permissions.some((one) => one === permission) ?? false;
}

async function post(path: string, body: unknown): Promise<ErrorReport | null> {
  try {
    const answer = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) return null;
    const told = (await answer.json().catch(() => null)) as { message?: string; data?: ErrorReport } | null;
    return (
      told?.data ?? {
        code: answer.status === 429 ? "RATE_LIMIT_EXCEEDED" : "UNAUTHORIZED",
        what: told?.message ?? "The server refused it.",
      }
    );
  } catch {
    return {
      code: "PLATFORM_UNAVAILABLE",
      what: "The server could not be reached.",
      next: "Check the network, then try again.",
    };
  }
}

/** Null when it went well. */
export const signIn = (email: string, password: string): Promise<ErrorReport | null> =>
  post("sign-in/email", { email, password });
export const signOut = (): Promise<ErrorReport | null> => post("sign-out", {});
export const changePassword = (currentPassword: string, newPassword: string): Promise<ErrorReport | null> =>
  post("change-password", { currentPassword, newPassword, revokeOtherSessions: true });
