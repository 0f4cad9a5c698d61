/** The server's public surface, written by hand. */
export { type RunningServer, startServer } from "./server.ts";
export type { Assistant, Assistants, ServerOptions } from "./options.ts";
export type { MailServer } from "./mail.ts";
export { makeResetLink } from "./reset-link.ts";
