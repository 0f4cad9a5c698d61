/** In words: how a program ended. */

/** The end of a program, as far as it is known. */
export interface Exit {
  /** Null when a signal ended it, or when nobody was there to see. */
  code: number | null;
  signal: string | null;
  /** It was not our child any more (adopted after a restart of the edge): its status went to somebody else. */
  unseen: boolean;
  /** The kernel killed something for lack of memory while it ran. */
  memoryWasShort: boolean;
  /** Bytes it was allowed and held, when it was ended for exceeding them. */
  overLimit?: { limitBytes: number; heldBytes: number };
  /** Processes it had started went on when it ended. */
  leftProcesses: boolean;
  lastLines: readonly string[];
}

/** One sentence without its full stop, such as `exited with status 1`. */
export function exitInWords(exit: Exit): string {
  if (exit.overLimit) {
    const { limitBytes, heldBytes } = exit.overLimit;
    return `ended because it held ${megabytes(heldBytes)} of memory and may have ${megabytes(limitBytes)}`;
  }
  if (exit.leftProcesses && (exit.code === 0 || exit.unseen)) {
    return "ended and left processes in the background; a server must stay in the foreground";
  }
  if (exit.lastLines.some((line) => line.includes("JavaScript heap out of memory"))) {
    return "ran out of memory: the JavaScript heap was full";
  }
  if (exit.signal === "SIGKILL" || exit.code === 137) {
    return exit.memoryWasShort
      ? "was killed by the kernel: the machine ran out of memory"
      : "was killed (SIGKILL) by somebody else";
  }
  if (exit.signal !== null) return `was ended by ${exit.signal}`;
  if (exit.unseen) return "ended while the edge was away";
  return `exited with status ${exit.code}`;
}

/** Whether the program's last words say that its port was taken. */
export function portWasTaken(lines: readonly string[]): boolean {
  return lines.some((line) => /EADDRINUSE|address already in use|port \d+ is already in use/i.test(line));
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
