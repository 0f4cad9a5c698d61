/** What a release runs once before its program starts, such as a migration: in its own files, with its own variables. */
import { readFile, rm } from "node:fs/promises";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../errno.ts";
import { DeployError } from "../../error.ts";
import type { ServicePlan } from "../../plan/plan.ts";
import { type Command, expandCommand, formatCommand } from "../../process/command.ts";
import { exec } from "../../process/exec.ts";
import { type Group, killGroup } from "../../process/group.ts";

/** Lines of its output that an error shows. */
const shownLines = 20;

export interface BeforeStart {
  plan: ServicePlan;
  /** Directory with the release's files. */
  root: string;
  env: Record<string, string>;
  /** Notes what runs, for `endEarlier`. */
  note: string;
  signal?: AbortSignal;
  log(line: string): void;
}

/** Run the plan's commands in order. Throws START_FAILED for the first that fails, CANCELLED and TIMEOUT by the signal. */
export async function runBefore({ plan, root, env, note, signal, log }: BeforeStart): Promise<void> {
  for (const command of plan.before ?? []) {
    const own = { ...env, ...command.env };
    log(`$ ${formatCommand(command)}`);
    const { code, stdout, stderr } = await exec(expandCommand(command, own).argv, {
      cwd: join(root, plan.path, command.cwd ?? "."),
      env: own,
      ...(signal ? { signal } : {}),
      onLine: log,
      onStart: (group) => writeFileSync(note, JSON.stringify(group), { mode: 0o600 }),
    }).finally(() => rmSync(note, { force: true }));
    if (code !== 0) throw failed(plan.name, command, { code, output: `${stdout}\n${stderr}` });
  }
}

/** End what an interrupted run left running, so that a migration is not run beside itself. */
export async function endEarlier(note: string): Promise<void> {
  try {
    await killGroup(JSON.parse(await readFile(note, "utf8")) as Group);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
  }
  await rm(note, { force: true });
}

function failed(
  service: string,
  command: Command,
  { code, output }: { code: number | null; output: string },
): DeployError {
  return new DeployError("START_FAILED", {
    what: `${formatCommand(command)}, which runs before ${service} starts, ended with ${code ?? "a signal"}.`,
    where: `before the start of ${service}`,
    next: "Read what it printed. What runs now was not touched.",
    step: "deploy",
    evidence: output.trim().split("\n").slice(-shownLines),
  });
}
