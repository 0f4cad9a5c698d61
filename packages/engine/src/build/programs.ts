/** Looking programs up by name, as exec will, so that what is missing is known before anything runs. */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

/** Absolute path of a program, or undefined. A name with a slash is relative to `cwd`; others are looked for in `path`, in order. */
export function findProgram(
  program: string,
  { path, cwd }: { path: readonly string[]; cwd: string },
): string | undefined {
  if (program.includes("/")) {
    const direct = isAbsolute(program) ? program : resolve(cwd, program);
    return isExecutable(direct) ? direct : undefined;
  }
  return path.map((directory) => join(directory, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not ours to run: both mean it cannot be used.
  }
}

/**
 * The directories a build may find programs in: those given, but for the `node_modules/.bin` of whoever started us, whose
 * compilers would stand in for ones the project lacks.
 */
export function toolDirectories(given: readonly string[]): string[] {
  const kept = given.filter((directory) => isAbsolute(directory) && !/\/node_modules\/\.bin\/?$/.test(directory));
  const standard = ["/usr/local/bin", "/usr/bin", "/bin"].filter((directory) => existsSync(directory));
  return [...new Set([...kept, ...standard])];
}

/**
 * What has to be readable for the programs of a directory to run: a directory `bin` belongs to an installation (`lib`, `share`
 * beside it), which goes with it, unless it stands in a person's home among other things.
 */
export function installationsOf(directories: readonly string[], home: string): string[] {
  const needed = new Set<string>();
  for (const directory of directories) {
    if (!existsSync(directory)) continue;
    for (const real of new Set([directory, realpathSync(directory)])) {
      const prefix = dirname(real);
      const isOwn = /\/(bin|sbin|shims)$/.test(real) && prefix !== home && !isSensitive(prefix);
      needed.add(isOwn ? prefix : real);
      if (prefix === join(home, ".local")) needed.add(join(prefix, "lib"));
      if (prefix === join(home, ".cargo")) needed.add(toolchainsOf(home));
    }
  }
  return [...needed].filter((path) => existsSync(path));
}

/** Where rustup keeps its toolchains. Source: https://rust-lang.github.io/rustup/environment-variables.html */
export function toolchainsOf(home: string): string {
  return join(home, ".rustup");
}

/** Directories that hold a `bin` and, beside it, keys and tokens: ~/.local/share has keyrings, ~/.cargo has credentials. */
function isSensitive(prefix: string): boolean {
  return (
    /\/\.(local|cargo|config|gem)$/.test(prefix) ||
    prefix === "/" ||
    prefix === "/root" ||
    /^\/(home|Users)\/[^/]+$/.test(prefix)
  );
}

/**
 * Directories with a project's own programs, those of the service before those of the workspace above it, to be put in front of PATH
 * when its commands run, in the build and later on a machine. `root` is the directory the snapshot's (or the artifact's) paths are below.
 */
export function projectDirectories(root: string, servicePath: string): string[] {
  const directories: string[] = [];
  for (let at = servicePath; ; at = dirname(at)) {
    directories.push(join(root, at, "node_modules/.bin"));
    if (at === "." || at === "" || at === "/") break;
  }
  return [join(root, servicePath, ".venv/bin"), ...directories, join(root, servicePath, "vendor/bin")];
}
