/** `landfall exec <program>`: a program beside the one that is live, at this terminal. */
import { DeployError } from "@landfall/engine/error";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";

interface ExecFlags {
  project?: string;
  environment: string;
  service?: string;
}

/** What of this terminal a program is to know. */
const ofTerminal = ["TERM", "COLORTERM", "COLUMNS", "LINES", "TZ"];

export function exec({ program, does }: Registry): void {
  program
    .command("exec")
    .alias("run")
    .description(
      "Run a program beside the one that is live here, at this terminal: in its directory and with its variables. A console, a migration, what makes an administrator.",
    )
    .usage("[options] <program> [arguments...]")
    .argument("<program...>", "what to run; from here on, everything is the program's")
    .option("-p, --project <name>", "name of the project (default: this folder's)")
    .option("--environment <name>", "environment of the project", "production")
    .option("--service <name>", "beside this service, where there are several")
    .action(
      does<ExecFlags>(async (context, { args: [given], flags }) => {
        const [name, ...rest] = given as unknown as string[];
        const { env: own } = context.world;
        const { environment, service } = flags;
        const engine = await context.engine();
        const { cwd, env } = await engine.beside({ project: projectOf(context, flags.project), environment, service });
        const shown = Object.fromEntries(
          ofTerminal.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]])),
        );
        // A program gets the signals of the terminal by itself; those sent to us alone are passed on, and it is waited for.
        const child = spawn(name!, rest, { cwd, env: { ...shown, ...env }, stdio: "inherit" });
        const ignore = context.world.onSignal((signal) => void (signal === "SIGINT" ? undefined : child.kill(signal)));
        try {
          const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
          return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
        } catch (error) {
          throw new DeployError("MISSING_TOOL", {
            what: `${name} cannot be run there: ${(error as NodeJS.ErrnoException).code ?? "it does not start"}.`,
            where: cwd,
            next: "Programs of the project's packages and of this machine's PATH can be run there.",
          });
        } finally {
          ignore();
        }
      }),
    );
}
