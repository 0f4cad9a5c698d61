/** Long work in the page's own thread, a few milliseconds at a time: a frame is never late for it. */

export interface TurnOptions {
  /** Of one turn. Default 8. */
  budgetMs?: number;
  now?(): number;
  /** Lets the page do its own work, and goes on after. */
  pause?(): Promise<void>;
}

export interface Turn {
  isOver(): boolean;
  next(): Promise<void>;
}

/** A timer would wait 4 ms when it is set again and again; a message does not. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

export function takeTurns({ budgetMs = 8, now = () => performance.now(), pause = nextTask }: TurnOptions = {}): Turn {
  let until = now() + budgetMs;
  return {
    isOver: () => now() >= until,
    async next() {
      await pause();
      until = now() + budgetMs;
    },
  };
}
