/** Real programs, real signals: what a supervisor is for. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@landfall/engine/clock";
import { groupAlive, groupOf } from "@landfall/engine/process/group";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environmentOf } from "../src/processes.ts";
import {
  createSupervisor,
  type Program,
  type ProgramStatus,
  type Supervisor,
  type SupervisorOptions,
} from "../src/supervisor.ts";

const server =
  "require('http').createServer((q, r) => r.end('pid ' + process.pid)).listen(process.env.PORT, '127.0.0.1');";

/** It listens where it should. */
function isReady({ port, listening }: ProgramStatus): boolean {
  return listening.some((one) => one.port === port);
}

async function answerOf({ port }: ProgramStatus): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/`)).text();
}

async function untilAnswers(status: ProgramStatus): Promise<void> {
  const deadline = performance.now() + 10_000;
  while ((await answerOf(status).catch(() => null)) === null) {
    if (performance.now() > deadline) throw new Error(`nothing answers on ${status.port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("supervisor", () => {
  let dir: string;
  let supervisor: Supervisor;
  let changes: { id: string; state: string }[];
  /** Milliseconds waited between an end and the next start. */
  let pauses: number[];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "edge-supervisor-"));
    changes = [];
    pauses = [];
    supervisor = open();
  });
  afterEach(async () => {
    await supervisor.stopAll({ graceMs: 0 });
    supervisor.release();
    rmSync(dir, { recursive: true });
  });

  function open(options: Pick<SupervisorOptions, "logKeepBytes" | "memoryLimitBytes"> = {}): Supervisor {
    return createSupervisor({
      stateDir: join(dir, "state"),
      logDir: join(dir, "logs"),
      random: () => 0.5,
      clock: {
        ...systemClock,
        sleep(ms, signal) {
          if (changes.at(-1)?.state === "backoff") pauses.push(ms);
          return systemClock.sleep(ms, signal);
        },
      },
      onChange: ({ id, state }) => changes.push({ id, state }),
      ...options,
    });
  }

  function program(id: string, code: string, more: Partial<Program> = {}): Program {
    const env = (): Record<string, string> => ({ PATH: process.env["PATH"] ?? "" });
    return { id, release: "rel_1", cwd: dir, env, argv: () => [process.execPath, "-e", code], ...more };
  }

  async function until(id: string, holds: (status: ProgramStatus) => boolean): Promise<ProgramStatus> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const status = supervisor.status(id);
      if (status && holds(status)) return status;
      if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("starts a program once, with a port, and says what the kernel knows of it", async () => {
    const first = await supervisor.ensure(program("web", server));
    const second = await supervisor.ensure(program("web", server));
    expect(second.pid).toBe(first.pid);
    const status = await until("web", isReady);
    expect(await answerOf(status)).toBe(`pid ${status.pid}`);
    expect(status).toMatchObject({
      release: "rel_1",
      listening: [{ host: "127.0.0.1", port: status.port }],
      restarts: 0,
      lastExit: null,
    });
    expect(status.residentBytes).toBeGreaterThan(10 * 1024 * 1024);
    expect((await until("web", ({ state }) => state === "running")).pid).toBe(first.pid);
    expect(supervisor.list().map(({ id }) => id)).toEqual(["web"]);
    expect(supervisor.status("other")).toBeNull();
  });

  it("gives nothing to a program but what it is told to, and writes no variable down", async () => {
    const env = (): Record<string, string> => ({ PATH: process.env["PATH"] ?? "", SECRET: "s3cr3t-value" });
    const { pid } = await supervisor.ensure(program("web", server, { env }));
    await until("web", isReady);
    expect([...environmentOf(pid!).keys()].filter((key) => key !== "").sort()).toEqual([
      "LANDFALL_INSTANCE",
      "PATH",
      "PORT",
      "SECRET",
    ]);
    expect(readFileSync(join(dir, "state", "web.json"), "utf8")).not.toContain("s3cr3t");
  });

  it("fills the port into arguments", async () => {
    const { port } = await supervisor.ensure(
      program("web", "", {
        argv: (env) => [process.execPath, "-e", "console.log(process.argv[1])", env["PORT"] ?? ""],
      }),
    );
    expect((await until("web", ({ lastLines }) => lastLines.length > 0)).lastLines[0]).toBe(String(port));
  });

  it("survives the edge being killed: the program goes on, prints on, and is adopted by the next", async () => {
    const code = `${server} setInterval(() => console.log('tick'), 10);`;
    const edge = spawn(process.execPath, ["--input-type=module", "-e", edgeScript(dir, code)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(edge.stdout, "data")) as [Buffer];
    const before = JSON.parse(String(line)) as ProgramStatus;
    await untilAnswers(before);
    edge.kill("SIGKILL");
    await once(edge, "exit");
    expect(await answerOf(before)).toBe(`pid ${before.pid}`);
    const log = join(dir, "logs", "web.log");
    const printed = statSync(log).size;

    const adopted = await supervisor.ensure(program("web", code));
    expect(adopted).toMatchObject({ pid: before.pid, port: before.port, restarts: 0, state: "running" });
    expect(await answerOf(adopted)).toBe(`pid ${before.pid}`);
    await until("web", () => statSync(log).size > printed);

    process.kill(before.pid!, "SIGKILL");
    const restarted = await until("web", (status) => status.pid !== before.pid && isReady(status));
    expect(restarted).toMatchObject({ port: before.port, restarts: 1, lastExit: "ended while the edge was away" });
  });

  it("finds a program that was started but not written down", async () => {
    const { pid, port } = await supervisor.ensure(program("web", server));
    await until("web", isReady);
    supervisor.release();
    rmSync(join(dir, "state", "web.json"));
    supervisor = open();
    expect(await supervisor.ensure(program("web", server))).toMatchObject({ pid, port, state: "running" });
    await supervisor.stop("web", { graceMs: 1_000 });
    expect(groupAlive(groupOf(pid!))).toBe(false);
  });

  it("does not take another process for its own because of its number", async () => {
    await supervisor.ensure(program("web", server));
    await supervisor.stop("web", { graceMs: 1_000 });
    const path = join(dir, "state", "web.json");
    const record = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...record, group: { pid: process.pid, born: "another boot/1" } }));
    supervisor.release();
    supervisor = open();
    await supervisor.stop("web", { graceMs: 0 });
    const { pid } = await supervisor.ensure(program("web", server));
    expect(pid).not.toBe(process.pid);
  });

  it("starts a program again when it ends, each time later, and says how it ended", async () => {
    await supervisor.ensure(program("web", "console.log('starting'); console.error('no database'); process.exit(3)"));
    const status = await until("web", ({ restarts }) => restarts >= 3);
    expect(status.lastExit).toBe("exited with status 3");
    expect(status.lastLines.filter((line) => line === "no database").length).toBe(3);
    expect(pauses).toEqual([250, 500, 1_000]);
    await supervisor.stop("web", { graceMs: 0 });
    expect(supervisor.status("web")).toMatchObject({ state: "stopped", pid: null, listening: [] });
  });

  it("starts nothing again once it was told to stop, also in the pause before the next start", async () => {
    await supervisor.ensure(program("web", "process.exit(1)"));
    await until("web", ({ state }) => state === "backoff");
    await supervisor.stop("web", { graceMs: 0 });
    const seen = changes.length;
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(changes.slice(seen)).toEqual([]);
    expect(supervisor.status("web")?.state).toBe("stopped");
  });

  it("asks a program to end, and ends one that does not listen with all it started", async () => {
    const polite =
      "process.on('SIGTERM', () => { console.log('bye'); process.exit(0) }); setInterval(() => {}, 1e6); console.log('up')";
    await supervisor.ensure(program("polite", polite));
    await until("polite", ({ lastLines }) => lastLines.includes("up"));
    await supervisor.stop("polite", { graceMs: 10_000 });
    expect(supervisor.status("polite")?.lastLines).toContain("bye");

    const deaf =
      "process.on('SIGTERM', () => console.log('no')); const { spawn } = require('child_process');" +
      "const child = spawn(process.execPath, ['-e', \"process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)\"], { detached: true, stdio: 'ignore' });" +
      "console.log('child ' + child.pid); setInterval(() => {}, 1e6)";
    const { pid } = await supervisor.ensure(program("deaf", deaf));
    const { lastLines } = await until("deaf", (status) => status.lastLines.length > 0);
    const child = Number(lastLines[0]!.split(" ")[1]);
    const [group, childGroup] = [groupOf(pid!), groupOf(child)];
    const start = performance.now();
    await supervisor.stop("deaf", { graceMs: 300 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(300);
    expect([groupAlive(group), groupAlive(childGroup)]).toEqual([false, false]);
    expect(supervisor.status("deaf")).toMatchObject({ state: "stopped", lastExit: "was stopped" });
    expect(supervisor.status("deaf")?.lastLines).toContain("no");
  });

  it("tells a program that never listens from one that listens elsewhere", async () => {
    await supervisor.ensure(program("mute", "setInterval(() => {}, 1e6)"));
    const other =
      "const s = require('http').createServer(() => {}).listen(0, '127.0.0.1', () => console.log(s.address().port))";
    await supervisor.ensure(program("elsewhere", other));
    expect((await until("mute", ({ state }) => state === "running")).listening).toEqual([]);
    const elsewhere = await until("elsewhere", ({ listening }) => listening.length > 0);
    expect(elsewhere.listening).toEqual([{ host: "127.0.0.1", port: Number(elsewhere.lastLines[0]) }]);
    expect(elsewhere.port).not.toBe(elsewhere.listening[0]!.port);
  });

  it("says so when a program goes to the background, and lets nothing of it stay", async () => {
    const code =
      `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(server)}], { stdio: 'inherit', detached: true }).unref();` +
      "setTimeout(() => process.exit(0), 300)";
    await supervisor.ensure(program("daemon", code));
    const { lastExit } = await until("daemon", ({ restarts }) => restarts > 0);
    expect(lastExit).toBe("ended and left processes in the background; a server must stay in the foreground");
    await supervisor.stop("daemon", { graceMs: 500 });
    expect(await supervisor.ensure(program("daemon", "setInterval(() => {}, 1e6)"))).toMatchObject({ restarts: 0 });
  });

  it("ends a program that takes more memory than it may", async () => {
    const code = "const all = []; setInterval(() => all.push(Buffer.alloc(8e6, 1)), 10)";
    supervisor = open({ memoryLimitBytes: 150 * 1024 * 1024 });
    await supervisor.ensure(program("hungry", code));
    const { lastExit } = await until("hungry", ({ restarts }) => restarts > 0);
    expect(lastExit).toMatch(/^ended because it held \d+ MB of memory and may have 150 MB$/);
  });

  it("knows a full heap by what the program said last", async () => {
    const code = "const all = []; for (;;) all.push(new Array(1000).fill({}))";
    const argv = [process.execPath, "--max-old-space-size=20", "-e", code];
    await supervisor.ensure(program("heap", "", { argv: () => argv }));
    expect((await until("heap", ({ restarts }) => restarts > 0)).lastExit).toBe(
      "ran out of memory: the JavaScript heap was full",
    );
  });

  it("gives a program another port when its own was taken in the meantime", async () => {
    const first = await supervisor.ensure(program("web", server));
    await until("web", isReady);
    await supervisor.stop("web", { graceMs: 1_000 });
    const thief = createServer();
    const racing = program("web", server, {
      argv: (env) => {
        thief.listen(Number(env["PORT"]), "127.0.0.1");
        return [process.execPath, "-e", `setTimeout(() => { ${server} }, 200)`];
      },
    });
    try {
      await supervisor.ensure(racing);
      const { lastExit } = await until("web", ({ restarts }) => restarts > 0);
      expect(lastExit).toBe("exited with status 1");
      await supervisor.ensure(program("web", server));
      const status = await until("web", isReady);
      expect(status.port).not.toBe(first.port);
    } finally {
      thief.close();
    }
  });

  it.each([
    [
      "a program that is not there",
      { argv: () => ["no-such-program"] },
      "could not be started: no-such-program is not installed",
    ],
    [
      "a directory that is not there",
      { cwd: "/no/such/place" },
      "could not be started: its directory /no/such/place is not there",
    ],
    [
      "a file that may not be executed",
      { argv: () => ["/etc/passwd"] },
      "could not be started: /etc/passwd may not be executed",
    ],
    [
      "an argument no program can have",
      { argv: () => [process.execPath, "a\0b"] },
      "could not be started (ERR_INVALID_ARG_VALUE)",
    ],
  ])("gives up on %s", async (_, more, lastExit) => {
    expect(await supervisor.ensure(program("web", server, more))).toMatchObject({
      state: "failed",
      pid: null,
      lastExit,
    });
  });

  it("refuses an id that is no name of a file", async () => {
    for (const id of ["../web", "a/b", "", ".x", "a\0"]) {
      await expect(async () => supervisor.ensure(program(id, server))).rejects.toMatchObject({
        code: "INVALID_CONFIG",
      });
      expect(supervisor.status(id)).toBeNull();
    }
  });

  it("keeps what a program printed after it is gone, and lets it be followed from any place", async () => {
    await supervisor.ensure(
      program("web", "for (let i = 0; i < 500; i++) console.log('line ' + i); setInterval(() => {}, 1e6)"),
    );
    const stop = new AbortController();
    const lines: string[] = [];
    let middle = 0;
    for await (const { line, nextByte } of supervisor.logs("web", { follow: true, signal: stop.signal })) {
      lines.push(line);
      if (lines.length === 250) middle = nextByte;
      if (lines.length === 500) stop.abort();
    }
    expect(lines).toEqual(Array.from({ length: 500 }, (_, index) => `line ${index}`));
    await supervisor.stop("web", { graceMs: 0 });
    const rest: string[] = [];
    for await (const { line } of supervisor.logs("web", { fromByte: middle })) rest.push(line);
    expect(rest).toEqual(lines.slice(250));
    await supervisor.forget("web", { graceMs: 0 });
    expect(supervisor.status("web")).toBeNull();
  });

  it("keeps a bounded end of what a program prints without end", async () => {
    supervisor.release();
    supervisor = open({ logKeepBytes: 64 * 1024 });
    await supervisor.ensure(
      program("loud", "let i = 0; setInterval(() => { for (let n = 0; n < 200; n++) console.log('line ' + i++) }, 20)"),
    );
    const path = join(dir, "state", "loud.json");
    await until("loud", () => (JSON.parse(readFileSync(path, "utf8")) as { logFloor: number }).logFloor > 0);
    await supervisor.stop("loud", { graceMs: 0 });
    const numbers: number[] = [];
    for await (const { line } of supervisor.logs("loud")) numbers.push(Number(line.slice(5)));
    expect(numbers[0]).toBeGreaterThan(0);
    expect(numbers.every((number, index) => index === 0 || number === numbers[index - 1]! + 1)).toBe(true);
  });
});

/** An edge of its own that starts the program and then only lives. */
function edgeScript(dir: string, code: string): string {
  const source = join(import.meta.dirname, "../src/supervisor.ts");
  return `
    const { createSupervisor } = await import(${JSON.stringify(source)});
    const supervisor = createSupervisor({ stateDir: ${JSON.stringify(join(dir, "state"))}, logDir: ${JSON.stringify(join(dir, "logs"))} });
    const program = { id: "web", release: "rel_1", cwd: ${JSON.stringify(dir)}, env: () => ({}), argv: () => [process.execPath, "-e", ${JSON.stringify(code)}] };
    console.log(JSON.stringify(await supervisor.ensure(program)));
    setInterval(() => {}, 1000);
  `;
}
