/**
 * Signing in with GitHub, for people who are known here already: by the address GitHub has verified, they have an account or an invitation.
 * Nothing of GitHub is kept but who it is.
 */
import type { BetterAuthOptions } from "better-auth";
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
    user: {
      async validateUserInfo({ user, source }) {
        if (source.method !== "oauth" || source.action !== "create-user") return undefined;
        const { email, emailVerified } = user;
        if (emailVerified === true && typeof email === "string" && (await isInvited(email))) return undefined;
        return { error: "not_invited", errorDescription: "Nobody with this address has an account or an invitation." };
      },
    },
    databaseHooks: {
      account: { create: { before: async (login) => ({ data: { ...login, ...withoutTokens } }) } },
    },
  } satisfies BetterAuthOptions;
}
