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

export function takeTurns({
  budgetMs = 8,
  now = () => performance.now(),
  pause = () => new Promise((resolve) => setTimeout(resolve, 0)),
}: TurnOptions = {}): Turn {
  let until = now() + budgetMs;
  return {
    isOver: () => now() >= until,
    async next() {
      await pause();
      until = now() + budgetMs;
    },
  };
}
