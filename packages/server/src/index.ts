/** The server's public surface, written by hand. */
export { type RunningServer, startServer } from "./server.ts";
export type { ServerOptions } from "./options.ts";
