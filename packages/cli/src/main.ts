/** The process: the only place that reads its environment, its streams and its signals. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { systemClock } from "@landfall/engine/clock";
import { run } from "./run.ts";
import type { Output, Signal, World } from "./world.ts";

const dashboard = fileURLToPath(new URL("./dashboard", import.meta.url));
const packageFile = new URL("../package.json", import.meta.url);

const world: World = {
  env: process.env,
  cwd: directory(),
  userHome: homedir(),
  stdin: process.stdin,
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  self: [process.execPath, fileURLToPath(new URL("../bin/landfall.js", import.meta.url))],
  version: (JSON.parse(readFileSync(packageFile, "utf8")) as { version: string }).version,
  dashboard: existsSync(dashboard) ? dashboard : null,
  ...systemClock,
  onSignal(listener) {
    const signals: Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  async openEngine(options) {
    const { openEngine } = await import("@landfall/engine");
    return openEngine(options);
  },
  async openRemote(options) {
    const { openRemote } = await import("./remote/engine.ts");
    return openRemote(options);
  },
  openBrowser,
};

const exit = await run(process.argv.slice(2), world);
// What is written must have left before the end; a process that still holds a connection must not keep the person waiting.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exit)));

function directory(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write(
      "The directory you are in is not there any more. Go to one that is, such as `cd ~`, and run the command again.\n",
    );
    return process.exit(2);
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    // The reader went away (`| head`, a closed window), which is no failure. A command with something to hand over does so first.
    if (!process.emit("SIGHUP", "SIGHUP")) process.exit(0);
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY ?? false,
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    onResize(listener) {
      stream.on("resize", listener);
      return () => void stream.off("resize", listener);
    },
  };
}

/** Starts the system's opener; whether it could be started is all there is to know. */
function openBrowser(url: string): Promise<boolean> {
  const [program, ...args] = { darwin: ["open"], win32: ["rundll32", "url.dll,FileProtocolHandler"] }[
    process.platform as string
  ] ?? ["xdg-open"];
  const child = spawn(program!, [...args, url], { stdio: "ignore", detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
}
