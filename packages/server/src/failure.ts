/** What is done with a failure of a call: told in our words, or logged and told as ours. */
import type { ORPCError } from "@orpc/server";
import type { Call } from "./call.ts";
import { asRpcError, internal, reportOf } from "./errors.ts";
import type { Services } from "./services.ts";

/** The error to send; sets Retry-After where the answer has not begun. */
export function failed(
  { engine, log }: Pick<Services, "engine" | "log">,
  call: Call,
  error: unknown,
): ORPCError<string, unknown> {
  const report = reportOf(error, engine.home);
  if (report === null) log.error({ request: call.id, route: call.route, err: error }, "Landfall itself failed");
  const told = report ?? internal(call.id);
  if (told.retryAfterMs !== undefined && call.response && !call.response.headersSent)
    call.response.setHeader("retry-after", String(Math.ceil(told.retryAfterMs / 1000)));
  return asRpcError(told);
}
