/** `landfall exec --project shop node --version`: from the program on, everything is the program's, options and `--` too. */
import type { Command } from "commander";

/** The arguments with `--` before the program of a command that runs one, where nobody wrote it. Commander would take its options for ours. */
export function withProgramApart(program: Command, argv: readonly string[], commandName: string): string[] {
  const commandAt = firstWord([program], argv, 0);
  const command = program.commands.find((one) => one.name() === commandName)!;
  if (![commandName, ...command.aliases()].includes(argv[commandAt] ?? "")) return [...argv];
  const at = firstWord([program, command], argv, commandAt + 1);
  return at >= argv.length || argv[at] === "--" ? [...argv] : [...argv.slice(0, at), "--", ...argv.slice(at)];
}

/** Where the first argument from `from` on is that is no option of theirs, nor the value of one. */
function firstWord(commands: readonly Command[], argv: readonly string[], from: number): number {
  const options = commands.flatMap((one) => one.options);
  for (let at = from; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === "--" || !word.startsWith("-")) return at;
    const option = options.find((one) => one.short === word || one.long === word);
    if (option?.required) at++;
  }
  return argv.length;
}
