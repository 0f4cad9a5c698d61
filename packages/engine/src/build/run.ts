/** Runs the commands of a build, one after the other, in its cage and under its limits. */
import { existsSync, realpathSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { type Command, expandCommand, formatCommand } from "../process/command.ts";
import { DeployError } from "../error.ts";
import { exec } from "../process/exec.ts";
import type { Group } from "../process/group.ts";
import { explainFailure, type FailureContext } from "./failures.ts";
import { cage, type Isolation, type View } from "./isolation.ts";
import type { BuildLimits } from "./limits.ts";
import { findProgram } from "./programs.ts";
import { installHint } from "./hints.ts";
import { type Usage, watchBuild } from "./watch.ts";
import type { Workspace } from "./workspace.ts";

export interface RunnerInput {
  workspace: Workspace;
  isolation: Isolation;
  view: View;
  limits: BuildLimits;
  timeoutMs: number;
  signal: AbortSignal;
  /** What explanations of a failure need to know. */
  context: FailureContext;
  log(line: string, stream: "stdout" | "stderr"): void;
  onProcess(group: Group): void;
}

export interface Runner {
  /**
   * Run to the end. `directory` is relative to the workspace's files; the command's own is relative to it.
   * Throws BUILD_FAILED with cause and evidence when it fails, TIMEOUT, CANCELLED, DISK_FULL, MISSING_TOOL, INVALID_CONFIG.
   */
  run(command: Command, options: { directory: string; env: Record<string, string> }): Promise<void>;
  usage: Usage;
  stop(): Promise<void>;
}

/** Lines kept to explain a failure: the first ones, where the cause often is, and the last ones. */
const keptLines = 4_000;

/** A runner for one build; its time and its limits are for all commands together. Call `stop` at the end. */
export function startRunner(input: RunnerInput): Runner {
  const { workspace, isolation, view, limits, signal } = input;
  const over = new AbortController();
  let running: number | undefined;
  const watch = watchBuild({ pid: () => running, directory: workspace.directory, limits }, (error) =>
    over.abort(error),
  );
  const deadline = performance.now() + input.timeoutMs;
  const either = AbortSignal.any([signal, over.signal]);
  let printed = 0;

  return {
    usage: watch.usage,
    stop: () => watch.stop(),
    async run(command, { directory, env }) {
      const shown = formatCommand(command);
      input.log(`$ ${shown}`, "stdout");
      const expanded = expandCommand(command, env);
      const cwd = directoryWithin(workspace.files, join(directory, expanded.cwd ?? "."), shown);
      const [program, ...args] = expanded.argv;
      const path = (expanded.env["PATH"] ?? "").split(":");
      const found = program === undefined ? undefined : findProgram(program, { path, cwd });
      if (!found) throw programMissing(program ?? "", shown, input.context);
      const caged = cage({ argv: [found, ...args], env: expanded.env }, { isolation, view, cwd, limits });
      const lines: string[] = [];
      const onLine = (line: string, stream: "stdout" | "stderr"): void => {
        const text = relativeTo(workspace.files, line);
        printed += text.length + 1;
        if (printed > limits.logBytes) {
          over.abort(printedTooMuch(limits));
          return;
        }
        lines.push(text);
        if (lines.length > keptLines) lines.splice(keptLines / 2, 1);
        input.log(text, stream);
      };
      try {
        const result = await exec(caged.argv, {
          cwd,
          env: caged.env,
          signal: either,
          timeoutMs: Math.max(1, Math.ceil(deadline - performance.now())),
          maxOutputBytes: 4_096,
          onLine,
          mark: `${workspace.mark.name}=${workspace.mark.value}`,
          onStart: (group) => {
            running = group.pid;
            workspace.record(group);
            input.onProcess(group);
          },
        });
        if (result.code === 0) return;
        throw failed({ shown, lines, code: result.code, signal: result.signal, context: input.context });
      } catch (error) {
        // The deployment's own time is another, and told as that.
        if (error instanceof DeployError && error.code === "TIMEOUT" && !either.aborted)
          throw timedOut(shown, input.timeoutMs, lines, error);
        throw error;
      } finally {
        running = undefined;
      }
    },
  };
}

/** Paths of the workspace mean nothing to a reader; relative ones are those of the project. A quoted one stays recognisable as a path. */
function relativeTo(files: string, line: string): string {
  if (!line.includes(files)) return line;
  return line.replaceAll(`'${files}/`, "'./").replaceAll(`"${files}/`, '"./').replaceAll(`${files}/`, "");
}

/** The directory a command runs in, which must be in the workspace, also behind links. Throws INVALID_CONFIG. */
export function directoryWithin(files: string, directory: string, command: string): string {
  const path = resolve(files, directory);
  const root = realpathSync(files);
  const isInside = (one: string): boolean => one === root || one.startsWith(root + sep);
  if (!isInside(path.replace(files, root)) || (existsSync(path) && !isInside(realpathSync(path)))) {
    throw new DeployError("INVALID_CONFIG", {
      what: "A command would run outside the project.",
      where: command,
      next: "Give a directory inside the project.",
      step: "build",
    });
  }
  return path;
}

function failed({
  shown,
  lines,
  code,
  signal,
  context,
}: {
  shown: string;
  lines: string[];
  code: number | null;
  signal: string | null;
  context: FailureContext;
}): DeployError {
  const ended = code === null ? `was ended by ${signal}` : `ended with ${code}`;
  const failure = explainFailure(lines, { ...context, command: shown, exitCode: code, signal });
  const last = lines.filter((line) => line.trim() !== "").slice(-12);
  if (!failure) {
    return new DeployError("BUILD_FAILED", {
      what: "The build failed.",
      where: `${shown} ${ended}`,
      next: "Read its last lines; run the same command in a fresh clone of the project to see the same.",
      step: "build",
      evidence: last,
    });
  }
  // Not by the project and not by our limits: the same build may well pass the next time.
  return new DeployError(failure.id === "killed" ? "BUILD_KILLED" : "BUILD_FAILED", {
    what: failure.cause,
    where: `${shown} ${ended}`,
    next: failure.next.join(" "),
    step: "build",
    recovery: [{ kind: failure.recovery, label: failure.next[0] ?? "Correct it and deploy again" }],
    evidence: failure.evidence.map(({ text }) => text),
  });
}

function programMissing(program: string, command: string, context: FailureContext): DeployError {
  const hint = installHint(program);
  if (hint) {
    return new DeployError("MISSING_TOOL", {
      what: `${program} is not installed on this machine, and the build needs it.`,
      where: command,
      next: hint,
      step: "build",
    });
  }
  const failure = explainFailure([`sh: 1: ${program}: not found`], { ...context, command, exitCode: 127 });
  return new DeployError("BUILD_FAILED", {
    what: failure?.cause ?? `The program ${program} was not found.`,
    where: command,
    next: failure?.next.join(" ") ?? `Add the package that brings ${program} to the project's dependencies.`,
    step: "build",
  });
}

function timedOut(command: string, timeoutMs: number, lines: string[], cause: DeployError): DeployError {
  return new DeployError(
    "TIMEOUT",
    {
      what: `The build did not end within ${Math.round(timeoutMs / 1000)} s and was stopped.`,
      where: command,
      next: "Look at its last lines for what it waited for (a question, a watcher, a server that never ends), or raise the time limit.",
      step: "build",
      evidence: lines.filter((line) => line.trim() !== "").slice(-12),
    },
    { cause },
  );
}

function printedTooMuch(limits: BuildLimits): DeployError {
  return new DeployError("BUILD_FAILED", {
    what: `The build printed more than ${Math.round(limits.logBytes / 1024 ** 2)} MB and was stopped.`,
    next: "Make it print less; a loop of warnings is the usual cause.",
    step: "build",
  });
}
