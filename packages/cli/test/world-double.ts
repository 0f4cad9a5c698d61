import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Engine, EngineOptions } from "@landfall/engine";
import { run } from "../src/run.ts";
import type { Output, Signal, World } from "../src/world.ts";

export interface Terminal extends World {
  /** Everything written so far, colours removed. */
  out(): string;
  err(): string;
  raw(): string;
  signal(signal: Signal): void;
  opened: EngineOptions[];
}

/** A world without a process: output kept, input from `typed` (answers, in order, when `terminal`) or `piped`. */
export function worldOf({
  engine,
  env = {},
  terminal = false,
  typed = [],
  piped = "",
  cwd = "/nowhere/site",
}: {
  engine?: Engine;
  env?: Record<string, string>;
  terminal?: boolean;
  typed?: string[];
  piped?: string | Buffer;
  cwd?: string;
} = {}): Terminal {
  const written = { out: "", err: "" };
  const listeners = new Set<(signal: Signal) => void>();
  const opened: EngineOptions[] = [];
  const stdin = Object.assign(new PassThrough(), terminal ? { isTTY: true, setRawMode: () => {} } : {});
  if (!terminal) stdin.end(piped);
  const answers = [...typed];
  const output = (name: "out" | "err"): Output => ({
    write(text) {
      written[name] += text;
      // A person answers once the question stands there.
      if (terminal && name === "err" && /(: |\] )$/.test(stripVTControlCharacters(text)) && answers.length > 0) {
        const answer = answers.shift()!;
        setImmediate(() => stdin.write(`${answer}\r`));
      }
    },
    isTerminal: terminal,
    size: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => {},
  });
  return {
    env,
    cwd,
    userHome: "/nowhere",
    stdin,
    stdout: output("out"),
    stderr: output("err"),
    self: ["/node", "/landfall.js"],
    dashboard: null,
    version: "0.1.0",
    now: () => Date.parse("2026-01-01T00:00:10Z"),
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async openEngine(options) {
      opened.push(options);
      if (engine === undefined) throw new Error("this test opens no engine");
      return engine;
    },
    async openRemote() {
      throw new Error("this test asks no server");
    },
    openBrowser: async () => true,
    out: () => stripVTControlCharacters(written.out),
    err: () => stripVTControlCharacters(written.err),
    raw: () => written.err,
    signal: (signal) => {
      for (const listener of listeners) listener(signal);
    },
    opened,
  };
}

/** Runs a command line in a world and answers what came of it. */
export async function landfall(
  world: Terminal,
  ...argv: string[]
): Promise<{ exit: number; out: string; err: string }> {
  const exit = await run(argv, world);
  return { exit, out: world.out(), err: world.err() };
}
