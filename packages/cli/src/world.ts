/** Everything outside the program that a command touches. main.ts makes it from the process; tests make it by hand. */
import type { Engine, EngineOptions } from "@landfall/engine";
import type { RemoteEngine, RemoteOptions } from "./remote/engine.ts";

/** The part of a write stream that screens need. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it. */
  isTerminal: boolean;
  /** Columns and rows, now. */
  size(): { columns: number; rows: number };
  /** Calls back when the size changes; returns what ends that. */
  onResize(listener: () => void): () => void;
}

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface World {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Directory of the person, for the default data directory. */
  userHome: string;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (on: boolean) => unknown };
  stdout: Output;
  stderr: Output;
  /** Program and arguments that start this command line again. */
  self: string[];
  version: string;
  /** Directory with the built dashboard; null when it was not built. */
  dashboard: string | null;
  now(): number;
  /** Rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back for each signal to end; returns what stops that. Without a listener a signal ends the process at once. */
  onSignal(listener: (signal: Signal) => void): () => void;
  openEngine(options: EngineOptions): Promise<Engine>;
  /** The same over a server. */
  openRemote(options: RemoteOptions): Promise<RemoteEngine>;
  /** Shows a web page to the person; false when that is not possible here. */
  openBrowser(url: string): Promise<boolean>;
}
