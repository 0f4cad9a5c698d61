/**
 * How the processes of a build are kept apart from the machine: bubblewrap's namespaces where they work, otherwise plain processes
 * with the limits the kernel keeps for everybody. Which one it was is said in the build's log.
 *
 * With bubblewrap: own processes, IPC and host name; the system read-only; homes, /tmp and /run empty; of the engine's data only the
 * workspace and the download caches. The network stays, for dependencies come from it, unless the view says that there is none.
 * Source: bwrap(1) 0.8, setpriv(1) and prlimit(1) of util-linux 2.38.
 */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { exec } from "../process/exec.ts";
import type { BuildLimits } from "./limits.ts";
import { findProgram } from "./programs.ts";

export interface Isolation {
  kind: "bubblewrap" | "process";
  /** Absolute paths of the programs that put limits on others, where the machine has them. */
  bwrap?: string;
  prlimit?: string;
  setpriv?: string;
  env: string;
  /** Why bubblewrap is not used, when it is not. */
  reason?: string;
}

/** What a caged program sees of the disk beyond the read-only system. */
export interface View {
  /** Hidden, though below something shown: the engine's data, people's homes. */
  hide: string[];
  readOnly: string[];
  writable: string[];
  /** Mounted as /tmp. */
  tmp: string;
  /** Nothing can be reached but what listens inside, on a loopback of its own. Default: the machine's network. */
  noNetwork?: boolean;
}

const known = new Map<string, Promise<Isolation>>();

/**
 * What this machine can do, found out by trying (in many containers bwrap is installed and may not make namespaces), asked once per path.
 * `only: "process"` leaves bubblewrap out.
 */
export async function findIsolation(
  path: readonly string[],
  { only }: { only?: "process" | undefined } = {},
): Promise<Isolation> {
  const key = path.join(":");
  let asked = known.get(key);
  if (!asked) {
    asked = probe(path);
    known.set(key, asked);
  }
  const found = await asked;
  if (only === undefined || found.kind === "process") return found;
  const { bwrap: _, ...rest } = found;
  return { ...rest, kind: "process", reason: "asked for" };
}

async function probe(path: readonly string[]): Promise<Isolation> {
  const find = (program: string): string | undefined => findProgram(program, { path, cwd: "/" });
  const programs = {
    env: find("env") ?? "/usr/bin/env",
    ...optional("prlimit", find("prlimit")),
    ...optional("setpriv", await works(find("setpriv"), ["--pdeathsig", "KILL", "--no-new-privs", "--", "/bin/true"])),
  };
  const bwrap = process.platform === "linux" ? find("bwrap") : undefined;
  if (!bwrap) return { kind: "process", ...programs, reason: "bubblewrap is not installed" };
  const trial = [
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--tmpfs",
    "/tmp",
    ...namespaces,
    "--",
    "/bin/true",
  ];
  if (await works(bwrap, trial)) return { kind: "bubblewrap", bwrap, ...programs };
  return { kind: "process", ...programs, reason: "bubblewrap is installed but may not make namespaces here" };
}

async function works(program: string | undefined, args: string[]): Promise<string | undefined> {
  if (!program) return undefined;
  try {
    const { code } = await exec([program, ...args], { cwd: "/", env: {}, timeoutMs: 5_000 });
    return code === 0 ? program : undefined;
  } catch {
    return undefined; // It cannot be started or hangs: as good as absent.
  }
}

function optional<K extends string>(key: K, value: string | undefined): { [key in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: string };
}

const namespaces = [
  "--unshare-user",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-cgroup-try",
  "--die-with-parent",
  "--cap-drop",
  "ALL",
];

/**
 * Variables that make the dynamic linker or the C library load code or files. The programs that build the cage must not see them:
 * they run with the engine's rights. They are given to the build's own program alone.
 * Source: ld.so(8), "Environment"; glibc manual, "Tunables".
 */
const loaderVariable =
  /^(LD_|DYLD_|GLIBC_TUNABLES$|GCONV_PATH$|LOCPATH$|NLSPATH$|MALLOC_|RES_OPTIONS$|HOSTALIASES$|GETCONF_DIR$)/;

export interface Caged {
  argv: string[];
  env: Record<string, string>;
}

/** The argument list that runs `argv` (its program an absolute path) under the isolation, and the environment to start it with. */
export function cage(
  { argv, env }: { argv: string[]; env: Record<string, string> },
  { isolation, view, cwd, limits }: { isolation: Isolation; view: View; cwd: string; limits: BuildLimits },
): Caged {
  const entries = Object.entries(env);
  const loader = entries.filter(([key]) => loaderVariable.test(key));
  const plain = entries.filter(([key]) => !loaderVariable.test(key));
  // Values of these are paths and switches, no secrets, so they may stand in an argument list, which others can read.
  const inner =
    loader.length === 0 ? argv : [isolation.env, ...loader.map(([key, value]) => `${key}=${value}`), ...argv];
  const limited = isolation.prlimit ? [isolation.prlimit, ...kernelLimits(limits), "--", ...inner] : inner;
  const outer = isolation.bwrap ? [isolation.bwrap, ...mounts(view, cwd), "--", ...limited] : limited;
  const tied =
    isolation.setpriv && !isolation.bwrap
      ? [isolation.setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--", ...outer]
      : outer;
  return { argv: tied, env: Object.fromEntries(plain) };
}

/**
 * Limits the kernel keeps for each process. None on address space: V8 and WebAssembly reserve terabytes they never use, so memory is
 * watched instead (watch.ts). The number of processes counts for the whole user, which is why it has room for what already runs.
 */
function kernelLimits(limits: BuildLimits): string[] {
  return ["--core=0", `--fsize=${limits.diskBytes}`, `--nproc=${limits.processes + 4096}`];
}

function mounts(view: View, cwd: string): string[] {
  const args = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", ...namespaces, "--hostname", "build"];
  if (view.noNetwork) args.push("--unshare-net");
  for (const path of outermost(["/home", "/root", "/run", "/var/tmp", "/media", "/mnt", ...view.hide])) {
    if (existsSync(path)) args.push("--tmpfs", path);
  }
  args.push("--bind", view.tmp, "/tmp");
  // Name resolution reads a file that is often a link into /run.
  const resolver = existsSync("/etc/resolv.conf") ? realpathSync("/etc/resolv.conf") : "/etc/resolv.conf";
  const readOnly = resolver.startsWith("/run/") ? [dirname(resolver), ...view.readOnly] : view.readOnly;
  for (const path of readOnly) args.push("--ro-bind", path, path);
  for (const path of view.writable) args.push("--bind", path, path);
  return [...args, "--chdir", cwd];
}

/** Real directories of the list, without those below another of it: an empty file system hides them already. */
function outermost(paths: string[]): string[] {
  const real = [...new Set(paths.filter((path) => existsSync(path)).map((path) => realpathSync(path)))];
  return real.filter((path) => !real.some((other) => other !== path && path.startsWith(join(other, "/"))));
}
