/** Runs one command line in a sandbox: in the cage of builds, under limits, with an environment of its own. */
import { realpathSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { cage, findIsolation, type View } from "../build/isolation.ts";
import { type BuildLimits, defaultLimits } from "../build/limits.ts";
import { networkOf } from "../build/environment.ts";
import { findProgram, installationsOf, projectDirectories, toolDirectories } from "../build/programs.ts";
import { directoryWithin } from "../build/run.ts";
import { watchBuild } from "../build/watch.ts";
import { DeployError } from "../error.ts";
import { type Command, expandCommand, formatCommand } from "../process/command.ts";
import { exec } from "../process/exec.ts";

/** Of one sandbox, and what its command may use. */
const cellLimits: BuildLimits = {
  ...defaultLimits,
  memoryBytes: 2 * 1024 ** 3,
  processes: 256,
  diskBytes: 3 * 1024 ** 3,
};

export interface Cell {
  /** The engine's data, hidden from the command. */
  home: string;
  /** Holds `files`, `home` and `tmp`, which the command may write to. */
  directory: string;
  toolPath: readonly string[];
}

/** How it ended: an exit status, or the signal that ended it. */
export interface Ended {
  code: number | null;
  signal: string | null;
}

/** Throws MISSING_TOOL where there is no isolation: beside this one are other people's sandboxes. */
export async function requireIsolation(toolPath: readonly string[]): Promise<void> {
  const isolation = await findIsolation(toolDirectories(toolPath));
  if (isolation.kind === "bubblewrap") return;
  throw new DeployError("MISSING_TOOL", {
    what: `Commands are not run in sandboxes here: ${isolation.reason}.`,
    next: "On the server's machine, install bubblewrap, and allow unprivileged user namespaces.",
  });
}

/** Run the commands one after the other, as `&&` does. Throws MISSING_TOOL, TIMEOUT, CANCELLED, INVALID_CONFIG, BUILD_KILLED, DISK_FULL. */
export async function runInCell(
  cell: Cell,
  {
    commands,
    cwd,
    variables,
    timeoutMs,
    signal,
    log,
  }: {
    commands: Command[];
    cwd: string;
    variables: Record<string, string>;
    timeoutMs: number;
    signal: AbortSignal;
    log(line: string, stream: "stdout" | "stderr"): void;
  },
): Promise<Ended> {
  const [files, own, tmp] = ["files", "home", "tmp"].map((name) => join(cell.directory, name)) as [
    string,
    string,
    string,
  ];
  const tools = [dirname(realpathSync(process.execPath)), ...toolDirectories(cell.toolPath)];
  const isolation = await findIsolation(toolDirectories(cell.toolPath));
  const mark = { name: "LANDFALL_SANDBOX", value: crypto.randomUUID() };
  const path = [...projectDirectories(files, cwd), ...tools];
  const env = {
    ...networkOf({}),
    CI: "1",
    LANG: "C.UTF-8",
    ...variables,
    PATH: path.join(":"),
    HOME: own,
    TMPDIR: tmp,
    [mark.name]: mark.value,
  };
  const view: View = {
    hide: [realpathSync(cell.home)],
    readOnly: installationsOf(tools, userInfo().homedir),
    writable: [files, own, tmp],
    tmp,
  };
  const over = new AbortController();
  let running: number | undefined;
  const watch = watchBuild({ pid: () => running, directory: cell.directory, limits: cellLimits }, (error) =>
    over.abort(error),
  );
  const deadline = performance.now() + timeoutMs;
  let ended: Ended = { code: 0, signal: null };
  try {
    for (const command of commands) {
      const shown = formatCommand(command);
      const expanded = expandCommand(command, env);
      const at = directoryWithin(files, join(cwd, expanded.cwd ?? "."), shown);
      const [program = "", ...args] = expanded.argv;
      const found = findProgram(program, { path, cwd: at });
      if (!found)
        throw new DeployError("MISSING_TOOL", {
          what: `There is no program ${JSON.stringify(program.slice(0, 100))} in the sandbox or on this machine.`,
          where: shown,
          next: "Install it into the sandbox, or check its spelling.",
        });
      const caged = cage(
        { argv: [found, ...args], env: expanded.env },
        { isolation, view, cwd: at, limits: cellLimits },
      );
      const { code, signal: by } = await exec(caged.argv, {
        cwd: files,
        env: caged.env,
        signal: AbortSignal.any([signal, over.signal]),
        timeoutMs: Math.max(1, Math.ceil(deadline - performance.now())),
        maxOutputBytes: 4_096,
        onLine: (line, stream) => log(line.replaceAll(`${files}/`, ""), stream),
        mark: `${mark.name}=${mark.value}`,
        onStart: (group) => (running = group.pid),
      });
      ended = { code, signal: by };
      if (code !== 0) break;
    }
    return ended;
  } finally {
    running = undefined;
    await watch.stop();
  }
}
