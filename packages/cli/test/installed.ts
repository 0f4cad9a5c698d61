/** The built command line on a data directory of its own, with everything it starts in the background ended afterwards. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const bin = join(import.meta.dirname, "../bin/landfall.js");

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Installed extends AsyncDisposable {
  home: string;
  port: number;
  env: Record<string, string>;
  run(...args: string[]): Promise<Outcome>;
  /** With `--json`: stdout as an object, whatever the exit status. */
  json<T>(...args: string[]): Promise<T & { code: number }>;
  start(...args: string[]): ChildProcess;
}

async function freePort(): Promise<number> {
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
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"]!,
    HOME: home,
    LANDFALL_HOME: join(home, "data"),
    LANDFALL_PORT: String(port),
    ...more,
  };
  const run = (...args: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      execFile(process.execPath, [bin, ...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        resolve({ code: error ? (typeof error.code === "number" ? error.code : 128) : 0, stdout, stderr });
      });
    });
  return {
    home,
    port,
    env,
    run,
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
    start: (...args) => spawn(process.execPath, [bin, ...args], { env, stdio: ["ignore", "pipe", "pipe"] }),
    async [Symbol.asyncDispose]() {
      await run("stop");
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
