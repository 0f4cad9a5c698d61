/** Questions that take long, a few at a time: a browser has six connections to a server, and the page needs some for everything else. */

const atOnce = 3;
let running = 0;
const waiting: (() => void)[] = [];

/** Asks when it is its turn. Whoever has gone by then takes none. */
export async function inTurn<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (running < atOnce) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    signal.throwIfAborted();
    return await ask();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
