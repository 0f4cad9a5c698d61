/**
 * One request and its whole answer, straight from the connection. undici's `request` makes a stream of every answer, which for thousands of
 * small ones costs as much as sending them does.
 */
import type { Dispatcher } from "undici";

export interface Exchanged {
  status: number;
  /** Names in lower case; several values joined by a comma. */
  headers: Record<string, string>;
  body: Buffer;
}

/** The connection broke, or was not made. `answered`: the status had come. */
export class ConnectionLost extends Error {
  readonly answered: boolean;

  constructor(cause: Error, answered: boolean) {
    super(cause.message, { cause });
    this.answered = answered;
  }
}

/** Send and collect. Rejects with ConnectionLost, or with the signal's reason. */
export function exchange(
  over: Dispatcher,
  call: Dispatcher.DispatchOptions,
  { signal, largestBytes }: { signal?: AbortSignal | undefined; largestBytes: number },
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];
    let length = 0;
    let stop: (() => void) | undefined;
    const settled = (): void => {
      if (stop) signal?.removeEventListener("abort", stop);
    };
    over.dispatch(call, {
      onRequestStart(controller) {
        if (signal === undefined) return;
        settled(); // A request that is sent once more begins again.
        stop = () => controller.abort(abortError(signal));
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop);
      },
      onResponseStart(_controller, code, fields) {
        status = code;
        headers = flat(fields);
      },
      onResponseData(controller, chunk) {
        length += chunk.length;
        if (length > largestBytes) controller.abort(new Error("the answer is larger than any answer should be"));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        settled();
        resolve({ status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
      },
      onResponseError(_controller, error) {
        settled();
        if (signal?.aborted) reject(abortError(signal));
        else reject(new ConnectionLost(error, status !== 0));
      },
    });
  });
}

export function flat(fields: NodeJS.Dict<string | string[]>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in fields) {
    const value = fields[name];
    headers[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  return headers;
}

function abortError({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
