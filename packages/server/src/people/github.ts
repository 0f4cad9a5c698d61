/**
 * Signing in with GitHub, for people who are known here already: by the address GitHub has verified, they have an account or an invitation.
 * Nothing of GitHub is kept but who it is.
 */
import type { BetterAuthOptions } from "better-auth";
import { APIError } from "better-auth/api";
import type { Kysely } from "kysely";
import type { PeopleSchema } from "./tables.ts";

/** Landfall as it is registered at GitHub. */
export interface GithubClient {
  id: string;
  secret: string;
}

/** What of Better Auth it needs besides, reachable. */
export const githubRoutes = ["POST /sign-in/social", "GET /callback/github"];

/** Part of Better Auth's options. An address of ours is where a person ends whom GitHub, or we, did not let in. */
export function githubOptions(db: Kysely<PeopleSchema>, client: GithubClient, publicUrl: string) {
  async function isInvited(email: string): Promise<boolean> {
    const found = await db
      .selectFrom("invitation")
      .select("id")
      .where("email", "=", email.toLowerCase())
      .where("status", "=", "pending")
      .where("expires_at", ">", new Date().toISOString())
      .executeTakeFirst();
    return found !== undefined;
  }
  const withoutTokens = {
    accessToken: null,
    refreshToken: null,
    idToken: null,
    accessTokenExpiresAt: null,
    refreshTokenExpiresAt: null,
  };

  return {
    socialProviders: { github: { clientId: client.id, clientSecret: client.secret } },
    onAPIError: { errorURL: `${publicUrl}/sign-in` },
    // A link by the address is made for one that GitHub has verified, and for no other.
    account: { updateAccountOnSignIn: false, accountLinking: { enabled: true, trustedProviders: [] } },
    databaseHooks: {
      user: {
        create: {
          // Without a request it is a person who is made by setup or an invitation; see auth.ts.
          async before({ email, emailVerified }, request) {
            if (!request || (emailVerified && (await isInvited(email)))) return;
            throw new APIError("FORBIDDEN", {
              code: "not_invited",
              message: "Nobody with this address has an account or an invitation.",
            });
          },
        },
      },
      account: { create: { before: async (login) => ({ data: { ...login, ...withoutTokens } }) } },
    },
  } satisfies BetterAuthOptions;
}
