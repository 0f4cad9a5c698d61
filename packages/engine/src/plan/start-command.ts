/** How a program is started: `npm start` as what its script runs. */
import { type Command, formatCommand, parseCommand } from "../process/command.ts";

/** Programs that run a script of package.json. */
export const runners: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun"]);

/**
 * `npm start` as what its script runs: a package manager that stays in front of the program costs memory and swallows its signals.
 * Left as it is when the script needs a shell or has hooks.
 */
export function withoutRunner(start: Command[], scripts: Record<string, string>, depth = 0): Command[] {
  const [only] = start;
  if (start.length !== 1 || !only || only.cwd !== undefined || depth > 4) return start;
  const [runner, ...words] = only.argv;
  const [name, ...rest] = words[0] === "run" || words[0] === "run-script" ? words.slice(1) : words;
  const script = name === undefined ? undefined : scripts[name];
  const isRun =
    words[0] === "run" || words[0] === "run-script" || name === "start" || runner === "pnpm" || runner === "yarn";
  if (!runners.has(runner ?? "") || !isRun || script === undefined || rest.length > 0) return start;
  if (scripts[`pre${name}`] !== undefined || scripts[`post${name}`] !== undefined) return start;
  try {
    const inner = parseCommand(script).map((command) => ({
      ...command,
      ...(only.env || command.env ? { env: { ...only.env, ...command.env } } : {}),
    }));
    const last = withoutRunner(inner.slice(-1), scripts, depth + 1);
    return [...inner.slice(0, -1), ...last];
  } catch {
    return start; // It needs a shell; the package manager gives it one, inside the release.
  }
}

/** What a command line comes to, to be compared with another's. One that needs a shell is what it says. */
export function asRun(text: string, scripts: Record<string, string>): string {
  try {
    return withoutRunner(parseCommand(text), scripts).map(formatCommand).join(" && ");
  } catch {
    return text;
  }
}
