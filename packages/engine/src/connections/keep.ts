/** A credential that was checked becomes a connection, or takes the place of an earlier one. */
import { instant } from "../clock.ts";
import { DeployError } from "../error.ts";
import { newId } from "../id.ts";
import { slug } from "../name.ts";
import type { Account, Platform } from "../platform.ts";
import type { ConnectionRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import type { KeptCredential } from "./credential.ts";

/**
 * Keep the credential: in place of an earlier one of the same account, else under a name of its own. Throws CONFLICT when the name asked
 * for belongs to another account: deployments would go elsewhere without anybody having said so.
 */
export async function keep(
  store: Store,
  {
    platform,
    account,
    kept,
    expiresAt,
    name,
    method,
  }: {
    platform: Platform;
    account: Account;
    kept: KeptCredential;
    expiresAt: number | null;
    name: string | undefined;
    method: ConnectionRow["method"];
  },
): Promise<ConnectionRow> {
  const { db, clock, organization, vault } = store;
  return db.transaction().execute(async (tx) => {
    await store.takeTurn(tx, `connections of ${organization}`);
    const rows = await tx
      .selectFrom("connection")
      .selectAll()
      .where("organization_id", "=", organization)
      .where("platform", "=", platform.id)
      .orderBy("id")
      .execute();
    const isSame = (row: ConnectionRow): boolean => accountIn(row).id === account.id;
    const earlier = name === undefined ? rows.find(isSame) : rows.find((row) => row.name === name);
    if (earlier && !isSame(earlier))
      throw new DeployError("CONFLICT", {
        what: `The connection ${earlier.name} to ${platform.name} belongs to ${accountIn(earlier).name}; this credential is ${account.name}'s.`,
        where: platform.id,
        next: `Choose another name with --name, or end that one first: landfall disconnect ${earlier.name}`,
        step: "auth",
      });
    const id = earlier?.id ?? newId("con", clock);
    const values = {
      method,
      account: JSON.stringify(account),
      credential: vault.seal(JSON.stringify(kept), `connection ${id}`),
      expires_at: expiresAt,
      renews: kept.refreshToken === undefined ? 0 : 1,
      checked_at: clock.now(),
      fault: null,
    };
    if (earlier) await tx.updateTable("connection").set(values).where("id", "=", id).execute();
    else {
      const taken = new Set(rows.map((row) => row.name));
      const free = name ?? freeName(slug(account.name) || platform.id, taken);
      await tx
        .insertInto("connection")
        .values({
          id,
          organization_id: organization,
          platform: platform.id,
          name: free,
          created_at: instant(clock),
          ...values,
        })
        .execute();
    }
    return tx.selectFrom("connection").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  });
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Whose the connection is, as the platform said last. */
export function accountIn({ account }: ConnectionRow): Account {
  return JSON.parse(account) as Account;
}
