/**
 * A new password for who has forgotten theirs: a link that goes to their address, or that whoever runs the server makes (reset-link.ts). It
 * is good for an hour and once, and kept as its SHA-256. API keys stay, as they do elsewhere: they are credentials of their own, machines
 * depend on them, and each is listed and taken back by itself; the letter says so.
 */
import { newPasswordLetter, passwordChangedLetter } from "../letters.ts";
import type { Logger } from "../log.ts";
import type { Mail } from "../mail.ts";
import { auditOf } from "./audit.ts";
import type { PeopleSchema } from "./tables.ts";
import type { BetterAuthOptions } from "better-auth";
import type { Kysely } from "kysely";

export const resetLinkSeconds = 3_600;

/** What of Better Auth it needs, reachable; a link is asked for only where it can be sent. */
export const resetRoutes = ({ mail }: { mail: Mail | null }): string[] => [
  "POST /reset-password",
  ...(mail ? ["POST /request-password-reset"] : []),
];

export const verificationOptions = {
  storeIdentifier: { default: "plain", overrides: { "reset-password:": "hashed" } },
} as const satisfies BetterAuthOptions["verification"];

/** As Better Auth names it. */
export const resetIdentifier = (token: string): string => `reset-password:${token}`;

/** After the hash, which is sent to no server; whose it is stands there for their password manager. */
export function resetLink({ publicUrl, token, email }: { publicUrl: string; token: string; email: string }): string {
  return `${publicUrl}/reset-password#${token}:${encodeURIComponent(email)}`;
}

export interface Changed {
  user: { id: string; email: string };
  /** Who asked, without the port. */
  address: string;
}

export function passwordResetOf({
  db,
  mail,
  publicUrl,
  log,
}: {
  db: Kysely<PeopleSchema>;
  mail: Mail | null;
  publicUrl: string;
  log: Logger;
}) {
  return {
    send({ user: { email }, token }: { user: { email: string }; token: string }): void {
      mail?.send(newPasswordLetter({ to: email, publicUrl, link: resetLink({ publicUrl, token, email }) }));
    },

    /** A link that was asked for, or a terminal that was let in and has not come for its session, would outlast the new password. */
    async endOtherWaysIn(userId: string): Promise<void> {
      await db.deleteFrom("verification").where("value", "=", userId).execute();
      await db.deleteFrom("deviceCode").where("userId", "=", userId).execute();
    },

    /** In every organisation they are in. */
    async record({ user, address }: Changed): Promise<void> {
      const places = await db.selectFrom("member").select("organization_id").where("user_id", "=", user.id).execute();
      for (const { organization_id } of places)
        await auditOf(db)
          .record({ organization_id, actor: user.email, via: "anyone", action: "password.reset", target: "", address })
          .catch((err: unknown) => log.error({ err }, "A new password could not be noted in the record of changes"));
    },

    tell({ email }: { email: string }): void {
      mail?.send(passwordChangedLetter({ to: email, publicUrl, at: new Date().toISOString() }));
    },
  };
}
