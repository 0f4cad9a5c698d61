/** A link to a new password without mail: for whoever has the server's own machine and store, so that nobody is locked out of their server. */
import type { Engine } from "@landfall/engine";
import { openLimits } from "./limits.ts";
import { openLog } from "./log.ts";
import { openAuth } from "./people/auth.ts";

/** Good for an hour and once. Needs no running server. Throws NOT_FOUND when nobody here has this address. */
export async function makeResetLink({
  engine,
  publicUrl,
  email,
}: {
  engine: Engine;
  /** Where people reach the server. */
  publicUrl: string;
  email: string;
}): Promise<{ link: string; expiresAt: string }> {
  const log = openLog(() => {});
  const { database } = engine;
  await using limits = await openLimits({
    database,
    redisUrl: undefined,
    deploymentsPerHour: 1,
    writesPerMinute: 1,
    log,
  });
  const auth = await openAuth({ engine, publicUrl, attempts: limits.attempts, mail: null, log });
  return auth.makeResetLink(email);
}
