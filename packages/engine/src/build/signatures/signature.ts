/** A row of the table of failures. */
import type { Recovery } from "../../error.ts";

/** One kind of failure. Plain data. */
export interface Signature {
  id: string;
  /**
   * Looked for in each line, without colour codes; the first row of the table that fits any line is the answer. Named groups stand in the texts
   * as `{name}` (`name2`, `name3` too: a name may stand once in an expression); `package` is cut to the package's name (`lodash/fp` to `lodash`).
   */
  pattern: RegExp;
  /** Must fit some line as well. */
  also?: RegExp;
  /** More lines to show. */
  evidence?: RegExp;
  /** Sentence. Besides the groups: `{add}`, `{addDev}`, `{install}` and `{run}` of the package manager, `{node}` its version of Node.js. */
  cause: string;
  next: string[];
  recovery: Recovery["kind"];
  /** Also says why a program ends when it is started. */
  atStart?: boolean;
}
