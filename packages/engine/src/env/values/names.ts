/**
 * Which names and values a variable may have, and which variables never reach the engine's own processes.
 *
 * A name is what a POSIX shell can set: letters, digits and `_`, not a digit first. Everything else is refused, because some platform or
 * tool on the way would drop or change it. A value is any Unicode text without NUL, at most 64 kB; an environment holds at most 1,000
 * variables and 2 MB in all (Linux refuses a single string of 128 kB and, by default, an environment past 2 MB).
 *
 * Names such as LD_PRELOAD, NODE_OPTIONS or PATH are allowed: a program may need them (jemalloc is preloaded, Node gets more memory), and
 * what a project does inside its own build and run is its own matter. They are never put into the environment of a process of ours (git,
 * docker, tar, the edge): `reachesProgramOnly` tells which. Names that begin with LANDFALL_ are ours and refused.
 */
import { DeployError } from "../../error.ts";

export const largestValueBytes = 64 * 1024;
export const mostVariables = 1000;
export const largestEnvironmentBytes = 2 * 1024 * 1024;
const longestName = 255;

const programOnly =
  /^(?:LD_.*|DYLD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH|MALLOC_.*|HOSTALIASES|RES_OPTIONS|LOCALDOMAIN|PATH|PATHEXT|HOME|USERPROFILE|SHELL|IFS|CDPATH|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|EDITOR|VISUAL|PAGER|BROWSER|TMPDIR|TMP|TEMP|COMSPEC|SYSTEMROOT|NODE_.*|BUN_.*|DENO_.*|NPM_CONFIG_.*|YARN_.*|PNPM_.*|COREPACK_.*|PYTHON.*|PERL5.*|PERLLIB|RUBY.*|GEM_.*|BUNDLE_.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|GO(?:FLAGS|PATH|PROXY|ROOT|PRIVATE|INSECURE)|CARGO_.*|RUSTC.*|RUSTFLAGS|CC|CXX|CFLAGS|LDFLAGS|GIT_.*|SSH_.*|DOCKER_.*|BUILDKIT_.*|BUILDX_.*|COMPOSE_.*|CONTAINERD_.*|KUBECONFIG|OPENSSL_.*|SSL_CERT_.*|CURL_.*|WGETRC|HTTPS?_PROXY|ALL_PROXY|FTP_PROXY|NO_PROXY|XDG_.*|SUDO_.*|TAR_OPTIONS|GZIP|ZSTD_.*|TERMINFO.*|LESSOPEN|LESSCLOSE)$/i;

/**
 * Whether a variable of this name may be set for the project's own build and program but never for a process of the engine, whose
 * behaviour it would change.
 */
export function reachesProgramOnly(key: string): boolean {
  return programOnly.test(key);
}

/** The variables that may be put into the environment of a process of ours. */
export function withoutProgramOnly(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !reachesProgramOnly(key)));
}

/** Throws INVALID_VARIABLE unless `key` is a name every platform takes. */
export function checkName(key: string): void {
  const fault = faultOfName(key);
  if (fault !== null) {
    throw new DeployError("INVALID_VARIABLE", {
      what: `${shown(key)} cannot be the name of a variable: ${fault}.`,
      where: shown(key),
      next: "Use letters, digits and _, with a letter or _ first.",
    });
  }
}

/** Throws INVALID_VARIABLE unless `value` can be handed to a program unchanged. The value is never in the message. */
export function checkValue(value: string): void {
  const fault = faultOfValue(value);
  if (fault !== null) {
    throw new DeployError("INVALID_VARIABLE", {
      what: `The value ${fault}.`,
      next: "Encode binary data with base64; keep what is larger in a file or a store.",
    });
  }
}

/** Throws INVALID_VARIABLE with every fault of names, values, their number and their size together. */
export function checkEnvironment(values: Readonly<Record<string, string>>): void {
  const faults: { path: string; message: string }[] = [];
  for (const [key, value] of Object.entries(values)) {
    const name = faultOfName(key);
    if (name !== null) faults.push({ path: shown(key), message: name });
    const content = faultOfValue(value);
    if (content !== null) faults.push({ path: shown(key), message: `the value ${content}` });
  }
  for (const message of faultsOfAmount(values)) faults.push({ path: "variables", message });
  if (faults.length > 0) {
    throw new DeployError("INVALID_VARIABLE", {
      what:
        faults.length === 1 ? "A variable cannot be used." : `${faults.length} things are wrong with the variables.`,
      next: "Mend them and try again; nothing was changed.",
      faults,
    });
  }
}

/** What is wrong with the number of the variables and their size together; empty when nothing is. */
export function faultsOfAmount(values: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(values);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value) + 2, 0);
  const faults: string[] = [];
  if (entries.length > mostVariables) faults.push(`there are ${entries.length}; at most ${mostVariables} are allowed`);
  if (bytes > largestEnvironmentBytes)
    faults.push(`they take ${bytes} bytes; at most ${largestEnvironmentBytes} are allowed`);
  return faults;
}

/** Names that differ only in case, in groups: two variables on Linux, one on Windows, refused by some platforms. */
export function namesThatDifferInCase(keys: Iterable<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const folded = key.toUpperCase();
    const group = groups.get(folded);
    if (group) group.push(key);
    else groups.set(folded, [key]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function faultOfName(key: string): string | null {
  if (key === "") return "it is empty";
  if (key.length > longestName) return `it has ${key.length} characters, and ${longestName} are the most`;
  if (key.includes("\0")) return "it has a NUL character in it";
  if (key.includes("=")) return "it has a = in it";
  if (/\s/.test(key)) return "it has white space in it";
  if (/^\d/.test(key)) return "it begins with a digit";
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return "it has a character that is not a letter, digit or _ in it";
  if (/^LANDFALL_/i.test(key)) return "names that begin with LANDFALL_ are kept for Landfall itself";
  return null;
}

function faultOfValue(value: string): string | null {
  if (value.includes("\0")) return "has a NUL character in it, which no program can be given";
  if (!value.isWellFormed()) return "is not valid Unicode: half of a surrogate pair stands alone";
  if (value.length > largestValueBytes / 3) {
    const bytes = Buffer.byteLength(value);
    if (bytes > largestValueBytes) return `has ${bytes} bytes, and ${largestValueBytes} are the most`;
  }
  return null;
}

/** The name as it may be printed: short, and without characters that move the cursor. */
function shown(key: string): string {
  const short = key.length > 60 ? `${key.slice(0, 60)}…` : key;
  return JSON.stringify(short);
}
