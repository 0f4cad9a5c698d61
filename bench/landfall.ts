/** The command line as the programs here use it: the built one, on a data directory of its own, removed afterwards. */
import { execFile, type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
/** The program that is measured: the built one, or another build named by LANDFALL_BIN. */
export const bin = process.env["LANDFALL_BIN"] ?? join(root, "packages/cli/bin/landfall.js");
/** The same as people start it: npm's link, which gives its Node what it needs. */
export const command = process.env["LANDFALL_BIN"] ?? join(root, "node_modules/.bin/landfall");

export interface Landfall extends AsyncDisposable {
  home: string;
  environment: Record<string, string>;
  /** Run to the end; stdout parsed when `--json` is among the arguments. */
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  json<T>(...args: string[]): Promise<T>;
  /** Put a later version in place: its first command has taken over what serves when this resolves. */
  upgrade(version: string): Promise<void>;
  start(...args: string[]): ChildProcess;
}

/** A free port of the loopback. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export async function openLandfall(): Promise<Landfall> {
  const home = mkdtempSync(join(tmpdir(), "landfall-bench-"));
  const environment = {
    PATH: process.env["PATH"]!,
    HOME: home,
    LANDFALL_HOME: home,
    LANDFALL_PORT: String(await freePort()),
    NO_COLOR: "1",
  };
  const run: Landfall["run"] = (...args) => runBy(bin, args);
  const runBy = (program: string, args: string[]): ReturnType<Landfall["run"]> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [program, ...args],
        { env: environment, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          resolve({ code: error ? (typeof error.code === "number" ? error.code : 1) : 0, stdout, stderr });
        },
      );
    });
  return {
    home,
    environment,
    run,
    async json<T>(...args: string[]) {
      const { code, stdout, stderr } = await run(...args, "--json");
      if (code !== 0) throw new Error(`landfall ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
      return JSON.parse(stdout) as T;
    },
    async upgrade(version) {
      // The program as it is, which says that it is another.
      const folder = join(home, "versions", version);
      for (const part of ["bin", "dist"])
        cpSync(join(dirname(bin), "..", part), join(folder, part), { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", version }));
      if (!existsSync(join(home, "node_modules"))) symlinkSync(join(root, "node_modules"), join(home, "node_modules"));
      const { code, stdout, stderr } = await runBy(join(folder, "bin/landfall.js"), ["doctor"]);
      if (!stdout.includes(`(${version})`))
        throw new Error(`${version} did not take over (${code})\n${stdout}\n${stderr}`);
    },
    start: (...args) =>
      spawn(process.execPath, [bin, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] }),
    async [Symbol.asyncDispose]() {
      await run("stop", "--yes");
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
