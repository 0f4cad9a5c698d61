/** The server's log: JSON lines, without what opens anything. */
import pino, { type Logger } from "pino";

export type { Logger } from "pino";

/** Fields that never get into the log, wherever they are. */
const secretFields = ["authorization", "cookie", "password", "token", "key", "secret", "values", "variables"];

export function openLog(write: (line: string) => void): Logger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: "[secret]" },
    },
    { write: (line: string) => write(line.trimEnd()) },
  );
}
