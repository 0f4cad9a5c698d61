/**
 * Run a program by its argument list: no shell, exactly the environment given, and nothing of it left running afterwards.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { type Clock, systemClock } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import { type Group, groupAlive, groupOf, killGroup } from "./group.ts";
import { openPipes, type Pipe } from "./pipe.ts";

export { type Group, groupAlive, groupOf, killGroup } from "./group.ts";

export interface ExecOptions {
  cwd: string;
  /** The whole environment of the program; nothing is inherited. The program is looked up in its PATH. */
  env: Record<string, string>;
  /** Written to standard input, which is otherwise empty. */
  input?: string | Uint8Array;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Bytes kept of each stream (default 4 MB); of more, the beginning is dropped, for the end says why a program failed. */
  maxOutputBytes?: number;
  /** Called with every line as it comes, also those past `maxOutputBytes`; a line without end is cut every 64 kB. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Called once with the group right after the start, for those who keep it on record. */
  onStart?: (group: Group) => void;
  /** `NAME=value` of an entry in `env`: processes that carry it are ended too, wherever they hid. */
  mark?: string;
  /** From SIGTERM to SIGKILL; default 2 s. */
  graceMs?: number;
  clock?: Clock;
}

export interface ExecResult {
  /** Exit status, or null when a signal ended the program. */
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

const remedies: Record<string, string> = {
  git: "Install git 2.31 or later (Debian: apt install git; macOS: xcode-select --install).",
  docker: "Install Docker: https://docs.docker.com/engine/install/",
  npm: "Install Node.js, which brings npm: https://nodejs.org",
  node: "Install Node.js: https://nodejs.org",
  pnpm: "Run: npm install --global pnpm",
  yarn: "Run: npm install --global yarn",
  bun: "Run: npm install --global bun",
  deno: "Run: npm install --global deno",
  corepack: "Run: npm install --global corepack",
  python3: "Install Python 3: https://www.python.org/downloads/",
  python: "Install Python 3: https://www.python.org/downloads/",
  uv: "Install uv: https://docs.astral.sh/uv/getting-started/installation/",
  poetry: "Install Poetry: https://python-poetry.org/docs/#installation",
  pipenv: "Run: pip install --user pipenv",
  pdm: "Install PDM: https://pdm-project.org",
  go: "Install Go: https://go.dev/dl/",
  cargo: "Install Rust, which brings cargo: https://rustup.rs",
  ruby: "Install Ruby: https://www.ruby-lang.org/en/downloads/",
  bundle: "Run: gem install bundler",
  php: "Install PHP: https://www.php.net/downloads",
  composer: "Install Composer: https://getcomposer.org/download/",
  java: "Install a JDK: https://adoptium.net",
  mvn: "Install Maven: https://maven.apache.org/install.html",
  gradle: "Install Gradle: https://gradle.org/install/",
  dotnet: "Install the .NET SDK: https://dotnet.microsoft.com/download",
  mix: "Install Elixir, which brings mix: https://elixir-lang.org/install.html",
  hugo: "Install Hugo: https://gohugo.io/installation/",
  bwrap: "Install bubblewrap (Debian: apt install bubblewrap).",
};

/** What to do when a program is not there. */
export function remedyFor(program: string): string {
  return remedies[program] ?? `Install ${program}, or put its directory into PATH.`;
}

const longestLine = 65_536;

/**
 * Run `argv` and resolve with its output once the program and everything it left in its group are gone: a background process it
 * started is ended with it. Any exit status resolves; the caller judges.
 * Throws MISSING_TOOL (no such program), CANCELLED (the signal; or its reason when that is a DeployError), TIMEOUT,
 * INVALID_CONFIG (an argument, variable or directory no program can be started with).
 */
export async function exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const [program, ...args] = argv;
  if (!program) throw new DeployError("INVALID_CONFIG", { what: "There is no program to run.", where: "argv[0]" });
  throwIfAborted(options.signal, program);
  const pipes = options.onLine ? await openPipes(2) : null;
  const [child, ended] = await started(program, args, options, pipes);
  const clock = options.clock ?? systemClock;
  const keep = options.maxOutputBytes ?? 4 * 1024 * 1024;
  const group = groupOf(child.pid, options.mark);
  const kill = (): Promise<void> => killGroup(group, { graceMs: options.graceMs ?? 2_000, clock });
  child.stdin?.on("error", () => undefined); // The program need not read what it is given (EPIPE).
  child.stdin?.end(options.input);

  let reason: "cancelled" | "timeout" | "callback" | undefined;
  let killing: Promise<void> | undefined;
  const stop = (why: "cancelled" | "timeout" | "callback"): void => {
    reason ??= why;
    killing ??= kill();
  };
  let thrown: { error: unknown } | undefined;
  const onLine =
    options.onLine &&
    ((line: string, stream: "stdout" | "stderr"): void => {
      if (thrown) return;
      try {
        options.onLine?.(line, stream);
      } catch (error) {
        thrown = { error };
        stop("callback");
      }
    });
  const stdout = collect(pipes?.[0]!.read ?? child.stdout!, "stdout", keep, onLine);
  const stderr = collect(pipes?.[1]!.read ?? child.stderr!, "stderr", keep, onLine);
  const onAbort = (): void => stop("cancelled");
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted) onAbort();
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => stop("timeout"), options.timeoutMs);
  try {
    options.onStart?.(group);
    const { code, signal } = await ended;
    if (options.mark !== undefined || groupAlive(group)) killing ??= kill();
    await killing;
    // Whoever still holds the pipes is no process of ours; what was written so far is read, and no more is waited for.
    await Promise.all([stdout.finish(), stderr.finish()]);
    if (thrown) throw thrown.error;
    if (reason === "cancelled") throwIfAborted(options.signal, program);
    if (reason === "timeout") throw timeoutOf(program, options.timeoutMs!);
    return { code, signal, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    await (killing ?? kill()); // Also when a callback of the caller threw: nothing is left running.
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

type Ended = Promise<{ code: number | null; signal: string | null }>;

/** The program, which runs, and its end. Of the pipes our writing ends are closed, and nothing stays open when it cannot be started. */
async function started(
  program: string,
  args: string[],
  options: ExecOptions,
  pipes: Pipe[] | null,
): Promise<[child: ChildProcess & { pid: number }, ended: Ended]> {
  try {
    throwIfAborted(options.signal, program);
    const child = start(program, args, options, pipes);
    const ended = endOf(child);
    if (hasStarted(child)) return [child, ended];
    throw startFailure(await ended.catch((error: unknown) => error), program, options);
  } catch (error) {
    for (const { read } of pipes ?? []) read.destroy();
    throw error;
  } finally {
    for (const { write } of pipes ?? []) closeSync(write);
  }
}

function hasStarted(child: ChildProcess): child is ChildProcess & { pid: number } {
  return child.pid !== undefined;
}

function start(program: string, args: string[], options: ExecOptions, pipes: Pipe[] | null): ChildProcess {
  const [stdout, stderr] = pipes ? pipes.map(({ write }) => write) : (["pipe", "pipe"] as const);
  try {
    return spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      shell: false,
      detached: true,
      windowsHide: true,
      stdio: [options.input === undefined ? "ignore" : "pipe", stdout, stderr],
    });
  } catch (error) {
    throw startFailure(error, program, options);
  }
}

function endOf(child: ChildProcess): Ended {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function startFailure(cause: unknown, program: string, options: ExecOptions): DeployError {
  const code = errnoOf(cause);
  const name = program.slice(program.lastIndexOf("/") + 1);
  if ((code === "ENOENT" || code === "ENOTDIR") && !isDirectory(options.cwd))
    return new DeployError(
      "INVALID_CONFIG",
      {
        what: `The directory to run ${name} in does not exist.`,
        where: options.cwd,
        next: "Check the service's directory.",
      },
      { cause },
    );
  if (code === "ENOENT" || code === "EACCES" || code === "ENOTDIR")
    return new DeployError(
      "MISSING_TOOL",
      {
        what: code === "EACCES" ? `${name} may not be executed.` : `${name} is not installed, or not in PATH.`,
        where: `PATH=${options.env["PATH"] ?? ""}`,
        next: remedyFor(name),
      },
      { cause },
    );
  if (code === "EAGAIN" || code === "ENOMEM" || code === "EMFILE" || code === "ENFILE")
    return new DeployError(
      "INTERNAL",
      {
        what: `${name} could not be started: the machine is out of processes, memory or open files (${code}).`,
        next: "Stop other programs, or raise the limits (ulimit -u, ulimit -n), then try again.",
      },
      { cause },
    );
  return new DeployError(
    "INVALID_CONFIG",
    {
      what: `${name} cannot be started with these arguments or variables${code ? ` (${code})` : ""}.`,
      next: "Remove NUL bytes and shorten what is very long: Linux takes 128 kB an argument and 2 MB in all.",
    },
    { cause },
  );
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function timeoutOf(program: string, timeoutMs: number): DeployError {
  return new DeployError("TIMEOUT", {
    what: `${program.slice(program.lastIndexOf("/") + 1)} did not end within ${timeoutMs / 1000} s and was stopped.`,
    next: "Raise the time limit if it needs longer; otherwise look at its last lines for what it waited for.",
  });
}

/** Throws CANCELLED, or the signal's own DeployError, when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (!signal?.aborted) return;
  if (signal.reason instanceof DeployError) throw signal.reason;
  throw new DeployError("CANCELLED", { what: `Cancelled: ${doing} was stopped.` }, { cause: signal.reason });
}

function collect(stream: Readable, name: "stdout" | "stderr", keep: number, onLine: ExecOptions["onLine"]) {
  const chunks: Buffer[] = [];
  let size = 0;
  let total = 0;
  const decoder = new StringDecoder("utf8");
  let open = "";
  const feed = (text: string): void => {
    open += text;
    const lines = open.split("\n");
    open = lines.pop()!;
    for (const line of lines) onLine?.(line.endsWith("\r") ? line.slice(0, -1) : line, name);
    while (open.length > longestLine) {
      onLine?.(open.slice(0, longestLine), name);
      open = open.slice(longestLine);
    }
  };
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    total += chunk.length;
    while (size - chunks[0]!.length >= keep) size -= chunks.shift()!.length;
    if (onLine) feed(decoder.write(chunk));
  });
  const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  /** Resolves when the open pipe brought nothing for a while, counted in turns of the event loop too, for it may have been busy. */
  const quiet = async (): Promise<void> => {
    for (let seen = -1; seen !== total && !stream.closed; ) {
      seen = total;
      await new Promise((resolve) => setTimeout(resolve, 100).unref());
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    /** Reads what is in the pipe, then lets go of it even if a foreign process keeps it open. */
    async finish(): Promise<void> {
      await Promise.race([closed, quiet()]);
      stream.destroy();
      if (!onLine) return;
      feed(decoder.end());
      if (open !== "") onLine(open, name);
    },
    text(): string {
      const bytes = Buffer.concat(chunks);
      return bytes.subarray(Math.max(0, bytes.length - keep)).toString("utf8");
    },
  };
}
