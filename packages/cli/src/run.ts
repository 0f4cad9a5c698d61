/** From arguments to an exit status: reads them, makes the Context, runs one command, says what went wrong. */
import { Command, CommanderError, Option } from "commander";
import { register } from "./commands.ts";
import { contextFor } from "./context.ts";
import { withProgramApart } from "./program-arguments.ts";
import { collect } from "./request.ts";
import type { GlobalFlags } from "./settings.ts";
import { tell } from "./tell.ts";
import type { World } from "./world.ts";
import { resolve } from "node:path";
import type { Work } from "./registry.ts";

/** Runs the command line; the answer is the exit status: 0 success, 1 failed, 2 usage, 3 still running, 4 credential, 75 try again. */
export async function run(argv: string[], world: World): Promise<number> {
  let exit = 0;
  const program = new Command("landfall")
    .description("Bring any project live on any platform.")
    .version(world.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .option("--json", "print JSON on stdout: one object, of lists one array, of lines one object a line")
    .option("-y, --yes", "ask nothing, take the defaults")
    .option("-q, --quiet", "say nothing but the result")
    .option("-v, --verbose", "say everything, with all lines of the build")
    .option("--no-color", "no colours (NO_COLOR is honoured too)")
    .option("--cwd <dir>", "work as if started there")
    .option("--home <dir>", "data directory (default: LANDFALL_HOME or ~/.local/share/landfall)")
    .option("--server <url>", "a server to work on (default: LANDFALL_URL or the last login), or: local")
    .option("--insecure", "allow http to a server on another machine")
    .option("--debug", "with a failure, print where in the program it happened")
    .addOption(new Option("--setting <name=value>").argParser(collect).hideHelp())
    .configureOutput({ writeOut: (text) => world.stdout.write(text), writeErr: (text) => world.stderr.write(text) })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showHelpAfterError("Run it with --help to see what it takes.")
    .addHelpText("after", exitHelp)
    .exitOverride();

  register({
    program,
    does:
      <Flags>(work: Work<Flags>) =>
      async (...args: unknown[]) => {
        const command = args.at(-1) as Command;
        const flags = command.optsWithGlobals<GlobalFlags>();
        const cwd = flags.cwd === undefined ? world.cwd : resolve(world.cwd, flags.cwd);
        const context = contextFor(world, flags, {
          cwd,
          isServer: ["serve", "worker", "reset-password"].includes(command.name()),
        });
        try {
          exit =
            (await work(context, {
              args: command.processedArgs as (string | undefined)[],
              flags: command.opts() as Flags,
            })) ?? 0;
        } catch (error) {
          exit = tell(context, error);
        } finally {
          await context.close();
        }
      },
  });

  try {
    await program.parseAsync(withProgramApart(program, argv, "exec"), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are no failures; everything else commander ends with is about the arguments.
    return error.exitCode === 0 ? 0 : 2;
  }
  return exit;
}

const exitHelp = `
Exit status: 0 success, 1 failed, 2 usage or configuration, 3 still running,
4 credential, 75 worth trying again.`;
