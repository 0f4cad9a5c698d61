/** A port for a program: free now, and out of the range the kernel takes ports for outgoing connections from. */
import { createServer } from "node:net";
import { DeployError } from "@landfall/engine/error";

/** Linux hands out 32768 and above by itself; a port from there could be taken between a program's end and its next start. */
const range = { first: 20_000, last: 29_999 };

/**
 * A free port, `preferred` when it is. Ports in `taken` are passed over though nobody listens on them yet. Where the search begins
 * is left to `random`, so that two edges on one machine do not try the same ones. Throws CONFLICT when there is none.
 */
export async function freePort(options: {
  preferred?: number | undefined;
  taken: ReadonlySet<number>;
  random: () => number;
}): Promise<number> {
  const { preferred, taken, random } = options;
  if (preferred !== undefined && !taken.has(preferred) && (await isFree(preferred))) return preferred;
  const count = range.last - range.first + 1;
  const start = Math.floor(random() * count);
  for (let step = 0; step < count; step++) {
    const port = range.first + ((start + step) % count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new DeployError("CONFLICT", {
    what: `Every port from ${range.first} to ${range.last} is taken.`,
    next: "Stop programs that are no longer needed.",
  });
}

/** Whether a program could listen on the port, on whichever address it chooses. */
export async function isFree(port: number): Promise<boolean> {
  // A program may choose one address or all of them: each must be free.
  for (const host of ["127.0.0.1", "0.0.0.0", "::"]) {
    const fault = await tryListen(port, host);
    if (fault === "EADDRINUSE" || fault === "EACCES") return false;
  }
  return true;
}

function tryListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
