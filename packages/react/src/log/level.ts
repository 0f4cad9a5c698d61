/** Whether a line tells of an error or a warning, by the ways tools write them. */

export type Level = "error" | "warning" | null;

/** What only a beginning of a line shows; the rest of a long one is not looked at. */
export const levelChars = 500;

/** Most lines are neither, and are done with after this. */
const maybe = /err|fail|fatal|panic|critical|exception|traceback|warn|^[EW]: |[✖✘⚠]/i;

const nothingWrong = /\b(?:0|no|zero) (?:errors?|warnings?|failures?|failed)\b/i;

const errors = [
  // "error: …", "[ERROR] …", "error[E0382]: …", "a.ts(1,2): error TS2304: …", "ERROR in ./src", "x.c:1:2: fatal error: …"
  /(?:^|[\s[(|:])(?:error|fatal|critical|panic)(?:[\])]|:|\[\w+\]| TS\d+:| in |$)/i,
  // "2026-01-01 ERROR worker stopped": a column of a logger
  /(?:^|[\s[])(?:ERROR|FATAL|CRITICAL)(?:[\s\]:]|$)/,
  // "TypeError: …", "java.lang.IllegalStateException: …", "Uncaught Error [ERR_X]: …"
  /\b[\w.]*(?:Error|Exception)(?: \[\w+\])?:/,
  /^npm (?:ERR!|error)(?:\s|$)/i,
  /^Traceback \(most recent call last\)/,
  /^(?:E: |panic: |thread '.*' panicked|Exception in thread )/,
  /^\s*(?:✖|✘|FAIL(?:ED|URE)?\b[: ])/,
  /\b(?:build|command|compilation|task|step|tests?) failed\b/i,
];

const warnings = [
  /(?:^|[\s[(|:])warn(?:ing)?(?:[\])]|:|\[\w+\]| in |$)/i,
  /(?:^|[\s[])WARN(?:ING)?(?:[\s\]:]|$)/,
  /\b\w*Warning:/,
  /^npm warn(?:\s|$)/i,
  /^\s*⚠/,
  /^W: /,
];

/** Of a line as it is read, without control sequences. */
export function levelOf(text: string): Level {
  const start = text.length > levelChars ? text.slice(0, levelChars) : text;
  if (!maybe.test(start) || nothingWrong.test(start)) return null;
  if (errors.some((pattern) => pattern.test(start))) return "error";
  return warnings.some((pattern) => pattern.test(start)) ? "warning" : null;
}
