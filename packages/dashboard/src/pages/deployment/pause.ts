const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Before the next try to connect: longer each time, over at once when the browser is back online. */
export function pause(attempt: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(over, Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, attempt - 1)));
    function over(): void {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    }
    signal.addEventListener("abort", over, { once: true });
    addEventListener("online", over, { once: true });
  });
}
