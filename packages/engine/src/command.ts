/** A command as data: what runs, where, with which extra variables. No shell ever sees it. */
export interface Command {
  /** Program and arguments. `$NAME` and `${NAME:-default}` in an argument are filled from the environment at the time of running. */
  argv: string[];
  /** Relative to the service directory; absent means there. */
  cwd?: string;
  /** Variables set in front of it (`NODE_ENV=production node server.js`). */
  env?: Record<string, string>;
}
