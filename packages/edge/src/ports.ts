/** A port of its own for each service, kept for good, for programs whose resolver does not know `*.localhost`. */
import { DeployError } from "@landfall/engine/error";
import type { Store } from "@landfall/engine/store/store";
import type { Edge } from "./server.ts";

const tries = 200;

/** Listen on the service's port, choosing one above `after` at first; null when none is to be had. */
export async function lockedPort({
  store,
  edge,
  key,
  after,
}: {
  store: Store;
  edge: Edge;
  key: string;
  after: number;
}): Promise<number | null> {
  const known = Number((await store.setting(key)) ?? 0);
  const taken = new Set(
    (await store.db.selectFrom("setting").select("value").where("key", "like", "port/%").execute()).map((row) =>
      Number(row.value),
    ),
  );
  const candidates = known > 0 ? [known] : [];
  for (let port = after + 1; candidates.length < tries && port < 65_536; port++)
    if (!taken.has(port)) candidates.push(port);
  for (const port of candidates) {
    try {
      await edge.listenAlso(port, "127.0.0.1");
      if (port !== known) await store.putSetting(key, String(port));
      return port;
    } catch (error) {
      if (!(error instanceof DeployError)) throw error; // Taken by somebody else: the next one.
    }
  }
  return null;
}
