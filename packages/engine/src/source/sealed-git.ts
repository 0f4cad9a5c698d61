/**
 * The system's git in an environment where nothing but our own settings counts: no hooks, no filters, no file-system monitor, no submodules,
 * no configuration of the machine or the user, no way for a repository to name a program, and a credential that no list of processes shows.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DeployError } from "../error.ts";
import { exec, type ExecResult } from "../process/exec.ts";
import type { Secret } from "../secret.ts";
import { isLoopback } from "./git-address.ts";
import { gitFailure } from "./git-failure.ts";

export interface GitUse {
  /** A checked address without password. */
  url: string;
  /** `user:password`, or a token alone, for https. One line. */
  credential?: Secret;
  /** Of all https, in place of whatever the environment says. */
  proxy?: string;
  /** An empty directory of our own. */
  scratch: string;
  /** Directories where git and ssh are looked for. */
  toolPath: string[];
  /** Further variables git may see: proxies, certificates, the agent's socket. Others are dropped. */
  environment?: Record<string, string>;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** What of a person's environment git may need, and which cannot make it run anything. */
const passed = new Set([
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "SSH_AUTH_SOCK",
  "TMPDIR",
]);

const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.autocrlf=false",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "protocol.allow=never",
  "protocol.https.allow=always",
  "protocol.ssh.allow=always",
  "http.followRedirects=initial",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "transfer.bundleURI=false",
];

/** What git runs to learn the password: constant text, in which the shell finds two quoted variables. gitcredentials(7), "Custom helpers". */
const credentialHelper = `!printf 'username=%s\\npassword=%s\\n' "$LANDFALL_GIT_USERNAME" "$LANDFALL_GIT_PASSWORD"; :`;

/** A running git: the sealed environment and the words in front of every command. */
export interface Git {
  /** Standard output. Throws what the failure means. */
  run(args: string[], options?: RunOptions): Promise<string>;
}

interface RunOptions {
  onLine?: (line: string) => void;
  onError?: (line: string) => void;
  signal?: AbortSignal;
  /** What a failure means before the usual meanings are asked; null for what it does not know. */
  meaning?: (result: ExecResult) => DeployError | null;
  /** Variables besides. */
  env?: Record<string, string>;
  /** Written to its standard input. */
  input?: string;
}

export async function gitFor(input: GitUse): Promise<Git> {
  const home = join(input.scratch, "home");
  mkdirSync(home);
  const env = environmentFor(input, home);
  const insecure = input.url.startsWith("http:") ? ["-c", "protocol.http.allow=always"] : [];
  const proxied = input.proxy === undefined ? [] : ["-c", `http.proxy=${input.proxy}`];
  const words = ["git", ...settings.flatMap((one) => ["-c", one]), ...insecure, ...proxied];
  const run: Git["run"] = async (
    args,
    { onLine, onError, signal = input.signal, meaning, env: more, input: given } = {},
  ) => {
    const result = await exec([...words, ...args], {
      cwd: input.scratch,
      env: { ...env, ...more },
      ...(given === undefined ? {} : { input: given }),
      timeoutMs: input.timeoutMs,
      maxOutputBytes: 16 * 1024 * 1024,
      ...(signal ? { signal } : {}),
      ...(onLine || onError ? { onLine: (line, stream) => (stream === "stdout" ? onLine : onError)?.(line) } : {}),
    });
    if (result.code === 0) return result.stdout;
    throw meaning?.(result) ?? gitFailure(result.stderr, { url: input.url, credential: input.credential });
  };
  const version = /(\d+)\.(\d+)/.exec(await run(["version"]));
  // Before 2.31 git knows no settings by environment, and would send the password to nobody, or not be bound by ours.
  if (!version || Number(version[1]) * 1000 + Number(version[2]) < 2_031)
    throw new DeployError("MISSING_TOOL", {
      what: `This git is too old: ${version?.[0] ?? "unknown"}.`,
      next: "Install git 2.31 or later (Debian: apt install git; macOS: xcode-select --install).",
    });
  return { run };
}

function environmentFor(input: GitUse, home: string): Record<string, string> {
  const env: Record<string, string> = {
    PATH: input.toolPath.join(":"),
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_OPTIONAL_LOCKS: "0",
    // Never asks; an unknown host is refused, for whoever answers in its place could send us anything.
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ClearAllForwardings=yes -o ForwardAgent=no",
    GIT_SSH_VARIANT: "ssh",
  };
  for (const [name, value] of Object.entries(input.environment ?? {})) if (passed.has(name)) env[name] = value;
  if (input.proxy !== undefined) env["NO_PROXY"] = env["no_proxy"] = "";
  else if (isLoopback(hostOf(input.url))) env["NO_PROXY"] = env["no_proxy"] = "*";
  if (input.credential && /^https?:/.test(input.url)) {
    const value = input.credential.open();
    const colon = value.indexOf(":");
    // By environment, where no process list shows it; and by a helper of this origin, not by a header, for git takes a header along
    // when it is sent to another host.
    env["LANDFALL_GIT_USERNAME"] = colon < 0 ? "x-access-token" : value.slice(0, colon) || "x-access-token";
    env["LANDFALL_GIT_PASSWORD"] = value.slice(colon + 1);
    env["GIT_CONFIG_COUNT"] = "1";
    env["GIT_CONFIG_KEY_0"] = `credential.${new URL(input.url).origin}.helper`;
    env["GIT_CONFIG_VALUE_0"] = credentialHelper;
  }
  return env;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}
