/** When the last backup was made that can be relied on: one that was restored for a test. */
import type { Store } from "../store/store.ts";

/** The setting with its instant, ISO 8601. */
export const lastBackup = "backup/last";

export async function noteBackup(store: Store, madeAt: string): Promise<void> {
  const last = await store.setting(lastBackup);
  if (last === null || last < madeAt) await store.putSetting(lastBackup, madeAt);
}
