/** The built command line on a data directory of its own, with everything it starts in the background ended afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Another build than the one in place, when it is named. */
const bin = process.env["LANDFALL_BIN"] ?? join(import.meta.dirname, "../bin/landfall.js");
/** Longest wait for something that happens by itself. */
const patienceMs = 30_000;
/** Time everything that was started has to be gone after `stop`. */
const goneWithinMs = 5_000;

export interface Outcome {
  /** 128 and the signal's number when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface Call {
  input?: string | Buffer;
  env?: Record<string, string>;
  cwd?: string;
}

export interface Answer {
  status: number;
  body: string;
}

export interface Installed extends AsyncDisposable {
  /** Directory of this installation alone; the data directory is `data` in it. */
  home: string;
  data: string;
  port: number;
  env: Record<string, string>;
  run(...args: string[]): Promise<Outcome>;
  runWith(call: Call, ...args: string[]): Promise<Outcome>;
  /** With `--json`: stdout as an object, whatever the exit status. */
  json<T>(...args: string[]): Promise<T & { code: number }>;
  start(...args: string[]): ChildProcess;
  startWith(call: Pick<Call, "env">, ...args: string[]): ChildProcess;
  /** Writes files into a folder below `home`, and answers its path. */
  project(name: string, files: Record<string, string | Buffer>): string;
  /** What the edge answers for a host; status 0 when nobody answers. */
  get(host: string, path?: string): Promise<Answer>;
  /** Processes started by this installation that run now, as `pid command`. */
  processes(): { pid: number; command: string; environment: string }[];
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export async function install(more: Record<string, string> = {}): Promise<Installed> {
  const home = mkdtempSync(join(tmpdir(), "landfall-cli-"));
  const data = join(home, "data");
  const port = await freePort();
  const env = { PATH: process.env["PATH"]!, HOME: home, LANDFALL_HOME: data, LANDFALL_PORT: String(port), ...more };
  const runWith: Installed["runWith"] = (call, ...args) => {
    const child = spawn(process.execPath, [bin, ...args], {
      env: { ...env, ...call.env },
      cwd: call.cwd ?? home,
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {}); // It may end before it has read anything.
    child.stdin.end(call.input ?? "");
    return outcomeOf(child);
  };
  const run: Installed["run"] = (...args) => runWith({}, ...args);
  const startWith: Installed["startWith"] = (call, ...args) =>
    spawn(process.execPath, [bin, ...args], {
      env: { ...env, ...call.env },
      cwd: home,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const processes = (): ReturnType<Installed["processes"]> => processesOf(home);
  return {
    home,
    data,
    port,
    env,
    run,
    runWith,
    async json<T>(...args: string[]) {
      const { code, stdout, stderr } = await run(...args, "--json");
      try {
        return { ...(JSON.parse(stdout) as T), code };
      } catch (cause) {
        throw new Error(`landfall ${args.join(" ")} ended with ${code} and printed no JSON:\n${stdout}\n${stderr}`, {
          cause,
        });
      }
    },
    start: (...args) => startWith({}, ...args),
    startWith,
    project(name, files) {
      const folder = join(home, name);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      return folder;
    },
    get: (host, path = "/") => ask({ port, host, path }),
    processes,
    async [Symbol.asyncDispose]() {
      const stopped = await run("stop");
      const deadline = Date.now() + goneWithinMs;
      while (processes().length > 0 && Date.now() < deadline) await delay(50);
      const left = processes();
      // Whoever runs the tests must not have to clean up after a failure.
      for (const { pid } of left) kill(pid);
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
      if (stopped.code !== 0) throw new Error(`landfall stop ended with ${stopped.code}:\n${stopped.stderr}`);
      if (left.length > 0)
        throw new Error(
          `still running after landfall stop:\n${left.map(({ pid, command }) => `${pid} ${command}`).join("\n")}`,
        );
    },
  };
}

/** How a started program ended, and what it wrote. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code: code ?? 128, ...written }));
  });
}

/** Asks again and again until the answer is not null, false or undefined. Throws when it takes too long. */
export async function until<T>(what: string, find: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found as NonNullable<Exclude<T, false>>;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${patienceMs / 1000} s`);
    await delay(40);
  }
}

/** Kills at once; a process that is gone already is no failure. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A server without dependencies: `/` answers `text`, `/env` the variables it got; it prints every path it is asked for. */
export function echo(text: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    "package.json": JSON.stringify({ name: "echo", type: "module", scripts: { start: "node server.js" } }),
    "server.js": `import { createServer } from "node:http";
createServer((request, response) => {
  if (request.headers["user-agent"] !== "landfall-probe") console.log("asked for " + request.url);
  response.end(request.url === "/env" ? JSON.stringify(process.env) : ${JSON.stringify(text)});
}).listen(process.env.PORT, "127.0.0.1");
`,
    ...more,
  };
}

function ask({ port, host, path }: { port: number; host: string; path: string }): Promise<Answer> {
  return new Promise((resolve) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path, headers: { host }, agent: false, timeout: 5_000 },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (text: string) => (body += text));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
        answer.on("error", () => resolve({ status: 0, body }));
      },
    );
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve({ status: 0, body: "" }));
    outgoing.end();
  });
}

/** Processes with `directory` in their command line or environment, as the kernel says; where it says nothing, none. */
function processesOf(directory: string): { pid: number; command: string; environment: string }[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return []; // Not Linux.
  }
  return names.flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      const environment = readFileSync(`/proc/${name}/environ`, "utf8");
      return command.includes(directory) || environment.includes(directory)
        ? [{ pid: Number(name), command, environment }]
        : [];
    } catch {
      return []; // It has ended, or is another user's.
    }
  });
}
