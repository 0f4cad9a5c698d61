/** Addresses of a PostgreSQL: looked at before anything is made, and read as libpq reads them. */
import type { ClientConfig } from "pg";
import { DeployError } from "../error.ts";

/** Throws INVALID_CONFIG for what is none, or would be read as another one. It is not repeated: it may hold a password. */
export function checkDatabaseUrl(url: string): void {
  const fault =
    (/\p{Cc}/u.test(url) && "It has a line break or another control character in it, which would be left out.") ||
    // As node-postgres reads them; anything else it takes for the name of a host.
    (!/^(?:postgres(?:ql)?:\/\/|socket:|\/)/.test(url) && "It does not begin with postgres:// or postgresql://.");
  if (fault) throw badAddress(`The database's address cannot be used. ${fault}`);
}

/** What the address says, for node-postgres. Throws INVALID_CONFIG. */
export async function readDatabaseUrl(url: string): Promise<ClientConfig> {
  const { parse } = await import("pg-connection-string");
  try {
    const config = parse(url);
    // It leaves `%24` and the like in the database's name as they are; in user and password it does not.
    const path = /^postgres(?:ql)?:\/\/[^/?#]*\/([^?#]+)/.exec(url)?.[1];
    if (path !== undefined && config.database === decodeURI(path)) config.database = decodeURIComponent(path);
    return config as unknown as ClientConfig; // Which pg makes of it by itself.
  } catch (cause) {
    throw badAddress("The database's address cannot be read.", cause);
  }
}

export function badAddress(what: string, cause?: unknown): DeployError {
  return new DeployError(
    "INVALID_CONFIG",
    {
      what,
      where: "DATABASE_URL",
      next: "Give the address of a PostgreSQL database, such as postgres://user:password@host:5432/landfall. In names and passwords write % as %25, # as %23, / as %2F, ? as %3F, @ as %40, : as %3A, a line break as %0A.",
    },
    cause === undefined ? undefined : { cause },
  );
}
